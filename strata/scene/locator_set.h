// A set of locators that holds, with each, all that lie below it.   (HdDataSourceLocatorSet)
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "strata/scene/locator.h"

namespace strata::scene {

// Kept as the fewest locators that say it, sorted: none of them is a prefix of another.
class DataSourceLocatorSet {
 public:
  using Iterator = std::vector<DataSourceLocator>::const_iterator;

  DataSourceLocatorSet() = default;
  DataSourceLocatorSet(DataSourceLocator locator) { locators_.push_back(std::move(locator)); }
  DataSourceLocatorSet(std::initializer_list<DataSourceLocator> locators);
  explicit DataSourceLocatorSet(std::vector<DataSourceLocator> locators);
  // Holds every locator: its one generator is the empty locator.
  static const DataSourceLocatorSet& Universal();

  bool IsEmpty() const { return locators_.empty(); }
  bool IsUniversal() const { return !locators_.empty() && locators_.front().IsEmpty(); }
  size_t GetSize() const { return locators_.size(); }
  Iterator begin() const { return locators_.begin(); }
  Iterator end() const { return locators_.end(); }

  void Insert(const DataSourceLocator& locator);
  void Insert(const DataSourceLocatorSet& other);
  // As Insert; quick where `locator` sorts after all that are there.
  void Append(const DataSourceLocator& locator);

  // Whether one of its locators is `locator` or a prefix of it.
  bool Contains(const DataSourceLocator& locator) const;
  bool Contains(const DataSourceLocatorSet& other) const;
  // Whether one of its locators is a prefix of `locator`, or the other way round.
  bool Intersects(const DataSourceLocator& locator) const;
  bool Intersects(const DataSourceLocatorSet& other) const;
  // What it holds of all at and below `locator`.
  DataSourceLocatorSet Intersection(const DataSourceLocator& locator) const;
  DataSourceLocatorSet Intersection(const DataSourceLocatorSet& other) const;
  DataSourceLocatorSet ReplacePrefix(const DataSourceLocator& old_prefix,
                                     const DataSourceLocator& new_prefix) const;

  std::string GetString() const;  // "{a/b, c}"
  size_t GetHash() const;
  friend bool operator==(const DataSourceLocatorSet&, const DataSourceLocatorSet&) = default;

 private:
  void Normalize();
  // Where `locator` would be inserted.
  size_t LowerBound(const DataSourceLocator& locator) const;

  std::vector<DataSourceLocator> locators_;
};

}  // namespace strata::scene

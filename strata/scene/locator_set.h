// A set of locators that holds, with each, all that lie below it.   (HdDataSourceLocatorSet)
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "strata/scene/locator.h"

namespace strata::scene {

// Kept as the fewest locators that say it, sorted: none of them is a prefix of another. Copies share them
// until one of the copies changes.
class DataSourceLocatorSet {
 public:
  using Iterator = const DataSourceLocator*;

  DataSourceLocatorSet() = default;
  DataSourceLocatorSet(DataSourceLocator locator) { locators_.Insert(0, std::move(locator)); }
  DataSourceLocatorSet(std::initializer_list<DataSourceLocator> locators);
  explicit DataSourceLocatorSet(std::vector<DataSourceLocator> locators);
  // Holds every locator: its one generator is the empty locator.
  static const DataSourceLocatorSet& Universal();

  bool IsEmpty() const { return locators_.GetSize() == 0; }
  bool IsUniversal() const { return !IsEmpty() && locators_[0].IsEmpty(); }
  size_t GetSize() const { return locators_.GetSize(); }
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
  bool Intersects(Token name) const {
    if (name.IsEmpty()) return !IsEmpty();
    return std::any_of(begin(), end(), [name](const DataSourceLocator& each) {
      return each.IsEmpty() || each.GetFirstElement() == name;
    });
  }
  // What it holds of all at and below `locator`.
  DataSourceLocatorSet Intersection(const DataSourceLocator& locator) const;
  DataSourceLocatorSet Intersection(const DataSourceLocatorSet& other) const;
  DataSourceLocatorSet ReplacePrefix(const DataSourceLocator& old_prefix,
                                     const DataSourceLocator& new_prefix) const;

  std::string GetString() const;  // "{a/b, c}"
  size_t GetHash() const;
  // Whether it is a copy of the other that shares its locators: a quick test of equality that may fail.
  bool IsCopyOf(const DataSourceLocatorSet& other) const { return locators_.IsSame(other.locators_); }
  friend bool operator==(const DataSourceLocatorSet& a, const DataSourceLocatorSet& b);

 private:
  // An array of locators that copies share.
  class Shared {
   public:
    Shared() = default;
    Shared(const Shared& other) : held_(other.held_) {
      if (held_) held_->references.fetch_add(1, std::memory_order_relaxed);
    }
    Shared(Shared&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    Shared& operator=(Shared other) noexcept {
      std::swap(held_, other.held_);
      return *this;
    }
    ~Shared() {
      if (held_) Release();
    }
    size_t GetSize() const { return held_ ? held_->size : 0; }
    const DataSourceLocator* begin() const { return held_ ? held_->GetItems() : nullptr; }
    const DataSourceLocator* end() const { return begin() + GetSize(); }
    const DataSourceLocator& operator[](size_t i) const { return held_->GetItems()[i]; }
    bool IsSame(const Shared& other) const { return held_ == other.held_; }
    // What changes it makes it no other's first.
    void Insert(size_t at, DataSourceLocator locator);
    void Set(size_t at, DataSourceLocator locator);
    void Erase(size_t first, size_t last);

   private:
    struct Held {
      std::atomic<uint32_t> references{1};
      uint32_t size = 0, capacity = 0;
      DataSourceLocator* GetItems() { return reinterpret_cast<DataSourceLocator*>(this + 1); }
    };
    static_assert(sizeof(Held) % alignof(DataSourceLocator) == 0 || alignof(DataSourceLocator) <= 8);
    void Release();
    void Own(size_t capacity);
    Held* held_ = nullptr;
  };

  void Take(std::vector<DataSourceLocator> locators);
  // REQUIRES: it sorts after all that are there, and none is a prefix of it.
  void Add(const DataSourceLocator& locator) { locators_.Insert(GetSize(), locator); }
  // Where `locator` would be inserted.
  size_t LowerBound(const DataSourceLocator& locator) const;

  Shared locators_;
};

}  // namespace strata::scene

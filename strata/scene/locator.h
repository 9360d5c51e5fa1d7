// Where a data source is below a container: the names that lead to it.   (HdDataSourceLocator)
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "strata/base/token.h"

namespace strata::scene {

class DataSourceLocator {
 public:
  // The empty locator: the container itself.
  DataSourceLocator() = default;
  // A single empty name makes the empty locator; an empty name beside others is a name like any other.
  DataSourceLocator(Token name) {
    if (!name.IsEmpty()) Push(name);
  }
  DataSourceLocator(std::initializer_list<Token> names)
      : DataSourceLocator(std::span<const Token>(names.begin(), names.size())) {}
  explicit DataSourceLocator(std::span<const Token> names);
  DataSourceLocator(const DataSourceLocator& other) { Assign(other.GetNames()); }
  DataSourceLocator(DataSourceLocator&& other) noexcept
      : size_(std::exchange(other.size_, 0)), few_(other.few_), more_(std::move(other.more_)) {}
  DataSourceLocator& operator=(const DataSourceLocator& other) {
    if (this != &other) Assign(other.GetNames());
    return *this;
  }
  DataSourceLocator& operator=(DataSourceLocator&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    few_ = other.few_;
    more_ = std::move(other.more_);
    return *this;
  }
  // Names joined by "/"; an empty text is the empty locator.
  static DataSourceLocator Parse(std::string_view text, char separator = '/');
  static const DataSourceLocator& Empty();

  bool IsEmpty() const { return size_ == 0; }
  size_t GetElementCount() const { return size_; }
  Token GetElement(size_t i) const { return GetNames()[i]; }
  Token GetFirstElement() const { return size_ ? GetNames()[0] : Token(); }
  Token GetLastElement() const { return size_ ? GetNames()[size_ - 1] : Token(); }
  std::span<const Token> GetNames() const { return {more_ ? more_.get() : few_.data(), size_}; }

  DataSourceLocator ReplaceLastElement(Token name) const;  // the empty locator stays as it is
  DataSourceLocator RemoveLastElement() const;
  DataSourceLocator RemoveFirstElement() const;
  DataSourceLocator Append(Token name) const;
  DataSourceLocator Append(const DataSourceLocator& tail) const;
  DataSourceLocator Prepend(Token name) const;
  DataSourceLocator Prepend(const DataSourceLocator& head) const;

  // The empty locator is a prefix of all, and each is one of itself.
  bool HasPrefix(const DataSourceLocator& prefix) const {
    return prefix.size_ <= size_ && BeginsAs(prefix, prefix.size_);
  }
  DataSourceLocator GetCommonPrefix(const DataSourceLocator& other) const;
  DataSourceLocator ReplacePrefix(const DataSourceLocator& old_prefix,
                                  const DataSourceLocator& new_prefix) const;
  // Whether one is a prefix of the other.
  bool Intersects(const DataSourceLocator& other) const {
    return BeginsAs(other, std::min(size_, other.size_));
  }

  std::string GetString(std::string_view delimiter = "/") const;
  size_t GetHash() const;

  friend bool operator==(const DataSourceLocator& a, const DataSourceLocator& b);
  // Name by name by their text; a prefix comes before what is longer.
  friend bool operator<(const DataSourceLocator& a, const DataSourceLocator& b) { return Compare(a, b) < 0; }
  // Negative, zero or positive.
  static int Compare(const DataSourceLocator& a, const DataSourceLocator& b);

 private:
  static constexpr uint32_t kInside = 6;
  // Whether the first names, so many of them, are the same.
  bool BeginsAs(const DataSourceLocator& other, uint32_t count) const {
    const Token* mine = GetNames().data();
    const Token* theirs = other.GetNames().data();
    for (uint32_t i = 0; i < count; ++i)
      if (mine[i] != theirs[i]) return false;
    return true;
  }
  void Push(Token name);
  void Assign(std::span<const Token> names);

  uint32_t size_ = 0;
  std::array<Token, kInside> few_;
  std::unique_ptr<Token[]> more_;  // all names, when they are more than kInside
};

}  // namespace strata::scene

template <>
struct std::hash<strata::scene::DataSourceLocator> {
  size_t operator()(const strata::scene::DataSourceLocator& locator) const noexcept {
    return locator.GetHash();
  }
};

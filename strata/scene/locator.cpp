#include "strata/scene/locator.h"

#include <algorithm>

namespace strata::scene {

DataSourceLocator::DataSourceLocator(std::span<const Token> names) {
  if (names.size() == 1 && names[0].IsEmpty()) return;
  Assign(names);
}

void DataSourceLocator::Assign(std::span<const Token> names) {
  std::unique_ptr<Token[]> more;
  if (names.size() > kInside) {
    more = std::make_unique<Token[]>(names.size());
    std::copy(names.begin(), names.end(), more.get());
  } else {
    std::copy(names.begin(), names.end(), few_.begin());
  }
  more_ = std::move(more);
  size_ = static_cast<uint32_t>(names.size());
}

void DataSourceLocator::Push(Token name) {
  if (size_ < kInside) {
    few_[size_++] = name;
    return;
  }
  auto more = std::make_unique<Token[]>(size_ + 1);
  std::copy_n(GetNames().begin(), size_, more.get());
  more[size_] = name;
  more_ = std::move(more);
  ++size_;
}

DataSourceLocator DataSourceLocator::Parse(std::string_view text, char separator) {
  DataSourceLocator locator;
  if (text.empty()) return locator;
  while (true) {
    const size_t end = text.find(separator);
    locator.Push(Token(text.substr(0, end)));
    if (end == std::string_view::npos) return locator;
    text.remove_prefix(end + 1);
  }
}

const DataSourceLocator& DataSourceLocator::Empty() {
  static const DataSourceLocator empty;
  return empty;
}

DataSourceLocator DataSourceLocator::ReplaceLastElement(Token name) const {
  if (!size_) return *this;
  DataSourceLocator changed = *this;
  (changed.more_ ? changed.more_.get() : changed.few_.data())[size_ - 1] = name;
  return changed;
}

DataSourceLocator DataSourceLocator::RemoveLastElement() const {
  DataSourceLocator shorter;
  if (size_ > 1) shorter.Assign(GetNames().first(size_ - 1));
  return shorter;
}

DataSourceLocator DataSourceLocator::RemoveFirstElement() const {
  DataSourceLocator shorter;
  if (size_ > 1) shorter.Assign(GetNames().subspan(1));
  return shorter;
}

DataSourceLocator DataSourceLocator::Append(Token name) const {
  DataSourceLocator longer = *this;
  longer.Push(name);
  return longer;
}

DataSourceLocator DataSourceLocator::Append(const DataSourceLocator& tail) const {
  DataSourceLocator longer = *this;
  for (Token name : tail.GetNames()) longer.Push(name);
  return longer;
}

DataSourceLocator DataSourceLocator::Prepend(Token name) const {
  DataSourceLocator longer;
  longer.Push(name);
  for (Token each : GetNames()) longer.Push(each);
  return longer;
}

DataSourceLocator DataSourceLocator::Prepend(const DataSourceLocator& head) const {
  return head.Append(*this);
}

DataSourceLocator DataSourceLocator::GetCommonPrefix(const DataSourceLocator& other) const {
  const auto [mine, theirs] = std::ranges::mismatch(GetNames(), other.GetNames());
  DataSourceLocator common;
  common.Assign({GetNames().begin(), mine});
  return common;
}

DataSourceLocator DataSourceLocator::ReplacePrefix(const DataSourceLocator& old_prefix,
                                                   const DataSourceLocator& new_prefix) const {
  if (!HasPrefix(old_prefix)) return *this;
  DataSourceLocator changed = new_prefix;
  for (Token name : GetNames().subspan(old_prefix.size_)) changed.Push(name);
  return changed;
}

std::string DataSourceLocator::GetString(std::string_view delimiter) const {
  std::string text;
  for (size_t i = 0; i < size_; ++i) {
    if (i) text += delimiter;
    text += GetElement(i).GetText();
  }
  return text;
}

size_t DataSourceLocator::GetHash() const {
  uint64_t hash = size_;
  for (Token name : GetNames()) hash = MixBits(hash ^ name.GetId()) * 0xD6E8FEB86659FD93ull;
  return hash;
}

bool operator==(const DataSourceLocator& a, const DataSourceLocator& b) {
  return std::ranges::equal(a.GetNames(), b.GetNames());
}

int DataSourceLocator::Compare(const DataSourceLocator& a, const DataSourceLocator& b) {
  const auto left = a.GetNames(), right = b.GetNames();
  const auto [mine, theirs] = std::ranges::mismatch(left, right);
  if (mine == left.end()) return theirs == right.end() ? 0 : -1;
  if (theirs == right.end()) return 1;
  return mine->GetText() < theirs->GetText() ? -1 : 1;
}

}  // namespace strata::scene

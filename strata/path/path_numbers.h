// A number for each of some paths, found without hashing: pages of a table by the numbers of the paths
// themselves. For sets of paths that were interned together, as those of one scene are.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "strata/path/path.h"

namespace strata {

// For one writer or many readers. Costs 1 KB for each run of 256 interned paths that it has any of.
class PathNumbers {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t Find(Path path) const {
    const uint32_t page = path.GetId() / kPageSize;
    return page < pages_.size() && pages_[page] ? (*pages_[page])[path.GetId() % kPageSize] : kNone;
  }
  bool Contains(Path path) const { return Find(path) != kNone; }
  // `number` is not kNone.
  void Set(Path path, uint32_t number) {
    const uint32_t page = path.GetId() / kPageSize;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (!pages_[page]) {
      pages_[page] = std::make_unique_for_overwrite<Page>();
      pages_[page]->fill(kNone);
    }
    uint32_t& known = (*pages_[page])[path.GetId() % kPageSize];
    size_ += known == kNone ? 1 : 0;
    known = number;
  }
  void Erase(Path path) {
    if (!Contains(path)) return;
    (*pages_[path.GetId() / kPageSize])[path.GetId() % kPageSize] = kNone;
    --size_;
  }
  void Clear() {
    pages_.clear();
    size_ = 0;
  }
  size_t GetSize() const { return size_; }

 private:
  static constexpr uint32_t kPageSize = 256;
  using Page = std::array<uint32_t, kPageSize>;
  std::vector<std::unique_ptr<Page>> pages_;
  size_t size_ = 0;
};

}  // namespace strata

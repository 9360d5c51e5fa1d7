// The tree of paths of a crate file: who is whose child, and the scene path of each number.
//
// Threads: after Build, safe from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "strata/format/crate/sections.h"
#include "strata/path/path.h"

namespace strata::format::crate {

class PathTree {
 public:
  static constexpr uint32_t kNoPlace = UINT32_MAX;
  enum class Kind : uint8_t { kRoot, kPrim, kVariant, kProperty, kOther, kInvalid };

  // Places are in the order of the file: parents first, then all below the first child, and so on. Why not,
  // when the file tells no tree; `budget` is the deepest that is accepted.
  struct Problem {
    bool is_damaged = false, is_over_budget = false;
    uint32_t place = 0;
    const char* what = "";
  };
  Problem Build(const Structure& structure, uint32_t budget);

  uint32_t GetPlaceCount() const { return count_; }
  uint32_t GetParent(uint32_t place) const { return parents_[place]; }  // kNoPlace for the root
  Kind GetKind(uint32_t place) const {
    const uint32_t element = elements_[place];
    if (place == 0) return Kind::kRoot;
    const Kind kind = static_cast<Kind>(token_kinds_[element & ~kIsProperty]);
    return element & kIsProperty ? PropertyKind(element & ~kIsProperty) : kind;
  }
  uint32_t GetToken(uint32_t place) const { return elements_[place] & ~kIsProperty; }  // of the file
  bool IsLeaf(uint32_t place) const { return place + 1 >= count_ || parents_[place + 1] != place; }
  uint32_t GetPlaceOf(uint32_t number) const { return number < numbers_ ? places_[number] : kNoPlace; }

  // The path at a place; empty where it cannot be one. Made when it is first asked for.
  Path GetPath(uint32_t place) const;
  // The path of a number; empty for the number of the empty path.
  Path GetPathOf(uint32_t number) const {
    const uint32_t place = GetPlaceOf(number);
    return place == kNoPlace ? Path() : GetPath(place);
  }

 private:
  static constexpr uint32_t kIsProperty = 1u << 31;
  static constexpr uint32_t kUnknown = 0, kNone = UINT32_MAX;
  Kind PropertyKind(uint32_t token) const {
    return token_is_property_[token] ? Kind::kProperty : Kind::kInvalid;
  }
  void ClassifyTokens();
  Path Append(Path parent, uint32_t place) const;

  const std::vector<Token>* tokens_ = nullptr;
  uint32_t count_ = 0, numbers_ = 0;
  std::unique_ptr<uint32_t[]> parents_, elements_, places_;
  std::unique_ptr<std::atomic<uint32_t>[]> ids_;  // of paths made so far
  std::vector<uint8_t> token_kinds_, token_is_property_;
};

}  // namespace strata::format::crate

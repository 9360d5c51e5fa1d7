// A sparse edit of an array: write, insert, erase and size instructions applied in order.   (VtArrayEdit)
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "strata/value/value.h"

namespace strata {

// Literals and array elements are read and written by index; -1 is the last element. Out-of-range
// instructions do nothing.
class ArrayEdit {
 public:
  enum class Op : uint8_t {
    kWriteLiteral,
    kWriteReference,
    kInsertLiteral,
    kInsertReference,
    kEraseElement,
    kMinimumSize,
    kMinimumSizeFill,
    kMaximumSize,
    kSetSize,
    kSetSizeFill,
  };
  static constexpr int64_t kEndIndex = INT64_MIN;  // "append": one past the last element
  struct Instruction {
    Op op;
    int64_t source = 0;  // literal index, or element index to copy from, or size
    int64_t index = 0;   // where to; or the literal index of the fill
    friend bool operator==(const Instruction&, const Instruction&) = default;
  };

  ValueType element_type = ValueType::kEmpty;
  Value literals;                         // Array<element type>
  std::vector<Instruction> instructions;  // empty: identity

  Value ApplyTo(const Value& array) const;  // array of element_type (or empty: an empty array)
  ArrayEdit ComposeOver(const ArrayEdit& weaker) const;
  friend bool operator==(const ArrayEdit& a, const ArrayEdit& b);
};

}  // namespace strata

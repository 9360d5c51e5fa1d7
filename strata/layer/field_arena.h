// Records of specs, and the blocks in which those that are built or edited keep their fields.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <new>

#include "strata/layer/raw_slots.h"
#include "strata/layer/spec_store.h"

namespace strata::layer::spec_table {

using Field = SpecStore::Field;

struct Record {
  uint32_t path;        // its id; of a property that only has a name, the token of that
  uint32_t first;       // slot of the first field; place in the field sets when deferred
  uint32_t count : 26;  // fields
  uint32_t is_deferred : 1;
  uint32_t type : 5;
  uint32_t capacity;  // slots that belong to this spec; when deferred, the owner of such a property

  bool HasOnlyName() const { return is_deferred && capacity != SpecStore::kNoSpec; }
};
static_assert(sizeof(Record) == 16);
inline constexpr uint32_t kMaxFields = (1u << 26) - 1;

// Blocks of fields, one per spec. A block at the top grows where it is, so specs built one after the other
// waste nothing; others move to a block of the next power of two, and what they leave is used again.
class FieldArena {
 public:
  Field* At(uint32_t slot) const { return slots_.At(slot); }

  // Makes room for one more field.
  void Grow(Record& record) {
    if (record.count == kMaxFields) throw std::bad_alloc();
    if (record.capacity != 0 && record.first + record.capacity == slots_.GetTop() && slots_.CanExtend(1)) {
      slots_.Take(1);
      record.capacity += 1;
      return;
    }
    const uint32_t needed = record.count + 1;
    // Few fields: exactly so many, for nearly all specs stay small. A new spec takes what another one
    // outgrew.
    uint32_t wanted = needed <= 8 ? needed : std::min(std::bit_ceil(needed), kMaxFields);
    if (needed == 1 && free_[2] != kNone) wanted = 2;
    uint32_t capacity = wanted;
    const uint32_t first = TakeBlock(std::max(needed, std::min(wanted, 2u)), wanted, &capacity);
    Relocate(record, first, capacity);
  }

  void Release(Record& record) {
    for (uint32_t i = 0; i < record.count; ++i) At(record.first + i)->~Field();
    FreeBlock(record.first, record.capacity);
    record.count = 0;
    record.capacity = 0;
  }

  void ShrinkToFit() { slots_.ShrinkToFit(); }
  size_t GetMemoryBytes() const { return slots_.GetMemoryBytes(); }
  void Reserve(uint64_t fields) { slots_.Reserve(fields); }
  // Takes over all blocks of `other`; returns by how much their first slots have moved.
  uint32_t Adopt(FieldArena& other) {
    const uint32_t offset = slots_.Adopt(other.slots_);
    other.free_ = MakeEmptyLists();  // what others may still use of them is little, and forgotten
    other.free_count_ = 0;
    return offset;
  }
  uint32_t GetTop() const { return slots_.GetTop(); }

 private:
  struct FreeBlockHead {
    uint32_t next;
    uint32_t capacity;
  };
  static constexpr uint32_t kExactSizes = 32;
  static constexpr uint32_t kNone = UINT32_MAX;

  static uint32_t ListOf(uint32_t capacity) {
    return capacity <= kExactSizes ? capacity
                                   : kExactSizes + static_cast<uint32_t>(std::bit_width(capacity - 1)) - 5;
  }

  uint32_t TakeBlock(uint32_t least, uint32_t wanted, uint32_t* capacity) {
    const uint32_t last = ListOf(wanted);
    for (uint32_t list = ListOf(least); list <= last && free_count_ != 0; ++list) {
      if (free_[list] == kNone) continue;
      const uint32_t slot = free_[list];
      FreeBlockHead head;
      std::memcpy(&head, At(slot), sizeof head);
      if (head.capacity < least) continue;
      free_[list] = head.next;
      --free_count_;
      *capacity = head.capacity;
      return slot;
    }
    return slots_.Take(wanted);
  }

  void FreeBlock(uint32_t first, uint32_t capacity) {
    if (capacity == 0) return;
    if (first + capacity == slots_.GetTop()) {
      slots_.SetTop(first);
      return;
    }
    uint32_t& list = free_[ListOf(capacity)];
    const FreeBlockHead head{list, capacity};
    std::memcpy(static_cast<void*>(At(first)), &head, sizeof head);
    list = first;
    ++free_count_;
  }

  void Relocate(Record& record, uint32_t first, uint32_t capacity) {
    if (record.count != 0) {
      std::memcpy(static_cast<void*>(At(first)), static_cast<const void*>(At(record.first)),
                  record.count * sizeof(Field));
    }
    FreeBlock(record.first, record.capacity);
    record.first = first;
    record.capacity = capacity;
  }

  static constexpr std::array<uint32_t, 64> MakeEmptyLists() {
    std::array<uint32_t, 64> lists{};
    lists.fill(kNone);
    return lists;
  }

  RawSlots<Field, 16> slots_;
  std::array<uint32_t, 64> free_ = MakeEmptyLists();
  size_t free_count_ = 0;
};

}  // namespace strata::layer::spec_table

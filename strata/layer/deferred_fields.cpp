#include "strata/layer/deferred_fields.h"

#include <cstdlib>
#include <new>
#include <utility>

namespace strata::layer {

DeferredFields::DeferredFields(DeferredContent content) : content_(std::move(content)) {
  const size_t count = content_.field_count;
  fields_ = static_cast<SpecStore::Field*>(std::calloc(count ? count : 1, sizeof(SpecStore::Field)));
  if (!fields_) throw std::bad_alloc();
  is_touched_ = std::make_unique<std::atomic<bool>[]>(count / kBlock + 1);
}

DeferredFields::~DeferredFields() {
  for (uint32_t first = 0; first < content_.field_count; first += kBlock) {
    if (!is_touched_[first / kBlock].load(std::memory_order_relaxed)) continue;
    for (uint32_t i = first; i < content_.field_count && i < first + kBlock; ++i)
      if (fields_[i].state_ == kReady) fields_[i].~Field();
  }
  std::free(fields_);
}

// One thread reads the value; others that ask for it meanwhile wait for it.
const SpecStore::Field& DeferredFields::Read(uint32_t field) const {
  SpecStore::Field& kept = fields_[field];
  const std::atomic_ref state(kept.state_);
  uint8_t seen = kAbsent;
  while (!state.compare_exchange_strong(seen, kBusy, std::memory_order_acquire)) {
    if (seen == kReady) return kept;
    state.wait(kBusy, std::memory_order_acquire);
    seen = kAbsent;
  }
  is_touched_[field / kBlock].store(true, std::memory_order_relaxed);
  try {
    // The bytes are zero, as those of an empty value are.
    kept.value = content_.source->ReadField(field);
  } catch (...) {  // out of memory: whoever asks next may have more luck
    state.store(kAbsent, std::memory_order_release);
    state.notify_all();
    throw;
  }
  kept.name = GetName(field);
  state.store(kReady, std::memory_order_release);
  state.notify_all();
  return kept;
}

ValueType DeferredFields::GetType(uint32_t field) const {
  return IsReady(field) ? fields_[field].value.GetType() : content_.source->GetFieldType(field);
}

const Value& DeferredFields::Look(uint32_t field, Value& held) const {
  if (IsReady(field) || !IsArrayType(content_.source->GetFieldType(field))) return Get(field).value;
  held = content_.source->LookAtField(field);
  return held;
}

size_t DeferredFields::GetMemoryBytes() const {
  size_t blocks = 0;
  for (uint32_t i = 0; i <= content_.field_count / kBlock; ++i)
    blocks += is_touched_[i].load(std::memory_order_relaxed);
  return sizeof *this + blocks * kBlock * sizeof(SpecStore::Field) +
         (size_t{content_.field_count} + content_.field_set_size) * sizeof(uint32_t);
}

}  // namespace strata::layer

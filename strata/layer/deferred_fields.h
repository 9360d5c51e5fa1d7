// Fields that stay in their file until somebody asks for one; then it is read once and kept.
//
// Threads: safe from any. Owners: the stores that share it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "strata/layer/spec_store.h"

namespace strata::layer {

class DeferredFields {
 public:
  explicit DeferredFields(DeferredContent content);
  ~DeferredFields();
  DeferredFields(const DeferredFields&) = delete;
  DeferredFields& operator=(const DeferredFields&) = delete;

  const uint32_t* GetSet(uint32_t first) const { return content_.field_sets.get() + first; }
  Token GetName(uint32_t field) const { return Token::FromId(content_.field_names[field]); }
  // Read from the file if nobody asked before. Its value is empty where the file is damaged.
  const SpecStore::Field& Get(uint32_t field) const { return IsReady(field) ? fields_[field] : Read(field); }
  // The same, but an array that was not read before is put into `held`, and not kept.
  const Value& Look(uint32_t field, Value& held) const;
  // kEmpty where only reading can tell.
  ValueType GetType(uint32_t field) const;
  const FieldSource& GetSource() const { return *content_.source; }
  size_t GetMemoryBytes() const;

 private:
  enum State : uint8_t { kAbsent, kBusy, kReady };
  static constexpr uint32_t kBlock = 256;  // fields of which is noted together that some were read

  const SpecStore::Field& Read(uint32_t field) const;
  bool IsReady(uint32_t field) const {
    return std::atomic_ref(fields_[field].state_).load(std::memory_order_acquire) == kReady;
  }

  DeferredContent content_;
  SpecStore::Field* fields_;  // zero bytes until read: pages nobody asks for cost nothing
  std::unique_ptr<std::atomic<bool>[]> is_touched_;  // by block
};

}  // namespace strata::layer

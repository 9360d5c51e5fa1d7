// The steps of an edit of a layer as data: what undoes it, and what does it again.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "strata/layer/spec_store.h"
#include "strata/path/path.h"
#include "strata/value/value.h"

namespace strata::layer {

// One step. Values are shared with the layer, not copied.
struct JournalStep {
  enum class Kind : uint8_t {
    kCreate,       // a spec of `type`, with `fields`
    kErase,        // the same, gone
    kSetType,      // of a spec: `old_type` became `type`
    kSetField,     // `field`: `before` became `after`; empty where there was none
    kInsertChild,  // `name` or `target` came into the children `field`, at `index`
    kRemoveChild,
    kReplaceAll,  // the whole content
  };
  Kind kind;
  SpecType type = SpecType::kUnknown, old_type = SpecType::kUnknown;
  Path path;
  Token field, name;
  Path target;
  uint32_t index = 0;
  Value before, after;
  std::vector<SpecStore::Field> fields;
  std::shared_ptr<const SpecStore> old_content, content;  // kReplaceAll
};

// A value. Threads: as any value; what it shares with layers is never written.
struct Journal {
  std::vector<JournalStep> steps;
  bool IsEmpty() const { return steps.empty(); }
  // What undoes these steps: each reversed, the last one first.
  Journal GetInverse() const;
  void Append(const Journal& later) { steps.insert(steps.end(), later.steps.begin(), later.steps.end()); }
};

}  // namespace strata::layer

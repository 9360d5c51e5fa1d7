#include "strata/compose/index_table.h"

#include <tsl/robin_set.h>

#include "strata/compose/index_graph.h"

namespace strata::compose {

size_t CountCycles(const PrimIndex& index) {
  const CompositionErrors& errors = index.GetErrors();
  return static_cast<size_t>(std::count_if(errors.begin(), errors.end(), [](const CompositionError& error) {
    return error.type == ErrorType::kArcCycle;
  }));
}

uint64_t IndexTable::FindIntroducedStacks(const PrimIndex& index) {
  return index.GetGraph() ? index.GetGraph()->introduced_stacks : 0;
}

bool IndexTable::Compact() {
  constexpr size_t kFew = 64;
  if (stale_notes_ - compacted_at_ < kFew) return false;
  compacted_at_ = stale_notes_;
  bool is_changed = false;
  for (Part& part : parts_) {
    if (part.introductions.size() > 2 * part.size + kFew) {
      tsl::robin_set<Path> known;
      std::erase_if(part.introductions, [&](const Introduction& introduction) {
        const PrimIndexPtr* slot = part.FindSlot(introduction.path);
        return !slot || !*slot || FindIntroducedStacks(**slot) != introduction.stacks ||
               !known.insert(introduction.path).second;
      });
      part.stacks_of_runs.clear();
      for (size_t i = 0; i < part.introductions.size(); ++i) part.NoteStacks(i);
      is_changed = true;
    }
    if (part.faulty.size() > 2 * part.size + kFew) {
      std::sort(part.faulty.begin(), part.faulty.end(), PathIdLess());
      part.faulty.erase(std::unique(part.faulty.begin(), part.faulty.end()), part.faulty.end());
      std::erase_if(part.faulty, [&](Path path) {
        const PrimIndexPtr* slot = part.FindSlot(path);
        return !slot || !*slot;
      });
    }
  }
  return is_changed;
}

void IndexTable::NoteAsker(Path path, const PrimIndex& index) {
  if (!index.GetGraph() || !index.GetGraph()->asks_above) return;
  has_askers_.store(true, std::memory_order_relaxed);
  for (; !path.IsEmpty() && !path.IsAbsoluteRoot(); path = path.GetParent()) {
    Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    if (!part.askers.insert(path).second) return;
  }
}

}  // namespace strata::compose

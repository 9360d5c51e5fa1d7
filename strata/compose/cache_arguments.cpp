// What a cache knows of the arguments of file formats that its indices composed, and how it is kept within
// its budgets.
#include <cstdlib>

#include "strata/compose/cache_impl.h"

namespace strata::compose {

IndexEnvironment::Room Cache::Impl::TakeRoomForGeneratedLayer() {
  const uint32_t taken = generated_layers.fetch_add(1, std::memory_order_relaxed);
  if (taken < options.budgets.max_generated_layers) return Room::kYes;
  if (taken == options.budgets.max_generated_layers) return Room::kNoMore;
  generated_layers.fetch_sub(1, std::memory_order_relaxed);
  return Room::kNoMoreAndTold;
}

void Cache::Impl::NoteArguments(const ComposedArguments& arguments) {
  const std::lock_guard lock(arguments_mutex);
  argument_names.fields.insert(arguments.fields.begin(), arguments.fields.end());
  argument_names.attributes.insert(arguments.attributes.begin(), arguments.attributes.end());
}

Cache::ArgumentNames Cache::GetArgumentNames() const {
  ArgumentNames names;
  impl_->indices.Visit([&](Path, const PrimIndexPtr& index) {
    if (!index->GetGraph()) return;
    for (const ComposedArguments& composed : index->GetComposedArguments()) {
      names.fields.insert(composed.fields.begin(), composed.fields.end());
      names.attributes.insert(composed.attributes.begin(), composed.attributes.end());
    }
  });
  return names;
}

Instancing GetInstancingOfEnvironment() {
  const char* text = std::getenv("PCP_OVERRIDE_INSTANCEABLE");
  if (!text || !*text) return Instancing::kAsMode;
  char* end = nullptr;
  const long number = std::strtol(text, &end, 10);
  if (end == text || number == -1) return Instancing::kAsMode;
  return number == 0 ? Instancing::kNever : Instancing::kAlways;
}

}  // namespace strata::compose

#include "strata/compute/outside.h"

#include <algorithm>

namespace strata::compute {

using stage::Prim;

namespace {

void AddOnce(std::vector<Token>& names, Token name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

OutsideNeeds::OutsideNeeds(const Network& network, const Registry& registry) : network_(network) {
  for (const auto& computation : registry.GetAll())
    for (const Input& input : computation->inputs)
      if (input.kind == Input::Kind::kNearestAncestor) {
        AddOnce(outputs_, input.output);
        if (looking_.empty() || looking_.back() != computation.get()) looking_.push_back(computation.get());
      }
}

bool OutsideNeeds::Has(const Prim& instance) const {
  if (looking_.empty()) return false;
  std::vector<Token> there;
  for (Prim above = instance; above && !above.IsPseudoRoot(); above = above.GetParent())
    for (const Token output : outputs_)
      if (network_.IsMade(above.GetPrimDefinition(), output)) AddOnce(there, output);
  if (there.empty()) return false;
  const std::vector<Token>& needed = FindKnown(instance.GetPrototype());
  return std::find_first_of(there.begin(), there.end(), needed.begin(), needed.end()) != there.end();
}

void OutsideNeeds::Clear() {
  const std::lock_guard lock(mutex_);
  needed_.clear();
}

// Two threads may find the same at a time; the first one's stays.
const std::vector<Token>& OutsideNeeds::FindKnown(const Prim& prototype) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = needed_.find(prototype.GetPath()); found != needed_.end()) return *found->second;
  }
  auto found = std::make_unique<const std::vector<Token>>(FindNeeded(prototype));
  const std::lock_guard lock(mutex_);
  return *needed_.emplace(prototype.GetPath(), std::move(found)).first->second;
}

std::vector<Token> OutsideNeeds::FindNeeded(const Prim& prototype) const {
  constexpr auto kInside = stage::PrimPredicate::All().With(stage::InstanceProxies::kTraverse);
  std::vector<Token> needed;
  std::vector<Prim> waiting = prototype.GetFilteredChildren(kInside);
  while (!waiting.empty()) {
    const Prim prim = std::move(waiting.back());
    waiting.pop_back();
    for (const Computation* computation : looking_) {
      if (!Registry::Applies(computation->schemas, prim.GetPrimDefinition())) continue;
      for (const Input& input : computation->inputs) {
        if (input.kind != Input::Kind::kNearestAncestor) continue;
        Prim above = prim.GetParent();
        while (above != prototype && !network_.IsMade(above.GetPrimDefinition(), input.output))
          above = above.GetParent();
        if (above == prototype) AddOnce(needed, input.output);
      }
    }
    for (Prim& child : prim.GetFilteredChildren(kInside)) waiting.push_back(std::move(child));
  }
  return needed;
}

}  // namespace strata::compute

#include "strata/domain/light.h"

#include <set>

namespace strata::domain {

namespace {

using stage::Prim;

enum class Below : uint8_t { kModels, kNothing };

// Takes what the list of a prim says; whether its models below still count.
Below TakeCache(const Prim& prim, std::set<Path>& found) {
  const Token behavior = prim.GetAttribute(Token("lightList:cacheBehavior")).Get().GetOr(Token());
  if (behavior != "consumeAndContinue" && behavior != "consumeAndHalt") return Below::kModels;
  for (Path target : prim.GetRelationship(Token("lightList")).GetForwardedTargets()) found.insert(target);
  return behavior == "consumeAndHalt" ? Below::kNothing : Below::kModels;
}

void Collect(const Prim& root, LightListMode mode, std::set<Path>& found) {
  const bool consults = mode == LightListMode::kConsultCache;
  auto predicate = stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse);
  if (consults) predicate = predicate.Require(stage::PrimFlag::kModel);
  std::vector<Prim> waiting = {root};
  while (!waiting.empty()) {
    const Prim prim = std::move(waiting.back());
    waiting.pop_back();
    const bool is_whole_stage = prim.IsPseudoRoot();
    const Below below = consults && !is_whole_stage ? TakeCache(prim, found) : Below::kModels;
    if (below == Below::kNothing) continue;
    if (!is_whole_stage && Light(prim).IsValid()) found.insert(prim.GetPath());
    for (const Prim& child : prim.GetFilteredChildren(predicate)) waiting.push_back(child);
  }
}

}  // namespace

bool Light::IsLight() const {
  static const Token schema("LightAPI");
  return prim_ && prim_.HasAPI(schema);
}
bool Light::IsFilter() const {
  static const Token schema("LightFilter");
  return prim_ && prim_.IsA(schema);
}

Collection Light::GetLinkCollection() const {
  return {prim_, Token(IsFilter() ? "filterLink" : "lightLink")};
}

std::vector<Prim> Light::GetFilters() const {
  std::vector<Prim> filters;
  for (Path target : prim_.GetRelationship(Token("light:filters")).GetForwardedTargets())
    if (Prim filter = prim_.GetStage()->GetPrimAtPath(target)) filters.push_back(std::move(filter));
  return filters;
}

Token Light::GetShaderId(Token render_context) const {
  const std::string name = IsFilter() ? "lightFilter:shaderId" : "light:shaderId";
  if (!render_context.IsEmpty()) {
    const Token of_context(render_context.GetString() + ':' + name);
    if (const Token id = prim_.GetAttribute(of_context).Get().GetOr(Token()); !id.IsEmpty()) return id;
  }
  return prim_.GetAttribute(Token(name)).Get().GetOr(Token());
}

std::vector<Path> ComputeLightList(const Prim& prim, LightListMode mode) {
  std::set<Path> found;
  if (prim) Collect(prim, mode, found);
  return {found.begin(), found.end()};
}

LightLinking::LightLinking(std::vector<Prim> lights) : lights_(std::move(lights)) {
  for (const Prim& light : lights_) {
    links_.push_back(Light(light).GetLinkCollection().ComputeMembership());
    shadows_.push_back(Light(light).GetShadowLinkCollection().ComputeMembership());
  }
}

}  // namespace strata::domain

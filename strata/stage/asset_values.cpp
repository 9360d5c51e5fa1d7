#include "strata/stage/asset_values.h"

#include "strata/compose/expression.h"

namespace strata::stage {

bool HoldsAssetPaths(const Value& value) {
  if (value.Holds<AssetPath>() || value.Holds<Array<AssetPath>>()) return true;
  const Dictionary* dictionary = value.GetIf<Dictionary>();
  if (!dictionary) return false;
  // Depth is bounded: readers refuse values nested deeper than a budget.
  for (const auto& [key, entry] : dictionary->entries)
    if (HoldsAssetPaths(entry)) return true;
  return false;
}

AssetPath AssetPathResolver::Resolve(const AssetPath& path, const layer::Layer& layer,
                                     const compose::LayerStack& stack) const {
  compose::EvaluatedText text = compose::EvaluateText(path.authored, stack.GetExpressionVariables());
  AssetPath result(path.authored);
  if (text.is_expression) result.evaluated = text.text;
  if (text.text.empty()) return result;
  const asset::Resolver& resolver = registry_.GetResolver();
  std::string identifier =
      layer.IsAnonymous() ? text.text : resolver.CreateIdentifier(text.text, layer.GetResolvedPath());
  if (mode_ == AssetPathMode::kResolve) {
    result.resolved = resolver.Resolve(identifier, context_);
    return result;
  }
  // A search path, or already whole: an expression may stay where it goes on saying the same.
  if (text.is_expression && identifier == text.text && home_ &&
      compose::EvaluateText(path.authored, *home_).text == text.text) {
    return AssetPath(path.authored);
  }
  return AssetPath(identifier);
}

void AssetPathResolver::ResolveIn(Value& value, const layer::Layer& layer,
                                  const compose::LayerStack& stack) const {
  if (AssetPath* path = value.GetMutable<AssetPath>()) {
    *path = Resolve(*path, layer, stack);
  } else if (Array<AssetPath>* paths = value.GetMutable<Array<AssetPath>>()) {
    AssetPath* elements = paths->GetMutableData();
    for (size_t i = 0; i < paths->GetSize(); ++i) elements[i] = Resolve(elements[i], layer, stack);
  } else if (Dictionary* dictionary = value.GetMutable<Dictionary>()) {
    for (auto& [key, entry] : dictionary->entries)
      if (HoldsAssetPaths(entry)) ResolveIn(entry, layer, stack);
  }
}

}  // namespace strata::stage

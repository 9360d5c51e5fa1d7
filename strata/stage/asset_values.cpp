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
  AssetPath result(path.authored);
  compose::EvaluatedText text = compose::EvaluateText(path.authored, stack.GetExpressionVariables());
  const std::string& evaluated = text.text;
  if (text.is_expression) result.evaluated = evaluated;
  if (evaluated.empty()) return result;
  const asset::Resolver& resolver = registry_.GetResolver();
  result.resolved = resolver.Resolve(resolver.CreateIdentifier(evaluated, layer.GetResolvedPath()), context_);
  return result;
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

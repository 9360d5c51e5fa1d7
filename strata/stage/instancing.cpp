// What makes two instances the same below: the arcs that bring their descendants.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <type_traits>

#include "strata/layer/fields.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// Nodes whose opinions all instances share: those of the prim's own arcs, and all that these bring.
bool IsShared(compose::NodeRef node) {
  if (!node.HasSpecs() || node.IsInert()) return false;
  for (; node && !node.IsRoot(); node = node.GetParent())
    if (!node.IsDueToAncestor()) return true;
  return false;
}

// Keys are compared within one process alone.
template <class T>
  requires std::is_trivially_copyable_v<T>
void AppendBytes(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

std::string MakeLoadKey(Path path, const StageLoadRules& rules) {
  std::string key;
  if (rules.GetRules().empty()) return key;
  const StageLoadRules::Rule own = rules.GetEffectiveRuleForPath(path);
  key += fmt::format("load {}\n", static_cast<int>(own));
  const size_t length = path.GetString().size();
  for (auto below = rules.GetRules().upper_bound(path);
       below != rules.GetRules().end() && below->first.HasPrefix(path); ++below) {
    key += fmt::format("{} {}\n", below->first.GetString().substr(length), static_cast<int>(below->second));
  }
  return key;
}

std::string MakeInstanceKey(const compose::PrimIndex& index, const StageLoadRules& rules,
                            const StagePopulationMask& mask) {
  std::string key;
  for (uint32_t n = 1; n < index.GetNodeCount(); ++n) {
    compose::NodeRef node = index.GetNode(n);
    if (!IsShared(node)) continue;
    const LayerOffset& offset = node.GetTimeOffsetToRoot();
    AppendBytes(key, node.GetArcType());
    AppendBytes(key, node.GetLayerStackNumber());
    AppendBytes(key, node.GetPath().GetId());
    AppendBytes(key, offset.offset);
    AppendBytes(key, offset.scale);
  }
  key += '\n';
  // Selections count whoever makes them, and even for sets that nothing declares.
  std::map<std::string, std::string> selections;
  for (const compose::SpecSite& site : index.GetSpecStack()) {
    const Token field = layer::GetFieldNames().variantSelection;
    if (const auto* authored = site.entry->layer->GetFieldAs<VariantSelectionMap>(site.path, field))
      selections.insert(authored->begin(), authored->end());
  }
  for (const auto& [set, selection] : index.GetVariantSelections())
    selections[set.GetString()] = selection.GetString();
  for (const auto& [set, selection] : selections) {
    AppendBytes(key, set.size());
    key += set;
    AppendBytes(key, selection.size());
    key += selection;
  }
  key += MakeLoadKey(index.GetPath(), rules);
  if (!mask.IncludesSubtree(index.GetPath())) {
    const size_t length = index.GetPath().GetString().size();
    for (Path path : mask.GetPaths())
      if (path.HasPrefix(index.GetPath())) key += path.GetString().substr(length) + '\n';
  }
  return key;
}

}  // namespace strata::stage

// Reads the `clips` and `clipSets` metadata of prims.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "strata/compose/expression.h"
#include "strata/layer/fields.h"
#include "strata/stage/clips.h"

namespace strata::stage {

namespace {

// More clips than any shot has: a template with a tiny stride must not fill memory.
constexpr double kMaxClips = 1'000'000;

// One set, as all opinions say it together.
struct ComposedSet {
  Dictionary fields;
  std::optional<compose::SpecSite> anchor;  // the strongest opinion that names clips
  LayerOffset active_offset, times_offset;
  bool has_active = false, has_times = false;
};

const Value* Find(const ComposedSet& set, const char* key) {
  return set.fields.Find(key);
}

std::string GetAssetPath(const ComposedSet& set, const char* key, const Dictionary& variables) {
  const Value* value = Find(set, key);
  const AssetPath* path = value ? value->GetIf<AssetPath>() : nullptr;
  const std::string* text = value ? value->GetIf<std::string>() : nullptr;
  if (!path && !text) return {};
  return compose::EvaluateText(path ? path->authored : *text, variables).text;
}

double GetNumber(const ComposedSet& set, const char* key, double otherwise) {
  const Value* value = Find(set, key);
  return value ? CastValue(*value, ValueType::kDouble).GetOr(otherwise) : otherwise;
}

TimePairs GetPairs(const ComposedSet& set, const char* key, const LayerOffset& to_stage) {
  TimePairs pairs;
  const Value* value = Find(set, key);
  if (const Array<Vec2d>* authored = value ? value->GetIf<Array<Vec2d>>() : nullptr)
    for (const Vec2d& pair : *authored) pairs.emplace_back(to_stage * pair[0], pair[1]);
  return pairs;
}

// "name.##.#.usd": the frame and its decimals with as many digits as there are marks.
struct Template {
  std::string before, between, after;
  size_t digits = 0, decimals = 0;

  static std::optional<Template> Parse(const std::string& path) {
    Template result;
    size_t slash = path.rfind('/');
    size_t first = path.find('#', slash == std::string::npos ? 0 : slash);
    if (first == std::string::npos) return std::nullopt;
    size_t end = path.find_first_not_of('#', first);
    if (end == std::string::npos) end = path.size();
    result.before = path.substr(0, first);
    result.digits = end - first;
    if (path.compare(end, 2, ".#") == 0) {
      size_t end_of_decimals = path.find_first_not_of('#', end + 1);
      if (end_of_decimals == std::string::npos) end_of_decimals = path.size();
      result.decimals = end_of_decimals - end - 1;
      end = end_of_decimals;
    }
    result.after = path.substr(end);
    return result;
  }
  std::string Expand(double time) const {
    std::string frame = fmt::format("{:0{}}", static_cast<int64_t>(time), digits);
    if (decimals == 0) return before + frame + after;
    double scale = std::pow(10.0, static_cast<double>(decimals));
    auto fraction = static_cast<int64_t>(std::llround((time - std::trunc(time)) * scale));
    return before + frame + "." + fmt::format("{:0{}}", fraction, decimals) + after;
  }
};

// Fills the clips that a template names and that exist. False when the template is malformed.
bool ExpandTemplate(const ComposedSet& set, const std::string& path, const layer::Layer& anchor,
                    const layer::LayerRegistry& registry, const asset::ResolverContext& context,
                    ClipDefinition& definition) {
  std::optional<Template> pattern = Template::Parse(path);
  double start = GetNumber(set, "templateStartTime", NAN), end = GetNumber(set, "templateEndTime", NAN);
  double stride = GetNumber(set, "templateStride", 1), shift = GetNumber(set, "templateActiveOffset", 0);
  if (!pattern || !std::isfinite(start) || !std::isfinite(end) || !(stride > 0) || end < start) return false;
  if ((end - start) / stride > kMaxClips || std::abs(shift) > stride) return false;
  const LayerOffset& to_stage = set.times_offset;
  if (shift != 0)
    definition.times.emplace_back(to_stage * (start - std::abs(shift)), start - std::abs(shift));
  // Times are steps from the start, so that a stride of a tenth does not drift.
  for (int64_t step = 0;; ++step) {
    double time = std::round((start + static_cast<double>(step) * stride) * 10000) / 10000;
    if (time > end) break;
    std::string clip = pattern->Expand(time);
    std::string identifier = registry.GetResolver().CreateIdentifier(clip, anchor.GetResolvedPath());
    if (registry.GetResolver().Resolve(identifier, context).empty()) continue;
    definition.times.emplace_back(to_stage * time, time);
    definition.active.emplace_back(to_stage * (time + shift),
                                   static_cast<double>(definition.asset_paths.size()));
    definition.asset_paths.push_back(std::move(clip));
  }
  if (shift != 0) definition.times.emplace_back(to_stage * (end + std::abs(shift)), end + std::abs(shift));
  return true;
}

bool ReadExplicit(const ComposedSet& set, const Dictionary& variables, ClipDefinition& definition) {
  const Value* value = Find(set, "assetPaths");
  const Array<AssetPath>* paths = value ? value->GetIf<Array<AssetPath>>() : nullptr;
  if (!paths) return false;
  for (const AssetPath& path : *paths)
    definition.asset_paths.push_back(compose::EvaluateText(path.authored, variables).text);
  definition.active = GetPairs(set, "active", set.active_offset);
  definition.times = GetPairs(set, "times", set.times_offset);
  return true;
}

bool IsWellFormed(const ClipDefinition& definition) {
  if (definition.active.empty() || !definition.prim_path.IsPrim() || !definition.prim_path.IsAbsolute())
    return false;
  std::set<double> starts;
  return std::all_of(definition.active.begin(), definition.active.end(), [&](const auto& pair) {
    bool names_a_clip = pair.second >= 0 && pair.second < static_cast<double>(definition.asset_paths.size());
    return names_a_clip && starts.insert(pair.first).second;
  });
}

std::map<std::string, ComposedSet> ComposeSets(const compose::PrimIndex& index) {
  std::map<std::string, ComposedSet> sets;
  for (const compose::SpecSite& site : index.GetSpecStack()) {
    const auto* clips = site.entry->layer->GetFieldAs<Dictionary>(site.path, layer::GetFieldNames().clips);
    if (!clips) continue;
    LayerOffset to_stage = site.GetOffsetToRoot();
    for (const auto& [name, value] : clips->entries) {
      const Dictionary* fields = value.GetIf<Dictionary>();
      if (!fields) continue;
      ComposedSet& set = sets[name];
      if (!set.anchor && (fields->Find("assetPaths") || fields->Find("templateAssetPath"))) set.anchor = site;
      if (!set.has_active && fields->Find("active")) {
        set.active_offset = to_stage;
        set.has_active = true;
      }
      if (!set.has_times && (fields->Find("times") || fields->Find("templateAssetPath"))) {
        set.times_offset = to_stage;
        set.has_times = true;
      }
      set.fields = set.fields.ComposeOver(*fields);
    }
  }
  return sets;
}

// The order in which sets are asked: those of each layer stack by name, edited by what that stack says in
// `clipSets`, the stronger stack first.
std::vector<std::string> OrderSets(const compose::PrimIndex& index,
                                   const std::map<std::string, ComposedSet>& sets) {
  const Token field = layer::GetFieldNames().clipSets;
  const compose::SpecStack sites = index.GetSpecStack();
  std::vector<std::string> names;
  for (size_t end = 0; end < sites.size();) {
    const size_t begin = end;
    while (end < sites.size() && sites[end].node == sites[begin].node) ++end;
    std::vector<std::string> of_node;
    for (const auto& [name, set] : sets)
      if (set.anchor && set.anchor->node == sites[begin].node) of_node.push_back(name);
    if (of_node.empty()) continue;
    std::vector<std::string> ordered = of_node;
    for (size_t i = end; i-- > begin;)
      if (const auto* op = sites[i].entry->layer->GetFieldAs<StringListOp>(sites[i].path, field))
        op->ApplyTo(ordered);
    for (std::string& name : ordered)
      if (std::find(of_node.begin(), of_node.end(), name) != of_node.end()) names.push_back(std::move(name));
  }
  return names;
}

bool ReadDefinition(const ComposedSet& set, const layer::LayerRegistry& registry,
                    const asset::ResolverContext& context, ClipDefinition& definition) {
  const compose::SpecSite& anchor = *set.anchor;
  definition.stack = anchor.node.GetLayerStack();
  definition.layer = static_cast<uint32_t>(anchor.entry - definition.stack->GetEntries().data());
  definition.anchor = anchor.path.StripAllVariantSelections();
  const Dictionary& variables = definition.stack->GetExpressionVariables();
  const Value* prim_path = Find(set, "primPath");
  if (prim_path && prim_path->Holds<std::string>())
    definition.prim_path = Path(prim_path->Get<std::string>());
  definition.manifest = GetAssetPath(set, "manifestAssetPath", variables);
  const Value* interpolate = Find(set, "interpolateMissingClipValues");
  definition.interpolate_missing = interpolate && interpolate->GetOr(false);
  std::string pattern = GetAssetPath(set, "templateAssetPath", variables);
  bool is_read = ReadExplicit(set, variables, definition);
  if (!is_read && !pattern.empty())
    is_read = ExpandTemplate(set, pattern, *anchor.entry->layer, registry, context, definition);
  return is_read && IsWellFormed(definition);
}

}  // namespace

std::vector<ClipDefinition> FindClipDefinitions(const compose::PrimIndex& index,
                                                const layer::LayerRegistry& registry,
                                                const asset::ResolverContext& context) {
  std::vector<ClipDefinition> definitions;
  std::map<std::string, ComposedSet> sets = ComposeSets(index);
  for (const std::string& name : OrderSets(index, sets)) {
    auto found = sets.find(name);
    if (found == sets.end() || !found->second.anchor) continue;
    ClipDefinition definition;
    definition.name = name;
    if (ReadDefinition(found->second, registry, context, definition))
      definitions.push_back(std::move(definition));
  }
  return definitions;
}

}  // namespace strata::stage

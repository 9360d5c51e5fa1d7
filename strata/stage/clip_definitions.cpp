// Reads the `clips` and `clipSets` metadata of prims.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "strata/asset/asset_path.h"
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
  std::optional<compose::SpecSite> active, times;
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

// The time in which a field is told: that of its layer where this is in the anchor's layer stack and not
// weaker, else that of the anchor.
LayerOffset GetOffsetInStack(const ComposedSet& set, const std::optional<compose::SpecSite>& site) {
  const bool own = site && site->node == set.anchor->node && site->entry <= set.anchor->entry;
  return own ? site->entry->offset : set.anchor->entry->offset;
}

TimePairs GetPairs(const ComposedSet& set, const char* key, const LayerOffset& offset) {
  TimePairs pairs;
  const Value* value = Find(set, key);
  if (const Array<Vec2d>* authored = value ? value->GetIf<Array<Vec2d>>() : nullptr)
    for (const Vec2d& pair : *authored)
      pairs.emplace_back(offset.IsIdentity() ? pair[0] : offset * pair[0], pair[1]);
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

// Templates count in steps of a ten-thousandth.
double RoundTime(double time) {
  return std::round(time * 10000) / 10000;
}

// Fills the clips that a template names and that exist. False when the template is malformed.
bool ExpandTemplate(const ComposedSet& set, const std::string& path, const layer::Layer& anchor,
                    const layer::LayerRegistry& registry, const asset::ResolverContext& context,
                    ClipDefinition& definition) {
  std::optional<Template> pattern = Template::Parse(path);
  double start = GetNumber(set, "templateStartTime", NAN), end = GetNumber(set, "templateEndTime", NAN);
  double stride = GetNumber(set, "templateStride", NAN), shift = GetNumber(set, "templateActiveOffset", 0);
  if (!pattern || !std::isfinite(start) || !std::isfinite(end) || !(stride > 0) || end < start) return false;
  if ((end - start) / stride > kMaxClips || std::abs(shift) > stride) return false;
  const double first = RoundTime(start - std::abs(shift)), last = RoundTime(end + std::abs(shift));
  if (shift != 0) definition.times.emplace_back(first, first);
  // Times are steps from the start, so that a stride of a tenth does not drift.
  for (int64_t step = 0;; ++step) {
    const double time = RoundTime(start + static_cast<double>(step) * stride);
    if (time > end) break;
    std::string clip = pattern->Expand(time);
    std::string identifier = registry.GetResolver().CreateIdentifier(asset::SplitIdentifier(clip, nullptr),
                                                                     anchor.GetResolvedPath());
    if (registry.GetResolver().Resolve(identifier, context).empty()) continue;
    definition.times.emplace_back(time, time);
    definition.active.emplace_back(RoundTime(time + shift),
                                   static_cast<double>(definition.asset_paths.size()));
    definition.asset_paths.push_back(std::move(clip));
  }
  if (shift != 0) definition.times.emplace_back(last, last);
  return true;
}

bool ReadExplicit(const ComposedSet& set, const Dictionary& variables, ClipDefinition& definition) {
  const Value* value = Find(set, "assetPaths");
  const Array<AssetPath>* paths = value ? value->GetIf<Array<AssetPath>>() : nullptr;
  if (!paths) return false;
  for (const AssetPath& path : *paths)
    definition.asset_paths.push_back(compose::EvaluateText(path.authored, variables).text);
  definition.active = GetPairs(set, "active", {});
  const LayerOffset of_times = GetOffsetInStack(set, set.times),
                    of_active = GetOffsetInStack(set, set.active);
  definition.times =
      GetPairs(set, "times", of_times == of_active ? LayerOffset() : of_active.GetInverse() * of_times);
  return true;
}

bool IsWellFormed(const ClipDefinition& definition) {
  if (definition.active.empty() || !definition.prim_path.IsPrim() || !definition.prim_path.IsAbsolute())
    return false;
  // One entry for what holds before a jump and one for what holds after: a third has no meaning.
  std::map<double, int> at_time;
  for (const auto& pair : definition.times)
    if (++at_time[pair.first] > 2) return false;
  std::set<double> starts;
  return std::all_of(definition.active.begin(), definition.active.end(), [&](const auto& pair) {
    bool names_a_clip = pair.second >= 0 && pair.second < static_cast<double>(definition.asset_paths.size());
    return names_a_clip && starts.insert(pair.first).second;
  });
}

using ComposedSets = std::map<std::string, ComposedSet>;

// The sets that the layer stack of one node speaks of, strongest layer first.
ComposedSets ComposeInNode(const compose::SpecStack& sites, size_t begin, size_t end) {
  ComposedSets sets;
  for (size_t i = begin; i < end; ++i) {
    const compose::SpecSite& site = sites[i];
    const auto* clips = site.entry->layer->GetFieldAs<Dictionary>(site.path, layer::GetFieldNames().clips);
    if (!clips) continue;
    for (const auto& [name, value] : clips->entries) {
      const Dictionary* fields = value.GetIf<Dictionary>();
      if (!fields) continue;
      ComposedSet& set = sets[name];
      if (!set.anchor && (fields->Find("assetPaths") || fields->Find("templateAssetPath"))) set.anchor = site;
      if (!set.active && fields->Find("active")) set.active = site;
      if (!set.times && fields->Find("times")) set.times = site;
      set.fields = set.fields.ComposeOver(*fields);
    }
  }
  return sets;
}

// The names of the sets that a node's layers speak of, in the order in which they are asked: from the weakest
// layer on each adds its own by name and edits the list by its `clipSets`.
std::vector<std::string> ListNames(const compose::SpecStack& sites, size_t begin, size_t end) {
  std::vector<std::string> names;
  for (size_t i = end; i-- > begin;) {
    const layer::Layer& layer = *sites[i].entry->layer;
    if (const auto* clips = layer.GetFieldAs<Dictionary>(sites[i].path, layer::GetFieldNames().clips)) {
      std::set<std::string> spoken_of;
      for (const auto& entry : clips->entries) spoken_of.insert(entry.first);
      for (const std::string& name : spoken_of)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (const auto* op = layer.GetFieldAs<StringListOp>(sites[i].path, layer::GetFieldNames().clipSets))
      op->ApplyTo(names);
  }
  return names;
}

// Sets in the order in which they are asked: those of each layer stack as ListNames has them, the stronger
// stack first. What a stack says of sets that it takes off its list counts nowhere.
std::vector<std::pair<std::string, ComposedSet>> ComposeSets(const compose::PrimIndex& index) {
  const compose::SpecStack sites = index.GetSpecStack();
  ComposedSets composed;
  std::vector<std::string> order;
  for (size_t begin = 0, end = 0; begin < sites.size(); begin = end) {
    while (end < sites.size() && sites[end].node == sites[begin].node) ++end;
    ComposedSets of_node = ComposeInNode(sites, begin, end);
    if (of_node.empty()) continue;
    for (const std::string& name : ListNames(sites, begin, end)) {
      auto found = of_node.find(name);
      if (found == of_node.end()) continue;
      ComposedSet& set = composed[name];
      if (!set.active) set.active = found->second.active;
      if (!set.times) set.times = found->second.times;
      set.fields = set.fields.ComposeOver(found->second.fields);
      if (set.anchor || !found->second.anchor) continue;
      set.anchor = found->second.anchor;
      order.push_back(name);
    }
  }
  std::vector<std::pair<std::string, ComposedSet>> ordered;
  for (const std::string& name : order) ordered.emplace_back(name, std::move(composed[name]));
  return ordered;
}

bool ReadDefinition(const ComposedSet& set, const layer::LayerRegistry& registry,
                    const asset::ResolverContext& context, ClipDefinition& definition) {
  const compose::SpecSite& anchor = *set.anchor;
  definition.stack = anchor.node.GetLayerStack();
  definition.layer = static_cast<uint32_t>(anchor.entry - definition.stack->GetEntries().data());
  definition.anchor = anchor.path.StripAllVariantSelections();
  definition.layer_to_stage = anchor.node.GetMapToRoot().GetTimeOffset() * GetOffsetInStack(set, set.active);
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
  for (const auto& [name, set] : ComposeSets(index)) {
    ClipDefinition definition;
    definition.name = name;
    if (ReadDefinition(set, registry, context, definition)) definitions.push_back(std::move(definition));
  }
  return definitions;
}

}  // namespace strata::stage

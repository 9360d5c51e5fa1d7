#include "strata/stage/flatten_layer_stack.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "strata/compose/expression.h"
#include "strata/layer/children.h"
#include "strata/layer/fields.h"
#include "strata/stage/asset_values.h"
#include "strata/stage/metadata.h"
#include "strata/stage/resolve.h"
#include "strata/value/spline.h"

namespace strata::stage {

namespace {

using Entry = compose::LayerStack::Entry;
using SpecView = layer::SpecStore::SpecView;

// One layer's word on the spec at hand.
struct Site {
  const Entry* entry;
  SpecView spec;
};

bool IsValueField(Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  return field == names.default_ || field == names.timeSamples || field == names.spline;
}

class StackFlattener {
 public:
  StackFlattener(const compose::LayerStack& stack, const layer::LayerRegistry& registry,
                 const FlattenLayerStackOptions& options)
      : stack_(stack), registry_(registry), options_(options) {}

  layer::SpecStore Run() {
    std::vector<Path> open{Path::AbsoluteRoot()};
    while (!open.empty()) {
      const Path path = open.back();
      open.pop_back();
      CopySpec(path, open);
    }
    return std::move(store_);
  }

 private:
  using Index = layer::SpecStore::SpecIndex;

  void CopySpec(Path path, std::vector<Path>& open) {
    std::vector<Site> sites;
    for (const Entry& entry : stack_.GetEntries())
      if (SpecView spec = entry.layer->GetContent().Find(path)) sites.push_back({&entry, spec});
    if (sites.empty()) return;
    const layer::SpecType type = sites.front().spec.GetType();
    // Where layers disagree on what stands at a path, the strongest has it for itself.
    std::erase_if(sites, [type](const Site& site) { return site.spec.GetType() != type; });
    const Index spec = store_.Create(path, type);
    std::vector<Token> fields;
    for (const Site& site : sites)
      for (size_t i = 0; i < site.spec.GetFieldCount(); ++i) fields.push_back(site.spec.GetFieldName(i));
    std::sort(fields.begin(), fields.end(), TokenTextLess());
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    for (Token field : fields) {
      if (layer::IsChildrenField(field)) {
        CopyChildren(spec, path, sites, field, open);
      } else if (!IsValueField(field)) {
        Value value = ComposeOverLayers(sites, field);
        if (!value.IsEmpty()) store_.SetField(spec, field, std::move(value));
      }
    }
    if (type == layer::SpecType::kAttribute) CopyValues(spec, sites);
    if (path.IsAbsoluteRoot()) FinishRoot(spec);
  }

  // Names as composition orders them: those of weaker layers first.
  void CopyChildren(Index spec, Path path, const std::vector<Site>& sites, Token field,
                    std::vector<Path>& open) {
    if (field == names_.targetChildren || field == names_.connectionChildren) return;
    TokenVector children;
    std::unordered_set<uint32_t> seen;
    for (size_t i = sites.size(); i-- > 0;) {
      const Value* value = sites[i].spec.Find(field);
      const TokenVector* authored = value ? value->GetIf<TokenVector>() : nullptr;
      if (!authored) continue;
      for (Token name : *authored)
        if (seen.insert(name.GetId()).second) children.push_back(name);
    }
    for (size_t i = children.size(); i-- > 0;)
      open.push_back(layer::GetChildPath(path, {field, children[i], Path()}));
    if (!children.empty()) store_.SetField(spec, field, Value(std::move(children)));
  }

  std::string ResolvePath(const Site& site, const std::string& authored) const {
    if (authored.empty()) return authored;
    const layer::Layer& layer = *site.entry->layer;
    if (options_.resolve_asset_path) return options_.resolve_asset_path(layer, stack_, authored);
    const compose::EvaluatedText evaluated = compose::EvaluateText(authored, stack_.GetExpressionVariables());
    if (!evaluated.errors.empty()) return authored;
    const std::string& text = evaluated.text;
    if (text.empty() || layer.IsAnonymous()) return text;
    return registry_.GetResolver().CreateIdentifier(text, layer.GetResolvedPath());
  }

  void ResolveIn(const Site& site, Value& value) const {
    if (const AssetPath* path = value.GetIf<AssetPath>()) {
      value = Value(AssetPath(ResolvePath(site, path->authored)));
    } else if (Array<AssetPath>* paths = value.GetMutable<Array<AssetPath>>()) {
      AssetPath* elements = paths->GetMutableData();
      for (size_t i = 0; i < paths->GetSize(); ++i)
        elements[i] = AssetPath(ResolvePath(site, elements[i].authored));
    } else if (Dictionary* dictionary = value.GetMutable<Dictionary>()) {
      for (auto& [key, entry] : dictionary->entries)
        if (HoldsAssetPaths(entry)) ResolveIn(site, entry);
    } else if (TimeSamples* samples = value.GetMutable<TimeSamples>()) {
      TimeSamples resolved;
      resolved.Reserve(samples->GetSize());
      for (size_t i = 0; i < samples->GetSize(); ++i) {
        Value sample = samples->GetValue(i);
        ResolveIn(site, sample);
        resolved.Set(samples->GetTime(i), std::move(sample));
      }
      *samples = std::move(resolved);
    }
  }

  // Of arcs that are equal as they are authored the stronger one stays, whatever their layers' times make of
  // them.
  template <class Arc>
  Value ComposeArcs(const std::vector<Site>& sites, Token field) const {
    ListOp<Arc> composed;
    std::vector<Arc> seen;
    for (const Site& site : sites) {
      const Value* authored = site.spec.Find(field);
      const ListOp<Arc>* arcs = authored ? authored->GetIf<ListOp<Arc>>() : nullptr;
      if (!arcs) continue;
      std::vector<Arc> here;
      ListOp<Arc> mapped = arcs->Map([&](const Arc& arc) -> std::optional<Arc> {
        Arc resolved = arc;
        resolved.asset_path = ResolvePath(site, arc.asset_path);
        if (std::find(seen.begin(), seen.end(), resolved) != seen.end()) return std::nullopt;
        here.push_back(resolved);
        resolved.offset = site.entry->offset * arc.offset;
        return resolved;
      });
      seen.insert(seen.end(), here.begin(), here.end());
      Value both = CombineFieldValues(Value(composed), Value(mapped));
      composed = composed.HasKeys() ? both.Get<ListOp<Arc>>() : std::move(mapped);
      if (composed.is_explicit) break;
    }
    return composed.HasKeys() ? Value(std::move(composed)) : Value();
  }

  // How the stage times of a clip set in one layer read in the stack: those of layers that are weaker than
  // the one that names the clips are told in its time.
  static LayerOffset GetClipOffset(const std::vector<Site>& sites, const Site& site, const std::string& set) {
    const Token clips = layer::GetFieldNames().clips;
    for (const Site& other : sites) {
      if (other.entry == site.entry) break;
      const Value* value = other.spec.Find(clips);
      const Dictionary* sets = value ? value->GetIf<Dictionary>() : nullptr;
      const Value* found = sets ? sets->Find(set) : nullptr;
      const Dictionary* fields = found ? found->GetIf<Dictionary>() : nullptr;
      if (fields && (fields->Find("assetPaths") || fields->Find("templateAssetPath")))
        return other.entry->offset;
    }
    return site.entry->offset;
  }

  // Stage times inside clip sets, which are plain numbers there.
  static void RetimeClips(Dictionary& sets, const std::vector<Site>& sites, const Site& site) {
    for (auto& [name, set] : sets.entries) {
      const LayerOffset offset = GetClipOffset(sites, site, name);
      if (offset.IsIdentity()) continue;
      Dictionary* fields = set.GetMutable<Dictionary>();
      if (!fields) continue;
      for (const char* key : {"active", "times"}) {
        auto found = fields->entries.find(key);
        Array<Vec2d>* pairs =
            found == fields->entries.end() ? nullptr : found->second.GetMutable<Array<Vec2d>>();
        if (!pairs) continue;
        Vec2d* data = pairs->GetMutableData();
        for (size_t i = 0; i < pairs->GetSize(); ++i) data[i][0] = offset * data[i][0];
      }
    }
  }

  // What a layer says, as it would say it in the flat layer.
  Value Take(const Site& site, Token field, bool is_layer_metadata) const {
    const Value* authored = site.spec.Find(field);
    if (!authored) return {};
    const LayerOffset& offset = site.entry->offset;
    Value value = *authored;
    // Times in metadata of layers are told of that layer, and are not mapped.
    if (!is_layer_metadata && !offset.IsIdentity()) value = Retime(value, offset);
    if (HoldsAssetPaths(value) || value.Holds<TimeSamples>()) ResolveIn(site, value);
    return value;
  }

  Value ComposeOverLayers(const std::vector<Site>& sites, Token field) const {
    if (field == names_.subLayers || field == names_.subLayerOffsets) return {};
    const Value* first = nullptr;
    for (const Site& site : sites)
      if (!first) first = site.spec.Find(field);
    if (first && first->Holds<ReferenceListOp>()) return ComposeArcs<Reference>(sites, field);
    if (first && first->Holds<PayloadListOp>()) return ComposeArcs<Payload>(sites, field);
    const bool is_root = sites.front().spec.GetType() == layer::SpecType::kPseudoRoot;
    Value composed;
    for (const Site& site : sites) {
      Value value = Take(site, field, is_root);
      if (value.IsEmpty()) continue;
      if (field == names_.clips && value.Holds<Dictionary>())
        RetimeClips(*value.GetMutable<Dictionary>(), sites, site);
      if (composed.IsEmpty()) {
        composed = std::move(value);
      } else if (field == names_.specifier) {
        if (composed == Value(Specifier::kOver)) composed = std::move(value);
      } else if (field == names_.typeName) {
        if (composed.GetOr(Token()).IsEmpty()) composed = std::move(value);
      } else if (field == names_.layerRelocates && composed.Holds<Relocates>() && value.Holds<Relocates>()) {
        MergeRelocates(*composed.GetMutable<Relocates>(), value.Get<Relocates>());
      } else if (field == names_.variantSelection && composed.Holds<VariantSelectionMap>() &&
                 value.Holds<VariantSelectionMap>()) {
        const auto& weaker = value.Get<VariantSelectionMap>();
        composed.GetMutable<VariantSelectionMap>()->insert(weaker.begin(), weaker.end());
      } else if (Value both = CombineFieldValues(composed, value); !both.IsEmpty()) {
        composed = std::move(both);
      }
    }
    return composed;
  }

  static void MergeRelocates(Relocates& strong, const Relocates& weak) {
    for (const Relocate& relocate : weak) {
      auto same_source = [&](const Relocate& other) { return other.first == relocate.first; };
      if (std::none_of(strong.begin(), strong.end(), same_source)) strong.push_back(relocate);
    }
  }

  // Samples and splines hide each other and what is weaker; a default hides weaker ones of all kinds, and
  // lets samples and splines that are stronger stand beside it.
  void CopyValues(Index spec, const std::vector<Site>& sites) {
    Value fallback;  // the composed default so far
    bool animated = false, is_closed = false, blocks_animation = false;
    for (const Site& site : sites) {
      const bool open_to_animation = !animated && !blocks_animation && (fallback.IsEmpty());
      for (Token field : {names_.timeSamples, names_.spline}) {
        if (!open_to_animation || animated || !site.spec.HasField(field)) continue;
        Value value = Take(site, field, false);
        if (value.IsEmpty()) continue;
        animated = true;
        store_.SetField(spec, field, std::move(value));
      }
      Value value = is_closed ? Value() : Take(site, names_.default_, false);
      if (value.IsEmpty()) continue;
      if (value.Holds<AnimationBlock>()) {
        if (fallback.IsEmpty()) blocks_animation = true;
        continue;
      }
      fallback = fallback.IsEmpty() ? value : ApplyOver(fallback, value);
      is_closed = !NeedsWeaker(fallback);
    }
    // A default in the same layer silences weaker animation as the block does.
    if (fallback.IsEmpty() && blocks_animation) fallback = Value(AnimationBlock());
    if (!fallback.IsEmpty()) store_.SetField(spec, names_.default_, std::move(fallback));
  }

  // Times are those of the root layer, whatever weaker layers count in.
  void FinishRoot(Index spec) {
    const Value* rate = store_.GetField(spec, names_.timeCodesPerSecond);
    const double own = stack_.GetTimeCodesPerSecond();
    if (rate && rate->GetOr(own) != own) store_.SetField(spec, names_.timeCodesPerSecond, Value(own));
  }

  const compose::LayerStack& stack_;
  const layer::LayerRegistry& registry_;
  const FlattenLayerStackOptions& options_;
  const layer::FieldNames& names_ = layer::GetFieldNames();
  layer::SpecStore store_;
};

}  // namespace

layer::LayerPtr FlattenLayerStack(const compose::LayerStack& stack,
                                  const std::shared_ptr<layer::LayerRegistry>& registry,
                                  const FlattenLayerStackOptions& options) {
  layer::LayerPtr flat = layer::Layer::CreateAnonymous(options.tag);
  flat->SetRegistry(registry);
  flat->ReplaceContent(StackFlattener(stack, *registry, options).Run());
  return flat;
}

}  // namespace strata::stage

#include "strata/stage/flatten.h"

#include <algorithm>
#include <unordered_map>

#include "strata/layer/fields.h"
#include "strata/stage/asset_values.h"
#include "strata/stage/metadata.h"
#include "strata/stage/resolve.h"
#include "strata/stage/stage_impl.h"
#include "strata/value/spline.h"

namespace strata::stage {

namespace {

using FlatPaths = std::unordered_map<Path, Path>;  // of prototypes' roots
using SpecIndex = layer::SpecStore::SpecIndex;

using SchemaFields = std::vector<layer::SpecStore::Field>;

// How a prim is written.
struct Manner {
  bool shares_instances = true;  // prototypes are prims, instances refer to them
  // What is answered at these times and by fallbacks, rather than what is authored.
  const std::span<const double>* times = nullptr;
};

template <class Visitor>
void VisitChildren(const Stage::Impl& stage, uint32_t record, const Manner& manner, Visitor&& visit) {
  if (!manner.shares_instances && stage.Record(record).prototype != kNoRecord)
    record = stage.Record(record).prototype;
  for (uint32_t child = stage.Record(record).first_child; child != kNoRecord;
       child = stage.Record(child).next_sibling) {
    if (stage.Record(child).Is(PrimFlag::kActive)) visit(child);
  }
}

TokenVector ListChildren(const Stage::Impl& stage, uint32_t record, const Manner& manner) {
  TokenVector names;
  VisitChildren(stage, record, manner,
                [&](uint32_t child) { names.push_back(stage.Record(child).path.GetNameToken()); });
  return names;
}

// Writes what the stage says of prims to a store, one prim after the other.
class PrimCopier {
 public:
  PrimCopier(const Stage::Impl& stage, const Manner& manner, const FlatPaths& flat_paths,
             layer::SpecStore& store)
      : stage_(stage),
        manner_(manner),
        flat_paths_(flat_paths),
        store_(store),
        resolver_(*stage.registry, *stage.options.resolver_context, AssetPathMode::kAnchor,
                  &stage.cache->GetRootLayerStack()->GetExpressionVariables()) {}

  void CopyPrim(uint32_t number, Path path) {
    const PrimRecord& record = stage_.Record(number);
    const SpecIndex spec = store_.Create(path, layer::SpecType::kPrim);
    store_.SetField(spec, names_.specifier, ComposeSpecifier(*record.index));
    if (!record.type_name.IsEmpty()) store_.SetField(spec, names_.typeName, record.type_name);
    const std::vector<FieldSite> sites = FindPrimSites(record.index.get());
    CopyMetadata(
        spec, sites, FieldOwner::kPrim,
        {names_.specifier, names_.typeName, manner_.shares_instances ? Token() : names_.instanceable},
        record.definition ? &record.definition->GetMetadata() : nullptr);
    if (manner_.shares_instances && record.prototype != kNoRecord) {
      Reference reference;
      reference.prim_path = flat_paths_.at(stage_.Record(record.prototype).path);
      store_.SetField(spec, names_.references, Value(ReferenceListOp::Create({}, {reference})));
    }
    const Prim prim = stage_.MakePrim(manner_.shares_instances ? record.path : path, number);
    TokenVector names = manner_.times ? prim.GetPropertyNames() : prim.GetAuthoredPropertyNames();
    ListSpeakers(sites);
    for (Token name : names) CopyProperty(number, prim, sites, name, path.AppendProperty(name));
    if (!names.empty()) store_.SetField(spec, names_.properties, Value(std::move(names)));
    TokenVector children = ListChildren(stage_, number, manner_);
    if (!children.empty()) store_.SetField(spec, names_.primChildren, Value(std::move(children)));
  }

  // Fields that the registry does not know have no composition rule: they stay in the layers that hold them.
  void CopyMetadata(SpecIndex spec, const std::vector<FieldSite>& sites, FieldOwner owner,
                    std::initializer_list<Token> handled, const SchemaFields* of_schema = nullptr) {
    const layer::FieldRegistry& registry = stage_.registry->GetFields();
    const auto copy = [&](Token field) {
      if (std::find(handled.begin(), handled.end(), field) != handled.end() || !registry.Find(field)) return;
      const Value* fallback = manner_.times ? FindFieldFallback(registry, field, owner, of_schema) : nullptr;
      Value value = ComposeField(sites, field, resolver_, fallback);
      if (!value.IsEmpty()) store_.SetField(spec, field, std::move(value));
    };
    for (Token field : ListMetadataFields(sites, owner)) copy(field);
    if (manner_.times)
      for (Token field : ListFallbackFields(registry, store_.GetType(spec), owner, of_schema))
        if (!store_.GetField(spec, field)) copy(field);
  }

 private:
  // Which specs of the prim have which properties: looking through their lists once is cheaper than looking
  // for each property in each layer.
  void ListSpeakers(const std::vector<FieldSite>& prim_sites) {
    speakers_.clear();
    for (uint32_t i = 0; i < prim_sites.size(); ++i) {
      const Value* listed = prim_sites[i].spec.Find(names_.properties);
      const TokenVector* names = listed ? listed->GetIf<TokenVector>() : nullptr;
      if (!names) continue;
      for (Token name : *names) speakers_.emplace_back(name, i);
    }
    std::sort(speakers_.begin(), speakers_.end());
  }

  std::vector<FieldSite> FindSites(const std::vector<FieldSite>& prim_sites, Token property) const {
    std::vector<FieldSite> sites;
    Path prim_path, path;
    auto speaker = std::lower_bound(speakers_.begin(), speakers_.end(), std::pair(property, uint32_t{0}));
    for (; speaker != speakers_.end() && speaker->first == property; ++speaker) {
      const FieldSite& of_prim = prim_sites[speaker->second];
      if (of_prim.path != prim_path) {
        prim_path = of_prim.path;
        path = prim_path.AppendProperty(property);
      }
      if (layer::SpecStore::SpecView spec = of_prim.site.entry->layer->GetContent().Find(path))
        sites.push_back({of_prim.site, path, spec});
    }
    return sites;
  }

  void CopyProperty(uint32_t record, const Prim& prim, const std::vector<FieldSite>& prim_sites, Token name,
                    Path path) {
    const std::vector<FieldSite> sites = FindSites(prim_sites, name);
    const schema::PrimDefinition* definition = stage_.Record(record).definition;
    const schema::PropertyDefinition* known = definition ? definition->FindProperty(name) : nullptr;
    const layer::SpecType type = known ? known->type : FindPropertyType(sites);
    const SpecIndex spec = store_.Create(path, type);
    // As metadata the weakest opinion tells whether a property is custom, as usd-core has it.
    const Value* custom = sites.empty() ? nullptr : sites.back().spec.Find(names_.custom);
    store_.SetField(spec, names_.custom, custom && custom->GetOr(false));
    store_.SetField(spec, names_.variability, known ? known->variability : ComposeVariability(sites));
    CopyMetadata(spec, sites, FieldOwner::kProperty, {names_.custom, names_.variability, names_.typeName},
                 known ? &known->metadata : nullptr);
    if (type == layer::SpecType::kRelationship) {
      CopyTargets(spec, sites, names_.targetPaths, [&] { return Relationship(prim, name).GetTargets(); });
      return;
    }
    store_.SetField(spec, names_.typeName, known ? known->type_name : ComposeTypeName(sites));
    AttributeResolver resolver(stage_, record, name, AssetPathMode::kAnchor);
    resolver.UseSites(sites);
    CopyValues(spec, resolver);
    CopyTargets(spec, sites, names_.connectionPaths, [&] { return Attribute(prim, name).GetConnections(); });
  }

  void CopyValues(SpecIndex spec, const AttributeResolver& resolver) {
    if (manner_.times) return SampleValues(spec, resolver);
    Value value = resolver.GetFlatDefault();
    if (!value.IsEmpty()) store_.SetField(spec, names_.default_, std::move(value));
    TimeSamples samples = resolver.GetFlatSamples();
    if (!samples.IsEmpty()) store_.SetField(spec, names_.timeSamples, Value(std::move(samples)));
    if (std::optional<Spline> spline = resolver.GetSpline())
      store_.SetField(spec, names_.spline, Value(*spline));
  }

  void SampleValues(SpecIndex spec, const AttributeResolver& resolver) {
    const std::span<const double> times = *manner_.times;
    const Value unvaried = resolver.Get(Time::Default());
    if (!unvaried.IsEmpty()) store_.SetField(spec, names_.default_, unvaried);
    if (times.empty()) return;
    const std::vector<ResolveInfo> sources = resolver.GetInfoChain(Moment::kNumeric);
    const bool may_vary = std::any_of(sources.begin(), sources.end(), [](const ResolveInfo& source) {
      return source.source == ResolveSource::kTimeSamples || source.source == ResolveSource::kSpline ||
             source.source == ResolveSource::kValueClips;
    });
    // An edit of an array over a block is nothing at the default time, and something at all others.
    if (!may_vary && resolver.Get(times.front()) == unvaried) return;
    TimeSamples samples;
    samples.Reserve(times.size());
    for (double time : times) {
      Value value = resolver.Get(time);
      samples.Set(time, value.IsEmpty() ? Value(ValueBlock()) : std::move(value));
    }
    store_.SetField(spec, names_.timeSamples, Value(std::move(samples)));
  }

  template <class Compose>
  void CopyTargets(SpecIndex spec, const std::vector<FieldSite>& sites, Token field, Compose&& compose) {
    if (!IsFieldAuthored(sites, field)) return;
    std::vector<Path> targets = compose();
    if (targets.empty()) return;
    for (Path& target : targets) target = FlattenPath(target);
    store_.SetField(spec, field, Value(PathListOp::CreateExplicit(std::move(targets))));
  }

  Path FlattenPath(Path path) const {
    if (flat_paths_.empty()) return path;
    Path root = path.GetPrimPath();
    while (!root.IsEmpty() && !root.IsAbsoluteRoot() && !root.IsRootPrim()) root = root.GetParent();
    auto found = flat_paths_.find(root);
    return found == flat_paths_.end() ? path : path.ReplacePrefix(root, found->second);
  }

  const Stage::Impl& stage_;
  const Manner& manner_;
  const FlatPaths& flat_paths_;
  layer::SpecStore& store_;
  AssetPathResolver resolver_;
  const layer::FieldNames& names_ = layer::GetFieldNames();
  std::vector<std::pair<Token, uint32_t>> speakers_;  // of one prim: property and number of the spec, sorted
};

class Flattener {
 public:
  Flattener(const Stage& stage, const Manner& manner) : stage_(stage.GetImpl()), manner_(manner) {}

  layer::SpecStore Run(FlattenOptions::SourceComment source_comment) {
    if (manner_.shares_instances) NamePrototypes();
    const SpecIndex root = store_.Create(Path::AbsoluteRoot(), layer::SpecType::kPseudoRoot);
    CopyStageMetadata(root, source_comment);
    TokenVector children;
    for (const Prototype& prototype : stage_.prototypes) {
      if (!manner_.shares_instances) break;
      const Path path = flat_paths_.at(stage_.Record(prototype.record).path);
      children.push_back(path.GetNameToken());
      const SpecIndex spec = store_.Create(path, layer::SpecType::kPrim);
      store_.SetField(spec, names_.specifier, Specifier::kOver);
      TokenVector below = ListChildren(stage_, prototype.record, manner_);
      if (!below.empty()) store_.SetField(spec, names_.primChildren, Value(std::move(below)));
      ListPrims(prototype.record, path);
    }
    for (Token name : ListChildren(stage_, 0, manner_)) children.push_back(name);
    ListPrims(0, Path::AbsoluteRoot());
    if (!children.empty()) store_.SetField(root, names_.primChildren, Value(std::move(children)));
    CopyPrims();
    return std::move(store_);
  }

 private:
  struct Task {
    uint32_t record;
    Path path;  // in the flat layer
  };

  // Prototypes become root prims; names that the scene has already are passed over.
  void NamePrototypes() {
    size_t number = 1;
    for (const Prototype& prototype : stage_.prototypes) {
      Path path;
      do {
        path = Path::AbsoluteRoot().AppendChild(Token("Flattened_Prototype_" + std::to_string(number++)));
      } while (stage_.by_path.Contains(path));
      flat_paths_[stage_.Record(prototype.record).path] = path;
    }
  }

  // Everything below the prim at `record`, whose own spec stands at `path`.
  void ListPrims(uint32_t record, Path path) {
    std::vector<Task> open{{record, path}};
    while (!open.empty()) {
      const Task parent = open.back();
      open.pop_back();
      VisitChildren(stage_, parent.record, manner_, [&](uint32_t child) {
        const Task task{child, parent.path.AppendChild(stage_.Record(child).path.GetNameToken())};
        tasks_.push_back(task);
        open.push_back(task);
      });
    }
  }

  // In pieces on all threads, put together in order.
  void CopyPrims() {
    constexpr size_t kPrimsAPiece = 1024;
    const auto copy = [this](size_t begin, size_t end, layer::SpecStore& store) {
      PrimCopier copier(stage_, manner_, flat_paths_, store);
      for (size_t i = begin; i < end; ++i) copier.CopyPrim(tasks_[i].record, tasks_[i].path);
    };
    Executor* const executor = stage_.options.executor;
    if (!executor || executor->GetThreadCount() == 1 || tasks_.size() <= kPrimsAPiece)
      return copy(0, tasks_.size(), store_);
    std::vector<layer::SpecStore> pieces((tasks_.size() + kPrimsAPiece - 1) / kPrimsAPiece);
    executor->ParallelFor(pieces.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i)
        copy(i * kPrimsAPiece, std::min((i + 1) * kPrimsAPiece, tasks_.size()), pieces[i]);
    });
    size_t count = store_.GetSpecCount();
    for (const layer::SpecStore& piece : pieces) count += piece.GetSpecCount();
    store_.ReserveIndex(count);
    for (layer::SpecStore& piece : pieces) store_.Append(std::move(piece));
  }

  void CopyStageMetadata(SpecIndex root, FlattenOptions::SourceComment source_comment) {
    std::vector<FieldSite> sites = FindPrimSites(stage_.records[0].index.get());
    std::erase_if(sites, [this](const FieldSite& at) {
      return at.site.entry->layer != stage_.root && at.site.entry->layer != stage_.session;
    });
    PrimCopier(stage_, manner_, flat_paths_, store_).CopyMetadata(root, sites, FieldOwner::kStage, {});
    if (source_comment == FlattenOptions::SourceComment::kOmit) return;
    std::string text;
    if (const Value* authored = store_.GetField(root, names_.documentation))
      text = authored->GetOr(std::string());
    if (!text.empty()) text += "\n\n";
    text += "Generated from Composed Stage of root layer " + stage_.root->GetResolvedPath() + "\n";
    store_.SetField(root, names_.documentation, Value(std::move(text)));
  }

  const Stage::Impl& stage_;
  const Manner manner_;
  const layer::FieldNames& names_ = layer::GetFieldNames();
  layer::SpecStore store_;
  FlatPaths flat_paths_;
  std::vector<Task> tasks_;  // in the order of the flat layer
};

layer::LayerPtr MakeLayer(const Stage& stage, std::string_view name, const Manner& manner,
                          FlattenOptions::SourceComment source_comment) {
  layer::LayerPtr flat = layer::Layer::CreateAnonymous(name);
  flat->SetRegistry(stage.GetLayerRegistry());
  flat->ReplaceContent(Flattener(stage, manner).Run(source_comment));
  return flat;
}

}  // namespace

layer::LayerPtr Flatten(const Stage& stage, const FlattenOptions& options) {
  return MakeLayer(stage, "flattened.usda", {}, options.source_comment);
}

layer::LayerPtr Squash(const Stage& stage) {
  return MakeLayer(stage, "squashed.usda", {.shares_instances = false}, FlattenOptions::SourceComment::kOmit);
}

layer::LayerPtr Sample(const Stage& stage, std::span<const double> times) {
  return MakeLayer(stage, "sampled.usda", {.shares_instances = false, .times = &times},
                   FlattenOptions::SourceComment::kOmit);
}

}  // namespace strata::stage

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

class Flattener {
 public:
  explicit Flattener(const Stage& stage)
      : stage_(stage.GetImpl()),
        resolver_(*stage_.registry, *stage_.options.resolver_context, AssetPathMode::kAnchor,
                  &stage_.cache->GetRootLayerStack()->GetExpressionVariables()) {}

  layer::SpecStore Run(const FlattenOptions& options) {
    NamePrototypes();
    Index root = store_.Create(Path::AbsoluteRoot(), layer::SpecType::kPseudoRoot);
    CopyStageMetadata(root, options);
    TokenVector children;
    for (const Prototype& prototype : stage_.prototypes) {
      Path path = flat_paths_.at(stage_.Record(prototype.record).path);
      children.push_back(path.GetNameToken());
      Index spec = store_.Create(path, layer::SpecType::kPrim);
      store_.SetField(spec, names_.specifier, Specifier::kOver);
      CopyTree(prototype.record, path);
    }
    for (Token name : ListChildren(0)) children.push_back(name);
    CopyTree(0, Path::AbsoluteRoot());
    if (!children.empty())
      store_.SetField(Path::AbsoluteRoot(), names_.primChildren, Value(std::move(children)));
    return std::move(store_);
  }

 private:
  using Index = layer::SpecStore::SpecIndex;

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

  Path FlattenPath(Path path) const {
    if (flat_paths_.empty()) return path;
    Path root = path.GetPrimPath();
    while (!root.IsEmpty() && !root.IsAbsoluteRoot() && !root.IsRootPrim()) root = root.GetParent();
    auto found = flat_paths_.find(root);
    return found == flat_paths_.end() ? path : path.ReplacePrefix(root, found->second);
  }

  // Everything below the prim at `record`, whose own spec stands at `path` already.
  void CopyTree(uint32_t record, Path path) {
    struct Open {
      uint32_t record;
      Path path;
    };
    std::vector<Open> open{{record, path}};
    while (!open.empty()) {
      Open parent = open.back();
      open.pop_back();
      TokenVector children = ListChildren(parent.record);
      if (!children.empty() && parent.record != 0)
        store_.SetField(parent.path, names_.primChildren, Value(children));
      for (uint32_t child = stage_.Record(parent.record).first_child; child != kNoRecord;
           child = stage_.Record(child).next_sibling) {
        const PrimRecord& of_child = stage_.Record(child);
        if (!of_child.Is(PrimFlag::kActive)) continue;
        Path child_path = parent.path.AppendChild(of_child.path.GetNameToken());
        CopyPrim(child, child_path);
        open.push_back({child, child_path});
      }
    }
  }

  TokenVector ListChildren(uint32_t record) const {
    TokenVector names;
    for (uint32_t child = stage_.Record(record).first_child; child != kNoRecord;
         child = stage_.Record(child).next_sibling) {
      if (stage_.Record(child).Is(PrimFlag::kActive))
        names.push_back(stage_.Record(child).path.GetNameToken());
    }
    return names;
  }

  void CopyPrim(uint32_t number, Path path) {
    const PrimRecord& record = stage_.Record(number);
    Index spec = store_.Create(path, layer::SpecType::kPrim);
    store_.SetField(spec, names_.specifier, ComposeSpecifier(*record.index));
    if (!record.type_name.IsEmpty()) store_.SetField(spec, names_.typeName, record.type_name);
    CopyMetadata(spec, FindPrimSites(record.index.get()), FieldOwner::kPrim,
                 {names_.specifier, names_.typeName});
    if (record.prototype != kNoRecord) {
      Reference reference;
      reference.prim_path = flat_paths_.at(stage_.Record(record.prototype).path);
      store_.SetField(spec, names_.references, Value(ReferenceListOp::Create({}, {reference})));
    }
    Prim prim = stage_.MakePrim(record.path, number);
    TokenVector names = prim.GetAuthoredPropertyNames();
    for (Token name : names) CopyProperty(number, Property(prim, name), path.AppendProperty(name));
    if (!names.empty()) store_.SetField(spec, names_.properties, Value(std::move(names)));
  }

  void CopyProperty(uint32_t record, const Property& property, Path path) {
    layer::SpecType type = property.GetSpecType();
    Index spec = store_.Create(path, type);
    std::vector<FieldSite> sites = FindPropertySites(stage_.IndexOf(record), property.GetName());
    // As metadata the weakest opinion tells whether a property is custom, as usd-core has it.
    const Value* custom = sites.empty() ? nullptr : sites.back().spec.Find(names_.custom);
    store_.SetField(spec, names_.custom, custom && custom->GetOr(false));
    store_.SetField(spec, names_.variability, property.GetVariability());
    CopyMetadata(spec, sites, FieldOwner::kProperty, {names_.custom, names_.variability, names_.typeName});
    if (type == layer::SpecType::kRelationship) {
      CopyTargets(spec, names_.targetPaths,
                  Relationship(property.GetPrim(), property.GetName()).GetTargets());
      return;
    }
    Attribute attribute(property.GetPrim(), property.GetName());
    store_.SetField(spec, names_.typeName, attribute.GetTypeName());
    CopyValues(spec, AttributeResolver(stage_, record, property.GetName(), AssetPathMode::kAnchor));
    CopyTargets(spec, names_.connectionPaths, attribute.GetConnections());
  }

  void CopyValues(Index spec, const AttributeResolver& resolver) {
    Value value = resolver.GetFlatDefault();
    if (!value.IsEmpty()) store_.SetField(spec, names_.default_, std::move(value));
    TimeSamples samples = resolver.GetFlatSamples();
    if (!samples.IsEmpty()) store_.SetField(spec, names_.timeSamples, Value(std::move(samples)));
    if (std::optional<Spline> spline = resolver.GetSpline())
      store_.SetField(spec, names_.spline, Value(*spline));
  }

  void CopyTargets(Index spec, Token field, std::vector<Path> targets) {
    if (targets.empty()) return;
    for (Path& target : targets) target = FlattenPath(target);
    store_.SetField(spec, field, Value(PathListOp::CreateExplicit(std::move(targets))));
  }

  // Fields that the registry does not know have no composition rule: they stay in the layers that hold them.
  void CopyMetadata(Index spec, const std::vector<FieldSite>& sites, FieldOwner owner,
                    std::initializer_list<Token> handled) {
    for (Token field : ListMetadataFields(sites, owner)) {
      if (std::find(handled.begin(), handled.end(), field) != handled.end()) continue;
      if (!stage_.registry->GetFields().Find(field)) continue;
      Value value = ComposeField(sites, field, resolver_, nullptr);
      if (!value.IsEmpty()) store_.SetField(spec, field, std::move(value));
    }
  }

  void CopyStageMetadata(Index root, const FlattenOptions& options) {
    std::vector<FieldSite> sites = FindPrimSites(stage_.records[0].index.get());
    std::erase_if(sites, [this](const FieldSite& at) {
      return at.site.entry->layer != stage_.root && at.site.entry->layer != stage_.session;
    });
    CopyMetadata(root, sites, FieldOwner::kStage, {});
    if (options.source_comment == FlattenOptions::SourceComment::kOmit) return;
    std::string text;
    if (const Value* authored = store_.GetField(root, names_.documentation))
      text = authored->GetOr(std::string());
    if (!text.empty()) text += "\n\n";
    text += "Generated from Composed Stage of root layer " + stage_.root->GetResolvedPath() + "\n";
    store_.SetField(root, names_.documentation, Value(std::move(text)));
  }

  const Stage::Impl& stage_;
  AssetPathResolver resolver_;
  const layer::FieldNames& names_ = layer::GetFieldNames();
  layer::SpecStore store_;
  std::unordered_map<Path, Path> flat_paths_;  // of prototypes' roots
};

}  // namespace

layer::LayerPtr Flatten(const Stage& stage, const FlattenOptions& options) {
  layer::LayerPtr flat = layer::Layer::CreateAnonymous("flattened.usda");
  flat->SetRegistry(stage.GetLayerRegistry());
  flat->ReplaceContent(Flattener(stage).Run(options));
  return flat;
}

}  // namespace strata::stage

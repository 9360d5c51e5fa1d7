#include "tests/property/random_scene.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "strata/asset/resolver.h"
#include "strata/format/text/text.h"
#include "tests/registry_provider.h"

namespace strata::property {

namespace {

constexpr int kLayerCount = 7;

const std::vector<Token>& GetNames() {
  static const std::vector<Token> names{Token("A"), Token("B"), Token("C"), Token("D")};
  return names;
}

constexpr const char* kMovedAsset = "moved.usda";

// As if a resolver led one asset path to other layers from time to time.
class MovingProvider final : public compose::LayerProvider {
 public:
  MovingProvider(std::shared_ptr<layer::LayerRegistry> registry, std::shared_ptr<const int> moved)
      : layers_(std::move(registry)), moved_(std::move(moved)) {}
  layer::LayerPtr FindOrOpen(const std::string& asset_path, const layer::Layer& anchor,
                             Diagnostics& diagnostics) override {
    const bool is_moved = asset_path == kMovedAsset && *moved_ >= 0;
    return layers_.FindOrOpen(is_moved ? fmt::format("l{}.usda", *moved_) : asset_path, anchor, diagnostics);
  }
  std::string CreateIdentifier(const std::string& asset_path, const layer::Layer& anchor) override {
    return layers_.CreateIdentifier(asset_path, anchor);
  }

 private:
  RegistryProvider layers_;
  std::shared_ptr<const int> moved_;
};

}  // namespace

RandomScene::RandomScene() {
  resolver_ = std::make_shared<asset::MemoryResolver>(asset::MakeFileResolver());
  auto name = [](int i) { return fmt::format("l{}.usda", i); };
  for (int i = 0; i < kLayerCount; ++i) resolver_->Put(name(i), "#usda 1.0\n");
  registry_ = layer::LayerRegistry::Create(resolver_, std::make_shared<layer::FieldRegistry>(),
                                           {format::text::MakeUsdaFormat()});
  provider_ = std::make_shared<MovingProvider>(registry_, moved_);
  Diagnostics diagnostics;
  for (int i = 0; i < kLayerCount; ++i) {
    layers_.push_back(registry_->FindOrOpen(name(i), nullptr, {}, diagnostics));
    const layer::LayerPtr layer = layers_.back();
    listeners_.push_back(
        layer->AddChangeListener([this, layer](const layer::Layer&, const layer::ChangeList& changes) {
          edits_.layers.push_back({layer, changes});
        }));
  }
}

RandomScene::~RandomScene() {
  for (size_t i = 0; i < layers_.size(); ++i) layers_[i]->RemoveChangeListener(listeners_[i]);
}

compose::CacheEdits RandomScene::TakeEdits() {
  return std::exchange(edits_, {});
}

std::unique_ptr<compose::Cache> RandomScene::MakeCache(Executor* executor,
                                                       compose::CompositionMode mode) const {
  compose::CacheOptions options;
  options.mode = mode;
  options.budgets.max_namespace_depth = kMaxDepth;
  options.budgets.max_nodes_per_prim = 400;
  options.executor = executor;
  options.muted_layers = muted_;
  options.variant_fallbacks = fallbacks_;
  options.include_payload = [unloaded = unloaded_](Path path) { return unloaded->count(path) == 0; };
  return std::make_unique<compose::Cache>(layers_[0], layers_[1], provider_, std::move(options));
}

stage::StageLoadRules RandomScene::MakeLoadRules() const {
  stage::StageLoadRules rules;
  for (Path path : *unloaded_) rules.AddRule(path, stage::StageLoadRules::Rule::kNoneRule);
  return rules;
}

stage::StagePtr RandomScene::MakeStage(Executor* executor) const {
  stage::OpenOptions options;
  options.follow = stage::OpenOptions::Follow::kNothing;  // it is told
  options.session = layers_[1];
  options.budgets.emplace().max_namespace_depth = kMaxDepth;
  options.budgets->max_nodes_per_prim = 400;
  options.executor = executor;
  options.muted_layers = muted_;
  options.variant_fallbacks = fallbacks_;
  options.load_rules = MakeLoadRules();
  Diagnostics diagnostics;
  Result<stage::StagePtr> opened = stage::Stage::Open(registry_, layers_[0], options, diagnostics);
  return *opened;
}

std::string RandomScene::ExportLayers() const {
  std::string text;
  for (const layer::LayerPtr& layer : layers_)
    text += "---- " + layer->GetIdentifier() + "\n" + *layer->ExportToString() + "\n";
  text += "muted:";
  for (const std::string& identifier : muted_) text += " " + identifier;
  text += "\nunloaded:";
  for (Path path : *unloaded_) text += " " + path.GetString();
  return text + fmt::format("\nmoved: {}\n", *moved_);
}

template <class T>
ListOp<T> RandomScene::MakeListOp(const std::vector<T>& items) {
  ListOp<T> op;
  switch (Below(5)) {
    case 0:
      op.is_explicit = true;
      op.explicit_items = items;
      break;
    case 1:
      op.appended_items = items;
      break;
    case 2:
      op.deleted_items = items;
      break;
    default:
      op.prepended_items = items;
  }
  return op;
}

Path RandomScene::MakePrimPath(uint32_t max_depth) {
  Path path = Path::AbsoluteRoot();
  for (uint32_t depth = 1 + Below(max_depth); depth != 0; --depth) path = path.AppendChild(Pick(GetNames()));
  return path;
}

Path RandomScene::PickPrimSpec(const layer::Layer& layer) {
  std::vector<Path> paths;
  layer.GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
    if (spec.GetType() == layer::SpecType::kPrim || spec.GetType() == layer::SpecType::kVariant)
      paths.push_back(path);
  });
  std::sort(paths.begin(), paths.end());
  return paths.empty() ? Path() : Pick(paths);
}

std::string RandomScene::MakeAssetPath() {
  if (Chance(8)) return "missing.usda";
  if (Chance(12)) return kMovedAsset;
  if (Chance(15)) return Chance(50) ? "`\"${WHICH}.usda\"`" : "`if(eq(${WHICH}, \"l3\"), \"l4.usda\", None)`";
  return fmt::format("./l{}.usda", 2 + Below(kLayerCount - 2));
}

LayerOffset RandomScene::MakeOffset() {
  LayerOffset offset;
  if (Chance(30)) offset.offset = 10 * Below(4);
  if (Chance(20)) offset.scale = 1 + Below(3);
  return offset;
}

std::string RandomScene::Edit(uint32_t seed) {
  random_.seed(seed);
  std::string text;
  for (uint32_t count = Chance(70) ? 1 : 1 + Below(3); count != 0; --count) text += EditOnce() + "; ";
  return text;
}

std::string RandomScene::EditOnce() {
  if (Chance(9)) return EditOptions();
  if (Chance(15)) return EditVariants();
  layer::Layer& layer = *layers_[Chance(35) ? 0 : Below(kLayerCount)];
  std::string what;
  const uint32_t kind = Below(100);
  if (kind < 45)
    what = EditLayer(layer);
  else if (kind < 85)
    what = EditArcs(layer);
  else
    what = EditStack(layer);
  return layer.GetDisplayName() + ": " + what;
}

std::string RandomScene::Set(layer::Layer& layer, Path path, Token field, Value value) {
  const bool is_erased = value.IsEmpty();
  Result<void> done = layer.SetField(path, field, std::move(value));
  return fmt::format("{} {} of {}{}", is_erased ? "erase" : "set", field.GetText(), path.GetString(),
                     done ? "" : " (refused)");
}

std::string RandomScene::EditLayer(layer::Layer& layer) {
  const auto& names = layer::GetFieldNames();
  const Path spec = PickPrimSpec(layer);
  const uint32_t kind = Below(100);
  if (spec.IsEmpty() || kind < 40) {
    Path path = MakePrimPath(3);
    if (!spec.IsEmpty() && Chance(40)) path = spec.AppendChild(Pick(GetNames()));
    const Specifier specifiers[] = {Specifier::kDef, Specifier::kOver, Specifier::kClass};
    const bool done = layer.CreatePrimSpec(path, specifiers[Below(3)]).operator bool();
    ++kinds_["spec added"];
    return fmt::format("create {}{}", path.GetString(), done ? "" : " (refused)");
  }
  if (kind < 58) {
    const bool done = layer.DeleteSpec(spec).operator bool();
    ++kinds_["spec removed"];
    return fmt::format("delete {}{}", spec.GetString(), done ? "" : " (refused)");
  }
  if (kind < 72) {
    const Path property = spec.AppendProperty(Token(Chance(50) ? "x" : "y"));
    if (layer.HasSpec(property) && Chance(50)) {
      (void)layer.DeleteSpec(property);
      return "delete " + property.GetString();
    }
    (void)layer.CreateAttributeSpec(property, Token("float"));
    return "create " + property.GetString();
  }
  if (kind < 80) {
    TokenVector order = GetNames();
    std::shuffle(order.begin(), order.end(), random_);
    return Set(layer, spec, names.primOrder, Chance(70) ? Value(order) : Value());
  }
  if (kind < 88) {
    const Path to = MakePrimPath(2);
    const bool done = layer.CopySpec(layer, spec.GetPrimPath(), to).operator bool();
    return fmt::format("copy {} to {}{}", spec.GetPrimPath().GetString(), to.GetString(),
                       done ? "" : " (refused)");
  }
  if (kind < 90) {
    const layer::LayerPtr& from = layers_[Below(kLayerCount)];
    layer.TransferContent(*from);
    ++kinds_["content replaced"];
    return "become " + from->GetDisplayName();
  }
  if (kind < 94) {
    ++kinds_["permission edited"];
    return Set(layer, spec, names.permission,
               Chance(70) ? Value(Chance(70) ? Permission::kPrivate : Permission::kPublic) : Value());
  }
  if (kind < 96) {
    ++kinds_["symmetry edited"];
    return Set(layer, spec, names.symmetryFunction, Chance(70) ? Value(Token("mirror")) : Value());
  }
  return Set(layer, spec, names.active, Chance(70) ? Value(Chance(50)) : Value());
}

std::string RandomScene::EditArcs(layer::Layer& layer) {
  const auto& names = layer::GetFieldNames();
  Path spec = PickPrimSpec(layer);
  if (spec.IsEmpty()) return EditLayer(layer);
  if (Chance(12)) {
    std::vector<Token> fields{names.references,  names.payload,         names.inheritPaths,
                              names.specializes, names.variantSetNames, names.variantSelection,
                              names.instanceable};
    return Set(layer, spec, Pick(fields), Value());
  }
  ++kinds_["arc edited"];
  switch (Below(8)) {
    case 0:
    case 1: {
      std::vector<Reference> items(1 + Below(2));
      for (Reference& item : items) {
        if (!Chance(25)) item.asset_path = MakeAssetPath();
        if (!Chance(25)) item.prim_path = MakePrimPath(2);
        item.offset = MakeOffset();
      }
      return Set(layer, spec, names.references, MakeListOp(items));
    }
    case 2: {
      std::vector<Payload> items(1);
      for (Payload& item : items) {
        item.asset_path = MakeAssetPath();
        if (!Chance(25)) item.prim_path = MakePrimPath(2);
        item.offset = MakeOffset();
      }
      return Set(layer, spec, names.payload, MakeListOp(items));
    }
    case 3:
    case 4: {
      std::vector<Path> items(1 + Below(2));
      for (Path& item : items) item = MakePrimPath(2);
      const Token field = Chance(60) ? names.inheritPaths : names.specializes;
      return Set(layer, spec, field, MakeListOp(items));
    }
    case 5: {
      const Token set(Chance(60) ? "v" : "w");
      const Path variant = spec.AppendVariantSelection(set, Token(Chance(50) ? "x" : "y"));
      const bool done = layer.CreateVariantSpec(variant).operator bool();
      if (done && Chance(50))
        (void)layer.CreatePrimSpec(variant.AppendChild(Pick(GetNames())), Specifier::kDef);
      return "create " + variant.GetString();
    }
    case 6: {
      VariantSelectionMap selections;
      selections[Chance(60) ? "v" : "w"] = Chance(20) ? "`${PICK}`" : Chance(50) ? "x" : "y";
      return Set(layer, spec, names.variantSelection, Value(selections));
    }
    default:
      return Set(layer, spec, names.instanceable, Value(Chance(60)));
  }
}

// Switches variants where scenes mostly do: on prims of the root layer stack.
std::string RandomScene::EditVariants() {
  if (Chance(30)) return MakeAssetWithVariants();
  layer::Layer& layer = *layers_[Chance(75) ? 0 : 1];
  const Path prim = MakePrimPath(Chance(70) ? 1 : 2);
  if (!layer.HasSpec(prim)) (void)layer.CreatePrimSpec(prim, Specifier::kOver);
  VariantSelectionMap selections;
  const Token field = layer::GetFieldNames().variantSelection;
  if (const auto* known = layer.GetFieldAs<VariantSelectionMap>(prim, field)) selections = *known;
  for (const char* set : {"v", "w"})
    if (Chance(60)) selections[set] = Chance(50) ? "x" : "y";
  if (Chance(10)) selections.erase("v");
  ++kinds_["variant selected"];
  return Set(layer, prim, field, Value(selections));
}

// A prim that the root layer references, whose variants say more of what is below; some of that has arcs, to
// its siblings among others.
std::string RandomScene::MakeAssetWithVariants() {
  const auto& names = layer::GetFieldNames();
  layer::Layer& layer = *layers_[2 + Below(kLayerCount - 2)];
  const Path asset = MakePrimPath(1);
  auto make = [&](Path path, Specifier specifier) { (void)layer.CreatePrimSpec(path, specifier); };
  auto make_below = [&](Path path, Specifier specifier) {
    for (uint32_t depth = 1 + Below(2); depth != 0; --depth) path = path.AppendChild(Pick(GetNames()));
    make(path, specifier);
    if (Chance(30)) (void)layer.CreateAttributeSpec(path.AppendProperty(Token("x")), Token("float"));
    return path;
  };
  make(asset, Specifier::kDef);
  for (uint32_t count = 2 + Below(3); count != 0; --count) {
    const Path below = make_below(asset, Specifier::kDef);
    if (Chance(50)) continue;
    Reference reference;
    reference.prim_path = Chance(60) ? asset.AppendChild(Pick(GetNames())) : MakePrimPath(1);
    if (Chance(30)) reference.asset_path = MakeAssetPath();
    Set(layer, below, names.references, MakeListOp(std::vector<Reference>{reference}));
  }
  for (const char* set : {"v", "w"}) {
    if (Chance(40)) continue;
    for (const char* name : {"x", "y"}) {
      const Path variant = asset.AppendVariantSelection(Token(set), Token(name));
      if (!layer.CreateVariantSpec(variant)) continue;
      for (uint32_t count = 1 + Below(2); count != 0; --count)
        make_below(variant, Chance(80) ? Specifier::kOver : Specifier::kDef);
      VariantSelectionMap inner;
      inner[*set == 'v' ? "w" : "v"] = Chance(50) ? "x" : "y";
      if (Chance(15)) Set(layer, variant, names.variantSelection, Value(inner));
    }
    VariantSelectionMap selections;
    selections[set] = Chance(50) ? "x" : "y";
    if (Chance(70)) Set(layer, asset, names.variantSelection, Value(selections));
  }
  const Path user = MakePrimPath(Chance(80) ? 1 : 2);
  if (!layers_[0]->HasSpec(user)) (void)layers_[0]->CreatePrimSpec(user, Specifier::kDef);
  Reference reference;
  reference.asset_path = layer.GetIdentifier();
  reference.prim_path = asset;
  reference.offset = MakeOffset();
  ReferenceListOp references;
  references.prepended_items = {reference};
  ++kinds_["asset with variants made"];
  return fmt::format("make {} of {}, {}", asset.GetString(), layer.GetDisplayName(),
                     Set(*layers_[0], user, names.references, Value(references)));
}

std::string RandomScene::Reload(layer::Layer& layer) {
  const layer::LayerPtr& like = layers_[Below(kLayerCount)];
  resolver_->Put(layer.GetIdentifier(), *like->ExportToString());
  const bool done = layer.Reload(layer::Layer::ReloadMode::kAlways).operator bool();
  ++kinds_["layer reloaded"];
  return fmt::format("reload as {}{}", like->GetDisplayName(), done ? "" : " (refused)");
}

std::string RandomScene::EditStack(layer::Layer& layer) {
  const auto& names = layer::GetFieldNames();
  const Path root = Path::AbsoluteRoot();
  switch (Below(9)) {
    case 8:
      return Reload(layer);
    case 0:
    case 1:
    case 2: {
      ++kinds_["sublayers edited"];
      StringVector paths;
      if (auto* known = layer.GetFieldAs<StringVector>(root, names.subLayers)) paths = *known;
      if (!paths.empty() && Chance(40))
        paths.erase(paths.begin() + Below(static_cast<uint32_t>(paths.size())));
      else if (paths.size() > 1 && Chance(20))
        std::swap(paths.front(), paths.back());
      else if (paths.size() < 3) {
        const uint32_t at = Below(static_cast<uint32_t>(paths.size()) + 1);
        paths.insert(paths.begin() + at, MakeAssetPath());
      }
      std::string what = Set(layer, root, names.subLayers, Value(paths));
      if (layer.GetField(root, names.subLayerOffsets))
        what += ", " + Set(layer, root, names.subLayerOffsets, Value());
      return what;
    }
    case 3: {
      ++kinds_["sublayer offsets edited"];
      auto* paths = layer.GetFieldAs<StringVector>(root, names.subLayers);
      LayerOffsetVector offsets(paths ? paths->size() : 0);
      for (LayerOffset& offset : offsets) offset = MakeOffset();
      return Set(layer, root, names.subLayerOffsets, offsets.empty() ? Value() : Value(offsets));
    }
    case 4: {
      ++kinds_["relocates edited"];
      Relocates relocates;
      if (Chance(70)) {
        const Path source = MakePrimPath(2).AppendChild(Pick(GetNames()));
        relocates.emplace_back(source, MakePrimPath(3));
      }
      return Set(layer, root, names.layerRelocates, relocates.empty() ? Value() : Value(relocates));
    }
    case 5:
      ++kinds_["default prim edited"];
      return Set(layer, root, names.defaultPrim, Chance(75) ? Value(Pick(GetNames())) : Value());
    case 6:
      ++kinds_["rate edited"];
      return Set(layer, root, names.timeCodesPerSecond,
                 Chance(75) ? Value(Chance(50) ? 24.0 : 48.0) : Value());
    default: {
      ++kinds_["expression variables edited"];
      Dictionary variables;
      if (Chance(80)) variables.SetByKeyPath("WHICH", Value(std::string(Chance(50) ? "l3" : "l5")));
      if (Chance(50)) variables.SetByKeyPath("PICK", Value(std::string(Chance(50) ? "x" : "y")));
      return Set(layer, root, names.expressionVariables, Value(variables));
    }
  }
}

std::string RandomScene::EditOptions() {
  if (Chance(40)) {
    const std::string identifier = layers_[1 + Below(kLayerCount - 1)]->GetIdentifier();
    if (muted_.erase(identifier)) {
      edits_.unmute.push_back(identifier);
      std::erase(edits_.mute, identifier);
      ++kinds_["layer unmuted"];
      return "unmute " + identifier;
    }
    muted_.insert(identifier);
    edits_.mute.push_back(identifier);
    std::erase(edits_.unmute, identifier);
    ++kinds_["layer muted"];
    return "mute " + identifier;
  }
  if (Chance(75)) {
    const Path path = MakePrimPath(2);
    const bool is_included = unloaded_->erase(path) != 0;
    if (!is_included) unloaded_->insert(path);
    ++kinds_[is_included ? "payload included" : "payload left out"];
    edits_.payloads.push_back(path);
    return "load or unload " + path.GetString();
  }
  if (Chance(60)) return EditResolver();
  ++kinds_["variant fallbacks set"];
  fallbacks_.clear();
  if (Chance(70)) fallbacks_["v"] = {Chance(50) ? "x" : "y"};
  edits_.variant_fallbacks = fallbacks_;
  return "set variant fallbacks";
}

std::string RandomScene::EditResolver() {
  *moved_ = Chance(30) ? -1 : static_cast<int>(2 + Below(kLayerCount - 2));
  edits_.resolver = compose::CacheEdits::Resolver::kChanged;
  ++kinds_["resolver changed"];
  return fmt::format("lead {} to layer {}", kMovedAsset, *moved_);
}

namespace {

std::string DumpMap(const compose::MapFunction& map) {
  std::string text;
  for (const auto& [source, target] : map.GetPairs())
    text += fmt::format(" {}->{}", source.GetString(), target.GetString());
  const LayerOffset& offset = map.GetTimeOffset();
  return text + fmt::format(" {}*{}", offset.offset, offset.scale);
}

}  // namespace

std::string DumpIndex(const compose::PrimIndex& index) {
  std::string text;
  for (uint32_t i = 0; i < index.GetNodeCount(); ++i) {
    const compose::NodeRef node = index.GetNode(i);
    text += fmt::format(
        "{} {} @{}@<{}> parent {} origin {} depth {} sibling {}{}{}{}{}{}{}{}{}\n   {}\n   {}\n", i,
        compose::GetArcName(node.GetArcType()), node.GetLayerStack()->GetRootLayer()->GetDisplayName(),
        node.GetPath().GetString(), node.GetParent() ? static_cast<int>(node.GetParent().GetNumber()) : -1,
        node.GetOrigin() ? static_cast<int>(node.GetOrigin().GetNumber()) : -1, node.GetNamespaceDepth(),
        node.GetSiblingNumberAtOrigin(), node.IsDueToAncestor() ? " ancestral" : "",
        node.IsInert() ? " inert" : "", node.IsCulled() ? " culled" : "", node.HasSpecs() ? " specs" : "",
        node.IsRestricted() ? " restricted" : "", node.IsPrivate() ? " private" : "",
        node.HasSymmetry() ? " symmetry" : "", node.IsIntroducedHere() ? " here" : "",
        DumpMap(node.GetMapToParent()), DumpMap(node.GetMapToRoot()));
  }
  for (const compose::SpecSite& site : index.GetSpecStack()) {
    const LayerOffset offset = site.GetOffsetToRoot();
    text +=
        fmt::format("spec {} {} {}*{} {} {}\n", site.entry->layer->GetDisplayName(), site.path.GetString(),
                    offset.offset, offset.scale, site.entry->depth, site.entry->is_session);
  }
  for (const auto& [set, variant] : index.GetVariantSelections())
    text += fmt::format("selection {}={}\n", set.GetText(), variant.GetText());
  std::vector<Token> names, prohibited;
  index.ComputeChildNames(names, prohibited);
  text += "children";
  for (Token name : names) text += " " + name.GetString();
  text += "\nprohibited";
  for (Token name : prohibited) text += " " + name.GetString();
  text += "\nproperties";
  for (Token name : index.ComputePropertyNames()) text += " " + name.GetString();
  text += fmt::format("\n{}{}\n", index.IsInstanceable() ? "instanceable " : "",
                      index.HasAnyPayloads() ? "payloads" : "");
  for (const compose::CompositionError& error : index.GetErrors()) {
    text += fmt::format("{}: {} [{}]\n", compose::GetErrorName(error.type), error.diagnostic.message,
                        error.diagnostic.location.path);
  }
  return text;
}

std::map<Path, std::string> DumpIndices(compose::Cache& cache) {
  std::mutex mutex;
  std::map<Path, std::string> dumps;
  cache.ComputeSubtree(Path::AbsoluteRoot(), [&](const compose::PrimIndex& index, std::vector<Token>&) {
    std::string dump = DumpIndex(index);
    std::lock_guard lock(mutex);
    dumps[index.GetPath()] = std::move(dump);
    return dumps.size() < 4000;
  });
  return dumps;
}

std::string DumpCache(compose::Cache& cache) {
  std::string text;
  for (const compose::CompositionError& error : cache.GetAllErrors())
    text += fmt::format("{} {}: {}\n", error.root_site.GetString(), compose::GetErrorName(error.type),
                        error.diagnostic.message);
  std::vector<std::string> layers;
  for (const layer::LayerPtr& layer : cache.GetUsedLayers()) layers.push_back(layer->GetDisplayName());
  std::sort(layers.begin(), layers.end());
  for (const std::string& layer : layers) text += layer + " ";
  text += "\n";
  for (const compose::LayerStack::Entry& entry : cache.GetRootLayerStack()->GetEntries())
    text += fmt::format("{} {}*{} {}\n", entry.layer->GetDisplayName(), entry.offset.offset,
                        entry.offset.scale, entry.depth);
  return text;
}

}  // namespace strata::property

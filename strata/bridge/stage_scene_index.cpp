#include "strata/bridge/stage_scene_index.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "strata/bridge/names.h"
#include "strata/bridge/prim_data.h"
#include "strata/domain/metrics.h"
#include "strata/scene/compare.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"
#include "strata/stage/change_feed.h"
#include "strata/stage/stage_impl.h"

namespace strata::bridge {

// The adapters of all prims with one definition.
struct StageSceneIndex::Adapters {
  const PrimAdapter* prim = nullptr;
  struct Api {
    const APISchemaAdapter* adapter;
    Token instance;
  };
  std::vector<Api> apis;
  PopulationMode mode = PopulationMode::kRepresentsSelf;
};

namespace {

constexpr stage::PrimPredicate kShown =
    stage::PrimPredicate().Require(stage::PrimFlag::kActive).Exclude(stage::PrimFlag::kAbstract);

constexpr stage::PrimPredicate kShownInside = kShown.With(stage::InstanceProxies::kTraverse);

// "CollectionAPI:lightLink" as schema and instance.
std::pair<Token, Token> SplitSchema(Token applied) {
  const std::string_view text = applied.GetText();
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {applied, {}};
  return {Token(text.substr(0, colon)), Token(text.substr(colon + 1))};
}

scene::ContainerDataSourceHandle MakeMetrics(const stage::Stage& stage) {
  const Names& names = GetNames();
  return scene::RetainedContainerDataSource::New(
      {{names.metersPerUnit, scene::Retain(domain::GetStageMetersPerUnit(stage).value)},
       {names.kilogramsPerUnit, scene::Retain(domain::GetStageKilogramsPerUnit(stage).value)},
       {names.upAxis, scene::Retain(domain::GetStageUpAxis(stage).value)}});
}

// Whether the scene shows a field of the stage itself, at "/".
bool IsShownOfStage(Token field) {
  const Names& names = GetNames();
  for (Token shown : {names.startTimeCode, names.endTimeCode, names.timeCodesPerSecond, names.metersPerUnit,
                      names.kilogramsPerUnit, names.upAxis, names.renderSettingsPrimPath})
    if (field == shown) return true;
  return field.GetText() == "framesPerSecond";
}

bool IsOver(const Value& before, const Value& after) {
  return (before.IsEmpty() || before.GetOr(Specifier::kDef) == Specifier::kOver) &&
         (after.IsEmpty() || after.GetOr(Specifier::kDef) == Specifier::kOver);
}

// Where computations put what a prim has by only one of its definitions, the former and that of now.
void AddOtherPublished(const compute::System& system, const stage::Redefinition& redefined,
                       scene::DataSourceLocatorSet& dirty) {
  const compute::Network& network = system.GetNetwork();
  for (const auto& publication : system.GetRegistry().GetPublications())
    if (network.IsComputed(redefined.former, publication.output) !=
        network.IsComputed(redefined.now, publication.output))
      dirty.Insert(publication.locator);
  const Token xform = compute::GetOutputs().xform;
  const auto list_authored = [&](const schema::PrimDefinition* definition) {
    std::vector<Token> names;
    if (!network.IsComputed(definition, xform)) return names;
    names = network.FindAuthoredNames(definition, xform);
    names.push_back(Token("authoredXform"));
    return names;
  };
  const std::vector<Token> before = list_authored(redefined.former), now = list_authored(redefined.now);
  for (const auto& [some, others] : {std::pair(&before, &now), std::pair(&now, &before)})
    for (const Token name : *some)
      if (std::ranges::find(*others, name) == others->end()) dirty.Insert(name);
}

// What is authored of a transform stands, where one is computed, under names of its own.
void AddAuthoredNames(const compute::System& system, const stage::Stage& stage, scene::ChangeSet& changes) {
  if (!system.IsActive()) return;
  const scene::DataSourceLocator xform(GetNames().xform);
  for (scene::DirtiedPrim& each : changes.dirtied) {
    if (!each.locators.Contains(xform)) continue;
    const stage::Prim prim = stage.GetPrimAtPath(each.path);
    const auto is_xform = [](const auto* published) {
      return published->output == compute::GetOutputs().xform;
    };
    if (!prim || std::ranges::none_of(system.FindPublished(prim), is_xform)) continue;
    for (const Token name : system.FindAuthoredNames(prim)) each.locators.Insert(name);
  }
}

}  // namespace

StageChanges StageChanges::FromStage(const stage::StageChanges& changes) {
  StageChanges found;
  found.resynced = changes.resynced;
  std::map<Path, PropertyChange> properties;
  const layer::FieldNames& fields = layer::GetFieldNames();
  for (const compose::SpecChange& spec : changes.cache.specs) {
    const bool is_structural = spec.kind != compose::SpecChange::Kind::kEdited || spec.change->spec_added ||
                               spec.change->spec_removed;
    if (!spec.path.IsPrimProperty()) {
      if (spec.kind != compose::SpecChange::Kind::kEdited) continue;
      for (const auto& field : spec.change->fields) {
        if (spec.path.IsAbsoluteRoot()) found.stage_metadata |= IsShownOfStage(field.field);
        if (field.field == fields.active ||
            // A spec that comes as `over`, or goes as one, says nothing of what the prim is.
            (field.field == fields.specifier && !(is_structural && IsOver(field.before, field.after))) ||
            field.field == fields.typeName || field.field == fields.apiSchemas ||
            field.field == fields.kind || field.field == fields.instanceable)
          found.resynced.push_back(spec.path);
      }
      continue;
    }
    PropertyChange& change = properties.emplace(spec.path, PropertyChange::kUpdate).first->second;
    if (is_structural) change = PropertyChange::kResync;
  }
  for (const auto& [path, change] : properties) found.properties.push_back({path, change});
  return found;
}

StageChanges StageChanges::FromNotice(const stage::ObjectsChanged& objects,
                                      std::vector<stage::Redefinition> redefined) {
  StageChanges found;
  found.redefined = std::move(redefined);
  const layer::FieldNames& fields = layer::GetFieldNames();
  for (const Path path : objects.GetResyncedPaths()) {
    if (path.IsPrimProperty())
      found.properties.push_back({path, PropertyChange::kResync});
    else if (std::ranges::find(found.redefined, path, &stage::Redefinition::path) == found.redefined.end())
      found.resynced.push_back(path);
  }
  for (const Path path : objects.GetChangedInfoOnlyPaths()) {
    if (path.IsPrimProperty()) {
      found.properties.push_back({path, PropertyChange::kUpdate});
      continue;
    }
    for (const Token field : objects.GetChangedFields(path)) {
      if (path.IsAbsoluteRoot()) found.stage_metadata |= IsShownOfStage(field);
      if (field == fields.active || field == fields.specifier || field == fields.typeName ||
          field == fields.apiSchemas || field == fields.kind || field == fields.instanceable) {
        found.resynced.push_back(path);
        break;
      }
    }
  }
  return found;
}

StageSceneIndex::StageSceneIndex(StageSceneIndexOptions options)
    : options_(std::move(options)), globals_(new StageGlobals(options_.time_rule, options_.form)) {
  if (!options_.adapters) options_.adapters = AdapterRegistry::GetBuiltIn(options_.form);
}

StageSceneIndex::~StageSceneIndex() {
  StopFollowing();
}

bool StageSceneIndex::FollowsStage() const {
  return stage_ && stage_->GetImpl().feed->IsFollowing();
}

void StageSceneIndex::StopFollowing() {
  if (stage_ && listener_) stage_->RemoveListener(listener_);
  listener_ = 0;
}

const StageSceneIndex::Adapters& StageSceneIndex::FindAdapters(
    const schema::PrimDefinition* definition) const {
  if (const Adapters* known = adapters_.Find(definition)) return *known;
  if (system_) system_->Look(definition);
  auto made = std::make_unique<Adapters>();
  made->prim = &options_.adapters->FindPrimAdapter(definition ? definition->GetSchemaType() : Token());
  made->mode = made->prim->GetPopulationMode();
  if (definition)
    for (Token applied : definition->GetAppliedSchemas()) {
      const auto [schema, instance] = SplitSchema(applied);
      if (schema == GetNames().GeomModelAPI) may_have_geom_models_ = true;
      if (schema == GetNames().SkelBindingAPI) may_have_skin_ = true;
      if (const APISchemaAdapter* adapter = options_.adapters->FindAPISchemaAdapter(schema))
        made->apis.push_back({adapter, instance});
    }
  return adapters_.Add(definition, std::move(made));
}

bool StageSceneIndex::IsShown(const stage::Prim& prim) const {
  if (!prim) return false;
  return prim.IsInstanceProxy() ? IsShownProxy(prim) : IsShown(prim.GetRecord());
}

bool StageSceneIndex::IsShownProxy(const stage::Prim& proxy) const {
  if (taken_apart_.empty() || !kShown.Matches(proxy.GetFlags())) return false;
  for (stage::Prim above = proxy.GetParent(); above && !above.IsPseudoRoot(); above = above.GetParent())
    if ((above.IsInstance() && !taken_apart_.contains(above.GetPath())) ||
        FindAdapters(above).mode == PopulationMode::kRepresentsSelfAndDescendants)
      return false;
  return true;
}

bool StageSceneIndex::IsShown(uint32_t record) const {
  const stage::Stage::Impl& stage = stage_->GetImpl();
  const stage::PrimRecord& prim = stage.Record(record);
  if (!kShown.Matches(prim.flags)) return false;
  for (uint32_t up = prim.parent; up != stage::kNoRecord; up = stage.Record(up).parent) {
    const stage::PrimRecord& above = stage.Record(up);
    if (above.Is(stage::PrimFlag::kPseudoRoot)) break;
    if (FindAdapters(above.definition).mode == PopulationMode::kRepresentsSelfAndDescendants) return false;
  }
  return true;
}

stage::Prim StageSceneIndex::FindShown(Path path) const {
  if (!stage_) return {};
  const uint32_t record = stage_->GetImpl().FindOwn(path);
  if (record == stage::kNoRecord && !taken_apart_.empty())
    if (stage::Prim proxy = stage_->GetPrimAtPath(path); IsShown(proxy)) return proxy;
  return record != stage::kNoRecord && IsShown(record) ? stage_->GetImpl().MakePrim(path, record)
                                                       : stage::Prim();
}

scene::ContainerDataSourceHandle StageSceneIndex::MakeRootData() const {
  const Names& names = GetNames();
  using scene::RetainedContainerDataSource;
  std::string context = "default";
  std::vector<RetainedContainerDataSource::Entry> globals = {
      {names.startTimeCode, scene::Retain(stage_->GetStartTimeCode())},
      {names.endTimeCode, scene::Retain(stage_->GetEndTimeCode())}};
  std::vector<RetainedContainerDataSource::Entry> entries = {
      {names.system,
       RetainedContainerDataSource::New(
           {{names.assetResolution, RetainedContainerDataSource::New(
                                        {{names.resolverContext, scene::Retain(std::move(context))}})}})}};
  if (options_.form != DataForm::k2408) {
    globals.emplace_back(names.timeCodesPerSecond, scene::Retain(stage_->GetTimeCodesPerSecond()));
    const Value settings = stage_->GetMetadata(names.renderSettingsPrimPath);
    if (const std::string path = settings.GetOr(std::string()); !path.empty())
      globals.emplace_back(names.activeRenderSettingsPrim, scene::Retain(Path(path)));
    entries.emplace_back(names.sceneMetrics, MakeMetrics(*stage_));
  }
  entries.emplace_back(names.sceneGlobals, RetainedContainerDataSource::New(std::move(globals)));
  return RetainedContainerDataSource::New(std::move(entries));
}

scene::ScenePrim StageSceneIndex::GetPrim(Path path) const {
  const scene::SceneChecks::Reading reading(options_.checks.get());
  if (!stage_) return {};
  if (path.IsAbsoluteRoot()) return {Token(), root_data_};
  const stage::Prim prim = FindShown(path);
  if (!prim) return {};
  const Adapters& adapters = FindAdapters(prim);
  const PrimSource source{prim, globals_};
  const bool has_always_data = options_.dataless == StageSceneIndexOptions::Dataless::kEmpty;
  scene::ContainerDataSourceHandle own = adapters.prim->GetData(source);
  if (!own && has_always_data) own = MakePrimData(source, GetNoMappings());
  const auto& keyless = options_.adapters->GetKeylessAdapters();
  const bool has_apis = own && !adapters.apis.empty();
  Token type = FindType(prim, adapters);
  if (!has_apis && keyless.empty()) return {type, std::move(own)};
  std::vector<scene::ContainerDataSourceHandle> data;
  data.reserve(keyless.size() + 1 + adapters.apis.size());
  for (const APISchemaAdapterPtr& adapter : keyless) data.push_back(adapter->GetData(source, {}));
  data.push_back(std::move(own));
  if (has_apis)
    for (const Adapters::Api& api : adapters.apis) data.push_back(api.adapter->GetData(source, api.instance));
  return {type, scene::OverlayContainerDataSource::New(std::move(data))};
}

std::vector<Path> StageSceneIndex::GetChildPrimPaths(Path path) const {
  const scene::SceneChecks::Reading reading(options_.checks.get());
  std::vector<Path> children;
  if (!stage_) return children;
  stage::Prim prim = path.IsAbsoluteRoot() ? stage_->GetPseudoRoot() : FindShown(path);
  if (!prim || (prim.IsInstance() && !taken_apart_.contains(path)) ||
      (!prim.IsPseudoRoot() && FindAdapters(prim).mode == PopulationMode::kRepresentsSelfAndDescendants))
    return children;
  const auto& shown = taken_apart_.empty() ? kShown : kShownInside;
  for (const stage::Prim& child : prim.GetFilteredChildren(shown)) children.push_back(child.GetPath());
  if (path.IsAbsoluteRoot())
    for (const stage::Prim& prototype : stage_->GetPrototypes()) children.push_back(prototype.GetPath());
  return children;
}

std::map<Path, Path> StageSceneIndex::ListPrototypes() const {
  std::map<Path, Path> prototypes;
  if (stage_)
    for (const stage::Prim& prototype : stage_->GetPrototypes())
      prototypes.emplace(prototype.GetPath(), prototype.GetIndexPath());
  return prototypes;
}

tsl::robin_map<Path, Path> StageSceneIndex::ListInstances() const {
  tsl::robin_map<Path, Path> instances;
  if (stage_)
    for (const stage::Prim& prototype : stage_->GetPrototypes())
      for (const stage::Prim& instance : prototype.GetInstances())
        instances.emplace(instance.GetPath(), prototype.GetPath());
  return instances;
}

tsl::robin_map<Path, Path> StageSceneIndex::ListTakenApart() const {
  tsl::robin_map<Path, Path> found;
  if (!system_) return found;
  std::vector<stage::Prim> waiting;
  for (const auto& [path, prototype] : instances_)
    if (stage::Prim instance = stage_->GetPrimAtPath(path); system_->IsTakenApart(instance))
      waiting.push_back(std::move(instance));
  while (!waiting.empty()) {
    const stage::Prim prim = std::move(waiting.back());
    waiting.pop_back();
    if (prim.IsInstance()) {
      if (!system_->IsTakenApart(prim)) continue;
      found.emplace(prim.GetPath(), prim.GetPrototype().GetPath());
    }
    for (stage::Prim& child : prim.GetFilteredChildren(kShownInside)) waiting.push_back(std::move(child));
  }
  return found;
}

std::vector<Path> StageSceneIndex::FindPlaces(Path path) const {
  std::vector<Path> places = {path};
  for (const auto& [prototype, source] : prototypes_)
    if (path != source && path.HasPrefix(source)) places.push_back(path.ReplacePrefix(source, prototype));
  const size_t count = taken_apart_.empty() ? 0 : places.size();
  for (size_t i = 0; i < count; ++i)
    for (const auto& [instance, prototype] : taken_apart_)
      if (places[i].HasPrefix(prototype)) places.push_back(places[i].ReplacePrefix(prototype, instance));
  return places;
}

// Prototypes come and go with their instances, and their names may pass to others.
void StageSceneIndex::CompareInstancing(std::vector<Path>& resynced, scene::ChangeSet& out) {
  std::map<Path, Path> prototypes = ListPrototypes();
  for (const auto& [path, source] : prototypes_) {
    const auto found = prototypes.find(path);
    if (found == prototypes.end() || found->second != source) resynced.push_back(path);
  }
  for (const auto& [path, source] : prototypes)
    if (!prototypes_.contains(path)) resynced.push_back(path);
  prototypes_ = std::move(prototypes);
  tsl::robin_map<Path, Path> instances = ListInstances();
  for (const auto& [instance, prototype] : instances)
    if (const auto before = instances_.find(instance);
        before != instances_.end() && before->second != prototype)
      out.dirtied.push_back(
          {instance, scene::DataSourceLocator{GetNames().prim_info, GetNames().niPrototypePath}});
  instances_ = std::move(instances);
  const tsl::robin_map<Path, Path> former = std::exchange(taken_apart_, ListTakenApart());
  for (const auto& [instance, prototype] : taken_apart_)
    if (const auto before = former.find(instance); before == former.end() || before->second != prototype)
      resynced.push_back(instance);
  for (const auto& [instance, prototype] : former)
    if (!taken_apart_.contains(instance)) resynced.push_back(instance);
}

Token StageSceneIndex::FindType(const stage::Prim& prim, const Adapters& adapters) const {
  Token type;
  for (const APISchemaAdapterPtr& keyless : options_.adapters->GetKeylessAdapters())
    if (type.IsEmpty()) type = keyless->GetImagingType(prim, {});
  if (type.IsEmpty()) type = adapters.prim->GetImagingType(prim);
  if (!type.IsEmpty() || adapters.apis.empty()) return type;
  // API schemas add to data that are there.
  if (options_.dataless == StageSceneIndexOptions::Dataless::kNull &&
      !adapters.prim->GetData({prim, globals_}))
    return type;
  for (const Adapters::Api& api : adapters.apis)
    if (type.IsEmpty()) type = api.adapter->GetImagingType(prim, api.instance);
  return type;
}

// Over the stage's records, which know their children, and not over paths, which would be looked up one by
// one.
void StageSceneIndex::AddSubtree(Path root, std::vector<scene::AddedPrim>& out) const {
  const stage::Stage::Impl& stage = stage_->GetImpl();
  std::vector<uint32_t> waiting;
  const auto push_children = [&](uint32_t record) {
    const auto first = static_cast<std::ptrdiff_t>(waiting.size());
    for (uint32_t child = stage.Record(record).first_child; child != stage::kNoRecord;
         child = stage.Record(child).next_sibling)
      if (kShown.Matches(stage.Record(child).flags)) waiting.push_back(child);
    std::reverse(waiting.begin() + first, waiting.end());
  };
  if (root.IsAbsoluteRoot()) {
    out.push_back({root, Token()});
    for (const stage::Prim& prototype : stage_->GetPrototypes()) waiting.push_back(prototype.GetRecord());
    std::reverse(waiting.begin(), waiting.end());
    push_children(stage_->GetPseudoRoot().GetRecord());
  } else if (const uint32_t own = stage.FindOwn(root); own != stage::kNoRecord) {
    waiting.push_back(own);
  } else {
    const stage::Prim proxy = stage_->GetPrimAtPath(root);
    out.push_back({root, FindType(proxy, FindAdapters(proxy))});
    AddProxies(proxy, out);
  }
  while (!waiting.empty()) {
    const uint32_t number = waiting.back();
    waiting.pop_back();
    const stage::PrimRecord& record = stage.Record(number);
    const Adapters& adapters = FindAdapters(record.definition);
    out.push_back({record.path, FindType(stage.MakePrim(record.path, number), adapters)});
    if (adapters.mode == PopulationMode::kRepresentsSelfAndDescendants) continue;
    if (!record.Is(stage::PrimFlag::kInstance))
      push_children(number);
    else if (taken_apart_.contains(record.path))
      AddProxies(stage.MakePrim(record.path, number), out);
  }
}

void StageSceneIndex::AddProxies(const stage::Prim& above, std::vector<scene::AddedPrim>& out) const {
  std::vector<stage::Prim> waiting;
  const auto push_children = [&](const stage::Prim& prim) {
    if (FindAdapters(prim).mode == PopulationMode::kRepresentsSelfAndDescendants ||
        (prim.IsInstance() && !taken_apart_.contains(prim.GetPath())))
      return;
    std::vector<stage::Prim> children = prim.GetFilteredChildren(kShownInside);
    std::move(children.rbegin(), children.rend(), std::back_inserter(waiting));
  };
  push_children(above);
  while (!waiting.empty()) {
    const stage::Prim prim = std::move(waiting.back());
    waiting.pop_back();
    out.push_back({prim.GetPath(), FindType(prim, FindAdapters(prim))});
    push_children(prim);
  }
}

void StageSceneIndex::TakePublished(std::vector<scene::DirtiedPrim> published, scene::ChangeSet& out) const {
  // In an order that does not depend on which thread met a path first.
  std::sort(published.begin(), published.end(),
            [](const scene::DirtiedPrim& a, const scene::DirtiedPrim& b) { return a.path < b.path; });
  for (scene::DirtiedPrim& each : published)
    if (stage_->GetImpl().FindOwn(each.path) != stage::kNoRecord || IsShown(stage_->GetPrimAtPath(each.path)))
      out.dirtied.push_back(std::move(each));
}

void StageSceneIndex::SetStage(stage::StagePtr stage) {
  const scene::SceneChecks::Changing changing(options_.checks.get());
  scene::ChangeSet changes;
  if (stage_) changes.removed.push_back(Path::AbsoluteRoot());
  adapters_.Clear();
  may_have_geom_models_ = may_have_skin_ = false;
  // Data sources of the old stage keep what they share among themselves.
  const double time = globals_->GetTime();
  StopFollowing();
  stage_ = std::move(stage);
  system_ = nullptr;
  if (stage_ && options_.computations) {
    compute::SystemOptions options = options_.system;
    options.follow = compute::SystemOptions::Follow::kNothing;
    system_ = std::make_shared<compute::System>(stage_, options_.computations, std::move(options));
  }
  if (system_)
    system_->SetListener(
        [this](compute::ComputedChanges computed) { ApplyChanges(StageChanges(), std::move(computed)); });
  globals_ = scene::Handle<StageGlobals>(new StageGlobals(options_.time_rule, options_.form, system_));
  globals_->SetTime(time);
  if (FollowsStage())
    listener_ = stage_->AddListener([this](const stage::StageNotice& notice) {
      if (!notice.objects) return;
      compute::ComputedChanges computed;
      std::vector<stage::Redefinition> redefined = system_
                                                       ? system_->FindRedefinitions(*notice.objects)
                                                       : stage::FindRedefinitions(*stage_, *notice.objects);
      if (system_) computed = system_->Apply(compute::NetworkChanges::FromNotice(*notice.objects, redefined));
      ApplyChanges(StageChanges::FromNotice(*notice.objects, std::move(redefined)), std::move(computed));
    });
  prototypes_ = ListPrototypes();
  instances_ = ListInstances();
  taken_apart_ = ListTakenApart();
  root_data_ = stage_ ? MakeRootData() : nullptr;
  if (stage_) {
    if (IsObserved()) AddSubtree(Path::AbsoluteRoot(), changes.added);
  }
  Send(std::move(changes), Form::kNormal);
}

void StageSceneIndex::SetTime(double time) {
  if (time == globals_->GetTime()) return;
  const scene::SceneChecks::Changing changing(options_.checks.get());
  scene::ChangeSet changes;
  if (stage_) changes.dirtied = globals_->CollectDirty(time);
  if (system_) AddAuthoredNames(*system_, *stage_, changes);
  compute::ComputedChanges computed;
  if (system_) computed = system_->ChangeTime(globals_->GetStageTime(0), stage::Time(time));
  globals_->SetTime(time);
  if (computed.published.empty() && computed.properties.empty())
    return Send(std::move(changes), Form::kNormal);
  TakePublished(std::move(computed.published), changes);
  std::vector<StageChanges::Property> properties;
  for (const Path path : computed.properties) properties.push_back({path, PropertyChange::kUpdate});
  ShowAnew(DirtyProperties(properties, changes), changes);
  Send(std::move(changes));
}

stage::Prim StageSceneIndex::FindRepresentative(stage::Prim prim) const {
  for (stage::Prim above = prim.GetParent(); above && !above.IsPseudoRoot(); above = above.GetParent())
    if (FindAdapters(above).mode == PopulationMode::kRepresentsSelfAndDescendants && IsShown(above))
      return above;
  return {};
}

std::vector<Path> StageSceneIndex::DirtyProperties(const std::vector<StageChanges::Property>& properties,
                                                   scene::ChangeSet& out) const {
  std::vector<Path> repopulated;
  std::map<std::pair<Path, PropertyChange>, std::vector<Token>> by_prim;
  for (const StageChanges::Property& property : properties)
    for (Path place : FindPlaces(property.path.GetPrimPath()))
      by_prim[{place, property.change}].push_back(property.path.GetNameToken());
  for (const auto& [key, names] : by_prim) {
    const auto& [path, change] = key;
    const stage::Prim prim = stage_->GetPrimAtPath(path);
    if (!prim || prim.IsPseudoRoot()) continue;
    scene::DataSourceLocatorSet dirty;
    if (IsShown(prim)) {
      const Adapters& adapters = FindAdapters(prim);
      for (const APISchemaAdapterPtr& keyless : options_.adapters->GetKeylessAdapters())
        dirty.Insert(keyless->Invalidate(prim, {}, names, change));
      dirty.Insert(adapters.prim->Invalidate(prim, names, change));
      for (const Adapters::Api& api : adapters.apis)
        dirty.Insert(api.adapter->Invalidate(prim, api.instance, names, change));
      if (dirty.Contains(GetRepopulateLocator()))
        repopulated.push_back(path);
      else if (!dirty.IsEmpty())
        out.dirtied.push_back({path, std::move(dirty)});
    } else if (const stage::Prim above = FindRepresentative(prim)) {
      dirty = FindAdapters(above).prim->InvalidateFromDescendant(above, prim, names, change);
      if (!dirty.IsEmpty()) out.dirtied.push_back({above.GetPath(), std::move(dirty)});
    }
  }
  return repopulated;
}

bool StageSceneIndex::DirtyRedefined(const stage::Redefinition& redefined,
                                     std::vector<StageChanges::Property>& properties,
                                     scene::ChangeSet& out) const {
  const stage::Prim prim = stage_->GetPrimAtPath(redefined.path);
  const Adapters &before = FindAdapters(redefined.former), &now = FindAdapters(redefined.now);
  if (!IsShown(prim) || FindType(prim, before) != FindType(prim, now)) return false;
  const PrimSource source{prim, globals_};
  const std::vector<Token> others = redefined.FindOtherProperties();
  scene::DataSourceLocatorSet dirty;
  const auto take = [&](const Adapters& adapters, const Adapters& other) {
    for (const Adapters::Api& api : adapters.apis) {
      if (std::ranges::any_of(other.apis, [&](const Adapters::Api& each) {
            return each.adapter == api.adapter && each.instance == api.instance;
          }))
        continue;
      if (const scene::ContainerDataSourceHandle data = api.adapter->GetData(source, api.instance))
        for (const Token name : data->GetNames()) dirty.Insert(name);
      dirty.Insert(api.adapter->Invalidate(prim, api.instance, others, PropertyChange::kResync));
    }
  };
  take(before, now);
  take(now, before);
  if (dirty.Contains(GetRepopulateLocator())) return false;
  if (system_) AddOtherPublished(*system_, redefined, dirty);
  dirty.Insert(scene::DataSourceLocator(scene::GetContainerSentinel()));
  if (options_.form != DataForm::k2408)
    dirty.Insert(scene::DataSourceLocator{GetNames().prim_info, GetNames().apiSchemas});
  out.dirtied.push_back({redefined.path, std::move(dirty)});
  for (const Token name : others)
    properties.push_back({redefined.path.AppendProperty(name), PropertyChange::kResync});
  for (const Path path : redefined.properties) properties.push_back({path, PropertyChange::kResync});
  return true;
}

// The prims at and below the roots are gone, and those that are there come again.
void StageSceneIndex::ShowAnew(std::vector<Path> roots, scene::ChangeSet& out) {
  Path::RemoveDescendants(roots);
  globals_->Forget(roots);
  for (Path root : roots) {
    const stage::Prim prim = root.IsAbsoluteRoot() ? stage_->GetPseudoRoot() : stage_->GetPrimAtPath(root);
    out.removed.push_back(root);
    if (prim && (prim.IsPseudoRoot() || IsShown(prim))) {
      AddSubtree(root, out.added);
    } else if (const stage::Prim above = prim ? FindRepresentative(prim) : stage::Prim()) {
      out.removed.pop_back();
      out.dirtied.push_back({above.GetPath(), FindAdapters(above).prim->InvalidateFromDescendant(
                                                  above, prim, {}, PropertyChange::kResync)});
    }
  }
}

// Metadata of sublayers count for what is in these, and not for the stage.
void StageSceneIndex::DirtyRoot(scene::ChangeSet& out) {
  if (options_.form == DataForm::k2408) return;
  const scene::ContainerDataSourceHandle before = std::exchange(root_data_, MakeRootData());
  scene::DataSourceLocatorSet different;
  for (Token name : root_data_->GetNames())
    if (!scene::DeepEquals(before->Get(name), root_data_->Get(name))) different.Insert(name);
  if (different.IsEmpty()) return;
  different.Insert(scene::DataSourceLocator(scene::GetContainerSentinel()));
  out.dirtied.push_back({Path::AbsoluteRoot(), std::move(different)});
}

void StageSceneIndex::ApplyChanges(const StageChanges& changes) {
  ApplyChanges(changes, system_ ? system_->Clear() : compute::ComputedChanges());
}

void StageSceneIndex::ApplyChanges(const StageChanges& changes, compute::ComputedChanges computed) {
  if (!stage_) return;
  const scene::SceneChecks::Changing changing(options_.checks.get());
  scene::ChangeSet out;
  std::vector<Path> resynced;
  for (Path path : changes.resynced)
    for (Path place : FindPlaces(path)) resynced.push_back(place);
  if (computed.is_everything) resynced.push_back(Path::AbsoluteRoot());
  if (!resynced.empty() || !changes.redefined.empty()) CompareInstancing(resynced, out);
  adapters_.Clear();
  std::vector<StageChanges::Property> properties = changes.properties;
  for (const stage::Redefinition& each : changes.redefined)
    if (!DirtyRedefined(each, properties, out)) resynced.push_back(each.path);
  for (const Path path : computed.properties) properties.push_back({path, PropertyChange::kUpdate});
  const std::vector<Path> repopulated = DirtyProperties(properties, out);
  resynced.insert(resynced.end(), repopulated.begin(), repopulated.end());
  ShowAnew(std::move(resynced), out);
  if (changes.stage_metadata) DirtyRoot(out);
  if (system_) AddAuthoredNames(*system_, *stage_, out);
  TakePublished(std::move(computed.published), out);
  Send(std::move(out));
}

void StageSceneIndex::Recompose(const compose::CacheEdits& edits) {
  if (stage_ && !FollowsStage()) ApplyChanges(StageChanges::FromStage(stage_->Recompose(edits)));
}

}  // namespace strata::bridge

// Usd.Stage and Usd.EditTarget.
#include <mutex>

#include "python/core/pcp.h"
#include "python/core/reading.h"
#include "python/core/spec.h"
#include "python/core/usd.h"

namespace strata::python {

namespace {

// The paths of any collection of Sdf.Path and str.
std::vector<Path> ReadPaths(nb::handle source) {
  std::vector<Path> paths;
  for (const nb::handle item : nb::iter(source)) paths.push_back(nb::cast<PathArgument>(item).path);
  return paths;
}

using stage::EditTarget;
using stage::Stage;
using stage::StageLoadRules;

// Which object shows a stage. Stages that nobody shows are gone.
std::unordered_map<const Stage*, std::weak_ptr<StageObject>>& Shown() {
  static auto& shown = *new std::unordered_map<const Stage*, std::weak_ptr<StageObject>>;
  return shown;
}

StageObjectPtr Remember(StageObjectPtr object) {
  Shown()[object->stage.get()] = object;
  ListenTo(*object);
  return object;
}
StageObjectPtr Show(stage::StagePtr opened) {
  return Remember(std::make_shared<StageObject>(std::move(opened)));
}

// What stages fall back to where a prim selects no variant of a set.
std::map<std::string, std::vector<std::string>>& VariantFallbacks() {
  static auto& fallbacks = *new std::map<std::string, std::vector<std::string>>;
  return fallbacks;
}

stage::OpenOptions MakeOptions(const nb::object& session, stage::LoadPolicy load, const Budgets& budgets) {
  stage::OpenOptions options;
  options.budgets = budgets;
  options.load = load;
  options.variant_fallbacks = VariantFallbacks();
  options.schemas = GetEngine().GetSchemas();
  options.executor = &GetEngine().GetExecutor();
  if (!session.is_none()) options.session = nb::cast<layer::LayerPtr>(session);
  return options;
}

StageObjectPtr OpenLayer(const layer::LayerPtr& root, const stage::OpenOptions& options) {
  Diagnostics remarks;
  auto opened = [&] {
    const Reading reading;
    return Stage::Open(GetEngine().GetLayerRegistry(), root, options, remarks);
  }();
  Warn(remarks);
  return Show(ValueOrRaise(std::move(opened)));
}

// A path or a layer, opened with options.
StageObjectPtr OpenWith(nb::handle root, const stage::OpenOptions& options) {
  if (nb::isinstance<layer::Layer>(root)) return OpenLayer(nb::cast<layer::LayerPtr>(root), options);
  FileArgument path;
  if (!nb::try_cast(root, path)) RaiseTypeError("a stage is opened from a path or a layer");
  Diagnostics remarks;
  Result<stage::StagePtr> opened = [&] {
    Reading reading;
    return Stage::Open(GetEngine().GetLayerRegistry(), path.path, options, remarks);
  }();
  Warn(remarks);
  return Show(ValueOrRaise(std::move(opened)));
}

// [session layer], [resolver context], [load policy], in any of OpenUSD's forms; and budgets.
stage::OpenOptions ReadOptions(const nb::args& more, const nb::kwargs& named) {
  nb::object session = nb::none();
  stage::LoadPolicy load = stage::LoadPolicy::kLoadAll;
  std::optional<asset::ResolverContext> context;
  const auto take = [&](nb::handle given) {
    if (given.is_none()) return;
    if (nb::isinstance<layer::Layer>(given)) {
      session = nb::borrow(given);
    } else if (nb::hasattr(given, "_search_paths")) {  // Ar.ResolverContext
      context.emplace().search_paths = nb::cast<std::vector<std::string>>(given.attr("_search_paths")());
      context->values = nb::cast<std::map<std::string, std::string>>(given.attr("_values")());
    } else {
      nb::try_cast(given, load);
      PyErr_Clear();
    }
  };
  for (nb::handle given : more) take(given);
  Budgets budgets;
  for (const auto& [name, given] : named) {
    if (nb::cast<std::string>(name) == "budgets")
      budgets = ReadBudgets(given);
    else
      take(given);
  }
  stage::OpenOptions options = MakeOptions(session, load, budgets);
  options.resolver_context = std::move(context);
  return options;
}

StageObjectPtr Open(nb::handle root, const nb::args& more, const nb::kwargs& named) {
  return OpenWith(root, ReadOptions(more, named));
}
StageObjectPtr OpenMasked(nb::handle root, const stage::StagePopulationMask& mask, const nb::args& more,
                          const nb::kwargs& named) {
  stage::OpenOptions options = ReadOptions(more, named);
  options.population_mask = mask;
  return OpenWith(root, options);
}

Value GetStageMetadata(const StageObject& s, Token field) {
  return s.stage->GetMetadata(field);
}

void SetStageMetadata(StageObject& s, Token field, nb::handle value) {
  const layer::FieldDefinition* definition = s.stage->GetLayerRegistry()->GetFields().Find(field);
  const Value read = FromPython(value, definition ? definition->type : ValueType::kEmpty);
  const bool in_session = s.target.GetLayer() == s.stage->GetSessionLayer();
  const layer::LayerPtr& layer = in_session ? s.stage->GetSessionLayer() : s.stage->GetRootLayer();
  s.Change();
  CheckOrRaise(layer->SetField(Path::AbsoluteRoot(), field, read));
}

bool SetStageMetadataByKey(StageObject& s, Token field, const std::string& key, Value value) {
  const bool in_session = s.target.GetLayer() == s.stage->GetSessionLayer();
  const EditTarget target(in_session ? s.stage->GetSessionLayer() : s.stage->GetRootLayer());
  stage::Editor editor(s.Change(), target);
  CheckOrRaise(editor.SetMetadataByDictKey(Path::AbsoluteRoot(), field, key, std::move(value)));
  return true;
}

// Raises the first error when something could not be saved; the rest is warned of.
void ReportSaving(const Diagnostics& remarks, bool saved) {
  if (!saved)
    for (const Diagnostic& remark : remarks.GetAll())
      if (remark.severity == Severity::kError) Raise(remark);
  Warn(remarks);
}

void BindTarget(nb::module_& usd) {
  nb::class_<EditTarget> cls(usd, "EditTarget",
                             "Where edits of a stage go: a layer, and how paths and times read there.");
  cls.def(nb::init<>());
  cls.def(
      "__init__",
      [](EditTarget* t, layer::LayerPtr layer, LayerOffset offset) {
        new (t) EditTarget(std::move(layer), offset);
      },
      "layer"_a, "offset"_a = LayerOffset());
  cls.def("__init__", [](EditTarget* t, const EditTarget& other) { new (t) EditTarget(other); });
  nb::implicitly_convertible<layer::Layer, EditTarget>();
  cls.def_static(
      "ForLocalDirectVariant",
      [](layer::LayerPtr layer, PathArgument variant) {
        return EditTarget::ForLocalDirectVariant(std::move(layer), variant);
      },
      "layer"_a, "varSelPath"_a);
  cls.def("GetLayer", &EditTarget::GetLayer);
  cls.def("IsValid", [](const EditTarget& t) { return bool(t); });
  cls.def("IsNull", [](const EditTarget& t) { return !t; });
  cls.def("__bool__", [](const EditTarget& t) { return bool(t); });
  cls.def("__eq__", [](const EditTarget& a, const EditTarget& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const EditTarget& a, const EditTarget& b) { return !(a == b); }, nb::is_operator());
  cls.def(
      "MapToSpecPath", [](const EditTarget& t, PathArgument path) { return t.MapToSpecPath(path); },
      "scenePath"_a);
  cls.def(
      "GetPrimSpecForScenePath", [](const EditTarget& t, PathArgument path) { return MakeSpecAt(t, path); },
      "scenePath"_a);
  cls.def(
      "ComposeOver", [](const EditTarget& t, const EditTarget& weaker) { return t ? t : weaker; },
      "weaker"_a);
  cls.def(
      "GetPropertySpecForScenePath",
      [](const EditTarget& t, PathArgument path) { return MakeSpecAt(t, path); }, "scenePath"_a);
  cls.def(
      "GetAttributeSpecForScenePath",
      [](const EditTarget& t, PathArgument path) { return MakeSpecAt(t, path); }, "scenePath"_a);
  cls.def(
      "GetRelationshipSpecForScenePath",
      [](const EditTarget& t, PathArgument path) { return MakeSpecAt(t, path); }, "scenePath"_a);
  cls.def(
      "GetSpecForScenePath", [](const EditTarget& t, PathArgument path) { return MakeSpecAt(t, path); },
      "scenePath"_a);
}

void BindOpening(StageClass& cls) {
  cls.def_static("Open", &Open, "root"_a, nb::arg(), nb::arg(),
                 "Opens and composes a file or a layer. Raises when it cannot be opened.");
  cls.def_static("OpenMasked", &OpenMasked, "root"_a, "mask"_a, nb::arg(), nb::arg(),
                 "Opens what a mask includes, and nothing else. budgets: as Open.");
  cls.def_static(
      "CreateNew",
      [](const FileArgument& path, const nb::object& session, stage::LoadPolicy load, nb::handle budgets) {
        const stage::OpenOptions opening = MakeOptions(session, load, ReadBudgets(budgets));
        layer::LayerPtr root = ValueOrRaise(GetEngine().GetLayerRegistry()->CreateNew(path.path));
        layer::SaveOptions options;
        options.external_change = layer::SaveOptions::ExternalChange::kOverwrite;
        CheckOrRaise(root->Save(options));
        return OpenLayer(root, opening);
      },
      "identifier"_a, "sessionLayer"_a = nb::none(), "load"_a = stage::LoadPolicy::kLoadAll, nb::kw_only(),
      "budgets"_a = nb::none(), "A stage over a new, empty file. budgets: as Open.");
  cls.def_static(
      "CreateInMemory",
      [](const std::string& name, const nb::object& session, stage::LoadPolicy load, nb::handle budgets) {
        const stage::OpenOptions opening = MakeOptions(session, load, ReadBudgets(budgets));
        return OpenLayer(GetEngine().GetLayerRegistry()->CreateAnonymous(name), opening);
      },
      "identifier"_a = "tmp.usda", "sessionLayer"_a = nb::none(), "load"_a = stage::LoadPolicy::kLoadAll,
      nb::kw_only(), "budgets"_a = nb::none(), "A stage over a layer without a file. budgets: as Open.");
  cls.def_static(
      "IsSupportedFile",
      [](const FileArgument& path) {
        const size_t dot = path.path.rfind('.');
        return dot != std::string::npos &&
               GetEngine().GetLayerRegistry()->FindFormatByExtension(path.path.substr(dot + 1)) != nullptr;
      },
      "filePath"_a);
  cls.def(
      "Reload",
      [](StageObject& s) {
        for (const layer::LayerPtr& layer : s.Change().GetUsedLayers())
          if (!layer->IsAnonymous()) CheckOrRaise(layer->Reload());
        s.stage->Recompose();
      },
      "Reads every file again that changed, and composes anew.");
  cls.def(
      "Export",
      [](const StageObject& s, const FileArgument& path, bool comment,
         const std::map<std::string, std::string>& arguments) {
        stage::FlattenOptions options;
        if (!comment) options.source_comment = stage::FlattenOptions::SourceComment::kOmit;
        layer::ExportOptions how;
        how.arguments = arguments;
        CheckOrRaise([&] {
          const Reading reading;
          return s.stage->Flatten(options)->Export(path.path, how);
        }());
        return true;
      },
      "filename"_a, "addSourceFileComment"_a = true, "args"_a = std::map<std::string, std::string>());
  cls.def(
      "ExportToString",
      [](const StageObject& s, bool comment) {
        stage::FlattenOptions options;
        if (!comment) options.source_comment = stage::FlattenOptions::SourceComment::kOmit;
        return ValueOrRaise([&] {
          const Reading reading;
          return s.stage->ExportToString(options);
        }());
      },
      "addSourceFileComment"_a = true, "The flattened stage as usda.");
  cls.def(
      "Flatten",
      [](const StageObject& s, bool comment) {
        stage::FlattenOptions options;
        if (!comment) options.source_comment = stage::FlattenOptions::SourceComment::kOmit;
        const Reading reading;
        return s.stage->Flatten(options);
      },
      "addSourceFileComment"_a = true, "The whole stage as one layer.");
  layer::SaveOptions overwrite;
  overwrite.external_change = layer::SaveOptions::ExternalChange::kOverwrite;
  cls.def(
      "Save",
      [overwrite](StageObject& s) {
        Diagnostics remarks;
        const bool saved = [&] {
          const Saving saving;
          return s.stage->Save(remarks, overwrite);
        }();
        ReportSaving(remarks, saved);
      },
      "Saves the layers that are dirty and have a file, without those of the session.");
  cls.def("SaveSessionLayers", [overwrite](StageObject& s) {
    Diagnostics remarks;
    const bool saved = [&] {
      const Saving saving;
      return s.stage->SaveSessionLayers(remarks, overwrite);
    }();
    ReportSaving(remarks, saved);
  });
}

void BindAsking(StageClass& cls) {
  cls.def("GetRootLayer", [](const StageObject& s) { return s.stage->GetRootLayer(); });
  cls.def("GetSessionLayer", [](const StageObject& s) { return s.stage->GetSessionLayer(); });
  cls.def(
      "GetLayerStack",
      [](const StageObject& s, bool with_session) {
        std::vector<layer::LayerPtr> all = s.stage->GetLayerStack();
        if (!with_session) std::erase(all, s.stage->GetSessionLayer());
        return all;
      },
      "includeSessionLayers"_a = true);
  cls.def(
      "HasLocalLayer",
      [](const StageObject& s, const layer::LayerPtr& layer) {
        const std::vector<layer::LayerPtr> all = s.stage->GetLayerStack();
        return std::find(all.begin(), all.end(), layer) != all.end();
      },
      "layer"_a);
  cls.def(
      "GetEditTargetForLocalLayer",
      [](const StageObject& s, size_t place) {
        const auto& entries = s.stage->GetRootLayerStack()->GetEntries();
        return place < entries.size() ? EditTarget(entries[place].layer, entries[place].offset)
                                      : EditTarget();
      },
      "i"_a);
  cls.def(
      "GetUsedLayers", [](const StageObject& s, bool) { return s.stage->GetUsedLayers(); },
      "includeClipLayers"_a = true);
  cls.def("GetPseudoRoot", [](const StageObject& s) { return MakePrim(s.stage->GetPseudoRoot()); });
  cls.def(
      "GetPrimAtPath",
      [](const StageObject& s, PathArgument path) { return MakePrim(s.stage->GetPrimAtPath(path)); },
      "path"_a, "The prim at a path; one that tests false when there is none.");
  cls.def(
      "GetObjectAtPath",
      [](const StageObject& s, PathArgument path) -> nb::object {
        const stage::Prim prim = s.stage->GetPrimAtPath(path.path.GetPrimPath());
        return path.path.IsProperty() ? MakeProperty(prim, path.path.GetNameToken())
                                      : nb::cast(MakePrim(prim));
      },
      "path"_a);
  cls.def(
      "GetPropertyAtPath",
      [](const StageObject& s, PathArgument path) {
        return MakeProperty(s.stage->GetPrimAtPath(path.path.GetPrimPath()), path.path.GetNameToken());
      },
      "path"_a);
  cls.def(
      "GetAttributeAtPath",
      [](const StageObject& s, PathArgument path) {
        return AttributeObject{{{s.stage->GetPrimAtPath(path.path.GetPrimPath()), path.path.GetNameToken()}}};
      },
      "path"_a);
  cls.def(
      "GetRelationshipAtPath",
      [](const StageObject& s, PathArgument path) {
        return RelationshipObject{
            {{s.stage->GetPrimAtPath(path.path.GetPrimPath()), path.path.GetNameToken()}}};
      },
      "path"_a);
  cls.def("GetPrototypes", [](const StageObject& s) { return MakePrims(s.stage->GetPrototypes()); });
  cls.def("_CompositionErrors", [](const StageObject& s) {
    const compose::CompositionErrors errors = s.stage->GetCompositionErrors();
    nb::list out;
    for (size_t i = 0; i < errors.size(); ++i) {
      const nb::object told = MakeErrors({errors[i]})[0];
      out.append(nb::make_tuple(told, RenderDiagnostic(errors[i].diagnostic, ColorMode::kPlain)));
    }
    return out;
  });
  cls.def("GetInterpolationType", [](const StageObject& s) { return s.stage->GetInterpolationType(); });
  cls.def("GetLoadRules", [](const StageObject& s) { return s.stage->GetLoadRules(); });
  cls.def(
      "SetLoadRules", [](StageObject& s, const StageLoadRules& rules) { s.Change().SetLoadRules(rules); },
      "rules"_a);
  cls.def(
      "Load",
      [](StageObject& s, PathArgument path, StageLoadRules::Rule policy) {
        s.Change().Load(path, policy);
        return MakePrim(s.stage->GetPrimAtPath(path));
      },
      "path"_a = PathArgument{Path::AbsoluteRoot()}, "policy"_a = StageLoadRules::Rule::kAllRule);
  cls.def(
      "Unload", [](StageObject& s, PathArgument path) { s.Change().Unload(path); },
      "path"_a = PathArgument{Path::AbsoluteRoot()});
  cls.def(
      "LoadAndUnload",
      [](StageObject& s, nb::handle load, nb::handle unload, StageLoadRules::Rule policy) {
        s.Change().LoadAndUnload(ReadPaths(load), ReadPaths(unload), policy);
      },
      "loadSet"_a, "unloadSet"_a, "policy"_a = StageLoadRules::Rule::kAllRule);
}

void BindEditing(StageClass& cls) {
  cls.def("GetEditTarget", [](const StageObject& s) { return s.target; });
  cls.def(
      "SetEditTarget",
      [](StageObject& s, const EditTarget& target) {
        if (!target) throw nb::value_error("an edit target without a layer");
        WaitForReaders();
        s.target = target;
        CheckOrRaise(s.stage->SetEditTarget(target));
      },
      "editTarget"_a);
  cls.def(
      "GetEditTargetForLocalLayer",
      [](const StageObject& s, const layer::LayerPtr& layer) {
        for (const auto& entry : s.stage->GetRootLayerStack()->GetEntries())
          if (entry.layer == layer) return EditTarget(layer, entry.offset);
        throw nb::value_error("the layer is not in the stage's layer stack");
      },
      "layer"_a);
  cls.def(
      "DefinePrim",
      [](StageObject& s, PathArgument path, Token type) {
        return MakePrim(ValueOrRaise(s.Edit().DefinePrim(path, type)));
      },
      "path"_a, "typeName"_a = "");
  cls.def(
      "OverridePrim",
      [](StageObject& s, PathArgument path) { return MakePrim(ValueOrRaise(s.Edit().OverridePrim(path))); },
      "path"_a);
  cls.def(
      "CreateClassPrim",
      [](StageObject& s, PathArgument path) {
        return MakePrim(ValueOrRaise(s.Edit().CreateClassPrim(path)));
      },
      "rootPrimPath"_a);
  cls.def(
      "RemovePrim", [](StageObject& s, PathArgument path) { return bool(s.Edit().RemovePrim(path)); },
      "path"_a, "Takes back what the edit target says of the prim. Whether it said something.");
}

void BindMetadata(StageClass& cls) {
  cls.def(
      "GetMetadata", [](const StageObject& s, Token field) { return ToPython(GetStageMetadata(s, field)); },
      "key"_a);
  cls.def(
      "SetMetadata",
      [](StageObject& s, Token field, nb::handle value) {
        SetStageMetadata(s, field, value);
        return true;
      },
      "key"_a, "value"_a);
  cls.def(
      "ClearMetadata",
      [](StageObject& s, Token field) {
        SetStageMetadata(s, field, nb::none());
        return true;
      },
      "key"_a);
  cls.def(
      "HasMetadata", [](const StageObject& s, Token field) { return s.stage->HasMetadata(field); }, "key"_a);
  cls.def(
      "HasAuthoredMetadata",
      [](const StageObject& s, Token field) { return s.stage->HasAuthoredMetadata(field); }, "key"_a);
  cls.def(
      "GetMetadataByDictKey",
      [](const StageObject& s, Token field, const std::string& key) {
        return ToPython(s.stage->GetMetadataByDictKey(field, key));
      },
      "key"_a, "keyPath"_a);
  cls.def(
      "SetMetadataByDictKey",
      [](StageObject& s, Token field, const std::string& key, nb::handle value) {
        return SetStageMetadataByKey(s, field, key, FromPython(value));
      },
      "key"_a, "keyPath"_a, "value"_a);
  cls.def(
      "ClearMetadataByDictKey",
      [](StageObject& s, Token field, const std::string& key) {
        return SetStageMetadataByKey(s, field, key, Value());
      },
      "key"_a, "keyPath"_a);
  cls.def(
      "HasMetadataDictKey",
      [](const StageObject& s, Token field, const std::string& key) {
        return !s.stage->GetMetadataByDictKey(field, key).IsEmpty();
      },
      "key"_a, "keyPath"_a);
  cls.def(
      "HasAuthoredMetadataDictKey",
      [](const StageObject& s, Token field, const std::string& key) {
        return s.stage->HasAuthoredMetadata(field) && !s.stage->GetMetadataByDictKey(field, key).IsEmpty();
      },
      "key"_a, "keyPath"_a);
  cls.def("GetStartTimeCode", [](const StageObject& s) { return s.stage->GetStartTimeCode(); });
  cls.def("GetEndTimeCode", [](const StageObject& s) { return s.stage->GetEndTimeCode(); });
  cls.def("HasAuthoredTimeCodeRange",
          [](const StageObject& s) { return s.stage->HasAuthoredTimeCodeRange(); });
  cls.def("GetTimeCodesPerSecond", [](const StageObject& s) { return s.stage->GetTimeCodesPerSecond(); });
  cls.def("GetFramesPerSecond", [](const StageObject& s) { return s.stage->GetFramesPerSecond(); });
  const layer::FieldNames& names = layer::GetFieldNames();
  const std::pair<const char*, Token> numbers[] = {{"SetStartTimeCode", names.startTimeCode},
                                                   {"SetEndTimeCode", names.endTimeCode},
                                                   {"SetTimeCodesPerSecond", names.timeCodesPerSecond},
                                                   {"SetFramesPerSecond", names.framesPerSecond}};
  for (const auto& [name, field] : numbers)
    cls.def(
        name,
        [field = field](StageObject& s, double number) { SetStageMetadata(s, field, nb::float_(number)); },
        nb::arg("value"));
  cls.def("GetDefaultPrim", [](const StageObject& s) { return MakePrim(s.stage->GetDefaultPrim()); });
  cls.def("HasDefaultPrim", [](const StageObject& s) { return s.stage->GetDefaultPrim().IsValid(); });
  cls.def(
      "SetDefaultPrim",
      [field = names.defaultPrim](StageObject& s, const PrimObject& prim) {
        const Path path = Check(prim).GetPath();
        const Token name(path.IsRootPrim() ? path.GetName() : path.GetString());
        CheckOrRaise(s.Change().GetRootLayer()->SetField(Path::AbsoluteRoot(), field, name));
      },
      "prim"_a);
  cls.def("ClearDefaultPrim", [field = names.defaultPrim](StageObject& s) {
    CheckOrRaise(s.Change().GetRootLayer()->EraseField(Path::AbsoluteRoot(), field));
  });
}

}  // namespace

StageObject::StageObject(stage::StagePtr opened)
    : stage(std::move(opened)), target(stage->GetRootLayer()), key(stage.get()) {}
StageObject::StageObject(Stage& seen) : stage(seen), target(seen.GetRootLayer()), key(&seen) {}
stage::Stage& StageObject::Change() {
  stage::Stage& open = *stage;
  WaitForReaders(&open);
  return open;
}
StageObject::~StageObject() {
  const auto found = Shown().find(key);  // another stage may stand at the address of one that is closed
  if (found != Shown().end() && found->second.expired()) Shown().erase(found);
}

void ListenToAll() {
  for (const auto& [stage, object] : Shown())
    if (const StageObjectPtr shown = object.lock()) ListenTo(*shown);
}

StageObjectPtr ShowStage(stage::StagePtr stage) {
  const StageObjectPtr found = FindStageObject(stage.get());
  return found ? found : Show(std::move(stage));
}

StageObjectPtr ViewStage(Stage& stage) {
  const StageObjectPtr found = FindStageObject(&stage);
  return found ? found : Remember(std::make_shared<StageObject>(stage));
}

StageObjectPtr FindStageObject(const Stage* stage) {
  const auto found = Shown().find(stage);
  const StageObjectPtr object = found == Shown().end() ? nullptr : found->second.lock();
  return object && object->stage.get() == stage ? object : nullptr;
}

nb::object MakeSpecAt(const EditTarget& target, Path path) {
  const Path spec = target ? target.MapToSpecPath(path) : Path();
  return spec.IsEmpty() ? nb::none() : MakeSpec(target.GetLayer(), spec);
}

void BindUsdEnums(nb::module_& usd) {
  using stage::InterpolationType;
  using stage::ListPosition;
  using stage::ResolveSource;
  using Rule = StageLoadRules::Rule;
  BindEnum<InterpolationType>(usd, "UsdInterpolationType", "InterpolationType",
                              {{InterpolationType::kHeld, "InterpolationTypeHeld", "Held"},
                               {InterpolationType::kLinear, "InterpolationTypeLinear", "Linear"}});
  BindEnum<ListPosition>(
      usd, "UsdListPosition", "ListPosition",
      {{ListPosition::kFrontOfPrependList, "ListPositionFrontOfPrependList", "Front Of Prepend List"},
       {ListPosition::kBackOfPrependList, "ListPositionBackOfPrependList", "Back Of Prepend List"},
       {ListPosition::kFrontOfAppendList, "ListPositionFrontOfAppendList", "Front Of Append List"},
       {ListPosition::kBackOfAppendList, "ListPositionBackOfAppendList", "Back Of Append List"}});
  BindEnum<ResolveSource>(usd, "UsdResolveInfoSource", "ResolveInfoSource",
                          {{ResolveSource::kNone, "ResolveInfoSourceNone", "None"},
                           {ResolveSource::kFallback, "ResolveInfoSourceFallback", "Fallback"},
                           {ResolveSource::kDefault, "ResolveInfoSourceDefault", "Default"},
                           {ResolveSource::kTimeSamples, "ResolveInfoSourceTimeSamples", "TimeSamples"},
                           {ResolveSource::kValueClips, "ResolveInfoSourceValueClips", "ValueClips"},
                           {ResolveSource::kSpline, "ResolveInfoSourceSpline", "Spline"}});
  BindEnum<Rule>(usd, "UsdLoadPolicy", "LoadPolicy",
                 {{Rule::kAllRule, "LoadWithDescendants", "With Descendants"},
                  {Rule::kOnlyRule, "LoadWithoutDescendants", "Without Descendants"}});
  nb::class_<StageLoadRules>(usd, "StageLoadRules",
                             "Which payloads are loaded: rules for paths and what lies below them.")
      .def(nb::init<>())
      .def_static("LoadAll", &StageLoadRules::LoadAll)
      .def_static("LoadNone", &StageLoadRules::LoadNone)
      .def(
          "LoadWithDescendants", [](StageLoadRules& r, PathArgument path) { r.LoadWithDescendants(path); },
          "path"_a)
      .def(
          "LoadWithoutDescendants",
          [](StageLoadRules& r, PathArgument path) { r.LoadWithoutDescendants(path); }, "path"_a)
      .def(
          "Unload", [](StageLoadRules& r, PathArgument path) { r.Unload(path); }, "path"_a)
      .def(
          "LoadAndUnload",
          [](StageLoadRules& r, nb::handle load, nb::handle unload, Rule how) {
            r.LoadAndUnload(ReadPaths(load), ReadPaths(unload), how);
          },
          "loadSet"_a, "unloadSet"_a, "policy"_a = Rule::kAllRule)
      .def("_AddRule",
           [](StageLoadRules& r, PathArgument path, int rule) { r.AddRule(path, static_cast<Rule>(rule)); })
      .def("_GetEffectiveRule",
           [](const StageLoadRules& r, PathArgument path) {
             return static_cast<int>(r.GetEffectiveRuleForPath(path));
           })
      .def("_GetRules",
           [](const StageLoadRules& r) {
             nb::list out;
             for (const auto& [path, rule] : r.GetRules())
               out.append(nb::make_tuple(path, static_cast<int>(rule)));
             return out;
           })
      .def("_Assign", [](StageLoadRules& r, const StageLoadRules& other) { r = other; })
      .def("Minimize", &StageLoadRules::Minimize)
      .def(
          "IsLoaded", [](const StageLoadRules& r, PathArgument path) { return r.IsLoaded(path); }, "path"_a)
      .def(
          "IsLoadedWithAllDescendants",
          [](const StageLoadRules& r, PathArgument path) { return r.IsLoadedWithAllDescendants(path); },
          "path"_a)
      .def(
          "IsLoadedWithNoDescendants",
          [](const StageLoadRules& r, PathArgument path) { return r.IsLoadedWithNoDescendants(path); },
          "path"_a)
      .def(
          "__eq__", [](const StageLoadRules& a, const StageLoadRules& b) { return a == b; },
          nb::is_operator())
      .def(
          "__ne__", [](const StageLoadRules& a, const StageLoadRules& b) { return !(a == b); },
          nb::is_operator())
      .def("__repr__", [](const StageLoadRules& r) {
        std::string text = "Usd.StageLoadRules([";
        for (const auto& [path, rule] : r.GetRules()) {
          text += (text.back() == '[' ? "(" : ", (") + Repr(nb::cast(path)) + ", Usd.StageLoadRules.";
          text += rule == Rule::kAllRule ? "AllRule)" : rule == Rule::kOnlyRule ? "OnlyRule)" : "NoneRule)";
        }
        return text + "])";
      });
}

void BindStages(nb::module_& usd) {
  BindEnum<stage::LoadPolicy>(usd, "UsdStage::InitialLoadSet", "_InitialLoadSet",
                              {{stage::LoadPolicy::kLoadAll, "LoadAll", "LoadAll"},
                               {stage::LoadPolicy::kLoadNone, "LoadNone", "LoadNone"}});
  BindTarget(usd);
  StageClass cls(usd, "Stage", "The composed scene: prims, and the values in them.",
                 nb::is_weak_referenceable());
  cls.attr("InitialLoadSet") = usd.attr("_InitialLoadSet");
  usd.attr("_InitialLoadSet").attr("__repr__") = nb::cpp_function(
      [](nb::handle item) { return "Usd.Stage." + nb::cast<std::string>(item.attr("name")); },
      nb::is_method());
  for (const char* name : {"LoadAll", "LoadNone"}) {
    cls.attr(name) = usd.attr(name);
    nb::delattr(usd, name);
  }
  BindOpening(cls);
  BindAsking(cls);
  BindEditing(cls);
  BindMetadata(cls);
  BindScope(usd, cls);
  usd.def("_SetVariantFallbacks", [](std::map<std::string, std::vector<std::string>> fallbacks) {
    VariantFallbacks() = std::move(fallbacks);
  });
  const Predicate standard{stage::PrimPredicate::Default(), false};
  cls.def(
      "Traverse",
      [usd](const StageObject& s, const Predicate& predicate) {
        return usd.attr("PrimRange").attr("Stage")(FindStageObject(&*s.stage), predicate);
      },
      "predicate"_a = standard, "The prims of the stage, depth first.");
  cls.def("TraverseAll", [usd](const StageObject& s) {
    return usd.attr("PrimRange").attr("Stage")(FindStageObject(&*s.stage), Predicate());
  });
  cls.def("__eq__", [](const StageObject& a, const StageObject& b) { return &a == &b; }, nb::is_operator());
  cls.def("__ne__", [](const StageObject& a, const StageObject& b) { return &a != &b; }, nb::is_operator());
  cls.def("__hash__", [](const StageObject& s) { return std::hash<const void*>()(&s) >> 1; });
  cls.def("__bool__", [](const StageObject& s) { return bool(s.stage); });
  cls.def_prop_ro("expired", [](const StageObject& s) { return !s.stage; });
  cls.def("__repr__", [](const StageObject& s) -> std::string {
    if (!s.stage) return "invalid null stage";
    std::string text = "Usd.Stage.Open(rootLayer=" + Repr(nb::cast(s.stage->GetRootLayer()));
    if (s.stage->GetSessionLayer()) text += ", sessionLayer=" + Repr(nb::cast(s.stage->GetSessionLayer()));
    return text + ")";
  });
}

}  // namespace strata::python

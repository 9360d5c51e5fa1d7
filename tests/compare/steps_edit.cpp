// Edits of a stage, each named and with the arguments that the step gives.
#include <optional>
#include <utility>

#include "strata/stage/editor.h"
#include "tests/compare/steps.h"

namespace strata::compare {

namespace {

using stage::Editor;
using stage::ListPosition;

ListPosition PositionOf(const Json& step) {
  const std::string name = step.value("position", "BackOfPrependList");
  if (name == "FrontOfPrependList") return ListPosition::kFrontOfPrependList;
  if (name == "FrontOfAppendList") return ListPosition::kFrontOfAppendList;
  if (name == "BackOfAppendList") return ListPosition::kBackOfAppendList;
  return ListPosition::kBackOfPrependList;
}

// A value is usda text of a type: both sides read it as the default of an attribute.
Value ValueOf(const Bench& bench, const Json& step) {
  if (!step.contains("value")) return {};
  Diagnostics remarks;
  const std::string text = "#usda 1.4\ndef \"V\" {\n    " + step.at("type").get<std::string>() +
                           " v = " + step.at("value").get<std::string>() + "\n}\n";
  const layer::LayerPtr layer = bench.registry->ImportFromString(text, "value", remarks);
  const Value* value = layer ? layer->GetField(Path("/V.v"), Token("default")) : nullptr;
  return value ? *value : Value();
}

Token TokenOf(const Json& step, const char* key) {
  return Token(step.value(key, std::string()));
}
Path PathOf(const Json& step, const char* key) {
  return Path(step.value(key, std::string()));
}
Reference ReferenceOf(const Json& step) {
  Reference reference;
  reference.asset_path = step.value("asset", std::string());
  if (step.contains("target")) reference.prim_path = PathOf(step, "target");
  reference.offset = {step.value("offset", 0.0), step.value("scale", 1.0)};
  return reference;
}
Payload PayloadOf(const Json& step) {
  const Reference reference = ReferenceOf(step);
  return {reference.asset_path, reference.prim_path, reference.offset};
}

template <class T>
bool Done(const Result<T>& result) {
  return static_cast<bool>(result);
}

// What was made must be there, too.
template <class Object>
bool IsThere(const Result<Object>& result) {
  return result && static_cast<bool>(*result);
}

bool Edit(const Bench& bench, Editor& editor, const Json& step) {
  const std::string what = step.at("edit");
  const Path path = PathOf(step, "path");
  const Token type = TokenOf(step, "type"), name = TokenOf(step, "name");
  const stage::Time time =
      step.contains("time") ? stage::Time(step["time"].get<double>()) : stage::Time::Default();
  if (what == "MuteLayer") return Done(editor.GetStage().MuteLayer(step.at("asset").get<std::string>()));
  if (what == "UnmuteLayer") return Done(editor.GetStage().UnmuteLayer(step.at("asset").get<std::string>()));
  if (what == "DefinePrim") return IsThere(editor.DefinePrim(path, type));
  if (what == "OverridePrim") return IsThere(editor.OverridePrim(path));
  if (what == "CreateClassPrim") return IsThere(editor.CreateClassPrim(path));
  if (what == "RemovePrim") return Done(editor.RemovePrim(path));
  if (what == "CreateAttribute") return IsThere(editor.CreateAttribute(path, type));
  if (what == "CreateRelationship") return IsThere(editor.CreateRelationship(path));
  if (what == "RemoveProperty") return Done(editor.RemoveProperty(path));
  if (what == "Set") return Done(editor.Set(path, ValueOf(bench, step), time));
  if (what == "Clear") return Done(editor.Clear(path));
  if (what == "Block") return Done(editor.Block(path));
  if (what == "SetMetadata") return Done(editor.SetMetadata(path, name, ValueOf(bench, step)));
  if (what == "SetMetadataByDictKey")
    return Done(
        editor.SetMetadataByDictKey(path, name, step.at("key").get<std::string>(), ValueOf(bench, step)));
  if (what == "AddReference") return Done(editor.AddReference(path, ReferenceOf(step), PositionOf(step)));
  if (what == "RemoveReference") return Done(editor.RemoveReference(path, ReferenceOf(step)));
  if (what == "AddPayload") return Done(editor.AddPayload(path, PayloadOf(step), PositionOf(step)));
  if (what == "RemovePayload") return Done(editor.RemovePayload(path, PayloadOf(step)));
  const Path target = PathOf(step, "target");
  if (what == "AddInherit") return Done(editor.AddInherit(path, target, PositionOf(step)));
  if (what == "RemoveInherit") return Done(editor.RemoveInherit(path, target));
  if (what == "AddSpecialize") return Done(editor.AddSpecialize(path, target, PositionOf(step)));
  if (what == "AddTarget") return Done(editor.AddTarget(path, target, PositionOf(step)));
  if (what == "RemoveTarget") return Done(editor.RemoveTarget(path, target));
  if (what == "SetTargets") return Done(editor.SetTargets(path, {target}));
  if (what == "AddConnection") return Done(editor.AddConnection(path, target, PositionOf(step)));
  if (what == "AddVariantSet") return Done(editor.AddVariantSet(path, name, PositionOf(step)));
  if (what == "AddVariant") return Done(editor.AddVariant(path, name, TokenOf(step, "variant")));
  if (what == "SetVariantSelection")
    return Done(editor.SetVariantSelection(path, name, TokenOf(step, "variant")));
  return false;
}

}  // namespace

// What a stage tells of while this lives, in the form of the answers.
class Hearing {
 public:
  explicit Hearing(stage::Stage& stage) : stage_(stage) {
    id_ = stage.AddListener([this](const stage::StageNotice& notice) { heard_.push_back(Describe(notice)); });
  }
  ~Hearing() { stage_.RemoveListener(id_); }
  Hearing(const Hearing&) = delete;
  Hearing& operator=(const Hearing&) = delete;
  Json Take() { return std::exchange(heard_, Json::array()); }

 private:
  static Json ListPaths(const std::vector<Path>& paths) {
    Json list = Json::array();
    for (Path path : paths) list.push_back(path.GetString());
    return list;
  }
  static Json Describe(const stage::StageNotice& notice) {
    using Kind = stage::StageNotice::Kind;
    switch (notice.kind) {
      case Kind::kObjectsChanged:
        return DescribeObjects(*notice.objects);
      case Kind::kStageContentsChanged:
        return "StageContentsChanged";
      case Kind::kStageEditTargetChanged:
        return "StageEditTargetChanged";
      case Kind::kLayerMutingChanged:
        return {{"muted", notice.muting->muted.size()}, {"unmuted", notice.muting->unmuted.size()}};
    }
    return nullptr;
  }
  static Json DescribeObjects(const stage::ObjectsChanged& objects) {
    Json told = {{"resynced", ListPaths(objects.GetResyncedPaths())},
                 {"info", ListPaths(objects.GetChangedInfoOnlyPaths())},
                 {"assets", ListPaths(objects.GetResolvedAssetPathsResyncedPaths())},
                 {"fields", Json::object()},
                 {"types", Json::object()}};
    for (const auto& paths : {objects.GetResyncedPaths(), objects.GetChangedInfoOnlyPaths()}) {
      for (Path path : paths) {
        Json fields = Json::array();
        for (Token field : objects.GetChangedFields(path)) fields.push_back(field.GetString());
        if (!fields.empty()) told["fields"][path.GetString()] = std::move(fields);
      }
    }
    for (Path path : objects.GetResyncedPaths())
      if (path.IsAbsoluteRootOrPrim())
        told["types"][path.GetString()] = GetPrimResyncTypeName(objects.GetPrimResyncType(path).type);
    return told;
  }

  stage::Stage& stage_;
  Json heard_ = Json::array();
  uint64_t id_;
};

// All edits of a step go to one target: a layer of the stage by number, or a variant in the root layer.
Json EditStage(const Bench& bench, const Json& step) {
  const auto& entries = bench.stage->GetRootLayerStack()->GetEntries();
  const auto& entry = entries[step.value("layer", size_t{0}) % entries.size()];
  stage::EditTarget target =
      step.contains("variant_target")
          ? stage::EditTarget::ForLocalDirectVariant(entry.layer, PathOf(step, "variant_target"))
          : stage::EditTarget(entry.layer, entry.offset);
  Editor editor(*bench.stage, std::move(target));
  Json answers = Json::array();
  const bool tells = step.value("notices", false);
  std::optional<Hearing> hearing;
  if (tells) hearing.emplace(*bench.stage);
  for (const Json& edit : step.at("edits")) {
    Json done = Edit(bench, editor, edit);
    answers.push_back(tells ? Json::array({std::move(done), hearing->Take()}) : std::move(done));
  }
  return answers;
}

Json ExportLayers(const Bench& bench) {
  Json texts = Json::array();
  for (const layer::LayerPtr& layer : bench.stage->GetLayerStack()) {
    auto text = layer->ExportToString();
    texts.push_back(text ? Json(*text) : Json());
  }
  return texts;
}

}  // namespace strata::compare

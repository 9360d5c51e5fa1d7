// Answers about a whole stage: its layers, prims, values and flattened text.
#include <algorithm>

#include "strata/stage/composition_query.h"
#include "strata/stage/stage.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

using stage::Attribute;
using stage::Prim;
using stage::PrimPredicate;
using stage::Stage;

constexpr size_t kMostSamplesListed = 8;
constexpr size_t kMostMiddles = 3;
constexpr size_t kLongestText = 60000;
constexpr std::string_view kPrototypeName = "Flattened_Prototype_";

enum class Detail : uint8_t { kFull, kLite };

class StageAnswer {
 public:
  StageAnswer(stage::StagePtr stage, std::string folder, Detail detail)
      : stage_(std::move(stage)), folder_(std::move(folder)), detail_(detail) {}

  Json Write() {
    FindPrototypeGroups();
    Json answer = {{"schema", "stage-oracle/1"},
                   {"ok", true},
                   {"lite", detail_ == Detail::kLite},
                   {"stage", DescribeStage()}};
    answer["compositionErrors"] = Json::array();
    for (const auto& error : stage_->GetCompositionErrors())
      answer["compositionErrors"].push_back(
          {{"type", std::string(compose::GetErrorName(error.type))}, {"message", error.diagnostic.message}});
    answer["traverse"] = Json::array();
    for (const Prim& prim : stage_->Traverse())
      if (!prim.IsPseudoRoot()) answer["traverse"].push_back(prim.GetPath().GetString());
    answer["prims"] = DescribePrims();
    if (detail_ == Detail::kLite) return answer;
    answer["geom"] = DescribeGeometry(*stage_);
    auto text = stage_->ExportToString({.source_comment = stage::FlattenOptions::SourceComment::kOmit});
    if (!text) {
      answer["flattened"] = "error: " + text.GetError().message;
    } else {
      answer["flattenedHasPrototypes"] = text->find(kPrototypeName) != std::string::npos;
      answer["flattened"] =
          text->size() <= 4 * kLongestText ? Json(*text) : Json();  // characters have up to four bytes
    }
    return answer;
  }

 private:
  std::string Name(const layer::Layer& layer) const {
    if (layer.IsAnonymous()) return stage_->GetSessionLayer().get() == &layer ? "<session>" : "<anonymous>";
    return NameLayer(layer, folder_);
  }

  Json DescribeStage() const {
    auto token = [](const Value& value) {
      return value.Holds<Token>() ? Json(value.Get<Token>().GetString()) : Json();
    };
    const layer::FieldNames& names = layer::GetFieldNames();
    const Json up_axis = token(stage_->GetMetadata(names.upAxis));
    const Prim default_prim = stage_->GetDefaultPrim();
    Json stack = Json::array(), used = Json::array();
    for (const auto& layer : stage_->GetLayerStack()) stack.push_back(Name(*layer));
    for (const auto& layer : stage_->GetUsedLayers())
      if (std::string name = Name(*layer); name != "<session>") used.push_back(std::move(name));
    return {{"defaultPrim", default_prim ? Json(default_prim.GetPath().GetString().substr(1)) : Json()},
            {"startTimeCode", stage_->GetStartTimeCode()},
            {"endTimeCode", stage_->GetEndTimeCode()},
            {"timeCodesPerSecond", stage_->GetTimeCodesPerSecond()},
            {"framesPerSecond", stage_->GetFramesPerSecond()},
            {"upAxis", up_axis.is_null() || up_axis == "" ? Json("Y") : up_axis},
            {"metersPerUnit", stage_->GetMetadata(names.metersPerUnit).GetOr<double>(0.01)},
            {"layerStack", std::move(stack)},
            {"usedLayers", std::move(used)}};
  }

  static PrimPredicate All() { return PrimPredicate::All().With(stage::InstanceProxies::kTraverse); }

  // Prototypes go by the first of their instances in walking order.
  void FindPrototypeGroups() {
    for (const Prim& prim : stage_->Traverse(All())) {
      if (!prim.IsInstance()) continue;
      const Prim prototype = prim.GetPrototype();
      if (prototype && groups_.emplace(prototype.GetPath(), prim.GetPath()).second)
        prototypes_.push_back(prototype);
    }
  }

  Json DescribePrims() {
    Json prims = Json::array();
    const Prim root = stage_->GetPseudoRoot();
    prims.push_back(DescribePrim(root));
    for (const Prim& prim : stage_->Traverse(All()))
      if (!prim.IsPseudoRoot()) prims.push_back(DescribePrim(prim));
    for (const Prim& prototype : prototypes_) {
      const Path group = groups_.at(prototype.GetPath());
      for (const Prim& prim :
           stage::PrimRange(prototype, PrimPredicate::All(), stage::PrimRange::Start::kSkip)) {
        Json entry = DescribePrim(prim);
        entry["path"] = prim.GetPath().MakeRelative(prototype.GetPath()).GetString();
        entry["inPrototypeOf"] = group.GetString();
        prims.push_back(std::move(entry));
      }
    }
    return prims;
  }

  Json DescribePrim(const Prim& prim) {
    static const char* const kSpecifiers[] = {"Def", "Over", "Class"};
    const bool is_proxy = prim.IsInstanceProxy();
    Json children = Json::array();
    for (const Prim& child : prim.GetFilteredChildren(is_proxy ? All() : PrimPredicate::All()))
      children.push_back(child.GetName().GetString());
    Json entry = {{"path", prim.GetPath().GetString()},
                  {"specifier", kSpecifiers[static_cast<size_t>(prim.GetSpecifier())]},
                  {"typeName", prim.GetTypeName().GetString()},
                  {"active", prim.IsActive()},
                  {"loaded", prim.IsLoaded()},
                  {"defined", prim.IsDefined()},
                  {"abstract", prim.IsAbstract()},
                  {"model", prim.IsModel()},
                  {"group", prim.IsGroup()},
                  {"children", std::move(children)},
                  {"instanceable", prim.IsInstanceable()},
                  {"instance", prim.IsInstance()},
                  {"instanceProxy", is_proxy}};
    if (prim.IsInstance())
      if (auto group = groups_.find(prim.GetPrototype().GetPath()); group != groups_.end())
        entry["prototypeGroup"] = group->second.GetString();
    if (!is_proxy) AddContent(prim, entry);
    return entry;
  }

  void AddContent(const Prim& prim, Json& entry) {
    entry["authoredProperties"] = Names(prim.GetAuthoredPropertyNames());
    if (detail_ == Detail::kLite) return;
    entry["apiSchemas"] = Names(prim.GetAppliedSchemas());
    entry["kind"] = prim.GetKind().GetString();
    entry["variantSets"] = Json::object();
    for (const auto& set : prim.GetVariantSets())
      entry["variantSets"][set.name.GetString()] = {{"variants", Names(set.variants)},
                                                    {"selection", set.selection.GetString()}};
    const layer::FieldNames& names = layer::GetFieldNames();
    entry["authoredProperties"] = Names(prim.GetAuthoredPropertyNames());
    if (detail_ == Detail::kLite) return;
    entry["metadata"] = Metadata(prim, {names.specifier, names.typeName, names.apiSchemas});
    if (!prim.IsPseudoRoot()) {
      entry["primStack"] = Stack(prim.GetPrimStack());
      entry["arcs"] = Arcs(prim);
    }
    entry["attributes"] = Json::object();
    for (const Attribute& attribute : prim.GetAuthoredAttributes())
      entry["attributes"][attribute.GetName().GetString()] = DescribeAttribute(attribute);
    entry["relationships"] = Json::object();
    for (const auto& relationship : prim.GetAuthoredRelationships())
      entry["relationships"][relationship.GetName().GetString()] = {
          {"custom", relationship.IsCustom()},
          {"targets", Paths(relationship.GetTargets())},
          {"forwarded", Paths(relationship.GetForwardedTargets())},
          {"stack", Stack(relationship.GetPropertyStack())},
          {"metadata", Metadata(relationship, {names.custom, names.variability})}};
  }

  Json DescribeAttribute(const Attribute& attribute) {
    const stage::ResolveInfo info = attribute.GetResolveInfo();
    const layer::FieldNames& names = layer::GetFieldNames();
    Json entry = {
        {"typeName", attribute.GetTypeName().GetString()},
        {"variability", attribute.GetVariability() == Variability::kUniform ? "Uniform" : "Varying"},
        {"custom", attribute.IsCustom()},
        {"source", SourceName(info.source)},
        {"default", ToJson(attribute.Get(), AssetForm::kResolved)},
        {"blocked", info.value_is_blocked},
        {"connections", Paths(attribute.GetConnections())},
        {"stack", Stack(attribute.GetPropertyStack())},
        {"metadata", Metadata(attribute, {names.custom, names.variability, names.typeName})}};
    if (auto spline = attribute.GetSpline()) entry["spline"] = ToJson(Value(*spline));
    AddSamples(attribute, entry);
    return entry;
  }

  // All samples when they are few; else some of the beginning, the middle and the end. Values at these,
  // halfway between the first ones, and one before and after.
  void AddSamples(const Attribute& attribute, Json& entry) {
    const std::vector<double> all = attribute.GetTimeSamples();
    if (all.empty()) return;
    std::vector<double> listed = all;
    if (const size_t n = all.size(); n > kMostSamplesListed)
      listed = {all[0], all[1], all[2], all[n / 2], all[n / 2 + 1], all[n - 3], all[n - 2], all[n - 1]};
    std::vector<double> times = {listed.front() - 1};
    for (size_t i = 0; i < listed.size(); ++i) {
      if (i && i <= kMostMiddles) times.push_back((listed[i - 1] + listed[i]) / 2);
      times.push_back(listed[i]);
    }
    times.push_back(listed.back() + 1);
    std::sort(times.begin(), times.end());  // samples run backwards where time does
    times.erase(std::unique(times.begin(), times.end()), times.end());
    entry["numTimeSamples"] = all.size();
    entry["timeSamples"] = listed;
    entry["values"] = Json::array();
    for (double time : times)
      entry["values"].push_back(
          Json::array({NumberToJson(time), ToJson(attribute.Get(time), AssetForm::kResolved)}));
    entry["sourceAtFirstSample"] = SourceName(attribute.GetResolveInfo(all.front()).source);
  }

  static const char* SourceName(stage::ResolveSource source) {
    switch (source) {
      case stage::ResolveSource::kNone:
        return "No value";
      case stage::ResolveSource::kFallback:
        return "Built-in fallback value";
      case stage::ResolveSource::kDefault:
        return "Attribute default value";
      case stage::ResolveSource::kTimeSamples:
        return "Attribute time samples";
      case stage::ResolveSource::kValueClips:
        return "Value clips";
      case stage::ResolveSource::kSpline:
        return "Spline value";
    }
    return "";
  }

  Json Arcs(const Prim& prim) {
    Json arcs = Json::array();
    const stage::CompositionArcs found = stage::FindCompositionArcs(prim);
    // The oracles left out the first arc, taken for the root's. Below an instance the root has no say and is
    // not listed.
    const size_t first = found.index && found.index->GetRootNode().IsInert() ? 1 : 0;
    for (size_t i = first; i < found.all.size(); ++i) {
      const auto& arc = found.all[i];
      Json entry = {{"arc", std::string(compose::GetArcName(arc.type))},
                    {"hasSpecs", arc.has_specs},
                    {"targetLayer", Name(*arc.target_layer)},
                    {"targetPath", arc.target_path.GetString()},
                    {"introLayer", arc.introducing_layer ? Json(Name(*arc.introducing_layer)) : Json()},
                    {"introPath", arc.introducing_path.GetString()},
                    {"ancestral", arc.is_ancestral},
                    {"implicit", arc.is_implicit},
                    {"inRootLayerStack", arc.is_in_root_layer_stack},
                    {"inRootLayerPrimSpec", arc.is_in_root_layer_prim_spec}};
      if (!arc.introducing_item.IsEmpty()) entry["introItem"] = ToJson(arc.introducing_item);
      arcs.push_back(std::move(entry));
    }
    return arcs;
  }

  static Json Names(const std::vector<Token>& names) {
    Json list = Json::array();
    for (Token name : names) list.push_back(name.GetString());
    return list;
  }
  static Json Paths(const std::vector<Path>& paths) {
    Json list = Json::array();
    for (Path path : paths) list.push_back(path.GetString());
    return list;
  }
  Json Stack(const std::vector<stage::SpecWithOffset>& specs) const {
    Json rows = Json::array();
    for (const auto& spec : specs) rows.push_back(Json::array({Name(*spec.layer), spec.path.GetString()}));
    return rows;
  }

  // Without what the entry says elsewhere, and without documentation, which the corpus leaves out.
  // Which fields are authored, each with its value: what schemas add to a dictionary is part of it.
  template <class Object>
  static Json Metadata(const Object& object, const std::vector<Token>& said_elsewhere) {
    Json entries = Json::object();
    for (const auto& [name, authored] : object.GetAllAuthoredMetadata())
      if (name != layer::GetFieldNames().documentation &&
          std::find(said_elsewhere.begin(), said_elsewhere.end(), name) == said_elsewhere.end())
        entries[name.GetString()] = ToJson(object.GetMetadata(name), AssetForm::kResolved);
    return entries;
  }

  stage::StagePtr stage_;
  std::string folder_;
  Detail detail_;
  std::map<Path, Path> groups_;  // prototype to its first instance
  std::vector<Prim> prototypes_;
};

}  // namespace

Json AnswerStage(const Json& question) {
  auto registry = MakeRegistry(question);
  stage::OpenOptions options;
  options.schemas = MakeSchemas(question, registry->GetFields());
  options.load =
      question.value("load", "all") == "none" ? stage::LoadPolicy::kLoadNone : stage::LoadPolicy::kLoadAll;
  Diagnostics diagnostics;
  auto fail = [&](const std::string& why) {
    return Json{{"schema", "stage-oracle/1"}, {"ok", false}, {"error", why}};
  };
  if (question.contains("session") && question["session"].is_string()) {
    options.session =
        registry->FindOrOpen(GetDataPath(question, question["session"]), nullptr, {}, diagnostics);
    if (!options.session) return fail(diagnostics.GetAll().front().message);
  }
  auto stage = Stage::Open(registry, GetDataPath(question, question.at("root")), options, diagnostics);
  if (!stage) return fail(stage.GetError().message);
  const Detail detail = question.value("lite", false) ? Detail::kLite : Detail::kFull;
  return StageAnswer(*std::move(stage), question.at("data"), detail).Write();
}

}  // namespace strata::conformance

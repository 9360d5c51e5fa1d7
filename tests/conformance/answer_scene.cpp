// Answers about a stage as a running scene: the prims of the chain's ends, and what edits change.
#include <algorithm>
#include <regex>

#include "strata/bridge/bridge.h"
#include "strata/layer/editor.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

using scene::ContainerDataSource;
using scene::DataSourceHandle;
using scene::SampledDataSource;
using scene::VectorDataSource;

constexpr size_t kLongestListed = 32;
constexpr size_t kEnds = 4;

// C++ names of types, as OpenUSD demangles them; paths of several kinds go by where they stand.
std::string NameType(const Value& value, const std::vector<Token>& place) {
  const auto at = [&](size_t from_end) {
    return place.size() > from_end ? place[place.size() - 1 - from_end].GetString() : std::string();
  };
  if (at(0) == "resolverContext") return "ArResolverContext";
  if (at(0) == "scenePath") return "HdPrimOriginSchema::OriginPath";
  if (value.Holds<PathVector>())
    return place.front() == "light" ? "vector<SdfPath, allocator<SdfPath> >" : "VtArray<SdfPath>";
  static const std::map<std::string, std::string> kNames = {
      {"token", "TfToken"},       {"asset", "SdfAssetPath"},   {"pathExpression", "SdfPathExpression"},
      {"int2", "GfVec2i"},        {"int3", "GfVec3i"},         {"int4", "GfVec4i"},
      {"float2", "GfVec2f"},      {"float3", "GfVec3f"},       {"float4", "GfVec4f"},
      {"double2", "GfVec2d"},     {"double3", "GfVec3d"},      {"double4", "GfVec4d"},
      {"half2", "GfVec2h"},       {"half3", "GfVec3h"},        {"half4", "GfVec4h"},
      {"half", "pxr_half::half"}, {"quath", "GfQuath"},        {"quatf", "GfQuatf"},
      {"quatd", "GfQuatd"},       {"matrix2d", "GfMatrix2d"},  {"matrix3d", "GfMatrix3d"},
      {"matrix4d", "GfMatrix4d"}, {"timecode", "SdfTimeCode"}, {"uchar", "unsigned char"},
      {"uint", "unsigned int"},   {"int64", "long"},           {"uint64", "unsigned long"}};
  const ValueType type = value.GetType();
  if (type == ValueType::kPath) return "SdfPath";
  const std::string element(GetTypeText(IsArrayType(type) ? GetElementType(type) : type));
  const auto found = kNames.find(element);
  const std::string name = found == kNames.end() ? element : found->second;
  return IsArrayType(type) ? "VtArray<" + name + ">" : name;
}

Json ShortenArray(Json list) {
  if (!list.is_array() || list.size() <= kLongestListed) return list;
  Json head = Json::array(), tail = Json::array();
  for (size_t i = 0; i < kEnds; ++i) head.push_back(list[i]);
  for (size_t i = list.size() - kEnds; i < list.size(); ++i) tail.push_back(list[i]);
  return {{"$array", {{"n", list.size()}, {"head", std::move(head)}, {"tail", std::move(tail)}}}};
}

// All elements, however many; ToJson gives long arrays as a digest.
Json ListElements(const Value& value) {
  Json list = Json::array();
  const auto add = [&](auto tag) {
    using T = decltype(tag);
    const auto* array = value.GetIf<Array<T>>();
    if (!array) return;
    const size_t size = array->GetSize();
    for (size_t i = 0; i < size; ++i) {
      const bool is_shown = size <= kLongestListed || i < kEnds || i + kEnds >= size;
      list.push_back(is_shown ? ToJson(Value(static_cast<T>((*array)[i])), AssetForm::kAuthored) : Json());
    }
  };
#define X(name, type, text) add(type());
  STRATA_ELEMENT_TYPES(X)
#undef X
  return list;
}

Json DescribeValue(const SampledDataSource& source, const std::vector<Token>& place) {
  const Value value = source.GetValue(0);
  Json described = {{"$type", NameType(value, place)}};
  if (described["$type"] == "ArResolverContext") {
    described["$value"] = {{"$repr", "ArResolverContext"}};
  } else if (const auto* paths = value.GetIf<PathVector>()) {
    Json list = Json::array();
    for (Path path : *paths) list.push_back({{"$path", path.GetString()}});
    described["$value"] = ShortenArray(std::move(list));
  } else if (value.IsArray()) {
    described["$value"] = ShortenArray(ListElements(value));
  } else {
    described["$value"] = ToJson(value, AssetForm::kAuthored);
  }
  std::vector<double> times;
  if (source.GetContributingSampleTimes(-0.5, 0.5, &times)) {
    described["$times"] = Json::array();
    for (double time : times) described["$times"].push_back(NumberToJson(time));
  }
  return described;
}

Json Describe(const DataSourceHandle& source, std::vector<Token>& place) {
  if (!source) return Json();
  if (const auto container = ContainerDataSource::Cast(source)) {
    Json described = Json::object();
    for (Token name : container->GetNames()) {
      const DataSourceHandle child = container->Get(name);
      if (!child) continue;
      place.push_back(name);
      described[name.GetString()] = Describe(child, place);
      place.pop_back();
    }
    return described;
  }
  if (const auto vector = VectorDataSource::Cast(source)) {
    Json elements = Json::array();
    for (size_t i = 0; i < vector->GetNumElements(); ++i)
      elements.push_back(Describe(vector->GetElement(i), place));
    return {{"$vector", std::move(elements)}};
  }
  if (const auto sampled = SampledDataSource::Cast(source)) return DescribeValue(*sampled, place);
  return {{"$block", true}};
}

Json DescribeScene(const scene::SceneIndex& index) {
  Json prims = Json::object();
  for (Path path : scene::CollectPrimPaths(index)) {
    const scene::ScenePrim prim = index.GetPrim(path);
    std::vector<Token> place;
    prims[path.GetString()] = {{"type", prim.type.GetString()}, {"data", Describe(prim.data, place)}};
  }
  return prims;
}

// Notes what an index says of its changes.
class Recorder final : public scene::NoticeObserver {
 public:
  void PrimsAdded(const scene::SceneIndex&, const std::vector<scene::AddedPrim>& entries) override {
    for (const auto& entry : entries) added_.push_back(entry.path.GetString() + " " + entry.type.GetString());
  }
  void PrimsRemoved(const scene::SceneIndex&, const std::vector<Path>& entries) override {
    for (Path path : entries) removed_.push_back(path.GetString());
  }
  void PrimsDirtied(const scene::SceneIndex&, const std::vector<scene::DirtiedPrim>& entries) override {
    for (const auto& entry : entries) dirtied_[entry.path].Insert(entry.locators);
  }
  Json Take() {
    Json dirtied = Json::object();
    for (const auto& [path, locators] : dirtied_)
      for (const auto& locator : locators) dirtied[path.GetString()].push_back(locator.GetString());
    Json notices = {{"added", added_}, {"removed", removed_}, {"dirtied", std::move(dirtied)}};
    added_.clear();
    removed_.clear();
    dirtied_.clear();
    return notices;
  }

 private:
  std::vector<std::string> added_, removed_;
  std::map<Path, scene::DataSourceLocatorSet> dirtied_;
};

// Makes edits in the session layer and notes what was done to it.
class SessionEditor {
 public:
  explicit SessionEditor(bridge::Chain& chain)
      : chain_(chain), layer_(chain.stage->GetStage()->GetSessionLayer()) {
    listener_ = layer_->AddChangeListener([this](const layer::Layer&, const layer::ChangeList& changes) {
      edits_.layers.push_back({layer_, changes});
    });
  }
  ~SessionEditor() { layer_->RemoveChangeListener(listener_); }

  void Make(const Json& edit) {
    const std::string kind = edit[0];
    if (kind == "time") return chain_.stage->SetTime(edit[1].get<double>());
    {
      layer::Layer::ChangeBlock block(*layer_);
      Author(kind, Path(edit[1].get<std::string>()), edit);
    }
    chain_.stage->Recompose(std::exchange(edits_, {}));
  }

 private:
  void Author(const std::string& kind, Path path, const Json& edit) {
    const layer::FieldNames& fields = layer::GetFieldNames();
    if (!layer_->HasSpec(path)) Check(layer_->CreatePrimSpec(path, Specifier::kOver));
    if (kind == "invisible") {
      SetAttribute(path, "visibility", "token", Value(Token("invisible")));
    } else if (kind == "translate") {
      Translate(path, edit[2]);
    } else if (kind == "variant") {
      const Value* chosen = layer_->GetField(path, fields.variantSelection);
      VariantSelectionMap selections = chosen ? chosen->GetOr(VariantSelectionMap()) : VariantSelectionMap();
      selections[edit[2].get<std::string>()] = edit[3].get<std::string>();
      Check(layer_->SetField(path, fields.variantSelection, Value(std::move(selections))));
    } else if (kind == "deactivate" || kind == "activate") {
      Check(layer_->SetField(path, fields.active, Value(kind == "activate")));
    } else {
      throw NotAnswered("edit " + kind);
    }
  }

  // An op that is there gets the value; else one is added after those that are there.
  void Translate(Path path, const Json& value) {
    const Token name("xformOp:translate"), order("xformOpOrder");
    const stage::Prim prim = chain_.stage->GetStage()->GetPrimAtPath(path);
    const stage::Attribute found = prim.GetAttribute(name);
    const std::string type = found.IsDefined() ? found.GetTypeName().GetString() : "double3";
    Vec3d translation{value[0].get<double>(), value[1].get<double>(), value[2].get<double>()};
    SetAttribute(path, name.GetString(), type,
                 CastValue(Value(translation), FindValueTypeName(Token(type))->type));
    Array<Token> ops = prim.GetAttribute(order).GetAs<Array<Token>>().value_or(Array<Token>());
    if (std::find(ops.begin(), ops.end(), name) != ops.end()) return;
    ops.PushBack(name);
    SetAttribute(path, order.GetString(), "token[]", Value(std::move(ops)), Variability::kUniform);
  }

  void SetAttribute(Path prim, const std::string& name, const std::string& type, Value value,
                    Variability variability = Variability::kVarying) {
    const Path path = prim.AppendProperty(Token(name));
    if (!layer_->HasSpec(path)) Check(layer_->CreateAttributeSpec(path, Token(type), variability));
    Check(layer_->SetField(path, layer::GetFieldNames().default_, std::move(value)));
  }

  static void Check(const Result<void>& result) {
    if (!result) throw NotAnswered(result.GetError().message);
  }

  bridge::Chain& chain_;
  layer::LayerPtr layer_;
  uint64_t listener_ = 0;
  compose::CacheEdits edits_;
};

// Names that hold digests, in the form of the corpus: what they begin with, and a number.
Json NumberDigests(const Json& answer) {
  static const std::regex kDigest("(ForInstancer|NoPrimvars_purpos|Primvars)[0-9a-zA-Z_]*[0-9a-f]{16}");
  const std::string text = answer.dump();
  std::map<std::string, std::string> numbered;
  std::map<std::string, int> counts;
  std::string changed;
  auto copied = text.begin();
  for (std::sregex_iterator it(text.begin(), text.end(), kDigest), end; it != end; ++it) {
    std::string& name = numbered[it->str()];
    if (name.empty()) name = it->str(1) + "$" + std::to_string(++counts[it->str(1)]);
    changed.append(copied, text.begin() + it->position()).append(name);
    copied = text.begin() + it->position() + it->length();
  }
  return Json::parse(changed.append(copied, text.end()));
}

}  // namespace

Json AnswerScene(const Json& question) {
  const auto registry = MakeRegistry(question);
  stage::OpenOptions options;
  options.schemas = MakeSchemas(question, registry->GetFields());
  Diagnostics remarks;
  const auto stage =
      stage::Stage::Open(registry, GetDataPath(question, question.at("root")), options, remarks);
  if (!stage) throw NotAnswered(stage.GetError().message);
  bridge::Chain chain = bridge::MakeChain(bridge::ChainOptions::LikeOpenUSD());
  chain.stage->SetTime((*stage)->HasAuthoredTimeCodeRange() ? (*stage)->GetStartTimeCode() : 0.0);
  chain.stage->SetStage(*stage);
  Json answer = {{"schema", "scene-index-oracle/1"},
                 {"root", question.at("root")},
                 {"stageSceneIndex", DescribeScene(*chain.stage)},
                 {"finalSceneIndex", DescribeScene(*chain.GetFinal())},
                 {"edits", Json::array()}};
  Recorder first, last;
  chain.stage->AddObserver(first);
  chain.GetFinal()->AddObserver(last);
  {
    SessionEditor editor(chain);
    for (const Json& edit : question.at("edits")) {
      editor.Make(edit);
      answer["edits"].push_back(
          {{"edit", edit}, {"stageSceneIndex", first.Take()}, {"finalSceneIndex", last.Take()}});
    }
  }
  answer["finalPathsAfter"] = Json::array();
  for (Path path : scene::CollectPrimPaths(*chain.GetFinal()))
    answer["finalPathsAfter"].push_back(path.GetString());
  chain.stage->RemoveObserver(first);
  chain.GetFinal()->RemoveObserver(last);
  return NumberDigests(answer);
}

}  // namespace strata::conformance

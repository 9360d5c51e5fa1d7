// Answers about what typed prims mean, for comparisons beyond the corpus: colours,
// primvars, cameras, skinned points.
#include "strata/domain/camera.h"
#include "strata/domain/model.h"
#include "strata/domain/primvars.h"
#include "strata/domain/skinning.h"
#include "strata/math/color_space.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

Vec3d TakeVec3(const Json& json) {
  return {json.at(0).get<double>(), json.at(1).get<double>(), json.at(2).get<double>()};
}
Json VecToJson(const Vec3d& v) {
  return Json::array({NumberToJson(v[0]), NumberToJson(v[1]), NumberToJson(v[2])});
}

ColorSpace MakeSpace(const Json& json) {
  std::optional<ColorSpace> space;
  if (json.contains("name")) {
    space = ColorSpace::Find(json["name"].get<std::string>());
  } else {
    const Json& p = json.at("primaries");
    const auto xy = [](const Json& pair) {
      return Vec2d{pair.at(0).get<double>(), pair.at(1).get<double>()};
    };
    space = ColorSpace::FromPrimaries("custom", {xy(p.at(0)), xy(p.at(1)), xy(p.at(2)), xy(p.at(3))},
                                      json.at("gamma").get<double>(), json.at("bias").get<double>());
  }
  if (!space) throw NotAnswered("no such colour space");
  return *space;
}

void AddNumbers(Json& list, const Json& value) {
  if (value.is_array()) {
    for (const Json& part : value) AddNumbers(list, part);
  } else {
    list.push_back(value);
  }
}
// All numbers of a value; of arrays each element's, where oracles have digests of long ones.
Json Flat(const Value& value) {
  Json list = Json::array();
  switch (value.GetType()) {
#define X(name, type, text)                                                                              \
  case ValueType::k##name##Array:                                                                        \
    for (const type& element : value.Get<Array<type>>()) AddNumbers(list, ToJson(Value(type(element)))); \
    break;
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      AddNumbers(list, ToJson(value));
  }
  return list;
}

Json DescribePrimvars(const stage::Prim& prim) {
  Json primvars = Json::object();
  for (const domain::Primvar& primvar : domain::PrimvarsAPI(prim).FindPrimvarsWithInheritance()) {
    const auto value = primvar.ComputeFlattened();
    primvars[primvar.GetPrimvarName().GetString()] = {primvar.GetAttribute().GetPath().GetString(),
                                                      primvar.GetInterpolation().GetString(),
                                                      value ? Flat(*value) : Json()};
  }
  return primvars;
}

Json DescribeCamera(const stage::Prim& prim, double time) {
  const domain::Frustum frustum = domain::Camera::FromPrim(prim, time).GetFrustum();
  Json numbers = Flat(Value(frustum.ComputeViewMatrix()));
  AddNumbers(numbers, ToJson(Value(frustum.ComputeProjectionMatrix())));
  return numbers;
}

// Geometry below a SkelRoot, deformed at each time.
void DescribeSkinned(const stage::Prim& root, const std::vector<double>& times, Json& skinned) {
  for (const stage::Prim& prim : stage::PrimRange(root)) {
    if (!prim.IsA(Token("PointBased"))) continue;
    const domain::SkinningQuery query(prim);
    if (!query.GetSkeletonPrim()) continue;
    const domain::Skeleton skeleton(query.GetSkeletonPrim());
    Json samples = Json::array();
    for (double time : times) {
      const auto points = query.ComputeSkinnedPoints(skeleton, time);
      samples.push_back(points ? Flat(Value(*points)) : Json());
    }
    skinned[prim.GetPath().GetString()] = std::move(samples);
  }
}

}  // namespace

Json AnswerDomain(const Json& question) {
  const stage::StagePtr stage = OpenWithSchemas(question);
  const auto times = question.at("times").get<std::vector<double>>();
  Json answer = {{"primvars", Json::object()},
                 {"cameras", Json::object()},
                 {"drawModes", Json::object()},
                 {"skinned", Json::object()}};
  for (const stage::Prim& prim : stage->Traverse()) {
    const std::string path = prim.GetPath().GetString();
    answer["primvars"][path] = DescribePrimvars(prim);
    answer["drawModes"][path] = domain::ModelAPI(prim).ComputeModelDrawMode().GetString();
    if (prim.IsA(Token("Camera"))) answer["cameras"][path] = DescribeCamera(prim, times.at(0));
    if (prim.IsA(Token("SkelRoot"))) DescribeSkinned(prim, times, answer["skinned"]);
  }
  return answer;
}

Json AnswerColor(const Json& question) {
  Json colors = Json::array();
  if (question.contains("kelvin")) {
    colors.push_back(VecToJson(ComputePlanckianColor(question["kelvin"].get<double>(),
                                                     question.at("luminance").get<double>(),
                                                     *ColorSpace::Find("lin_rec709_scene"))));
    return colors;
  }
  const ColorSpace from = MakeSpace(question.at("from")), to = MakeSpace(question.at("to"));
  for (const Json& color : question.at("colors"))
    colors.push_back(VecToJson(to.Convert(from, TakeVec3(color))));
  return colors;
}

}  // namespace strata::conformance

// Answers about what typed prims mean, for comparisons beyond the corpus: colours.
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

}  // namespace

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

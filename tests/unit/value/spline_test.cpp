// Splines: the table of the conformance corpus, and inputs that must not be trusted.
#include "strata/value/spline.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

using namespace strata;
using nlohmann::json;

namespace {

Spline ReadSpline(const json& j) {
  static const std::map<std::string, ExtrapolationMode> kModes = {
      {"Value Block", ExtrapolationMode::kNone},
      {"Held", ExtrapolationMode::kHeld},
      {"Linear", ExtrapolationMode::kLinear},
      {"Sloped", ExtrapolationMode::kSloped},
      {"Loop Repeat", ExtrapolationMode::kLoopRepeat},
      {"Loop Reset", ExtrapolationMode::kLoopReset},
      {"Loop Oscillate", ExtrapolationMode::kLoopOscillate}};
  static const std::map<std::string, KnotInterpolation> kKinds = {{"Value Block", KnotInterpolation::kNone},
                                                                  {"Held", KnotInterpolation::kHeld},
                                                                  {"Linear", KnotInterpolation::kLinear},
                                                                  {"Curve", KnotInterpolation::kCurve}};
  Spline spline;
  spline.curve_type = j["curve"] == "Hermite" ? CurveType::kHermite : CurveType::kBezier;
  spline.pre_extrapolation = {kModes.at(j["pre"][0]), j["pre"][1]};
  spline.post_extrapolation = {kModes.at(j["post"][0]), j["post"][1]};
  for (const json& from : j["knots"]) {
    SplineKnot& knot = spline.knots.emplace_back();
    knot.time = from["time"];
    knot.value = from["value"];
    if (from.contains("preValue")) knot.pre_value = from["preValue"].get<double>();
    knot.interpolation = kKinds.at(from["interp"]);
    knot.pre_tangent = {from["pre"][0], from["pre"][1]};
    knot.post_tangent = {from["post"][0], from["post"][1]};
  }
  return spline;
}

SplineKnot MakeKnot(double time, double value, KnotInterpolation interpolation) {
  SplineKnot knot;
  knot.time = time;
  knot.value = value;
  knot.interpolation = interpolation;
  return knot;
}

}  // namespace

TEST_CASE("the splines of the conformance corpus evaluate as in usd-core") {
  const std::filesystem::path file = STRATA_SOURCE_DIR "/../shared/conformance/tables/splines.json";
  if (!std::filesystem::exists(file)) {
    std::cout << "skipped: there is no conformance corpus at " << file.string() << "\n";
    return;
  }
  std::ifstream stream(file);
  const json table = json::parse(stream);
  for (const json& row : table["rows"]) {
    const Spline spline = ReadSpline(row["parsed"]["$spline"]);
    CAPTURE(row["spline"].get<std::string>());
    for (const json& sample : row["eval"]) {
      CAPTURE(sample[0].get<double>());
      const auto value = spline.Evaluate(sample[0]);
      REQUIRE(value.has_value() == !sample[1].is_null());
      if (value) CHECK(*value == doctest::Approx(sample[1].get<double>()).epsilon(1e-12));
    }
  }
}

// What usd-core answers, whose widths are shortened as here and whose roots lose the same digits.
TEST_CASE("tangents that would run back in time are shortened in their ratio") {
  const auto make = [](double post_width, double pre_width) {
    Spline spline;
    spline.knots = {MakeKnot(0, 0, KnotInterpolation::kCurve), MakeKnot(4, 5, KnotInterpolation::kHeld)};
    spline.knots[0].post_tangent = {post_width, 3};
    spline.knots[1].pre_tangent = {pre_width, 0};
    return spline;
  };
  CHECK(*make(10, 10).Evaluate(0.25) == doctest::Approx(0.7568848402796042).epsilon(1e-12));
  CHECK(*make(8, 4).Evaluate(1) == doctest::Approx(3.005936206798903).epsilon(1e-12));
  CHECK(*make(1, 9).Evaluate(3) == doctest::Approx(4.951521174974346).epsilon(1e-12));
  CHECK(*make(6, 0).Evaluate(3.5) == doctest::Approx(6.999947499699976).epsilon(1e-12));
}

TEST_CASE("an empty spline has no value, and neither has a moment that is no number") {
  CHECK_FALSE(Spline().Evaluate(0));
  Spline spline;
  spline.knots = {MakeKnot(0, 1, KnotInterpolation::kHeld)};
  CHECK_FALSE(spline.Evaluate(NAN));
  CHECK(spline.Evaluate(INFINITY) == 1);
}

TEST_CASE("a loop repeated two billion times is evaluated without writing it out") {
  Spline spline;
  spline.knots = {MakeKnot(0, 0, KnotInterpolation::kLinear), MakeKnot(1, 2, KnotInterpolation::kLinear)};
  spline.loop = SplineLoop{0, 2, 2'000'000'000, 2'000'000'000, 10};
  CHECK(spline.Evaluate(2e9 + 0.5) == doctest::Approx(1e10 + 1));
  CHECK(spline.Evaluate(-2e9 + 0.5) == doctest::Approx(-1e10 + 1));
}

TEST_CASE("retiming a spline moves knots and scales what lies along time") {
  Spline spline;
  spline.knots = {MakeKnot(1, 5, KnotInterpolation::kCurve), MakeKnot(10, 7, KnotInterpolation::kCurve)};
  spline.knots[0].post_tangent = {3, 4};
  spline.post_extrapolation = {ExtrapolationMode::kSloped, 3};
  spline.loop = SplineLoop{0, 10, 1, 2, 5};
  const LayerOffset offset{100, 2};
  const Value retimed = Retime(spline, offset);
  const Spline& out = retimed.Get<Spline>();
  CHECK(out.knots[0].time == 102);
  CHECK(out.knots[0].value == 5);
  CHECK(out.knots[0].post_tangent == SplineTangent{6, 2});
  CHECK(out.post_extrapolation.slope == 1.5);
  CHECK(out.loop == SplineLoop{100, 120, 1, 2, 5});
  spline.time_valued = true;
  spline.knots[1].pre_value = 8;
  const Value timed = Retime(spline, offset);
  CHECK(timed.Get<Spline>().knots[0].value == 110);
  CHECK(timed.Get<Spline>().knots[0].post_tangent == SplineTangent{6, 4});
  CHECK(timed.Get<Spline>().knots[1].pre_value == 116);
  CHECK(timed.Get<Spline>().post_extrapolation.slope == 3);
}

#include <random>

#include "tests/unit/compute/kernel_folder.h"

namespace strata::compute {

namespace {

Array<Vec3f> PointsAt(Running& running, double time) {
  const auto value =
      running.GetSystem().GetValue(running.At("/P").GetAttribute(Token("points")), stage::Time(time));
  return value ? value->GetOr(Array<Vec3f>()) : Array<Vec3f>();
}

std::string WhatIsWrong(Running& running) {
  const Diagnostics diagnostics = running.GetSystem().GetDiagnostics();
  return diagnostics.IsEmpty() ? "" : diagnostics.GetAll()[0].message;
}

}  // namespace

TEST_CASE("W11: compiled kernels run from C++, with parameters, colliders and states that go on") {
  KernelFolder folder;
  if (!folder.IsThere()) return;
  folder.Write(kLiftText);
  Running running(PointsScene(), folder.MakeRegistry());
  // Each step adds by * times * dt to the speed, and speed times dt and the number of balls to the height.
  Array<Vec3f> points = PointsAt(running, 1);
  REQUIRE(points.GetSize() == 2);
  CHECK(points[0][1] == doctest::Approx(0.3 * 0.1));
  CHECK(points[1][1] == doctest::Approx(1 + 0.3 * 0.1));
  points = PointsAt(running, 2);
  CHECK(points[0][1] == doctest::Approx(0.3 * 0.1 + 0.6 * 0.1));
  CHECK(points[1][0] == 7);

  Running other(PointsScene("mine.lift",
                            "    double warp:params:by = 3\n    int warp:params:times = 1\n    rel "
                            "warp:dependentPrims = </Ball>\n"),
                folder.MakeRegistry());
  CHECK(PointsAt(other, 1)[0][1] == doctest::Approx(0.3 * 0.1 + 3));
  CHECK(WhatIsWrong(other).empty());
}

TEST_CASE("W7, W11: compiled kernels say which parameters begin anew; of others an edit counts from now on") {
  KernelFolder folder;
  if (!folder.IsThere()) return;
  // Each step adds by * times * dt to the speed: heights are sums of 1, 2, ... times that, in tenths.
  const std::string scene =
      PointsScene("mine.lift", "    double warp:params:by = 10\n    double warp:params:times = 1\n");
  const auto height_after_edit = [&](const std::string& resets, const char* parameter) {
    folder.Write(kLiftText + resets);
    Running running(scene, folder.MakeRegistry());
    const Array<Vec3f> at_3 = PointsAt(running, 3);
    CHECK(at_3[0][1] == doctest::Approx(0.1 * (1 + 2 + 3)));
    REQUIRE(running.Edit().Set(Path(std::string("/P.warp:params:") + parameter), 20.0));
    const float height = PointsAt(running, 3)[0][1];
    CHECK(WhatIsWrong(running).empty());
    return height;
  };
  const auto anew = doctest::Approx(2 * 0.6), from_now = doctest::Approx(0.1 + 0.2 + 0.4);
  CHECK(height_after_edit("", "by") == anew);
  CHECK(height_after_edit("resets by\n", "by") == anew);
  CHECK(height_after_edit("resets times, by\n", "by") == anew);
  CHECK(height_after_edit("resets times\n", "by") == from_now);
  CHECK(height_after_edit("resets\n", "by") == from_now);
}

TEST_CASE("what scenes name beside the folder's kernels is not loaded") {
  KernelFolder folder;
  folder.Write(kLiftText);
  for (const char* name : {"lift", "other.lift", "mine.../lift", "mine./etc/passwd", "mine.missing"}) {
    Running running(PointsScene(name), folder.MakeRegistry());
    CHECK(PointsAt(running, 1).IsEmpty());
    CHECK(WhatIsWrong(running).find("There is no module") == 0);
  }
}

TEST_CASE("texts about kernels that cannot be understood are refused with their line") {
  const auto why = [](const std::string& text) {
    const auto plan = KernelPlan::Parse(text, "f.kernels");
    if (plan) return std::string();
    CHECK(plan.GetError().code == &kKernelsUnusable);
    return std::to_string(plan.GetError().location.line) + ": " + plan.GetError().message;
  };
  CHECK(why(kLiftText).empty());
  CHECK(why("") == "0: The kernels of f.kernels lack a version, a library, a state or a launch.");
  CHECK(why("warp 2.0\n") == "1: The kernels of f.kernels are of another version of Warp than 1.19.");
  CHECK(why("\nlibrary ../x.so\n") ==
        "2: The kernels of f.kernels name a library that is not in their folder.");
  CHECK(why("state a = ones\n") == "1: The kernels of f.kernels say a state that is none.");
  CHECK(why("launch k: state b\n") ==
        "1: The kernels of f.kernels launch with \"state b\", which is no argument.");
  CHECK(why("launch k: float a = x\n").find("\"float a = x\"") != std::string::npos);
  CHECK(why("lunch\n").find("\"lunch\", which means nothing") != std::string::npos);
}

TEST_CASE("any text is a plan or is refused") {
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string text = kLiftText;
    for (unsigned edits = random() % 8; edits > 0; --edits) {
      const size_t at = random() % text.size();
      if (random() % 2 == 0)
        text.erase(at, random() % 6);
      else
        text.insert(at, 1, "=,:#\n ab\0\xff"[random() % 10]);
      if (text.empty()) text = "w";
    }
    const auto plan = KernelPlan::Parse(text, "f");
    CHECK((plan ? plan->states.size() : 1) > 0);
  }
}

TEST_CASE("libraries that are missing or lack a kernel are told of on the prim") {
  KernelFolder folder;
  if (!folder.IsThere()) return;
  std::string text = kLiftText;
  folder.Write(text.replace(text.find("launch lift"), 11, "launch fall"));
  Running lacks(PointsScene(), folder.MakeRegistry());
  CHECK(PointsAt(lacks, 1).IsEmpty());
  CHECK(WhatIsWrong(lacks).find("has no kernel \"fall\"") != std::string::npos);
  text = kLiftText;
  folder.Write(text.replace(text.find("lift.so"), 7, "none.so"));
  Running missing(PointsScene(), folder.MakeRegistry());
  CHECK(PointsAt(missing, 1).IsEmpty());
  CHECK(WhatIsWrong(missing).find("cannot be loaded") != std::string::npos);
}

}  // namespace strata::compute

#include "strata/domain/bounds.h"

#include <cmath>

#include "strata/domain/extent.h"
#include "strata/domain/imageable.h"
#include "strata/domain/point_instancer.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

stage::OpenOptions WithSchemas() {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}

BoundsOptions For(std::vector<Token> purposes, stage::Time time = stage::Time::Default()) {
  BoundsOptions options;
  options.purposes = std::move(purposes);
  options.time = time;
  return options;
}

// "x..x y..y z..z", rounded to two decimals; "empty".
std::string Show(const Range3d& range) {
  if (range.IsEmpty()) return "empty";
  std::string text;
  for (size_t i = 0; i < 3; ++i) {
    char part[64];
    std::snprintf(part, sizeof part, "%s%.2f..%.2f", i ? " " : "", range.min[i] + 0.0, range.max[i] + 0.0);
    text += part;
  }
  return text;
}

std::string WorldOf(const stage::Scene& scene, const char* path,
                    std::vector<Token> purposes = {Token("default")}) {
  BoundsCache cache(*scene, For(std::move(purposes)));
  return Show(cache.ComputeWorldBound(scene.At(path)).ComputeAlignedRange());
}

std::string ExtentOf(const std::string& prim) {
  stage::Scene scene(prim, WithSchemas());
  const auto range = ComputeExtent(scene.At("/A"));
  return range ? Show(*range) : "none";
}

}  // namespace

TEST_CASE("each shape has the extent that usd-core computes") {
  CHECK(ExtentOf("def Sphere \"A\" {\n double radius = 5\n}") == "-5.00..5.00 -5.00..5.00 -5.00..5.00");
  CHECK(
      ExtentOf("def Capsule_1 \"A\" {\n double height = 4\n double radiusTop = 1\n double radiusBottom = 3\n"
               " uniform token axis = \"X\"\n}") == "-6.85..2.62 -3.35..3.35 -3.35..3.35");
  CHECK(ExtentOf("def Cylinder_1 \"A\" {\n double height = 4\n double radiusBottom = 3\n}") ==
        "-3.00..3.00 -3.00..3.00 -2.00..2.00");
  CHECK(ExtentOf("def Cone \"A\" {\n double height = 4\n uniform token axis = \"Y\"\n}") ==
        "-1.00..1.00 -2.00..2.00 -1.00..1.00");
  CHECK(ExtentOf("def Plane \"A\" {\n double width = 4\n uniform token axis = \"X\"\n}") ==
        "0.00..0.00 -1.00..1.00 -2.00..2.00");
  CHECK(ExtentOf("def RectLight \"A\" {\n float inputs:width = 3\n float inputs:height = 5\n}") ==
        "-1.50..1.50 -2.50..2.50 0.00..0.00");
  CHECK(ExtentOf("def Points \"A\" {\n point3f[] points = [(0,0,0), (1,0,0)]\n float[] widths = [2, 4]\n}") ==
        "-1.00..3.00 -2.00..2.00 -2.00..2.00");
  CHECK(ExtentOf("def BasisCurves \"A\" {\n point3f[] points = [(0,0,0), (1,0,0)]\n float[] widths = [2, 4, "
                 "9]\n}") == "-4.50..5.50 -4.50..4.50 -4.50..4.50");
  CHECK(ExtentOf("def Mesh \"A\" {\n point3f[] points = [(nan,0,0), (1,1,1), (2,2,2)]\n}") ==
        "1.00..2.00 0.00..2.00 0.00..2.00");
}

TEST_CASE("shapes whose parts are missing or do not fit have no extent") {
  CHECK(ExtentOf("def Cylinder \"A\" {\n uniform token axis = \"Q\"\n}") == "none");
  CHECK(ExtentOf(
            "def Points \"A\" {\n point3f[] points = [(0,0,0), (1,0,0)]\n float[] widths = [2, 4, 8]\n}") ==
        "none");
  CHECK(ExtentOf("def Mesh \"A\" {\n}") == "none");
  CHECK(ExtentOf("def Mesh \"A\" {\n point3d[] points = [(0,0,0)]\n}") == "none");
  CHECK(ExtentOf("def Mesh \"A\" {\n point3f[] points = []\n}") == "empty");
  CHECK(ExtentOf("def Xform \"A\" {\n}") == "none");
}

TEST_CASE("a boundable prim is bounded by its extent alone; one that is malformed is computed anew") {
  stage::Scene scene(R"(
def Sphere "Parent" {
  def Cube "Child" {
    double size = 20
  }
}
def Sphere "Authored" {
  float3[] extent = [(0, 0, 0), (1, 2, 3)]
}
def Sphere "Short" {
  float3[] extent = [(0, 0, 0)]
}
def SkelRoot "Root" {
  def Cube "Child" {
  }
})",
                     WithSchemas());
  CHECK(WorldOf(scene, "/Parent") == "-1.00..1.00 -1.00..1.00 -1.00..1.00");
  CHECK(WorldOf(scene, "/Authored") == "0.00..1.00 0.00..2.00 0.00..3.00");
  CHECK(WorldOf(scene, "/Short") == "-1.00..1.00 -1.00..1.00 -1.00..1.00");
  CHECK(WorldOf(scene, "/Root") == "empty");
}

TEST_CASE("what is hidden, not imageable, abstract or for another purpose does not count") {
  stage::Scene scene(R"(
def Xform "A" {
  def Cube "Shown" {
    double size = 1
  }
  def Cube "Hidden" {
    token visibility = "invisible"
    double size = 2
  }
  def Material "M" {
    def Cube "C" {
      double size = 4
    }
  }
  class Cube "Class" {
    double size = 8
  }
  over "Over" {
    def Cube "C" {
      double size = 16
    }
  }
  def Cube "Render" {
    uniform token purpose = "render"
    double size = 32
  }
  def Unknown "U" {
    def Cube "C" {
      double size = 1.5
    }
  }
})",
                     WithSchemas());
  CHECK(WorldOf(scene, "/A") == "-0.75..0.75 -0.75..0.75 -0.75..0.75");
  CHECK(WorldOf(scene, "/A/Hidden") == "-1.00..1.00 -1.00..1.00 -1.00..1.00");
  CHECK(WorldOf(scene, "/A", {Token("default"), Token("render")}) ==
        "-16.00..16.00 -16.00..16.00 -16.00..16.00");
  CHECK(Imageable(scene.At("/A/Hidden")).ComputeVisibility() == "invisible");
  CHECK(Imageable(scene.At("/A/Render")).ComputePurpose() == "render");
}

TEST_CASE("boxes add up along the axes of the nearest component or subcomponent, else of the world") {
  // Two turns of 45 degrees make a cube straight again, unless a component stands between them.
  const auto turned = [](const char* kind) {
    return std::string("def Xform \"T\" (\n kind = \"group\"\n) {\n def Xform \"A\" (\n kind = \"") + kind +
           R"("
  ) {
    float xformOp:rotateZ = 45
    uniform token[] xformOpOrder = ["xformOp:rotateZ"]
    def Xform "B" {
      float xformOp:rotateZ = 45
      uniform token[] xformOpOrder = ["xformOp:rotateZ"]
      def Cube "c" {
      }
    }
  }
})";
  };
  stage::Scene plain(turned("group"), WithSchemas()), component(turned("component"), WithSchemas());
  stage::Scene subcomponent(turned("subcomponent"), WithSchemas());
  CHECK(WorldOf(plain, "/T") == "-1.00..1.00 -1.00..1.00 -1.00..1.00");
  CHECK(WorldOf(component, "/T") == "-2.00..2.00 -2.00..2.00 -1.00..1.00");
  CHECK(WorldOf(subcomponent, "/T") == "-2.00..2.00 -2.00..2.00 -1.00..1.00");
}

TEST_CASE(
    "an instance adds up boxes along the axes of its prototype, an instance proxy along those of the world") {
  // Answers of usd-core 26.11.
  stage::Scene scene(R"(
class Xform "Proto" {
  def Xform "A" {
    float xformOp:rotateZ = 45
    uniform token[] xformOpOrder = ["xformOp:rotateZ"]
    def Cube "c" {
    }
  }
  def Cube "b" {
  }
}
def Xform "W" {
  def Xform "I" (
    inherits = </Proto>
    instanceable = true
  ) {
    float xformOp:rotateZ = 45
    uniform token[] xformOpOrder = ["xformOp:rotateZ"]
  }
}
)",
                     WithSchemas());
  CHECK(WorldOf(scene, "/W/I/A") == "-1.00..1.00 -1.00..1.00 -1.00..1.00");
  CHECK(WorldOf(scene, "/W/I/b") == "-1.41..1.41 -1.41..1.41 -1.00..1.00");
  CHECK(WorldOf(scene, "/W/I") == "-2.00..2.00 -2.00..2.00 -1.00..1.00");
}

TEST_CASE("instances share what their prototype adds up to, by the purpose that they hand down") {
  stage::Scene scene(R"(
class Xform "Proto" {
  def Cube "c" {
  }
}
def Xform "W" {
  def Xform "I" (
    instanceable = true
    inherits = </Proto>
  ) {
    double3 xformOp:translate = (10, 0, 0)
    uniform token[] xformOpOrder = ["xformOp:translate"]
  }
  def Xform "J" (
    instanceable = true
    inherits = </Proto>
  ) {
    uniform token purpose = "render"
    double3 xformOp:translate = (-10, 0, 0)
    uniform token[] xformOpOrder = ["xformOp:translate"]
  }
})",
                     WithSchemas());
  CHECK(WorldOf(scene, "/W") == "9.00..11.00 -1.00..1.00 -1.00..1.00");
  CHECK(WorldOf(scene, "/W", {Token("render")}) == "-11.00..-9.00 -1.00..1.00 -1.00..1.00");
  CHECK(WorldOf(scene, "/W/J/c", {Token("render")}) == "-11.00..-9.00 -1.00..1.00 -1.00..1.00");
}

TEST_CASE("another time gives what a fresh cache gives") {
  stage::Scene scene(R"(
def Xform "W" {
  def Xform "Moving" {
    double3 xformOp:translate.timeSamples = { 1: (0, 0, 0), 3: (8, 0, 0) }
    uniform token[] xformOpOrder = ["xformOp:translate"]
    def Scope "S" {
      def Cube "c" {
      }
    }
  }
  def Sphere "Growing" {
    double radius.timeSamples = { 1: 1, 3: 4 }
  }
  def Cube "Blinking" {
    double size = 30
    token visibility.timeSamples = { 1: "invisible", 3: "inherited" }
  }
})",
                     WithSchemas());
  BoundsCache kept(*scene, For({Token("default")}, 1.0));
  for (double time : {1.0, 2.0, 3.0, 2.5, 1.0}) {
    CAPTURE(time);
    kept.SetTime(time);
    BoundsCache fresh(*scene, For({Token("default")}, time));
    for (const char* path : {"/", "/W", "/W/Moving", "/W/Moving/S", "/W/Growing"})
      CHECK(Show(kept.ComputeWorldBound(scene.At(path)).ComputeAlignedRange()) ==
            Show(fresh.ComputeWorldBound(scene.At(path)).ComputeAlignedRange()));
  }
}

TEST_CASE(
    "a point instancer reaches as far as its shown instances; malformed and endless ones have no extent") {
  const auto instancer = [](const std::string& arrays, const std::string& target) {
    return "def PointInstancer \"A\" {\n" + arrays + "\n rel prototypes = " + target + R"(
  def Cube "P" {
    double3 xformOp:translate = (0, 5, 0)
    uniform token[] xformOpOrder = ["xformOp:translate"]
  }
})";
  };
  const std::string placed =
      "int[] protoIndices = [0, 0, 0]\n point3f[] positions = [(0,0,0), (10,0,0), (50,0,0)]\n"
      "float3[] scales = [(1,1,1), (2,2,2), (1,1,1)]\n int64[] invisibleIds = [2]";
  CHECK(ExtentOf(instancer(placed, "</A/P>")) == "-1.00..12.00 4.00..12.00 -2.00..2.00");
  CHECK(ExtentOf(instancer("int[] protoIndices = [0, 1]\n point3f[] positions = [(0,0,0), (1,0,0)]",
                           "</A/P>")) == "none");
  CHECK(ExtentOf(instancer("int[] protoIndices = [0, 0]\n point3f[] positions = [(0,0,0)]", "</A/P>")) ==
        "none");
  // Its own prototype: the instances reach nowhere, and asking ends.
  CHECK(ExtentOf(instancer("int[] protoIndices = [0]\n point3f[] positions = [(0,0,0)]", "</A>")) == "empty");

  stage::Scene scene(
      instancer("int[] protoIndices = [0, 7]\n point3f[] positions = [(0,0,0), (1,0,0)]", "</A/P>"),
      WithSchemas());
  const auto refused = PointInstancer(scene.At("/A"))
                           .ComputeInstanceTransforms(stage::Time::Default(), stage::Time::Default());
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kInstancerMalformed);
}

}  // namespace strata::domain

// Keeping what is to be drawn of a running scene up to date.
#include "strata/render/draw_scene.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "strata/math/transform.h"
#include "tests/unit/bridge/running.h"

namespace strata::render {

namespace {

using bridge::Running;

constexpr const char* kTriangle =
    "int[] faceVertexCounts = [3]  int[] faceVertexIndices = [0, 1, 2]  "
    "point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]  uniform token subdivisionScheme = \"none\"  ";

std::string Mesh(const std::string& name, const std::string& more = "") {
  return "def Mesh \"" + name + "\" {" + kTriangle + more + "}  ";
}

std::vector<Vec3d> PlacesOf(const DrawScene& scene, Diagnostics& remarks) {
  std::vector<Vec3d> places;
  scene.VisitPlacements(remarks, [&](const Drawable&, const Matrix4d& transform) {
    places.push_back(TransformPoint({0, 0, 0}, transform));
  });
  return places;
}

}  // namespace

TEST_CASE("a prim that only moved is not read again") {
  Running running(Mesh("A",
                       "double3 xformOp:translate = (1, 0, 0)  "
                       "uniform token[] xformOpOrder = [\"xformOp:translate\"]  ") +
                  Mesh("B"));
  DrawScene scene(running.GetChain().GetFinal());
  Diagnostics remarks;
  scene.Update(remarks);
  CHECK(scene.GetGeometryReadCount() == 2);
  CHECK(PlacesOf(scene, remarks) == std::vector<Vec3d>{{1, 0, 0}, {0, 0, 0}});
  running.Set("/A.xformOp:translate", Value(Vec3d{5, 0, 0}));
  scene.Update(remarks);
  CHECK(scene.GetGeometryReadCount() == 2);
  CHECK(PlacesOf(scene, remarks) == std::vector<Vec3d>{{5, 0, 0}, {0, 0, 0}});
  running.Set("/B.points", Value(Array<Vec3f>{{0, 0, 0}, {2, 0, 0}, {0, 2, 0}}));
  scene.Update(remarks);
  CHECK(scene.GetGeometryReadCount() == 3);
  CHECK(scene.GetDrawables().at(Path("/B")).geometry->points[1] == Vec3f{2, 0, 0});
  CHECK(remarks.IsEmpty());
}

TEST_CASE("what is removed, hidden or a guide is not drawn") {
  Running running(Mesh("A") + Mesh("B", "token visibility = \"inherited\"  ") +
                  Mesh("C", "uniform token purpose = \"guide\"  "));
  DrawScene scene(running.GetChain().GetFinal());
  Diagnostics remarks;
  scene.Update(remarks);
  CHECK(PlacesOf(scene, remarks).size() == 2);
  running.Set("/B.visibility", Value(Token("invisible")));
  scene.Update(remarks);
  CHECK(PlacesOf(scene, remarks).size() == 1);
  running.SetActive("/A", false);
  scene.Update(remarks);
  CHECK(PlacesOf(scene, remarks).empty());
}

TEST_CASE("instances of instancers in prototypes of others are each placed") {
  Running running(
      "def PointInstancer \"Outer\" {  rel prototypes = </Outer/Row>  int[] protoIndices = [0, 0]  "
      "point3f[] positions = [(0, 0, 0), (0, 10, 0)]  "
      "def PointInstancer \"Row\" {  rel prototypes = </Outer/Row/Leaf>  int[] protoIndices = [0, 0, 0]  "
      "point3f[] positions = [(1, 0, 0), (2, 0, 0), (3, 0, 0)]  int64[] invisibleIds = [1]  " +
      Mesh("Leaf") + "}  }  ");
  DrawScene scene(running.GetChain().GetFinal());
  Diagnostics remarks;
  scene.Update(remarks);
  std::vector<Vec3d> places = PlacesOf(scene, remarks);
  CHECK(places == std::vector<Vec3d>{{1, 0, 0}, {3, 0, 0}, {1, 10, 0}, {3, 10, 0}});
  CHECK(remarks.IsEmpty());
}

TEST_CASE("native instances are placed where they stand, in point instancers too") {
  Running running(
      "class Xform \"Proto\" {  " + Mesh("Leaf") +
      "}  def Xform \"One\" (  instanceable = true; references = </Proto>  ) {  "
      "double3 xformOp:translate = (0, 0, 7)  uniform token[] xformOpOrder = [\"xformOp:translate\"]  }  "
      "def PointInstancer \"Many\" {  rel prototypes = </Many/P>  int[] protoIndices = [0, 0]  "
      "point3f[] positions = [(1, 0, 0), (2, 0, 0)]  def Xform \"P\" {  "
      "def Xform \"Inner\" (  instanceable = true; references = </Proto>  ) {  }  }  }  ");
  DrawScene scene(running.GetChain().GetFinal());
  Diagnostics remarks;
  scene.Update(remarks);
  std::vector<Vec3d> places = PlacesOf(scene, remarks);
  std::sort(places.begin(), places.end(), [](const Vec3d& a, const Vec3d& b) { return a[0] < b[0]; });
  CHECK(places == std::vector<Vec3d>{{0, 0, 7}, {1, 0, 0}, {2, 0, 0}});
}

TEST_CASE("point instancers in native instances are placed as often as those") {
  Running running(
      "class Xform \"Proto\" {  def PointInstancer \"Row\" {  rel prototypes = </Proto/Row/Leaf>  "
      "int[] protoIndices = [0, 0]  point3f[] positions = [(1, 0, 0), (2, 0, 0)]  " +
      Mesh("Leaf") +
      "}  }  def Xform \"One\" (  instanceable = true; references = </Proto>  ) {  }  "
      "def Xform \"Two\" (  instanceable = true; references = </Proto>  ) {  "
      "double3 xformOp:translate = (0, 10, 0)  uniform token[] xformOpOrder = [\"xformOp:translate\"]  }  ");
  DrawScene scene(running.GetChain().GetFinal());
  Diagnostics remarks;
  scene.Update(remarks);
  CHECK(PlacesOf(scene, remarks) == std::vector<Vec3d>{{1, 0, 0}, {2, 0, 0}, {1, 10, 0}, {2, 10, 0}});
}

TEST_CASE("so many places as are allowed are drawn, and the rest is told of") {
  Running running(
      "def PointInstancer \"Many\" {  rel prototypes = </Many/Leaf>  int[] protoIndices = [0, 0, 0]  "
      "point3f[] positions = [(1, 0, 0), (2, 0, 0), (3, 0, 0)]  " +
      Mesh("Leaf") + "}  ");
  DrawOptions options;
  options.max_placements = 2;
  DrawScene scene(running.GetChain().GetFinal(), options);
  Diagnostics remarks;
  scene.Update(remarks);
  CHECK(PlacesOf(scene, remarks).size() == 2);
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kInstancesBad);
}

TEST_CASE("faces that cannot be drawn are left out and told of") {
  Running running(
      "def Mesh \"A\" {  int[] faceVertexCounts = [3, 3, 2, 3]  "
      "int[] faceVertexIndices = [0, 1, 2, 0, 1, 9, 0, 1, 2, 1, 3]  "
      "point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (nan, 0, 0)]  }  "
      "def Mesh \"B\" {  int[] faceVertexCounts = [3, 2000000000]  int[] faceVertexIndices = [0, 1, 2]  "
      "point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]  "
      "color3f[] primvars:displayColor = [(1, 0, 0), (0, 1, 0)] (  interpolation = \"vertex\"  )  }  ");
  DrawScene scene(running.GetChain().GetFinal());
  Diagnostics remarks;
  scene.Update(remarks);
  CHECK(scene.GetDrawables().at(Path("/A")).geometry->triangles.size() == 1);
  const GeometryPtr b = scene.GetDrawables().at(Path("/B")).geometry;
  CHECK(b->triangles.size() == 1);
  CHECK(!b->colors.IsThere());
  REQUIRE(remarks.GetAll().size() == 2);
  CHECK(remarks.GetAll()[0].message.find("2 faces") != std::string::npos);
  CHECK(remarks.GetAll()[0].message.find("1 use points that are no numbers") != std::string::npos);
  CHECK(remarks.GetAll()[1].message.find("displayColor") != std::string::npos);
}

TEST_CASE("subsets of faces have materials of their own, and edits of them are seen") {
  Running running(
      "def Material \"M\" {  }  def Material \"N\" {  }  " +
      Mesh("A",
           "def GeomSubset \"S\" (  prepend apiSchemas = [\"MaterialBindingAPI\"]  ) {  "
           "uniform token elementType = \"face\"  int[] indices = [0]  rel material:binding = </M>  "
           "}  "));
  DrawScene scene(running.GetChain().GetFinal());
  Diagnostics remarks;
  scene.Update(remarks);
  CHECK(scene.GetDrawables().at(Path("/A")).face_materials == std::map<uint32_t, Path>{{0, Path("/M")}});
  running.Set("/A/S.indices", Value(Array<int32_t>{}));
  scene.Update(remarks);
  CHECK(scene.GetDrawables().at(Path("/A")).face_materials.empty());
}

}  // namespace strata::render

// Shapes, cameras, lights and settings as renderers take them.
#include <doctest/doctest.h>

#include <cmath>

#include "strata/render/polygons.h"
#include "strata/render/render.h"
#include "tests/unit/bridge/running.h"

namespace strata::render {

namespace {

using bridge::Running;

double AreaOf(std::span<const Vec3f> corners, const std::vector<uint32_t>& triangles) {
  double area = 0;
  for (size_t i = 0; i < triangles.size(); i += 3) {
    const Vec3f &a = corners[triangles[i]], &b = corners[triangles[i + 1]], &c = corners[triangles[i + 2]];
    area += ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2;
  }
  return area;
}

GeometryPtr ReadOne(const std::string& text, const char* path) {
  Running running(text);
  GeometryRemarks remarks;
  GeometryPtr geometry = ReadGeometry(running.Final().GetPrim(Path(path)), remarks);
  CHECK(remarks.IsEmpty());
  return geometry;
}

}  // namespace

TEST_CASE("concave polygons are cut along their inside") {
  const std::vector<Vec3f> arrow = {{0, 0, 0}, {2, 1, 0}, {0, 2, 0}, {0.5f, 1, 0}};
  std::vector<uint32_t> triangles;
  CutPolygon(arrow, triangles);
  CHECK(triangles.size() == 6);
  CHECK(AreaOf(arrow, triangles) == doctest::Approx(1.5));
  const std::vector<Vec3f> comb = {{0, 0, 0}, {5, 0, 0}, {5, 3, 0}, {4, 3, 0}, {4, 1, 0},
                                   {3, 1, 0}, {3, 3, 0}, {2, 3, 0}, {2, 1, 0}, {0, 1, 0}};
  triangles.clear();
  CutPolygon(comb, triangles);
  CHECK(triangles.size() == 24);
  CHECK(AreaOf(comb, triangles) == doctest::Approx(9));
}

TEST_CASE("polygons that cross themselves still end as triangles") {
  const std::vector<Vec3f> bow = {{0, 0, 0}, {2, 2, 0}, {2, 0, 0}, {0, 2, 0}};
  std::vector<uint32_t> triangles;
  CutPolygon(bow, triangles);
  CHECK(triangles.size() == 6);
}

TEST_CASE("curves become lines through their ends, cubic ones in pieces") {
  const GeometryPtr bezier = ReadOne(
      "def BasisCurves \"C\" {  uniform token type = \"cubic\"  uniform token basis = \"bezier\"  "
      "int[] curveVertexCounts = [4]  point3f[] points = [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)]  "
      "float[] widths = [0.2] (  interpolation = \"constant\"  )  }  ",
      "/C");
  REQUIRE(bezier);
  CHECK(bezier->segments.size() == 8);
  CHECK(bezier->points.front() == Vec3f{0, 0, 0});
  CHECK(bezier->points.back() == Vec3f{1, 0, 0});
  CHECK(bezier->points[4][1] == doctest::Approx(0.75));
  CHECK(bezier->radii[0] == doctest::Approx(0.1));
  const GeometryPtr ring = ReadOne(
      "def BasisCurves \"C\" {  uniform token type = \"linear\"  uniform token wrap = \"periodic\"  "
      "int[] curveVertexCounts = [3]  point3f[] points = [(0, 0, 0), (0, 1, 0), (1, 1, 0)]  }  ",
      "/C");
  REQUIRE(ring);
  CHECK(ring->segments.size() == 3);
  CHECK(ring->points.back() == ring->points.front());
}

TEST_CASE("cameras see what their apertures and focal length say") {
  Running running(
      "def Camera \"C\" {  float focalLength = 50  float horizontalAperture = 20  float verticalAperture = "
      "10  "
      "float2 clippingRange = (0.5, 100)  float3 xformOp:scale = (3, 3, 3)  "
      "uniform token[] xformOpOrder = [\"xformOp:scale\"]  }  ");
  const CameraView view = ReadCamera(running.Final().GetPrim(Path("/C")));
  CHECK(view.window_max[0] == doctest::Approx(0.2));
  CHECK(view.window_max[1] == doctest::Approx(0.1));
  CHECK(view.GetAspectRatio() == doctest::Approx(2));
  CHECK(view.clipping_range[1] == doctest::Approx(100));
  CHECK(view.transform == Matrix4d::Identity());
  const CameraView square = FitToAspectRatio(view, 1);
  CHECK(square.window_max[1] == doctest::Approx(0.2));
  CHECK(square.window_max[0] == doctest::Approx(0.2));
}

TEST_CASE("cameras without a size see as the schema's does") {
  Running running(
      "def Camera \"C\" {  float focalLength = 0  float horizontalAperture = -1  float verticalAperture = "
      "nan  "
      "float2 clippingRange = (5, 1)  matrix4d xformOp:transform = ( (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, "
      "0), "
      "(1, 2, 3, 1) )  uniform token[] xformOpOrder = [\"xformOp:transform\"]  }  ");
  const CameraView view = ReadCamera(running.Final().GetPrim(Path("/C")));
  CHECK(std::isfinite(view.GetAspectRatio()));
  CHECK(view.window_max[0] > 0);
  CHECK(view.transform[3][2] == 3);
  CHECK(view.transform[0][0] == 1);
}

TEST_CASE("lights give off what intensity, exposure, colour and temperature say together") {
  Running running(
      "def SphereLight \"L\" {  float inputs:intensity = 3  float inputs:exposure = 1  "
      "color3f inputs:color = (1, 0.5, 0)  float inputs:radius = 2  bool inputs:normalize = true  }  "
      "def DistantLight \"D\" {  }  def Scope \"S\" {  }  ");
  const auto sphere = ReadLight(Path("/L"), running.Final().GetPrim(Path("/L")));
  REQUIRE(sphere);
  CHECK(sphere->radiance == Vec3f{6, 3, 0});
  CHECK(sphere->radius == 2);
  CHECK(sphere->is_normalized);
  CHECK(ReadLight(Path("/D"), running.Final().GetPrim(Path("/D")))->radiance[0] == 50000);
  CHECK(!ReadLight(Path("/S"), running.Final().GetPrim(Path("/S"))));
  const Vec3f warm = GetBlackBodyColor(2700), white = GetBlackBodyColor(6504);
  CHECK(warm[0] > 1.5);
  CHECK(warm[2] < 0.35);
  for (size_t i = 0; i < 3; ++i) CHECK(white[i] == doctest::Approx(1).epsilon(0.05));
}

TEST_CASE("surfaces have the inputs of UsdPreviewSurface, with images and how they are read") {
  Running running(
      "def Material \"M\" {  token outputs:surface.connect = </M/P.outputs:surface>  "
      "def Shader \"P\" {  uniform token info:id = \"UsdPreviewSurface\"  float inputs:metallic = 0.25  "
      "color3f inputs:diffuseColor.connect = </M/T.outputs:rgb>  token outputs:surface  }  "
      "def Shader \"T\" {  uniform token info:id = \"UsdUVTexture\"  asset inputs:file = @a.png@  "
      "token inputs:wrapS = \"mirror\"  float2 inputs:st.connect = </M/X.outputs:result>  "
      "float3 outputs:rgb  }  "
      "def Shader \"X\" {  uniform token info:id = \"UsdTransform2d\"  float inputs:rotation = 90  "
      "float2 inputs:in.connect = </M/R.outputs:result>  float2 outputs:result  }  "
      "def Shader \"R\" {  uniform token info:id = \"UsdPrimvarReader_float2\"  "
      "string inputs:varname = \"map1\"  float2 outputs:result  }  }  ");
  const Token everyone;
  const auto surface =
      ReadSurface(running.Final().GetPrim(Path("/M")), "M", std::span<const Token>(&everyone, 1));
  REQUIRE(surface);
  CHECK(surface->metallic.value == 0.25f);
  CHECK(surface->roughness.value == 0.5f);
  REQUIRE(surface->diffuse_color.texture);
  CHECK(surface->diffuse_color.texture->file.GetPath() == "a.png");
  CHECK(surface->diffuse_color.texture->coordinates == Token("map1"));
  CHECK(surface->diffuse_color.texture->wrap_s == TextureWrap::kMirror);
  CHECK(surface->diffuse_color.texture->transform_degrees == 90);
}

TEST_CASE("registries find renderers by name and settings by theirs") {
  RendererRegistry registry;
  CHECK(!registry.Add({}));
  RendererPlugin plugin;
  plugin.name = "test";
  plugin.settings = {{"samples", "how many", Value(int32_t{4})}, {"sharp", "whether", Value(true)}};
  plugin.outputs = {{"color", "all of it", 4}};
  plugin.make = [](Executor&) -> Result<std::unique_ptr<Renderer>> {
    return Diagnostic(kRendererUnusable, "It is of paper.");
  };
  CHECK(registry.Add(plugin));
  CHECK(!registry.Add(plugin));
  const RendererPlugin* found = registry.Find("test");
  REQUIRE(found);
  CHECK(registry.Find("other") == nullptr);
  const auto complete = CompleteSettings(*found, {{"samples", Value(9.0)}});
  REQUIRE(complete);
  CHECK(complete->at("samples") == Value(int32_t{9}));
  CHECK(complete->at("sharp") == Value(true));
  CHECK(!CompleteSettings(*found, {{"colour", Value(1.0)}}));
  CHECK(!CompleteSettings(*found, {{"samples", Value(Token("many"))}}));
}

}  // namespace strata::render

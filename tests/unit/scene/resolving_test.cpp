#include "doctest/doctest.h"
#include "strata/scene/scene.h"

namespace strata::scene {

namespace {

using Entry = RetainedSceneIndex::Entry;

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}
ContainerDataSourceHandle Box(std::vector<std::pair<const char*, DataSourceHandle>> entries) {
  std::vector<RetainedContainerDataSource::Entry> list;
  for (auto& [name, source] : entries) list.emplace_back(Token(name), source);
  return RetainedContainerDataSource::New(std::move(list));
}
ContainerDataSourceHandle Primvar(const char* interpolation, Array<float> values) {
  return Box({{"interpolation", Retain(Token(interpolation))}, {"primvarValue", Retain(std::move(values))}});
}
std::shared_ptr<RetainedSceneIndex> MakeScene(std::vector<Entry> entries) {
  auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(std::move(entries));
  return scene;
}
std::string Join(const std::vector<Path>& paths) {
  std::string text;
  for (Path path : paths) text += (text.empty() ? "" : " ") + path.GetString();
  return text;
}

// Two curves of three and two points.
std::shared_ptr<RetainedSceneIndex> MakeCurves(const char* wrap, const char* type, const char* basis,
                                               DataSourceHandle indices = nullptr) {
  return MakeScene(
      {{Path("/C"), Token("basisCurves"),
        Box({{"basisCurves", Box({{"topology", Box({{"curveVertexCounts", Retain(Array<int32_t>{3, 2})},
                                                    {"curveIndices", std::move(indices)},
                                                    {"wrap", Retain(Token(wrap))},
                                                    {"type", Retain(Token(type))},
                                                    {"basis", Retain(Token(basis))}})}})},
             {"primvars", Box({{"points", Primvar("vertex", {1, 2, 3, 4, 5})},
                               {"widths", Primvar("varying", {1, 2, 3, 4, 5})},
                               {"whole", Primvar("constant", {9})}})}})}});
}
Array<float> ValuesOf(const SceneIndex& scene, const char* primvar) {
  return GetValueAs<Array<float>>(
             scene.GetDataSource(Path("/C"), {Token("primvars"), Token(primvar), Token("primvarValue")}))
      .value_or(Array<float>());
}

const DataSourceLocator kCounts = L("basisCurves/topology/curveVertexCounts"),
                        kWrap = L("basisCurves/topology/wrap"),
                        kIndices = L("basisCurves/topology/curveIndices");

}  // namespace

TEST_CASE("pinned cubic curves become plain ones with their ends repeated") {
  const PinnedCurvesSceneIndex spline(MakeCurves("pinned", "cubic", "bspline"));
  CHECK(GetValueAs<Token>(spline.GetDataSource(Path("/C"), kWrap)) == Token("nonperiodic"));
  CHECK(GetValueAs<Array<int32_t>>(spline.GetDataSource(Path("/C"), kCounts)) == Array<int32_t>{7, 6});
  CHECK(ValuesOf(spline, "points") == Array<float>{1, 1, 1, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5});
  CHECK(ValuesOf(spline, "widths") == Array<float>{1, 1, 2, 3, 3, 4, 4, 5, 5});
  CHECK(ValuesOf(spline, "whole") == Array<float>{9});
  const PinnedCurvesSceneIndex catmull(MakeCurves("pinned", "cubic", "catmullRom"));
  CHECK(GetValueAs<Array<int32_t>>(catmull.GetDataSource(Path("/C"), kCounts)) == Array<int32_t>{5, 4});
  CHECK(ValuesOf(catmull, "points") == Array<float>{1, 1, 2, 3, 3, 4, 4, 5, 5});
  CHECK(ValuesOf(catmull, "widths") == Array<float>{1, 2, 3, 4, 5});
}

TEST_CASE("where curves have indices these are repeated, and the points stay") {
  const PinnedCurvesSceneIndex curves(
      MakeCurves("pinned", "cubic", "catmullRom", Retain(Array<int32_t>{4, 3, 2, 1, 0})));
  CHECK(GetValueAs<Array<int32_t>>(curves.GetDataSource(Path("/C"), kIndices)) ==
        Array<int32_t>{4, 4, 3, 2, 2, 1, 1, 0, 0});
  CHECK(ValuesOf(curves, "points") == Array<float>{1, 2, 3, 4, 5});
}

TEST_CASE("pinned linear and bezier curves lose their wrap alone, and others nothing") {
  for (const char* basis : {"bezier", "bspline"}) {
    const char* const type = std::string_view(basis) == "bezier" ? "cubic" : "linear";
    const PinnedCurvesSceneIndex curves(MakeCurves("pinned", type, basis));
    CHECK(GetValueAs<Token>(curves.GetDataSource(Path("/C"), kWrap)) == Token("nonperiodic"));
    CHECK(ValuesOf(curves, "points") == Array<float>{1, 2, 3, 4, 5});
  }
  const auto periodic = MakeCurves("periodic", "cubic", "bspline");
  const PinnedCurvesSceneIndex curves(periodic);
  CHECK(DeepEquals(curves.GetPrim(Path("/C")).data, periodic->GetPrim(Path("/C")).data));
}

TEST_CASE("primvars of curves are dirtied with their topology") {
  const auto input = MakeCurves("pinned", "cubic", "bspline");
  PinnedCurvesSceneIndex curves(input);
  RecordingObserver observer;
  curves.AddObserver(observer);
  input->DirtyPrims({{Path("/C"), kCounts}});
  CHECK(observer.TakeSorted() == "dirtied /C {basisCurves/topology/curveVertexCounts, primvars}");
  curves.RemoveObserver(observer);
}

TEST_CASE("spheres, cubes and their like become closed meshes of their sizes, which face outwards") {
  struct Shape {
    const char* type;
    ContainerDataSourceHandle sizes;
    Vec3f half;  // of its box
  };
  const Shape shapes[] = {
      {"sphere", Box({{"radius", Retain(2.0)}}), {2, 2, 2}},
      {"cube", Box({{"size", Retain(3.0)}}), {1.5f, 1.5f, 1.5f}},
      {"cone",
       Box({{"height", Retain(4.0)}, {"radius", Retain(1.0)}, {"axis", Retain(Token("Y"))}}),
       {1, 2, 1}},
      {"cylinder",
       Box({{"height", Retain(4.0)}, {"radius", Retain(1.0)}, {"axis", Retain(Token("X"))}}),
       {2, 1, 1}},
      {"cylinder",
       Box({{"height", Retain(4.0)}, {"radiusTop", Retain(1.0)}, {"radiusBottom", Retain(3.0)}}),
       {3, 3, 2}},
      {"capsule",
       Box({{"height", Retain(2.0)}, {"radius", Retain(0.5)}, {"axis", Retain(Token("Z"))}}),
       {0.5f, 0.5f, 1.5f}},
  };
  for (const Shape& shape : shapes) {
    CAPTURE(shape.type);
    const ImplicitSurfacesSceneIndex meshes(
        MakeScene({{Path("/C"), Token(shape.type), Box({{shape.type, shape.sizes}})}}));
    const ScenePrim prim = meshes.GetPrim(Path("/C"));
    CHECK(prim.type == Token("mesh"));
    const auto topology = MeshSchema::GetFromParent(prim.data).GetTopology();
    const auto counts = *topology.GetFaceVertexCounts(), indices = *topology.GetFaceVertexIndices();
    const auto points =
        *GetValueAs<Array<Vec3f>>(meshes.GetDataSource(Path("/C"), L("primvars/points/primvarValue")));
    Vec3f low = points[0], high = points[0];
    for (const Vec3f& point : points)
      for (size_t i = 0; i < 3; ++i) {
        low[i] = std::min(low[i], point[i]);
        high[i] = std::max(high[i], point[i]);
      }
    for (size_t i = 0; i < 3; ++i) {
      CHECK(high[i] == doctest::Approx(shape.half[i]));
      CHECK(low[i] == doctest::Approx(-shape.half[i]));
    }
    // Each edge is there once in each direction, and the volume inside is positive.
    std::map<std::pair<int32_t, int32_t>, int> edges;
    double volume = 0;
    size_t first = 0;
    for (const int32_t count : counts) {
      const auto at = [&](int32_t i) { return indices[first + static_cast<size_t>(i % count)]; };
      for (int32_t i = 0; i < count; ++i) ++edges[{at(i), at(i + 1)}];
      for (int32_t i = 1; i + 1 < count; ++i) {
        const Vec3f &a = points[static_cast<size_t>(at(0))], &b = points[static_cast<size_t>(at(i))],
                    &c = points[static_cast<size_t>(at(i + 1))];
        volume += a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) +
                  a[2] * (b[0] * c[1] - b[1] * c[0]);
      }
      first += static_cast<size_t>(count);
    }
    CHECK(first == indices.GetSize());
    CHECK(volume > 0);
    size_t unpaired = 0;
    for (const auto& [edge, times] : edges) {
      const auto back = edges.find({edge.second, edge.first});
      unpaired += times != 1 || back == edges.end() || back->second != 1;
    }
    CHECK(unpaired == 0);
  }
}

TEST_CASE("a plane has its width and length around its axis") {
  const auto points = [](const char* axis) {
    const ImplicitSurfacesSceneIndex meshes(MakeScene(
        {{Path("/C"), Token("plane"),
          Box({{"plane",
                Box({{"width", Retain(4.0)}, {"length", Retain(6.0)}, {"axis", Retain(Token(axis))}})}})}}));
    return *GetValueAs<Array<Vec3f>>(meshes.GetDataSource(Path("/C"), L("primvars/points/primvarValue")));
  };
  CHECK(points("Z")[2] == Vec3f{2, 3, 0});
  CHECK(points("Y")[2] == Vec3f{2, 0, 3});
  CHECK(points("X")[2] == Vec3f{0, 3, 2});
}

TEST_CASE("a size that is dirtied dirties the points of the mesh, and what is added is one") {
  const auto input =
      MakeScene({{Path("/C"), Token("sphere"), Box({{"sphere", Box({{"radius", Retain(1.0)}})}})}});
  ImplicitSurfacesSceneIndex meshes(input);
  RecordingObserver observer;
  meshes.AddObserver(observer);
  input->DirtyPrims({{Path("/C"), L("sphere/radius")}});
  CHECK(observer.TakeSorted() == "dirtied /C {primvars/points/primvarValue, sphere/radius}");
  input->AddPrims({{Path("/D"), Token("cube"), Box({})}});
  CHECK(observer.TakeSorted() == "added /D mesh");
  CHECK(GetValueAs<Array<Vec3f>>(meshes.GetDataSource(Path("/D"), L("primvars/points/primvarValue")))
            ->GetSize() == 8);
  meshes.RemoveObserver(observer);
}

TEST_CASE(
    "tet meshes become their surfaces: those that are said, else faces that one tetrahedron has alone") {
  const auto make = [](Array<Vec3i> surface) {
    return MakeScene(
        {{Path("/T"), Token("tetMesh"),
          Box({{"tetMesh",
                Box({{"topology", Box({{"tetVertexIndices", Retain(Array<Vec4i>{{0, 1, 2, 3}, {1, 2, 3, 4}})},
                                       {"surfaceFaceVertexIndices", Retain(std::move(surface))},
                                       {"orientation", Retain(Token("rightHanded"))}})},
                     {"doubleSided", Retain(true)}})}})}});
  };
  const auto indices = [](const SceneIndex& scene) {
    return *MeshSchema::GetFromParent(scene.GetPrim(Path("/T")).data).GetTopology().GetFaceVertexIndices();
  };
  const TetMeshesSceneIndex said(make({{2, 1, 0}}));
  CHECK(said.GetPrim(Path("/T")).type == Token("mesh"));
  CHECK(indices(said) == Array<int32_t>{2, 1, 0});
  CHECK(MeshSchema::GetFromParent(said.GetPrim(Path("/T")).data).GetDoubleSided() == true);
  const auto input = make({});
  TetMeshesSceneIndex found(input);
  CHECK(indices(found) == Array<int32_t>{0, 1, 3, 0, 2, 1, 0, 3, 2, 1, 2, 4, 1, 4, 3, 2, 3, 4});
  RecordingObserver observer;
  found.AddObserver(observer);
  input->DirtyPrims({{Path("/T"), L("tetMesh/topology")}});
  CHECK(observer.TakeSorted() == "dirtied /T {mesh, tetMesh/topology}");
  found.RemoveObserver(observer);
}

TEST_CASE("path expressions ask prims for their type, purpose, visibility, data and materials") {
  const auto Visible = [](bool yes) { return Box({{"visibility", Retain(yes)}}); };
  const auto scene = MakeScene(
      {{Path("/W"), {}, nullptr},
       {Path("/W/a"), Token("mesh"),
        Box({{"purpose", Box({{"purpose", Retain(Token("render"))}})},
             {"visibility", Visible(true)},
             {"primvars", Box({{"points", Primvar("vertex", {1})}})},
             {"materialBindings", Box({{"", Box({{"path", Retain(Path("/Looks/Red"))}})}})}})},
       {Path("/W/b"), Token("sphere"), Box({{"visibility", Visible(false)}})},
       {Path("/W/b/c"), Token("mesh"),
        Box({{"materialBindings", Box({{"full", Box({{"path", Retain(Path("/Looks/Blue"))}})}})}})}});
  const auto find = [&](const char* text) {
    const auto expression = CollectionExpression::Create(*PathExpression::Parse(text));
    return expression ? Join(expression->FindMatching(*scene)) : expression.GetError().message;
  };
  CHECK(find("//{hdType:mesh}") == "/W/a /W/b/c");
  CHECK(find("//{hdType:mesh,sphere}") == "/W/a /W/b /W/b/c");
  CHECK(find("/W/*{hdType:mesh}") == "/W/a");
  CHECK(find("//{not hdType:mesh} - /") == "/W /W/b");
  CHECK(find("//{hdPurpose:render}") == "/W/a");
  CHECK(find("//{hdVisible:false}") == "/W/b");
  CHECK(find("//{hdVisible hdType:mesh}") == "/W/a /W/b/c");
  CHECK(find("//{hdHasDataSource:'primvars/points'}") == "/W/a");
  CHECK(find("//{hdHasPrimvar:points or hdType:sphere}") == "/W/a /W/b");
  CHECK(find("//{hdHasMaterialBinding}") == "/W/a /W/b/c");
  CHECK(find("//{hdHasMaterialBinding:'*Blue'}") == "/W/b/c");
  CHECK(find("/W//{hdType:sphere}//") == "/W/b /W/b/c");
  CHECK(find("//{hdType:mesh} & /W/b//") == "/W/b/c");
  CHECK(find("~//{hdType:mesh} & /W//") == "/W /W/b");
  CHECK(find("//{isa:Mesh}") == "Prims of a running scene cannot answer \"isa\".");
  CHECK(find("/Nowhere") == "");
}

}  // namespace strata::scene

// Models that are drawn as their axes, the box around them, or cards.
#include "strata/bridge/draw_modes.h"
#include "tests/unit/bridge/running.h"

namespace strata::bridge {

namespace {

using scene::DataSourceLocator;

template <class T>
T At(const scene::SceneIndex& scene, const char* prim, const DataSourceLocator& locator) {
  const auto value = scene::GetValueAs<T>(scene.GetDataSource(Path(prim), locator));
  REQUIRE_MESSAGE(value, prim << " " << locator.GetString());
  return *value;
}
template <class T>
T At(const scene::SceneIndex& scene, const char* prim, std::string_view locator) {
  return At<T>(scene, prim, DataSourceLocator::Parse(locator));
}
std::string PathsBelow(const scene::SceneIndex& scene, const char* root) {
  std::string text;
  for (Path path : scene::CollectPrimPaths(scene, Path(root)))
    text += path.GetString() + " " + scene.GetPrim(path).type.GetString() + "\n";
  return text;
}

// A group that says how the models in it are drawn, and a component.
std::string Group(const std::string& mode, const std::string& component) {
  return R"(def Xform "G" (kind = "group"; prepend apiSchemas = ["GeomModelAPI"]) { uniform token model:drawMode = ")" +
         mode + R"("  def Xform "M" (kind = "component"; prepend apiSchemas = ["GeomModelAPI"]) {)" +
         component + R"(  def Sphere "S" {} } })";
}
const char* const kHint = "float3[] extentsHint = [(-1, -2, -3), (1, 2, 3)]";
const char* const kPictures =
    "uniform token model:cardGeometry = \"box\"  uniform asset model:cardTextureXPos = @x.png@  "
    "uniform asset model:cardTextureZNeg = @z.png@  float3[] extentsHint = [(-1, -2, -3), (1, 2, 3)]";

}  // namespace

TEST_CASE(
    "a component below a group drawn as bounds is the edges of its box, and nothing below it is there") {
  Running running(Group("bounds", kHint));
  CHECK(PathsBelow(running.Final(), "/G") == "/G \n/G/M \n/G/M/boundsCurves basisCurves\n");
  CHECK(At<Array<Vec3f>>(running.Final(), "/G/M/boundsCurves", "primvars/points/primvarValue") ==
        Array<Vec3f>{{-1, -2, -3},
                     {-1, -2, 3},
                     {-1, 2, -3},
                     {-1, 2, 3},
                     {1, -2, -3},
                     {1, -2, 3},
                     {1, 2, -3},
                     {1, 2, 3}});
  CHECK(At<Array<int32_t>>(running.Final(), "/G/M/boundsCurves", "basisCurves/topology/curveVertexCounts") ==
        Array<int32_t>{24});
  CHECK(At<Array<Vec3f>>(running.Final(), "/G/M/boundsCurves", "primvars/displayColor/primvarValue") ==
        Array<Vec3f>{{0.18f, 0.18f, 0.18f}});
  CHECK(At<Vec3d>(running.Final(), "/G/M/boundsCurves", "extent/max") == Vec3d{1, 2, 3});
  // The model itself can still be asked.
  CHECK(At<Token>(running.Final(), "/G/M", "geomModel/drawMode") == Token("bounds"));
}

TEST_CASE("origins are three lines of length one, where the model stands") {
  Running running(Group("origin",
                        "double3 xformOp:translate = (5, 0, 0)  uniform token[] xformOpOrder = "
                        "[\"xformOp:translate\"]"));
  CHECK(At<Array<int32_t>>(running.Final(), "/G/M/originCurves", "basisCurves/topology/curveIndices") ==
        Array<int32_t>{0, 1, 0, 2, 0, 3});
  CHECK(At<Matrix4d>(running.Final(), "/G/M/originCurves", "xform/matrix")[3][0] == 5);
}

TEST_CASE("components are replaced unless they say that they are not, others where they say that they are") {
  CHECK(PathsBelow(Running(Group("bounds", "uniform bool model:applyDrawMode = 0")).Final(), "/G/M") ==
        "/G/M \n/G/M/S sphere\n");
  CHECK(PathsBelow(Running(Group("bounds", "uniform token model:drawMode = \"default\"")).Final(), "/G/M") ==
        "/G/M \n/G/M/S sphere\n");
  Running running(R"(def Xform "W" (prepend apiSchemas = ["GeomModelAPI"]) {
    uniform token model:drawMode = "origin"
    def Xform "Plain" (prepend apiSchemas = ["GeomModelAPI"]) { def Cube "C" {} }
    def Xform "Applied" (prepend apiSchemas = ["GeomModelAPI"]) { uniform bool model:applyDrawMode = 1
      def Cube "C" {} } })");
  CHECK(PathsBelow(running.Final(), "/W") ==
        "/W \n/W/Plain \n/W/Plain/C cube\n/W/Applied \n/W/Applied/originCurves basisCurves\n");
}

TEST_CASE("components without the schema are replaced too, in the chain like OpenUSD's those with it alone") {
  const char* const text = R"(def Xform "G" (kind = "group"; prepend apiSchemas = ["GeomModelAPI"]) {
    uniform token model:drawMode = "bounds"
    def Xform "M" (kind = "component") { def Sphere "S" {} } })";
  CHECK(PathsBelow(Running(text).Final(), "/G/M") == "/G/M \n/G/M/boundsCurves basisCurves\n");
  CHECK(PathsBelow(Running(text, ChainOptions::LikeOpenUSD()).Final(), "/G/M") == "/G/M \n/G/M/S sphere\n");
}

TEST_CASE("cards without pictures are all faces of the box, or of the cross in it, and face outwards") {
  for (const char* geometry : {"box", "cross"}) {
    CAPTURE(geometry);
    Running running(
        Group("cards", std::string(kHint) + "  uniform token model:cardGeometry = \"" + geometry + "\""));
    CHECK(PathsBelow(running.Final(), "/G/M") == "/G/M \n/G/M/cardsMesh mesh\n");
    const auto points = At<Array<Vec3f>>(running.Final(), "/G/M/cardsMesh", "primvars/points/primvarValue");
    REQUIRE(points.GetSize() == 24);
    for (size_t face = 0; face < 6; ++face) {
      const size_t axis = face / 2;
      const float way = face % 2 == 0 ? 1.0f : -1.0f;
      const Vec3f a = points[4 * face], b = points[4 * face + 1], c = points[4 * face + 2];
      const size_t j = (axis + 1) % 3, k = (axis + 2) % 3;
      const float normal = (b[j] - a[j]) * (c[k] - b[k]) - (b[k] - a[k]) * (c[j] - b[j]);
      CHECK(normal * way > 0);
      const float half = static_cast<float>(axis + 1);
      for (size_t i = 0; i < 4; ++i)
        CHECK(points[4 * face + i][axis] == (std::string_view(geometry) == "box" ? way * half : 0.0f));
    }
  }
}

TEST_CASE(
    "pictures make cards of their axes alone, each bound to its material or to that of the face opposite") {
  Running running(Group("cards", kPictures));
  CHECK(PathsBelow(running.Final(), "/G/M") ==
        "/G/M \n/G/M/cardsMesh mesh\n/G/M/cardsMesh/subsetXPos geomSubset\n"
        "/G/M/cardsMesh/subsetZPos geomSubset\n/G/M/cardsMesh/subsetXNeg geomSubset\n"
        "/G/M/cardsMesh/subsetZNeg geomSubset\n/G/M/subsetMaterialXPos material\n"
        "/G/M/subsetMaterialZNeg material\n");
  const scene::SceneIndex& scene = running.Final();
  CHECK(At<Array<int32_t>>(scene, "/G/M/cardsMesh/subsetZNeg", "geomSubset/indices") == Array<int32_t>{3});
  const auto bound = [&](const char* subset) {
    return At<Path>(scene, subset, {Token("materialBindings"), Token(), Token("path")}).GetString();
  };
  CHECK(bound("/G/M/cardsMesh/subsetXPos") == "/G/M/subsetMaterialXPos");
  CHECK(bound("/G/M/cardsMesh/subsetXNeg") == "/G/M/subsetMaterialXPos");
  CHECK(bound("/G/M/cardsMesh/subsetZPos") == "/G/M/subsetMaterialZNeg");
  // Faces that show the picture of the opposite face show it mirrored.
  CHECK(At<Array<Vec2f>>(scene, "/G/M/cardsMesh", "primvars/cardsUv/primvarValue") == Array<Vec2f>{{1, 1},
                                                                                                   {0, 1},
                                                                                                   {0, 0},
                                                                                                   {1, 0},
                                                                                                   {0, 1},
                                                                                                   {1, 1},
                                                                                                   {1, 0},
                                                                                                   {0, 0},
                                                                                                   {1, 0},
                                                                                                   {0, 0},
                                                                                                   {0, 1},
                                                                                                   {1, 1},
                                                                                                   {0, 0},
                                                                                                   {1, 0},
                                                                                                   {1, 1},
                                                                                                   {0, 1}});
  const auto parameter = [](const char* node, const char* name) {
    return DataSourceLocator{Token("material"),   Token(),     Token("nodes"), Token(node),
                             Token("parameters"), Token(name), Token("value")};
  };
  CHECK(At<AssetPath>(scene, "/G/M/subsetMaterialXPos", parameter("cardTexture", "file")).authored ==
        "x.png");
  CHECK(At<Vec4f>(scene, "/G/M/subsetMaterialXPos", parameter("cardTexture", "fallback")) ==
        Vec4f{0.18f, 0.18f, 0.18f, 1});
}

TEST_CASE("simple cards leave out those along the up axis") {
  Running model(Group("cards", std::string(kHint) + "  uniform token model:cardVisibility = \"simple\""));
  // Up is Y where the stage does not say.
  CHECK(At<Array<int32_t>>(model.Final(), "/G/M/cardsMesh", "mesh/topology/faceVertexCounts").GetSize() == 4);
  const auto points = At<Array<Vec3f>>(model.Final(), "/G/M/cardsMesh", "primvars/points/primvarValue");
  for (size_t i = 0; i < 8; ++i) CHECK(points[i][0] == 0);   // +X and -X
  for (size_t i = 8; i < 16; ++i) CHECK(points[i][2] == 0);  // +Z and -Z
}

TEST_CASE("a change of the draw mode shows the subtree anew, and nothing else") {
  Running running(Group("default", kHint) + "  def Cube \"Other\" {}");
  running.Pull();
  running.TakeFinal();
  running.Set("/G.model:drawMode", Value(Token("bounds")));
  CHECK(running.TakeFinal() ==
        "added /G/M; added /G/M/boundsCurves basisCurves; dirtied /G {geomModel/drawMode}; removed /G/M");
  running.Set("/G.model:drawMode", Value(Token("origin")));
  CHECK(running.TakeFinal() ==
        "added /G/M; added /G/M/originCurves basisCurves; dirtied /G {geomModel/drawMode}; removed /G/M");
  running.Set("/G.model:drawMode", Value(Token("default")));
  CHECK(running.TakeFinal() ==
        "added /G/M; added /G/M/S sphere; dirtied /G {geomModel/drawMode}; removed /G/M");
}

TEST_CASE("extents, colours and pictures dirty what shows them, and nothing of what is hidden is told") {
  Running running(
      Group("cards", kPictures + std::string("  uniform float3 model:drawModeColor = (1, 0, 0)")));
  running.Pull();
  running.TakeFinal();
  running.Set("/G/M.extentsHint", Value(Array<Vec3f>{{0, 0, 0}, {1, 1, 1}}));
  CHECK(running.TakeFinal() ==
        "dirtied /G/M {extent, extentsHint}; dirtied /G/M/cardsMesh {extent, primvars/points/primvarValue}");
  running.Set("/G/M.model:drawModeColor", Value(Vec3f{0, 1, 0}));
  CHECK(
      running.TakeFinal() ==
      "dirtied /G/M {geomModel/drawModeColor}; dirtied /G/M/cardsMesh {primvars/displayColor/primvarValue}; "
      "dirtied /G/M/subsetMaterialXPos {material//nodes/cardTexture/parameters/fallback/value}; "
      "dirtied /G/M/subsetMaterialZNeg {material//nodes/cardTexture/parameters/fallback/value}");
  running.Set("/G/M.model:cardTextureXPos", Value(AssetPath("other.png")));
  CHECK(running.TakeFinal() ==
        "dirtied /G/M {geomModel/cardTextureXPos}; "
        "dirtied /G/M/subsetMaterialXPos {material//nodes/cardTexture/parameters/file/value}");
  // Another face comes with the first picture of its axis.
  running.Set("/G/M.model:cardTextureXPos", Value(AssetPath("")));
  CHECK(running.TakeFinal().starts_with("added /G/M; added /G/M/cardsMesh mesh;"));
  running.Change([](layer::Layer& layer) {
    REQUIRE(layer.CreateAttributeSpec(Path("/G/M/S.radius"), Token("double")));
    REQUIRE(layer.SetField(Path("/G/M/S.radius"), layer::GetFieldNames().default_, Value(3.0)));
  });
  CHECK(running.TakeFinal() == "");
}

TEST_CASE("instances of a model share one stand-in, and those that are drawn otherwise have their own") {
  Running running(R"(def Xform "Model" (kind = "component"; prepend apiSchemas = ["GeomModelAPI"]) {
    def Sphere "S" {} }
  def Xform "A" (kind = "group"; prepend apiSchemas = ["GeomModelAPI"]) { uniform token model:drawMode = "bounds"
    def Xform "One" (instanceable = true; references = </Model>) {}
    def Xform "Two" (instanceable = true; references = </Model>) {} }
  def Xform "B" (kind = "group") { def Xform "Three" (instanceable = true; references = </Model>) {} })");
  size_t standins = 0, spheres = 0, instancers = 0;
  for (Path path : scene::CollectPrimPaths(running.Final())) {
    if (!path.HasPrefix(Path("/UsdNiPropagatedPrototypes"))) continue;
    const scene::ScenePrim prim = running.Final().GetPrim(path);
    standins += path.GetNameToken() == Token("boundsCurves");
    spheres += prim.type == Token("sphere");
    instancers += prim.type == Token("instancer");
    if (path.GetNameToken() == Token("boundsCurves")) CHECK(prim.data->Get(Token("instancedBy")));
  }
  CHECK(standins == 1);
  CHECK(spheres == 1);
  CHECK(instancers == 2);
  CHECK(running.Final().GetChildPrimPaths(Path("/A/One")).empty());
}

TEST_CASE("instances below a stand-in are not drawn, until the model is itself again") {
  Running running(R"(def Xform "Leaf" { def Sphere "S" {} }
  def Xform "M" (kind = "component"; prepend apiSchemas = ["GeomModelAPI"]) {
    uniform token model:drawMode = "bounds"
    def Xform "In" (instanceable = true; references = </Leaf>) {} }
  def Xform "Out" (instanceable = true; references = </Leaf>) {})");
  const auto locations = [&] {
    std::string text;
    for (Path path : scene::CollectPrimPaths(running.Final()))
      if (running.Final().GetPrim(path).type == Token("instancer")) {
        const auto locations = At<PathVector>(running.Final(), path.GetString().c_str(),
                                              std::string_view("instancerTopology/instanceLocations"));
        for (Path location : locations) text += location.GetString() + " ";
      }
    return text;
  };
  CHECK(locations() == "/Out ");
  running.Set("/M.model:drawMode", Value(Token("default")));
  CHECK(locations() == "/Out /M/In ");
  running.Set("/M.model:drawMode", Value(Token("cards")));
  CHECK(locations() == "/Out ");
}

TEST_CASE("prototypes of point instancers are replaced where they are copied") {
  Running running(R"(def PointInstancer "P" {
    rel prototypes = </P/M>
    int[] protoIndices = [0]
    point3f[] positions = [(0, 0, 0)]
    def Xform "M" (kind = "component"; prepend apiSchemas = ["GeomModelAPI"]) {
      uniform token model:drawMode = "origin"  uniform bool model:applyDrawMode = 1
      def Sphere "S" {} } })");
  size_t curves = 0;
  for (Path path : scene::CollectPrimPaths(running.Final())) {
    const scene::ScenePrim prim = running.Final().GetPrim(path);
    CHECK(prim.type != Token("sphere"));
    if (prim.type != Token("basisCurves")) continue;
    curves += bool(prim.data->Get(Token("instancedBy")));
  }
  CHECK(curves == 1);
}

TEST_CASE("a scene without models is not asked for draw modes") {
  Running running("def Xform \"W\" { def Cube \"C\" {} }");
  CHECK_FALSE(running.First().MayHaveGeomModels());
  Running models(Group("default", ""));
  CHECK(models.First().MayHaveGeomModels());
}

}  // namespace strata::bridge

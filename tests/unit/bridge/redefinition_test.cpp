#include <optional>

#include "strata/bridge/bridge.h"
#include "strata/compute/compute.h"
#include "strata/scene/scene.h"
#include "strata/stage/editor.h"
#include "tests/unit/stage/scene.h"

// What becomes of a running scene where API schemas are applied to a prim and taken away.
namespace strata::bridge {

namespace {

constexpr std::string_view kScene =
    "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n"
    "def Scope \"Looks\" {\n    def Material \"Red\" {\n        token outputs:surface.connect = "
    "</Looks/Red/Surf.outputs:out>\n        def Shader \"Surf\" {\n            uniform token info:id = "
    "\"Test\"\n"
    "            token outputs:out\n        }\n    }\n}\n"
    "def Xform \"Part\" {\n    def Cube \"Box\" {\n    }\n}\n"
    "def Xform \"Top\" {\n    rel material:binding = </Looks/Red>\n"
    "    color3f[] primvars:displayColor = [(1, 0, 0)]\n    token model:drawMode = \"bounds\"\n"
    "    bool model:applyDrawMode = 1\n    float3[] extentsHint = [(0, 0, 0), (1, 1, 1)]\n"
    "    double3 omni:geospatial:wgs84:reference:referencePosition = (53.4, 10.2, 0)\n"
    "    double3 omni:geospatial:wgs84:local:position = (53.5, 10.2, 0)\n"
    "    rel skel:skeleton = </Top/Char/Skel>\n    rel skel:animationSource = </Top/Char/Walk>\n"
    "    rel collection:some:includes = </Top/Mesh>\n    color3f inputs:color = (0, 1, 0)\n"
    "    float inputs:intensity = 3\n    double metricsAPI:metersPerUnit = 0.01\n"
    "    token primvars:tint = \"a\"\n    matrix4d primvars:skel:geomBindTransform = ( (1, 0, 0, 0), (0, 1, "
    "0, 0), "
    "(0, 0, 1, 0), (0, 0, 2, 1) )\n"
    "    def Mesh \"Mesh\" {\n        int[] faceVertexCounts = [3]\n        int[] faceVertexIndices = [0, 1, "
    "2]\n"
    "        point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]\n        rel material:binding = "
    "</Looks/Red>\n"
    "        int[] primvars:skel:jointIndices = [0, 0, 0] (interpolation = \"vertex\")\n"
    "        float[] primvars:skel:jointWeights = [1, 1, 1] (interpolation = \"vertex\")\n    }\n"
    "    def Xform \"Inst\" (\n        instanceable = true\n        references = </Part>\n    ) {\n    }\n"
    "    def Camera \"Cam\" {\n    }\n    def SphereLight \"Light\" {\n    }\n"
    "    def PointInstancer \"Points\" {\n        rel prototypes = </Top/Points/One>\n        int[] "
    "protoIndices = "
    "[0]\n        point3f[] positions = [(1, 0, 0)]\n        def Cube \"One\" {\n        }\n    }\n"
    "    def SkelRoot \"Char\" {\n        def Skeleton \"Skel\" {\n            uniform token[] joints = "
    "[\"A\"]\n"
    "            uniform matrix4d[] bindTransforms = [((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, "
    "1))]\n"
    "            uniform matrix4d[] restTransforms = [((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, "
    "1))]\n"
    "        }\n        def SkelAnimation \"Walk\" {\n            uniform token[] joints = [\"A\"]\n"
    "            float3[] translations = [(1, 0, 0)]\n            quatf[] rotations = [(1, 0, 0, 0)]\n"
    "            half3[] scales = [(1, 1, 1)]\n        }\n    }\n"
    "    def Xform \"Place\" (\n        prepend apiSchemas = [\"OmniWGS84LocalPositionAPI\"]\n    ) {\n      "
    "  double3 "
    "omni:geospatial:wgs84:local:position = (53.41, 10.2, 0)\n    }\n}\n";

// A scene that follows a stage, what its notices said, and the same made afresh.
class Followed {
 public:
  explicit Followed(bool computes) : scene_(std::string(kScene), WithSchemas()) {
    if (computes) options_.stage.computations = *compute::MakeStandardRegistry();
    chain_ = MakeChain(options_);
    chain_.stage->SetStage(scene_.GetOwner());
    stage_.emplace(*chain_.stage);
    final_.emplace(*chain_.GetFinal());
    chain_.stage->AddObserver(*stage_);
    chain_.GetFinal()->AddObserver(*final_);
    chain_.GetFinal()->AddObserver(told_);
  }
  ~Followed() {
    chain_.stage->RemoveObserver(*stage_);
    chain_.GetFinal()->RemoveObserver(*final_);
    chain_.GetFinal()->RemoveObserver(told_);
  }
  void Apply(const char* prim, const std::vector<Token>& schemas) {
    stage::Editor editor(*scene_);
    REQUIRE(editor.SetMetadata(
        Path(prim), Token("apiSchemas"),
        schemas.empty() ? Value() : Value(ListOp<Token>::Create(std::vector<Token>(schemas)))));
  }
  // What differs from a scene made afresh.
  std::string Compare() {
    const Chain afresh = MakeChain(options_);
    afresh.stage->SetStage(scene_.GetOwner());
    std::string wrong;
    for (const std::string& line : stage_->Compare(*afresh.stage, 3)) wrong += "stage " + line + "\n";
    for (const std::string& line : final_->Compare(*afresh.GetFinal(), 3)) wrong += "final " + line + "\n";
    return wrong;
  }
  std::string TakeNotices() { return told_.TakeSorted(); }
  stage::Stage& GetStage() { return *scene_; }

 private:
  static stage::OpenOptions WithSchemas() {
    stage::OpenOptions options;
    options.schemas = schema::Registry::GetBuiltIn();
    return options;
  }
  stage::Scene scene_;
  ChainOptions options_;
  Chain chain_;
  std::optional<scene::SnapshotObserver> stage_, final_;
  scene::RecordingObserver told_;
};

std::vector<Token> ListApiSchemas() {
  std::vector<Token> all;
  for (const schema::SchemaInfo* info : schema::Registry::GetBuiltIn()->GetAll()) {
    if (info->kind == schema::SchemaKind::kSingleApplyAPI) all.push_back(info->identifier);
    if (info->kind == schema::SchemaKind::kMultipleApplyAPI)
      all.push_back(Token(info->identifier.GetString() + ":some"));
  }
  return all;
}

}  // namespace

TEST_CASE("whatever API schema is applied or taken away, the scene is what one made afresh shows") {
  const std::vector<Token> schemas = ListApiSchemas();
  REQUIRE(schemas.size() > 40);
  for (const bool computes : {false, true})
    for (const char* prim :
         {"/Top", "/Top/Mesh", "/Top/Inst", "/Top/Points/One", "/Top/Char", "/Looks/Red"}) {
      Followed followed(computes);
      for (const Token schema : schemas) {
        CAPTURE(schema.GetString());
        CAPTURE(prim);
        CAPTURE(computes);
        followed.Apply(prim, {schema});
        const std::string applied = followed.Compare();
        CHECK(applied == "");
        followed.Apply(prim, {schema, Token("CollectionAPI:more")});
        followed.Apply(prim, {});
        const std::string taken = followed.Compare();
        CHECK(taken == "");
      }
    }
}

TEST_CASE("what is below a prim with another API schema is left alone") {
  Followed followed(false);
  followed.Apply("/Top", {Token("CollectionAPI:some")});
  CHECK(followed.TakeNotices().find("removed") == std::string::npos);
}

}  // namespace strata::bridge

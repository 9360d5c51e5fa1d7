#include <functional>
#include <map>
#include <set>

#include "tests/unit/compute/places.h"

// What each kind of edit dirties in a scene where all computations are at work and everything was asked for:
// these locators, and none beside them; and all that is another then. Edits of the stage's units, which dirty
// what has units whether it comes out the same or not, are those of rows G10 and M13.
namespace strata::compute {

namespace {

// Points that sink by a parameter at each step, stand aside by another, and are lifted by what they look at.
class Sinking final : public SimulationModule {
 public:
  Result<SimulationFrame> Begin(const SimulationCall& call) const override { return Make(call, 0); }
  Result<SimulationFrame> Step(const SimulationCall& call, const Datum& state) const override {
    return Make(call, state.GetValue().GetOr(0.0) + Find(call, "speed"));
  }
  bool Resets(const std::string& parameter) const override { return parameter != "shown"; }

 private:
  static double Find(const SimulationCall& call, const char* parameter) {
    const auto found = call.parameters.entries.find(parameter);
    return found == call.parameters.entries.end() ? 0 : found->second.GetOr(0.0);
  }
  static SimulationFrame Make(const SimulationCall& call, double sunk) {
    double lifted = -sunk;
    for (const SimulatedShape& each : call.colliders) lifted += each.points[1][0] + each.matrix[3][2];
    Array<Vec3f> points;
    for (const Vec3f& at : call.shape.points)
      points.PushBack(
          {at[0] + static_cast<float>(Find(call, "shown")), at[1], at[2] + static_cast<float>(lifted)});
    return {Datum(Value(sunk)), {{Token("points"), Value(std::move(points))}}};
  }
};

std::string Mesh(const char* name, const char* head, const std::string& more = {}) {
  return fmt::format("def Mesh \"{}\" ({})\n{{\n", name, head) + more +
         "    int[] faceVertexCounts = [3]\n    int[] faceVertexIndices = [0, 1, 2]\n"
         "    point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]\n"
         "    float3[] extent = [(0, 0, 0), (1, 1, 0)]\n" +
         Moved("(0, 0, 0)") + "}\n";
}
const char* const kSimulated = "apiSchemas = [\"OmniWarpComputationAPI\"]";
const std::string kSink = "    string warp:sourceFile = \"sink\"\n    double warp:params:speed = 1\n";

Running Open() {
  auto library = std::make_shared<SimulationLibrary>();
  library->Add("sink", std::make_shared<Sinking>());
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddStandardComputations(*registry, {}, library));
  REQUIRE(
      registry->Add(MakeComputation("area", {Token("Sphere")}, {in::Attribute(Token("radius"))},
                                    [](const Arguments& a) { return Datum(Value(a.GetOr(0, 0.0) * 2)); })));
  Computation big = MakeComputation("big", {Token("Sphere")}, {in::Computation(Token("area"))},
                                    [](const Arguments& a) { return Datum(Value(a.GetOr(0, 0.0) > 10)); });
  big.cutoff = Computation::Cutoff::kEarly;
  REQUIRE(registry->Add(std::move(big)));
  REQUIRE(registry->Add(MakeComputation("linked", {Token("Cone")},
                                        {in::Targets(Token("proxyPrim"), Token("big"))},
                                        [](const Arguments& a) { return a.Get(0); })));
  for (const char* output : {"area", "big", "linked"})
    registry->Publish(Token(output), scene::DataSourceLocator::Parse(std::string("my/") + output));
  return Running(
      {{"root.usda",
        std::string(kZUp) +
            Frame("F", kHamburg, Moved("(1, 0, 0)"),
                  Place("P", kHamburg, Moved("(9, 9, 9)"), "def Xform \"C\" {\n}\n") +
                      Place("Q", {53.5, 10.2, 0}) + "def Xform \"Plain\" {\n}\n") +
            Frame("G", kHamburg, "", Place("R", kHamburg)) +
            "def \"A\" (\n    prepend references = @cm.usda@\n)\n{\n}\n" +
            Mesh("W", kSimulated,
                 kSink + "    double warp:params:shown = 0\n    rel warp:dependentPrims = </Floor>\n") +
            Mesh("V", kSimulated, kSink) + Mesh("Floor", "") +
            "def Sphere \"S\" {\n    double radius = 1\n}\ndef Sphere \"S2\" {\n    double radius = 20\n}\n"
            "def Cone \"T\" {\n    rel proxyPrim = </S>\n}\n"},
       {"cm.usda",
        "(\n    defaultPrim = \"M\"\n    metersPerUnit = 0.01\n    upAxis = \"Z\"\n)\ndef Xform \"M\" {\n    "
        "def Sphere "
        "\"B\" {\n        double radius = 100\n    }\n}\n"}},
      std::move(registry));
}

// What the scene says, by prim and locator.
using Said = std::map<std::pair<Path, std::string>, Value>;

void Collect(Path prim, const std::string& at, const scene::DataSourceHandle& data, Said& said,
             int depth = 0) {
  if (const auto container = scene::ContainerDataSource::Cast(data); container && depth < 12) {
    for (const Token name : container->GetNames())
      Collect(prim, at.empty() ? name.GetString() : at + "/" + name.GetString(), container->Get(name), said,
              depth + 1);
  } else if (const auto sampled = scene::SampledDataSource::Cast(data)) {
    said[{prim, at}] = sampled->GetValue(0);
  }
}

Said Collect(Running& running) {
  Said said;
  for (const Path path : scene::CollectPrimPaths(*running.GetChain().GetFinal()))
    Collect(path, "", running.GetChain().GetFinal()->GetPrim(path).data, said);
  return said;
}

// Which of what was told of holds nothing that is another now, and what is another and was not told of.
struct Beyond final : scene::NoticeObserver {
  void PrimsAdded(const scene::SceneIndex&, const std::vector<scene::AddedPrim>&) override {}
  void PrimsRemoved(const scene::SceneIndex&, const std::vector<Path>&) override {}
  void PrimsDirtied(const scene::SceneIndex&, const std::vector<scene::DirtiedPrim>& entries) override {
    dirtied.insert(dirtied.end(), entries.begin(), entries.end());
  }
  std::vector<scene::DirtiedPrim> dirtied;

  std::string Compare(const Said& before, const Said& now) const {
    std::set<std::pair<Path, std::string>> others;
    for (const auto* side : {&before, &now})
      for (const auto& [key, value] : *side) {
        const auto was = before.find(key), is = now.find(key);
        if (was == before.end() || is == now.end() || was->second != is->second) others.insert(key);
      }
    std::string text;
    std::set<std::pair<Path, std::string>> told;
    for (const scene::DirtiedPrim& each : dirtied)
      for (const scene::DataSourceLocator& locator : each.locators) {
        bool has_any = false;
        for (const auto& key : others)
          if (key.first == each.path && scene::DataSourceLocator::Parse(key.second).HasPrefix(locator)) {
            has_any = true;
            told.insert(key);
          }
        if (!has_any) text += "in vain " + each.path.GetString() + " " + locator.GetString() + "; ";
      }
    for (const auto& key : others)
      if (!told.contains(key)) text += "untold " + key.first.GetString() + " " + key.second + "; ";
    return text;
  }
};

struct Edited {
  const char* what;
  std::function<bool(Running&)> edit;
  const char* told;
  const char* in_vain = "";  // of it, since looking closer would take longer than to make it anew
};

std::function<bool(Running&)> Sets(const char* attribute, Value value) {
  return [=](Running& running) { return bool(running.Edit().Set(Path(attribute), value)); };
}

}  // namespace

TEST_CASE("each kind of edit dirties what follows from it, and nothing else, with all computations at work") {
  const Edited edits[] = {
      {"a place", Sets("/F/P.omni:geospatial:wgs84:local:position", Value(Vec3d{53.5, 10.3, 10})),
       "dirtied /F/P {localPositionApi/position, positionApi/position, xform}; dirtied /F/P/C {xform}"},
      {"the op of a place, which it replaces", Sets("/F/P.xformOp:translate", Value(Vec3d{8, 8, 8})),
       "dirtied /F/P {authoredXform, geospatialPreservedXform, metricsPreservedXform, xform}; dirtied /F/P/C "
       "{xform}",
       "in vain /F/P xform; in vain /F/P/C xform; "},
      {"a frame", Sets("/F.omni:geospatial:wgs84:reference:referencePosition", Value(Vec3d{53.4, 10.2, 0})),
       "dirtied /F {referencePositionApi/referencePosition, targetFrameApi/referencePosition}; dirtied /F/P "
       "{referencePositionApi, targetFrameApi, xform}; dirtied /F/P/C {xform}; dirtied /F/Q "
       "{referencePositionApi, targetFrameApi, xform}"},
      {"the op of a frame", Sets("/F.xformOp:translate", Value(Vec3d{2, 0, 0})),
       "dirtied /F {authoredXform, metricsPreservedXform, xform}; dirtied /F/P {xform}; dirtied /F/P/C "
       "{xform}; dirtied /F/Plain {xform}; dirtied /F/Q {xform}"},
      {"the units of a layer",
       [](Running& running) {
         for (const auto& layer : running.GetStage().GetUsedLayers())
           if (layer->GetIdentifier().ends_with("cm.usda"))
             return bool(layer->SetField(Path::AbsoluteRoot(), Token("metersPerUnit"), Value(0.1)));
         return false;
       },
       "dirtied /A {metrics, xform}; dirtied /A/B {metrics, my/area, sphere/radius, xform}",
       "in vain /A/B my/area; in vain /A/B sphere/radius; "},
      {"a value in a layer of other units",
       [](Running& running) {
         for (const auto& layer : running.GetStage().GetUsedLayers())
           if (layer->GetIdentifier().ends_with("cm.usda"))
             return bool(layer->SetField(Path("/M/B.radius"), Token("default"), Value(50.0)));
         return false;
       },
       "dirtied /A/B {my/area, sphere/radius}"},
      {"the first points of a simulation",
       Sets("/W.points", Value(Array<Vec3f>{{0, 0, 0}, {2, 0, 0}, {0, 1, 0}})),
       "dirtied /W {extent, primvars/points}"},
      {"a parameter that begins anew", Sets("/W.warp:params:speed", Value(2.0)),
       "dirtied /W {extent, primvars/points, warpComputation}"},
      {"a parameter that does not", Sets("/W.warp:params:shown", Value(2.0)),
       "dirtied /W {extent, primvars/points, warpComputation}"},
      {"the points of a collider",
       Sets("/Floor.points", Value(Array<Vec3f>{{0, 0, 0}, {2, 0, 0}, {0, 1, 0}})),
       "dirtied /Floor {primvars/points}; dirtied /W {extent, primvars/points}"},
      {"the place of a collider", Sets("/Floor.xformOp:translate", Value(Vec3d{0, 0, 1})),
       "dirtied /Floor {authoredXform, metricsPreservedXform, xform}; dirtied /W {extent, primvars/points}"},
      {"the place of a simulated prim that looks at colliders",
       Sets("/W.xformOp:translate", Value(Vec3d{0, 0, 1})),
       "dirtied /W {authoredXform, extent, metricsPreservedXform, primvars/points, xform}"},
      {"the place of one that does not", Sets("/V.xformOp:translate", Value(Vec3d{0, 0, 1})),
       "dirtied /V {authoredXform, metricsPreservedXform, xform}"},
      {"which colliders",
       [](Running& running) { return bool(running.Edit().SetTargets(Path("/W.warp:dependentPrims"), {})); },
       "dirtied /W {extent, primvars/points, warpComputation, xform}", "in vain /W xform; "},
      {"an input of one's own", Sets("/S.radius", Value(2.0)), "dirtied /S {my/area, sphere/radius}"},
      {"an input whose change others see", Sets("/S.radius", Value(20.0)),
       "dirtied /S {my/area, my/big, sphere/radius}; dirtied /T {my/linked}"},
      {"what a relationship leads to",
       [](Running& running) { return bool(running.Edit().SetTargets(Path("/T.proxyPrim"), {Path("/S2")})); },
       "dirtied /T {my/linked}"},
      {"the time",
       [](Running& running) {
         running.GetChain().stage->SetTime(3);
         return true;
       },
       "dirtied /V {extent, primvars/points}; dirtied /W {extent, primvars/points}"},
  };
  for (const Edited& each : edits) {
    const std::string what = each.what;
    CAPTURE(what);
    Running running = Open();
    running.GetChain().stage->SetTime(2);
    const Said before = Collect(running);
    Beyond beyond;
    running.GetChain().GetFinal()->AddObserver(beyond);
    running.TakeNotices();
    REQUIRE(each.edit(running));
    running.GetChain().GetFinal()->RemoveObserver(beyond);
    CHECK(running.TakeNotices() == std::string(each.told));
    CHECK(beyond.Compare(before, Collect(running)) == std::string(each.in_vain));
  }
}

}  // namespace strata::compute

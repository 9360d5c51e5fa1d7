// Many threads read a running scene at once, between its changes.
#include <algorithm>
#include <latch>
#include <thread>

#include "strata/bridge/chain.h"
#include "strata/scene/scene.h"
#include "tests/unit/stage/scene.h"

namespace strata::bridge {

namespace {

constexpr size_t kReaders = 8;

const char* const kText = R"(
def Xform "Leaf"
{
    def Sphere "Ball"
    {
    }
}
def Xform "Model"
{
    color3f[] primvars:tint = [(1, 0, 0)]
    def Mesh "M" (
        prepend apiSchemas = ["MaterialBindingAPI"]
    )
    {
        rel material:binding = </Look>
        int[] faceVertexCounts = [3]
        int[] faceVertexIndices = [0, 1, 2]
        point3f[] points.timeSamples = {
            1: [(0, 0, 0), (1, 0, 0), (0, 1, 0)],
            2: [(0, 0, 0), (2, 0, 0), (0, 2, 0)],
        }
    }
    def Xform "Inner" (
        instanceable = true
        references = </Leaf>
    )
    {
    }
}
def Material "Look"
{
    token outputs:surface.connect = </Look/Surface.outputs:out>
    def Shader "Surface"
    {
        uniform token info:id = "Test"
        color3f inputs:color.timeSamples = {
            1: (0, 0, 0),
            2: (1, 1, 1),
        }
        token outputs:out
    }
}
def Xform "World"
{
    double3 xformOp:translate.timeSamples = {
        1: (0, 0, 0),
        2: (1, 0, 0),
    }
    uniform token[] xformOpOrder = ["xformOp:translate"]
    def Xform "A" (
        instanceable = true
        references = </Model>
    )
    {
    }
    def Xform "B" (
        instanceable = true
        references = </Model>
    )
    {
    }
    def Xform "C" (
        references = </Model>
    )
    {
    }
    def PointInstancer "P"
    {
        rel prototypes = </World/P/One>
        int[] protoIndices = [0, 0]
        point3f[] positions = [(0, 0, 0), (1, 0, 0)]
        def Xform "One"
        {
            def Cube "Box"
            {
            }
        }
    }
    def SphereLight "Light"
    {
        float inputs:intensity = 2
    }
}
)";

// What each of the threads read, all at once.
std::vector<std::string> ReadAtOnce(const scene::SceneIndex& scene) {
  std::vector<std::string> texts(kReaders);
  std::latch start(kReaders);
  std::vector<std::thread> threads;
  for (std::string& text : texts)
    threads.emplace_back([&] {
      start.arrive_and_wait();
      text = scene::PrintScene(scene, Path::AbsoluteRoot(), {.max_elements = 8, .shutter = {-0.5, 0.5}});
    });
  for (std::thread& thread : threads) thread.join();
  return texts;
}

// The first lines in which two texts differ; empty where none do.
std::string FindDifference(const std::string& a, const std::string& b) {
  if (a == b) return {};
  size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const size_t prim = std::min(a.rfind("prim ", at), at);
  const auto cut = [&](const std::string& text) {
    return text.substr(std::min(prim, text.size()), at - prim + 80);
  };
  return cut(a) + "\nagainst\n" + cut(b);
}

}  // namespace

TEST_CASE("eight threads read the chain at once, and all read the same, after each edit and at each time") {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  stage::Scene scene(kText, options);
  const Chain chain = MakeChain();
  const auto caching = std::make_shared<scene::CachingSceneIndex>(chain.GetFinal());
  chain.stage->SetStage(scene.GetOwner());
  const layer::LayerPtr layer = scene->GetRootLayer();
  const Token active = layer::GetFieldNames().active;
  for (int round = 0; round < 8; ++round) {
    chain.stage->SetTime(1 + round % 3);
    if (round % 2) CHECK(layer->SetField(Path("/World/A"), active, Value(round % 4 == 1)));
    if (round % 3 == 2) CHECK(layer->SetField(Path("/Model/Inner"), active, Value(round % 2 == 0)));
    const Chain fresh = MakeChain();
    fresh.stage->SetTime(chain.stage->GetTime());
    fresh.stage->SetStage(scene.GetOwner());
    const std::vector<std::string> texts = ReadAtOnce(*caching), cold = ReadAtOnce(*fresh.GetFinal());
    for (size_t i = 0; i < kReaders; ++i) {
      CHECK(FindDifference(texts[i], texts[0]) == "");
      CHECK(FindDifference(cold[i], texts[0]) == "");
    }
    CHECK(texts[0].find("/World/C/M") != std::string::npos);
  }
}

}  // namespace strata::bridge

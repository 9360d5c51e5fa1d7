#include "strata/bridge/instance_proxies.h"

#include "strata/bridge/chain.h"
#include "strata/scene/scene.h"
#include "tests/unit/stage/scene.h"

namespace strata::bridge {

namespace {

stage::OpenOptions WithSchemas() {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}

// A model with two instances of a part, and two instances of the model.
const char* const kNested = R"(
def Xform "Part" {
    def Cube "Box" {
        double size = 3
    }
}
def Xform "Model" {
    def Xform "P0" (
        instanceable = true
        references = </Part>
    ) {
    }
    def Xform "P1" (
        instanceable = true
        references = </Part>
    ) {
    }
}
def Xform "A" (
    instanceable = true
    references = </Model>
) {
}
def Xform "B" (
    instanceable = true
    references = </Model>
) {
}
)";

class Shown {
 public:
  explicit Shown(const std::string& text) : stage_(text, WithSchemas()), chain_(MakeChain()) {
    chain_.stage->SetStage(stage_.GetOwner());
  }
  const scene::SceneIndex& Scene() const { return *chain_.GetFinal(); }
  std::string Walk(const char* root, const InstanceProxyVisitor& also = nullptr) const {
    std::string text;
    VisitInstanceProxies(Scene(), Path(root), [&](Path path, const InstanceProxyPlace& place) {
      text += (text.empty() ? "" : " ") + path.GetString();
      return !also || also(path, place);
    });
    return text;
  }

 private:
  stage::Scene stage_;
  Chain chain_;
};

}  // namespace

TEST_CASE("a prim in nested instances is found by its path on the stage, with the instances on the way") {
  const Shown shown(kNested);
  const InstanceProxyPlace place = FindInstanceProxy(shown.Scene(), Path("/B/P1/Box"));
  REQUIRE_FALSE(place.path.IsEmpty());
  CHECK(shown.Scene().GetPrim(place.path).type == "cube");
  CHECK(scene::GetValueAs<double>(
            shown.Scene().GetDataSource(place.path, scene::DataSourceLocator::Parse("cube/size"))) == 3);
  REQUIRE(place.steps.size() == 2);
  CHECK(place.steps[0].instance == Path("/B"));
  CHECK(place.steps[0].instance_index == 1);
  CHECK(place.steps[1].instance.GetNameToken() == "P1");
  CHECK(place.steps[1].instance_index == 1);
  CHECK(place.path.HasPrefix(place.steps[1].instancer));
  // Instances of one instancer show the same copy, and differ in their elements.
  const InstanceProxyPlace other = FindInstanceProxy(shown.Scene(), Path("/A/P0/Box"));
  CHECK(other.path == place.path);
  CHECK(other.steps[0].instance_index == 0);
  CHECK(other.steps[1].instance_index == 0);
  CHECK_FALSE(other.steps == place.steps);
}

TEST_CASE("an instance stands where it is, and a prim in no instance has no steps") {
  const Shown shown(kNested);
  const InstanceProxyPlace instance = FindInstanceProxy(shown.Scene(), Path("/A"));
  CHECK(instance.path == Path("/A"));
  CHECK(instance.steps.empty());
  CHECK(FindInstanceProxy(shown.Scene(), Path("/A/P0")).steps.size() == 1);
  CHECK(FindInstanceProxy(shown.Scene(), Path("/Part/Box")).path == Path("/Part/Box"));
  CHECK(FindInstanceProxy(shown.Scene(), Path("/")).path == Path("/"));
}

TEST_CASE("paths that lead nowhere, or are of no prim, are in no place") {
  const Shown shown(kNested);
  for (const char* const path : {"/A/None", "/A/P0/Box/More", "/None", "/Part.size", "Part"})
    CHECK(FindInstanceProxy(shown.Scene(), Path(path)).path.IsEmpty());
  CHECK(FindInstanceProxy(shown.Scene(), Path()).path.IsEmpty());
  CHECK(shown.Walk("/A/None").empty());
}

TEST_CASE("a walk over instance proxies meets what the stage has, instance by instance") {
  const Shown shown(kNested);
  CHECK(shown.Walk("/") ==
        "/ /Part /Part/Box /Model /Model/P0 /Model/P0/Box /Model/P1 /Model/P1/Box "
        "/A /A/P0 /A/P0/Box /A/P1 /A/P1/Box /B /B/P0 /B/P0/Box /B/P1 /B/P1/Box");
  CHECK(shown.Walk("/B/P1") == "/B/P1 /B/P1/Box");
  size_t cubes = 0;
  shown.Walk("/", [&](Path path, const InstanceProxyPlace& place) {
    cubes += shown.Scene().GetPrim(place.path).type == "cube";
    CHECK(FindInstanceProxy(shown.Scene(), path).path == place.path);
    CHECK(FindInstanceProxy(shown.Scene(), path).steps == place.steps);
    return true;
  });
  CHECK(cubes == 7);
}

TEST_CASE("a walk over instance proxies leaves out what is below a prim that is declined") {
  const Shown shown(kNested);
  CHECK(shown.Walk("/", [](Path path, const InstanceProxyPlace& place) {
    return place.steps.empty() && path != Path("/Model") && path != Path("/Part");
  }) == "/ /Part /Model /A /A/P0 /A/P1 /B /B/P0 /B/P1");
}

}  // namespace strata::bridge

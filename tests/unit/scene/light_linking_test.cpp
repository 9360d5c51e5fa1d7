#include "strata/scene/light_linking.h"

#include <fmt/format.h>

#include "doctest/doctest.h"
#include "strata/scene/scene.h"

namespace strata::scene {

namespace {

ContainerDataSourceHandle Box(std::vector<std::pair<const char*, DataSourceHandle>> entries) {
  std::vector<RetainedContainerDataSource::Entry> list;
  for (auto& [name, source] : entries) list.emplace_back(Token(name), source);
  return RetainedContainerDataSource::New(std::move(list));
}
ContainerDataSourceHandle Light(const char* members) {
  return Box(
      {{"light", Box({})},
       {"collections",
        Box({{"lightLink", Box({{"membershipExpression", Retain(*PathExpression::Parse(members))}})}})}});
}
DataSourceHandle Paths(PathVector paths) {
  return Retain(std::move(paths));
}
std::string CategoriesOf(const ContainerDataSourceHandle& data, const DataSourceLocator& locator) {
  const auto categories = ContainerDataSource::Cast(ContainerDataSource::Get(data, locator));
  if (!categories) return "none";
  std::string text;
  for (Token name : categories->GetNames()) text += (text.empty() ? "" : " ") + name.GetString();
  return text;
}
std::string CategoriesOf(const SceneIndex& scene, const char* prim) {
  return CategoriesOf(scene.GetPrim(Path(prim)).data, DataSourceLocator(Token("categories")));
}

std::shared_ptr<RetainedSceneIndex> MakeScene(std::vector<RetainedSceneIndex::Entry> entries) {
  auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(std::move(entries));
  return scene;
}

}  // namespace

TEST_CASE("geometry has the categories of the lights that link to it, and lights name theirs") {
  const auto scene = MakeScene({{Path("/Key"), Token("sphereLight"), Light("/Set//")},
                                {Path("/Fill"), Token("sphereLight"), Light("//")},
                                {Path("/Set"), {}, nullptr},
                                {Path("/Set/Ball"), Token("sphere"), Box({})},
                                {Path("/Far"), Token("mesh"), Box({})}});
  const LightLinkingSceneIndex linked(scene);
  CHECK(CategoriesOf(linked, "/Set/Ball") == "/Key.collection:lightLink");
  CHECK(CategoriesOf(linked, "/Far") == "");
  const auto link = [&](const char* light) {
    return GetValueAs<Token>(linked.GetDataSource(Path(light), {Token("light"), Token("lightLink")}));
  };
  CHECK(link("/Key") == Token("/Key.collection:lightLink"));
  CHECK(link("/Fill") == Token());  // shines on everything
}

TEST_CASE("without links that leave something out there are no categories") {
  const auto scene =
      MakeScene({{Path("/Fill"), Token("sphereLight"), Light("//")}, {Path("/Far"), Token("mesh"), Box({})}});
  const LightLinkingSceneIndex linked(scene);
  CHECK(CategoriesOf(linked, "/Far") == "none");
}

TEST_CASE("a link that changes dirties the categories of what it held or holds, once somebody asked") {
  const auto scene = MakeScene({{Path("/Key"), Token("sphereLight"), Light("/A//")},
                                {Path("/Rim"), Token("sphereLight"), Light("/C//")},
                                {Path("/A"), Token("mesh"), Box({})},
                                {Path("/B"), Token("mesh"), Box({})},
                                {Path("/C"), Token("mesh"), Box({})}});
  LightLinkingSceneIndex linked(scene);
  RecordingObserver observer;
  linked.AddObserver(observer);
  const DataSourceLocator members{Token("collections"), Token("lightLink"), Token("membershipExpression")};
  scene->DirtyPrims({{Path("/Key"), members}});
  CHECK(observer.TakeSorted() == "dirtied /Key {collections/lightLink/membershipExpression}");
  CHECK(CategoriesOf(linked, "/A") == "/Key.collection:lightLink");
  scene->AddPrims({{Path("/Key"), Token("sphereLight"), Light("/B//")}});
  CHECK(observer.TakeSorted() ==
        "added /Key sphereLight; dirtied /A {categories, instanceCategories}; "
        "dirtied /B {categories, instanceCategories}");
  CHECK(CategoriesOf(linked, "/A") == "");
  CHECK(CategoriesOf(linked, "/B") == "/Key.collection:lightLink");
  scene->RemovePrims({Path("/Key")});
  CHECK(observer.TakeSorted() == "dirtied /B {categories, instanceCategories}; removed /Key");
  linked.RemoveObserver(observer);
}

TEST_CASE("prims and instances in nested instances have categories by their paths on the stage") {
  // Two outer instances, each of which holds two inner ones.
  const auto instancer = [](PathVector prototypes, PathVector locations, Path around) {
    auto data = Box({{"instancerTopology", Box({{"prototypes", Paths(std::move(prototypes))},
                                                {"instanceLocations", Paths(std::move(locations))}})}});
    if (around.IsEmpty()) return data;
    return OverlayContainerDataSource::New(Box({{"instancedBy", Box({{"paths", Paths({around.GetParent()})},
                                                                     {"prototypeRoots", Paths({around})}})}}),
                                           data);
  };
  const auto in_copy = [](const char* root) {
    return Box({{"instancedBy", Box({{"paths", Paths({Path(root).GetParent()})},
                                     {"prototypeRoots", Paths({Path(root)})}})}});
  };
  const auto make = [&](const char* members) {
    return MakeScene({{Path("/Key"), Token("rectLight"), Light(members)},
                      {Path("/W/A"), {}, Box({})},
                      {Path("/W/B"), {}, Box({})},
                      {Path("/N/Outer"), Token("instancer"),
                       instancer({Path("/N/Outer/P")}, {Path("/W/A"), Path("/W/B")}, {})},
                      {Path("/N/Outer/P/Wall"), Token("mesh"), in_copy("/N/Outer/P")},
                      {Path("/N/Outer/P/In1"), {}, in_copy("/N/Outer/P")},
                      {Path("/N/Outer/P/In2"), {}, in_copy("/N/Outer/P")},
                      {Path("/N/Outer/P/N/Inner"), Token("instancer"),
                       instancer({Path("/N/Outer/P/N/Inner/P")},
                                 {Path("/N/Outer/P/In1"), Path("/N/Outer/P/In2")}, Path("/N/Outer/P"))},
                      {Path("/N/Outer/P/N/Inner/P/Box"), Token("cube"), in_copy("/N/Outer/P/N/Inner/P")}});
  };
  const auto instances = [](const SceneIndex& scene, const char* path) {
    const auto values = VectorDataSource::Cast(
        scene.GetDataSource(Path(path), {Token("instanceCategories"), Token("categoriesValues")}));
    std::string text;
    for (size_t i = 0; values && i < values->GetNumElements(); ++i)
      text += fmt::format("[{}]", CategoriesOf(ContainerDataSource::Cast(values->GetElement(i)), {}));
    return text;
  };
  const char* const kKey = "/Key.collection:lightLink";
  {
    // One outer instance as a whole: that instance, and nothing that all instances share.
    const LightLinkingSceneIndex linked(make("/W/A//"));
    CHECK(instances(linked, "/N/Outer") == fmt::format("[{}][]", kKey));
    CHECK(instances(linked, "/N/Outer/P/N/Inner") == "[][]");
    CHECK(CategoriesOf(linked, "/N/Outer/P/Wall") == "");
    CHECK(CategoriesOf(linked, "/N/Outer/P/N/Inner/P/Box") == "");
  }
  {
    // An inner instance in each outer one.
    const LightLinkingSceneIndex linked(make("/W/A/In2// + /W/B/In2//"));
    CHECK(instances(linked, "/N/Outer") == "[][]");
    CHECK(instances(linked, "/N/Outer/P/N/Inner") == fmt::format("[][{}]", kKey));
    CHECK(CategoriesOf(linked, "/N/Outer/P/N/Inner/P/Box") == "");
  }
  {
    // What is at one place in all instances.
    const LightLinkingSceneIndex linked(make("/W//Box /W//Wall"));
    CHECK(CategoriesOf(linked, "/N/Outer/P/Wall") == kKey);
    CHECK(CategoriesOf(linked, "/N/Outer/P/N/Inner/P/Box") == kKey);
    CHECK(instances(linked, "/N/Outer") == "[][]");
  }
}

TEST_CASE("instances that come to an instancer dirty what lights say of them") {
  const auto data = [](PathVector locations) {
    return Box({{"instancerTopology", Box({{"instanceLocations", Paths(std::move(locations))}})}});
  };
  const auto scene = MakeScene({{Path("/Key"), Token("rectLight"), Light("/A//")},
                                {Path("/I"), Token("instancer"), data({Path("/A"), Path("/B")})}});
  LightLinkingSceneIndex linked(scene);
  RecordingObserver observer;
  linked.AddObserver(observer);
  PrintScene(linked);
  scene->DirtyPrims(
      {{Path("/I"), DataSourceLocator{Token("instancerTopology"), Token("instanceLocations")}}});
  CHECK(observer.TakeSorted() ==
        "dirtied /I {categories, instanceCategories, instancerTopology/instanceLocations}");
  linked.RemoveObserver(observer);
}

}  // namespace strata::scene

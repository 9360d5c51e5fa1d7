#include <atomic>
#include <random>
#include <thread>

#include "doctest/doctest.h"
#include "strata/scene/names.h"
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
Matrix4d Translation(double x, double y, double z) {
  Matrix4d matrix = Matrix4d::Identity();
  matrix[3][0] = x;
  matrix[3][1] = y;
  matrix[3][2] = z;
  return matrix;
}
ContainerDataSourceHandle Xform(double x, double y, double z) {
  return Box({{"xform", Box({{"matrix", Retain(Translation(x, y, z))}})}});
}
std::string PositionOf(const SceneIndex& scene, const char* path) {
  const auto matrix = GetValueAs<Matrix4d>(scene.GetDataSource(Path(path), L("xform/matrix")));
  if (!matrix) return "none";
  std::string text;
  for (int i = 0; i < 3; ++i) text += (i ? " " : "") + std::to_string(static_cast<int>((*matrix)[3][i]));
  return text;
}
std::string Join(const std::vector<Path>& paths) {
  std::string text;
  for (Path path : paths) text += (text.empty() ? "" : " ") + path.GetString();
  return text;
}
std::shared_ptr<RetainedSceneIndex> MakeScene(std::vector<Entry> entries = {}) {
  auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(std::move(entries));
  return scene;
}
const Token kMesh("mesh"), kSphere("sphere");

// Watches as long as it lives.
class Watch {
 public:
  explicit Watch(SceneIndex& scene) : scene_(scene) { scene.AddObserver(observer_); }
  ~Watch() { scene_.RemoveObserver(observer_); }
  std::string Take() { return observer_.TakeSorted(); }

 private:
  SceneIndex& scene_;
  RecordingObserver observer_;
};

}  // namespace

TEST_CASE("a retained scene shows and tells what it is given, with the prims above") {
  auto scene = MakeScene();
  Watch watch(*scene);
  scene->AddPrims({{Path("/A/B"), kMesh, Xform(1, 2, 3)}});
  CHECK(watch.Take() == "added /; added /A; added /A/B mesh");
  CHECK(scene->GetPrim(Path("/A/B")).type == kMesh);
  CHECK(scene->GetPrim(Path("/A")).data);
  CHECK_FALSE(scene->GetPrim(Path("/A/C")));
  CHECK(Join(CollectPrimPaths(*scene)) == "/ /A /A/B");
  scene->AddPrims({{Path("/A/B"), kSphere, nullptr}, {Path("/A/A"), kMesh, nullptr}});
  CHECK(watch.Take() == "added /A/A mesh; added /A/B sphere");
  CHECK(Join(scene->GetChildPrimPaths(Path("/A"))) == "/A/B /A/A");
  scene->DirtyPrims({{Path("/A/B"), L("x")}, {Path("/A/B"), L("y")}, {Path("/Z"), L("x")}});
  CHECK(watch.Take() == "dirtied /A/B {x, y}");
  scene->RemovePrims({Path("/A"), Path("/A/B"), Path("/Q")});
  CHECK(watch.Take() == "removed /A");
  CHECK(Join(CollectPrimPaths(*scene)) == "/");
}

TEST_CASE("a change set is normal: each prim once, parents first, nothing dirtied that is new or gone") {
  ChangeSet changes;
  changes.removed = {Path("/A/B"), Path("/A"), Path("/A")};
  changes.added = {{Path("/C/D"), kMesh}, {Path("/C"), {}}, {Path("/C/D"), kSphere}};
  changes.dirtied = {
      {Path("/C"), L("x")}, {Path("/A/Z"), L("x")}, {Path("/E"), L("x")}, {Path("/E"), L("y")}};
  changes.Normalize();
  CHECK(changes.removed == std::vector<Path>{Path("/A")});
  CHECK(changes.added == std::vector<AddedPrim>{{Path("/C"), {}}, {Path("/C/D"), kSphere}});
  CHECK(changes.dirtied == std::vector<DirtiedPrim>{{Path("/E"), {L("x"), L("y")}}});
}

TEST_CASE("observers hear of one change set at a time, and may leave while it is told") {
  auto scene = MakeScene({{Path("/A"), {}, nullptr}});
  struct Leaver : NoticeObserver {
    explicit Leaver(SceneIndex& from, Leaver* other = nullptr) : scene(from), taken(other) {}
    void PrimsAdded(const SceneIndex&, const std::vector<AddedPrim>&) override {
      ++heard;
      scene.RemoveObserver(*this);
      if (taken) scene.RemoveObserver(*taken);
    }
    void PrimsRemoved(const SceneIndex&, const std::vector<Path>&) override {}
    void PrimsDirtied(const SceneIndex&, const std::vector<DirtiedPrim>&) override {}
    SceneIndex& scene;
    Leaver* taken;
    int heard = 0;
  };
  Leaver second(*scene), first(*scene, &second);
  scene->AddObserver(first);
  scene->AddObserver(second);
  const uint64_t generation = scene->GetGeneration();
  scene->AddPrims({{Path("/B"), {}, nullptr}});
  CHECK(first.heard == 1);
  CHECK(second.heard == 0);
  CHECK_FALSE(scene->IsObserved());
  CHECK(scene->GetGeneration() == generation + 1);
}

TEST_CASE("a filter without an input shows an empty scene") {
  FlatteningSceneIndex flattening(nullptr, {});
  CHECK_FALSE(flattening.GetPrim(Path("/A")));
  CHECK(flattening.GetChildPrimPaths(Path::AbsoluteRoot()).empty());
}

TEST_CASE("flattening gathers transforms, and tells the prims below when they change") {
  auto scene = MakeScene(
      {{Path("/A"), {}, nullptr}, {Path("/A/B"), {}, Xform(0, 0, 10)}, {Path("/A/B/C"), {}, Xform(5, 0, 0)}});
  FlatteningSceneIndex flattening(scene, {{GetNames().xform, MakeXformFlattening()}});
  Watch watch(flattening);
  CHECK(PositionOf(flattening, "/A/B/C") == "5 0 10");
  CHECK(PositionOf(flattening, "/A") == "0 0 0");
  scene->AddPrims({{Path("/A/B"), {}, Xform(0, 0, 20)}});
  CHECK(watch.Take() == "added /A/B; dirtied /A/B/C {xform}");
  CHECK(PositionOf(flattening, "/A/B/C") == "5 0 20");
  scene->AddPrims({{Path("/A/B"), {}, nullptr}});
  CHECK(watch.Take() == "added /A/B; dirtied /A/B/C {xform}");
  CHECK(PositionOf(flattening, "/A/B/C") == "5 0 0");
  // What was not asked for since is not told again.
  scene->DirtyPrims({{Path("/A"), L("xform")}});
  CHECK(watch.Take() == "dirtied /A {xform}; dirtied /A/B {xform}; dirtied /A/B/C {xform}");
  scene->DirtyPrims({{Path("/A"), L("xform")}});
  CHECK(watch.Take() == "dirtied /A {xform}");
}

TEST_CASE("a handle of flattened data stays good until what it leads to is dirtied") {
  auto scene = MakeScene({{Path("/A"), {}, Xform(1, 0, 0)}, {Path("/A/B"), {}, Xform(0, 1, 0)}});
  FlatteningSceneIndex flattening(scene, {{GetNames().xform, MakeXformFlattening()}});
  const ScenePrim held = flattening.GetPrim(Path("/A/B"));
  const DataSourceHandle xform = held.data->Get(Token("xform"));
  CHECK(held.data->Get(Token("xform")) == xform);
  CHECK(flattening.GetPrim(Path("/A/B")).data == held.data);
  scene->AddPrims({{Path("/A"), {}, Xform(7, 0, 0)}});
  CHECK(held.data->Get(Token("xform")) != xform);
  CHECK(GetValueAs<Matrix4d>(held.data, L("xform/matrix")) == Translation(7, 1, 0));
}

TEST_CASE("a transform that resets stands alone, and the forms of the result differ in what they say of it") {
  const auto resetting =
      Box({{"xform", Box({{"matrix", Retain(Translation(5, 0, 0))}, {"resetXformStack", Retain(true)}})}});
  auto scene = MakeScene({{Path("/A"), {}, Xform(1, 1, 1)}, {Path("/A/B"), {}, resetting}});
  FlatteningSceneIndex composed(scene, {{GetNames().xform, MakeXformFlattening()}});
  FlatteningSceneIndex reset(scene,
                             {{GetNames().xform, MakeXformFlattening(FlattenedXformForm::kResetStack)}});
  CHECK(PositionOf(composed, "/A/B") == "5 0 0");
  const auto flag = [](const SceneIndex& from, const char* path, const char* name) {
    return GetValueAs<bool>(from.GetDataSource(Path(path), L(name))).value_or(false);
  };
  CHECK(flag(composed, "/A/B", "xform/resetXformStack"));
  CHECK_FALSE(flag(composed, "/A", "xform/resetXformStack"));
  CHECK(flag(composed, "/A", "xform/composed"));
  CHECK(flag(reset, "/A", "xform/resetXformStack"));
}

TEST_CASE("an invisible prim hides what is below it, or the nearest word wins where that is chosen") {
  const auto visibility = [](bool visible) {
    return Box({{"visibility", Box({{"visibility", Retain(visible)}})}});
  };
  auto scene = MakeScene({{Path("/A"), {}, visibility(false)},
                          {Path("/A/B"), {}, visibility(true)},
                          {Path("/A/C"), {}, nullptr}});
  FlatteningSceneIndex pruning(scene, {{GetNames().visibility, MakeVisibilityFlattening()}});
  FlatteningSceneIndex nearest(
      scene, {{GetNames().visibility, MakeVisibilityFlattening(VisibilityRule::kNearestWins)}});
  const auto is_visible = [](const SceneIndex& from, const char* path) {
    return GetValueAs<bool>(from.GetDataSource(Path(path), L("visibility/visibility")));
  };
  CHECK(is_visible(pruning, "/A/B") == false);
  CHECK(is_visible(nearest, "/A/B") == true);
  CHECK(is_visible(pruning, "/A/C") == false);
  CHECK(is_visible(pruning, "/") == true);
}

TEST_CASE("purposes are inherited where they may be, else the fallback counts for the prim alone") {
  const auto purpose = [](const char* value, bool inheritable) {
    return Box({{"purpose", Box({{"purpose", Retain(Token(value))}, {"inheritable", Retain(inheritable)}})}});
  };
  auto scene =
      MakeScene({{Path("/A"), {}, purpose("proxy", true)},
                 {Path("/A/B"), {}, nullptr},
                 {Path("/C"), {}, purpose("guide", false)},
                 {Path("/C/D"), {}, nullptr},
                 {Path("/C/E"), {}, Box({{"purpose", Box({{"fallback", Retain(Token("render"))}})}})},
                 {Path("/C/E/F"), {}, nullptr}});
  FlatteningSceneIndex flattening(scene, {{GetNames().purpose, MakePurposeFlattening()}});
  const auto at = [&](const char* path) {
    return GetValueAs<Token>(flattening.GetDataSource(Path(path), L("purpose/purpose")))->GetString();
  };
  CHECK(at("/A/B") == "proxy");
  CHECK(at("/C") == "guide");
  CHECK(at("/C/D") == "geometry");
  CHECK(at("/C/E") == "render");
  CHECK(at("/C/E/F") == "geometry");
}

TEST_CASE("constant primvars are inherited, others are not, and a local one wins") {
  const auto primvar = [](const char* interpolation, int32_t value) {
    return Box({{"interpolation", Retain(Token(interpolation))}, {"primvarValue", Retain(value)}});
  };
  auto scene = MakeScene(
      {{Path("/A"),
        {},
        Box({{"primvars", Box({{"color", primvar("constant", 1)}, {"st", primvar("vertex", 2)}})}})},
       {Path("/A/B"), {}, Box({{"primvars", Box({{"color", primvar("constant", 3)}})}})},
       {Path("/A/C"), {}, nullptr},
       {Path("/A/C/D"), {}, nullptr}});
  FlatteningSceneIndex flattening(scene, {{GetNames().primvars, MakePrimvarsFlattening()}});
  const auto at = [&](const char* path, const char* name) {
    return GetValueAs<int32_t>(
               flattening.GetDataSource(
                   Path(path), DataSourceLocator{Token("primvars"), Token(name), Token("primvarValue")}))
        .value_or(-1);
  };
  CHECK(at("/A", "st") == 2);
  CHECK(at("/A/B", "color") == 3);
  CHECK(at("/A/B", "st") == -1);
  CHECK(at("/A/C/D", "color") == 1);
  Watch watch(flattening);
  scene->DirtyPrims({{Path("/A"), L("primvars/color")}});
  CHECK(watch.Take() ==
        "dirtied /A {primvars/color}; dirtied /A/C {primvars/color}; dirtied /A/C/D {primvars/color}");
  scene->DirtyPrims({{Path("/A"), L("primvars/st")}});
  CHECK(watch.Take() == "dirtied /A {primvars/st}");
  at("/A/C/D", "color");
  scene->DirtyPrims({{Path("/A"), L("primvars/color/interpolation")}});
  CHECK(watch.Take().find("dirtied /A/C/D {primvars}") != std::string::npos);
}

TEST_CASE("data are inherited past prims without any, or not, as is chosen") {
  class Sparse final : public SceneIndex {
   public:
    ScenePrim GetPrim(Path path) const override {
      if (path == Path("/A")) return {Token(), Xform(1, 0, 0)};
      if (path == Path("/A/B/C")) return {Token(), Xform(0, 1, 0)};
      return {};
    }
    std::vector<Path> GetChildPrimPaths(Path) const override { return {}; }
    std::string GetDisplayName() const override { return "Sparse"; }
  };
  FlatteningSceneIndex bridged(std::make_shared<Sparse>(), {{GetNames().xform, MakeXformFlattening()}});
  FlatteningSceneIndex cut(std::make_shared<Sparse>(), {{GetNames().xform, MakeXformFlattening()}},
                           FlatteningSceneIndex::Gaps::kCut);
  CHECK(PositionOf(bridged, "/A/B/C") == "1 1 0");
  CHECK(PositionOf(cut, "/A/B/C") == "0 1 0");
}

TEST_CASE("flattened data are the same from any number of threads") {
  std::vector<Entry> entries;
  std::string path;
  for (int i = 0; i < 200; ++i) {
    path += "/n" + std::to_string(i);
    entries.push_back({Path(path), {}, Xform(1, 0, 0)});
  }
  auto scene = MakeScene(std::move(entries));
  FlatteningSceneIndex flattening(scene, {{GetNames().xform, MakeXformFlattening()}});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      if (PositionOf(flattening, path.c_str()) == "200 0 0") ++right;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 4);
}

TEST_CASE("merged prims have the strongest type that is said, and the data of all") {
  auto strong = MakeScene({{Path("/A"), {}, Box({{"both", Retain(1)}, {"strong", Retain(2)}})}});
  auto weak = MakeScene({{Path("/A"), kMesh, Box({{"both", Retain(3)}, {"weak", Retain(4)}})},
                         {Path("/A/B"), kSphere, nullptr}});
  MergingSceneIndex merged({{strong}, {weak}});
  Watch watch(merged);
  CHECK(merged.GetPrim(Path("/A")).type == kMesh);
  CHECK(GetValueAs<int32_t>(merged.GetDataSource(Path("/A"), L("both"))) == 1);
  CHECK(GetValueAs<int32_t>(merged.GetDataSource(Path("/A"), L("weak"))) == 4);
  CHECK(Join(CollectPrimPaths(merged)) == "/ /A /A/B");
  strong->AddPrims({{Path("/A"), {}, nullptr}});
  CHECK(watch.Take() == "added /A mesh");
  strong->AddPrims({{Path("/A"), kSphere, nullptr}});
  CHECK(watch.Take() == "added /A sphere");
  strong->RemovePrims({Path("/A")});
  CHECK(watch.Take() == "added /A mesh; added /A/B sphere; removed /A");
  CHECK(merged.GetPrim(Path("/A")).type == kMesh);
  weak->RemovePrims({Path("/A")});
  CHECK(watch.Take() == "removed /A");
  CHECK_FALSE(merged.GetPrim(Path("/A")));
}

TEST_CASE("inputs of a merged scene come and go at once, and show only what is below their root") {
  auto first = MakeScene({{Path("/A/X"), kMesh, nullptr}, {Path("/B/Y"), kMesh, nullptr}});
  auto second = MakeScene({{Path("/A/X"), kSphere, nullptr}, {Path("/C/D/Z"), kSphere, nullptr}});
  MergingSceneIndex merged;
  Watch watch(merged);
  CHECK(merged.AddInputScenes({{first, Path("/A")}, {second, Path("/C/D")}}));
  CHECK(Join(CollectPrimPaths(merged)) == "/ /A /A/X /C /C/D /C/D/Z");
  CHECK(watch.Take() == "added /; added /A; added /A/X mesh; added /C; added /C/D; added /C/D/Z sphere");
  first->AddPrims({{Path("/B/W"), kMesh, nullptr}});
  CHECK(watch.Take() == "");
  merged.RemoveInputScenes({second.get()});
  CHECK(watch.Take() == "removed /C");
  CHECK(Join(CollectPrimPaths(merged)) == "/ /A /A/X");
}

TEST_CASE(
    "inputs that go together are told at once: what was theirs alone is gone, what others share comes anew") {
  auto kept = MakeScene({{Path("/A"), kSphere, nullptr}});
  auto first = MakeScene({{Path("/A"), kMesh, nullptr}, {Path("/B"), kMesh, nullptr}});
  auto second = MakeScene({{Path("/B"), kSphere, nullptr}, {Path("/C"), kMesh, nullptr}});
  MergingSceneIndex merged({{first}, {second}, {kept}});
  Watch watch(merged);
  merged.RemoveInputScenes({first.get(), second.get()});
  CHECK(Join(CollectPrimPaths(merged)) == "/ /A");
  CHECK(merged.GetPrim(Path("/A")).type == kSphere);
  const std::string told = watch.Take();
  CHECK(told.find("added /A sphere") != std::string::npos);
  for (const char* gone : {"removed /B", "removed /C"}) CHECK(told.find(gone) != std::string::npos);
  for (const char* back : {"added /B", "added /C"}) CHECK(told.find(back) == std::string::npos);
}

TEST_CASE("a rerooted scene stands below its prefix, and so do absolute paths in its data") {
  const auto data = Box({{"absolute", Retain(Path("/A/B"))},
                         {"relative", Retain(Path("B"))},
                         {"nested", Box({{"paths", Retain(PathVector{Path("/A"), Path("../x")})}})},
                         {"primOrigin", Box({{"scenePath", Retain(Path("/A"))}})}});
  auto scene = MakeScene({{Path("/A"), kMesh, data}, {Path("/A/B"), {}, nullptr}});
  const SceneIndexPtr prefixed = MakePrefixingSceneIndex(scene, Path("/E/F/G"));
  CHECK(Join(CollectPrimPaths(*prefixed)) == "/ /E /E/F /E/F/G /E/F/G/A /E/F/G/A/B");
  CHECK(Join(prefixed->GetChildPrimPaths(Path("/E"))) == "/E/F");
  CHECK(prefixed->GetChildPrimPaths(Path("/X")).empty());
  CHECK(prefixed->GetChildPrimPaths(Path()).empty());
  CHECK_FALSE(prefixed->GetPrim(Path("/A")));
  const auto at = [&](const char* locator) { return prefixed->GetDataSource(Path("/E/F/G/A"), L(locator)); };
  CHECK(GetValueAs<Path>(at("absolute")) == Path("/E/F/G/A/B"));
  CHECK(GetValueAs<Path>(at("relative")) == Path("B"));
  CHECK(GetValueAs<PathVector>(at("nested/paths")) == PathVector{Path("/E/F/G/A"), Path("../x")});
  CHECK(GetValueAs<Path>(at("primOrigin/scenePath")) == Path("/A"));
  Watch watch(*prefixed);
  scene->DirtyPrims({{Path("/A"), L("x")}});
  scene->RemovePrims({Path("/A/B")});
  CHECK(watch.Take() == "dirtied /E/F/G/A {x}; removed /E/F/G/A/B");
  RerootingSceneIndex only(scene, Path("/A"), Path("/Z"));
  CHECK(Join(CollectPrimPaths(only)) == "/ /Z");
}

TEST_CASE("dependencies are told along chains, and cycles end") {
  const auto depend = [](const char* on, const char* on_locator, const char* affected) {
    return Box({{"__dependencies", Box({{"d", MakeDependency({Path(on), L(on_locator), L(affected)})}})}});
  };
  auto scene = MakeScene({{Path("/A"), {}, depend("/B", "chicken", "taco")},
                          {Path("/B"), {}, depend("/C", "salsa", "chicken")},
                          {Path("/C"), {}, nullptr},
                          {Path("/D"), {}, depend("/E", "x", "x")},
                          {Path("/E"), {}, depend("/F", "x", "x")},
                          {Path("/F"), {}, depend("/D", "x", "x")}});
  DependencyForwardingSceneIndex forwarding(scene);
  Watch watch(forwarding);
  scene->DirtyPrims({{Path("/C"), L("salsa")}});
  CHECK(watch.Take() == "dirtied /C {salsa}");  // nobody has looked at the others
  for (Path path : CollectPrimPaths(forwarding)) forwarding.GetPrim(path);
  CHECK(forwarding.GetDependentCount() == 5);
  CHECK_FALSE(forwarding.GetDataSource(Path("/A"), L("__dependencies")));
  scene->DirtyPrims({{Path("/C"), L("salsa")}});
  CHECK(watch.Take() == "dirtied /A {taco}; dirtied /B {chicken}; dirtied /C {salsa}");
  scene->DirtyPrims({{Path("/C"), L("pepper")}});
  CHECK(watch.Take() == "dirtied /C {pepper}");
  scene->DirtyPrims({{Path("/D"), L("x")}});
  CHECK(watch.Take() == "dirtied /D {x}; dirtied /E {x}; dirtied /F {x}");
  scene->RemovePrims({Path("/A")});  // who depends goes
  CHECK(watch.Take() == "removed /A");
  CHECK(forwarding.GetDependentCount() == 4);
  scene->RemovePrims({Path("/C")});  // who is depended on goes
  CHECK(watch.Take() == "dirtied /B {chicken}; removed /C");
}

TEST_CASE("dependencies that depend on data are learned anew with them") {
  const auto depend = [](const char* on) {
    return Box(
        {{"__dependencies", Box({{"pet", MakeDependency({Path(on), L("bark"), L("mood")})},
                                 {"pets", MakeDependency({Path(), L("pets"), L("__dependencies")})}})}});
  };
  auto scene = MakeScene(
      {{Path("/Me"), {}, depend("/Dog")}, {Path("/Dog"), {}, nullptr}, {Path("/Tiger"), {}, nullptr}});
  DependencyForwardingSceneIndex forwarding(scene);
  Watch watch(forwarding);
  forwarding.GetPrim(Path("/Me"));
  scene->DirtyPrims({{Path("/Dog"), L("bark")}});
  CHECK(watch.Take() == "dirtied /Dog {bark}; dirtied /Me {mood}");
  scene->AddPrims({{Path("/Me"), {}, depend("/Tiger")}});
  forwarding.GetPrim(Path("/Me"));
  watch.Take();
  scene->DirtyPrims({{Path("/Me"), L("pets")}});
  CHECK(watch.Take() == "dirtied /Me {__dependencies, pets}");
  scene->DirtyPrims({{Path("/Dog"), L("bark")}, {Path("/Tiger"), L("bark")}});
  CHECK(watch.Take() == "dirtied /Dog {bark}; dirtied /Me {mood}; dirtied /Tiger {bark}");
}

TEST_CASE("a caching scene asks for each prim once, until it changes") {
  auto scene = MakeScene({{Path("/A"), kMesh, nullptr}, {Path("/A/B"), {}, nullptr}});
  auto counting = std::make_shared<DebuggingSceneIndex>(scene);
  CachingSceneIndex caching(counting);
  for (int i = 0; i < 3; ++i) {
    CHECK(caching.GetPrim(Path("/A")).type == kMesh);
    CHECK(Join(caching.GetChildPrimPaths(Path("/A"))) == "/A/B");
  }
  CHECK(counting->GetCounts().prims_asked == 1);
  CHECK(counting->GetCounts().children_asked == 1);
  scene->DirtyPrims({{Path("/A"), L("x")}});
  caching.GetPrim(Path("/A"));
  CHECK(counting->GetCounts().prims_asked == 1);
  scene->DirtyPrims({{Path("/A"), DataSourceLocator(GetContainerSentinel())}});
  caching.GetPrim(Path("/A"));
  CHECK(counting->GetCounts().prims_asked == 2);
  scene->AddPrims({{Path("/A/C"), {}, nullptr}});
  CHECK(Join(caching.GetChildPrimPaths(Path("/A"))) == "/A/B /A/C");
  scene->RemovePrims({Path("/A/B")});
  CHECK(Join(caching.GetChildPrimPaths(Path("/A"))) == "/A/C");
  scene->RemovePrims({Path("/A")});
  CHECK_FALSE(caching.GetPrim(Path("/A")));
  CHECK(counting->GetViolations().empty());
}

TEST_CASE("batched changes are told once, and what came and went is only gone") {
  auto scene = MakeScene({{Path("/A"), {}, nullptr}});
  NoticeBatchingSceneIndex batching(scene);
  Watch watch(batching);
  batching.BeginBatch();
  scene->AddPrims({{Path("/B"), kMesh, nullptr}});
  scene->DirtyPrims({{Path("/A"), L("x")}, {Path("/B"), L("x")}});
  scene->DirtyPrims({{Path("/A"), L("y")}});
  scene->RemovePrims({Path("/B")});
  CHECK(watch.Take() == "");
  batching.EndBatch();
  CHECK(watch.Take() == "dirtied /A {x, y}; removed /B");
  scene->DirtyPrims({{Path("/A"), L("z")}});
  CHECK(watch.Take() == "dirtied /A {z}");
}

TEST_CASE("switching between scenes tells how they differ") {
  const auto shared = Box({{"x", Retain(1)}});
  auto first = MakeScene(
      {{Path("/A"), kMesh, shared}, {Path("/B"), {}, nullptr}, {Path("/D"), {}, Box({{"x", Retain(1)}})}});
  auto second = MakeScene(
      {{Path("/A"), kMesh, shared}, {Path("/C/E"), {}, nullptr}, {Path("/D"), {}, Box({{"x", Retain(1)}})}});
  SwitchingSceneIndex switching({first, second});
  Watch watch(switching);
  switching.Select(1);
  CHECK(watch.Take() == "added /C; added /C/E; dirtied /D {}; removed /B");
  CHECK(Join(CollectPrimPaths(switching)) == "/ /A /C /C/E /D");
  first->AddPrims({{Path("/Q"), {}, nullptr}});
  CHECK(watch.Take() == "");
  second->AddPrims({{Path("/Q"), {}, nullptr}});
  CHECK(watch.Take() == "added /Q");
  switching.Select(7);
  CHECK(switching.GetSelected() == 1);
  CHECK(ComputeSceneIndexDiff(*first, *second, DiffDepth::kData).dirtied.empty());
}

TEST_CASE("pruned subtrees are not there; pruned types leave the prim") {
  auto scene = MakeScene(
      {{Path("/A"), kMesh, nullptr}, {Path("/A/B"), kMesh, nullptr}, {Path("/C"), kSphere, nullptr}});
  PathPruningSceneIndex paths(scene, [](Path path) { return path == Path("/A"); });
  PrimTypePruningSceneIndex types(scene, {kSphere});
  Watch path_watch(paths), type_watch(types);
  CHECK(Join(CollectPrimPaths(paths)) == "/ /C");
  CHECK_FALSE(paths.GetPrim(Path("/A/B")));
  CHECK(types.GetPrim(Path("/C")).type.IsEmpty());
  CHECK(types.GetPrim(Path("/C")).data);
  scene->AddPrims({{Path("/A/B/X"), kMesh, nullptr}, {Path("/C"), kSphere, nullptr}});
  CHECK(path_watch.Take() == "added /C sphere");
  CHECK(type_watch.Take() == "added /A/B/X mesh; added /C");
}

TEST_CASE("the debugging scene notes broken promises and goes on") {
  class Liar final : public SceneIndex {
   public:
    ScenePrim GetPrim(Path path) const override { return {path == Path("/A") ? kMesh : Token(), nullptr}; }
    std::vector<Path> GetChildPrimPaths(Path path) const override {
      if (!path.IsAbsoluteRoot()) return {};
      return {Path("/A"), Path("/A"), Path("/X/Y")};
    }
    std::string GetDisplayName() const override { return "Liar"; }
    void Tell(ChangeSet changes) { Send(std::move(changes)); }
  };
  auto liar = std::make_shared<Liar>();
  DebuggingSceneIndex debugging(liar);
  debugging.GetPrim(Path("/A"));
  debugging.GetChildPrimPaths(Path::AbsoluteRoot());
  ChangeSet changes;
  changes.added = {{Path("/Nowhere"), kMesh}};
  changes.dirtied = {{Path("/Q"), L("x")}};
  liar->Tell(changes);
  std::string all;
  for (const std::string& note : debugging.GetViolations()) all += note + "\n";
  CHECK(all.find("/A has a type and no data") != std::string::npos);
  CHECK(all.find("/A is a child twice") != std::string::npos);
  CHECK(all.find("/X/Y is no child of /") != std::string::npos);
  CHECK(all.find("/Nowhere was never removed") != std::string::npos);
  CHECK(all.find("/Q is dirtied and is not there") != std::string::npos);
}

TEST_CASE("scenes and data are printed as text and as JSON") {
  auto scene = MakeScene({{Path("/A"), kMesh,
                           Box({{"b", Retain(Array<float>{1, 2.5f})},
                                {"a", Box({{"path", Retain(Path("/X"))}})},
                                {"v", RetainedVectorDataSource::New({Retain(Token("t"))})}})}});
  CHECK(PrintPrim(*scene, Path("/A")) ==
        "prim /A type mesh\n  a\n    path: path = \"</X>\"\n  b: float[] = [1,2.5]\n  v\n    [0]: token = "
        "\"t\"\n");
  JsonWriter json;
  WriteScene(*scene, json, Path("/A"));
  CHECK(
      json.GetText() ==
      R"({"/A":{"type":"mesh","data":{"a":{"path":{"type":"path","value":"</X>"}},"b":{"type":"float[]","value":[1,2.5]},"v":{"vector":[{"type":"token","value":"t"}]}}}})");
}

TEST_CASE("after any changes the scene that observers know is the scene that is shown") {
  std::mt19937 random(11);
  auto strong = MakeScene(), weak = MakeScene();
  auto merged = std::make_shared<MergingSceneIndex>(
      std::vector<MergingSceneIndex::Input>{{strong, Path::AbsoluteRoot()}, {weak, Path("/a")}});
  auto flattening = std::make_shared<FlatteningSceneIndex>(
      merged, FlatteningSceneIndex::Providers{{GetNames().xform, MakeXformFlattening()}});
  auto caching = std::make_shared<CachingSceneIndex>(flattening);
  auto debugging = std::make_shared<DebuggingSceneIndex>(caching);
  MirrorObserver mirror(*debugging);
  debugging->AddObserver(mirror);
  const auto pick = [&] {
    std::string path;
    for (size_t i = 0, depth = 1 + random() % 4; i < depth; ++i)
      path += std::string("/") + static_cast<char>('a' + random() % 3);
    return Path(path);
  };
  for (int round = 0; round < 1500; ++round) {
    auto& scene = random() % 2 ? strong : weak;
    const Path path = pick();
    switch (random() % 4) {
      case 0:
        scene->RemovePrims({path});
        break;
      case 1:
        scene->DirtyPrims({{path, L("xform")}});
        break;
      default:
        scene->AddPrims({{path, random() % 2 ? kMesh : Token(), Xform(random() % 5, 0, 0)}});
    }
    for (int i = 0; i < 3; ++i) {
      const Path asked = pick();
      double x = 0;
      for (Path up = asked; !up.IsEmpty(); up = up.GetParent())
        if (const auto matrix = GetValueAs<Matrix4d>(merged->GetDataSource(up, L("xform/matrix"))))
          x += (*matrix)[3][0];
      const auto shown = GetValueAs<Matrix4d>(debugging->GetDataSource(asked, L("xform/matrix")));
      if (merged->GetPrim(asked)) CHECK((*shown)[3][0] == x);
    }
  }
  CHECK(mirror.Compare(*debugging).empty());
  CHECK(debugging->GetViolations().empty());
  debugging->RemoveObserver(mirror);
}

}  // namespace strata::scene

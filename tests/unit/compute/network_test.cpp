#include "strata/compute/network.h"

#include <fmt/format.h>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/unit/compute/running.h"

namespace strata::compute {

namespace {

using Role = Computation::Role;

Computation Make(std::string_view output, std::string_view name, std::vector<Token> schemas,
                 std::vector<Input> inputs, Function function) {
  Computation computation;
  computation.output = Token(output);
  computation.name = Token(name);
  computation.schemas = std::move(schemas);
  computation.inputs = std::move(inputs);
  computation.function = std::move(function);
  return computation;
}

// Multiplies the transform before by another one; turns and moves do not commute.
Computation Modifier(std::string_view name, const Matrix4d& by, std::vector<std::string_view> after = {}) {
  Computation computation = Make("xform", name, {Token("Cube")}, {in::Previous()}, [by](const Arguments& a) {
    auto transform = a.GetOr(0, stage::ComputedTransform());
    transform.matrix = MultiplyAffine(transform.matrix, by);
    return Datum::Of(transform);
  });
  computation.role = Role::kModifies;
  for (std::string_view each : after) computation.after.push_back(Token(each));
  return computation;
}

// "size" of a cube, times two for each prim above.
constexpr std::string_view kNested =
    "def Cube \"A\" {\n    double size = 1\n    def Cube \"B\" {\n        double size = 2\n        def Cube "
    "\"C\" "
    "{\n            double size = 3\n        }\n    }\n}\n";

Computation Sum() {
  return Make("sum", "sum", {Token("Cube")}, {in::Attribute(Token("size")), in::Parent(Token("sum"))},
              [](const Arguments& a) { return Datum(Value(a.GetOr(0, 0.0) + a.GetOr(1, 0.0))); });
}

double Get(const Datum& datum) {
  return datum.GetValue().GetOr(-1.0);
}

}  // namespace

TEST_CASE("what is registered must have an output, a name of its own and a function") {
  Registry registry;
  CHECK(!registry.Add(Make("", "a", {}, {}, [](const Arguments&) { return Datum(); })));
  CHECK(!registry.Add(Make("a", "", {}, {}, [](const Arguments&) { return Datum(); })));
  CHECK(!registry.Add(Make("a", "a", {}, {}, {})));
  CHECK(!registry.Add(Make("a", "a", {}, {in::Previous()}, [](const Arguments&) { return Datum(); })));
  CHECK(registry.Add(Sum()));
  const auto again = registry.Add(Sum());
  REQUIRE(!again);
  CHECK(again.GetError().code == &kComputationUnusable);
  // What the prim says itself begins states anew, whatever is asked for.
  Computation lasting = Sum();
  lasting.name = Token("lasting");
  lasting.inputs = {in::Lasting(in::Attribute(Token("size")))};
  const auto refused = registry.Add(lasting);
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kComputationUnusable);
  CHECK(refused.GetError().message.find("lasting input that is no output (size)") != std::string::npos);
  lasting.inputs = {in::Lasting(in::Computation(Token("other")))};
  CHECK(registry.Add(lasting));
}

TEST_CASE("answers come of inputs, are made once, and again only where something they need changed") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(Sum()));
  Running running(std::string(kNested), registry);
  System& system = running.GetSystem();
  const auto sum = [&](const char* path) { return Get(system.Compute(running.At(path), Token("sum"), 0.0)); };
  CHECK(sum("/A/B/C") == 6);
  CHECK(sum("/A/B/C") == 6);
  CHECK(system.GetNetwork().GetEvaluationCount() == 3);
  REQUIRE(running.Edit().Set(Path("/A/B.size"), 5.0));
  CHECK(sum("/A") == 1);
  CHECK(system.GetNetwork().GetEvaluationCount() == 3);
  CHECK(sum("/A/B/C") == 9);
  CHECK(system.GetNetwork().GetEvaluationCount() == 5);
}

TEST_CASE("early cut-off: what depends on an answer that stayed the same is left alone") {
  auto registry = std::make_shared<Registry>();
  std::atomic<int> calls = 0;
  Computation barrier = Make("large", "large", {Token("Cube")}, {in::Attribute(Token("size"))},
                             [](const Arguments& a) { return Datum(Value(a.GetOr(0, 0.0) > 10)); });
  barrier.cutoff = Computation::Cutoff::kEarly;
  REQUIRE(registry->Add(std::move(barrier)));
  REQUIRE(registry->Add(
      Make("word", "word", {Token("Cube")}, {in::Computation(Token("large"))}, [&](const Arguments& a) {
        ++calls;
        return Datum(Value(Token(a.GetOr(0, false) ? "large" : "small")));
      })));
  Running running(std::string(kNested), registry);
  std::string told;
  auto request = running.GetSystem().MakeRequest({{Path("/A"), Token("word")}, {Path("/A/B"), Token("word")}},
                                                 [&](const std::vector<size_t>& keys) {
                                                   for (size_t key : keys) told += std::to_string(key);
                                                 });
  request->Compute(0.0);
  CHECK(calls == 2);
  REQUIRE(running.Edit().Set(Path("/A.size"), 5.0));
  CHECK(told.empty());
  request->Compute(0.0);
  CHECK(calls == 2);
  REQUIRE(running.Edit().Set(Path("/A.size"), 50.0));
  CHECK(told == "0");
  // What was told of is told again only after it was asked for again.
  REQUIRE(running.Edit().Set(Path("/A.size"), 5.0));
  CHECK(told == "0");
  CHECK(*request->Compute(0.0)[0].GetIf<Token>() == "small");
  REQUIRE(running.Edit().Set(Path("/A.size"), 50.0));
  CHECK(told == "00");
}

TEST_CASE("overrides count for one evaluation and leave nothing behind") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(Sum()));
  Running running(std::string(kNested), registry);
  auto request =
      running.GetSystem().MakeRequest({{Path("/A/B/C"), Token("sum")}, {Path("/A"), Token("sum")}});
  CHECK(Get(request->Compute(0.0)[0]) == 6);
  Overrides overrides;
  Diagnostics remarks;
  overrides[Path("/A/B.size")] = Value(100.0);
  CHECK(Get(request->ComputeWithOverrides(0.0, overrides, remarks)[0]) == 104);
  CHECK(Get(request->ComputeWithOverrides(0.0, overrides, remarks)[1]) == 1);
  CHECK(remarks.IsEmpty());
  CHECK(Get(request->Compute(0.0)[0]) == 6);
}

TEST_CASE("what varies with time is made for each time, and a move of the time tells what differs") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(Sum()));
  Running running(
      "def Cube \"A\" {\n    double size.timeSamples = {\n        0: 1,\n        10: 1,\n        20: 2,\n    "
      "}\n"
      "    def Cube \"B\" {\n    }\n}\ndef Cube \"Still\" {\n}\n",
      registry);
  System& system = running.GetSystem();
  int told = 0;
  auto request =
      system.MakeRequest({{Path("/A/B"), Token("sum")}, {Path("/Still"), Token("sum")}}, {},
                         [&](const std::vector<size_t>& keys) { told += 1 + static_cast<int>(keys[0]); });
  CHECK(Get(request->Compute(0.0)[0]) == 3);
  system.ChangeTime(0.0, 5.0);
  CHECK(Get(request->Compute(5.0)[0]) == 3);
  told = 0;
  system.ChangeTime(5.0, 5.5);
  CHECK(told == 0);
  system.ChangeTime(5.0, 15.0);
  CHECK(told == 1);
  CHECK(Get(request->Compute(15.0)[0]) == 3.5);
}

TEST_CASE("M24: modifiers run in the order they say, whichever was registered first") {
  const Matrix4d turn = MakeRotation(2, 90), move = MakeTranslation({1, 0, 0});
  Matrix4d worlds[2];
  for (int order = 0; order < 2; ++order) {
    auto registry = std::make_shared<Registry>();
    const auto add_turn = [&] { REQUIRE(registry->Add(Modifier("a:turn", turn, {"b:move"}))); };
    if (order == 0) add_turn();
    REQUIRE(registry->Add(Modifier("b:move", move)));
    if (order == 1) add_turn();
    Running running(std::string(kNested), registry);
    worlds[order] = running.World("/A");
    CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
  }
  CHECK(worlds[0] == worlds[1]);
  CHECK(Distance(Translation(worlds[0]), {0, 1, 0}) < 1e-12);
}

TEST_CASE("M24: two modifiers of one output that say no order are told of on the prim, and change nothing") {
  for (int order = 0; order < 2; ++order) {
    auto registry = std::make_shared<Registry>();
    const Matrix4d turn = MakeRotation(2, 90), move = MakeTranslation({1, 0, 0});
    REQUIRE(registry->Add(order == 0 ? Modifier("a:turn", turn) : Modifier("b:move", move)));
    REQUIRE(registry->Add(order == 0 ? Modifier("b:move", move) : Modifier("a:turn", turn)));
    Running running(std::string(kNested), registry);
    CHECK(running.World("/A") == Matrix4d::Identity());
    const Diagnostics remarks = running.GetSystem().GetDiagnostics();
    REQUIRE(remarks.GetAll().size() == 1);
    CHECK(remarks.GetAll()[0].code == &kModifiersUnordered);
    CHECK(remarks.GetAll()[0].location.path == "/A");
    CHECK(remarks.GetAll()[0].message ==
          "`a:turn` and `b:move` change \"xform\", and nothing says which comes first; none of them does.");
  }
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(Modifier("a", MakeRotation(2, 90), {"b"})));
  REQUIRE(registry->Add(Modifier("b", MakeTranslation({1, 0, 0}), {"a"})));
  REQUIRE(registry->Add(Modifier("c", MakeTranslation({0, 5, 0}), {"a", "b"})));
  // The third is in nobody's way.
  Running running(std::string(kNested), registry);
  CHECK(running.World("/A") == MakeTranslation({0, 5, 0}));
  const Diagnostics remarks = running.GetSystem().GetDiagnostics();
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(
      remarks.GetAll()[0].message ==
      "`a` and `b` change \"xform\", and what says which comes first contradicts itself; none of them does.");
}

TEST_CASE("M25: the host's word on an order wins over what modifiers say") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(Modifier("a:turn", MakeRotation(2, 90), {"b:move"})));
  REQUIRE(registry->Add(Modifier("b:move", MakeTranslation({1, 0, 0}))));
  registry->Order(Token("a:turn"), Token("b:move"));
  Running running(std::string(kNested), registry);
  CHECK(Distance(Translation(running.World("/A")), {1, 0, 0}) < 1e-12);
  CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
}

TEST_CASE("M25: plugInfo files order modifiers, whichever is read first, and the host has the last word") {
  const auto declare = [](const char* name, const char* ordering) {
    return fmt::format(
        "# comment\n{{ \"Plugins\": [ {{ \"Info\": {{ \"Exec\": {{ \"Computations\": {{ \"{}\": {{ "
        "\"ordering\": "
        "{{ {} }} }} }} }} }} }} ] }}",
        name, ordering);
  };
  // What the modifiers say themselves is the other way round.
  const auto open = [&](std::vector<std::string> files, bool has_host, Diagnostics& remarks) {
    auto registry = std::make_shared<Registry>();
    REQUIRE(registry->Add(Modifier("a:turn", MakeRotation(2, 90))));
    REQUIRE(registry->Add(Modifier("b:move", MakeTranslation({1, 0, 0}), {"a:turn"})));
    for (const std::string& text : files) DeclareComputationOrders(text, "plugInfo.json", *registry, remarks);
    if (has_host) registry->Order(Token("a:turn"), Token("b:move"));
    Running running(std::string(kNested), registry);
    const Vec3d at = Translation(running.World("/A"));
    remarks.Append(running.GetSystem().GetDiagnostics());
    return at;
  };
  const std::string says = declare("a:turn", "\"after\": [\"b:move\"]"),
                    same = declare("b:move", "\"before\": \"a:turn\""),
                    contrary = declare("b:move", "\"after\": \"a:turn\"");
  Diagnostics remarks;
  CHECK(Distance(open({}, false, remarks), {1, 0, 0}) < 1e-12);
  for (const auto& files : std::vector<std::vector<std::string>>{{says}, {same}, {says, same}, {same, says}})
    CHECK(Distance(open(files, false, remarks), {0, 1, 0}) < 1e-12);
  CHECK(Distance(open({says}, true, remarks), {1, 0, 0}) < 1e-12);
  CHECK(remarks.IsEmpty());
  for (const auto& files : std::vector<std::vector<std::string>>{{says, contrary}, {contrary, says}}) {
    Diagnostics told;
    CHECK(open(files, false, told) == Vec3d{0, 0, 0});
    REQUIRE(told.GetAll().size() == 1);
    CHECK(told.GetAll()[0].code == &kModifiersUnordered);
  }
}

TEST_CASE("M25: orders in plugInfo files that cannot be are told of with their file, and the others hold") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("strata-orders-{}", getpid());
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "plugInfo.json").string();
  std::ofstream(file) << "{ \"Plugins\": [ 7, { \"Info\": { \"Exec\": { \"Computations\": {\n"
                         "\"a:turn\": { \"ordering\": { \"after\": [\"b:move\", \"nobody\"] } },\n"
                         "\"b:move\": { \"ordering\": { \"after\": 3 } },\n"
                         "\"c:size\": { \"ordering\": { \"before\": \"a:turn\" } },\n"
                         "\"d\": [] } } } } ] }";
  Registry registry;
  REQUIRE(registry.Add(Modifier("a:turn", MakeRotation(2, 90))));
  REQUIRE(registry.Add(Modifier("b:move", MakeTranslation({1, 0, 0}))));
  Computation other =
      Make("size", "c:size", {}, {in::Previous()}, [](const Arguments& a) { return a.Get(0); });
  other.role = Role::kModifies;
  REQUIRE(registry.Add(std::move(other)));
  Diagnostics remarks;
  LoadComputationOrders({folder.string()}, registry, remarks);
  DeclareComputationOrders("[", "broken.json", registry, remarks);
  std::string told;
  for (const Diagnostic& each : remarks.GetAll()) {
    CHECK(each.code == &kOrderUnusable);
    CHECK_FALSE(each.location.file.empty());
    told += each.message + "\n";
  }
  CHECK(told ==
        "There is no modifier \"nobody\" that could come first or last.\n"
        "The computation \"b:move\" is declared in a form that is not known.\n"
        "\"c:size\" and \"a:turn\" change different outputs: they have no order.\n"
        "The computation \"d\" is declared in a form that is not known.\n"
        "The plugInfo file is no JSON object.\n");
  Running running(std::string(kNested), std::make_shared<Registry>(registry));
  CHECK(Distance(Translation(running.World("/A")), {0, 1, 0}) < 1e-12);
  std::filesystem::remove_all(folder);
}

TEST_CASE("what throws, gives nonsense or takes too long is told of, and what is authored holds") {
  auto registry = std::make_shared<Registry>();
  const auto add = [&](std::string_view name, Token schema, Function function) {
    Computation computation = Make("xform", name, {schema}, {in::Previous()}, std::move(function));
    computation.role = Role::kModifies;
    REQUIRE(registry->Add(std::move(computation)));
  };
  std::atomic<int> slow_calls = 0;
  add("throws", Token("Cube"), [](const Arguments&) -> Result<Datum> { throw std::runtime_error("no"); });
  add("wrong type", Token("Sphere"), [](const Arguments&) { return Datum(Value(1.0)); });
  add("infinite", Token("Cone"), [](const Arguments&) {
    stage::ComputedTransform transform;
    transform.matrix[3][0] = INFINITY;
    return Datum::Of(transform);
  });
  add("slow", Token("Capsule"), [&](const Arguments& a) {
    ++slow_calls;
    while (!a.IsOverdue()) std::this_thread::yield();
    return Datum::Of(stage::ComputedTransform());
  });
  const std::string moved =
      "    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\"]\n}\n";
  std::string text;
  for (const char* type : {"Cube", "Sphere", "Cone", "Capsule"})
    text += std::string("def ") + type + " \"" + type + "\" {\n" + moved;
  stage::Scene scene(text, WithSchemas());
  System system(scene.GetOwner(), registry);
  // Its own, with an allowance that nothing else comes near.
  SystemOptions options;
  options.network.max_seconds_per_call = 0.3;
  System impatient(scene.GetOwner(), registry, options);
  for (int again = 0; again < 2; ++again)
    for (const char* path : {"/Cube", "/Sphere", "/Cone", "/Capsule"}) {
      const bool is_slow = std::string_view(path) == "/Capsule";
      const auto transform = (is_slow ? impatient : system).GetLocalTransform(scene.At(path), 0.0);
      REQUIRE(transform);
      CHECK(transform->matrix == MakeTranslation({1, 2, 3}));
    }
  impatient.GetLocalTransform(scene.At("/Capsule"), stage::Time::Default());
  CHECK(slow_calls == 1);
  std::string told;
  for (const System* each : {&system, &impatient}) {
    const Diagnostics remarks = each->GetDiagnostics();
    for (const Diagnostic& remark : remarks.GetAll())
      told += std::string(remark.code->name) + " " + remark.location.path + "\n";
  }
  CHECK(told ==
        "compute.failed /Cone\ncompute.failed /Cube\ncompute.failed /Sphere\ncompute.too-slow /Capsule\n");
}

TEST_CASE("computations that need their own answers are cut where they come back, and told of") {
  auto registry = std::make_shared<Registry>();
  Computation around = Make(
      "xform", "around", {Token("Cube")},
      {in::Previous(), in::Targets(Token("proxyPrim"), GetOutputs().world_xform)}, [](const Arguments& a) {
        auto transform = a.GetOr(0, stage::ComputedTransform());
        transform.matrix = MultiplyAffine(transform.matrix, a.GetOr(1, Matrix4d::Identity()));
        return Datum::Of(transform);
      });
  around.role = Role::kModifies;
  REQUIRE(registry->Add(std::move(around)));
  const std::string moved =
      "    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\"]\n";
  Running running("def Cube \"A\" {\n" + moved + "    rel proxyPrim = </B>\n}\ndef Cube \"B\" {\n" + moved +
                      "    rel proxyPrim = </A>\n}\ndef Cube \"C\" {\n" + moved +
                      "    rel proxyPrim = </D>\n}\n" + "def Cube \"D\" {\n" + moved + "}\n",
                  registry);
  CHECK(running.World("/A") == MakeTranslation({1, 2, 3}));
  CHECK(running.World("/B") == MakeTranslation({1, 2, 3}));
  CHECK(running.World("/C") == MakeTranslation({2, 4, 6}));
  CHECK(!running.GetSystem().GetDiagnostics().IsEmpty());
  const Diagnostics remarks = running.GetSystem().GetDiagnostics();
  for (const Diagnostic& each : remarks.GetAll()) CHECK(each.code == &kComputationCycle);
  // Mended, it works.
  REQUIRE(running.Edit().SetTargets(Path("/B.proxyPrim"), {Path("/D")}));
  CHECK(running.World("/B") == MakeTranslation({2, 4, 6}));
  CHECK(running.World("/A") == MakeTranslation({3, 6, 9}));
  CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
}

TEST_CASE(
    "world.xform is what transform caches and scenes say, of every stack of ops in 10,000 hierarchies") {
  std::mt19937 random(5);
  const auto below = [&](size_t end) { return static_cast<size_t>(random() % end); };
  const auto number = [&] { return (static_cast<double>(below(4001)) - 2000) / 100; };
  const auto three = [&] {
    const double x = number(), y = number(), z = number();
    return fmt::format("({}, {}, {})", x, y, z);
  };
  const auto value = [&](std::string_view type) -> std::string {
    if (type == "double" || type == "float" || type == "half") return fmt::format("{}", number());
    if (type == "quatf" || type == "quatd") return below(2) ? "(0.5, 0.5, -0.5, 0.5)" : "(0.6, 0, 0.8, 0)";
    if (type != "matrix4d") return three();
    const std::string at = three();
    return fmt::format("( (1, 0, 0, 0), (0.5, 2, 0, 0), (0, 0, 1, 0), ({}, 1) )",
                       at.substr(1, at.size() - 2));
  };
  constexpr std::pair<const char*, const char*> kOps[] = {
      {"translate", "double3"}, {"translate", "float3"}, {"translateX", "double"}, {"scale", "float3"},
      {"scaleY", "float"},      {"rotateX", "float"},    {"rotateY", "double"},    {"rotateZ", "half"},
      {"rotateXYZ", "float3"},  {"rotateXZY", "float3"}, {"rotateYXZ", "double3"}, {"rotateYZX", "float3"},
      {"rotateZXY", "float3"},  {"rotateZYX", "half3"},  {"orient", "quatf"},      {"orient", "quatd"},
      {"transform", "matrix4d"}};
  const auto make_ops = [&] {
    std::string text, order;
    if (below(6) == 0) order = "\"!resetXformStack!\"";
    for (size_t count = below(5); count > 0; --count) {
      const auto& [op, type] = kOps[below(std::size(kOps))];
      const std::string name = fmt::format("xformOp:{}:op{}", op, count);
      if (below(4) == 0) {
        const std::string first = value(type), last = value(type);
        text += fmt::format("{} {}.timeSamples = {{ 0: {}, 10: {} }}\n", type, name, first, last);
      } else {
        text += fmt::format("{} {} = {}\n", type, name, value(type));
      }
      order += (order.empty() ? "" : ", ") + fmt::format("\"{}\"", name);
      if (below(3) == 0) order += fmt::format(", \"!invert!{}\"", name);
    }
    return text + "uniform token[] xformOpOrder = [" + order + "]\n";
  };
  std::string text;
  std::vector<std::string> paths;
  for (size_t i = 0; i < 10000; ++i) {
    const size_t depth = 1 + below(4);
    std::string path;
    for (size_t level = 0; level < depth; ++level) {
      const std::string name = level == 0 ? fmt::format("H{}", i) : fmt::format("P{}", level);
      text += fmt::format("def Xform \"{}\" {{\n{}", name, below(5) == 0 ? "" : make_ops());
      paths.push_back(path += "/" + name);
    }
    for (size_t level = 0; level < depth; ++level) text += "}\n";
  }
  Running running(text, std::make_shared<Registry>());
  size_t differing = 0;
  for (const double time : {0.0, 2.5}) {
    running.GetChain().stage->SetTime(time);
    domain::XformCache cache(time);
    for (const std::string& path : paths) {
      const stage::Prim prim = running.At(path.c_str());
      const Datum answer = running.GetSystem().Compute(prim, GetOutputs().world_xform, time);
      const auto* world = answer.GetIf<Matrix4d>();
      REQUIRE(world);
      differing += !(*world == cache.GetLocalToWorldTransform(prim));
      differing += !(*world == running.OfScene(path.c_str()));
    }
  }
  CHECK(differing == 0);
  CHECK(paths.size() > 20000);
}

TEST_CASE("children that come and go, and prims that are deleted, are followed") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(Make("count", "count", {Token("Xform")}, {in::Children(Token("one"))},
                             [](const Arguments& a) { return Datum(Value(double(a.GetAll(0).size()))); })));
  REQUIRE(registry->Add(
      Make("one", "one", {Token("Cube")}, {}, [](const Arguments&) { return Datum(Value(1.0)); })));
  Running running("def Xform \"X\" {\n    def Cube \"A\" {\n    }\n    def Sphere \"S\" {\n    }\n}\n",
                  registry);
  const auto count = [&] { return Get(running.GetSystem().Compute(running.At("/X"), Token("count"), 0.0)); };
  CHECK(count() == 1);
  REQUIRE(running.Edit().DefinePrim(Path("/X/B"), Token("Cube")));
  CHECK(count() == 2);
  REQUIRE(running.Edit().RemovePrim(Path("/X/A")));
  CHECK(count() == 1);
}

TEST_CASE("what is published stands at its locator, and only it is dirtied") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(Make("twice", "twice", {Token("Cube")}, {in::Attribute(Token("size"))},
                             [](const Arguments& a) { return Datum(Value(2 * a.GetOr(0, 0.0))); })));
  registry->Publish(Token("twice"), scene::DataSourceLocator::Parse("my/twice"));
  Running running("def Cube \"A\" {\n    double size = 4\n}\ndef Sphere \"S\" {\n}\n", registry);
  const auto read = [&](const char* path) {
    return scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path(path)).data,
                                     scene::DataSourceLocator::Parse("my/twice"));
  };
  CHECK(read("/A").value_or(0) == 8);
  CHECK(!read("/S"));
  running.TakeNotices();
  REQUIRE(running.Edit().Set(Path("/A.size"), 5.0));
  CHECK(running.TakeNotices() == "dirtied /A {cube/size, my/twice}");
  CHECK(read("/A").value_or(0) == 10);
}

TEST_CASE("after any edits the network says what one made anew says") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddGeospatial(*registry));
  REQUIRE(AddMetricsAssembly(*registry));
  Computation sum = Sum();
  sum.cutoff = Computation::Cutoff::kEarly;
  REQUIRE(registry->Add(std::move(sum)));
  REQUIRE(registry->Add(
      Make("below", "below", {Token("Cube")}, {in::Children(Token("sum"))}, [](const Arguments& a) {
        double total = 0;
        for (const Datum& each : a.GetAll(0)) total += each.GetValue().GetOr(0.0);
        return Datum(Value(total));
      })));
  Running running("(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n" + std::string(kNested), registry);
  uint32_t state = 7;
  const auto random = [&](uint32_t count) {
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % count;
  };
  const char* kPaths[] = {"/A", "/A/B", "/A/B/C", "/A/D", "/E", "/E/F"};
  const Token schemas[] = {Token("OmniWGS84ReferencePositionAPI"), Token("OmniWGS84LocalPositionAPI"),
                           Token("GeomMetricsAPI")};
  for (int round = 0; round < 150; ++round) {
    auto edit = running.Edit();
    const Path path(kPaths[random(6)]);
    const bool is_there = bool(running.GetStage().GetPrimAtPath(path));
    switch (random(7)) {
      case 0:
        (void)edit.DefinePrim(path, Token(random(3) ? "Cube" : "Sphere"));
        break;
      case 1:
        if (random(3) == 0) (void)edit.RemovePrim(path);
        break;
      case 2:
        if (is_there)
          (void)edit.SetMetadata(path, Token("apiSchemas"),
                                 Value(ListOp<Token>::Create({schemas[random(3)], schemas[random(3)]})));
        break;
      case 3:
        if (is_there && edit.CreateAttribute(path.AppendProperty(Token("metersPerUnit")), Token("double")))
          (void)edit.Set(path.AppendProperty(Token("metersPerUnit")), random(2) ? 0.01 : 0.5);
        break;
      case 4: {
        const Path place =
            path.AppendProperty(Token(random(2) ? "omni:geospatial:wgs84:local:position"
                                                : "omni:geospatial:wgs84:reference:referencePosition"));
        if (is_there && edit.CreateAttribute(place, Token("double3")))
          (void)edit.Set(place, Vec3d{50 + 0.001 * random(1000), 10, 0});
        break;
      }
      case 5:
        (void)edit.SetMetadata(Path("/"), Token("metersPerUnit"), Value(random(2) ? 1.0 : 0.5));
        break;
      default:
        if (is_there && edit.CreateAttribute(path.AppendProperty(Token("size")), Token("double")))
          (void)edit.Set(path.AppendProperty(Token("size")), double(random(4)));
        break;
    }
    SystemOptions options;
    options.follow = SystemOptions::Follow::kNothing;
    const System fresh(running.GetOwner(), registry, options);
    for (const char* each : kPaths) {
      const stage::Prim prim = running.At(each);
      if (!prim) continue;
      CAPTURE(round);
      CAPTURE(std::string(each));
      for (const char* output : {"sum", "below", "xform", "world.xform", "geo:frame"})
        CHECK(running.GetSystem().Compute(prim, Token(output), 0.0) ==
              fresh.Compute(prim, Token(output), 0.0));
      const Matrix4d drawn = running.OfScene(each);
      CHECK(Difference(drawn, domain::XformCache(0.0, &fresh).GetLocalToWorldTransform(prim)) == 0);
    }
  }
}

TEST_CASE("a batch makes many answers in one call; errors and exceptions are each prim's own") {
  std::atomic<size_t> calls = 0, answers = 0;
  Computation area;
  area.output = area.name = Token("area");
  area.schemas = {Token("Sphere")};
  area.inputs = {in::Attribute(Token("radius"))};
  const auto make = [](const Arguments& a) -> Result<Datum> {
    const double radius = a.GetOr(0, 0.0);
    if (radius == 7) return Diagnostic(kComputationFailed, "It is seven.");
    return Datum::Of(radius * radius);
  };
  area.function = make;
  area.batch = [&](std::span<const Arguments> all) {
    ++calls;
    answers += all.size();
    std::vector<Result<Datum>> made;
    for (const Arguments& each : all) made.push_back(make(each));
    return made;
  };
  Computation broken = area;
  broken.output = broken.name = Token("broken");
  broken.batch = [](std::span<const Arguments>) -> std::vector<Result<Datum>> {
    throw std::runtime_error("no");
  };
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(area));
  REQUIRE(registry->Add(broken));
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += fmt::format("def Sphere \"S{}\"\n{{\n    double radius = {}\n}}\n", i, i);
  Running running(text, registry);
  std::vector<ValueKey> keys;
  for (int i = 0; i < 100; ++i) keys.push_back({Path(fmt::format("/S{}", i)), Token("area")});
  // Threads that ask for the same share the work: nothing is made twice, and nobody waits for ever.
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      std::vector<Network::Node*> nodes;
      for (int i = 0; i < 100; ++i)
        nodes.push_back(running.GetSystem().GetNetwork().Find(
            running.At(fmt::format("/S{}", (i * 7 + t * 13) % 100).c_str()), Token("area")));
      const std::vector<Datum> made = running.GetSystem().Compute(nodes, 0.0);
      for (int i = 0; i < 100; ++i) {
        const double radius = (i * 7 + t * 13) % 100;
        if (made[static_cast<size_t>(i)] != (radius == 7 ? Datum() : Datum::Of(radius * radius))) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(answers == 100);
  CHECK(calls <= 8);
  CHECK(running.GetSystem().GetDiagnostics().GetAll().size() == 1);
  CHECK(running.GetSystem().GetDiagnostics().GetAll()[0].location.path == "/S7");

  for (ValueKey& key : keys) key.output = Token("broken");
  for (const Datum& datum : running.GetSystem().MakeRequest(keys)->Compute(0.0)) CHECK(datum.IsEmpty());
  CHECK(running.GetSystem().GetDiagnostics().GetAll().size() == 101);
}

}  // namespace strata::compute

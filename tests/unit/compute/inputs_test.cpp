#include <fmt/format.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/unit/compute/running.h"

// What computations may need, who is told when it changes, and which thread calls whom.
namespace strata::compute {

namespace {

constexpr std::string_view kScene =
    "(\n    metersPerUnit = 1\n)\n"
    "def Xform \"Top\" {\n    custom double number = 1\n"
    "    def Cube \"A\" (\n        customData = { double weight = 1 }\n    ) {\n"
    "        double size = 2\n        double moving.timeSamples = { 0: 1, 10: 2 }\n"
    "        custom double my:first = 1\n        custom double linked.connect = </Top/B.size>\n"
    "        custom rel others = </Top/B>\n"
    "        def Cube \"Child\" {\n            double size = 1\n        }\n    }\n"
    "    def Cube \"B\" {\n        double size = 5\n    }\n"
    "    def Cube \"Other\" {\n        double size = 7\n    }\n}\n";

using Edit = std::function<void(Running&)>;
struct Kind {
  std::string_view name;
  Input input;
  double before;
  Edit edit;
  double after;
};

Edit Set(const char* attribute, double value) {
  return [=](Running& running) { REQUIRE(running.Edit().Set(Path(attribute), value)); };
}

double ToNumber(const Datum& datum) {
  if (const auto* source = datum.GetIf<AttributeSource>()) return double(source->source);
  if (const auto* samples = datum.GetIf<Samples>()) return samples->lower.GetOr(-1.0);
  if (const auto* dictionary = datum.GetValue().GetIf<Dictionary>())
    return dictionary->entries.at("weight").GetOr(-1.0);
  return datum.GetValue().GetOr(-1.0);
}

// "need" of cubes is the first answer of its one input; "number" of all prims what they have of it.
std::shared_ptr<const Registry> MakeRegistry(const Input& input) {
  auto registry = std::make_shared<Registry>();
  const auto add = [&](std::string_view name, std::vector<Token> schemas, std::vector<Input> inputs,
                       Function function) {
    REQUIRE(registry->Add(MakeComputation(name, std::move(schemas), std::move(inputs), std::move(function))));
  };
  add("number", {Token("Xform")}, {in::Attribute(Token("number"))},
      [](const Arguments& a) { return a.Get(0); });
  add("large", {Token("Cube")}, {in::Attribute(Token("size"))}, [](const Arguments& a) { return a.Get(0); });
  add("need", {Token("Cube")}, {input}, [input](const Arguments& a) -> Result<Datum> {
    if (input.kind == Input::Kind::kAttributesNamed)
      return Datum(a.GetPrim().GetAttribute(Token("my:first")).Get(a.GetTime()));
    return Datum(Value(ToNumber(a.Get(0))));
  });
  return registry;
}

}  // namespace

TEST_CASE(
    "each kind of input is given, followed where it changes, and left alone where something else does") {
  using stage::ResolveSource;
  const std::vector<Kind> kinds = {
      {"attribute", in::Attribute(Token("size")), 2, Set("/Top/A.size", 3), 3},
      {"source of an attribute", in::SourceOf(Token("size")), double(ResolveSource::kDefault),
       [](Running& r) { REQUIRE(r.Edit().Clear(Path("/Top/A.size"))); }, double(ResolveSource::kFallback)},
      {"samples", in::AttributeSamples(Token("moving")), 1,
       [](Running& r) { REQUIRE(r.Edit().Set(Path("/Top/A.moving"), 4.0, stage::Time(0))); }, 4},
      {"attributes by name", in::AttributesNamed(Token("my:")), 1, Set("/Top/A.my:first", 6), 6},
      {"metadata", in::Metadata(Token("customData")), 1,
       [](Running& r) {
         REQUIRE(r.Edit().SetMetadataByDictKey(Path("/Top/A"), Token("customData"), "weight", Value(8.0)));
       },
       8},
      {"own output", in::Computation(Token("large")), 2, Set("/Top/A.size", 3), 3},
      {"parent", in::Parent(Token("number")), 1, Set("/Top.number", 9), 9},
      {"nearest ancestor", in::NearestAncestor(Token("number")), 1, Set("/Top.number", 9), 9},
      {"children", in::Children(Token("large")), 1, Set("/Top/A/Child.size", 4), 4},
      {"targets", in::Targets(Token("others"), Token("large")), 5, Set("/Top/B.size", 6), 6},
      {"other targets", in::Targets(Token("others"), Token("large")), 5,
       [](Running& r) { REQUIRE(r.Edit().SetTargets(Path("/Top/A.others"), {Path("/Top/Other")})); }, 7},
      {"connections", in::Connections(Token("linked"), Token("large")), 5, Set("/Top/B.size", 6), 6},
      {"other connections", in::Connections(Token("linked"), Token("large")), 5,
       [](Running& r) { REQUIRE(r.Edit().SetConnections(Path("/Top/A.linked"), {Path("/Top/Other.size")})); },
       7},
      {"prim at a path", in::OfPrim(Path("/Top/B"), Token("large")), 5, Set("/Top/B.size", 6), 6},
      {"stage", in::StageMetadata(Token("metersPerUnit")), 1,
       [](Running& r) { REQUIRE(r.Edit().SetMetadata(Path("/"), Token("metersPerUnit"), Value(0.5))); }, 0.5},
  };
  for (const Kind& kind : kinds) {
    CAPTURE(kind.name);
    Running running(std::string(kScene), MakeRegistry(kind.input));
    int told = 0;
    const auto request = running.GetSystem().MakeRequest({{Path("/Top/A"), Token("need")}},
                                                         [&](const std::vector<size_t>&) { ++told; });
    const auto ask = [&] { return ToNumber(request->Compute(0.0)[0]); };
    CHECK(ask() == kind.before);
    const uint64_t evaluations = running.GetSystem().GetNetwork().GetEvaluationCount();
    REQUIRE(running.Edit().Set(Path("/Top/Other.size"), 7.0));
    REQUIRE(running.Edit().SetMetadata(Path("/Top/Other"), Token("comment"), Value(std::string("x"))));
    CHECK(told == 0);
    CHECK(ask() == kind.before);
    CHECK(running.GetSystem().GetNetwork().GetEvaluationCount() == evaluations);
    kind.edit(running);
    CHECK(told == 1);
    CHECK(ask() == kind.after);
  }
  for (const auto& [input, early, late] :
       {std::tuple(in::Time(), 0.0, 10.0), std::tuple(in::Attribute(Token("moving")), 1.0, 2.0),
        std::tuple(in::Constant(Value(4.0)), 4.0, 4.0)}) {
    Running running(std::string(kScene), MakeRegistry(input));
    const auto ask = [&](double time) {
      return ToNumber(running.GetSystem().Compute(running.At("/Top/A"), Token("need"), time));
    };
    CHECK(ask(0) == early);
    CHECK(ask(10) == late);
  }
}

TEST_CASE(
    "a modifier is given what was there before, and a connection across instances its prototype's answer") {
  auto registry = std::make_shared<Registry>();
  Computation lift;
  lift.output = GetOutputs().xform;
  lift.name = Token("lift");
  lift.role = Computation::Role::kModifies;
  lift.schemas = {Token("Cube")};
  lift.inputs = {in::Previous(), in::Attribute(Token("size"))};
  lift.function = [](const Arguments& a) {
    auto transform = a.GetOr(0, stage::ComputedTransform());
    transform.matrix[3][2] += a.GetOr(1, 0.0);
    return Datum::Of(transform);
  };
  REQUIRE(registry->Add(std::move(lift)));
  Running running(
      "def Xform \"Part\" {\n    def Cube \"C\" {\n        double size = 3\n    }\n}\ndef \"I\" (\n    "
      "instanceable = "
      "true\n    references = </Part>\n)\n{\n}\n",
      registry);
  CHECK(Translation(running.World("/Part/C"))[2] == 3);
  CHECK(Translation(
            domain::XformCache(0.0, &running.GetSystem()).GetLocalToWorldTransform(running.At("/I/C")))[2] ==
        3);
}

TEST_CASE("many values are made by many threads, each once, and are what one thread makes") {
  auto registry = std::make_shared<Registry>();
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> calls = 0;
  Computation slow;
  slow.output = slow.name = Token("slow");
  slow.schemas = {Token("Sphere")};
  slow.inputs = {in::Attribute(Token("radius"))};
  slow.function = [&](const Arguments& a) {
    ++calls;
    {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    return Datum::Of(a.GetOr(0, 0.0) * 2);
  };
  REQUIRE(registry->Add(std::move(slow)));
  std::string text;
  constexpr int kCount = 1200;
  for (int i = 0; i < kCount; ++i)
    text += fmt::format("def Sphere \"S{}\"\n{{\n    double radius = {}\n}}\n", i, i);
  Executor executor(4);
  stage::OpenOptions options = WithSchemas();
  options.executor = &executor;
  stage::Scene scene(text, options);
  System system(scene.GetOwner(), registry);
  std::vector<ValueKey> keys;
  for (int i = 0; i < kCount; ++i) keys.push_back({Path(fmt::format("/S{}", i)), Token("slow")});
  const std::vector<Datum> made = system.MakeRequest(keys)->Compute(0.0);
  for (int i = 0; i < kCount; ++i) CHECK(made[static_cast<size_t>(i)] == Datum::Of(i * 2.0));
  CHECK(calls == kCount);
  CHECK(threads.size() > 1);
}

TEST_CASE("functions of one exclusive executor are called one at a time, whoever asks") {
  auto registry = std::make_shared<Registry>();
  const auto exclusive = std::make_shared<ExclusiveExecutor>();
  std::atomic<int> inside = 0, most = 0;
  for (const char* output : {"a", "b"}) {
    Computation made;
    made.output = made.name = Token(output);
    made.executor = exclusive;
    made.inputs = {in::Time()};
    made.function = [&](const Arguments&) {
      most = std::max<int>(most, ++inside);
      std::this_thread::sleep_for(std::chrono::microseconds(300));
      --inside;
      return Datum::Of(1.0);
    };
    REQUIRE(registry->Add(std::move(made)));
  }
  Running running("def Cube \"A\" {\n}\ndef Cube \"B\" {\n}\n", registry);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i)
        running.GetSystem().Compute(running.At(t % 2 ? "/A" : "/B"), Token(i % 2 ? "a" : "b"),
                                    double(t * 5 + i));
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(most == 1);
}

TEST_CASE("a function that asks for what is none of its inputs is refused, and others go on") {
  auto registry = std::make_shared<Registry>();
  System* asked = nullptr;
  const auto add = [&](const char* name, const char* other) {
    Computation made;
    made.output = made.name = Token(name);
    made.schemas = {Token("Cube")};
    made.function = [&asked, other](const Arguments& a) {
      const Datum answer = asked->Compute(a.GetPrim(), Token(other), a.GetTime());
      return answer.IsEmpty() ? Datum::Of(1.0) : answer;
    };
    REQUIRE(registry->Add(std::move(made)));
  };
  add("self", "self");
  add("hen", "egg");
  add("egg", "hen");
  Running running("def Cube \"A\" {\n}\n", registry);
  asked = &running.GetSystem();
  // Each would wait for the other, and for itself.
  std::thread other([&] { asked->Compute(running.At("/A"), Token("hen"), 0.0); });
  CHECK(asked->Compute(running.At("/A"), Token("egg"), 0.0).IsEmpty());
  CHECK(asked->Compute(running.At("/A"), Token("self"), 0.0).IsEmpty());
  other.join();
  const Diagnostics remarks = asked->GetDiagnostics();
  REQUIRE(remarks.GetAll().size() == 3);
  for (const Diagnostic& each : remarks.GetAll()) {
    CHECK(each.code == &kNeedUndeclared);
    CHECK(each.location.path == "/A");
  }
}

TEST_CASE("a function that edits its stage has no answer, and what it changed counts from the next edit on") {
  auto registry = std::make_shared<Registry>();
  stage::Stage* stage = nullptr;
  Computation edits;
  edits.output = edits.name = Token("edits");
  edits.schemas = {Token("Cube")};
  edits.function = [&](const Arguments&) {
    CHECK(stage::Editor(*stage).Set(Path("/B.size"), 9.0));
    CHECK(stage::Editor(*stage).DefinePrim(Path("/New"), Token("Cube")));
    return Datum::Of(1.0);
  };
  REQUIRE(registry->Add(std::move(edits)));
  Computation size;
  size.output = size.name = Token("size");
  size.schemas = {Token("Cube")};
  size.inputs = {in::Attribute(Token("size"))};
  size.function = [](const Arguments& a) { return a.Get(0); };
  REQUIRE(registry->Add(std::move(size)));
  stage::Scene scene("def Cube \"A\" {\n}\ndef Cube \"B\" {\n    double size = 1\n}\n", WithSchemas());
  System system(scene.GetOwner(), registry);
  stage = &*scene;
  const auto ask = [&](const char* path, const char* output) {
    return system.Compute(scene.At(path), Token(output), 0.0);
  };
  CHECK(ask("/B", "size") == Datum::Of(1.0));
  CHECK(ask("/A", "edits").IsEmpty());
  const Diagnostics remarks = system.GetDiagnostics();
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kEditedByComputation);
  CHECK(ask("/B", "size") == Datum::Of(1.0));
  REQUIRE(stage::Editor(*scene).Set(Path("/A.size"), 2.0));
  CHECK(ask("/B", "size") == Datum::Of(9.0));
}

TEST_CASE("changes that come while somebody computes wait until he has done") {
  auto registry = std::make_shared<Registry>();
  std::atomic<bool> has_begun = false, has_ended = false;
  Computation slow;
  slow.output = slow.name = Token("slow");
  slow.schemas = {Token("Cube")};
  slow.function = [&](const Arguments&) {
    has_begun = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    has_ended = true;
    return Datum::Of(1.0);
  };
  REQUIRE(registry->Add(std::move(slow)));
  Running running("def Cube \"A\" {\n}\n", registry);
  const stage::Prim prim = running.At("/A");
  std::thread other([&] { running.GetSystem().Compute(prim, Token("slow"), 0.0); });
  while (!has_begun) std::this_thread::yield();
  NetworkChanges changes;
  changes.resynced = {Path("/A")};
  running.GetSystem().Apply(changes);
  CHECK(has_ended);
  other.join();
  CHECK(running.GetSystem().GetNetwork().GetNodeCount() == 0);
}

}  // namespace strata::compute

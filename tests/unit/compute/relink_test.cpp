#include <fmt/format.h>

#include <random>

#include "tests/unit/compute/running.h"

// What leads from prim to prim may come to lead elsewhere by edits of prims that it does not lead to yet.
namespace strata::compute {

namespace {

const Token kTotal{"total"};

// "large" is what spheres and cubes say of their size; "total" of all prims what `input` gives, summed.
std::shared_ptr<const Registry> MakeRegistry(const Input& input) {
  auto registry = std::make_shared<Registry>();
  for (const auto& [type, attribute] : {std::pair("Cube", "size"), {"Sphere", "radius"}}) {
    Computation large = MakeComputation("large", {Token(type)}, {in::Attribute(Token(attribute))},
                                        [](const Arguments& a) { return a.Get(0); });
    large.name = Token(std::string("large of ") + type);
    REQUIRE(registry->Add(std::move(large)));
  }
  REQUIRE(registry->Add(MakeComputation("total", {}, {input}, [](const Arguments& a) -> Result<Datum> {
    double sum = 0;
    for (const Datum& each : a.GetAll(0)) sum += each.GetValue().GetOr(0.0);
    return Datum::Of(sum);
  })));
  return registry;
}

double GetTotal(const System& system, const stage::Prim& prim) {
  return system.Compute(prim, kTotal, 0.0).GetValue().GetOr(-1.0);
}

}  // namespace

TEST_CASE("what leads to a prim without the output, or to none, leads to its answer once it has one") {
  const std::string scene =
      "def Xform \"A\" {\n    custom rel others = [</B>, </On/C.more>]\n    custom double linked.connect = "
      "</B.size>\n}\ndef \"B\" {\n}\ndef \"On\" {\n}\n";
  const auto set_type = [](Running& running, const char* path, const char* type) {
    REQUIRE(running.Edit().SetMetadata(Path(path), Token("typeName"), Value(Token(type))));
  };
  const auto define = [](Running& running, const char* path, const char* type) {
    REQUIRE(running.Edit().DefinePrim(Path(path), Token(type)));
  };
  for (const Input& input :
       {in::Targets(Token("others"), Token("large")), in::Connections(Token("linked"), Token("large")),
        in::OfPrim(Path("/B"), Token("large"))}) {
    CAPTURE(static_cast<int>(input.kind));
    Running running(scene, MakeRegistry(input));
    std::string told;
    const auto request = running.GetSystem().MakeRequest(
        {{Path("/A"), kTotal}}, [&](const std::vector<size_t>&) { told += "told "; });
    const auto total = [&] { return request->Compute(0.0)[0].GetValue().GetOr(-1.0); };
    CHECK(total() == 0);
    set_type(running, "/B", "Cube");
    CHECK(told == "told ");
    CHECK(total() == 2);
    set_type(running, "/B", "Scope");
    CHECK(total() == 0);
    REQUIRE(running.Edit().RemovePrim(Path("/B")));
    CHECK(total() == 0);
    define(running, "/B", "Sphere");
    CHECK(total() == 1);
    CHECK(told == "told told told told ");
  }
}

TEST_CASE("relationships that lead on are followed, wherever one of them comes, goes or changes") {
  Running running(
      "def \"A\" {\n    custom rel others = </On/C.more>\n}\ndef Cube \"B\" {\n}\ndef Sphere \"S\" {\n}\n",
      MakeRegistry(in::Targets(Token("others"), Token("large"))));
  const auto total = [&] { return GetTotal(running.GetSystem(), running.At("/A")); };
  auto edit = running.Edit();
  CHECK(total() == 0);
  REQUIRE(edit.DefinePrim(Path("/On/C")));
  CHECK(total() == 0);
  REQUIRE(edit.SetTargets(Path("/On/C.more"), {Path("/B")}));
  CHECK(total() == 2);
  REQUIRE(edit.SetTargets(Path("/On/C.more"), {Path("/B"), Path("/B.yet")}));
  REQUIRE(edit.SetTargets(Path("/B.yet"), {Path("/S"), Path("/On/C.more")}));
  CHECK(total() == 3);
  REQUIRE(edit.SetTargets(Path("/B.yet"), {}));
  CHECK(total() == 2);
  REQUIRE(edit.RemovePrim(Path("/On")));
  CHECK(total() == 0);
}

TEST_CASE("a prim at a path is found once all that it stands in is there") {
  Running running("def \"A\" {\n}\n", MakeRegistry(in::OfPrim(Path("/X/Y/Z"), Token("large"))));
  const auto total = [&] { return GetTotal(running.GetSystem(), running.At("/A")); };
  CHECK(total() == 0);
  REQUIRE(running.Edit().DefinePrim(Path("/X/Y/Z"), Token("Cube")));
  CHECK(total() == 2);
  REQUIRE(running.Edit().RemovePrim(Path("/X")));
  CHECK(total() == 0);
}

TEST_CASE("metadata of what is in a prototype count for the proxies in its instances") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(MakeComputation("said", {}, {in::Metadata(Token("comment"))},
                                        [](const Arguments& a) { return a.Get(0); })));
  Running running(
      "def \"Part\" {\n    def \"C\" (\n        \"one\"\n    )\n    {\n    }\n}\ndef \"I\" (\n    "
      "instanceable = true\n    references = </Part>\n)\n{\n}\n",
      registry);
  const auto said = [&] {
    return running.GetSystem().Compute(running.At("/I/C"), Token("said"), 0.0).GetValue();
  };
  CHECK(said() == Value(std::string("one")));
  REQUIRE(running.Edit().SetMetadata(Path("/Part/C"), Token("comment"), Value(std::string("two"))));
  CHECK(said() == Value(std::string("two")));
}

// Random edits of types, schemas, targets, connections, prims and values: the network that followed them
// answers as one that is linked afresh, and whoever was answered otherwise was told.
TEST_CASE("after any edits a network that followed them answers as one linked afresh") {
  constexpr std::string_view kPaths[] = {"/A", "/B", "/A/C", "/A/D", "/B/C", "/B/C/D", "/I", "/I/D", "/P/D"};
  constexpr std::string_view kTypes[] = {"Cube", "Sphere", "Xform", "Scope"};
  const std::string scene =
      "def \"A\" {\n    def Cube \"C\" {\n    }\n}\ndef Sphere \"B\" {\n}\ndef \"P\" {\n    def Cube \"D\" "
      "{\n    }\n}\ndef \"I\" (\n    instanceable = true\n    references = </P>\n)\n{\n}\n";
  auto registry = std::make_shared<Registry>();
  const Token large("large"), sum("sum"), has("has");
  for (const auto& [type, attribute] : {std::pair("Cube", "size"), {"Sphere", "radius"}}) {
    Computation made = MakeComputation("large", {Token(type)}, {in::Attribute(Token(attribute))},
                                       [](const Arguments& a) { return a.Get(0); });
    made.name = Token(std::string("large of ") + type);
    made.cutoff = Computation::Cutoff::kEarly;
    REQUIRE(registry->Add(std::move(made)));
  }
  REQUIRE(registry->Add(
      MakeComputation("has", {Token("CollectionAPI")}, {in::Attribute(Token("weight")), in::Parent(has)},
                      [](const Arguments& a) { return Datum::Of(a.GetOr(0, 1.0) + a.GetOr(1, 0.0)); })));
  REQUIRE(registry->Add(
      MakeComputation("sum", {},
                      {in::Targets(Token("others"), large), in::Connections(Token("linked"), large),
                       in::OfPrim(Path("/A/C"), large), in::Children(large), in::NearestAncestor(large),
                       in::Parent(large), in::Computation(has), in::Targets(Token("others"), has),
                       in::NearestAncestor(has), in::Metadata(Token("comment"))},
                      [](const Arguments& a) {
                        double answer = 0, weight = 1;
                        for (size_t i = 0; i < 9; ++i)
                          for (const Datum& each : a.GetAll(i))
                            answer += each.GetValue().GetOr(0.0) * (weight *= 1.5);
                        if (const auto* comment = a.GetIf<std::string>(9)) answer += double(comment->size());
                        return Datum::Of(answer);
                      })));
  constexpr int kRounds = 12, kEdits = 40;
  size_t differences = 0, changes = 0;
  for (unsigned round = 0; round < kRounds; ++round) {
    std::mt19937 random(round);
    const auto draw = [&](size_t below) { return static_cast<size_t>(random() % below); };
    const auto path = [&] { return Path(kPaths[draw(std::size(kPaths))]); };
    Running running(scene, registry);
    auto edit = running.Edit();
    std::vector<ValueKey> keys;
    for (const std::string_view each : kPaths)
      for (const Token output : {sum, large, has}) keys.push_back({Path(each), output});
    std::vector<bool> told(keys.size());
    const auto request = running.GetSystem().MakeRequest(keys, [&](const std::vector<size_t>& numbers) {
      for (const size_t number : numbers) told[number] = true;
    });
    std::vector<Datum> former = request->Compute(0.0);
    for (int i = 0; i < kEdits; ++i) {
      const Path at = path();
      const auto other = [&] { return draw(3) ? path() : path().AppendProperty(Token("others")); };
      const size_t kind = draw(9);
      // Edits of what is in an instance are refused, and change nothing.
      if (kind == 0)
        (void)edit.SetMetadata(at, Token("typeName"), Value(Token(kTypes[draw(std::size(kTypes))])));
      else if (kind == 1)
        (void)edit.SetTargets(at.AppendProperty(Token("others")), {other(), other()});
      else if (kind == 2 && edit.CreateAttribute(at.AppendProperty(Token("linked")), Token("double")))
        (void)edit.SetConnections(at.AppendProperty(Token("linked")), {path().AppendProperty(Token("size"))});
      else if (kind == 3)
        (void)edit.SetMetadata(
            at, Token("apiSchemas"),
            draw(2) ? Value(ListOp<Token>::Create({Token("CollectionAPI:some")})) : Value());
      else if (kind == 4)
        (void)edit.RemovePrim(at);
      else if (kind == 5)
        (void)edit.DefinePrim(at, Token(kTypes[draw(std::size(kTypes))]));
      else if (kind == 6 &&
               running.GetStage().GetAttributeAtPath(at.AppendProperty(Token("size"))).IsDefined())
        (void)edit.Set(at.AppendProperty(Token("size")), static_cast<double>(draw(5)));
      else if (kind == 7)
        (void)edit.SetMetadata(at, Token("comment"), Value(std::string(draw(4), 'x')));
      else if (kind == 8)
        (void)edit.SetMetadata(at, Token("active"), Value(draw(3) != 0));
      CAPTURE(round);
      CAPTURE(i);
      CAPTURE(kind);
      CAPTURE(at.GetString());
      System afresh(running.GetOwner(), registry);
      const std::vector<Datum> expected = afresh.MakeRequest(keys)->Compute(0.0);
      for (size_t k = 0; k < keys.size(); ++k) {
        if (expected[k] == former[k]) continue;
        ++changes;
        if (!told[k]) {
          CAPTURE(keys[k].provider.GetString());
          CAPTURE(keys[k].output.GetText());
          CHECK(told[k]);
        }
      }
      told.assign(keys.size(), false);
      former = request->Compute(0.0);
      for (size_t k = 0; k < keys.size(); ++k) {
        if (former[k] == expected[k]) continue;
        ++differences;
        CAPTURE(keys[k].provider.GetString());
        CAPTURE(keys[k].output.GetText());
        CHECK(former[k] == expected[k]);
      }
    }
  }
  CHECK(differences == 0);
  CHECK(changes > 200);
}

// "linked" follows a relationship, and a modifier behind it says of itself that it changes nothing.
TEST_CASE("what a relationship leads to is told of behind a modifier that changes nothing") {
  auto registry = std::make_shared<Registry>();
  const Token linked("linked");
  REQUIRE(registry->Add(MakeComputation("size", {Token("Cube")}, {in::Attribute(Token("size"))},
                                        [](const Arguments& a) { return a.Get(0); })));
  REQUIRE(registry->Add(MakeComputation("linked", {Token("Sphere")},
                                        {in::Targets(Token("proxyPrim"), Token("size"))},
                                        [](const Arguments& a) { return a.Get(0); })));
  Computation idle =
      MakeComputation("idle", {Token("Sphere")}, {in::Previous(), in::Targets(Token("other"), Token("size"))},
                      [](const Arguments& a) { return a.Get(0); });
  idle.output = linked;
  idle.role = Computation::Role::kModifies;
  idle.may_differ = [](const stage::Prim&) { return false; };
  REQUIRE(registry->Add(std::move(idle)));
  Running running(
      "def Cube \"A\" {\n    double size = 1\n}\ndef Cube \"B\" {\n    double size = 2\n}\n"
      "def Sphere \"S\" {\n    rel proxyPrim = </A>\n    rel other = </A>\n}\n",
      registry);
  int told = 0;
  const auto request =
      running.GetSystem().MakeRequest({{Path("/S"), linked}}, [&](const std::vector<size_t>&) { ++told; });
  const auto ask = [&] { return request->Compute(0.0)[0].GetValue().GetOr(0.0); };
  CHECK(ask() == 1);
  REQUIRE(running.Edit().SetTargets(Path("/S.proxyPrim"), {Path("/B")}));
  CHECK(told == 1);
  CHECK(ask() == 2);
  // What only the modifier looks at changes nothing.
  REQUIRE(running.Edit().SetTargets(Path("/S.other"), {Path("/B")}));
  CHECK(told == 1);
  CHECK(ask() == 2);
}

}  // namespace strata::compute

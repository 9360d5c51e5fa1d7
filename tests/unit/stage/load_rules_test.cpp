#include "tests/unit/stage/scene.h"

namespace strata::stage {

using Rule = StageLoadRules::Rule;

// As usd-core 26.11 answers.
TEST_CASE("a path above something loaded is loaded itself, and nothing beside it") {
  StageLoadRules rules = StageLoadRules::LoadNone();
  rules.LoadWithDescendants(Path("/A/B"));
  rules.LoadWithoutDescendants(Path("/C"));
  CHECK(rules.GetEffectiveRuleForPath(Path("/A")) == Rule::kOnlyRule);
  CHECK(rules.GetEffectiveRuleForPath(Path("/A/B/X")) == Rule::kAllRule);
  CHECK(rules.GetEffectiveRuleForPath(Path("/A/Z")) == Rule::kNoneRule);
  CHECK(rules.GetEffectiveRuleForPath(Path("/C")) == Rule::kOnlyRule);
  CHECK(rules.GetEffectiveRuleForPath(Path("/C/D")) == Rule::kNoneRule);
  CHECK(rules.IsLoadedWithAllDescendants(Path("/A/B")));
  CHECK(rules.IsLoadedWithNoDescendants(Path("/C")));
  rules.Unload(Path("/A"));
  CHECK_FALSE(rules.IsLoaded(Path("/A/B")));
  rules.AddRule(Path("/A/B/C"), Rule::kNoneRule);
  rules.Minimize();
  CHECK(rules.GetRules().size() == 2);
}

TEST_CASE("what is loaded below a rule to unload loads nothing above that") {
  StageLoadRules rules = StageLoadRules::LoadNone();
  rules.AddRule(Path("/a/b"), Rule::kNoneRule);
  rules.AddRule(Path("/a/b/c"), Rule::kAllRule);
  CHECK(rules.GetEffectiveRuleForPath(Path("/a")) == Rule::kNoneRule);
  CHECK(rules.GetEffectiveRuleForPath(Path("/a/b")) == Rule::kOnlyRule);
  CHECK(rules.GetEffectiveRuleForPath(Path("/a/b/c")) == Rule::kAllRule);
  rules.AddRule(Path("/a/x"), Rule::kOnlyRule);
  CHECK(rules.GetEffectiveRuleForPath(Path("/a")) == Rule::kOnlyRule);
}

TEST_CASE("payloads are loaded and unloaded while a stage is open") {
  OpenOptions options;
  options.load_rules = StageLoadRules::LoadNone();
  Scene scene({{"root.usda",
                "def \"A\" (\n    payload = @p.usda@</P>\n)\n{\n}\ndef \"B\" (\n    payload = "
                "@p.usda@</P>\n)\n{\n}\n"},
               {"p.usda",
                "def \"P\"\n{\n    def \"C\" (\n        payload = </Q>\n    )\n    {\n    }\n}\n"
                "def \"Q\"\n{\n    def \"D\"\n    {\n    }\n}\n"}},
              options);
  CHECK(PathsOf(scene->TraverseAll()) == "/A /B");
  scene->Load(Path("/A"));
  CHECK(PathsOf(scene->TraverseAll()) == "/A /A/C /A/C/D /B");
  scene->Load(Path("/A"), Rule::kOnlyRule);
  CHECK(PathsOf(scene->TraverseAll()) == "/A /A/C /B");
  scene->Load(Path("/B/C"));
  CHECK(PathsOf(scene->TraverseAll()) == "/A /A/C /B /B/C /B/C/D");
  scene->LoadAndUnload({Path("/A")}, {Path("/B")});
  CHECK(PathsOf(scene->TraverseAll()) == "/A /A/C /A/C/D /B");
}

}  // namespace strata::stage

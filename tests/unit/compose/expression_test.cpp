#include "strata/compose/expression.h"

#include <doctest/doctest.h>

using namespace strata;
using namespace strata::compose;

namespace {

Dictionary MakeVariables() {
  Dictionary variables;
  variables.entries["A"] = Value(std::string("x"));
  variables.entries["N"] = Value(int64_t{3});
  variables.entries["ON"] = Value(true);
  variables.entries["LOOP"] = Value(std::string("`${LOOP}`"));
  return variables;
}

VariableExpression::Result Evaluate(std::string_view text) {
  return VariableExpression(text).Evaluate(MakeVariables());
}

}  // namespace

TEST_CASE("a variable inside a text is replaced, and an unknown one stays as written") {
  CHECK(std::get<std::string>(Evaluate("`\"${A}_${MISSING}.usd\"`").value) == "x_${MISSING}.usd");
}

TEST_CASE("the branch of an if that is not taken is read for its variables but its errors do not count") {
  VariableExpression::Result result = Evaluate("`if(${ON}, 'k', ${MISSING})`");
  CHECK(result.errors.empty());
  CHECK(std::get<std::string>(result.value) == "k");
  CHECK(result.used_variables == std::set<std::string>{"MISSING", "ON"});
}

TEST_CASE("and stops at the first false argument without reading on") {
  VariableExpression::Result result = Evaluate("`and(false, ${MISSING})`");
  CHECK(result.errors.empty());
  CHECK_FALSE(std::get<bool>(result.value));
  CHECK(result.used_variables.empty());
}

TEST_CASE("a variable that leads back to itself is an error that names the way") {
  VariableExpression::Result result = Evaluate("`${LOOP}`");
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0] == "Encountered circular variable substitutions: ['LOOP', 'LOOP']");
}

TEST_CASE("a malformed expression says where") {
  CHECK(VariableExpression("`\"${A`").GetErrors() ==
        std::vector<std::string>{"Missing ending '}' at character 5"});
  CHECK(VariableExpression("``").GetErrors() ==
        std::vector<std::string>{"Unexpected expression at character 1"});
  CHECK(VariableExpression("`foo(1)`").GetErrors() == std::vector<std::string>{"Unknown function foo"});
}

TEST_CASE("brackets nested ten thousand deep are an error, not a crash") {
  std::string text = "`" + std::string(10000, '[') + std::string(10000, ']') + "`";
  CHECK_FALSE(VariableExpression(text).GetErrors().empty());
  std::string calls = "`";
  for (int i = 0; i < 10000; ++i) calls += "not(";
  CHECK_FALSE(VariableExpression(calls).GetErrors().empty());
}

TEST_CASE("text that is no expression is taken as it is") {
  EvaluatedText text = EvaluateText("plain.usd", MakeVariables());
  CHECK(text.text == "plain.usd");
  CHECK_FALSE(text.is_expression);
  CHECK(EvaluateText("`${N}`", MakeVariables()).errors.size() == 1);
}

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

TEST_CASE("errors of parsing are those that usd-core tells") {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"`[ 1]`", "Missing ending ']' at character 3"},
      {"`[1, [2]]`", "Missing ending ']' at character 3"},
      {"`len(\t'a')`", "Missing ending ')' at character 5"},
      {"`len('a' , )`", "Missing ending ')' at character 9"},
      {"`\"\n`", "Missing ending '\"' at character 1"},
      {"`None(1)`", "Missing ending '`' at character 5"},
      {"`eq(foo(1), bar(2))`", "Unknown function bar"},
      {"`eq(len(), neq(2))`", "Function 'len' does not take 0 arguments."},
      {"`eq(len(), and(1))`", "Function 'and' requires at least 2 arguments."},
      {"`if(foo(1))`", "Function 'if' does not take 1 arguments."},
      {"`eq(99999999999999999999, foo())`", "Integer 99999999999999999999 out of range. at character 4"}};
  for (const auto& [text, error] : cases) {
    CAPTURE(text);
    CHECK(VariableExpression(text).GetErrors() == std::vector<std::string>{error});
  }
}

TEST_CASE("errors of all arguments are told, and what they asked for") {
  VariableExpression::Result result = Evaluate("`or(eq(${NONE}, ${A}), ${N}, ${ON}, ${LATER})`");
  CHECK(result.errors ==
        std::vector<std::string>{"No value for variable 'NONE'", "or: Invalid type int for argument 1"});
  CHECK(result.used_variables == std::set<std::string>{"A", "N", "NONE", "ON"});
  result = Evaluate("`[${NONE}, 1, 'a', len(2)]`");
  CHECK(result.errors == std::vector<std::string>{"No value for variable 'NONE'",
                                                  "Unexpected value of type string in list at element 2",
                                                  "len: Unsupported type"});
  CHECK(Evaluate("`eq(None, 1)`").errors ==
        std::vector<std::string>{"eq: Cannot compare values of type None and int"});
}

TEST_CASE("escapes in texts are those of C") {
  CHECK(std::get<std::string>(Evaluate(R"(`"\x41\101\q\$\`\n"`)").value) == "AAq$`\n");
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

#include "strata/path/path_expression.h"

#include <doctest/doctest.h>

#include "conformance_tables.h"

using namespace strata;

namespace {

// The canonical text, or "!" where it does not parse.
std::string Canonical(std::string_view text) {
  Result<PathExpression> parsed = PathExpression::Parse(text);
  return parsed ? parsed->GetText() : "!";
}

PathExpression Make(std::string_view text) {
  Result<PathExpression> parsed = PathExpression::Parse(text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("Every row of the table of patterns answers as OpenUSD does") {
  nlohmann::json table = ReadConformanceTable("path_patterns");
  if (table.is_null()) {
    MESSAGE("skipped: ../shared/conformance/tables/path_patterns.json is not there");
    return;
  }
  for (const auto& row : table["rows"]) {
    std::string text = row["pattern"];
    CAPTURE(text);
    PathExpression expression = Make(text);
    CHECK(expression.GetText() == row["text"].get<std::string>());
    std::vector<std::string> matches;
    bool is_unknown = false;
    for (const auto& target : table["targets"]) {
      PathExpression::Match match = expression.Matches(Path(target.get<std::string>()));
      if (match == PathExpression::Match::kYes) matches.push_back(target);
      is_unknown |=
          match == PathExpression::Match::kIncomplete || match == PathExpression::Match::kNeedsPredicate;
    }
    CHECK(is_unknown == row.contains("error"));
    if (row.contains("matches")) CHECK(matches == row["matches"].get<std::vector<std::string>>());
  }
}

TEST_CASE("Expressions are printed in the form OpenUSD prints") {
  for (const char* text : {"/A",
                           "//",
                           "%_",
                           "%/a:b",
                           "%:b",
                           "~/A",
                           "/A /B",
                           "/A + /B",
                           "/A - /B & /C",
                           "~(/A /B)",
                           "//{a}",
                           "{a}",
                           "A",
                           "A/B",
                           "../A",
                           ".",
                           "..",
                           ".//A",
                           "//A.x",
                           "*",
                           "/*",
                           "//*",
                           "/A//B//",
                           "/A//*.x{p}",
                           "/A.x*",
                           "/A.[xy]",
                           "/A/[a-c]?",
                           "/A{a}/B{b}",
                           "..//A",
                           "../../B//",
                           "/",
                           "/A & ~/B",
                           "(/A + /B) /C",
                           "/A - (/B - /C)",
                           "(/A - /B) & /C",
                           "//A{a b and c}",
                           "/é"}) {
    CHECK(Canonical(text) == text);
  }
  CHECK(Canonical("/A+/B") == "/A + /B");
  CHECK(Canonical("(/A /B)") == "/A /B");
  CHECK(Canonical("~(~/A)") == "/A");
  CHECK(Canonical("~ /A") == "~/A");
  CHECK(Canonical("/A + (/B /C)") == "/A + /B /C");
  CHECK(Canonical("(/A + /B) + /C") == "/A + /B + /C");
  CHECK(Canonical("/A + (/B + /C)") == "/A + (/B + /C)");
  CHECK(Canonical("(/A /B) - /C") == "/A /B - /C");
  CHECK(Canonical("/A-B") == "/A - B");
  CHECK(Canonical("  (( /A ))  ") == "/A");
  CHECK(Canonical("%:_") == "%_");
}

TEST_CASE("Predicates are printed in the form OpenUSD prints") {
  CHECK(Canonical("/A{isa:Mesh,strict}") == "/A{isa:\"Mesh\",\"strict\"}");
  CHECK(Canonical("/A{ isa(Mesh,strict=true) }") == "/A{isa(\"Mesh\", strict=1)}");
  CHECK(Canonical("/A{a(1.50, -2, x='q\"x')}") == "/A{a(1.5, -2, x='q\"x')}");
  CHECK(Canonical("/A{(a and b) or c}") == "/A{a and b or c}");
  CHECK(Canonical("/A{a and (b or c)}") == "/A{a and (b or c)}");
  CHECK(Canonical("/A{not(a)}") == "/A{not a}");
  CHECK(Canonical("/A{not (a or b)}") == "/A{not (a or b)}");
  CHECK(Canonical("/A{a:1e3}") == "/A{a:1000}");
  CHECK(Canonical("{a:8e800,-8e800,inf,-inf}") == "{a:inf,-inf,inf,-inf}");
  CHECK(Canonical("{a:nan,-nan,-infinity,+inf}") == "{a:\"nan\",\"-nan\",\"-infinity\",\"+inf\"}");
  CHECK(Canonical("{a:.5,b=c}") == "{a:\".5\",\"b=c\"}");
}

TEST_CASE("Arguments of predicates may be empty") {
  CHECK(Canonical("{a:}") == "{a:\"\"}");
  CHECK(Canonical("{a:1,,x}") == "{a:1,\"\",\"x\"}");
  CHECK(Canonical("{a: b}") == "{a:\"\" b}");
  CHECK(Canonical("{a()}") == "{a(\"\")}");
  CHECK(Canonical("{a(, x=)}") == "{a(\"\", x=\"\")}");
}

TEST_CASE("Words of predicates take the escapes of C, quoted arguments six of them") {
  CHECK(Canonical(R"({a:b\\c})") == R"({a:"b\\c"})");
  CHECK(Canonical(R"({a:b\qc,\x41\102,d\})") == R"({a:"bqc","AB","d"})");
  CHECK(Canonical(R"({a:b\tc})") == R"({a:"b\tc"})");
  CHECK(Canonical(R"({a:"b\tc\\"})") == R"({a:"b\tc\\"})");
  CHECK(Canonical(R"({a:"b'\"c"})") == R"({a:"b'\"c"})");
  for (const char* text : {R"({a:b\ac})", R"({a:\x07})", R"({a:"b\qc"})", R"({a:"b\x41"})", R"({a:"b\)"}) {
    CAPTURE(text);
    CHECK(Canonical(text) == "!");
  }
}

TEST_CASE("What is no expression is refused") {
  for (const char* text :
       {"~~/A",  "./A",    ".x",     "/A//.x", "/A/ B",    "/A///B", "/A/",      "//a:b",
        "/A/..", "/A[",    "/A[]",   "/.x",    "/A{v=s}",  "/A{}",   "//A{a,b}", "//A{a & b}",
        "% _",   "%a",     "%/a",    "(/A",    "/A)",      "()",     "/A &",     "& /A",
        "/A~/B", "(/A)/B", "/A\n/B", "/A{a",   "/A{x: 1}", "/A.x/B", "...j",     "..j"}) {
    CAPTURE(text);
    CHECK(Canonical(text) == "!");
  }
  CHECK(PathExpression::Parse("/A/").GetError().message ==
        "'/A/' is no path expression: expected a name after '/' at its end");
}

TEST_CASE("Hostile expressions are refused or read without deep recursion") {
  std::string marks(100'000, '(');
  CHECK(Canonical(marks + "/A" + std::string(100'000, ')')) == "/A");
  CHECK(Canonical(marks) == "!");
  std::string chain = "/A";
  for (int i = 0; i < 50'000; ++i) chain += " /B";
  CHECK(Canonical(chain).size() == chain.size());
  std::string nested;
  for (int i = 0; i < 50'000; ++i) nested += "/A - (";
  CHECK(Canonical(nested + "/A" + std::string(50'000, ')')) == "!");
  CHECK(Canonical("/A{" + marks + "}") == "!");
  std::string stars = "//" + std::string(3000, '*') + "z";
  CHECK(Make(stars).Matches(Path("/" + std::string(3000, 'a'))) == PathExpression::Match::kNo);
}

TEST_CASE("Composing over a weaker expression replaces the reference to it") {
  auto over = [](const char* strong, const char* weak) {
    return Make(strong).ComposeOver(Make(weak)).GetText();
  };
  CHECK(over("%_ /A", "/B") == "/B /A");
  CHECK(over("/A", "/B") == "/A");
  CHECK(over("%_ - /A", "/B /C") == "/B /C - /A");
  CHECK(over("%_", "%_ /B") == "%_ /B");
  CHECK(over("~%_", "/B - /C") == "~(/B - /C)");
  CHECK(over("/A %_", "") == "/A");
  CHECK(over("%_", "") == "");
  CHECK(over("", "/B") == "");
  CHECK(PathExpression::WeakerReference().ContainsWeakerReference());
  CHECK_FALSE(Make("/A").ContainsWeakerReference());
}

TEST_CASE("Prefixes are replaced in patterns and references, and relative ones anchored") {
  auto moved = [](const char* text) { return Make(text).ReplacePrefix(Path("/A"), Path("/Q/R")).GetText(); };
  CHECK(moved("/A/B* /A.x //A") == "/Q/R/B* /Q/R.x //A");
  CHECK(moved("~%/A/B:c") == "~%/Q/R/B:c");
  auto anchored = [](const char* text) { return Make(text).MakeAbsolute(Path("/R/S")).GetText(); };
  CHECK(anchored("B*") == "/R/S/B*");
  CHECK(anchored("..//C %:c") == "/R//C %:c");
  CHECK(anchored(".//*") == "/R/S//*");
  CHECK(anchored("%../X:c B") == "%/R/X:c /R/S/B");
  CHECK(anchored("{a}") == "/R/S/{a}");
}

TEST_CASE("Matching follows set algebra where predicates leave it open") {
  using Match = PathExpression::Match;
  CHECK(PathExpression::Everything().Matches(Path("/")) == Match::kYes);
  CHECK(PathExpression::Nothing().Matches(Path("/A")) == Match::kNo);
  CHECK(Make("//{a}").Matches(Path("/A")) == Match::kNeedsPredicate);
  CHECK(Make("/A //{a}").Matches(Path("/A")) == Match::kYes);
  CHECK(Make("/B & //{a}").Matches(Path("/A")) == Match::kNo);
  CHECK(Make("~//B{a}").Matches(Path("/A")) == Match::kYes);
  CHECK(Make("%_ + //{a}").Matches(Path("/A")) == Match::kIncomplete);
  CHECK(Make("//{a} - /A").Matches(Path("/A")) == Match::kNo);
  CHECK_FALSE(Make("B").IsComplete());
  CHECK(Make("/B - //C").IsComplete());
}

#include <doctest/doctest.h>

#include "conformance_tables.h"
#include "strata/path/path.h"
#include "strata/path/path_expression.h"

using namespace strata;

TEST_CASE("Every row of the table of paths answers as OpenUSD does") {
  nlohmann::json table = ReadConformanceTable("paths");
  if (table.is_null()) {
    MESSAGE("skipped: ../shared/conformance/tables/paths.json is not there");
    return;
  }
  for (const auto& row : table["rows"]) {
    std::string text = row["text"];
    CAPTURE(text);
    Result<Path> parsed = Path::Parse(text);
    CHECK(parsed.HasValue() == row["valid"].get<bool>());
    if (!parsed || !row["valid"].get<bool>()) continue;
    Path path = *parsed;
    CHECK(path.GetString() == row["string"]);
    CHECK(path.GetName() == row["name"]);
    CHECK(path.GetElementString() == row["elementString"]);
    CHECK(path.GetElementCount() == row["elements"]);
    CHECK(path.IsAbsolute() == row["isAbsolute"]);
    CHECK(path.IsPrim() == row["isPrim"]);
    CHECK(path.IsProperty() == row["isProperty"]);
    CHECK(path.IsRootPrim() == row["isRootPrim"]);
    CHECK(path.IsPrimProperty() == row["isPrimProperty"]);
    CHECK(path.IsPrimVariantSelection() == row["isVariant"]);
    CHECK(path.ContainsPrimVariantSelection() == row["hasVariant"]);
    CHECK(path.IsTarget() == row["isTarget"]);
    CHECK(path.IsRelationalAttribute() == row["isRelationalAttribute"]);
    CHECK(path.IsMapper() == row["isMapper"]);
    CHECK(path.IsExpression() == row["isExpression"]);
    CHECK(path.GetParent().GetString() == row["parent"]);
    CHECK(path.GetPrimPath().GetString() == row["primPath"]);
    CHECK(path.GetPrimOrPrimVariantSelectionPath().GetString() == row["primOrVariant"]);
    CHECK(path.GetTarget().GetString() == row["target"]);
    CHECK(path.StripAllVariantSelections().GetString() == row["stripped"]);
    std::vector<std::string> prefixes;
    for (Path prefix : path.GetPrefixes()) prefixes.push_back(prefix.GetString());
    CHECK(prefixes == row["prefixes"].get<std::vector<std::string>>());
    CHECK(path.GetVariantSet().GetText() == row["variant"][0].get<std::string>());
    CHECK(path.GetVariantSelection().GetText() == row["variant"][1].get<std::string>());
  }
}

TEST_CASE("Every row of the table of pairs of paths answers as OpenUSD does") {
  nlohmann::json table = ReadConformanceTable("path_pairs");
  if (table.is_null()) {
    MESSAGE("skipped: ../shared/conformance/tables/path_pairs.json is not there");
    return;
  }
  for (const auto& row : table["rows"]) {
    std::string a_text = row["a"], b_text = row["b"];
    CAPTURE(a_text);
    CAPTURE(b_text);
    Path a(a_text), b(b_text);
    CHECK(a.HasPrefix(b) == row["hasPrefix"]);
    CHECK((a < b) == row["less"]);
    CHECK(a.GetCommonPrefix(b).GetString() == row["commonPrefix"]);
    if (row.contains("makeAbsolute")) CHECK(a.MakeAbsolute(b).GetString() == row["makeAbsolute"]);
    if (row.contains("makeRelative")) CHECK(a.MakeRelative(b).GetString() == row["makeRelative"]);
  }
}

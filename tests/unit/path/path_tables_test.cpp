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
    CHECK(path.GetString() == row["string"].get<std::string>());
    CHECK(path.GetName() == row["name"].get<std::string>());
    CHECK(path.GetElementString() == row["elementString"].get<std::string>());
    CHECK(path.GetElementCount() == row["elements"].get<uint32_t>());
    CHECK(path.IsAbsolute() == row["isAbsolute"].get<bool>());
    CHECK(path.IsPrim() == row["isPrim"].get<bool>());
    CHECK(path.IsProperty() == row["isProperty"].get<bool>());
    CHECK(path.IsRootPrim() == row["isRootPrim"].get<bool>());
    CHECK(path.IsPrimProperty() == row["isPrimProperty"].get<bool>());
    CHECK(path.IsPrimVariantSelection() == row["isVariant"].get<bool>());
    CHECK(path.ContainsPrimVariantSelection() == row["hasVariant"].get<bool>());
    CHECK(path.IsTarget() == row["isTarget"].get<bool>());
    CHECK(path.IsRelationalAttribute() == row["isRelationalAttribute"].get<bool>());
    CHECK(path.IsMapper() == row["isMapper"].get<bool>());
    CHECK(path.IsExpression() == row["isExpression"].get<bool>());
    CHECK(path.GetParent().GetString() == row["parent"].get<std::string>());
    CHECK(path.GetPrimPath().GetString() == row["primPath"].get<std::string>());
    CHECK(path.GetPrimOrPrimVariantSelectionPath().GetString() == row["primOrVariant"].get<std::string>());
    CHECK(path.GetTarget().GetString() == row["target"].get<std::string>());
    CHECK(path.StripAllVariantSelections().GetString() == row["stripped"].get<std::string>());
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
    CHECK(a.HasPrefix(b) == row["hasPrefix"].get<bool>());
    CHECK((a < b) == row["less"].get<bool>());
    CHECK(a.GetCommonPrefix(b).GetString() == row["commonPrefix"].get<std::string>());
    if (row.contains("makeAbsolute"))
      CHECK(a.MakeAbsolute(b).GetString() == row["makeAbsolute"].get<std::string>());
    if (row.contains("makeRelative"))
      CHECK(a.MakeRelative(b).GetString() == row["makeRelative"].get<std::string>());
  }
}

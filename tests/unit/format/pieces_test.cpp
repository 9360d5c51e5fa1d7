#include "strata/format/text/pieces.h"

#include <string>

#include <doctest/doctest.h>

#include "strata/format/text/text.h"

namespace {

using namespace strata;
using format::text::Cut;
using format::text::FindCut;

const std::string kText =
    "#usda 1.0\n"
    "(\n    doc = \"\"\"a\ndef \"NotAPrim\"\n\"\"\"\n)\n"
    "def Scope \"A\"\n{\n"
    "    def \"B\" (\n        kind = \"group\"\n    )\n    {\n"
    "        def \"C\"\n        {\n            int x = 1\n        }\n"
    "        over \"D\" {}\n"
    "    }\n"
    "    class \"E\"\n    {\n    }\n"
    "}\n"
    "def \"F\"\n{\n}\n";

Cut CutAt(const std::string& text, const std::string& line) {
  const auto asset = asset::MakeMemoryAsset(text);
  const size_t place = text.find(line);
  REQUIRE(place != std::string::npos);
  const auto cut = FindCut(*asset, place - 1, text.size());
  REQUIRE(cut);
  REQUIRE(cut->offset == place);
  return *cut;
}

struct Pieces {
  bool good;
  std::string text;  // of the content, written again
};

Pieces ReadPieces(const std::string& text, const std::vector<Cut>& cuts, layer::ReadOptions options = {}) {
  Executor executor(2);
  options.executor = &executor;
  layer::SpecStore content;
  const bool good =
      format::text::ReadInPieces(*asset::MakeMemoryAsset(text), "x.usda", options, cuts, content);
  CHECK(good == (content.GetSpecCount() != 0));
  return {good, format::text::MakeUsdaFormat()->WriteToString(content, {}).ValueOr("")};
}

std::string ReadWhole(const std::string& text) {
  layer::SpecStore content;
  Diagnostics diagnostics;
  REQUIRE(format::text::MakeUsdaFormat()->Read(*asset::MakeMemoryAsset(text), "x.usda", {}, content,
                                               diagnostics));
  return format::text::MakeUsdaFormat()->WriteToString(content, {}).ValueOr("");
}

}  // namespace

TEST_CASE("a cut knows the prims around it by their indentation") {
  CHECK(CutAt(kText, "def Scope \"A\"").open_prims.empty());
  CHECK(CutAt(kText, "    def \"B\"").open_prims == std::vector<Path>{Path("/A")});
  CHECK(CutAt(kText, "        over \"D\"").open_prims == std::vector<Path>{Path("/A"), Path("/A/B")});
  CHECK(CutAt(kText, "    class \"E\"").open_prims == std::vector<Path>{Path("/A")});
  CHECK(CutAt(kText, "def \"F\"").open_prims.empty());
  CHECK(!FindCut(*asset::MakeMemoryAsset(kText), kText.find("def \"F\""), kText.size()));
}

TEST_CASE("a cut far from the prims around it takes them from the start of the file") {
  std::string text = "#usda 1.0\ndef \"World\"\n{\n    def \"Group\"\n    {\n";
  const std::string filling = "        def \"P\"\n        {\n        }\n";
  while (text.size() < (size_t{5} << 20)) text += filling;
  const auto cut = FindCut(*asset::MakeMemoryAsset(text), text.size() - 1000, 1000);
  REQUIRE(cut);
  CHECK(cut->open_prims == std::vector<Path>{Path("/World"), Path("/World/Group")});
}

TEST_CASE("a file read in pieces says what it says as a whole") {
  const std::string whole = ReadWhole(kText);
  const std::vector<std::string> lines = {"def Scope \"A\"",    "    def \"B\"",   "        def \"C\"",
                                          "        over \"D\"", "    class \"E\"", "def \"F\""};
  for (size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(lines[i]);
    const Pieces two = ReadPieces(kText, {CutAt(kText, lines[i])});
    CHECK(two.good);
    CHECK(two.text == whole);
    for (size_t j = i + 1; j < lines.size(); ++j) {
      CAPTURE(lines[j]);
      CHECK(ReadPieces(kText, {CutAt(kText, lines[i]), CutAt(kText, lines[j])}).text == whole);
    }
  }
}

TEST_CASE("a cut inside of a string is found out") {
  CHECK_FALSE(ReadPieces(kText, {CutAt(kText, "def \"NotAPrim\"")}).good);
}

TEST_CASE("a wrong guess of what is open is found out") {
  Cut cut = CutAt(kText, "        over \"D\"");
  cut.open_prims.pop_back();
  CHECK_FALSE(ReadPieces(kText, {cut}).good);
  cut.open_prims = {Path("/A"), Path("/Other")};
  CHECK_FALSE(ReadPieces(kText, {cut}).good);
}

TEST_CASE("what only a reading of the whole can judge is left to it") {
  const auto refuses = [](const std::string& text, const std::string& line) {
    CAPTURE(text);
    CHECK_FALSE(ReadPieces(text, {CutAt(text, line)}).good);
  };
  const std::string begin =
      "#usda 1.0\ndef \"A\"\n{\n    def \"B\"\n    {\n    }\n    def \"C\"\n    {\n    }\n";
  refuses(begin + "    int x = 1\n}\n", "    def \"C\"");                // a property of the open prim
  refuses(begin + "    def \"B\"\n    {\n    }\n}\n", "    def \"C\"");  // a prim written twice
  refuses(begin, "    def \"C\"");                                       // a block left open
  refuses(begin + "    def \"D\"\n    {\n        int = 3\n    }\n}\n",
          "    def \"C\"");  // an error after the cut
  refuses("#usda 1.0\ndef \"A\"\n{\n    int = 3\n    def \"C\"\n    {\n    }\n}\n",
          "    def \"C\"");  // before
  refuses(
      "#usda 1.0\ndef \"A\"\n{\n    variantSet \"v\" = {\n        \"x\" {\n            def \"C\"\n           "
      " {\n"
      "            }\n        }\n    }\n    def \"D\"\n    {\n    }\n    reorder nameChildren = [\"D\"]\n}\n",
      "    def \"D\"");
}

TEST_CASE("a cut inside of a variant is none") {
  const std::string text =
      "#usda 1.0\ndef \"A\"\n{\n    variantSet \"v\" = {\n        \"x\" {\n            def \"C\"\n";
  CHECK(!FindCut(*asset::MakeMemoryAsset(text), 20, text.size()));
}

TEST_CASE("the budget of specs holds for all pieces together") {
  layer::ReadOptions options;
  options.budgets.max_specs = 5;
  CHECK_FALSE(ReadPieces(kText, {CutAt(kText, "    class \"E\"")}, options).good);
}

TEST_CASE("errors of a big file are the same for any number of threads") {
  std::string text = "#usda 1.0\ndef \"World\"\n{\n";
  for (int i = 0; text.size() < (size_t{3} << 20); ++i)
    text += "    def \"P" + std::to_string(i) + "\"\n    {\n        int x = 1\n    }\n";
  text += "    def \"P7\"\n    {\n    }\n}\n";
  Executor executor(2);
  std::string messages[2];
  for (int many = 0; many < 2; ++many) {
    layer::SpecStore content;
    Diagnostics diagnostics;
    layer::ReadOptions options;
    if (many) options.executor = &executor;
    CHECK_FALSE(format::text::MakeUsdaFormat()->Read(*asset::MakeMemoryAsset(text), "x.usda", options,
                                                     content, diagnostics));
    messages[many] = RenderDiagnostics(diagnostics, ColorMode::kPlain);
  }
  CHECK(messages[0] == messages[1]);
  CHECK(messages[0].find("</World/P7>") != std::string::npos);
}

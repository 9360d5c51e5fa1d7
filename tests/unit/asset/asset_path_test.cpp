#include <doctest/doctest.h>

#include "strata/asset/asset_path.h"

using namespace strata::asset;

TEST_CASE("paths are normalised as text") {
  CHECK(NormalizePath("a/./b//c/../d") == "a/b/d");
  CHECK(NormalizePath("./x.usda") == "x.usda");
  CHECK(NormalizePath("../../x") == "../../x");
  CHECK(NormalizePath("a/../../x") == "../x");
  CHECK(NormalizePath("/../a") == "/a");
  CHECK(NormalizePath("//a//") == "/a");
  CHECK(NormalizePath("/") == "/");
  CHECK(NormalizePath("a/..") == ".");
  CHECK(NormalizePath("") == "");
  CHECK(NormalizePath("https://host//a/../b") == "https://host//a/../b");
}

TEST_CASE("only ./ and ../ make a path file-relative") {
  CHECK(IsFileRelativePath("./a"));
  CHECK(IsFileRelativePath("../a"));
  CHECK_FALSE(IsFileRelativePath("a/b"));
  CHECK_FALSE(IsFileRelativePath(".hidden"));
  CHECK_FALSE(IsFileRelativePath("..."));
}

TEST_CASE("extensions are lower case and of the innermost file") {
  CHECK(GetExtension("/a.b/C.USDA") == "usda");
  CHECK(GetExtension("/a.b/c") == "");
  CHECK(GetExtension("a.usdz[b/c.usdc]") == "usdc");
}

TEST_CASE("package-relative paths split at either end and join again") {
  const char* deep = "a.usdz[b/c.usdz[d.usd]]";
  CHECK(IsPackageRelativePath(deep));
  CHECK_FALSE(IsPackageRelativePath("a.usdz"));
  CHECK_FALSE(IsPackageRelativePath("a]"));
  CHECK(SplitPackageOuter(deep) == std::pair<std::string, std::string>("a.usdz", "b/c.usdz[d.usd]"));
  CHECK(SplitPackageInner(deep) == std::pair<std::string, std::string>("a.usdz[b/c.usdz]", "d.usd"));
  CHECK(SplitPackageOuter("a.usd") == std::pair<std::string, std::string>("a.usd", ""));
  CHECK(JoinPackage("a.usdz[b/c.usdz]", "d.usd") == deep);
  CHECK(JoinPackage("a.usdz", "b/c.usdz[d.usd]") == deep);
}

TEST_CASE("brackets in the names of packaged files are escaped") {
  const std::string joined = JoinPackage("a.usdz", "odd[1].png");
  CHECK(joined == "a.usdz[odd\\[1\\].png]");
  CHECK(SplitPackageInner(joined) == std::pair<std::string, std::string>("a.usdz", "odd[1].png"));
  CHECK(SplitPackageOuter(joined) == std::pair<std::string, std::string>("a.usdz", "odd[1].png"));
}

TEST_CASE("identifiers carry file format arguments sorted by name") {
  std::map<std::string, std::string> arguments;
  CHECK(SplitIdentifier("a.usd:SDF_FORMAT_ARGS:k=v&b=2&empty=", &arguments) == "a.usd");
  CHECK(arguments == std::map<std::string, std::string>{{"k", "v"}, {"b", "2"}, {"empty", ""}});
  CHECK(JoinIdentifier("a.usd", arguments) == "a.usd:SDF_FORMAT_ARGS:b=2&empty=&k=v");
  CHECK(JoinIdentifier("a.usd", {}) == "a.usd");
  CHECK(SplitIdentifier("a.usd", nullptr) == "a.usd");
}

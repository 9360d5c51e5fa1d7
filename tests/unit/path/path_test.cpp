#include "strata/path/path.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <thread>

using namespace strata;

namespace {

// A random path text of the grammar, deep and odd enough to meet every production.
std::string MakeRandomText(std::mt19937& random, int nesting = 0) {
  auto pick = [&](unsigned n) { return random() % n; };
  static const char* const kNames[] = {"A", "B", "c", "_x", "é", "Geom1", "你好"};
  auto name = [&] { return std::string(kNames[pick(7)]); };
  std::string text;
  bool has_prim = false, after_selection = false;
  switch (pick(4)) {
    case 0:
      for (unsigned i = pick(3); i-- > 0;) text += text.empty() ? ".." : "/..";
      break;
    case 1:
      break;
    default:
      text = "/";
      break;
  }
  bool needs_slash = !text.empty() && text != "/";
  for (unsigned i = pick(5); i-- > 0; has_prim = true) {
    if (needs_slash && !after_selection) text += "/";
    text += name();
    needs_slash = true;
    after_selection = false;
    if (pick(4) == 0) {
      static const char* const kSelections[] = {"", "v", ".hid", "1", "a-b|c"};
      text += "{" + name() + "=" + kSelections[pick(5)] + "}";
      after_selection = true;
    }
  }
  if (text.empty()) return nesting == 0 && pick(2) ? "." : "." + name();
  if (text == "/") return text;
  if (pick(2)) return text;
  text += (has_prim ? "." : "/.") + name() + (pick(3) == 0 ? ":" + name() : "");
  if (pick(3) != 0 || nesting > 2) return text;
  if (pick(3) == 0) return text + ".expression";
  bool is_mapper = pick(2) == 0;
  text += (is_mapper ? ".mapper[" : "[") + MakeRandomText(random, nesting + 1) + "]";
  return pick(2) ? text : text + "." + name();
}

std::vector<Path> MakeRandomPaths(unsigned seed, int count) {
  std::mt19937 random(seed);
  std::vector<Path> paths;
  for (int i = 0; i < count; ++i) paths.emplace_back(MakeRandomText(random));
  return paths;
}

}  // namespace

TEST_CASE("Paths have equal ids exactly when their texts are equal, and printing then parsing is identity") {
  std::map<std::string, Path> known;
  std::mt19937 random(7);
  std::set<PathElement> met;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = MakeRandomText(random);
    CAPTURE(text);
    Result<Path> path = Path::Parse(text);
    REQUIRE(path);
    met.insert(path->GetElement());
    CHECK(path->GetString() == text);
    auto [at, is_new] = known.emplace(text, *path);
    CHECK(at->second == *path);
  }
  CHECK(met.size() == 11);  // every element but the empty one
  std::set<uint32_t> ids;
  for (const auto& [text, path] : known) ids.insert(path.GetId());
  CHECK(ids.size() == known.size());
}

TEST_CASE("Prefixes obey their laws") {
  std::vector<Path> paths = MakeRandomPaths(11, 400);
  for (Path a : paths) {
    CHECK(a.HasPrefix(a));
    std::vector<Path> prefixes = a.GetPrefixes();
    CHECK(prefixes.size() == a.GetElementCount());
    for (Path prefix : prefixes) CHECK(a.HasPrefix(prefix));
    CHECK(a.ReplacePrefix(Path("/Nowhere"), Path("/Else")) == a);
  }
  for (size_t i = 0; i + 1 < paths.size(); ++i) {
    for (size_t k = 0; k < paths.size(); k += 7) {
      Path a = paths[i], b = paths[k], common = a.GetCommonPrefix(b);
      CHECK(common == b.GetCommonPrefix(a));
      CHECK(common.IsEmpty() == (a.IsAbsolute() != b.IsAbsolute()));
      CHECK((common.IsEmpty() || (a.HasPrefix(common) && b.HasPrefix(common))));
      CHECK(a.HasPrefix(b) == (common == b));
    }
  }
}

TEST_CASE("The order of paths is strict, total, and puts prefixes first") {
  std::vector<Path> paths = MakeRandomPaths(13, 300);
  std::sort(paths.begin(), paths.end());
  for (size_t i = 0; i < paths.size(); ++i) {
    for (size_t k = 0; k < paths.size(); ++k) {
      bool less = paths[i] < paths[k], more = paths[k] < paths[i];
      CHECK_FALSE((less && more));
      CHECK((less || more) == (paths[i] != paths[k]));
      if (less) CHECK(i < k);
      if (paths[k].HasPrefix(paths[i]) && paths[i] != paths[k]) CHECK(less);
    }
  }
}

TEST_CASE("Making a path relative and absolute again is making it absolute") {
  for (Path anchor : {Path("/"), Path("/A"), Path("/A/B/c"), Path("/X/Y")}) {
    for (Path path : MakeRandomPaths(17, 500)) {
      if (!path.IsAbsolute() || path.ContainsPrimVariantSelection()) continue;
      Path relative = path.MakeRelative(anchor);
      CAPTURE(path.GetString());
      CHECK_FALSE(relative.IsEmpty());
      CHECK_FALSE(relative.IsAbsolute());
      CHECK(relative.MakeAbsolute(anchor) == path.MakeAbsolute(anchor));
    }
  }
}

TEST_CASE("Replacing a prefix follows into targets, or not when told so") {
  Path path("/A/B.x[/A/C.y[/A/D]].r");
  CHECK(path.ReplacePrefix(Path("/A"), Path("/Q/R")).GetString() == "/Q/R/B.x[/Q/R/C.y[/Q/R/D]].r");
  CHECK(path.ReplacePrefix(Path("/A"), Path("/Q"), Path::TargetFix::kKeepTargets).GetString() ==
        "/Q/B.x[/A/C.y[/A/D]].r");
  CHECK(Path("/Z.x[/A/C]").ReplacePrefix(Path("/A"), Path("/Q")).GetString() == "/Z.x[/Q/C]");
  CHECK(Path("/A/B{v=s}C.x").ReplacePrefix(Path("/A/B{v=s}"), Path("/Q")).GetString() == "/Q/C.x");
  CHECK(Path("/A/B").ReplacePrefix(Path("/A"), Path("/Q{v=s}")).GetString() == "/Q{v=s}B");
  CHECK(Path("/A/B").ReplacePrefix(Path("/"), Path("/Q")).GetString() == "/Q/A/B");
  CHECK(Path("/A/B").ReplacePrefix(Path("/A/B"), Path("/Q.x")).GetString() == "/Q.x");
  CHECK(Path("/A/B").ReplacePrefix(Path("/A"), Path("/Q.x")).IsEmpty());
  CHECK(Path("/A").ReplacePrefix(Path(), Path("/Q")).IsEmpty());
}

TEST_CASE("Appending what cannot follow gives the empty path") {
  CHECK(Path("/A").AppendChild(Token("no good")).IsEmpty());
  CHECK(Path("/A.x").AppendChild(Token("B")).IsEmpty());
  CHECK(Path("/").AppendProperty(Token("x")).IsEmpty());
  CHECK(Path("/A").AppendProperty(Token("x:")).IsEmpty());
  CHECK(Path("/A.x").AppendVariantSelection(Token("v"), Token("s")).IsEmpty());
  CHECK(Path("/A").AppendVariantSelection(Token("v"), Token("a b")).IsEmpty());
  CHECK(Path("/A").AppendTarget(Path("/B")).IsEmpty());
  CHECK(Path("/A.x").AppendTarget(Path()).IsEmpty());
  CHECK(Path("/A").AppendPath(Path("../../..")).IsEmpty());
  CHECK(Path().AppendChild(Token("A")).IsEmpty());
  CHECK(Path("/A").AppendChild(Token("..")) == Path("/"));
  CHECK(Path(".").AppendChild(Token("..")) == Path(".."));
}

TEST_CASE("Hostile texts are refused with a place, quickly") {
  std::string nested = "/A";
  for (int i = 0; i < 100'000; ++i) nested += ".x[/A";
  CHECK(Path(nested).IsEmpty());
  CHECK(Path::Parse(nested).GetError().message.find("64") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "/A";
  CHECK(Path(deep).IsEmpty());
  CHECK(Path::Parse(deep).GetError().message.size() < 500);
  CHECK(Path::Parse("/A/-").GetError().message ==
        "</A/-> is no path: expected a prim name at character 4, found '-'");
  CHECK(Path::Parse("").GetError().code == &kPathMalformed);
  CHECK(Path("/A\xC3").IsEmpty());
  CHECK(Path(std::string_view("/A\0", 3)).IsEmpty());
}

TEST_CASE("Paths far deeper than any scene are made, printed and compared without recursion") {
  Path path = Path::AbsoluteRoot();
  for (int i = 0; i < 200'000; ++i) path = path.AppendChild(Token("a"));
  CHECK(path.GetElementCount() == 200'000);
  CHECK(path.GetString().size() == 400'000);
  CHECK(path.HasPrefix(Path("/a/a")));
  CHECK(Path("/a") < path);
  CHECK(path.ReplacePrefix(Path("/a"), Path("/b")).GetElementCount() == 200'000);
}

TEST_CASE("Sixteen threads that intern the same paths agree on every id") {
  constexpr int kThreads = 16, kPaths = 5'000;
  std::vector<std::vector<uint32_t>> ids(kThreads, std::vector<uint32_t>(kPaths));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPaths; ++i) {
        int n = (i * 7919 + t * 1237) % kPaths;
        Path prim = Path("/Shared").AppendChild(Token("p" + std::to_string(n % 71)));
        Path deep = prim.AppendVariantSelection(Token("v"), Token("s" + std::to_string(n % 5)))
                        .AppendChild(Token("q"));
        ids[t][n] = deep.AppendProperty(Token("x" + std::to_string(n))).GetId();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int t = 1; t < kThreads; ++t) CHECK(ids[t] == ids[0]);
  std::set<uint32_t> unique(ids[0].begin(), ids[0].end());
  CHECK(unique.size() == kPaths);
}

TEST_CASE("Identifiers follow Unicode 15.1") {
  for (const char* good : {"a", "_", "_1", "Ümläut", "你好", "a\xCC\x80", "\xF0\xAE\xAF\xB0"})
    CHECK(Path::IsValidIdentifier(good));
  for (const char* bad : {"", "1a", "a b", "a-b", "a:b", "\xCC\x80", "€", "a\xC3"})
    CHECK_FALSE(Path::IsValidIdentifier(bad));
  CHECK(Path::IsValidNamespacedIdentifier("a:b:c"));
  for (const char* bad : {"", ":a", "a:", "a::b", "a:1"}) CHECK_FALSE(Path::IsValidNamespacedIdentifier(bad));
  for (const char* good : {"a", "1", ".", ".a", "a-b|c"}) CHECK(Path::IsValidVariantName(good));
  for (const char* bad : {"", "..", "a.b", "a b"}) CHECK_FALSE(Path::IsValidVariantName(bad));
}

TEST_CASE("Namespaced names are taken apart and joined") {
  CHECK(Path::TokenizeIdentifier("a:b:c") == std::vector<Token>{Token("a"), Token("b"), Token("c")});
  CHECK(Path::TokenizeIdentifier("a::b").empty());
  CHECK(Path::JoinIdentifier(Token("a:b"), Token("c")) == Token("a:b:c"));
  CHECK(Path::JoinIdentifier(Token(), Token("c")) == Token("c"));
  CHECK(Path::StripNamespace(Token("a:b:c")) == Token("c"));
  CHECK(Path::StripNamespace(Token("c")) == Token("c"));
}

TEST_CASE("Names are ordered by folded letters and by the values of their numbers") {
  const std::vector<std::string> expected = {
      "_foobar",           "a0",      "ab",     "aü",    "foo00001bar", "foo001bar001abc", "foo001bar002abc",
      "foo0001bar0002xyz", "foo_bar", "Foobar", "foobar"};
  std::vector<std::string> names = expected;
  std::mt19937 random(3);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(names.begin(), names.end(), random);
    std::sort(names.begin(), names.end(), ElementOrderLess);
    CHECK(names == expected);
  }
  CHECK(ElementOrderLess("a2", "a10"));
  CHECK(ElementOrderLess("a007", "a08"));
  CHECK(ElementOrderLess("a7", "a07"));
  CHECK(ElementOrderLess("A", "a"));
  CHECK_FALSE(ElementOrderLess("a", "a"));
}

TEST_CASE("Removing ancestors or descendants keeps the other end of every chain") {
  std::vector<Path> paths{Path("/A/B/C"), Path("/A"), Path("/D/E"), Path("/A/B"), Path("/D/F"), Path("/A")};
  std::vector<Path> tops = paths, leaves = paths;
  Path::RemoveDescendants(tops);
  CHECK(tops == std::vector<Path>{Path("/A"), Path("/D/E"), Path("/D/F")});
  Path::RemoveAncestors(leaves);
  CHECK(leaves == std::vector<Path>{Path("/A/B/C"), Path("/D/E"), Path("/D/F")});
}

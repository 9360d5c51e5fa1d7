#include "strata/scene/locator_set.h"

#include <random>
#include <vector>

#include "doctest/doctest.h"

namespace strata::scene {

namespace {

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}
DataSourceLocatorSet S(std::initializer_list<const char*> texts) {
  std::vector<DataSourceLocator> locators;
  for (const char* text : texts) locators.push_back(L(text));
  return DataSourceLocatorSet(std::move(locators));
}
const Token kA("a"), kB("b"), kC("c");

}  // namespace

TEST_CASE("a locator is made of names, and one empty name makes the empty locator") {
  CHECK(DataSourceLocator().IsEmpty());
  CHECK(DataSourceLocator(Token()).IsEmpty());
  CHECK(DataSourceLocator{Token()}.IsEmpty());
  CHECK(DataSourceLocator(std::span<const Token>()).IsEmpty());
  const DataSourceLocator material{Token("material"), Token(), Token("nodes")};
  CHECK(material.GetElementCount() == 3);
  CHECK(material.GetElement(1).IsEmpty());
  CHECK(material.GetString() == "material//nodes");
  CHECK(DataSourceLocator().GetString() == "");
  CHECK(L("a/b").GetString(".") == "a.b");
  CHECK(L("a/b").GetFirstElement() == kA);
  CHECK(L("a/b").GetLastElement() == kB);
  CHECK(DataSourceLocator().GetFirstElement().IsEmpty());
  CHECK(DataSourceLocator().GetLastElement().IsEmpty());
}

TEST_CASE("locators of more names than lie inside are as good as short ones") {
  const DataSourceLocator deep = L("a/b/c/d/e/f/g/h");
  CHECK(deep.GetElementCount() == 8);
  const DataSourceLocator copy = deep;
  CHECK(copy == deep);
  CHECK(copy.GetHash() == deep.GetHash());
  CHECK(deep.Append(kC).GetString() == "a/b/c/d/e/f/g/h/c");
  CHECK(deep.RemoveLastElement().GetString() == "a/b/c/d/e/f/g");
  CHECK(deep.RemoveLastElement().RemoveLastElement().GetString() == "a/b/c/d/e/f");
  CHECK(deep.HasPrefix(L("a/b/c/d/e/f/g")));
  CHECK(deep.ReplacePrefix(L("a/b/c/d/e/f/g"), L("x")).GetString() == "x/h");
}

TEST_CASE("elements are removed, replaced, appended and prepended") {
  CHECK(L("a/b").RemoveLastElement() == L("a"));
  CHECK(L("a/b").RemoveFirstElement() == L("b"));
  CHECK(L("a").RemoveLastElement().IsEmpty());
  CHECK(L("a").RemoveFirstElement().IsEmpty());
  CHECK(DataSourceLocator().RemoveFirstElement().IsEmpty());
  CHECK(L("a/b").ReplaceLastElement(kC) == L("a/c"));
  CHECK(DataSourceLocator().ReplaceLastElement(kC).IsEmpty());
  CHECK(L("a").Append(kB) == L("a/b"));
  CHECK(L("a").Append(L("b/c")) == L("a/b/c"));
  CHECK(L("b").Prepend(kA) == L("a/b"));
  CHECK(L("c").Prepend(L("a/b")) == L("a/b/c"));
}

TEST_CASE("prefixes: the empty locator is one of all, and each is one of itself") {
  CHECK(L("a/b").HasPrefix(DataSourceLocator()));
  CHECK(L("a/b").HasPrefix(L("a/b")));
  CHECK(L("a/b").HasPrefix(L("a")));
  CHECK_FALSE(L("a").HasPrefix(L("a/b")));
  CHECK(L("a/b/c").GetCommonPrefix(L("a/b/d")) == L("a/b"));
  CHECK(L("a").GetCommonPrefix(L("b")).IsEmpty());
  CHECK(L("a/b/c").ReplacePrefix(L("a/b"), L("x")) == L("x/c"));
  CHECK(L("a/b/c").ReplacePrefix(L("b"), L("x")) == L("a/b/c"));
  CHECK(L("a/b").ReplacePrefix(DataSourceLocator(), L("x")) == L("x/a/b"));
  CHECK(L("a/b").ReplacePrefix(L("a"), DataSourceLocator()) == L("b"));
}

TEST_CASE("two locators intersect when one is a prefix of the other") {
  CHECK(L("a/b").Intersects(L("a")));
  CHECK(L("a").Intersects(L("a/b")));
  CHECK(L("a").Intersects(DataSourceLocator()));
  CHECK_FALSE(L("a/b").Intersects(L("a/c")));
}

TEST_CASE("locators are ordered by the text of their names, prefixes first") {
  const Token late("zz_first_interned"), early("aa_then_interned");
  CHECK(DataSourceLocator(early) < DataSourceLocator(late));
  CHECK(L("a") < L("a/b"));
  CHECK(L("a/b") < L("b"));
  CHECK_FALSE(L("a") < L("a"));
}

TEST_CASE("an empty set holds nothing and meets nothing") {
  const DataSourceLocatorSet empty;
  CHECK_FALSE(empty.Contains(DataSourceLocator()));
  CHECK_FALSE(empty.Intersects(DataSourceLocator()));
  CHECK_FALSE(empty.Intersects(DataSourceLocatorSet::Universal()));
  CHECK_FALSE(DataSourceLocatorSet::Universal().Intersects(empty));
  CHECK(empty.Intersection(L("a")).IsEmpty());
}

TEST_CASE("the universal set holds and meets everything") {
  const DataSourceLocatorSet& all = DataSourceLocatorSet::Universal();
  CHECK(all == DataSourceLocatorSet{DataSourceLocator()});
  CHECK(all.Contains(DataSourceLocator()));
  CHECK(all.Contains(L("a/b")));
  CHECK(all.Intersects(all));
  CHECK(all.Intersection(L("primvars")) == S({"primvars"}));
}

TEST_CASE("insertion keeps the fewest locators that say it, sorted") {
  DataSourceLocatorSet set = S({"c", "a/b", "a"});
  CHECK(set == S({"a", "c"}));
  set.Insert(L("a/x"));
  CHECK(set == S({"a", "c"}));
  set.Insert(L("b/y"));
  set.Insert(L("b/x"));
  CHECK(set.GetString() == "{a, b/x, b/y, c}");
  set.Insert(L("b"));
  CHECK(set.GetString() == "{a, b, c}");
  set.Append(L("d"));
  set.Append(L("d/e"));
  set.Append(L("a/q"));
  CHECK(set.GetString() == "{a, b, c, d}");
  set.Insert(S({"b/q", "e", "f", "g", "h", "i", "j"}));
  CHECK(set.GetString() == "{a, b, c, d, e, f, g, h, i, j}");
  set.Insert(DataSourceLocator());
  CHECK(set.IsUniversal());
  CHECK(set.GetSize() == 1);
}

TEST_CASE("a set contains what is at or below one of its locators") {
  const DataSourceLocatorSet set = S({"c", "f/g"});
  CHECK(set.Contains(L("c")));
  CHECK(set.Contains(L("c/d")));
  CHECK(set.Contains(L("f/g/h")));
  CHECK_FALSE(set.Contains(DataSourceLocator()));
  CHECK_FALSE(set.Contains(L("f")));
  CHECK(set.Contains(S({"c/x", "f/g"})));
  CHECK_FALSE(set.Contains(S({"c/x", "f"})));
}

TEST_CASE("a set intersects what is above or below one of its locators") {
  const DataSourceLocatorSet set = S({"a/b"});
  CHECK(set.Intersects(DataSourceLocator()));
  CHECK(set.Intersects(L("a")));
  CHECK(set.Intersects(L("a/b")));
  CHECK(set.Intersects(L("a/b/e")));
  CHECK_FALSE(set.Intersects(L("a/c")));
  CHECK(set.Intersects(S({"a/b/q", "z"})));
  CHECK_FALSE(set.Intersects(S({"a/a", "a/c", "z"})));
}

TEST_CASE("the intersection with a locator is what lies below it, or itself") {
  CHECK(S({"mesh", "primvars"}).Intersection(L("primvars/color")) == S({"primvars/color"}));
  CHECK(S({"primvars/color", "primvars/opacity"}).Intersection(L("primvars")) ==
        S({"primvars/color", "primvars/opacity"}));
  CHECK(S({"mesh"}).Intersection(L("primvars")).IsEmpty());
  CHECK(S({"a/b", "c"}).Intersection(S({"a", "c/d", "e"})) == S({"a/b", "c/d"}));
}

TEST_CASE("prefixes are replaced in each locator, and the set made minimal again") {
  CHECK(S({"a/c/d", "a/c/e", "a/d/e"}).ReplacePrefix(L("a/c"), L("a/d")) == S({"a/d/d", "a/d/e"}));
  CHECK(S({"a/b", "c"}).ReplacePrefix(L("a"), DataSourceLocator()) == S({"b", "c"}));
  CHECK(S({"a", "b"}).ReplacePrefix(DataSourceLocator(), L("x")) == S({"x/a", "x/b"}));
  CHECK(DataSourceLocatorSet::Universal().ReplacePrefix(DataSourceLocator(), L("foo")) == S({"foo"}));
}

TEST_CASE("sets of any size answer as the plain definitions do") {
  std::mt19937 random(7);
  const Token names[] = {kA, kB, kC, Token("d"), Token()};
  const auto make = [&] {
    std::vector<Token> parts(random() % 4);
    for (Token& part : parts) part = names[random() % 5];
    return DataSourceLocator(std::span<const Token>(parts));
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<DataSourceLocator> list(random() % 14), other_list(random() % 14);
    DataSourceLocatorSet set, other;
    for (auto& locator : list) set.Insert(locator = make());
    for (auto& locator : other_list) other.Append(locator = make());
    CHECK(set == DataSourceLocatorSet(list));
    CHECK(other == DataSourceLocatorSet(other_list));
    const auto contains = [](const auto& in, const DataSourceLocator& locator) {
      for (const auto& each : in)
        if (locator.HasPrefix(each)) return true;
      return false;
    };
    const auto meets = [](const auto& in, const DataSourceLocator& locator) {
      for (const auto& each : in)
        if (locator.Intersects(each)) return true;
      return false;
    };
    bool sets_meet = false;
    for (const auto& each : other_list) sets_meet |= meets(list, each);
    CHECK(set.Intersects(other) == sets_meet);
    for (int probe = 0; probe < 10; ++probe) {
      const DataSourceLocator locator = make();
      CHECK(set.Contains(locator) == contains(list, locator));
      CHECK(set.Intersects(locator) == meets(list, locator));
      const bool in_both = contains(list, locator) && contains(other_list, locator);
      CHECK(set.Intersection(other).Contains(locator) == in_both);
      const DataSourceLocator below = make();
      CHECK(set.Intersection(below).Contains(locator) ==
            (contains(list, locator) && locator.HasPrefix(below)));
    }
  }
}

TEST_CASE("a copy of a set keeps what it holds when the set changes") {
  DataSourceLocatorSet set{DataSourceLocator::Parse("a/b"), DataSourceLocator::Parse("c")};
  const DataSourceLocatorSet copy = set;
  set.Insert(DataSourceLocator::Parse("a"));
  set.Insert(DataSourceLocator::Parse("b/x"));
  CHECK(copy.GetString() == "{a/b, c}");
  CHECK(set.GetString() == "{a, b/x, c}");
  set = copy;
  set.Insert(copy);
  CHECK(set == copy);
}

}  // namespace strata::scene

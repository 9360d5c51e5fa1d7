#include "strata/compose/map_function.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace strata;
using namespace strata::compose;

namespace {

Path P(const char* text) {
  return Path(text);
}

}  // namespace

TEST_CASE("a map function maps by the longest source and maps nothing outside") {
  MapFunction map = MapFunction::Create({{P("/A"), P("/B")}, {P("/A/C"), P("/B/D")}});
  CHECK(map.MapSourceToTarget(P("/A/X.y")) == P("/B/X.y"));
  CHECK(map.MapSourceToTarget(P("/A/C/E")) == P("/B/D/E"));
  CHECK(map.MapSourceToTarget(P("/Other")).IsEmpty());
  CHECK(map.MapTargetToSource(P("/B/D")) == P("/A/C"));
}

TEST_CASE("a map function is a bijection: what another pair owns is not reached through the identity") {
  MapFunction map = MapFunction::Create({{P("/"), P("/")}, {P("/Class"), P("/Model")}});
  CHECK(map.MapSourceToTarget(P("/Other")) == P("/Other"));
  CHECK(map.MapSourceToTarget(P("/Class/X")) == P("/Model/X"));
  CHECK(map.MapSourceToTarget(P("/Model")).IsEmpty());
}

TEST_CASE("targets inside a path are mapped with it") {
  MapFunction map = MapFunction::Create({{P("/A"), P("/B")}});
  CHECK(map.MapSourceToTarget(P("/A.r[/A/X]")) == P("/B.r[/B/X]"));
  CHECK(map.MapSourceToTarget(P("/A.r[/Outside]")).IsEmpty());
}

TEST_CASE("pairs that others imply are left out, so that equal maps are equal") {
  MapFunction plain = MapFunction::Create({{P("/A"), P("/B")}});
  MapFunction wordy = MapFunction::Create({{P("/A"), P("/B")}, {P("/A/X"), P("/B/X")}});
  CHECK(plain == wordy);
  CHECK(plain.GetHash() == wordy.GetHash());
  CHECK(wordy.GetPairs().size() == 1);
}

TEST_CASE("composing maps paths and times through the inner one first") {
  MapFunction inner = MapFunction::Create({{P("/A"), P("/B")}}, {10, 2});
  MapFunction outer = MapFunction::Create({{P("/B"), P("/C")}}, {5, 3});
  MapFunction both = outer.Compose(inner);
  CHECK(both.MapSourceToTarget(P("/A/X")) == P("/C/X"));
  CHECK(both.GetTimeOffset() == LayerOffset{35, 6});
  CHECK(both.Compose(both.GetInverse()).MapSourceToTarget(P("/C/X")) == P("/C/X"));
}

TEST_CASE("a pair without a target blocks its source") {
  MapFunction map = MapFunction::Create({{P("/"), P("/")}, {P("/A/B"), Path()}});
  CHECK(map.MapSourceToTarget(P("/A/B/C")).IsEmpty());
  CHECK(map.MapSourceToTarget(P("/A/C")) == P("/A/C"));
}

// The pairs and paths of the following are usd-core's.
TEST_CASE("of several pairs with one target the one with the longest source owns it") {
  MapFunction map = MapFunction::Create({{P("/A"), P("/A")}, {P("/A/x/y"), P("/A")}});
  CHECK(map.GetPairs().size() == 2);
  CHECK(map.MapTargetToSource(P("/A")) == P("/A/x/y"));
  CHECK(map.MapSourceToTarget(P("/A/x/y")) == P("/A"));
  CHECK(map.MapSourceToTarget(P("/A")).IsEmpty());
  const MapFunction composed = map.Compose(MapFunction::Create({{P("/Ref"), P("/A")}}));
  CHECK(composed.GetPairs() == std::vector<MapFunction::Pair>{{P("/Ref/x/y"), P("/A")}});
}

TEST_CASE("a pair whose place another one owns is not implied by those above") {
  MapFunction map = MapFunction::Create(
      {{P("/A"), P("/C/y")}, {P("/K"), P("/C/y/x")}, {P("/A/x/z"), P("/C/y/x/z")}, {P("/A/x"), P("/C/y/x")}});
  CHECK(map.GetPairs() == std::vector<MapFunction::Pair>{
                              {P("/A"), P("/C/y")}, {P("/A/x/z"), P("/C/y/x/z")}, {P("/K"), P("/C/y/x")}});
  CHECK(map.MapSourceToTarget(P("/A/x/z")) == P("/C/y/x/z"));
  CHECK(map.MapSourceToTarget(P("/A/x")).IsEmpty());
}

TEST_CASE("pairs with short sources are left out before those that they imply are looked at") {
  MapFunction map = MapFunction::Create({{P("/"), P("/")},
                                         {P("/A/x"), P("/B/x/x")},
                                         {P("/B/x"), P("/C/y/x")},
                                         {P("/B/x/x/y"), Path()},
                                         {P("/C/y/x"), P("/C/y/x")}});
  CHECK(map.GetPairs() ==
        std::vector<MapFunction::Pair>{
            {P("/"), P("/")}, {P("/A/x"), P("/B/x/x")}, {P("/B/x"), P("/C/y/x")}, {P("/B/x/x/y"), Path()}});
}

TEST_CASE("what another pair owns is blocked in a composed map too") {
  MapFunction outer = MapFunction::Create({{P("/A"), P("/C")}, {P("/B/x"), P("/C")}});
  MapFunction inner = MapFunction::Create({{P("/"), P("/")}, {P("/B"), P("/A")}});
  CHECK(outer.Compose(inner).GetPairs().empty());
}

TEST_CASE("a deferred map stays a step of its own, though the pairs are those of the whole") {
  const MapFunction arc = MapFunction::Create({{P("/Ref"), P("/A")}, {P("/Ref/x"), P("/A/m")}});
  const MapFunction of_class = MapFunction::Create({{P("/"), P("/")}, {P("/_c"), P("/Ref/x")}});
  const MapFunction plain = arc.Compose(of_class), deferred = arc.Defer().Compose(of_class);
  CHECK(deferred.IsDeferred());
  CHECK_FALSE(plain.IsDeferred());
  CHECK(deferred.GetPairs() == plain.GetPairs());
  CHECK_FALSE(deferred == plain);
  // The class has no place for what it is a class of; without it, the arc would have taken it along.
  CHECK(plain.MapSourceToTarget(P("/Ref/x/y")) == P("/A/x/y"));
  CHECK(deferred.MapSourceToTarget(P("/Ref/x/y")).IsEmpty());
  CHECK(deferred.MapSourceToTarget(P("/_c/y")) == P("/A/m/y"));
  CHECK(deferred.MapTargetToSource(P("/A/m/y")) == P("/_c/y"));
  CHECK(deferred.MapTargetToSource(P("/A/x")).IsEmpty());
  CHECK(deferred.GetInverse().MapSourceToTarget(P("/A/m/y")) == P("/_c/y"));
  CHECK_FALSE(deferred.AddRootIdentity().IsDeferred());
  CHECK(deferred.ComposeOffset({3, 2}).GetTimeOffset() == LayerOffset{3, 2});
  CHECK(deferred.Compose(MapFunction::Identity()) == deferred);
}

TEST_CASE("the map of an implied class tells what the class speaks of, moved, and blocks what has no name") {
  auto imply = [](std::vector<MapFunction::Pair> transfer, std::vector<MapFunction::Pair> of_class) {
    transfer.emplace_back(P("/"), P("/"));
    of_class.emplace_back(P("/"), P("/"));
    std::vector<MapFunction::Pair> pairs =
        MapFunction::ImpliedClass(MapFunction::Create(transfer), MapFunction::Create(of_class)).GetPairs();
    CHECK(pairs.front() == MapFunction::Pair(P("/"), P("/")));
    pairs.erase(pairs.begin());
    return pairs;
  };
  using Pairs = std::vector<MapFunction::Pair>;
  CHECK(imply({{P("/Ref"), P("/A")}, {P("/Ref/x"), P("/A/m")}}, {{P("/Ref/_c"), P("/Ref/x")}}) ==
        Pairs{{P("/A/_c"), P("/A/m")}});
  // What the transfer moves below a class is no matter of the class.
  CHECK(imply({{P("/A/x/y"), P("/C/z")}}, {{P("/A/x"), P("/C/x")}, {P("/B"), P("/C")}}) ==
        Pairs{{P("/A/x"), P("/C/x")}, {P("/B"), P("/C")}});
  CHECK(imply({{P("/C/x"), P("/B")}}, {{P("/A"), P("/B/y")}}) == Pairs{{P("/A"), Path()}});
  CHECK(
      imply({{P("/C/x"), P("/C")}}, {{P("/C/x"), P("/A")}, {P("/A/z"), P("/A/z")}, {P("/A"), P("/C/z/x")}}) ==
      Pairs{{P("/C"), P("/A")}});
}

TEST_CASE("a map of many pairs maps each path as the few that concern it do") {
  // Under each root prim some pairs, nested, moved, blocked and implied; no two roots have to do with each
  // other.
  uint64_t state = 1;
  const auto below = [&state](uint32_t end) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state >> 33) % end);
  };
  for (int round = 0; round < 20; ++round) {
    std::vector<MapFunction::Pair> all;
    std::vector<std::vector<MapFunction::Pair>> parts(30);
    for (size_t i = 0; i < parts.size(); ++i) {
      const std::string root = "/R" + std::to_string(i);
      for (uint32_t count = 1 + below(6); count > 0; --count) {
        std::string source = root + "/" + "abc"[below(3)], target = root + "/" + "abc"[below(3)];
        if (below(2)) source += std::string("/") + "xyz"[below(3)];
        if (below(2)) target += std::string("/") + "xyz"[below(3)];
        parts[i].emplace_back(Path(source), below(5) == 0 ? Path() : Path(target));
      }
      all.insert(all.end(), parts[i].begin(), parts[i].end());
    }
    const bool has_root_identity = round % 2 != 0;
    const auto make = [&](std::vector<MapFunction::Pair> pairs) {
      if (has_root_identity) pairs.emplace_back(Path("/"), Path("/"));
      return MapFunction::Create(std::move(pairs));
    };
    const MapFunction many = make(all);
    size_t pairs = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      const MapFunction few = make(parts[i]);
      pairs += few.GetPairCount();
      const std::string root = "/R" + std::to_string(i);
      for (const char* tail : {"", "/a", "/b.p", "/a/x", "/b/y", "/c/z", "/a/x/deep.q", "/c/x.r[/R0/a]"}) {
        const Path path(root + tail);
        if (path.ContainsTarget() && i != 0) continue;
        CAPTURE(path.GetString());
        CHECK(many.MapSourceToTarget(path) == few.MapSourceToTarget(path));
        CHECK(many.MapTargetToSource(path) == few.MapTargetToSource(path));
      }
    }
    CHECK(many.GetPairCount() == pairs);
    CHECK(pairs > 16);
  }
}

TEST_CASE("hashes of maps that are put together in steps tell the steps") {
  std::set<size_t> hashes;
  constexpr int kCount = 500;
  for (int i = 0; i < kCount; ++i) {
    const Path source("/S" + std::to_string(i)), target("/T");
    const MapFunction map =
        MapFunction::Create({{source, target}}, {})
            .Compose(MapFunction::Create({{Path("/A"), source}, {Path("/A/B"), Path("/S")}}, {}).Defer());
    hashes.insert(map.GetHash());
  }
  CHECK(hashes.size() == kCount);
}

#include "strata/compose/map_function.h"

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

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

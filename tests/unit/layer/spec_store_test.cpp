#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "strata/layer/fields.h"
#include "strata/layer/spec_store.h"

using namespace strata;
using namespace strata::layer;

namespace {

Path MakePath(int i) {
  return Path::AbsoluteRoot().AppendChild(Token("p" + std::to_string(i)));
}
Token MakeField(int i) {
  return Token("field" + std::to_string(i));
}

}  // namespace

TEST_CASE("a field takes sixteen bytes and binds as name and value") {
  static_assert(sizeof(SpecStore::Field) == 16);
  SpecStore store;
  store.SetField(store.Create(MakePath(0), SpecType::kPrim), MakeField(1), Value(7.5));
  for (const auto& [name, value] : store.Find(MakePath(0))) {
    CHECK(name == MakeField(1));
    CHECK(value == Value(7.5));
  }
}

TEST_CASE("overwriting a value leaves the name that lies in its tail") {
  SpecStore::Field field(Token("kept"), Value(std::string("text")));
  field.value = Value(1.0);
  CHECK(field.name == Token("kept"));
  field.value = Value();
  CHECK(field.name == Token("kept"));
  SpecStore::Field moved = std::move(field);
  CHECK(moved.name == Token("kept"));
  *(&moved.value) = Value(Token("t"));
  CHECK(moved.name == Token("kept"));
  std::swap(moved.value, field.value);
  CHECK(moved.name == Token("kept"));
}

TEST_CASE("a spec is found with its fields in the order in which they were set") {
  SpecStore store;
  const auto spec = store.Create(MakePath(1), SpecType::kAttribute);
  store.SetField(spec, MakeField(3), Value(1.0));
  store.SetField(spec, MakeField(1), Value(std::string("x")));
  store.SetField(spec, MakeField(2), Value(true));
  store.SetField(spec, MakeField(1), Value(std::string("y")));
  const SpecStore::SpecView view = store.Find(MakePath(1));
  REQUIRE(view);
  CHECK(view.GetType() == SpecType::kAttribute);
  REQUIRE(view.GetFieldCount() == 3);
  CHECK(view.GetFieldName(0) == MakeField(3));
  CHECK(view.begin()->name == MakeField(3));
  CHECK((++view.begin())->value == Value(std::string("y")));
  CHECK_FALSE(store.Find(MakePath(2)));
  CHECK(store.Find(MakePath(2)).GetFieldCount() == 0);
  CHECK(store.GetType(MakePath(2)) == SpecType::kUnknown);
  CHECK(store.GetField(MakePath(2), MakeField(1)) == nullptr);
}

TEST_CASE("creating a spec twice gives the same one with the new type") {
  SpecStore store;
  const auto spec = store.Create(MakePath(1), SpecType::kAttribute);
  store.SetField(spec, MakeField(1), Value(1.0));
  CHECK(store.Create(MakePath(1), SpecType::kRelationship) == spec);
  CHECK(store.GetSpecCount() == 1);
  CHECK(store.GetType(MakePath(1)) == SpecType::kRelationship);
  CHECK(store.GetField(MakePath(1), MakeField(1)) != nullptr);
}

TEST_CASE("an empty value erases a field and keeps the order of the others") {
  SpecStore store;
  const auto spec = store.Create(MakePath(1), SpecType::kPrim);
  for (int i = 0; i < 5; ++i) store.SetField(spec, MakeField(i), Value(std::string(40, char('a' + i))));
  store.SetField(spec, MakeField(1), Value());
  CHECK_FALSE(store.EraseField(spec, MakeField(9)));
  std::vector<Token> names;
  for (const auto& field : store.ViewOf(spec)) names.push_back(field.name);
  CHECK(names == std::vector<Token>{MakeField(0), MakeField(2), MakeField(3), MakeField(4)});
}

TEST_CASE("specs are visited in the order of creation, also after many were erased") {
  SpecStore store;
  for (int i = 0; i < 1000; ++i)
    store.SetField(store.Create(MakePath(i), SpecType::kPrim), MakeField(0), Value(double(i)));
  for (int i = 0; i < 1000; ++i)
    if (i % 10 != 3) CHECK(store.Erase(MakePath(i)));
  CHECK_FALSE(store.Erase(MakePath(0)));
  std::vector<double> seen;
  store.VisitSpecs(
      [&](Path, const SpecStore::SpecView& spec) { seen.push_back(spec.Find(MakeField(0))->Get<double>()); });
  REQUIRE(seen.size() == 100);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(store.GetSpecCount() == 100);
  CHECK(store.GetField(MakePath(13), MakeField(0))->Get<double>() == 13);
}

TEST_CASE("a spec moves with its fields, not onto another") {
  SpecStore store;
  store.SetField(store.Create(MakePath(1), SpecType::kPrim), MakeField(1), Value(1.0));
  store.Create(MakePath(2), SpecType::kPrim);
  CHECK_FALSE(store.Move(MakePath(1), MakePath(2)));
  CHECK(store.Move(MakePath(1), MakePath(3)));
  CHECK_FALSE(store.Has(MakePath(1)));
  CHECK(store.GetField(MakePath(3), MakeField(1)) != nullptr);
}

TEST_CASE("a spec with very many fields finds each of them") {
  SpecStore store;
  const auto spec = store.Create(MakePath(1), SpecType::kPrim);
  constexpr int kCount = 70'000;  // more than fit a chunk
  for (int i = 0; i < kCount; ++i) store.SetField(spec, MakeField(i), Value(double(i)));
  for (int i = 0; i < kCount; i += 7) store.SetField(spec, MakeField(i), Value(double(-i)));
  CHECK(store.EraseField(spec, MakeField(1)));
  CHECK(store.ViewOf(spec).GetFieldCount() == kCount - 1);
  store.SetField(spec, MakeField(1), Value(5.0));
  CHECK(*store.GetField(spec, MakeField(1)) == Value(5.0));
  CHECK(*store.GetField(spec, MakeField(14)) == Value(-14.0));
  CHECK(store.ViewOf(spec).GetFieldCount() == kCount);
}

TEST_CASE("a clone shares values and lives on its own") {
  SpecStore store;
  const Array<float> points(1000, 1.0f);
  store.SetField(store.Create(MakePath(1), SpecType::kAttribute), MakeField(1), Value(points));
  SpecStore copy = store.Clone();
  store.Erase(MakePath(1));
  REQUIRE(copy.GetField(MakePath(1), MakeField(1)));
  CHECK(copy.GetField(MakePath(1), MakeField(1))->Get<Array<float>>().IsIdentical(points));
}

TEST_CASE("a flat store of many small specs stays small") {
  SpecStore store;
  constexpr int kPrims = 20'000;
  for (int i = 0; i < kPrims; ++i) {
    const Path prim = MakePath(i);
    const auto spec = store.Create(prim, SpecType::kPrim);
    store.SetField(spec, MakeField(0), Value(1.0));
    store.SetField(spec, MakeField(1), Value(1.0));
    for (int a = 0; a < 5; ++a) {
      const auto property = store.Create(prim.AppendProperty(MakeField(a)), SpecType::kAttribute);
      for (int f = 0; f < 3; ++f) store.SetField(property, MakeField(f), Value(1.0));
    }
    store.SetField(spec, MakeField(2), Value(1.0));
  }
  CHECK(store.GetSpecCount() == kPrims * 6);
  CHECK(store.GetMemoryBytes() < store.GetSpecCount() * 100);
}

TEST_CASE("random edits agree with a map of maps") {
  std::mt19937 random(7);
  SpecStore store;
  std::map<int, std::map<int, double>> expected;
  for (int step = 0; step < 60'000; ++step) {
    const int p = int(random() % 300), f = int(random() % 12);
    switch (random() % 8) {
      case 0:
        CHECK(store.Erase(MakePath(p)) == (expected.erase(p) == 1));
        break;
      case 1: {
        const int q = int(random() % 300);
        const bool can = expected.contains(p) && !expected.contains(q);
        CHECK(store.Move(MakePath(p), MakePath(q)) == can);
        if (can) expected[q] = std::exchange(expected[p], {}), expected.erase(p);
        break;
      }
      case 2:
        if (!expected.contains(p)) break;
        store.SetField(MakePath(p), MakeField(f), Value());
        expected[p].erase(f);
        break;
      default:
        store.SetField(store.Create(MakePath(p), SpecType::kPrim), MakeField(f), Value(double(step)));
        expected[p][f] = step;
    }
  }
  CHECK(store.GetSpecCount() == expected.size());
  for (const auto& [p, fields] : expected) {
    REQUIRE(store.Find(MakePath(p)).GetFieldCount() == fields.size());
    for (const auto& [f, value] : fields) CHECK(*store.GetField(MakePath(p), MakeField(f)) == Value(value));
  }
}

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "strata/layer/spec_store.h"

namespace strata::layer {
namespace {

using SpecIndex = SpecStore::SpecIndex;

// A file of fields whose values are their own numbers, but for one that is damaged, and one that may be an
// array.
class Source final : public FieldSource {
 public:
  static constexpr uint32_t kDamaged = 3, kArray = 4;
  Value ReadField(uint32_t field) const override {
    ++reads;
    if (has_array && field == kArray) return Value(Array<int32_t>{1, 2, 3});
    return field == kDamaged ? Value() : Value(static_cast<int32_t>(field));
  }
  ValueType GetFieldType(uint32_t field) const override {
    return has_array && field == kArray ? ValueType::kIntArray : ValueType::kEmpty;
  }
  Diagnostics GetProblems() const override { return Diagnostics(); }
  bool has_array = false;
  mutable std::atomic<int> reads = 0;
};

Token NameOf(uint32_t field) {
  return Token("field" + std::to_string(field % 7));
}

// "/", and under it `prims` prims of `properties` properties each; every spec has fields 0, 1 and 2.
struct File {
  explicit File(uint32_t prims, uint32_t properties) : source(std::make_shared<Source>()) {
    DeferredContent content;
    content.source = source;
    content.field_count = 6;
    content.field_names.reset(new uint32_t[6]);
    for (uint32_t i = 0; i < 6; ++i) content.field_names[i] = NameOf(i).GetId();
    content.field_set_size = 6;
    content.field_sets.reset(new uint32_t[6]{0, 1, 2, 3, 4, 5});
    store.BeginDeferred(std::move(content), 1 + prims * (1 + properties));
    SpecIndex at = 0;
    store.SetDeferredSpec(at++,
                          {SpecType::kPseudoRoot, Path::AbsoluteRoot(), Token(), SpecStore::kNoSpec, 0, 3});
    for (uint32_t i = 0; i < prims; ++i) {
      const SpecIndex prim = at++;
      store.SetDeferredSpec(prim, {SpecType::kPrim, PrimPath(i), Token(), SpecStore::kNoSpec, 0, 3});
      for (uint32_t j = 0; j < properties; ++j)
        store.SetDeferredSpec(at++, {SpecType::kAttribute, Path(), PropertyName(j), prim, 2, 4});
    }
    CHECK(store.FinishDeferred() == 0);
  }
  static Path PrimPath(uint32_t i) { return Path("/Prim" + std::to_string(i)); }
  static Token PropertyName(uint32_t j) { return Token("property" + std::to_string(j)); }

  std::shared_ptr<Source> source;
  SpecStore store;
};

std::string Describe(const SpecStore& store) {
  std::map<std::string, std::string> specs;
  store.VisitSpecs([&](Path path, const SpecStore::SpecView& spec) {
    std::string text(GetSpecTypeName(spec.GetType()));
    for (const SpecStore::Field& field : spec)
      text += ' ' + field.name.GetString() + '=' + std::to_string(field.value.GetOr(int32_t{-1}));
    CHECK(specs.emplace(path.GetString(), text).second);
    CHECK(store.GetType(path) == spec.GetType());
  });
  CHECK(store.GetSpecCount() == specs.size());
  std::string all;
  for (const auto& [path, text] : specs) all += path + ' ' + text + '\n';
  return all;
}

TEST_CASE("values of a file are read when they are asked for, once") {
  File file(3, 4);
  CHECK(file.store.GetSpecCount() == 16);
  const Path property = File::PrimPath(1).AppendProperty(File::PropertyName(2));
  CHECK(file.store.GetType(property) == SpecType::kAttribute);
  CHECK_FALSE(file.store.Has(File::PrimPath(1).AppendProperty(Token("nobody"))));
  CHECK_FALSE(file.store.Has(File::PrimPath(7).AppendProperty(File::PropertyName(2))));
  const SpecStore::SpecView spec = file.store.Find(property);
  CHECK(spec.GetFieldCount() == 4);
  CHECK(spec.GetFieldName(2) == NameOf(4));
  CHECK(spec.HasField(NameOf(5)));
  CHECK(file.source->reads == 0);
  for (int i = 0; i < 3; ++i) {
    const Value* value = spec.Find(NameOf(4));
    REQUIRE(value);
    CHECK(*value == Value(int32_t{4}));
  }
  CHECK(file.source->reads == 1);
}

TEST_CASE("an array can be looked at without being kept, until somebody asks for it") {
  File file(1, 1);
  file.source->has_array = true;
  const SpecStore::SpecView spec = file.store.Find(File::PrimPath(0).AppendProperty(File::PropertyName(0)));
  const Value array(Array<int32_t>{1, 2, 3});
  CHECK(spec.GetFieldType(2) == ValueType::kIntArray);
  CHECK(spec.GetFieldType(3) == ValueType::kEmpty);  // nobody has read it
  for (int reads = 1; reads <= 2; ++reads) {
    Value held;
    CHECK(spec.Look(NameOf(Source::kArray), held) == &held);
    CHECK(held == array);
    CHECK(file.source->reads == reads);
  }
  Value held;
  const Value* kept = spec.Find(NameOf(Source::kArray));
  REQUIRE(kept);
  CHECK(*kept == array);
  CHECK(spec.Look(NameOf(Source::kArray), held) == kept);
  CHECK(spec.GetFieldValue(2) == kept);
  CHECK(file.source->reads == 3);
  // What is no array is kept at once.
  const Value* number = spec.Look(NameOf(5), held);
  CHECK(number == spec.Find(NameOf(5)));
  CHECK(spec.GetFieldType(3) == ValueType::kInt);
  CHECK(spec.Look(NameOf(Source::kDamaged), held) == nullptr);
  CHECK(spec.Look(Token("nobody"), held) == nullptr);
  CHECK(held.IsEmpty());
}

TEST_CASE("a value that cannot be read is absent, and its neighbours are there") {
  File file(1, 1);
  const SpecStore::SpecView spec = file.store.Find(File::PrimPath(0).AppendProperty(File::PropertyName(0)));
  CHECK(spec.HasField(NameOf(Source::kDamaged)));
  CHECK(spec.Find(NameOf(Source::kDamaged)) == nullptr);
  std::vector<int32_t> values;
  for (const SpecStore::Field& field : spec) values.push_back(field.value.GetOr(int32_t{-1}));
  CHECK(values == std::vector<int32_t>{2, 4, 5});
}

TEST_CASE("threads that ask for the same value get the same one, read once") {
  File file(50, 3);
  std::vector<const Value*> seen(8);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < seen.size(); ++t) {
    threads.emplace_back([&, t] {
      for (uint32_t i = 0; i < 50; ++i)
        seen[t] = file.store.GetField(File::PrimPath(i).AppendProperty(File::PropertyName(i % 3)), NameOf(5));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Value* value : seen) CHECK(value == seen.front());
  CHECK(file.source->reads == 1);
}

TEST_CASE("a repeated path is left out") {
  DeferredContent content;
  content.source = std::make_shared<Source>();
  SpecStore store;
  store.BeginDeferred(std::move(content), 3);
  for (const SpecIndex i : {0u, 1u, 2u})
    store.SetDeferredSpec(i,
                          {SpecType::kPrim, Path(i == 1 ? "/B" : "/A"), Token(), SpecStore::kNoSpec, 0, 0});
  CHECK(store.FinishDeferred() == 1);
  CHECK(store.GetSpecCount() == 2);
  CHECK(store.FindIndex(Path("/A")) == 0);
}

// The law: a store over a file and a store built spec by spec stay equal under the same edits.
TEST_CASE("editing a store over a file is like editing one that was built") {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    File file(6, 5);
    SpecStore built;
    file.store.VisitSpecs([&](Path path, const SpecStore::SpecView& spec) {
      const SpecIndex made = built.Create(path, spec.GetType());
      for (const SpecStore::Field& field : spec) built.SetField(made, field.name, field.value);
    });
    REQUIRE(Describe(built) == Describe(file.store));
    std::mt19937 random(seed);
    const auto pick_path = [&] {
      const Path prim = File::PrimPath(random() % 8);
      return random() % 3 == 0 ? prim : prim.AppendProperty(File::PropertyName(random() % 7));
    };
    SpecStore clone;
    for (int step = 0; step < 120; ++step) {
      const Path path = pick_path(), other = pick_path();
      const Token name = NameOf(random() % 9);
      switch (random() % 6) {
        case 0:
          built.Create(path, SpecType::kRelationship);
          file.store.Create(path, SpecType::kRelationship);
          break;
        case 1:
          CHECK(built.Erase(path) == file.store.Erase(path));
          break;
        case 2:
          CHECK(built.Move(path, other) == file.store.Move(path, other));
          break;
        case 3:
          if (const SpecIndex spec = built.FindIndex(path); spec != SpecStore::kNoSpec)
            CHECK(built.EraseField(spec, name) == file.store.EraseField(file.store.FindIndex(path), name));
          break;
        default:
          built.SetField(path, name, Value(step));
          file.store.SetField(path, name, Value(step));
      }
      CHECK(built.Has(other) == file.store.Has(other));
      if (step == 60) clone = file.store.Clone();
      if (step == 60) CHECK(Describe(clone) == Describe(built));
    }
    CHECK(Describe(built) == Describe(file.store));
  }
}

}  // namespace
}  // namespace strata::layer

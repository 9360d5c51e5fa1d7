// Values: where they lie, how copies share, equality, dictionaries, casts and retiming.
#include "strata/value/value.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"

using namespace strata;

namespace {

// Some value of every type that a Value can hold.
std::vector<Value> MakeOneOfEach() {
  std::vector<Value> all;
#define X(name, type, text) \
  all.emplace_back(type()); \
  all.emplace_back(Array<type>(3, type()));
  STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type) all.emplace_back(type());
  STRATA_FIELD_TYPES(X)
#undef X
  return all;
}

}  // namespace

TEST_CASE("a value of every type is copied, compared, hashed, moved and destroyed") {
  const std::vector<Value> all = MakeOneOfEach();
  CHECK(all.size() + 1 == static_cast<size_t>(ValueType::kCount));
  for (size_t i = 0; i < all.size(); ++i) {
    CAPTURE(GetTypeText(all[i].GetType()));
    Value copy = all[i];
    CHECK(copy == all[i]);
    CHECK(copy.GetHash() == all[i].GetHash());
    Value moved = std::move(copy);
    CHECK(copy.IsEmpty());
    CHECK(moved == all[i]);
    for (size_t j = 0; j < all.size(); ++j)
      if (j != i) CHECK_FALSE(all[i] == all[j]);
    copy = moved;
    copy = copy;
    CHECK(copy == moved);
  }
}

TEST_CASE("a value built apart equals one with the same content, for types in boxes too") {
  Dictionary left, right;
  left.SetByKeyPath("a:b", std::string("x"));
  right.SetByKeyPath("a:b", std::string("x"));
  CHECK(Value(left) == Value(right));
  CHECK(Value(left).GetHash() == Value(right).GetHash());
  right.SetByKeyPath("a:b", std::string("y"));
  CHECK_FALSE(Value(left) == Value(right));
  CHECK(Value(Array<std::string>{"a", "b"}) == Value(Array<std::string>{"a", "b"}));
  CHECK_FALSE(Value(Array<std::string>{"a", "b"}) == Value(Array<std::string>{"a", "c"}));
}

TEST_CASE("a value that holds an array shares the array's storage") {
  const Array<float> array{1, 2, 3};
  const Value value = array;
  CHECK(value.Get<Array<float>>().IsIdentical(array));
  CHECK(value.GetArraySize() == 3);
  CHECK(Value(Array<float>()).GetArraySize() == 0);
  CHECK(Value(1.0f).GetArraySize() == 0);
}

TEST_CASE("writing through one copy leaves the others as they were") {
  Value first = std::string("before");
  Value second = first;
  *second.GetMutable<std::string>() = "after";
  CHECK(first.Get<std::string>() == "before");
  CHECK(second.Get<std::string>() == "after");

  Value array = Array<int32_t>{1, 2};
  Value copy = array;
  copy.GetMutable<Array<int32_t>>()->PushBack(3);
  CHECK(array.GetArraySize() == 2);
  CHECK(copy.GetArraySize() == 3);
  CHECK(copy.GetMutable<float>() == nullptr);
}

TEST_CASE("numbers compare as IEEE numbers, but NaN equals the same NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(Value(nan) == Value(nan));
  CHECK(Value(Array<double>{nan}) == Value(Array<double>{nan}));
  CHECK_FALSE(Value(nan) == Value(-nan));
  const LayerOffset offset{nan, 1}, other{nan, 2};
  CHECK(Value(std::vector<LayerOffset>{offset}) == Value(std::vector<LayerOffset>{offset}));
  CHECK_FALSE(Value(std::vector<LayerOffset>{offset}) == Value(std::vector<LayerOffset>{other}));
  const auto references = [](LayerOffset of) {
    return Value(ListOp<Reference>::CreateExplicit({{"a.usda", Path(), of, nullptr}}));
  };
  CHECK(references(offset) == references(offset));
  CHECK_FALSE(references(offset) == references(other));
  CHECK(Value(0.0) == Value(-0.0));
  CHECK(Value(0.0).GetHash() == Value(-0.0).GetHash());
  CHECK(Value(Vec2f{{0.0f, 1.0f}}).GetHash() == Value(Vec2f{{-0.0f, 1.0f}}).GetHash());
  CHECK_FALSE(Value(1) == Value(1.0));
}

TEST_CASE("array types and element types lead to each other") {
  CHECK(GetArrayType(ValueType::kFloat) == ValueType::kFloatArray);
  CHECK(GetElementType(ValueType::kFloatArray) == ValueType::kFloat);
  CHECK(GetElementType(ValueType::kFloat) == ValueType::kFloat);
  CHECK(GetArrayType(ValueType::kDictionary) == ValueType::kEmpty);
  CHECK(GetArrayType(ValueType::kFloatArray) == ValueType::kEmpty);
  CHECK(GetTypeText(ValueType::kVec3fArray) == "float3[]");
  CHECK(GetTypeText(ValueType::kDictionary) == "dictionary");
}

TEST_CASE("a key path makes, finds and erases nested dictionaries as usd-core does") {
  Dictionary dictionary;
  dictionary.SetByKeyPath("a:b:c", 1);
  dictionary.SetByKeyPath("a:d", 2);
  REQUIRE(dictionary.FindByKeyPath("a:b:c"));
  CHECK(*dictionary.FindByKeyPath("a:b:c") == Value(1));
  CHECK(dictionary.FindByKeyPath("a:b:x") == nullptr);
  CHECK(dictionary.FindByKeyPath("a:d:x") == nullptr);
  CHECK(dictionary.EraseByKeyPath("a:b:c"));
  CHECK(dictionary.FindByKeyPath("a:b") == nullptr);
  CHECK_FALSE(dictionary.EraseByKeyPath("a:b:c"));
  CHECK(dictionary.EraseByKeyPath("a:d"));
  CHECK(dictionary.IsEmpty());
  dictionary.SetByKeyPath("y::z", 1);
  CHECK(*dictionary.FindByKeyPath("y::z") == Value(1));
  CHECK(dictionary.Find("y")->Get<Dictionary>().Find("")->Get<Dictionary>().Find("z"));
}

TEST_CASE("a dictionary over a weaker one keeps its own values and joins nested dictionaries") {
  Dictionary strong, weak;
  strong.SetByKeyPath("n:a", 1);
  strong.SetByKeyPath("s", 1);
  weak.SetByKeyPath("n:a", 2);
  weak.SetByKeyPath("n:b", 2);
  weak.SetByKeyPath("s:deep", 2);
  weak.SetByKeyPath("w", 2);
  const Dictionary both = strong.ComposeOver(weak);
  CHECK(*both.FindByKeyPath("n:a") == Value(1));
  CHECK(*both.FindByKeyPath("n:b") == Value(2));
  CHECK(*both.FindByKeyPath("s") == Value(1));
  CHECK(*both.FindByKeyPath("w") == Value(2));
}

TEST_CASE("numbers cast to numbers that can hold them") {
  CHECK(CastValue(1.5, ValueType::kInt) == Value(1));
  CHECK(CastValue(-1.5, ValueType::kInt) == Value(-1));
  CHECK(CastValue(1e20, ValueType::kInt).IsEmpty());
  CHECK(CastValue(1e20, ValueType::kInt64).IsEmpty());
  CHECK(CastValue(9223372036854775808.0, ValueType::kInt64).IsEmpty());
  CHECK(CastValue(9223372036854775808.0, ValueType::kUInt64) == Value(uint64_t{1} << 63));
  CHECK(CastValue(-1.0, ValueType::kUInt).IsEmpty());
  CHECK(CastValue(-0.5, ValueType::kUInt) == Value(uint32_t{0}));
  CHECK(CastValue(300, ValueType::kUChar).IsEmpty());
  CHECK(CastValue(2, ValueType::kBool) == Value(true));
  CHECK(CastValue(true, ValueType::kDouble) == Value(1.0));
  CHECK(CastValue(std::nan(""), ValueType::kInt).IsEmpty());
  CHECK(CastValue(1e10, ValueType::kHalf) == Value(Half(std::numeric_limits<float>::infinity())));
  CHECK(CastValue(2.0, ValueType::kTimeCode) == Value(TimeCode{2}));
  CHECK(CastValue(Duration{2.5}, ValueType::kInt) == Value(2));
}

TEST_CASE("texts, vectors, quaternions and arrays cast to their relatives") {
  CHECK(CastValue(std::string("a"), ValueType::kToken) == Value(Token("a")));
  CHECK(CastValue(Token("a"), ValueType::kAssetPath) == Value(AssetPath("a")));
  CHECK(CastValue(AssetPath("a"), ValueType::kString) == Value(std::string("a")));
  CHECK(CastValue(Vec3i{{1, 2, 3}}, ValueType::kVec3f) == Value(Vec3f{{1, 2, 3}}));
  CHECK(CastValue(Vec3f{{1, 2, 3}}, ValueType::kVec3i).IsEmpty());
  CHECK(CastValue(Vec3f{{1, 2, 3}}, ValueType::kVec2f).IsEmpty());
  CHECK(CastValue(Quatd{{{1, 2, 3}}, 4}, ValueType::kQuatf) == Value(Quatf{{{1, 2, 3}}, 4}));
  CHECK(CastValue(Array<double>{1, 2.5}, ValueType::kFloatArray) == Value(Array<float>{1, 2.5f}));
  CHECK(CastValue(Array<double>{1, -2.5}, ValueType::kUIntArray).IsEmpty());
  CHECK(CastValue(Array<double>{1}, ValueType::kFloat).IsEmpty());
  CHECK(CastValue(TokenVector{Token("a")}, ValueType::kTokenArray) == Value(Array<Token>{Token("a")}));
  CHECK(CastValue(std::string("a"), ValueType::kInt).IsEmpty());
}

TEST_CASE("retiming maps time codes, scales durations and leaves other values alone") {
  const LayerOffset offset{100, 2};
  CHECK(Retime(TimeCode{5}, offset) == Value(TimeCode{110}));
  CHECK(Retime(Duration{5}, offset) == Value(Duration{10}));
  CHECK(Retime(Array<TimeCode>{{1}, {2}}, offset) == Value(Array<TimeCode>{{102}, {104}}));
  CHECK(Retime(Array<Duration>{{1}, {2}}, offset) == Value(Array<Duration>{{2}, {4}}));
  CHECK(Retime(5.0, offset) == Value(5.0));
  Dictionary dictionary;
  dictionary.SetByKeyPath("n:t", TimeCode{6});
  dictionary.SetByKeyPath("n:x", 3.0);
  const Value mapped = Retime(dictionary, offset);
  CHECK(*mapped.Get<Dictionary>().FindByKeyPath("n:t") == Value(TimeCode{112}));
  CHECK(*mapped.Get<Dictionary>().FindByKeyPath("n:x") == Value(3.0));
}

TEST_CASE("retiming moves samples and maps the time codes they hold") {
  TimeSamples samples;
  samples.Set(1, TimeCode{10});
  samples.Set(2, ValueBlock());
  const Value mapped = Retime(samples, LayerOffset{100, 2});
  const auto& out = mapped.Get<TimeSamples>();
  CHECK(out.GetTimes() == std::vector<double>{102, 104});
  CHECK(out.GetValue(0) == Value(TimeCode{120}));
  CHECK(out.GetValue(1).IsBlock());
  const Value reversed = Retime(samples, LayerOffset{0, -1});
  CHECK(reversed.Get<TimeSamples>().GetTimes() == std::vector<double>{-2, -1});
}

TEST_CASE("retiming an array edit maps its literals and not its sizes") {
  ArrayEdit edit;
  edit.element_type = ValueType::kTimeCode;
  edit.literals = Array<TimeCode>{{9}, {3}};
  edit.instructions = {{ArrayEdit::Op::kInsertLiteral, 0, ArrayEdit::kEndIndex},
                       {ArrayEdit::Op::kMinimumSizeFill, 3, 1}};
  const Value out = Retime(edit, LayerOffset{100, 2}).Get<ArrayEdit>().ApplyTo(Value());
  CHECK(out == Value(Array<TimeCode>{{118}, {106}, {106}}));
}

// Time samples, and array edits as usd-core applies them.
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "strata/value/array_edit.h"
#include "strata/value/time_samples.h"

using namespace strata;
using Op = ArrayEdit::Op;
using Ints = Array<int32_t>;

namespace {

ArrayEdit MakeEdit(std::vector<ArrayEdit::Instruction> instructions, Ints literals = {}) {
  ArrayEdit edit;
  edit.element_type = ValueType::kInt;
  edit.literals = std::move(literals);
  edit.instructions = std::move(instructions);
  return edit;
}

// The result over [10, 20, 30] of one instruction whose only literal is 7.
Ints ApplyOne(Op op, int64_t source, int64_t index = 0) {
  return MakeEdit({{op, source, index}}, Ints{7}).ApplyTo(Ints{10, 20, 30}).Get<Ints>();
}

ArrayEdit MakeRandomEdit(std::mt19937& random) {
  ArrayEdit edit = MakeEdit({});
  Ints literals;
  for (int i = 0; i < 4; ++i) literals.PushBack(static_cast<int32_t>(random() % 100));
  edit.literals = literals;
  const auto index = [&] { return static_cast<int64_t>(random() % 9) - 4; };
  for (size_t i = random() % 5; i > 0; --i) {
    const Op op = static_cast<Op>(random() % 10);
    const bool is_literal = op == Op::kWriteLiteral || op == Op::kInsertLiteral;
    const bool is_size = op >= Op::kMinimumSize;
    const bool is_fill = op == Op::kMinimumSizeFill || op == Op::kSetSizeFill;
    edit.instructions.push_back({op, is_literal || is_size ? static_cast<int64_t>(random() % 4) : index(),
                                 is_fill             ? static_cast<int64_t>(random() % 4)
                                 : random() % 5 == 0 ? ArrayEdit::kEndIndex
                                                     : index()});
  }
  return edit;
}

}  // namespace

TEST_CASE("each instruction of an array edit does what usd-core does, and nothing when out of range") {
  CHECK(ApplyOne(Op::kInsertLiteral, 0, ArrayEdit::kEndIndex) == Ints{10, 20, 30, 7});
  CHECK(ApplyOne(Op::kInsertLiteral, 0, 0) == Ints{7, 10, 20, 30});
  CHECK(ApplyOne(Op::kInsertLiteral, 0, 3) == Ints{10, 20, 30, 7});
  CHECK(ApplyOne(Op::kInsertLiteral, 0, 4) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kInsertLiteral, 0, -1) == Ints{10, 20, 7, 30});
  CHECK(ApplyOne(Op::kInsertLiteral, 0, -3) == Ints{7, 10, 20, 30});
  CHECK(ApplyOne(Op::kInsertLiteral, 0, -4) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kInsertReference, 0, 3) == Ints{10, 20, 30, 10});
  CHECK(ApplyOne(Op::kInsertReference, -1, 0) == Ints{30, 10, 20, 30});
  CHECK(ApplyOne(Op::kInsertReference, 3, 0) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kInsertReference, 2, 1) == Ints{10, 30, 20, 30});
  CHECK(ApplyOne(Op::kWriteLiteral, 0, 3) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kWriteLiteral, 0, -1) == Ints{10, 20, 7});
  CHECK(ApplyOne(Op::kWriteLiteral, 0, -4) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kWriteReference, 0, 2) == Ints{10, 20, 10});
  CHECK(ApplyOne(Op::kWriteReference, 5, 0) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kEraseElement, 0, 0) == Ints{20, 30});
  CHECK(ApplyOne(Op::kEraseElement, 0, -1) == Ints{10, 20});
  CHECK(ApplyOne(Op::kEraseElement, 0, 3) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kMinimumSize, 5) == Ints{10, 20, 30, 0, 0});
  CHECK(ApplyOne(Op::kMinimumSizeFill, 5, 0) == Ints{10, 20, 30, 7, 7});
  CHECK(ApplyOne(Op::kMinimumSize, 2) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kMaximumSize, 2) == Ints{10, 20});
  CHECK(ApplyOne(Op::kMaximumSize, 5) == Ints{10, 20, 30});
  CHECK(ApplyOne(Op::kSetSize, 5) == Ints{10, 20, 30, 0, 0});
  CHECK(ApplyOne(Op::kSetSizeFill, 5, 0) == Ints{10, 20, 30, 7, 7});
  CHECK(ApplyOne(Op::kSetSizeFill, 1, 0) == Ints{10});
}

TEST_CASE("an array edit over nothing starts from an empty array, and an absurd size is ignored") {
  CHECK(MakeEdit({{Op::kInsertLiteral, 0, 0}}, Ints{7}).ApplyTo(Value()) == Value(Ints{7}));
  CHECK(MakeEdit({}).ApplyTo(Value()) == Value(Ints()));
  CHECK(MakeEdit({{Op::kSetSize, int64_t{1} << 60}}).ApplyTo(Ints{1}) == Value(Ints{1}));
  CHECK(MakeEdit({{Op::kMinimumSize, INT64_MAX}}).ApplyTo(Ints{1}) == Value(Ints{1}));
}

TEST_CASE("array edits compose as they apply, associate, and have the empty edit for identity") {
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    CAPTURE(i);
    const ArrayEdit a = MakeRandomEdit(random), b = MakeRandomEdit(random), c = MakeRandomEdit(random);
    const Value base = Ints{10, 20, 30};
    CHECK(a.ComposeOver(b).ApplyTo(base) == a.ApplyTo(b.ApplyTo(base)));
    CHECK(a.ComposeOver(b).ComposeOver(c) == a.ComposeOver(b.ComposeOver(c)));
    CHECK(a.ComposeOver(MakeEdit({})) == a);
    CHECK(MakeEdit({}).ComposeOver(a) == a);
  }
}

TEST_CASE("an array edit of strings edits whole strings") {
  ArrayEdit edit;
  edit.element_type = ValueType::kString;
  edit.literals = Array<std::string>{"new"};
  edit.instructions = {{Op::kInsertLiteral, 0, 0}, {Op::kEraseElement, 0, -1}};
  CHECK(edit.ApplyTo(Array<std::string>{"a", "b"}) == Value(Array<std::string>{"new", "a"}));
}

TEST_CASE("samples are kept sorted by time, whatever the order of writing") {
  TimeSamples samples;
  for (double time : {3.0, 1.0, 2.0, -1.0}) samples.Set(time, time);
  samples.Set(2, 20.0);
  CHECK(samples.GetTimes() == std::vector<double>{-1, 1, 2, 3});
  CHECK(*samples.Find(2) == Value(20.0));
  CHECK_FALSE(samples.Find(2.5));
  CHECK(samples.Erase(1));
  CHECK_FALSE(samples.Erase(1));
  CHECK(samples.GetValue(1) == Value(20.0));
}

TEST_CASE("a moment is bracketed by the samples around it, and by one when on it or outside") {
  TimeSamples samples;
  for (double time : {0.0, 10.0, 20.0}) samples.Set(time, time);
  using Pair = std::pair<size_t, size_t>;
  CHECK(samples.GetBracketing(-5) == Pair{0, 0});
  CHECK(samples.GetBracketing(0) == Pair{0, 0});
  CHECK(samples.GetBracketing(5) == Pair{0, 1});
  CHECK(samples.GetBracketing(10) == Pair{1, 1});
  CHECK(samples.GetBracketing(15) == Pair{1, 2});
  CHECK(samples.GetBracketing(25) == Pair{2, 2});
}

TEST_CASE("a sample at no number sorts last and equals itself") {
  TimeSamples samples;
  samples.Set(NAN, 1.0);
  samples.Set(5, 2.0);
  samples.Set(NAN, 3.0);
  CHECK(samples.GetSize() == 2);
  CHECK(samples.GetTime(0) == 5);
  CHECK(*samples.Find(NAN) == Value(3.0));
  CHECK(samples == TimeSamples(samples));
}

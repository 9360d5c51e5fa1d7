// Reading splines: { bezier, pre: held, 1: 2 & 3; pre (w, slope); post curve (w, slope); { int tag = 1 }, }.
#include <algorithm>
#include <cmath>

#include "strata/format/text/value_reader.h"

namespace strata::format::text {

namespace {

// The nearest number that the spline's value type holds.
double Narrow(double value, ValueType type) {
  if (type == ValueType::kFloat) return static_cast<double>(static_cast<float>(value));
  if (type == ValueType::kHalf)
    return static_cast<double>(static_cast<float>(Half(static_cast<float>(value))));
  return value;
}

}  // namespace

bool ValueReader::ReadExtrapolation(SplineExtrapolation& out) {
  lexer_.SkipSpaces();
  if (!lexer_.Take(':')) return lexer_.FailExpected(":");
  lexer_.SkipSpaces();
  const Mark mark = lexer_.Here();
  const std::string word(lexer_.ReadName());
  out = SplineExtrapolation();
  if (word == "none") {
    out.mode = ExtrapolationMode::kNone;
  } else if (word == "held") {
    out.mode = ExtrapolationMode::kHeld;
  } else if (word == "linear") {
    out.mode = ExtrapolationMode::kLinear;
  } else if (word == "sloped") {
    out.mode = ExtrapolationMode::kSloped;
    lexer_.SkipSpaces();
    if (!lexer_.Take('(')) return lexer_.FailExpected("the slope in parentheses");
    ++lexer_.nesting;
    lexer_.SkipSpaces();
    if (!ReadDouble(out.slope)) return false;
    lexer_.SkipSpaces();
    if (!lexer_.Take(')')) return lexer_.FailExpected(")");
    --lexer_.nesting;
  } else if (word == "loop") {
    const bool gap = lexer_.SkipGap();
    const std::string kind(gap ? lexer_.ReadName() : std::string_view());
    if (kind == "repeat")
      out.mode = ExtrapolationMode::kLoopRepeat;
    else if (kind == "reset")
      out.mode = ExtrapolationMode::kLoopReset;
    else if (kind == "oscillate")
      out.mode = ExtrapolationMode::kLoopOscillate;
    else
      return lexer_.Fail(kTextSyntax, mark, "Expected 'repeat', 'reset' or 'oscillate' after 'loop'.");
  } else {
    return lexer_.Fail(kTextSyntax, mark,
                       "Expected an extrapolation: none, held, linear, sloped (slope) or loop.");
  }
  return true;
}

bool ValueReader::ReadLoop(Spline& spline) {
  lexer_.SkipSpaces();
  const Mark mark = lexer_.Here();
  if (!lexer_.Take(':')) return lexer_.FailExpected(":");
  lexer_.SkipSpaces();
  if (!lexer_.Take('(')) return lexer_.FailExpected("five numbers in parentheses");
  ++lexer_.nesting;
  double numbers[5];
  for (int i = 0; i < 5; ++i) {
    lexer_.SkipSpaces();
    if (!ReadDouble(numbers[i])) return false;
    lexer_.SkipSpaces();
    if (!lexer_.Take(i == 4 ? ')' : ','))
      return lexer_.FailExpected(i == 4 ? ")" : "a comma: a loop has five numbers");
  }
  --lexer_.nesting;
  SplineLoop loop;
  loop.proto_start = numbers[0];
  loop.proto_end = numbers[1];
  for (const int i : {2, 3}) {
    const double count = numbers[i];
    if (count != std::trunc(count))
      return lexer_.Fail(kTextSpline, mark, "The numbers of loops before and after are not both integers.",
                         "Write whole numbers.");
    (i == 2 ? loop.pre_loops : loop.post_loops) =
        static_cast<int32_t>(count > 0 && count < 2147483648.0 ? count : 0);
  }
  loop.value_offset = Narrow(numbers[4], spline.value_type);
  spline.loop = loop;
  return true;
}

// (slope), (width, slope), either with an algorithm after it.
bool ValueReader::ReadTangent(SplineTangent& out, CurveType) {
  if (!lexer_.Take('(')) return lexer_.FailExpected("the tangent in parentheses");
  ++lexer_.nesting;
  const Mark mark = lexer_.Here();
  double numbers[2] = {0, 0};
  int count = 0;
  TangentAlgorithm algorithm = TangentAlgorithm::kNone;
  for (;;) {
    lexer_.SkipSpaces();
    if (count < 2 && (count == 0 || lexer_.AtNumber())) {
      if (!ReadDouble(numbers[count++])) return false;
    } else {
      const Mark word_mark = lexer_.Here();
      const std::string_view word = lexer_.ReadName();
      if (word == "autoEase")
        algorithm = TangentAlgorithm::kAutoEase;
      else if (word == "custom")
        algorithm = TangentAlgorithm::kCustom;
      else
        return lexer_.Fail(kTextSyntax, word_mark,
                           "Expected a slope, or the tangent algorithm 'autoEase' or 'custom'.");
    }
    lexer_.SkipSpaces();
    if (lexer_.Take(')')) break;
    if (algorithm != TangentAlgorithm::kNone) return lexer_.FailExpected(")");
    if (!lexer_.Take(',')) return lexer_.FailExpected("a comma or )");
  }
  --lexer_.nesting;
  out.width = count == 2 ? numbers[0] : 0;
  out.slope = count == 2 ? numbers[1] : numbers[0];
  out.algorithm = algorithm;
  if (!(out.width >= 0) || !std::isfinite(out.width) || !std::isfinite(out.slope))
    return lexer_.Fail(kTextSpline, mark,
                       "The width of a tangent is negative, or its width or slope is not finite.",
                       "Write a finite width of 0 or more, then a finite slope.");
  return true;
}

bool ValueReader::ReadKnot(Spline& spline) {
  const Mark mark = lexer_.Here();
  SplineKnot knot;
  if (!ReadDouble(knot.time)) return false;
  lexer_.SkipSpaces();
  if (!lexer_.Take(':')) return lexer_.FailExpected(":");
  lexer_.SkipSpaces();
  if (!ReadDouble(knot.value)) return false;
  lexer_.SkipSpaces();
  if (lexer_.Take('&')) {
    lexer_.SkipSpaces();
    double value = 0;
    if (!ReadDouble(value)) return false;
    knot.pre_value = Narrow(knot.value, spline.value_type);
    knot.value = value;
    lexer_.SkipSpaces();
  }
  knot.value = Narrow(knot.value, spline.value_type);
  if (!std::isfinite(knot.time) || !std::isfinite(knot.value) ||
      (knot.pre_value && !std::isfinite(*knot.pre_value)))
    return lexer_.Fail(kTextSpline, mark, "The time and the value of a knot must be finite.",
                       "Write finite numbers within the type's range.");
  for (bool first = true; lexer_.Take(';'); first = false) {
    lexer_.SkipSpaces();
    const char c = lexer_.Peek();
    if (c == '{') {
      auto custom_data = std::make_shared<Dictionary>();
      if (!ReadDictionary(*custom_data)) return false;
      knot.custom_data = custom_data->IsEmpty() ? nullptr : std::move(custom_data);
    } else if (!first && !IsNameStartByte(c)) {
      break;  // a ; after the last parameter
    } else {
      const Mark word_mark = lexer_.Here();
      const std::string word(lexer_.ReadName());
      if (word != "pre" && word != "post")
        return lexer_.Fail(kTextSyntax, word_mark,
                           "Expected 'pre', 'post' or a dictionary after the ; of a knot.");
      if (!lexer_.SkipGap()) return lexer_.FailExpected("a space");
      if (word == "pre") {
        if (!ReadTangent(knot.pre_tangent, spline.curve_type)) return false;
      } else {
        const Mark mode_mark = lexer_.Here();
        const std::string_view mode = lexer_.ReadName();
        if (mode == "none")
          knot.interpolation = KnotInterpolation::kNone;
        else if (mode == "held")
          knot.interpolation = KnotInterpolation::kHeld;
        else if (mode == "linear")
          knot.interpolation = KnotInterpolation::kLinear;
        else if (mode == "curve")
          knot.interpolation = KnotInterpolation::kCurve;
        else
          return lexer_.Fail(kTextSyntax, mode_mark,
                             "Expected 'none', 'held', 'linear' or 'curve' after 'post'.");
        if (lexer_.SkipGap() && lexer_.Peek() == '(' && !ReadTangent(knot.post_tangent, spline.curve_type))
          return false;
      }
    }
    lexer_.SkipSpaces();
  }
  knot.pre_tangent.slope = Narrow(knot.pre_tangent.slope, spline.value_type);
  knot.post_tangent.slope = Narrow(knot.post_tangent.slope, spline.value_type);
  spline.knots.push_back(std::move(knot));
  return true;
}

bool ValueReader::ReadSplineItem(Spline& spline) {
  if (lexer_.AtNumber()) return ReadKnot(spline);
  const Mark mark = lexer_.Here();
  const std::string word(lexer_.ReadName());
  if (word == "bezier") {
    spline.curve_type = CurveType::kBezier;
  } else if (word == "hermite") {
    spline.curve_type = CurveType::kHermite;
  } else if (word == "pre" || word == "post") {
    SplineExtrapolation& side = word == "pre" ? spline.pre_extrapolation : spline.post_extrapolation;
    if (!ReadExtrapolation(side)) return false;
    side.slope = Narrow(side.slope, spline.value_type);
  } else if (word == "loop") {
    return ReadLoop(spline);
  } else {
    return lexer_.Fail(kTextSyntax, mark,
                       "Expected a knot (time: value), bezier, hermite, pre:, post:, loop: or }.");
  }
  return true;
}

bool ValueReader::ReadSpline(ValueType value_type, Value& out) {
  if (!lexer_.Take('{')) return lexer_.FailExpected("{ and the parts of a spline");
  ++lexer_.nesting;
  ++lexer_.braces;
  Spline spline;
  spline.time_valued = value_type == ValueType::kTimeCode || value_type == ValueType::kDuration;
  spline.value_type = value_type;
  lexer_.SkipAll();
  while (!lexer_.Take('}')) {
    if (!ReadSplineItem(spline)) return false;
    if (!lexer_.EndItem('}')) return false;
  }
  --lexer_.nesting;
  --lexer_.braces;
  // Of knots at one time the first counts.
  const auto earlier = [](const SplineKnot& a, const SplineKnot& b) { return a.time < b.time; };
  std::stable_sort(spline.knots.begin(), spline.knots.end(), earlier);
  const auto same_time = [](const SplineKnot& a, const SplineKnot& b) { return a.time == b.time; };
  spline.knots.erase(std::unique(spline.knots.begin(), spline.knots.end(), same_time), spline.knots.end());
  if (spline.curve_type ==
      CurveType::kHermite) {  // widths are not written: each tangent reaches a third of the way
    for (size_t i = 1; i < spline.knots.size(); ++i) {
      const double width = (spline.knots[i].time - spline.knots[i - 1].time) / 3;
      spline.knots[i - 1].post_tangent.width = spline.knots[i].pre_tangent.width = width;
    }
  }
  out = Value(std::move(spline));
  return true;
}

}  // namespace strata::format::text

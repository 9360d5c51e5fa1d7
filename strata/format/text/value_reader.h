// Reads the values of usda: typed ones, dictionaries, splines, array edits, and those of unknown types as
// text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/base/executor.h"
#include "strata/format/text/lexer.h"
#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/value.h"

namespace strata::format::text {

// The quoted text of a string, in the quotes and with the escapes that usd-core chooses.
void AppendQuoted(std::string& out, std::string_view text);
void AppendAssetPath(std::string& out, std::string_view path);

// Each function reads from the lexer's cursor and returns false after a report.
class ValueReader {
 public:
  ValueReader(Lexer& lexer, const Budgets& budgets, Executor* executor)
      : lexer_(lexer), budgets_(budgets), executor_(executor) {}

  // A value of an element type or an array of it; also a path in angle brackets, which any type may hold.
  bool ReadTyped(ValueType element, bool is_array, Value& out);
  // "edit [...]" of an array of `element`; the cursor is after "edit".
  bool ReadArrayEdit(ValueType element, std::string_view type_name, Value& out);
  bool ReadDictionary(Dictionary& out, uint32_t depth = 0);
  bool ReadSpline(ValueType value_type, Value& out);
  // A value of a type nobody knows, as canonical text.
  bool ReadAsText(std::string& out, uint32_t depth = 0);
  bool ReadPath(Path& out);          // <...>, as written (may be relative or empty)
  bool ReadAsset(std::string& out);  // @...@ without control characters
  bool ReadDouble(double& out);      // a number

 private:
  template <class T>
  bool ReadArray(Value& out);
  template <class T>
  bool ReadElement(T& out);
  template <class T>
  bool AppendRuns(Array<T>& array, bool& after_element);
  template <class T>
  bool AppendRunsInParallel(Array<T>& array, bool& after_element);
  template <class S>
  bool ReadScalarNumber(S& out);
  bool ReadBool(bool& out);
  template <class S, size_t N>
  bool ReadTuple(S (&out)[N]);
  bool ExpectListEnd(char close);
  bool FailMismatch(Mark mark);
  bool FailTuple(Mark mark, size_t wanted);

  template <class T>
  bool ReadEdit(ArrayEdit& out);
  bool ReadEditIndex(int64_t& out);
  bool ReadEditInteger(int64_t& out);
  bool TakeEditWord(std::string_view word);

  bool ReadSplineItem(Spline& spline);
  bool ReadExtrapolation(SplineExtrapolation& out);
  bool ReadLoop(Spline& spline);
  bool ReadKnot(Spline& spline);
  bool ReadTangent(SplineTangent& out, CurveType curve);

  Lexer& lexer_;
  const Budgets& budgets_;
  Executor* executor_;
  std::string scratch_;
  std::string last_parent_text_;  // of the prim path read last, since neighbours often share it
  Path last_parent_;
  std::string_view type_text_;  // of the value being read, for messages
};

}  // namespace strata::format::text

// Printing values: numbers, strings, tuples, lists, dictionaries, array edits and splines.
#include <algorithm>
#include <type_traits>

#include "strata/format/text/lexer.h"
#include "strata/format/text/value_reader.h"
#include "strata/format/text/writer.h"
#include "strata/path/path.h"
#include "strata/value/time_samples.h"

namespace strata::format::text {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

size_t ValidSequenceAt(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return at + length <= text.size() && IsUtf8(text.substr(at, length)) ? length : 0;
}

void AppendElement(std::string& out, bool value) {
  out += value ? '1' : '0';
}
void AppendElement(std::string& out, uint8_t value) {
  AppendNumber(out, uint64_t{value});
}
void AppendElement(std::string& out, int32_t value) {
  AppendNumber(out, int64_t{value});
}
void AppendElement(std::string& out, uint32_t value) {
  AppendNumber(out, uint64_t{value});
}
void AppendElement(std::string& out, int64_t value) {
  AppendNumber(out, value);
}
void AppendElement(std::string& out, uint64_t value) {
  AppendNumber(out, value);
}
void AppendElement(std::string& out, Half value) {
  AppendNumber(out, value);
}
void AppendElement(std::string& out, float value) {
  AppendNumber(out, value);
}
void AppendElement(std::string& out, double value) {
  AppendNumber(out, value);
}
void AppendElement(std::string& out, TimeCode value) {
  AppendTime(out, value.value);
}
void AppendElement(std::string& out, Duration value) {
  AppendTime(out, value.value);
}
void AppendElement(std::string& out, const std::string& value) {
  AppendQuoted(out, value);
}
void AppendElement(std::string& out, Token value) {
  AppendQuoted(out, value.GetText());
}
void AppendElement(std::string& out, const AssetPath& value) {
  AppendAssetPath(out, value.authored);
}
void AppendElement(std::string& out, const PathExpression& value) {
  AppendQuoted(out, value.GetText());
}

// -- elements that are put into a buffer before they are appended, since arrays hold many of them

template <class T>
constexpr size_t kMostBytes = 0;  // others are appended one by one
template <>
constexpr size_t kMostBytes<int32_t> = kMostNumberBytes;
template <>
constexpr size_t kMostBytes<Half> = kMostNumberBytes;
template <>
constexpr size_t kMostBytes<float> = kMostNumberBytes;
template <>
constexpr size_t kMostBytes<double> = kMostNumberBytes;
template <class S, size_t N>
constexpr size_t kMostBytes<Vec<S, N>> = N * (kMostNumberBytes + 2) + 2;

template <class T>
char* PutElement(char* out, T value) {
  return PutNumber(out, value);
}
template <class S, size_t N>
char* PutElement(char* out, const Vec<S, N>& value) {
  *out++ = '(';
  for (size_t i = 0; i < N; ++i) {
    if (i != 0) {
      *out++ = ',';
      *out++ = ' ';
    }
    out = PutElement(out, value[i]);
  }
  *out++ = ')';
  return out;
}

template <class S, size_t N>
void AppendElement(std::string& out, const Vec<S, N>& value) {
  char text[kMostBytes<Vec<S, N>>];
  out.append(text, static_cast<size_t>(PutElement(text, value) - text));
}

template <class S>
void AppendElement(std::string& out, const Quat<S>& value) {
  out += '(';
  AppendElement(out, value.real);
  for (size_t i = 0; i < 3; ++i) {
    out += ", ";
    AppendElement(out, value.imaginary[i]);
  }
  out += ')';
}

template <size_t N>
void AppendElement(std::string& out, const Matrix<N>& value) {
  out += "( ";
  for (size_t i = 0; i < N; ++i) {
    if (i != 0) out += ", ";
    out += '(';
    for (size_t j = 0; j < N; ++j) {
      if (j != 0) out += ", ";
      AppendNumber(out, value[i][j]);
    }
    out += ')';
  }
  out += " )";
}

template <class T>
void AppendElements(std::string& out, const T* elements, size_t count) {
  if constexpr (kMostBytes<T> != 0) {
    char text[4096];
    char* at = text;
    for (size_t i = 0; i < count; ++i) {
      if (at > text + sizeof text - kMostBytes<T> - 2) {
        out.append(text, static_cast<size_t>(at - text));
        at = text;
      }
      if (i != 0) {
        *at++ = ',';
        *at++ = ' ';
      }
      at = PutElement(at, elements[i]);
    }
    out.append(text, static_cast<size_t>(at - text));
  } else {
    for (size_t i = 0; i < count; ++i) {
      if (i != 0) out += ", ";
      AppendElement(out, elements[i]);
    }
  }
}

template <class T>
void AppendArray(std::string& out, const Array<T>& array) {
  out += '[';
  AppendElements(out, array.GetData(), array.GetSize());
  out += ']';
}

template <class T>
void AppendItems(std::string& out, const std::vector<T>& items) {
  out += '[';
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0) out += ", ";
    AppendElement(out, items[i]);
  }
  out += ']';
}

// A number of the type that a spline's values have.
void AppendSplineNumber(std::string& out, double value, ValueType type) {
  switch (type) {
    case ValueType::kFloat:
      return AppendNumber(out, static_cast<float>(value));
    case ValueType::kHalf:
      return AppendNumber(out, Half(static_cast<float>(value)));
    case ValueType::kTimeCode:
    case ValueType::kDuration:
      return AppendTime(out, value);
    default:
      return AppendNumber(out, value);
  }
}

void AppendTangent(std::string& out, const SplineTangent& tangent, const Spline& spline) {
  out += '(';
  if (spline.curve_type == CurveType::kBezier) {
    AppendNumber(out, tangent.width);
    out += ", ";
  }
  AppendSplineNumber(out, tangent.slope, spline.value_type);
  if (tangent.algorithm == TangentAlgorithm::kAutoEase) out += ", autoEase";
  if (tangent.algorithm == TangentAlgorithm::kCustom) out += ", custom";
  out += ')';
}

void AppendEntryHead(std::string& out, const std::string& key, const Value& value) {
  const ValueTypeName* type = GetValueTypeNameOf(value.GetType());
  if (value.Holds<Dictionary>())
    out += "dictionary";
  else if (type)
    out += type->name.GetText();
  else
    out += value.Holds<Path>() ? "token" : "string";
  out += ' ';
  const bool is_plain =
      !key.empty() && IsNameStartByte(key[0]) &&
      std::all_of(key.begin(), key.end(), [](char c) { return IsNameByte(c) && !(c & 0x80); });
  if (is_plain)
    out += key;
  else
    AppendQuoted(out, key);
  out += " = ";
}

// { int a = 1; string b = "x" }
void AppendInlineDictionary(std::string& out, const Dictionary& dictionary) {
  out += "{ ";
  bool first = true;
  for (const auto& [key, value] : dictionary.entries) {
    if (!first) out += "; ";
    first = false;
    AppendEntryHead(out, key, value);
    if (const Dictionary* nested = value.GetIf<Dictionary>())
      AppendInlineDictionary(out, *nested);
    else
      AppendValue(out, value);
  }
  out += " }";
}

void AppendExtrapolation(std::string& out, const char* side, const SplineExtrapolation& extrapolation,
                         ValueType type, size_t indent) {
  if (extrapolation.mode == ExtrapolationMode::kHeld) return;
  AppendIndent(out, indent);
  out += side;
  switch (extrapolation.mode) {
    case ExtrapolationMode::kNone:
      out += "none";
      break;
    case ExtrapolationMode::kHeld:
      out += "held";
      break;
    case ExtrapolationMode::kLinear:
      out += "linear";
      break;
    case ExtrapolationMode::kSloped:
      out += "sloped(";
      AppendSplineNumber(out, extrapolation.slope, type);
      out += ')';
      break;
    case ExtrapolationMode::kLoopRepeat:
      out += "loop repeat";
      break;
    case ExtrapolationMode::kLoopReset:
      out += "loop reset";
      break;
    case ExtrapolationMode::kLoopOscillate:
      out += "loop oscillate";
      break;
  }
  out += ",\n";
}

const char* GetModeWord(KnotInterpolation mode) {
  switch (mode) {
    case KnotInterpolation::kNone:
      return "none";
    case KnotInterpolation::kHeld:
      return "held";
    case KnotInterpolation::kLinear:
      return "linear";
    case KnotInterpolation::kCurve:
      return "curve";
  }
  return "held";
}

template <class Arc>
void AppendTarget(std::string& out, const Arc& arc) {
  if (!arc.asset_path.empty()) AppendAssetPath(out, arc.asset_path);
  if (!arc.prim_path.IsEmpty() || arc.asset_path.empty()) out += "<" + arc.prim_path.GetString() + ">";
}

}  // namespace

void AppendIndent(std::string& out, size_t indent) {
  out.append(indent * 4, ' ');
}

void AppendQuoted(std::string& out, std::string_view text) {
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\'' && c != '\\';
  });
  if (is_plain) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  const char quote =
      text.find('"') != std::string_view::npos && text.find('\'') == std::string_view::npos ? '\'' : '"';
  const bool triple = text.find('\n') != std::string_view::npos;
  out.append(triple ? 3 : 1, quote);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == static_cast<unsigned char>(quote) || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c >= 0x80) {
      if (const size_t length = ValidSequenceAt(text, i)) {
        out.append(text.substr(i, length));
        i += length - 1;
      } else {
        out += "\\x";
        out += kHexDigits[c >> 4];
        out += kHexDigits[c & 15];
      }
    } else if ((c < 0x20 && c != '\n') || c == 0x7F) {
      out += "\\x";
      out += kHexDigits[c >> 4];
      out += kHexDigits[c & 15];
    } else {
      out += text[i];
    }
  }
  out.append(triple ? 3 : 1, quote);
}

void AppendAssetPath(std::string& out, std::string_view path) {
  if (path.find('@') == std::string_view::npos) {
    out += '@';
    out += path;
    out += '@';
    return;
  }
  out += "@@@";
  for (size_t i = 0; i < path.size();) {
    if (path.substr(i, 3) == "@@@") {
      out += "\\@@@";
      i += 3;
    } else {
      out += path[i++];
    }
  }
  out += "@@@";
}

void AppendDictionary(std::string& out, const Dictionary& dictionary, size_t indent) {
  out += "{\n";
  for (const auto& [key, value] : dictionary.entries) {
    AppendIndent(out, indent + 1);
    AppendEntryHead(out, key, value);
    AppendValue(out, value, indent + 1);
    out += '\n';
  }
  AppendIndent(out, indent);
  out += '}';
}

void AppendArrayEdit(std::string& out, const ArrayEdit& edit) {
  using Op = ArrayEdit::Op;
  const auto append_literal = [&](int64_t index) {
    switch (edit.element_type) {
#define X(name, type, text)                                                      \
  case ValueType::k##name:                                                       \
    if (const Array<type>* literals = edit.literals.GetIf<Array<type>>();        \
        literals && index >= 0 && static_cast<size_t>(index) < literals->size()) \
      AppendElement(out, (*literals)[static_cast<size_t>(index)]);               \
    break;
      STRATA_ELEMENT_TYPES(X)
#undef X
      default:
        break;
    }
  };
  const auto append_index = [&](int64_t index) {
    out += '[';
    AppendNumber(out, index);
    out += ']';
  };
  out += "edit [";
  bool first = true;
  for (const ArrayEdit::Instruction& step : edit.instructions) {
    if (!first) out += "; ";
    first = false;
    const bool from_literal = step.op == Op::kWriteLiteral || step.op == Op::kInsertLiteral;
    switch (step.op) {
      case Op::kWriteLiteral:
      case Op::kWriteReference:
      case Op::kInsertLiteral:
      case Op::kInsertReference: {
        const bool is_write = step.op == Op::kWriteLiteral || step.op == Op::kWriteReference;
        const bool is_append = !is_write && step.index == ArrayEdit::kEndIndex;
        const bool is_prepend = !is_write && step.index == 0;
        out += is_write ? "write " : is_append ? "append " : is_prepend ? "prepend " : "insert ";
        if (from_literal)
          append_literal(step.source);
        else
          append_index(step.source);
        if (is_write || (!is_append && !is_prepend)) {
          out += is_write ? " to " : " at ";
          append_index(step.index);
        }
        break;
      }
      case Op::kEraseElement:
        out += "erase ";
        append_index(step.index);
        break;
      case Op::kMinimumSize:
      case Op::kMinimumSizeFill:
      case Op::kMaximumSize:
      case Op::kSetSize:
      case Op::kSetSizeFill:
        out += step.op == Op::kMaximumSize                                      ? "maxsize "
               : step.op == Op::kMinimumSize || step.op == Op::kMinimumSizeFill ? "minsize "
                                                                                : "resize ";
        AppendNumber(out, step.source);
        if (step.op == Op::kMinimumSizeFill || step.op == Op::kSetSizeFill) {
          out += " fill ";
          append_literal(step.index);
        }
        break;
    }
  }
  out += ']';
}

void AppendSpline(std::string& out, const Spline& spline, size_t indent) {
  out += "{\n";
  const size_t inner = indent + 1;
  bool has_curve = false;
  for (size_t i = 0; i + 1 < spline.knots.size(); ++i)
    has_curve |= spline.knots[i].interpolation == KnotInterpolation::kCurve;
  if (spline.curve_type == CurveType::kHermite || has_curve) {
    AppendIndent(out, inner);
    out += spline.curve_type == CurveType::kHermite ? "hermite,\n" : "bezier,\n";
  }
  AppendExtrapolation(out, "pre: ", spline.pre_extrapolation, spline.value_type, inner);
  AppendExtrapolation(out, "post: ", spline.post_extrapolation, spline.value_type, inner);
  if (spline.loop) {
    AppendIndent(out, inner);
    out += "loop: (";
    AppendNumber(out, spline.loop->proto_start);
    out += ", ";
    AppendNumber(out, spline.loop->proto_end);
    out += ", ";
    AppendNumber(out, int64_t{spline.loop->pre_loops});
    out += ", ";
    AppendNumber(out, int64_t{spline.loop->post_loops});
    out += ", ";
    AppendSplineNumber(out, spline.loop->value_offset, spline.value_type);
    out += "),\n";
  }
  for (size_t i = 0; i < spline.knots.size(); ++i) {
    const SplineKnot& knot = spline.knots[i];
    AppendIndent(out, inner);
    AppendNumber(out, knot.time);
    out += ": ";
    if (knot.pre_value) {
      AppendSplineNumber(out, *knot.pre_value, spline.value_type);
      out += " & ";
    }
    AppendSplineNumber(out, knot.value, spline.value_type);
    if (i == 0 || spline.knots[i - 1].interpolation == KnotInterpolation::kCurve) {
      out += "; pre ";
      AppendTangent(out, knot.pre_tangent, spline);
    }
    out += "; post ";
    out += GetModeWord(knot.interpolation);
    if (knot.interpolation == KnotInterpolation::kCurve) {
      out += ' ';
      AppendTangent(out, knot.post_tangent, spline);
    }
    if (knot.custom_data && !knot.custom_data->IsEmpty()) {
      out += "; ";
      AppendInlineDictionary(out, *knot.custom_data);
    }
    out += ",\n";
  }
  AppendIndent(out, indent);
  out += '}';
}

void AppendValue(std::string& out, const Value& value, size_t indent) {
  switch (value.GetType()) {
#define X(name, type, text)                       \
  case ValueType::k##name:                        \
    return AppendElement(out, value.Get<type>()); \
  case ValueType::k##name##Array:                 \
    return AppendArray(out, value.Get<Array<type>>());
    STRATA_ELEMENT_TYPES(X)
#undef X
    case ValueType::kValueBlock:
      out += "None";
      return;
    case ValueType::kAnimationBlock:
      out += "AnimationBlock";
      return;
    case ValueType::kPath:
      return AppendArc(out, value.Get<Path>(), indent);
    case ValueType::kDictionary:
      return AppendDictionary(out, value.Get<Dictionary>(), indent);
    case ValueType::kArrayEdit:
      return AppendArrayEdit(out, value.Get<ArrayEdit>());
    case ValueType::kSpline:
      return AppendSpline(out, value.Get<Spline>(), indent);
    case ValueType::kTokenVector:
      return AppendItems(out, value.Get<TokenVector>());
    case ValueType::kStringVector:
      return AppendItems(out, value.Get<StringVector>());
    case ValueType::kPermission:
      out += value.Get<Permission>() == Permission::kPrivate ? "private" : "public";
      return;
    case ValueType::kSpecifier: {
      const Specifier specifier = value.Get<Specifier>();
      out += specifier == Specifier::kDef ? "def" : specifier == Specifier::kOver ? "over" : "class";
      return;
    }
    case ValueType::kVariability:
      out += value.Get<Variability>() == Variability::kUniform ? "uniform" : "varying";
      return;
    case ValueType::kUnregisteredValue: {
      const UnregisteredValue& held = value.Get<UnregisteredValue>();
      if (!held.value) return;
      if (const std::string* text = held.value->GetIf<std::string>())
        out += *text;
      else
        AppendValue(out, *held.value, indent);
      return;
    }
    case ValueType::kTimeSamples: {
      const TimeSamples& samples = value.Get<TimeSamples>();
      out += "{\n";
      for (size_t i = 0; i < samples.GetSize(); ++i) {
        AppendIndent(out, indent + 1);
        AppendNumber(out, samples.GetTime(i));
        out += ": ";
        AppendValue(out, samples.GetValue(i), indent + 1);
        out += ",\n";
      }
      AppendIndent(out, indent);
      out += '}';
      return;
    }
    default:
      out += "None";
      return;
  }
}

void AppendLayerOffset(std::string& out, const LayerOffset& offset) {
  if (offset.IsIdentity()) return;
  out += " (";
  if (offset.offset != 0) {
    out += "offset = ";
    AppendNumber(out, offset.offset);
  }
  if (offset.scale != 1) {
    if (offset.offset != 0) out += "; ";
    out += "scale = ";
    AppendNumber(out, offset.scale);
  }
  out += ')';
}

void AppendArc(std::string& out, const Payload& payload, size_t) {
  AppendTarget(out, payload);
  AppendLayerOffset(out, payload.offset);
}

void AppendArc(std::string& out, const Reference& reference, size_t indent) {
  AppendTarget(out, reference);
  if (!reference.custom_data) return AppendLayerOffset(out, reference.offset);
  out += " (\n";
  const auto line = [&](const char* name, double value) {
    AppendIndent(out, indent + 1);
    out += name;
    AppendNumber(out, value);
    out += '\n';
  };
  if (reference.offset.offset != 0) line("offset = ", reference.offset.offset);
  if (reference.offset.scale != 1) line("scale = ", reference.offset.scale);
  AppendIndent(out, indent + 1);
  out += "customData = ";
  AppendDictionary(out, *reference.custom_data, indent + 1);
  out += '\n';
  AppendIndent(out, indent);
  out += ')';
}

void AppendArc(std::string& out, Path path, size_t) {
  out += '<';
  path.AppendTo(out);
  out += '>';
}

}  // namespace strata::format::text

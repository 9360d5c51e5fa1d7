// Values in one line.
#include "strata/inspect/summarize.h"

#include <fmt/format.h>

#include "strata/base/utf8.h"
#include "strata/format/text/text.h"
#include "strata/value/time_samples.h"

namespace strata::inspect {

namespace {

constexpr size_t kShownElements = 4;
constexpr size_t kShownSamples = 3;

// One line: each line end and the indentation after it becomes a blank.
std::string JoinLines(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') {
      out += text[i] == '\t' ? ' ' : text[i];
      continue;
    }
    while (i + 1 < text.size() && std::string_view(" \t\r\n").find(text[i + 1]) != std::string_view::npos)
      ++i;
    if (!out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

// Cuts at a character boundary; control characters become their pictures.
std::string CutTo(const std::string& value, size_t width) {
  std::string text = MakePrintable(JoinLines(value));
  if (text.size() > width) {
    size_t end = width > 3 ? width - 3 : 0;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end) + "...";
  }
  return text;
}

template <class T>
Value Head(const Array<T>& array) {
  return Array<T>(array.begin(), array.begin() + kShownElements);
}

std::string SummarizeArray(const Value& value) {
  Value head;
  switch (value.GetType()) {
#define X(name, type, text)                \
  case ValueType::k##name##Array:          \
    head = Head(value.Get<Array<type>>()); \
    break;
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      break;
  }
  std::string text = format::text::FormatValue(head);
  if (!text.empty() && text.back() == ']') text.pop_back();
  return fmt::format("{}, ... {} in all]", text, value.GetArraySize());
}

std::string SummarizeSamples(const TimeSamples& samples, size_t width) {
  std::string text = "{";
  const size_t shown = std::min(samples.GetSize(), kShownSamples);
  for (size_t i = 0; i < shown; ++i)
    text += fmt::format("{}{}: {}", i ? ", " : "", samples.GetTime(i),
                        SummarizeValue(samples.GetValue(i), width / 3));
  if (shown < samples.GetSize()) text += fmt::format(", ... {} samples", samples.GetSize());
  return text + "}";
}

std::string DescribeItem(const Path& path) {
  return fmt::format("<{}>", path.GetString());
}
std::string DescribeItem(const Relocate& move) {
  return fmt::format("{}: {}", DescribeItem(move.first), DescribeItem(move.second));
}
std::string DescribeItem(const LayerOffset& offset) {
  return fmt::format("(offset = {}; scale = {})", offset.offset, offset.scale);
}
std::string DescribeItem(const UnregisteredValue& item) {
  return item.value ? format::text::FormatValue(*item.value) : std::string();
}

template <class Arc>
std::string DescribeArcItem(const Arc& arc) {
  std::string text = arc.asset_path.empty() ? "" : fmt::format("@{}@", arc.asset_path);
  if (!arc.prim_path.IsEmpty() || text.empty()) text += fmt::format("<{}>", arc.prim_path.GetString());
  return arc.offset.IsIdentity() ? text : text + " " + DescribeItem(arc.offset);
}
std::string DescribeItem(const Reference& arc) {
  return DescribeArcItem(arc);
}
std::string DescribeItem(const Payload& arc) {
  return DescribeArcItem(arc);
}

template <class T>
std::string DescribeItem(const T& item) {
  return format::text::FormatValue(Value(item));
}

template <class T>
void AppendItems(std::string& text, std::string_view verb, const std::vector<T>& items) {
  if (items.empty()) return;
  text += text.empty() ? "" : ", ";
  text += verb;
  text += '[';
  const size_t shown = std::min(items.size(), 2 * kShownElements);
  for (size_t i = 0; i < shown; ++i) text += (i ? ", " : "") + DescribeItem(items[i]);
  if (shown < items.size()) text += fmt::format(", ... {} in all", items.size());
  text += ']';
}

// As it would be written, verb by verb: `prepend [<A>], delete [<B>]`.
template <class T>
std::string SummarizeListOp(const ListOp<T>& op) {
  std::string text;
  if (op.is_explicit && op.explicit_items.empty()) return "[]";
  AppendItems(text, "", op.explicit_items);
  AppendItems(text, "add ", op.added_items);
  AppendItems(text, "prepend ", op.prepended_items);
  AppendItems(text, "append ", op.appended_items);
  AppendItems(text, "delete ", op.deleted_items);
  AppendItems(text, "reorder ", op.ordered_items);
  return text;
}

template <class T>
std::string SummarizeVector(const std::vector<T>& items) {
  std::string text;
  AppendItems(text, "", items);
  return items.empty() ? "[]" : text;
}

std::string SummarizeSelections(const VariantSelectionMap& selections) {
  std::string text;
  for (const auto& [set, variant] : selections)
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", set, variant.empty() ? "(none)" : variant);
  return "{" + text + "}";
}

// `{key: value, ...}`; dictionaries deeper than anyone reads on one line are only counted.
std::string SummarizeDictionary(const Dictionary& dictionary, int depth) {
  constexpr int kMaxDepth = 4;
  std::string text;
  for (const auto& [key, value] : dictionary.entries) {
    const Dictionary* inner = value.GetIf<Dictionary>();
    std::string said = !inner               ? SummarizeValue(value, 96)
                       : depth >= kMaxDepth ? fmt::format("{{... {} in all}}", inner->entries.size())
                                            : SummarizeDictionary(*inner, depth + 1);
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key, said);
  }
  return "{" + text + "}";
}

std::string FormatAny(const Value& value) {
  switch (value.GetType()) {
    case ValueType::kDictionary:
      return SummarizeDictionary(value.Get<Dictionary>(), 0);
    case ValueType::kPath:
      return DescribeItem(value.Get<Path>());
    case ValueType::kReference:
      return DescribeItem(value.Get<Reference>());
    case ValueType::kPayload:
      return DescribeItem(value.Get<Payload>());
    case ValueType::kTokenVector:
      return SummarizeVector(value.Get<TokenVector>());
    case ValueType::kStringVector:
      return SummarizeVector(value.Get<StringVector>());
    case ValueType::kPathVector:
      return SummarizeVector(value.Get<PathVector>());
    case ValueType::kRelocates:
      return SummarizeVector(value.Get<Relocates>());
    case ValueType::kLayerOffset:
      return DescribeItem(value.Get<LayerOffset>());
    case ValueType::kLayerOffsetVector:
      return SummarizeVector(value.Get<LayerOffsetVector>());
    case ValueType::kVariantSelectionMap:
      return SummarizeSelections(value.Get<VariantSelectionMap>());
    case ValueType::kIntListOp:
      return SummarizeListOp(value.Get<IntListOp>());
    case ValueType::kUIntListOp:
      return SummarizeListOp(value.Get<UIntListOp>());
    case ValueType::kInt64ListOp:
      return SummarizeListOp(value.Get<Int64ListOp>());
    case ValueType::kUInt64ListOp:
      return SummarizeListOp(value.Get<UInt64ListOp>());
    case ValueType::kStringListOp:
      return SummarizeListOp(value.Get<StringListOp>());
    case ValueType::kTokenListOp:
      return SummarizeListOp(value.Get<TokenListOp>());
    case ValueType::kPathListOp:
      return SummarizeListOp(value.Get<PathListOp>());
    case ValueType::kReferenceListOp:
      return SummarizeListOp(value.Get<ReferenceListOp>());
    case ValueType::kPayloadListOp:
      return SummarizeListOp(value.Get<PayloadListOp>());
    case ValueType::kUnregisteredListOp:
      return SummarizeListOp(value.Get<UnregisteredListOp>());
    default:
      return format::text::FormatValue(value);
  }
}

}  // namespace

std::string SummarizeValue(const Value& value, size_t width) {
  if (value.IsEmpty()) return {};
  if (value.IsArray() && value.GetArraySize() > kShownElements) return CutTo(SummarizeArray(value), width);
  if (const auto* samples = value.GetIf<TimeSamples>())
    return CutTo(SummarizeSamples(*samples, width), width);
  return CutTo(FormatAny(value), width);
}

}  // namespace strata::inspect

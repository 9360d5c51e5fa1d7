// Values that only fields hold: dictionaries, arcs, list ops, vectors, splines and array edits.
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "strata/format/crate/value_packer.h"

namespace strata::format::crate {
namespace {

template <class T>
void Append(std::string& out, T number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

ValueRep MakeInlined(ValueKind kind, uint64_t payload = 0) {
  return ValueRep::Make(kind, ValueRep::kInlinedBit, payload);
}

// How the first byte of a spline says what its values are.
enum SplineValues : uint8_t { kSplineDouble = 1, kSplineFloat = 2, kSplineHalf = 3 };
constexpr uint8_t kSplineIsTimeValued = 0x40, kSplineIsHermite = 0x80;
constexpr uint8_t kSplineTimeCode = 0, kSplineDuration = 1;  // of a time-valued one
constexpr uint8_t kSplineLoops = 0x40;                       // in the second byte
constexpr uint8_t kKnotIsDual = 0x01;

bool HasTangentAlgorithms(const Spline& spline) {
  for (const SplineKnot& knot : spline.knots)
    if (knot.pre_tangent.algorithm != TangentAlgorithm::kNone ||
        knot.post_tangent.algorithm != TangentAlgorithm::kNone)
      return true;
  return false;
}

}  // namespace

// A value inside another one: how far on its rep is, and the rep, right behind.
void ValuePacker::AppendNested(const Value& value, std::string& out) {
  const ValueRep rep = PackNow(value);
  Append(out, uint64_t{8});
  Append(out, rep.bits);
}

void ValuePacker::AppendDictionary(const Dictionary& dictionary, std::string& out) {
  Append(out, static_cast<uint64_t>(dictionary.entries.size()));
  for (const auto& [key, value] : dictionary.entries) {
    Append(out, tokens_.AddString(key));
    AppendNested(value, out);
  }
}

void ValuePacker::AppendUnregistered(const UnregisteredValue& value, std::string& out) {
  if (value.value)
    AppendNested(*value.value, out);
  else
    AppendNested(Value(std::string()), out);
}

void ValuePacker::AppendPayload(const Payload& payload, std::string& out) {
  Append(out, tokens_.AddString(payload.asset_path));
  Append(out, NumberPath(payload.prim_path));
  Append(out, payload.offset.offset);
  Append(out, payload.offset.scale);
}

void ValuePacker::AppendReference(const Reference& reference, std::string& out) {
  AppendPayload({reference.asset_path, reference.prim_path, reference.offset}, out);
  AppendDictionary(reference.custom_data ? *reference.custom_data : Dictionary(), out);
}

template <class T, class AppendItem>
ValueRep ValuePacker::PackListOp(ValueKind kind, const ListOp<T>& op, const AppendItem& append) {
  const std::pair<uint8_t, const std::vector<T>*> lists[] = {
      {kListOpHasExplicit, &op.explicit_items},   {kListOpHasAdded, &op.added_items},
      {kListOpHasPrepended, &op.prepended_items}, {kListOpHasAppended, &op.appended_items},
      {kListOpHasDeleted, &op.deleted_items},     {kListOpHasOrdered, &op.ordered_items},
  };
  const Bytes bytes(*this);
  uint8_t bits = op.is_explicit ? kListOpIsExplicit : 0;
  for (const auto& [bit, items] : lists)
    if (!items->empty()) bits = static_cast<uint8_t>(bits | bit);
  Append(*bytes, bits);
  for (const auto& [bit, items] : lists) {
    if (items->empty()) continue;
    Append(*bytes, static_cast<uint64_t>(items->size()));
    for (const T& item : *items) append(item, *bytes);
  }
  return Intern(kind, 0, *bytes);
}

// One payload of another file is written in the form that came before lists of them, as OpenUSD does.
ValueRep ValuePacker::PackPayloads(const PayloadListOp& op) {
  const bool is_plain = op.is_explicit && op.explicit_items.size() == 1 &&
                        !op.explicit_items.front().asset_path.empty() && op.added_items.empty() &&
                        op.prepended_items.empty() && op.appended_items.empty() && op.deleted_items.empty() &&
                        op.ordered_items.empty();
  if (!is_plain)
    return PackListOp(ValueKind::kPayloadListOp, op,
                      [this](const Payload& item, std::string& out) { AppendPayload(item, out); });
  const Bytes bytes(*this);
  AppendPayload(op.explicit_items.front(), *bytes);
  return Intern(ValueKind::kPayload, 0, *bytes);
}

ValueRep ValuePacker::PackListOpOf(const Value& value) {
  const auto plain = [](auto item, std::string& out) { Append(out, item); };
  switch (value.GetType()) {
    case ValueType::kIntListOp:
      return PackListOp(ValueKind::kIntListOp, value.Get<IntListOp>(), plain);
    case ValueType::kUIntListOp:
      return PackListOp(ValueKind::kUIntListOp, value.Get<UIntListOp>(), plain);
    case ValueType::kInt64ListOp:
      return PackListOp(ValueKind::kInt64ListOp, value.Get<Int64ListOp>(), plain);
    case ValueType::kUInt64ListOp:
      return PackListOp(ValueKind::kUInt64ListOp, value.Get<UInt64ListOp>(), plain);
    case ValueType::kStringListOp:
      return PackListOp(
          ValueKind::kStringListOp, value.Get<StringListOp>(),
          [this](const std::string& item, std::string& out) { Append(out, tokens_.AddString(item)); });
    case ValueType::kTokenListOp:
      return PackListOp(ValueKind::kTokenListOp, value.Get<TokenListOp>(),
                        [this](Token item, std::string& out) { Append(out, tokens_.Add(item)); });
    case ValueType::kPathListOp:
      return PackListOp(ValueKind::kPathListOp, value.Get<PathListOp>(),
                        [this](Path item, std::string& out) { Append(out, NumberPath(item)); });
    case ValueType::kReferenceListOp:
      return PackListOp(ValueKind::kReferenceListOp, value.Get<ReferenceListOp>(),
                        [this](const Reference& item, std::string& out) { AppendReference(item, out); });
    case ValueType::kPayloadListOp:
      return PackPayloads(value.Get<PayloadListOp>());
    default:
      return PackListOp(
          ValueKind::kUnregisteredValueListOp, value.Get<UnregisteredListOp>(),
          [this](const UnregisteredValue& item, std::string& out) { AppendUnregistered(item, out); });
  }
}

ValueRep ValuePacker::PackVector(const Value& value) {
  const Bytes bytes(*this);
  const auto append_all = [&bytes](const auto& items, const auto& append) {
    Append(*bytes, static_cast<uint64_t>(items.size()));
    for (const auto& item : items) append(item);
  };
  switch (value.GetType()) {
    case ValueType::kTokenVector:
      append_all(value.Get<TokenVector>(), [&](Token item) { Append(*bytes, tokens_.Add(item)); });
      return Intern(ValueKind::kTokenVector, 0, *bytes);
    case ValueType::kStringVector:
      append_all(value.Get<StringVector>(),
                 [&](const auto& item) { Append(*bytes, tokens_.AddString(item)); });
      return Intern(ValueKind::kStringVector, 0, *bytes);
    case ValueType::kPathVector:
      append_all(value.Get<PathVector>(), [&](Path item) { Append(*bytes, NumberPath(item)); });
      return Intern(ValueKind::kPathVector, 0, *bytes);
    case ValueType::kLayerOffsetVector:
      append_all(value.Get<LayerOffsetVector>(), [&](const LayerOffset& item) {
        Append(*bytes, item.offset);
        Append(*bytes, item.scale);
      });
      return Intern(ValueKind::kLayerOffsetVector, 0, *bytes);
    case ValueType::kRelocates:
      Need(kSinceRelocates);
      append_all(value.Get<Relocates>(), [&](const Relocate& item) {
        Append(*bytes, NumberPath(item.first));
        Append(*bytes, NumberPath(item.second));
      });
      return Intern(ValueKind::kRelocates, 0, *bytes);
    default:
      append_all(value.Get<VariantSelectionMap>(), [&](const auto& item) {
        Append(*bytes, tokens_.AddString(item.first));
        Append(*bytes, tokens_.AddString(item.second));
      });
      return Intern(ValueKind::kVariantSelectionMap, 0, *bytes);
  }
}

// -- splines

void ValuePacker::AppendKnots(const Spline& spline, std::string& out) {
  const bool has_algorithms = spline.time_valued || HasTangentAlgorithms(spline);
  const auto append_value = [&](double number) {
    if (spline.value_type == ValueType::kFloat)
      Append(out, static_cast<float>(number));
    else if (spline.value_type == ValueType::kHalf)
      Append(out, Half(static_cast<float>(number)).GetBits());
    else
      Append(out, number);
  };
  Append(out, static_cast<uint32_t>(spline.knots.size()));
  for (const SplineKnot& knot : spline.knots) {
    const uint8_t interpolation = static_cast<uint8_t>(static_cast<uint8_t>(knot.interpolation) << 1);
    Append(out, static_cast<uint8_t>(interpolation | (knot.pre_value ? kKnotIsDual : 0)));
    Append(out, knot.time);
    append_value(knot.value);
    if (knot.pre_value) append_value(*knot.pre_value);
    if (spline.curve_type != CurveType::kHermite) {
      Append(out, knot.pre_tangent.width);
      Append(out, knot.post_tangent.width);
    }
    append_value(knot.pre_tangent.slope);
    append_value(knot.post_tangent.slope);
    if (has_algorithms)
      Append(out, static_cast<uint8_t>(static_cast<uint8_t>(knot.pre_tangent.algorithm) |
                                       static_cast<uint8_t>(knot.post_tangent.algorithm) << 4));
  }
}

ValueRep ValuePacker::PackSpline(const Spline& spline) {
  uint8_t version = 1, values = kSplineDouble;
  Need(kSinceSplines);
  if (spline.value_type == ValueType::kFloat) values = kSplineFloat;
  if (spline.value_type == ValueType::kHalf) values = kSplineHalf;
  if (HasTangentAlgorithms(spline)) {
    version = 2;
    Need(kSinceTangentAlgorithms);
  }
  if (spline.time_valued) {
    const bool is_duration = spline.value_type == ValueType::kDuration;
    version = is_duration ? 4 : 3;
    values = is_duration ? kSplineDuration : kSplineTimeCode;
    Need(is_duration ? kSinceDurations : kSinceTimeCodeSplines);
  }
  const Bytes curve(*this);
  Append(*curve, static_cast<uint8_t>(version | values << 4 | (spline.time_valued ? kSplineIsTimeValued : 0) |
                                      (spline.curve_type == CurveType::kHermite ? kSplineIsHermite : 0)));
  const SplineExtrapolation *pre = &spline.pre_extrapolation, *post = &spline.post_extrapolation;
  Append(*curve,
         static_cast<uint8_t>(static_cast<uint8_t>(pre->mode) | static_cast<uint8_t>(post->mode) << 3 |
                              (spline.loop ? kSplineLoops : 0)));
  if (spline.time_valued) Append(*curve, uint8_t{0});  // flags of which none is known
  for (const SplineExtrapolation* side : {pre, post})
    if (side->mode == ExtrapolationMode::kSloped) Append(*curve, side->slope);
  if (spline.loop) {
    Append(*curve, spline.loop->proto_start);
    Append(*curve, spline.loop->proto_end);
    Append(*curve, spline.loop->pre_loops);
    Append(*curve, spline.loop->post_loops);
    Append(*curve, spline.loop->value_offset);
  }
  AppendKnots(spline, *curve);

  const Bytes bytes(*this);
  Append(*bytes, static_cast<uint64_t>((*curve).size()));
  *bytes += *curve;
  uint64_t with_data = 0;
  for (const SplineKnot& knot : spline.knots) with_data += knot.custom_data != nullptr;
  Append(*bytes, with_data);
  for (const SplineKnot& knot : spline.knots) {
    if (!knot.custom_data) continue;
    Append(*bytes, knot.time);
    AppendDictionary(*knot.custom_data, *bytes);
  }
  return Intern(ValueKind::kSpline, 0, *bytes);
}

// -- array edits

namespace {

using Op = ArrayEdit::Op;

// How files number the operations.
uint8_t GetCode(Op op) {
  switch (op) {
    case Op::kWriteLiteral:
      return 0;
    case Op::kWriteReference:
      return 1;
    case Op::kInsertLiteral:
      return 2;
    case Op::kInsertReference:
      return 3;
    case Op::kEraseElement:
      return 4;
    case Op::kMinimumSize:
      return 5;
    case Op::kMinimumSizeFill:
      return 6;
    case Op::kSetSize:
      return 7;
    case Op::kSetSizeFill:
      return 8;
    case Op::kMaximumSize:
      return 9;
  }
  return 0;
}

bool HasTwoNumbers(Op op) {
  return op != Op::kEraseElement && op != Op::kMinimumSize && op != Op::kMaximumSize && op != Op::kSetSize;
}

// The instructions as 64-bit integers: for each run of one operation a head (the operation in the top byte,
// how often below) and then the numbers of each.
Array<int64_t> EncodeInstructions(const std::vector<ArrayEdit::Instruction>& instructions) {
  Array<int64_t> out;
  for (size_t i = 0; i < instructions.size();) {
    const Op op = instructions[i].op;
    size_t end = i;
    while (end < instructions.size() && instructions[end].op == op) ++end;
    out.PushBack(static_cast<int64_t>(uint64_t{GetCode(op)} << 56 | (end - i)));
    for (; i < end; ++i) {
      // What stands alone is where to erase, else a size.
      if (HasTwoNumbers(op)) out.PushBack(instructions[i].source);
      out.PushBack(HasTwoNumbers(op) || op == Op::kEraseElement ? instructions[i].index
                                                                : instructions[i].source);
    }
  }
  return out;
}

}  // namespace

ValueRep ValuePacker::PackEdit(const ArrayEdit& edit) {
  Need(kSinceArrayEdits);
  Value literals = edit.literals;
  const ValueType array_type = GetArrayType(edit.element_type);
  if (literals.GetType() != array_type) {
    if (!literals.IsEmpty() || array_type == ValueType::kEmpty)
      return Refuse("the literals of the array edit are not of its type");
    switch (array_type) {
#define X(name, type, text)       \
  case ValueType::k##name##Array: \
    literals = Array<type>();     \
    break;
      STRATA_ELEMENT_TYPES(X)
#undef X
      default:
        break;
    }
  }
  const ValueRep literals_rep = PackArrayOf(literals, false);
  const ValueKind kind = literals_rep.GetKind();
  if (edit.instructions.empty()) return ValueRep::Make(kind, ValueRep::kArrayEditBit, 0);
  const Value instructions = EncodeInstructions(edit.instructions);
  const ValueRep instructions_rep = PackArrayOf(instructions, false);
  const Bytes bytes(*this);
  Append(*bytes, literals_rep.bits);
  Append(*bytes, instructions_rep.bits);
  return Intern(kind, ValueRep::kArrayEditBit, *bytes);
}

// -- all of them

ValueRep ValuePacker::PackField(const Value& value) {
  switch (value.GetType()) {
    case ValueType::kValueBlock:
      return MakeInlined(ValueKind::kValueBlock);
    case ValueType::kAnimationBlock:
      return MakeInlined(ValueKind::kAnimationBlock);
    case ValueType::kSpecifier:
      return MakeInlined(ValueKind::kSpecifier, static_cast<uint64_t>(value.Get<Specifier>()));
    case ValueType::kVariability:
      return MakeInlined(ValueKind::kVariability, static_cast<uint64_t>(value.Get<Variability>()));
    case ValueType::kPermission:
      return MakeInlined(ValueKind::kPermission, static_cast<uint64_t>(value.Get<Permission>()));
    case ValueType::kDictionary: {
      const Dictionary& dictionary = value.Get<Dictionary>();
      if (dictionary.IsEmpty()) return MakeInlined(ValueKind::kDictionary);
      const Bytes bytes(*this);
      AppendDictionary(dictionary, *bytes);
      return Intern(ValueKind::kDictionary, 0, *bytes);
    }
    case ValueType::kUnregisteredValue: {
      const Bytes bytes(*this);
      AppendUnregistered(value.Get<UnregisteredValue>(), *bytes);
      return Intern(ValueKind::kUnregisteredValue, 0, *bytes);
    }
    case ValueType::kPayload: {
      const Bytes bytes(*this);
      AppendPayload(value.Get<Payload>(), *bytes);
      return Intern(ValueKind::kPayload, 0, *bytes);
    }
    case ValueType::kTimeSamples:
      return PackSamples(value.Get<TimeSamples>(), false);
    case ValueType::kSpline:
      return PackSpline(value.Get<Spline>());
    case ValueType::kArrayEdit:
      return PackEdit(value.Get<ArrayEdit>());
    case ValueType::kTokenVector:
    case ValueType::kStringVector:
    case ValueType::kPathVector:
    case ValueType::kLayerOffsetVector:
    case ValueType::kRelocates:
    case ValueType::kVariantSelectionMap:
      return PackVector(value);
    case ValueType::kIntListOp:
    case ValueType::kUIntListOp:
    case ValueType::kInt64ListOp:
    case ValueType::kUInt64ListOp:
    case ValueType::kStringListOp:
    case ValueType::kTokenListOp:
    case ValueType::kPathListOp:
    case ValueType::kReferenceListOp:
    case ValueType::kPayloadListOp:
    case ValueType::kUnregisteredListOp:
      return PackListOpOf(value);
    default:
      return Refuse(fmt::format("files have no value of type '{}'", GetTypeText(value.GetType())));
  }
}

}  // namespace strata::format::crate

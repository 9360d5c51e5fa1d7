// Arrays: borrowed from the file where they lie as memory has them, decoded where they are compressed.
#include <cstring>
#include <limits>
#include <type_traits>

#include "strata/format/crate/value_reader.h"
#include "strata/math/math.h"
#include "strata/value/array_edit.h"

namespace strata::format::crate {

namespace {

constexpr const char* kOutside = "it lies outside the file";
constexpr uint64_t kWorthKeeping = 4096;  // bytes of a decoded array

}  // namespace

// Where the elements begin, `cursor` then stands.
uint64_t ValueReader::TakeArraySize(Cursor& cursor) {
  const Version version = structure_.version;
  if (version < kSinceCompressedIntegers) cursor.Skip(sizeof(uint32_t));  // the rank, always 1
  const uint64_t size = version < kSinceLongArrays ? cursor.Take<uint32_t>() : cursor.Take<uint64_t>();
  if (!cursor.IsGood()) Fail(kOutside, cursor.GetOffset());
  if (size > source_.GetBudgets().max_array_elements) {
    cursor.Fail();
    Fail("it has more elements than the budget max_array_elements", cursor.GetOffset());
  }
  return cursor.IsGood() ? size : 0;
}

template <class T>
Value ValueReader::ReadPlainArray(ValueRep rep) {
  if (rep.GetPayload() == 0) return Value(Array<T>());
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  const uint64_t size = TakeArraySize(cursor);
  if (!cursor.IsGood() || size > cursor.GetRemaining() / sizeof(T))
    return FailValue(kOutside, rep.GetPayload());
  if (size == 0) return Value(Array<T>());
  const FileBytes& bytes = source_.GetBytes();
  if (const char* data = bytes.GetData(); data && !std::is_same_v<T, bool>) {
    const char* first = data + cursor.GetOffset();
    if (reinterpret_cast<uintptr_t>(first) % alignof(T) == 0)
      return Value(Array<T>::Borrow(reinterpret_cast<const T*>(first), size, bytes.GetOwner()));
  }
  if (!Charge(size * sizeof(T))) return Value();
  Array<T> array;
  T* out = array.AppendUninitialized(size);
  if constexpr (std::is_same_v<T, bool>) {
    const std::string_view raw = cursor.TakeBytes(size);
    if (!raw.data()) return FailValue(kOutside, rep.GetPayload());
    for (uint64_t i = 0; i < size; ++i) out[i] = raw[i] != 0;
  } else if (!cursor.TakeInto(out, size * sizeof(T))) {
    return FailValue(kOutside, rep.GetPayload());
  }
  return Value(std::move(array));
}

template <class T>
Value ValueReader::ReadIntegerArray(ValueRep rep) {
  if (!rep.IsCompressed() || rep.GetPayload() == 0) return ReadPlainArray<T>(rep);
  if (Value kept = source_.FindDecoded(rep); !kept.IsEmpty()) return kept;
  using Word = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  const uint64_t size = TakeArraySize(cursor);
  if (!cursor.IsGood()) return Value();
  if (size < kLeastCompressedElements && structure_.version >= kSinceCompressedIntegers) {
    // So few are written as they are, whatever the flag says.
    rep.bits &= ~ValueRep::kCompressedBit;
    return ReadPlainArray<T>(rep);
  }
  const auto compressed_size = cursor.Take<uint64_t>();
  const std::string_view compressed = cursor.TakeBytes(compressed_size);
  if (!cursor.IsGood()) return FailValue(kOutside, rep.GetPayload());
  Scratch scratch;
  const std::string_view encoded = DecompressIntegers(compressed, size, sizeof(Word), scratch);
  if (encoded.empty()) return FailValue("its integers cannot be decompressed", rep.GetPayload());
  if (!Charge(size * sizeof(T))) return Value();
  Array<T> array;
  DecodeIntegers(encoded, size, reinterpret_cast<Word*>(array.AppendUninitialized(size)));
  Value value(std::move(array));
  if (size * sizeof(T) >= kWorthKeeping) source_.KeepDecoded(rep, value);
  return value;
}

template <class T>
Value ValueReader::ReadFloatArray(ValueRep rep) {
  if (!rep.IsCompressed() || rep.GetPayload() == 0) return ReadPlainArray<T>(rep);
  if (Value kept = source_.FindDecoded(rep); !kept.IsEmpty()) return kept;
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  const uint64_t size = TakeArraySize(cursor);
  if (!cursor.IsGood()) return Value();
  if (size < kLeastCompressedElements) {
    rep.bits &= ~ValueRep::kCompressedBit;
    return ReadPlainArray<T>(rep);
  }
  const char coding = cursor.Take<char>();
  std::vector<T> table;
  if (coding == kFloatsFromTable) {
    const auto count = cursor.Take<uint32_t>();
    if (count > cursor.GetRemaining() / sizeof(T)) cursor.Fail();
    if (cursor.IsGood()) table.resize(count);
    cursor.TakeInto(table.data(), table.size() * sizeof(T));
    if (!cursor.IsGood()) return FailValue(kOutside, rep.GetPayload());
  } else if (coding != kFloatsAsIntegers) {
    return FailValue("its coding is unknown", rep.GetPayload());
  }
  const auto compressed_size = cursor.Take<uint64_t>();
  const std::string_view compressed = cursor.TakeBytes(compressed_size);
  if (!cursor.IsGood()) return FailValue(kOutside, rep.GetPayload());
  Scratch scratch;
  const std::string_view encoded = DecompressIntegers(compressed, size, sizeof(uint32_t), scratch);
  if (encoded.empty()) return FailValue("its integers cannot be decompressed", rep.GetPayload());
  if (!Charge(size * (sizeof(T) + sizeof(uint32_t)))) return Value();
  std::unique_ptr<uint32_t[]> integers(new uint32_t[size]);
  DecodeIntegers(encoded, size, integers.get());
  Array<T> array;
  T* out = array.AppendUninitialized(size);
  if (coding == kFloatsAsIntegers) {
    for (uint64_t i = 0; i < size; ++i) {
      const auto integer = static_cast<int32_t>(integers[i]);
      if constexpr (std::is_same_v<T, Half>)
        out[i] = Half(static_cast<float>(integer));
      else
        out[i] = static_cast<T>(integer);
    }
  } else {
    for (uint64_t i = 0; i < size; ++i) {
      if (integers[i] >= table.size())
        return FailValue("it names a number outside its table", rep.GetPayload());
      out[i] = table[integers[i]];
    }
  }
  Value value(std::move(array));
  if (size * sizeof(T) >= kWorthKeeping) source_.KeepDecoded(rep, value);
  return value;
}

// Elements that are numbers of strings or tokens.
template <class T, class Make>
Value ValueReader::ReadIndexArray(ValueRep rep, const Make& make) {
  if (rep.GetPayload() == 0) return Value(Array<T>());
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  const uint64_t size = TakeArraySize(cursor);
  if (!cursor.IsGood() || size > cursor.GetRemaining() / sizeof(uint32_t))
    return FailValue(kOutside, rep.GetPayload());
  const std::string_view raw = cursor.TakeBytes(size * sizeof(uint32_t));
  if (size != 0 && !raw.data()) return FailValue(kOutside, rep.GetPayload());
  if (!Charge(size * sizeof(T))) return Value();
  Array<T> array;
  array.Reserve(size);
  for (uint64_t i = 0; i < size; ++i) {
    uint32_t index;
    std::memcpy(&index, raw.data() + i * sizeof index, sizeof index);
    T element{};
    if (!make(index, element)) return Value();
    array.PushBack(std::move(element));
  }
  return Value(std::move(array));
}

Value ValueReader::ReadArray(ValueRep rep) {
  const auto text = [this](uint32_t index, std::string& out) {
    return GetString(index, out) && Charge(out.size());
  };
  switch (rep.GetKind()) {
    case ValueKind::kBool:
      return ReadPlainArray<bool>(rep);
    case ValueKind::kUChar:
      return ReadPlainArray<uint8_t>(rep);
    case ValueKind::kInt:
      return ReadIntegerArray<int32_t>(rep);
    case ValueKind::kUInt:
      return ReadIntegerArray<uint32_t>(rep);
    case ValueKind::kInt64:
      return ReadIntegerArray<int64_t>(rep);
    case ValueKind::kUInt64:
      return ReadIntegerArray<uint64_t>(rep);
    case ValueKind::kHalf:
      return ReadFloatArray<Half>(rep);
    case ValueKind::kFloat:
      return ReadFloatArray<float>(rep);
    case ValueKind::kDouble:
      return ReadFloatArray<double>(rep);
    case ValueKind::kTimeCode:
      return ReadPlainArray<TimeCode>(rep);
    case ValueKind::kDuration:
      return ReadPlainArray<Duration>(rep);
    case ValueKind::kString:
      return ReadIndexArray<std::string>(rep, text);
    case ValueKind::kToken:
      return ReadIndexArray<Token>(rep, [this](uint32_t i, Token& out) { return GetToken(i, out); });
    case ValueKind::kAssetPath:
      return ReadIndexArray<AssetPath>(rep,
                                       [&](uint32_t i, AssetPath& out) { return text(i, out.authored); });
    case ValueKind::kPathExpression:
      return ReadIndexArray<PathExpression>(rep, [&](uint32_t i, PathExpression& out) {
        std::string written;
        if (!text(i, written)) return false;
        out = PathExpression::Parse(written).ValueOr({});
        return true;
      });
    case ValueKind::kMatrix2d:
      return ReadPlainArray<Matrix2d>(rep);
    case ValueKind::kMatrix3d:
      return ReadPlainArray<Matrix3d>(rep);
    case ValueKind::kMatrix4d:
      return ReadPlainArray<Matrix4d>(rep);
    case ValueKind::kQuatd:
      return ReadPlainArray<Quatd>(rep);
    case ValueKind::kQuatf:
      return ReadPlainArray<Quatf>(rep);
    case ValueKind::kQuath:
      return ReadPlainArray<Quath>(rep);
    case ValueKind::kVec2d:
      return ReadPlainArray<Vec2d>(rep);
    case ValueKind::kVec2f:
      return ReadPlainArray<Vec2f>(rep);
    case ValueKind::kVec2h:
      return ReadPlainArray<Vec2h>(rep);
    case ValueKind::kVec2i:
      return ReadPlainArray<Vec2i>(rep);
    case ValueKind::kVec3d:
      return ReadPlainArray<Vec3d>(rep);
    case ValueKind::kVec3f:
      return ReadPlainArray<Vec3f>(rep);
    case ValueKind::kVec3h:
      return ReadPlainArray<Vec3h>(rep);
    case ValueKind::kVec3i:
      return ReadPlainArray<Vec3i>(rep);
    case ValueKind::kVec4d:
      return ReadPlainArray<Vec4d>(rep);
    case ValueKind::kVec4f:
      return ReadPlainArray<Vec4f>(rep);
    case ValueKind::kVec4h:
      return ReadPlainArray<Vec4h>(rep);
    case ValueKind::kVec4i:
      return ReadPlainArray<Vec4i>(rep);
    default:
      return FailValue("there are no arrays of its kind", rep.GetPayload());
  }
}

// An edit is two arrays: literals, and words that say what to do. A word whose first byte is the operation
// and whose rest says how often is followed by the arguments of each time.
Value ValueReader::ReadArrayEdit(ValueRep rep) {
  using Op = ArrayEdit::Op;
  constexpr struct {
    Op op;
    bool has_index;
  } kOps[] = {
      {Op::kWriteLiteral, true},    {Op::kWriteReference, true}, {Op::kInsertLiteral, true},
      {Op::kInsertReference, true}, {Op::kEraseElement, false},  {Op::kMinimumSize, false},
      {Op::kMinimumSizeFill, true}, {Op::kSetSize, false},       {Op::kSetSizeFill, true},
      {Op::kMaximumSize, false},
  };
  ValueRep literals = ValueRep::Make(rep.GetKind(), ValueRep::kArrayBit, 0);
  Array<int64_t> words;
  if (rep.GetPayload() != 0) {
    Cursor cursor(source_.GetBytes(), rep.GetPayload());
    literals.bits = cursor.Take<uint64_t>();
    const ValueRep instructions{cursor.Take<uint64_t>()};
    if (!cursor.IsGood()) return FailValue(kOutside, rep.GetPayload());
    if (!literals.IsArray() || literals.IsArrayEdit() || literals.GetKind() != rep.GetKind() ||
        !instructions.IsArray() || instructions.IsArrayEdit() || instructions.GetKind() != ValueKind::kInt64)
      return FailValue("it is no edit of an array", rep.GetPayload());
    const Value read = ReadArray(instructions);
    if (!read.Holds<Array<int64_t>>()) return Value();
    words = read.Get<Array<int64_t>>();
  }
  ArrayEdit edit;
  edit.literals = ReadArray(literals);
  if (edit.literals.IsEmpty()) return Value();
  edit.element_type = GetElementType(edit.literals.GetType());
  const auto literal_count = static_cast<int64_t>(edit.literals.GetArraySize());
  for (size_t i = 0; i < words.GetSize();) {
    const auto word = static_cast<uint64_t>(words[i++]);
    const uint64_t code = word >> 56, times = word & ((uint64_t{1} << 56) - 1);
    if (code >= std::size(kOps)) return FailValue("it has an instruction that is unknown", rep.GetPayload());
    const uint64_t width = kOps[code].has_index ? 2 : 1;
    if (times > (words.GetSize() - i) / width)
      return FailValue("its instructions end early", rep.GetPayload());
    for (uint64_t t = 0; t < times; ++t, i += width) {
      const Op op = kOps[code].op;
      ArrayEdit::Instruction instruction{op, words[i], width == 2 ? words[i + 1] : 0};
      if (op == Op::kEraseElement) instruction = {op, 0, words[i]};
      const bool is_fill = op == Op::kMinimumSizeFill || op == Op::kSetSizeFill;
      const int64_t literal = is_fill ? instruction.index : instruction.source;
      const bool has_literal = is_fill || op == Op::kWriteLiteral || op == Op::kInsertLiteral;
      if (has_literal && (literal < 0 || literal >= literal_count))
        return FailValue("an instruction names a literal that there is not", rep.GetPayload());
      edit.instructions.push_back(instruction);
    }
  }
  return Value(std::move(edit));
}

}  // namespace strata::format::crate

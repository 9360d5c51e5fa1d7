#include "strata/format/crate/value_packer.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace strata::format::crate {
namespace {

constexpr uint64_t kArray = ValueRep::kArrayBit, kInlined = ValueRep::kInlinedBit;
constexpr uint64_t kDataAlignment = 8;  // of what readers may use where it lies
constexpr size_t kMostDepth = 1000;     // of values in values
// Arrays from this size on are worth another thread; so many of them are held back at once.
constexpr size_t kLargeArrayBytes = size_t{1} << 13;
constexpr size_t kMostOpenBytes = size_t{1} << 26;

template <class T>
struct KindOf;
#define X(name, type, text)                                \
  template <>                                              \
  struct KindOf<type> {                                    \
    static constexpr ValueKind kKind = ValueKind::k##name; \
  };
STRATA_ELEMENT_TYPES(X)
#undef X

template <class T>
constexpr bool kIsText = std::is_same_v<T, std::string> || std::is_same_v<T, Token> ||
                         std::is_same_v<T, AssetPath> || std::is_same_v<T, PathExpression>;
template <class T>
constexpr bool kIsCompressible =
    std::is_same_v<T, int32_t> || std::is_same_v<T, uint32_t> || std::is_same_v<T, int64_t> ||
    std::is_same_v<T, uint64_t> || std::is_same_v<T, Half> || std::is_same_v<T, float> ||
    std::is_same_v<T, double>;
template <class T>
constexpr bool kIsMatrix =
    std::is_same_v<T, Matrix2d> || std::is_same_v<T, Matrix3d> || std::is_same_v<T, Matrix4d>;
template <class T>
constexpr bool kIsVector = false;
template <class T, size_t N>
constexpr bool kIsVector<Vec<T, N>> = true;

template <class T>
void Append(std::string& out, T number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

ValueRep MakeInlined(ValueKind kind, uint32_t payload) {
  return ValueRep::Make(kind, kInlined, payload);
}

// The number as one signed byte, if it is one and no sign of a zero is lost.
template <class T>
bool AsByte(T number, uint8_t& byte) {
  if constexpr (std::is_integral_v<T>) {
    byte = static_cast<uint8_t>(number);
    return number >= -128 && number <= 127;
  } else {
    const auto value = static_cast<double>(number);
    if (!(value >= -128 && value <= 127)) return false;
    const auto whole = static_cast<int8_t>(value);
    byte = static_cast<uint8_t>(whole);
    return whole == value && !(whole == 0 && std::signbit(value));
  }
}

template <class T, size_t N>
bool InlineVector(const Vec<T, N>& vector, uint32_t& payload) {
  payload = 0;
  if constexpr (sizeof(vector) <= sizeof(payload)) {
    std::memcpy(&payload, &vector, sizeof vector);
    return true;
  } else {
    for (size_t i = 0; i < N; ++i) {
      uint8_t byte;
      T number = vector[i];
      if constexpr (std::is_same_v<T, Half>) {
        if (!AsByte(static_cast<float>(number), byte)) return false;
      } else {
        if (!AsByte(number, byte)) return false;
      }
      payload |= uint32_t{byte} << (8 * i);
    }
    return true;
  }
}

template <size_t N>
bool InlineMatrix(const Matrix<N>& matrix, uint32_t& payload) {
  payload = 0;
  for (size_t i = 0; i < N; ++i) {
    for (size_t j = 0; j < N; ++j) {
      if (i == j) {
        uint8_t byte;
        if (!AsByte(matrix.data[i][i], byte)) return false;
        payload |= uint32_t{byte} << (8 * i);
      } else if (std::bit_cast<uint64_t>(matrix.data[i][j]) != 0) {
        return false;
      }
    }
  }
  return true;
}

bool InlineDouble(double number, uint32_t& payload) {
  // A number that is no float may not even be converted to one.
  if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max()) && !std::isinf(number))
    return false;
  const auto narrow = static_cast<float>(number);
  payload = std::bit_cast<uint32_t>(narrow);
  return std::bit_cast<uint64_t>(static_cast<double>(narrow)) == std::bit_cast<uint64_t>(number);
}

std::string_view GetText(const std::string& text) {
  return text;
}
std::string_view GetText(const AssetPath& path) {
  return path.authored;
}
std::string GetText(const PathExpression& expression) {
  return expression.GetText();
}

Version GetNeededBy(ValueKind kind) {
  switch (kind) {
    case ValueKind::kTimeCode:
      return kSinceTimeCodes;
    case ValueKind::kPathExpression:
      return kSincePathExpressions;
    case ValueKind::kRelocates:
      return kSinceRelocates;
    case ValueKind::kDuration:
      return kSinceDurations;
    default:
      return kDefaultWritten;
  }
}

}  // namespace

ValuePacker::ValuePacker(TokenNumbers& tokens, PathNumbers& paths, Output& out, Executor* executor)
    : tokens_(tokens), paths_(paths), out_(out), executor_(executor) {}

std::string_view ValuePacker::GetNeededFor() const {
  constexpr std::pair<Version, std::string_view> kReasons[] = {
      {kSinceTimeCodes, "time codes"},
      {kSincePathExpressions, "path expressions"},
      {kSinceRelocates, "relocates"},
      {kSinceSplines, "splines"},
      {kSinceTangentAlgorithms, "tangent algorithms of splines"},
      {kSinceArrayEdits, "array edits"},
      {kSinceTimeCodeSplines, "splines of time codes"},
      {kSinceDurations, "durations"},
  };
  for (const auto& [version, reason] : kReasons)
    if (version == needed_) return reason;
  return "what it holds";
}

std::string& ValuePacker::TakeBytes() {
  if (taken_ == bytes_.size()) bytes_.emplace_back();
  std::string& text = bytes_[taken_++];
  text.clear();
  return text;
}

ValueRep ValuePacker::Refuse(std::string why) {
  if (problem_.empty()) problem_ = std::move(why);
  return {};
}

ValueRep ValuePacker::MakeRepHere(ValueKind kind, uint64_t flags) {
  if (out_.GetOffset() > ValueRep::kPayloadMask) return Refuse("the file grows beyond 256 TiB");
  return ValueRep::Make(kind, flags, out_.GetOffset());
}

ValueRep ValuePacker::Intern(ValueKind kind, uint64_t flags, std::string_view bytes, uint64_t alignment) {
  if (!problem_.empty()) return {};
  ValueRep& rep = index_.Find(MakeFingerprint(bytes, ValueRep::Make(kind, flags, 0).bits));
  if (rep.bits != 0) return rep;
  out_.AlignTo(alignment);
  rep = MakeRepHere(kind, flags);
  out_.Append(bytes);
  return rep;
}

uint32_t ValuePacker::NumberPath(Path path) {
  if (path.IsEmpty() || path.IsAbsolute()) return paths_.Add(path);
  Refuse(fmt::format("the path <{}> is relative", path.GetString()));
  return 0;
}

ValueRep ValuePacker::PackText(ValueKind kind, std::string_view text) {
  const uint32_t number = tokens_.AddString(text);
  return Intern(kind, 0, {reinterpret_cast<const char*>(&number), sizeof number});
}

// -- elements

template <class T>
ValueRep ValuePacker::PackElement(const T& element) {
  constexpr ValueKind kKind = KindOf<T>::kKind;
  Need(GetNeededBy(kKind));
  uint32_t payload = 0;
  if constexpr (std::is_same_v<T, std::string>) {
    return MakeInlined(kKind, tokens_.AddString(element));
  } else if constexpr (std::is_same_v<T, Token>) {
    return MakeInlined(kKind, tokens_.Add(element));
  } else if constexpr (std::is_same_v<T, AssetPath>) {
    return MakeInlined(kKind, tokens_.Add(element.authored));
  } else if constexpr (std::is_same_v<T, PathExpression>) {
    return PackText(kKind, element.GetText());
  } else if constexpr (std::is_same_v<T, Half>) {
    return MakeInlined(kKind, element.GetBits());
  } else if constexpr (std::is_same_v<T, float>) {
    return MakeInlined(kKind, std::bit_cast<uint32_t>(element));
  } else if constexpr (std::is_integral_v<T> && sizeof(T) <= sizeof(payload)) {
    return MakeInlined(kKind, static_cast<uint32_t>(element));
  } else if constexpr (std::is_same_v<T, int64_t>) {
    if (element == static_cast<int32_t>(element)) return MakeInlined(kKind, static_cast<uint32_t>(element));
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    if (element == static_cast<uint32_t>(element)) return MakeInlined(kKind, static_cast<uint32_t>(element));
  } else if constexpr (std::is_same_v<T, double>) {
    if (InlineDouble(element, payload)) return MakeInlined(kKind, payload);
  } else if constexpr (kIsMatrix<T>) {
    if (InlineMatrix(element, payload)) return MakeInlined(kKind, payload);
  } else if constexpr (kIsVector<T>) {
    if (InlineVector(element, payload)) return MakeInlined(kKind, payload);
  }
  if constexpr (std::is_trivially_copyable_v<T>)
    return Intern(kKind, 0, {reinterpret_cast<const char*>(&element), sizeof element});
}

template <class T>
ValueRep ValuePacker::PackArray(const Array<T>& array, const Value& value, bool may_wait) {
  constexpr ValueKind kKind = KindOf<T>::kKind;
  const size_t count = array.GetSize();
  // usd-core asks for a newer version only where there are elements, whatever their type.
  if (count == 0) return ValueRep::Make(kKind, kArray, 0);
  Need(GetNeededBy(kKind));
  if constexpr (kIsText<T>) {
    const Bytes bytes(*this);
    Append(*bytes, static_cast<uint64_t>(count));
    for (const T& element : array) {
      if constexpr (std::is_same_v<T, Token>)
        Append(*bytes, tokens_.Add(element));
      else
        Append(*bytes, tokens_.AddString(GetText(element)));
    }
    return Intern(kKind, kArray, *bytes, kDataAlignment);
  } else {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::string_view elements(reinterpret_cast<const char*>(array.GetData()), count * sizeof(T));
    if (kIsCompressible<T> && may_wait && elements.size() >= kLargeArrayBytes) {
      const ValueRep rep = OpenLater();
      open_arrays_.push_back({rep.GetPayload(), value, kKind, {}, {}});
      open_bytes_ += elements.size();
      if (open_bytes_ >= kMostOpenBytes) CompressOpen();
      return rep;
    }
    if (!problem_.empty()) return {};
    ValueRep& rep = index_.Find(MakeFingerprint(elements, ValueRep::Make(kKind, kArray, 0).bits));
    if (rep.bits != 0) return rep;
    out_.AlignTo(kDataAlignment);
    if constexpr (kIsCompressible<T>) {
      const Bytes bytes(*this);
      const bool is_compressed = AppendPackedArray(array.GetData(), count, *bytes, scratch_);
      rep = MakeRepHere(kKind, is_compressed ? kArray | ValueRep::kCompressedBit : kArray);
      out_.Append(*bytes);
    } else {
      rep = MakeRepHere(kKind, kArray);
      out_.AppendNumber(static_cast<uint64_t>(count));
      out_.Append(elements);
    }
    return rep;
  }
}

ValueRep ValuePacker::PackArrayOf(const Value& value, bool may_wait) {
  switch (value.GetType()) {
#define X(name, type, text)       \
  case ValueType::k##name##Array: \
    return PackArray(value.Get<Array<type>>(), value, may_wait);
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return {};
  }
}

// -- what settles later

ValueRep ValuePacker::OpenLater() {
  settled_.emplace_back();
  return ValueRep::Make(kOpen, 0, settled_.size() - 1);
}

namespace {

// Calls visit(array) with the compressible array that the value holds.
template <class Visit>
void VisitCompressible(const Value& value, const Visit& visit) {
  switch (value.GetType()) {
#define X(name, type)             \
  case ValueType::k##name##Array: \
    return visit(value.Get<Array<type>>());
    X(Int, int32_t)
    X(UInt, uint32_t)
    X(Int64, int64_t)
    X(UInt64, uint64_t)
    X(Half, Half)
    X(Float, float)
    X(Double, double)
#undef X
    default:
      return;
  }
}

void ForEach(Executor* executor, size_t count, const std::function<void(size_t begin, size_t end)>& body) {
  if (executor)
    executor->ParallelFor(count, 1, body);
  else
    body(0, count);
}

}  // namespace

void ValuePacker::CompressOpen() {
  ForEach(executor_, open_arrays_.size(), [this](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      OpenArray& open = open_arrays_[i];
      VisitCompressible(open.value, [&open](const auto& array) {
        const std::string_view bytes(reinterpret_cast<const char*>(array.GetData()),
                                     array.GetSize() * sizeof(array[0]));
        open.fingerprint = MakeFingerprint(bytes, ValueRep::Make(open.kind, kArray, 0).bits);
      });
    }
  });
  // Each array once: the first of equal ones stands for all.
  const ValueRep taken = ValueRep::Make(kOpen, 0, 0);
  for (OpenArray& open : open_arrays_) {
    ValueRep& rep = index_.Find(open.fingerprint);
    open.is_first = rep.bits == 0;
    if (open.is_first) rep = taken;
  }
  ForEach(executor_, open_arrays_.size(), [this](size_t begin, size_t end) {
    Scratch scratch;
    for (size_t i = begin; i < end; ++i) {
      OpenArray& open = open_arrays_[i];
      if (!open.is_first) continue;
      VisitCompressible(open.value, [&](const auto& array) {
        open.is_compressed = AppendPackedArray(array.GetData(), array.GetSize(), open.bytes, scratch);
      });
    }
  });
  for (OpenArray& open : open_arrays_) {
    ValueRep& rep = index_.Find(open.fingerprint);
    if (open.is_first) {
      out_.AlignTo(kDataAlignment);
      rep = MakeRepHere(open.kind, open.is_compressed ? kArray | ValueRep::kCompressedBit : kArray);
      out_.Append(open.bytes);
      open.bytes = {};
    }
    settled_[open.open] = rep;
  }
  open_arrays_.clear();
  open_bytes_ = 0;
}

ValueRep ValuePacker::PackTimes(const std::vector<double>& times) {
  const Bytes bytes(*this);
  Append(*bytes, static_cast<uint64_t>(times.size()));
  (*bytes).append(reinterpret_cast<const char*>(times.data()), times.size() * sizeof(double));
  return Intern(ValueKind::kDoubleVector, 0, *bytes, kDataAlignment);
}

namespace {

void AppendSamples(std::string& out, ValueRep times, size_t count) {
  Append(out, uint64_t{8});
  Append(out, times.bits);
  Append(out, uint64_t{8});
  Append(out, static_cast<uint64_t>(count));
}

}  // namespace

ValueRep ValuePacker::PackSamples(const TimeSamples& samples, bool may_wait) {
  const ValueRep times = PackTimes(samples.GetTimes());
  if (!may_wait) {
    const Bytes bytes(*this);
    AppendSamples(*bytes, times, samples.GetSize());
    for (size_t i = 0; i < samples.GetSize(); ++i) Append(*bytes, PackNow(samples.GetValue(i)).bits);
    return Intern(ValueKind::kTimeSamples, 0, *bytes);
  }
  const size_t first = sample_reps_.size();
  for (size_t i = 0; i < samples.GetSize(); ++i) sample_reps_.push_back(Pack(samples.GetValue(i)));
  const ValueRep rep = OpenLater();
  open_samples_.push_back({rep.GetPayload(), times, first, samples.GetSize()});
  return rep;
}

void ValuePacker::Finish() {
  CompressOpen();
  for (const OpenSamples& open : open_samples_) {
    const Bytes bytes(*this);
    AppendSamples(*bytes, open.times, open.count);
    for (size_t i = open.first; i < open.first + open.count; ++i)
      Append(*bytes, Settle(sample_reps_[i]).bits);
    settled_[open.open] = Intern(ValueKind::kTimeSamples, 0, *bytes);
  }
  open_samples_.clear();
  sample_reps_.clear();
}

// -- any value

ValueRep ValuePacker::Pack(const Value& value) {
  if (value.IsArray()) return PackArrayOf(value, true);
  if (const TimeSamples* samples = value.GetIf<TimeSamples>()) return PackSamples(*samples, true);
  return PackNow(value);
}

ValueRep ValuePacker::PackNow(const Value& value) {
  if (depth_ == kMostDepth) return Refuse("dictionaries are nested too deep");
  ++depth_;
  const ValueRep rep = [&]() -> ValueRep {
    switch (value.GetType()) {
#define X(name, type, text) \
  case ValueType::k##name:  \
    return PackElement(value.Get<type>());
      STRATA_ELEMENT_TYPES(X)
#undef X
      default:
        return value.IsArray() ? PackArrayOf(value, false) : PackField(value);
    }
  }();
  --depth_;
  return rep;
}

}  // namespace strata::format::crate

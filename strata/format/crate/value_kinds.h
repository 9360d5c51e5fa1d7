// The numbers of the crate format: versions, kinds of values, and the eight bytes that stand for a value.
// (AOUSD core specification 16.3; what it leaves out, from files that OpenUSD 26.11 writes.)
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace strata::format::crate {

struct Version {
  uint8_t major = 0, minor = 0, patch = 0;
  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

// What is read, and what is written.
inline constexpr Version kOldestRead{0, 4, 0};
inline constexpr Version kNewestRead{0, 16, 0};
inline constexpr Version kDefaultWritten{0, 8, 0};
// The version from which on files have it.
inline constexpr Version kSinceCompressedIntegers{0, 5, 0};  // of arrays; arrays lost their rank
inline constexpr Version kSinceCompressedFloats{0, 6, 0};
inline constexpr Version kSinceLongArrays{0, 7, 0};      // sizes of arrays in 64 bits, not 32
inline constexpr Version kSincePayloadOffsets{0, 8, 0};  // offsets in payloads, and list ops of payloads
inline constexpr Version kSinceTimeCodes{0, 9, 0};
inline constexpr Version kSincePathExpressions{0, 10, 0};
inline constexpr Version kSinceRelocates{0, 11, 0};
inline constexpr Version kSinceSplines{0, 12, 0};
inline constexpr Version kSinceTangentAlgorithms{0, 13, 0};  // of splines
inline constexpr Version kSinceArrayEdits{0, 14, 0};
inline constexpr Version kSinceTimeCodeSplines{0, 15, 0};
inline constexpr Version kSinceDurations{0, 16, 0};

// -- bootstrap and table of contents ----------------------------------------------------------------

inline constexpr std::string_view kMagic = "PXR-USDC";
inline constexpr uint64_t kBootstrapBytes = 88;    // magic, version (8), offset of the table (8), reserved
inline constexpr uint64_t kVersionOffset = 8;      // three bytes
inline constexpr uint64_t kContentsOffset = 16;    // where the offset of the table of contents stands
inline constexpr uint64_t kSectionNameBytes = 16;  // of an entry: name, then start and size in 64 bits
inline constexpr uint64_t kSectionEntryBytes = 32;

inline constexpr std::string_view kTokensSection = "TOKENS";
inline constexpr std::string_view kStringsSection = "STRINGS";
inline constexpr std::string_view kFieldsSection = "FIELDS";
inline constexpr std::string_view kFieldSetsSection = "FIELDSETS";
inline constexpr std::string_view kPathsSection = "PATHS";
inline constexpr std::string_view kSpecsSection = "SPECS";

// -- values -----------------------------------------------------------------------------------------

enum class ValueKind : uint8_t {
  kInvalid = 0,
  kBool = 1,
  kUChar = 2,
  kInt = 3,
  kUInt = 4,
  kInt64 = 5,
  kUInt64 = 6,
  kHalf = 7,
  kFloat = 8,
  kDouble = 9,
  kString = 10,
  kToken = 11,
  kAssetPath = 12,
  kMatrix2d = 13,
  kMatrix3d = 14,
  kMatrix4d = 15,
  kQuatd = 16,
  kQuatf = 17,
  kQuath = 18,
  kVec2d = 19,
  kVec2f = 20,
  kVec2h = 21,
  kVec2i = 22,
  kVec3d = 23,
  kVec3f = 24,
  kVec3h = 25,
  kVec3i = 26,
  kVec4d = 27,
  kVec4f = 28,
  kVec4h = 29,
  kVec4i = 30,
  kDictionary = 31,
  kTokenListOp = 32,
  kStringListOp = 33,
  kPathListOp = 34,
  kReferenceListOp = 35,
  kIntListOp = 36,
  kInt64ListOp = 37,
  kUIntListOp = 38,
  kUInt64ListOp = 39,
  kPathVector = 40,
  kTokenVector = 41,
  kSpecifier = 42,
  kPermission = 43,
  kVariability = 44,
  kVariantSelectionMap = 45,
  kTimeSamples = 46,
  kPayload = 47,
  kDoubleVector = 48,
  kLayerOffsetVector = 49,
  kStringVector = 50,
  kValueBlock = 51,
  kValue = 52,
  kUnregisteredValue = 53,
  kUnregisteredValueListOp = 54,
  kPayloadListOp = 55,
  kTimeCode = 56,
  kPathExpression = 57,
  kRelocates = 58,
  kSpline = 59,
  kAnimationBlock = 60,
  kDuration = 61,
};
inline constexpr uint8_t kValueKindCount = 62;

// What a file keeps of a value: its kind, flags, and the value itself where it is small ("inlined"), else
// where in the file it lies.
struct ValueRep {
  uint64_t bits = 0;

  static constexpr uint64_t kArrayBit = uint64_t{1} << 63;
  static constexpr uint64_t kInlinedBit = uint64_t{1} << 62;
  static constexpr uint64_t kCompressedBit = uint64_t{1} << 61;
  static constexpr uint64_t kArrayEditBit = uint64_t{1} << 60;
  static constexpr uint64_t kPayloadMask = (uint64_t{1} << 48) - 1;

  static constexpr ValueRep Make(ValueKind kind, uint64_t flags, uint64_t payload) {
    return {flags | uint64_t{static_cast<uint8_t>(kind)} << 48 | (payload & kPayloadMask)};
  }
  constexpr ValueKind GetKind() const { return static_cast<ValueKind>(bits >> 48 & 0xFF); }
  constexpr uint64_t GetPayload() const { return bits & kPayloadMask; }
  constexpr uint32_t GetInlined() const { return static_cast<uint32_t>(bits); }
  constexpr bool IsArray() const { return bits & kArrayBit; }
  constexpr bool IsInlined() const { return bits & kInlinedBit; }
  constexpr bool IsCompressed() const { return bits & kCompressedBit; }
  constexpr bool IsArrayEdit() const { return bits & kArrayEditBit; }
  friend constexpr bool operator==(ValueRep, ValueRep) = default;
};
static_assert(sizeof(ValueRep) == 8);

// Arrays with fewer elements are never compressed.
inline constexpr uint64_t kLeastCompressedElements = 16;
// What a compressed array of floats begins with.
inline constexpr char kFloatsAsIntegers = 'i';
inline constexpr char kFloatsFromTable = 't';

// The lists of a list op, in the order in which they follow its first byte.
enum ListOpBits : uint8_t {
  kListOpIsExplicit = 0x01,
  kListOpHasExplicit = 0x02,
  kListOpHasAdded = 0x04,
  kListOpHasDeleted = 0x08,
  kListOpHasOrdered = 0x10,
  kListOpHasPrepended = 0x20,
  kListOpHasAppended = 0x40,
};

// -- tables -----------------------------------------------------------------------------------------

// Ends a group of fields.
inline constexpr uint32_t kEndOfFieldSet = UINT32_MAX;

// What follows an entry of the paths: > 0, a child next and a sibling that many entries on.
inline constexpr int32_t kJumpSiblingNext = 0;
inline constexpr int32_t kJumpChildNext = -1;
inline constexpr int32_t kJumpLeaf = -2;

// The type of a spec as files number it.
enum class SpecForm : uint32_t {
  kUnknown = 0,
  kAttribute = 1,
  kConnection = 2,
  kExpression = 3,
  kMapper = 4,
  kMapperArgument = 5,
  kPrim = 6,
  kPseudoRoot = 7,
  kRelationship = 8,
  kRelationshipTarget = 9,
  kVariant = 10,
  kVariantSet = 11,
};

}  // namespace strata::format::crate

// The nouns of scene description beyond numbers: asset paths, references, payloads, specifiers, blocks,
// list-op kinds.   (Sdf)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "strata/base/token.h"
#include "strata/math/math.h"
#include "strata/path/path.h"
#include "strata/path/path_expression.h"
#include "strata/value/array.h"
#include "strata/value/list_op.h"
#include "strata/value/time.h"

namespace strata {

class Value;

// Keys sorted by bytes; values of any type, nested dictionaries included.
class Dictionary;

struct AssetPath {
  std::string authored;
  std::string evaluated;  // after variable expressions; empty when equal to authored
  std::string resolved;   // empty until resolved
  explicit AssetPath(std::string text = {}) : authored(std::move(text)) {}
  const std::string& GetPath() const { return evaluated.empty() ? authored : evaluated; }
  friend bool operator==(const AssetPath& a, const AssetPath& b) {
    return a.authored == b.authored && a.evaluated == b.evaluated && a.resolved == b.resolved;
  }
};

struct Opaque {
  friend bool operator==(Opaque, Opaque) { return true; }
};
struct ValueBlock {
  friend bool operator==(ValueBlock, ValueBlock) { return true; }
};  // None
struct AnimationBlock {
  friend bool operator==(AnimationBlock, AnimationBlock) { return true; }
};

enum class Specifier : uint8_t { kDef, kOver, kClass };
enum class Variability : uint8_t { kVarying, kUniform };
enum class Permission : uint8_t { kPublic, kPrivate };

// A metadata value of a field that nobody registered, as it was written.
struct UnregisteredValue {
  std::shared_ptr<const Value> value;  // a string (the text), a Dictionary, or a ListOp<UnregisteredValue>
  friend bool operator==(const UnregisteredValue& a, const UnregisteredValue& b);
};

struct Reference {
  std::string asset_path;  // empty: internal
  Path prim_path;          // empty: the default prim
  LayerOffset offset;
  std::shared_ptr<const Dictionary> custom_data;  // null when none
  friend bool operator==(const Reference& a, const Reference& b);
  friend bool operator<(const Reference& a, const Reference& b);
};

struct Payload {
  std::string asset_path;
  Path prim_path;
  LayerOffset offset;
  friend bool operator==(const Payload& a, const Payload& b) {
    return a.asset_path == b.asset_path && a.prim_path == b.prim_path && a.offset == b.offset;
  }
  friend bool operator<(const Payload& a, const Payload& b);
};

template <>
struct ListOpItemHash<Reference> {
  size_t operator()(const Reference& item) const;
};
template <>
struct ListOpItemHash<Payload> {
  size_t operator()(const Payload& item) const;
};
template <>
struct ListOpItemHash<UnregisteredValue> {
  size_t operator()(const UnregisteredValue& item) const;
};

using TokenVector = std::vector<Token>;         // primChildren, properties, primOrder, ... (not token[])
using StringVector = std::vector<std::string>;  // subLayers
using PathVector = std::vector<Path>;
using LayerOffsetVector = std::vector<LayerOffset>;
using Relocate = std::pair<Path, Path>;
using Relocates = std::vector<Relocate>;
using VariantSelectionMap = std::map<std::string, std::string>;

using IntListOp = ListOp<int32_t>;
using UIntListOp = ListOp<uint32_t>;
using Int64ListOp = ListOp<int64_t>;
using UInt64ListOp = ListOp<uint64_t>;
using StringListOp = ListOp<std::string>;
using TokenListOp = ListOp<Token>;
using PathListOp = ListOp<Path>;
using ReferenceListOp = ListOp<Reference>;
using PayloadListOp = ListOp<Payload>;
using UnregisteredListOp = ListOp<UnregisteredValue>;

}  // namespace strata

// Every place of a layer where an asset path can stand, to read it or to put another there.
//   (UsdUtilsModifyAssetPaths)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "strata/layer/layer.h"

namespace strata::layer {

enum class AssetPathKind : uint8_t {
  kSublayer,
  kReference,
  kPayload,
  kClip,          // in `clips`: clips and manifests
  kClipTemplate,  // in `clips`: "clip.###.usd"
  kValue,         // of an attribute: default, time sample, array edit
  kMetadata,      // in any other field: customData, assetInfo, customLayerData, ...
};
std::string_view GetKindName(AssetPathKind kind);  // "sublayer", "reference", ...

// One asset path and where it stands.
struct AssetPathUse {
  Path spec;          // "/" for layer metadata; in variants too
  Token field;        // "references", "default", ...
  std::string place;  // in the field's value: "key:key[3]", "at 24"; empty when it is the value, or an arc
  AssetPathKind kind = AssetPathKind::kValue;
  bool is_deleted = false;  // an item that a list op deletes: it names no dependency
  std::string authored;     // never empty; an expression as it was written
};

// Calls visit(use) for each, by path of the spec, then in the order of the fields' values.
void VisitAssetPaths(const SpecStore& content, const std::function<void(const AssetPathUse&)>& visit);

// What is to stand in the place of a path: nothing to leave it, "" to remove it (with its arc or array
// element, or the default value that has no other).
using AssetPathChange = std::function<std::optional<std::string>(const AssetPathUse&)>;
enum class EmptyElements : uint8_t { kRemove, kKeep };
// Returns how many were changed; the layer is edited in one transaction, and not at all when there are none.
// kKeep: elements of arrays become empty paths in place of going.
size_t ModifyAssetPaths(Layer& layer, const AssetPathChange& change,
                        EmptyElements empty = EmptyElements::kRemove);

}  // namespace strata::layer

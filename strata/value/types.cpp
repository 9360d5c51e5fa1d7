#include "strata/value/types.h"

#include <bit>
#include <functional>
#include <tuple>

#include "strata/value/value.h"

namespace strata {

namespace {

// Dictionaries, absent ones as empty.
bool SameData(const std::shared_ptr<const Dictionary>& a, const std::shared_ptr<const Dictionary>& b) {
  if (a == b) return true;
  if (!a) return b->IsEmpty();
  if (!b) return a->IsEmpty();
  return *a == *b;
}

size_t HashArc(const std::string& asset_path, Path prim_path, const LayerOffset& offset) {
  const auto number = [](double value) { return value == 0 ? 0 : std::bit_cast<uint64_t>(value); };
  size_t seed = std::hash<std::string>()(asset_path);
  seed = MixBits(seed * 31 + prim_path.GetId());
  seed = MixBits(seed * 31 + number(offset.offset));
  return MixBits(seed * 31 + number(offset.scale));
}

}  // namespace

bool operator==(const UnregisteredValue& a, const UnregisteredValue& b) {
  if (a.value == b.value) return true;
  return a.value && b.value && *a.value == *b.value;
}

bool operator==(const Reference& a, const Reference& b) {
  return a.asset_path == b.asset_path && a.prim_path == b.prim_path && a.offset == b.offset &&
         SameData(a.custom_data, b.custom_data);
}

bool operator<(const Reference& a, const Reference& b) {
  if (a.asset_path != b.asset_path) return a.asset_path < b.asset_path;
  if (a.prim_path != b.prim_path) return a.prim_path < b.prim_path;
  const auto left = std::tie(a.offset.offset, a.offset.scale);
  const auto right = std::tie(b.offset.offset, b.offset.scale);
  if (left != right) return left < right;
  const auto count = [](const Reference& item) {
    return item.custom_data ? item.custom_data->entries.size() : 0;
  };
  return count(a) < count(b);
}

bool operator<(const Payload& a, const Payload& b) {
  if (a.asset_path != b.asset_path) return a.asset_path < b.asset_path;
  if (a.prim_path != b.prim_path) return a.prim_path < b.prim_path;
  return std::tie(a.offset.offset, a.offset.scale) < std::tie(b.offset.offset, b.offset.scale);
}

size_t ListOpItemHash<Reference>::operator()(const Reference& item) const {
  return HashArc(item.asset_path, item.prim_path, item.offset);
}

size_t ListOpItemHash<Payload>::operator()(const Payload& item) const {
  return HashArc(item.asset_path, item.prim_path, item.offset);
}

size_t ListOpItemHash<UnregisteredValue>::operator()(const UnregisteredValue& item) const {
  return item.value ? item.value->GetHash() : 0;
}

}  // namespace strata

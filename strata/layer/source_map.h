// Where in its file each spec and field of a layer was written; recorded on request, looked up by `why`.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "strata/path/path.h"

namespace strata::layer {

class SourceMap {
 public:
  struct Place {
    uint32_t line = 0;    // from 1
    uint32_t column = 0;  // from 1, in bytes
  };
  void SetSpec(Path path, Place place) { places_[Key(path, Token())] = place; }
  void SetField(Path path, Token field, Place place) { places_[Key(path, field)] = place; }
  std::optional<Place> FindSpec(Path path) const { return Find(path, Token()); }
  // The field's place, else its spec's.
  std::optional<Place> FindField(Path path, Token field) const {
    auto place = Find(path, field);
    return place ? place : FindSpec(path);
  }

 private:
  static uint64_t Key(Path path, Token field) { return uint64_t{path.GetId()} << 32 | field.GetId(); }
  std::optional<Place> Find(Path path, Token field) const {
    auto found = places_.find(Key(path, field));
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }
  std::unordered_map<uint64_t, Place> places_;
};

}  // namespace strata::layer

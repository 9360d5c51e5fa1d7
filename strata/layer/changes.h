// What an edit did to a layer, path by path.   (SdfChangeList)
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "strata/path/path.h"
#include "strata/value/value.h"

namespace strata::layer {

struct Change {
  bool spec_added = false, spec_removed = false;
  bool children_changed = false;  // names or order of what lies directly below
  bool content_replaced = false;  // everything at and below the path, read or copied anew
  struct FieldChange {
    Token field;
    Value before, after;
  };
  // First `before`, last `after` within one announcement. Of a spec that was removed, all it held.
  std::vector<FieldChange> fields;
};

// What happened to a layer as a whole.   (SdfNotice::Layer...)
struct LayerNotice {
  enum class Kind : uint8_t {
    kDirtinessChanged,
    kInfoDidChange,  // `field` of "/" has another value
    kIdentifierDidChange,
    kDidReloadContent,  // read again from its file; kDidReplaceContent follows
    kDidReplaceContent,
  };
  Kind kind;
  Token field;
  std::string old_identifier;  // kIdentifierDidChange
};

struct ChangeList {
  std::map<Path, Change> by_path;  // in path order
  bool IsEmpty() const { return by_path.empty(); }
};

}  // namespace strata::layer

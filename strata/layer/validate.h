// What a field of a layer may hold: types, and the paths inside lists.
#pragma once

#include "strata/layer/layer.h"

namespace strata::layer {

// An edit that is refused, at a path of a layer.
Diagnostic MakeRefusal(const Layer& layer, Path path, std::string message, std::string hint);

// Whether the layer may be edited.
Result<void> CheckEditable(const Layer& layer, Path path);

// The value that is to be stored: `value` itself, or cast to what the field or the attribute holds. Why not,
// otherwise.
Result<Value> CheckFieldValue(const Layer& layer, Path path, Token field, Value value);

// The same for one time sample of the attribute at `path`.
Result<Value> CheckAttributeValue(const Layer& layer, Path path, Token type_name, Value value);

// Whether each element of the path has a name that a spec can have.
Result<void> CheckSpecPath(const Layer& layer, Path path);

}  // namespace strata::layer

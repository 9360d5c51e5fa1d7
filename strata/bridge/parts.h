// Containers that are the same for all prims of a kind, made of tables.
#pragma once

#include <functional>
#include <vector>

#include "strata/bridge/attribute_source.h"

namespace strata::bridge {

// One name of a container, and what is there.
struct Part {
  Token name;
  scene::DataSourceHandle (*get)(const PrimSource& source);
  bool (*has)(const PrimSource& source) = nullptr;  // null: always
};
using Parts = std::vector<Part>;

// The parts that the prim has. `parts` must outlive it: tables are static.
scene::ContainerDataSourceHandle MakeParts(const PrimSource& source, const Parts& parts);

// What `make` makes, each time anew when it is asked for something: whoever holds it reads what is there now.
// For what cannot be had name by name. `make` may give null; it is called from any thread.
scene::ContainerDataSourceHandle MakeLive(std::function<scene::ContainerDataSourceHandle()> make);

// A container of attributes: each name is there whatever the prim authors.
struct AttributePart {
  Token name;
  Token attribute;
  Convert convert = nullptr;
};
struct AttributeParts {
  scene::DataSourceLocator locator;  // of the container in its prim
  std::vector<AttributePart> parts;
};
scene::ContainerDataSourceHandle MakeAttributeParts(const PrimSource& source, const AttributeParts& parts);

// What a prim says of the frame on the Earth that it is.
const AttributeParts& GetGeoFrameParts();

}  // namespace strata::bridge

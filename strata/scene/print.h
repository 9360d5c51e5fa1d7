// Data sources and scenes as text and as JSON, for people and tests.
#pragma once

#include <string>

#include "strata/base/json_writer.h"
#include "strata/scene/compare.h"
#include "strata/scene/scene_index.h"

namespace strata::scene {

struct PrintOptions {
  size_t max_elements = 8;  // of arrays; the rest is counted
  ShutterInterval shutter;  // whose sample times are told where a value varies
};

// One line for each name, indented by depth, names in the order of their text.
std::string PrintDataSource(const DataSourceHandle& source, const PrintOptions& options = {});
// "prim /A type mesh" and its data.
std::string PrintPrim(const SceneIndex& scene, Path path, const PrintOptions& options = {});
std::string PrintScene(const SceneIndex& scene, Path root = Path::AbsoluteRoot(),
                       const PrintOptions& options = {});
// A container is an object, a vector {"vector": [..]}, a value {"type", "value", "times"}, a block
// {"block": true}.
void WriteDataSource(const DataSourceHandle& source, JsonWriter& json, const PrintOptions& options = {});
// {path: {"type", "data"}}
void WriteScene(const SceneIndex& scene, JsonWriter& json, Path root = Path::AbsoluteRoot(),
                const PrintOptions& options = {});

}  // namespace strata::scene

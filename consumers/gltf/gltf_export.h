// A running scene written as glTF 2.0.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/base/executor.h"
#include "strata/base/result.h"
#include "strata/scene/scene_index.h"

namespace strata::gltf {

inline constexpr DiagnosticCode kExportPartial{"export.partial", Severity::kWarning,
                                               "Something of a scene cannot be said in glTF."};
inline constexpr DiagnosticCode kExportTooLarge{"export.too-large", Severity::kError,
                                                "A scene is too large for one glTF file."};

// How instances are written: each as a node of its own, which every reader knows, or all of a shape as one
// node with EXT_mesh_gpu_instancing.
enum class InstanceForm : uint8_t { kNodes, kGpu };

struct ExportOptions {
  bool is_binary = true;      // .glb; else JSON with its data inside
  std::vector<double> times;  // frames, rising; with two or more, what moves is animated
  InstanceForm instances = InstanceForm::kNodes;
  size_t max_places = 5'000'000;    // of nodes, at all times together
  uint64_t max_bytes = 0xfffffff0;  // of the file, and of each image
  // Moves the scene to a frame; needed where there are times.
  std::function<void(double time)> set_time;
  // The bytes of a resolved asset; null: images are left out.
  std::function<Result<std::string>(const std::string& resolved)> read_asset;
  Executor* executor = nullptr;
};

struct ExportCounts {
  size_t nodes = 0, meshes = 0, materials = 0, images = 0, cameras = 0, lights = 0, animated_nodes = 0;
};

// Gives the bytes of the file. Units are metres and Y is up, by one node above all. Subdivision surfaces are
// written as their cages; shapes whose points move are morphed; what only glTF's extensions say is in
// KHR_lights_punctual, KHR_texture_transform, KHR_materials_emissive_strength and KHR_materials_clearcoat.
// `remarks` tell what is lost.
Result<std::string> Export(scene::SceneIndexPtr scene, const ExportOptions& options, ExportCounts& counts,
                           Diagnostics& remarks);

}  // namespace strata::gltf

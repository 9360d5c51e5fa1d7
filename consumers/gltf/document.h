// A glTF document that is being made: its numbers in one buffer, shared where they are the same.
#pragma once

#include <tiny_gltf.h>

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "consumers/gltf/gltf_export.h"
#include "strata/math/matrix.h"
#include "strata/math/quat.h"

namespace strata::gltf {

class Document {
 public:
  Document();

  // Adds numbers, `components` of them to an element; gives the accessor. `has_bounds`: least and most are
  // said, as positions and times of keys need.
  int AddFloats(std::span<const float> numbers, size_t components, bool has_bounds = false,
                bool is_vertex_data = true);
  int AddIndices(std::span<const uint32_t> indices);
  int AddImage(const std::string& name, const std::string& bytes, const std::string& mime_type);
  void Use(const std::string& extension, bool is_required = false);
  uint64_t GetByteCount() const { return model.buffers[0].data.size(); }
  std::string Write(bool is_binary);

  tinygltf::Model model;

 private:
  int AddView(const void* data, size_t size, int target);
  std::map<std::pair<uint64_t, size_t>, std::vector<int>> views_by_hash_;
  std::set<std::string> used_, required_;
};

// A matrix as translation, rotation and scale; what of it these cannot say is lost.
struct Placement {
  Vec3d translation, scale{1, 1, 1};
  Quatd rotation{{0, 0, 0}, 1};
  bool is_exact = true;
};
Placement Decompose(const Matrix4d& matrix);

bool IsIdentity(const Matrix4d& matrix);

}  // namespace strata::gltf

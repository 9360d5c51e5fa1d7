#include "strata/domain/mesh.h"

#include <fmt/format.h>

namespace strata::domain {

bool ValidateMeshTopology(const Array<int32_t>& face_vertex_indices, const Array<int32_t>& face_vertex_counts,
                          size_t point_count, std::string* why) {
  const auto refuse = [&](std::string text) {
    if (why) *why = std::move(text);
    return false;
  };
  size_t sum = 0;
  for (size_t i = 0; i < face_vertex_counts.size(); ++i) {
    if (face_vertex_counts[i] < 0)
      return refuse(fmt::format("face {} has {} vertices.", i, face_vertex_counts[i]));
    sum += static_cast<size_t>(face_vertex_counts[i]);
  }
  if (sum != face_vertex_indices.size())
    return refuse(
        fmt::format("faces have {} vertices, but there are {} indices.", sum, face_vertex_indices.size()));
  for (size_t i = 0; i < face_vertex_indices.size(); ++i) {
    const int32_t index = face_vertex_indices[i];
    if (index < 0 || static_cast<size_t>(index) >= point_count)
      return refuse(fmt::format("index {}, at place {}, is not one of {} points.", index, i, point_count));
  }
  return true;
}

bool ValidateMeshTopology(const stage::Prim& mesh, stage::Time time, std::string* why) {
  const auto ints = [&](const char* name) {
    return mesh.GetAttribute(Token(name)).Get(time).GetOr(Array<int32_t>());
  };
  return ValidateMeshTopology(ints("faceVertexIndices"), ints("faceVertexCounts"),
                              mesh.GetAttribute(Token("points")).Get(time).GetArraySize(), why);
}

size_t GetFaceCount(const stage::Prim& mesh, stage::Time time) {
  return mesh.GetAttribute(Token("faceVertexCounts")).Get(time).GetArraySize();
}

}  // namespace strata::domain

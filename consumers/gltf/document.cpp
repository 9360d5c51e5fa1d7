#include "consumers/gltf/document.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

namespace strata::gltf {

namespace {

// FNV-1a over words.
uint64_t HashBytes(const unsigned char* data, size_t size) {
  uint64_t hash = 0xcbf29ce484222325;
  size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    uint64_t word;
    std::memcpy(&word, data + at, 8);
    hash = (hash ^ word) * 0x100000001b3;
    hash ^= hash >> 29;
  }
  for (; at < size; ++at) hash = (hash ^ data[at]) * 0x100000001b3;
  return hash;
}

int TypeOf(size_t components) {
  switch (components) {
    case 1:
      return TINYGLTF_TYPE_SCALAR;
    case 2:
      return TINYGLTF_TYPE_VEC2;
    case 3:
      return TINYGLTF_TYPE_VEC3;
    default:
      return TINYGLTF_TYPE_VEC4;
  }
}

double Length(const Vec3d& v) {
  return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}
double Dot(const Vec3d& a, const Vec3d& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

// Of a turn, with its axes as rows.
Quatd ToQuaternion(const Vec3d rows[3]) {
  const double trace = rows[0][0] + rows[1][1] + rows[2][2];
  size_t most = 0;
  for (size_t i = 1; i < 3; ++i)
    if (rows[i][i] > rows[most][most]) most = i;
  Quatd q;
  if (trace > 0) {
    const double s = std::sqrt(trace + 1) * 2;
    q.real = s / 4;
    for (size_t i = 0; i < 3; ++i)
      q.imaginary[i] = (rows[(i + 1) % 3][(i + 2) % 3] - rows[(i + 2) % 3][(i + 1) % 3]) / s;
    return q;
  }
  const size_t i = most, j = (most + 1) % 3, k = (most + 2) % 3;
  const double s = std::sqrt(std::max(1 + rows[i][i] - rows[j][j] - rows[k][k], 1e-30)) * 2;
  q.real = (rows[j][k] - rows[k][j]) / s;
  q.imaginary[i] = s / 4;
  q.imaginary[j] = (rows[i][j] + rows[j][i]) / s;
  q.imaginary[k] = (rows[i][k] + rows[k][i]) / s;
  return q;
}

}  // namespace

bool IsIdentity(const Matrix4d& matrix) {
  return matrix == Matrix4d::Identity();
}

Placement Decompose(const Matrix4d& m) {
  Placement placement;
  Vec3d rows[3];
  for (size_t i = 0; i < 3; ++i) {
    placement.translation[i] = m[3][i];
    rows[i] = {m[i][0], m[i][1], m[i][2]};
    placement.scale[i] = Length(rows[i]);
    if (placement.scale[i] > 0) rows[i] = rows[i] * (1 / placement.scale[i]);
  }
  const bool is_flat = placement.scale[0] == 0 || placement.scale[1] == 0 || placement.scale[2] == 0;
  if (is_flat) {
    placement.is_exact = placement.scale == Vec3d{0, 0, 0};
    return placement;
  }
  const Vec3d across{rows[1][1] * rows[2][2] - rows[1][2] * rows[2][1],
                     rows[1][2] * rows[2][0] - rows[1][0] * rows[2][2],
                     rows[1][0] * rows[2][1] - rows[1][1] * rows[2][0]};
  if (Dot(rows[0], across) < 0) {
    placement.scale[0] = -placement.scale[0];
    rows[0] = rows[0] * -1;
  }
  placement.is_exact = std::abs(Dot(rows[0], rows[1])) < 1e-5 && std::abs(Dot(rows[0], rows[2])) < 1e-5 &&
                       std::abs(Dot(rows[1], rows[2])) < 1e-5;
  placement.rotation = ToQuaternion(rows);
  const Quatd& q = placement.rotation;
  const double length = std::sqrt(q.real * q.real + Dot(q.imaginary, q.imaginary));
  if (length > 0) {
    placement.rotation.real /= length;
    placement.rotation.imaginary = placement.rotation.imaginary * (1 / length);
  }
  return placement;
}

Document::Document() {
  model.asset.version = "2.0";
  model.asset.generator = "Strata";
  model.buffers.resize(1);
}

int Document::AddView(const void* data, size_t size, int target) {
  std::vector<unsigned char>& bytes = model.buffers[0].data;
  const auto* from = static_cast<const unsigned char*>(data);
  std::vector<int>& known = views_by_hash_[{HashBytes(from, size), size}];
  for (int view : known)
    if (model.bufferViews[static_cast<size_t>(view)].target == target &&
        std::memcmp(bytes.data() + model.bufferViews[static_cast<size_t>(view)].byteOffset, from, size) == 0)
      return view;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  tinygltf::BufferView view;
  view.buffer = 0;
  view.byteOffset = bytes.size();
  view.byteLength = size;
  view.target = target;
  bytes.insert(bytes.end(), from, from + size);
  known.push_back(static_cast<int>(model.bufferViews.size()));
  model.bufferViews.push_back(std::move(view));
  return known.back();
}

int Document::AddFloats(std::span<const float> numbers, size_t components, bool has_bounds,
                        bool is_vertex_data) {
  tinygltf::Accessor accessor;
  accessor.bufferView =
      AddView(numbers.data(), numbers.size_bytes(), is_vertex_data ? TINYGLTF_TARGET_ARRAY_BUFFER : 0);
  accessor.byteOffset = 0;
  accessor.componentType = TINYGLTF_COMPONENT_TYPE_FLOAT;
  accessor.count = numbers.size() / components;
  accessor.type = TypeOf(components);
  if (has_bounds) {
    accessor.minValues.assign(components, 3.4e38);
    accessor.maxValues.assign(components, -3.4e38);
    for (size_t i = 0; i < numbers.size(); ++i) {
      const auto number = static_cast<double>(numbers[i]);
      accessor.minValues[i % components] = std::min(accessor.minValues[i % components], number);
      accessor.maxValues[i % components] = std::max(accessor.maxValues[i % components], number);
    }
  }
  model.accessors.push_back(std::move(accessor));
  return static_cast<int>(model.accessors.size()) - 1;
}

int Document::AddIndices(std::span<const uint32_t> indices) {
  tinygltf::Accessor accessor;
  accessor.bufferView = AddView(indices.data(), indices.size_bytes(), TINYGLTF_TARGET_ELEMENT_ARRAY_BUFFER);
  accessor.byteOffset = 0;
  accessor.componentType = TINYGLTF_COMPONENT_TYPE_UNSIGNED_INT;
  accessor.count = indices.size();
  accessor.type = TINYGLTF_TYPE_SCALAR;
  model.accessors.push_back(std::move(accessor));
  return static_cast<int>(model.accessors.size()) - 1;
}

int Document::AddImage(const std::string& name, const std::string& bytes, const std::string& mime_type) {
  tinygltf::Image image;
  image.name = name;
  image.mimeType = mime_type;
  image.bufferView = AddView(bytes.data(), bytes.size(), 0);
  model.images.push_back(std::move(image));
  return static_cast<int>(model.images.size()) - 1;
}

void Document::Use(const std::string& extension, bool is_required) {
  if (used_.insert(extension).second) model.extensionsUsed.push_back(extension);
  if (is_required && required_.insert(extension).second) model.extensionsRequired.push_back(extension);
}

std::string Document::Write(bool is_binary) {
  if (model.buffers[0].data.empty()) model.buffers.clear();
  std::ostringstream stream;
  tinygltf::TinyGLTF writer;
  if (!writer.WriteGltfSceneToStream(&model, stream, true, is_binary)) return {};
  return std::move(stream).str();
}

}  // namespace strata::gltf

// Surfaces as glTF's metallic and rough materials.
#pragma once

#include <map>
#include <string>

#include "consumers/gltf/document.h"
#include "strata/render/materials.h"

namespace strata::gltf {

// What a mesh needs of the material it is written with.
struct WrittenMaterial {
  int index = -1;                     // none: the reader's own
  std::map<Token, int> texture_sets;  // by primvar: the number of TEXCOORD_n
  bool uses_colors = false;           // displayColor counts
};

class MaterialWriter {
 public:
  MaterialWriter(Document& document, const ExportOptions& options, Diagnostics& remarks)
      : document_(document), options_(options), remarks_(remarks) {}
  // `is_double_sided` is the mesh's; null: no material is bound.
  const WrittenMaterial& Write(Path path, const render::Surface* surface, bool is_double_sided,
                               bool has_opacity);
  size_t GetImageCount() const { return images_.size(); }

 private:
  struct Key {
    Path path;
    bool is_double_sided, has_opacity;
    friend bool operator<(const Key& a, const Key& b) {
      return std::tuple(a.path, a.is_double_sided, a.has_opacity) <
             std::tuple(b.path, b.is_double_sided, b.has_opacity);
    }
  };
  WrittenMaterial Make(Path path, const render::Surface& surface, bool is_double_sided, bool has_opacity);
  // The texture and its set of coordinates, and how they are transformed; -1 where it cannot be written.
  int AddTexture(const render::Texture& texture, WrittenMaterial& written, int& set,
                 tinygltf::ExtensionMap& extensions);
  int AddImage(const render::Texture& texture);
  void Remark(Path path, const std::string& what);

  Document& document_;
  const ExportOptions& options_;
  Diagnostics& remarks_;
  Path path_;  // that is being written
  std::map<Key, WrittenMaterial> written_;
  std::map<std::string, int> images_;  // by resolved path; -1: it cannot be used
  std::map<std::tuple<int, int, int>, int> textures_;
};

}  // namespace strata::gltf

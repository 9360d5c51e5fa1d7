// Where instancers place what they instance.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "strata/scene/scene_index.h"

namespace strata::render {

// Of a prim of type instancer.
struct Instancer {
  Matrix4d transform = Matrix4d::Identity();  // of the prim, in the world or in the prototype it is in
  bool is_visible = true;
  PathVector prototypes;
  std::vector<std::vector<uint32_t>> instances;  // of each prototype: those that are there and not masked
  std::vector<Matrix4d> transforms;              // of each instance, in the space of the prim
  PathVector outer, outer_prototypes;            // instancers and prototypes of theirs that it is in
};
// `bad_count` grows by the instances that are left out because nothing says where they are.
Instancer ReadInstancer(const scene::ScenePrim& prim, size_t& bad_count);

// Which instancers show a prim, and the prototype of each that it is in.   (HdInstancedBySchema)
struct InstancedBy {
  PathVector instancers, prototypes;
  bool IsInstanced() const { return !instancers.empty(); }
};
InstancedBy ReadInstancedBy(const scene::ScenePrim& prim);

// Places of prims in the world, with instancers in prototypes of others followed.
class InstancePlaces {
 public:
  // `max_count` in all; what is beyond it is left out.
  InstancePlaces(const std::map<Path, Instancer>& instancers, size_t max_count)
      : instancers_(instancers), left_(max_count) {}
  // By what the transform of the prim is to be multiplied, for each place where it is shown; one that is
  // instanced by nothing is shown as it is. Made once for all prims of a prototype; good as long as this is.
  const std::vector<Matrix4d>& Find(const InstancedBy& by);
  bool IsCut() const { return is_cut_; }

 private:
  static constexpr uint32_t kMaxNesting = 32;
  struct Key {
    Path instancer, prototype;
    friend bool operator<(const Key& a, const Key& b) {
      return std::pair(a.instancer, a.prototype) < std::pair(b.instancer, b.prototype);
    }
  };
  const std::vector<Matrix4d>& Find(Path instancer, Path prototype, uint32_t nesting);
  void Place(const Instancer& instancer, size_t prototype, uint32_t nesting, std::vector<Matrix4d>& out);

  const std::map<Path, Instancer>& instancers_;
  std::map<Key, std::vector<Matrix4d>> places_;
  std::map<std::vector<Key>, std::vector<Matrix4d>> joined_;  // of prims that several instancers show
  size_t left_;
  bool is_cut_ = false;
};

}  // namespace strata::render

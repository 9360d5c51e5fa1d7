// Which nodes a glTF file has, and where each is at each time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "consumers/gltf/gltf_export.h"
#include "strata/render/draw_scene.h"

namespace strata::gltf {

// A node of the file: a prim, or one instance of a shape.
struct PlannedNode {
  std::string name;
  Path path;                     // of the prim
  int parent = -1;               // among the nodes; -1: the one above all
  int instance = -1;             // of instances: which of the places of the prim
  std::vector<Matrix4d> worlds;  // at each time
};

// Prims that are drawn, lights and cameras, and all prims above them; an instanced prim has a node for each
// place, or with InstanceForm::kGpu none.
class NodePlan {
 public:
  NodePlan(const render::DrawScene& draw, const ExportOptions& options, Diagnostics& remarks);
  // Adds where they are now; what is not there is where it was.
  void TakeTime();
  // Nodes below one that is flat to a line at some time are moved out of it: nothing says where they are in
  // it.
  void FinishParents();
  bool IsTooLarge() const { return is_too_large_; }

  const std::vector<PlannedNode>& GetNodes() const { return nodes_; }
  // In the space of the parent, at each time.
  std::vector<Matrix4d> ComputeLocals(const PlannedNode& node) const;

 private:
  int AddPrim(Path path);
  void AddInstances(const render::Drawable& drawable, size_t count);

  const render::DrawScene& draw_;
  const ExportOptions& options_;
  Diagnostics& remarks_;
  std::vector<PlannedNode> nodes_;
  std::map<Path, int> by_path_;
  bool is_too_large_ = false, has_other_counts_ = false;
};

}  // namespace strata::gltf

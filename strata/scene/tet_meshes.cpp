#include "strata/scene/tet_meshes.h"

#include <algorithm>
#include <array>
#include <map>

#include "strata/scene/names.h"
#include "strata/scene/retained.h"
#include "strata/scene/schemas_geometry.h"

namespace strata::scene {

namespace {

const Token& GetTetType() {
  static const Token type = TetMeshSchema::GetSchemaToken();
  return type;
}

// The faces of each tetrahedron that no other one has, sorted; they turn as the tetrahedron's corners say,
// whatever the orientation.   (UsdGeomTetMesh::ComputeSurfaceFaces)
Array<Vec3i> FindSurface(const Array<Vec4i>& tets) {
  constexpr std::array<std::array<size_t, 3>, 4> kFaces = {{{1, 2, 3}, {0, 3, 2}, {0, 1, 3}, {0, 2, 1}}};
  std::map<std::array<int32_t, 3>, int> uses;
  std::vector<Vec3i> faces;
  const auto sort = [](const Vec3i& face) {
    std::array<int32_t, 3> corners = {face[0], face[1], face[2]};
    std::sort(corners.begin(), corners.end());
    return corners;
  };
  for (const Vec4i& tet : tets)
    for (const auto& face : kFaces) {
      faces.push_back({tet[face[0]], tet[face[1]], tet[face[2]]});
      ++uses[sort(faces.back())];
    }
  std::sort(faces.begin(), faces.end(), [](const Vec3i& a, const Vec3i& b) {
    return std::array{a[0], a[1], a[2]} < std::array{b[0], b[1], b[2]};
  });
  Array<Vec3i> surface;
  for (const Vec3i& face : faces)
    if (uses[sort(face)] == 1) surface.PushBack(face);
  return surface;
}

DataSourceHandle MakeMesh(const TetMeshSchema& tets) {
  const TetMeshTopologySchema topology = tets.GetTopology();
  const Token orientation = topology.GetOrientation().value_or(Token("rightHanded"));
  auto surface = topology.GetSurfaceFaceVertexIndices().value_or(Array<Vec3i>());
  if (surface.IsEmpty()) surface = FindSurface(topology.GetTetVertexIndices().value_or(Array<Vec4i>()));
  Array<int32_t> counts, indices;
  for (const Vec3i& face : surface) {
    counts.PushBack(3);
    for (size_t i = 0; i < 3; ++i) indices.PushBack(face[i]);
  }
  return SchemaBuilder()
      .Set(MeshSchema::kTopology, SchemaBuilder()
                                      .SetValue(MeshTopologySchema::kFaceVertexCounts, std::move(counts))
                                      .SetValue(MeshTopologySchema::kFaceVertexIndices, std::move(indices))
                                      .SetValue(MeshTopologySchema::kOrientation, orientation)
                                      .Build())
      .SetValue(MeshSchema::kSubdivisionScheme, Token("none"))
      .SetValue(MeshSchema::kDoubleSided, tets.GetDoubleSided().value_or(false))
      .Build();
}

// A tet mesh as a mesh, made when it is asked for.
class SurfacePrim final : public ContainerDataSource {
 public:
  explicit SurfacePrim(ContainerDataSourceHandle prim) : prim_(std::move(prim)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> all = prim_->GetNames();
    if (std::ranges::find(all, scene::GetNames().mesh) == all.end()) all.push_back(scene::GetNames().mesh);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    return name == scene::GetNames().mesh ? MakeMesh(TetMeshSchema::GetFromParent(prim_)) : prim_->Get(name);
  }

 private:
  ContainerDataSourceHandle prim_;
};

}  // namespace

ScenePrim TetMeshesSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (!prim.data || prim.type != GetTetType()) return prim;
  return {scene::GetNames().mesh, Make<const SurfacePrim>(std::move(prim.data))};
}

void TetMeshesSceneIndex::ProcessChanges(const ChangeSet& changes) {
  ChangeSet out = changes;
  for (AddedPrim& added : out.added)
    if (added.type == GetTetType()) added.type = scene::GetNames().mesh;
  for (DirtiedPrim& dirtied : out.dirtied)
    if (dirtied.locators.Intersects(GetTetType())) dirtied.locators.Insert(scene::GetNames().mesh);
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::scene

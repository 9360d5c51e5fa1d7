#include "doctest/doctest.h"
#include "strata/scene/overlay.h"
#include "strata/scene/schemas_geometry.h"
#include "strata/scene/schemas_material.h"
#include "strata/scene/schemas_scene.h"

namespace strata::scene {

namespace {

ContainerDataSourceHandle Under(Token name, DataSourceHandle source) {
  return RetainedContainerDataSource::New({{name, std::move(source)}});
}

}  // namespace

TEST_CASE("a mesh that was built reads as it was built, and what is missing reads as nothing") {
  const auto topology = SchemaBuilder()
                            .SetValue(MeshTopologySchema::kFaceVertexCounts, {3})
                            .SetValue(MeshTopologySchema::kFaceVertexIndices, {0, 1, 2})
                            .SetValue(MeshTopologySchema::kOrientation, Token("rightHanded"))
                            .Build();
  const auto prim = Under(
      MeshSchema::GetSchemaToken(),
      SchemaBuilder().Set(MeshSchema::kTopology, topology).SetValue(MeshSchema::kDoubleSided, true).Build());
  const MeshSchema mesh = MeshSchema::GetFromParent(prim);
  CHECK(mesh.IsDefined());
  CHECK(mesh.GetTopology().GetFaceVertexIndices() == Array<int32_t>{0, 1, 2});
  CHECK(mesh.GetTopology().GetOrientation() == Token("rightHanded"));
  CHECK_FALSE(mesh.GetTopology().GetHoleIndices());
  CHECK(mesh.GetDoubleSided() == true);
  CHECK_FALSE(mesh.GetSubdivisionScheme());
  CHECK_FALSE(mesh.GetSubdivisionTags().IsDefined());
  CHECK_FALSE(mesh.GetSubdivisionTags().GetCreaseLengths());
  CHECK_FALSE(MeshSchema::GetFromParent(nullptr).IsDefined());
  CHECK_FALSE(CubeSchema::GetFromParent(prim).GetSize());
  CHECK(MeshSchema::GetLocator(MeshSchema::kTopology) == DataSourceLocator::Parse("mesh/topology"));
  CHECK(XformSchema::GetDefaultLocator() == DataSourceLocator::Parse("xform"));
}

TEST_CASE("a transform and primvars read as they were built, values and indices apart") {
  Matrix4d matrix = Matrix4d::Identity();
  matrix[3][1] = 2;
  const auto xform = SchemaBuilder().SetValue(XformSchema::kMatrix, matrix).Build();
  CHECK(XformSchema::GetFromParent(Under(Token("xform"), xform)).GetMatrix() == matrix);
  const auto tint = SchemaBuilder()
                        .Set(PrimvarSchema::kIndexedPrimvarValue, Retain(Array<float>{5, 7}))
                        .SetValue(PrimvarSchema::kIndices, {1, 0, 1})
                        .SetValue(PrimvarSchema::kInterpolation, Token("vertex"))
                        .Build();
  const PrimvarsSchema primvars =
      PrimvarsSchema::GetFromParent(Under(Token("primvars"), Under(Token("tint"), tint)));
  REQUIRE(primvars.GetNames() == std::vector<Token>{Token("tint")});
  const PrimvarSchema primvar = primvars.Get(Token("tint"));
  CHECK(GetValueAs<Array<float>>(primvar.GetIndexedPrimvarValue()) == Array<float>{5, 7});
  CHECK(primvar.GetIndices() == Array<int32_t>{1, 0, 1});
  CHECK(primvar.GetInterpolation() == Token("vertex"));
  CHECK_FALSE(primvar.GetPrimvarValue());
  CHECK_FALSE(primvars.Get(Token("other")).IsDefined());
}

TEST_CASE("containers and vectors of schemas, and values in them, are read by name and by number") {
  const auto connection =
      SchemaBuilder().SetValue(MaterialConnectionSchema::kUpstreamNodePath, Token("Tex")).Build();
  const auto node = SchemaBuilder()
                        .Set(MaterialNodeSchema::kInputConnections,
                             Under(Token("color"), RetainedVectorDataSource::New({connection})))
                        .SetValue(MaterialNodeSchema::kNodeIdentifier, Token("Surface"))
                        .Build();
  const auto network = SchemaBuilder().Set(MaterialNetworkSchema::kNodes, Under(Token("Surf"), node)).Build();
  const MaterialSchema material =
      MaterialSchema::GetFromParent(Under(Token("material"), Under(Token(), network)));
  const MaterialNodeSchema found = material.Get(Token()).GetNodes().Get(Token("Surf"));
  CHECK(found.GetNodeIdentifier() == Token("Surface"));
  const MaterialConnectionsSchema connections = found.GetInputConnections().Get(Token("color"));
  REQUIRE(connections.GetNumElements() == 1);
  CHECK(connections.GetElement(0).GetUpstreamNodePath() == Token("Tex"));
  CHECK_FALSE(connections.GetElement(1).IsDefined());

  const auto topology =
      SchemaBuilder()
          .SetValue(InstancerTopologySchema::kPrototypes, PathVector{Path("/P")})
          .Set(InstancerTopologySchema::kInstanceIndices,
               RetainedVectorDataSource::New({Retain(Array<int32_t>{0, 2}), Retain(Array<int32_t>{1})}))
          .Build();
  const InstancerTopologySchema instancer =
      InstancerTopologySchema::GetFromParent(Under(Token("instancerTopology"), topology));
  CHECK(instancer.GetPrototypes() == PathVector{Path("/P")});
  REQUIRE(instancer.GetInstanceIndices().GetNumElements() == 2);
  CHECK(instancer.GetInstanceIndices().GetElement(0) == Array<int32_t>{0, 2});
  CHECK(VolumeFieldBindingSchema::GetFromParent(
            Under(Token("volumeFieldBinding"), Under(Token("density"), Retain(Path("/F")))))
            .Get(Token("density")) == Path("/F"));
}

}  // namespace strata::scene

#include "doctest/doctest.h"
#include "strata/scene/overlay.h"
#include "strata/scene/primvars.h"
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

namespace {

// A value per time of the shutter, with a sample at each.
class Moving final : public TypedSampledDataSource<Array<int32_t>> {
 public:
  explicit Moving(std::vector<std::pair<double, Array<int32_t>>> samples) : samples_(std::move(samples)) {}
  Array<int32_t> GetTypedValue(double offset) const override {
    size_t at = 0;
    while (at + 1 < samples_.size() && samples_[at + 1].first <= offset) ++at;
    return samples_[at].second;
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    std::vector<double> all;
    for (const auto& [time, value] : samples_) all.push_back(time);
    if (times) *times = ClipSampleTimes(all, start, end);
    return true;
  }

 private:
  std::vector<std::pair<double, Array<int32_t>>> samples_;
};

PrimvarSchema Indexed(DataSourceHandle values, DataSourceHandle indices, int32_t element_size = 1) {
  return PrimvarSchema(SchemaBuilder()
                           .Set(PrimvarSchema::kIndexedPrimvarValue, std::move(values))
                           .Set(PrimvarSchema::kIndices, std::move(indices))
                           .SetValue(PrimvarSchema::kElementSize, element_size)
                           .Build());
}

}  // namespace

TEST_CASE("the value of an indexed primvar is what its indices gather, of whole elements") {
  const auto flat = [](const PrimvarSchema& primvar) {
    return GetValueAs<Array<float>>(GetFlattenedPrimvarValue(primvar));
  };
  const DataSourceHandle values = Retain(Array<float>{5, 7, 9, 11});
  const PrimvarSchema single = Indexed(values, Retain(Array<int32_t>{1, 0, 1}));
  CHECK(IsIndexed(single));
  CHECK(flat(single) == Array<float>{7, 5, 7});
  CHECK(flat(Indexed(values, Retain(Array<int32_t>{1, 0}), 2)) == Array<float>{9, 11, 5, 7});
  CHECK(flat(Indexed(values, Retain(Array<int32_t>()))) == Array<float>());
  const auto names = GetFlattenedPrimvarValue(
      Indexed(Retain(Array<Token>{Token("a"), Token("b")}), Retain(Array<int32_t>{1, 1})));
  CHECK(GetValueAs<Array<Token>>(names) == Array<Token>{Token("b"), Token("b")});
}

TEST_CASE("a primvar without indices has its own value, and one without values none") {
  const auto own = Retain(Array<float>{1, 2});
  const PrimvarSchema plain(SchemaBuilder().Set(PrimvarSchema::kPrimvarValue, own).Build());
  CHECK(GetFlattenedPrimvarValue(plain) == own);
  CHECK_FALSE(IsIndexed(plain));
  CHECK_FALSE(GetFlattenedPrimvarValue(PrimvarSchema()));
  CHECK_FALSE(GetFlattenedPrimvarValue(Indexed(own, nullptr)));
  CHECK_FALSE(GetFlattenedPrimvarValue(Indexed(nullptr, Retain(Array<int32_t>{0}))));
}

TEST_CASE("indices that name no element, and values that have none, gather nothing") {
  const auto values = Retain(Array<float>{1, 2, 3});
  for (const int32_t wrong : {-1, 3, 2147483647})
    CHECK(GetFlattenedPrimvarValue(Indexed(values, Retain(Array<int32_t>{0, wrong})))->GetValue(0).IsEmpty());
  // Half an element is none.
  CHECK(GetFlattenedPrimvarValue(Indexed(values, Retain(Array<int32_t>{1}), 2))->GetValue(0).IsEmpty());
  CHECK(GetFlattenedPrimvarValue(Indexed(Retain(1.0f), Retain(Array<int32_t>{0})))->GetValue(0).IsEmpty());
  CHECK(GetFlattenedPrimvarValue(Indexed(values, Retain(1)))->GetValue(0).IsEmpty());
  const PrimvarSchema unsized = Indexed(values, Retain(Array<int32_t>{2}), -4);
  CHECK(GetValueAs<Array<float>>(GetFlattenedPrimvarValue(unsized)) == Array<float>{3});
}

TEST_CASE("a flattened primvar moves when its values or its indices do") {
  const DataSourceHandle values =
      Make<const Moving>(std::vector<std::pair<double, Array<int32_t>>>{{-1, {10, 20}}, {1, {30, 40}}});
  const DataSourceHandle indices =
      Make<const Moving>(std::vector<std::pair<double, Array<int32_t>>>{{0, {0, 0}}, {0.5, {1, 1}}});
  const auto flat = GetFlattenedPrimvarValue(Indexed(values, indices));
  std::vector<double> times;
  REQUIRE(flat->GetContributingSampleTimes(-1, 1, &times));
  CHECK(times == std::vector<double>{-1, 0, 0.5, 1});
  CHECK(GetValueAs<Array<int32_t>>(flat, 0) == Array<int32_t>{10, 10});
  CHECK(GetValueAs<Array<int32_t>>(flat, 0.5) == Array<int32_t>{20, 20});
  CHECK(GetValueAs<Array<int32_t>>(flat, 1) == Array<int32_t>{40, 40});
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

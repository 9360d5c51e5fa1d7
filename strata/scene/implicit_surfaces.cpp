#include "strata/scene/implicit_surfaces.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

namespace {

constexpr int32_t kAround = 24;       // points of a ring
constexpr int32_t kQuarterRings = 6;  // rings from a pole to the equator

struct ShapeNames {
  Token sphere{"sphere"}, cube{"cube"}, cone{"cone"}, cylinder{"cylinder"}, capsule{"capsule"},
      plane{"plane"}, radius{"radius"}, size{"size"}, height{"height"}, axis{"axis"}, top{"radiusTop"},
      bottom{"radiusBottom"}, width{"width"}, length{"length"}, doubleSided{"doubleSided"},
      subdivisionScheme{"subdivisionScheme"}, none{"none"}, counts{"faceVertexCounts"},
      indices{"faceVertexIndices"}, orientation{"orientation"}, rightHanded{"rightHanded"}, point{"point"};
};
const ShapeNames& GetShapeNames() {
  static const ShapeNames names;
  return names;
}

bool IsShape(Token type) {
  const ShapeNames& names = GetShapeNames();
  for (Token shape : {names.sphere, names.cube, names.cone, names.cylinder, names.capsule, names.plane})
    if (type == shape) return true;
  return false;
}

// A ring of points around the axis; of radius 0 still a ring, but for the poles.
struct Ring {
  double radius = 0, along = 0;
};

// What a shape says at a time.
class Sizes {
 public:
  Sizes(const ContainerDataSource& shape, double offset) : shape_(shape), offset_(offset) {}
  double Get(Token name, double otherwise) const {
    return GetValueAs<double>(shape_.Get(name), offset_).value_or(otherwise);
  }
  Token GetAxis() const {
    static const Token z("Z");
    return GetValueAs<Token>(shape_.Get(GetShapeNames().axis), offset_).value_or(z);
  }
  // Of shapes that say one radius, or one for each end.
  double GetEnd(Token end) const { return Get(end, Get(GetShapeNames().radius, 1)); }

 private:
  const ContainerDataSource& shape_;
  double offset_;
};

void AddHalfBall(std::vector<Ring>& rings, double radius, double center, double way) {
  for (int32_t i = 0; i <= kQuarterRings; ++i) {
    // From the pole to the equator below the middle, and back above it.
    const int32_t step = way < 0 ? i : kQuarterRings - i;
    const double angle = std::numbers::pi / 2 * step / kQuarterRings;
    rings.push_back({radius * std::sin(angle), center + way * radius * std::cos(angle)});
  }
}

// From below to above; the first and the last ring are poles. How many there are follows from the type alone.
std::vector<Ring> MakeRings(Token type, const Sizes& sizes) {
  const ShapeNames& names = GetShapeNames();
  std::vector<Ring> rings;
  const double half = sizes.Get(names.height, type == names.capsule ? 1 : 2) / 2;
  if (type == names.sphere || type == names.capsule) {
    const double end = type == names.sphere ? 0 : half;
    AddHalfBall(rings, sizes.GetEnd(names.bottom), -end, -1);
    if (type == names.sphere) rings.pop_back();  // the two halves share their equator
    AddHalfBall(rings, sizes.GetEnd(names.top), end, 1);
  } else {
    const double below = sizes.GetEnd(names.bottom);
    rings = {{0, -half}, {below, -half}};
    if (type == names.cylinder) rings.push_back({sizes.GetEnd(names.top), half});
    rings.push_back({0, half});
  }
  return rings;
}

Vec3f Turn(Token axis, double x, double y, double z) {
  const std::string_view name = axis.GetText();
  const Vec3d turned = name == "X" ? Vec3d{z, x, y} : name == "Y" ? Vec3d{y, z, x} : Vec3d{x, y, z};
  return {static_cast<float>(turned[0]), static_cast<float>(turned[1]), static_cast<float>(turned[2])};
}

Array<Vec3f> MakePoints(Token type, const ContainerDataSource& shape, double offset) {
  const ShapeNames& names = GetShapeNames();
  const Sizes sizes(shape, offset);
  Array<Vec3f> points;
  if (type == names.cube) {
    const auto half = static_cast<float>(sizes.Get(names.size, 2) / 2);
    for (int corner = 0; corner < 8; ++corner)
      points.PushBack({corner & 1 ? half : -half, corner & 2 ? half : -half, corner & 4 ? half : -half});
    return points;
  }
  const Token axis = sizes.GetAxis();
  if (type == names.plane) {
    // Around Z the width lies along X and the length along Y, around X along Z and Y, around Y along X and Z.
    double u = sizes.Get(names.width, 2) / 2, v = sizes.Get(names.length, 2) / 2;
    const bool is_swapped = axis.GetText() != "Z";
    if (is_swapped) std::swap(u, v);
    for (const auto& [s, t] : {std::pair(-1, -1), std::pair(1, -1), std::pair(1, 1), std::pair(-1, 1)})
      points.PushBack(Turn(axis, s * u, t * v, 0));
    return points;
  }
  const std::vector<Ring> rings = MakeRings(type, sizes);
  points.PushBack(Turn(axis, 0, 0, rings.front().along));
  for (size_t i = 1; i + 1 < rings.size(); ++i)
    for (int32_t a = 0; a < kAround; ++a) {
      const double angle = 2 * std::numbers::pi * a / kAround;
      points.PushBack(
          Turn(axis, rings[i].radius * std::cos(angle), rings[i].radius * std::sin(angle), rings[i].along));
    }
  points.PushBack(Turn(axis, 0, 0, rings.back().along));
  return points;
}

struct Topology {
  Array<int32_t> counts, indices;
  void Add(std::initializer_list<int32_t> face) {
    counts.PushBack(static_cast<int32_t>(face.size()));
    for (int32_t index : face) indices.PushBack(index);
  }
};

Topology MakeTopology(Token type) {
  const ShapeNames& names = GetShapeNames();
  Topology topology;
  if (type == names.cube) {
    for (const auto& f : std::array<std::array<int32_t, 4>, 6>{
             {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}}})
      topology.Add({f[0], f[1], f[2], f[3]});
    return topology;
  }
  if (type == names.plane) {
    topology.Add({0, 1, 2, 3});
    return topology;
  }
  static const ContainerDataSourceHandle nothing = RetainedContainerDataSource::New();
  const auto rings = static_cast<int32_t>(MakeRings(type, Sizes(*nothing, 0)).size()) - 2;
  const auto at = [](int32_t ring, int32_t a) { return 1 + ring * kAround + a % kAround; };
  const int32_t top = 1 + rings * kAround;
  for (int32_t a = 0; a < kAround; ++a) topology.Add({0, at(0, a + 1), at(0, a)});
  for (int32_t ring = 0; ring + 1 < rings; ++ring)
    for (int32_t a = 0; a < kAround; ++a)
      topology.Add({at(ring, a), at(ring, a + 1), at(ring + 1, a + 1), at(ring + 1, a)});
  for (int32_t a = 0; a < kAround; ++a) topology.Add({at(rings - 1, a), at(rings - 1, a + 1), top});
  return topology;
}

class PointsSource final : public TypedSampledDataSource<Array<Vec3f>> {
 public:
  PointsSource(Token type, ContainerDataSourceHandle shape) : type_(type), shape_(std::move(shape)) {}
  Array<Vec3f> GetTypedValue(double offset) const override { return MakePoints(type_, *shape_, offset); }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    std::vector<SampledDataSourceHandle> sources;
    for (Token name : shape_->GetNames()) sources.push_back(SampledDataSource::Cast(shape_->Get(name)));
    return GetMergedContributingSampleTimes(sources, start, end, times);
  }

 private:
  Token type_;
  ContainerDataSourceHandle shape_;
};

DataSourceHandle MakeMesh(Token type, const ContainerDataSource& shape) {
  const ShapeNames& names = GetShapeNames();
  Topology topology = MakeTopology(type);
  const DataSourceHandle sides = shape.Get(names.doubleSided);
  return RetainedContainerDataSource::New(
      {{scene::GetNames().topology,
        RetainedContainerDataSource::New({{names.counts, Retain(std::move(topology.counts))},
                                          {names.indices, Retain(std::move(topology.indices))},
                                          {names.orientation, Retain(names.rightHanded)}})},
       {names.subdivisionScheme, Retain(names.none)},
       {names.doubleSided, sides ? sides : Retain(false)}});
}

// A shape as a mesh, made when it is asked for.
class MeshedShape final : public ContainerDataSource {
 public:
  MeshedShape(ContainerDataSourceHandle prim, Token type) : prim_(std::move(prim)), type_(type) {}
  std::vector<Token> GetNames() const override {
    const Names& names = scene::GetNames();
    std::vector<Token> all = prim_->GetNames();
    for (Token name : {names.mesh, names.primvars})
      if (std::ranges::find(all, name) == all.end()) all.push_back(name);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    const Names& names = scene::GetNames();
    DataSourceHandle found = prim_->Get(name);
    if (name != names.mesh && name != names.primvars) return found;
    auto shape = ContainerDataSource::Cast(prim_->Get(type_));
    if (!shape) shape = RetainedContainerDataSource::New();
    if (name == names.mesh) return MakeMesh(type_, *shape);
    return OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{names.points, RetainedContainerDataSource::New(
                                {{names.primvarValue, Make<const PointsSource>(type_, std::move(shape))},
                                 {names.interpolation, scene::Retain(names.vertex)},
                                 {names.role, scene::Retain(GetShapeNames().point)}})}}),
        ContainerDataSource::Cast(found));
  }

 private:
  ContainerDataSourceHandle prim_;
  Token type_;
};

}  // namespace

ScenePrim ImplicitSurfacesSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (!prim.data || !IsShape(prim.type)) return prim;
  prim.data = scene::Make<const MeshedShape>(std::move(prim.data), prim.type);
  prim.type = scene::GetNames().mesh;
  return prim;
}

void ImplicitSurfacesSceneIndex::ProcessChanges(const ChangeSet& changes) {
  const Names& names = scene::GetNames();
  ChangeSet out = changes;
  for (AddedPrim& added : out.added)
    if (IsShape(added.type)) added.type = names.mesh;
  for (DirtiedPrim& dirtied : out.dirtied)
    for (const DataSourceLocator& locator : changes.dirtied[&dirtied - out.dirtied.data()].locators) {
      if (locator.IsEmpty() || !IsShape(locator.GetFirstElement())) continue;
      dirtied.locators.Insert(DataSourceLocator{names.primvars, names.points, names.primvarValue});
      if (locator.GetElementCount() == 1 || locator.GetElement(1) == GetShapeNames().doubleSided)
        dirtied.locators.Insert(DataSourceLocator(names.mesh));
    }
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::scene

#include "strata/bridge/draw_mode_standins.h"

#include <algorithm>
#include <string>

#include "strata/bridge/names.h"
#include "strata/math/transform.h"
#include "strata/scene/retained.h"
#include "strata/scene/schemas_geometry.h"
#include "strata/scene/schemas_material.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSource;
using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::GeomModelSchema;
using scene::RetainedContainerDataSource;
using scene::SchemaBuilder;
using Entries = std::vector<RetainedContainerDataSource::Entry>;

constexpr std::array<std::string_view, kBoxFaces> kFaceNames = {"XPos", "YPos", "ZPos",
                                                                "XNeg", "YNeg", "ZNeg"};
// In the order in which cards have them as faces: both of an axis beside each other.
constexpr std::array<size_t, kBoxFaces> kDrawOrder = {0, 3, 1, 4, 2, 5};

size_t GetOpposite(size_t face) {
  return (face + 3) % kBoxFaces;
}

struct StandinNames {
  Token origin{"origin"}, bounds{"bounds"}, cards{"cards"}, from_texture{"fromTexture"}, box{"box"},
      simple{"simple"}, origin_curves{"originCurves"}, bounds_curves{"boundsCurves"}, mesh{"cardsMesh"},
      curveIndices{"curveIndices"}, linear{"linear"}, segmented{"segmented"}, bezier{"bezier"},
      displayColor{"displayColor"}, displayOpacity{"displayOpacity"}, displayRoughness{"displayRoughness"},
      uv{"cardsUv"}, displayStyle{"displayStyle"}, cullStyle{"cullStyle"}, back{"back"}, surface{"surface"},
      card_surface{"cardSurface"}, card_texture{"cardTexture"}, card_coordinates{"cardUvCoords"}, st{"st"},
      file{"file"}, fallback{"fallback"}, wrapS{"wrapS"}, wrapT{"wrapT"}, clamp{"clamp"}, rgb{"rgb"}, a{"a"},
      varname{"varname"}, result{"result"}, diffuseColor{"diffuseColor"}, opacity{"opacity"},
      opacityThreshold{"opacityThreshold"}, type_face_set{"typeFaceSet"}, instancedBy{"instancedBy"},
      rightHanded{"rightHanded"}, preview_surface{"UsdPreviewSurface"}, texture{"UsdUVTexture"},
      reader{"UsdPrimvarReader_float2"};
  std::array<Token, kBoxFaces> textures, subsets, materials;
  StandinNames() {
    for (size_t face = 0; face < kBoxFaces; ++face) {
      const std::string name(kFaceNames[face]);
      textures[face] = Token("cardTexture" + name);
      subsets[face] = Token("subset" + name);
      materials[face] = Token("subsetMaterial" + name);
    }
  }
};
const StandinNames& GetStandinNames() {
  static const StandinNames names;
  return names;
}

// -- what is read of the model --------------------------------------------------------------------------

DataSourceHandle FindModelData(const ContainerDataSourceHandle& model, Token name) {
  return ContainerDataSource::Get(model, DataSourceLocator{GetNames().geomModel, name});
}

Vec3f FindColor(const ContainerDataSourceHandle& model, double offset) {
  constexpr Vec3f kOtherwise{0.18f, 0.18f, 0.18f};
  return scene::GetValueAs<Vec3f>(FindModelData(model, GeomModelSchema::kDrawModeColor.GetToken()), offset)
      .value_or(kOtherwise);
}

// A value made of what the model says, with the sample times of the sources that it is made of.
template <class T>
class ModelSource : public scene::TypedSampledDataSource<T> {
 public:
  explicit ModelSource(ContainerDataSourceHandle model) : model_(std::move(model)) {}
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    const std::vector<scene::SampledDataSourceHandle> sources = GetSources();
    return scene::GetMergedContributingSampleTimes(sources, start, end, times);
  }

 protected:
  virtual std::vector<scene::SampledDataSourceHandle> GetSources() const = 0;
  const ContainerDataSourceHandle& GetModel() const { return model_; }

 private:
  ContainerDataSourceHandle model_;
};

template <class T>
class ColorSource : public ModelSource<T> {
 protected:
  using ModelSource<T>::ModelSource;
  std::vector<scene::SampledDataSourceHandle> GetSources() const final {
    return {scene::SampledDataSource::Cast(
        FindModelData(this->GetModel(), GeomModelSchema::kDrawModeColor.GetToken()))};
  }
};

class DisplayColor final : public ColorSource<Array<Vec3f>> {
 public:
  explicit DisplayColor(ContainerDataSourceHandle model) : ColorSource(std::move(model)) {}
  Array<Vec3f> GetTypedValue(double offset) const override { return {FindColor(GetModel(), offset)}; }
};

class FallbackColor final : public ColorSource<Vec4f> {
 public:
  explicit FallbackColor(ContainerDataSourceHandle model) : ColorSource(std::move(model)) {}
  Vec4f GetTypedValue(double offset) const override {
    const Vec3f color = FindColor(GetModel(), offset);
    return {color[0], color[1], color[2], 1};
  }
};

class PictureFile final : public ModelSource<AssetPath> {
 public:
  PictureFile(ContainerDataSourceHandle model, size_t face) : ModelSource(std::move(model)), face_(face) {}
  AssetPath GetTypedValue(double offset) const override {
    return scene::GetValueAs<AssetPath>(Find(), offset).value_or(AssetPath());
  }

 private:
  DataSourceHandle Find() const { return FindModelData(GetModel(), GetStandinNames().textures[face_]); }
  std::vector<scene::SampledDataSourceHandle> GetSources() const override {
    return {scene::SampledDataSource::Cast(Find())};
  }
  size_t face_;
};

// -- points -----------------------------------------------------------------------------------------------

struct Box {
  Vec3d min, max;
  Vec3f At(double x, double y, double z) const {
    const Vec3d part{x, y, z};
    Vec3f point;
    for (size_t i = 0; i < 3; ++i) point[i] = static_cast<float>(min[i] * (1 - part[i]) + max[i] * part[i]);
    return point;
  }
};

// Points in the box that the model's extent is; of no size where there is none.
class PointsInBox : public ModelSource<Array<Vec3f>> {
 protected:
  using ModelSource::ModelSource;
  Box FindBox(double offset) const {
    return {scene::GetValueAs<Vec3d>(Find(GetNames().min), offset).value_or(Vec3d{0, 0, 0}),
            scene::GetValueAs<Vec3d>(Find(GetNames().max), offset).value_or(Vec3d{0, 0, 0})};
  }
  std::vector<scene::SampledDataSourceHandle> GetSources() const final {
    return {scene::SampledDataSource::Cast(Find(GetNames().min)),
            scene::SampledDataSource::Cast(Find(GetNames().max))};
  }

 private:
  DataSourceHandle Find(Token corner) const {
    return ContainerDataSource::Get(GetModel(), DataSourceLocator{GetNames().extent, corner});
  }
};

// The corners, of which those that differ in z alone stand beside each other.
class BoundsPoints final : public PointsInBox {
 public:
  explicit BoundsPoints(ContainerDataSourceHandle model) : PointsInBox(std::move(model)) {}
  Array<Vec3f> GetTypedValue(double offset) const override {
    const Box box = FindBox(offset);
    Array<Vec3f> points;
    for (int corner = 0; corner < 8; ++corner)
      points.PushBack(box.At(corner >> 2 & 1, corner >> 1 & 1, corner & 1));
    return points;
  }
};

// How pictures lie on a face that is seen from outside: the ways in which its coordinates grow. `u`, `v` and
// the way out are right-handed.
struct FaceAxes {
  Vec3d u, v;
};
FaceAxes GetFaceAxes(size_t face) {
  static constexpr std::array<FaceAxes, kBoxFaces> kAxes = {{
      {{0, 1, 0}, {0, 0, 1}},
      {{-1, 0, 0}, {0, 0, 1}},
      {{1, 0, 0}, {0, 1, 0}},
      {{0, -1, 0}, {0, 0, 1}},
      {{1, 0, 0}, {0, 0, 1}},
      {{-1, 0, 0}, {0, 1, 0}},
  }};
  return kAxes[face];
}

// The corners of a face in the order of its points.
constexpr std::array<std::array<int, 2>, 4> kCorners = {{{1, 1}, {0, 1}, {0, 0}, {1, 0}}};

class CardPoints final : public PointsInBox {
 public:
  CardPoints(StandinForm form, ContainerDataSourceHandle model)
      : PointsInBox(std::move(model)), form_(std::move(form)) {}
  Array<Vec3f> GetTypedValue(double offset) const override {
    const Box box = FindBox(offset);
    const bool is_box = scene::GetValueAs<Token>(FindModelData(
                            GetModel(), GeomModelSchema::kCardGeometry.GetToken())) == GetStandinNames().box;
    Array<Vec3f> points;
    for (const size_t face : kDrawOrder) {
      const CardFace& card = form_.faces[face];
      if (!card.is_drawn) continue;
      for (const auto& [u, v] : kCorners)
        points.PushBack(card.from_screen ? FromScreen(*card.from_screen, u, v)
                                         : OnFace(box, is_box, face, u, v));
    }
    return points;
  }

 private:
  // Cards cross in the middle of the box, or stand at its faces.
  static Vec3f OnFace(const Box& box, bool is_box, size_t face, int u, int v) {
    const FaceAxes axes = GetFaceAxes(face);
    Vec3d part{};
    for (size_t i = 0; i < 3; ++i) part[i] = 0.5 + (u - 0.5) * axes.u[i] + (v - 0.5) * axes.v[i];
    if (is_box) part[face % 3] = face < 3 ? 1 : 0;
    return box.At(part[0], part[1], part[2]);
  }
  // Pictures count their rows from above.
  static Vec3f FromScreen(const Matrix4d& from_screen, int u, int v) {
    const Vec3d point = TransformPoint({u * 2.0 - 1, 1 - v * 2.0, 0}, from_screen);
    return {static_cast<float>(point[0]), static_cast<float>(point[1]), static_cast<float>(point[2])};
  }
  StandinForm form_;
};

Array<Vec2f> MakeCoordinates(const StandinForm& form) {
  Array<Vec2f> all;
  for (const size_t face : kDrawOrder) {
    const CardFace& card = form.faces[face];
    if (!card.is_drawn) continue;
    // A picture of the opposite face is mirrored; those from below lie so that they are turned about X.
    const bool is_from_below = face == 5, is_along_z = face % 3 == 2;
    bool flips_u = !is_along_z && !card.has_picture, flips_v = is_along_z && !card.has_picture;
    if (is_from_below) {
      flips_u = true;
      flips_v = card.has_picture;
    }
    if (card.from_screen) flips_u = flips_v = false;
    for (const auto& [u, v] : kCorners)
      all.PushBack({static_cast<float>(flips_u ? 1 - u : u), static_cast<float>(flips_v ? 1 - v : v)});
  }
  return all;
}

// -- what the prims are made of -----------------------------------------------------------------------------

DataSourceHandle MakePrimvar(DataSourceHandle value, Token interpolation, Token role = Token()) {
  const Names& names = GetNames();
  Entries entries = {{names.primvarValue, std::move(value)},
                     {names.interpolation, scene::Retain(interpolation)}};
  if (!role.IsEmpty()) entries.emplace_back(names.role, scene::Retain(role));
  return RetainedContainerDataSource::New(std::move(entries));
}

Entries MakeCommonPrimvars(const ContainerDataSourceHandle& model) {
  const Names& names = GetNames();
  static const DataSourceHandle one = MakePrimvar(scene::Retain(Array<float>{1}), names.constant);
  return {{names.widths, one},
          {GetStandinNames().displayColor,
           MakePrimvar(scene::Make<const DisplayColor>(model), names.constant, names.color)},
          {GetStandinNames().displayOpacity, one}};
}

DataSourceHandle MakePointsPrimvar(DataSourceHandle points) {
  return MakePrimvar(std::move(points), GetNames().vertex, GetNames().point);
}

DataSourceHandle MakeCurves(Array<int32_t> indices) {
  const StandinNames& words = GetStandinNames();
  using Topology = scene::BasisCurvesTopologySchema;
  const auto count = static_cast<int32_t>(indices.GetSize());
  return SchemaBuilder()
      .Set(scene::BasisCurvesSchema::kTopology, SchemaBuilder()
                                                    .SetValue(Topology::kCurveVertexCounts, {count})
                                                    .SetValue(Topology::kCurveIndices, std::move(indices))
                                                    .SetValue(Topology::kBasis, words.bezier)
                                                    .SetValue(Topology::kType, words.linear)
                                                    .SetValue(Topology::kWrap, words.segmented)
                                                    .Build())
      .Build();
}

// The edges of the corners of BoundsPoints: those below, those above, those between.
DataSourceHandle GetBoundsCurves() {
  static const DataSourceHandle curves =
      MakeCurves({0, 4, 4, 6, 6, 2, 2, 0, 1, 5, 5, 7, 7, 3, 3, 1, 0, 1, 4, 5, 6, 7, 2, 3});
  return curves;
}
DataSourceHandle GetOriginCurves() {
  static const DataSourceHandle curves = MakeCurves({0, 1, 0, 2, 0, 3});
  return curves;
}

DataSourceHandle MakeCardsMesh(const StandinForm& form) {
  using Topology = scene::MeshTopologySchema;
  Array<int32_t> counts, indices;
  for (const CardFace& face : form.faces)
    if (face.is_drawn)
      for (counts.PushBack(4); indices.GetSize() < 4 * counts.GetSize();)
        indices.PushBack(static_cast<int32_t>(indices.GetSize()));
  return SchemaBuilder()
      .Set(scene::MeshSchema::kTopology, SchemaBuilder()
                                             .SetValue(Topology::kFaceVertexCounts, std::move(counts))
                                             .SetValue(Topology::kFaceVertexIndices, std::move(indices))
                                             .SetValue(Topology::kOrientation, GetStandinNames().rightHanded)
                                             .Build())
      .SetValue(scene::MeshSchema::kDoubleSided, false)
      .Build();
}

// A prim that stands where the model does: with its transform and the like, which are looked up when they are
// asked for, and data of its own.
class GeometryStandin final : public ContainerDataSource {
 public:
  GeometryStandin(ContainerDataSourceHandle model, Entries own)
      : model_(std::move(model)), own_(RetainedContainerDataSource::New(std::move(own))) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> all = own_->GetNames();
    const std::vector<Token> given = model_->GetNames();
    for (const Token name : given)
      if (IsTaken(name) && std::ranges::find(all, name) == all.end()) all.push_back(name);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle found = own_->Get(name);
    return !found && IsTaken(name) ? model_->Get(name) : found;
  }
  static bool IsTaken(Token name) {
    const Names& names = bridge::GetNames();
    return name == names.xform || name == names.purpose || name == names.visibility || name == names.extent ||
           name == GetStandinNames().instancedBy;
  }

 private:
  ContainerDataSourceHandle model_, own_;
};

// Faces turned away are not drawn.
RetainedContainerDataSource::Entry GetCulling() {
  const StandinNames& words = GetStandinNames();
  static const DataSourceHandle style =
      RetainedContainerDataSource::New({{words.cullStyle, scene::Retain(words.back)}});
  return {words.displayStyle, style};
}

ContainerDataSourceHandle MakeCurvesStandin(Token mode, const ContainerDataSourceHandle& model) {
  const Names& names = GetNames();
  static const DataSourceHandle axes =
      scene::Retain(Array<Vec3f>{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
  const bool is_origin = mode == GetStandinNames().origin;
  Entries primvars = MakeCommonPrimvars(model);
  primvars.emplace_back(
      names.points,
      MakePointsPrimvar(is_origin ? axes : DataSourceHandle(scene::Make<const BoundsPoints>(model))));
  return scene::Make<const GeometryStandin>(
      model, Entries{{names.basisCurves, is_origin ? GetOriginCurves() : GetBoundsCurves()},
                     {names.primvars, RetainedContainerDataSource::New(std::move(primvars))},
                     GetCulling()});
}

DataSourceHandle MakeExtentOfScreens(const Array<Vec3f>& points) {
  if (points.IsEmpty()) return nullptr;
  Vec3d min{points[0][0], points[0][1], points[0][2]}, max = min;
  for (const Vec3f& point : points)
    for (size_t i = 0; i < 3; ++i) {
      min[i] = std::min<double>(min[i], point[i]);
      max[i] = std::max<double>(max[i], point[i]);
    }
  return SchemaBuilder()
      .SetValue(scene::ExtentSchema::kMin, min)
      .SetValue(scene::ExtentSchema::kMax, max)
      .Build();
}

ContainerDataSourceHandle MakeCardsStandin(const StandinForm& form, const ContainerDataSourceHandle& model) {
  const Names& names = GetNames();
  const StandinNames& words = GetStandinNames();
  const auto points = scene::Make<const CardPoints>(form, model);
  Entries primvars = MakeCommonPrimvars(model);
  primvars.emplace_back(names.points, MakePointsPrimvar(points));
  primvars.emplace_back(words.uv, MakePrimvar(scene::Retain(MakeCoordinates(form)), names.vertex));
  primvars.emplace_back(words.displayRoughness, MakePrimvar(scene::Retain(Array<float>{1}), names.constant));
  Entries own = {{names.mesh, MakeCardsMesh(form)},
                 {names.primvars, RetainedContainerDataSource::New(std::move(primvars))},
                 GetCulling()};
  if (form.IsFromTexture()) own.emplace_back(names.extent, MakeExtentOfScreens(points->GetTypedValue(0)));
  return scene::Make<const GeometryStandin>(model, std::move(own));
}

// -- materials of cards
// ---------------------------------------------------------------------------------------

DataSourceHandle MakeParameter(DataSourceHandle value) {
  return SchemaBuilder().Set(scene::MaterialParameterSchema::kValue, std::move(value)).Build();
}
DataSourceHandle MakeConnection(Token node, Token output) {
  using Connection = scene::MaterialConnectionSchema;
  return SchemaBuilder()
      .SetValue(Connection::kUpstreamNodePath, node)
      .SetValue(Connection::kUpstreamNodeOutputName, output)
      .Build();
}
DataSourceHandle MakeConnections(Token node, Token output) {
  return scene::RetainedVectorDataSource::New({MakeConnection(node, output)});
}
DataSourceHandle MakeNode(Token identifier, Entries parameters, Entries connections) {
  using Node = scene::MaterialNodeSchema;
  return SchemaBuilder()
      .SetValue(Node::kNodeIdentifier, identifier)
      .Set(Node::kParameters, RetainedContainerDataSource::New(std::move(parameters)))
      .Set(Node::kInputConnections, RetainedContainerDataSource::New(std::move(connections)))
      .Build();
}

ContainerDataSourceHandle MakeCardMaterial(size_t face, const ContainerDataSourceHandle& model) {
  const StandinNames& words = GetStandinNames();
  static const DataSourceHandle clamp = MakeParameter(scene::Retain(words.clamp));
  // What a tenth of the light passes is cut out: cards have soft edges, and no more.
  static const DataSourceHandle threshold = MakeParameter(scene::Retain(0.1f));
  static const DataSourceHandle coordinates =
      MakeNode(words.reader, {{words.varname, MakeParameter(scene::Retain(words.uv))}}, {});
  static const DataSourceHandle surface =
      MakeNode(words.preview_surface, {{words.opacityThreshold, threshold}},
               {{words.diffuseColor, MakeConnections(words.card_texture, words.rgb)},
                {words.opacity, MakeConnections(words.card_texture, words.a)}});
  const DataSourceHandle texture =
      MakeNode(words.texture,
               {{words.wrapS, clamp},
                {words.wrapT, clamp},
                {words.fallback, MakeParameter(scene::Make<const FallbackColor>(model))},
                {words.file, MakeParameter(scene::Make<const PictureFile>(model, face))}},
               {{words.st, MakeConnections(words.card_coordinates, words.result)}});
  using Network = scene::MaterialNetworkSchema;
  const DataSourceHandle network =
      SchemaBuilder()
          .Set(Network::kNodes, RetainedContainerDataSource::New({{words.card_surface, surface},
                                                                  {words.card_texture, texture},
                                                                  {words.card_coordinates, coordinates}}))
          .Set(Network::kTerminals, RetainedContainerDataSource::New(
                                        {{words.surface, MakeConnection(words.card_surface, words.surface)}}))
          .Build();
  return RetainedContainerDataSource::New(
      {{GetNames().material, RetainedContainerDataSource::New({{Token(), network}})}});
}

bool HasPictures(const StandinForm& form) {
  return std::ranges::any_of(form.faces, &CardFace::has_picture);
}

ContainerDataSourceHandle MakeSubset(const StandinForm& form, size_t face, Path model) {
  const Names& names = GetNames();
  const StandinNames& words = GetStandinNames();
  int32_t number = 0;
  for (const size_t drawn : kDrawOrder) {
    if (drawn == face) break;
    number += form.faces[drawn].is_drawn;
  }
  const size_t material = form.faces[face].has_picture ? face : GetOpposite(face);
  using Subset = scene::GeomSubsetSchema;
  // Bound as it is drawn, whatever the prims above are bound to.
  return RetainedContainerDataSource::New(
      {{names.geomSubset, SchemaBuilder()
                              .SetValue(Subset::kType, words.type_face_set)
                              .SetValue(Subset::kIndices, {number})
                              .Build()},
       {names.visibility, RetainedContainerDataSource::New({{names.visibility, scene::RetainBool(true)}})},
       {names.materialBindings,
        RetainedContainerDataSource::New(
            {{Token(), RetainedContainerDataSource::New(
                           {{names.path, scene::Retain(model.AppendChild(words.materials[material]))}})}})}});
}

DataSourceLocator InNode(Token node, Token parameter) {
  static const Token kNodes("nodes"), kParameters("parameters");
  return {GetNames().material, Token(), kNodes, node, kParameters, parameter};
}

}  // namespace

bool StandinForm::IsFromTexture() const {
  return std::ranges::any_of(faces, [](const CardFace& card) { return card.from_screen.has_value(); });
}

StandinForm FindStandinForm(Token mode, const ContainerDataSourceHandle& model, Token up_axis,
                            const PictureMatrixReader& read_matrix) {
  const StandinNames& words = GetStandinNames();
  StandinForm form{mode, {}};
  if (mode != words.cards) return form;
  const GeomModelSchema schema = GeomModelSchema::GetFromParent(model);
  const bool is_from_texture = schema.GetCardGeometry() == words.from_texture;
  for (size_t face = 0; face < kBoxFaces; ++face) {
    const auto picture = scene::GetValueAs<AssetPath>(FindModelData(model, words.textures[face]));
    if (!picture || picture->authored.empty()) continue;
    CardFace& card = form.faces[face];
    if (is_from_texture) {
      // A picture that does not say where it was seen from is not drawn.
      const auto to_screen = read_matrix ? read_matrix(*picture) : std::nullopt;
      card.from_screen = to_screen ? GetInverse(*to_screen) : std::nullopt;
      card.is_drawn = card.has_picture = card.from_screen.has_value();
    } else {
      card.is_drawn = card.has_picture = form.faces[GetOpposite(face)].is_drawn = true;
    }
  }
  if (is_from_texture) return form;
  // Without any picture all faces are drawn in the model's colour.
  if (!HasPictures(form))
    for (CardFace& card : form.faces) card.is_drawn = true;
  if (scene::GetValueAs<Token>(schema.GetCardVisibility()) == words.simple)
    for (size_t face = 0; face < kBoxFaces; ++face)
      if (up_axis.GetText() == kFaceNames[face].substr(0, 1)) form.faces[face].is_drawn = false;
  return form;
}

std::vector<std::pair<Path, Token>> ListStandinPrims(const StandinForm& form) {
  const Names& names = GetNames();
  const StandinNames& words = GetStandinNames();
  if (form.mode == words.origin || form.mode == words.bounds)
    return {{Path((form.mode == words.origin ? words.origin_curves : words.bounds_curves).GetText()),
             names.basisCurves}};
  const Path mesh(words.mesh.GetText());
  std::vector<std::pair<Path, Token>> prims = {{mesh, names.mesh}};
  for (size_t face = 0; face < kBoxFaces; ++face)
    if (form.faces[face].has_picture)
      prims.emplace_back(Path(words.materials[face].GetText()), names.material);
  if (HasPictures(form))
    for (size_t face = 0; face < kBoxFaces; ++face)
      if (form.faces[face].is_drawn)
        prims.emplace_back(mesh.AppendChild(words.subsets[face]), names.geomSubset);
  return prims;
}

scene::ScenePrim MakeStandin(const StandinForm& form, Path path, const ContainerDataSourceHandle& model,
                             Path relative) {
  const Names& names = GetNames();
  const StandinNames& words = GetStandinNames();
  Token type;
  for (const auto& [prim, its_type] : ListStandinPrims(form))
    if (prim == relative) type = its_type;
  if (type.IsEmpty() || !model) return {};
  if (type == names.basisCurves) return {type, MakeCurvesStandin(form.mode, model)};
  if (type == names.mesh) return {type, MakeCardsStandin(form, model)};
  const auto find = [&](const std::array<Token, kBoxFaces>& all) {
    return static_cast<size_t>(std::ranges::find(all, relative.GetNameToken()) - all.begin());
  };
  if (type == names.material) return {type, MakeCardMaterial(find(words.materials), model)};
  return {type, MakeSubset(form, find(words.subsets), path)};
}

std::vector<std::pair<Path, DataSourceLocatorSet>> TranslateForStandin(const StandinForm& form,
                                                                       const DataSourceLocatorSet& locators) {
  const Names& names = GetNames();
  const StandinNames& words = GetStandinNames();
  const DataSourceLocator color{names.geomModel, GeomModelSchema::kDrawModeColor.GetToken()},
      geometry{names.geomModel, GeomModelSchema::kCardGeometry.GetToken()};
  std::vector<std::pair<Path, DataSourceLocatorSet>> dirty;
  const auto prims = ListStandinPrims(form);
  DataSourceLocatorSet shape;
  for (const DataSourceLocator& locator : locators)
    if (locator.IsEmpty() || GeometryStandin::IsTaken(locator.GetFirstElement())) shape.Insert(locator);
  const bool is_in_box = form.mode != words.origin && !form.IsFromTexture();
  if (is_in_box &&
      (locators.Intersects(names.extent) || (form.mode == words.cards && locators.Intersects(geometry))))
    shape.Insert(DataSourceLocator{names.primvars, names.points, names.primvarValue});
  const bool is_colored = locators.Intersects(color);
  if (is_colored) shape.Insert(DataSourceLocator{names.primvars, words.displayColor, names.primvarValue});
  if (!shape.IsEmpty()) dirty.emplace_back(prims.front().first, std::move(shape));
  for (size_t face = 0; face < kBoxFaces; ++face) {
    if (!form.faces[face].has_picture) continue;
    DataSourceLocatorSet material;
    if (is_colored) material.Insert(InNode(words.card_texture, words.fallback).Append(names.value));
    if (locators.Intersects(DataSourceLocator{names.geomModel, words.textures[face]}))
      material.Insert(InNode(words.card_texture, words.file).Append(names.value));
    if (!material.IsEmpty()) dirty.emplace_back(Path(words.materials[face].GetText()), std::move(material));
  }
  return dirty;
}

}  // namespace strata::bridge

#include "strata/compute/geospatial.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/compute/geo_place.h"
#include "strata/compute/module_computation.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"
#include "strata/stage/computed_values.h"

namespace strata::compute {

namespace {

using stage::ComputedTransform;

const std::vector<Token>& GetReferenceSchemas() {
  static const std::vector<Token> schemas = {Token("OmniWGS84ReferencePositionAPI"),
                                             Token("OmniGeospatialWGS84ReferencePositionAPI"),
                                             Token("OmniGeospatialWGS84TargetFrameAPI")};
  return schemas;
}
const std::vector<Token>& GetPlaceSchemas() {
  static const std::vector<Token> schemas = {Token("OmniWGS84LocalPositionAPI"),
                                             Token("OmniGeospatialWGS84LocalPositionAPI"),
                                             Token("OmniGeospatialWGS84PositionAPI")};
  return schemas;
}
const std::vector<Token>& GetAnchorSchemas() {
  static const std::vector<Token> schemas = {Token("CesiumGlobeAnchorAPI"),
                                             Token("CesiumGlobeAnchorSchemaAPI")};
  return schemas;
}

constexpr double kMetersPerUnit = 0.01;  // of stages that say none
const Token& GetUpAxis() {               // of stages that say none
  static const Token axis("Y");
  return axis;
}

SourceLocation At(const Arguments& arguments) {
  return {{}, arguments.GetPrim().GetPath().GetString(), 0, 0, 0};
}

Matrix3d GetLinear(const Matrix4d& m) {
  Matrix3d linear;
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) linear[i][j] = m[i][j];
  return linear;
}
Matrix4d FromLinear(const Matrix3d& linear) {
  Matrix4d m = Matrix4d::Identity();
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) m[i][j] = linear[i][j];
  return m;
}

// From axes whose third points up to those of a stage; a turn, never a mirror.
Matrix3d MakeUpAxis(Token axis) {
  if (axis != "Y") return Matrix3d::Identity();
  Matrix3d m;
  m[0][0] = m[2][1] = 1;
  m[1][2] = -1;
  return m;
}

std::optional<TangentPlane> ParsePlane(Token name) {
  if (name.IsEmpty() || name == "ENU") return TangentPlane::kEnu;
  if (name == "NED") return TangentPlane::kNed;
  if (name == "ECEF") return TangentPlane::kEcef;
  return std::nullopt;
}

// East, north, up as north, east, down.
Matrix3d MakeNed() {
  Matrix3d m;
  m[0][1] = m[1][0] = 1;
  m[2][2] = -1;
  return m;
}

Result<Datum> MakeFrame(const Arguments& arguments, const Geodetic& origin, Token plane_name,
                        const Vec3d& orientation, bool orients, double meters_per_unit, Token up_axis) {
  const auto refuse = [&](std::string why, std::string remedy) {
    return Diagnostic(kGeoFrameUnusable, std::move(why), At(arguments), std::move(remedy));
  };
  if (!IsUsable(origin))
    return refuse(fmt::format("The reference position ({}, {}, {}) is no place.", origin.latitude,
                              origin.longitude, origin.height),
                  "Write latitude, longitude and height, in this order, the latitude within 90 degrees.");
  const std::optional<TangentPlane> plane = ParsePlane(plane_name);
  if (!plane)
    return refuse(fmt::format("\"{}\" is no tangent plane.", plane_name.GetText()),
                  "Write ENU, NED or ECEF.");
  if (!std::isfinite(meters_per_unit) || meters_per_unit <= 0)
    return refuse(fmt::format("Units of {} metres cannot be.", meters_per_unit),
                  "Author a positive metersPerUnit.");
  if (!std::isfinite(orientation[0] + orientation[1] + orientation[2]))
    return refuse("The orientation is not finite.", "Write three angles in degrees.");
  GeoFrame frame;
  frame.tangent = TangentFrame(origin);
  frame.plane = *plane;
  Matrix3d turn = Matrix3d::Identity();
  for (int axis = 0; axis < 3; ++axis)
    if (orientation[static_cast<size_t>(axis)] != 0)
      turn = turn * GetLinear(MakeRotation(axis, orientation[static_cast<size_t>(axis)]));
  frame.to_prim = GetTranspose(turn) * MakeUpAxis(up_axis);
  if (*plane == TangentPlane::kNed) frame.to_prim = MakeNed() * frame.to_prim;
  frame.units_per_meter = 1 / meters_per_unit;
  frame.orients = orients;
  return Datum::Of(frame);
}

Result<Datum> ComputeOmniOrigin(const Arguments& arguments) {
  const Vec3d position = arguments.GetOr(0, Vec3d());
  return MakeFrame(arguments, {position[0], position[1], position[2]}, arguments.GetOr(1, Token()),
                   arguments.GetOr(2, Vec3d()), arguments.GetOr(3, false), arguments.GetOr(4, kMetersPerUnit),
                   arguments.GetOr(5, GetUpAxis()));
}

Result<Datum> ComputeCesiumOrigin(const Arguments& arguments) {
  return MakeFrame(arguments, {arguments.GetOr(0, 0.0), arguments.GetOr(1, 0.0), arguments.GetOr(2, 0.0)},
                   Token("ENU"), {}, false, arguments.GetOr(3, kMetersPerUnit),
                   arguments.GetOr(4, GetUpAxis()));
}

Result<Datum> ComputeFrame(const Arguments& arguments) {
  const auto* origin = arguments.GetIf<GeoFrame>(0);
  if (!origin) return Datum();
  GeoFrame frame = *origin;
  frame.world = arguments.GetOr(1, Matrix4d::Identity());
  return Datum::Of(frame);
}

Result<Datum> ComputeOmniPlace(const Arguments& arguments) {
  const auto* samples = arguments.GetIf<Samples>(1);
  if (!samples) return Datum();
  const auto* lower = samples->lower.GetIf<Vec3d>();
  const auto* upper = samples->upper.GetIf<Vec3d>();
  if (!lower || !upper) return Datum();
  const Track track{
      {(*lower)[0], (*lower)[1], (*lower)[2]}, {(*upper)[0], (*upper)[1], (*upper)[2]}, samples->fraction};
  return PlaceIn(arguments, arguments.GetIf<GeoFrame>(2), arguments.GetIf<GeoFrame>(3), track,
                 arguments.GetOr(4, false));
}

Result<Datum> ComputeCesiumPlace(const Arguments& arguments) {
  Track track;
  double* from[3] = {&track.from.latitude, &track.from.longitude, &track.from.height};
  double* to[3] = {&track.to.latitude, &track.to.longitude, &track.to.height};
  for (size_t i = 0; i < 3; ++i) {
    const auto* samples = arguments.GetIf<Samples>(1 + i);
    if (!samples) continue;
    *from[i] = samples->lower.GetOr(0.0);
    *to[i] = samples->upper.GetOr(0.0);
    if (samples->fraction != 0) track.fraction = samples->fraction;
  }
  const GeoFrame* frame = arguments.GetIf<GeoFrame>(4);
  return PlaceIn(arguments, nullptr, frame ? frame : arguments.GetIf<GeoFrame>(5), track, false);
}

// What a prim says of the frame that it is, and the stage of its units.
struct Said {
  Path prim;
  Vec3d position, orientation;
  Token plane;
  double meters_per_unit;
  Token up_axis;
  friend bool operator==(const Said&, const Said&) = default;
};

Result<Datum> ComputeSaid(const Arguments& arguments) {
  return Datum::Of(Said{arguments.GetPrim().GetPath(), arguments.GetOr(0, Vec3d()),
                        arguments.GetOr(1, Vec3d()), arguments.GetOr(2, Token()),
                        arguments.GetOr(3, kMetersPerUnit), arguments.GetOr(4, GetUpAxis())});
}

}  // namespace

Result<Datum> PlaceIn(const Arguments& arguments, const GeoFrame* own, const GeoFrame* frame,
                      const Track& track, bool orients) {
  const Datum& previous = arguments.Get(0);
  const bool is_from_usable = IsUsable(track.from);
  if (!is_from_usable || (track.fraction != 0 && !IsUsable(track.to))) {
    const Geodetic& place = is_from_usable ? track.to : track.from;
    return Diagnostic(kGeoPlaceUnusable,
                      fmt::format("({}, {}, {}) is no place; the prim stays where its transform puts it.",
                                  place.latitude, place.longitude, place.height),
                      At(arguments),
                      std::abs(place.latitude) > 90 && std::abs(place.longitude) <= 90
                          ? "Write the latitude first, then the longitude."
                          : "Write latitude, longitude and height, the latitude within 90 degrees.");
  }
  if (!own && !frame)
    return Diagnostic(kGeoUnrooted,
                      "No prim at or above has a reference position that can be used; the prim stays where "
                      "its transform puts it.",
                      At(arguments), "Apply OmniWGS84ReferencePositionAPI to a prim above.");
  const GeoFrame& chosen = own ? *own : *frame;
  Vec3d point = chosen.Place(track.from);
  if (track.fraction != 0) {
    const Vec3d other = chosen.Place(track.to);
    point = point * (1 - track.fraction) + other * track.fraction;
  }
  ComputedTransform placed;
  if (const auto* before = previous.GetIf<ComputedTransform>()) placed = *before;
  for (size_t i = 0; i < 3; ++i) placed.matrix[3][i] = 0;
  if (orients || chosen.orients) {
    const Geodetic place =
        track.fraction == 0
            ? track.from
            : FromEcef(ToEcef(track.from) * (1 - track.fraction) + ToEcef(track.to) * track.fraction);
    placed.matrix = MultiplyAffine(placed.matrix, chosen.Orient(place));
  }
  for (size_t i = 0; i < 3; ++i) placed.matrix[3][i] = point[i];
  // The prim of its own frame stands in its parent's space, any other in that of the frame's prim.
  placed.resets_stack = !own;
  if (!own) placed.matrix = MultiplyAffine(placed.matrix, chosen.world);
  return Datum::Of(std::move(placed));
}

bool IsGeoPlace(const stage::Prim& prim) {
  const schema::PrimDefinition* definition = prim.GetPrimDefinition();
  const auto has = [&](Token schema) { return definition->HasAPI(schema); };
  return definition &&
         (std::ranges::any_of(GetPlaceSchemas(), has) || std::ranges::any_of(GetAnchorSchemas(), has));
}

stage::Prim FindGeoReference(const stage::Prim& place) {
  for (stage::Prim at = place; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    const schema::PrimDefinition* definition = at.GetPrimDefinition();
    if (definition &&
        std::ranges::any_of(GetReferenceSchemas(), [&](Token schema) { return definition->HasAPI(schema); }))
      return at;
  }
  return {};
}

Token GetGeoReferenceOutput() {
  static const Token output("geo:reference");
  return output;
}

Token GetGeoReferenceOutputByOtherName() {
  static const Token output("geo:reference-position");
  return output;
}

const std::vector<GeoStageOutput>& GetGeoStageOutputs() {
  static const std::vector<GeoStageOutput> outputs = [] {
    std::vector<GeoStageOutput> all;
    for (const std::string_view container : {"targetFrameApi", "referencePositionApi"})
      for (const std::string_view name : {"stageUpAxis", "stageMetersPerUnit"})
        all.push_back({Token(fmt::format("geo:{}:{}", container, name)), Token(container), Token(name)});
    return all;
  }();
  return outputs;
}

Vec3d GeoFrame::Place(const Geodetic& place) const {
  const Vec3d point = plane == TangentPlane::kEcef ? ToEcef(place) : tangent.ToEastNorthUp(place);
  Vec3d out;
  for (size_t j = 0; j < 3; ++j)
    out[j] =
        (point[0] * to_prim[0][j] + point[1] * to_prim[1][j] + point[2] * to_prim[2][j]) * units_per_meter;
  return out;
}

Matrix4d GeoFrame::Orient(const Geodetic& place) const {
  const Matrix3d turn = plane == TangentPlane::kEcef ? MakeTangentBasis(place.latitude, place.longitude)
                                                     : tangent.MakeRotationTo(place);
  return FromLinear(GetTranspose(to_prim) * turn * to_prim);
}

Matrix4d GeoFrame::Rebase(const Geodetic& place) const {
  const Matrix3d turn = GetTranspose(GetLinear(Orient(place)));
  return MultiplyAffine(MakeTranslation(Place(place) * -1.0), FromLinear(turn));
}

Computation MakeGeoComputation(Token output, std::string_view name, std::vector<Token> schemas,
                               std::vector<Input> inputs, Function function) {
  return MakeModuleComputation("geospatial", output, name, std::move(schemas), std::move(inputs),
                               std::move(function));
}

Result<void> AddGeospatial(Registry& registry) {
  const layer::FieldNames& fields = layer::GetFieldNames();
  const Token origin("geo:origin"), frame("geo:frame"), xform = GetOutputs().xform;
  const std::vector<Token> cesium_references = {Token("CesiumGeoreference"), Token("CesiumGeoreferencePrim")};

  Computation omni =
      MakeGeoComputation(origin, "geo:omni-origin", GetReferenceSchemas(),
                         {in::Attribute(Token("omni:geospatial:wgs84:reference:referencePosition")),
                          in::Attribute(Token("omni:geospatial:wgs84:reference:tangentPlane")),
                          in::Attribute(Token("omni:geospatial:wgs84:reference:orientation")),
                          in::Attribute(Token("omni:geospatial:wgs84:reference:orientToLocalFrame")),
                          in::StageMetadata(fields.metersPerUnit), in::StageMetadata(fields.upAxis)},
                         ComputeOmniOrigin);
  STRATA_CHECK(AddCutOff(registry, std::move(omni)));
  Computation cesium =
      MakeGeoComputation(origin, "geo:cesium-origin", cesium_references,
                         {in::Attribute(Token("cesium:georeferenceOrigin:latitude")),
                          in::Attribute(Token("cesium:georeferenceOrigin:longitude")),
                          in::Attribute(Token("cesium:georeferenceOrigin:height")),
                          in::StageMetadata(fields.metersPerUnit), in::StageMetadata(fields.upAxis)},
                         ComputeCesiumOrigin);
  STRATA_CHECK(AddCutOff(registry, std::move(cesium)));

  std::vector<Token> all_references = GetReferenceSchemas();
  all_references.insert(all_references.end(), cesium_references.begin(), cesium_references.end());
  Computation full =
      MakeGeoComputation(frame, "geo:frame", std::move(all_references),
                         {in::Computation(origin), in::Computation(GetOutputs().world_xform)}, ComputeFrame);
  STRATA_CHECK(AddCutOff(registry, std::move(full)));

  const Token said("geo:said");
  Computation of_frame =
      MakeGeoComputation(said, said.GetText(), GetReferenceSchemas(),
                         {in::Attribute(Token("omni:geospatial:wgs84:reference:referencePosition")),
                          in::Attribute(Token("omni:geospatial:wgs84:reference:orientation")),
                          in::Attribute(Token("omni:geospatial:wgs84:reference:tangentPlane")),
                          in::StageMetadata(fields.metersPerUnit), in::StageMetadata(fields.upAxis)},
                         ComputeSaid);
  STRATA_CHECK(AddCutOff(registry, std::move(of_frame)));
  STRATA_CHECK(registry.Add(MakeGeoComputation(
      GetGeoReferenceOutput(), GetGeoReferenceOutput().GetText(), GetPlaceSchemas(),
      {in::Computation(said), in::NearestAncestor(said)}, [](const Arguments& arguments) -> Result<Datum> {
        return arguments.Get(arguments.Get(0).IsEmpty());
      })));
  STRATA_CHECK(registry.Add(
      MakeGeoComputation(GetGeoReferenceOutputByOtherName(), "geo:reference-position", GetPlaceSchemas(),
                         {in::Computation(GetGeoReferenceOutput())},
                         [](const Arguments& arguments) -> Result<Datum> { return arguments.Get(0); })));
  registry.Publish(GetGeoReferenceOutput(), Token("targetFrameApi"));
  registry.Publish(GetGeoReferenceOutputByOtherName(), Token("referencePositionApi"));

  for (const auto& [output, container, name] : GetGeoStageOutputs()) {
    const bool is_axis = name == "stageUpAxis";
    const Value otherwise = is_axis ? Value(GetUpAxis()) : Value(kMetersPerUnit);
    Computation of_stage =
        MakeGeoComputation(output, output.GetText(), GetReferenceSchemas(),
                           {in::StageMetadata(is_axis ? fields.upAxis : fields.metersPerUnit)},
                           [otherwise](const Arguments& arguments) -> Result<Datum> {
                             const Value& said = arguments.Get(0).GetValue();
                             return Datum(said.GetType() == otherwise.GetType() ? said : otherwise);
                           });
    STRATA_CHECK(AddCutOff(registry, std::move(of_stage)));
    registry.Publish(output, scene::DataSourceLocator{container, name});
  }

  Computation place =
      MakeGeoComputation(xform, "geo:place", GetPlaceSchemas(),
                         {in::Previous(), in::AttributeSamples(Token("omni:geospatial:wgs84:local:position")),
                          in::Computation(origin), in::NearestAncestor(frame),
                          in::Attribute(Token("omni:geospatial:wgs84:local:orientToLocalFrame"))},
                         ComputeOmniPlace);
  place.role = Computation::Role::kModifies;
  place.keeps_authored_as = Token("geospatialPreservedXform");
  place.after = {Token("units"), Token("geo:anchor")};
  place.batch = MakeBatch<ComputeOmniPlace>();
  STRATA_CHECK(registry.Add(std::move(place)));
  Computation anchor =
      MakeGeoComputation(xform, "geo:anchor", GetAnchorSchemas(),
                         {in::Previous(), in::AttributeSamples(Token("cesium:anchor:latitude")),
                          in::AttributeSamples(Token("cesium:anchor:longitude")),
                          in::AttributeSamples(Token("cesium:anchor:height")),
                          in::Targets(Token("cesium:anchor:georeferenceBinding"), frame),
                          in::OfPrim(Path("/CesiumGeoreference"), frame)},
                         ComputeCesiumPlace);
  anchor.role = Computation::Role::kModifies;
  anchor.keeps_authored_as = Token("geospatialPreservedXform");
  anchor.after = {Token("units")};
  anchor.batch = MakeBatch<ComputeCesiumPlace>();
  return registry.Add(std::move(anchor));
}

}  // namespace strata::compute

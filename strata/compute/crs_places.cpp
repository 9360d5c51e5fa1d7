// Prims that stand where a position of a coordinate reference system says.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/compute/crs.h"
#include "strata/compute/geo_place.h"
#include "strata/compute/system.h"
#include "strata/layer/fields.h"
#include "strata/stage/prim.h"
#include "strata/stage/relationship.h"

namespace strata::compute {

namespace {

const Token& GetSystemOutput() {
  static const Token output("crs:system");
  return output;
}
const Token& GetBoundOutput() {
  static const Token output("crs:bound");
  return output;
}

bool SaysRequired(const Value& custom_layer_data) {
  const auto* data = custom_layer_data.GetIf<Dictionary>();
  const Value* said = data ? data->Find("crsResolutionRequired") : nullptr;
  return said && said->GetOr(false);
}

SourceLocation At(const stage::Prim& prim) {
  return {{}, prim.GetPath().GetString(), 0, 0, 0};
}

Diagnostic TellUnresolved(const Crs& crs, const stage::Prim& prim) {
  return Diagnostic(crs.is_required ? kCrsRequired : kCrsUnresolved,
                    fmt::format("The position is in {}: {}; the prim stays where its transform puts it.",
                                crs.prim.IsEmpty() ? "no system" : "<" + crs.prim.GetString() + ">", crs.why),
                    At(prim), crs.remedy);
}

constexpr const char* kSaid[] = {"crs:wkt", "crs:epsg", "crs:epoch", "crs:gridFiles"};

// `read` gives the value of an attribute.
template <class Read>
CrsDefinition MakeDefinition(const Read& read) {
  CrsDefinition definition;
  definition.wkt = read(kSaid[0]).GetOr(Token()).GetString();
  definition.epsg = read(kSaid[1]).GetOr(0);
  definition.epoch = read(kSaid[2]).GetOr(0.0);
  const Value files = read(kSaid[3]);
  if (const auto* paths = files.template GetIf<Array<AssetPath>>())
    for (const AssetPath& file : *paths)
      definition.grid_files.push_back(file.resolved.empty() ? file.GetPath() : file.resolved);
  return definition;
}

Result<Datum> ComputeSystem(const Arguments& arguments, const CrsBackend* backend) {
  CrsDefinition definition = MakeDefinition([&](const char* name) {
    return arguments.Get(static_cast<size_t>(std::ranges::find(kSaid, name) - kSaid)).GetValue();
  });
  Crs crs = ResolveCrs(arguments.GetPrim().GetPath(), std::move(definition), backend);
  crs.is_required = SaysRequired(arguments.Get(4).GetValue());
  return Datum::Of(std::move(crs));
}

// What is said is shared by all who are bound to it.
Result<Datum> ComputeBound(const Arguments& arguments) {
  const std::vector<Path> targets =
      arguments.GetPrim().GetRelationship(GetCrsBindingName()).GetForwardedTargets();
  if (targets.size() == 1 && !arguments.Get(0).IsEmpty()) return arguments.Get(0);
  Crs unbound;
  unbound.is_required = SaysRequired(arguments.Get(2).GetValue());
  if (targets.size() > 1) {
    unbound.prim = targets.front();
    unbound.why = fmt::format("crs:binding of <{}> names {} prims", arguments.GetPrim().GetPath().GetString(),
                              targets.size());
    unbound.remedy = "Let crs:binding name one CoordinateReferenceSystem.";
    return Datum::Of(std::move(unbound));
  }
  if (!targets.empty()) {
    unbound.prim = targets.front();
    unbound.why = "that is no CoordinateReferenceSystem";
    unbound.remedy = "Let crs:binding name a CoordinateReferenceSystem.";
    return Datum::Of(std::move(unbound));
  }
  if (!arguments.Get(1).IsEmpty()) return arguments.Get(1);
  unbound.why = "no prim at or above has a crs:binding";
  unbound.remedy = "Let crs:binding name a CoordinateReferenceSystem.";
  return Datum::Of(std::move(unbound));
}

Result<Datum> ComputeCrsPlace(const Arguments& arguments) {
  const auto* samples = arguments.GetIf<Samples>(1);
  const Vec3d* lower = samples ? samples->lower.GetIf<Vec3d>() : nullptr;
  const Vec3d* upper = samples ? samples->upper.GetIf<Vec3d>() : nullptr;
  if (!lower || !upper) return Datum();
  const auto* crs = arguments.GetIf<Crs>(2);
  if (!crs) return Datum();
  if (!crs->converter) return TellUnresolved(*crs, arguments.GetPrim());
  Track track;
  track.fraction = samples->fraction;
  const auto convert = [&](const Vec3d& position, Geodetic& place) -> Result<void> {
    const Result<Geodetic> made = crs->converter->Convert(position);
    if (made && IsUsable(*made)) {
      place = *made;
      return {};
    }
    return Diagnostic(kGeoPlaceUnusable,
                      fmt::format("{} The prim stays where its transform puts it.",
                                  made ? fmt::format("({}, {}, {}) became ({}, {}, {}), which is no place.",
                                                     position[0], position[1], position[2], made->latitude,
                                                     made->longitude, made->height)
                                       : made.GetError().message),
                      At(arguments.GetPrim()),
                      fmt::format("Write crs:position as <{}> has positions: longitude, latitude, height; "
                                  "easting, northing, height; or X, Y, Z.",
                                  crs->prim.GetString()));
  };
  STRATA_CHECK(convert(*lower, track.from));
  track.to = track.from;
  if (track.fraction != 0) STRATA_CHECK(convert(*upper, track.to));
  return PlaceIn(arguments, arguments.GetIf<GeoFrame>(3), arguments.GetIf<GeoFrame>(4), track, false);
}

}  // namespace

Token GetCrsSchema() {
  static const Token name("CoordinateReferenceSystem");
  return name;
}
CrsDefinition ReadCrsDefinition(const stage::Prim& system) {
  return MakeDefinition([&](const char* name) { return system.GetAttribute(Token(name)).Get(); });
}
Token GetCrsBindingName() {
  static const Token name("crs:binding");
  return name;
}
Token GetCrsPositionName() {
  static const Token name("crs:position");
  return name;
}
const std::vector<Token>& GetCrsBindingSchemas() {
  static const std::vector<Token> schemas = {Token("GeospatialCRSBindingAPI"), Token("BindingAPI")};
  return schemas;
}

Result<void> AddCrsPlaces(Registry& registry, std::shared_ptr<const CrsBackend> backend) {
  const layer::FieldNames& fields = layer::GetFieldNames();
  Computation system = MakeGeoComputation(
      GetSystemOutput(), "crs:system", {GetCrsSchema()},
      {in::Attribute(Token(kSaid[0])), in::Attribute(Token(kSaid[1])), in::Attribute(Token(kSaid[2])),
       in::Attribute(Token(kSaid[3])), in::StageMetadata(fields.customLayerData)},
      [backend](const Arguments& arguments) { return ComputeSystem(arguments, backend.get()); });
  system.cutoff = Computation::Cutoff::kEarly;
  if (backend) system.executor = backend->GetExecutor();
  STRATA_CHECK(registry.Add(std::move(system)));

  Computation bound =
      MakeGeoComputation(GetBoundOutput(), "crs:bound", GetCrsBindingSchemas(),
                         {in::Targets(GetCrsBindingName(), GetSystemOutput()),
                          in::NearestAncestor(GetBoundOutput()), in::StageMetadata(fields.customLayerData)},
                         ComputeBound);
  bound.cutoff = Computation::Cutoff::kEarly;
  STRATA_CHECK(registry.Add(std::move(bound)));

  Computation place = MakeGeoComputation(
      GetOutputs().xform, "geo:crs-place", GetCrsBindingSchemas(),
      {in::Previous(), in::AttributeSamples(GetCrsPositionName()), in::Computation(GetBoundOutput()),
       in::Computation(Token("geo:origin")), in::NearestAncestor(Token("geo:frame"))},
      ComputeCrsPlace);
  place.role = Computation::Role::kModifies;
  place.keeps_authored_as = Token("geospatialPreservedXform");
  place.after = {Token("units"), Token("geo:anchor"), Token("geo:place")};
  place.batch = MakeBatch<ComputeCrsPlace>();
  // Prims that bind what is below them and have no position themselves, nor move with another system.
  place.cutoff = Computation::Cutoff::kEarly;
  if (backend) place.executor = backend->GetExecutor();
  return registry.Add(std::move(place));
}

bool IsCrsRequired(const stage::Stage& stage) {
  return SaysRequired(stage.GetMetadata(layer::GetFieldNames().customLayerData));
}

Diagnostics FindUnresolvedPlaces(const System& system) {
  Diagnostics found;
  const stage::Stage& stage = *system.GetStage();
  if (!IsCrsRequired(stage)) return found;
  for (const stage::Prim& prim : stage::PrimRange(
           stage.GetPseudoRoot(), stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse))) {
    const schema::PrimDefinition* definition = prim.GetPrimDefinition();
    if (!definition || std::ranges::none_of(GetCrsBindingSchemas(),
                                            [&](Token schema) { return definition->HasAPI(schema); }))
      continue;
    if (!prim.GetAttribute(GetCrsPositionName()).HasValue()) continue;
    const Datum answer = system.Compute(prim, GetBoundOutput(), stage::Time::Default());
    const auto* crs = answer.GetIf<Crs>();
    if (crs && !crs->converter) found.Add(TellUnresolved(*crs, prim));
  }
  return found;
}

}  // namespace strata::compute

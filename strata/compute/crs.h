// Coordinate reference systems: what the numbers of a position mean, and how they become places on the Earth.
//
// A position is always longitude, latitude, height; or easting, northing, height; or X, Y, Z, whatever order
// the authority that defines the system has. Those that are WGS 84 itself, or lead to it by a closed form,
// are known here; all others are for a backend of the host, such as PROJ.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/result.h"
#include "strata/compute/computation.h"
#include "strata/compute/geodesy.h"

namespace strata::compute {

inline constexpr DiagnosticCode kCrsUnresolved{"compute.crs-unresolved", Severity::kWarning,
                                               "What a position means cannot be found out."};
inline constexpr DiagnosticCode kCrsRequired{
    "compute.crs-required", Severity::kError,
    "What a position means cannot be found out, and the scene says that it must be."};

// As a prim says it.
struct CrsDefinition {
  std::string wkt;                      // counts, where it is there, whatever the code is
  int epsg = 0;                         // 0: none
  double epoch = 0;                     // of coordinates, a decimal year; 0: none
  std::vector<std::string> grid_files;  // where they were found, else as they are authored
  friend bool operator==(const CrsDefinition&, const CrsDefinition&) = default;
  bool IsEmpty() const { return wkt.empty() && epsg == 0; }
};

// Positions of one system. Called from many threads, but for those of a backend with an executor.
class CrsConverter {
 public:
  virtual ~CrsConverter() = default;
  // On WGS 84: latitude and longitude in degrees, metres above the ellipsoid. The error's message says what
  // is wrong with the position; its place is filled in by who asks.
  virtual Result<Geodetic> Convert(const Vec3d& position) const = 0;
};
using CrsConverterPtr = std::shared_ptr<const CrsConverter>;

// What a host gives to resolve systems that are not known here.
class CrsBackend {
 public:
  virtual ~CrsBackend() = default;
  // The error's message says why not.
  virtual Result<CrsConverterPtr> Resolve(const CrsDefinition& definition) const = 0;
  // Of backends that are called one at a time, converters too; null: from many threads.
  virtual std::shared_ptr<ExclusiveExecutor> GetExecutor() const { return nullptr; }
};

// The EPSG code that a definition in WKT 1 or WKT 2 gives for the system as a whole: the last AUTHORITY or ID
// of the outermost node. Nothing where it gives none, or is no WKT. Linear; nothing is parsed beyond 1 MiB.
std::optional<int> FindEpsgInWkt(std::string_view wkt);

// EPSG 4326, 4979 (geographic), 4978 (geocentric), 3857 (web Mercator), 32601 to 32660 and 32701 to 32760
// (UTM) on WGS 84; and 4258, 4937, 4936 of ETRS89, whose difference from WGS 84 EPSG's operation 1149 states
// as null: their numbers are taken as they are. (The ellipsoids differ by a tenth of a millimetre.) Null:
// another one.
CrsConverterPtr MakeKnownConverter(int epsg);

// A system as it is used.
struct Crs {
  Path prim;  // that says it; empty where none does
  CrsDefinition definition;
  CrsConverterPtr converter;  // null: unresolved
  std::string why, remedy;    // it is unresolved
  bool is_required = false;   // by the root layer's customLayerData
  // Converters of equal definitions convert alike.
  friend bool operator==(const Crs& a, const Crs& b) {
    return a.prim == b.prim && a.definition == b.definition && !a.converter == !b.converter &&
           a.why == b.why && a.is_required == b.is_required;
  }
};
// "crs:binding" and "crs:position", as the proposal has them.
Token GetCrsSchema();  // "CoordinateReferenceSystem"
CrsDefinition ReadCrsDefinition(const stage::Prim& system);
Token GetCrsBindingName();
Token GetCrsPositionName();
const std::vector<Token>& GetCrsBindingSchemas();

// By what is known here, then by the backend (null: none). Grid files, and an epoch where the datum moves
// against WGS 84, are for a backend even where the code is known.
Crs ResolveCrs(Path prim, CrsDefinition definition, const CrsBackend* backend);

// Adds "crs:system" of prims that say a system, "crs:bound" of those with a binding (theirs, else that of the
// nearest one above with such a schema), and "geo:crs-place", which modifies "xform" of those that have a
// position besides. `backend` may be null. The frames are those of AddGeospatial.
Result<void> AddCrsPlaces(Registry& registry, std::shared_ptr<const CrsBackend> backend = nullptr);

class System;
// Whether the root layer's customLayerData says `crsResolutionRequired = true`.
bool IsCrsRequired(const stage::Stage& stage);
// Where it does: an error for each prim whose position means nothing that can be found out, instance proxies
// among them. Looks at all prims; elsewhere at none. The system has AddCrsPlaces.
Diagnostics FindUnresolvedPlaces(const System& system);

}  // namespace strata::compute

#include "strata/compute/crs.h"

#include "tests/unit/compute/places.h"

// Positions of coordinate reference systems: what they convert to, who is bound to which, and what edits
// mean.
namespace strata::compute {

namespace {

std::shared_ptr<const Registry> GetAll(std::shared_ptr<const CrsBackend> backend = nullptr) {
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddGeospatial(*registry));
  REQUIRE(AddCrsPlaces(*registry, std::move(backend)));
  return registry;
}

std::string SystemPrim(std::string_view name, int epsg, std::string_view more = {}) {
  return fmt::format("def CoordinateReferenceSystem \"{}\" {{\n    uniform int crs:epsg = {}\n{}\n}}\n", name,
                     epsg, more);
}
// A prim with the schema and what is in it; `binding` without the brackets, empty for none.
std::string Bound(std::string_view name, std::string_view binding, std::string_view position,
                  std::string_view body = {}) {
  return fmt::format(
      "def Xform \"{}\" (\n    prepend apiSchemas = [\"GeospatialCRSBindingAPI\"]\n)\n{{\n{}{}{}\n}}\n", name,
      binding.empty() ? "" : fmt::format("    rel crs:binding = <{}>\n", binding),
      position.empty() ? "" : fmt::format("    double3 crs:position = {}\n", position), body);
}
constexpr std::string_view kRequired =
    "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    customLayerData = {\n        bool "
    "crsResolutionRequired = "
    "true\n    }\n)\n";

std::vector<std::string> Codes(const Diagnostics& diagnostics) {
  std::vector<std::string> codes;
  for (const Diagnostic& each : diagnostics.GetAll())
    codes.push_back(fmt::format("{} {}", each.code->name, each.location.path));
  return codes;
}

// A system of degrees east of Ferro's meridian; counts how often it is asked.
struct Ferro final : CrsBackend {
  struct Converter final : CrsConverter {
    Result<Geodetic> Convert(const Vec3d& position) const override {
      return Geodetic{position[1], position[0] - 17.66666666666667, position[2]};
    }
  };
  Result<CrsConverterPtr> Resolve(const CrsDefinition& definition) const override {
    ++asked;
    if (definition.epsg == 4805) return CrsConverterPtr(std::make_shared<Converter>());
    return Diagnostic(kCrsUnresolved, "the database has no such system", {}, {});
  }
  mutable std::atomic<int> asked = 0;
};

}  // namespace

TEST_CASE("known systems convert as PROJ does") {
  // Geocentric metres by pyproj 3.7.2 (PROJ 9.5.1), always_xy, to EPSG:4978.
  const struct {
    int epsg;
    Vec3d position, geocentric;
  } rows[] = {
      {32632, {565000, 5930000, 50}, {3743273.5788854877, 658711.0997752981, 5104864.787921059}},
      {32632,
       {565000.123456, 5930000.654321, 12.5},
       {3743251.078432966, 658707.2748542648, 5104835.025641139}},
      {32632, {500000, 0, 0}, {6299611.54961845, 997760.449548303, 0}},
      {32631, {166021.4431793304, 0, 7}, {6378144.0, 9.869321304933898e-05, 0}},
      {32756, {334000, 6252000, 5}, {-4646402.861432098, 2553799.244679093, -3533496.661132625}},
      {32601, {700000, 9300000, -20}, {-685094.4947567695, -236193.0036120319, 6315569.619732245}},
      {32633, {-1000000, 7000000, 0}, {3098265.197254997, -695439.4410402235, 5512976.998668543}},
      {3857, {1136550, 7083000, 50}, {3738637.1058992757, 673347.3365251973, 5106342.737008832}},
      {3857, {-20037508.342789244, -5000000, 1}, {-4826686.665365014, 0, -4155402.127019683}},
      {4978, {3742658.1, 674070.6, 5103320.5}, {3742658.1, 674070.6, 5103320.5}},
      {4936, {3742658.1, 674070.6, 5103320.5}, {3742658.1, 674070.6, 5103320.5}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.epsg);
    const auto made = MakeKnownConverter(row.epsg)->Convert(row.position);
    REQUIRE(made);
    // Two roundings of coordinates of the Earth's size.
    CHECK(Distance(ToEcef(*made), row.geocentric) < 3e-9);
  }
  for (const int epsg : {4326, 4979, 4258, 4937})
    CHECK(*MakeKnownConverter(epsg)->Convert({10, 53, 7}) == Geodetic{53, 10, 7});
  for (const int epsg : {0, 1, 4269, 25832, 32600, 32661, 32700, 32761, 4980})
    CHECK(!MakeKnownConverter(epsg));
}

TEST_CASE("positions that cannot be are refused, and none is exchanged") {
  const double infinite = std::numeric_limits<double>::infinity();
  for (const int epsg : {4326, 4978, 3857, 32632}) {
    CHECK_FALSE(MakeKnownConverter(epsg)->Convert({infinite, 0, 0}));
    CHECK_FALSE(MakeKnownConverter(epsg)->Convert({0, 0, std::nan("")}));
  }
  CHECK(MakeKnownConverter(4326)->Convert({50, 100, 0}).GetError().message.find("longitude first") !=
        std::string::npos);
  CHECK_FALSE(MakeKnownConverter(32632)->Convert({4'500'000, 0, 0}));
  CHECK_FALSE(MakeKnownConverter(32632)->Convert({500'000, 12'000'000, 0}));
  CHECK_FALSE(MakeKnownConverter(4978)->Convert({1.7e308, -1.7e308, 0}));
  // The poles and what is high above them are places, and so is what is deep inside of the Earth.
  CHECK(MakeKnownConverter(4978)->Convert({-0.98699905072616145, 0.13278204499317559, -0.9934}));
  CHECK(MakeKnownConverter(4978)->Convert({0, 0, 1e9}));
  CHECK(MakeKnownConverter(4978)->Convert({4e7, 1e6, -3e7}));
}

TEST_CASE("the code of a definition in WKT is that of its outermost node") {
  CHECK(FindEpsgInWkt(
            "GEOGCS[\"WGS 84\",DATUM[\"D\",AUTHORITY[\"EPSG\",\"6326\"]],AUTHORITY[\"EPSG\",\"4326\"]]") ==
        4326);
  CHECK(FindEpsgInWkt("PROJCRS [ \"a \"\"ID[\"\" b\" , BASEGEOGCRS[\"x\",ID[\"EPSG\",4326]],\n  Id ( "
                      "\"epsg\" , 32632 ) ] ") == 32632);
  CHECK(FindEpsgInWkt("GEODCRS[\"x\",ID[\"EPSG\",4978,URI[\"urn:ogc\"]]]") == 4978);
  for (const char* none :
       {"", "x", "PROJCRS", "PROJCRS[", "PROJCRS[\"x\",BASEGEOGCRS[\"y\",ID[\"EPSG\",4326]]]",
        "PROJCRS[\"x\",ID[\"ESRI\",102100]]", "PROJCRS[\"x\",ID[\"EPSG\",\"4326x\"]]",
        "PROJCRS[\"x\",ID[\"EPSG\",-4]]", "PROJCRS[\"x\",ID[\"EPSG\"]]", "PROJCRS[\"x,ID[\"EPSG\",4326]]",
        "PROJCRS[\"x\",ID[\"EPSG\",4326]] more", "PROJCRS[\"x\",ID[\"EPSG\",4326]",
        "VERTCRS[\"x\",ID[\"EPSG\",4326]]", "\"EPSG\"", "]", "PROJCRS]"})
    CHECK_FALSE(FindEpsgInWkt(none));
  // Neither depth nor length is driven by what is read.
  const std::string deep = "PROJCRS" + std::string(500'000, '[') + std::string(500'000, ']');
  CHECK_FALSE(FindEpsgInWkt(deep));
  CHECK_FALSE(FindEpsgInWkt("PROJCRS[\"" + std::string(2 << 20, 'x') + "\",ID[\"EPSG\",4326]]"));
}

TEST_CASE("the WKT counts where there is one; grids and moving datums are for a backend") {
  const auto resolves = [](std::string wkt, int epsg = 0, double epoch = 0,
                           std::vector<std::string> grids = {}) {
    CrsDefinition definition{std::move(wkt), epsg, epoch, std::move(grids)};
    const Crs crs = ResolveCrs(Path("/C"), std::move(definition), nullptr);
    CHECK(!crs.converter == !crs.why.empty());
    CHECK(crs.why.empty() == crs.remedy.empty());
    return bool(crs.converter);
  };
  const std::string wkt = "GEOGCRS[\"WGS 84\",ID[\"EPSG\",4979]]",
                    other = "GEOGCRS[\"NAD27\",ID[\"EPSG\",4267]]";
  CHECK(resolves(wkt));
  CHECK(resolves("", 4979));
  CHECK(resolves(wkt, 4267));
  CHECK_FALSE(resolves(other, 4979));
  CHECK_FALSE(resolves("GEOGCRS[\"WGS 84\"]", 4979));
  CHECK_FALSE(resolves(""));
  CHECK_FALSE(resolves("", 4979, 0, {"geoid.tif"}));
  CHECK(resolves("", 4979, 2020));
  CHECK_FALSE(resolves("", 4937, 2020));
}

TEST_CASE("a position stands in the nearest frame exactly as the same place of Omniverse does") {
  const Geodetic berlin{52.52, 13.405, 34};
  const Vec3d ecef = ToEcef(berlin);
  const std::string position = "(13.405, 52.52, 34)";
  Running running(
      Stage(kYUp, SystemPrim("Geo", 4979) + SystemPrim("Ecef", 4978) +
                      Frame("A", kHamburg, Moved("(1, 2, 3)"),
                            Place("Omni", berlin) + Bound("P", "/Geo", position) +
                                Bound("E", "/Ecef", fmt::format("({}, {}, {})", ecef[0], ecef[1], ecef[2])) +
                                Bound("Between", "/Geo", {},
                                      Moved("(7, 7, 7)") + "def Xform \"X\" {\n" + Moved("(5, 5, 5)") +
                                          Bound("P", {}, position,
                                                "    double3 xformOp:scale = (2, 3, 4)\n    "
                                                "uniform token[] xformOpOrder = [\"xformOp:scale\"]\n") +
                                          "\n}\n"))),
      GetAll());
  const Matrix4d omni = running.World("/A/Omni");
  CHECK(running.World("/A/P") == omni);
  CHECK(Difference(running.World("/A/E"), omni) < 3e-9);
  CHECK(Translation(running.World("/A/Between/X/P")) == Translation(omni));
  CHECK(running.World("/A/Between/X/P")[1][1] == 3);
  CHECK(running.World("/A/Between") == running.World("/A/Between"));
  CHECK(Translation(running.World("/A/Between")) == Vec3d{8, 9, 10});  // bound, and nowhere said
  CHECK(running.GetSystem().GetDiagnostics().GetAll().empty());
}

TEST_CASE("of a prim with several places its crs:position counts, then Omniverse's, then Cesium's") {
  const auto prim = [](std::string_view name, std::string_view schemas) {
    return fmt::format(
        "def Xform \"{}\" (\n    prepend apiSchemas = [{}]\n)\n{{\n    double3 crs:position = (10, 53, 1)\n  "
        "  "
        "double3 omni:geospatial:wgs84:local:position = (53, 10, 2)\n    double cesium:anchor:latitude = "
        "53\n    "
        "double cesium:anchor:longitude = 10\n    double cesium:anchor:height = 3\n    rel "
        "cesium:anchor:georeferenceBinding = </A>\n    rel crs:binding = </Geo>\n}}\n",
        name, schemas);
  };
  const std::string crs = "\"GeospatialCRSBindingAPI\"", omni = "\"OmniWGS84LocalPositionAPI\"",
                    cesium = "\"CesiumGlobeAnchorAPI\"";
  Running running(Stage(kZUp, SystemPrim("Geo", 4979) +
                                  Frame("A", kHamburg, "",
                                        prim("All", cesium + ", " + omni + ", " + crs) +
                                            prim("Two", cesium + ", " + omni) +
                                            prim("Other", crs + ", " + cesium) + prim("One", cesium))),
                  GetAll());
  for (const auto& [path, height] : {std::pair("/A/All", 1.0), std::pair("/A/Other", 1.0),
                                     std::pair("/A/Two", 2.0), std::pair("/A/One", 3.0)}) {
    CAPTURE(path);
    CHECK(Distance(Translation(running.World(path)), Enu({53, 10, height}, kHamburg)) < kTight);
  }
  CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
}

TEST_CASE("the nearest binding counts, and a binding that leads nowhere hides those above") {
  const std::string body = Bound("Own", "/Utm", "(565000, 5930000, 50)") +
                           Bound("Theirs", {}, "(10, 53, 0)") + Bound("Lost", "/Nothing", "(10, 53, 0)") +
                           Bound("Wrong", "/A", "(10, 53, 0)");
  Running running(Stage(kZUp, SystemPrim("Geo", 4979) + SystemPrim("Utm", 32632) +
                                  Frame("A", kHamburg, "", Bound("B", "/Geo", {}, body))),
                  GetAll());
  const auto utm = MakeKnownConverter(32632)->Convert({565000, 5930000, 50});
  CHECK(Distance(Translation(running.World("/A/B/Own")), Enu(*utm, kHamburg)) < kTight);
  CHECK(Distance(Translation(running.World("/A/B/Theirs")), Enu({53, 10, 0}, kHamburg)) < kTight);
  CHECK(running.World("/A/B/Lost") == Matrix4d::Identity());
  CHECK(running.World("/A/B/Wrong") == Matrix4d::Identity());
  CHECK(Codes(running.GetSystem().GetDiagnostics()) ==
        std::vector<std::string>{"compute.crs-unresolved /A/B/Lost", "compute.crs-unresolved /A/B/Wrong"});
}

TEST_CASE("G4: a position without a frame keeps its transform, and so it does below a projected root") {
  Running running(
      Stage(kZUp, SystemPrim("Utm", 32632) +
                      Bound("Root", "/Utm", {}, Bound("P", {}, "(565000, 5930000, 50)", Moved("(1, 2, 3)")))),
      GetAll());
  CHECK(Translation(running.World("/Root/P")) == Vec3d{1, 2, 3});
  for (int i = 0; i < 3; ++i) running.World("/Root/P");
  CHECK(Codes(running.GetSystem().GetDiagnostics()) ==
        std::vector<std::string>{"compute.geo-unrooted /Root/P"});
}

TEST_CASE("what is not resolved is a warning, and an error where the scene requires it") {
  const std::string text =
      SystemPrim("Foot", 2263) + Frame("A", kHamburg, "",
                                       Bound("P", "/Foot", "(1, 2, 3)", Moved("(1, 2, 3)")) +
                                           Bound("Here", {}, {}) + Bound("None", {}, "(1, 2, 3)"));
  {
    Running running(Stage(kZUp, text), GetAll());
    CHECK(FindUnresolvedPlaces(running.GetSystem()).GetAll().empty());
    CHECK(Translation(running.World("/A/P")) == Vec3d{1, 2, 3});
    const Diagnostics found = running.GetSystem().GetDiagnostics();
    REQUIRE(Codes(found) == std::vector<std::string>{"compute.crs-unresolved /A/P"});
    CHECK(found.GetAll()[0].message.find("</Foot>: EPSG:2263") != std::string::npos);
    CHECK_FALSE(found.GetAll()[0].hint.empty());
    // Once the scene says that it must be resolved, it is an error, and none once it no longer does.
    REQUIRE(running.Edit().SetMetadata(Path("/"), Token("customLayerData"),
                                       Value(Dictionary({{"crsResolutionRequired", Value(true)}}))));
    running.World("/A/P");
    CHECK(Codes(running.GetSystem().GetDiagnostics()) ==
          std::vector<std::string>{"compute.crs-required /A/P"});
  }
  Running running(Stage(kRequired, text), GetAll());
  CHECK(Codes(FindUnresolvedPlaces(running.GetSystem())) ==
        std::vector<std::string>{"compute.crs-required /A/P", "compute.crs-required /A/None"});
  Running resolved(
      Stage(kRequired, SystemPrim("Geo", 4979) + Frame("A", kHamburg, "", Bound("P", "/Geo", "(10, 53, 0)"))),
      GetAll());
  CHECK(FindUnresolvedPlaces(resolved.GetSystem()).GetAll().empty());
}

TEST_CASE("a backend resolves what is not known here, once for a system") {
  const auto backend = std::make_shared<Ferro>();
  std::string places;
  for (int i = 0; i < 20; ++i) places += Bound(fmt::format("P{}", i), "/Ferro", "(27.66666666666667, 53, 0)");
  Running running(
      Stage(kRequired,
            SystemPrim("Ferro", 4805) + SystemPrim("Geo", 4979) + SystemPrim("Foot", 2263) +
                Frame("A", kHamburg, "",
                      places + Bound("G", "/Geo", "(10, 53, 0)") + Bound("F", "/Foot", "(10, 53, 0)"))),
      GetAll(backend));
  System alone(running.GetOwner(), GetAll(backend));
  for (int i = 0; i < 20; ++i)
    CHECK(Distance(Translation(domain::XformCache(stage::Time(0), &alone)
                                   .GetLocalToWorldTransform(running.At(fmt::format("/A/P{}", i).c_str()))),
                   Enu({53, 10, 0}, kHamburg)) < kTight);
  CHECK(backend->asked == 1);
  CHECK(Codes(FindUnresolvedPlaces(alone)) == std::vector<std::string>{"compute.crs-required /A/F"});
  CHECK(FindUnresolvedPlaces(alone).GetAll()[0].message.find("the database has no such system") !=
        std::string::npos);
}

TEST_CASE("all who are bound to a system share one description of it") {
  std::string places;
  for (int i = 0; i < 10; ++i) places += Bound(fmt::format("P{}", i), {}, "(10, 53, 0)");
  Running running(
      Stage(kZUp, SystemPrim("Geo", 4979) + Frame("A", kHamburg, "", Bound("B", "/Geo", {}, places))),
      GetAll());
  const Token bound("crs:bound");
  const Datum of_all = running.GetSystem().Compute(running.At("/A/B"), bound, stage::Time(0));
  for (int i = 0; i < 10; ++i) {
    const Datum own =
        running.GetSystem().Compute(running.At(fmt::format("/A/B/P{}", i).c_str()), bound, stage::Time(0));
    CHECK(own.GetIf<Crs>() == of_all.GetIf<Crs>());
  }
}

TEST_CASE(
    "edits of a system, a binding and a position dirty the places that depend on them, and nothing else") {
  Running running(
      Stage(kZUp, SystemPrim("Geo", 4979) + SystemPrim("Utm", 32632) +
                      Frame("A", kHamburg, "",
                            Bound("B", "/Geo", {},
                                  Bound("P", {}, "(10, 53, 0)", "def Xform \"C\" {\n}\n") +
                                      Bound("Q", "/Utm", "(565000, 5930000, 5)")) +
                                Bound("R", "/Geo", "(10.1, 53, 0)") + "def Xform \"Plain\" {\n}\n")),
      GetAll());
  auto edit = running.Edit();
  running.PullAll();
  REQUIRE(edit.Set(Path("/A/B/P.crs:position"), Vec3d{10.2, 53.1, 4}));
  CHECK(running.TakeNotices() == "dirtied /A/B/P {xform}; dirtied /A/B/P/C {xform}");
  CHECK(Distance(Translation(running.World("/A/B/P/C")), Enu({53.1, 10.2, 4}, kHamburg)) < kTight);

  running.PullAll();
  REQUIRE(edit.Set(Path("/Geo.crs:epsg"), int32_t{4267}));
  CHECK(running.TakeNotices() == "dirtied /A/B/P {xform}; dirtied /A/B/P/C {xform}; dirtied /A/R {xform}");
  CHECK(running.World("/A/R") == Matrix4d::Identity());
  running.PullAll();
  REQUIRE(edit.Set(Path("/Geo.crs:epsg"), int32_t{4937}));
  CHECK(running.TakeNotices() == "dirtied /A/B/P {xform}; dirtied /A/B/P/C {xform}; dirtied /A/R {xform}");
  CHECK(Distance(Translation(running.World("/A/R")), Enu({53, 10.1, 0}, kHamburg)) < kTight);

  running.PullAll();
  REQUIRE(edit.CreateAttribute(Path("/Geo.crs:displayName"), Token("string")));
  REQUIRE(edit.Set(Path("/Geo.crs:displayName"), std::string("the globe")));
  CHECK(running.TakeNotices() == "");

  running.PullAll();
  REQUIRE(edit.SetTargets(Path("/A/B.crs:binding"), {Path("/Utm")}));
  CHECK(running.TakeNotices() == "dirtied /A/B/P {xform}; dirtied /A/B/P/C {xform}");
  running.PullAll();
  REQUIRE(edit.SetTargets(Path("/A/B/P.crs:binding"), {Path("/Geo")}));
  CHECK(running.TakeNotices() == "dirtied /A/B/P {xform}; dirtied /A/B/P/C {xform}");
  CHECK(Distance(Translation(running.World("/A/B/P")), Enu({53.1, 10.2, 4}, kHamburg)) < kTight);
  CHECK(Distance(Translation(running.World("/A/R")), Enu({53, 10.1, 0}, kHamburg)) < kTight);

  // What binds others stands somewhere itself once it has a position, and no longer does without it.
  running.PullAll();
  REQUIRE(edit.CreateAttribute(Path("/A/B.crs:position"), Token("double3")));
  REQUIRE(edit.Set(Path("/A/B.crs:position"), Vec3d{500000, 5900000, 0}));
  CHECK(running.TakeNotices().starts_with("dirtied /A/B {xform}; dirtied /A/B/P {xform}"));
  const auto utm = MakeKnownConverter(32632)->Convert({500000, 5900000, 0});
  CHECK(Distance(Translation(running.World("/A/B")), Enu(*utm, kHamburg)) < kTight);
  running.PullAll();
  REQUIRE(edit.RemoveProperty(Path("/A/B.crs:position")));
  CHECK(running.TakeNotices().starts_with("dirtied /A/B {xform}; dirtied /A/B/P {xform}"));
  CHECK(running.World("/A/B") == Matrix4d::Identity());

  running.PullAll();
  REQUIRE(edit.Set(Path("/A.omni:geospatial:wgs84:reference:referencePosition"), Vec3d{53.4, 10.2, 0}));
  const std::string told = running.TakeNotices();
  for (const char* path : {"/A/B/P {", "/A/B/P/C {", "/A/B/Q {", "/A/R {"})
    CHECK(told.find(path) != std::string::npos);
  CHECK(told.find("Plain") == std::string::npos);
}

TEST_CASE("G13: samples move along the chord between their places, over the antimeridian too") {
  const std::string moving =
      "    double3 crs:position.timeSamples = {\n        0: (179.9, 0, 0),\n        10: (-179.9, 0, 0),\n    "
      "}\n";
  Running running(
      Stage(kZUp, SystemPrim("Geo", 4979) + Frame("A", {0, 179.9, 0}, "", Bound("P", "/Geo", {}, moving))),
      GetAll());
  const Vec3d end = Enu({0, -179.9, 0}, {0, 179.9, 0});
  for (const double time : {0.0, 2.5, 5.0, 10.0})
    CHECK(Distance(Translation(running.World("/A/P", time)), end * (time / 10)) < kTight);
}

}  // namespace strata::compute

// Pcp.MapFunction and Pcp.MapExpression.
#include <fmt/format.h>

#include "python/core/arguments.h"
#include "python/core/pcp.h"
#include "strata/compose/dump.h"

namespace strata::python {

namespace {

using compose::MapFunction;

// A map as nodes give it. Made of others, it is what they make at once.
struct MapExpression {
  MapFunction map;
};

nb::dict ToDictionary(const MapFunction& map) {
  nb::dict out;
  for (const auto& [source, target] : map.GetPairs()) out[nb::cast(source)] = nb::cast(target);
  return out;
}

MapFunction Read(nb::handle pairs, const LayerOffset& offset) {
  std::vector<MapFunction::Pair> read;
  for (const auto& [source, target] : nb::cast<nb::dict>(pairs))
    read.emplace_back(nb::cast<PathArgument>(source).path, nb::cast<PathArgument>(target).path);
  return MapFunction::Create(std::move(read), offset);
}

std::string Represent(const MapFunction& map);

std::string RepresentDeferred(const MapFunction& map) {
  const size_t count = map.GetSteps().size();
  const std::string plain = Represent(MapFunction::Create(map.GetPairs(), map.GetTimeOffset()));
  const std::string steps = fmt::format("<{} mapping sets, composed: {}>", count, plain);
  return "Pcp.MapFunction.DeferredComposition(" + (count == 1 ? plain : steps) + ")";
}

std::string Represent(const MapFunction& map) {
  if (map.IsDeferred()) return RepresentDeferred(map);
  if (map.IsIdentity()) return "Pcp.MapFunction.Identity()";
  if (map.IsNull() && map.GetTimeOffset().IsIdentity()) return "Pcp.MapFunction()";
  std::string text = "Pcp.MapFunction(" + Repr(ToDictionary(map));
  if (!map.GetTimeOffset().IsIdentity()) text += ", " + Repr(nb::cast(map.GetTimeOffset()));
  return text + ")";
}

// Whether they have the same pairs and time, deferred or not.
bool AreSame(const MapFunction& a, const MapFunction& b) {
  return a.GetPairs() == b.GetPairs() && a.GetTimeOffset() == b.GetTimeOffset();
}

// The text of a map: its offset, and a line for each pair, without the end of the last line.
std::string Describe(const MapFunction& map) {
  std::string text = compose::DescribeMap(map);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

void BindMaps(nb::module_& pcp) {
  nb::class_<MapFunction> map(pcp, "MapFunction", "How paths and times of one namespace appear in another.");
  map.def(nb::init<>());
  map.def(
      "__init__",
      [](MapFunction* m, nb::handle pairs, const LayerOffset& offset) {
        new (m) MapFunction(Read(pairs, offset));
      },
      "sourceToTargetMap"_a, "timeOffset"_a = LayerOffset());
  map.def_static("Identity", &MapFunction::Identity);
  map.def_static("IdentityPathMap", [] { return ToDictionary(MapFunction::Identity()); });
  map.def_static("ImpliedClass", &MapFunction::ImpliedClass, "transferFunc"_a, "classArc"_a);
  map.def_prop_ro("isNull", &MapFunction::IsNull);
  map.def_prop_ro("isIdentity", &MapFunction::IsIdentity);
  map.def_prop_ro("isIdentityPathMapping", &MapFunction::IsIdentityPathMapping);
  map.def_static(
      "DeferredComposition", [](const MapFunction& m) { return m.Defer(); }, "f"_a,
      "The same map, to be followed as a step of its own by what it is composed with.");
  map.def_prop_ro("isDeferredComposition", &MapFunction::IsDeferred);
  map.def_prop_ro("timeOffset", &MapFunction::GetTimeOffset);
  map.def_prop_ro("sourceToTargetMap", &ToDictionary);
  map.def(
      "MapSourceToTarget", [](const MapFunction& m, PathArgument path) { return m.MapSourceToTarget(path); },
      "path"_a);
  map.def(
      "MapTargetToSource", [](const MapFunction& m, PathArgument path) { return m.MapTargetToSource(path); },
      "path"_a);
  map.def("Compose", &MapFunction::Compose, "f"_a, "This map after another.");
  map.def("ComposeOffset", &MapFunction::ComposeOffset, "offset"_a);
  map.def("GetInverse", &MapFunction::GetInverse);
  map.def("__repr__", &Represent);
  map.def("__str__", &Describe);
  map.def("__hash__", [](const MapFunction& m) {
    return MapFunction::Create(m.GetPairs(), m.GetTimeOffset()).GetHash() >> 1;
  });
  map.def("__eq__", &AreSame, nb::is_operator());
  map.def(
      "__ne__", [](const MapFunction& a, const MapFunction& b) { return !AreSame(a, b); }, nb::is_operator());

  nb::class_<MapExpression> expression(pcp, "MapExpression", "A map as the nodes of an index give it.");
  expression.def("__init__", [](MapExpression* e) { new (e) MapExpression{}; });
  expression.def("Evaluate", [](const MapExpression& e) { return e.map; });
  expression.def_static("Identity", [] { return MapExpression{MapFunction::Identity()}; });
  expression.def_static(
      "Constant", [](const MapFunction& value) { return MapExpression{value}; }, "constValue"_a);
  expression.def_static(
      "ImpliedClass",
      [](const MapExpression& transfer, const MapExpression& of_class) {
        return MapExpression{MapFunction::ImpliedClass(transfer.map, of_class.map)};
      },
      "transferFunc"_a, "classArc"_a);
  expression.def("Compose", [](const MapExpression& a, const MapExpression& b) {
    return MapExpression{a.map.Compose(b.map)};
  });
  expression.def("Inverse", [](const MapExpression& e) { return MapExpression{e.map.GetInverse()}; });
  expression.def("AddRootIdentity",
                 [](const MapExpression& e) { return MapExpression{e.map.AddRootIdentity()}; });
  expression.def_prop_ro("isNull", [](const MapExpression& e) { return e.map.IsNull(); });
  expression.def_prop_ro("isIdentity", [](const MapExpression& e) { return e.map.IsIdentity(); });
  expression.def_prop_ro("timeOffset", [](const MapExpression& e) { return e.map.GetTimeOffset(); });
  expression.def("MapSourceToTarget",
                 [](const MapExpression& e, PathArgument path) { return e.map.MapSourceToTarget(path); });
  expression.def("MapTargetToSource",
                 [](const MapExpression& e, PathArgument path) { return e.map.MapTargetToSource(path); });
  expression.def("__str__", [](const MapExpression& e) { return Describe(e.map); });
  pcp.def("_MakeExpression", [](const MapFunction& map) { return MapExpression{map}; });
}

}  // namespace strata::python

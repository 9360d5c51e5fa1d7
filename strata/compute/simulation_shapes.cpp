// Shapes as simulations see them, and what they give back.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "strata/compute/metrics_shapes.h"
#include "strata/compute/simulation_parts.h"

namespace strata::compute {

namespace {

using stage::Prim;

constexpr std::string_view kPrimvars = "primvars:";

// Inputs: points or positions, counts, indices, then the attributes by name, primvars, and the prim's units.
enum ShapeInput : size_t { kPoints, kPositions, kCounts, kIndices, kFirstAttribute };

// Numbers that are looked at together. Written out, since compilers that are asked for no more than usual
// leave a loop over them a loop, which takes half as long again.
using Lanes [[gnu::vector_size(16)]] = uint32_t;

Lanes LoadLanes(const float* numbers) {
  Lanes bits;
  std::memcpy(&bits, numbers, sizeof bits);
  return bits;
}

// A pass that finds infinities and what is no number: both have every bit of the exponent, and one more
// carries into the sign.
bool IsFinite(const Array<Vec3f>& points) {
  constexpr size_t kLanes = sizeof(Lanes) / sizeof(uint32_t);
  constexpr uint32_t kExponent = 0x7f800000, kOne = 0x00800000, kSign = 0x80000000;
  const float* numbers = points.GetData() ? points.GetData()->data : nullptr;
  const size_t count = points.GetSize() * 3;
  Lanes a = {}, b = {}, c = {}, d = {};
  size_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes) {
    a |= (LoadLanes(numbers + i) & kExponent) + kOne;
    b |= (LoadLanes(numbers + i + kLanes) & kExponent) + kOne;
    c |= (LoadLanes(numbers + i + 2 * kLanes) & kExponent) + kOne;
    d |= (LoadLanes(numbers + i + 3 * kLanes) & kExponent) + kOne;
  }
  const Lanes lanes = a | b | c | d;
  uint32_t carried = 0;
  for (size_t lane = 0; lane < kLanes; ++lane) carried |= lanes[lane];
  for (; i < count; ++i) carried |= (std::bit_cast<uint32_t>(numbers[i]) & kExponent) + kOne;
  return !(carried & kSign);
}

}  // namespace

std::vector<Input> MakeSimulatedShapeInputs() {
  const SimulationNames& names = GetSimulationNames();
  std::vector<Input> inputs = {in::Attribute(names.points), in::Attribute(names.positions),
                               in::Attribute(names.counts), in::Attribute(names.indices)};
  for (Token attribute : names.attributes) inputs.push_back(in::Attribute(attribute));
  inputs.push_back(in::AttributesNamed(Token(kPrimvars)));
  inputs.push_back(in::Computation(GetPrimUnitsOutput()));
  return inputs;
}

SimulatedShape ReadSimulatedShape(const Arguments& arguments) {
  const SimulationNames& names = GetSimulationNames();
  const Prim& prim = arguments.GetPrim();
  const auto* units = arguments.GetIf<PrimUnits>(kFirstAttribute + names.attributes.size() + 1);
  const auto in_units = [&](Token name, Value value) {
    return units ? units->Convert(prim.GetAttribute(name), arguments.GetTime(), std::move(value)) : value;
  };
  SimulatedShape shape;
  shape.path = prim.GetPath();
  shape.is_instancer = prim.IsA(names.instancer);
  shape.points = in_units(shape.is_instancer ? names.positions : names.points,
                          arguments.Get(shape.is_instancer ? kPositions : kPoints).GetValue())
                     .GetOr(Array<Vec3f>());
  shape.face_vertex_counts = arguments.GetOr(kCounts, Array<int32_t>());
  shape.face_vertex_indices = arguments.GetOr(kIndices, Array<int32_t>());
  for (size_t i = 0; i < names.attributes.size(); ++i)
    if (const Value& value = arguments.Get(kFirstAttribute + i).GetValue(); !value.IsEmpty())
      shape.attributes.entries[names.attributes[i].GetString()] = in_units(names.attributes[i], value);
  for (const Token property : prim.GetAuthoredPropertyNames())
    if (property.GetText().starts_with(kPrimvars))
      if (Value value = prim.GetAttribute(property).Get(arguments.GetTime()); !value.IsEmpty())
        shape.attributes.entries[property.GetString()] = in_units(property, std::move(value));
  return shape;
}

Result<Datum> ComputeCollider(const Arguments& arguments) {
  const SimulationNames& names = GetSimulationNames();
  SimulatedShape shape = ReadSimulatedShape(arguments);
  const size_t next = kFirstAttribute + names.attributes.size() + 2;
  if (const auto* world = arguments.GetIf<Matrix4d>(next)) shape.matrix = *world;
  if (const auto* simulated = arguments.GetIf<SimulationAnswer>(next + 1))
    for (const auto& [name, value] : simulated->values) {
      if (name == (shape.is_instancer ? names.positions : names.points))
        shape.points = value.GetOr(shape.points);
      else
        shape.attributes.entries[name.GetString()] = value;
    }
  return Datum::Of(std::move(shape));
}

Result<Datum> ComputeColliders(const Arguments& arguments) {
  Colliders all;
  for (const Datum& each : arguments.GetAll(0))
    if (const auto* shape = each.GetIf<SimulatedShape>()) all.push_back(*shape);
  return Datum::Of(std::move(all));
}

Result<void> CheckSimulationFrame(const Prim& prim, const SimulatedShape& shape,
                                  const SimulationFrame& frame) {
  const SimulationNames& names = GetSimulationNames();
  const Token counted = shape.is_instancer ? names.positions : names.points;
  const Token regroups = shape.is_instancer ? names.proto_indices : names.indices;
  const bool may_grow = std::any_of(frame.values.begin(), frame.values.end(),
                                    [&](const auto& each) { return each.first == regroups; });
  for (const auto& [name, value] : frame.values) {
    const stage::Attribute attribute = prim.GetAttribute(name);
    const ValueTypeName* type = attribute.IsDefined() ? attribute.GetValueTypeName() : nullptr;
    if (type && type->type != value.GetType())
      return FailSimulation(kSimulationFailed, prim,
                            fmt::format("The module gives values for \"{}\" that are not of type {}.",
                                        name.GetText(), type->name.GetText()),
                            "Let it give arrays of that type.");
    const auto* points = value.GetIf<Array<Vec3f>>();
    if (!points) continue;
    const bool is_extent = name == names.extent;
    const bool is_per_point = name == counted || name == names.velocities || name == names.accelerations;
    const size_t expected = is_extent ? 2 : shape.points.GetSize();
    if ((is_extent || (is_per_point && !may_grow)) && points->GetSize() != expected)
      return FailSimulation(kSimulationFailed, prim,
                            fmt::format("The module gives {} {} where there are {}.", points->GetSize(),
                                        name.GetText(), expected),
                            is_extent
                                ? "Give the least and the largest corner."
                                : fmt::format("Give as many, or \"{}\" with them.", regroups.GetText()));
    if (!IsFinite(*points))
      return FailSimulation(
          kSimulationFailed, prim,
          fmt::format("The module gives {} that are infinite or no numbers.", name.GetText()),
          "Shorter steps or more damping keep a simulation from running away.");
  }
  return {};
}

}  // namespace strata::compute

#include "strata/compute/simulation_transforms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/math/decompose.h"
#include "strata/math/transform.h"

namespace strata::compute {

namespace {

using stage::ComputedTransform;
using stage::Prim;

Diagnostic Refuse(const Prim& prim, std::string why, std::string remedy) {
  return Diagnostic(kSimulationFailed, std::move(why), {{}, prim.GetPath().GetString(), 0, 0, 0},
                    std::move(remedy));
}

bool IsTransform(const Matrix4d& m) {
  for (const auto& row : m.data)
    for (const double number : row)
      if (!std::isfinite(number)) return false;
  return m[0][3] == 0 && m[1][3] == 0 && m[2][3] == 0 && m[3][3] == 1;
}

struct Parts {
  Vec3f position, scale;
  Quatf turn;
};

// Nothing where axes are not at right angles: instances have no form of that.
std::optional<Parts> Decompose(const Matrix4d& m) {
  constexpr double kSkew = 1e-4;
  double lengths[3];
  Matrix3d turn = Matrix3d::Identity();
  for (size_t i = 0; i < 3; ++i) {
    lengths[i] = std::hypot(m[i][0], m[i][1], m[i][2]);
    for (size_t j = 0; lengths[i] > 0 && j < 3; ++j) turn[i][j] = m[i][j] / lengths[i];
  }
  // A mirror is a turn of what is scaled by a negative number.
  if (GetDeterminant3(m) < 0) {
    lengths[0] = -lengths[0];
    for (size_t j = 0; j < 3; ++j) turn[0][j] = -turn[0][j];
  }
  const bool is_flat = lengths[0] == 0 || lengths[1] == 0 || lengths[2] == 0;
  if (is_flat) turn = Matrix3d::Identity();  // nothing is seen of how it is turned
  for (size_t i = 0; i < 3; ++i) {
    const size_t next = (i + 1) % 3;
    double product = 0;
    for (size_t j = 0; j < 3; ++j) product += turn[i][j] * turn[next][j];
    if (std::abs(product) > kSkew) return std::nullopt;
  }
  const Quatd q = ExtractRotation(turn);
  const auto narrow = [](double number) { return static_cast<float>(number); };
  Parts parts;
  for (size_t i = 0; i < 3; ++i) {
    parts.position[i] = narrow(m[3][i]);
    parts.scale[i] = narrow(lengths[i]);
    parts.turn.imaginary[i] = narrow(q.imaginary[i]);
  }
  parts.turn.real = narrow(q.real);
  return parts;
}

Result<void> SplitInstances(const Prim& prim, const SimulatedShape& shape, const Value& given,
                            SimulationFrame& frame) {
  const auto* transforms = given.GetIf<Array<Matrix4d>>();
  if (!transforms || !shape.is_instancer)
    return Refuse(
        prim, "The module gives transforms of instances that are no array of matrices, or of no instancer.",
        "Give one matrix4d for each instance of a point instancer.");
  Array<Vec3f> positions, scales;
  Array<Quatf> turns;
  for (size_t i = 0; i < transforms->GetSize(); ++i) {
    const Matrix4d& each = (*transforms)[i];
    const std::optional<Parts> parts = IsTransform(each) ? Decompose(each) : std::nullopt;
    if (!parts)
      return Refuse(
          prim, fmt::format("The transform that the module gives instance {} is sheared, or none at all.", i),
          "Give finite matrices whose axes are at right angles and whose last column is (0, 0, 0, 1).");
    positions.PushBack(parts->position);
    scales.PushBack(parts->scale);
    turns.PushBack(parts->turn);
  }
  frame.values.emplace_back(Token("positions"), Value(std::move(positions)));
  frame.values.emplace_back(Token("orientationsf"), Value(std::move(turns)));
  frame.values.emplace_back(Token("scales"), Value(std::move(scales)));
  return {};
}

Result<Datum> Move(const Arguments& arguments) {
  const auto* simulated = arguments.GetIf<SimulationAnswer>(1);
  if (!simulated) return arguments.Get(0);
  const TransformNames& names = GetTransformNames();
  for (const auto& [name, resets] : {std::pair(names.world_xform, true), std::pair(names.xform, false)})
    if (const auto found = simulated->values.find(name); found != simulated->values.end())
      if (const auto* matrix = found->second.GetIf<Matrix4d>()) {
        const auto* before = arguments.GetIf<ComputedTransform>(0);
        return Datum::Of(ComputedTransform{*matrix, resets || (before && before->resets_stack)});
      }
  return arguments.Get(0);
}

Vec3d ToDouble(const Vec3f& v) {
  return {v[0], v[1], v[2]};
}

}  // namespace

const TransformNames& GetTransformNames() {
  static const TransformNames names;
  return names;
}

Token GetMoveName() {
  static const Token name("warp:move");
  return name;
}

Result<void> ReadTransforms(const SimulationCall& call, const SimulationModule& module,
                            SimulationFrame& frame) {
  const Prim& prim = call.prim;
  const TransformNames& names = GetTransformNames();
  Value of_instances;
  for (const auto& [name, value] : frame.values) {
    if (name == names.instances) of_instances = value;
    if (name != names.xform && name != names.world_xform) continue;
    const auto* matrix = value.GetIf<Matrix4d>();
    if (!matrix || !IsTransform(*matrix))
      return Refuse(prim, fmt::format("The module gives a \"{}\" that is no transform.", name.GetText()),
                    "Give a matrix4d of finite numbers whose last column is (0, 0, 0, 1).");
    if (!module.Moves())
      return Refuse(
          prim, fmt::format("The module gives \"{}\" and does not say that it moves prims.", name.GetText()),
          "Say MOVES = True in a module in Python, and let Moves() answer so in C++.");
    for (const SimulatedShape& collider : call.colliders)
      if (collider.path != prim.GetPath() && collider.path.HasPrefix(prim.GetPath()))
        return Refuse(
            prim,
            fmt::format("The module moves the prim away from {}, which it looks at and which is below it.",
                        collider.path.GetString()),
            "Let it look at prims beside the one that it moves.");
  }
  if (of_instances.IsEmpty()) return {};
  std::erase_if(frame.values, [&](const auto& each) { return each.first == names.instances; });
  return SplitInstances(prim, call.shape, of_instances, frame);
}

std::vector<Matrix4d> ListInstanceTransforms(const SimulatedShape& shape) {
  const auto find = [&](const char* name) {
    const auto found = shape.attributes.entries.find(name);
    return found == shape.attributes.entries.end() ? Value() : found->second;
  };
  const Value single = find("orientationsf"), half = find("orientations"), scaled = find("scales");
  const auto* turns = single.GetIf<Array<Quatf>>();
  const auto* half_turns = half.GetIf<Array<Quath>>();
  const auto* scales = scaled.GetIf<Array<Vec3f>>();
  std::vector<Matrix4d> transforms;
  for (size_t i = 0; i < shape.points.GetSize(); ++i) {
    Matrix4d m = Matrix4d::Identity();
    if (turns && i < turns->GetSize()) {
      m = MakeRotationAsIs({ToDouble((*turns)[i].imaginary), (*turns)[i].real});
    } else if (half_turns && i < half_turns->GetSize()) {
      const Quath& q = (*half_turns)[i];
      Quatd turn;
      for (size_t k = 0; k < 3; ++k) turn.imaginary[k] = static_cast<float>(q.imaginary[k]);
      turn.real = static_cast<float>(q.real);
      m = MakeRotationAsIs(turn);
    }
    for (size_t r = 0; scales && i < scales->GetSize() && r < 3; ++r)
      for (size_t c = 0; c < 3; ++c) m[r][c] *= (*scales)[i][r];
    for (size_t c = 0; c < 3; ++c) m[3][c] = shape.points[i][c];
    transforms.push_back(m);
  }
  return transforms;
}

Result<void> AddSimulatedTransforms(Registry& registry, const std::vector<Token>& schemas, Token simulation,
                                    std::function<bool(const Prim&)> may_move) {
  const Token xform = GetOutputs().xform, name = GetMoveName();
  Computation move;
  move.output = xform;
  move.name = name;
  move.module = "simulation";
  move.schemas = schemas;
  move.role = Computation::Role::kModifies;
  move.inputs = {in::Previous(), in::Computation(simulation)};
  move.function = Move;
  move.after = {Token("units"), Token("geo:place"), Token("geo:anchor")};
  move.may_differ = std::move(may_move);
  move.is_for = [](const Prim& prim) {
    const std::vector<Path> colliders =
        prim.GetRelationship(Token("warp:dependentPrims")).GetForwardedTargets();
    return std::none_of(colliders.begin(), colliders.end(),
                        [&](Path each) { return each != prim.GetPath() && each.HasPrefix(prim.GetPath()); });
  };
  return registry.Add(std::move(move));
}

}  // namespace strata::compute

// What simulations are made of; for the files of this room.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/compute/simulation.h"
#include "strata/compute/simulation_transforms.h"

namespace strata::compute {

struct SimulationNames {
  Token points{"points"}, positions{"positions"}, extent{"extent"}, velocities{"velocities"},
      accelerations{"accelerations"}, source_file{"warp:sourceFile"}, dependents{"warp:dependentPrims"},
      counts{"faceVertexCounts"}, indices{"faceVertexIndices"}, proto_indices{"protoIndices"},
      prototypes{"prototypes"}, instancer{"PointInstancer"}, point_based{"PointBased"},
      boundable{"Boundable"};
  Token settings{"warp:settings"}, lasting{"warp:lasting"}, shape{"warp:shape"}, collider{"warp:collider"},
      colliders{"warp:colliders"}, space{"warp:space"}, rest{"warp:rest"}, simulation{"warp:simulation"};
  std::vector<Token> schemas = {Token("OmniWarpComputationAPI"), Token("WarpComputationAPI")};
  // Attributes that simulations may read, and most of which they may give.
  std::vector<Token> attributes = {
      Token("normals"),      Token("velocities"),        Token("accelerations"), Token("widths"),
      Token("orientations"), Token("orientationsf"),     Token("scales"),        Token("angularVelocities"),
      Token("ids"),          Token("protoIndices"),      Token("radius"),        Token("height"),
      Token("size"),         Token("curveVertexCounts"),
  };
};
const SimulationNames& GetSimulationNames();

inline constexpr std::string_view kSimulationParameters = "warp:params:";

// Whether a prim has one of the schemas, whatever its type.
bool IsSimulatedBySchema(const stage::Prim& prim);
// Whether it has points or positions.
bool HasSimulatedShape(const stage::Prim& prim);
// Prims without points that modules may move.
bool IsSimulatedBody(const stage::Prim& prim);
// Who says how a prim with points is simulated: the prim itself, or of point instancers a prototype without
// points of its own, too. Not valid where nobody does.
stage::Prim FindSimulationSpeaker(const stage::Prim& prim);
Diagnostic FailSimulation(const DiagnosticCode& code, const stage::Prim& prim, std::string why,
                          std::string remedy);

// Which attributes simulations have given, by prim: those are dirtied when they go on.
class GivenAttributes {
 public:
  void Add(Path prim, const SimulationFrame& frame) {
    const std::lock_guard lock(mutex_);
    std::vector<Token>& names = by_prim_[prim];
    for (const auto& [name, value] : frame.values)
      if (name != GetTransformNames().xform && name != GetTransformNames().world_xform &&
          std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
  }
  // That the prim's module may move it. It stays so: whoever has seen it moved is to be told when it no
  // longer is, and there may be several systems.
  void AddMover(Path prim) {
    const std::lock_guard lock(mutex_);
    movers_.insert(prim);
  }
  bool Moves(Path prim) const {
    const std::lock_guard lock(mutex_);
    return movers_.contains(prim);
  }
  std::vector<Token> List(const stage::Prim& prim) const {
    std::vector<Token> names;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = by_prim_.find(prim.GetPath()); found != by_prim_.end()) names = found->second;
    }
    const Token extent = GetSimulationNames().extent;
    // What an instancer may be given that was not moved before.
    if (names.empty() && prim.IsA(GetSimulationNames().instancer))
      return {GetSimulationNames().positions,
              Token("orientations"),
              Token("orientationsf"),
              Token("scales"),
              GetSimulationNames().velocities,
              GetSimulationNames().accelerations,
              extent};
    if (!names.empty() && std::find(names.begin(), names.end(), extent) == names.end() &&
        prim.IsA(GetSimulationNames().boundable))
      names.push_back(extent);
    return names;
  }

 private:
  mutable std::mutex mutex_;
  tsl::robin_map<Path, std::vector<Token>> by_prim_;
  tsl::robin_set<Path> movers_;
};

// The shape of a prim, by these inputs; as a collider by those of one, which has two more: where it is, and
// what it is simulated to.
std::vector<Input> MakeSimulatedShapeInputs();
SimulatedShape ReadSimulatedShape(const Arguments& arguments);
Result<Datum> ComputeCollider(const Arguments& arguments);
using Colliders = std::vector<SimulatedShape>;
// Input: what is looked at.
Result<Datum> ComputeColliders(const Arguments& arguments);
// Refuses what the prim cannot have.
Result<void> CheckSimulationFrame(const stage::Prim& prim, const SimulatedShape& shape,
                                  const SimulationFrame& frame);

// The inputs of a simulation, in the order of `AdvanceSimulation`.
std::vector<Input> MakeSimulationInputs();
// The next state, from `before`; null: the first one.
struct SimulationProgress;
Result<Datum> AdvanceSimulation(GivenAttributes& given, const Arguments& arguments,
                                const SimulationProgress* before);
// The same as a step.
Result<Datum> StepSimulation(GivenAttributes& given, const Arguments& arguments);
bool CanResumeSimulation(const Datum& state);
// What attributes are at a time, by the state around it.
Result<Datum> AnswerSimulation(const Arguments& arguments);
bool MayBeSimulated(Token attribute);
std::optional<Value> FindSimulatedValue(const stage::Attribute& attribute, stage::Time time,
                                        const Datum& answer, const stage::ComputedValues& computed);

}  // namespace strata::compute

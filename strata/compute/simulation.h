// Simulations: prims that name a module which moves their points or instances, step by step.
//
// A prim with OmniWarpComputationAPI (or WarpComputationAPI) names it in `warp:sourceFile`. What a module is
// made of is for its loader to know: C++ by name, compiled kernels (warp_module.h), Python. The results stand
// in place of what is authored wherever computed values are asked for.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "strata/compute/computation.h"
#include "strata/compute/system.h"
#include "strata/value/value.h"

namespace strata::compute {

inline constexpr DiagnosticCode kSimulationModuleMissing{
    "compute.simulation-module-missing", Severity::kWarning, "The module that a prim names cannot be had."};
inline constexpr DiagnosticCode kSimulationFailed{"compute.simulation-failed", Severity::kError,
                                                  "A simulation gave nothing that its prim can have."};

// A geometry as modules see it, at one time.
struct SimulatedShape {
  Path path;
  Array<Vec3f> points;  // of point instancers the positions
  Array<int32_t> face_vertex_counts, face_vertex_indices;
  Dictionary
      attributes;  // `normals`, `velocities`, `orientations`, `radius`, `primvars:...`: what has a value
  Matrix4d matrix = Matrix4d::Identity();  // from its space to that of the simulated prim
  bool is_instancer = false;
  friend bool operator==(const SimulatedShape&, const SimulatedShape&) = default;
};

// What a step is called with. Valid during the call.
struct SimulationCall {
  const stage::Prim& prim;
  const SimulatedShape& shape;                   // as authored at the tick
  const std::vector<SimulatedShape>& colliders;  // what `warp:dependentPrims` names, as computed at the tick
  const Dictionary& parameters;                  // customData of `warp:sourceFile`, under `warp:params:...`
  const Matrix4d& xform;  // of prims without points: their own, as it is at the tick without the module
  double time = 0;        // time code of the tick
  double seconds = 0;     // since the first tick
  double step_seconds = 0;
};

// What a step leaves behind: a state, which nobody changes any more, and values of attributes.
struct SimulationFrame {
  Datum state;
  // `points`, `normals`, `positions`, `primvars:...`; a matrix4d `xform` or `world.xform` in place of the
  // prim's own; of point instancers `instanceTransforms`, a matrix4d for each, in place of `positions`.
  std::vector<std::pair<Token, Value>> values;
};

// Called from many threads for many prims, for one prim by one thread at a time. A frame follows from the
// former state and the call alone.
class SimulationModule {
 public:
  virtual ~SimulationModule() = default;
  virtual Result<SimulationFrame> Begin(const SimulationCall& call) const = 0;
  virtual Result<SimulationFrame> Step(const SimulationCall& call, const Datum& state) const = 0;
  // False for states that live in the module and were overtaken: then all begins anew.
  virtual bool CanResume(const Datum&) const { return true; }
  // Whether what the module was made of is another now.
  virtual bool IsOutdated() const { return false; }
  // Whether an edit of a parameter begins the simulation anew. Else the tick that was asked for last is made
  // again, with what is now; those before it keep what they were made with.
  virtual bool Resets(const std::string& /*parameter*/) const { return true; }
  // Whether it may give `xform` or `world.xform`. Prims without points are simulated by such modules alone:
  // else they only speak for the instancers whose prototypes they are.
  virtual bool Moves() const { return false; }
  // Null: its functions may be called by many threads at a time.
  virtual ExclusiveExecutor* GetExecutor() const { return nullptr; }
};
using SimulationModulePtr = std::shared_ptr<const SimulationModule>;

// Finds modules by name. Thread-safe.
class SimulationLibrary {
 public:
  void Add(std::string name, SimulationModulePtr module);
  // Null: another loader may know it. An error: nobody is asked any more. Asked in the order of adding.
  using Loader = std::function<Result<SimulationModulePtr>(const std::string& name)>;
  void AddLoader(Loader loader);
  Result<SimulationModulePtr> Find(const std::string& name);
  // Those that are outdated are loaded anew when they are asked for next; true where there are any.
  bool ForgetOutdated();
  void Forget(const std::string& name);

 private:
  std::mutex mutex_;
  std::map<std::string, SimulationModulePtr> added_, loaded_;
  std::vector<Loader> loaders_;
};

// Outputs: "warp:settings" (SimulationSettings), "warp:lasting" (the other parameters), "warp:simulation"
// (SimulationAnswer), and what leads there.
Result<void> AddSimulations(Registry& registry, std::shared_ptr<SimulationLibrary> library);
// What customData of `warp:sourceFile` and, stronger, attributes `warp:params:...` say.
Dictionary ReadSimulationParameters(const stage::Prim& prim, stage::Time time);
// Begins simulations of modules that were forgotten anew.
void RestartSimulations(System& system);

struct SimulationSettings {
  SimulationModulePtr module;
  Dictionary parameters;  // those that begin anew
  friend bool operator==(const SimulationSettings&, const SimulationSettings&) = default;
};
// The values at a time. Between two ticks numbers lie on straight lines.
struct SimulationAnswer {
  std::map<Token, Value> values;
  friend bool operator==(const SimulationAnswer&, const SimulationAnswer&) = default;
};

}  // namespace strata::compute

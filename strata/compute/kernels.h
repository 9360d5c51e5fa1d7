// Simulations of kernels that NVIDIA Warp compiled ahead of time: run without Warp and without Python.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/compute/simulation.h"

// A folder holds NAME.kernels, a text, beside the shared library that it names. Lines of the text, in their
// order (# begins a remark):
//
//   warp 1.19                  whose calling convention the library has
//   library deform.so          in the same folder
//   state places = points      an array that goes on from step to step: begins as the points, or as `zeros`;
//                              as `xform` in four rows, the prim's axes and where it is; as `xforms` in four
//                              rows for each instance of a point instancer
//   value points = places      which attribute it stands for; else the first one for points or positions.
//   Four
//                              rows are an `xform` or `world.xform`, any number times four
//                              `instanceTransforms`
//   resets seed, size          parameters whose edits begin a simulation anew; without such a line all do
//   launch sway: state places, float amplitude = 0.06, seconds, next places
//
// A launch runs a kernel for each row of the first state. Its arguments are those of the kernel: a state as
// it is or as it will be, parameters with what holds where nobody gives them (float, int), `seconds` since
// the first tick, `dt`, the time code `time`, or `balls`: colliders with a radius, centre and radius in one
// vec4 each.
namespace strata::compute {

inline constexpr DiagnosticCode kKernelsUnusable{"compute.kernels-unusable", Severity::kError,
                                                 "Compiled kernels cannot be run."};

// What a text says; the library is not looked at.
struct KernelPlan {
  struct State {
    std::string name;
    enum class Begin : uint8_t { kPoints, kZeros, kXform, kXforms } begin = Begin::kPoints;
  };
  struct Argument {
    enum class Kind : uint8_t { kState, kNext, kFloat, kInt, kSeconds, kStep, kTime, kBalls } kind;
    size_t state = 0;  // its number
    std::string name;  // of parameters
    double otherwise = 0;
  };
  struct Launch {
    std::string kernel;
    std::vector<Argument> arguments;
  };
  std::string library;
  std::vector<State> states;
  std::vector<std::pair<Token, size_t>> values;  // attributes and their states
  std::vector<Launch> launches;
  std::optional<std::vector<std::string>> resets;  // parameters; nothing: all
  static Result<KernelPlan> Parse(std::string_view text, const std::string& file);
};

// Adds those of a folder to a library under `prefix` and a point, or with an empty one as they are. Scenes
// can load nothing but what lies there: name a folder only whose code is to be run.
void AddKernelFolder(SimulationLibrary& library, std::string folder, std::string prefix = {});

}  // namespace strata::compute

#include "strata/compute/kernels.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "strata/base/files.h"
#include "strata/compute/simulation_transforms.h"
#include "strata/math/transform.h"

namespace strata::compute {

namespace {

using Argument = KernelPlan::Argument;
using Kind = Argument::Kind;

constexpr std::string_view kWarp = "1.19";
constexpr size_t kMaxText = 1 << 16, kMaxStates = 64, kMaxLaunches = 1024, kMaxArguments = 64;

// What kernels compiled by Warp 1.19 for CPUs are called with, in the order in which it lies in memory.
struct LaunchBounds {
  uint32_t count;
  size_t size;
  size_t threads_per_coordinate;
};
struct KernelArray {
  const void* data;
  void* gradient;
  int32_t shape[4];
  int32_t strides[4];
  uint16_t dimensions;
  uint16_t flags;
};
static_assert(sizeof(LaunchBounds) == 24 && sizeof(KernelArray) == 56);
using Kernel = void (*)(LaunchBounds*, void* arguments);

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}
// What stands before a separator; `text` is what follows it. Without one all of it, and nothing is left.
std::string_view Cut(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view before = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return Trim(before);
}

bool IsIdentifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class PlanReader {
 public:
  explicit PlanReader(std::string file) : file_(std::move(file)) {}

  Result<KernelPlan> Read(std::string_view text) {
    bool has_version = false;
    while (!text.empty()) {
      ++line_;
      std::string_view rest = Cut(text, '\n');
      rest = Cut(rest, '#');
      if (rest.empty()) continue;
      const std::string_view word = Cut(rest, ' ');
      if (word == "warp") {
        has_version = Trim(rest) == kWarp || Trim(rest).starts_with(std::string(kWarp) + ".");
        if (!has_version) return Refuse(fmt::format("are of another version of Warp than {}", kWarp));
      } else if (word == "library") {
        plan_.library = Trim(rest);
        if (plan_.library.find_first_of("/\\") != std::string::npos || plan_.library.empty())
          return Refuse("name a library that is not in their folder");
      } else if (word == "state") {
        STRATA_CHECK(ReadState(rest));
      } else if (word == "value") {
        const std::string_view attribute = Cut(rest, '=');
        const auto state = FindState(Trim(rest));
        if (attribute.empty() || !state) return Refuse("say a value of no state");
        plan_.values.emplace_back(Token(attribute), *state);
      } else if (word == "resets") {
        if (!plan_.resets) plan_.resets.emplace();
        while (!rest.empty())
          if (const std::string_view name = Cut(rest, ','); !name.empty()) plan_.resets->emplace_back(name);
      } else if (word == "launch") {
        STRATA_CHECK(ReadLaunch(rest));
      } else {
        return Refuse(fmt::format("say \"{}\", which means nothing", word));
      }
    }
    if (!has_version || plan_.library.empty() || plan_.states.empty() || plan_.launches.empty())
      return Refuse("lack a version, a library, a state or a launch");
    return std::move(plan_);
  }

 private:
  Diagnostic Refuse(std::string why) const {
    return Diagnostic(kKernelsUnusable, fmt::format("The kernels of {} {}.", file_, why),
                      {file_, {}, static_cast<uint32_t>(line_), 0, 0},
                      "strata.Compute.CompileModule writes them anew.");
  }
  std::optional<size_t> FindState(std::string_view name) const {
    const auto found = std::find_if(plan_.states.begin(), plan_.states.end(),
                                    [&](const KernelPlan::State& state) { return state.name == name; });
    if (found == plan_.states.end()) return std::nullopt;
    return static_cast<size_t>(found - plan_.states.begin());
  }
  Result<void> ReadState(std::string_view rest) {
    const std::string_view name = Cut(rest, '=');
    using Begin = KernelPlan::State::Begin;
    const std::string_view begins = Trim(rest);
    if (!IsIdentifier(name) || FindState(name) || plan_.states.size() >= kMaxStates)
      return Refuse("say a state that is none");
    for (const auto& [word, begin] : {std::pair{"points", Begin::kPoints}, std::pair{"zeros", Begin::kZeros},
                                      std::pair{"xform", Begin::kXform}, std::pair{"xforms", Begin::kXforms}})
      if (begins == word) {
        plan_.states.push_back({std::string(name), begin});
        return {};
      }
    return Refuse("say a state that is none");
  }
  Result<void> ReadLaunch(std::string_view rest) {
    KernelPlan::Launch launch;
    launch.kernel = Cut(rest, ':');
    if (!IsIdentifier(launch.kernel) || plan_.launches.size() >= kMaxLaunches)
      return Refuse("launch what is no kernel");
    while (!rest.empty()) {
      STRATA_TRY(Argument argument, ReadArgument(Cut(rest, ',')));
      launch.arguments.push_back(std::move(argument));
      if (launch.arguments.size() > kMaxArguments) return Refuse("launch with too many arguments");
    }
    plan_.launches.push_back(std::move(launch));
    return {};
  }
  Result<Argument> ReadArgument(std::string_view text) const {
    const std::string_view whole = text;
    for (const auto& [name, kind] : {std::pair{"seconds", Kind::kSeconds}, std::pair{"dt", Kind::kStep},
                                     std::pair{"time", Kind::kTime}, std::pair{"balls", Kind::kBalls}})
      if (text == name) return Argument{kind, 0, {}, 0};
    const std::string_view word = Cut(text, ' ');
    if (word == "state" || word == "next")
      if (const auto state = FindState(Trim(text)))
        return Argument{word == "state" ? Kind::kState : Kind::kNext, *state, {}, 0};
    if (word == "float" || word == "int") {
      const std::string_view name = Cut(text, '=');
      text = Trim(text);
      double number = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
      if (!name.empty() && !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size())
        return Argument{word == "float" ? Kind::kFloat : Kind::kInt, 0, std::string(name), number};
    }
    return Refuse(fmt::format("launch with \"{}\", which is no argument", whole));
  }

  std::string file_;
  size_t line_ = 0;
  KernelPlan plan_;
};

KernelArray Describe(const void* data, size_t count, size_t stride) {
  KernelArray array{};
  array.data = data;
  array.shape[0] = static_cast<int32_t>(count);
  array.strides[0] = static_cast<int32_t>(stride);
  array.dimensions = 1;
  return array;
}

// The arguments of one launch, each where the kernel looks for it.
class Packed {
 public:
  template <class T>
  void Add(const T& value) {
    size_t at = (bytes_.size() + alignof(T) - 1) / alignof(T) * alignof(T);
    bytes_.resize(at + sizeof(T));
    std::memcpy(bytes_.data() + at, &value, sizeof(T));
  }
  void* GetData() { return bytes_.data(); }

 private:
  std::vector<unsigned char> bytes_;
};

double FindNumber(const Dictionary& parameters, const Argument& argument) {
  const auto found = parameters.entries.find(argument.name);
  if (found == parameters.entries.end()) return argument.otherwise;
  const Value number = CastValue(found->second, ValueType::kDouble);
  return number.GetOr(argument.otherwise);
}

// Transforms as rows of three numbers: the axes, then where it is.
void AppendRows(const Matrix4d& m, Array<Vec3f>& rows) {
  for (size_t i = 0; i < 4; ++i)
    rows.PushBack({static_cast<float>(m[i][0]), static_cast<float>(m[i][1]), static_cast<float>(m[i][2])});
}
Array<Matrix4d> ReadRows(const Array<Vec3f>& rows) {
  Array<Matrix4d> transforms;
  for (size_t first = 0; first + 4 <= rows.GetSize(); first += 4) {
    Matrix4d m = Matrix4d::Identity();
    for (size_t i = 0; i < 4; ++i)
      for (size_t j = 0; j < 3; ++j) m[i][j] = rows[first + i][j];
    transforms.PushBack(m);
  }
  return transforms;
}

Array<Vec3f> MakeFirst(const SimulationCall& call, KernelPlan::State::Begin begin) {
  using Begin = KernelPlan::State::Begin;
  Array<Vec3f> rows;
  switch (begin) {
    case Begin::kPoints:
      return call.shape.points;
    case Begin::kZeros:
      return Array<Vec3f>(call.shape.points.GetSize());
    case Begin::kXform:
      AppendRows(call.xform, rows);
      return rows;
    case Begin::kXforms:
      for (const Matrix4d& each : ListInstanceTransforms(call.shape)) AppendRows(each, rows);
      return rows;
  }
  return rows;
}

Value MakeValue(Token name, const Array<Vec3f>& state) {
  const TransformNames& names = GetTransformNames();
  if (name == names.instances) return Value(ReadRows(state));
  if (name != names.xform && name != names.world_xform) return Value(state);
  const Array<Matrix4d> transforms = ReadRows(state);
  return transforms.IsEmpty() ? Value(state) : Value(transforms[0]);
}

struct KernelStates {
  std::vector<Array<Vec3f>> arrays;
  friend bool operator==(const KernelStates&, const KernelStates&) = default;
};

class KernelModule final : public SimulationModule {
 public:
  KernelModule(KernelPlan plan, std::string file, std::filesystem::file_time_type written,
               std::shared_ptr<void> library, std::vector<Kernel> kernels)
      : plan_(std::move(plan)),
        file_(std::move(file)),
        written_(written),
        library_(std::move(library)),
        kernels_(std::move(kernels)) {}

  Result<SimulationFrame> Begin(const SimulationCall& call) const override {
    KernelStates states;
    for (const KernelPlan::State& state : plan_.states) states.arrays.push_back(MakeFirst(call, state.begin));
    return Finish(call, std::move(states));
  }
  Result<SimulationFrame> Step(const SimulationCall& call, const Datum& state) const override {
    KernelStates states = *state.GetIf<KernelStates>();
    for (size_t i = 0; i < plan_.launches.size(); ++i) Launch(call, plan_.launches[i], kernels_[i], states);
    return Finish(call, std::move(states));
  }
  bool IsOutdated() const override {
    std::error_code error;
    return std::filesystem::last_write_time(file_, error) != written_ || error;
  }
  bool Resets(const std::string& parameter) const override {
    return !plan_.resets ||
           std::find(plan_.resets->begin(), plan_.resets->end(), parameter) != plan_.resets->end();
  }
  bool Moves() const override {
    const TransformNames& names = GetTransformNames();
    return std::any_of(plan_.values.begin(), plan_.values.end(), [&](const auto& value) {
      return value.first == names.xform || value.first == names.world_xform;
    });
  }

 private:
  SimulationFrame Finish(const SimulationCall& call, KernelStates states) const {
    SimulationFrame frame;
    for (const auto& [attribute, state] : plan_.values)
      frame.values.emplace_back(attribute, MakeValue(attribute, states.arrays[state]));
    if (plan_.values.empty())
      frame.values.emplace_back(Token(call.shape.is_instancer ? "positions" : "points"),
                                Value(states.arrays[0]));
    frame.state = Datum::Of(std::move(states));
    return frame;
  }

  void Launch(const SimulationCall& call, const KernelPlan::Launch& launch, Kernel kernel,
              KernelStates& states) const {
    const size_t count = states.arrays[0].GetSize();
    if (count == 0) return;
    std::vector<Array<Vec3f>> next(states.arrays.size());
    std::vector<Vec4f> balls;
    Packed packed;
    for (const Argument& argument : launch.arguments) {
      switch (argument.kind) {
        case Kind::kState:
          packed.Add(Describe(states.arrays[argument.state].GetData(),
                              states.arrays[argument.state].GetSize(), sizeof(Vec3f)));
          break;
        case Kind::kNext:
          if (next[argument.state].IsEmpty())
            next[argument.state].AppendUninitialized(states.arrays[argument.state].GetSize());
          packed.Add(Describe(next[argument.state].GetData(), next[argument.state].GetSize(), sizeof(Vec3f)));
          break;
        case Kind::kFloat:
          packed.Add(static_cast<float>(FindNumber(call.parameters, argument)));
          break;
        case Kind::kInt: {
          constexpr double kLargest = std::numeric_limits<int32_t>::max();
          packed.Add(
              static_cast<int32_t>(std::clamp(FindNumber(call.parameters, argument), -kLargest, kLargest)));
          break;
        }
        case Kind::kSeconds:
          packed.Add(static_cast<float>(call.seconds));
          break;
        case Kind::kStep:
          packed.Add(static_cast<float>(call.step_seconds));
          break;
        case Kind::kTime:
          packed.Add(static_cast<float>(call.time));
          break;
        case Kind::kBalls:
          balls = FindBalls(call);
          packed.Add(Describe(balls.data(), balls.size(), sizeof(Vec4f)));
          break;
      }
    }
    LaunchBounds bounds{static_cast<uint32_t>(count), count, 1};
    kernel(&bounds, packed.GetData());
    for (size_t i = 0; i < next.size(); ++i)
      if (!next[i].IsEmpty()) states.arrays[i] = std::move(next[i]);
  }

  static std::vector<Vec4f> FindBalls(const SimulationCall& call) {
    std::vector<Vec4f> balls;
    for (const SimulatedShape& shape : call.colliders) {
      const auto radius = shape.attributes.entries.find("radius");
      if (radius == shape.attributes.entries.end()) continue;
      const Vec3d center = TransformPoint({0, 0, 0}, shape.matrix);
      balls.push_back({static_cast<float>(center[0]), static_cast<float>(center[1]),
                       static_cast<float>(center[2]), static_cast<float>(radius->second.GetOr(0.0))});
    }
    return balls;
  }

  KernelPlan plan_;
  std::string file_;
  std::filesystem::file_time_type written_;
  std::shared_ptr<void> library_;
  std::vector<Kernel> kernels_;
};

Result<SimulationModulePtr> Load(const std::string& folder, const std::string& name) {
  const std::string file = (std::filesystem::path(folder) / (name + ".kernels")).string();
  std::error_code error;
  const auto written = std::filesystem::last_write_time(file, error);
  if (error) return SimulationModulePtr();
  STRATA_TRY(const std::string text, ReadWholeFile(file, kMaxText));
  STRATA_TRY(KernelPlan plan, KernelPlan::Parse(text, file));
  const auto refuse = [&](std::string why) {
    return Diagnostic(kKernelsUnusable, std::move(why), {file, {}, 0, 0, 0},
                      "strata.Compute.CompileModule writes them anew.");
  };
  const std::string path = (std::filesystem::path(folder) / plan.library).string();
  const std::shared_ptr<void> library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* opened) {
    if (opened) dlclose(opened);
  });
  if (!library) {
    const char* why = dlerror();
    return refuse(fmt::format("The library of compiled kernels cannot be loaded: {}.", why ? why : path));
  }
  std::vector<Kernel> kernels;
  for (const KernelPlan::Launch& launch : plan.launches) {
    void* found = dlsym(library.get(), (launch.kernel + "_cpu_forward").c_str());
    if (!found) return refuse(fmt::format("{} has no kernel \"{}\".", path, launch.kernel));
    kernels.push_back(reinterpret_cast<Kernel>(found));
  }
  return SimulationModulePtr(
      std::make_shared<const KernelModule>(std::move(plan), file, written, library, std::move(kernels)));
}

}  // namespace

Result<KernelPlan> KernelPlan::Parse(std::string_view text, const std::string& file) {
  return PlanReader(file).Read(text);
}

void AddKernelFolder(SimulationLibrary& library, std::string folder, std::string prefix) {
  if (!prefix.empty()) prefix += '.';
  library.AddLoader([folder = std::move(folder),
                     prefix = std::move(prefix)](const std::string& name) -> Result<SimulationModulePtr> {
    if (!name.starts_with(prefix)) return SimulationModulePtr();
    const std::string stem = name.substr(prefix.size());
    if (!IsIdentifier(stem)) return SimulationModulePtr();
    return Load(folder, stem);
  });
}

}  // namespace strata::compute

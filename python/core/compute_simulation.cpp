// strata.Compute: modules in Python that simulate prims. Points go in and out without a copy.
#include <cstring>

#include "python/core/compute.h"
#include "python/core/reading.h"
#include "strata/compute/simulation_transforms.h"

namespace strata::python {

using compute::Datum;
using compute::SimulatedShape;
using compute::SimulationCall;
using compute::SimulationFrame;

namespace {

// The memory of a Python buffer, for arrays that borrow it.
struct KeptBuffer {
  Py_buffer view{};
  bool is_open = false;
  ~KeptBuffer() {
    if (!is_open || !Py_IsInitialized()) return;
    const nb::gil_scoped_acquire held;
    PyBuffer_Release(&view);
  }
};

// Rows of three floats that lie one after the other are not copied.
bool BorrowPoints(nb::handle source, Array<Vec3f>& out) {
  auto buffer = std::make_shared<KeptBuffer>();
  buffer->is_open = PyObject_CheckBuffer(source.ptr()) &&
                    PyObject_GetBuffer(source.ptr(), &buffer->view, PyBUF_FORMAT | PyBUF_STRIDES) == 0;
  PyErr_Clear();
  if (!buffer->is_open) return false;
  const Py_buffer& view = buffer->view;
  if (view.ndim != 2 || view.shape[1] != 3 || !view.format || std::strcmp(view.format, "f") != 0 ||
      !PyBuffer_IsContiguous(&view, 'C') || reinterpret_cast<uintptr_t>(view.buf) % alignof(Vec3f) != 0)
    return false;
  out = Array<Vec3f>::Borrow(static_cast<const Vec3f*>(view.buf), static_cast<size_t>(view.shape[0]),
                             std::move(buffer));
  return true;
}

nb::object MakeShape(const SimulatedShape& shape) {
  nb::object cls = nb::module_::import_("strata.Compute").attr("Shape");
  return cls(nb::cast(shape.path), nb::cast(shape.points), nb::cast(shape.face_vertex_counts),
             nb::cast(shape.face_vertex_indices), ToPython(Value(shape.attributes)), nb::cast(shape.matrix),
             shape.is_instancer);
}

nb::object MakeCall(const SimulationCall& call) {
  nb::list colliders;
  for (const SimulatedShape& each : call.colliders) colliders.append(MakeShape(each));
  nb::object cls = nb::module_::import_("strata.Compute").attr("SimulationCall");
  return cls(nb::cast(MakePrim(call.prim)), MakeShape(call.shape), colliders,
             ToPython(Value(call.parameters)), call.time, call.seconds, call.step_seconds,
             nb::cast(call.xform));
}

// An object with begin(call) and step(call, state), each giving a state and a dictionary of values; for
// states that may be overtaken can_resume(state), and is_outdated().
class PythonSimulation final : public compute::SimulationModule {
 public:
  PythonSimulation(std::string name, nb::object adapter, std::shared_ptr<const AllowedSeconds> allowed)
      : name_(std::move(name)),
        allowed_(std::move(allowed)),
        borrows_(nb::cast<bool>(adapter.attr("borrows"))),
        moves_(nb::cast<bool>(adapter.attr("moves"))),
        adapter_(Keep(std::move(adapter))) {}

  Result<SimulationFrame> Begin(const SimulationCall& call) const override {
    return Call(call, [&] { return adapter_->Get().attr("begin")(MakeCall(call)); });
  }
  Result<SimulationFrame> Step(const SimulationCall& call, const Datum& state) const override {
    return Call(call, [&] { return adapter_->Get().attr("step")(MakeCall(call), GetObject(state)); });
  }
  bool CanResume(const Datum& state) const override {
    if (borrows_) return true;
    const nb::gil_scoped_acquire held;
    return Ask([&] { return adapter_->Get().attr("can_resume")(GetObject(state)); });
  }
  bool IsOutdated() const override {
    const nb::gil_scoped_acquire held;
    return Ask([&] { return adapter_->Get().attr("is_outdated")(); });
  }
  bool Resets(const std::string& parameter) const override {
    const nb::gil_scoped_acquire held;
    return Ask([&] { return adapter_->Get().attr("resets")(parameter); });
  }
  bool Moves() const override { return moves_; }
  compute::ExclusiveExecutor* GetExecutor() const override { return GetPythonExecutor().get(); }

 private:
  static nb::object GetObject(const Datum& state) {
    const auto* held = state.GetIf<PythonDatum>();
    return held ? held->object->Get() : nb::none();
  }
  template <class Function>
  static bool Ask(const Function& function) {
    try {
      return nb::cast<bool>(function());
    } catch (nb::python_error&) {
      return false;
    }
  }
  template <class Function>
  Result<SimulationFrame> Call(const SimulationCall& call, const Function& function) const {
    const nb::gil_scoped_acquire held;
    try {
      const CallLimit limit(allowed_->Get());
      const nb::object made = function();
      SimulationFrame frame;
      frame.state = Datum::Of(PythonDatum{Keep(made[0])});
      for (const auto& [key, value] : nb::cast<nb::dict>(made[1])) {
        const auto name = nb::cast<Token>(key);
        frame.values.emplace_back(name, Read(call, name, value));
      }
      return frame;
    } catch (nb::python_error& error) {
      return ToDiagnostic(error, compute::kSimulationFailed, call.prim.GetPath(), name_);
    }
  }
  Value Read(const SimulationCall& call, Token name, nb::handle given) const {
    const compute::TransformNames& names = compute::GetTransformNames();
    if (name == names.xform || name == names.world_xform) return FromPython(given, ValueType::kMatrix4d);
    if (name == names.instances) return FromPython(given, ValueType::kMatrix4dArray);
    const stage::Attribute attribute = call.prim.GetAttribute(name);
    const ValueTypeName* type = attribute.IsDefined() ? attribute.GetValueTypeName() : nullptr;
    if (!type) return FromPython(given);
    Array<Vec3f> points;
    if (borrows_ && type->type == ValueType::kVec3fArray && BorrowPoints(given, points)) return Value(points);
    return FromPython(given, type->type);
  }

  std::string name_;
  std::shared_ptr<const AllowedSeconds> allowed_;
  bool borrows_, moves_;
  KeptPtr adapter_;
};

}  // namespace

void BindSimulations(nb::module_& compute) {
  nb::class_<RegistryObject> cls = nb::borrow<nb::class_<RegistryObject>>(compute.attr("_Registry"));
  cls.def(
      "AllowKernels",
      [](RegistryObject& self, const std::string& prefix, FileArgument folder) {
        compute::AddKernelFolder(*self.library, folder.path, prefix);
      },
      "prefix"_a, "folder"_a,
      "Lets prims name kernels that were compiled ahead of time and lie in a folder (CompileModule).");
  cls.def("_AddLoader", [](RegistryObject& self, const nb::callable& loader) {
    const auto load = [kept = Keep(loader), allowed = self.allowed](
                          const std::string& name) -> Result<compute::SimulationModulePtr> {
      const nb::gil_scoped_acquire held;
      try {
        nb::object adapter = kept->Get()(name);
        if (adapter.is_none()) return compute::SimulationModulePtr();
        return compute::SimulationModulePtr(
            std::make_shared<PythonSimulation>(name, std::move(adapter), allowed));
      } catch (nb::python_error& error) {
        return ToDiagnostic(error, compute::kSimulationModuleMissing, Path(), name);
      }
    };
    self.library->AddLoader(load);
  });
}

}  // namespace strata::python

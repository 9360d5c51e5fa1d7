// Computations as Python sees them: functions in Python that Strata calls from any thread.
#pragma once

#include <memory>

#include "python/core/call_limit.h"
#include "python/core/core.h"
#include "python/core/usd.h"
#include "strata/compute/compute.h"

namespace strata::python {

// A Python object held by what any thread lets go of.
class Kept {
 public:
  explicit Kept(nb::object object) : pointer_(object.release().ptr()) {}
  ~Kept();
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  nb::object Get() const { return nb::borrow(pointer_); }  // REQUIRES: the interpreter's lock

 private:
  PyObject* pointer_;
};
using KeptPtr = std::shared_ptr<const Kept>;
inline KeptPtr Keep(nb::object object) {
  return std::make_shared<const Kept>(std::move(object));
}

// What computations in Python give each other that is no value of scene description. Equal where Python says
// so without raising.
struct PythonDatum {
  KeptPtr object;
  friend bool operator==(const PythonDatum& a, const PythonDatum& b);
};

nb::object ToPython(const compute::Datum& datum);
// The exception that is being handled, as what went wrong at a prim: with the place in the Python file.
Diagnostic ToDiagnostic(nb::python_error& error, const DiagnosticCode& code, Path prim,
                        const std::string& who);
// A diagnostic as a dictionary: code, path, message, hint, notes.
nb::object ToPython(const Diagnostic& diagnostic);
nb::list ToPython(const Diagnostics& diagnostics);
nb::object ToPython(const compute::MetricDomain& domain);

// A registry while it is filled, and its simulations.
struct RegistryObject {
  std::shared_ptr<compute::Registry> registry;
  std::shared_ptr<compute::SimulationLibrary> library;
  std::shared_ptr<AllowedSeconds> allowed = std::make_shared<AllowedSeconds>();  // for a call
  compute::MetricsOptions metrics = {};                                          // that it was made with
  bool is_shared = false;  // systems read it: nothing can be added any more
};

// Keeps the stage. Its answers are made without the interpreter's lock, which functions in Python take.
struct SystemObject {
  StageObjectPtr stage;
  std::shared_ptr<compute::SimulationLibrary> library;
  std::shared_ptr<compute::System> system;
  compute::MetricsOptions metrics;  // of its registry
};

// A function in Python that resolves coordinate reference systems; null for None.
std::shared_ptr<const compute::CrsBackend> MakeCrsBackend(const nb::object& function,
                                                          std::shared_ptr<const AllowedSeconds> allowed);

// How systems of such a registry work together with the interpreter. Nothing can be added to it any more.
compute::SystemOptions ShareRegistry(RegistryObject& registry, double max_seconds_per_call);

void BindRegistry(nb::module_& compute);
void BindSimulations(nb::module_& compute);
void BindSystems(nb::module_& compute);
// What a system says of units, and writes down of them.
void BindMetrics(nb::class_<SystemObject>& system);

}  // namespace strata::python

// strata.Compute: coordinate reference systems that a function in Python resolves.
#include "python/core/compute.h"
#include "python/core/reading.h"

namespace strata::python {

namespace {

using compute::CrsConverterPtr;
using compute::CrsDefinition;
using compute::Geodetic;

// A function of three coordinates that gives longitude, latitude and height on WGS 84.
class PythonConverter final : public compute::CrsConverter {
 public:
  PythonConverter(nb::object function, std::shared_ptr<const AllowedSeconds> allowed)
      : function_(Keep(std::move(function))), allowed_(std::move(allowed)) {}
  Result<Geodetic> Convert(const Vec3d& position) const override {
    const nb::gil_scoped_acquire held;
    try {
      const CallLimit limit(allowed_->Get());
      const nb::object made = function_->Get()(position[0], position[1], position[2]);
      if (nb::len(made) != 3)
        RaiseTypeError("a converter gives longitude, latitude and height: " + Repr(made));
      return Geodetic{nb::cast<double>(nb::float_(made[1])), nb::cast<double>(nb::float_(made[0])),
                      nb::cast<double>(nb::float_(made[2]))};
    } catch (nb::python_error& error) {
      return ToDiagnostic(error, compute::kCrsUnresolved, Path(), "the converter");
    }
  }

 private:
  KeptPtr function_;
  std::shared_ptr<const AllowedSeconds> allowed_;
};

class PythonBackend final : public compute::CrsBackend {
 public:
  PythonBackend(nb::object function, std::shared_ptr<const AllowedSeconds> allowed)
      : function_(Keep(std::move(function))), allowed_(std::move(allowed)) {}
  Result<CrsConverterPtr> Resolve(const CrsDefinition& definition) const override {
    const nb::gil_scoped_acquire held;
    try {
      const CallLimit limit(allowed_->Get());
      nb::object converter =
          function_->Get()(nb::module_::import_("strata.Compute")
                               .attr("CrsDefinition")(definition.wkt, definition.epsg, definition.epoch,
                                                      definition.grid_files));
      if (converter.is_none()) return CrsConverterPtr();
      if (!PyCallable_Check(converter.ptr()))
        RaiseTypeError("what resolves a system is a function of three coordinates: " + Repr(converter));
      return CrsConverterPtr(std::make_shared<PythonConverter>(std::move(converter), allowed_));
    } catch (nb::python_error& error) {
      return ToDiagnostic(error, compute::kCrsUnresolved, Path(), "the backend");
    }
  }
  std::shared_ptr<compute::ExclusiveExecutor> GetExecutor() const override { return GetPythonExecutor(); }

 private:
  KeptPtr function_;
  std::shared_ptr<const AllowedSeconds> allowed_;
};

}  // namespace

std::shared_ptr<const compute::CrsBackend> MakeCrsBackend(const nb::object& function,
                                                          std::shared_ptr<const AllowedSeconds> allowed) {
  if (function.is_none()) return nullptr;
  if (!PyCallable_Check(function.ptr())) RaiseTypeError("what resolves systems is a function");
  return std::make_shared<PythonBackend>(function, std::move(allowed));
}

}  // namespace strata::python

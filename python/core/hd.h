// Hd: data sources as Python sees them, and those that are written in Python.
#pragma once

#include "python/core/arguments.h"
#include "python/core/callbacks.h"
#include "python/core/compute.h"
#include "python/core/core.h"
#include "strata/base/host_threads.h"
#include "strata/scene/scene_index.h"

namespace strata::python {

// A data source; null for objects of classes in Python, which answer themselves.
struct DataSourceObject {
  scene::DataSourceHandle source;
};
struct ContainerObject : DataSourceObject {};
struct VectorObject : DataSourceObject {};
struct SampledObject : DataSourceObject {};
struct BlockObject : DataSourceObject {};

// The Python object of a data source, that of Python itself where it is one; None for null.
nb::object ToPython(const scene::DataSourceHandle& source);
// None is null. Raises TypeError for what is no data source, or no container.
scene::DataSourceHandle ToDataSource(nb::handle object);
scene::ContainerDataSourceHandle ToContainer(nb::handle object);
// A locator, or a name.
scene::DataSourceLocator ToLocator(nb::handle object);

// Raises TypeError, which says what is wanted, for an object of another type.
template <class T>
T ReadAs(nb::handle object, const char* wanted) {
  T read{};
  if (!nb::try_cast(object, read)) RaiseTypeError(std::string(wanted) + " is wanted, not " + Repr(object));
  return read;
}

// Reports what a method of `self` did instead of answering, as a warning.
void ReportFailure(nb::handle self, const char* method, const std::string& what);

// Calls `ask`, with the lock; whether it neither raised nor gave what cannot be used, which is reported.
template <class Ask>
bool AskPython(nb::handle self, const char* method, const Ask& ask) {
  if (!Py_IsInitialized()) return false;
  const nb::gil_scoped_acquire held;
  try {
    ask(self.attr(method));
    return true;
  } catch (nb::python_error& error) {
    ReportFailure(self, method, DescribeException(error));
  } catch (const std::exception&) {
    ReportFailure(self, method, "it answers with what cannot be used");
  }
  return false;
}
template <class Ask>
bool AskPython(const Kept& self, const char* method, const Ask& ask) {
  if (!Py_IsInitialized()) return false;
  const nb::gil_scoped_acquire held;
  return AskPython(self.Get(), method, ask);
}

// While one lives, scenes do what they are asked on this thread, which has the lock that Python code needs.
class Alone {
 public:
  Alone() : before_(SetCallerThreads(CallerThreads::kAlone)) {}
  ~Alone() { SetCallerThreads(before_); }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  CallerThreads before_;
};

void BindDataSources(nb::module_& hd);
void BindSceneIndices(nb::module_& hd);
void BindStandardSceneIndices(nb::module_& hd);
void BindSceneChains(nb::module_& hd);

}  // namespace strata::python

#include "python/core/callbacks.h"

#include "python/core/engine.h"

namespace strata::python {

std::string DescribeException(nb::python_error& error) {
  const std::string type = nb::cast<std::string>(error.type().attr("__name__"));
  const std::string text = Text(error.value());
  return text.empty() ? type : type + ": " + text;
}

void WarnInCallback(Diagnostic diagnostic, const char* who) {
  try {
    Diagnostics remarks;
    remarks.Add(std::move(diagnostic));
    Warn(remarks);
  } catch (nb::python_error& error) {
    error.discard_as_unraisable(who);
  }
}

}  // namespace strata::python

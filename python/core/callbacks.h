// What code in Python that Strata calls did wrong, where there is no caller to raise it to.
#pragma once

#include <string>

#include "python/core/core.h"
#include "strata/base/diagnostic.h"

namespace strata::python {

// "TypeError: what it says".
std::string DescribeException(nb::python_error& error);
// A diagnostic as a Python warning. Where warnings are errors it is reported as unraisable, in `who`.
void WarnInCallback(Diagnostic diagnostic, const char* who);

}  // namespace strata::python

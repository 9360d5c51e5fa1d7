// Any text is a path expression or is refused, and what is printed parses to an equal one.
#include "strata/path/path_expression.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), count);
  const auto expression = strata::PathExpression::Parse(text);
  if (!expression) return 0;
  const auto again = strata::PathExpression::Parse(expression->GetText());
  Require(again && again->GetText() == expression->GetText());
  (void)expression->Matches(strata::Path("/World/Group/Mesh.points"));
  return 0;
}

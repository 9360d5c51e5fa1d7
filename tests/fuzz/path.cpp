// Any text is a path or is refused, and a path's text parses to the same path.
#include "strata/path/path.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), count);
  const strata::Result<strata::Path> path = strata::Path::Parse(text);
  if (!path || path->IsEmpty()) return 0;
  const strata::Result<strata::Path> again = strata::Path::Parse(path->GetString());
  Require(again && *again == *path);
  Require(path->HasPrefix(*path));
  for (const strata::Path prefix : path->GetPrefixes()) Require(path->HasPrefix(prefix));
  return 0;
}

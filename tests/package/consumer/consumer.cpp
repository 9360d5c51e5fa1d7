// A program of another project: interns a token and walks a path through the installed library.
#include <cstdio>

#include "strata/base/token.h"
#include "strata/path/path.h"

int main() {
  const strata::Path lamp("/Harbour/Lighthouse/Lamp.inputs:intensity");
  if (lamp.GetNameToken() != strata::Token("inputs:intensity")) return 1;
  if (lamp.GetPrimPath().GetString() != "/Harbour/Lighthouse/Lamp") return 1;
  std::puts(lamp.GetString().c_str());
  return 0;
}

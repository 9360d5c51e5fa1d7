// A tree that grows as its prim says: a file format that composes its arguments from fields.
#include <cstdio>

#include "examples/formats/tree_format.h"
#include "strata/context/engine.h"
#include "strata/stage/editor.h"

using namespace strata;

static void Tell(const stage::Stage& stage) {
  int leaves = 0;
  for (const stage::Prim& prim : stage.Traverse()) leaves += prim.GetName() == "Leaf";
  const Value height = stage.GetAttributeAtPath(Path("/Oak/Branch0.tree:height")).Get();
  std::printf("%d leaves, branches of %g\n", leaves, height.GetOr(0.0));
}

int main(int, char** arguments) {
  const context::Engine engine;
  engine.GetLayerRegistry()->AddFormat(std::make_shared<TreeFormat>());
  Diagnostics remarks;
  const auto stage = engine.OpenStage(arguments[1], {}, remarks);
  if (!stage) return 1;
  Tell(**stage);
  stage::Editor editor(**stage);
  if (!editor.SetMetadataByDictKey(Path("/Oak"), Token("customData"), "tree:depth", Value(3))) return 1;
  Tell(**stage);
  if (!editor.Set(Path("/Oak.tree:height"), Value(20.0))) return 1;
  Tell(**stage);
  return 0;
}

#include <doctest/doctest.h>

#include "strata/asset/asset.h"
#include "strata/format/text/text.h"
#include "strata/layer/registry.h"
#include "strata/stage/stage.h"

using namespace strata;
using namespace strata::stage;

namespace {

// A layer deep in a folder names another that lies beside the root layer.
bool FindsBesideRoot(const OpenOptions& options) {
  auto resolver = std::make_shared<asset::MemoryResolver>(nullptr);
  resolver->Put("/s/root.usda", "#usda 1.0\n(subLayers = [@./deep/middle.usda@])\n");
  resolver->Put("/s/deep/middle.usda", "#usda 1.0\n(subLayers = [@lib/part.usda@])\n");
  resolver->Put("/s/lib/part.usda", "#usda 1.0\ndef \"Part\" {}\n");
  auto registry = layer::LayerRegistry::Create(resolver, nullptr, {format::text::MakeUsdaFormat()});
  Diagnostics diagnostics;
  auto opened = Stage::Open(registry, "/s/root.usda", options, diagnostics);
  REQUIRE(opened);
  return static_cast<bool>((*opened)->GetPrimAtPath(Path("/Part")));
}

}  // namespace

TEST_CASE("names are looked for in the root layer's folder, unless the stage is given other places") {
  CHECK(FindsBesideRoot({}));
  OpenOptions options;
  options.resolver_context = asset::ResolverContext{{"/elsewhere"}};
  CHECK_FALSE(FindsBesideRoot(options));
  options.resolver_context = asset::ResolverContext{{"/elsewhere", "/s"}};
  CHECK(FindsBesideRoot(options));
}

#include "strata/asset/host_resolvers.h"

#include <doctest/doctest.h>

using namespace strata;
using namespace strata::asset;

namespace {
std::shared_ptr<MemoryResolver> Holding(const std::string& name) {
  auto made = std::make_shared<MemoryResolver>(MakeFileResolver());
  made->Put(name, "bytes of " + name);
  return made;
}
}  // namespace

TEST_CASE("Resolvers of the host are asked for their schemes, and the next one for the rest") {
  HostResolvers resolvers(Holding("plain"));
  CHECK_FALSE(resolvers.HasAny());
  CHECK(resolvers.Resolve("vault:a", {}).empty());
  REQUIRE(resolvers.Add("Vault", Holding("vault:a")));
  CHECK(resolvers.HasAny());
  CHECK(resolvers.GetSchemes() == std::vector<std::string>{"vault"});
  CHECK(resolvers.Resolve("vault:a", {}) == "vault:a");
  CHECK(resolvers.Resolve("plain", {}) == "plain");
  resolvers.SetPrimary(Holding("other"));
  CHECK(resolvers.Resolve("plain", {}).empty());
  CHECK(resolvers.Resolve("other", {}) == "other");
  resolvers.SetPrimary(nullptr);
  CHECK(resolvers.Resolve("plain", {}) == "plain");
}

TEST_CASE("What cannot be the scheme of a URI is refused") {
  HostResolvers resolvers(MakeFileResolver());
  for (const char* scheme : {"", "c", "1x", "-x", "a b", "a_b", "a:"}) {
    const Result<void> added = resolvers.Add(scheme, MakeFileResolver());
    REQUIRE_FALSE(added);
    CHECK(added.GetError().code == &kAssetResolverFailed);
  }
  CHECK_FALSE(resolvers.HasAny());
}

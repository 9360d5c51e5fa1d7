// What private prims and properties are kept from, where permissions count. The answers are usd-core's.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

using Errors = std::vector<std::string>;

std::unique_ptr<Cache> OpenFull(const Layers& layers) {
  CacheOptions options;
  options.mode = CompositionMode::kFull;
  return Open(layers, options);
}

const std::string kPrivate = "permission = private\n";

}  // namespace

TEST_CASE("what a private prim brings is as silent as that prim, what it implies is not") {
  const auto cache = OpenFull(
      {{"root.usda", MakePrim("A", "references = @x.usda@</Q/P>") + MakePrim("K", "")},
       {"x.usda",
        MakePrim("Q", "inherits = </L>", MakePrim("P", kPrivate + "references = </R>\ninherits = </K>")) +
            MakePrim("R", "") + MakePrim("K", "") + MakePrim("L", "", MakePrim("P", ""))}});
  CHECK(GetErrors(*cache, "/A") == Errors{"ArcPermissionDenied"});
  std::string stack;
  for (const SpecSite& site : cache->ComputePrimIndex(Path("/A"))->GetSpecStack())
    stack += site.entry->layer->GetDisplayName() + site.path.GetString() + " ";
  CHECK(stack == "root.usda/A root.usda/K ");
}

TEST_CASE("a prim that was relocated away is denied too where it is private") {
  const std::string text =
      "(\n relocates = {</C/x>: </M/n>}\n)\n" + MakePrim("M", "") + MakePrim("A", "inherits = </C/x>");
  const auto open = [&](const std::string& metadata) {
    return OpenFull({{"root.usda", text + MakePrim("C", "", MakePrim("x", metadata))}});
  };
  CHECK(GetErrors(*open(""), "/A") == Errors{"ArcToProhibitedChild"});
  CHECK(GetErrors(*open(kPrivate), "/A") == Errors{"ArcToProhibitedChild", "ArcPermissionDenied"});
}

TEST_CASE("a property that is private at the source of a relocate is so to nobody") {
  const std::string text =
      "(\n relocates = {</C/x>: </M/n>}\n)\n" + MakePrim("M", "") +
      MakePrim("A", "", "int p.connect = </M/n.p>") +
      MakePrim("C", "references = </T>", MakePrim("x", "", "int p (\npermission = private\n)"));
  const auto get_errors = [&](const char* metadata) {
    const auto cache = OpenFull(
        {{"root.usda", text + MakePrim("T", "", MakePrim("x", "", "int p " + std::string(metadata)))}});
    const auto index = cache->ComputePrimIndex(Path("/A"));
    return cache->ComputeTargets(*index, Token("p"), Cache::Targets::kConnections).errors.size();
  };
  CHECK(get_errors("") == 0);
  CHECK(get_errors("(\npermission = private\n)") == 1);
}

TEST_CASE("what is private beside the arc that brings a target is not beyond it") {
  const auto get_errors = [&](const char* class_metadata, const char* class_content) {
    const auto cache = OpenFull(
        {{"root.usda", MakePrim("K", class_metadata, std::string("rel t = </K/y.q>\n") + class_content) +
                           MakePrim("M", "", MakePrim("y", kPrivate)) +
                           MakePrim("A", "references = </K>", MakePrim("y", kPrivate))}});
    const auto index = cache->ComputePrimIndex(Path("/A"));
    return cache->ComputeTargets(*index, Token("t"), Cache::Targets::kRelationshipTargets).errors.size();
  };
  CHECK(get_errors("", "") == 0);  // K says nothing of y
  CHECK(get_errors("", MakePrim("y", "").c_str()) == 0);
  CHECK(get_errors("references = </M>", "") == 1);
}

TEST_CASE("symmetry keeps nodes that say nothing, below where it is said too, where it counts") {
  const std::string symmetric = "symmetryFunction = mirror\n";
  const auto text = [](const std::string& metadata) {
    return MakePrim("A", "references = </R>", MakePrim("K", "", MakePrim("Deep", "", MakePrim("Er", "")))) +
           MakePrim("R", metadata, MakePrim("K", ""));
  };
  const auto count = [](Cache& cache, const char* path) {
    return cache.ComputePrimIndex(Path(path))->GetNodeCount();
  };
  for (const std::string& metadata :
       {symmetric, std::string("symmetryArguments = {\nstring x = \"y\"\n}\n")}) {
    const auto full = OpenFull({{"root.usda", text(metadata)}});
    CHECK(full->ComputePrimIndex(Path("/R/K"))->GetRootNode().HasSymmetry());
    CHECK(!full->ComputePrimIndex(Path("/A"))->GetRootNode().HasSymmetry());
    for (const char* path : {"/A", "/A/K", "/A/K/Deep", "/A/K/Deep/Er"}) CHECK(count(*full, path) == 2);
    const auto usd = Open(text(metadata));
    CHECK(!usd->ComputePrimIndex(Path("/R"))->GetRootNode().HasSymmetry());
    CHECK(count(*usd, "/A/K") == 2);
    CHECK(count(*usd, "/A/K/Deep") == 1);
  }
  // A peer alone is no symmetry, nor is that of a property.
  const auto without = OpenFull({
      {"root.usda", text("symmetricPeer = \"B\"\n")},
  });
  CHECK(!without->ComputePrimIndex(Path("/R"))->GetRootNode().HasSymmetry());
  CHECK(count(*without, "/A/K/Deep") == 1);
}

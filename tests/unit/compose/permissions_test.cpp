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

namespace {

// Of what /B.t aims at.
Errors GetTargetErrors(const std::string& target, const Layers& layers) {
  Layers all = layers;
  all[0].second += MakePrim("B", "", "rel t = <" + target + ">\n");
  const auto cache = OpenFull(all);
  const auto index = cache->ComputePrimIndex(Path("/B"));
  Errors errors;
  for (const CompositionError& error :
       cache->ComputeTargets(*index, Token("t"), Cache::Targets::kRelationshipTargets).errors)
    errors.emplace_back(GetErrorName(error.type));
  return errors;
}

const Errors kNoErrors, kDenied{"TargetPermissionDenied"}, kInvalid{"InvalidTargetPath"};
const std::string kPrivateProperty = "int p (\npermission = private\n)\n";

}  // namespace

TEST_CASE("a relocate that ends at a private property denies it, what is at its source does not") {
  const std::string relocates = "(\n relocates = {</Q/y>: </K/x>}\n)\n";
  const std::string end = MakePrim("K", "", MakePrim("x", "", kPrivateProperty)) + MakePrim("Q", "");
  CHECK(GetTargetErrors("/K/x.p", {{"root.usda", end}}) == kNoErrors);
  CHECK(GetTargetErrors("/K/x.p", {{"root.usda", relocates + end}}) == kDenied);
  const std::string in_variant = "variantSets = \"v\"\nvariants = {\nstring v = \"b\"\n}";
  CHECK(GetTargetErrors("/K/x.p",
                        {{"root.usda",
                          MakePrim("K", "",
                                   MakePrim("x", in_variant,
                                            kPrivateProperty + "variantSet \"v\" = {\n\"b\" {\n}\n}\n"))}}) ==
        kNoErrors);
  CHECK(GetTargetErrors("/K/x.p", {{"root.usda", MakePrim("K", "",
                                                          MakePrim("x", in_variant,
                                                                   "variantSet \"v\" = {\n\"b\" {\n" +
                                                                       kPrivateProperty + "}\n}\n"))}}) ==
        kDenied);
}

TEST_CASE("a property that any layer beyond an arc makes private is denied") {
  const auto get_errors = [](const char* stronger, const char* weaker) {
    const auto make = [](const char* permission) {
      return MakePrim("R", "", std::string("int p (\npermission = ") + permission + "\n)\n");
    };
    return GetTargetErrors("/K.p", {{"root.usda", "(\nsubLayers = [@s.usda@]\n)\n" +
                                                      MakePrim("K", "references = </R>") + make(stronger)},
                                    {"s.usda", make(weaker)}});
  };
  CHECK(get_errors("public", "public") == kNoErrors);
  CHECK(get_errors("private", "public") == kDenied);
  CHECK(get_errors("public", "private") == kDenied);
}

TEST_CASE(
    "what a private prim keeps from speaking below it is denied as the prim is, where it is still there") {
  // Of what nobody says anything about, a class that is no root prim stays in the index, and the private
  // prim does not.
  const auto get_errors = [](const char* place) {
    return GetTargetErrors(
        "/K/L/x/z.p",
        {{"root.usda",
          MakePrim("R", "", MakePrim("x", kPrivate)) +
              MakePrim("K", "", MakePrim("L", std::string("references = </R>\ninherits = ") + place))}});
  };
  CHECK(get_errors("</I/J>") == kDenied);
  CHECK(get_errors("</I>") == kNoErrors);
}

TEST_CASE("a target is invalid where an arc beyond it cannot name it, as beyond what was relocated away") {
  const auto get_errors = [](const char* metadata) {
    return GetTargetErrors("/K",
                           {{"root.usda", MakePrim("K", "references = @r.usda@</C/x/z>")},
                            {"r.usda", "(\n relocates = {</C/x>: </C/m>}\n)\n" + MakePrim("C", metadata)}});
  };
  CHECK(get_errors("inherits = </I>") == kInvalid);
  CHECK(get_errors("specializes = </I>") == kInvalid);
  CHECK(get_errors("references = </I>") == kNoErrors);
  CHECK(get_errors("") == kNoErrors);
}

TEST_CASE("a deletion takes the faults of what it deletes with it") {
  // In each mode: an instance of the class. In the other, what is private too.
  const auto count = [](Cache& cache, const char* path) {
    const auto index = cache.ComputePrimIndex(Path(path));
    return cache.ComputeTargets(*index, Token("t"), Cache::Targets::kRelationshipTargets).errors.size();
  };
  const auto make_instance = [](const char* content) {
    return MakePrim("I", "inherits = </C>", content) + MakePrim("J", "inherits = </C>") +
           MakePrim("C", "", "append rel t = </J>");
  };
  CHECK(count(*Open(make_instance("")), "/I") == 1);
  CHECK(count(*Open(make_instance("delete rel t = </J>")), "/I") == 0);
  CHECK(count(*Open(make_instance("delete rel t = </K>")), "/I") == 1);
  const auto make_private = [](const char* content) {
    return Layers{{"root.usda", MakePrim("B", "references = </T>", content) +
                                    MakePrim("T", "references = </S>", "append rel t = </T/x>") +
                                    MakePrim("S", "", MakePrim("x", kPrivate))}};
  };
  CHECK(count(*OpenFull(make_private("")), "/B") == 1);
  CHECK(count(*OpenFull(make_private("delete rel t = </B/x>")), "/B") == 0);
  // What the same edit adds has its own fault.
  CHECK(count(*OpenFull(make_private("delete rel t = </B/x>\nappend rel t = </B/x>")), "/B") == 1);
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

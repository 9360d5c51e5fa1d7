// Layers made of others, layer stacks flattened and layers stitched; and who is in collections.
#include <algorithm>

#include "strata/pipeline/stitch.h"
#include "strata/stage/collection.h"
#include "strata/stage/flatten_layer_stack.h"
#include "tests/compare/steps.h"

namespace strata::compare {

namespace {

Json TextOf(const layer::Layer& layer) {
  auto text = layer.ExportToString();
  return text ? Json(*text) : Json();
}

}  // namespace

Json FlattenStack(const Bench& bench) {
  return TextOf(*stage::FlattenLayerStack(*bench.stage->GetRootLayerStack(), bench.registry));
}

Json FlattenStage(const Bench& bench) {
  stage::FlattenOptions options;
  options.source_comment = stage::FlattenOptions::SourceComment::kOmit;
  return TextOf(*bench.stage->Flatten(options));
}

Json ListMembers(const Bench& bench, const Json& step) {
  if (!bench.stage) return {{"error", "no stage is open"}};
  const stage::Prim prim = bench.stage->GetPrimAtPath(Path(step.at("prim").get<std::string>()));
  Json answer = Json::object();
  for (Token schema : prim.GetAppliedSchemas()) {
    const std::string name = schema.GetString();
    if (!name.starts_with("CollectionAPI:")) continue;
    const stage::Collection collection(prim, Token(name.substr(14)));
    const stage::CollectionMembership members = collection.ComputeMembership();
    std::vector<std::string> found;
    for (Path path : collection.ComputeIncludedPaths(stage::PrimPredicate::All()))
      found.push_back(path.GetString());
    std::sort(found.begin(), found.end());
    Json included = Json::array();
    for (const Json& path : step.at("paths"))
      if (members.IsPathIncluded(Path(path.get<std::string>()))) included.push_back(path);
    answer[collection.GetName().GetString()] = Json::array({found, included, members.HasExcludes()});
  }
  return answer;
}

// The step's "strong" takes what its "weak" says; both are files.
Json Stitch(const Bench& bench, const Json& step) {
  Diagnostics remarks;
  const layer::LayerPtr strong = bench.registry->CreateAnonymous("strong.usda");
  const layer::LayerPtr from = bench.registry->FindOrOpen(step.at("strong"), nullptr, {}, remarks);
  const layer::LayerPtr weak = bench.registry->FindOrOpen(step.at("weak"), nullptr, {}, remarks);
  if (!from || !weak) return {{"error", "a layer does not open"}};
  strong->TransferContent(*from);
  pipeline::StitchLayers(*strong, *weak);
  return TextOf(*strong);
}

}  // namespace strata::compare

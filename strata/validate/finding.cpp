#include "strata/validate/finding.h"

namespace strata::validate {

std::string_view GetFindingTypeName(FindingType type) {
  switch (type) {
    case FindingType::kInfo:
      return "info";
    case FindingType::kWarning:
      return "warning";
    case FindingType::kError:
      return "error";
  }
  return {};
}

// What is said of a stage as a whole stands at its root prim, as in OpenUSD.
Site Site::Of(const stage::Stage&) {
  return {Kind::kStage, {}, Path::AbsoluteRoot()};
}
Site Site::Of(const layer::Layer& layer) {
  return {Kind::kLayer, layer.GetIdentifier(), Path()};
}
Site Site::Of(const stage::Prim& prim) {
  return {Kind::kPrim, {}, prim.GetPath()};
}
Site Site::Of(const stage::Property& property) {
  return {Kind::kProperty, {}, property.GetPath()};
}
Site Site::Of(const layer::Layer& layer, Path spec) {
  return {Kind::kSpec, layer.GetIdentifier(), spec};
}

void Findings::Add(std::string_view error, FindingType type, std::vector<Site> sites, std::string message,
                   std::string remedy) {
  if (all_.size() >= limit_) {
    ++suppressed_;
    return;
  }
  all_.push_back({validator_, Token(error), type, std::move(message), std::move(remedy), std::move(sites)});
}

}  // namespace strata::validate

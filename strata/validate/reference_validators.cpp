// References below a root prim: what ancestors of their target said there, and nobody says here.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/domain/collection.h"
#include "strata/domain/material_binding.h"
#include "strata/schema/schema_info.h"
#include "strata/validate/asset_arcs.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

using stage::Prim;

// One reference or payload, and what its target is on the stage of its own layer.
struct Reached {
  Prim here;
  Prim there;
  std::string asset;
};

// Whether what an ancestor of the target says is said by nobody at or above the prim that references.
class LossFinder {
 public:
  LossFinder(const Reached& reached, const StageScope& scope, Findings& findings)
      : reached_(reached), scope_(scope), findings_(findings) {}

  void Find() {
    FindBindings();
    FindMetrics();
    std::set<Token> primvars;
    bool has_skeleton = HasTargets(reached_.there, "skel:skeleton");
    for (Prim at = reached_.there.GetParent(); at && !at.IsPseudoRoot(); at = at.GetParent()) {
      FindPrimvars(at, primvars);
      if (!has_skeleton && HasTargets(at, "skel:skeleton")) {
        has_skeleton = true;
        if (!IsBoundHere())
          Tell("LostSkeletonBinding", at.GetPath().AppendProperty(Token("skel:skeleton")),
               "the skeleton binding",
               "Bind the skeleton on the referencing prim, or reference the prim above.");
      }
      FindCollections(at);
    }
  }

 private:
  static bool HasTargets(const Prim& prim, const char* name) {
    return !prim.GetRelationship(Token(name)).GetTargets().empty();
  }
  bool IsBoundHere() const {
    for (Prim at = reached_.here; at && !at.IsPseudoRoot(); at = at.GetParent())
      if (HasTargets(at, "skel:skeleton")) return true;
    return false;
  }

  void Tell(const char* error, Path lost, std::string_view what, std::string remedy) {
    findings_.Warn(error, {Site::Of(reached_.here)},
                   fmt::format("<{}> references <{}> in @{}@, and leaves {} <{}> behind.",
                               reached_.here.GetPath().GetString(), reached_.there.GetPath().GetString(),
                               reached_.asset, what, lost.GetString()),
                   std::move(remedy));
  }

  bool IsAbove(Path relationship) const {
    return !relationship.IsEmpty() && relationship.GetPrimPath() != reached_.there.GetPath();
  }

  void FindBindings() {
    domain::MaterialBindings there, here;
    for (const char* purpose : {"", "preview", "full"}) {
      const domain::BoundMaterial bound = there.ComputeBoundMaterial(reached_.there, Token(purpose));
      if (!bound.material || !IsAbove(bound.relationship)) continue;
      if (here.ComputeBoundMaterial(reached_.here, Token(purpose)).material) continue;
      Tell("LostMaterialBinding", bound.relationship, "the material binding",
           "Bind a material on the referencing prim, or reference the prim above.");
      return;
    }
  }

  void FindMetrics() {
    const auto& definitions = domain::MetricTable::GetStandard().GetAll();
    for (uint32_t i = 0; i < definitions.size(); ++i) {
      const domain::MetricValue there = domain::ComputeMetric(reached_.there, i);
      if (there.source.origin != domain::MetricOrigin::kPrim || !IsAbove(there.source.attribute)) continue;
      if (scope_.GetMetrics().Compute(reached_.here, i).value == there.value) continue;
      Tell(
          "LostMetrics", there.source.attribute, "the metric",
          fmt::format("Apply {} to the referencing prim and say it there.", definitions[i].schema.GetText()));
    }
  }

  void FindPrimvars(const Prim& ancestor, std::set<Token>& seen) {
    for (Token name : ancestor.GetAuthoredPropertyNames()) {
      if (!name.GetText().starts_with("primvars:") || name.GetText().ends_with(":indices")) continue;
      const stage::Attribute primvar = ancestor.GetAttribute(name);
      const Token interpolation = primvar.GetMetadata(Token("interpolation")).GetOr(Token("constant"));
      if (interpolation != "constant" || !primvar.HasAuthoredValue() || !seen.insert(name).second) continue;
      if (reached_.there.GetAttribute(name).HasAuthoredValue()) continue;
      bool is_here = false;
      for (Prim at = reached_.here; at && !at.IsPseudoRoot() && !is_here; at = at.GetParent())
        is_here = at.GetAttribute(name).HasAuthoredValue();
      if (!is_here)
        Tell("LostPrimvar", primvar.GetPath(), "the inherited primvar",
             "Author the primvar on the referencing prim, or reference the prim above.");
    }
  }

  void FindCollections(const Prim& ancestor) {
    for (Token applied : ancestor.GetAppliedSchemas()) {
      const auto [schema, instance] = schema::ParseNameAndInstance(applied);
      if (schema != "CollectionAPI" || instance.IsEmpty()) continue;
      const domain::Collection collection(ancestor, instance);
      // Collections of everything, as lights have them, are meant for where they are.
      if (collection.GetPrim().HasAPI(Token("LightAPI"))) continue;
      if (!collection.ComputeMembership().IsPathIncluded(reached_.there.GetPath())) continue;
      Tell("LostCollection", collection.GetPath(), "the collection that it is in,",
           "Make a collection above the referencing prim, or reference the prim above.");
    }
  }

  const Reached& reached_;
  const StageScope& scope_;
  Findings& findings_;
};

void CheckReferences(const Prim& prim, const StageScope& scope, Findings& findings) {
  for (const stage::CompositionArc& arc : FindAssetArcs(prim)) {
    const Path target = arc.node.GetPath().StripAllVariantSelections();
    if (target.IsRootPrim()) continue;
    const layer::LayerPtr& layer = arc.node.GetLayerStack()->GetRootLayer();
    const stage::Stage* other = scope.OpenStage(layer);
    const Prim there = other ? other->GetPrimAtPath(target) : Prim();
    if (!there) continue;
    LossFinder({prim, there, layer->GetDisplayName()}, scope, findings).Find();
  }
}

}  // namespace

void AddReferenceValidators(ValidatorRegistry& registry) {
  Validator losses{
      .name = Token("strataReferences:SubRootReference"),
      .documentation = "A reference below a root prim loses nothing that ancestors of its target say.",
      .keywords = {Token("StrataReferenceValidators")}};
  losses.check_prim = CheckReferences;
  registry.Register(std::move(losses));
}

}  // namespace strata::validate

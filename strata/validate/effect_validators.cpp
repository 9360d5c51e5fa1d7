// Opinions that have no effect: each says why, and what would make it work.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/asset/similar.h"
#include "strata/layer/fields.h"
#include "strata/validate/validator.h"
#include "strata/value/time_samples.h"

namespace strata::validate {

namespace {

using compose::LayerStack;
using layer::GetFieldNames;
using stage::Prim;

// The layers that the stage's owner writes: its own stack. What other layers say is for others to mend.
const std::vector<LayerStack::Entry>& GetOwnLayers(const stage::Stage& stage) {
  return stage.GetRootLayerStack()->GetEntries();
}

std::string HintSimilar(Token name, const std::vector<Token>& known) {
  std::vector<std::string> names;
  for (Token one : known) names.push_back(one.GetString());
  const std::vector<std::string> similar = asset::FindSimilarNames(name.GetText(), names);
  return similar.empty() ? std::string() : fmt::format("Did you mean {}?", fmt::join(similar, ", "));
}

// -- under an instance --------------------------------------------------------------------------------

void CheckUnderInstances(const StageScope& scope, Findings& findings) {
  const stage::Stage& stage = scope.GetStage();
  for (const Prim& prim : scope.GetPrims()) {
    if (!prim.IsInstance() || prim.IsInstanceProxy()) continue;
    for (const LayerStack::Entry& entry : GetOwnLayers(stage)) {
      for (Token child : entry.layer->GetChildNames(prim.GetPath(), GetFieldNames().primChildren)) {
        const Path path = prim.GetPath().AppendChild(child);
        findings.Warn(
            "UnderInstance", {Site::Of(*entry.layer, path), Site::Of(prim)},
            fmt::format("@{}@ speaks of <{}>, but <{}> is an instance: what is below is shared.",
                        entry.layer->GetDisplayName(), path.GetString(), prim.GetPath().GetString()),
            fmt::format("Set instanceable = false on <{}>, or edit what it references.",
                        prim.GetPath().GetString()));
      }
    }
  }
}

// -- an over of nothing -------------------------------------------------------------------------------

// Specs that composed prims use, so that an `over` that serves as a class or as the target of a reference
// counts.
class UsedSpecs {
 public:
  explicit UsedSpecs(const stage::Stage& stage) {
    for (const Prim& prim : stage.TraverseAll()) {
      const compose::PrimIndexPtr index = prim.IsDefined() ? prim.GetPrimIndex() : nullptr;
      if (!index || index->GetNodeCount() < 2) continue;
      for (const compose::SpecSite& site : index->GetSpecStack())
        if (!site.node.IsRoot()) used_.emplace(site.entry->layer.get(), site.path);
    }
  }
  bool Has(const layer::Layer& layer, Path path) const { return used_.contains({&layer, path}); }

 private:
  std::set<std::pair<const layer::Layer*, Path>> used_;
};

void CheckOversOfNothing(const StageScope& scope, Findings& findings) {
  const stage::Stage& stage = scope.GetStage();
  std::optional<UsedSpecs> used;
  const auto predicate = stage::PrimPredicate().Require(stage::PrimFlag::kActive);
  auto range = stage.Traverse(predicate);
  for (auto at = range.begin(); at != range.end(); ++at) {
    const Prim& prim = *at;
    if (prim.IsPseudoRoot() || prim.HasDefiningSpecifier() || prim.IsInPrototype()) continue;
    at.PruneChildren();
    if (!prim.GetParent().IsPseudoRoot() && !prim.GetParent().HasDefiningSpecifier()) continue;
    if (prim.GetParent().IsAbstract()) continue;  // may come to life where the class is used
    if (!used) used.emplace(stage);
    for (const LayerStack::Entry& entry : GetOwnLayers(stage)) {
      if (!entry.layer->HasSpec(prim.GetPath()) || used->Has(*entry.layer, prim.GetPath())) continue;
      std::vector<Token> siblings = prim.GetParent().GetChildrenNames();
      std::erase(siblings, prim.GetName());
      const std::string hint = HintSimilar(prim.GetName(), siblings);
      findings.Warn("OverOfNothing", {Site::Of(*entry.layer, prim.GetPath())},
                    fmt::format("@{}@ says `over` of <{}>, which nobody defines: it is not seen.",
                                entry.layer->GetDisplayName(), prim.GetPath().GetString()),
                    hint.empty() ? "Say `def`, or correct the name." : hint);
    }
  }
}

// -- properties that nobody knows ---------------------------------------------------------------------

bool IsFreeName(Token name) {
  // Namespaces are made by users and schemas alike; what stands in one is taken to be meant.
  return name.GetText().find(':') != std::string_view::npos;
}

void CheckUnknownProperties(const Prim& prim, const StageScope& scope, Findings& findings) {
  const schema::PrimDefinition* definition = prim.GetPrimDefinition();
  if (!definition || prim.IsInstanceProxy() || definition->GetSchemaType().IsEmpty()) return;
  for (Token name : prim.GetAuthoredPropertyNames()) {
    if (definition->FindProperty(name) || IsFreeName(name)) continue;
    const stage::Property property = prim.GetProperty(name);
    if (property.IsCustom()) continue;
    const auto specs = property.GetPropertyStack();
    const auto& own = GetOwnLayers(scope.GetStage());
    const bool is_own = std::any_of(specs.begin(), specs.end(), [&](const stage::SpecWithOffset& spec) {
      return std::any_of(own.begin(), own.end(),
                         [&](const LayerStack::Entry& entry) { return entry.layer == spec.layer; });
    });
    if (!is_own) continue;
    const std::string hint = HintSimilar(name, definition->GetPropertyNames());
    const std::string message =
        fmt::format("No schema of <{}> has a property '{}': readers of {} pass it over.",
                    prim.GetPath().GetString(), name.GetText(), definition->GetSchemaType().GetText());
    if (hint.empty()) {
      findings.Info("UnknownProperty", {Site::Of(property)}, message,
                    "Mark it `custom` if it is meant, or apply the schema that declares it.");
    } else {
      findings.Warn("UnknownProperty", {Site::Of(property)}, message, hint);
    }
  }
}

// -- variant selections -------------------------------------------------------------------------------

void CheckVariantSelections(const Prim& prim, const StageScope& scope, Findings& findings) {
  if (prim.IsInstanceProxy()) return;
  const Token field = GetFieldNames().variantSelection;
  for (const LayerStack::Entry& entry : GetOwnLayers(scope.GetStage())) {
    const auto* selections = entry.layer->GetFieldAs<VariantSelectionMap>(prim.GetPath(), field);
    if (!selections) continue;
    for (const auto& [set_name, authored] : *selections) {
      const Token set(set_name), selected = prim.GetVariantSelection(set);
      const std::vector<Site> sites = {Site::Of(*entry.layer, prim.GetPath())};
      const std::vector<Token> sets = prim.GetVariantSetNames();
      if (authored.empty() || authored.front() == '`') continue;  // of expressions composition tells
      if (std::find(sets.begin(), sets.end(), set) == sets.end()) {
        findings.Warn(
            "SelectionOfNoSet", sites,
            fmt::format("@{}@ selects '{}' of <{}>, which has no variant set '{}'.",
                        entry.layer->GetDisplayName(), authored, prim.GetPath().GetString(), set_name),
            HintSimilar(set, sets));
      } else if (selected.GetText() != authored) {
        findings.Warn(
            "WeakerSelection", sites,
            fmt::format("@{}@ selects the variant '{}' of '{}' on <{}>, but a stronger opinion selects "
                        "'{}'.",
                        entry.layer->GetDisplayName(), authored, set_name, prim.GetPath().GetString(),
                        selected.GetText()),
            "Select in the stronger layer, or remove the selection there.");
      } else {
        const std::vector<Token> variants = prim.GetVariantNames(set);
        if (std::find(variants.begin(), variants.end(), Token(authored)) != variants.end()) continue;
        findings.Warn(
            "SelectionOfNoVariant", sites,
            fmt::format("@{}@ selects '{}' of '{}' on <{}>, which has no such variant.",
                        entry.layer->GetDisplayName(), authored, set_name, prim.GetPath().GetString()),
            HintSimilar(Token(authored), variants));
      }
    }
  }
}

// -- deletions of nothing -----------------------------------------------------------------------------

// A list op's deleted items that no weaker op of the same layer stack adds.
template <class Op>
void CheckDeletions(const Prim& prim, const StageScope& scope, Path path, Token field,
                    const std::vector<typename Op::Item>& from_elsewhere, Findings& findings) {
  const auto& own = GetOwnLayers(scope.GetStage());
  for (size_t i = 0; i < own.size(); ++i) {
    const Op* op = own[i].layer->template GetFieldAs<Op>(path, field);
    if (!op || op->deleted_items.empty()) continue;
    std::vector<typename Op::Item> weaker = from_elsewhere;
    for (size_t k = own.size(); k-- > i + 1;)
      if (const Op* below = own[k].layer->template GetFieldAs<Op>(path, field)) below->ApplyTo(weaker);
    size_t without_effect = 0;
    for (const auto& item : op->deleted_items)
      without_effect += std::find(weaker.begin(), weaker.end(), item) == weaker.end();
    if (without_effect == 0) continue;
    findings.Warn(
        "DeletesNothing", {Site::Of(*own[i].layer, path)},
        fmt::format("@{}@ deletes {} of '{}' on <{}> that no weaker layer adds.",
                    own[i].layer->GetDisplayName(),
                    without_effect == 1 ? "an item" : fmt::format("{} items", without_effect),
                    field.GetText(), path.GetString()),
        "Correct the item: it must be written as where it is added. `strata why` shows who adds what.");
  }
  (void)prim;
}

// What opinions behind arcs add, in the stage's namespace: these can be deleted too.
template <class Op>
std::vector<typename Op::Item> CollectItems(const Prim& prim, Token property, Token field) {
  std::vector<typename Op::Item> items;
  const compose::PrimIndexPtr index = prim.GetPrimIndex();
  if (!index) return items;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    if (site.node.IsRoot()) continue;
    const Path path = property.IsEmpty() ? site.path : site.path.AppendProperty(property);
    const Op* op = site.entry->layer->GetFieldAs<Op>(path, field);
    if (!op) continue;
    for (typename Op::Item item : op->GetAppliedItems()) {
      if constexpr (std::is_same_v<typename Op::Item, Path>)
        item = site.node.GetMapToRoot().MapSourceToTarget(item);
      items.push_back(std::move(item));
    }
  }
  return items;
}

void CheckListEdits(const Prim& prim, const StageScope& scope, Findings& findings) {
  if (prim.IsInstanceProxy()) return;
  const layer::FieldNames& names = GetFieldNames();
  const Path path = prim.GetPath();
  // Arcs are listed by each layer stack for itself: nothing elsewhere can be deleted.
  CheckDeletions<ReferenceListOp>(prim, scope, path, names.references, {}, findings);
  CheckDeletions<PayloadListOp>(prim, scope, path, names.payload, {}, findings);
  CheckDeletions<PathListOp>(prim, scope, path, names.inheritPaths, {}, findings);
  CheckDeletions<PathListOp>(prim, scope, path, names.specializes, {}, findings);
  CheckDeletions<TokenListOp>(prim, scope, path, names.apiSchemas,
                              CollectItems<TokenListOp>(prim, Token(), names.apiSchemas), findings);
  for (Token name : prim.GetAuthoredPropertyNames()) {
    const Path property = path.AppendProperty(name);
    for (Token field : {names.targetPaths, names.connectionPaths}) {
      bool deletes = false;
      for (const LayerStack::Entry& entry : GetOwnLayers(scope.GetStage())) {
        const PathListOp* op = entry.layer->GetFieldAs<PathListOp>(property, field);
        deletes |= op && !op->deleted_items.empty();
      }
      if (!deletes) continue;
      CheckDeletions<PathListOp>(prim, scope, property, field, CollectItems<PathListOp>(prim, name, field),
                                 findings);
    }
  }
}

// -- targets that are not there -----------------------------------------------------------------------

bool IsThere(const stage::Stage& stage, Path target) {
  if (target.IsAbsoluteRoot()) return true;
  if (target.IsPrim()) return bool(stage.GetPrimAtPath(target));
  if (!target.IsPrimProperty()) return false;
  if (stage.GetPropertyAtPath(target).IsDefined()) return true;
  // A collection is a property of no name of its own.
  const std::string_view name = target.GetNameToken().GetText();
  return name.starts_with("collection:") &&
         stage.GetPrimAtPath(target.GetPrimPath())
             .HasAPI(Token("CollectionAPI" + std::string(name.substr(10))));
}

void CheckTargets(const Prim& prim, const StageScope& scope, Findings& findings) {
  if (prim.IsInstanceProxy()) return;
  const stage::Stage& stage = scope.GetStage();
  for (Token name : prim.GetAuthoredPropertyNames()) {
    const stage::Property property = prim.GetProperty(name);
    const bool is_relationship = property.IsRelationship();
    const std::vector<Path> targets =
        is_relationship ? prim.GetRelationship(name).GetTargets() : prim.GetAttribute(name).GetConnections();
    for (Path target : targets) {
      if (IsThere(stage, target)) continue;
      findings.Warn("UnreachableTarget", {Site::Of(property)},
                    fmt::format("<{}> {} <{}>, which is not there.", property.GetPath().GetString(),
                                is_relationship ? "targets" : "is connected to", target.GetString()),
                    "Correct the path, load or activate what it names, or remove it.");
    }
  }
}

// -- defaults that nobody sees ------------------------------------------------------------------------

void CheckShadowedDefaults(const Prim& prim, const StageScope& scope, Findings& findings) {
  if (prim.IsInstanceProxy()) return;
  const layer::FieldNames& names = GetFieldNames();
  for (Token name : prim.GetAuthoredPropertyNames()) {
    const Path path = prim.GetPath().AppendProperty(name);
    const layer::Layer* animated = nullptr;
    for (const LayerStack::Entry& entry : GetOwnLayers(scope.GetStage())) {
      const auto* samples = entry.layer->GetFieldAs<TimeSamples>(path, names.timeSamples);
      if (!animated && ((samples && !samples->IsEmpty()) || entry.layer->GetField(path, names.spline)))
        animated = entry.layer.get();
      if (!entry.layer->GetField(path, names.default_)) continue;
      if (!animated) break;  // this default decides, whatever weaker layers animate
      const std::string who = animated == entry.layer.get()
                                  ? "and animates it"
                                  : fmt::format("which @{}@ animates", animated->GetDisplayName());
      findings.Info("ShadowedDefault", {Site::Of(*entry.layer, path)},
                    fmt::format("@{}@ gives <{}> a default, {}: the default is seen at no time code.",
                                entry.layer->GetDisplayName(), path.GetString(), who),
                    "Remove the one that is not meant; a default in a stronger layer wins over samples.");
      break;
    }
  }
}

}  // namespace

void AddEffectValidators(ValidatorRegistry& registry) {
  const auto add = [&](const char* name, const char* documentation, auto check) {
    Validator validator{
        .name = Token(name), .documentation = documentation, .keywords = {Token("StrataEffectValidators")}};
    if constexpr (std::is_invocable_v<decltype(check), const StageScope&, Findings&>) {
      validator.check_stage = check;
    } else {
      validator.check_prim = check;
    }
    registry.Register(std::move(validator));
  };
  add("strataEffect:UnderInstance", "No layer of the stage speaks of what lies below an instance.",
      CheckUnderInstances);
  add("strataEffect:OverOfNothing", "What a layer overrides is there.", CheckOversOfNothing);
  add("strataEffect:UnknownProperty", "Properties are declared by a schema, or custom.",
      CheckUnknownProperties);
  add("strataEffect:VariantSelection", "Variant selections select.", CheckVariantSelections);
  add("strataEffect:DeletesNothing", "List edits delete what is there.", CheckListEdits);
  add("strataEffect:UnreachableTarget", "Targets and connections lead to what is there.", CheckTargets);
  add("strataEffect:ShadowedDefault", "Defaults are seen at some time.", CheckShadowedDefaults);
}

}  // namespace strata::validate

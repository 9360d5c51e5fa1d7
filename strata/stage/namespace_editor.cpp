#include "strata/stage/namespace_editor.h"

#include <algorithm>

#include <fmt/format.h>

#include "strata/compose/expression.h"
#include "strata/layer/fields.h"
#include "strata/layer/move_spec.h"
#include "strata/stage/namespace_fixes.h"
#include "strata/stage/namespace_sites.h"

namespace strata::stage {

namespace {

using Step = NamespacePlan::Step;

// -- what cannot be edited --

// Why nothing may be moved from or into a prim; empty when it may.
std::string JudgePrim(const Prim& prim) {
  if (!prim) return "is not a valid prim";
  if (prim.IsPrototype() || prim.IsInPrototype()) return "belongs to a prototype prim";
  if (prim.IsInstanceProxy()) return "is a prototype proxy descendant of an instance prim";
  return {};
}

std::string JudgeObject(const Stage& stage, Path path) {
  if (path.IsPrim()) {
    const std::string wrong = JudgePrim(stage.GetPrimAtPath(path));
    return wrong.empty() ? wrong : "The prim to edit " + wrong;
  }
  const Property property = stage.GetPropertyAtPath(path);
  if (!property) return "The property to edit is not a valid property";
  if (property.GetPrim().IsInstanceProxy())
    return "The property to edit belongs to an instance prototype proxy";
  if (property.GetPrim().IsPrototype() || property.GetPrim().IsInPrototype())
    return "The property to edit belongs to a prototype prim";
  return {};
}

// Whether relocates took the prim at `path` away; not where they brought it to `from`, from where it may
// return.
bool IsProhibited(const Stage& stage, const Prim& parent, Path path, Path from) {
  if (stage.GetRootLayerStack()->FindRelocateSource(from) == path) return false;
  const compose::PrimIndexPtr index = parent.GetPrimIndex();
  if (!index) return false;
  std::vector<Token> names, prohibited;
  index->ComputeChildNames(names, prohibited);
  return std::find(prohibited.begin(), prohibited.end(), path.GetNameToken()) != prohibited.end();
}

std::string JudgeDestination(const Stage& stage, Path from, Path to) {
  const bool exists = to.IsPrim() ? bool(stage.GetPrimAtPath(to)) : bool(stage.GetPropertyAtPath(to));
  const Path parent_path = to.GetParent();
  const Prim parent = stage.GetPrimAtPath(parent_path);
  if (exists) return "An object already exists at the new path";
  if (parent_path != from.GetParent()) {
    if (from == parent_path) return "The new parent prim is the same as the prim to move";
    if (const std::string wrong = JudgePrim(parent); !wrong.empty()) return "The new parent prim " + wrong;
    if (parent_path.HasPrefix(from)) return "The new parent prim is a descendant of the prim to move";
    if (to.IsPrim() && parent.IsInstance()) {
      return "The new parent prim is an instance prim whose children are provided exclusively by its "
             "prototype";
    }
  }
  if (to.IsPrim() && IsProhibited(stage, parent, to, from))
    return "The new path is a prohibited child of its parent path because of existing relocates.";
  return {};
}

// -- the plan --

class Planner {
 public:
  Planner(const Stage& stage, std::vector<const Stage::Impl*> stages, NamespaceEditor::Relocates relocates,
          Path from, Path to)
      : stage_(stage), stages_(std::move(stages)), relocates_(relocates), from_(from), to_(to) {}

  NamespacePlan Make() {
    std::string wrong = JudgeObject(stage_, from_);
    if (wrong.empty() && !to_.IsEmpty()) wrong = JudgeDestination(stage_, from_, to_);
    if (wrong.empty()) wrong = JudgeArcs();
    if (!wrong.empty()) return Refuse(std::move(wrong));
    const NamespaceSites sites(stages_, from_, to_, needs_relocate_ ? GetRelocatesLayer() : nullptr);
    plan_.warnings = sites.GetWarnings();
    Mend(sites);
    if (wrong = Move(sites); !wrong.empty()) return Refuse(std::move(wrong));
    plan_.moves.push_back({from_, to_});
    return std::move(plan_);
  }

 private:
  NamespacePlan Refuse(std::string why) {
    plan_ = {};
    plan_.errors.push_back(std::move(why));
    return std::move(plan_);
  }

  // Opinions over arcs of ancestors do not move with specs.
  std::string JudgeArcs() {
    const compose::PrimIndexPtr index = stage_.GetPrimAtPath(from_.GetPrimPath()).GetPrimIndex();
    needs_relocate_ = index && FindOtherOpinions(*index, index->GetRootNode(), from_, {});
    if (!needs_relocate_) return {};
    const std::string why =
        "to edit requires authoring relocates since it composes opinions introduced by ancestral composition "
        "arcs; ";
    if (from_.IsPrimProperty())
      return "The property " + why + "authoring relocates is not supported for properties";
    if (relocates_ == NamespaceEditor::Relocates::kRefuse)
      return "The prim " + why + "relocates authoring must be enabled to perform this edit";
    return {};
  }

  layer::LayerPtr GetRelocatesLayer() const {
    const layer::LayerPtr& layer = stage_.GetEditTarget().GetLayer();
    return layer && stage_.HasLocalLayer(layer) ? layer : stage_.GetRootLayer();
  }

  void Mend(const NamespaceSites& sites) {
    std::vector<layer::LayerPtr> layers;
    for (const SiteMove& move : sites.GetMoves())
      for (const auto& entry : move.stack->GetEntries())
        if (std::find(layers.begin(), layers.end(), entry.layer) == layers.end())
          layers.push_back(entry.layer);
    for (const layer::LayerPtr& layer : layers) {
      std::vector<PathMove> moves;
      bool is_root = false;
      for (const SiteMove& move : sites.GetMoves()) {
        const auto& entries = move.stack->GetEntries();
        if (std::none_of(entries.begin(), entries.end(), [&](const auto& e) { return e.layer == layer; }))
          continue;
        is_root = is_root || move.stack->GetRootLayer() == layer;
        const bool is_known = std::any_of(moves.begin(), moves.end(),
                                          [&](const PathMove& known) { return known.from == move.from; });
        if (!is_known) moves.push_back({move.from, move.to});
      }
      MendPaths(layer, moves, is_root ? DefaultPrim::kMend : DefaultPrim::kKeep, plan_.steps);
      if (!from_.IsPrimProperty()) MendRelocates(layer, moves);
    }
    for (const ArcMove& arc : sites.GetArcs()) MendArc(arc);
  }

  void MendRelocates(const layer::LayerPtr& layer, const std::vector<PathMove>& moves) {
    const Token field = layer::GetFieldNames().layerRelocates;
    const Value* known = layer->GetField(Path::AbsoluteRoot(), field);
    Relocates relocates = known ? known->GetOr(Relocates()) : Relocates();
    relocates = MoveRelocates(relocates, moves);
    if (needs_relocate_ && layer == GetRelocatesLayer() && !IsRelocated()) relocates.emplace_back(from_, to_);
    const Value before = known ? *known : Value();
    Value after = relocates.empty() && !known ? Value() : Value(std::move(relocates));
    if (before == after) return;
    plan_.steps.push_back({Step::Kind::kSetField, layer, Path::AbsoluteRoot(), {}, field, before, after});
  }

  // Whether a relocate of the stage's own layers brings the prim: it is given the new target.
  bool IsRelocated() const {
    const Token field = layer::GetFieldNames().layerRelocates;
    for (const layer::LayerPtr& layer : stage_.GetLayerStack()) {
      const auto* relocates = layer->GetFieldAs<Relocates>(Path::AbsoluteRoot(), field);
      if (!relocates) continue;
      for (const auto& [source, target] : *relocates)
        if (!target.IsEmpty() && target.MakeAbsolute(Path::AbsoluteRoot()) == from_) return true;
    }
    return false;
  }

  void MendArc(const ArcMove& arc) {
    for (const auto& entry : arc.stack->GetEntries()) {
      const auto leads_there = [&](const std::string& asset_path) {
        const std::string text = compose::EvaluateText(asset_path, arc.stack->GetExpressionVariables()).text;
        return arc.stage->provider->CreateIdentifier(text, *entry.layer) == arc.target->GetIdentifier();
      };
      MendArcs(entry.layer, arc.site, {arc.from, arc.to}, leads_there, plan_.steps);
    }
  }

  std::string Move(const NamespaceSites& sites) {
    std::vector<Step> moves;
    for (const SiteMove& move : sites.GetMoves()) {
      if (!move.moves_specs) continue;
      for (const auto& entry : move.stack->GetEntries()) {
        const layer::LayerPtr& layer = entry.layer;
        const bool is_known = std::any_of(moves.begin(), moves.end(), [&](const Step& step) {
          return step.layer == layer && step.path == move.from;
        });
        if (is_known || !layer->HasSpec(move.from)) continue;
        if (!move.to.IsEmpty() && layer->HasSpec(move.to)) {
          const std::string why = fmt::format(
              "The spec @{}@<{}> cannot be moved to <{}> because a spec already exists at the new path",
              layer->GetIdentifier(), move.from.GetString(), move.to.GetString());
          if (!move.is_derived) return why;
          plan_.warnings.push_back(why);
          continue;
        }
        Step& step = moves.emplace_back();
        step.kind = move.to.IsEmpty() ? Step::Kind::kDeleteSpec : Step::Kind::kMoveSpec;
        step.layer = layer;
        step.path = move.from;
        step.to = move.to;
      }
    }
    // What is below moves first, as it is named.
    std::stable_sort(moves.begin(), moves.end(), [](const Step& a, const Step& b) {
      return a.path.GetElementCount() > b.path.GetElementCount();
    });
    plan_.steps.insert(plan_.steps.end(), moves.begin(), moves.end());
    return {};
  }

  const Stage& stage_;
  std::vector<const Stage::Impl*> stages_;
  NamespaceEditor::Relocates relocates_;
  Path from_, to_;
  bool needs_relocate_ = false;
  NamespacePlan plan_;
};

Diagnostic MakeRefusal(Path path, std::string message, std::string hint) {
  SourceLocation location;
  location.path = path.GetString();
  return Diagnostic(kEditRefused, std::move(message), location, std::move(hint));
}

Result<void> Take(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kSetField:
      return step.layer->SetField(step.path, step.field, step.after);
    case Step::Kind::kMoveSpec:
      return layer::MoveSpec(*step.layer, step.path, step.to);
    case Step::Kind::kDeleteSpec:
      return step.layer->DeleteSpec(step.path);
  }
  return {};
}

}  // namespace

std::vector<layer::LayerPtr> NamespacePlan::GetLayersToEdit() const {
  std::vector<layer::LayerPtr> layers;
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kSetField) continue;
    if (std::find(layers.begin(), layers.end(), step.layer) == layers.end()) layers.push_back(step.layer);
  }
  return layers;
}

void NamespaceEditor::AddDependentStage(Stage& stage) {
  if (&stage != &stage_ && std::find(dependent_.begin(), dependent_.end(), &stage) == dependent_.end())
    dependent_.push_back(&stage);
}

void NamespaceEditor::RemoveDependentStage(const Stage& stage) {
  std::erase(dependent_, &stage);
}

Result<void> NamespaceEditor::Ask(Path from, Path to, bool is_property) {
  const auto fits = [is_property](Path path) {
    return path.IsAbsolute() && !path.ContainsPrimVariantSelection() && !path.ContainsTarget() &&
           (is_property ? path.IsPrimProperty() : path.IsPrim());
  };
  const char* kind = is_property ? "property" : "prim";
  if (!fits(from)) {
    return MakeRefusal(from, fmt::format("'{}' is no path of a {} to edit.", from.GetString(), kind),
                       fmt::format("Give the absolute path of a {} of the stage.", kind));
  }
  if (!to.IsEmpty() && !fits(to)) {
    return MakeRefusal(to, fmt::format("'{}' is no path for a {} to have.", to.GetString(), kind),
                       fmt::format("Give an absolute path of a {}.", kind));
  }
  from_ = from;
  to_ = to;
  return {};
}

Result<void> NamespaceEditor::MovePrimAtPath(Path from, Path to) {
  if (to.IsEmpty())
    return MakeRefusal(from, "A prim is to be moved to nowhere.", "Give its new path, or delete it.");
  return Ask(from, to, false);
}

Result<void> NamespaceEditor::DeletePrimAtPath(Path path) {
  return Ask(path, {}, false);
}

Result<void> NamespaceEditor::MovePropertyAtPath(Path from, Path to) {
  if (to.IsEmpty())
    return MakeRefusal(from, "A property is to be moved to nowhere.", "Give its new path, or delete it.");
  return Ask(from, to, true);
}

Result<void> NamespaceEditor::DeletePropertyAtPath(Path path) {
  return Ask(path, {}, true);
}

Result<void> NamespaceEditor::RenamePrim(const Prim& prim, Token name) {
  return MovePrimAtPath(prim.GetPath(), prim.GetPath().GetParent().AppendChild(name));
}

Result<void> NamespaceEditor::ReparentPrim(const Prim& prim, const Prim& new_parent, Token name) {
  const Token last = name.IsEmpty() ? prim.GetName() : name;
  return MovePrimAtPath(prim.GetPath(), new_parent.GetPath().AppendChild(last));
}

Result<void> NamespaceEditor::RenameProperty(const Property& property, Token name) {
  return MovePropertyAtPath(property.GetPath(), property.GetPrim().GetPath().AppendProperty(name));
}

Result<void> NamespaceEditor::ReparentProperty(const Property& property, const Prim& new_parent, Token name) {
  const Token last = name.IsEmpty() ? property.GetName() : name;
  return MovePropertyAtPath(property.GetPath(), new_parent.GetPath().AppendProperty(last));
}

NamespacePlan NamespaceEditor::Plan() const {
  if (from_.IsEmpty()) {
    NamespacePlan plan;
    plan.errors.push_back("There is no edit to apply");
    return plan;
  }
  std::vector<const Stage::Impl*> stages{&stage_.GetImpl()};
  for (const Stage* stage : dependent_) stages.push_back(&stage->GetImpl());
  return Planner(stage_, std::move(stages), relocates_, from_, to_).Make();
}

Result<Transaction> NamespaceEditor::ApplyEdits() {
  const NamespacePlan plan = Plan();
  if (!plan.CanApply())
    return MakeRefusal(
        from_, plan.errors.front() + ".",
        "Nothing was changed. Choose another path, or edit the layers that the object comes from.");
  TransactionRecorder recorder;
  for (const Step& step : plan.steps) recorder.Add(step.layer);
  Result<void> taken;
  {
    std::vector<std::unique_ptr<Stage::ChangeBlock>> blocks;
    for (Stage* stage : dependent_) {
      stage->FollowLayers();
      blocks.push_back(std::make_unique<Stage::ChangeBlock>(*stage));
    }
    stage_.FollowLayers();
    blocks.push_back(std::make_unique<Stage::ChangeBlock>(stage_));
    for (size_t i = 0; i < plan.steps.size() && taken; ++i) taken = Take(plan.steps[i]);
    if (taken) stage_.ExpectMoves(plan.moves);
  }
  Transaction done = recorder.Take();  // layers tell of what they did when the blocks have ended
  if (!taken) {
    (void)done.GetInverse().Apply();
    return taken.TakeError();
  }
  from_ = to_ = Path();
  done.label = "namespace edit";
  return done;
}

}  // namespace strata::stage

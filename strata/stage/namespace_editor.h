// Renames, moves and deletes prims and properties of a stage, with everything that points to them.
// (UsdNamespaceEditor)
#pragma once

#include <string>
#include <vector>

#include "strata/stage/stage.h"
#include "strata/stage/undo.h"

namespace strata::stage {

inline constexpr DiagnosticCode kLeftInPlace{
    "stage.left-in-place", Severity::kWarning,
    "An edit of a stage's namespace leaves opinions where they are that speak of what moved."};

// What an edit would do, as data: it can be shown, and nothing is done by making it.
struct NamespacePlan {
  struct Step {
    enum class Kind : uint8_t { kSetField, kMoveSpec, kDeleteSpec } kind;
    layer::LayerPtr layer;
    Path path;            // of the spec, before any of the steps
    Path to;              // kMoveSpec
    Token field;          // kSetField; an empty value erases
    Value before, after;  // kSetField
  };
  std::vector<Step> steps;            // in the order in which they are taken
  std::vector<NamespaceMove> moves;   // of objects of the stage itself; `to` is empty for deletions
  std::vector<std::string> errors;    // why it cannot be done; there are no steps then
  std::vector<std::string> warnings;  // what it leaves as it is
  bool CanApply() const { return errors.empty(); }
  // Those whose specs are moved or deleted, strongest first; those where only fields change are not among
  // them, as in OpenUSD.
  std::vector<layer::LayerPtr> GetLayersToEdit() const;
};

// Holds one edit that is asked for, until it is applied or another one takes its place. An edit moves or
// deletes the specs of all layers of the stage's root layer stack; in each layer stack of the stage and its
// dependent stages it mends targets, connections, path expressions, inherits, specializes, references,
// payloads, default prims and relocates, and moves specs that speak of the object through arcs. What the
// stage has over arcs of ancestors is moved by a relocate, written in the layer of the edit target.
// The stages must outlive it. A writer.
class NamespaceEditor {
 public:
  enum class Relocates : uint8_t { kAuthor, kRefuse };
  explicit NamespaceEditor(Stage& stage, Relocates relocates = Relocates::kAuthor)
      : stage_(stage), relocates_(relocates) {}

  // Stages that have the edited layers over arcs, and are to follow.
  void AddDependentStage(Stage& stage);
  void RemoveDependentStage(const Stage& stage);

  // What is asked for. Refused when a path is not that of a prim (a property) of a stage; all else is told
  // by the plan. Deletions are moves to nowhere.
  Result<void> MovePrimAtPath(Path from, Path to);
  Result<void> DeletePrimAtPath(Path path);
  Result<void> MovePropertyAtPath(Path from, Path to);
  Result<void> DeletePropertyAtPath(Path path);
  Result<void> RenamePrim(const Prim& prim, Token name);
  Result<void> ReparentPrim(const Prim& prim, const Prim& new_parent, Token name = Token());
  Result<void> RenameProperty(const Property& property, Token name);
  Result<void> ReparentProperty(const Property& property, const Prim& new_parent, Token name = Token());

  // The dry run.
  NamespacePlan Plan() const;
  // All or nothing; the stages are composed once and tell of renames and moves. Gives what was done: its
  // inverse undoes it.
  Result<Transaction> ApplyEdits();

 private:
  Result<void> Ask(Path from, Path to, bool is_property);

  Stage& stage_;
  std::vector<Stage*> dependent_;
  Relocates relocates_;
  Path from_, to_;
};

}  // namespace strata::stage

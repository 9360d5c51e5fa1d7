// Usd.NamespaceEditor: renames, moves and deletes of prims and properties, with all that points to them.
#include "python/core/usd.h"
#include "strata/stage/namespace_editor.h"

namespace strata::python {

namespace {

struct NamespaceEditOptions {
  bool allow_relocates = true;
};

struct NamespaceAnswer {
  std::vector<std::string> errors, warnings;
  std::string GetWhyNot() const {
    std::string out;
    for (const std::string& error : errors) out += (out.empty() ? "" : "; ") + error;
    return out;
  }
};

// Keeps the stages open, and raises RuntimeError where it has none.
class NamespaceEditorObject {
 public:
  NamespaceEditorObject(StageObjectPtr stage, NamespaceEditOptions options)
      : stage_(std::move(stage)), options_(options) {
    Make();
  }

  stage::NamespaceEditor& Get() {
    if (!editor_) throw std::runtime_error("a namespace editor without a stage");
    (void)*stage_->stage;  // raises where it is closed
    for (const StageObjectPtr& stage : dependent_) (void)*stage->stage;
    return *editor_;
  }
  void Add(const StageObjectPtr& stage) {
    Get().AddDependentStage(*stage->stage);
    dependent_.push_back(stage);
  }
  void Remove(const StageObjectPtr& stage) {
    Get().RemoveDependentStage(*stage->stage);
    std::erase(dependent_, stage);
  }
  void Set(const std::vector<StageObjectPtr>& stages) {
    for (const StageObjectPtr& stage : dependent_) Get().RemoveDependentStage(*stage->stage);
    dependent_.clear();
    for (const StageObjectPtr& stage : stages) Add(stage);
  }
  bool has_asked = false;

 private:
  void Make() {
    using Relocates = stage::NamespaceEditor::Relocates;
    if (stage_)
      editor_.emplace(*stage_->stage, options_.allow_relocates ? Relocates::kAuthor : Relocates::kRefuse);
  }
  StageObjectPtr stage_;
  NamespaceEditOptions options_;
  std::vector<StageObjectPtr> dependent_;
  std::optional<stage::NamespaceEditor> editor_;
};

NamespaceAnswer CanApply(NamespaceEditorObject& editor) {
  if (!editor.has_asked) return {{"There are no valid edits to perform"}, {}};
  const stage::NamespacePlan plan = editor.Get().Plan();
  return {plan.errors, plan.warnings};
}

bool Apply(NamespaceEditorObject& editor) {
  if (!editor.has_asked) throw std::runtime_error("there are no edits to apply");
  CheckOrRaise([&]() -> Result<void> {
    Result<stage::Transaction> done = editor.Get().ApplyEdits();
    if (!done) return done.GetError();
    return {};
  }());
  return true;
}

bool Ask(NamespaceEditorObject& editor, const Result<void>& asked) {
  CheckOrRaise(asked);
  editor.has_asked = true;
  return true;
}

void BindParts(nb::class_<NamespaceEditorObject>& cls) {
  nb::class_<NamespaceEditOptions>(cls, "EditOptions", "How an editor may go about its edits.")
      .def(nb::init<>())
      .def_rw("allowRelocatesAuthoring", &NamespaceEditOptions::allow_relocates);
  nb::class_<NamespaceAnswer>(cls, "CanApplyResult", "Whether an edit can be made, and what there is to say.")
      .def(nb::init<>())
      .def("__bool__", [](const NamespaceAnswer& r) { return r.errors.empty(); })
      .def_prop_ro("errors", [](const NamespaceAnswer& r) { return r.errors; })
      .def_prop_ro("warnings", [](const NamespaceAnswer& r) { return r.warnings; })
      .def_prop_ro("whyNot", &NamespaceAnswer::GetWhyNot);
}

void BindMoves(nb::class_<NamespaceEditorObject>& cls) {
  cls.def(
      "DeletePrimAtPath",
      [](NamespaceEditorObject& e, PathArgument path) { return Ask(e, e.Get().DeletePrimAtPath(path)); },
      "path"_a);
  cls.def(
      "MovePrimAtPath",
      [](NamespaceEditorObject& e, PathArgument from, PathArgument to) {
        return Ask(e, e.Get().MovePrimAtPath(from, to));
      },
      "path"_a, "newPath"_a);
  cls.def(
      "DeletePrim",
      [](NamespaceEditorObject& e, const PrimObject& p) {
        return Ask(e, e.Get().DeletePrimAtPath(p.prim.GetPath()));
      },
      "prim"_a);
  cls.def(
      "RenamePrim",
      [](NamespaceEditorObject& e, const PrimObject& p, Token name) {
        return Ask(e, e.Get().RenamePrim(p.prim, name));
      },
      "prim"_a, "newName"_a);
  cls.def(
      "ReparentPrim",
      [](NamespaceEditorObject& e, const PrimObject& p, const PrimObject& parent, Token name) {
        return Ask(e, e.Get().ReparentPrim(p.prim, parent.prim, name));
      },
      "prim"_a, "newParent"_a, "newName"_a = Token());
  cls.def(
      "DeletePropertyAtPath",
      [](NamespaceEditorObject& e, PathArgument path) { return Ask(e, e.Get().DeletePropertyAtPath(path)); },
      "path"_a);
  cls.def(
      "MovePropertyAtPath",
      [](NamespaceEditorObject& e, PathArgument from, PathArgument to) {
        return Ask(e, e.Get().MovePropertyAtPath(from, to));
      },
      "path"_a, "newPath"_a);
  cls.def(
      "DeleteProperty",
      [](NamespaceEditorObject& e, const PropertyObject& p) {
        return Ask(e, e.Get().DeletePropertyAtPath(p.GetPath()));
      },
      "property"_a);
  cls.def(
      "RenameProperty",
      [](NamespaceEditorObject& e, const PropertyObject& p, Token name) {
        return Ask(e, e.Get().RenameProperty(GetProperty(p), name));
      },
      "property"_a, "newName"_a);
  cls.def(
      "ReparentProperty",
      [](NamespaceEditorObject& e, const PropertyObject& p, const PrimObject& parent, Token name) {
        return Ask(e, e.Get().ReparentProperty(GetProperty(p), parent.prim, name));
      },
      "property"_a, "newParent"_a, "newName"_a = Token());
}

}  // namespace

void BindNamespaceEditor(nb::module_& usd) {
  nb::class_<NamespaceEditorObject> cls(
      usd, "NamespaceEditor",
      "Takes one edit of a stage's namespace, says whether it can be made, and makes it.");
  BindParts(cls);
  cls.def(
      "__init__",
      [](NamespaceEditorObject* e, nb::object stage, const NamespaceEditOptions& options) {
        new (e) NamespaceEditorObject(stage.is_none() ? nullptr : nb::cast<StageObjectPtr>(stage), options);
      },
      "stage"_a.none(), "options"_a = NamespaceEditOptions());
  cls.def("AddDependentStage", &NamespaceEditorObject::Add, "stage"_a,
          "A stage that has the edited layers over arcs, and follows.");
  cls.def("RemoveDependentStage", &NamespaceEditorObject::Remove, "stage"_a);
  cls.def("SetDependentStages", &NamespaceEditorObject::Set, "stages"_a);
  BindMoves(cls);
  cls.def("CanApplyEdits", &CanApply, "Whether the edit that is asked for can be made.");
  cls.def("ApplyEdits", &Apply, "Makes the edit; raises Tf.ErrorException when it cannot be made.");
  cls.def("GetLayersToEdit", [](NamespaceEditorObject& e) { return e.Get().Plan().GetLayersToEdit(); });
}

}  // namespace strata::python

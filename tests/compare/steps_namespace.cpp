// Edits of a stage's namespace, one after the other.
#include "strata/stage/namespace_editor.h"
#include "tests/compare/steps.h"

namespace strata::compare {

// Of each edit: whether it can be made and why not, then the text of each of the step's layers.
Json EditNamespace(const Bench& bench, const Json& step) {
  Diagnostics remarks;
  stage::StagePtr dependent;
  if (step.contains("dependent")) {
    auto opened = stage::Stage::Open(bench.registry, step["dependent"].get<std::string>(), {}, remarks);
    if (opened) dependent = *opened;
  }
  Json answers = Json::array();
  for (const Json& edit : step.at("edits")) {
    stage::NamespaceEditor editor(*bench.stage);
    if (dependent) editor.AddDependentStage(*dependent);
    const Path from(edit.at("from").get<std::string>());
    const Path to = edit.contains("to") ? Path(edit["to"].get<std::string>()) : Path();
    const bool is_property = from.IsPrimProperty();
    Result<void> asked = to.IsEmpty()
                             ? is_property ? editor.DeletePropertyAtPath(from) : editor.DeletePrimAtPath(from)
                         : is_property ? editor.MovePropertyAtPath(from, to)
                                       : editor.MovePrimAtPath(from, to);
    const stage::NamespacePlan plan = editor.Plan();
    const bool is_done = asked && bool(editor.ApplyEdits());
    Json texts = Json::array();
    for (const Json& name : step.at("layers")) {
      const layer::LayerPtr layer = bench.registry->FindOrOpen(name, nullptr, {}, remarks);
      auto text = layer->ExportToString();
      texts.push_back(text ? Json(*text) : Json());
    }
    answers.push_back({{"done", is_done},
                       {"why", plan.errors.empty() ? "" : plan.errors.front()},
                       {"layers", std::move(texts)}});
  }
  return answers;
}

}  // namespace strata::compare

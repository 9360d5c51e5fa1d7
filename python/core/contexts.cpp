// Contexts, which own the stage that a program works on: what strata.context is made of.
#include "strata/context/context.h"

#include "python/core/reading.h"
#include "python/core/usd.h"

namespace strata::python {

namespace {

using context::Context;
using context::ContextEvent;

// One object for each context, as long as Python knows it.
struct ContextObject {
  context::ContextPtr context;
  StageObjectPtr shown;  // keeps the one object of the open stage, and where its edits go

  StageObjectPtr GetStage() {
    stage::Stage* open = context->GetStage().Get();
    shown = open ? ViewStage(*open) : nullptr;
    return shown;
  }
};

void Finish(const Result<void>& done, const Diagnostics& remarks) {
  Warn(remarks);
  CheckOrRaise(done);
}

// Takes a stage out of a cache. Python's own object of it, if there is one, is a view from then on.
void Attach(ContextObject& c, context::StageCache& cache, context::StageCache::Id id) {
  StageObjectPtr held;
  if (const stage::StagePtr found = cache.Find(id)) held = FindStageObject(found.get());
  if (held) held->stage.Disown();
  const Result<void> done = c.context->Attach(cache, id);
  if (!done && held) held->stage.Regain(cache.Find(id));
  CheckOrRaise(done);
}

uint64_t AddListener(ContextObject& c, nb::object listener) {
  // The context may outlive the interpreter; what it holds of Python must not be let go of then.
  auto* held = new nb::object(std::move(listener));
  return c.context->AddListener([held](Context&, ContextEvent event) {
    const CallIntoPython acquired;
    try {
      (*held)(std::string(context::GetEventName(event)));
    } catch (nb::python_error& error) {
      error.discard_as_unraisable("a listener of a context");
    }
  });
}

}  // namespace

void BindContexts(nb::module_& core) {
  nb::class_<ContextObject> cls(core, "_Context", "What owns the stage that a program works on.");
  cls.def_prop_ro("name", [](const ContextObject& c) { return c.context->GetName(); });
  cls.def_prop_ro("state", [](const ContextObject& c) { return static_cast<int>(c.context->GetState()); });
  cls.def_prop_ro("url", [](const ContextObject& c) { return c.context->GetStageUrl(); });
  cls.def_prop_ro("is_new", [](const ContextObject& c) { return c.context->IsNewStage(); });
  cls.def_prop_ro("has_pending_edit", [](const ContextObject& c) { return c.context->HasPendingEdit(); });
  cls.def("get_stage", &ContextObject::GetStage);
  const auto open = [](ContextObject& c, const FileArgument& path, stage::LoadPolicy load,
                       nb::handle budgets) {
    stage::OpenOptions options;
    options.load = load;
    options.budgets = ReadOptionalBudgets(budgets);
    Diagnostics remarks;
    CheckOrRaise(c.context->Close());  // with the lock: nobody is in the middle of a call to it
    const Result<void> done = [&] {
      const Reading reading;
      return c.context->Open(path.path, options, remarks);
    }();
    Finish(done, remarks);
  };
  cls.def("open", open, nb::arg(), nb::arg(), nb::arg().none());
  const auto make = [](ContextObject& c, nb::handle budgets) {
    std::optional<Budgets> limits = ReadOptionalBudgets(budgets);
    Diagnostics remarks;
    Finish(c.context->New(remarks, std::move(limits)), remarks);
  };
  cls.def("new", make, nb::arg().none());
  cls.def("reopen", [](ContextObject& c) {
    Diagnostics remarks;
    Finish(c.context->Reopen(remarks), remarks);
  });
  cls.def("close", [](ContextObject& c) { CheckOrRaise(c.context->Close()); });
  cls.def("attach", &Attach);
  cls.def("save", [](ContextObject& c) {
    Diagnostics remarks;
    Finish(c.context->Save(remarks), remarks);
  });
  cls.def("save_as", [](ContextObject& c, const FileArgument& path) {
    Diagnostics remarks;
    Finish(c.context->SaveAs(path.path, remarks), remarks);
  });
  cls.def("get_selection", [](const ContextObject& c) { return c.context->GetSelection().GetPaths(); });
  cls.def("set_selection", [](ContextObject& c, const std::vector<PathArgument>& paths) {
    c.context->SetSelection(context::Selection({paths.begin(), paths.end()}));
  });
  cls.def("add_listener", &AddListener);
  cls.def("remove_listener", [](ContextObject& c, uint64_t id) { c.context->RemoveListener(id); });

  core.def("_get_context", [](const std::string& name) -> std::optional<ContextObject> {
    const context::ContextPtr found = GetEngine().GetContexts().Get(name);
    return found ? std::optional(ContextObject{found, nullptr}) : std::nullopt;
  });
  core.def("_create_context", [](const std::string& name) {
    return ContextObject{ValueOrRaise(GetEngine().GetContexts().Create(name)), nullptr};
  });
  core.def("_destroy_context",
           [](const std::string& name) { return GetEngine().GetContexts().Destroy(name); });
}

}  // namespace strata::python

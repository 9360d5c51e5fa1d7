// Kind: what strata/Kind.py asks of the engine.
#include "python/core/engine.h"
#include "python/core/usd.h"

namespace strata::python {

void BindKinds(nb::module_& core) {
  nb::module_ kind = MakeModule(core, "Kind", "Kinds of prims.");
  const auto kinds = []() -> const schema::KindRegistry& { return GetEngine().GetSchemas()->GetKinds(); };
  kind.def("GetAllKinds", [kinds] { return kinds().GetAllKinds(); });
  kind.def("HasKind", [kinds](Token name) { return kinds().HasKind(name); });
  kind.def("GetBaseKind", [kinds](Token name) { return kinds().GetBaseKind(name); });
  kind.def("IsA", [kinds](Token name, Token base) { return name == base || kinds().IsA(name, base); });
}

}  // namespace strata::python

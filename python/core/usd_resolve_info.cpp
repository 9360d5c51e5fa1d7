// Usd.ResolveInfo.
#include "python/core/usd_resolve_info.h"

#include "python/core/pcp.h"
#include "python/core/usd.h"

namespace strata::python {

void BindResolveInfo(nb::module_& usd) {
  using Info = ResolveInfoObject;
  nb::class_<Info> info(usd, "ResolveInfo", "Where the value of an attribute comes from.");
  info.def("__init__", [](Info* i) { new (i) Info(stage::ResolveInfo()); });
  info.def("GetNode", [](const Info& i) { return MakeNode(i.Get().index, i.Get().node); });
  info.def("GetSource", [](const Info& i) { return i.Get().source; });
  info.def("ValueIsBlocked", [](const Info& i) { return i.Get().value_is_blocked; });
  info.def("HasAuthoredValue", [](const Info& i) { return i.Get().HasAuthoredValue(); });
  info.def("HasAuthoredValueOpinion", [](const Info& i) { return i.Get().HasAuthoredValueOpinion(); });
  info.def("ValueSourceMightBeTimeVarying",
           [](const Info& i) { return i.Get().ValueSourceMightBeTimeVarying(); });
  info.def("HasNextWeakerInfo", &Info::HasNext);
  info.def(
      "GetNextWeakerInfo", [](const Info& i) { return i.HasNext() ? nb::cast(i.GetNext()) : nb::none(); },
      "Of the opinion that this one is combined with; None when it says all.");
}

}  // namespace strata::python

// What stages tell of: Usd.Notice stands in strata/_notices.py, on what is bound here.
#include "python/core/reading.h"
#include "python/core/usd.h"

namespace strata::python {

namespace {

using stage::ObjectsChanged;
using stage::StageNotice;

// Called with (kind, stage, what changed) for each notice of each stage; null until somebody listens.
nb::object& Handler() {
  static auto& handler = *new nb::object;  // outlives the interpreter on purpose
  return handler;
}

const char* GetName(StageNotice::Kind kind) {
  switch (kind) {
    case StageNotice::Kind::kObjectsChanged:
      return "ObjectsChanged";
    case StageNotice::Kind::kStageContentsChanged:
      return "StageContentsChanged";
    case StageNotice::Kind::kStageEditTargetChanged:
      return "StageEditTargetChanged";
    case StageNotice::Kind::kLayerMutingChanged:
      return "LayerMutingChanged";
  }
  return "";
}

void Tell(const StageNotice& notice) {
  const CallIntoPython held;
  const StageObjectPtr stage = FindStageObject(notice.stage);
  if (!stage || !Handler().is_valid()) return;
  nb::object told = nb::none();
  if (notice.kind == StageNotice::Kind::kObjectsChanged && notice.objects)
    told = nb::cast(*notice.objects, nb::rv_policy::copy);
  if (notice.kind == StageNotice::Kind::kLayerMutingChanged && notice.muting)
    told = nb::make_tuple(notice.muting->muted, notice.muting->unmuted);
  try {
    Handler()(GetName(notice.kind), nb::cast(stage), told);
  } catch (nb::python_error& error) {
    error.discard_as_unraisable("a listener of a stage");
  }
}

}  // namespace

void ListenTo(StageObject& stage) {
  if (!stage.is_heard && Handler().is_valid()) {
    stage.is_heard = true;
    stage.stage->AddListener(&Tell);
  }
}

void BindNotices(nb::module_& usd) {
  nb::class_<ObjectsChanged> cls(usd, "_ObjectsChanged", "What one edit did to the objects of a stage.");
  cls.def("GetResyncedPaths", &ObjectsChanged::GetResyncedPaths);
  cls.def("GetChangedInfoOnlyPaths", &ObjectsChanged::GetChangedInfoOnlyPaths);
  cls.def("GetResolvedAssetPathsResyncedPaths", &ObjectsChanged::GetResolvedAssetPathsResyncedPaths);
  cls.def("GetChangedFields",
          [](const ObjectsChanged& o, PathArgument path) { return o.GetChangedFields(path); });
  cls.def("HasChangedFields",
          [](const ObjectsChanged& o, PathArgument path) { return o.HasChangedFields(path); });
  cls.def("ResyncedObject",
          [](const ObjectsChanged& o, PathArgument path) { return o.ResyncedObject(path); });
  cls.def("ChangedInfoOnly",
          [](const ObjectsChanged& o, PathArgument path) { return o.ChangedInfoOnly(path); });
  cls.def("ResolvedAssetPathsResynced",
          [](const ObjectsChanged& o, PathArgument path) { return o.ResolvedAssetPathsResynced(path); });
  cls.def("GetPrimResyncType", [](const ObjectsChanged& o, PathArgument path) {
    const ObjectsChanged::ResyncType found = o.GetPrimResyncType(path);
    return nb::make_tuple(std::string(stage::GetPrimResyncTypeName(found.type)), found.associated);
  });
  cls.def("GetRenamedProperties", &ObjectsChanged::GetRenamedProperties);
  usd.def(
      "_SetNoticeHandler",
      [](nb::object handler) {
        Handler() = std::move(handler);
        ListenToAll();
      },
      "handler"_a);
}

}  // namespace strata::python

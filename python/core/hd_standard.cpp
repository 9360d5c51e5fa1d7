// Hd: the scene indices that come with the engine, and what there is to compare and watch scenes with.
#include <memory>

#include "python/core/hd.h"
#include "python/core/reading.h"
#include "strata/scene/batching.h"
#include "strata/scene/caching.h"
#include "strata/scene/dependency_forwarding.h"
#include "strata/scene/flattening.h"
#include "strata/scene/flattening_providers.h"
#include "strata/scene/implicit_surfaces.h"
#include "strata/scene/light_linking.h"
#include "strata/scene/pinned_curves.h"
#include "strata/scene/primvars.h"
#include "strata/scene/pruning.h"
#include "strata/scene/resolving.h"
#include "strata/scene/switching.h"
#include "strata/scene/tet_meshes.h"

namespace strata::python {

namespace {

using scene::SceneIndex;
using scene::SceneIndexPtr;

// How names of the data that a flattening index inherits are written in Python.
scene::FlatteningProviderPtr FindProvider(const std::string& rule) {
  if (rule == "xform") return scene::MakeXformFlattening();
  if (rule == "visibility") return scene::MakeVisibilityFlattening();
  if (rule == "purpose") return scene::MakePurposeFlattening();
  if (rule == "primvars") return scene::MakePrimvarsFlattening();
  if (rule == "overlay") return scene::MakeOverlayFlattening();
  throw nb::value_error(
      ("there is no rule '" + rule + "', but xform, visibility, purpose, primvars and overlay").c_str());
}

std::shared_ptr<SceneIndex> MakeFlattening(SceneIndexPtr input, const nb::dict& rules) {
  scene::FlatteningSceneIndex::Providers providers;
  for (const auto& [name, rule] : rules)
    providers.emplace_back(ReadAs<Token>(name, "a name"), FindProvider(ReadAs<std::string>(rule, "a rule")));
  return std::make_shared<scene::FlatteningSceneIndex>(std::move(input), std::move(providers));
}

// A predicate that fails leaves the prim where it is.
std::shared_ptr<SceneIndex> MakePathPruning(SceneIndexPtr input, nb::object predicate) {
  if (!PyCallable_Check(predicate.ptr())) RaiseTypeError("what says which paths are pruned is a function");
  KeepEditsToTheirThread();
  return std::make_shared<scene::PathPruningSceneIndex>(
      std::move(input), [kept = Keep(std::move(predicate))](Path path) {
        bool is_pruned = false;
        AskPython(*kept, "__call__", [&](const nb::object& ask) { is_pruned = nb::cast<bool>(ask(path)); });
        return is_pruned;
      });
}

template <class Index>
void BindPlain(nb::module_& hd, const char* name, const char* about) {
  nb::class_<Index, SceneIndex>(hd, name, about).def(nb::init<SceneIndexPtr>(), "inputSceneIndex"_a);
}

void BindBatching(nb::module_& hd) {
  using Batching = scene::NoticeBatchingSceneIndex;
  nb::class_<Batching, SceneIndex> batching(hd, "NoticeBatchingSceneIndex",
                                            "Holds changes back while it batches, and sends them as one.");
  batching.def(nb::init<SceneIndexPtr>(), "inputSceneIndex"_a);
  batching.def(
      "SetBatchingEnabled",
      [](Batching& b, bool enabled) {
        const Alone alone;
        if (enabled)
          b.BeginBatch();
        else
          b.EndBatch();
      },
      "enabled"_a, "What was held back is sent when batching ends.");
  batching.def("IsBatchingEnabled", &Batching::IsBatching);
  batching.def("Flush", [](Batching& b) {
    const Alone alone;
    b.Flush();
  });
}

void BindSwitching(nb::module_& hd) {
  using Switching = scene::SwitchingSceneIndex;
  nb::class_<Switching, SceneIndex> switching(hd, "SwitchingSceneIndex", "One of several scenes.");
  switching.def(
      "__init__",
      [](Switching* made, std::vector<SceneIndexPtr> inputs, size_t index) {
        if (inputs.empty() || index >= inputs.size())
          throw nb::value_error("there is no input of that number");
        new (made) Switching(std::move(inputs), index);
      },
      "inputs"_a, "index"_a = size_t{0});
  switching.def(
      "SetIndex",
      [](Switching& s, size_t index) {
        if (index >= s.GetInputScenes().size()) throw nb::index_error("there is no input of that number");
        const Alone alone;
        s.Select(index);
      },
      "index"_a);
  switching.def("GetIndex", &Switching::GetSelected);
}

void BindResolving(nb::module_& hd) {
  BindPlain<scene::ImplicitSurfacesSceneIndex>(hd, "ImplicitSurfaceSceneIndex",
                                               "Shows spheres, cubes and their like as meshes.");
  BindPlain<scene::TetMeshesSceneIndex>(hd, "TetMeshConversionSceneIndex",
                                        "Shows meshes of tetrahedra as meshes of their surfaces.");
  BindPlain<scene::PinnedCurvesSceneIndex>(hd, "PinnedCurveExpandingSceneIndex",
                                           "Shows pinned curves as plain ones.");
  BindPlain<scene::LightLinkingSceneIndex>(hd, "LightLinkingSceneIndex",
                                           "Says as categories which lights shine on which prims.");
  hd.def("GetResolvingSceneIndexNames", [] {
    std::vector<std::string> names;
    for (const scene::ResolvingIndex& one : scene::GetResolvingIndices()) names.emplace_back(one.name);
    return names;
  });
  hd.def(
      "MakeResolvingSceneIndex",
      [](const std::string& name, SceneIndexPtr input) {
        const scene::ResolvingIndex* found = scene::FindResolvingIndex(name);
        if (!found) throw nb::value_error(("there is no resolving scene index '" + name + "'").c_str());
        const Alone alone;
        return found->make(std::move(input));
      },
      "name"_a, "inputSceneIndex"_a,
      "One of GetResolvingSceneIndexNames(), which turn what a scene says into what renderers draw.");
}

// (paths of what is gone, (path, type) of what came, (path, locators) of what differs)
nb::tuple ComputeDiff(const SceneIndex& before, const SceneIndex& after, bool compares_data) {
  const Alone alone;
  const scene::ChangeSet changes = scene::ComputeSceneIndexDiff(
      before, after, compares_data ? scene::DiffDepth::kData : scene::DiffDepth::kHandles);
  nb::list removed, added, dirtied;
  for (Path path : changes.removed) removed.append(path);
  for (const scene::AddedPrim& each : changes.added) added.append(each);
  for (const scene::DirtiedPrim& each : changes.dirtied) dirtied.append(each);
  return nb::make_tuple(removed, added, dirtied);
}

}  // namespace

void BindStandardSceneIndices(nb::module_& hd) {
  BindPlain<scene::CachingSceneIndex>(hd, "CachingSceneIndex",
                                      "Keeps prims and children once they have been asked for.");
  BindPlain<scene::DependencyForwardingSceneIndex>(
      hd, "DependencyForwardingSceneIndex", "Dirties prims with those that their __dependencies name.");
  hd.def("_Flattening", &MakeFlattening, "inputSceneIndex"_a, "rules"_a);
  hd.def("PrefixPathPruningSceneIndex", &MakePathPruning, "inputSceneIndex"_a, "predicate"_a,
         "Without the prims for which predicate(path) is true, and all below them.");
  hd.def(
      "PrimTypePruningSceneIndex",
      [](SceneIndexPtr input, std::vector<Token> types) -> SceneIndexPtr {
        return std::make_shared<scene::PrimTypePruningSceneIndex>(std::move(input), std::move(types));
      },
      "inputSceneIndex"_a, "primTypes"_a, "Prims of these types have none.");
  hd.def("_RetainedPaths", [](const nb::iterable& paths) {
    PathVector all;
    for (nb::handle one : paths) all.push_back(ReadAs<PathArgument>(one, "a path"));
    return SampledObject{{scene::Retain(std::move(all))}};
  });
  BindBatching(hd);
  BindSwitching(hd);
  BindResolving(hd);
  hd.def("_ComputeDiff", &ComputeDiff, "before"_a, "after"_a, "comparesData"_a);
  hd.def(
      "GetFlattenedPrimvarValue",
      [](nb::handle primvar) -> nb::object {
        const Alone alone;
        return ToPython(scene::GetFlattenedPrimvarValue(scene::PrimvarSchema(ToContainer(primvar))));
      },
      "primvar"_a,
      "The data source of a primvar's value with its indices followed; None where it cannot be.");
}

}  // namespace strata::python

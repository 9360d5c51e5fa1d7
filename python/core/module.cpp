// The extension module strata._core: one submodule for each of OpenUSD's modules.
#include "python/core/compute.h"
#include "python/core/core.h"
#include "python/core/hd.h"
#include "python/core/pcp.h"
#include "python/core/reading.h"
#include "python/core/sdf_muting.h"
#include "python/core/usd.h"

namespace strata::python {

nb::module_ MakeModule(nb::module_& core, const char* name, const char* documentation) {
  nb::module_ made = core.def_submodule(name, documentation);
  made.attr("__name__") = std::string("strata.") + name;
  return made;
}

}  // namespace strata::python

NB_MODULE(_core, core) {
  using namespace strata::python;
  nanobind::set_leak_warnings(
      false);  // an interpreter that ends does not collect what its modules still hold
  BindReadingHooks();
  BindTf(core);
  BindResolver(core);
  nb::module_ gf = MakeModule(core, "Gf", "Vectors, matrices, quaternions and boxes.");
  BindVectors(gf);
  BindMatrices(gf);
  BindQuaternions(gf);
  BindRanges(gf);
  BindColors(gf);
  nb::module_ vt = MakeModule(core, "Vt", "Arrays of values.");
  nb::module_ sdf = MakeModule(core, "Sdf", "Layers: what one file says about a scene.");
  BindPaths(sdf);
  BindValueTypes(sdf);
  BindExpressions(sdf);
  BindArrays(vt, sdf);
  BindArrayEdits(vt);
  BindListOps(sdf);
  BindLayers(sdf);
  BindFormats(sdf);
  BindMuting(sdf);
  BindSpecs(sdf);
  BindLayerChanges(sdf);
  nb::module_ pcp = MakeModule(core, "Pcp", "Composition: from layers to prim indices.");
  BindMaps(pcp);
  BindIndices(pcp);
  BindArgumentData(pcp);
  BindCaches(pcp);
  nb::module_ usd = MakeModule(core, "Usd", "Stages: the scene that layers compose.");
  BindUsdEnums(usd);
  BindTimes(usd);
  BindObjects(usd);
  BindPrims(usd);
  BindProperties(usd);
  BindArcs(usd);
  BindPredicates(usd);
  BindStages(usd);
  BindQueries(usd);
  BindDefinitions(usd);
  BindCollections(usd);
  BindNotices(usd);
  BindNamespaceEditor(usd);
  BindFlattening(usd);
  BindClips(usd);
  BindSchemas(core, usd);
  BindShading(core);
  BindContexts(core);
  BindGeomSubsets(core);
  BindGeomShapes(core);
  BindBackPlates(core);
  BindKinds(core);
  BindLods(core);
  BindRigidBodies(core);
  BindValidation(core);
  BindShaderNodes(core);
  BindLights(core);
  BindCurves(core);
  BindSkeletons(core);
  nanobind::set_implicit_cast_warnings(false);  // answers of functions in Python are tried as several types
  nb::module_ compute = MakeModule(core, "Compute", "Values that are computed while a scene runs.");
  BindRegistry(compute);
  BindSimulations(compute);
  BindSystems(compute);
  BindUtils(core);
  nb::module_ hd =
      MakeModule(core, "Hd", "The running scene: prims with data that flow through scene indices.");
  BindDataSources(hd);
  BindSceneIndices(hd);
  BindStandardSceneIndices(hd);
  BindSceneChains(hd);
}

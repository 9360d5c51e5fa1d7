"""How much of what a stage has.   (UsdUtilsComputeUsdStageStats)"""
from strata._core.Usd import PrimAllPrimsPredicate, PrimRange, Stage, TraverseInstanceProxies

_NAMES = ("activePrimCount", "approxMemoryInMb", "assetCount", "inactivePrimCount", "instanceCount", "instancedModelCount",
          "modelCount", "primCounts", "primCountsByType", "primary", "prototypeCount", "prototypes", "pureOverCount",
          "totalInstanceCount", "totalPrimCount", "untyped", "usedLayerCount")


def _cannot_be_made(self):
    raise RuntimeError("This class cannot be instantiated from Python")


UsdStageStatsKeys = type("UsdStageStatsKeys", (), {"__init__": _cannot_be_made, "__module__": "strata.UsdUtils",
                                                   "__doc__": "Keys of the dictionary that ComputeUsdStageStats gives.",
                                                   **{name: name for name in _NAMES}})


def _count(prims):
    counts = dict.fromkeys(("activePrimCount", "inactivePrimCount", "instanceCount", "pureOverCount", "totalPrimCount"), 0)
    by_type = {}
    for prim in prims:
        counts["totalPrimCount"] += 1
        counts["activePrimCount" if prim.IsActive() else "inactivePrimCount"] += 1
        counts["pureOverCount"] += not prim.HasDefiningSpecifier()
        counts["instanceCount"] += prim.IsInstance()
        kind = prim.GetTypeName() or "untyped"
        by_type[kind] = by_type.get(kind, 0) + 1
    return {"primCounts": counts, "primCountsByType": dict(sorted(by_type.items()))}


def ComputeUsdStageStats(stage):
    """The counts of a stage, or of that at a path."""
    if not isinstance(stage, Stage):
        stage = Stage.Open(stage)
    stats = {"usedLayerCount": sum(layer != stage.GetSessionLayer() for layer in stage.GetUsedLayers())}
    primary = [prim for prim in PrimRange.AllPrims(stage.GetPseudoRoot()) if not prim.IsPseudoRoot()]
    models = [prim for prim in PrimRange(stage.GetPseudoRoot(), TraverseInstanceProxies(PrimAllPrimsPredicate)) if prim.IsModel()]
    stats["primary"] = _count(primary)
    prototypes = stage.GetPrototypes()
    stats["prototypeCount"] = len(prototypes)
    inside = [prim for one in prototypes for prim in PrimRange.AllPrims(one)]
    if prototypes:
        stats["prototypes"] = _count(inside)
    stats["modelCount"] = sum(not prim.IsPseudoRoot() for prim in models)
    stats["instancedModelCount"] = sum(prim.IsInstance() for prim in models)
    names = {prim.GetAssetInfo().get("name") for prim in models if not prim.IsPseudoRoot()}
    stats["assetCount"] = len(names - {None, ""})
    stats["totalPrimCount"] = len(primary) + len(inside)
    stats["totalInstanceCount"] = sum(prim.IsInstance() for prim in primary + inside)
    return dict(sorted(stats.items()))

"""Collections made from lists of paths.   (UsdUtilsAuthorCollection, UsdUtilsCreateCollections)"""
from strata import _schemas
from strata._core.Sdf import Path


def AuthorCollection(collectionName, usdPrim, pathsToInclude, pathsToExclude=()):
    """A collection of a prim with these paths, in place of what it had."""
    collection = _schemas.find("Usd", "CollectionAPI").Apply(usdPrim, collectionName)
    collection.CreateIncludesRel().SetTargets(list(pathsToInclude))
    if len(pathsToExclude):
        collection.CreateExcludesRel().SetTargets(list(pathsToExclude))
    return collection


class _Shortener:
    """Puts one prim in the place of most of what lies below it, and the rest among what is left out."""

    def __init__(self, included, ignored, min_ratio, max_excludes):
        self._included, self._ignored, self._min_ratio, self._max_excludes = included, ignored, min_ratio, max_excludes
        self._counts = {}  # path: (leaves below that are in, leaves below)

    def count(self, prim):
        """Children are counted before their parents, without recursion: scenes may be deep."""
        from strata._core.Usd import PrimRange
        order = [one for one in PrimRange(prim)]
        for one in reversed(order):
            path = one.GetPath()
            children = [child.GetPath() for child in one.GetChildren() if child.GetPath() not in self._ignored]
            if path in self._included:
                inside = max(1, sum(self._counts[child][1] for child in children))
                self._counts[path] = inside, inside
            elif children:
                pairs = [self._counts[child] for child in children]
                self._counts[path] = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
            else:
                self._counts[path] = 0, 1

    def choose(self, prim):
        """(includes, excludes) at and below a prim."""
        includes, excludes, waiting = [], [], [prim]
        while waiting:
            at = waiting.pop()
            path = at.GetPath()
            inside, total = self._counts.get(path, (0, 1))
            if path in self._included:
                includes.append(path)
                continue
            if not inside:
                continue
            left_out = self._left_out(at) if inside / total >= self._min_ratio else None
            if left_out is None:
                waiting.extend(reversed([child for child in at.GetChildren() if child.GetPath() not in self._ignored]))
            else:
                includes.append(path)
                excludes.extend(left_out)
        return includes, excludes

    def _left_out(self, prim):
        """The highest prims below with nothing included; None when there are more than may be."""
        found, waiting = [], [prim]
        while waiting:
            at = waiting.pop()
            for child in reversed(at.GetChildren()):
                path = child.GetPath()
                if path in self._ignored or path in self._included:
                    continue
                if self._counts[path][0]:
                    waiting.append(child)
                else:
                    found.append(path)
                    if len(found) > self._max_excludes:
                        return None
        return sorted(found)


def ComputeCollectionIncludesAndExcludes(includedRootPaths, usdStage, minInclusionRatio=0.75, maxNumExcludesBelowInclude=5,
                                         minIncludeExcludeCollectionSize=3, pathsToIgnore=()):
    """(includes, excludes) that mean the same as the paths and are fewer.

    A prim stands for what is below it where at least minInclusionRatio of that is included and at most
    maxNumExcludesBelowInclude prims have to be left out. Fewer than minIncludeExcludeCollectionSize paths stay as they are.
    """
    included = {Path(path) for path in includedRootPaths}
    if len(included) < minIncludeExcludeCollectionSize or not included:
        return sorted(included), []
    top = None
    for path in included:
        top = path.GetParentPath() if top is None else top.GetCommonPrefix(path)
    shortener = _Shortener(included, {Path(path) for path in pathsToIgnore}, minInclusionRatio, maxNumExcludesBelowInclude)
    root = usdStage.GetPrimAtPath(top)
    if not root or root.IsPseudoRoot():
        roots = list(usdStage.GetPseudoRoot().GetChildren())
    else:
        roots = [root]
    includes, excludes = [], []
    for one in roots:
        shortener.count(one)
        more = shortener.choose(one)
        includes += more[0]
        excludes += more[1]
    return sorted(includes), sorted(excludes)


def CreateCollections(assignments, usdPrim, minInclusionRatio=0.75, maxNumExcludesBelowInclude=5,
                      minIncludeExcludeCollectionSize=3):
    """A collection for each (name, paths), as few paths as mean the same."""
    made = []
    for name, paths in assignments:
        includes, excludes = ComputeCollectionIncludesAndExcludes(
            paths, usdPrim.GetStage(), minInclusionRatio, maxNumExcludesBelowInclude, minIncludeExcludeCollectionSize)
        made.append(AuthorCollection(name, usdPrim, includes, excludes))
    return made

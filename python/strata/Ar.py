"""Asset paths: where files are, and packages in packages.   (Ar)"""
import os as _os


class ResolvedPath:
    """Where an asset was found."""

    def __init__(self, path=""):
        self._path = str(path)

    def GetPathString(self):
        return self._path

    def IsEmpty(self):
        return not self._path

    def __bool__(self):
        return bool(self._path)

    def __eq__(self, other):
        return str(self) == str(other)

    def __hash__(self):
        return hash(self._path)

    def __str__(self):
        return self._path

    def __repr__(self):
        return f"Ar.ResolvedPath({self._path!r})" if self._path else "Ar.ResolvedPath()"


def IsPackageRelativePath(path):
    """Whether a path goes into a package: pack.usdz[inner.usda]"""
    return path.endswith("]") and "[" in path


def JoinPackageRelativePath(*paths):
    """pack.usdz, nested.usdz, inner.usda: pack.usdz[nested.usdz[inner.usda]]"""
    if len(paths) == 1 and not isinstance(paths[0], str):
        paths = tuple(paths[0])
    joined = ""
    for path in reversed([path for path in paths if path]):
        if not joined:
            joined = path
        elif IsPackageRelativePath(path):
            inner = len(path) - len(path.rstrip("]"))
            joined = path[:len(path) - inner] + "[" + joined + "]" + "]" * inner
        else:
            joined = f"{path}[{joined}]"
    return joined


def SplitPackageRelativePathOuter(path):
    """(the outermost package, the rest)"""
    if not IsPackageRelativePath(path):
        return path, ""
    at = path.index("[")
    return path[:at], path[at + 1:-1]


def SplitPackageRelativePathInner(path):
    """(all packages, the innermost path)"""
    if not IsPackageRelativePath(path):
        return path, ""
    at = path.rindex("[")
    depth = len(path) - len(path.rstrip("]"))
    return path[:at] + "]" * (depth - 1), path[at + 1:len(path) - depth]


class _Resolver:
    """Finds files of the local disk, beside the anchor, then along PXR_AR_DEFAULT_SEARCH_PATH."""

    def CreateIdentifier(self, assetPath, anchorAssetPath=None):
        anchor = str(anchorAssetPath or "")
        if _os.path.isabs(assetPath) or not assetPath:
            return _os.path.normpath(assetPath) if assetPath else ""
        beside = _os.path.normpath(_os.path.join(_os.path.dirname(anchor), assetPath)) if anchor else assetPath
        is_search_path = not assetPath.startswith(("./", "../"))
        return assetPath if is_search_path and anchor and not _os.path.exists(beside) else beside

    def Resolve(self, assetPath):
        folders = [""] if _os.path.isabs(assetPath) else [_os.getcwd()] + [
            folder for folder in _os.environ.get("PXR_AR_DEFAULT_SEARCH_PATH", "").split(_os.pathsep) if folder]
        for folder in folders:
            candidate = _os.path.normpath(_os.path.join(folder, assetPath))
            if _os.path.exists(SplitPackageRelativePathOuter(candidate)[0]):
                return ResolvedPath(candidate)
        return ResolvedPath()

    def GetExtension(self, path):
        inner = SplitPackageRelativePathInner(path)[1] or path
        return _os.path.splitext(inner)[1][1:]


def GetResolver():
    return _Resolver()

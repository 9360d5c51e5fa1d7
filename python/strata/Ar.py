"""Asset paths: where files are, and packages in packages.   (Ar)"""
import os as _os
import sys as _sys
import threading as _threading

from strata._members import held as _held
from strata._core import Ar as _core
from strata._core.Ar import *  # noqa: F403
from strata._core.Tf import ErrorException as _ErrorException
from strata._notices import Notice as _Notice

_scopes = _threading.local()


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

    def __lt__(self, other):
        return str(self) < str(other)

    def __hash__(self):
        return hash(self._path)

    def __str__(self):
        return self._path

    def __repr__(self):
        return f"Ar.ResolvedPath({self._path!r})" if self._path else "Ar.ResolvedPath()"


def JoinPackageRelativePath(*paths):
    """pack.usdz, nested.usdz, inner.usda: pack.usdz[nested.usdz[inner.usda]]"""
    if len(paths) == 1 and not isinstance(paths[0], str):
        paths = tuple(paths[0])
    joined = ""
    for path in paths:
        joined = _core._JoinPackage(joined, path) if joined and path else joined or path
    return joined


# -- contexts ------------------------------------------------------------------------------------------------------------


class DefaultResolverContext:
    """Folders in which names are looked for."""

    def __init__(self, searchPath=()):
        self._folders = [_os.path.abspath(folder) for folder in searchPath if folder]

    def GetSearchPath(self):
        return list(self._folders)

    def __eq__(self, other):
        return isinstance(other, DefaultResolverContext) and self._folders == other._folders

    def __lt__(self, other):
        return self._folders < other._folders

    def __hash__(self):
        return hash(tuple(self._folders))

    def __repr__(self):
        return f"Ar.DefaultResolverContext({self._folders!r})"

    def __str__(self):
        return "Search path: " + ("[\n" + "".join(f"    {folder}\n" for folder in self._folders) + "]\n" if self._folders else "[ ]\n")


class ResolverContext:
    """What a stage tells the resolver: at most one context of each kind of resolver."""

    def __init__(self, context=()):
        given = list(context) if isinstance(context, (list, tuple)) else [context]
        self._held = [one for part in given for one in (part._held if isinstance(part, ResolverContext) else [part])]

    def Get(self):
        return list(self._held)

    def IsEmpty(self):
        return not self._held

    def GetDebugString(self):
        return "\n".join(map(str, self._held))

    def _search_paths(self):
        return [folder for one in self._held if isinstance(one, DefaultResolverContext) for folder in one.GetSearchPath()]

    def _values(self):
        """What the engine carries for resolvers in Python: a name for each context of theirs."""
        own = [one for one in self._held if not isinstance(one, DefaultResolverContext)]
        return {f"python.{number}": _name_context(one) for number, one in enumerate(own)}

    def __eq__(self, other):
        return isinstance(other, ResolverContext) and self._held == other._held

    def __lt__(self, other):
        return self._held < other._held

    def __hash__(self):
        return hash(tuple(self._held))

    def __repr__(self):
        return f"Ar.ResolverContext({', '.join(map(repr, self._held))})"


# Contexts of resolvers in Python, by the names that the engine knows them by. They are kept: stages name them for as long as they live.
_named_contexts = {}


def _name_context(one):
    name = next((name for name, known in _named_contexts.items() if known is one or known == one), str(len(_named_contexts)))
    _named_contexts[name] = one
    return name


def _context_of(folders, values):
    """The context that the engine was given as folders and names."""
    held = [_named_contexts[value] for key, value in sorted(values.items()) if key.startswith("python.") and value in _named_contexts]
    return ResolverContext([*([DefaultResolverContext(folders)] if folders else []), *held])


class ResolverContextBinder:
    """Within it the resolver looks where a context says, in this thread."""

    def __init__(self, context):
        self._context = context if isinstance(context, ResolverContext) else ResolverContext(context)

    def __enter__(self):
        _scopes.__dict__.setdefault("bound", []).append(self._context)
        return self

    def __exit__(self, kind, value, trace):
        _scopes.bound.remove(self._context)
        return False


class ResolverScopedCache:
    """Within it the resolver finds the same for the same names."""

    def __init__(self, parent=None):
        self._found = {} if parent is None else parent._found

    def __enter__(self):
        _scopes.__dict__.setdefault("caches", []).append(self._found)
        return self

    def __exit__(self, kind, value, trace):
        _scopes.caches.pop()
        return False


# -- the resolver --------------------------------------------------------------------------------------------------------


class Timestamp:
    """When an asset was last modified, in seconds since 1970; not valid where that is unknown."""

    def __init__(self, time=None):
        self._time = time._time if isinstance(time, Timestamp) else None if time is None else float(time)

    def IsValid(self):
        return self._time is not None

    def GetTime(self):
        if self._time is None:
            raise _ErrorException("this timestamp has no time: ask IsValid() first")
        return self._time

    def __eq__(self, other):
        return isinstance(other, Timestamp) and self._time == other._time

    def __lt__(self, other):
        return (self._time is not None, self._time or 0) < (other._time is not None, other._time or 0)

    def __gt__(self, other):
        return other < self

    def __le__(self, other):
        return not other < self

    def __ge__(self, other):
        return not self < other

    def __hash__(self):
        return hash(self._time)

    def __repr__(self):
        return f"Ar.Timestamp({'' if self._time is None else repr(self._time)})"


class AssetInfo:
    """What an asset system says of an asset besides its bytes."""

    version, assetName, resolverInfo = _held("version", ""), _held("assetName", ""), _held("resolverInfo")

    def __init__(self):
        self.version, self.assetName, self.resolverInfo = "", "", None


def _resolved(path):
    return path if isinstance(path, ResolvedPath) else ResolvedPath("" if path is None else path)


class _Writable:
    """Whether a file can be written, and why not."""

    def __init__(self, why_not=""):
        self.whyNot = why_not

    def __bool__(self):
        return not self.whyNot

    def __repr__(self):
        return repr(True) if self else f"(False, {self.whyNot!r})"


class Resolver:
    """Turns asset paths into identifiers, places and bytes.

    Derive from it to bring a resolver of your own, and register that with RegisterResolver or in a plugInfo file: the engine then asks
    its _CreateIdentifier, _Resolve, _OpenAsset and so on, each of which answers for files of the local disk unless it is overridden.
    They are called from any thread, one at a time; what they raise is warned of, or told by whoever opens the asset.
    """

    _whole = False  # whether it answers as the engine does, with the resolvers that were registered

    # What is asked of a resolver.

    def CreateIdentifier(self, assetPath, anchorAssetPath=""):
        return self._CreateIdentifier(assetPath, _resolved(anchorAssetPath))

    def CreateIdentifierForNewAsset(self, assetPath, anchorAssetPath=""):
        return self._CreateIdentifierForNewAsset(assetPath, _resolved(anchorAssetPath))

    def Resolve(self, assetPath):
        caches = getattr(_scopes, "caches", None)
        if caches and assetPath in caches[-1]:
            return caches[-1][assetPath]
        found = _resolved(self._Resolve(assetPath))
        if caches:
            caches[-1][assetPath] = found
        return found

    def ResolveForNewAsset(self, assetPath):
        return _resolved(self._ResolveForNewAsset(assetPath))

    def GetExtension(self, assetPath):
        return self._GetExtension(assetPath)

    def GetAssetInfo(self, assetPath, resolvedPath):
        return self._GetAssetInfo(assetPath, _resolved(resolvedPath))

    def GetModificationTimestamp(self, assetPath, resolvedPath):
        return self._GetModificationTimestamp(assetPath, _resolved(resolvedPath))

    def OpenAsset(self, resolvedPath):
        return self._OpenAsset(_resolved(resolvedPath))

    def CanWriteAssetToPath(self, resolvedPath):
        return self._CanWriteAssetToPath(_resolved(resolvedPath))

    def CreateDefaultContext(self):
        return ResolverContext(self._CreateDefaultContext() or ())

    def CreateDefaultContextForAsset(self, assetPath):
        return ResolverContext(self._CreateDefaultContextForAsset(assetPath) or ())

    def CreateContextFromString(self, *schemeAndContext):
        return ResolverContext(self._CreateContextFromString(schemeAndContext[-1]) or ())

    def CreateContextFromStrings(self, contextStrs):
        return ResolverContext([self.CreateContextFromString(*one) for one in contextStrs])

    def GetCurrentContext(self):
        bound = getattr(_scopes, "bound", None)
        return bound[-1] if bound else ResolverContext()

    def IsContextDependentPath(self, assetPath):
        return self._IsContextDependentPath(assetPath)

    def RefreshContext(self, context):
        """Nothing is kept of contexts that could have become old, unless a resolver of yours does."""
        self._RefreshContext(context)

    # What a resolver of yours may answer otherwise.

    def _CreateIdentifier(self, assetPath, anchorAssetPath):
        return _core._CreateIdentifier(assetPath, str(anchorAssetPath), self._whole)

    def _CreateIdentifierForNewAsset(self, assetPath, anchorAssetPath):
        if not assetPath or _core._IsAbsolute(assetPath):
            return _core._Normalize(assetPath)
        folder = _os.path.dirname(str(anchorAssetPath)) if anchorAssetPath else _os.getcwd()
        return _core._Normalize(_os.path.join(folder, assetPath))

    def _Resolve(self, assetPath):
        context = self.GetCurrentContext()
        folders = context._search_paths() + DefaultResolver._search_path
        return _core._Resolve(assetPath, folders, context._values(), self._whole)

    def _ResolveForNewAsset(self, assetPath):
        return self.CreateIdentifierForNewAsset(assetPath)

    def _GetExtension(self, assetPath):
        inner = SplitPackageRelativePathInner(assetPath)[1] or assetPath  # noqa: F405
        return _os.path.splitext(inner)[1][1:]

    def _GetAssetInfo(self, assetPath, resolvedPath):
        made = AssetInfo()
        made.version, made.assetName, _, info = _core._AssetInfo(assetPath, str(resolvedPath), self._whole)
        made.resolverInfo = info or None
        return made

    def _GetModificationTimestamp(self, assetPath, resolvedPath):
        outer = SplitPackageRelativePathOuter(str(resolvedPath))[0]  # noqa: F405
        return Timestamp(_os.path.getmtime(outer)) if outer and _os.path.exists(outer) else Timestamp()

    def _OpenAsset(self, resolvedPath):
        return _core._Open(str(resolvedPath), self._whole)

    def _CanWriteAssetToPath(self, resolvedPath):
        path = str(resolvedPath)
        if _os.path.exists(path):
            return _Writable("" if _os.access(path, _os.W_OK) else f"'{path}' cannot be written")
        folder = _os.path.dirname(path)
        while folder and not _os.path.exists(folder):
            folder = _os.path.dirname(folder)
        return _Writable("" if _os.access(folder or ".", _os.W_OK) else f"'{folder}' cannot be written")

    def _CreateDefaultContext(self):
        return ResolverContext()

    def _CreateDefaultContextForAsset(self, assetPath):
        return _context_of(*_core._DefaultContext(_os.path.abspath(assetPath), self._whole)) if assetPath else ResolverContext()

    def _CreateContextFromString(self, contextStr):
        return DefaultResolverContext(contextStr.split(_os.pathsep))

    def _IsContextDependentPath(self, assetPath):
        return bool(assetPath) and not _core._IsFileRelative(assetPath) and not _core._IsAbsolute(assetPath)

    def _RefreshContext(self, context):
        pass

    # What the engine asks of a resolver that is registered (python/core/resolvers.cpp).

    def _answer_identifier(self, path, anchor):
        return str(self._CreateIdentifier(path, ResolvedPath(anchor)) or "")

    def _answer_resolve(self, path, folders, values):
        with ResolverContextBinder(_context_of(folders, values)):
            return str(self._Resolve(path) or "")

    def _answer_open(self, path):
        opened = self._OpenAsset(ResolvedPath(path))
        if opened is None or isinstance(opened, (bytes, Ar_PyAsset)):  # noqa: F405
            return opened
        return bytes(opened.GetBuffer() if hasattr(opened, "GetBuffer") else memoryview(opened))

    def _answer_stamp(self, path):
        stamp = self._GetModificationTimestamp(path, ResolvedPath(path))
        return "" if stamp is None or not stamp.IsValid() else repr(stamp.GetTime())

    def _answer_info(self, path, resolved):
        info = self._GetAssetInfo(path, ResolvedPath(resolved)) or AssetInfo()
        more = info.resolverInfo if isinstance(info.resolverInfo, dict) else {}
        return str(info.version), str(info.assetName), {str(key): str(value) for key, value in more.items()}

    def _answer_context(self, path):
        context = self.CreateDefaultContextForAsset(path)
        return context._search_paths(), context._values()


class DefaultResolver(Resolver):
    """The resolver of files of the local disk."""

    _search_path = []

    @staticmethod
    def SetDefaultSearchPath(searchPath):
        """Folders that Resolve looks in after those of the context."""
        DefaultResolver._search_path = [_os.path.abspath(folder) for folder in searchPath]
        _ResolverChanged(lambda context: any(isinstance(one, DefaultResolverContext) for one in context.Get())).SendGlobally()


_resolver, _underlying = Resolver(), DefaultResolver()
_resolver._whole = True


def GetResolver():
    return _resolver


def GetUnderlyingResolver():
    return _underlying


def RegisterResolver(resolver, uriSchemes=()):
    """Has the engine ask a resolver of yours (Strata's own function): for paths of these schemes and names in what lies there, or,
    without schemes, for all paths that no other resolver is for. What is open already stays as it is."""
    if not isinstance(resolver, Resolver):
        raise TypeError(f"a resolver derives from Ar.Resolver, and {resolver!r} does not")
    _core._AddResolver(resolver, [uriSchemes] if isinstance(uriSchemes, str) else list(uriSchemes))
    _ResolverChanged().SendGlobally()


def _add_resolvers_of(plugins):
    """Registers the resolvers that plugInfo files declare: types whose bases name ArResolver, in modules of Python."""
    primary = {}
    for plugin in plugins:
        for name, told in (plugin.metadata or {}).get("Types", {}).items():
            if not isinstance(told, dict) or not {"ArResolver", "Ar.Resolver"} & set(told.get("bases", ())):
                continue
            try:
                if not plugin.isPythonModule:
                    raise TypeError(f"its plugin {plugin.name} is no module of Python")
                plugin.Load()
                made = getattr(_sys.modules[plugin.name], name.rpartition(".")[2])()
                schemes = told.get("uriSchemes", [])
                if schemes:
                    RegisterResolver(made, schemes)
                elif isinstance(made, Resolver):
                    primary[name] = made
                else:
                    raise TypeError(f"{type(made).__name__} does not derive from Ar.Resolver")
            except Exception as error:  # noqa: BLE001
                _core._WarnOfResolver(f"the resolver {name} of plugin {plugin.name} could not be made: "
                                      f"{type(error).__name__}: {error}")
    if primary:
        # As in OpenUSD: the preferred one, else the first by name.
        RegisterResolver(primary.get(_preferred[0]) or primary[min(primary)])


def _add_declared_resolvers():
    from strata import Plug
    _add_resolvers_of(Plug._of_environment())


class Notice:
    """What the resolver tells."""

    class ResolverNotice(_Notice):
        """The base of what the resolver tells."""


class _ResolverChanged(Notice.ResolverNotice):
    """Names may lead elsewhere than before."""

    def __init__(self, affects=lambda context: True):
        self._affects = affects

    def AffectsContext(self, context):
        return self._affects(context)


_ResolverChanged.__name__ = _ResolverChanged.__qualname__ = "ResolverChanged"
Notice.ResolverChanged = _ResolverChanged


_preferred = [""]


def SetPreferredResolver(resolverTypeName):
    """Names the resolver that is to be used. As in OpenUSD it has no effect once a resolver is in use, which here is from the start."""
    if not isinstance(resolverTypeName, str):
        raise TypeError("the name of a type of resolvers is text")
    _preferred[0] = resolverTypeName

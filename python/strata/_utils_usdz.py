"""Packages unpacked, read in place, and written again with their files changed."""
import mmap
import os
import shutil
import tempfile
import zipfile

from strata._core import UsdUtils as _core

_LAYERS = (".usd", ".usda", ".usdc")


def ExtractUsdzPackage(usdzFile, extractDir, verbose=False, force=False):
    """Unpacks a package; whether that could be done. A folder that is there already is replaced when `force` says so."""
    def refuse(why):
        if verbose:
            print(why)
        return False

    if not usdzFile.endswith(".usdz") or not os.path.exists(usdzFile):
        return refuse(f"'{usdzFile}' is no usdz file")
    if not extractDir:
        return refuse("no folder to unpack into")
    folder = os.path.abspath(extractDir)
    if os.path.exists(folder) and not os.path.isdir(folder):
        return refuse(f"'{extractDir}' is no folder")
    if os.path.isdir(folder) and os.listdir(folder):
        if not force:
            return refuse(f"'{extractDir}' is there already and is not empty")
        shutil.rmtree(folder)
    for name in _core._ExtractPackage(usdzFile, folder, force):
        if verbose:
            print(name)
    return True


class UsdzScanIterator:
    """Within it, pairs of a name and the bytes of each file, which are read in place; packages in the package are entered."""

    def __init__(self, usdzPath, *, recurse=True, verbose=False):
        self._path, self._recurse, self._verbose = usdzPath, recurse, verbose
        self._file = self._map = None
        self._views = []

    def __enter__(self):
        self._file = open(self._path, "rb")
        try:
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            self._file.close()
            raise
        return self

    def __exit__(self, kind, value, trace):
        for view in self._views:
            view.release()
        self._views = []
        self._map.close()
        self._file.close()
        self._map = self._file = None
        return False

    def __iter__(self):
        if self._map is None:
            raise RuntimeError("the package is read within a with block")
        view = memoryview(self._map)
        self._views.append(view)
        yield from self._walk(view, "")

    def _walk(self, package, prefix):
        with zipfile.ZipFile(_Reader(package)) as archive:
            entries = [(one.filename, one.header_offset, one.file_size) for one in archive.infolist() if not one.is_dir()]
        for name, header, size in entries:
            # The local header's name and extra field may be longer than those of the directory.
            start = header + 30 + int.from_bytes(package[header + 26:header + 28], "little") + int.from_bytes(
                package[header + 28:header + 30], "little")
            view = package[start:start + size]
            self._views.append(view)
            if self._recurse and name.endswith(".usdz"):
                yield from self._walk(view, prefix + name + "/")
                continue
            if self._verbose:
                print(prefix + name)
            yield prefix + name, view


class _Reader:
    """A file over bytes in memory, for the reader of archives."""

    def __init__(self, view):
        self._view, self._at = view, 0

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        self._at = offset + (0, self._at, len(self._view))[whence]
        return self._at

    def tell(self):
        return self._at

    def read(self, count=-1):
        end = len(self._view) if count is None or count < 0 else min(len(self._view), self._at + count)
        found = bytes(self._view[self._at:end])
        self._at += len(found)
        return found


class UsdzUpdateIterator:
    """Within it a package lies unpacked in a folder; at the end it is packed again, unless the block raised."""

    def __init__(self, usdzPath, *, outputPath=None, preserveMode=False, preserveGroup=False, preserveOwner=False, parentDir=None,
                 tag=None, verbose=False):
        self._input = os.path.abspath(usdzPath)
        self._output = os.path.abspath(outputPath) if outputPath else self._input
        self._mode, self._group, self._owner = preserveMode, preserveGroup, preserveOwner
        self._parent, self._tag, self._verbose = parentDir, tag, verbose
        self._folder = None
        self._names = []

    def __enter__(self):
        tag = f".{self._tag}" if self._tag else ""
        self._folder = tempfile.mkdtemp(prefix=f".usdzExtract{tag}.{os.getpid()}.", dir=self._parent)
        try:
            self._names = _core._ExtractPackage(self._input, self._folder, False)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self._pack()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        return False

    def _pack(self):
        beside = f"{self._output}.{os.getpid()}.tmp.usdz"
        try:
            _core._PackFiles(beside, [(name, os.path.join(self._folder, name)) for name in self._names
                                      if os.path.exists(os.path.join(self._folder, name))])
            before = os.stat(self._input)
            if self._mode:
                os.chmod(beside, before.st_mode & 0o7777)
            if self._group or self._owner:
                os.chown(beside, before.st_uid if self._owner else -1, before.st_gid if self._group else -1)
            os.replace(beside, self._output)
        except BaseException:
            if os.path.exists(beside):
                os.remove(beside)
            raise

    def Entries(self):
        """The path of each file, unpacked."""
        for name in self._names:
            yield os.path.join(self._folder, name)

    def UsdAssets(self):
        """The paths of layers; those of packages inside are unpacked on the way, and packed again."""
        for path in self._walk():
            if os.path.splitext(path)[1] in _LAYERS:
                yield path

    def AllAssets(self):
        yield from self._walk()

    def _walk(self):
        for path in self.Entries():
            if not path.endswith(".usdz"):
                yield path
                continue
            with UsdzUpdateIterator(path, parentDir=self._folder, verbose=self._verbose) as inner:
                yield from inner._walk()


class UsdzAssetIterator(UsdzUpdateIterator):
    """The same, under its older name."""

    def __init__(self, usdzFile, verbose, parentDir=None):
        super().__init__(usdzFile, parentDir=parentDir, verbose=verbose)


for _one in (UsdzScanIterator, UsdzUpdateIterator, UsdzAssetIterator):
    _one.__module__ = "strata.UsdUtils"

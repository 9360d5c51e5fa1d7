"""Errors as objects, places in code, counts of memory, and what modules of pxr do when they load.   (Tf)"""
import contextlib as _contextlib
import importlib as _importlib
import importlib.machinery as _machinery
import os as _os
import sys as _sys
import traceback as _traceback

from strata import _diagnostics
from strata._core.Tf import ErrorException
from strata._diagnostics import CallContext
from strata._notices import Notice

_errors = []  # what was caught and posted again, for the marks that are set


class Error(_diagnostics.Diagnostic):
    """What an exception of Tf tells: a code, words, and where it was raised."""

    __slots__ = ("errorCode",)

    def __init__(self, code, commentary, context):
        super().__init__("Error", commentary, context)
        self.errorCode = code

    errorCodeString = property(lambda self: self.errorCode.name)
    diagnosticCode, diagnosticCodeString = property(lambda self: self.errorCode), errorCodeString

    def __repr__(self):
        place = self.context
        return f"Error in '{place.function}' at line {place.line} in file {place.file} : '{self.commentary}'"

    __str__ = __repr__

    class Mark:
        """The errors that are posted after it was set."""

        def __init__(self):
            self.SetMark()

        def SetMark(self):
            self._start = len(_errors)

        def IsClean(self):
            return len(_errors) <= self._start

        def GetErrors(self):
            return list(_errors[self._start:])

        def Clear(self):
            """Forgets them; whether there were any."""
            had = not self.IsClean()
            del _errors[self._start:]
            return had

        def RaiseIfNotClean(self):
            found = self.GetErrors()
            if found:
                self.Clear()
                raise ErrorException(*found)


Error.Mark.__qualname__ = "Error.Mark"


class Warning(_diagnostics.Diagnostic):
    """A warning, where it was raised."""


class StatusObject(_diagnostics.Diagnostic):
    """A status message, where it was raised."""


def place_of(frames):
    """The CallContext of so many calls above."""
    frame = _sys._getframe(frames + 1)
    module = frame.f_globals.get("__name__", "")
    return CallContext(frame.f_code.co_filename, f"{module}.{frame.f_code.co_name}", frame.f_lineno)


def raise_error(code, commentary, frames):
    raise ErrorException(Error(code, commentary, place_of(frames + 1)))


def GetCodeLocation(framesUp):
    """(module, function, file, line) of the code that many calls above."""
    frame = _sys._getframe(framesUp + 1)
    return frame.f_globals.get("__name__", ""), frame.f_code.co_name, frame.f_code.co_filename, frame.f_lineno


def RepostErrors(exception):
    """Posts what an exception tells for the marks that are set; whether there was any."""
    found = [one for one in exception.args if isinstance(one, Error)]
    _errors.extend(found)
    return bool(found)


class CatchAndRepostErrors:
    """Within it an exception of Tf is posted for the marks that are set, and goes no further."""

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if isinstance(value, ErrorException):
            RepostErrors(value)
            return True
        return False


def ReportActiveErrorMarks():
    """Where marks are set is not kept."""
    print("Where error marks are set is not kept.")


class DiagnosticTrap:
    """Within it warnings, status messages and errors are kept, and given out on leaving."""

    def __init__(self):
        self._kept = []

    def _hear(self, diagnostic):
        self._kept.append(diagnostic)

    def __enter__(self):
        _diagnostics.add(self)
        return self

    def __exit__(self, kind, value, trace):
        _diagnostics.remove(self)
        return False


# -- scopes and stacks ---------------------------------------------------------------------------------------------------

_scopes = []


class ScopeDescription:
    """What is being done within it, for who asks in the middle."""

    def __init__(self, description):
        self._description = description

    def SetDescription(self, description):
        self._description = description
        if self in _scopes:
            _scopes[_scopes.index(self)] = self

    def __enter__(self):
        _scopes.append(self)
        return self

    def __exit__(self, kind, value, trace):
        _scopes.remove(self)
        return False


def GetCurrentScopeDescriptionStack():
    """What is being done, the outermost first."""
    return [one._description for one in _scopes]


def GetStackTrace():
    return "".join(_traceback.format_stack()[:-1])


def PrintStackTrace(file, reason):
    """Writes the calls that lead here to an open file."""
    print(f"==============================================================\n{reason}\n{GetStackTrace()}", file=file)


def LogStackTrace(reason, logToDb=False):
    """Writes the calls that lead here to a file in the folder of temporary files, and says which on the error output."""
    import tempfile
    handle, path = tempfile.mkstemp(".txt", "st_")
    with _os.fdopen(handle, "w") as file:
        PrintStackTrace(file, reason)
    print(f"writing stack trace to {path}", file=_sys.stderr)


def InstallTerminateAndCrashHandlers():
    """Makes a crash tell where it was."""
    import faulthandler
    with _contextlib.suppress(Exception):
        faulthandler.enable()


def SetPythonExceptionDebugTracingEnabled(enabled):
    """Kept for scripts that call it: exceptions carry their trace anyway."""


def DumpTokenStats():
    """Kept for scripts that call it: tokens are in one table, of which nothing is counted."""


# -- modules -------------------------------------------------------------------------------------------------------------


class PyModuleWasLoaded(Notice):
    """Sent for each module of pxr that is loaded, once somebody listens."""

    def __init__(self, name=""):
        self._name = name

    def name(self):
        return self._name

    @staticmethod
    def _begin():
        if _ModuleWatch not in map(type, _sys.meta_path):
            _sys.meta_path.insert(0, _ModuleWatch())


class _ModuleWatch:
    """Finds the modules of this package as everything else does, and tells when one has been loaded."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        package, _, module = name.rpartition(".")
        if package != "strata" or not module[:1].isupper():
            return None
        spec = _machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_tell(loaded):
                load(loaded)
                PyModuleWasLoaded(module[0].lower() + module[1:]).SendGlobally()

            spec.loader.exec_module = load_and_tell
        return spec


class WindowsImportWrapper:
    """Has no effect here: on other systems it finds libraries."""

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        return False


def PrepareModule(module, dest):
    """Puts the public names of a module into a dictionary."""
    for name, value in vars(module).items():
        if not name.startswith("__"):
            dest[name] = value


def PreparePythonModule(moduleName=None):
    """Fills the calling module from the extension module beside it, `_name`."""
    scope = _sys._getframe(1).f_globals
    name = moduleName or "_" + scope["__name__"].rpartition(".")[2]
    module = _importlib.import_module("." + name, scope["__name__"])
    PrepareModule(module, scope)
    for made in scope.values():  # what it holds belongs to the package, not to the module inside
        if getattr(made, "__module__", None) == module.__name__:
            with _contextlib.suppress(AttributeError, TypeError):
                made.__module__ = scope["__name__"]


class ScriptModuleLoader:
    """Which modules of pxr are there."""

    _one = None
    expired = False

    def __new__(cls):
        cls._one = cls._one or super().__new__(cls)
        return cls._one

    def GetModulesDict(self):
        """The modules by name, those that are not loaded are loaded."""
        folder = _os.path.dirname(__file__)
        names = sorted(name[:-3] for name in _os.listdir(folder) if name.endswith(".py") and name[0].isupper())
        return {name: _importlib.import_module("strata." + name) for name in names}

    def WriteDotFile(self, file):
        """Writes the modules as a graph."""
        with open(file, "w") as out:
            out.write("digraph Modules {\n" + "".join(f"  {name};\n" for name in self.GetModulesDict()) + "}\n")


class RefPtrTracker:
    """Who holds what is not followed: the reports are empty."""

    _one = None
    expired = False

    def __new__(cls):
        cls._one = cls._one or super().__new__(cls)
        return cls._one

    def GetAllWatchedCountsReport(self):
        return "TfRefPtrTracker watched counts:\n"

    def GetAllTracesReport(self):
        return "TfRefPtrTracker traces:\n"

    def GetTracesReportForWatched(self, watched):
        if not isinstance(watched, int):
            raise TypeError("the address of what is watched is needed")
        return f"TfRefPtrTracker traces for {watched:#x}:  not watched\n" if watched else "TfRefPtrTracker traces for 0:  not watched\n"


# -- memory --------------------------------------------------------------------------------------------------------------


class MallocTag:
    """Counts of memory by tags. Memory is not counted here: all counts are none, and Initialize says that it cannot be."""

    class CallTree:
        """A tree of counts."""

        class PathNode:
            """A tag below others."""

            siteName, nBytes, nBytesDirect, nAllocations = "", 0, 0, 0

            def GetChildren(self):
                return []

        class CallSite:
            """A tag, wherever it is."""

            name, nBytes = "", 0

        def GetRoot(self):
            return MallocTag.CallTree.PathNode()

        def GetCallSites(self):
            return []

        def GetPrettyPrintString(self, *options):
            return "\nMalloc Tag Report\n\nTotal bytes = 0\n"

        def Report(self, fileName=None, rootName=""):
            """Writes to a file, or to the standard output where none is given."""
            text = self.GetPrettyPrintString()
            if fileName is None:
                _os.write(1, text.encode())
                return
            with open(fileName, "w") as file:
                file.write(text)

        def LogReport(self, rootName=""):
            """Writes to a file in the folder of temporary files, and gives its name."""
            import tempfile
            handle, path = tempfile.mkstemp("", f"callSiteReport{'_' + rootName if rootName else ''}.")
            with _os.fdopen(handle, "w") as file:
                file.write(self.GetPrettyPrintString())
            return path

        def LoadReport(self, fileName):
            """Takes what a report says in place of what was counted. Whether it could."""
            try:
                with open(fileName) as file:
                    file.read()
            except OSError:
                raise_error(_importlib.import_module("strata.Tf").TF_DIAGNOSTIC_CODING_ERROR_TYPE,
                            f"Failed to open file '{fileName}'.", 1)
            return True

    class PauseControl:
        """Within it, and where it says so, nothing is counted."""

        def __enter__(self):
            return self

        def __exit__(self, kind, value, trace):
            return False

    @staticmethod
    def Initialize():
        return False

    @staticmethod
    def IsInitialized():
        return False

    @staticmethod
    def Shutdown():
        return None

    @staticmethod
    def Clear():
        return None

    @staticmethod
    def GetTotalBytes():
        return 0

    @staticmethod
    def GetMaxTotalBytes():
        return 0

    @staticmethod
    def GetCallTree(skipRepeated=True):
        return MallocTag.CallTree()

    @staticmethod
    def GetCallStacks():
        return []

    @staticmethod
    def GetPerfStats():
        return ""

    @staticmethod
    def SetCapturedMallocStacksMatchList(matchList):
        return None

    @staticmethod
    def SetDebugMatchList(matchList):
        return None

    @staticmethod
    def PauseThisThread():
        return MallocTag.PauseControl()

    @staticmethod
    def PauseAllThreads():
        return MallocTag.PauseControl()

    @staticmethod
    def DeferredPause():
        return MallocTag.PauseControl()


NAMES = ("CallContext CatchAndRepostErrors DiagnosticTrap DumpTokenStats Error GetCodeLocation GetCurrentScopeDescriptionStack "
         "GetStackTrace InstallTerminateAndCrashHandlers LogStackTrace MallocTag PrepareModule PreparePythonModule PrintStackTrace "
         "PyModuleWasLoaded RefPtrTracker ReportActiveErrorMarks RepostErrors ScopeDescription ScriptModuleLoader "
         "SetPythonExceptionDebugTracingEnabled StatusObject Warning WindowsImportWrapper").split()
for _class in (Error, Error.Mark, Warning, StatusObject, CatchAndRepostErrors, DiagnosticTrap, ScopeDescription, PyModuleWasLoaded,
               WindowsImportWrapper, ScriptModuleLoader, RefPtrTracker, MallocTag, MallocTag.CallTree, MallocTag.CallTree.PathNode,
               MallocTag.CallTree.CallSite, MallocTag.PauseControl):
    _class.__module__ = "strata.Tf"

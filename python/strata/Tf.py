"""Errors, notices, types and helpers over names.   (Tf)"""
import contextlib as _contextlib
import importlib as _importlib
import os as _os
import re as _re
import sys as _sys
import tempfile as _tempfile
import time as _time
import warnings as _warnings

from strata import _diagnostics, _enums
from strata._core.Tf import *  # noqa: F403
from strata._core.Tf import Enum, ErrorException
from strata._notices import Notice  # noqa: F401
from strata._types import Type  # noqa: F401


# -- errors --------------------------------------------------------------------------------------------------------------


class CppException(Exception):
    """An exception of the engine that is no diagnostic."""


_enums.make(globals(), "TfDiagnosticType", "DiagnosticType", [
    (f"TF_DIAGNOSTIC_{name}_TYPE", f"TF_DIAGNOSTIC_{name}_TYPE", number) for number, name in enumerate((
        "INVALID", "CODING_ERROR", "FATAL_CODING_ERROR", "RUNTIME_ERROR", "FATAL_ERROR", "NONFATAL_ERROR", "WARNING", "STATUS"))
    if number] + [("TF_APPLICATION_EXIT_TYPE", "TF_APPLICATION_EXIT_TYPE", 8)])


_MORE = """CallContext CatchAndRepostErrors DiagnosticTrap DumpTokenStats Error GetCodeLocation GetCurrentScopeDescriptionStack
    GetStackTrace InstallTerminateAndCrashHandlers LogStackTrace MallocTag PrepareModule PreparePythonModule PrintStackTrace
    PyModuleWasLoaded RefPtrTracker ReportActiveErrorMarks RepostErrors ScopeDescription ScriptModuleLoader
    SetPythonExceptionDebugTracingEnabled StatusObject Warning WindowsImportWrapper""".split()


_CONVERSIONS = ("Tf_TestAnnotatedBoolResult", "Tf_TestPyContainerConversions", "Tf_TestPyOptionalStd")


def __getattr__(name):
    """Loads what few scripts use where it is first asked for."""
    if name not in _MORE and name not in _CONVERSIONS:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    module = _importlib.import_module("strata._tf_more" if name in _MORE else "strata._tf_conversions")
    globals()[name] = getattr(module, name)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *_MORE, *_CONVERSIONS})


def RaiseCodingError(msg):
    """Raises ErrorException with a Tf.Error that tells where."""
    _importlib.import_module("strata._tf_more").raise_error(TF_DIAGNOSTIC_CODING_ERROR_TYPE, f"Python coding error: {msg}", 1)  # noqa: F821


def RaiseRuntimeError(msg):
    """Raises ErrorException with a Tf.Error that tells where."""
    _importlib.import_module("strata._tf_more").raise_error(TF_DIAGNOSTIC_RUNTIME_ERROR_TYPE, f"Python runtime error: {msg}", 1)  # noqa: F821


def Warn(msg, template=""):
    """A warning of Python, unless a delegate takes it."""
    if not _diagnostics.post("Warning", msg):
        _warnings.warn(str(msg), RuntimeWarning, stacklevel=2)


def Status(msg, verbose=True):
    """A line of the log, unless a delegate takes it."""
    import logging
    if not _diagnostics.post("Status", msg):
        logging.getLogger("strata").info(str(msg))


def Fatal(msg):
    raise SystemExit(f"Fatal error: {msg}")


# -- text and files ------------------------------------------------------------------------------------------------------


def StringSplit(source, sep):
    return source.split(sep)


def StringToDouble(text):
    """The number that a text begins with; 0 where it begins with none."""
    found = _re.match(r"\s*[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)", text)
    return float(found[0]) if found else 0.0


def _whole(text, least, most):
    found = _re.match(r"\s*[-+]?\d+", text)
    number = int(found[0]) if found else 0
    if not least <= number <= most:
        raise ValueError(f"{text} is out of range")
    return number


def StringToLong(text):
    return _whole(text, -2**63, 2**63 - 1)


def StringToULong(text):
    return _whole(text, 0, 2**64 - 1)


def RealPath(path, allowInaccessibleSuffix=False, raiseOnError=False):
    """The path with links followed; "" when there is no such file."""
    if not path or not (allowInaccessibleSuffix or _os.path.exists(path)):
        return ""
    return _os.path.realpath(path)


def FindLongestAccessiblePrefix(path):
    """How many characters of a path lead to something that is there."""
    at = path
    while at and not _os.path.exists(at):
        at = at[:at.rindex("/")] if "/" in at[1:] else ""
    return len(at)


def TouchFile(fileName, create=True):
    """Gives a file the time of now. Whether it is there."""
    if not create and not _os.path.exists(fileName):
        return False
    try:
        with open(fileName, "a"):
            _os.utime(fileName)
    except OSError:
        return False
    return True


class NamedTemporaryFile:
    """A file of a new name, which is deleted on leaving the block."""

    def __init__(self, suffix="", prefix="tmp", dir=None):
        handle, self._name = _tempfile.mkstemp(suffix, prefix, dir)
        _os.close(handle)

    name = property(lambda self: self._name)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        with _contextlib.suppress(OSError):
            _os.remove(self._name)


def GetEnvSetting(name):
    """A setting of the environment: a number, a truth or text; None where it is not set."""
    text = _os.environ.get(name)
    if text is None:
        return None
    return int(text) if _re.fullmatch(r"-?\d+", text) else {"true": True, "false": False}.get(text.lower(), text)


# -- the rest ------------------------------------------------------------------------------------------------------------

_started = _time.time()


def GetAppLaunchTime():
    """When the program began, in seconds since 1970."""
    return int(_started)


class Stopwatch:
    """Measures time between Start and Stop; what it measured adds up."""

    def __init__(self):
        self.Reset()

    def Start(self):
        self._begun = _time.perf_counter_ns()

    def Stop(self):
        if self._begun is not None:
            self._total += _time.perf_counter_ns() - self._begun
            self._count += 1
            self._begun = None

    def Reset(self):
        self._total, self._count, self._begun = 0, 0, None

    def AddFrom(self, other):
        self._total += other._total
        self._count += other._count

    nanoseconds = property(lambda self: self._total)
    microseconds = property(lambda self: self._total // 1000)
    milliseconds = property(lambda self: self._total // 1000000)
    seconds = property(lambda self: self._total / 1e9)
    sampleCount = property(lambda self: self._count)

    def __str__(self):
        return f"{self.seconds:g} seconds"


class Singleton:
    """A base of classes that are made once: each call gives the same object, which `init` makes ready."""

    def __new__(cls, *arguments, **named):
        made = cls.__dict__.get("_the")
        if made is None:
            made = super().__new__(cls)
            cls._the = made
            if hasattr(made, "init"):
                made.init(*arguments, **named)
        return made


def _value_of_full_name(name):
    """(the enumerator "Class::Name", whether there is one)"""
    wanted = [name]

    def look(cls):
        for below in cls.__subclasses__():
            for item in getattr(below, "allValues", ()):
                if item.fullName == wanted[0]:
                    return item
            found = look(below)
            if found is not None:
                return found
        return None

    return look(Enum)


Enum.GetValueFromFullName = staticmethod(_value_of_full_name)
# Each kind of enumeration gives its own enumerators a name, a displayName, a fullName and a value.
for _field in ("name", "displayName", "fullName", "value"):
    if not hasattr(Enum, _field):
        setattr(Enum, _field, None)
Tf_PyEnumWrapper = Enum


class Debug:
    """Switches of debugging output."""

    _symbols = {
        "AR_RESOLVER_INIT": "Finding resolvers", "PCP_CHANGES": "Changes of composition", "PCP_DEPENDENCIES": "Dependencies of indices",
        "PCP_PRIM_INDEX": "Prim indices", "SDF_CHANGES": "Changes of layers", "SDF_LAYER": "Layers that are opened",
        "USD_CHANGES": "Changes of stages", "USD_COMPOSITION": "Composition of stages", "USD_STAGE_OPEN": "Stages that are opened"}
    _on = set()
    _file = None

    @staticmethod
    def GetDebugSymbolNames():
        return sorted(Debug._symbols)

    @staticmethod
    def GetDebugSymbolDescriptions():
        width = max(map(len, Debug._symbols))
        return "".join(f"{name:<{width}}: {text}\n" for name, text in sorted(Debug._symbols.items()))

    @staticmethod
    def GetDebugSymbolDescription(name):
        return Debug._symbols.get(name, "")

    @staticmethod
    def IsDebugSymbolNameEnabled(name):
        return name in Debug._on

    @staticmethod
    def SetDebugSymbolsByName(pattern, value):
        """Of one symbol, or all that begin with what stands before a final *. Gives their names."""
        found = [name for name in sorted(Debug._symbols) if name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1]))]
        Debug._on = Debug._on | set(found) if value else Debug._on - set(found)
        return found

    @staticmethod
    def SetOutputFile(file):
        """Where debugging output goes: sys.__stdout__ or sys.__stderr__."""
        if file not in (_sys.__stdout__, _sys.__stderr__):
            raise ErrorException("TfDebug output is to sys.__stdout__ or sys.__stderr__")
        Debug._file = file

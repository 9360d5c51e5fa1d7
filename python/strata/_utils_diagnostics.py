"""Diagnostics that are collected rather than shown one by one.   (UsdUtilsCoalescingDiagnosticDelegate)"""
import collections
import sys

from strata import _diagnostics


class CoalescingDiagnosticDelegateSharedItem:
    """Where diagnostics came from."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    sourceFileName = property(lambda self: self._context.file)
    sourceFunction = property(lambda self: self._context.function)
    sourceLineNumber = property(lambda self: self._context.line)


class CoalescingDiagnosticDelegateUnsharedItem:
    """What one of them said."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    context = property(lambda self: self._context)
    commentary = property(lambda self: self._commentary)


class CoalescingDiagnosticDelegateItem:
    """Diagnostics that came from one place."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    sharedItem = property(lambda self: self._shared)
    unsharedItems = property(lambda self: list(self._unshared))


def _make(cls, **members):
    made = cls.__new__(cls)
    for name, value in members.items():
        setattr(made, "_" + name, value)
    return made


class CoalescingDiagnosticDelegate:
    """As long as it lives, warnings and status messages are kept in it."""

    def __init__(self):
        self._heard = []
        _diagnostics.add(self)

    def _hear(self, diagnostic):
        self._heard.append(diagnostic)

    def _take(self):
        taken, self._heard = self._heard, []
        return taken

    def TakeUncoalescedDiagnostics(self):
        return self._take()

    def TakeCoalescedDiagnostics(self):
        groups = collections.OrderedDict()
        for one in self._take():
            groups.setdefault((one.sourceFileName, one.sourceFunction, one.sourceLineNumber), []).append(one)
        return [_make(CoalescingDiagnosticDelegateItem,
                      shared=_make(CoalescingDiagnosticDelegateSharedItem, context=many[0].context),
                      unshared=[_make(CoalescingDiagnosticDelegateUnsharedItem, context=one.context, commentary=one.commentary)
                                for one in many])
                for many in groups.values()]

    def DumpUncoalescedDiagnostics(self):
        for one in self._take():
            print(one, file=sys.stderr)

    def _dump(self, file):
        for item in self.TakeCoalescedDiagnostics():
            shared = item.sharedItem
            print(f"{len(item.unsharedItems)} Diagnostic Notification(s) in {shared.sourceFunction} at line "
                  f"{shared.sourceLineNumber} of {shared.sourceFileName}", file=file)

    def DumpCoalescedDiagnosticsToStdout(self):
        self._dump(sys.stdout)

    def DumpCoalescedDiagnosticsToStderr(self):
        self._dump(sys.stderr)


class ConditionalAbortDiagnosticDelegateErrorFilters:
    """Patterns of texts and of places of code."""

    def __init__(self, stringFilters=(), codePathFilters=()):
        self._strings, self._paths = list(stringFilters), list(codePathFilters)

    def GetStringFilters(self):
        return list(self._strings)

    def SetStringFilters(self, stringFilters):
        self._strings = list(stringFilters)

    def GetCodePathFilters(self):
        return list(self._paths)

    def SetCodePathFilters(self, codePathFilters):
        self._paths = list(codePathFilters)

    def _matches(self, diagnostic):
        import fnmatch
        return any(fnmatch.fnmatchcase(diagnostic.commentary, one) for one in self._strings) or any(
            fnmatch.fnmatchcase(diagnostic.sourceFileName, one) for one in self._paths)


class ConditionalAbortDiagnosticDelegate:
    """As long as it lives, warnings that match the first filters and not the second end the program: SystemExit is raised."""

    def __init__(self, includeFilters, excludeFilters):
        if not all(isinstance(one, ConditionalAbortDiagnosticDelegateErrorFilters) for one in (includeFilters, excludeFilters)):
            raise TypeError("ConditionalAbortDiagnosticDelegate takes two sets of filters")
        self._include, self._exclude = includeFilters, excludeFilters
        _diagnostics.add(self)

    def _hear(self, diagnostic):
        if self._include._matches(diagnostic) and not self._exclude._matches(diagnostic):
            raise SystemExit(f"Aborted by: {diagnostic}")


for _name, _one in list(globals().items()):
    if isinstance(_one, type) and _one.__module__ == __name__:
        _one.__module__ = "strata.UsdUtils"

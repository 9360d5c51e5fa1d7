"""Who hears of warnings and status messages as they are raised."""
import sys
import weakref

_delegates = weakref.WeakSet()


def add(delegate):
    """`delegate._hear(diagnostic)` is called for each from now on, for as long as it lives."""
    _delegates.add(delegate)


def remove(delegate):
    _delegates.discard(delegate)


class CallContext:
    """A place in code."""

    __slots__ = ("_place",)

    def __init__(self, file, function, line):
        self._place = file, function, line

    file = property(lambda self: self._place[0])
    function = property(lambda self: self._place[1])
    line = property(lambda self: self._place[2])
    prettyFunction = function


CallContext.__module__ = "strata.Tf"


class Diagnostic:
    """What a warning or status message says, and where it was raised."""

    __slots__ = ("commentary", "context", "kind")

    def __init__(self, kind, commentary, context):
        self.kind, self.commentary, self.context = kind, commentary, context

    sourceFileName = property(lambda self: self.context.file)
    sourceFunction = property(lambda self: self.context.function)
    sourceLineNumber = property(lambda self: self.context.line)

    def __str__(self):
        place = self.context
        return f"{self.kind}: in {place.function} at line {place.line} of {place.file} -- {self.commentary}"


def post(kind, text, depth=2):
    """Tells all delegates; `depth` frames above this one is where it came from. Whether anyone heard."""
    listeners = list(_delegates)
    if listeners:
        frame = sys._getframe(depth)
        name = frame.f_globals.get("__name__", "")
        function = getattr(frame.f_code, "co_qualname", frame.f_code.co_name)
        context = CallContext(frame.f_code.co_filename, f"{name}.{function}", frame.f_lineno)
        for one in listeners:
            one._hear(Diagnostic(kind, str(text), context))
    return bool(listeners)

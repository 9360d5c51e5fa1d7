"""What takes how long: events that a program marks, added up by where they are.   (Trace)"""
import contextlib as _contextlib
import functools as _functools
import json as _json
import re as _re
import time as _time


class _Weak:
    """What may have ended; here nothing ends before its last user."""

    expired = property(lambda self: False)

    def __bool__(self):
        return True


class Collector(_Weak):
    """Takes events while it is enabled. There is one in a program."""

    _events, _enabled, _python_enabled = [], False, False

    enabled = property(lambda self: Collector._enabled, lambda self, on: setattr(Collector, "_enabled", bool(on)))
    pythonTracingEnabled = property(lambda self: Collector._python_enabled,
                                    lambda self, on: setattr(Collector, "_python_enabled", bool(on)))

    def GetLabel(self):
        return "TraceRegistry global collector"

    def __eq__(self, other):
        return isinstance(other, Collector)

    def __hash__(self):
        return hash(Collector)

    def _add(self, begins, key, milliseconds=None):
        now = _time.perf_counter_ns()
        if Collector._enabled:
            Collector._events.append((begins, key, now / 1e6 if milliseconds is None else milliseconds))
        return now

    def BeginEvent(self, key):
        """The time, in ticks of a nanosecond."""
        return self._add(True, key)

    def EndEvent(self, key):
        return self._add(False, key)

    def BeginEventAtTime(self, key, ms):
        self._add(True, key, float(ms))

    def EndEventAtTime(self, key, ms):
        self._add(False, key, float(ms))

    def Clear(self):
        Collector._events.clear()


class AggregateNode(_Weak):
    """Events of one key at one place: how often and for how long, in milliseconds."""

    expanded = False

    def __init__(self, key="root", timeMS=0.0, count=1, exclusiveCount=1):
        self._key, self._time, self._count, self._exclusive_count = key, float(timeMS), count, exclusiveCount
        self._children, self.expanded = [], False

    key = property(lambda self: self._key)
    count = property(lambda self: self._count)
    exclusiveCount = property(lambda self: self._exclusive_count)
    inclusiveTime = property(lambda self: self._time)
    exclusiveTime = property(lambda self: max(0.0, self._time - sum(one._time for one in self._children)) if self._children else
                             self._time)
    children = property(lambda self: list(self._children))

    def Append(self, child):
        """Adds a node below; one of the same key takes what the other has."""
        found = next((one for one in self._children if one._key == child._key), None)
        if found is None:
            self._children.append(child)
            return
        found._time += child._time
        found._count += child._count
        found._exclusive_count += child._exclusive_count
        for one in child._children:
            found.Append(one)


class AggregateTree(_Weak):
    """Events added up."""

    def __init__(self):
        self._root = AggregateNode("root", 0, 0, 1)

    root = property(lambda self: self._root)


def _add_events(tree, events):
    thread = AggregateNode("Main Thread")
    stack = [(thread, 0.0)]
    for begins, key, time in events:
        if begins:
            stack.append((AggregateNode(key), time))
        elif len(stack) > 1 and stack[-1][0]._key == key:
            node, start = stack.pop()
            node._time = max(0.0, time - start)
            stack[-1][0].Append(node)
    thread._time = sum(one._time for one in thread._children)
    if thread._children:
        tree._root.Append(thread)


_LINE = _re.compile(r"^\s*([\d.]+) ms\s+([\d.]+) ms\s+(\d+) samples    ((?:\| *)*)(.*)$")


class Reporter(_Weak):
    """Shows what the collector took."""

    groupByFunction, foldRecursiveCalls, shouldAdjustForOverheadAndNoise = True, False, True

    class ParsedTree:
        """A tree that was read from a report."""

        def __init__(self):
            raise RuntimeError("This class cannot be instantiated from Python")

        tree = property(lambda self: self._tree)
        iterationCount = property(lambda self: self._count)

    def __init__(self, label):
        self._label, self._tree, self._seen = label, AggregateTree(), []
        self.groupByFunction, self.foldRecursiveCalls, self.shouldAdjustForOverheadAndNoise = True, False, True

    aggregateTreeRoot = property(lambda self: self._tree._root)

    def GetLabel(self):
        return self._label

    def UpdateTraceTrees(self):
        """Takes the events that the collector has, which it then has no more."""
        events, Collector._events[:] = list(Collector._events), []
        self._seen += events
        _add_events(self._tree, events)

    def ClearTree(self):
        self._tree, self._seen = AggregateTree(), []
        Collector._events.clear()

    def _lines(self, iterations):
        lines = [f"Number of iterations: {iterations}"] if iterations > 1 else []
        lines += ["", "Tree view  ==============", "   inclusive    exclusive        "]
        waiting = [(node, 0) for node in reversed(self._tree._root._children)]
        while waiting:
            node, depth = waiting.pop()
            indent = "" if not depth else "| " + "  " * (depth - 1)
            lines.append(f"{node.inclusiveTime / iterations:9.3f} ms {node.exclusiveTime / iterations:9.3f} ms "
                         f"{node.count // iterations:7d} samples    {indent}{node.key}")
            waiting += [(child, depth + 1) for child in reversed(node._children)]
        return "\n".join(lines + ["", ""])

    def Report(self, fileOrCount=1, iterationCount=1, append=False):
        """Report([iterations]) prints, Report(file[, iterations[, append]]) writes."""
        self.UpdateTraceTrees()
        if isinstance(fileOrCount, str):
            with open(fileOrCount, "a" if append else "w") as file:
                file.write(self._lines(iterationCount))
        else:
            print(self._lines(fileOrCount))

    @staticmethod
    def LoadReport(fileName):
        """The trees of a report that was written."""
        parsed, stack = [], []
        with open(fileName) as file:
            iterations = 1
            for line in file:
                if line.startswith("Number of iterations:"):
                    iterations = int(line.split(":")[1])
                elif line.startswith("Tree view"):
                    made = Reporter.ParsedTree.__new__(Reporter.ParsedTree)
                    made._tree, made._count = AggregateTree(), iterations
                    parsed.append(made)
                    stack, iterations = [made._tree._root], 1
                else:
                    found = _LINE.match(line)
                    if found and stack:
                        depth = (len(found[4]) + 1) // 2
                        node = AggregateNode(found[5], float(found[1]), int(found[3]))
                        del stack[depth + 1:]
                        stack[-1]._children.append(node)
                        stack.append(node)
        return parsed

    def ReportTimes(self):
        self.UpdateTraceTrees()
        totals, waiting = {}, list(self._tree._root._children)
        while waiting:
            node = waiting.pop()
            if node._key != "Main Thread":
                totals[node._key] = totals.get(node._key, 0.0) + node.inclusiveTime
            waiting += node._children
        print("\nTotal time for each key ==============")
        for key, total in sorted(totals.items(), key=lambda item: item[1]):
            print(f"{total:9.3f} ms {key}")
        print()

    def _chrome(self):
        self.UpdateTraceTrees()
        events = [{"cat": "Default", "libTraceCatId": 0, "pid": 0, "tid": "Main Thread", "name": key, "ts": time * 1000,
                   "ph": "B" if begins else "E"} for begins, key, time in self._seen]
        return _json.dumps({"traceEvents": events}, separators=(",", ":"))

    def ReportChromeTracing(self):
        """Prints the events as browsers' tracing tools read them."""
        print(self._chrome())

    def ReportChromeTracingToFile(self, fileName):
        with open(fileName, "w") as file:
            file.write(self._chrome())


Reporter.globalReporter = Reporter("Trace global reporter")
_collector = Collector()


@_contextlib.contextmanager
def TraceScope(label):
    """Within it an event lasts."""
    _collector.BeginEvent(label)
    try:
        yield
    finally:
        _collector.EndEvent(label)


def TraceFunction(obj):
    """A function that is an event each time it runs."""
    @_functools.wraps(obj)
    def traced(*arguments, **named):
        with TraceScope(f"Python func: {obj.__module__}.{obj.__qualname__.rpartition('.')[2]}"):
            return obj(*arguments, **named)

    return traced


def TraceMethod(obj):
    """The same of a method."""
    return TraceFunction(obj)


def GetElapsedSeconds(begin, end):
    """Between two times of events."""
    if begin > end:
        from strata.Tf import RaiseCodingError
        RaiseCodingError(f"an event cannot begin at {begin} and end at {end}")
    return (end - begin) / 1e9


def PythonGarbageCollectionCallback(phase, info):
    """For gc.callbacks: an event for each collection."""
    key = f"Python Garbage Collection: gen {info.get('generation', 0)}"
    (_collector.BeginEvent if phase == "start" else _collector.EndEvent)(key)


# -- events for tests ----------------------------------------------------------------------------------------------------


def GetTestEventName():
    return "C_PLUS_PLUS_EVENT"


def TestAuto():
    with TraceScope("TestAuto"):
        pass


def TestCreateEvents():
    with TraceScope(GetTestEventName()):
        pass


def TestNesting():
    with TraceScope("TestNesting"), TraceScope("TestNesting inner"):
        pass

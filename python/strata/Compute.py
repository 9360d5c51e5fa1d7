"""Values that are computed while a scene runs: places on the Earth, metrics, simulations, and your own.   (Exec)

    registry = Compute.Registry()

    @registry.computation("xform", schemas=["Cone"], modifies=True)
    def look(call, previous=Compute.Previous(), target=Compute.Targets("proxyPrim", "world.xform")):
        return ...                          # a Gf.Matrix4d; None leaves what was there

    system = Compute.System(stage, registry)
    system.GetLocalToWorldTransform(prim, time)

A function says what it needs by its arguments' defaults. A class with `init(call)` and `step(call)`, which give a state, and
`compute(call)` is stepped from tick to tick; its inputs are its attributes, and `call` has them by name. Strata calls from any thread,
one call at a time. What raises is told of by `system.GetDiagnostics()`, and what would be there without it holds.
"""
import collections
import importlib.util
import inspect
import os
import pathlib
import sys
import weakref

from strata import Gf, Sdf, Usd, Vt  # noqa: F401  (what computations are given)
from strata._core import Compute as _core
from strata._core.Compute import (  # noqa: F401
    Attribute, AttributeSamples, AttributesNamed, Before, Children, Computation, Connections, Constant, Input, Lasting, Metadata,
    NearestAncestor, OfPrim, Parent, Previous, Request, SourceOf, SourcesNamed, StageMetadata, System, Targets, Time)


CrsDefinition = collections.namedtuple("CrsDefinition", "wkt epsg epoch gridFiles")
CrsDefinition.__doc__ = "A coordinate reference system as a prim says it: text, code (0: none), decimal year (0: none), paths of files."


class Call:
    """What a computation is called with: `prim`, `time` (None: the default time), and each input by its name. Of stepped ones also
    `state` and `dt`, the seconds of a step."""

    def __init__(self, names, prim, time, state, dt, values):
        self.__dict__.update(zip(names, values))
        self.prim, self.time, self.state, self.dt = prim, time, state, dt


def _inputs_of_function(function):
    found = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if not isinstance(parameter.default, Input):
            raise TypeError(f"{function.__name__}: the argument {name} has no Compute.Input as its default")
        found[name] = parameter.default
    return found


class Registry(_core._Registry):
    """The computations that systems have: those of Strata, and what is added before the first system or scene is made.

    unauthored  what layers mean that say no units: what leads to them ("inherit"), centimetres ("fallback"), or nothing ("error")
    fallbacks   what fallbacks of schemas are in: "prim" or "stage"
    mode        what is changed of shapes in other units than their prim: their "values", or the prim's transform ("transforms")
    tolerance   relative, between units that count as the same
    dimensions  more lines of what attributes measure, as `strata assemble --list-dimensions` names it: "Schema.attribute | length | scalar"
    crs         resolves coordinate reference systems that Strata does not know itself: a function that gets a CrsDefinition and gives a
                function of three coordinates, which gives longitude and latitude in degrees and metres above the ellipsoid of WGS 84
                (EPSG:4979); None where it does not know the system. With pyproj:

        def resolve(crs):
            return pyproj.Transformer.from_crs(crs.wkt or crs.epsg, 4979, always_xy=True).transform
    """

    def computation(self, output, schemas=(), *, name=None, modifies=False, cutsOff=False, after=(), before=(), type="", attribute=None,
                    batch=False, first=None, timeCodesPerStep=1.0, ticksPerCheckpoint=10):
        """Decorates a function or a class, which makes or modifies `output` for prims of the schemas (none: all).

        type       of answers ("color3f[]"); others count as failures
        attribute  whose value the output stands in place of
        batch      the function gets a list of calls, which have the inputs by name, and gives a list of answers: one call for all prims
                   that are asked for together
        cutsOff    what depends on it is left alone where its answer stayed the same
        after, before  names of other modifiers of the output
        first, timeCodesPerStep, ticksPerCheckpoint  of stepped ones: the first tick (None: the stage's first time), how long a step is,
            and how often a state is kept. States are not changed once they are given: `step` makes new ones.
        """
        def add(made):
            title = name or f"{made.__module__}.{made.__name__}"
            init = step = many = None
            if inspect.isclass(made):
                inputs = {key: value for key, value in vars(made).items() if isinstance(value, Input)}
                keys = list(inputs)
                one = made()

                def calling(function):
                    return lambda *given: function(Call(keys, *given))

                function = calling(one.compute)
                if hasattr(one, "step"):
                    init, step = calling(one.init), calling(one.step)
            else:
                inputs = _inputs_of_function(made)
                keys = list(inputs)

                def function(*given):
                    if batch:
                        return made([Call(keys, *given)])[0]
                    prim, time, state, dt, values = given
                    return made(Call((), prim, time, state, dt, ()), **dict(zip(keys, values)))
                if batch:
                    def many(calls):
                        return made([Call(keys, *given) for given in calls])

            self._Add(output, title, list(schemas), list(inputs.values()), function, many, init, step, modifies, cutsOff, list(after),
                      list(before), type, first, timeCodesPerStep, ticksPerCheckpoint)
            if attribute:
                self.AddValue(output, attribute, list(schemas))
            return made
        return add

    def AddSimulation(self, name, module):
        """Lets `warp:sourceFile = name` mean a module or an object with its functions. RESETS of a module are the parameters whose edits
        begin a simulation anew; without it all do."""
        self._AddLoader(lambda asked: _adapt(module, None) if asked == name else None)

    def AllowModules(self, prefix, folder, aliases=None):
        """Lets prims name modules in Python that lie in a folder: `prefix.deform`, or the whole path of deform.py there. Nothing else that
        a scene names is run. An empty prefix allows the names alone; aliases are other names of files."""
        folder = pathlib.Path(folder)
        aliases = aliases or {}

        def load(asked):
            if asked.endswith(".py"):
                if pathlib.Path(asked).parent.resolve() != folder.resolve():
                    return None
                stem = pathlib.Path(asked).stem
            elif prefix and not asked.startswith(prefix + "."):
                return None
            else:
                stem = asked[len(prefix) + 1:] if prefix else asked
            stem = aliases.get(stem, stem)
            path = folder / (stem + ".py")
            if not stem.isidentifier() or not path.is_file():
                return None
            stamp = _stamp(path)
            return _adapt(_load(path), path, stamp)
        self._AddLoader(load)


def BakeMetrics(stage, path, **options):
    """Writes a layer over the stage's root layer in which everything is in its prim's units and each prim in its parent's, for programs
    that compute nothing: what `strata assemble --bake -o path` writes. The options are those of Registry (unauthored, fallbacks, mode,
    tolerance, dimensions).

    The scene is as the root layer says it, with the stage's load rules and muted layers; opinions of the session are not in it. The stage
    stays as it is. Gives how many prims were written, and what could not be (as System.GetDiagnostics). Tf.ErrorException where the root
    layer has no file, or the file cannot be written; what the root layer says and is not saved yet is not what others will read."""
    over = Usd.Stage.Open(stage.GetRootLayer(), Sdf.Layer.CreateAnonymous(".usda"), stage.GetPathResolverContext(), Usd.Stage.LoadNone)
    over.MuteAndUnmuteLayers([layer for layer in stage.GetMutedLayers() if layer != stage.GetRootLayer().identifier], [])
    over.SetLoadRules(stage.GetLoadRules())
    over.SetEditTarget(over.GetSessionLayer())
    system = System(over, Registry(**options))
    baked = system.BakeMetrics()
    system._ExportBaked(str(path))
    return baked


def CompileModule(path, folder, compiler=None):
    """Compiles the kernels of a module of Warp ahead of time: NAME.kernels and NAME.so in a folder, which programs without Python and
    without Warp run (`strata compute --kernels FOLDER`). The module says in KERNELS what a step launches; strata/compute/kernels.h tells
    how; RESETS goes with them. Needs warp-lang and a C compiler, which links. Gives the path of NAME.kernels."""
    import subprocess
    import tempfile
    path, folder = pathlib.Path(path), pathlib.Path(folder)
    module = _load(path, "strata_kernels_")  # a name of its own: Warp goes on without hashes for modules that it compiled so
    import warp as wp
    if not hasattr(module, "KERNELS"):
        raise ValueError(f"{path} does not say in KERNELS what a step launches")
    kernels = wp.get_module(module.__name__)
    # One point after the other, for any processor of the kind: the object needs nothing of Warp.
    kernels.options.update(block_dim=1, enable_backward=False, cpu_compiler_flags="")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        wp.compile_aot_module(kernels, device="cpu", module_dir=made, strip_hash=True)
        objects = [str(each) for each in pathlib.Path(made).glob("*.o")]
        subprocess.run([compiler or os.environ.get("CC", "cc"), "-shared", "-o", str(folder / (path.stem + ".so")), *objects, "-lm"],
                       check=True)
    target = folder / (path.stem + ".kernels")
    resets = "resets " + ", ".join(module.RESETS) + "\n" if hasattr(module, "RESETS") else ""
    target.write_text(f"warp {'.'.join(wp.__version__.split('.')[:2])}\nlibrary {path.stem}.so\n{module.KERNELS.strip()}\n{resets}")
    return target


# -- simulations -----------------------------------------------------------------------------------------------------------------------

class Shape:
    """A geometry at a tick: `path`, `points` (positions of point instancers), `faceVertexCounts`, `faceVertexIndices`, `attributes` (what
    else has a value, by name), `matrix` (to the space of the simulated prim), `isInstancer`. Arrays cannot be written, and are numpy's
    without a copy by `numpy.asarray`."""
    __slots__ = ("path", "points", "faceVertexCounts", "faceVertexIndices", "attributes", "matrix", "isInstancer")

    def __init__(self, *values):
        for name, value in zip(self.__slots__, values):
            setattr(self, name, value)


class SimulationCall:
    """What a step is called with: `prim`, `shape`, `colliders` (shapes), `parameters` (a dictionary), `time` (time code), `seconds` since
    the first tick, `dt` (the seconds of a step), `xform` (of prims without points: their own transform, without what the module gives)."""
    __slots__ = ("prim", "shape", "colliders", "parameters", "time", "seconds", "dt", "xform")

    def __init__(self, *values):
        for name, value in zip(self.__slots__, values):
            setattr(self, name, value)

    @staticmethod
    def AsNumpy(array):
        """An array of a shape as numpy's, of the same memory: it cannot be written."""
        import numpy
        return numpy.asarray(array)

    def TransformedPoints(self, collider):
        """The points of a collider in the space of the simulated prim, for numpy: float32, one row each."""
        import numpy
        points = numpy.asarray(collider.points, dtype=numpy.float64)
        matrix = numpy.array(collider.matrix)
        return numpy.ascontiguousarray(points @ matrix[:3, :3] + matrix[3, :3], dtype=numpy.float32)


def _load(path, prefix="strata_simulation_"):
    """The module of a file, run anew. Modules that use Warp need warp-lang."""
    name = prefix + path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Warp looks for the sources of kernels there
    try:
        # Read by ourselves: a file that changed within a second would come from its compiled copy.
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    except ModuleNotFoundError as error:
        if error.name == "warp":
            raise ModuleNotFoundError("NVIDIA Warp is not installed: pip install warp-lang", name="warp") from error
        if error.name and error.name.startswith("warp."):
            raise ModuleNotFoundError(f"NVIDIA Warp as it is installed has no {error.name}: write what the module needs of it as kernels",
                                      name=error.name) from error
        raise
    return module


def _stamp(path):
    """What an edit of a file changes. Taken before it is read: what is written meanwhile counts as an edit. Clocks of file systems are
    coarse, so that its time alone is not enough."""
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size, status.st_ino


def _adapt(module, path, stamp=None):
    return _Sample(module, path, stamp) if hasattr(module, "exec_sim") else _Module(module, path, stamp)


class _Adapter:
    def __init__(self, module, path, stamp):
        self._module, self._path, self._stamp = module, path, stamp

    def resets(self, parameter):
        declared = getattr(self._module, "RESETS", None)
        return declared is None or parameter in declared

    def is_outdated(self):
        try:
            return self._path is not None and _stamp(self._path) != self._stamp
        except OSError:
            return True


class _Module(_Adapter):
    """A module with begin(call) and step(call, state), each giving (state, values) or points that are the state, too. With MOVES = True it
    moves prims that have no points, by a value "xform" or "world.xform"."""
    borrows = True

    @property
    def moves(self):
        return bool(getattr(self._module, "MOVES", False))

    def begin(self, call):
        return self._split(call, self._module.begin(call))

    def step(self, call, state):
        return self._split(call, self._module.step(call, state))

    def can_resume(self, state):
        return True

    @staticmethod
    def _split(call, made):
        if isinstance(made, tuple) and len(made) == 2:
            state, values = made
        else:
            state = values = made
        if not isinstance(values, dict):
            values = {"positions" if call.shape.isInstancer else "points": values}
        return state, {name: _share(value) for name, value in values.items()}


def _share(value):
    """Arrays of Warp as numpy's, without a copy where they lie in the memory of the CPU. numpy's cannot be written from here on."""
    if hasattr(value, "numpy") and hasattr(value, "device"):
        value = value.numpy()
    if hasattr(value, "setflags"):
        value.setflags(write=False)
    return value


class _Sample(_Adapter):
    """A module of the protocol that the samples of runtime computation have: initialize_sim_mesh or initialize_sim_particles, exec_sim,
    terminate_sim, and is_enabled. It keeps its state in itself, so that a seek back begins anew."""
    borrows = moves = False

    def __init__(self, module, path, stamp):
        super().__init__(module, path, stamp)
        self._runs = weakref.WeakValueDictionary()  # by path: the run that the module holds, while a state needs it

    def begin(self, call):
        prim = str(call.prim.GetPath())
        self._end(prim)
        if hasattr(self._module, "is_enabled") and not self._module.is_enabled():
            return None, {}
        run = _Run(self, prim)
        shape, more = call.shape, {"sim_params": call.parameters or None}
        if call.colliders:
            more["dep_mesh_indices"] = _rows(call.colliders[0].faceVertexIndices)
            more["dep_mesh_points"] = call.TransformedPoints(call.colliders[0])
        if shape.isInstancer:
            self._module.initialize_sim_particles(prim, _rows(shape.points), **more)
        else:
            self._module.initialize_sim_mesh(prim, _rows(shape.faceVertexIndices), _rows(shape.points), **more)
        self._runs[prim] = run
        return self._step(call, run, 0)

    def step(self, call, state):
        if state is None:
            return None, {}
        run, tick = state
        return self._step(call, run, tick + 1)

    def can_resume(self, state):
        return state is None or (self._runs.get(state[0].prim) is state[0] and state[0].tick == state[1])

    def _step(self, call, run, tick):
        more = {"sim_params": call.parameters or None}
        if call.colliders:
            more["dep_mesh_points"] = call.TransformedPoints(call.colliders[0])
        points = self._module.exec_sim(run.prim, call.time, **more)
        run.tick = tick
        return (run, tick), {"positions" if call.shape.isInstancer else "points": points}

    def _end(self, prim):
        run = self._runs.pop(prim, None)
        if run is not None:
            run.end()


class _Run:
    """What the module holds for a prim; it ends when nobody needs its states any more."""

    def __init__(self, owner, prim):
        self.owner, self.prim, self.tick, self.is_open = owner, prim, 0, True

    def end(self):
        if self.is_open:
            self.is_open = False
            terminate = getattr(self.owner._module, "terminate_sim", None)
            if terminate is not None:
                terminate(self.prim)

    def __del__(self):
        self.end()


def _rows(array):
    import numpy
    return numpy.asarray(array)

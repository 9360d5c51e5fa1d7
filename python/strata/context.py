"""Contexts: who owns the stage that a program works on.

    from strata import context
    shot = context.get_context()
    shot.open_stage("shot.usda")          # or: await shot.open_stage_async("shot.usda")
    shot.get_stage().GetPrimAtPath("/World")

A context is the only owner of its stage. Stages that it gives out are views: they test false, and raise RuntimeError when they
are asked for something, once the context has closed its stage or opened another. Who wants to keep a stage opens one of their own.
"""
import asyncio

from strata import _core
from strata.Usd import Stage, StageCache

_contexts = {}
_STATES = ("closed", "opening", "opened", "closing")


class Selection:
    """The paths that are selected in a context, in the order in which they were chosen."""

    def __init__(self, context):
        self._context = context

    def get_selected_prim_paths(self) -> "list[str]":
        return [str(path) for path in self._context.get_selection()]

    def set_selected_prim_paths(self, paths) -> None:
        self._context.set_selection(list(paths))

    def clear_selected_prim_paths(self) -> None:
        self._context.set_selection([])

    def is_prim_path_selected(self, path) -> bool:
        return str(path) in self.get_selected_prim_paths()

    def set_prim_path_selected(self, path, selected: bool = True) -> None:
        paths = [one for one in self.get_selected_prim_paths() if one != str(path)]
        self._context.set_selection(paths + [str(path)] if selected else paths)


class UsdContext:
    """Owns one stage, or none. Each of open, new, attach and reopen closes first what is open, and raises Tf.ErrorException, with
    nothing open, when it fails. Make one with create_context."""

    def __init__(self, context):
        self._context = context
        self._selection = Selection(context)

    def __repr__(self):
        return f"<strata.context.UsdContext {self.get_name()!r}, {self.get_stage_state()}>"

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close_stage()
        return False

    def get_name(self) -> str:
        return self._context.name

    def get_stage(self) -> "Usd.Stage | None":
        """A view of the open stage; None when there is none."""
        return self._context.get_stage()

    def get_stage_state(self) -> str:
        """closed, opening, opened or closing."""
        return _STATES[self._context.state]

    def get_stage_url(self) -> str:
        """The identifier of the root layer; empty when no stage is open."""
        return self._context.url

    def is_new_stage(self) -> bool:
        """Whether the root layer has no file yet."""
        return self._context.is_new

    def has_pending_edit(self) -> bool:
        """Whether layers of the stage have edits that are not saved."""
        return self._context.has_pending_edit

    def get_selection(self) -> Selection:
        return self._selection

    def open_stage(self, url, load=Stage.LoadAll, *, budgets=None) -> bool:
        """Opens a file (a str or a path). budgets: limits by name, as Usd.Stage.Open takes them; what is none is told before the
        open stage is closed."""
        self._context.open(url, load, budgets)
        return True

    def new_stage(self, *, budgets=None) -> bool:
        """Opens an empty stage over an anonymous layer. budgets: as open_stage."""
        self._context.new(budgets)
        return True

    def reopen_stage(self) -> bool:
        """Opens the same stage from its files, within the same budgets. Edits that are not saved are lost."""
        self._context.reopen()
        return True

    def close_stage(self) -> bool:
        self._context.close()
        return True

    def save_stage(self) -> bool:
        """Saves the layers that have edits."""
        self._context.save()
        return True

    def save_as_stage(self, url) -> bool:
        """Writes the root layer to another file and opens the stage from there."""
        self._context.save_as(url)
        return True

    def attach_stage(self, stage_id) -> bool:
        """Takes a stage out of the cache of UsdUtils, by the number that the cache gave it. Other objects that show the stage are
        views from then on."""
        from strata.UsdUtils import StageCache as cache
        number = stage_id if isinstance(stage_id, StageCache.Id) else StageCache.Id.FromLongInt(stage_id)
        self._context.attach(cache.Get(), number)
        return True

    def add_listener(self, listener) -> int:
        """Calls `listener` with the name of each event: opening, opened, open-failed, closing, closed, saving, saved, save-failed,
        selection-changed, ... What it raises is written to stderr. A number for remove_listener."""
        return self._context.add_listener(listener)

    def remove_listener(self, number: int) -> None:
        self._context.remove_listener(number)

    # The same with a function that is called with (whether it went well, the error's text), and as awaitables of that pair.

    def attach_stage_with_callback(self, stage_id, on_finish_fn=None) -> bool:
        return _tell(on_finish_fn, self.attach_stage, stage_id)

    def open_stage_with_callback(self, url, on_finish_fn=None, *, budgets=None) -> bool:
        return _tell(on_finish_fn, self.open_stage, url, budgets=budgets)

    def new_stage_with_callback(self, on_finish_fn=None, *, budgets=None) -> bool:
        return _tell(on_finish_fn, self.new_stage, budgets=budgets)

    def close_stage_with_callback(self, on_finish_fn=None) -> bool:
        return _tell(on_finish_fn, self.close_stage)

    def save_stage_with_callback(self, on_finish_fn=None) -> bool:
        return _tell(on_finish_fn, self.save_stage)

    async def open_stage_async(self, url, load=Stage.LoadAll, *, budgets=None) -> "tuple[bool, str]":
        """The stage is opened in a thread; the event loop goes on meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(None, lambda: _outcome(self.open_stage, url, load, budgets=budgets))

    async def new_stage_async(self, *, budgets=None) -> "tuple[bool, str]":
        return _outcome(self.new_stage, budgets=budgets)

    async def close_stage_async(self) -> "tuple[bool, str]":
        return _outcome(self.close_stage)

    async def attach_stage_async(self, stage_id) -> "tuple[bool, str]":
        return _outcome(self.attach_stage, stage_id)

    async def save_stage_async(self) -> "tuple[bool, str]":
        return _outcome(self.save_stage)


def _outcome(do, *arguments, **named):
    try:
        return do(*arguments, **named), ""
    except RuntimeError as error:
        return False, str(error)


def _tell(finished, do, *arguments, **named):
    done, trouble = _outcome(do, *arguments, **named)
    if finished is not None:
        finished(done, trouble)
    return done


def get_context(name: str = "") -> "UsdContext | None":
    """The context of a name. The default one, "", is made when it is first asked for; others are None until they are created."""
    found = _core._get_context(name)
    if found is None:
        _contexts.pop(name, None)
        return None
    return _contexts.setdefault(name, UsdContext(found))


def create_context(name: str = "") -> UsdContext:
    """Makes a context. Raises Tf.ErrorException where there is one of that name; the default one is given as it is."""
    if not name:
        return get_context()
    _contexts[name] = UsdContext(_core._create_context(name))
    return _contexts[name]


def destroy_context(name: str = "") -> bool:
    """Closes its stage. Whoever still holds the context finds it closed for good. Whether there was one."""
    _contexts.pop(name, None)
    return _core._destroy_context(name)

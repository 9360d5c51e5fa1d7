"""Edits of arrays, and what builds them: Vt.IntArrayEdit, Vt.IntArrayEditBuilder and so on.

An edit holds the engine's, in which the literals are of the array's type. Arrays that the engine does not have (of intervals, say)
are edited as arrays of numbers, each of which stands for an element: n + 1 for element n, -(n + 1) for literal n, 0 for a new one.
"""
import functools as _functools
import importlib as _importlib

from strata._core import Sdf as _sdf
from strata._core import Vt as _vt

_END = _vt._ArrayEdit.END
(_WRITE, _WRITE_REF, _INSERT, _INSERT_REF, _ERASE, _MIN_SIZE, _MIN_SIZE_FILL, _MAX_SIZE, _SET_SIZE, _SET_SIZE_FILL) = range(10)


class _Edit:
    """What is done to an array, in order: elements written, inserted and erased, and its size."""

    __slots__ = ("_edit", "_literals")
    _array = None

    def __init__(self, edit=None):
        if edit is not None and type(edit) is not type(self):
            raise TypeError(f"{type(self).__name__} of another one, or of nothing")
        self._literals = edit._literals if edit is not None else self._array()
        self._edit = edit._edit if edit is not None else self._make([])

    @classmethod
    def _of(cls, edit, literals):
        made = cls.__new__(cls)
        made._edit, made._literals = edit, literals
        return made

    @classmethod
    def _is_of_engine(cls):
        return cls._array.__name__ in _vt.__dict__ or cls._array.__name__ in _sdf.__dict__

    def _make(self, instructions):
        literals = self._literals
        if not self._is_of_engine():
            literals = _vt.Int64Array([-1 - number for number in range(len(literals))])
        return _vt._ArrayEdit(literals, instructions)

    def IsIdentity(self):
        """Whether it does nothing."""
        return self._edit.IsIdentity()

    def ComposeOver(self, weaker):
        """What it makes of an array, or one edit that does what the weaker one does and then this."""
        if type(weaker) is type(self):
            joined = self._of(None, self._array([*weaker._literals, *self._literals]))
            shift = len(weaker._literals)
            steps = [(op, source + shift if op in (_WRITE, _INSERT) else source,
                      index + shift if op in (_MIN_SIZE_FILL, _SET_SIZE_FILL) else index)
                     for op, source, index in self._edit.ListInstructions()]
            joined._edit = joined._make(weaker._edit.ListInstructions() + steps)
            return joined
        if weaker is None or isinstance(weaker, (str, int, float)) or "Array" in type(weaker).__name__ and type(weaker) is not self._array:
            raise TypeError(f"{type(self).__name__} over a {type(weaker).__name__}")
        array = self._array(weaker)
        if self._is_of_engine():
            return self._edit.ApplyTo(array)
        elements, new = list(array), self._array(1)
        places = self._edit.ApplyTo(_vt.Int64Array(list(range(1, len(elements) + 1))))
        return self._array([elements[place - 1] if place > 0 else self._literals[-1 - place] if place else new[0] for place in places])

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return self._edit == other._edit and (self._is_of_engine() or self._literals == other._literals)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(tuple(self._edit.ListInstructions()))

    def __reduce__(self):
        return _restore, (type(self).__module__, type(self).__name__, list(self._literals), self._edit.ListInstructions())

    def _text_of_literal(self, index):
        return str(self._array([self._literals[index]]))[1:-1] if index < len(self._literals) else ""

    def _text_of_step(self, step):
        op, source, index = step
        what = self._text_of_literal(source) if op in (_WRITE, _INSERT) else f"[{source}]"
        if op in (_WRITE, _WRITE_REF):
            return f"write {what} to [{index}]"
        if op in (_INSERT, _INSERT_REF):
            return f"prepend {what}" if index == 0 else f"append {what}" if index == _END else f"insert {what} at [{index}]"
        if op == _ERASE:
            return f"erase [{index}]"
        fill = f" fill {self._text_of_literal(index)}" if op in (_MIN_SIZE_FILL, _SET_SIZE_FILL) else ""
        word = "minsize" if op in (_MIN_SIZE, _MIN_SIZE_FILL) else "maxsize" if op == _MAX_SIZE else "resize"
        return f"{word} {source}{fill}"

    def __str__(self):
        return "edit [" + "; ".join(map(self._text_of_step, self._edit.ListInstructions())) + "]"


class _Builder:
    """Collects what an edit does; each call gives back the builder."""

    __slots__ = ("_literals", "_steps")
    _edit_class = None

    def __init__(self):
        self._literals, self._steps = [], []

    def _literal(self, elem):
        array = self._edit_class._array([elem])
        self._literals.append(array[0])
        return len(self._literals) - 1

    def _add(self, *step):
        self._steps.append(step)
        return self

    def _add_size(self, op, size, fill):
        if size < 0:
            from strata.Tf import ErrorException
            raise ErrorException(f"the size of an array is not negative: {size}")
        return self._add(op, size, 0) if fill is None else self._add(op + 1, size, self._literal(fill))

    def Write(self, elem, index):
        return self._add(_WRITE, self._literal(elem), index)

    def WriteRef(self, srcIndex, dstIndex):
        return self._add(_WRITE_REF, srcIndex, dstIndex)

    def Insert(self, elem, index):
        return self._add(_INSERT, self._literal(elem), index)

    def InsertRef(self, srcIndex, dstIndex):
        return self._add(_INSERT_REF, srcIndex, dstIndex)

    def Prepend(self, elem):
        return self.Insert(elem, 0)

    def PrependRef(self, srcIndex):
        return self.InsertRef(srcIndex, 0)

    def Append(self, elem):
        return self.Insert(elem, _END)

    def AppendRef(self, srcIndex):
        return self.InsertRef(srcIndex, _END)

    def EraseRef(self, index):
        return self._add(_ERASE, 0, index)

    def MinSize(self, size, fill=None):
        return self._add_size(_MIN_SIZE, size, fill)

    def MaxSize(self, size):
        return self._add_size(_MAX_SIZE, size, None)

    def SetSize(self, size, fill=None):
        return self._add_size(_SET_SIZE, size, fill)

    def FinalizeAndReset(self):
        """The edit; the builder is empty again."""
        cls = self._edit_class
        edit = cls._of(None, cls._array(self._literals))
        edit._edit = edit._make(self._steps)
        self.__init__()
        return edit

    @classmethod
    def Optimize(cls, edit):
        """The same edit without the literals that no instruction uses."""
        if type(edit) is not cls._edit_class:
            raise TypeError(f"{cls.__name__}.Optimize takes a {cls._edit_class.__name__}")
        return cls._edit_class(edit)


@_functools.lru_cache(maxsize=None)
def make(module, array):
    """(the class of edits, the class of builders) for a class of arrays"""
    edit = type(array.__name__ + "Edit", (_Edit,), {"__slots__": (), "__module__": module, "_array": array, "__doc__": _Edit.__doc__})
    builder = type(array.__name__ + "EditBuilder", (_Builder,),
                   {"__slots__": (), "__module__": module, "_edit_class": edit, "__doc__": _Builder.__doc__})
    return edit, builder


def _of_engine(edit):
    """The object of a value."""
    literals = edit.GetLiterals()
    module = "strata.Sdf" if type(literals).__module__.endswith("Sdf") else "strata.Vt"
    return make(module, type(literals))[0]._of(edit, literals)


def _restore(module, name, literals, steps):
    cls = getattr(_importlib.import_module(module), name)
    edit = cls._of(None, cls._array(literals))
    edit._edit = edit._make(steps)
    return edit

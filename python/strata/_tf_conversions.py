"""What scripts try conversions between Python and the library with.   (Tf.Tf_Test...)"""


class Tf_TestAnnotatedBoolResult:
    """A truth with words on why it is none."""

    def __init__(self, value, annotation):
        self._value, self._annotation = bool(value), str(annotation)

    annotation = property(lambda self: self._annotation)

    def __bool__(self):
        return self._value

    def __repr__(self):
        return repr(True) if self._value else repr((False, self._annotation))

    def __eq__(self, other):
        return self._value == other if isinstance(other, bool) else NotImplemented

    def __ne__(self, other):
        return self._value != other if isinstance(other, bool) else NotImplemented

    __hash__ = None

    def __getitem__(self, place):
        return (self._value, self._annotation)[place]


def _whole(value, least, most):
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a whole number is needed, not {type(value).__name__}")
    if not least <= value <= most:
        raise OverflowError(f"{value} is not between {least} and {most}")
    return value


def _int(value):
    return _whole(value, -2**31, 2**31 - 1)


def _list_of(value, convert):
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        raise TypeError(f"a sequence is needed, not {type(value).__name__}")
    return [convert(one) for one in value]


def _tuple_of(value, count, convert):
    if not isinstance(value, tuple) or len(value) != count:
        raise TypeError(f"a tuple of {count} is needed")
    return tuple(convert(one) for one in value)


def _text(value):
    if not isinstance(value, str):
        raise TypeError(f"text is needed, not {type(value).__name__}")
    return value


class Tf_TestPyContainerConversions:
    """Sequences, pairs and tuples of whole numbers there and back, those of sequences and pairs as real ones."""

    @staticmethod
    def Init():
        """Nothing is to be made ready."""

    @staticmethod
    def GetVectorTimesTwo(values):
        return [2.0 * one for one in _list_of(values, _int)]

    @staticmethod
    def GetPairTimesTwo(values):
        return tuple(2.0 * one for one in _tuple_of(values, 2, _int))

    @staticmethod
    def GetTupleTimesTwo(values):
        return tuple(2 * one for one in _tuple_of(values, 3, _int))

    @staticmethod
    def GetTokens(names):
        return _list_of(names, _text)


def _real(value):
    if isinstance(value, str) or not hasattr(value, "__float__"):
        raise TypeError(f"a number is needed, not {type(value).__name__}")
    return float(value)


def _single(value):
    import struct
    return struct.unpack("f", struct.pack("f", _real(value)))[0]


def _character(value):
    if len(_text(value)) != 1:
        raise TypeError("one character is needed")
    return value


class Tf_TestPyOptionalStd:
    """Values that may be None, there and back."""

    @staticmethod
    def TakesOptional(optString=None, optStringVec=None):
        return (None if optString is None else _text(optString), None if optStringVec is None else _list_of(optStringVec, _text))


def _optional(convert):
    return staticmethod(lambda value: None if value is None else convert(value))


for _name, _convert in {
        "StringVector": lambda value: _list_of(value, _text), "String": _text, "Double": _real, "Float": _single, "Int": _int,
        "Long": lambda value: _whole(value, -2**63, 2**63 - 1), "ULong": lambda value: _whole(value, 0, 2**64 - 1),
        "UInt": lambda value: _whole(value, 0, 2**32 - 1), "Short": lambda value: _whole(value, -2**15, 2**15 - 1),
        "UShort": lambda value: _whole(value, 0, 2**16 - 1), "Char": _character,
        "UChar": lambda value: _whole(value, 0, 255)}.items():
    setattr(Tf_TestPyOptionalStd, "TestOptional" + _name, _optional(_convert))

for _class in (Tf_TestAnnotatedBoolResult, Tf_TestPyContainerConversions, Tf_TestPyOptionalStd):
    _class.__module__ = "strata.Tf"

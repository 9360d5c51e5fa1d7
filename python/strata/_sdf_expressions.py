"""Expressions over paths, predicates and variables: what they are made of, and how they are made.   (Sdf)"""
import re as _re

from strata import _enums
from strata._core import Sdf as _core
from strata._core.Sdf import Path, PathExpression
from strata._members import held


class _Allowed:
    """Whether something can be done, and why not."""

    __slots__ = ("_whyNot",)

    def __init__(self, why_not):
        self._whyNot = why_not

    def __bool__(self):
        return not self._whyNot

    def __repr__(self):
        return f"(False, {self._whyNot!r})" if self._whyNot else "True"

    def __iter__(self):
        return iter((bool(self), self._whyNot))

    def __getitem__(self, index):
        return (bool(self), self._whyNot)[index]

    def __eq__(self, other):
        return bool(self) == other

    __hash__ = None


def _error(message):
    from strata.Tf import ErrorException
    return ErrorException(message)


# -- predicates ----------------------------------------------------------------------------------------------------------


class PredicateExpression:
    """Calls of functions that say yes or no of an object, joined by and, or, not."""

    class FnArg:
        """An argument: a value, by position or by a name."""

        argName, value = held("argName", ""), held("value")

        def __init__(self, argName="", value=None):
            self.argName, self.value = argName, value

        @staticmethod
        def Positional(value):
            return PredicateExpression.FnArg("", value)

        @staticmethod
        def Keyword(name, value):
            return PredicateExpression.FnArg(name, value)

        def __eq__(self, other):
            return type(other) is type(self) and (self.argName, self.value) == (other.argName, other.value)

        __hash__ = None

    class FnCall:
        """A call: its kind, the name of the function, and the arguments."""

        kind, funcName, args = held("kind"), held("funcName", ""), held("args", ())

        def __init__(self):
            self.kind, self.funcName, self.args = PredicateExpression.FnCall.BareCall, "", []

        def _text(self):
            if self.kind == PredicateExpression.FnCall.BareCall:
                return self.funcName
            texts = [(f"{argument.argName}=" if argument.argName else "") + _text_of_value(argument.value) for argument in self.args]
            if self.kind == PredicateExpression.FnCall.ColonCall:
                return self.funcName + ":" + ",".join(texts)
            return f"{self.funcName}({', '.join(texts)})"

        def __eq__(self, other):
            return type(other) is type(self) and self._text() == other._text()

        __hash__ = None

    def __init__(self, expr="", context=""):
        self._text = self._error = ""
        text = expr._text if isinstance(expr, PredicateExpression) else expr
        if text:
            good, canonical, wanted, place = _core._CanonicalPredicate(text)
            self._text = canonical if good else ""
            self._error = "" if good else f"Ill-formed predicate expression '{text}' at character {place + 1}: expected {wanted}"

    @staticmethod
    def _made(text):
        made = PredicateExpression()
        made._text = text
        return made

    @staticmethod
    def MakeNot(right):
        return PredicateExpression._made("not " + right._in_parentheses(("or", "and", " ")))

    @staticmethod
    def MakeOp(op, left, right):
        """Joins two. As in OpenUSD the right one comes first."""
        word = {PredicateExpression.And: " and ", PredicateExpression.Or: " or ", PredicateExpression.ImpliedAnd: " "}[op]
        weaker = {" or ": (), " and ": ("or",), " ": ("or", "and")}[word]
        return PredicateExpression._made(right._in_parentheses(weaker) + word + left._in_parentheses(weaker))

    @staticmethod
    def MakeCall(call):
        return PredicateExpression._made(call._text())

    def _in_parentheses(self, weaker):
        tree = _Predicate(self._text).read() if self._text else None
        joined = tree[0] if tree else ""
        kinds = {"Or": "or", "And": "and", "ImpliedAnd": " "}
        return f"({self._text})" if kinds.get(joined) in weaker else self._text

    def Walk(self, logic, call):
        """Calls logic(op, number) before, between and after the parts of an operation, call(FnCall) for each call."""
        def visit(node):
            if node[0] == "Call":
                call(node[1])
                return
            op = getattr(PredicateExpression, node[0])
            for number, part in enumerate(node[1]):
                logic(op, number)
                visit(part)
            logic(op, len(node[1]))
        if self._text:
            visit(_Predicate(self._text).read())

    def GetText(self):
        return self._text

    def GetParseError(self):
        return self._error

    def IsEmpty(self):
        return not self._text

    def __bool__(self):
        return bool(self._text)

    def __str__(self):
        return self._text

    def __repr__(self):
        return f"Sdf.PredicateExpression({self._text!r})" if self._text else "Sdf.PredicateExpression()"

    def __eq__(self, other):
        return isinstance(other, PredicateExpression) and self._text == other._text

    def __hash__(self):
        return hash(self._text)


def _text_of_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


class _Predicate:
    """Reads the canonical text of a predicate. Two lists of a tree: (name of the operation, parts) or ("Call", FnCall)."""

    _tokens = _re.compile(r'\s*("(?:[^"\\]|\\.)*"|[()=,:]|[^\s()=,:"]+)')

    def __init__(self, text):
        self._words = [(match.group(1), match.start(1) and text[match.start(1) - 1].isspace()) for match in self._tokens.finditer(text)]
        self._at = 0

    def read(self):
        return self._join("Or", "or", lambda: self._join("And", "and", self._implied))

    def _peek(self):
        return self._words[self._at][0] if self._at < len(self._words) else None

    def _take(self):
        self._at += 1
        return self._words[self._at - 1][0]

    def _join(self, name, word, part):
        tree = part()
        while self._peek() == word:
            self._take()
            tree = (name, [tree, part()])
        return tree

    def _implied(self):
        tree = self._term()
        while self._peek() not in (None, ")", "or", "and"):
            tree = ("ImpliedAnd", [tree, self._term()])
        return tree

    def _term(self):
        word = self._take()
        if word == "not":
            return ("Not", [self._term()])
        if word == "(":
            tree = self.read()
            self._take()
            return tree
        call = PredicateExpression.FnCall()
        call.funcName = word
        if self._peek() == ":":
            self._take()
            call.kind, call.args = PredicateExpression.FnCall.ColonCall, self._arguments(False)
        elif self._peek() == "(" and not self._words[self._at][1]:
            self._take()
            call.kind, call.args = PredicateExpression.FnCall.ParenCall, self._arguments(True)
        return ("Call", call)

    def _arguments(self, until_parenthesis):
        found = []
        while self._peek() is not None:
            if self._peek() == ")" and until_parenthesis:
                break
            word = self._take()
            if word == ",":
                continue
            if self._peek() == "=":
                self._take()
                found.append(PredicateExpression.FnArg.Keyword(word, _value_of_text(self._take())))
            else:
                found.append(PredicateExpression.FnArg.Positional(_value_of_text(word)))
            if not until_parenthesis and self._peek() != ",":
                return found
        if until_parenthesis and self._peek() == ")":
            self._take()
        return found


def _value_of_text(text):
    if text.startswith('"'):
        return _re.sub(r"\\(.)", r"\1", text[1:-1])
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


_enums.make(PredicateExpression, "SdfPredicateExpression::Op", "Op", ("Call", "Not", "ImpliedAnd", "And", "Or"),
            prefix="Sdf.PredicateExpression.")
_enums.make(PredicateExpression.FnCall, "SdfPredicateExpression::FnCall::Kind", "Kind", ("BareCall", "ColonCall", "ParenCall"),
            prefix="Sdf.PredicateExpression.FnCall.")


class PredicateFunctionResult:
    """What a function says of an object, and whether it says the same of all below."""

    def __init__(self, value=False, constancy=None):
        self._value = bool(value)
        self._constancy = constancy if constancy is not None else PredicateFunctionResult.MayVaryOverDescendants

    @staticmethod
    def MakeConstant(value):
        return PredicateFunctionResult(value, PredicateFunctionResult.ConstantOverDescendants)

    @staticmethod
    def MakeVarying(value):
        return PredicateFunctionResult(value)

    def GetValue(self):
        return self._value

    def GetConstancy(self):
        return self._constancy

    def IsConstant(self):
        return self._constancy == PredicateFunctionResult.ConstantOverDescendants

    def SetAndPropagateConstancy(self, other):
        """Takes the other's value; varies where either does."""
        self._value = other._value
        if not other.IsConstant():
            self._constancy = other._constancy

    @staticmethod
    def And(lhs, rhs):
        return PredicateFunctionResult._joined(lhs, rhs, lhs._value and rhs._value, not lhs._value, not rhs._value)

    @staticmethod
    def Or(lhs, rhs):
        return PredicateFunctionResult._joined(lhs, rhs, lhs._value or rhs._value, lhs._value, rhs._value)

    @staticmethod
    def _joined(lhs, rhs, value, lhs_decides, rhs_decides):
        """Constant where both are, or where one that is decides alone."""
        constant = lhs.IsConstant() and rhs.IsConstant() or lhs_decides and lhs.IsConstant() or rhs_decides and rhs.IsConstant()
        return PredicateFunctionResult.MakeConstant(value) if constant else PredicateFunctionResult(value)

    def __bool__(self):
        return self._value

    def __eq__(self, other):
        return self._value == (other._value if isinstance(other, PredicateFunctionResult) else other)

    __hash__ = None

    def __repr__(self):
        return f"Sdf.PredicateFunctionResult({self._value}, {self._constancy!r})"


_enums.make(PredicateFunctionResult, "SdfPredicateFunctionResult::Constancy", "Constancy",
            ("ConstantOverDescendants", "MayVaryOverDescendants"), prefix="Sdf.PredicateFunctionResult.")


# -- patterns ------------------------------------------------------------------------------------------------------------


class PathPattern:
    """A prefix, then names with wildcards; an empty name is any number of levels."""

    def __init__(self, prefix=None):
        self._parts, self._is_property = [], False
        if isinstance(prefix, PathPattern):
            self._prefix, self._parts, self._is_property = prefix._prefix, list(prefix._parts), prefix._is_property
            return
        self._prefix = Path(prefix) if prefix is not None else Path()
        self._is_property = self._prefix.IsPropertyPath()

    @staticmethod
    def _of(prefix, parts, is_property):
        made = PathPattern(prefix)
        made._parts, made._is_property = list(parts), is_property
        return made

    @staticmethod
    def Nothing():
        return PathPattern()

    @staticmethod
    def Everything():
        return PathPattern._of(Path.absoluteRootPath, [("", "")], False)

    @staticmethod
    def EveryDescendant():
        return PathPattern._of(Path.reflexiveRelativePath, [("", "")], False)

    def CanAppendChild(self, text, predExpr=None):
        if not self:
            return _Allowed("Cannot append child to an empty pattern")
        return _Allowed(f"Cannot append child '{text}' to a property path pattern '{self.GetText()}'" if self._is_property else "")

    def CanAppendProperty(self, text, predExpr=None):
        if not self:
            return _Allowed("Cannot append property to an empty pattern")
        return _Allowed(f"Cannot append additional property '{text}' to property path pattern '{self.GetText()}'" if self._is_property else "")

    def AppendChild(self, text, predExpr=None):
        if not self.CanAppendChild(text):
            return self
        if text == "" and not predExpr:
            return self.AppendStretchIfPossible()
        return self._append(text, predExpr, lambda: self._prefix.GetParentPath() if text == ".." else self._prefix.AppendChild(text))

    def AppendProperty(self, text, predExpr=None):
        if not self.CanAppendProperty(text):
            return self
        if self.HasTrailingStretch():
            self._parts.append(("*", ""))
        self._append(text, predExpr, lambda: self._prefix.AppendProperty(text))
        self._is_property = True
        return self

    def _append(self, text, predicate, joined):
        if predicate is not None and not isinstance(predicate, PredicateExpression):
            raise TypeError("a predicate is an Sdf.PredicateExpression")
        if not self._parts and not predicate and not _re.search(r"[*?\[\]]", text):
            self._prefix = joined()
        else:
            self._parts.append((text, predicate.GetText() if predicate else ""))
        return self

    def AppendStretchIfPossible(self):
        if self and not self._is_property and not self.HasTrailingStretch():
            self._parts.append(("", ""))
        return self

    def RemoveTrailingStretch(self):
        if self.HasTrailingStretch():
            self._parts.pop()
        return self

    def RemoveTrailingComponent(self):
        if self._parts:
            self._parts.pop()
        else:
            self._prefix = self._prefix.GetParentPath()
        self._is_property = not self._parts and self._prefix.IsPropertyPath()
        return self

    def HasLeadingStretch(self):
        return bool(self._parts) and self._parts[0] == ("", "") and self._prefix in (Path.absoluteRootPath, Path.reflexiveRelativePath)

    def HasTrailingStretch(self):
        return bool(self._parts) and self._parts[-1] == ("", "")

    def IsProperty(self):
        return self._is_property

    def GetPrefix(self):
        return self._prefix

    def SetPrefix(self, prefix):
        self._prefix = Path(prefix)
        return self

    def GetText(self):
        text = "" if self._prefix == Path.reflexiveRelativePath and self._parts and not self.HasLeadingStretch() else str(self._prefix)
        for number, (name, predicate) in enumerate(self._parts):
            if not name and not predicate:
                text = text.rstrip("/") + "//"
                continue
            is_last = number == len(self._parts) - 1
            joint = "." if is_last and self._is_property else "" if not text or text.endswith("/") else "/"
            text += joint + name + (f"{{{predicate}}}" if predicate else "")
        return text

    def __bool__(self):
        return bool(self._prefix) or bool(self._parts)

    def __str__(self):
        return repr(self)

    def __repr__(self):
        return f"Sdf.PathPattern({self.GetText()!r})" if self else "Sdf.PathPattern()"

    def __eq__(self, other):
        return isinstance(other, PathPattern) and self.GetText() == other.GetText()

    def __hash__(self):
        return hash(self.GetText())


class ExpressionReference:
    """The name of another expression, on a prim or on this one; "_" is the weaker opinion."""

    path, name = held("path", Path()), held("name", "")

    def __init__(self):
        self.path, self.name = Path(), ""

    @staticmethod
    def Weaker():
        made = ExpressionReference()
        made.name = "_"
        return made

    def _text(self):
        if self.name == "_" and not self.path:
            return "%_"
        return f"%{self.path}:{self.name}"

    def __eq__(self, other):
        return isinstance(other, ExpressionReference) and self._text() == other._text()

    def __hash__(self):
        return hash(self._text())


ExpressionReference.__qualname__ = "PathExpression.ExpressionReference"
PathExpression.ExpressionReference, PathExpression.PathPattern = ExpressionReference, PathPattern
_enums.make(PathExpression, "SdfPathExpression::Op", "Op", (
    "Complement", "ImpliedUnion", "Union", "Intersection", "Difference", "ExpressionRef", "Pattern"), prefix="Sdf.PathExpression.")
_SIGNS = {"Union": " + ", "Intersection": " & ", "Difference": " - ", "ImpliedUnion": " "}


def _make_op(op, left, right):
    """Two expressions joined: Union, Intersection, Difference or ImpliedUnion."""
    if op.name not in _SIGNS:
        raise TypeError(f"{op!r} joins no two expressions")
    if not left or not right:
        return _join_with_nothing(op.name, left, right)
    return PathExpression(f"({left.GetText()}){_SIGNS[op.name]}({right.GetText()})")


def _join_with_nothing(name, left, right):
    if name == "Intersection":
        return PathExpression()
    return left if left or name == "Difference" else right


def _make_complement(right):
    return PathExpression(f"~({right.GetText()})") if right else PathExpression.Everything()


def _make_atom(atom):
    """An expression of one pattern, path or reference."""
    if isinstance(atom, ExpressionReference):
        return PathExpression(atom._text()) if atom.name else _Nameless(atom)
    return PathExpression(atom.GetText() if isinstance(atom, PathPattern) else str(atom))


class _Nameless(PathExpression):
    """A reference to nothing: it has a text, and no meaning."""

    def __init__(self, reference):
        super().__init__()
        self._reference = reference

    def GetText(self):
        return self._reference._text()

    def __repr__(self):
        return f"Sdf.PathExpression({self.GetText()!r})"


def _parts_of(tree):
    """An operation of more than two as operations of two."""
    name, operands = tree[0], tree[1]
    if name == "Complement" or len(operands) == 2:
        return operands
    return [(name, operands[:-1]), operands[-1]]


def _object_of(tree):
    if tree[0] == "Pattern":
        return PathPattern._of(*tree[1:])
    made = ExpressionReference()
    made.path, made.name = tree[1], tree[2]
    return made


def _walk(self, logic, ref, pattern):
    """Calls logic(op, number) before, between and after the parts of an operation, ref(reference) and pattern(pattern)."""
    def visit(tree):
        if tree[0] in ("Pattern", "ExpressionRef"):
            (pattern if tree[0] == "Pattern" else ref)(_object_of(tree))
            return
        op, parts = getattr(PathExpression, tree[0]), _parts_of(tree)
        for number, part in enumerate(parts):
            logic(op, number)
            visit(part)
        logic(op, len(parts))
    if self:
        visit(self._GetTree())


def _leaves(tree, kind):
    if tree is None:
        return
    if tree[0] in ("Pattern", "ExpressionRef"):
        if tree[0] == kind:
            yield tree
        return
    for part in tree[1]:
        yield from _leaves(part, kind)


def _resolve_references(self, resolve):
    """With resolve(reference) in place of each reference."""
    def build(tree):
        if tree[0] == "Pattern":
            return _make_atom(_object_of(tree))
        if tree[0] == "ExpressionRef":
            return resolve(_object_of(tree))
        parts = [build(part) for part in _parts_of(tree)]
        return _make_complement(parts[0]) if tree[0] == "Complement" else _make_op(getattr(PathExpression, tree[0]), *parts)
    return build(self._GetTree()) if self else PathExpression()


PathExpression.MakeOp = staticmethod(_make_op)
PathExpression.MakeComplement = staticmethod(_make_complement)
PathExpression.MakeAtom = staticmethod(_make_atom)
PathExpression.Walk = _walk
PathExpression.ResolveReferences = _resolve_references
PathExpression.ContainsExpressionReferences = lambda self: any(True for _ in _leaves(self._GetTree(), "ExpressionRef"))
PathExpression.IsAbsolute = lambda self: all(tree[1].IsAbsolutePath() for tree in _leaves(self._GetTree(), "Pattern"))

for _class in (PredicateExpression, PredicateExpression.FnArg, PredicateExpression.FnCall, PredicateFunctionResult, PathPattern,
               ExpressionReference):
    _class.__module__ = "strata.Sdf"

"""Expressions over variables, and the trees they are read into.   (Sdf.VariableExpression)"""
import re as _re

from strata._core import Sdf as _core


class VariableExpression:
    """The text between back-ticks that asset paths and variant selections may be."""

    class Result:
        """What an expression comes to: a value or errors, and the variables it asked for."""

        value, errors, usedVariables = None, (), frozenset()

        def __init__(self, value=None, errors=(), usedVariables=()):
            self.value, self.errors, self.usedVariables = value, list(errors), set(usedVariables)

    def __init__(self, expression=""):
        self._text = str(expression)
        self._engine = _core._VariableExpression(self._text)

    def GetErrors(self):
        return self._engine.GetErrors()

    def Evaluate(self, variables):
        return VariableExpression.Result(*self._engine.Evaluate(dict(variables)))

    @staticmethod
    def IsExpression(text):
        return _core._VariableExpression.IsExpression(text)

    @staticmethod
    def IsValidVariableType(value):
        return _core._VariableExpression.IsValidVariableType(value)

    @staticmethod
    def MakeVariable(name, fallback=None):
        node = VariableNode(name)
        node._fallback = _literal(fallback) if fallback is not None else None
        return node.GetExpression()

    @staticmethod
    def MakeLiteral(value):
        return _literal(value).GetExpression()

    @staticmethod
    def MakeNone():
        return LiteralNode(None).GetExpression()

    @staticmethod
    def MakeList(*elements):
        return VariableExpression("`[" + ", ".join(_inside(element) for element in elements) + "]`")

    @staticmethod
    def MakeListOfLiterals(values):
        values = list(values)
        if any(type(value) is not type(values[0]) for value in values):
            raise TypeError("the literals of a list are of one type")
        return VariableExpression.MakeList(*(VariableExpression.MakeLiteral(value) for value in values))

    @staticmethod
    def MakeFunction(name, *arguments):
        return VariableExpression(f"`{name}({', '.join(_inside(argument) for argument in arguments)})`")

    def __bool__(self):
        return bool(self._text) and not self.GetErrors()

    def __str__(self):
        return self._text

    def __repr__(self):
        return f"Sdf.VariableExpression({self._text!r})" if self._text else "Sdf.VariableExpression('')"


def _inside(expression):
    if not isinstance(expression, VariableExpression):
        raise TypeError("an Sdf.VariableExpression is needed, not " + type(expression).__name__)
    return str(expression)[1:-1]


def _literal(value):
    if not isinstance(value, (bool, int, str)):
        raise TypeError("literal argument must be bool, int, or str")
    return LiteralNode(value)


# -- trees ---------------------------------------------------------------------------------------------------------------


class Node:
    """A part of an expression."""

    def GetExpression(self):
        return VariableExpression(f"`{self._text()}`")


class LiteralNode(Node):
    """A text, a whole number, True, False or None."""

    def __init__(self, value):
        self._value = value

    def GetValue(self):
        return self._value

    def SetValue(self, value):
        self._value = value

    def _text(self):
        if not isinstance(self._value, str):
            return str(self._value)
        return '"' + self._value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class VariableNode(Node):
    """A variable, and what it is where nobody says."""

    def __init__(self, name):
        self._name, self._fallback = name, None

    def GetName(self):
        return self._name

    def SetName(self, name):
        self._name = name

    def GetFallbackValue(self):
        return self._fallback

    def SetFallbackValue(self, node):
        if not isinstance(node, Node):
            raise TypeError("a fallback is a node")
        self._fallback = node

    def ClearFallbackValue(self):
        self._fallback = None

    def _text(self):
        return "${" + self._name + (":" + self._fallback._text() if self._fallback is not None else "") + "}"


class NodeList:
    """The arguments of a function, or the elements of a list."""

    def __init__(self, nodes=()):
        self._nodes = list(nodes)

    def GetNodes(self):
        return list(self._nodes)

    def _check(self, node, index=None, count=None):
        if not isinstance(node, Node):
            raise TypeError("a node is needed, not " + type(node).__name__)
        self._check_index(index, count)

    def _check_index(self, index, count):
        if index is not None and not 0 <= index < count:
            from strata.Tf import ErrorException
            raise ErrorException(f"Invalid index {index}")

    def Append(self, node):
        self._check(node)
        self._nodes.append(node)

    def Insert(self, index, node):
        self._check(node, index, len(self._nodes) + 1)
        self._nodes.insert(index, node)

    def Set(self, index, node):
        self._check(node, index, len(self._nodes))
        self._nodes[index] = node

    def Remove(self, index):
        self._check_index(index, len(self._nodes))
        del self._nodes[index]

    def Clear(self):
        self._nodes.clear()

    def _text(self):
        return ", ".join(node._text() for node in self._nodes)


class ListNode(Node):
    """A list of nodes."""

    def __init__(self, elements=()):
        self._elements = NodeList(elements)

    def GetElements(self):
        return self._elements

    def _text(self):
        return f"[{self._elements._text()}]"


class FunctionNode(Node):
    """A call of a function."""

    def __init__(self, name, arguments=()):
        self._name, self._arguments = name, NodeList(arguments)

    def GetName(self):
        return self._name

    def SetName(self, name):
        self._name = name

    def GetArguments(self):
        return self._arguments

    def _text(self):
        return f"{self._name}({self._arguments._text()})"


class VariableExpressionAST:
    """The tree of an expression, to be changed and written again."""

    def __init__(self, expression):
        expression = expression if isinstance(expression, VariableExpression) else VariableExpression(expression)
        self._errors = expression.GetErrors()
        self._root = None if self._errors else _Reader(str(expression)[1:-1]).read()

    def __bool__(self):
        return self._root is not None

    def GetErrors(self):
        return list(self._errors)

    def GetRoot(self):
        return self._root

    def GetExpression(self):
        return self._root.GetExpression() if self._root is not None else VariableExpression()


class _Reader:
    """Reads text that the engine has found to be an expression."""

    _word = _re.compile(r"\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\$\{|[-+]?\d+|[A-Za-z_][\w:]*|[][(),:}])")

    def __init__(self, text):
        self._text, self._at = text, 0

    def _take(self):
        match = self._word.match(self._text, self._at)
        self._at = match.end()
        return match.group(1)

    def _peek(self):
        match = self._word.match(self._text, self._at)
        return match.group(1) if match else None

    def _until(self, end):
        nodes = []
        while self._peek() != end:
            if self._peek() == ",":
                self._take()
            else:
                nodes.append(self.read())
        self._take()
        return nodes

    def read(self):
        word = self._take()
        if word == "${":
            return self._variable()
        if word == "[":
            return ListNode(self._until("]"))
        if word[0] in "\"'":
            return LiteralNode(_re.sub(r"\\(.)", r"\1", word[1:-1]))
        if word.lower() in ("true", "false", "none"):
            return LiteralNode({"true": True, "false": False, "none": None}[word.lower()])
        if _re.fullmatch(r"[-+]?\d+", word):
            return LiteralNode(int(word))
        self._take()
        return FunctionNode(word, self._until(")"))

    def _variable(self):
        name = _re.compile(r"\w+").match(self._text, self._at)
        self._at = name.end()
        node = VariableNode(name.group())
        if self._take() == ":":
            node._fallback = self.read()
            self._take()
        return node


class VariableExpressionASTNodes:
    """The classes of the parts of expressions."""


for _class in (Node, LiteralNode, VariableNode, NodeList, ListNode, FunctionNode):
    _class.__module__ = "strata.Sdf"
    _class.__qualname__ = "VariableExpressionASTNodes." + _class.__name__
    setattr(VariableExpressionASTNodes, _class.__name__, _class)
for _class in (VariableExpression, VariableExpression.Result, VariableExpressionAST, VariableExpressionASTNodes):
    _class.__module__ = "strata.Sdf"

"""Writes the type stubs of the package: one .pyi for each public module, from what the modules hold when they run.

    make_stubs.py PACKAGE     the folder strata/, with _core in it; stubs that are as they should be are not touched

What the engine binds tells its types itself (nanobind's signatures). What stands in Python has those it is annotated with, else
what RESULTS says, else Any. Private bases are folded into the classes that have them.
"""
import argparse
import ast
import importlib
import inspect
import pathlib
import re
import sys
import textwrap
import types

# What members give that do not say so themselves: (pattern of "Module.Class.member", type), the first that fits counts.
RESULTS = [
    (r"\w+\.\w+\.(Get|Create)\w*Attr", "strata.Usd.Attribute"),
    (r"\w+\.\w+\.(Get|Create)\w*Rel", "strata.Usd.Relationship"),
    (r"Usd\.(SchemaBase|Typed|APISchemaBase)\.GetPrim", "strata.Usd.Prim"),
    (r"Usd\.(SchemaBase|Typed|APISchemaBase)\.GetPath", "strata.Sdf.Path"),
    (r".+\.__enter__", "typing.Self"),
    (r".+\.__(bool|eq|ne|lt|le|gt|ge|contains)__", "bool"),
    (r".+\.__(len|hash|int|index)__", "int"),
    (r".+\.__(str|repr)__", "str"),
    (r".+\.__init__", "None"),
    (r"Usd\.Stage\.(Open|OpenMasked|CreateNew|CreateInMemory)", "strata.Usd.Stage"),
    (r"Usd\.Stage\.(Traverse|TraverseAll)", "strata.Usd.PrimRange"),
    (r"Usd\.PrimRange\.__iter__", "collections.abc.Iterator[strata.Usd.Prim]"),
    (r"Usd\.PrimRange\.__next__", "strata.Usd.Prim"),
    (r"Usd\.StageCache\.(Find|FindOneMatching)", "strata.Usd.Stage | None"),
    (r"Usd\.(Prim|Stage)\.(GetProperty|GetPropertyAtPath)", "strata.Usd.Property"),
    (r"Usd\.(Prim|Stage)\.GetObjectAtPath", "strata.Usd.Object"),
    (r"Usd\.Attribute\.GetTypeName", "strata.Sdf.ValueTypeName"),
    (r"Usd\.Object\.(GetDocumentation|GetDisplayName)", "str"),
    (r"Usd\.Object\.(GetCustomData|GetAssetInfo)", "dict[str, typing.Any]"),
    (r"Usd\.Object\.IsHidden", "bool"),
    (r"Usd\.EditTarget\.GetPrimSpecForScenePath", "strata.Sdf.PrimSpec | None"),
    (r"Usd\.EditTarget\.GetAttributeSpecForScenePath", "strata.Sdf.AttributeSpec | None"),
    (r"Usd\.EditTarget\.GetRelationshipSpecForScenePath", "strata.Sdf.RelationshipSpec | None"),
    (r"Sdf\.Layer\.(Find|FindOrOpen|FindOrOpenRelativeToLayer|FindRelativeToLayer)", "strata.Sdf.Layer | None"),
    (r"Sdf\.(CreatePrimInLayer)", "strata.Sdf.PrimSpec"),
    (r"Sdf\.CreatePrimAttributeInLayer|Sdf\.CreateRelationshipInLayer", "bool"),
    (r"Sdf\.ValueTypeName\.(scalarType|arrayType)", "strata.Sdf.ValueTypeName"),
    (r"Pcp\.(NodeRef\.(parent|origin|GetRootNode|GetOriginRootNode)|PrimIndex\.(rootNode|GetNodeProvidingSpec))",
     "strata.Pcp.NodeRef"),
    (r"UsdGeom\.BBoxCache\.Compute(World|Local|Untransformed|Relative)Bound", "strata.Gf.BBox3d"),
    (r"UsdGeom\.Imageable\.Compute(World|Local|Untransformed)Bound", "strata.Gf.BBox3d"),
    (r"UsdGeom\.(Imageable|XformCache|PointBased)\.(Compute\w*Transform|Get\w*Transform\w*)$", "strata.Gf.Matrix4d"),
    (r"UsdGeom\.Xformable\.Add(Xform|Translate|Scale|Rotate|Orient|Transform)\w*", "strata.UsdGeom.XformOp"),
]
# Classmethods of schema classes that give the class they are called on.
OWN_CLASS = {"Define", "Get", "Apply"}
WELL_KNOWN = {"object", "int", "float", "bool", "str", "bytes", "list", "dict", "tuple", "set", "type", "complex", "slice", "None",
              "bytearray", "memoryview", "frozenset"}
SKIPPED = {"__module__", "__doc__", "__dict__", "__weakref__", "__slots__", "__new__", "__reduce__", "__reduce_ex__", "__getstate__",
           "__setstate__", "__class_getitem__", "__init_subclass__", "__subclasshook__", "__annotations__", "__hash__",
           "__getattr__", "__dir__", "__name__", "__qualname__", "__static_attributes__", "__firstlineno__", "__match_args__",
           "__dlpack__", "__dlpack_device__"}
ALIASES = {"typing.Any", "typing.Self", "typing.ClassVar"}


# Classes to derive from, with what is OpenUSD's protected methods: called and overridden in derived classes.
DERIVED_FROM = {"SingleInputFilteringSceneIndexBase"}


def is_public(name):
    return not name.startswith("_") or name.startswith("__") and name.endswith("__")


class Names:
    """Where each public class of the package lives."""

    def __init__(self, modules):
        self.modules = modules
        self.home = {}  # class: (module, qualified name)
        self.by_name = {}  # last part of the name: those that have it
        for module in modules:
            self._add(module, module, "")

    def _add(self, module, holder, prefix):
        for name, value in members_of(holder):
            if not inspect.isclass(value) or not is_public(name) or not value.__module__.startswith("strata"):
                continue
            short = module.__name__.split(".")[-1]
            qualified = prefix + name
            at_home = value.__module__ == module.__name__
            if value not in self.home or at_home and self.home[value][0] != short:
                self.home[value] = (short, qualified)
                if not prefix or value.__qualname__.startswith(holder.__qualname__ if inspect.isclass(holder) else ""):
                    self._add(module, value, qualified + ".")
            self.by_name.setdefault(name, []).append(value)

    def find(self, text):
        """The module and name of a class that a signature speaks of; None when it is none of ours."""
        parts = text.split(".")
        found = self.by_name.get(parts[-1], [])
        homes = sorted({self.home[one] for one in found})
        if parts[0] == "strata":
            homes = [home for home in homes if f"strata.{home[0]}.{home[1]}" == text] or [home for home in homes
                                                                                           if home[0] == parts[1]]
        return homes[0] if len(homes) == 1 or parts[0] == "strata" and homes else None


def members_of(holder):
    if inspect.ismodule(holder):
        names = [name for name in dir(holder) if is_public(name) and not name.startswith("__")]
        return [(name, getattr(holder, name)) for name in names]
    return list(vars(holder).items())


class Stub:
    """The text of one module's stub."""

    def __init__(self, module, names):
        self.module, self.names = module, names
        self.short = module.__name__.split(".")[-1]
        self.imports, self.lines = set(), []
        self.owner = ""  # the qualified name of the class that is written

    # -- types

    def type_text(self, node):
        """A type as the stub says it. What is not known to type checkers becomes Any."""
        if isinstance(node, ast.Constant):
            if node.value is None:
                return "None"
            return self.type_text(ast.parse(node.value, mode="eval").body) if isinstance(node.value, str) else "typing.Any"
        if isinstance(node, ast.BinOp):
            parts = [self.type_text(node.left), self.type_text(node.right)]
            return "typing.Any" if "typing.Any" in parts else " | ".join(parts)
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            base = self.type_text(node.value)
            if base == "typing.Any":
                return base
            texts = ["..." if isinstance(one, ast.Constant) and one.value is ... else
                     "[" + ", ".join(map(self.type_text, one.elts)) + "]" if isinstance(one, ast.List) else self.type_text(one)
                     for one in inner]
            return f"{base}[{', '.join(texts)}]"
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self.name_text(ast.unparse(node))
        return "typing.Any"

    def name_text(self, text):
        if text in ("Any", "typing.Any"):
            return "typing.Any"
        if text in ("tuple", "list", "dict", "type") or text in WELL_KNOWN:
            return text
        if text.startswith(("typing.", "collections.abc.", "os.")):
            self.imports.add(text.rpartition(".")[0])
            return text
        found = self.names.find(text)
        if not found:
            return "typing.Any"
        module, name = found
        if module == self.short:
            return name
        self.imports.add(f"strata.{module}")
        return f"strata.{module}.{name}"

    def parsed(self, text):
        return self.type_text(ast.parse(text, mode="eval").body)

    def result_of(self, name, given):
        full = ".".join(part for part in (self.short, self.owner, name) if part)
        if given in (None, "object", "typing.Any", "bool | typing.Any"):
            for pattern, text in RESULTS:
                if re.fullmatch(pattern, full):
                    return self.parsed(text) if text not in ALIASES else text
            return "typing.Any"
        return given

    @staticmethod
    def completed(text):
        """`list` and its like with parameters, as strict checking asks for."""
        return {"list": "list[typing.Any]", "dict": "dict[typing.Any, typing.Any]", "tuple": "tuple[typing.Any, ...]",
                "type": "type[typing.Any]", "set": "set[typing.Any]",
                "collections.abc.Iterator": "collections.abc.Iterator[typing.Any]"}.get(text, text)

    def widened(self, taken):
        """What a parameter takes: any sequence of as many numbers stands for a vector or a matrix."""
        if re.fullmatch(r"(strata\.Gf\.)?(Vec\d[dfhi]|Matrix\d[df])", taken):
            self.imports.add("collections.abc")
            return f"{taken} | collections.abc.Sequence[typing.Any]"
        return taken

    # -- functions

    def write(self, depth, text):
        self.lines.append("    " * depth + text)

    def write_body(self, depth, head, doc):
        if doc and not doc.startswith("(self"):  # such text nanobind makes itself
            self.write(depth, head)
            self.write_doc(depth + 1, doc)
        else:
            self.write(depth, head + " ...")

    def write_doc(self, depth, doc):
        text = inspect.cleandoc(doc).replace("\\", "\\\\").replace('"""', "'''")
        if text.endswith('"'):
            text += " "
        self.lines.append(textwrap.indent(f'"""{text}"""', "    " * depth))

    def bound_signatures(self, name, signatures, kind):
        """Heads and docs of what nanobind binds."""
        for head, doc, *_ in signatures:
            head = re.sub(r"\\\d+", "...", head)
            try:
                node = ast.parse(head + ": ...").body[0]
            except SyntaxError:
                yield f"def {name}(self, *args: typing.Any, **kwargs: typing.Any) -> typing.Any:", doc
                continue
            yield f"def {name}({self.arguments_text(node.args, kind, name)}) -> {self.head_result(name, node.returns)}:", doc

    def head_result(self, name, returns):
        given = self.type_text(returns) if returns is not None else None
        return self.completed(self.result_of(name, given))

    def arguments_text(self, arguments, kind, name):
        texts, defaults = [], [None] * (len(arguments.posonlyargs + arguments.args) - len(arguments.defaults)) + arguments.defaults
        for index, one in enumerate(arguments.posonlyargs + arguments.args):
            text = one.arg
            if not (index == 0 and kind != "static" and self.owner):
                taken = self.completed(self.type_text(one.annotation)) if one.annotation else "typing.Any"
                taken = self.widened(taken)
                if name in ("__eq__", "__ne__"):
                    taken = "object"
                text += f": {taken}"
                text += " = ..." if defaults[index] is not None else ""
            texts.append(text)
            if index + 1 == len(arguments.posonlyargs):
                texts.append("/")
        if arguments.vararg:
            texts.append(f"*{arguments.vararg.arg}: typing.Any")
        elif arguments.kwonlyargs:
            texts.append("*")
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
            taken = self.completed(self.type_text(one.annotation)) if one.annotation else "typing.Any"
            texts.append(f"{one.arg}: {taken}" + (" = ..." if default is not None else ""))
        if arguments.kwarg:
            texts.append(f"**{arguments.kwarg.arg}: typing.Any")
        return ", ".join(texts)

    def python_head(self, name, function, kind):
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            first = {"static": "", "class": "cls, "}.get(kind, "self, ") if self.owner else ""
            return f"def {name}({first}*args: typing.Any, **kwargs: typing.Any) -> {self.completed(self.result_of(name, None))}:"
        texts = []
        for index, one in enumerate(signature.parameters.values()):
            text = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "") + one.name
            if one.kind == one.KEYWORD_ONLY and not any(text.startswith("*") for text in texts):
                texts.append("*")
            if not (index == 0 and kind != "static" and self.owner):
                taken = self.annotated(one.annotation) or "typing.Any"
                if name in ("__eq__", "__ne__"):
                    taken = "object"
                text += f": {taken}" + (" = ..." if one.default is not one.empty else "")
            texts.append(text)
        given = self.annotated(signature.return_annotation)
        if kind == "class" and name in OWN_CLASS:
            given = "typing.Self"
        word = "async def" if inspect.iscoroutinefunction(function) else "def"
        return f"{word} {name}({', '.join(texts)}) -> {self.completed(given if given else self.result_of(name, None))}:"

    def annotated(self, annotation):
        if annotation is inspect.Signature.empty:
            return None
        if inspect.isclass(annotation):
            text = annotation.__name__ if annotation.__module__ == "builtins" else f"{annotation.__module__}.{annotation.__qualname__}"
            text = "None" if annotation is type(None) else text
        else:
            text = annotation if isinstance(annotation, str) else "None" if annotation is None else str(annotation)
        try:
            return self.completed(self.parsed(text.replace("NoneType", "None")))
        except SyntaxError:
            return None

    def write_function(self, depth, name, function, kind):
        decorator = {"static": "@staticmethod", "class": "@classmethod"}.get(kind)
        bound = getattr(function, "__nb_signature__", None)
        if bound:
            heads = list(dict.fromkeys(self.bound_signatures(name, bound, kind)))
        else:
            heads = [(self.python_head(name, function, kind), function.__doc__ if is_public(name) else None)]
        for head, doc in heads:
            if len(heads) > 1:
                self.write(depth, "@typing.overload")
            if decorator and self.owner:
                self.write(depth, decorator)
            self.write_body(depth, head, None if name.startswith("__") else doc)

    def write_property(self, depth, name, value):
        signatures = getattr(value.fget, "__nb_signature__", None)
        if signatures:
            node = ast.parse(re.sub(r"^def \w*", "def get", signatures[0][0]) + ": ...").body[0]
            text = self.head_result(name, node.returns)
        else:
            given = inspect.signature(value.fget).return_annotation if inspect.isfunction(value.fget) else inspect.Signature.empty
            text = self.annotated(given) or self.completed(self.result_of(name, None))
        self.write(depth, "@property")
        self.write_body(depth, f"def {name}(self) -> {text}:", value.__doc__)
        if value.fset:
            self.write(depth, f"@{name}.setter")
            self.write(depth, f"def {name}(self, value: typing.Any) -> None: ...")

    # -- classes and values

    def value_type(self, value):
        home = self.names.home.get(type(value))
        if home:
            return self.name_text(f"strata.{home[0]}.{home[1]}")
        return type(value).__name__ if type(value) in (int, float, str, bool, bytes) else "typing.Any"

    def write_member(self, depth, name, value):
        if isinstance(value, staticmethod):
            self.write_function(depth, name, value.__func__, "static")
        elif isinstance(value, classmethod):
            self.write_function(depth, name, value.__func__, "class")
        elif isinstance(value, property):
            self.write_property(depth, name, value)
        elif type(value).__name__ == "nb_func" and self.owner:
            self.write_function(depth, name, value, "static")
        elif type(value).__name__ in ("nb_func", "nb_method") or isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
            self.write_function(depth, name, value, "plain")
        elif inspect.isclass(value):
            self.write_class(depth, name, value)
        elif inspect.ismodule(value) or name.startswith("__"):
            pass
        else:
            text = self.value_type(value)
            self.write(depth, f"{name}: typing.ClassVar[{text}]" if self.owner else f"{name}: {text}")

    def write_class(self, depth, name, value):
        home = self.names.home.get(value)
        qualified = f"{self.owner}.{name}" if self.owner else name
        if home != (self.short, qualified):
            if not home:
                self.write(depth, f"{name}: {'typing.ClassVar[typing.Any]' if self.owner else 'typing.Any'}")
            elif not self.owner and "." not in home[1] and home[0] != self.short:
                self.write(depth, f"from strata.{home[0]} import {home[1]} as {name}")
            else:
                self.write(depth, f"{name} = {self.name_text(f'strata.{home[0]}.{home[1]}')}")
            return
        bases, folded = self.bases_of(value)
        self.write(depth, f"class {name}({', '.join(bases)}):" if bases else f"class {name}:")
        outer, self.owner = self.owner, qualified
        start = len(self.lines)
        if value.__doc__:
            self.write_doc(depth + 1, value.__doc__)
        for member, one in sorted(folded.items(), key=lambda item: not inspect.isclass(item[1])):
            is_shown = is_public(member) or name in DERIVED_FROM and inspect.isroutine(one)
            if member not in SKIPPED and is_shown and not (one is None and member.startswith("__")):
                self.write_member(depth + 1, member, one)
        for member in sorted(self.assigned_names(value) - folded.keys()):
            self.write(depth + 1, f"{member}: typing.Any")
        if len(self.lines) == start:
            self.write(depth + 1, "...")
        self.owner = outer

    @staticmethod
    def assigned_names(cls):
        """The public attributes that a class in Python gives its objects when it makes them."""
        if not inspect.isfunction(vars(cls).get("__init__")):
            return set()
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls.__init__)))
        return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
                and isinstance(node.value, ast.Name) and node.value.id == "self" and not node.attr.startswith("_")}

    def bases_of(self, cls):
        """The public bases, and the members of the class and of its private bases."""
        public, folded, covered = [], {}, set()
        for one in cls.__mro__:
            if one is cls or one not in self.names.home and one.__module__.startswith("strata"):
                if one not in covered:
                    for name, value in vars(one).items():
                        folded.setdefault(name, value)
            elif one is not object and one not in covered:
                if one in self.names.home:
                    home = self.names.home[one]
                    public.append(self.name_text(f"strata.{home[0]}.{home[1]}"))
                elif one.__module__ == "builtins" and one.__name__ in WELL_KNOWN | {"Exception", "RuntimeError", "UserWarning", "Warning"}:
                    public.append({"list": "list[typing.Any]", "dict": "dict[typing.Any, typing.Any]",
                                   "tuple": "tuple[typing.Any, ...]"}.get(one.__name__, one.__name__))
                else:
                    continue
                covered.update(one.__mro__)
        return public, folded

    def text(self):
        members = members_of(self.module)
        bases = {value: len(value.__mro__) for _, value in members if inspect.isclass(value)}
        members.sort(key=lambda item: (not inspect.isclass(item[1]), bases.get(item[1], 0) if inspect.isclass(item[1]) else 0))
        for name, value in members:
            if getattr(value, "__module__", "strata").split(".")[0] in ("strata", "builtins", "nanobind") or not callable(value):
                self.write_member(0, name, value)
        head = ['# mypy: disable-error-code="misc, override, assignment, overload-overlap, overload-cannot-match, no-redef"']
        head += [f'"""{(inspect.cleandoc(self.module.__doc__ or self.short)).splitlines()[0]}"""', "import typing"]
        head += [f"import {name}" for name in sorted(self.imports - {"typing"})]
        return "\n".join(head + [""] + self.lines) + "\n"


def make(package):
    """The stubs: file name to text."""
    sys.path.insert(0, str(package.parent))
    names = sorted(path.stem for path in package.glob("*.py") if is_public(path.stem) and not path.stem.startswith("__"))
    modules = [importlib.import_module(f"strata.{name}") for name in names if name != "as_pxr"]
    known = Names(modules)
    stubs = {f"{module.__name__.split('.')[-1]}.pyi": Stub(module, known).text() for module in modules}
    stubs["__init__.pyi"] = '"""OpenUSD scene description, shaped like pxr."""\n__version__: str\n'
    stubs["as_pxr.pyi"] = ('"""Serves `import pxr` by Strata."""\nfrom collections.abc import Sequence\n\n'
                           "def install() -> None: ...\ndef main(arguments: Sequence[str]) -> int: ...\n")
    return stubs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=pathlib.Path)
    options = parser.parse_args()
    for name, text in make(options.package.resolve()).items():
        path = options.package / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

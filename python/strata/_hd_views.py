"""Typed views of data: one class for each schema of _hd_schemas, made when the module is read.   (HdSchema)"""
import typing

from strata import Sdf
from strata._core import Hd as _core
from strata._core.Hd import ContainerDataSource, DataSourceBase, DataSourceLocator, SampledDataSource, VectorDataSource
from strata._hd_schemas import SCHEMAS

def _retain(value, kind):
    """The data source of a value given for a member, or the one that is given."""
    if value is None or isinstance(value, DataSourceBase):
        return value
    if isinstance(value, Schema):
        return value.GetContainer()
    if isinstance(value, VectorSchema):
        return value.GetVector()
    if kind == "pathVector":
        return _core._RetainedPaths(value)
    if kind == "path":  # which no attribute has
        return _core._RetainedValue(Sdf.Path(value) if isinstance(value, str) else value, None)
    return _core._RetainedValue(value, Sdf.ValueTypeNames.Find(kind) or None)


def _read(source, kind, offset):
    """What a member says, as its kind has it."""
    if kind in VIEWS:
        return VIEWS[kind](source)
    if kind == "any" or source is None:
        return source
    return source.GetValue(offset) if isinstance(source, SampledDataSource) else None


class _View:
    _token = ""

    @classmethod
    def GetSchemaToken(cls) -> str:
        """Where prims have it; empty where the schemas around it say so."""
        return cls._token

    @classmethod
    def GetDefaultLocator(cls) -> DataSourceLocator:
        return DataSourceLocator(cls._token) if cls._token else DataSourceLocator()

    @classmethod
    def GetFromParent(cls, parent: ContainerDataSource | None) -> typing.Self:
        """Of the data of a prim, or of a schema around it; None has nothing."""
        return cls(parent.Get(cls._token) if parent is not None else None)


class Schema(_View):
    """A container looked at as one of a schema; what is not there reads as None."""

    def __init__(self, container: DataSourceBase | None = None) -> None:
        self._container = container if isinstance(container, ContainerDataSource) else None

    def IsDefined(self) -> bool:
        return self._container is not None

    def GetContainer(self) -> ContainerDataSource | None:
        return self._container

    def __bool__(self) -> bool:
        return self.IsDefined()

    def _member(self, name):
        return self._container.Get(name) if self._container is not None else None


class ContainerSchema(Schema):
    """A container whose names are anyone's, all of one kind."""

    _of = "any"

    def GetNames(self) -> list[str]:
        return self._container.GetNames() if self._container is not None else []

    def Get(self, name: str, shutterOffset: float = 0.0) -> typing.Any:
        return _read(self._member(name), self._of, shutterOffset)

    @classmethod
    def BuildRetained(cls, named: dict[str, typing.Any]) -> ContainerDataSource:
        """A container that holds these; values are held in data sources."""
        return _core._RetainedContainer({name: _retain(value, cls._of) for name, value in named.items() if value is not None})


class VectorSchema(_View):
    """A vector whose elements are all of one kind."""

    _of = "any"

    def __init__(self, vector: DataSourceBase | None = None) -> None:
        self._vector = vector if isinstance(vector, VectorDataSource) else None

    def IsDefined(self) -> bool:
        return self._vector is not None

    def GetVector(self) -> VectorDataSource | None:
        return self._vector

    def GetNumElements(self) -> int:
        return self._vector.GetNumElements() if self._vector is not None else 0

    def GetElement(self, element: int, shutterOffset: float = 0.0) -> typing.Any:
        return _read(self._vector.GetElement(element) if self._vector is not None else None, self._of, shutterOffset)

    def __len__(self) -> int:
        return self.GetNumElements()

    @classmethod
    def BuildRetained(cls, elements: list[typing.Any]) -> VectorDataSource:
        return _core._RetainedVector([_retain(one, cls._of) for one in elements])


def _getter(name, kind):
    if kind in VIEWS or kind == "any":
        def get(self):
            return _read(self._member(name), kind, 0.0)
        get.__annotations__ = {"return": VIEWS[kind] if kind in VIEWS else "DataSourceBase | None"}
    else:
        def get(self, shutterOffset: float = 0.0):
            return _read(self._member(name), kind, shutterOffset)
        get.__annotations__["return"] = typing.Any
        get.__doc__ = f"{kind}; None where it is not there."
    return get


def _locator(name):
    def locate(cls) -> DataSourceLocator:
        return cls.GetDefaultLocator().Append(name)
    return locate


def _builder(kinds):
    def build(cls, **members: typing.Any) -> ContainerDataSource:
        for name in members:
            if name not in kinds:
                raise TypeError(f"{cls.__name__} has no member '{name}', but {', '.join(kinds)}")
        return _core._RetainedContainer({name: _retain(value, kinds[name]) for name, value in members.items() if value is not None})
    build.__doc__ = "A container that holds these members; values are held in data sources: " + ", ".join(kinds) + "."
    return build


def _make(name, token, form, of, members):
    base = {"": Schema, "each": ContainerSchema, "list": VectorSchema}[form]
    functions, of_class = {}, {}
    for member, kind in members:
        upper = member[0].upper() + member[1:]
        functions["Get" + upper] = _getter(member, kind)
        # The schema's own locator is called that of the default, whatever its members are.
        of_class["GetDefaultMemberLocator" if member == "default" else f"Get{upper}Locator"] = _locator(member)
    if not form:
        of_class["BuildRetained"] = _builder(dict(members))
    space = {"_token": token, "__module__": "strata.Hd", "__qualname__": f"{name}Schema",
             "__doc__": f"Data named `{token}`." if token else "Data where the schemas around it say so."}
    if form:
        space["_of"] = of
    for function_name, function in (functions | of_class).items():
        function.__name__, function.__qualname__, function.__module__ = function_name, f"{name}Schema.{function_name}", "strata.Hd"
        space[function_name] = classmethod(function) if function_name in of_class else function
    return type(f"{name}Schema", (base,), space)


VIEWS: dict[str, type] = {}
for _schema in SCHEMAS:
    VIEWS[_schema[0]] = _make(*_schema)

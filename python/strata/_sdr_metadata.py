"""Words of nodes and properties, and metadata as values.   (SdrShaderNodeMetadata)"""


def _cannot_be_made(self):
    raise RuntimeError("This class cannot be instantiated from Python")


def _words(class_name, **words):
    return type(class_name, (), {"__init__": _cannot_be_made, "__module__": "strata.Sdr",
                                 "__doc__": "Words of shader definitions, each under its name.", **words})


def _same(class_name, names):
    return _words(class_name, **{name[:1].upper() + name[1:]: name for name in names.split()})


NodeContext = _same("NodeContext", "displacement displayFilter energyFilter integrator light lightFilter pattern pixelFilter projection "
                                   "sampleFilter surface volume volumeFilter")
NodeDomain = _same("NodeDomain", "general rendering")
NodeRole = _same("NodeRole", "field math primvar texture")
NodeSubdomain = _same("NodeSubdomain", "filtering lighting rendering shading")
PropertyRole = _same("PropertyRole", "none")
PropertyTypes = _same("PropertyTypes", "color color4 float int matrix normal point string struct terminal unknown vector vstruct")
NodeFieldKey = _words("NodeFieldKey", Family="_family", Function="_function", Identifier="_identifier", Name="_name",
                      ShadingSystem="_shadingSystem", SourceType="_sourceType")
_NODE = {name[:1].upper() + name[1:]: name for name in (
    "category collections context departments domain help label openPages pages pagesShownIf primvars role "
    "sdrDefinitionNameFallbackPrefix sdrUsdEncodingVersion subdomain targetRenderer").split()}
NodeMetadata = _words("NodeMetadata", ImplementationName="__SDR__implementationName", Target="__SDR__target", **_NODE)
_PROPERTY = {name[:1].upper() + name[1:]: name for name in (
    "connectable help hints isDynamicArray label options page renderType role sdrUsdDefinitionType shownIf tag tupleSize "
    "validConnectionTypes vstructConditionalExpr vstructMemberName vstructMemberOf widget").split()}
PropertyMetadata = _words("PropertyMetadata", Colorspace="__SDR__colorspace", DefaultInput="__SDR__defaultinput",
                          ImplementationName="__SDR__implementationName", IsAssetIdentifier="__SDR__isAssetIdentifier",
                          Target="__SDR__target", **_PROPERTY)

_LISTS = {"departments", "openPages", "pages", "primvars", "validConnectionTypes", "collections"}
_NUMBERS = {"sdrUsdEncodingVersion", "tupleSize"}
_TRUTHS = {"connectable", "isDynamicArray", "__SDR__isAssetIdentifier", "__SDR__defaultinput"}


def _value(key, text):
    """A text of metadata as the value that it stands for."""
    if key in _LISTS:
        return [one for one in text.split("|") if one]
    if key in _NUMBERS:
        return int(text)
    if key in _TRUTHS:
        return text not in ("0", "False", "false", "")
    return text


class _Metadata:
    @classmethod
    def _new(cls, texts, **more):
        made = cls.__new__(cls)
        made._items = {key: _value(key, text) for key, text in texts.items()}
        made._items.update({key: value for key, value in more.items() if value})
        return made

    def GetItems(self):
        return dict(sorted(self._items.items()))

    def GetItemValue(self, key):
        return self._items.get(key)

    def HasItem(self, key):
        return key in self._items


class ShaderNodeMetadata(_Metadata):
    """What is said of a node."""

    def __init__(self):
        self._items = {}

    @staticmethod
    def GetDefaultValues():
        return {"domain": "rendering", "sdrUsdEncodingVersion": -1}

    @staticmethod
    def GetDefaultValue(key):
        return ShaderNodeMetadata.GetDefaultValues().get(key)


class ShaderPropertyMetadata(_Metadata):
    """What is said of a property."""

    __init__ = _cannot_be_made


def _add(cls, title, key, empty):
    def get(self):
        return self._items.get(key, empty if not isinstance(empty, (list, dict)) else type(empty)())

    def has(self):
        return key in self._items

    setattr(cls, "Get" + title, get)
    setattr(cls, "Has" + title, has)


for _title, _key, _empty in (
        ("Category", "category", ""), ("Context", "context", ""), ("Departments", "departments", []), ("Domain", "domain", ""),
        ("Help", "help", ""), ("ImplementationName", "__SDR__implementationName", ""), ("Label", "label", ""),
        ("OpenPages", "openPages", []), ("Pages", "pages", []), ("PagesShownIf", "pagesShownIf", {}), ("Primvars", "primvars", []),
        ("Role", "role", ""), ("SdrDefinitionNameFallbackPrefix", "sdrDefinitionNameFallbackPrefix", ""),
        ("SdrUsdEncodingVersion", "sdrUsdEncodingVersion", -1), ("Subdomain", "subdomain", "")):
    _add(ShaderNodeMetadata, _title, _key, _empty)
ShaderNodeMetadata.GetSubomain = ShaderNodeMetadata.GetSubdomain  # as pxr spells it
for _title, _key, _empty in (
        ("Colorspace", "__SDR__colorspace", ""), ("Connectable", "connectable", True), ("DefaultInput", "__SDR__defaultinput", False),
        ("Help", "help", ""), ("ImplementationName", "__SDR__implementationName", ""),
        ("IsAssetIdentifier", "__SDR__isAssetIdentifier", False), ("IsDynamicArray", "isDynamicArray", False), ("Label", "label", ""),
        ("Page", "page", ""), ("RenderType", "renderType", ""), ("Role", "role", ""),
        ("SdrUsdDefinitionType", "sdrUsdDefinitionType", ""), ("ShownIf", "shownIf", ""), ("TupleSize", "tupleSize", 0),
        ("ValidConnectionTypes", "validConnectionTypes", []), ("Widget", "widget", "")):
    _add(ShaderPropertyMetadata, _title, _key, _empty)


class MetadataHelpers:
    """Texts of metadata read as values."""

    @staticmethod
    def ParseSdfValue(valueStr, property):
        """(the value of a property's type that a text says, why there is none); tuples without their outer brackets."""
        from strata.Tf import ErrorException
        from strata._core.Sdf import AttributeSpec, Layer
        layer = Layer.CreateAnonymous(".usda")
        kind = property._type_name
        quoted = '"' + valueStr.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text = quoted if kind in ("string", "token") else f"@{valueStr}@" if kind == "asset" else valueStr
        if property._array_size or property._type in ("color", "color4", "normal", "point", "vector", "matrix"):
            text = f"({text})"
        try:
            layer.ImportFromString(f'#usda 1.0\ndef "A"\n{{\n    {kind} a = {text}\n}}\n')
        except ErrorException as error:
            return None, str(error)
        spec = layer.GetObjectAtPath("/A.a")
        return (spec.default, "") if isinstance(spec, AttributeSpec) else (None, f"no value of type {kind}: {valueStr}")


for _one in (ShaderNodeMetadata, ShaderPropertyMetadata, MetadataHelpers):
    _one.__module__ = "strata.Sdr"

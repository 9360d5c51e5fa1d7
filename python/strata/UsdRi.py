"""RenderMan: materials, statements and splines, and words of its own.   (UsdRi)"""
from strata import _schemas
from strata._core.Sdf import Path as _Path
from strata._core.Sdf import StringListOp as _StringListOp
from strata._core.Sdf import ValueTypeNames as _types
from strata._core.Sdf import VariabilityUniform as _uniform
from strata._shade_nodes import consumers_map as _consumers_map
from strata._shade_ports import Output as _Output
from strata._shade_ports import connectable as _connectable

# -- words ---------------------------------------------------------------------------------------------------------------

_FACE_VARYING = {"all": 0, "cornersPlus1": 1, "none": 2, "boundaries": 3}
_BOUNDARY = {"none": 0, "edgeAndCorner": 1, "edgeOnly": 2}
_SETS = ("grouping:membership", "lighting:excludesubset", "lighting:subset", "lightfilter:subset")


def _look_up(table, word):
    if word not in table:
        from strata.Tf import RaiseCodingError
        RaiseCodingError(f"{word!r} is none of {', '.join(str(one) for one in table)}")
    return table[word]


def _turned(table):
    return {number: word for word, number in table.items()}


def ConvertToRManFaceVaryingLinearInterpolation(token):
    """RenderMan's number of a rule for face-varying values of subdivision surfaces."""
    return _look_up({**_FACE_VARYING, "cornersOnly": 1, "cornersPlus2": 1}, token)


def ConvertFromRManFaceVaryingLinearInterpolation(i):
    return _look_up(_turned(_FACE_VARYING), i)


def ConvertToRManInterpolateBoundary(token):
    return _look_up(_BOUNDARY, token)


def ConvertFromRManInterpolateBoundary(i):
    return _look_up(_turned(_BOUNDARY), i)


def ConvertRManSetSpecificationToListOp(setSpec):
    """The names of "a,b", of "+a,b" (added) or of "-a,b" (taken away), as a list op."""
    made, words = _StringListOp(), setSpec.replace(",", " ").split()
    if not words:
        return made
    sign = setSpec[0] if setSpec[0] in "+-" else ""
    if sign:
        words = [words[0][1:]] + words[1:]
        words = [one for one in words if one]
    if sign == "+":
        made.appendedItems = words
    elif sign == "-":
        made.deletedItems = words
    else:
        made.explicitItems = words
    return made


def DoesAttributeUseSetSpecification(attributeName):
    return attributeName in _SETS


# -- materials -----------------------------------------------------------------------------------------------------------


@_schemas.add_to("UsdRi", "MaterialAPI")
class _MaterialAPI:
    def _source(self, output, ignore_base):
        if not output or ignore_base and output.IsSourceConnectionFromBaseMaterial():
            return _schemas.find("UsdShade", "Shader")()
        for attribute in output.GetValueProducingAttributes(True):
            return _schemas.find("UsdShade", "Shader")(attribute.GetPrim())
        return _schemas.find("UsdShade", "Shader")()

    def _connect(self, name, path):
        path = _Path(path) if isinstance(path, str) else path
        output = _connectable(self._prim).CreateOutput("ri:" + name, _types.Token)
        if not path.IsPropertyPath():
            path = path.AppendProperty("outputs:out")
        return output.ConnectToSource(path)

    def ComputeInterfaceInputConsumersMap(self, computeTransitiveConsumers=False):
        return _consumers_map(_schemas.find("UsdShade", "NodeGraph")(self._prim), computeTransitiveConsumers)


def _add_terminal(name):
    title = name.title()

    def get_output(self):
        return _Output(self._prim.GetAttribute("outputs:ri:" + name))

    def get(self, ignoreBaseMaterial=False):
        return self._source(get_output(self), ignoreBaseMaterial)

    def put(self, path):
        return self._connect(name, path)

    for function_name, function in ((f"Get{title}Output", get_output), (f"Get{title}", get), (f"Set{title}Source", put)):
        setattr(_MaterialAPI, function_name, function)


for _one in ("surface", "displacement", "volume"):
    _add_terminal(_one)


# -- statements ----------------------------------------------------------------------------------------------------------

_OLD_PREFIX, _PREFIX = "ri:attributes:", "primvars:ri:attributes:"
_RI_TYPES = {"color": _types.Color3f, "vector": _types.Vector3d, "normal": _types.Normal3d, "point": _types.Point3d,
             "matrix": _types.Matrix4d, "string": _types.String, "float": _types.Float, "int": _types.Int, "bool": _types.Bool}
_TF_TYPES = {"float": _types.Float, "double": _types.Double, "int": _types.Int, "string": _types.String, "bool": _types.Bool,
             "TfToken": _types.Token}


@_schemas.add_to("UsdRi", "StatementsAPI")
class _StatementsAPI:
    @staticmethod
    def MakeRiAttributePropertyName(attrName):
        """The property that an attribute of RenderMan is: "a:b", "a.b" and "a_b" are b of a, "a" is a of user."""
        if attrName.startswith((_OLD_PREFIX, _PREFIX)):
            return attrName
        for separator in (":", ".", "_"):
            parts = [one for one in attrName.split(separator) if one]
            if len(parts) > 1:
                return _PREFIX + parts[0] + ":" + "_".join(parts[1:])
        return _PREFIX + "user:" + attrName

    def CreateRiAttribute(self, name, riType, nameSpace="user"):
        if isinstance(riType, str):
            kind = _RI_TYPES.get(riType.rpartition(" ")[2].partition("[")[0], _types.String)
        else:
            kind = _TF_TYPES.get(riType.typeName, _types.String)
        return self._prim.CreateAttribute(f"{_PREFIX}{nameSpace}:{name}", kind, False)

    def GetRiAttribute(self, name, nameSpace="user"):
        found = self._prim.GetAttribute(f"{_PREFIX}{nameSpace}:{name}")
        return found or self._prim.GetAttribute(f"{_OLD_PREFIX}{nameSpace}:{name}")

    def GetRiAttributes(self, nameSpace=""):
        start = nameSpace + ":" if nameSpace else ""
        return [one for one in self._prim.GetProperties() if self.IsRiAttribute(one)
                and one.GetName().partition(_OLD_PREFIX)[2].startswith(start)]

    @staticmethod
    def IsRiAttribute(prop):
        return prop.GetName().startswith((_OLD_PREFIX, _PREFIX))

    @staticmethod
    def GetRiAttributeName(prop):
        return prop.GetName().rpartition(":")[2]

    @staticmethod
    def GetRiAttributeNameSpace(prop):
        return prop.GetName().partition(_OLD_PREFIX)[2].rpartition(":")[0] if _StatementsAPI.IsRiAttribute(prop) else ""

    # The prims with coordinate systems are told to the model that they are in.

    def _put(self, name, list_name, value):
        self._prim.CreateAttribute(name, _types.String, False).Set(value)
        at = self._prim
        while at and not at.IsPseudoRoot():
            if at.IsModel() and not at.IsGroup():
                at.CreateRelationship(list_name, False).AddTarget(self._prim.GetPath())
                return
            at = at.GetParent()

    def _listed(self, list_name):
        relationship = self._prim.GetRelationship(list_name) if self._prim.IsModel() else None
        return relationship.GetForwardedTargets() if relationship else []

    def _value(self, name):
        attribute = self._prim.GetAttribute(name)
        return attribute.Get() or "" if attribute else ""

    def SetCoordinateSystem(self, coordSysName):
        self._put("ri:coordinateSystem", "ri:modelCoordinateSystems", coordSysName)

    def GetCoordinateSystem(self):
        return self._value("ri:coordinateSystem")

    def HasCoordinateSystem(self):
        return bool(self.GetCoordinateSystem())

    def GetModelCoordinateSystems(self):
        return self._listed("ri:modelCoordinateSystems")

    def SetScopedCoordinateSystem(self, coordSysName):
        self._put("ri:scopedCoordinateSystem", "ri:modelScopedCoordinateSystems", coordSysName)

    def GetScopedCoordinateSystem(self):
        return self._value("ri:scopedCoordinateSystem")

    def HasScopedCoordinateSystem(self):
        return bool(self.GetScopedCoordinateSystem())

    def GetModelScopedCoordinateSystems(self):
        return self._listed("ri:modelScopedCoordinateSystems")


# -- splines -------------------------------------------------------------------------------------------------------------


@_schemas.add_to("UsdRi", "SplineAPI")
class _SplineAPI:
    def __init__(self, prim=None, splineName="", valuesTypeName=None, doesDuplicateBSplineEndpoints=False):
        _schemas.SchemaBase.__init__(self, prim)
        self._name, self._values_type, self._duplicates = "", valuesTypeName, doesDuplicateBSplineEndpoints
        self._spline = splineName

    def _full(self, name):
        return (self._spline + ":" if self._spline else "") + "spline:" + name

    def GetValuesTypeName(self):
        return self._values_type

    def _get(self, name):
        return self._prim.GetAttribute(self._full(name))

    def _create(self, name, kind, value, sparsely):
        made = self._prim.CreateAttribute(self._full(name), kind, False, _uniform)
        if value is not None and not (sparsely and made.Get() == value):
            made.Set(value)
        return made

    def GetInterpolationAttr(self):
        return self._get("interpolation")

    def CreateInterpolationAttr(self, defaultValue=None, writeSparsely=False):
        return self._create("interpolation", _types.Token, defaultValue, writeSparsely)

    def GetPositionsAttr(self):
        return self._get("positions")

    def CreatePositionsAttr(self, defaultValue=None, writeSparsely=False):
        return self._create("positions", _types.FloatArray, defaultValue, writeSparsely)

    def GetValuesAttr(self):
        return self._get("values")

    def CreateValuesAttr(self, defaultValue=None, writeSparsely=False):
        return self._create("values", self._values_type, defaultValue, writeSparsely)

    def Validate(self):
        """(whether the spline is complete, what is wrong)"""
        for name in ("interpolation", "positions", "values"):
            if not self._get(name):
                return False, f"Could not get the {name} attribute."
        interpolation = self.GetInterpolationAttr().Get()
        if interpolation not in ("constant", "linear", "catmull-rom", "bspline"):
            return False, f"Interpolation attribute has invalid value '{interpolation}'."
        positions, values = self.GetPositionsAttr().Get() or (), self.GetValuesAttr().Get() or ()
        if any(one > two for one, two in zip(positions, list(positions)[1:])):
            return False, "Positions attribute must be sorted in increasing order."
        wanted = len(positions)
        if interpolation == "bspline" and self._duplicates:
            wanted -= 4
        if len(values) != wanted and len(values) != len(positions):
            return False, "Values attribute and positions attribute must have the same number of entries."
        return True, ""


_schemas.install("UsdRi", globals(), (
    "bspline", "cameraVisibility", "catmullRom=catmull-rom", "constant", "interpolation", "linear", "matte",
    "positions", "renderContext=ri", "spline", "values",
))

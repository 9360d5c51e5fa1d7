"""Geometry: transforms, bounds, visibility, primvars, and the schemas of shapes.   (UsdGeom)"""
from strata import _enums, _geom_subsets, _schemas  # noqa: F401
from strata._core import Sdf as _Sdf
from strata._core import Tf as _Tf
from strata._core import Usd as _Usd
from strata._core import UsdGeom as _core
from strata._core.Gf import Matrix4d as _Matrix4d
from strata._core.UsdGeom import BBoxCache, XformCache  # noqa: F401
from strata._core.Vt import IntArray as _IntArray, TokenArray as _TokenArray
from strata.Gf import BBox3d as _BBox3d, Rotation as _Rotation, Vec3d as _Vec3d, Vec3f as _Vec3f

_DEFAULT = _Usd.TimeCode.Default()
_types = _Sdf.ValueTypeNames


# -- transform ops -------------------------------------------------------------------------------------------------------

_INVERT = "!invert!"
_RESET = "!resetXformStack!"


class XformOp:
    """One step of a prim's transform: an attribute, used as it is or inverted."""

    def __init__(self, attribute=None, isInverseOp=False):
        self._attribute = attribute if attribute is not None else _Usd.Attribute()
        self._inverse = isInverseOp

    def GetAttr(self):
        return self._attribute

    def GetName(self):
        return self._attribute.GetName()

    def GetOpName(self):
        return (_INVERT if self._inverse else "") + self._attribute.GetName()

    def GetBaseName(self):
        return self._attribute.GetBaseName()

    def SplitName(self):
        return self._attribute.SplitName()

    def GetTypeName(self):
        return self._attribute.GetTypeName()

    def GetOpType(self):
        return _op_type(self._attribute.GetName().split(":")[1])

    def GetPrecision(self):
        name = str(self._attribute.GetTypeName())
        return self.PrecisionHalf if "half" in name or name == "quath" else (
            self.PrecisionFloat if "float" in name or name == "quatf" else self.PrecisionDouble)

    def IsInverseOp(self):
        return self._inverse

    def IsDefined(self):
        return bool(self)

    def HasSuffix(self, suffix):
        return self._attribute.GetName().split(":")[2:] == suffix.split(":")

    def Get(self, time=_DEFAULT):
        return self._attribute.Get(time)

    def Set(self, value, time=_DEFAULT):
        if self._inverse:
            raise _Tf.ErrorException(f"'{self.GetOpName()}' is the inverse of another op: set the value of that one")
        return self._attribute.Set(value, time)

    def GetOpTransform(self, time):
        value = self.Get(time)
        return _Matrix4d(1) if value is None else _core._OpTransform(self.GetOpName(), value)

    def GetTimeSamples(self):
        return self._attribute.GetTimeSamples()

    def GetTimeSamplesInInterval(self, interval):
        return self._attribute.GetTimeSamplesInInterval(interval)

    def GetNumTimeSamples(self):
        return self._attribute.GetNumTimeSamples()

    def MightBeTimeVarying(self):
        return self._attribute.ValueMightBeTimeVarying()

    @staticmethod
    def GetOpTypeToken(opType):
        return _kind_of(opType)

    @staticmethod
    def GetOpTypeEnum(opTypeToken):
        return _op_type(opTypeToken)

    def __bool__(self):
        return bool(self._attribute)

    def __eq__(self, other):
        return isinstance(other, XformOp) and (self._attribute, self._inverse) == (other._attribute, other._inverse)

    def __hash__(self):
        return hash((self._attribute, self._inverse))


# By the name in xformOp:NAME: the precision an op has unless asked otherwise, and its type in each precision.
_vector = {"Double": _types.Double3, "Float": _types.Float3, "Half": _types.Half3}
_scalar = {"Double": _types.Double, "Float": _types.Float, "Half": _types.Half}
_op_kinds = {"translate": ("Double", _vector), "translateX": ("Double", _scalar), "translateY": ("Double", _scalar),
             "translateZ": ("Double", _scalar), "scale": ("Float", _vector), "scaleX": ("Float", _scalar),
             "scaleY": ("Float", _scalar), "scaleZ": ("Float", _scalar),
             **{"rotate" + axis: ("Float", _scalar) for axis in "XYZ"},
             **{"rotate" + axes: ("Float", _vector) for axes in ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")},
             "orient": ("Float", {"Double": _types.Quatd, "Float": _types.Quatf, "Half": _types.Quath}),
             "transform": ("Double", {"Double": _types.Matrix4d})}
_type_names = {kind: "Type" + kind[:1].upper() + kind[1:] for kind in _op_kinds}
_enums.make(XformOp, "UsdGeomXformOp::Precision", "Precision", ("PrecisionDouble", "PrecisionFloat", "PrecisionHalf"),
            prefix="UsdGeom.XformOp.")
_enums.make(XformOp, "UsdGeomXformOp::Type", "Type", ["Type" + _name for _name in (
    "Invalid", "TranslateX", "TranslateY", "TranslateZ", "Translate", "ScaleX", "ScaleY", "ScaleZ", "Scale", "RotateX", "RotateY",
    "RotateZ", "RotateXYZ", "RotateXZY", "RotateYXZ", "RotateYZX", "RotateZXY", "RotateZYX", "Orient", "Transform")],
    prefix="UsdGeom.XformOp.")
XformOp.GetNamespace = lambda self: self._attribute.GetNamespace()


def _kind_of(op_type):
    """"translate" of UsdGeom.XformOp.TypeTranslate."""
    if not isinstance(op_type, XformOp.Type):
        return op_type
    return "" if op_type == XformOp.TypeInvalid else op_type.name[4].lower() + op_type.name[5:]


def _op_type(kind):
    return getattr(XformOp, _type_names.get(kind, "TypeInvalid"))


def _names_of(order):
    return list(order or [])


@_schemas.add_to("UsdGeom", "Xformable")
class _Xformable:
    def GetOrderedXformOps(self):
        names, _ = _core._OrderedXformOps(self._prim)
        return [self._op(name) for name in names]

    def _op(self, name):
        inverse = name.startswith(_INVERT)
        return XformOp(self._prim.GetAttribute(name[len(_INVERT):] if inverse else name), inverse)

    def _order(self):
        return _names_of(self.GetXformOpOrderAttr().Get())

    def AddXformOp(self, opType, precision=XformOp.PrecisionDouble, opSuffix="", isInverseOp=False):
        """Adds a step, which is applied to points before those that are there. Raises when it is there already."""
        return self._add_op(opType, precision, opSuffix, isInverseOp)

    def _add_op(self, opType, precision, opSuffix, isInverseOp):
        kind = _kind_of(opType)
        usual, value_types = _op_kinds[kind]
        wanted = precision.name[len("Precision"):] if precision is not None else usual
        if wanted not in value_types:
            raise _Tf.ErrorException(f"a {kind} op has no {wanted.lower()} precision")
        name = "xformOp:" + kind + (":" + opSuffix if opSuffix else "")
        op_name = (_INVERT if isInverseOp else "") + name
        order = self._order()
        if op_name in order:
            raise _Tf.ErrorException(f"the op '{op_name}' is in the xformOpOrder of <{self.GetPath()}> already")
        attribute = self._prim.GetAttribute(name)
        if not attribute:
            attribute = self._prim.CreateAttribute(name, value_types[wanted], False)
        self.CreateXformOpOrderAttr().Set(_TokenArray(order + [op_name]))
        return XformOp(attribute, isInverseOp)

    def GetXformOp(self, opType, opSuffix="", isInverseOp=False):
        kind = _kind_of(opType)
        name = (_INVERT if isInverseOp else "") + "xformOp:" + kind + (":" + opSuffix if opSuffix else "")
        return self._op(name) if name in self._order() else XformOp()

    def GetResetXformStack(self):
        return _RESET in self._order()

    def SetResetXformStack(self, resetXform):
        order = self._order()
        if bool(resetXform) == (_RESET in order):
            return True
        order = [_RESET] + order if resetXform else order[len(order) - order[::-1].index(_RESET):]
        return self.CreateXformOpOrderAttr().Set(_TokenArray(order))

    def SetXformOpOrder(self, orderedXformOps, resetXformStack=False):
        names = ([_RESET] if resetXformStack else []) + [op.GetOpName() for op in orderedXformOps]
        return self.CreateXformOpOrderAttr().Set(_TokenArray(names))

    def ClearXformOpOrder(self):
        return self.SetXformOpOrder([])

    def MakeMatrixXform(self):
        """Replaces the ops by one matrix, which is given back."""
        reset = self.GetResetXformStack()
        self.ClearXformOpOrder()
        op = self.AddTransformOp()
        if reset:
            self.SetResetXformStack(True)
        return op

    def GetLocalTransformation(self, time=_DEFAULT):
        return _core._LocalTransformation(self._prim, time)

    def TransformMightBeTimeVarying(self):
        return _core._TransformMightBeTimeVarying(self._prim)

    def GetTimeSamples(self):
        return _core._TransformTimeSamples(self._prim)

    def GetTimeSamplesInInterval(self, interval):
        return [time for time in self.GetTimeSamples() if interval.Contains(time)]

    @staticmethod
    def IsTransformationAffectedByAttrNamed(attrName):
        return attrName == "xformOpOrder" or attrName.startswith("xformOp:")


def _add_op_methods(kind):
    title = kind[:1].upper() + kind[1:]

    def add(self, precision=None, opSuffix="", isInverseOp=False):
        return self._add_op(_op_type(kind), precision, opSuffix, isInverseOp)

    def get(self, opSuffix="", isInverseOp=False):
        return self.GetXformOp(_op_type(kind), opSuffix, isInverseOp)

    setattr(_Xformable, f"Add{title}Op", add)
    setattr(_Xformable, f"Get{title}Op", get)


for _kind in _op_kinds:
    _add_op_methods(_kind)


class XformCommonAPI(_schemas.APISchemaBase):
    """Translation, rotation, scale and pivot in the order that most programs understand."""

    _moduleName = "UsdGeom"
    _schemaIdentifier = "XformCommonAPI"
    _schemaKind = "nonAppliedAPI"
    _OPS = ("xformOp:translate", "xformOp:translate:pivot", None, "xformOp:scale", _INVERT + "xformOp:translate:pivot")

    def _parts(self):
        """The ops by part; raises when the prim has others, or these in another order."""
        xformable = Xformable(self._prim)  # noqa: F821
        names = [op.GetOpName() for op in xformable.GetOrderedXformOps()]
        at, found = 0, {}
        for name in names:
            while at < 5 and not (name == self._OPS[at] or (self._OPS[at] is None and name.startswith("xformOp:rotate")
                                                            and name.count(":") == 1 and len(name) == 17)):
                at += 1
            if at == 5:
                return None
            found[at] = name
            at += 1
        return found if (1 in found) == (4 in found) else None

    def _is_compatible(self):
        return self._prim.IsA("Xformable") and self._parts() is not None

    def _order(self, found):
        return [found[part] for part in sorted(found)]

    def _set(self, part, kind, value, time, suffix="", precision=None):
        found = self._parts()
        if found is None:
            return False
        xformable = Xformable(self._prim)  # noqa: F821
        name = f"xformOp:{kind}" + (":" + suffix if suffix else "")
        if part not in found:
            usual, value_types = _op_kinds[kind]
            attribute = self._prim.GetAttribute(name)
            if not attribute:
                self._prim.CreateAttribute(name, value_types[precision or usual], False)
            found[part] = name
            if part == 1:
                found[4] = _INVERT + name
            reset = [_RESET] if xformable.GetResetXformStack() else []
            xformable.CreateXformOpOrderAttr().Set(_TokenArray(reset + self._order(found)))
        return self._prim.GetAttribute(found[part]).Set(value, time)

    def SetTranslate(self, translation, time=_DEFAULT):
        return self._set(0, "translate", _Vec3d(translation), time)

    def SetPivot(self, pivot, time=_DEFAULT):
        return self._set(1, "translate", _Vec3f(pivot), time, "pivot", "Float")

    def SetRotate(self, rotation, rotationOrder=None, time=_DEFAULT):
        order = rotationOrder.name[-3:] if rotationOrder is not None else "XYZ"
        return self._set(2, "rotate" + order, _Vec3f(rotation), time)

    def SetScale(self, scale, time=_DEFAULT):
        return self._set(3, "scale", _Vec3f(scale), time)

    def SetResetXformStack(self, resetXformStack):
        return Xformable(self._prim).SetResetXformStack(resetXformStack)  # noqa: F821

    def GetResetXformStack(self):
        return Xformable(self._prim).GetResetXformStack()  # noqa: F821

    def GetXformVectors(self, time=_DEFAULT):
        """(translation, rotation, scale, pivot, rotation order); of other ops, what their product is made of."""
        found = self._parts()
        if found is None:
            from strata.Gf import Transform
            whole = Transform(_core._LocalTransformation(self._prim, time))
            angles = whole.rotation.Decompose(_Vec3d(1, 0, 0), _Vec3d(0, 1, 0), _Vec3d(0, 0, 1))
            return whole.translation, _Vec3f(angles), _Vec3f(whole.scale), _Vec3f(0), self.RotationOrderXYZ

        def value(part, fallback):
            read = self._prim.GetAttribute(found[part]).Get(time) if part in found else None
            return fallback if read is None else type(fallback)(read)

        order = found[2][len("xformOp:rotate"):] if 2 in found else "XYZ"
        return (value(0, _Vec3d(0)), value(2, _Vec3f(0)), value(3, _Vec3f(1)), value(1, _Vec3f(0)),
                getattr(self, "RotationOrder" + order))


    GetXformVectorsByAccumulation = GetXformVectors

    def SetXformVectors(self, translation, rotation, scale, pivot, rotationOrder, time):
        parts = (self.SetTranslate(translation, time), self.SetPivot(pivot, time), self.SetRotate(rotation, rotationOrder, time),
                 self.SetScale(scale, time))
        return all(parts)

    def CreateXformOps(self, *given):
        """(translate, pivot, rotate, scale, inverse of the pivot): those asked for by flags are made where they are not there."""
        order = next((one for one in given if isinstance(one, self.RotationOrder)), self.RotationOrderXYZ)
        wanted = [one for one in given if isinstance(one, self.OpFlags)]
        translation, rotation, scale, pivot, held = self.GetXformVectors()
        found = self._parts()
        if found is None:
            return tuple(XformOp() for _ in range(5))
        for flag, part, make in ((self.OpTranslate, 0, lambda: self.SetTranslate(translation)), (self.OpPivot, 1, lambda: self.SetPivot(pivot)),
                                 (self.OpRotate, 2, lambda: self.SetRotate(rotation, order)), (self.OpScale, 3, lambda: self.SetScale(scale))):
            if flag in wanted and part not in found:
                make()
        ops = {op.GetOpName(): op for op in Xformable(self._prim).GetOrderedXformOps()}  # noqa: F821
        found = self._parts()
        return tuple(ops[found[part]] if part in found else XformOp() for part in range(5))

    @staticmethod
    def GetRotationTransform(rotation, rotationOrder):
        """The matrix of turns about three axes, in degrees."""
        matrix = _Matrix4d(1)
        for letter in rotationOrder.name[-3:]:
            axis = "XYZ".index(letter)
            matrix = matrix * _Matrix4d(1).SetRotate(_Rotation(_Vec3d(*(float(i == axis) for i in range(3))), rotation[axis]))
        return matrix

    @staticmethod
    def ConvertRotationOrderToOpType(rotationOrder):
        return getattr(XformOp, "TypeRotate" + rotationOrder.name[-3:])

    @staticmethod
    def CanConvertOpTypeToRotationOrder(opType):
        return opType.name.startswith("TypeRotate") and len(opType.name) == 13

    @staticmethod
    def ConvertOpTypeToRotationOrder(opType):
        if not XformCommonAPI.CanConvertOpTypeToRotationOrder(opType):
            raise _Tf.ErrorException(f"'{opType.name}' is not a three-axis rotate op type")
        return getattr(XformCommonAPI, "RotationOrder" + opType.name[-3:])


_enums.make(XformCommonAPI, "UsdGeomXformCommonAPI::RotationOrder", "RotationOrder",
            ["RotationOrder" + _axes for _axes in ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")], prefix="UsdGeom.XformCommonAPI.")
_enums.make(XformCommonAPI, "UsdGeomXformCommonAPI::OpFlags", "OpFlags", (
    ("OpTranslate", "OpTranslate", 1), ("OpRotate", "OpRotate", 4), ("OpScale", "OpScale", 8), ("OpPivot", "OpPivot", 2)),
    prefix="UsdGeom.XformCommonAPI.")


# -- imageable, boundable ------------------------------------------------------------------------------------------------


@_schemas.add_to("UsdGeom", "Imageable")
class _Imageable:
    def ComputeVisibility(self, time=_DEFAULT):
        return _core._Visibility(self._prim, time)

    def ComputePurpose(self):
        return _core._Purpose(self._prim)

    def MakeInvisible(self, time=_DEFAULT):
        self.CreateVisibilityAttr().Set("invisible", time)

    def MakeVisible(self, time=_DEFAULT):
        """Shows the prim: what hid it above is hidden prim by prim instead, so that nothing else appears."""
        above, prim = [], self._prim
        while prim and not prim.IsPseudoRoot():
            above.append(prim)
            prim = prim.GetParent()
        for i in range(len(above) - 1, -1, -1):
            visibility = above[i].GetAttribute("visibility")
            if not visibility or visibility.Get(time) != "invisible":
                continue
            visibility.Set("inherited", time)
            if i:
                for sibling in above[i].GetAllChildren():
                    if sibling != above[i - 1] and sibling.IsA("Imageable"):
                        Imageable(sibling).MakeInvisible(time)  # noqa: F821

    def ComputeLocalToWorldTransform(self, time):
        return _core._LocalToWorld(self._prim, time)

    def ComputeParentToWorldTransform(self, time):
        return _core._ParentToWorld(self._prim, time)

    def ComputeWorldBound(self, time, *purposes):
        return BBoxCache(time, list(purposes)).ComputeWorldBound(self._prim)

    def ComputeLocalBound(self, time, *purposes):
        return BBoxCache(time, list(purposes)).ComputeLocalBound(self._prim)

    def ComputeUntransformedBound(self, time, *purposes):
        return BBoxCache(time, list(purposes)).ComputeUntransformedBound(self._prim)


@_schemas.add_to("UsdGeom", "Boundable")
class _Boundable:
    @staticmethod
    def ComputeExtentFromPlugins(boundable, time):
        return _core._Extent(boundable.GetPrim(), time)

    def ComputeExtent(self, time):
        return _core._Extent(self._prim, time)


@_schemas.add_to("UsdGeom", "PointBased")
class _PointBased:
    @staticmethod
    def ComputeExtent(points, transform=None):
        """The least and the greatest corner around points."""
        return _core._PointsExtent(points, transform if transform is not None else _Matrix4d(1))


@_schemas.add_to("UsdGeom", "Gprim")
class _Gprim:
    def GetDisplayColorPrimvar(self):
        return Primvar(self.GetDisplayColorAttr())

    def GetDisplayOpacityPrimvar(self):
        return Primvar(self.GetDisplayOpacityAttr())

    def CreateDisplayColorPrimvar(self, interpolation="", elementSize=-1):
        return PrimvarsAPI(self).CreatePrimvar("displayColor", _types.Color3fArray, interpolation, elementSize)

    def CreateDisplayOpacityPrimvar(self, interpolation="", elementSize=-1):
        return PrimvarsAPI(self).CreatePrimvar("displayOpacity", _types.FloatArray, interpolation, elementSize)


# -- primvars ------------------------------------------------------------------------------------------------------------

_PRIMVARS = "primvars:"
_INDICES = ":indices"


class Primvar:
    """An attribute in the namespace primvars:, with an interpolation and, where it is indexed, indices."""

    def __init__(self, attribute=None):
        self._attribute = attribute if attribute is not None else _Usd.Attribute()

    def GetAttr(self):
        return self._attribute

    def GetName(self):
        return self._attribute.GetName()

    def GetBaseName(self):
        return self._attribute.GetBaseName()

    def GetPrimvarName(self):
        return self._attribute.GetName()[len(_PRIMVARS):]

    def GetNamespace(self):
        return self._attribute.GetNamespace()

    def SplitName(self):
        return self._attribute.SplitName()

    def NameContainsNamespaces(self):
        return ":" in self.GetPrimvarName()

    def GetTypeName(self):
        return self._attribute.GetTypeName()

    def IsDefined(self):
        return bool(self)

    def HasValue(self):
        return self._attribute.HasValue()

    def HasAuthoredValue(self):
        return self._attribute.HasAuthoredValue()

    def Get(self, time=_DEFAULT):
        if self.GetTypeName() == _types.String and self.IsIdTarget():
            targets = self._attribute.GetPrim().GetRelationship(self._attribute.GetName() + ":idFrom").GetForwardedTargets()
            if len(targets) == 1:
                return str(targets[0])
        return self._attribute.Get(time)

    def Set(self, value, time=_DEFAULT):
        return self._attribute.Set(value, time)

    def GetTimeSamples(self):
        times = self._attribute.GetTimeSamples()
        return sorted(set(times) | set(self.GetIndicesAttr().GetTimeSamples())) if self.IsIndexed() else times

    def GetTimeSamplesInInterval(self, interval):
        return [time for time in self.GetTimeSamples() if interval.Contains(time)]

    def ValueMightBeTimeVarying(self):
        return self._attribute.ValueMightBeTimeVarying() or (
            self.IsIndexed() and self.GetIndicesAttr().ValueMightBeTimeVarying())

    def GetInterpolation(self):
        return self._attribute.GetMetadata("interpolation") or "constant"

    def SetInterpolation(self, interpolation):
        if not self.IsValidInterpolation(interpolation):
            raise _Tf.ErrorException(f"'{interpolation}' is no interpolation: constant, uniform, varying, vertex or faceVarying")
        return self._attribute.SetMetadata("interpolation", interpolation)

    def HasAuthoredInterpolation(self):
        return self._attribute.HasAuthoredMetadata("interpolation")

    @staticmethod
    def IsValidInterpolation(interpolation):
        return interpolation in ("constant", "uniform", "varying", "vertex", "faceVarying")

    def GetElementSize(self):
        return self._attribute.GetMetadata("elementSize") or 1

    def SetElementSize(self, size):
        return size > 0 and self._attribute.SetMetadata("elementSize", size)

    def HasAuthoredElementSize(self):
        return self._attribute.HasAuthoredMetadata("elementSize")

    def GetDeclarationInfo(self):
        return self.GetPrimvarName(), self.GetTypeName(), self.GetInterpolation(), self.GetElementSize()

    def GetIndicesAttr(self):
        return self._attribute.GetPrim().GetAttribute(self._attribute.GetName() + _INDICES)

    def CreateIndicesAttr(self):
        return self._attribute.GetPrim().CreateAttribute(self._attribute.GetName() + _INDICES, _types.IntArray, False)

    def GetIndices(self, time=_DEFAULT):
        indices = self.GetIndicesAttr()
        return indices.Get(time) if indices else None

    def SetIndices(self, indices, time=_DEFAULT):
        return self.CreateIndicesAttr().Set(_IntArray(indices), time)

    def BlockIndices(self):
        self.CreateIndicesAttr().Block()

    def IsIndexed(self):
        indices = self.GetIndicesAttr()
        return bool(indices) and indices.HasAuthoredValue()

    def GetUnauthoredValuesIndex(self):
        value = self._attribute.GetMetadata("unauthoredValuesIndex")
        return -1 if value is None else value

    def SetUnauthoredValuesIndex(self, index):
        return self._attribute.SetMetadata("unauthoredValuesIndex", index)

    def ComputeFlattened(self, time=_DEFAULT):
        """The value with its indices applied; None where an index is out of range."""
        value = self.Get(time)
        indices = self.GetIndices(time) if self.IsIndexed() else None
        if value is None or indices is None:
            return value
        size = self.GetElementSize()
        picked = []
        for index in indices:
            if index < 0 or (index + 1) * size > len(value):
                return None
            picked.extend(value[index * size + i] for i in range(size))
        return type(value)(picked)

    @staticmethod
    def IsPrimvar(attribute):
        return attribute.GetName().startswith(_PRIMVARS) and not attribute.GetName().endswith(_INDICES)

    @staticmethod
    def IsValidPrimvarName(name):
        return name.startswith(_PRIMVARS) and not name.endswith(_INDICES)

    def IsIdTarget(self):
        """Whether the value is the path of what the primvar's idFrom relationship leads to."""
        return bool(self._attribute.GetPrim().GetRelationship(self._attribute.GetName() + ":idFrom"))

    def SetIdTarget(self, path):
        if self.GetTypeName() not in (_types.String, _types.StringArray):
            raise _Tf.ErrorException(f"only primvars of strings have an id target, and <{self._attribute.GetPath()}> is none")
        made = self._attribute.GetPrim().CreateRelationship(self._attribute.GetName() + ":idFrom", False)
        return made.SetTargets([_Sdf.Path(path)])

    @staticmethod
    def StripPrimvarsName(name):
        return name[len(_PRIMVARS):] if name.startswith(_PRIMVARS) else name

    def __bool__(self):
        return bool(self._attribute) and self.IsPrimvar(self._attribute)

    def __eq__(self, other):
        return isinstance(other, Primvar) and self._attribute == other._attribute

    def __hash__(self):
        return hash(self._attribute)


class PrimvarsAPI(_schemas.APISchemaBase):
    """The primvars of a prim, and those it inherits."""

    _moduleName = "UsdGeom"
    _schemaIdentifier = "PrimvarsAPI"
    _schemaKind = "nonAppliedAPI"

    def CreatePrimvar(self, name, typeName, interpolation="", elementSize=-1):
        attribute = self._prim.CreateAttribute(_PRIMVARS + Primvar.StripPrimvarsName(name), typeName, False)
        primvar = Primvar(attribute)
        if interpolation:
            primvar.SetInterpolation(interpolation)
        if elementSize > 0:
            primvar.SetElementSize(elementSize)
        return primvar

    def CreateIndexedPrimvar(self, name, typeName, value, indices, interpolation="", elementSize=-1, time=_DEFAULT):
        primvar = self.CreatePrimvar(name, typeName, interpolation, elementSize)
        primvar.Set(value, time)
        primvar.SetIndices(indices, time)
        return primvar

    def CreateNonIndexedPrimvar(self, name, typeName, value, interpolation="", elementSize=-1, time=_DEFAULT):
        primvar = self.CreatePrimvar(name, typeName, interpolation, elementSize)
        primvar.Set(value, time)
        primvar.BlockIndices()
        return primvar

    def GetPrimvar(self, name):
        return Primvar(self._prim.GetAttribute(_PRIMVARS + Primvar.StripPrimvarsName(name)))

    def HasPrimvar(self, name):
        return bool(self.GetPrimvar(name))

    def RemovePrimvar(self, name):
        name = _PRIMVARS + Primvar.StripPrimvarsName(name)
        self._prim.RemoveProperty(name + _INDICES)
        return self._prim.RemoveProperty(name)

    def BlockPrimvar(self, name):
        primvar = self.GetPrimvar(name)
        if primvar:
            primvar.GetAttr().Block()
            primvar.BlockIndices()

    def _all(self, names):
        attributes = (self._prim.GetAttribute(name) for name in names if name.startswith(_PRIMVARS))
        return [Primvar(attribute) for attribute in attributes if attribute and Primvar.IsPrimvar(attribute)]

    def GetPrimvars(self):
        return self._all(self._prim.GetPropertyNames())

    def GetAuthoredPrimvars(self):
        return self._all(self._prim.GetAuthoredPropertyNames())

    def GetPrimvarsWithValues(self):
        return [primvar for primvar in self.GetPrimvars() if primvar.HasValue()]

    def GetPrimvarsWithAuthoredValues(self):
        return [primvar for primvar in self.GetAuthoredPrimvars() if primvar.HasAuthoredValue()]

    def _inheritable(self):
        """Constant primvars with values of the prim and those above, the nearest of each name."""
        found, prim = {}, self._prim
        while prim and not prim.IsPseudoRoot():
            for primvar in PrimvarsAPI(prim).GetPrimvarsWithAuthoredValues():
                if primvar.GetName() not in found:
                    found[primvar.GetName()] = primvar if primvar.GetInterpolation() == "constant" else None
            prim = prim.GetParent()
        return {name: primvar for name, primvar in found.items() if primvar is not None}

    def FindInheritablePrimvars(self):
        return list(self._inheritable().values())

    def FindIncrementallyInheritablePrimvars(self, inheritedFromAncestors):
        own = self.GetPrimvarsWithAuthoredValues()
        if not own:
            return []
        found = {primvar.GetName(): primvar for primvar in inheritedFromAncestors}
        for primvar in own:
            found.pop(primvar.GetName(), None)
            if primvar.GetInterpolation() == "constant":
                found[primvar.GetName()] = primvar
        return list(found.values())

    def FindPrimvarWithInheritance(self, name, inheritedFromAncestors=None):
        primvar = self.GetPrimvar(name)
        if primvar and primvar.HasAuthoredValue():
            return primvar
        wanted = _PRIMVARS + Primvar.StripPrimvarsName(name)
        if inheritedFromAncestors is None:
            parent = self._prim.GetParent()
            inherited = PrimvarsAPI(parent)._inheritable() if parent else {}
        else:
            inherited = {one.GetName(): one for one in inheritedFromAncestors}
        return inherited.get(wanted, primvar)

    def FindPrimvarsWithInheritance(self, inheritedFromAncestors=None):
        if inheritedFromAncestors is None:
            parent = self._prim.GetParent()
            inherited = PrimvarsAPI(parent)._inheritable() if parent else {}
        else:
            inherited = {one.GetName(): one for one in inheritedFromAncestors}
        for primvar in self.GetPrimvarsWithAuthoredValues():
            inherited[primvar.GetName()] = primvar
        return list(inherited.values())

    def HasPossiblyInheritedPrimvar(self, name):
        return bool(self.FindPrimvarWithInheritance(name))

    @staticmethod
    def CanContainPropertyName(name):
        return name.startswith(_PRIMVARS)


# -- what a stage says of its space --------------------------------------------------------------------------------------


class LinearUnits:
    """Meters in one unit of length."""

    nanometers, micrometers, millimeters, centimeters, meters, kilometers = 1e-9, 1e-6, 1e-3, 1e-2, 1.0, 1e3
    decimeters = 0.1
    lightYears, inches, feet, yards, miles = 9.4607304725808e15, 0.0254, 0.3048, 0.9144, 1609.344


def GetStageUpAxis(stage):
    return stage.GetMetadata("upAxis")


def SetStageUpAxis(stage, axis):
    if axis not in ("Y", "Z"):
        raise _Tf.ErrorException(f"'{axis}' is no up axis of a stage: Y or Z")
    return stage.SetMetadata("upAxis", axis)


def GetFallbackUpAxis():
    return "Y"


def GetStageMetersPerUnit(stage):
    return stage.GetMetadata("metersPerUnit")


def StageHasAuthoredMetersPerUnit(stage):
    return stage.HasAuthoredMetadata("metersPerUnit")


def SetStageMetersPerUnit(stage, metersPerUnit):
    return stage.SetMetadata("metersPerUnit", float(metersPerUnit))


def LinearUnitsAre(authoredUnits, standardUnits, epsilon=1e-5):
    if authoredUnits <= 0 or standardUnits <= 0:
        return False
    return abs(authoredUnits - standardUnits) / min(authoredUnits, standardUnits) < epsilon


@_schemas.add_to("UsdGeom", "ModelAPI")
class _ModelAPI:
    GetExtentsHintAttr, _ = _schemas.accessors("extentsHint", "float3[]")


from strata import _geom_plates as _plates  # noqa: E402, F401
from strata._geom_more import XformOpTypes  # noqa: E402, F401
from strata._geom_shapes import ConstraintTarget  # noqa: E402, F401

_schemas.install("UsdGeom", globals(), (
    "constant", "uniform", "varying", "vertex", "faceVarying", "primvars", "pivot", "Imageable", "Xformable",
    "elementSize", "extentsHint", "hermite", "inactiveIds", "interpolation", "metersPerUnit", "nonOverlapping",
    "partition", "power", "unauthoredValuesIndex", "unrestricted", "upAxis", "x=X", "y=Y", "z=Z",
))
Imageable, Xformable = __getattr__("Imageable"), __getattr__("Xformable")  # noqa: F821

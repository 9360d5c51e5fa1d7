"""Blend shapes and what lies between them.   (UsdSkelBlendShape, UsdSkelBlendShapeQuery)"""
from strata import Vt, _schemas
from strata._core import Usd as _usd
from strata._core.Sdf import ValueTypeNames, VariabilityUniform
from strata._skel_math import ApplyBlendShape, validate_indices

_PREFIX, _NORMALS = "inbetweens:", ":normalOffsets"


class InbetweenShape:
    """A shape that counts at a weight between nothing and a whole blend shape: an attribute of it."""

    def __init__(self, attr=None):
        self._attribute = attr if attr is not None else _usd.Attribute()

    @staticmethod
    def IsInbetween(attr):
        name = attr.GetName() if attr else ""
        return name.startswith(_PREFIX) and not name.endswith(_NORMALS)

    def GetAttr(self):
        return self._attribute

    def IsDefined(self):
        return self.IsInbetween(self._attribute)

    __bool__ = IsDefined

    def __eq__(self, other):
        return isinstance(other, InbetweenShape) and self._attribute == other._attribute

    __hash__ = None

    def HasAuthoredWeight(self):
        return self._attribute.HasAuthoredMetadata("weight")

    def GetWeight(self):
        return self._attribute.GetMetadata("weight") if self.HasAuthoredWeight() else None

    def SetWeight(self, weight):
        return self._attribute.SetMetadata("weight", weight)

    def GetOffsets(self):
        return _array(self._attribute)

    def SetOffsets(self, offsets):
        return self._attribute.Set(_vectors(offsets))

    def GetNormalOffsetsAttr(self):
        return self._attribute.GetPrim().GetAttribute(self._attribute.GetName() + _NORMALS)

    def CreateNormalOffsetsAttr(self, defaultValue=None):
        made = self._attribute.GetPrim().CreateAttribute(
            self._attribute.GetName() + _NORMALS, ValueTypeNames.Vector3fArray, False, VariabilityUniform)
        if defaultValue is not None:
            made.Set(_vectors(defaultValue))
        return made

    def GetNormalOffsets(self):
        attribute = self.GetNormalOffsetsAttr()
        return _array(attribute)

    def SetNormalOffsets(self, offsets):
        return self.CreateNormalOffsetsAttr().Set(_vectors(offsets))


def _array(attribute):
    value = attribute.Get() if attribute else None
    return value if value is not None else Vt.Vec3fArray()


def _vectors(given):
    return given if isinstance(given, Vt.Vec3fArray) else Vt.Vec3fArray(given)


@_schemas.add_to("UsdSkel", "BlendShape")
class BlendShape:
    @staticmethod
    def _full(name):
        return name if name.startswith(_PREFIX) else _PREFIX + name

    def CreateInbetween(self, name):
        return InbetweenShape(self._prim.CreateAttribute(
            self._full(name), ValueTypeNames.Vector3fArray, False, VariabilityUniform))

    def GetInbetween(self, name):
        return InbetweenShape(self._prim.GetAttribute(self._full(name)))

    def HasInbetween(self, name):
        return self.GetInbetween(name).IsDefined()

    def GetInbetweens(self):
        return [one for one in map(InbetweenShape, self._prim.GetAttributes()) if one]

    def GetAuthoredInbetweens(self):
        return [one for one in map(InbetweenShape, self._prim.GetAuthoredAttributes()) if one]

    @staticmethod
    def ValidatePointIndices(pointIndices, numPoints):
        return validate_indices(pointIndices, numPoints, "points")


class BlendShapeQuery:
    """The blend shapes of a piece of geometry, each as subshapes: nothing, those between, and the whole."""

    def __init__(self, binding=None):
        self._shapes, self._subshapes = [], []  # BlendShape; (number of the shape, weight, inbetween or None)
        if binding is None:
            return
        cls = _schemas.find("UsdSkel", "BlendShape")
        prim = binding.GetPrim()
        for number, path in enumerate(binding.GetBlendShapeTargetsRel().GetTargets()):
            shape = cls(prim.GetStage().GetPrimAtPath(path))
            self._shapes.append(shape)
            between = [(one.GetWeight(), one) for one in (shape.GetInbetweens() if shape else ())
                       if one.GetWeight() not in (None, 0.0, 1.0)]
            found = [(0.0, None), (1.0, None)] + between
            self._subshapes += [(number, weight, one) for weight, one in sorted(found, key=lambda pair: pair[0])]

    def GetNumBlendShapes(self):
        return len(self._shapes)

    def GetNumSubShapes(self):
        return len(self._subshapes)

    def GetBlendShape(self, subShapeIndex):
        if subShapeIndex >= len(self._subshapes):
            return _schemas.find("UsdSkel", "BlendShape")()
        return self._shapes[self._subshapes[subShapeIndex][0]]

    def GetBlendShapeIndex(self, subShapeIndex):
        return self._subshapes[subShapeIndex][0] if subShapeIndex < len(self._subshapes) else 0

    def GetInbetween(self, subShapeIndex):
        one = self._subshapes[subShapeIndex][2] if subShapeIndex < len(self._subshapes) else None
        return one if one is not None else InbetweenShape()

    def ComputeBlendShapePointIndices(self):
        return [shape.GetPointIndicesAttr().Get() if shape and shape.GetPointIndicesAttr().Get() is not None else Vt.IntArray()
                for shape in self._shapes]

    def ComputeSubShapePointOffsets(self):
        out = []
        for number, weight, between in self._subshapes:
            shape = self._shapes[number]
            offsets = None
            if between is not None:
                offsets = between.GetOffsets()
            elif weight == 1.0 and shape:
                offsets = shape.GetOffsetsAttr().Get()
            out.append(offsets if offsets is not None else Vt.Vec3fArray())
        return out

    def ComputeSubShapeWeights(self, blendShapeWeights):
        """(weights, numbers of blend shapes, numbers of subshapes) of the two subshapes around each weight; beyond the last as
        between the last two."""
        weights, shapes, subshapes = [], [], []
        for number, weight in enumerate(blendShapeWeights):
            own = [i for i, one in enumerate(self._subshapes) if one[0] == number]
            if weight == 0 or len(own) < 2:
                continue
            above = next((k for k in range(1, len(own) - 1) if self._subshapes[own[k]][1] > weight), len(own) - 1)
            low, high = own[above - 1], own[above]
            start, end = self._subshapes[low][1], self._subshapes[high][1]
            part = (weight - start) / (end - start)
            for index, share in ((low, 1 - part), (high, part)):
                # The subshape of nothing moves nothing.
                if abs(share) > 1e-6 and (self._subshapes[index][1] != 0.0 or self._subshapes[index][2] is not None):
                    weights.append(share)
                    shapes.append(number)
                    subshapes.append(index)
        return Vt.FloatArray(weights), Vt.UIntArray(shapes), Vt.UIntArray(subshapes)

    def ComputeDeformedPoints(self, subShapeWeights, blendShapeIndices, subShapeIndices, blendShapePointIndices,
                              subShapePointOffset, points):
        done = True
        for weight, shape, subshape in zip(subShapeWeights, blendShapeIndices, subShapeIndices):
            done = ApplyBlendShape(weight, subShapePointOffset[subshape], blendShapePointIndices[shape], points) and done
        return done


for _one in (InbetweenShape, BlendShapeQuery):
    _one.__module__ = "strata.UsdSkel"

"""Functions over joints, influences and points.   (UsdSkel)

Arrays that a function changes are changed in place, as in pxr; a function that cannot answers False and leaves them as they are.
"""
from strata import Gf, Vt
from strata._core import UsdSkel as _core
from strata._core.Sdf import Path


class Topology:
    """Which joint is below which. Made of the joints' names, or of their parents' numbers (-1: none)."""

    def __init__(self, jointsOrParents):
        given = jointsOrParents
        if isinstance(given, str):
            raise TypeError("a topology is made of an array of joints")
        if isinstance(given, Vt.IntArray) or len(given) and isinstance(given[0], int):
            self._parents, self._fault = Vt.IntArray(given), ""
            for joint, parent in enumerate(self._parents):
                if parent >= joint:
                    self._fault = f"the parent of joint {joint} is joint {parent}, which does not come before it"
                    break
        else:
            names = Vt.TokenArray([one.pathString if isinstance(one, Path) else one for one in given])
            self._parents, _, self._fault = _core._ParentIndices(names)

    def GetParentIndices(self):
        return self._parents

    def GetNumJoints(self):
        return len(self._parents)

    __len__ = GetNumJoints

    def GetParent(self, index):
        return self._parents[index]

    def IsRoot(self, index):
        return self._parents[index] < 0

    def Validate(self):
        """(whether each joint comes after its parent, why not)"""
        return not self._fault, self._fault


class AnimMapper:
    """Takes values from the order of one list of names to that of another."""

    def __init__(self, *orders):
        if len(orders) == 1:
            self._sources, self._identity, self._sparse, self._null = list(range(orders[0])), True, False, False
        elif len(orders) == 2:
            found = _core._Sources(Vt.TokenArray(orders[0]), Vt.TokenArray(orders[1]))
            self._sources, self._identity, self._sparse, self._null = found
        elif not orders:
            self._sources, self._identity, self._sparse, self._null = [], False, False, True
        else:
            raise TypeError("a mapper is made of two orders, of a size, or of nothing")

    def IsIdentity(self):
        return self._identity

    def IsSparse(self):
        return self._sparse

    def IsNull(self):
        return self._null

    def __len__(self):
        return len(self._sources)

    def Remap(self, source, target=None, elementSize=1, defaultValue=None):
        """The target with the values of the source in its order; without a source a value is the default or stays."""
        if target is not None and type(target) is not type(source):
            from strata.Tf import RaiseCodingError
            RaiseCodingError("Remap takes arrays of one type, and elements of one value or more")
        kind = type(source)
        if elementSize <= 0:
            return kind()
        size = len(self._sources) * elementSize
        out = [] if target is None else list(target)[:size]
        filler = defaultValue if defaultValue is not None else kind(1)[0]
        out += [filler] * (size - len(out))
        for to, start in enumerate(self._sources):
            if 0 <= start and (start + 1) * elementSize <= len(source):
                for k in range(elementSize):
                    out[to * elementSize + k] = source[start * elementSize + k]
        return kind(out)

    def RemapTransforms(self, source, target, elementSize=1):
        """The same of matrices, where what has no source and is new does not move anything."""
        return self.Remap(source, target, elementSize, type(source[0])(1) if len(source) else None)


# -- transforms ----------------------------------------------------------------------------------------------------------


def ConcatJointTransforms(topology, jointLocalXforms, rootXform=None):
    """Transforms in the space of the skeleton, of those in the space of the parent joints."""
    out = []
    for joint, local in enumerate(jointLocalXforms):
        parent = topology.GetParent(joint)
        if parent >= joint:
            return None
        out.append(local * out[parent] if parent >= 0 else local * rootXform if rootXform is not None else local)
    return type(jointLocalXforms)(out)


def ComputeJointLocalTransforms(topology, xforms, *more, inverseXforms=None, rootInverseXform=None):
    """Transforms in the space of the parent joints, of those in the space of the skeleton."""
    for one in more:
        if hasattr(one, "GetInverse"):
            rootInverseXform = one
        else:
            inverseXforms = one
    if inverseXforms is None:
        inverseXforms = [one.GetInverse() for one in xforms]
    out = []
    for joint, xform in enumerate(xforms):
        parent = topology.GetParent(joint)
        out.append(xform * inverseXforms[parent] if parent >= 0 else
                   xform * rootInverseXform if rootInverseXform is not None else xform)
    return type(xforms)(out)


def ComputeJointsExtent(xforms, pad=0.0, rootXform=None):
    """The box around the places of joints."""
    box = Gf.Range3f()
    for xform in xforms:
        place = xform.ExtractTranslation()
        if rootXform is not None:
            place = rootXform.Transform(place)
        box.UnionWith(Gf.Vec3f(place))
    if not box.IsEmpty():
        box = Gf.Range3f(box.GetMin() - Gf.Vec3f(pad), box.GetMax() + Gf.Vec3f(pad))
    return box


def MakeTransform(translate, rotate, scale):
    matrix = Gf.Matrix4d().SetRotate(Gf.Quatd(Gf.Quatf(rotate)))
    for row in range(3):
        matrix[row] = Gf.Vec4d(*[matrix[row][column] * scale[row] for column in range(3)], 0)
    matrix[3] = Gf.Vec4d(translate[0], translate[1], translate[2], 1)
    return matrix


def MakeTransforms(translations, rotations, scales):
    if not len(translations) == len(rotations) == len(scales):
        return Vt.Matrix4dArray([Gf.Matrix4d(0)] * len(translations))
    return Vt.Matrix4dArray([MakeTransform(*one) for one in zip(translations, rotations, scales)])


def DecomposeTransform(xform):
    """(translation, rotation, scale); where that cannot be done, a turn of nothing."""
    matrix = Gf.Matrix4d(xform)
    sign = -1.0 if matrix.GetDeterminant() < 0 else 1.0
    scale = [sign * Gf.Vec3d(*matrix[row][:3]).GetLength() for row in range(3)]
    if not all(scale):
        return Gf.Vec3f(0), Gf.Quatf(1), Gf.Vec3h(1)
    turn = Gf.Matrix4d(1)
    for row in range(3):
        turn[row] = Gf.Vec4d(*[matrix[row][column] / scale[row] for column in range(3)], 0)
    turn.Orthonormalize()
    return Gf.Vec3f(matrix.ExtractTranslation()), Gf.Quatf(turn.ExtractRotationQuat()), Gf.Vec3h(*scale)


def DecomposeTransforms(xforms):
    parts = [DecomposeTransform(one) for one in xforms]
    return (Vt.Vec3fArray([one[0] for one in parts]), Vt.QuatfArray([one[1] for one in parts]),
            Vt.Vec3hArray([one[2] for one in parts]))


# -- influences ----------------------------------------------------------------------------------------------------------


def _put(array, values):
    for i, value in enumerate(values):
        array[i] = value


def _replace(array, values):
    """Gives an array of Python's caller other values, and another length."""
    _core._Assign(array, type(array)(values))


def _fits(count, influences):
    return influences > 0 and count % influences == 0


def _sum(weights):
    """Added up with the precision that the weights have."""
    total = Vt.FloatArray([0.0])
    for weight in weights:
        total[0] = total[0] + weight
    return total[0]


def NormalizeWeights(weights, numInfluencesPerComponent, eps=1.1920928955078125e-07):
    """Each point's weights add up to one; where they add up to less than `eps` they become zero."""
    n = numInfluencesPerComponent
    if not _fits(len(weights), n):
        return False
    for start in range(0, len(weights), n):
        total = _sum(weights[start:start + n])
        for i in range(start, start + n):
            weights[i] = weights[i] / total if abs(total) > eps else 0.0
    return True


def SortInfluences(indices, weights, numInfluencesPerComponent):
    """Each point's strongest influence comes first."""
    n = numInfluencesPerComponent
    if len(indices) != len(weights) or not _fits(len(indices), n):
        return False
    for start in range(0, len(indices), n):
        order = sorted(range(start, start + n), key=lambda i: (weights[i], indices[i]), reverse=True)
        pairs = [(indices[i], weights[i]) for i in order]
        for i, (index, weight) in enumerate(pairs):
            indices[start + i], weights[start + i] = index, weight
    return True


def ResizeInfluences(array, srcNumInfluencesPerComponent, newNumInfluencesPerComponent):
    """Drops each point's last influences, or adds such of nothing; weights that lost some add up to one again."""
    old, new = srcNumInfluencesPerComponent, newNumInfluencesPerComponent
    if not _fits(len(array), old) or new <= 0:
        return False
    out = []
    for start in range(0, len(array), old):
        out += (list(array[start:start + min(old, new)]) + [0] * new)[:new]
    made = type(array)(out)
    if new < old and isinstance(array, Vt.FloatArray):
        NormalizeWeights(made, new)
    _replace(array, made)
    return True


def ExpandConstantInfluencesToVarying(array, size):
    """The one point's influences, for `size` points."""
    _replace(array, list(array) * size)
    return True


def InterleaveInfluences(indices, weights, interleavedInfluences):
    """Pairs of an index and a weight."""
    if not len(indices) == len(weights) == len(interleavedInfluences):
        return False
    _put(interleavedInfluences, [Gf.Vec2f(*pair) for pair in zip(indices, weights)])
    return True


def _influences(given):
    """(indices, weights, influences per point, the rest) of either form in which functions take them."""
    if isinstance(given[0], Vt.Vec2fArray):
        pairs, rest = given[0], given[1:]
        return Vt.IntArray([int(pair[0]) for pair in pairs]), Vt.FloatArray([pair[1] for pair in pairs]), rest
    return Vt.IntArray(given[0]), Vt.FloatArray(given[1]), given[2:]


def _matrices(xforms):
    if isinstance(xforms, Vt.Matrix4dArray):
        return xforms
    return Vt.Matrix4dArray([_matrix(one) for one in xforms])


def _matrix(given):
    """A matrix of any size and number type as one of four rows."""
    if len(given) == 4:
        return Gf.Matrix4d(given)
    return Gf.Matrix4d(*[given[row][column] if row < 3 and column < 3 else float(row == column)
                         for row in range(4) for column in range(4)])


def _skin(function, method, bind, xforms, given, named):
    if "jointIndices" in named:
        given = (named.pop("jointIndices"), named.pop("jointWeights")) + given
    elif "influences" in named:
        given = (named.pop("influences"),) + given
    indices, weights, rest = _influences(given)
    rest = list(rest)
    count = named.get("numInfluencesPerPoint")
    count = rest.pop(0) if count is None else count
    values = next((named[name] for name in ("points", "normals") if name in named), None)
    values = rest.pop(0) if values is None else values
    if len(indices) != len(weights) or len(indices) != len(values) * count:
        return False
    moved = function(method, _matrix(bind), _matrices(xforms), indices, weights, count, values)
    if moved is None:
        return False
    _put(values, moved)
    return True


def SkinPoints(skinningMethod, geomBindTransform, jointXforms, *influences, **named):
    """Moves points: (..., indices, weights, number per point, points) or (..., pairs, number per point, points)."""
    return _skin(_core._SkinPoints, skinningMethod, geomBindTransform, jointXforms, influences, named)


def SkinPointsLBS(geomBindTransform, jointXforms, *influences, **named):
    return _skin(_core._SkinPoints, "classicLinear", geomBindTransform, jointXforms, influences, named)


def SkinNormals(skinningMethod, geomBindTransform, jointXforms, *influences, **named):
    return _skin(_core._SkinNormals, skinningMethod, geomBindTransform, jointXforms, influences, named)


def SkinNormalsLBS(geomBindTransform, jointXforms, *influences, **named):
    return _skin(_core._SkinNormals, "classicLinear", geomBindTransform, jointXforms, influences, named)


def SkinTransform(skinningMethod, geomBindTransform, jointXforms, *influences, **named):
    """The transform of what moves as a whole: where its origin and the ends of its axes go."""
    given = influences or tuple(named[name] for name in ("influences", "jointIndices", "jointWeights") if name in named)
    indices, weights, _ = _influences(given)
    if len(indices) != len(weights) or not len(indices):
        return None
    frame = Vt.Vec3fArray([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
    moved = _core._SkinPoints(skinningMethod, _matrix(geomBindTransform), _matrices(jointXforms), Vt.IntArray(list(indices) * 4), Vt.FloatArray(list(weights) * 4), len(indices), frame)
    if moved is None:
        return None
    origin = Gf.Vec3d(moved[0])
    rows = [Gf.Vec3d(moved[i]) - origin for i in (1, 2, 3)] + [origin]
    return type(geomBindTransform)(*[number for i, row in enumerate(rows) for number in (*row, float(i == 3))])


def SkinTransformLBS(geomBindTransform, jointXforms, *influences, **named):
    return SkinTransform("classicLinear", geomBindTransform, jointXforms, *influences, **named)


def ApplyBlendShape(weight, offsets, indices, points):
    """Adds offsets, times a weight, to all points or to those of the indices."""
    which = list(indices) if len(indices) else range(len(offsets))
    if len(which) != len(offsets) or any(not 0 <= i < len(points) for i in which):
        return False
    for i, offset in zip(which, offsets):
        points[i] = points[i] + Gf.Vec3f(offset) * weight
    return True


def validate_indices(indices, count, what):
    """(whether indices count existing things, why not)"""
    for at, index in enumerate(indices):
        if not 0 <= index < count:
            return False, f"index {index} at element {at} is not in the range of the {count} {what}"
    return True, ""


for _one in (Topology, AnimMapper):
    _one.__module__ = "strata.UsdSkel"

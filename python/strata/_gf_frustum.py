"""What a camera sees.   (Gf.Frustum, Gf.Camera)"""
import math as _math

from strata import _enums
from strata._core.Gf import Matrix4d, Range1d, Range1f, Range2d, Vec2d, Vec3d, Vec4f
from strata._gf_base import GfValue
from strata._gf_boxes import BBox3d
from strata._gf_lines import Plane, Ray
from strata._members import held


def _rotation(*given):
    from strata.Gf import Rotation
    return Rotation(*given)


def _single(value):
    """A number as a float of 32 bits holds it."""
    return Range1f(float(value), float(value)).min


class Frustum(GfValue):
    """The part of space that is seen from a point, down -Z with Y up before it is turned."""

    __slots__ = ("position", "rotation", "window", "nearFar", "viewDistance", "projectionType")

    def __init__(self, *given):
        """(), (another one), (position, rotation, window, nearFar, type, viewDistance), (matrix, window, nearFar, type, viewDistance)"""
        self.position, self.rotation, self.window = Vec3d(0), _rotation(), Range2d(Vec2d(-1, -1), Vec2d(1, 1))
        self.nearFar, self.viewDistance, self.projectionType = Range1d(1, 10), 5.0, Frustum.Perspective
        if len(given) == 1 and isinstance(given[0], Frustum):
            given = given[0]._parts()
        if given and isinstance(given[0], Matrix4d):
            self.SetPositionAndRotationFromMatrix(given[0])
            given = (self.position, self.rotation, *given[1:])
        if given and len(given) not in (5, 6):
            raise TypeError("a frustum of a position, a rotation, a window, a range of depths, a type and a distance")
        if given:
            self.position, self.rotation, self.window, self.nearFar, self.projectionType = Vec3d(given[0]), *given[1:5]
            self.viewDistance = float(given[5]) if len(given) == 6 else 5.0

    def _parts(self):
        return self.position, self.rotation, self.window, self.nearFar, self.projectionType, self.viewDistance

    @staticmethod
    def GetReferencePlaneDepth():
        return 1.0

    def _is_perspective(self):
        return self.projectionType == Frustum.Perspective

    # -- shape -----------------------------------------------------------------------------------------------------------

    def SetPerspective(self, fieldOfView, *given):
        """(height angle, aspect, near, far), or with whether the angle is that of the height before the aspect."""
        is_vertical, (aspect, near, far) = (given[0], given[1:]) if len(given) == 4 else (True, given)
        self.projectionType = Frustum.Perspective
        if aspect == 0:
            aspect = 1.0
        half = _math.tan(_math.radians(fieldOfView / 2))
        height, width = (half, half * aspect) if is_vertical else (half / aspect, half)
        self.window, self.nearFar = Range2d(Vec2d(-width, -height), Vec2d(width, height)), Range1d(near, far)

    def GetPerspective(self, isFovVertical=True):
        """(angle, aspect, near, far); None for an orthographic one."""
        if not self._is_perspective():
            return None
        size = self.window.GetSize()
        return self.GetFOV(isFovVertical), size[0] / size[1], self.nearFar.min, self.nearFar.max

    def GetFOV(self, isFovVertical=False):
        """The whole angle, in degrees; 0 for an orthographic one."""
        if not self._is_perspective():
            return 0.0
        return 2 * _math.degrees(_math.atan(self.window.GetSize()[1 if isFovVertical else 0] / 2))

    def SetOrthographic(self, left, right, bottom, top, nearPlane, farPlane):
        self.projectionType = Frustum.Orthographic
        self.window, self.nearFar = Range2d(Vec2d(left, bottom), Vec2d(right, top)), Range1d(nearPlane, farPlane)

    def GetOrthographic(self):
        """(left, right, bottom, top, near, far); nothing for a perspective one."""
        if self._is_perspective():
            return ()
        return self.window.min[0], self.window.max[0], self.window.min[1], self.window.max[1], self.nearFar.min, self.nearFar.max

    def SetPositionAndRotationFromMatrix(self, camToWorldXf):
        upright = camToWorldXf.GetOrthonormalized()
        if upright.GetDeterminant3() < 0:  # no turn makes a mirror
            upright = Matrix4d().SetScale(Vec3d(-1, 1, 1)) * upright
        self.position, self.rotation = upright.ExtractTranslation(), upright.ExtractRotation()

    def FitToSphere(self, center, radius, slack=0.0):
        """Moves back, without turning, until a sphere is seen whole."""
        if not self._is_perspective():
            distance = radius + slack
            self.window = Range2d(Vec2d(-radius, -radius), Vec2d(radius, radius))
        else:
            axis = 1 if self.ComputeAspectRatio() > 1 else 0
            half = min(-self.window.min[axis], self.window.max[axis])
            sine = _math.sin(_math.atan(half / self.nearFar.min)) if self.nearFar.min else 1.0
            distance = radius / sine if sine else radius
        near = distance - (radius + slack)
        self.nearFar, self.viewDistance = Range1d(near, near + 2 * (radius + slack)), distance
        self.position = Vec3d(center) - self.ComputeViewDirection() * distance

    def Transform(self, matrix):
        """Moves and scales, by a matrix without shear; gives back itself."""
        frame = [matrix.TransformDir(axis) for axis in self.ComputeViewFrame()]
        scale = frame[2].GetLength()
        self.position = matrix.Transform(self.position)
        self.nearFar, self.viewDistance = Range1d(self.nearFar.min * scale, self.nearFar.max * scale), self.viewDistance * scale
        side, up, ahead = frame[0].GetNormalized(), frame[1].GetNormalized(), frame[2].GetNormalized()
        if not self._is_perspective():
            low, high = self.window.min, self.window.max
            wide, tall = frame[0].GetLength(), frame[1].GetLength()
            self.window = Range2d(Vec2d(low[0] * wide, low[1] * tall), Vec2d(high[0] * wide, high[1] * tall))
        turned = Matrix4d(*side, 0, *up, 0, *(-ahead), 0, 0, 0, 0, 1)
        self.rotation = turned.ExtractRotation() if turned != Matrix4d(1) else _rotation()
        return self

    # -- what follows ----------------------------------------------------------------------------------------------------

    def ComputeViewInverse(self):
        return Matrix4d().SetRotate(self.rotation) * Matrix4d().SetTranslate(self.position)

    def ComputeViewMatrix(self):
        return self.ComputeViewInverse().GetInverse()

    def ComputeViewDirection(self):
        return self.rotation.TransformDir(Vec3d(0, 0, -1))

    def ComputeUpVector(self):
        return self.rotation.TransformDir(Vec3d(0, 1, 0))

    def ComputeViewFrame(self):
        """(side, up, view), each of length one."""
        up, view = self.ComputeUpVector(), self.ComputeViewDirection()
        return view ^ up, up, view

    def ComputeLookAtPoint(self):
        return self.position + self.ComputeViewDirection() * self.viewDistance

    def ComputeAspectRatio(self):
        size = self.window.GetSize()
        return abs(size[0] / size[1]) if size[1] else 0.0

    def ComputeProjectionMatrix(self):
        (left, bottom), (right, top) = self.window.min, self.window.max
        near, far = self.nearFar.min, self.nearFar.max
        width, height, depth = right - left, top - bottom, far - near
        if self._is_perspective():
            return Matrix4d(2 / width, 0, 0, 0, 0, 2 / height, 0, 0, (right + left) / width, (top + bottom) / height,
                            -(far + near) / depth, -1, 0, 0, -2 * near * far / depth, 0)
        return Matrix4d(2 / width, 0, 0, 0, 0, 2 / height, 0, 0, 0, 0, -2 / depth, 0, -(right + left) / width, -(top + bottom) / height,
                        -(far + near) / depth, 1)

    def _corners_at(self, depth):
        low, high = self.window.min, self.window.max
        scale = depth if self._is_perspective() else 1.0
        place = self.ComputeViewInverse()
        return [place.Transform(Vec3d(x * scale, y * scale, -depth)) for y in (low[1], high[1]) for x in (low[0], high[0])]

    def ComputeCorners(self):
        """Near left bottom, right bottom, left top, right top, then far."""
        return tuple(self._corners_at(self.nearFar.min) + self._corners_at(self.nearFar.max))

    def ComputeCornersAtDistance(self, distance):
        return tuple(self._corners_at(distance))

    def ComputePlanes(self):
        """Left, right, bottom, top, near, far; each with its normal to the inside."""
        side, up, view = self.ComputeViewFrame()
        low, high = self.window.min, self.window.max
        near, far = self.position + view * self.nearFar.min, self.position + view * self.nearFar.max
        ends = [Plane(view, near), Plane(-view, far)]
        if not self._is_perspective():
            return (Plane(side, self.position + side * low[0]), Plane(-side, self.position + side * high[0]),
                    Plane(up, self.position + up * low[1]), Plane(-up, self.position + up * high[1]), *ends)
        normals = (side - view * low[0], -side + view * high[0], up - view * low[1], -up + view * high[1])
        return (*(Plane(normal, self.position) for normal in normals), *ends)

    def ComputeNarrowedFrustum(self, point, size):
        """A part of this around a point of the window (from -1 to 1) or of the world, so much of its size each way."""
        if len(point) == 3:
            point = self.ComputeViewMatrix().Transform(Vec3d(point))
            if self._is_perspective() and point[2] >= 0:
                return Frustum(self)
            scale = -point[2] if self._is_perspective() else 1.0
            middle = Vec2d(point[0] / scale, point[1] / scale)
        else:
            middle = self._in_window(point)
        half = self.window.GetSize() / 2
        step = Vec2d(half[0] * size[0], half[1] * size[1])
        low = Vec2d(*map(max, middle - step, self.window.min))
        high = Vec2d(*map(min, middle + step, self.window.max))
        narrowed = Frustum(self)
        narrowed.window = Range2d(low, high)
        return narrowed

    def _in_window(self, point):
        low, size = self.window.min, self.window.GetSize()
        return Vec2d(low[0] + (point[0] + 1) / 2 * size[0], low[1] + (point[1] + 1) / 2 * size[1])

    def ComputePickRay(self, point):
        """From the near plane through a point of the window (from -1 to 1), or of the world."""
        place = self.ComputeViewInverse()
        if len(point) == 3:
            point = self.ComputeViewMatrix().Transform(Vec3d(point))
            if self._is_perspective():
                start, direction = Vec3d(0), point.GetNormalized()
            else:
                start, direction = Vec3d(point[0], point[1], 0), Vec3d(0, 0, -1)
        else:
            at = self._in_window(point)
            if self._is_perspective():
                start, direction = Vec3d(0), Vec3d(at[0], at[1], -1).GetNormalized()
            else:
                start, direction = Vec3d(at[0], at[1], 0), Vec3d(0, 0, -1)
        start = start + direction * self.nearFar.min
        return Ray(place.Transform(start), place.TransformDir(direction).GetNormalized())

    def Intersects(self, *given):
        """A point, a box (both ends may lie outside), a segment or a triangle: whether a part of it may be seen."""
        if len(given) == 1 and isinstance(given[0], BBox3d):
            box = given[0]
            if box.GetRange().IsEmpty():
                return False
            points = [box.GetMatrix().Transform(box.GetRange().GetCorner(number)) for number in range(8)]
            return all(any(plane.GetDistance(point) >= 0 for point in points) for plane in self.ComputePlanes())
        points = [Vec3d(point) for point in given]
        for plane in self.ComputePlanes():
            points = _clip(points, plane)
        return bool(points)

    @staticmethod
    def IntersectsViewVolume(bbox, viewProjMat):
        """Whether a box may be seen through a matrix to the cube from -1 to 1."""
        if bbox.GetRange().IsEmpty():
            return False
        through = bbox.GetMatrix() * viewProjMat
        places = []
        for number in range(8):
            x, y, z = bbox.GetRange().GetCorner(number)
            places.append([through[0][i] * x + through[1][i] * y + through[2][i] * z + through[3][i] for i in range(4)])
        return all(any(sign * place[axis] <= place[3] for place in places) for axis in range(3) for sign in (1, -1))

    def __str__(self):
        from strata._gf_base import short
        return (f"[{self.position} {self.rotation} {self.window} {self.nearFar} {short(self.viewDistance)} "
                f"{self.projectionType.name}]")

    def __repr__(self):
        parts = [f"{name} = {getattr(self, name)!r}" for name in ("position", "rotation", "window", "nearFar", "projectionType")]
        if self.viewDistance != 5.0:
            parts.append(f"viewDistance = {self.viewDistance!r}")
        return "Gf.Frustum(" + ",\n           ".join(parts) + ")"


def _clip(points, plane):
    """The part of a point, segment or polygon on the inner side of a plane."""
    if len(points) < 2:
        return [point for point in points if plane.GetDistance(point) >= 0]
    kept = []
    for i, point in enumerate(points):
        after = points[(i + 1) % len(points)]
        here, there = plane.GetDistance(point), plane.GetDistance(after)
        if here >= 0:
            kept.append(point)
        if (here < 0) != (there < 0) and here != there and not (len(points) == 2 and i == 1):
            kept.append(point + (after - point) * (here / (here - there)))
    return kept


_enums.make(Frustum, "GfFrustum::ProjectionType", "ProjectionType", ("Orthographic", "Perspective"), prefix="Gf.Frustum.")


def _add_accessors():
    for suffix, name in (("Position", "position"), ("Rotation", "rotation"), ("Window", "window"), ("NearFar", "nearFar"),
                         ("ViewDistance", "viewDistance"), ("ProjectionType", "projectionType")):
        setattr(Frustum, "Get" + suffix, lambda self, name=name: getattr(self, name))
        setattr(Frustum, "Set" + suffix, lambda self, value, name=name: setattr(
            self, name, Vec3d(value) if name == "position" else float(value) if name == "viewDistance" else value))


_add_accessors()


class Camera:
    """A lens, a film and a place. Apertures and the focal length are in tenths of a scene unit."""

    APERTURE_UNIT = FOCAL_LENGTH_UNIT = 0.1
    DEFAULT_HORIZONTAL_APERTURE, DEFAULT_VERTICAL_APERTURE = 0.825 * 25.4, 0.602 * 25.4
    transform, projection, clippingRange = held("transform"), held("projection"), held("clippingRange")
    _NUMBERS = ("horizontalAperture", "verticalAperture", "horizontalApertureOffset", "verticalApertureOffset", "focalLength")
    __hash__ = None

    def __init__(self, transform=None, projection=None, horizontalAperture=DEFAULT_HORIZONTAL_APERTURE,
                 verticalAperture=DEFAULT_VERTICAL_APERTURE, horizontalApertureOffset=0.0, verticalApertureOffset=0.0, focalLength=50.0,
                 clippingRange=None, clippingPlanes=(), fStop=0.0, focusDistance=0.0):
        if isinstance(transform, Camera):
            self.__dict__.update(transform.__dict__)
            self._numbers = dict(transform._numbers)
            return
        self.transform = Matrix4d(transform) if transform is not None else Matrix4d(1)
        self.projection = projection if projection is not None else Camera.Perspective
        self._numbers = {}
        for name, value in zip(self._NUMBERS, (horizontalAperture, verticalAperture, horizontalApertureOffset, verticalApertureOffset,
                                               focalLength)):
            self._numbers[name] = _single(value)
        self.clippingRange = clippingRange if clippingRange is not None else Range1f(1, 1000000)
        self.clippingPlanes = clippingPlanes
        self._numbers["fStop"], self._numbers["focusDistance"] = _single(fStop), _single(focusDistance)

    @property
    def clippingPlanes(self):
        return [Vec4f(plane) for plane in self._planes]

    @clippingPlanes.setter
    def clippingPlanes(self, planes):
        self._planes = [Vec4f(*plane) for plane in planes]

    @property
    def aspectRatio(self):
        tall = self.verticalAperture
        return _single(self.horizontalAperture / tall) if tall else 0.0

    def GetFieldOfView(self, direction):
        """The whole angle, in degrees."""
        aperture = self.horizontalAperture if direction == Camera.FOVHorizontal else self.verticalAperture
        return _single(_math.degrees(2 * _math.atan2(aperture * self.APERTURE_UNIT, 2 * self.focalLength * self.FOCAL_LENGTH_UNIT)))

    horizontalFieldOfView = property(lambda self: self.GetFieldOfView(Camera.FOVHorizontal))
    verticalFieldOfView = property(lambda self: self.GetFieldOfView(Camera.FOVVertical))

    def SetPerspectiveFromAspectRatioAndFieldOfView(self, aspectRatio, fieldOfView, direction,
                                                    horizontalAperture=DEFAULT_HORIZONTAL_APERTURE):
        self.projection = Camera.Perspective
        self.horizontalAperture = horizontalAperture
        self.verticalAperture = horizontalAperture / (aspectRatio or 1.0)
        aperture = self.horizontalAperture if direction == Camera.FOVHorizontal else self.verticalAperture
        tangent = 2 * _math.tan(_math.radians(fieldOfView) / 2)
        self.focalLength = aperture * self.APERTURE_UNIT / tangent / self.FOCAL_LENGTH_UNIT if tangent else 50.0

    def SetOrthographicFromAspectRatioAndSize(self, aspectRatio, orthographicSize, direction):
        self.projection = Camera.Orthographic
        if direction == Camera.FOVHorizontal:
            self.horizontalAperture = orthographicSize / self.APERTURE_UNIT
            self.verticalAperture = self.horizontalAperture / aspectRatio if aspectRatio > 0 else self.horizontalAperture
        else:
            self.verticalAperture = orthographicSize / self.APERTURE_UNIT
            self.horizontalAperture = self.verticalAperture * aspectRatio
        # An orthographic camera keeps its lens and, as in OpenUSD, at least some depth.
        self.focalLength = 50.0 if self.focalLength == 0 else self.focalLength

    def SetFromViewAndProjectionMatrix(self, viewMatrix, projMatix, focalLength=50.0):
        """From matrices such as those of a frustum; of perspective ones at a focal length."""
        self.transform = viewMatrix.GetInverse()
        self.focalLength = focalLength
        m = projMatix
        if m[2][3] < -0.5:
            self.projection = Camera.Perspective
            unit = self.focalLength * self.FOCAL_LENGTH_UNIT / self.APERTURE_UNIT
            near, far = m[3][2] / (m[2][2] - 1), m[3][2] / (m[2][2] + 1)
            offset_x, offset_y = m[2][0], m[2][1]
        else:
            self.projection = Camera.Orthographic
            unit = 1 / self.APERTURE_UNIT
            near, far = (m[3][2] + 1) / m[2][2], (m[3][2] - 1) / m[2][2]
            offset_x, offset_y = -m[3][0], -m[3][1]
        self.horizontalAperture, self.verticalAperture = 2 * unit / m[0][0], 2 * unit / m[1][1]
        self.horizontalApertureOffset = 0.5 * self.horizontalAperture * offset_x
        self.verticalApertureOffset = 0.5 * self.verticalAperture * offset_y
        self.clippingRange = Range1f(near, far)

    @property
    def frustum(self):
        """What it sees."""
        wide, tall = self.horizontalAperture, self.verticalAperture
        middle = Vec2d(self.horizontalApertureOffset, self.verticalApertureOffset) * self.APERTURE_UNIT
        half = Vec2d(wide * self.APERTURE_UNIT / 2, tall * self.APERTURE_UNIT / 2)
        low, high = middle - half, middle + half
        if self.projection == Camera.Perspective and self.focalLength:
            low, high = low / (self.focalLength * self.FOCAL_LENGTH_UNIT), high / (self.focalLength * self.FOCAL_LENGTH_UNIT)
        kind = Frustum.Perspective if self.projection == Camera.Perspective else Frustum.Orthographic
        return Frustum(self.transform, Range2d(low, high), Range1d(self.clippingRange.min, self.clippingRange.max), kind)

    def _parts(self):
        return self.transform, self.projection, self._numbers, self.clippingRange, self._planes

    def __eq__(self, other):
        return isinstance(other, Camera) and self._parts() == other._parts()

    def __ne__(self, other):
        return not self == other

    def __repr__(self):
        parts, plain = [], Camera()
        if self.transform != plain.transform:
            text = repr(self.transform).replace("\n", "\n                      ")
            parts.append(f"transform = {text}")
        parts.append(f"projection = {self.projection!r}")
        for name in self._NUMBERS:
            value = self._numbers[name]
            if name not in ("horizontalApertureOffset", "verticalApertureOffset") or value:
                parts.append(f"{name} = {value!r}")
        if self.clippingRange != plain.clippingRange:
            parts.append(f"clippingRange = {self.clippingRange!r}")
        if self._planes:
            parts.append(f"clippingPlanes = {self._planes!r}")
        parts += [f"{name} = {self._numbers[name]!r}" for name in ("fStop", "focusDistance") if self._numbers[name]]
        return "Gf.Camera(" + ",\n          ".join(parts) + ")"


def _number(name):
    return property(lambda self: self._numbers[name], lambda self, value: self._numbers.update({name: _single(value)}))


for _name in (*Camera._NUMBERS, "fStop", "focusDistance"):
    setattr(Camera, _name, _number(_name))
_enums.make(Camera, "GfCamera::Projection", "Projection", ("Perspective", "Orthographic"), prefix="Gf.Camera.")
_enums.make(Camera, "GfCamera::FOVDirection", "FOVDirection", ("FOVHorizontal", "FOVVertical"), prefix="Gf.Camera.")
Frustum.__module__ = Camera.__module__ = "strata.Gf"

"""Planes, lines and rays.   (Gf)"""
import math as _math

from strata._core.Gf import MIN_VECTOR_LENGTH, Range3d, Vec3d, Vec4d
from strata._gf_base import GfValue
from strata._gf_boxes import BBox3d


class Plane(GfValue):
    """Points whose distance along a normal of length one is that of the plane from the origin."""

    __slots__ = ("normal", "distanceFromOrigin")

    def __init__(self, *given):
        """Plane(), (normal, distance), (normal, point), (point, point, point), (equation)"""
        if given:
            self.Set(*given)
        else:
            self.normal, self.distanceFromOrigin = Vec3d(0), 0.0

    def Set(self, *given):
        if len(given) == 1:
            equation = given[0]
            length = Vec3d(equation[0], equation[1], equation[2]).GetLength()
            self.normal = Vec3d(equation[0], equation[1], equation[2]) / (length or 1.0)
            self.distanceFromOrigin = -equation[3] / (length or 1.0)
        elif len(given) == 2:
            self.normal = Vec3d(given[0]).GetNormalized()
            second = given[1]
            self.distanceFromOrigin = float(second) if isinstance(second, (int, float)) else self.normal * Vec3d(second)
        else:
            a, b, c = (Vec3d(point) for point in given)
            self.normal = ((b - a) ^ (c - a)).GetNormalized()
            self.distanceFromOrigin = self.normal * a
        return self

    def _parts(self):
        return self.normal, self.distanceFromOrigin

    def GetNormal(self):
        return self.normal

    def GetDistanceFromOrigin(self):
        return self.distanceFromOrigin

    def GetDistance(self, point):
        return Vec3d(point) * self.normal - self.distanceFromOrigin

    def Project(self, point):
        return Vec3d(point) - self.normal * self.GetDistance(point)

    def GetEquation(self):
        return Vec4d(self.normal[0], self.normal[1], self.normal[2], -self.distanceFromOrigin)

    def Transform(self, matrix):
        point = matrix.Transform(self.normal * self.distanceFromOrigin)
        inverse = matrix.GetInverse().GetTranspose()
        self.normal = inverse.TransformDir(self.normal).GetNormalized()
        self.distanceFromOrigin = self.normal * point
        return self

    def Reorient(self, point):
        """Turns the plane so that the point is on the side of the normal."""
        if self.GetDistance(point) < 0:
            self.normal, self.distanceFromOrigin = -self.normal, -self.distanceFromOrigin
        return self

    def IntersectsPositiveHalfSpace(self, what):
        if isinstance(what, Range3d):
            return not what.IsEmpty() and any(self.GetDistance(what.GetCorner(i)) >= 0 for i in range(8))
        return self.GetDistance(what) >= 0


class Line(GfValue):
    """A point and a direction of length one."""

    __slots__ = ("_start", "direction")

    def __init__(self, point=None, direction=None):
        self._start = Vec3d(point) if point is not None else Vec3d(0)
        self.direction = Vec3d(direction).GetNormalized() if direction is not None else Vec3d(0)

    def Set(self, point, direction):
        self.__init__(point, direction)
        return self

    def _parts(self):
        return self._start, self.direction

    def GetDirection(self):
        return self.direction

    def GetPoint(self, distance):
        return self._start + self.direction * distance

    def FindClosestPoint(self, point):
        """The nearest point of the line, and its distance along it."""
        distance = (Vec3d(point) - self._start) * self.direction
        return self.GetPoint(distance), distance


class LineSeg(GfValue):
    """The way from one point to another."""

    __slots__ = ("_start", "_end")

    def __init__(self, start=None, end=None):
        self._start = Vec3d(start) if start is not None else Vec3d(0)
        self._end = Vec3d(end) if end is not None else Vec3d(0)

    def _parts(self):
        return self._start, self._end

    direction = property(lambda self: (self._end - self._start).GetNormalized())
    length = property(lambda self: (self._end - self._start).GetLength())

    def GetDirection(self):
        return self.direction

    def GetLength(self):
        return self.length

    def GetPoint(self, t):
        """The point at a part of the way from 0 to 1."""
        return self._start + (self._end - self._start) * t

    def FindClosestPoint(self, point):
        way = self._end - self._start
        squared = way * way
        t = 0.0 if squared == 0 else max(0.0, min(1.0, (Vec3d(point) - self._start) * way / squared))
        return self.GetPoint(t), t


class Ray(GfValue):
    """A point and a direction of any length, in which distances are counted."""

    __slots__ = ("startPoint", "direction")

    def __init__(self, startPoint=None, direction=None):
        self.startPoint = Vec3d(startPoint) if startPoint is not None else Vec3d(0)
        self.direction = Vec3d(direction) if direction is not None else Vec3d(0)

    def _parts(self):
        return self.startPoint, self.direction

    def SetPointAndDirection(self, startPoint, direction):
        self.__init__(startPoint, direction)
        return self

    def SetEnds(self, startPoint, endPoint):
        self.__init__(startPoint, Vec3d(endPoint) - Vec3d(startPoint))
        return self

    def GetPoint(self, distance):
        return self.startPoint + self.direction * distance

    def FindClosestPoint(self, point):
        distance = max(0.0, (Vec3d(point) - self.startPoint) * self.direction / (self.direction * self.direction))
        return self.GetPoint(distance), distance

    def Transform(self, matrix):
        self.startPoint = matrix.Transform(self.startPoint)
        self.direction = matrix.TransformDir(self.direction)
        return self

    def Intersect(self, *given):
        """With a plane, a range, a box, a triangle (three points) or a sphere (center, radius): whether, and where."""
        if len(given) == 3:
            return self._intersect_triangle(*(Vec3d(point) for point in given))
        if len(given) == 2:
            return self._intersect_sphere(Vec3d(given[0]), given[1])
        what = given[0]
        if isinstance(what, Plane):
            towards = self.direction * what.normal
            if abs(towards) < MIN_VECTOR_LENGTH:
                return False, 0.0, False
            distance = -what.GetDistance(self.startPoint) / towards
            return (distance >= 0, distance, towards < 0) if distance >= 0 else (False, 0.0, False)
        if isinstance(what, BBox3d):
            inverse = what.GetInverseMatrix()
            moved = Ray(inverse.Transform(self.startPoint), inverse.TransformDir(self.direction))
            return moved.Intersect(what.GetRange())
        return self._intersect_range(what)

    def _intersect_range(self, box):
        if box.IsEmpty():
            return False, 0.0, 0.0
        enter, leave = -_math.inf, _math.inf
        for start, step, low, high in zip(self.startPoint, self.direction, box.min, box.max):
            if step == 0:
                if start < low or start > high:
                    return False, 0.0, 0.0
                continue
            near, far = sorted(((low - start) / step, (high - start) / step))
            enter, leave = max(enter, near), min(leave, far)
        return (True, enter, leave) if enter <= leave and leave >= 0 else (False, 0.0, 0.0)

    def _intersect_triangle(self, a, b, c):
        missed = False, 0.0, Vec3d(0), False
        plane = Plane(a, b, c)
        hit, distance, facing = self.Intersect(plane)
        if not hit:
            return missed
        point = self.GetPoint(distance)
        area = ((b - a) ^ (c - a)) * plane.normal
        if area == 0:
            return missed
        weights = Vec3d(((b - point) ^ (c - point)) * plane.normal / area, ((c - point) ^ (a - point)) * plane.normal / area,
                        ((a - point) ^ (b - point)) * plane.normal / area)
        return missed if min(weights) < -1e-12 else (True, distance, weights, facing)

    def _intersect_sphere(self, center, radius):
        offset = self.startPoint - center
        a, b = self.direction * self.direction, 2 * (self.direction * offset)
        discriminant = b * b - 4 * a * (offset * offset - radius * radius)
        if discriminant < 0 or a == 0:
            return False, 0.0, 0.0
        root = _math.sqrt(discriminant)
        enter, leave = (-b - root) / (2 * a), (-b + root) / (2 * a)
        return (True, enter, leave) if leave >= 0 else (False, 0.0, 0.0)


def FindClosestPoints(first, second):
    """Where two lines come nearest: (whether they do, point, point, distance along each)."""
    p, d = first._start, first.GetDirection()
    q, e = second._start, second.GetDirection()
    between, cosine = p - q, d * e
    spread = 1 - cosine * cosine
    if abs(spread) < 1e-4:
        return False, Vec3d(0), Vec3d(0), 0.0, 0.0
    along_first = (cosine * (e * between) - d * between) / spread
    along_second = (e * between - cosine * (d * between)) / spread
    return True, first.GetPoint(along_first), second.GetPoint(along_second), along_first, along_second

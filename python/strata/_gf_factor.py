"""Matrices and rotations taken apart, and planes through points.   (Gf)"""
import math as _math

from strata._core.Gf import Matrix3d, Matrix4d, Matrix4f, Vec3d, Vec3f
from strata._gf_lines import Plane


def _jacobi(matrix):
    """(eigenvalues, eigenvectors) of a symmetric matrix, turned until what is off its diagonal is nothing."""
    a = [[matrix[i][j] for j in range(3)] for i in range(3)]
    v = [[float(i == j) for j in range(3)] for i in range(3)]
    for _ in range(50):
        if abs(a[0][1]) + abs(a[0][2]) + abs(a[1][2]) == 0:
            break
        for p, q in ((0, 1), (0, 2), (1, 2)):
            if a[p][q] == 0:
                continue
            theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
            t = _math.copysign(1, theta) / (abs(theta) + _math.hypot(theta, 1)) if theta else 1.0
            c = 1 / _math.hypot(t, 1)
            s = t * c
            for k in range(3):
                a[k][p], a[k][q] = c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]
            for k in range(3):
                a[p][k], a[q][k] = c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]
            a[p][q] = a[q][p] = 0.0
            for k in range(3):
                v[k][p], v[k][q] = c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]
    return [a[i][i] for i in range(3)], [Vec3d(v[0][i], v[1][i], v[2][i]) for i in range(3)]


def factor(matrix, eps=1e-10):
    """(whether it has an inverse, r, s, u, t, p): the matrix is r * s * r transposed * u * t, with p its perspective part."""
    double, vector = type(matrix), Vec3d if isinstance(matrix, Matrix4d) else Vec3f
    upper = Matrix3d(*(float(matrix[i][j]) for i in range(3) for j in range(3)))
    translation = vector(matrix[3][0], matrix[3][1], matrix[3][2])
    sign = -1.0 if upper.GetDeterminant() < 0 else 1.0
    squares, axes = _jacobi(upper * upper.GetTranspose())
    is_regular, sizes = abs(upper.GetDeterminant()) >= eps, []
    for i, square in enumerate(squares):
        size = sign * _math.sqrt(max(square, 0.0))
        sizes.append(sign * eps if abs(size) < eps else size)
    frame = Matrix3d(*(axes[j][i] for i in range(3) for j in range(3)))
    inverse = frame * Matrix3d(1 / sizes[0], 0, 0, 0, 1 / sizes[1], 0, 0, 0, 1 / sizes[2]) * frame.GetTranspose()
    turned = inverse * upper

    def as_four(m):
        return double(*(value for i in range(3) for value in (m[i][0], m[i][1], m[i][2], 0)), 0, 0, 0, 1)

    return is_regular, as_four(frame), vector(*sizes), as_four(turned), translation, double(1)


def remove_scale_shear(matrix):
    """Rotation and translation alone."""
    is_regular, _, _, turned, translation, _ = factor(matrix)
    if not is_regular:
        return type(matrix)(matrix)
    turned = turned.GetOrthonormalized()
    for i in range(3):
        turned[3, i] = translation[i]
    return turned


def rotate_onto_projected(v1, v2, axis):
    """The turn about an axis that takes one direction to another, seen along the axis."""
    from strata.Gf import Rotation
    v1, v2, axis = Vec3d(v1), Vec3d(v2), Vec3d(axis).GetNormalized()
    v1, v2 = (v1 - axis * (axis * v1)).GetNormalized(), (v2 - axis * (axis * v2)).GetNormalized()
    angle = _math.degrees(_math.atan2((v1 ^ v2) * axis, v1 * v2))
    return Rotation(axis, angle)


def decompose(three, rot, tw_axis, fb_axis, lr_axis, handedness, *given, **named):
    """Angles, in radians, of turns about axes one after the other: (tw, fb, lr), with a swing about tw at the end where not three."""
    hints = dict(zip(("thetaTwHint", "thetaFBHint", "thetaLRHint", "thetaSwHint"), given), **named)
    if not three and sum(hints.get(name) is not None for name in ("thetaTwHint", "thetaFBHint", "thetaLRHint", "thetaSwHint")) < 3:
        from strata.Tf import RaiseCodingError
        RaiseCodingError("Need three angles to correctly decompose rotation")
    tw, fb, lr = Vec3d(tw_axis), Vec3d(fb_axis), Vec3d(lr_axis)
    frame = Matrix3d(*tw, *fb, *lr)
    upper = Matrix3d(*(rot[i][j] for i in range(3) for j in range(3)))
    m = frame * upper * frame.GetTranspose()
    across = _math.hypot(m[0][0], m[0][1])
    if across > 1e-6:
        angles = [_math.atan2(m[1][2], m[2][2]), _math.atan2(-m[0][2], across), _math.atan2(m[0][1], m[0][0])]
    else:
        angles = [_math.atan2(-m[2][1], m[1][1]), _math.atan2(-m[0][2], across), 0.0]
    angles = [handedness * angle for angle in angles]
    return tuple(angles) if three else (*angles, 0.0)


def match_closest(target_tw, target_fb, target_lr, target_sw, tw, fb, lr, sw):
    """Of the angles, in radians, that make the same turn as tw, fb, lr and sw, those nearest to the targets."""
    targets = (target_tw, target_fb, target_lr, target_sw)
    candidates = []
    half = _math.pi
    for angles in ((tw, fb, lr, sw), (tw + half, half - fb, lr + half, sw), (tw, fb + half, half - lr, sw + half), (tw + half, -fb, -lr, sw + half)):
        near = tuple(angle + 2 * half * round((target - angle) / (2 * half)) for angle, target in zip(angles, targets))
        candidates.append((sum((a - t) ** 2 for a, t in zip(near, targets)), near))
    return min(candidates)[1]


def fit_plane(points):
    points = [Vec3d(point) for point in points]
    if len(points) < 3:
        from strata.Tf import ErrorException
        raise ErrorException("Need three points to correctly fit a plane")
    middle = sum(points[1:], points[0]) / len(points)
    spread = [[sum((p - middle)[i] * (p - middle)[j] for p in points) for j in range(3)] for i in range(3)]
    cofactors = [spread[1][1] * spread[2][2] - spread[1][2] ** 2, spread[0][0] * spread[2][2] - spread[0][2] ** 2,
                 spread[0][0] * spread[1][1] - spread[0][1] ** 2]
    best = max(range(3), key=lambda i: cofactors[i])
    if cofactors[best] <= 0:
        from strata.Tf import ErrorException
        raise ErrorException("the points lie on one line")
    xx, xy, xz, yy, yz, zz = spread[0][0], spread[0][1], spread[0][2], spread[1][1], spread[1][2], spread[2][2]
    normal = (Vec3d(cofactors[0], xz * yz - xy * zz, xy * yz - xz * yy), Vec3d(xz * yz - xy * zz, cofactors[1], xy * xz - yz * xx),
              Vec3d(xy * yz - xz * yy, xy * xz - yz * xx, cofactors[2]))[best].GetNormalized()
    return Plane(normal, middle)

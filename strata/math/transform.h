// Affine transforms as 4x4 matrices with row vectors: p' = p * M.   (GfMatrix4d, GfRotation)
#pragma once

#include <optional>

#include "strata/math/matrix.h"
#include "strata/math/quat.h"
#include "strata/math/vec.h"

namespace strata {

Matrix4d MakeTranslation(const Vec3d& offset);
Matrix4d MakeScale(const Vec3d& factors);
// About the X, Y or Z axis (0, 1, 2), counterclockwise as seen against the axis.
Matrix4d MakeRotation(int axis, double degrees);
// By the angle whose half has the real part as its cosine, about the imaginary part; so that a quaternion
// that is not quite of length one still turns without stretching. Identity without an imaginary part.
Matrix4d MakeRotation(const Quatd& rotation);
// By the products of its parts as they are: of a quaternion that is not of length one, a turn that stretches.
// (GfMatrix4d::SetRotate of a quaternion)
Matrix4d MakeRotationAsIs(const Quatd& rotation);

// The product of two matrices whose last columns are (0, 0, 0, 1): two thirds of the work. Others: plain.
Matrix4d MultiplyAffine(const Matrix4d& a, const Matrix4d& b);
bool IsAffine(const Matrix4d& m);  // the last column is (0, 0, 0, 1)
// As GetInverse, cheaper for affine ones.
std::optional<Matrix4d> GetTransformInverse(const Matrix4d& m);

Vec3d TransformPoint(const Vec3d& point, const Matrix4d& m);       // divides by w where it is not 1
Vec3d TransformDirection(const Vec3d& vector, const Matrix4d& m);  // without the translation
double GetDeterminant3(const Matrix4d& m);                         // of the upper left 3x3

}  // namespace strata

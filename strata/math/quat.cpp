#include "strata/math/quat.h"

#include <cmath>

namespace strata {

namespace {

double SineOf(double angle) {
  return std::sin(angle);
}
// Of single precision: that of the rounded sine in double precision differs in one of a hundred angles.
float SineOf(float angle) {
  return std::sin(angle);
}
Half SineOf(Half angle) {
  return static_cast<Half>(std::sin(static_cast<float>(angle)));
}

}  // namespace

// Each step is rounded to the component type where OpenUSD rounds it, so that values between samples are the
// same bits.
template <class T>
Quat<T> Slerp(double u, const Quat<T>& a, const Quat<T>& b) {
  const auto dot3 = static_cast<T>(a.imaginary[0] * b.imaginary[0] + a.imaginary[1] * b.imaginary[1] +
                                   a.imaginary[2] * b.imaginary[2]);
  double cosine = dot3 + a.real * b.real;
  const bool is_far = cosine < 0;  // the other sign of b is the same rotation, on the shorter arc
  if (is_far) cosine = -cosine;
  double scale_a = 1 - u;
  double scale_b = u;
  if (1 - cosine > 0.00001) {
    const T angle = static_cast<T>(std::acos(cosine));
    const T sine = SineOf(angle);
    scale_a = std::sin((1 - u) * angle) / sine;
    scale_b = std::sin(u * angle) / sine;
  }
  if (is_far) scale_b = -scale_b;
  const T left = static_cast<T>(scale_a);
  const T right = static_cast<T>(scale_b);
  Quat<T> out;
  for (size_t i = 0; i < 3; ++i)
    out.imaginary[i] =
        static_cast<T>(static_cast<T>(left * a.imaginary[i]) + static_cast<T>(right * b.imaginary[i]));
  out.real = static_cast<T>(static_cast<T>(left * a.real) + static_cast<T>(right * b.real));
  return out;
}

template Quatd Slerp(double, const Quatd&, const Quatd&);
template Quatf Slerp(double, const Quatf&, const Quatf&);
template Quath Slerp(double, const Quath&, const Quath&);

}  // namespace strata

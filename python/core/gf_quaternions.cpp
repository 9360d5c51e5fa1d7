// Gf.Quatd, Quatf, Quath.
#include <cmath>

#include "python/core/core.h"
#include "python/core/gf_vectors.h"

namespace strata::python {

namespace {

template <class Q>
using Imaginary = Vec<typename Q::Scalar, 3>;

template <class Q>
double GetNorm(const Q& q) {
  return std::sqrt(static_cast<double>(Dot(q.imaginary, q.imaginary)) +
                   static_cast<double>(q.real) * static_cast<double>(q.real));
}
template <class Q>
Q Scale(const Q& q, double s) {
  return {q.imaginary * s, static_cast<typename Q::Scalar>(q.real * s)};
}
template <class Q>
Q Add(const Q& a, const Q& b, double factor) {
  return {a.imaginary + b.imaginary * factor, static_cast<typename Q::Scalar>(a.real + b.real * factor)};
}
template <class Q>
Q Multiply(const Q& a, const Q& b) {
  using T = typename Q::Scalar;
  const T real = static_cast<T>(a.real * b.real - Dot(a.imaginary, b.imaginary));
  return {b.imaginary * static_cast<double>(a.real) + a.imaginary * static_cast<double>(b.real) +
              Cross(a.imaginary, b.imaginary),
          real};
}
template <class Q>
Q Conjugate(const Q& q) {
  return {q.imaginary * -1.0, q.real};
}
template <class Q>
Q GetInverse(const Q& q) {
  const double norm = GetNorm(q);
  return Scale(Conjugate(q), 1 / (norm * norm));
}
constexpr double kMinVectorLength = 1e-10;
template <class Q>
double Normalize(Q& q, double eps) {
  const double norm = GetNorm(q);
  if (norm < eps)
    q = Q{{}, typename Q::Scalar(1)};
  else
    q = Scale(q, 1 / norm);
  return norm;
}
template <class To, class From>
To Convert(const From& from) {
  To to;
  for (size_t i = 0; i < 3; ++i) to.imaginary[i] = static_cast<typename To::Scalar>(from.imaginary[i]);
  to.real = static_cast<typename To::Scalar>(from.real);
  return to;
}

template <class Q>
void BindQuaternion(nb::module_& gf, const char* name, nb::class_<Q>& cls) {
  using T = typename Q::Scalar;
  using V = Imaginary<Q>;
  cls.def("__init__", [](Q* q) { new (q) Q(); });
  cls.def("__init__", [](Q* q, const Quatd& other) { new (q) Q(Convert<Q>(other)); });
  cls.def("__init__", [](Q* q, const Quatf& other) { new (q) Q(Convert<Q>(other)); });
  cls.def("__init__", [](Q* q, const Quath& other) { new (q) Q(Convert<Q>(other)); });
  cls.def("__init__", [](Q* q, T real) { new (q) Q{{}, real}; });
  cls.def("__init__", [](Q* q, T real, const V& imaginary) { new (q) Q{imaginary, real}; });
  cls.def("__init__", [](Q* q, T real, T i, T j, T k) { new (q) Q{{{i, j, k}}, real}; });
  cls.def_static("GetIdentity", [] { return Q{{}, T(1)}; });
  cls.def_static("GetZero", [] { return Q(); });
  cls.def_rw("real", &Q::real);
  cls.def_prop_rw(
      "imaginary", [](const Q& q) { return q.imaginary; },
      [](Q& q, const V& imaginary) { q.imaginary = imaginary; });
  cls.def("GetReal", [](const Q& q) { return q.real; });
  cls.def("SetReal", [](Q& q, T real) { q.real = real; }, "real"_a);
  cls.def("GetImaginary", [](const Q& q) { return q.imaginary; });
  cls.def("SetImaginary", [](Q& q, const V& imaginary) { q.imaginary = imaginary; }, "imaginary"_a);
  cls.def("SetImaginary", [](Q& q, T i, T j, T k) { q.imaginary = V{{i, j, k}}; }, "i"_a, "j"_a, "k"_a);
  cls.def("GetLength", &GetNorm<Q>);
  cls.def(
      "Normalize",
      [](nb::handle self, double eps) {
        Normalize(nb::cast<Q&>(self), eps);
        return nb::borrow(self);
      },
      "eps"_a = kMinVectorLength,
      "Makes the length one; shorter ones than eps become the identity. Gives back itself.");
  cls.def(
      "GetNormalized",
      [](Q q, double eps) {
        Normalize(q, eps);
        return q;
      },
      "eps"_a = kMinVectorLength);
  cls.def("GetConjugate", &Conjugate<Q>);
  cls.def("GetInverse", &GetInverse<Q>);
  cls.def(
      "Transform",
      [](const Q& q, const V& point) {
        return Multiply(Multiply(q, Q{point, T(0)}), GetInverse(q)).imaginary;
      },
      "point"_a, "The point turned by this.");
  cls.def("__eq__", [](const Q& a, const Q& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const Q& a, const Q& b) { return !(a == b); }, nb::is_operator());
  cls.def("__hash__", [](const Q& q) { return Value(q).GetHash() >> 1; });
  cls.def("__neg__", [](const Q& q) { return Scale(q, -1); });
  cls.def("__add__", [](const Q& a, const Q& b) { return Add(a, b, 1); }, nb::is_operator());
  cls.def("__sub__", [](const Q& a, const Q& b) { return Add(a, b, -1); }, nb::is_operator());
  cls.def("__mul__", [](const Q& a, const Q& b) { return Multiply(a, b); }, nb::is_operator());
  cls.def("__mul__", [](const Q& a, double s) { return Scale(a, s); }, nb::is_operator());
  cls.def("__rmul__", [](const Q& a, double s) { return Scale(a, s); }, nb::is_operator());
  cls.def("__truediv__", [](const Q& a, double s) { return Scale(a, 1 / s); }, nb::is_operator());
  cls.def("__iadd__", [](Q& a, const Q& b) -> Q& { return a = Add(a, b, 1); }, nb::rv_policy::none);
  cls.def("__isub__", [](Q& a, const Q& b) -> Q& { return a = Add(a, b, -1); }, nb::rv_policy::none);
  cls.def("__imul__", [](Q& a, const Q& b) -> Q& { return a = Multiply(a, b); }, nb::rv_policy::none);
  cls.def("__imul__", [](Q& a, double s) -> Q& { return a = Scale(a, s); }, nb::rv_policy::none);
  cls.def("__itruediv__", [](Q& a, double s) -> Q& { return a = Scale(a, 1 / s); }, nb::rv_policy::none);
  const std::string text = name;
  cls.def("__repr__", [text](const Q& q) {
    return "Gf." + text + "(" + ReprNumber(q.real) + ", " + Repr(nb::cast(q.imaginary)) + ")";
  });
  cls.def("__str__", [](const Q& q) {
    return "(" + TextOf(q.real) + ", " + TextOf(q.imaginary[0]) + ", " + TextOf(q.imaginary[1]) + ", " +
           TextOf(q.imaginary[2]) + ")";
  });
  cls.def("__reduce__", [](nb::handle self) {
    const Q& q = nb::cast<const Q&>(self);
    return nb::make_tuple(self.type(), nb::make_tuple(q.real, q.imaginary));
  });
  gf.def(
      "Slerp", [](double alpha, const Q& a, const Q& b) { return Slerp(alpha, a, b); }, "alpha"_a, "q0"_a,
      "q1"_a, "Between two rotations, along the shorter arc: a where alpha is 0, b where it is 1.");
  gf.def("Dot", [](const Q& a, const Q& b) {
    return static_cast<T>(Dot(a.imaginary, b.imaginary) + a.real * b.real);
  });
}

}  // namespace

void BindQuaternions(nb::module_& gf) {
  constexpr const char* kWhat = "A quaternion: a real part and an imaginary vector.";
  nb::class_<Quatd> wide(gf, "Quatd", kWhat);
  nb::class_<Quatf> single(gf, "Quatf", kWhat);
  nb::class_<Quath> half(gf, "Quath", kWhat);
  BindQuaternion(gf, "Quatd", wide);
  BindQuaternion(gf, "Quatf", single);
  BindQuaternion(gf, "Quath", half);
}

}  // namespace strata::python

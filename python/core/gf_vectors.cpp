// Gf.Vec2d ... Gf.Vec4i.
#include "python/core/gf_vectors.h"

#include <cstring>
#include <numeric>

#include "python/core/core.h"
#include "python/core/slices.h"
#include "strata/math/decompose.h"

namespace strata::python {

namespace {

constexpr double kMinVectorLength = 1e-10;

template <class V>
constexpr bool kIsFloating = !std::is_same_v<typename V::Scalar, int32_t>;

template <class V>
V Fill(typename V::Scalar number) {
  V out;
  for (size_t i = 0; i < V::kSize; ++i) out[i] = number;
  return out;
}

template <class V>
V Divide(V v, double by) {
  if constexpr (kIsFloating<V>) {
    return v * (1.0 / by);
  } else {
    if (by == 0) throw nb::value_error("division of whole numbers by zero");
    for (size_t i = 0; i < V::kSize; ++i) v[i] = static_cast<int32_t>(v[i] / by);
    return v;
  }
}

// Vectors shorter than `eps` are divided by `eps`, so that none is divided by zero.   (GfNormalize)
template <class V>
double Normalize(V& v, double eps) {
  const double length = GetLength(v);
  v = v * (1.0 / (length > eps ? length : eps));
  return length;
}
template <class V>
V GetNormalized(V v, double eps) {
  Normalize(v, eps);
  return v;
}
template <class V>
V GetProjection(const V& v, const V& onto) {
  return onto * static_cast<double>(Dot(v, onto));
}

template <class V>
nb::object GetItem(const V& v, nb::handle key) {
  if (!PySlice_Check(key.ptr())) return nb::cast(v[CheckIndex(nb::cast<Py_ssize_t>(key), V::kSize)]);
  const Slice slice = ReadSlice(key, V::kSize);
  nb::list items;
  for (Py_ssize_t i = 0; i < slice.count; ++i)
    items.append(v[static_cast<size_t>(slice.start + i * slice.step)]);
  return items;
}

template <class V>
void SetItem(V& v, nb::handle key, nb::handle value) {
  if (!PySlice_Check(key.ptr())) {
    v[CheckIndex(nb::cast<Py_ssize_t>(key), V::kSize)] = nb::cast<typename V::Scalar>(value);
    return;
  }
  const Slice slice = ReadSlice(key, V::kSize);
  typename V::Scalar numbers[V::kSize];
  const Py_ssize_t given = PySequence_Size(value.ptr());
  if (given < 0) nb::raise_python_error();
  if (given != slice.count)
    throw nb::value_error(("attempt to assign sequence of size " + std::to_string(given) +
                           " to slice of size " + std::to_string(slice.count))
                              .c_str());
  if (!ReadNumbers(value, numbers, static_cast<size_t>(given)))
    RaiseTypeError("a vector's items are numbers");
  for (Py_ssize_t i = 0; i < slice.count; ++i)
    v[static_cast<size_t>(slice.start + i * slice.step)] = numbers[i];
}

// v.x, v.yz, v.wzyx: the components in every order, none twice.
struct Swizzle {
  uint8_t picks[4];
  uint8_t count;

  template <class V>
  nb::object Get(const V& v) const {
    switch (count) {
      case 1:
        return nb::cast(v[picks[0]]);
      case 2:
        return nb::cast(Take<2>(v));
      case 3:
        return nb::cast(Take<3>(v));
      default:
        return nb::cast(Take<4>(v));
    }
  }
  template <class V>
  void Set(V& v, nb::handle value) const {
    typename V::Scalar numbers[4];
    if (count == 1) {
      v[picks[0]] = nb::cast<typename V::Scalar>(value);
      return;
    }
    if (!ReadNumbers(value, numbers, count)) RaiseTypeError("expected " + std::to_string(count) + " numbers");
    for (size_t i = 0; i < count; ++i) v[picks[i]] = numbers[i];
  }

 private:
  template <size_t N, class V>
  Vec<typename V::Scalar, N> Take(const V& v) const {
    Vec<typename V::Scalar, N> out;
    for (size_t i = 0; i < N; ++i) out[i] = v[picks[i]];
    return out;
  }
};

template <class V>
void BindSwizzles(nb::class_<V>& cls, const Swizzle& chosen) {
  if (chosen.count) {
    std::string name;
    for (size_t i = 0; i < chosen.count; ++i) name += "xyzw"[chosen.picks[i]];
    cls.def_prop_rw(
        name.c_str(), [chosen](const V& v) { return chosen.Get(v); },
        [chosen](V& v, nb::handle value) { chosen.Set(v, value); });
  }
  for (uint8_t pick = 0; pick < V::kSize; ++pick) {
    if (std::memchr(chosen.picks, pick, chosen.count)) continue;
    Swizzle longer = chosen;
    longer.picks[longer.count++] = pick;
    BindSwizzles(cls, longer);
  }
}

// A frame of three vectors, the first of them parallel to v and as long; the others of length one.
template <class V>
void BuildOrthonormalFrame(const V& v, V* second, V* third, double eps) {
  const double length = GetLength(v);
  if (length == 0) {
    *second = *third = V();
    return;
  }
  V unit = GetNormalized(v, kMinVectorLength);
  V axis = V();
  axis[0] = typename V::Scalar(1);
  *second = Cross(axis, unit);
  if (Dot(*second, *second) < 1e-8) {  // near the X axis; another one serves better
    axis = V();
    axis[1] = typename V::Scalar(1);
    *second = Cross(axis, unit);
  }
  Normalize(*second, kMinVectorLength);
  *third = Cross(unit, *second);
  if (length < eps) {
    *second = *second * (length / eps);
    *third = *third * (length / eps);
  }
}

template <class V>
bool Orthogonalize(V& x, V& y, V& z, bool normalize, double tolerance) {
  V* given[3] = {&x, &y, &z};
  Vec3d wide[3];
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) wide[i][j] = static_cast<double>((*given[i])[j]);
  const bool settled =
      OrthogonalizeBasis(wide, normalize ? BasisLengths::kOne : BasisLengths::kKeep, tolerance);
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) (*given[i])[j] = static_cast<typename V::Scalar>(wide[i][j]);
  return settled;
}

template <class V>
void BindFloatingMethods(nb::class_<V>& cls) {
  cls.def(
      "GetLength", [](const V& v) { return GetLength(v); }, "The length, in the units of the components.");
  cls.def("Normalize", &Normalize<V>, "eps"_a = kMinVectorLength,
          "Makes the length one and returns the old length; shorter vectors than eps are divided by eps.");
  cls.def("GetNormalized", &GetNormalized<V>, "eps"_a = kMinVectorLength,
          "A copy of length one; see Normalize.");
  cls.def("GetProjection", &GetProjection<V>, "v"_a, "The part of this along v, which has length one.");
  cls.def(
      "GetComplement", [](const V& a, const V& b) { return a - GetProjection(a, b); }, "b"_a,
      "The part of this across b, which has length one.");
}

template <class V>
void BindSpatialMethods(nb::class_<V>& cls) {
  cls.def("GetCross", &Cross<typename V::Scalar>, "v"_a, "The cross product.");
  cls.def("__xor__", &Cross<typename V::Scalar>, nb::is_operator());
  cls.def(
      "BuildOrthonormalFrame",
      [](const V& v, double eps) {
        V second, third;
        BuildOrthonormalFrame(v, &second, &third, eps);
        return std::pair(second, third);
      },
      "eps"_a = kMinVectorLength, "Two vectors of length one that stand across this and across one another.");
  cls.def_static(
      "OrthogonalizeBasis", &Orthogonalize<V>, "tx"_a, "ty"_a, "tz"_a, "normalize"_a = true, "eps"_a = 1e-6,
      "Changes three vectors into the frame of right angles nearest to them. False when they settle on "
      "none.");
}

template <class V>
void BindVector(nb::module_& gf, const char* name) {
  using T = typename V::Scalar;
  constexpr size_t N = V::kSize;
  nb::class_<V> cls(gf, name, "A vector of numbers; also made from any sequence of as many.");
  cls.def(nb::init<>());
  if constexpr (N == 2) cls.def("__init__", [](V* v, T x, T y) { new (v) V{{x, y}}; });
  if constexpr (N == 3) cls.def("__init__", [](V* v, T x, T y, T z) { new (v) V{{x, y, z}}; });
  if constexpr (N == 4) cls.def("__init__", [](V* v, T x, T y, T z, T w) { new (v) V{{x, y, z, w}}; });
  cls.def("__init__", [](V* v, const V& other) { new (v) V(other); });
  cls.def("__init__", [](V* v, T number) { new (v) V(Fill<V>(number)); });
  cls.def("__init__", [](V* v, nb::handle sequence) {
    V read;
    if (!ReadNumbers(sequence, read.data, N)) throw nb::next_overload();
    new (v) V(read);
  });
  nb::implicitly_convertible<nb::tuple, V>();
  nb::implicitly_convertible<nb::list, V>();

  cls.attr("dimension") = N;

  const auto axis = [](size_t i) {
    V v;
    if (i < N) v[i] = T(1);
    return v;
  };
  static constexpr const char* kAxes[] = {"XAxis", "YAxis", "ZAxis", "WAxis"};
  for (size_t i = 0; i < N; ++i) cls.def_static(kAxes[i], [axis, i] { return axis(i); });
  cls.def_static("Axis", axis, "i"_a,
                 "The vector of length one along an axis; zero when there is no such axis.");

  cls.def("__len__", [](const V&) { return N; });
  cls.def("__getitem__", &GetItem<V>);
  cls.def("__setitem__", &SetItem<V>);
  cls.def("__contains__",
          [](const V& v, T number) { return std::find(v.data, v.data + N, number) != v.data + N; });
  cls.def("__eq__", [](const V& a, const V& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const V& a, const V& b) { return !(a == b); }, nb::is_operator());
  cls.def("__eq__", [](const V& a, nb::handle b) -> nb::object {
    V other;
    if (!ReadNumbers(b, other.data, N)) return nb::borrow(Py_NotImplemented);
    return nb::bool_(a == other);
  });
  cls.def("__ne__", [](const V& a, nb::handle b) -> nb::object {
    V other;
    if (!ReadNumbers(b, other.data, N)) return nb::borrow(Py_NotImplemented);
    return nb::bool_(!(a == other));
  });
  cls.def("__hash__", [](const V& v) { return Value(v).GetHash() >> 1; });
  cls.def("__repr__", [name = std::string(name)](const V& v) {
    std::string text = "Gf." + name + "(";
    for (size_t i = 0; i < N; ++i) text += (i ? ", " : "") + ReprNumber(v[i]);
    return text + ")";
  });
  cls.def("__str__", [](const V& v) {
    std::string text = "(";
    for (size_t i = 0; i < N; ++i) text += (i ? ", " : "") + TextOf(v[i]);
    return text + ")";
  });
  cls.def("__reduce__", [](nb::handle self) {
    const V& v = nb::cast<const V&>(self);
    nb::list numbers;
    for (size_t i = 0; i < N; ++i) numbers.append(v[i]);
    return nb::make_tuple(self.type(), nb::tuple(numbers));
  });

  cls.def("__neg__", [](const V& v) { return v * -1.0; });
  cls.def("__add__", [](const V& a, const V& b) { return a + b; }, nb::is_operator());
  cls.def("__sub__", [](const V& a, const V& b) { return a - b; }, nb::is_operator());
  cls.def("__mul__", [](const V& a, const V& b) { return Dot(a, b); }, nb::is_operator());
  cls.def("__mul__", [](const V& a, double s) { return a * s; }, nb::is_operator());
  cls.def("__rmul__", [](const V& a, double s) { return a * s; }, nb::is_operator());
  cls.def("__truediv__", [](const V& a, double s) { return Divide(a, s); }, nb::is_operator());
  cls.def("__iadd__", [](V& a, const V& b) -> V& { return a = a + b; }, nb::rv_policy::none);
  cls.def("__isub__", [](V& a, const V& b) -> V& { return a = a - b; }, nb::rv_policy::none);
  cls.def("__imul__", [](V& a, double s) -> V& { return a = a * s; }, nb::rv_policy::none);
  cls.def("__itruediv__", [](V& a, double s) -> V& { return a = Divide(a, s); }, nb::rv_policy::none);
  cls.def("GetDot", [](const V& a, const V& b) { return Dot(a, b); }, "v"_a, "The dot product.");
  BindSwizzles(cls, Swizzle{});
  if constexpr (kIsFloating<V>) {
    BindFloatingMethods(cls);
    if constexpr (N == 3) BindSpatialMethods(cls);
  }
}

}  // namespace

void BindVectors(nb::module_& gf) {
#define X(name) BindVector<name>(gf, #name);
  X(Vec2d)
  X(Vec2f)
  X(Vec2h)
  X(Vec2i)
  X(Vec3d)
  X(Vec3f)
  X(Vec3h)
  X(Vec3i) X(Vec4d) X(Vec4f) X(Vec4h) X(Vec4i)
#undef X
      gf.attr("MIN_VECTOR_LENGTH") = kMinVectorLength;
}

}  // namespace strata::python

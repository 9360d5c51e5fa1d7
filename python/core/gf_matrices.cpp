// Gf.Matrix2d ... Gf.Matrix4f.
#include <cmath>
#include <limits>

#include "python/core/core.h"
#include "python/core/gf_matrices.h"
#include "python/core/gf_vectors.h"
#include "strata/math/decompose.h"

namespace strata::python {

namespace {

template <class M>
using Row = Vec<ScalarOf<M>, M::kRows>;

template <class M>
Row<M> GetRow(const M& m, size_t i) {
  Row<M> row;
  for (size_t j = 0; j < M::kRows; ++j) row[j] = m[i][j];
  return row;
}
template <class M>
Row<M> GetColumn(const M& m, size_t j) {
  Row<M> column;
  for (size_t i = 0; i < M::kRows; ++i) column[i] = m[i][j];
  return column;
}
template <class M>
void SetRow(M& m, size_t i, const Row<M>& row) {
  for (size_t j = 0; j < M::kRows; ++j) m[i][j] = row[j];
}
template <class M>
M Diagonal(const Row<M>& numbers) {
  M m;
  for (size_t i = 0; i < M::kRows; ++i) m[i][i] = numbers[i];
  return m;
}
template <class M>
M Diagonal(double number) {
  M m;
  for (size_t i = 0; i < M::kRows; ++i) m[i][i] = static_cast<ScalarOf<M>>(number);
  return m;
}

// 2x2 numbers in rows, or one sequence of them all, or of rows.
template <class M>
bool ReadMatrix(nb::handle source, M& m) {
  constexpr size_t N = M::kRows;
  if (!PySequence_Check(source.ptr()) || PyUnicode_Check(source.ptr())) return false;
  if (PySequence_Size(source.ptr()) != N) {
    PyErr_Clear();
    return false;
  }
  for (size_t i = 0; i < N; ++i) {
    nb::object row = nb::steal(PySequence_GetItem(source.ptr(), static_cast<Py_ssize_t>(i)));
    if (!row.is_valid() || !ReadNumbers(row, m[i], N)) {
      PyErr_Clear();
      return false;
    }
  }
  return true;
}

template <class To, class From>
To Convert(const From& from) {
  To to;
  for (size_t i = 0; i < To::kRows; ++i)
    for (size_t j = 0; j < To::kRows; ++j) to[i][j] = static_cast<ScalarOf<To>>(from[i][j]);
  return to;
}

// The inverse; without one, the largest float on the diagonal.   (GfMatrix4d::GetInverse)
template <class M>
M GetInverseOrHuge(const M& m) {
  const auto inverse = GetInverse(Convert<Matrix<M::kRows>>(m));
  if (inverse) return Convert<M>(*inverse);
  M huge = Diagonal<M>(std::numeric_limits<float>::max());
  if constexpr (M::kRows == 4) huge[3][3] = 1;
  return huge;
}

template <class M>
nb::object GetItem(const M& m, nb::handle key) {
  if (PyTuple_Check(key.ptr())) {
    if (PyTuple_Size(key.ptr()) != 2) RaiseTypeError("a matrix is indexed by row, or by row and column");
    const size_t i = CheckIndex(nb::cast<Py_ssize_t>(key[0]), M::kRows);
    return nb::cast(m[i][CheckIndex(nb::cast<Py_ssize_t>(key[1]), M::kRows)]);
  }
  return nb::cast(GetRow(m, CheckIndex(nb::cast<Py_ssize_t>(key), M::kRows)));
}
template <class M>
void SetItem(M& m, nb::handle key, nb::handle value) {
  if (PyTuple_Check(key.ptr())) {
    if (PyTuple_Size(key.ptr()) != 2) RaiseTypeError("a matrix is indexed by row, or by row and column");
    const size_t i = CheckIndex(nb::cast<Py_ssize_t>(key[0]), M::kRows);
    m[i][CheckIndex(nb::cast<Py_ssize_t>(key[1]), M::kRows)] = nb::cast<ScalarOf<M>>(value);
    return;
  }
  Row<M> row;
  if (!ReadNumbers(value, row.data, M::kRows))
    RaiseTypeError("a row of a matrix takes as many numbers as it has columns");
  SetRow(m, CheckIndex(nb::cast<Py_ssize_t>(key), M::kRows), row);
}

template <class M, class Print>
std::string PrintRows(const M& m, const Print& print, const char* between, const char* row_start,
                      const char* row_end) {
  std::string text;
  for (size_t i = 0; i < M::kRows; ++i) {
    if (i) text += between;
    text += row_start;
    for (size_t j = 0; j < M::kRows; ++j) text += (j ? ", " : "") + print(m[i][j]);
    text += row_end;
  }
  return text;
}

template <class M>
M Add(const M& a, const M& b, double factor) {
  M out;
  for (size_t i = 0; i < M::kRows; ++i)
    for (size_t j = 0; j < M::kRows; ++j) out[i][j] = static_cast<ScalarOf<M>>(a[i][j] + factor * b[i][j]);
  return out;
}
template <class M>
M Scale(const M& a, double factor) {
  M out;
  for (size_t i = 0; i < M::kRows; ++i)
    for (size_t j = 0; j < M::kRows; ++j) out[i][j] = static_cast<ScalarOf<M>>(a[i][j] * factor);
  return out;
}
template <class M>
M Multiply(const M& a, const M& b) {
  M out;
  for (size_t i = 0; i < M::kRows; ++i)
    for (size_t j = 0; j < M::kRows; ++j)
      for (size_t k = 0; k < M::kRows; ++k) out[i][j] += a[i][k] * b[k][j];
  return out;
}
template <class M>
bool Equal(const M& a, const M& b) {
  for (size_t i = 0; i < M::kRows; ++i)
    for (size_t j = 0; j < M::kRows; ++j)
      if (!(a[i][j] == b[i][j])) return false;
  return true;
}
template <class M>
Row<M> TimesColumn(const M& m, const Row<M>& v) {
  Row<M> out;
  for (size_t i = 0; i < M::kRows; ++i) out[i] = Dot(GetRow(m, i), v);
  return out;
}
template <class M>
Row<M> RowTimes(const Row<M>& v, const M& m) {
  Row<M> out;
  for (size_t j = 0; j < M::kRows; ++j) out[j] = Dot(v, GetColumn(m, j));
  return out;
}

// A rotation is a quaternion, or whatever gives one by GetQuat().
bool ReadRotation(nb::handle source, Quatd& out) {
  nb::object quat = nb::borrow(source);
  if (nb::hasattr(source, "GetQuat")) quat = source.attr("GetQuat")();
  if (nb::try_cast(quat, out)) return true;
  Quatf single;
  Quath half;
  if (nb::try_cast(quat, single))
    out = {{{single.imaginary[0], single.imaginary[1], single.imaginary[2]}}, single.real};
  else if (nb::try_cast(quat, half))
    out = {{{half.imaginary[0], half.imaginary[1], half.imaginary[2]}}, half.real};
  else
    return false;
  return true;
}
Quatd RotationOf(nb::handle source) {
  Quatd quat;
  if (!ReadRotation(source, quat)) RaiseTypeError("a rotation is a Gf.Rotation or a quaternion");
  return quat;
}

template <class M>
void BindConstructors(nb::class_<M>& cls) {
  using T = ScalarOf<M>;
  constexpr size_t N = M::kRows;
  cls.def("__init__", [](M* m) { new (m) M(Diagonal<M>(1)); });
  cls.def("__init__", [](M* m, const Matrix<N>& other) { new (m) M(Convert<M>(other)); });
  cls.def("__init__", [](M* m, const MatrixF<N>& other) { new (m) M(Convert<M>(other)); });
  cls.def("__init__", [](M* m, T number) { new (m) M(Diagonal<M>(number)); });
  cls.def("__init__", [](M* m, const Row<M>& diagonal) { new (m) M(Diagonal<M>(diagonal)); });
  cls.def("__init__", [](M* m, nb::args numbers) {
    M read;
    if (numbers.size() == 1 ? !ReadMatrix(numbers[0], read) && !ReadNumbers(numbers[0], read[0], N * N)
                            : !ReadNumbers(numbers, read[0], N * N))
      throw nb::next_overload();
    new (m) M(read);
  });
}

template <class M>
void BindOperators(nb::class_<M>& cls) {
  constexpr size_t N = M::kRows;
  cls.def("__eq__", [](const M& a, const M& b) { return Equal(a, b); }, nb::is_operator());
  cls.def("__ne__", [](const M& a, const M& b) { return !Equal(a, b); }, nb::is_operator());
  if constexpr (std::is_same_v<ScalarOf<M>, double>) {
    cls.def(
        "__eq__", [](const M& a, const MatrixF<N>& b) { return Equal(a, Convert<M>(b)); }, nb::is_operator());
    cls.def(
        "__ne__", [](const M& a, const MatrixF<N>& b) { return !Equal(a, Convert<M>(b)); },
        nb::is_operator());
  }
  cls.def("__hash__", [](const M& m) {
    size_t hash = 0;
    for (size_t i = 0; i < N; ++i)
      for (size_t j = 0; j < N; ++j) hash = hash * 31 + std::hash<double>()(m[i][j]);
    return hash >> 1;
  });
  cls.def("__neg__", [](const M& a) { return Scale(a, -1); });
  cls.def("__add__", [](const M& a, const M& b) { return Add(a, b, 1); }, nb::is_operator());
  cls.def("__sub__", [](const M& a, const M& b) { return Add(a, b, -1); }, nb::is_operator());
  cls.def("__mul__", [](const M& a, const M& b) { return Multiply(a, b); }, nb::is_operator());
  cls.def("__mul__", [](const M& a, const Row<M>& v) { return TimesColumn(a, v); }, nb::is_operator());
  cls.def("__rmul__", [](const M& a, const Row<M>& v) { return RowTimes(v, a); }, nb::is_operator());
  cls.def("__mul__", [](const M& a, double s) { return Scale(a, s); }, nb::is_operator());
  cls.def("__rmul__", [](const M& a, double s) { return Scale(a, s); }, nb::is_operator());
  cls.def(
      "__truediv__", [](const M& a, const M& b) { return Multiply(a, GetInverseOrHuge(b)); },
      nb::is_operator());
  cls.def("__iadd__", [](M& a, const M& b) -> M& { return a = Add(a, b, 1); }, nb::rv_policy::none);
  cls.def("__isub__", [](M& a, const M& b) -> M& { return a = Add(a, b, -1); }, nb::rv_policy::none);
  cls.def("__imul__", [](M& a, const M& b) -> M& { return a = Multiply(a, b); }, nb::rv_policy::none);
  cls.def("__imul__", [](M& a, double s) -> M& { return a = Scale(a, s); }, nb::rv_policy::none);
}

template <class M>
void BindAccess(nb::class_<M>& cls, const char* name) {
  constexpr size_t N = M::kRows;
  cls.attr("dimension") = nb::make_tuple(N, N);
  cls.def("__len__", [](const M&) { return N; });
  cls.def("__getitem__", &GetItem<M>);
  cls.def("__setitem__", &SetItem<M>);
  cls.def("__contains__", [](const M& m, const Row<M>& row) {
    for (size_t i = 0; i < N; ++i)
      if (GetRow(m, i) == row) return true;
    return false;
  });
  cls.def("__contains__", [](const M& m, double number) {
    for (size_t i = 0; i < N; ++i)
      for (size_t j = 0; j < N; ++j)
        if (m[i][j] == number) return true;
    return false;
  });
  cls.def("__repr__", [name = std::string(name)](const M& m) {
    return "Gf." + name + "(" +
           PrintRows(m, [](auto number) { return ReprNumber(number); }, ",\n            ", "", "") + ")";
  });
  cls.def("__str__", [](const M& m) {
    return "( " + PrintRows(m, [](auto number) { return TextOf(number); }, ", ", "(", ")") + " )";
  });
  cls.def("__reduce__", [](nb::handle self) {
    const M& m = nb::cast<const M&>(self);
    nb::list numbers;
    for (size_t i = 0; i < N; ++i)
      for (size_t j = 0; j < N; ++j) numbers.append(m[i][j]);
    return nb::make_tuple(self.type(), nb::tuple(numbers));
  });
  cls.def("Set", [](nb::handle self, nb::args arguments) {
    nb::cast<M&>(self) = nb::cast<const M&>(self.type()(*arguments));
    return self;
  });
  cls.def("SetIdentity", [](M& m) -> M& { return m = Diagonal<M>(1); }, nb::rv_policy::none);
  cls.def("SetZero", [](M& m) -> M& { return m = M(); }, nb::rv_policy::none);
  cls.def("SetDiagonal", [](M& m, double s) -> M& { return m = Diagonal<M>(s); }, nb::rv_policy::none);
  cls.def("SetDiagonal", [](M& m, const Row<M>& v) -> M& { return m = Diagonal<M>(v); }, nb::rv_policy::none);
  cls.def("GetRow", [](const M& m, Py_ssize_t i) { return GetRow(m, CheckIndex(i, N)); }, "i"_a);
  cls.def("GetColumn", [](const M& m, Py_ssize_t j) { return GetColumn(m, CheckIndex(j, N)); }, "i"_a);
  cls.def(
      "SetRow", [](M& m, Py_ssize_t i, const Row<M>& row) { SetRow(m, CheckIndex(i, N), row); }, "i"_a,
      "v"_a);
  cls.def(
      "SetColumn",
      [](M& m, Py_ssize_t j, const Row<M>& column) {
        for (size_t i = 0; i < N; ++i) m[i][CheckIndex(j, N)] = column[i];
      },
      "i"_a, "v"_a);
  cls.def("GetTranspose", [](const M& m) {
    M out;
    for (size_t i = 0; i < N; ++i) SetRow(out, i, GetColumn(m, i));
    return out;
  });
  cls.def("GetDeterminant", [](const M& m) { return GetDeterminant(Convert<Matrix<N>>(m)); });
  cls.def("GetInverse", &GetInverseOrHuge<M>,
          "The inverse; of a matrix without one, the largest float on the diagonal.");
}

// The upper left 3x3 of a 4x4.
template <class T>
MatrixOf<T, 3> GetUpper(const MatrixOf<T, 4>& m) {
  MatrixOf<T, 3> out;
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) out[i][j] = m[i][j];
  return out;
}
template <class T>
void SetUpper(MatrixOf<T, 4>& m, const MatrixOf<T, 3>& upper) {
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) m[i][j] = upper[i][j];
}
template <class T>
Vec<T, 3> GetTranslation(const MatrixOf<T, 4>& m) {
  return {{m[3][0], m[3][1], m[3][2]}};
}

// Methods of 3x3 and 4x4 matrices that look at the first three rows.
template <class M>
void BindRows3(nb::class_<M>& cls) {
  using T = ScalarOf<M>;
  const auto upper = [](const M& m) {
    if constexpr (M::kRows == 4)
      return Convert<Matrix3d>(GetUpper<T>(m));
    else
      return Convert<Matrix3d>(m);
  };
  const auto orthonormalized = [upper](const M& m) {
    M out = m;
    const auto frame = Convert<MatrixOf<T, 3>>(GetOrthonormalized(upper(m)).matrix);
    if constexpr (M::kRows == 4) {
      SetUpper<T>(out, frame);
      if (m[3][3] != 1 && m[3][3] != 0)
        for (size_t j = 0; j < 3; ++j) out[3][j] /= m[3][3];
      out[3][3] = 1;
    } else {
      out = frame;
    }
    return out;
  };
  cls.def(
      "GetHandedness",
      [upper](const M& m) {
        const double determinant = GetDeterminant(upper(m));
        return determinant < 0 ? -1.0 : determinant > 0 ? 1.0 : 0.0;
      },
      "1 for a right-handed frame, -1 for a left-handed one, 0 for none.");
  cls.def("IsLeftHanded", [upper](const M& m) { return GetDeterminant(upper(m)) < 0; });
  cls.def("IsRightHanded", [upper](const M& m) { return GetDeterminant(upper(m)) > 0; });
  cls.def(
      "GetOrthonormalized", [orthonormalized](const M& m, bool) { return orthonormalized(m); },
      "issueWarning"_a = true, "With rows of length one at right angles, near to the rows there are.");
  cls.def(
      "Orthonormalize",
      [orthonormalized, upper](M& m, bool) {
        const bool settled = GetOrthonormalized(upper(m)).settled;
        m = orthonormalized(m);
        return settled;
      },
      "issueWarning"_a = true, "As GetOrthonormalized, in place. False when the rows settle on no frame.");
}

template <class M>
void BindMatrix(nb::module_& gf, const char* name) {
  nb::class_<M> cls(gf, name, "A square matrix of numbers, row by row. Points are rows: p * M.");
  BindConstructors(cls);
  BindOperators(cls);
  BindAccess(cls, name);
  if constexpr (M::kRows > 2) BindRows3(cls);
}

template <class T>
void BindMatrix3(nb::handle type) {
  using M = MatrixOf<T, 3>;
  auto& cls = static_cast<nb::class_<M>&>(type);
  const auto rotate = [](const Quatd& q) { return Convert<M>(GetUpper<double>(MakeRotation(q))); };
  cls.def("__init__", [rotate](M* m, nb::handle rotation) {
    Quatd quat;
    if (!ReadRotation(rotation, quat)) throw nb::next_overload();
    new (m) M(rotate(quat));
  });
  cls.def(
      "SetRotate", [rotate](M& m, nb::handle rotation) -> M& { return m = rotate(RotationOf(rotation)); },
      nb::rv_policy::none, "rot"_a);
  cls.def("SetScale", [](M& m, double s) -> M& { return m = Diagonal<M>(s); }, nb::rv_policy::none);
  cls.def("SetScale", [](M& m, const Vec<T, 3>& s) -> M& { return m = Diagonal<M>(s); }, nb::rv_policy::none);
  cls.def("ExtractRotationQuat", [](const M& m) { return ExtractRotation(Convert<Matrix3d>(m)); });
}

template <class T>
void BindMatrix4(nb::handle type) {
  using M = MatrixOf<T, 4>;
  using V = Vec<T, 3>;
  auto& cls = static_cast<nb::class_<M>&>(type);
  cls.def("__init__", [](M* m, const MatrixOf<T, 3>& rotation, const V& translation) {
    new (m) M(Diagonal<M>(1));
    SetUpper<T>(*m, rotation);
    for (size_t j = 0; j < 3; ++j) (*m)[3][j] = translation[j];
  });
  cls.def(
      "GetRow3",
      [](const M& m, Py_ssize_t i) {
        const size_t row = CheckIndex(i, 4);
        return V{{m[row][0], m[row][1], m[row][2]}};
      },
      "i"_a);
  cls.def(
      "SetRow3",
      [](M& m, Py_ssize_t i, const V& v) {
        for (size_t j = 0; j < 3; ++j) m[CheckIndex(i, 4)][j] = v[j];
      },
      "i"_a, "v"_a);
  cls.def("GetDeterminant3", [](const M& m) { return GetDeterminant(Convert<Matrix3d>(GetUpper<T>(m))); });
  cls.def("HasOrthogonalRows3", [](const M& m) {
    const V x{{m[0][0], m[0][1], m[0][2]}}, y{{m[1][0], m[1][1], m[1][2]}}, z{{m[2][0], m[2][1], m[2][2]}};
    return std::fabs(Dot(x, y)) < 1e-6 && std::fabs(Dot(x, z)) < 1e-6 && std::fabs(Dot(y, z)) < 1e-6;
  });
  cls.def("ExtractTranslation", &GetTranslation<T>);
  cls.def("ExtractRotationMatrix", &GetUpper<T>);
  cls.def("ExtractRotationQuat",
          [](const M& m) { return ExtractRotation(Convert<Matrix3d>(GetUpper<T>(m))); });
  cls.def(
      "Transform",
      [](const M& m, const V& p) {
        const Vec3d out = TransformPoint(Vec3d{{p[0], p[1], p[2]}}, Convert<Matrix4d>(m));
        return V{{static_cast<T>(out[0]), static_cast<T>(out[1]), static_cast<T>(out[2])}};
      },
      "p"_a, "A point: with the translation, divided by w.");
  cls.def(
      "TransformAffine",
      [](const M& m, const V& p) {
        V out = GetTranslation<T>(m);
        for (size_t j = 0; j < 3; ++j) out[j] += p[0] * m[0][j] + p[1] * m[1][j] + p[2] * m[2][j];
        return out;
      },
      "p"_a, "A point, without looking at the last column.");
  cls.def(
      "TransformDir",
      [](const M& m, const V& p) {
        V out;
        for (size_t j = 0; j < 3; ++j) out[j] = p[0] * m[0][j] + p[1] * m[1][j] + p[2] * m[2][j];
        return out;
      },
      "p"_a, "A direction: without the translation.");
  cls.def(
      "SetTranslate",
      [](M& m, const V& t) -> M& {
        m = Diagonal<M>(1);
        for (size_t j = 0; j < 3; ++j) m[3][j] = t[j];
        return m;
      },
      nb::rv_policy::none, "t"_a);
  cls.def(
      "SetTranslateOnly",
      [](M& m, const V& t) -> M& {
        for (size_t j = 0; j < 3; ++j) m[3][j] = t[j];
        m[3][3] = 1;
        return m;
      },
      nb::rv_policy::none, "t"_a);
  cls.def(
      "SetScale",
      [](M& m, double s) -> M& {
        m = Diagonal<M>(s);
        m[3][3] = 1;
        return m;
      },
      nb::rv_policy::none);
  cls.def(
      "SetScale", [](M& m, const V& s) -> M& { return m = Diagonal<M>(Vec<T, 4>{{s[0], s[1], s[2], T(1)}}); },
      nb::rv_policy::none);
  cls.def("__init__", [](M* m, nb::handle rotation, const V& translation) {
    Quatd quat;
    if (!ReadRotation(rotation, quat)) throw nb::next_overload();
    new (m) M(Convert<M>(MakeRotation(quat)));
    for (size_t j = 0; j < 3; ++j) (*m)[3][j] = translation[j];
  });
  cls.def(
      "SetRotate",
      [](M& m, nb::handle rotation) -> M& { return m = Convert<M>(MakeRotation(RotationOf(rotation))); },
      nb::rv_policy::none, "rot"_a);
  cls.def(
      "SetRotateOnly",
      [](M& m, nb::handle rotation) -> M& {
        SetUpper<T>(m, GetUpper<T>(Convert<M>(MakeRotation(RotationOf(rotation)))));
        return m;
      },
      nb::rv_policy::none, "rot"_a);
  cls.def(
      "SetTransform",
      [](M& m, nb::handle rotation, const V& translation) -> M& {
        m = Diagonal<M>(1);
        MatrixOf<T, 3> upper;
        SetUpper<T>(m, nb::try_cast(rotation, upper)
                           ? upper
                           : GetUpper<T>(Convert<M>(MakeRotation(RotationOf(rotation)))));
        for (size_t j = 0; j < 3; ++j) m[3][j] = translation[j];
        return m;
      },
      nb::rv_policy::none, "rotation"_a, "translation"_a,
      "A turn (a rotation or a 3x3 matrix), then a translation.");
  cls.def(
      "SetLookAt",
      [](M& m, const Vec3d& eye, const Vec3d& center, const Vec3d& up) -> M& {
        return m = Convert<M>(MakeLookAt(eye, center, up));
      },
      nb::rv_policy::none, "eyePoint"_a, "centerPoint"_a, "upDirection"_a,
      "To the space of a viewer at eyePoint who looks along -Z at centerPoint, with upDirection upwards.");
}

}  // namespace

void BindMatrices(nb::module_& gf) {
  BindMatrix<Matrix2d>(gf, "Matrix2d");
  BindMatrix<MatrixF<2>>(gf, "Matrix2f");
  BindMatrix<Matrix3d>(gf, "Matrix3d");
  BindMatrix<MatrixF<3>>(gf, "Matrix3f");
  BindMatrix<Matrix4d>(gf, "Matrix4d");
  BindMatrix<MatrixF<4>>(gf, "Matrix4f");
  BindMatrix3<double>(gf.attr("Matrix3d"));
  BindMatrix3<float>(gf.attr("Matrix3f"));
  BindMatrix4<double>(gf.attr("Matrix4d"));
  BindMatrix4<float>(gf.attr("Matrix4f"));
}

}  // namespace strata::python

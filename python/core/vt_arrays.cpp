// Vt.IntArray and its like: values shared with Strata without a copy, and with numpy through the buffer
// protocol.
#include "python/core/vt_arrays.h"

#include <cmath>
#include <cstring>

#include "python/core/arguments.h"
#include "python/core/core.h"
#include "python/core/slices.h"

namespace strata::python {

namespace {

// How the numbers of an element lie in memory: none for elements that are no numbers.
template <class T>
struct Layout {
  static constexpr const char* kFormat = nullptr;
  static constexpr size_t kShape[2] = {0, 0};
  using Number = void;
};
#define STRATA_NUMBER(type, format)                \
  template <>                                      \
  struct Layout<type> {                            \
    static constexpr const char* kFormat = format; \
    static constexpr size_t kShape[2] = {0, 0};    \
    using Number = type;                           \
  };
STRATA_NUMBER(bool, "?")
STRATA_NUMBER(uint8_t, "B")
STRATA_NUMBER(int32_t, "i")
STRATA_NUMBER(uint32_t, "I")
STRATA_NUMBER(int64_t, "l")
STRATA_NUMBER(uint64_t, "L")
STRATA_NUMBER(Half, "e")
STRATA_NUMBER(float, "f")
STRATA_NUMBER(double, "d")
#undef STRATA_NUMBER
template <>
struct Layout<TimeCode> : Layout<double> {};
template <>
struct Layout<Duration> : Layout<double> {};
template <class T, size_t N>
struct Layout<Vec<T, N>> : Layout<T> {
  static constexpr size_t kShape[2] = {N, 0};
};
template <class T>
struct Layout<Quat<T>> : Layout<T> {
  static constexpr size_t kShape[2] = {4, 0};
};
template <size_t N>
struct Layout<Matrix<N>> : Layout<double> {
  static constexpr size_t kShape[2] = {N, N};
};
template <class T>
constexpr bool kIsNumeric = Layout<T>::kFormat != nullptr;
template <class T>
constexpr int kInnerDimensions = Layout<T>::kShape[0] == 0   ? 0
                                 : Layout<T>::kShape[1] == 0 ? 1
                                                             : 2;
template <class T>
constexpr bool kIsScalar = kIsNumeric<T> && kInnerDimensions<T> == 0;

// -- reading -----------------------------------------------------------------------------------------

// Turns a number of a buffer, of any format of one letter, into one of an array.
template <class Number>
bool ConvertNumber(char format, const char* from, Number& to) {
  const auto read = [&](auto sample) {
    std::memcpy(&sample, from, sizeof sample);
    if constexpr (std::is_same_v<Number, Half>)
      to = Half(static_cast<float>(sample));
    else
      to = static_cast<Number>(sample);
    return true;
  };
  switch (format) {
    case '?':
      return read(bool());
    case 'b':
      return read(int8_t());
    case 'B':
      return read(uint8_t());
    case 'h':
      return read(int16_t());
    case 'H':
      return read(uint16_t());
    case 'i':
      return read(int32_t());
    case 'I':
      return read(uint32_t());
    case 'l':
    case 'q':
      return read(int64_t());
    case 'L':
    case 'Q':
      return read(uint64_t());
    case 'f':
      return read(float());
    case 'd':
      return read(double());
    case 'e': {
      uint16_t bits;
      std::memcpy(&bits, from, sizeof bits);
      const float number = Half::FromBits(bits);
      if constexpr (std::is_same_v<Number, Half>)
        to = Half::FromBits(bits);
      else
        to = static_cast<Number>(number);
      return true;
    }
    default:
      return false;
  }
}

// Releases the view when it ends.
struct BufferView {
  Py_buffer view{};
  bool is_open = false;
  explicit BufferView(nb::handle source) {
    is_open = PyObject_CheckBuffer(source.ptr()) &&
              PyObject_GetBuffer(source.ptr(), &view, PyBUF_FORMAT | PyBUF_STRIDES) == 0;
    PyErr_Clear();
  }
  ~BufferView() {
    if (is_open) PyBuffer_Release(&view);
  }
  BufferView(const BufferView&) = delete;
  BufferView& operator=(const BufferView&) = delete;
};

// The numbers of a buffer of shape (n, ...) of the element. Whole numbers do not take floating ones.
template <class T>
bool ReadBuffer(nb::handle source, Array<T>& out) {
  using Number = typename Layout<T>::Number;
  BufferView buffer(source);
  if (!buffer.is_open) return false;
  const Py_buffer& view = buffer.view;
  constexpr int kInner = kInnerDimensions<T>;
  if (view.ndim != 1 + kInner) return false;
  for (int d = 0; d < kInner; ++d)
    if (static_cast<size_t>(view.shape[1 + d]) != Layout<T>::kShape[d]) return false;
  const char* format = view.format ? view.format : "B";
  if (*format == '<' || *format == '=' || *format == '@') ++format;
  if (format[0] == 0 || format[1] != 0) return false;
  const bool is_floating = std::strchr("fde", *format) != nullptr;
  if constexpr (std::is_integral_v<Number>)
    if (is_floating) return false;
  const size_t count = static_cast<size_t>(view.shape[0]);
  Array<T> made;
  T* elements = made.AppendUninitialized(count);
  const bool is_plain = PyBuffer_IsContiguous(&view, 'C') && std::strcmp(format, Layout<T>::kFormat) == 0;
  if (is_plain && count) {
    std::memcpy(static_cast<void*>(elements), view.buf, count * sizeof(T));
    out = std::move(made);
    return true;
  }
  const size_t rows = kInner > 0 ? Layout<T>::kShape[0] : 1, columns = kInner > 1 ? Layout<T>::kShape[1] : 1;
  for (size_t i = 0; i < count; ++i) {
    Number* numbers = reinterpret_cast<Number*>(elements + i);
    for (size_t r = 0; r < rows; ++r)
      for (size_t c = 0; c < columns; ++c) {
        const char* from = static_cast<const char*>(view.buf) + static_cast<Py_ssize_t>(i) * view.strides[0] +
                           (kInner > 0 ? static_cast<Py_ssize_t>(r) * view.strides[1] : 0) +
                           (kInner > 1 ? static_cast<Py_ssize_t>(c) * view.strides[2] : 0);
        if (!ConvertNumber(*format, from, numbers[r * columns + c])) return false;
      }
  }
  out = std::move(made);
  return true;
}

template <class T>
struct IsVec : std::false_type {};
template <class T, size_t N>
struct IsVec<Vec<T, N>> : std::true_type {};
template <class T>
struct IsMatrix : std::false_type {};
template <size_t N>
struct IsMatrix<Matrix<N>> : std::true_type {};
template <class T>
struct IsQuat : std::false_type {};
template <class T>
struct IsQuat<Quat<T>> : std::true_type {};

}  // namespace

template <class T>
bool ReadElement(nb::handle source, T& out) {
  if (nb::try_cast(source, out)) return true;
  PyErr_Clear();
  if constexpr (std::is_same_v<T, AssetPath> || std::is_same_v<T, PathExpression>) {
    std::string text;
    if (!nb::try_cast(source, text)) return false;
    if constexpr (std::is_same_v<T, AssetPath>) {
      out = AssetPath(std::move(text));
    } else {
      Result<PathExpression> parsed = PathExpression::Parse(text);
      if (!parsed) return false;
      out = *parsed;
    }
    return true;
  } else if constexpr (std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>) {
    return nb::try_cast(source, out.value);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!PyNumber_Check(source.ptr())) return false;
    const int truth = PyObject_IsTrue(source.ptr());
    out = truth == 1;
    return truth >= 0;
  } else if constexpr (std::is_integral_v<T>) {
    return false;
  } else if constexpr (IsVec<T>::value) {
    return ReadNumbers(source, out.data, T::kSize);
  } else if constexpr (IsMatrix<T>::value) {
    nb::object cls = nb::borrow(nb::type<T>());
    nb::object made = nb::steal(PyObject_CallFunctionObjArgs(cls.ptr(), source.ptr(), nullptr));
    if (!made.is_valid()) {
      PyErr_Clear();
      return false;
    }
    return nb::try_cast(made, out);
  } else if constexpr (IsQuat<T>::value) {
    typename T::Scalar numbers[4];
    if (!ReadNumbers(source, numbers, 4)) return false;
    out = T{{{numbers[1], numbers[2], numbers[3]}}, numbers[0]};
    return true;
  }
  return false;
}

template <class T>
bool ReadArray(nb::handle source, Array<T>& out) {
  if (nb::isinstance<Array<T>>(source)) {
    out = nb::cast<const Array<T>&>(source);
    return true;
  }
  if constexpr (kIsNumeric<T>)
    if (ReadBuffer(source, out)) return true;
  if (PyUnicode_Check(source.ptr()) || PyBytes_Check(source.ptr()) || PyDict_Check(source.ptr()))
    return false;
  nb::object items = nb::steal(PySequence_Fast(source.ptr(), ""));
  if (!items.is_valid()) {
    PyErr_Clear();
    return false;
  }
  Array<T> made;
  const Py_ssize_t count = PySequence_Size(items.ptr());
  made.Reserve(static_cast<size_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    T element;
    if (!ReadElement(items[i], element)) return false;
    made.PushBack(std::move(element));
  }
  out = std::move(made);
  return true;
}

#define X(name, type, text)                     \
  template bool ReadElement(nb::handle, type&); \
  template bool ReadArray(nb::handle, Array<type>&);
STRATA_ELEMENT_TYPES(X)
#undef X

namespace {

// -- the classes -------------------------------------------------------------------------------------

// A view of an array holds a share of its storage: the array is copied before it is written meanwhile.
template <class T>
struct ExportedBuffer {
  Array<T> array;
  Py_ssize_t shape[3], strides[3];
};

template <class T>
int GetBuffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  if (flags & PyBUF_WRITABLE) {
    PyErr_SetString(PyExc_BufferError, "arrays of values are shared and cannot be written through a buffer");
    return -1;
  }
  using L = Layout<T>;
  auto* exported = new ExportedBuffer<T>{nb::cast<const Array<T>&>(nb::handle(self)), {}, {}};
  constexpr int kInner = kInnerDimensions<T>;
  exported->shape[0] = static_cast<Py_ssize_t>(exported->array.GetSize());
  exported->strides[0] = sizeof(T);
  for (int d = 0; d < kInner; ++d) exported->shape[1 + d] = static_cast<Py_ssize_t>(L::kShape[d]);
  if constexpr (kInner > 0) exported->strides[kInner] = sizeof(typename L::Number);
  if constexpr (kInner > 1)
    exported->strides[1] = static_cast<Py_ssize_t>(L::kShape[1] * sizeof(typename L::Number));
  static typename L::Number nothing{};
  const T* data = exported->array.GetData();
  view->buf = data ? const_cast<T*>(data) : static_cast<void*>(&nothing);
  view->len = static_cast<Py_ssize_t>(exported->array.GetSize() * sizeof(T));
  view->readonly = 1;
  view->itemsize = sizeof(typename L::Number);
  view->format = flags & PyBUF_FORMAT ? const_cast<char*>(L::kFormat) : nullptr;
  view->ndim = 1 + kInner;
  view->shape = exported->shape;
  view->strides = exported->strides;
  view->suboffsets = nullptr;
  view->internal = exported;
  view->obj = nb::handle(self).inc_ref().ptr();
  return 0;
}
template <class T>
void ReleaseBuffer(PyObject*, Py_buffer* view) {
  delete static_cast<ExportedBuffer<T>*>(view->internal);
}
template <class T>
PyType_Slot kBufferSlots[] = {{Py_bf_getbuffer, reinterpret_cast<void*>(&GetBuffer<T>)},
                              {Py_bf_releasebuffer, reinterpret_cast<void*>(&ReleaseBuffer<T>)},
                              {0, nullptr}};
PyType_Slot kNoSlots[] = {{0, nullptr}};
template <class T>
PyType_Slot* GetSlots() {
  if constexpr (kIsNumeric<T>)
    return kBufferSlots<T>;
  else
    return kNoSlots;
}

template <class T>
std::string ReprElement(const T& element) {
  if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, Half>) {
    const double number =
        static_cast<double>(static_cast<std::conditional_t<std::is_same_v<T, Half>, float, T>>(element));
    if (!std::isfinite(number)) return ReprNumber(number);
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", number);
    return text;
  }
  return Repr(nb::cast(element));
}

template <class T>
std::string ReprArray(const Array<T>& array, const std::string& name) {
  if (array.IsEmpty()) return name + "()";
  std::string text = name + "(" + std::to_string(array.GetSize()) + ", (";
  for (size_t i = 0; i < array.GetSize(); ++i) text += (i ? ", " : "") + ReprElement(array[i]);
  return text + (array.GetSize() == 1 ? ",))" : "))");
}

template <class T>
std::string PrintArray(const Array<T>& array) {
  std::string text = "[";
  for (size_t i = 0; i < array.GetSize(); ++i) {
    if (i) text += ", ";
    if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, Half>)
      text += TextOf(array[i]);
    else if constexpr (std::is_same_v<T, bool>)
      text += array[i] ? "1" : "0";
    else
      text += Text(nb::cast(array[i]));
  }
  return text + "]";
}

Py_ssize_t ReadIndex(nb::handle key) {
  const Py_ssize_t index = PyNumber_AsSsize_t(key.ptr(), PyExc_IndexError);
  if (index == -1 && PyErr_Occurred()) nb::raise_python_error();
  return index;
}

template <class T>
nb::object GetItem(const Array<T>& array, nb::handle key) {
  if (!PySlice_Check(key.ptr())) return nb::cast(array[CheckIndex(ReadIndex(key), array.GetSize())]);
  const Slice slice = ReadSlice(key, array.GetSize());
  Array<T> part;
  part.Reserve(static_cast<size_t>(slice.count));
  for (Py_ssize_t i = 0; i < slice.count; ++i)
    part.PushBack(array[static_cast<size_t>(slice.start + i * slice.step)]);
  return nb::cast(std::move(part));
}

template <class T>
void SetItem(Array<T>& array, nb::handle key, nb::handle value) {
  T element;
  if (!PySlice_Check(key.ptr())) {
    const size_t index = CheckIndex(ReadIndex(key), array.GetSize());
    if (!ReadElement(value, element)) RaiseTypeError("an element of another type");
    array.GetMutableData()[index] = std::move(element);
    return;
  }
  const Slice slice = ReadSlice(key, array.GetSize());
  Array<T> given;
  const bool is_repeated = ReadElement(value, element);
  if (is_repeated)
    given = Array<T>(1, element);
  else if (!ReadArray(value, given))
    RaiseTypeError("elements of another type");
  if (!is_repeated && given.GetSize() < static_cast<size_t>(slice.count))
    throw nb::value_error(("Not enough values to set slice.  Expected " + std::to_string(slice.count) +
                           ", got " + std::to_string(given.GetSize()) + ".")
                              .c_str());
  T* elements = array.GetMutableData();
  for (Py_ssize_t i = 0; i < slice.count; ++i)
    elements[slice.start + i * slice.step] = given[is_repeated ? 0 : static_cast<size_t>(i)];
}

// -- arithmetic, element by element ------------------------------------------------------------------

enum class Operation : uint8_t { kAdd, kSubtract, kMultiply, kDivide, kModulo };

template <Operation kOperation, class A, class B>
constexpr bool kHasOperation = (kOperation == Operation::kAdd && requires(A a, B b) { a + b; }) ||
                               (kOperation == Operation::kSubtract && requires(A a, B b) { a - b; }) ||
                               (kOperation == Operation::kMultiply && requires(A a, B b) { a* b; });

template <class T>
constexpr bool kIsScaled = IsVec<T>::value || IsMatrix<T>::value || IsQuat<T>::value;

template <class T>
T Scale(const T& value, double factor) {
  if constexpr (IsMatrix<T>::value) {
    T out = value;
    for (size_t i = 0; i < T::kRows; ++i)
      for (size_t j = 0; j < T::kRows; ++j) out[i][j] *= factor;
    return out;
  } else if constexpr (IsQuat<T>::value) {
    return T{value.imaginary * factor, typename T::Scalar(static_cast<double>(value.real) * factor)};
  } else {
    return value * factor;
  }
}

template <class T>
T AddMatrices(const T& a, const T& b, double sign) {
  T out = a;
  for (size_t i = 0; i < T::kRows; ++i)
    for (size_t j = 0; j < T::kRows; ++j) out[i][j] += sign * b[i][j];
  return out;
}

// As Gf's: a matrix without an inverse has a huge one.
template <class T>
T InverseOrHuge(const T& matrix) {
  if (const std::optional<T> inverse = GetInverse(matrix)) return *inverse;
  T out{};
  for (size_t i = 0; i < T::kRows; ++i) out[i][i] = std::numeric_limits<float>::max();
  return out;
}

template <class T>
T MultiplyQuats(const T& a, const T& b) {
  using Scalar = typename T::Scalar;
  const auto& u = a.imaginary;
  const auto& v = b.imaginary;
  T out;
  out.real = Scalar(a.real * b.real - (u[0] * v[0] + u[1] * v[1] + u[2] * v[2]));
  for (size_t i = 0; i < 3; ++i) {
    const size_t j = (i + 1) % 3, k = (i + 2) % 3;
    out.imaginary[i] = Scalar(a.real * v[i] + b.real * u[i] + (u[j] * v[k] - u[k] * v[j]));
  }
  return out;
}

template <class T, Operation kOperation>
bool Combine(const T& a, const T& b, T& out) {
  if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, Half>) {
    using Number = std::conditional_t<std::is_same_v<T, Half>, float, T>;
    const Number x = a, y = b;
    if constexpr (kOperation == Operation::kAdd) out = T(x + y);
    if constexpr (kOperation == Operation::kSubtract) out = T(x - y);
    if constexpr (kOperation == Operation::kMultiply) out = T(x * y);
    if constexpr (kOperation == Operation::kDivide || kOperation == Operation::kModulo) {
      if constexpr (std::is_integral_v<T>) {
        if (y == 0) throw nb::value_error("division of whole numbers by zero");
        if (std::is_signed_v<T> && y == T(-1) && x == std::numeric_limits<T>::min())
          throw nb::value_error("out of range");
        out = kOperation == Operation::kDivide ? T(x / y) : T(x % y);
      } else {
        out = kOperation == Operation::kDivide ? T(x / y) : T(std::fmod(x, y));
      }
    }
    return true;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if constexpr (kOperation != Operation::kAdd) return false;
    out = a + b;
    return true;
  } else if constexpr (IsMatrix<T>::value) {
    if constexpr (kOperation == Operation::kModulo) return false;
    if constexpr (kOperation == Operation::kAdd) out = AddMatrices(a, b, 1);
    if constexpr (kOperation == Operation::kSubtract) out = AddMatrices(a, b, -1);
    if constexpr (kOperation == Operation::kMultiply) out = a * b;
    if constexpr (kOperation == Operation::kDivide) out = a * InverseOrHuge(b);
    return true;
  } else if constexpr (IsQuat<T>::value) {
    if constexpr (kOperation == Operation::kDivide || kOperation == Operation::kModulo) return false;
    if constexpr (kOperation == Operation::kAdd)
      out = T{a.imaginary + b.imaginary, typename T::Scalar(a.real + b.real)};
    if constexpr (kOperation == Operation::kSubtract)
      out = T{a.imaginary - b.imaginary, typename T::Scalar(a.real - b.real)};
    if constexpr (kOperation == Operation::kMultiply) out = MultiplyQuats(a, b);
    return true;
  } else if constexpr (std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>) {
    if constexpr (kOperation == Operation::kModulo) return false;
    return Combine<double, kOperation>(a.value, b.value, out.value);
  } else if constexpr (kOperation == Operation::kAdd && kHasOperation<Operation::kAdd, T, T>) {
    out = a + b;
    return true;
  } else if constexpr (kOperation == Operation::kSubtract && kHasOperation<Operation::kSubtract, T, T>) {
    out = a - b;
    return true;
  }
  return false;
}

template <class T, Operation kOperation, bool kReversed>
nb::object Operate(const Array<T>& array, nb::handle other) {
  Array<T> operand;
  T element;
  double factor;
  if constexpr ((kIsScaled<T> && kOperation == Operation::kMultiply) ||
                (IsQuat<T>::value && kOperation == Operation::kDivide && !kReversed))
    if (nb::try_cast(other, factor)) {
      Array<T> out(array);
      T* elements = out.GetSize() ? out.GetMutableData() : nullptr;
      for (size_t i = 0; i < out.GetSize(); ++i)
        elements[i] = Scale(elements[i], kOperation == Operation::kDivide ? 1 / factor : factor);
      return nb::cast(std::move(out));
    }
  if constexpr ((std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>) &&
                kOperation == Operation::kMultiply)
    if (PySequence_Check(other.ptr()) || nb::isinstance<T>(other)) return nb::borrow(Py_NotImplemented);
  if constexpr (IsMatrix<T>::value && kOperation == Operation::kDivide)
    if (PyNumber_Check(other.ptr()) && !nb::isinstance<T>(other)) return nb::borrow(Py_NotImplemented);
  PyErr_Clear();
  (void)factor;
  const bool is_element = ReadElement(other, element);
  if (is_element)
    operand = Array<T>(1, element);
  else if (!ReadArray(other, operand))
    return nb::borrow(Py_NotImplemented);
  const bool is_repeated = operand.GetSize() == 1 && (is_element || nb::isinstance<Array<T>>(other));
  if (!is_repeated && operand.GetSize() != array.GetSize() && array.GetSize() != 1)
    throw nb::value_error(("Non-conforming inputs: arrays of " + std::to_string(array.GetSize()) + " and " +
                           std::to_string(operand.GetSize()) + " elements.")
                              .c_str());
  const size_t count = is_repeated ? array.GetSize() : operand.GetSize();
  Array<T> out(count);
  T* elements = count ? out.GetMutableData() : nullptr;
  for (size_t i = 0; i < count; ++i) {
    const T& a = array[array.GetSize() == 1 ? 0 : i];
    const T& b = operand[is_repeated ? 0 : i];
    if (!Combine<T, kOperation>(kReversed ? b : a, kReversed ? a : b, elements[i]))
      return nb::borrow(Py_NotImplemented);
  }
  return nb::cast(std::move(out));
}

template <class T>
void BindArithmetic(nb::class_<Array<T>>& cls) {
  using A = Array<T>;
  cls.def("__add__", &Operate<T, Operation::kAdd, false>, nb::is_operator());
  cls.def("__radd__", &Operate<T, Operation::kAdd, true>, nb::is_operator());
  if constexpr (std::is_same_v<T, std::string>) return;
  cls.def("__sub__", &Operate<T, Operation::kSubtract, false>, nb::is_operator());
  cls.def("__rsub__", &Operate<T, Operation::kSubtract, true>, nb::is_operator());
  cls.def("__mul__", &Operate<T, Operation::kMultiply, false>, nb::is_operator());
  cls.def("__rmul__", &Operate<T, Operation::kMultiply, true>, nb::is_operator());
  if constexpr (kIsScalar<T> || IsMatrix<T>::value || IsQuat<T>::value)
    cls.def("__truediv__", &Operate<T, Operation::kDivide, false>, nb::is_operator());
  if constexpr (kIsScalar<T> || IsMatrix<T>::value)
    cls.def("__rtruediv__", &Operate<T, Operation::kDivide, true>, nb::is_operator());
  if constexpr (std::is_integral_v<T>) {
    cls.def("__mod__", &Operate<T, Operation::kModulo, false>, nb::is_operator());
    cls.def("__rmod__", &Operate<T, Operation::kModulo, true>, nb::is_operator());
  }
  if constexpr (kIsScalar<T> || IsVec<T>::value || IsMatrix<T>::value)
    cls.def("__neg__", [](const A& array) {
      A out(array);
      T* elements = out.GetSize() ? out.GetMutableData() : nullptr;
      for (size_t i = 0; i < out.GetSize(); ++i) {
        if constexpr (IsVec<T>::value || IsMatrix<T>::value)
          elements[i] = Scale(elements[i], -1.0);
        else if constexpr (std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>)
          elements[i].value = -elements[i].value;
        else
          elements[i] = static_cast<T>(-elements[i]);
      }
      return out;
    });
}

template <class T>
bool EqualsOther(const Array<T>& array, nb::handle other) {
  Array<T> read;
  return ReadArray(other, read) && array == read;
}

template <class T>
void BindArray(nb::module_& module, const char* name) {
  using A = Array<T>;
  nb::class_<A> cls(module, name,
                    "Values of one type, one after the other; copies share storage until one is written.",
                    nb::type_slots(GetSlots<T>()));
  cls.def(nb::init<>());
  const auto check_size = [](Py_ssize_t size) {
    if (size >= 0) return;
    PyErr_SetString(PyExc_OverflowError, "the size of an array is not negative");
    throw nb::python_error();
  };
  cls.def(
      "__init__",
      [check_size](A* array, Py_ssize_t size) {
        check_size(size);
        new (array) A(static_cast<size_t>(size));
      },
      "size"_a);
  cls.def(
      "__init__",
      [check_size](A* array, Py_ssize_t size, nb::handle fill) {
        check_size(size);
        A made;
        T element;
        if (ReadElement(fill, element)) {
          made = A(static_cast<size_t>(size), element);
        } else {
          A pattern;
          if (!ReadArray(fill, pattern)) RaiseTypeError("elements of another type");
          if (pattern.IsEmpty() && size) throw nb::value_error("no value to fill an array with");
          made.Reserve(static_cast<size_t>(size));
          for (size_t i = 0; i < static_cast<size_t>(size); ++i)
            made.PushBack(pattern[i % pattern.GetSize()]);
        }
        new (array) A(std::move(made));
      },
      "size"_a, "fill"_a);
  cls.def(
      "__init__",
      [](A* array, nb::handle source) {
        A made;
        if (!ReadArray(source, made)) {
          nb::object items = nb::steal(PySequence_List(source.ptr()));
          if (!items.is_valid()) nb::raise_python_error();
          if (!ReadArray(items, made)) RaiseTypeError("a sequence with an element of another type");
        }
        new (array) A(std::move(made));
      },
      "values"_a);
  cls.attr("_isVtArray") = true;
  cls.def("__len__", &A::GetSize);
  cls.def("__getitem__", &GetItem<T>);
  cls.def("__setitem__", &SetItem<T>);
  cls.def("__iter__", [](const A& array) {
    nb::list items;
    for (const T& element : array) items.append(element);
    return nb::iter(items);
  });
  cls.def("__eq__", [](const A& a, const A& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const A& a, const A& b) { return !(a == b); }, nb::is_operator());
  cls.def("__eq__", &EqualsOther<T>, nb::is_operator());
  cls.def("__ne__", [](const A& a, nb::handle b) { return !EqualsOther(a, b); }, nb::is_operator());
  const std::string full = nb::cast<std::string>(module.attr("__name__")).substr(7) + "." + name;
  cls.def("__repr__", [full](const A& array) { return ReprArray(array, full); });
  cls.def("__str__", &PrintArray<T>);
  cls.def("__reduce__",
          [](nb::handle self) { return nb::make_tuple(self.type(), nb::make_tuple(nb::list(self))); });
  if constexpr (kIsNumeric<T>) {
    const auto from_buffer = [](nb::handle buffer) {
      A array;
      if (!ReadBuffer(buffer, array))
        throw nb::value_error("a buffer of another shape or of another type of numbers");
      return array;
    };
    cls.def_static("FromNumpy", from_buffer, "array"_a,
                   "From a numpy array of shape (n), (n, components) or (n, rows, columns).");
    cls.def_static("FromBuffer", from_buffer, "buffer"_a,
                   "From any object with the buffer protocol, as FromNumpy.");
    module.attr((std::string(name) + "FromBuffer").c_str()) = cls.attr("FromBuffer");
    BindArithmetic(cls);
  } else if constexpr (std::is_same_v<T, std::string>) {
    BindArithmetic(cls);
  }
}

}  // namespace

void BindArrays(nb::module_& vt, nb::module_& sdf) {
#define STRATA_VT(name, type) BindArray<type>(vt, #name "Array");
  STRATA_VT(Bool, bool)
  STRATA_VT(UChar, uint8_t)
  STRATA_VT(Int, int32_t)
  STRATA_VT(UInt, uint32_t)
  STRATA_VT(Int64, int64_t)
  STRATA_VT(UInt64, uint64_t)
  STRATA_VT(Half, Half)
  STRATA_VT(Float, float)
  STRATA_VT(Double, double)
  STRATA_VT(TimeCode, TimeCode)
  STRATA_VT(Duration, Duration)
  STRATA_VT(String, std::string)
  STRATA_VT(Token, Token)
  STRATA_VT(Vec2d, Vec2d)
  STRATA_VT(Vec2f, Vec2f)
  STRATA_VT(Vec2h, Vec2h)
  STRATA_VT(Vec2i, Vec2i)
  STRATA_VT(Vec3d, Vec3d)
  STRATA_VT(Vec3f, Vec3f)
  STRATA_VT(Vec3h, Vec3h)
  STRATA_VT(Vec3i, Vec3i) STRATA_VT(Vec4d, Vec4d) STRATA_VT(Vec4f, Vec4f) STRATA_VT(Vec4h, Vec4h)
      STRATA_VT(Vec4i, Vec4i) STRATA_VT(Quatd, Quatd) STRATA_VT(Quatf, Quatf) STRATA_VT(Quath, Quath)
          STRATA_VT(Matrix2d, Matrix2d) STRATA_VT(Matrix3d, Matrix3d) STRATA_VT(Matrix4d, Matrix4d)
#undef STRATA_VT
              BindArray<AssetPath>(sdf, "AssetPathArray");
  BindArray<PathExpression>(sdf, "PathExpressionArray");
  sdf.attr("TimeCodeArray") = vt.attr("TimeCodeArray");
}

}  // namespace strata::python

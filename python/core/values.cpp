// Values: Python's objects to Strata's and back.
#include "python/core/arguments.h"
#include "python/core/core.h"
#include "python/core/sdf_enums.h"
#include "python/core/vt_arrays.h"
#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"

namespace strata::python {

namespace {

nb::object ToPython(const Dictionary& dictionary) {
  nb::dict out;
  for (const auto& [key, value] : dictionary.entries)
    out[nb::str(key.c_str(), key.size())] = python::ToPython(value);
  return out;
}

nb::object ToPython(const TimeSamples& samples) {
  nb::dict out;
  for (size_t i = 0; i < samples.GetSize(); ++i)
    out[nb::float_(samples.GetTime(i))] = python::ToPython(samples.GetValue(i));
  return out;
}

// Types that have a Python class or caster of their own.
template <class T>
nb::object Convert(const T& held) {
  if constexpr (std::is_same_v<T, Dictionary> || std::is_same_v<T, TimeSamples>) {
    return ToPython(held);
  } else if constexpr (std::is_same_v<T, ValueVector>) {
    nb::list items;
    for (const Value& item : held) items.append(python::ToPython(item));
    return items;
  } else if constexpr (std::is_same_v<T, UnregisteredValue>) {
    return held.value ? python::ToPython(*held.value) : nb::none();
  } else if constexpr (std::is_same_v<T, UnregisteredListOp>) {
    nb::list items;
    for (const UnregisteredValue& item : held.GetAppliedItems()) items.append(Convert(item));
    return items;
  } else if constexpr (std::is_same_v<T, Opaque>) {
    return nb::none();
  } else if constexpr (std::is_same_v<T, ArrayEdit>) {
    return nb::module_::import_("strata._vt_edits").attr("_of_engine")(nb::cast(held));
  } else {
    return nb::cast(held);
  }
}

bool ReadDictionary(nb::handle source, Dictionary& out) {
  if (!PyDict_Check(source.ptr())) return false;
  for (const auto& [key, item] : nb::borrow<nb::dict>(source)) {
    std::string name;
    if (!nb::try_cast(key, name)) RaiseTypeError("the keys of a dictionary of scene description are text");
    // A tuple is an array here, not a vector.
    out.entries[name] = PyTuple_Check(item.ptr()) ? FromPython(nb::list(item)) : FromPython(item);
  }
  return true;
}

// The first type in `T...` of which every item of the sequence is one.
template <class T, class... More>
Value GuessArray(nb::handle sequence) {
  Array<T> read;
  bool fits = ReadArray(sequence, read);
  if constexpr (std::is_same_v<T, bool>)
    for (size_t i = 0; fits && i < read.GetSize(); ++i)
      fits = PyBool_Check(nb::steal(PySequence_GetItem(sequence.ptr(), static_cast<Py_ssize_t>(i))).ptr());
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
    for (size_t i = 0; fits && i < read.GetSize(); ++i)
      fits = PyLong_Check(nb::steal(PySequence_GetItem(sequence.ptr(), static_cast<Py_ssize_t>(i))).ptr());
  if (fits) return Value(read);
  if constexpr (sizeof...(More) > 0)
    return GuessArray<More...>(sequence);
  else
    return Value();
}

Value GuessNumber(nb::handle source) {
  if (PyBool_Check(source.ptr())) return Value(source.ptr() == Py_True);
  if (PyFloat_Check(source.ptr())) return Value(PyFloat_AsDouble(source.ptr()));
  int32_t narrow;
  if (nb::try_cast(source, narrow)) return Value(narrow);
  int64_t wide;
  if (nb::try_cast(source, wide)) return Value(wide);
  uint64_t widest;
  if (nb::try_cast(source, widest)) return Value(widest);
  PyErr_Clear();
  return Value();
}

// The value of an object of one of the bound classes.
Value FromBoundClass(nb::handle source) {
  if (!nb::inst_check(source)) return Value();
#define X(name, type, text)                                                    \
  if constexpr (std::is_class_v<type> && !std::is_same_v<type, std::string> && \
                !std::is_same_v<type, Token> && !std::is_same_v<type, Half>)   \
    if (nb::isinstance<type>(source)) return Value(nb::cast<type>(source));
  STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type, text) \
  if (nb::isinstance<Array<type>>(source)) return Value(nb::cast<Array<type>>(source));
  STRATA_ELEMENT_TYPES(X)
#undef X
#define X(type) \
  if (nb::isinstance<type>(source)) return Value(nb::cast<type>(source));
  X(Path)
  X(Spline)
  X(LayerOffset) X(Reference) X(Payload) X(ValueBlock) X(AnimationBlock) X(IntListOp) X(UIntListOp)
      X(Int64ListOp) X(UInt64ListOp) X(StringListOp) X(TokenListOp) X(PathListOp) X(ReferenceListOp)
          X(PayloadListOp)
#undef X
#define X(type) \
  if (nb::isinstance<Enumerator<type>>(source)) return Value(nb::cast<type>(source));
              X(Specifier) X(Variability) X(Permission)
#undef X
                  return Value();
}

Value Guess(nb::handle source) {
  if (PyBool_Check(source.ptr()) || PyFloat_Check(source.ptr()) || PyLong_Check(source.ptr()))
    return GuessNumber(source);
  if (PyUnicode_Check(source.ptr())) return Value(nb::cast<std::string>(source));
  Value bound = FromBoundClass(source);
  if (!bound.IsEmpty()) return bound;
  if (nb::object edit = nb::getattr(source, "_edit", nb::none()); nb::isinstance<ArrayEdit>(edit))
    return Value(nb::cast<ArrayEdit>(edit));
  if (PyDict_Check(source.ptr())) {
    Dictionary read;
    ReadDictionary(source, read);
    return Value(read);
  }
  if (PySequence_Check(source.ptr()) || PyObject_CheckBuffer(source.ptr())) {
    if (PyTuple_Check(source.ptr())) {
      double numbers[4];
      const Py_ssize_t count = PyTuple_Size(source.ptr());
      if (count >= 2 && count <= 4 && ReadNumbers(source, numbers, static_cast<size_t>(count))) {
        if (count == 2) return Value(Vec2d{{numbers[0], numbers[1]}});
        if (count == 3) return Value(Vec3d{{numbers[0], numbers[1], numbers[2]}});
        return Value(Vec4d{{numbers[0], numbers[1], numbers[2], numbers[3]}});
      }
    }
    return GuessArray<bool, int32_t, int64_t, double, std::string, AssetPath, Vec2d, Vec3d, Vec4d, Quatd,
                      Matrix4d>(source);
  }
  double number;
  if (nb::try_cast(source, number)) return Value(number);  // numpy's scalars
  PyErr_Clear();
  return Value();
}

template <class T>
bool ReadAs(nb::handle source, Value& out) {
  T read;
  if (!nb::try_cast(source, read)) return false;
  out = Value(std::move(read));
  return true;
}

// An object as a value of `type`, when that can be.
bool ReadTyped(nb::handle source, ValueType type, Value& out) {
  switch (type) {
#define X(name, type, text)                       \
  case ValueType::k##name: {                      \
    type read;                                    \
    if (!ReadElement(source, read)) return false; \
    out = Value(std::move(read));                 \
    return true;                                  \
  }                                               \
  case ValueType::k##name##Array: {               \
    Array<type> read;                             \
    if (!ReadArray(source, read)) return false;   \
    out = Value(std::move(read));                 \
    return true;                                  \
  }
    STRATA_ELEMENT_TYPES(X)
#undef X
    case ValueType::kDictionary: {
      Dictionary read;
      if (!ReadDictionary(source, read)) return false;
      out = Value(std::move(read));
      return true;
    }
    case ValueType::kPath: {
      PathArgument path;
      if (!nb::try_cast(source, path)) return false;
      out = Value(path.path);
      return true;
    }
    case ValueType::kPathVector: {
      std::vector<PathArgument> paths;
      if (!nb::try_cast(source, paths)) return false;
      out = Value(PathVector(paths.begin(), paths.end()));
      return true;
    }
    case ValueType::kRelocates: {
      std::vector<std::pair<PathArgument, PathArgument>> pairs;
      if (!nb::try_cast(source, pairs)) return false;
      Relocates read;
      for (const auto& [from, to] : pairs) read.emplace_back(from.path, to.path);
      out = Value(std::move(read));
      return true;
    }
    case ValueType::kTimeSamples: {
      if (!PyDict_Check(source.ptr())) return false;
      TimeSamples read;
      for (const auto& [time, value] : nb::borrow<nb::dict>(source))
        read.Set(nb::cast<double>(time), value.is_none() ? Value(ValueBlock()) : FromPython(value));
      out = Value(std::move(read));
      return true;
    }
    case ValueType::kLayerOffsetVector:
      return ReadAs<LayerOffsetVector>(source, out);
    case ValueType::kTokenVector:
      return ReadAs<TokenVector>(source, out);
    case ValueType::kStringVector:
      return ReadAs<StringVector>(source, out);
    case ValueType::kVariantSelectionMap:
      return ReadAs<VariantSelectionMap>(source, out);
    default:
      return false;
  }
}

// What stands first in an array: wrapped values (Vt.Token, ...) hold one of the type that is meant.
Value GetFirst(const Value& array) {
  switch (array.GetType()) {
#define X(name, type, text)       \
  case ValueType::k##name##Array: \
    return array.Get<Array<type>>().GetSize() == 0 ? Value() : Value(type(*array.Get<Array<type>>().begin()));
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return {};
  }
}

}  // namespace

nb::object ToPython(const Value& value) {
  switch (value.GetType()) {
    case ValueType::kEmpty:
      return nb::none();
#define X(name, type, text)            \
  case ValueType::k##name:             \
    return Convert(value.Get<type>()); \
  case ValueType::k##name##Array:      \
    return Convert(value.Get<Array<type>>());
      STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type)      \
  case ValueType::k##name: \
    return Convert(value.Get<type>());
      STRATA_FIELD_TYPES(X)
#undef X
    case ValueType::kCount:
      break;
  }
  return nb::none();
}

Value FromPython(nb::handle object, ValueType type) {
  if (object.is_none()) return Value();
  Value read;
  if (type != ValueType::kEmpty && ReadTyped(object, type, read)) return read;
  read = nb::hasattr(object, "_array_of_one") ? GetFirst(FromPython(object.attr("_array_of_one")))
                                              : Guess(object);
  if (read.IsEmpty()) RaiseTypeError("no value of scene description: " + Repr(object));
  if (type == ValueType::kEmpty || read.GetType() == type) return read;
  Value cast = CastValue(read, type);
  return cast.IsEmpty() ? read : cast;
}

}  // namespace strata::python

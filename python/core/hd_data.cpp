// Hd: locators, data sources, and data sources that are written in Python.
#include <optional>

#include "python/core/compute.h"
#include "python/core/engine.h"
#include "python/core/hd.h"
#include "python/core/reading.h"
#include "strata/scene/compare.h"
#include "strata/scene/editor.h"
#include "strata/scene/host_errors.h"
#include "strata/scene/overlay.h"
#include "strata/scene/print.h"
#include "strata/scene/retained.h"

namespace strata::python {

namespace {

using scene::ContainerDataSource;
using scene::DataSourceHandle;
using scene::DataSourceKind;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;

class PythonContainer final : public ContainerDataSource {
 public:
  explicit PythonContainer(nb::handle object) : kept_(nb::borrow(object)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    AskPython(kept_, "GetNames", [&](const nb::object& method) {
      for (nb::handle name : method()) names.push_back(ReadAs<Token>(name, "a name"));
    });
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle found;
    AskPython(kept_, "Get", [&](const nb::object& method) { found = ToDataSource(method(name)); });
    return found;
  }
  nb::object GetObject() const { return kept_.Get(); }

 private:
  Kept kept_;
};

class PythonVector final : public scene::VectorDataSource {
 public:
  explicit PythonVector(nb::handle object) : kept_(nb::borrow(object)) {}
  size_t GetNumElements() const override {
    size_t count = 0;
    AskPython(kept_, "GetNumElements", [&](const nb::object& method) { count = nb::cast<size_t>(method()); });
    return count;
  }
  DataSourceHandle GetElement(size_t element) const override {
    DataSourceHandle found;
    AskPython(kept_, "GetElement", [&](const nb::object& method) { found = ToDataSource(method(element)); });
    return found;
  }
  nb::object GetObject() const { return kept_.Get(); }

 private:
  Kept kept_;
};

class PythonSampled final : public scene::SampledDataSource {
 public:
  explicit PythonSampled(nb::handle object) : kept_(nb::borrow(object)) {}
  Value GetValue(double shutter_offset) const override {
    Value value;
    AskPython(kept_, "GetValue",
              [&](const nb::object& method) { value = FromPython(method(shutter_offset)); });
    return value;
  }
  // Python gives (whether it varies, times).
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    bool varies = false;
    AskPython(kept_, "GetContributingSampleTimesForInterval", [&](const nb::object& method) {
      auto told = nb::cast<std::pair<bool, std::vector<double>>>(method(start, end));
      varies = told.first;
      if (varies && times) *times = std::move(told.second);
    });
    return varies;
  }
  nb::object GetObject() const { return kept_.Get(); }

 private:
  Kept kept_;
};

template <class Source>
const Source& CheckSource(const DataSourceObject& object) {
  if (object.source) return static_cast<const Source&>(*object.source);
  PyErr_SetString(PyExc_NotImplementedError, "A data source written in Python overrides this method");
  throw nb::python_error();
}

void BindLocators(nb::module_& hd) {
  using L = DataSourceLocator;
  nb::class_<L> cls(hd, "DataSourceLocator",
                    "Where a data source is below a container: the names that lead to it.");
  cls.def("__init__", [](L* made, const nb::args& names) {
    std::vector<Token> all;
    for (nb::handle name : names) all.push_back(ReadAs<Token>(name, "a name"));
    new (made) L(std::span<const Token>(all));
  });
  cls.def_static("EmptyLocator", [] { return L(); });
  cls.def("IsEmpty", &L::IsEmpty);
  cls.def("GetElementCount", &L::GetElementCount);
  cls.def(
      "GetElement", [](const L& l, Py_ssize_t i) { return l.GetElement(CheckIndex(i, l.GetElementCount())); },
      "i"_a);
  cls.def("GetFirstElement", &L::GetFirstElement);
  cls.def("GetLastElement", &L::GetLastElement);
  cls.def("ReplaceLastElement", &L::ReplaceLastElement, "name"_a);
  cls.def("RemoveLastElement", &L::RemoveLastElement);
  cls.def("RemoveFirstElement", &L::RemoveFirstElement);
  cls.def(
      "Append", [](const L& l, nb::handle tail) { return l.Append(ToLocator(tail)); }, "tail"_a,
      "A name or a locator.");
  cls.def("Prepend", [](const L& l, nb::handle head) { return l.Prepend(ToLocator(head)); }, "head"_a);
  cls.def("HasPrefix", &L::HasPrefix, "prefix"_a);
  cls.def("GetCommonPrefix", &L::GetCommonPrefix, "other"_a);
  cls.def("ReplacePrefix", &L::ReplacePrefix, "oldPrefix"_a, "newPrefix"_a);
  cls.def("Intersects", &L::Intersects, "other"_a, "Whether one is a prefix of the other.");
  cls.def(
      "GetString", [](const L& l, const std::string& delimiter) { return l.GetString(delimiter); },
      "delimiter"_a = "/");
  cls.def("__len__", &L::GetElementCount);
  cls.def("__getitem__",
          [](const L& l, Py_ssize_t i) { return l.GetElement(CheckIndex(i, l.GetElementCount())); });
  cls.def("__hash__", [](const L& l) { return static_cast<Py_ssize_t>(l.GetHash() >> 1); });
  cls.def("__eq__", [](const L& a, const L& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const L& a, const L& b) { return !(a == b); }, nb::is_operator());
  cls.def("__lt__", [](const L& a, const L& b) { return a < b; }, nb::is_operator());
  cls.def("__str__", [](const L& l) { return l.GetString(); });
  cls.def("__repr__", [](const L& l) {
    std::string text = "Hd.DataSourceLocator(";
    for (Token name : l.GetNames()) text += (text.back() == '(' ? "'" : ", '") + name.GetString() + "'";
    return text + ")";
  });
}

DataSourceLocatorSet ToLocatorSet(nb::handle object) {
  DataSourceLocatorSet set;
  if (nb::try_cast(object, set)) return set;
  if (PyUnicode_Check(object.ptr()) || nb::isinstance<DataSourceLocator>(object)) return {ToLocator(object)};
  for (nb::handle one : object) set.Insert(ToLocator(one));
  return set;
}

void BindLocatorSets(nb::module_& hd) {
  using S = DataSourceLocatorSet;
  nb::class_<S> cls(hd, "DataSourceLocatorSet",
                    "A set of locators that holds, with each, all that lie below it.");
  cls.def("__init__", [](S* made, const nb::args& locators) {
    new (made) S();
    for (nb::handle one : locators) made->Insert(ToLocatorSet(one));
  });
  cls.def_static("UniversalSet", [] { return S::Universal(); });
  cls.def("IsEmpty", &S::IsEmpty);
  cls.def("IsUniversal", &S::IsUniversal);
  cls.def("Insert", [](S& s, nb::handle more) { s.Insert(ToLocatorSet(more)); }, "locators"_a);
  cls.def("Append", [](S& s, nb::handle one) { s.Append(ToLocator(one)); }, "locator"_a);
  cls.def(
      "Contains", [](const S& s, nb::handle other) { return s.Contains(ToLocatorSet(other)); }, "locators"_a);
  cls.def(
      "Intersects", [](const S& s, nb::handle other) { return s.Intersects(ToLocatorSet(other)); },
      "locators"_a);
  cls.def(
      "Intersection", [](const S& s, nb::handle other) { return s.Intersection(ToLocatorSet(other)); },
      "locators"_a);
  cls.def(
      "ReplacePrefix",
      [](const S& s, nb::handle from, nb::handle to) {
        return s.ReplacePrefix(ToLocator(from), ToLocator(to));
      },
      "oldPrefix"_a, "newPrefix"_a);
  cls.def("__len__", &S::GetSize);
  cls.def("__bool__", [](const S& s) { return !s.IsEmpty(); });
  cls.def("__iter__",
          [](const S& s) { return nb::iter(nb::cast(std::vector<DataSourceLocator>(s.begin(), s.end()))); });
  cls.def("__eq__", [](const S& a, const S& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const S& a, const S& b) { return !(a == b); }, nb::is_operator());
  cls.def("__hash__", [](const S& s) { return static_cast<Py_ssize_t>(s.GetHash() >> 1); });
  cls.def("__str__", &S::GetString);
  cls.def("__repr__", [](const S& s) {
    std::string text = "Hd.DataSourceLocatorSet(";
    for (const DataSourceLocator& one : s) text += (text.back() == '(' ? "" : ", ") + Repr(nb::cast(one));
    return text + ")";
  });
}

void BindDataSourceKinds(nb::module_& hd) {
  nb::class_<DataSourceObject> base(hd, "DataSourceBase", "Data of a prim of a running scene.",
                                    nb::is_weak_referenceable());
  base.def(
      "__eq__",
      [](const DataSourceObject& a, const DataSourceObject& b) {
        return &a == &b || (a.source && a.source == b.source);
      },
      nb::is_operator());
  base.def("__hash__", [](const DataSourceObject& a) {
    const void* at = a.source ? static_cast<const void*>(a.source.Get()) : &a;
    return static_cast<Py_ssize_t>(std::hash<const void*>()(at) >> 1);
  });
  base.def("__str__", [](nb::handle self) {
    const Alone alone;
    return scene::PrintDataSource(ToDataSource(self));
  });
  nb::class_<ContainerObject, DataSourceObject> container(
      hd, "ContainerDataSource",
      "Data by name. Derive from it, with GetNames() and Get(name), to make one of your own.",
      nb::dynamic_attr());
  container.def(nb::init<>());
  container.def("GetNames", [](const ContainerObject& c) {
    const Alone alone;
    return CheckSource<ContainerDataSource>(c).GetNames();
  });
  container.def(
      "Get",
      [](const ContainerObject& c, nb::handle where) {
        const Alone alone;
        const auto& source = CheckSource<ContainerDataSource>(c);
        if (!nb::isinstance<DataSourceLocator>(where))
          return ToPython(source.Get(ReadAs<Token>(where, "a name")));
        return ToPython(ContainerDataSource::Get(ContainerDataSource::Cast(c.source),
                                                 nb::cast<DataSourceLocator>(where)));
      },
      "name"_a, "The data source of a name, or where a locator leads; None where there is none.");
  nb::class_<VectorObject, DataSourceObject> vector(
      hd, "VectorDataSource", "Data by number. Derive from it, with GetNumElements() and GetElement(i).",
      nb::dynamic_attr());
  vector.def(nb::init<>());
  vector.def("GetNumElements", [](const VectorObject& v) {
    const Alone alone;
    return CheckSource<scene::VectorDataSource>(v).GetNumElements();
  });
  vector.def(
      "GetElement",
      [](const VectorObject& v, size_t i) {
        const Alone alone;
        const auto& source = CheckSource<scene::VectorDataSource>(v);
        return ToPython(i < source.GetNumElements() ? source.GetElement(i) : nullptr);
      },
      "element"_a);
  nb::class_<SampledObject, DataSourceObject> sampled(
      hd, "SampledDataSource",
      "A value, at times relative to the frame. Derive from it, with GetValue(shutterOffset) and "
      "GetContributingSampleTimesForInterval(start, end), which gives (whether it varies, times).",
      nb::dynamic_attr());
  sampled.def(nb::init<>());
  sampled.def(
      "GetValue",
      [](const SampledObject& s, double offset) {
        const Alone alone;
        return ToPython(CheckSource<scene::SampledDataSource>(s).GetValue(offset));
      },
      "shutterOffset"_a = 0.0);
  sampled.def(
      "GetContributingSampleTimesForInterval",
      [](const SampledObject& s, double start, double end) {
        const Alone alone;
        if (!s.source)
          return std::pair(false, std::vector<double>());  // in Python: constant, unless it says otherwise
        std::vector<double> times;
        const bool varies =
            CheckSource<scene::SampledDataSource>(s).GetContributingSampleTimes(start, end, &times);
        return std::pair(varies, varies ? times : std::vector<double>());
      },
      "startTime"_a, "endTime"_a);
  nb::class_<BlockObject, DataSourceObject> block(hd, "BlockDataSource",
                                                  "Says that there is nothing: hides weaker data.");
  block.def("__init__", [](BlockObject* made) { new (made) BlockObject{{scene::BlockDataSource::Get()}}; });
}

ContainerObject RetainContainer(const nb::args& parts, const nb::kwargs& named) {
  std::vector<scene::RetainedContainerDataSource::Entry> entries;
  const auto add = [&](nb::handle name, nb::handle source) {
    entries.emplace_back(ReadAs<Token>(name, "a name"), ToDataSource(source));
  };
  if (parts.size() == 1 && nb::isinstance<nb::dict>(parts[0])) {
    for (const auto& [name, source] : nb::cast<nb::dict>(parts[0])) add(name, source);
  } else {
    if (parts.size() % 2)
      RaiseTypeError("a retained container is made of names and data sources in turn, or of a dict");
    for (size_t i = 0; i < parts.size(); i += 2) add(parts[i], parts[i + 1]);
  }
  for (const auto& [name, source] : named) add(name, source);
  return {{scene::RetainedContainerDataSource::New(std::move(entries))}};
}

void BindRetained(nb::module_& hd) {
  hd.def("_RetainedContainer", &RetainContainer);
  hd.def(
      "_RetainedValue",
      [](nb::handle value, nb::handle type) {
        ValueTypeNameObject name;
        if (!type.is_none() && !nb::try_cast(type, name))
          RaiseTypeError("the type of a value is a name of Sdf.ValueTypeNames");
        const Value read = FromPython(value, name.type ? name.type->type : ValueType::kEmpty);
        return SampledObject{{scene::Retain<Value>(read)}};
      },
      "value"_a, "typeName"_a.none());
  hd.def("_RetainedVector", [](const nb::iterable& elements) {
    std::vector<DataSourceHandle> all;
    for (nb::handle one : elements) all.push_back(ToDataSource(one));
    return VectorObject{{scene::RetainedVectorDataSource::New(std::move(all))}};
  });
  hd.def("_Overlay", [](const nb::args& strongest_first) {
    std::vector<scene::ContainerDataSourceHandle> all;
    for (nb::handle one : strongest_first) all.push_back(ToContainer(one));
    return ToPython(scene::OverlayContainerDataSource::New(std::move(all)));
  });
  using Editor = scene::ContainerDataSourceEditor;
  nb::class_<Editor> editor(hd, "ContainerDataSourceEditor",
                            "Makes a container out of another one and edits to it.");
  editor.def(
      "__init__", [](Editor* e, nb::handle initial) { new (e) Editor(ToContainer(initial)); },
      "initialContainer"_a.none() = nb::none());
  editor.def(
      "Set",
      [](Editor& e, nb::handle where, nb::handle source) -> Editor& {
        return e.Set(ToLocator(where), ToDataSource(source));
      },
      "locator"_a, "dataSource"_a.none(), nb::rv_policy::reference,
      "Puts a data source there; None takes away what is there.");
  editor.def(
      "Overlay",
      [](Editor& e, nb::handle where, nb::handle over) -> Editor& {
        return e.Overlay(ToLocator(where), ToContainer(over));
      },
      "locator"_a, "container"_a, nb::rv_policy::reference);
  editor.def("Finish", [](Editor& e) {
    const Alone alone;
    return ToPython(e.Finish());
  });
  editor.def_static(
      "ComputeDirtyLocators",
      [](nb::handle edited) { return Editor::ComputeDirtyLocators(ToLocatorSet(edited)); }, "locators"_a);
  hd.def(
      "DeepEquals",
      [](nb::handle a, nb::handle b, double start, double end) {
        const Alone alone;
        return scene::DeepEquals(ToDataSource(a), ToDataSource(b), {start, end});
      },
      "a"_a.none(), "b"_a.none(), "startTime"_a = 0.0, "endTime"_a = 0.0,
      "Whether two data sources say the same.");
  hd.def(
      "HashDataSource",
      [](nb::handle a, double start, double end) {
        const Alone alone;
        return scene::HashDataSource(ToDataSource(a), {start, end});
      },
      "dataSource"_a.none(), "startTime"_a = 0.0, "endTime"_a = 0.0, "Equal for equal data, in every run.");
}

}  // namespace

void ReportFailure(nb::handle self, const char* method, const std::string& what) {
  const std::string name = nb::cast<std::string>(self.type().attr("__name__"));
  WarnInCallback(Diagnostic(scene::kHostFailed, name + "." + method + " failed: " + what),
                 "a scene in Python");
}

nb::object ToPython(const DataSourceHandle& source) {
  if (!source) return nb::none();
  switch (source->GetKind()) {
    case DataSourceKind::kContainer:
      if (const auto* own = dynamic_cast<const PythonContainer*>(source.Get())) return own->GetObject();
      return nb::cast(ContainerObject{{source}});
    case DataSourceKind::kVector:
      if (const auto* own = dynamic_cast<const PythonVector*>(source.Get())) return own->GetObject();
      return nb::cast(VectorObject{{source}});
    case DataSourceKind::kSampled:
      if (const auto* own = dynamic_cast<const PythonSampled*>(source.Get())) return own->GetObject();
      return nb::cast(SampledObject{{source}});
    case DataSourceKind::kBlock:
      break;
  }
  return nb::cast(BlockObject{{source}});
}

DataSourceHandle ToDataSource(nb::handle object) {
  if (object.is_none()) return nullptr;
  if (!nb::isinstance<DataSourceObject>(object))
    RaiseTypeError("a data source is wanted, not " + Repr(object) +
                   " (Hd.RetainedTypedSampledDataSource(value) holds a value)");
  if (const auto& held = nb::cast<const DataSourceObject&>(object); held.source) return held.source;
  KeepEditsToTheirThread();
  if (nb::isinstance<ContainerObject>(object)) return scene::Make<const PythonContainer>(object);
  if (nb::isinstance<VectorObject>(object)) return scene::Make<const PythonVector>(object);
  return scene::Make<const PythonSampled>(object);
}

scene::ContainerDataSourceHandle ToContainer(nb::handle object) {
  const DataSourceHandle source = ToDataSource(object);
  if (!source) return nullptr;
  if (scene::ContainerDataSourceHandle container = ContainerDataSource::Cast(source)) return container;
  RaiseTypeError("a container is wanted, not " + Repr(object));
}

DataSourceLocator ToLocator(nb::handle object) {
  if (PyUnicode_Check(object.ptr())) return ReadAs<Token>(object, "a name");
  return ReadAs<DataSourceLocator>(object, "a locator or a name");
}

void BindDataSources(nb::module_& hd) {
  BindLocators(hd);
  BindLocatorSets(hd);
  BindDataSourceKinds(hd);
  BindRetained(hd);
}

}  // namespace strata::python

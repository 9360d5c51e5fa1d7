#include "strata/scene/checked_data.h"

#include <algorithm>
#include <atomic>
#include <exception>

namespace strata::scene {

namespace {

// Where a source stands, and who is told of it.
struct Place {
  std::shared_ptr<SceneChecks> checks;
  std::string prim;
  DataSourceLocator locator;

  Place Below(Token name) const { return {checks, prim, locator.Append(name)}; }
  void Note(const std::string& what) const {
    checks->Note(prim + (locator.IsEmpty() ? "" : " " + locator.GetString()) + " " + what);
  }
  // What `ask` gives, or `otherwise` where it throws.
  template <class Ask, class T>
  T Try(const char* method, const Ask& ask, T otherwise) const {
    const SceneChecks::Reading reading(checks.get());
    try {
      return ask();
    } catch (...) {
      Note(std::string("throws in ") + method + ": " + DescribeCurrentException());
      return otherwise;
    }
  }
};

DataSourceHandle CheckSource(DataSourceHandle source, Place place);

class CheckedContainer final : public ContainerDataSource {
 public:
  CheckedContainer(ContainerDataSourceHandle source, Place place)
      : source_(std::move(source)), place_(std::move(place)) {}
  std::vector<Token> GetNames() const override {
    return place_.Try("GetNames", [&] { return source_->GetNames(); }, std::vector<Token>());
  }
  DataSourceHandle Get(Token name) const override {
    const Place below = place_.Below(name);
    return CheckSource(below.Try("Get", [&] { return source_->Get(name); }, DataSourceHandle()), below);
  }

 private:
  ContainerDataSourceHandle source_;
  Place place_;
};

class CheckedVector final : public VectorDataSource {
 public:
  CheckedVector(VectorDataSourceHandle source, Place place)
      : source_(std::move(source)), place_(std::move(place)) {}
  size_t GetNumElements() const override {
    return place_.Try("GetNumElements", [&] { return source_->GetNumElements(); }, size_t{0});
  }
  DataSourceHandle GetElement(size_t element) const override {
    const Place below = place_.Below(Token(std::to_string(element)));
    return CheckSource(
        below.Try("GetElement", [&] { return source_->GetElement(element); }, DataSourceHandle()), below);
  }

 private:
  VectorDataSourceHandle source_;
  Place place_;
};

bool CheckTimes(const SampledDataSource& source, const Place& place, double start, double end,
                std::vector<double>* times) {
  std::vector<double> found;
  const bool varies = place.Try(
      "GetContributingSampleTimes", [&] { return source.GetContributingSampleTimes(start, end, &found); },
      false);
  if (!varies) return false;
  if (!std::ranges::is_sorted(found)) {
    place.Note("gives sample times that are out of order");
    std::ranges::sort(found);
  }
  if (times) *times = std::move(found);
  return true;
}

class CheckedSampled final : public SampledDataSource {
 public:
  CheckedSampled(SampledDataSourceHandle source, Place place)
      : source_(std::move(source)), place_(std::move(place)), type_(source_->GetValueType()) {}
  Value GetValue(double shutter_offset) const override {
    Value value = place_.Try("GetValue", [&] { return source_->GetValue(shutter_offset); }, Value());
    if (value.GetType() == ValueType::kEmpty) return value;
    ValueType known = ValueType::kEmpty;
    if (!type_.compare_exchange_strong(known, value.GetType()) && known != value.GetType())
      place_.Note("gives values of different types");
    return value;
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return CheckTimes(*source_, place_, start, end, times);
  }

 private:
  SampledDataSourceHandle source_;
  Place place_;
  mutable std::atomic<ValueType> type_;  // kEmpty until it is known
};

// Of sources that say their type: whoever casts to it, as flattening does, finds it in what is checked, too.
template <class T>
class CheckedTyped final : public TypedSampledDataSource<T> {
 public:
  CheckedTyped(SampledDataSourceHandle source, Place place)
      : source_(TypedSampledDataSource<T>::Cast(source)), place_(std::move(place)) {}
  T GetTypedValue(double shutter_offset) const override {
    return place_.Try("GetTypedValue", [&] { return source_->GetTypedValue(shutter_offset); }, T());
  }
  Value GetValue(double shutter_offset) const override {
    Value value = place_.Try("GetValue", [&] { return source_->GetValue(shutter_offset); }, Value());
    if (!value.IsEmpty() && value.GetType() != ValueTypeOf<T>::kType)
      place_.Note("gives values of different types");
    return value;
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return CheckTimes(*source_, place_, start, end, times);
  }

 private:
  Handle<const TypedSampledDataSource<T>> source_;
  Place place_;
};

DataSourceHandle CheckSampled(SampledDataSourceHandle source, Place place) {
  switch (source->GetValueType()) {
#define X(name, type, text)                                                     \
  case ValueType::k##name:                                                      \
    return Make<const CheckedTyped<type>>(std::move(source), std::move(place)); \
  case ValueType::k##name##Array:                                               \
    return Make<const CheckedTyped<Array<type>>>(std::move(source), std::move(place));
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return Make<const CheckedSampled>(std::move(source), std::move(place));
  }
}

DataSourceHandle CheckSource(DataSourceHandle source, Place place) {
  if (!source) return nullptr;
  switch (source->GetKind()) {
    case DataSourceKind::kContainer:
      return Make<const CheckedContainer>(ContainerDataSource::Cast(source), std::move(place));
    case DataSourceKind::kVector:
      return Make<const CheckedVector>(VectorDataSource::Cast(source), std::move(place));
    case DataSourceKind::kSampled:
      return CheckSampled(SampledDataSource::Cast(source), std::move(place));
    case DataSourceKind::kBlock:
      break;
  }
  return source;
}

}  // namespace

ContainerDataSourceHandle CheckData(ContainerDataSourceHandle data, std::shared_ptr<SceneChecks> checks,
                                    std::string where) {
  if (!data) return nullptr;
  return Make<const CheckedContainer>(std::move(data), Place{std::move(checks), std::move(where), {}});
}

std::string DescribeCurrentException() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "what is no std::exception";
  }
}

}  // namespace strata::scene

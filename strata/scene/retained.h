// Data sources that hold what they say.   (HdRetainedContainerDataSource, HdRetainedSampledDataSource,
// HdRetainedSmallVectorDataSource)
#pragma once

#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include "strata/scene/data_source.h"

namespace strata::scene {

// Immutable. Null values are left out; of a name that comes several times the last value counts. An empty
// one is a container like others.
class RetainedContainerDataSource final : public ContainerDataSource {
 public:
  using Entry = std::pair<Token, DataSourceHandle>;
  static ContainerDataSourceHandle New(std::vector<Entry> entries = {});

  explicit RetainedContainerDataSource(std::vector<Entry> entries);
  std::vector<Token> GetNames() const override;
  DataSourceHandle Get(Token name) const override;

 private:
  static constexpr size_t kFew = 8;  // up to so many, looking at each is quicker than halving
  std::vector<Entry> entries_;       // sorted by the names' ids
};

// The same value at all times.
template <class T>
class RetainedTypedSampledDataSource final : public TypedSampledDataSource<T> {
 public:
  explicit RetainedTypedSampledDataSource(T value) : value_(std::move(value)) {}
  T GetTypedValue(double) const override { return value_; }
  bool GetContributingSampleTimes(double, double, std::vector<double>*) const override { return false; }

 private:
  T value_;
};
// For values whose type is known at run time only.
class RetainedSampledDataSource final : public SampledDataSource {
 public:
  explicit RetainedSampledDataSource(Value value) : value_(std::move(value)) {}
  Value GetValue(double) const override { return value_; }
  bool GetContributingSampleTimes(double, double, std::vector<double>*) const override { return false; }

 private:
  Value value_;
};

template <class T>
SampledDataSourceHandle Retain(T value) {
  if constexpr (std::is_same_v<T, Value>)
    return Make<const RetainedSampledDataSource>(std::move(value));
  else
    return Make<const RetainedTypedSampledDataSource<T>>(std::move(value));
}

// The same source for all who ask.
DataSourceHandle RetainBool(bool value);

class RetainedVectorDataSource final : public VectorDataSource {
 public:
  static VectorDataSourceHandle New(std::vector<DataSourceHandle> elements) {
    return Make<const RetainedVectorDataSource>(std::move(elements));
  }
  explicit RetainedVectorDataSource(std::vector<DataSourceHandle> elements)
      : elements_(std::move(elements)) {}
  size_t GetNumElements() const override { return elements_.size(); }
  DataSourceHandle GetElement(size_t element) const override {
    return element < elements_.size() ? elements_[element] : nullptr;
  }

 private:
  std::vector<DataSourceHandle> elements_;
};

}  // namespace strata::scene

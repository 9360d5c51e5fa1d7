// Kinds of data that a prim of a running scene has: containers of named data, vectors, and values over a
// shutter interval.   (HdDataSourceBase and those derived from it)
//
// Threads: all reading is safe from any thread. A data source observes nothing: whoever produces it tells
// when what it says has changed. It does not keep scene indices alive.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "strata/scene/handle.h"
#include "strata/scene/locator.h"
#include "strata/scene/locator_set.h"
#include "strata/value/value.h"

namespace strata::scene {

enum class DataSourceKind : uint8_t { kContainer, kVector, kSampled, kBlock };

class DataSource : public Counted {
 public:
  DataSourceKind GetKind() const { return kind_; }

 protected:
  explicit DataSource(DataSourceKind kind) : kind_(kind) {}

 private:
  friend class SampledDataSource;
  friend class ContainerDataSource;
  friend class InvalidatableContainerDataSource;
  DataSourceKind kind_;
  bool is_invalidatable_ = false;             // of containers
  ValueType value_type_ = ValueType::kEmpty;  // of sampled ones
};

class ContainerDataSource;
class VectorDataSource;
class SampledDataSource;
using DataSourceHandle = Handle<const DataSource>;
using ContainerDataSourceHandle = Handle<const ContainerDataSource>;
using VectorDataSourceHandle = Handle<const VectorDataSource>;
using SampledDataSourceHandle = Handle<const SampledDataSource>;

// Data by name.
class ContainerDataSource : public DataSource {
 public:
  // Names for which Get is expected to give something, in no promised order.
  virtual std::vector<Token> GetNames() const = 0;
  // Null for names that are not there.
  virtual DataSourceHandle Get(Token name) const = 0;

  // What `locator` leads to: the container itself for the empty one, null where a step is missing or leads
  // into what is no container. `container` may be null.
  static DataSourceHandle Get(const ContainerDataSourceHandle& container, const DataSourceLocator& locator);
  static ContainerDataSourceHandle Cast(const DataSourceHandle& source);

 protected:
  enum class Caching : uint8_t { kNone, kInvalidatable };
  explicit ContainerDataSource(Caching caching = Caching::kNone) : DataSource(DataSourceKind::kContainer) {
    is_invalidatable_ = caching == Caching::kInvalidatable;
  }
};

// A container that caches, and can be told to forget part of it.   (HdInvalidatableContainerDataSource)
class InvalidatableContainerDataSource : public ContainerDataSource {
 public:
  // Locators are relative to this container. True when something cached was forgotten. A writer: nobody reads
  // meanwhile.
  virtual bool Invalidate(const DataSourceLocatorSet& locators) const = 0;
  static Handle<const InvalidatableContainerDataSource> Cast(const DataSourceHandle& source);

 protected:
  InvalidatableContainerDataSource() : ContainerDataSource(Caching::kInvalidatable) {}
};

// Data by number; for what indices rewrite element by element. Arrays of numbers are values, not vectors.
class VectorDataSource : public DataSource {
 public:
  virtual size_t GetNumElements() const = 0;
  virtual DataSourceHandle GetElement(size_t element) const = 0;  // null out of range
  static VectorDataSourceHandle Cast(const DataSourceHandle& source);

 protected:
  VectorDataSource() : DataSource(DataSourceKind::kVector) {}
};

// A value, at times relative to the frame. The value has the same type at all times.
class SampledDataSource : public DataSource {
 public:
  // At a time of the shutter: 0 is the frame.
  virtual Value GetValue(double shutter_offset) const = 0;
  // False: the value is the same all over the interval, ask at 0. True: `times` holds, sorted, where to ask;
  // one time beyond each end may be among them.
  virtual bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const = 0;
  // kEmpty where it is not known before the value is asked for.
  ValueType GetValueType() const { return value_type_; }
  static SampledDataSourceHandle Cast(const DataSourceHandle& source);

 protected:
  explicit SampledDataSource(ValueType type = ValueType::kEmpty) : DataSource(DataSourceKind::kSampled) {
    value_type_ = type;
  }
};

// A sampled data source whose values can be had without a Value around them.
template <class T>
class TypedSampledDataSource : public SampledDataSource {
 public:
  virtual T GetTypedValue(double shutter_offset) const = 0;
  Value GetValue(double shutter_offset) const override { return Value(GetTypedValue(shutter_offset)); }
  static Handle<const TypedSampledDataSource> Cast(const DataSourceHandle& source) {
    if (!source || source->GetKind() != DataSourceKind::kSampled) return nullptr;
    const auto* sampled = static_cast<const SampledDataSource*>(source.Get());
    if (sampled->GetValueType() != ValueTypeOf<T>::kType) return nullptr;
    return Handle<const TypedSampledDataSource>(static_cast<const TypedSampledDataSource*>(sampled));
  }

 protected:
  // Every source that says its type is typed by it: that is what Cast relies on.
  TypedSampledDataSource() : SampledDataSource(ValueTypeOf<T>::kType) {}
};

// Says that there is nothing: over weaker data it hides them. Anywhere else it is as good as null.
class BlockDataSource final : public DataSource {
 public:
  static DataSourceHandle Get();
  BlockDataSource() : DataSource(DataSourceKind::kBlock) {}
};

inline bool IsBlock(const DataSourceHandle& source) {
  return source && source->GetKind() == DataSourceKind::kBlock;
}

// Ends a locator of a notice: "fetch this container anew, though what it holds is the same".
Token GetContainerSentinel();  // "__containerDataSource"

// The value at a locator, if it is there and of this type.
template <class T>
std::optional<T> GetValueAs(const DataSourceHandle& source, double shutter_offset = 0) {
  if (!source || source->GetKind() != DataSourceKind::kSampled) return std::nullopt;
  const auto& sampled = static_cast<const SampledDataSource&>(*source);
  if (sampled.GetValueType() == ValueTypeOf<T>::kType)
    return static_cast<const TypedSampledDataSource<T>&>(sampled).GetTypedValue(shutter_offset);
  Value value = sampled.GetValue(shutter_offset);
  const T* held = value.GetIf<T>();
  return held ? std::optional<T>(*held) : std::nullopt;
}
template <class T>
std::optional<T> GetValueAs(const ContainerDataSourceHandle& container, const DataSourceLocator& locator,
                            double shutter_offset = 0) {
  return GetValueAs<T>(ContainerDataSource::Get(container, locator), shutter_offset);
}

// The sample times of several sources together: sorted, each once, clipped to the interval and one beyond
// each end. Null sources are passed over; false when all are constant.
bool GetMergedContributingSampleTimes(std::span<const SampledDataSourceHandle> sources, double start,
                                      double end, std::vector<double>* times);
// Of sorted times those in the interval, and the nearest before and after it where none falls on its end.
std::vector<double> ClipSampleTimes(std::span<const double> times, double start, double end);

}  // namespace strata::scene

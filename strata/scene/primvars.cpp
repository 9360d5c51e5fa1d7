#include "strata/scene/primvars.h"

#include <algorithm>

#include "strata/value/type_list.h"

namespace strata::scene {

namespace {

template <class T>
Value Gather(const Array<T>& values, const Array<int32_t>& indices, size_t element_size) {
  const size_t elements = values.GetSize() / element_size;
  Array<T> flat;
  flat.Reserve(indices.GetSize() * element_size);
  for (const int32_t index : indices) {
    if (index < 0 || static_cast<size_t>(index) >= elements) return {};
    const size_t first = static_cast<size_t>(index) * element_size;
    for (size_t i = 0; i < element_size; ++i) flat.PushBack(values[first + i]);
  }
  return Value(std::move(flat));
}

class FlattenedPrimvarValue final : public SampledDataSource {
 public:
  FlattenedPrimvarValue(SampledDataSourceHandle values, SampledDataSourceHandle indices, int32_t element_size)
      : values_(std::move(values)),
        indices_(std::move(indices)),
        element_size_(static_cast<size_t>(std::max(element_size, 1))) {}

  Value GetValue(double offset) const override {
    const Value values = values_->GetValue(offset), at = indices_->GetValue(offset);
    const auto* indices = at.GetIf<Array<int32_t>>();
    if (!indices) return {};
#define X(name, type, text) \
  if (const auto* array = values.GetIf<Array<type>>()) return Gather<type>(*array, *indices, element_size_);
    STRATA_ELEMENT_TYPES(X)
#undef X
    return {};
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    const SampledDataSourceHandle both[] = {values_, indices_};
    return GetMergedContributingSampleTimes(both, start, end, times);
  }

 private:
  SampledDataSourceHandle values_, indices_;
  size_t element_size_;
};

SampledDataSourceHandle FindIndices(const PrimvarSchema& primvar) {
  if (!primvar.IsDefined()) return nullptr;
  return SampledDataSource::Cast(primvar.GetContainer()->Get(PrimvarSchema::kIndices.GetToken()));
}

}  // namespace

SampledDataSourceHandle GetFlattenedPrimvarValue(const PrimvarSchema& primvar) {
  if (auto value = SampledDataSource::Cast(primvar.GetPrimvarValue())) return value;
  auto values = SampledDataSource::Cast(primvar.GetIndexedPrimvarValue());
  auto indices = FindIndices(primvar);
  if (!values || !indices) return nullptr;
  return Make<const FlattenedPrimvarValue>(std::move(values), std::move(indices),
                                           primvar.GetElementSize().value_or(1));
}

bool IsIndexed(const PrimvarSchema& primvar) {
  return SampledDataSource::Cast(primvar.GetIndexedPrimvarValue()) && FindIndices(primvar);
}

}  // namespace strata::scene

#include "strata/scene/compare.h"

#include <algorithm>
#include <bit>

#include "strata/value/visit.h"

namespace strata::scene {

namespace {

class Hasher {
 public:
  void Add(uint64_t word) {
    hash_ ^= word;
    hash_ *= 0x9E3779B97F4A7C15ull;
    hash_ ^= hash_ >> 32;
  }
  void Add(std::string_view text) {
    Add(text.size());
    uint64_t word = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      word = word << 8 | static_cast<unsigned char>(text[i]);
      if (i % 8 == 7) Add(word);
    }
    Add(word);
  }
  uint64_t Get() const { return MixBits(hash_); }

 private:
  uint64_t hash_ = 0xA0761D6478BD642Full;
};

// Zeros of either sign are equal, so they count alike.
void AddElement(Hasher& hasher, double number) {
  hasher.Add(std::bit_cast<uint64_t>(number == 0 ? 0.0 : number));
}
template <class T, class = std::enable_if_t<std::is_integral_v<T>>>
void AddElement(Hasher& hasher, T number) {
  hasher.Add(static_cast<uint64_t>(number));
}
void AddElement(Hasher& hasher, float number) {
  AddElement(hasher, double{number});
}
void AddElement(Hasher& hasher, Half number) {
  AddElement(hasher, double{static_cast<float>(number)});
}
void AddElement(Hasher& hasher, TimeCode time) {
  AddElement(hasher, time.value);
}
void AddElement(Hasher& hasher, Duration time) {
  AddElement(hasher, time.value);
}
void AddElement(Hasher& hasher, const std::string& text) {
  hasher.Add(std::string_view(text));
}
void AddElement(Hasher& hasher, Token token) {
  hasher.Add(token.GetText());
}
void AddElement(Hasher& hasher, const AssetPath& asset) {
  hasher.Add(asset.authored);
  hasher.Add(asset.evaluated);
  hasher.Add(asset.resolved);
}
void AddElement(Hasher& hasher, const PathExpression& expression) {
  hasher.Add(expression.GetText());
}
template <class T, size_t N>
void AddElement(Hasher& hasher, const Vec<T, N>& vec) {
  for (size_t i = 0; i < N; ++i) AddElement(hasher, vec[i]);
}
template <class T>
void AddElement(Hasher& hasher, const Quat<T>& quat) {
  AddElement(hasher, quat.real);
  AddElement(hasher, quat.imaginary);
}
template <size_t N>
void AddElement(Hasher& hasher, const Matrix<N>& matrix) {
  for (size_t i = 0; i < N; ++i)
    for (size_t j = 0; j < N; ++j) AddElement(hasher, matrix[i][j]);
}

void AddValue(Hasher& hasher, const Value& value, uint32_t depth);

// Values that attributes do not have; those beyond the ones that scenes hold count by their type alone.
void AddOther(Hasher& hasher, const Value& value, uint32_t depth) {
  if (const Path* path = value.GetIf<Path>()) {
    hasher.Add(path->GetString());
  } else if (const PathVector* paths = value.GetIf<PathVector>()) {
    hasher.Add(paths->size());
    for (Path each : *paths) hasher.Add(each.GetString());
  } else if (const TokenVector* tokens = value.GetIf<TokenVector>()) {
    hasher.Add(tokens->size());
    for (Token token : *tokens) hasher.Add(token.GetText());
  } else if (const StringVector* texts = value.GetIf<StringVector>()) {
    hasher.Add(texts->size());
    for (const std::string& text : *texts) hasher.Add(text);
  } else if (const Dictionary* dictionary = value.GetIf<Dictionary>(); dictionary && depth) {
    for (const auto& [key, entry] : dictionary->entries) {
      hasher.Add(key);
      AddValue(hasher, entry, depth - 1);
    }
  }
}

void AddValue(Hasher& hasher, const Value& value, uint32_t depth) {
  const ValueType type = value.GetType();
  hasher.Add(GetTypeText(type));
  const bool is_array = IsArrayType(type);
  const bool known = VisitElementType(is_array ? GetElementType(type) : type, false, [&](auto tag) {
    using T = typename decltype(tag)::Type;
    if (is_array) {
      const Array<T>& array = value.Get<Array<T>>();
      hasher.Add(array.GetSize());
      for (const T& element : array) AddElement(hasher, element);
    } else {
      AddElement(hasher, value.Get<T>());
    }
    return true;
  });
  if (!known) AddOther(hasher, value, depth);
}

bool IsAbsent(const DataSourceHandle& source) {
  return !source || source->GetKind() == DataSourceKind::kBlock;
}

// Where to look at a sampled source: the frame alone unless it varies.
std::vector<double> GetTimes(const SampledDataSource& source, ShutterInterval interval) {
  std::vector<double> times;
  if (!source.GetContributingSampleTimes(interval.start, interval.end, &times) || times.empty())
    times.assign(1, 0.0);
  return times;
}

std::vector<Token> GetSortedNames(const ContainerDataSource& container) {
  std::vector<Token> names = container.GetNames();
  std::erase_if(names, [&](Token name) { return IsAbsent(container.Get(name)); });
  std::sort(names.begin(), names.end(), TokenTextLess());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void AddSource(Hasher& hasher, const DataSourceHandle& source, ShutterInterval interval, uint32_t depth) {
  if (IsAbsent(source) || !depth) return hasher.Add(uint64_t{0});
  hasher.Add(1 + static_cast<uint64_t>(source->GetKind()));
  if (const auto container = ContainerDataSource::Cast(source)) {
    for (Token name : GetSortedNames(*container)) {
      hasher.Add(name.GetText());
      AddSource(hasher, container->Get(name), interval, depth - 1);
    }
    hasher.Add(uint64_t{0});
  } else if (const auto vector = VectorDataSource::Cast(source)) {
    hasher.Add(vector->GetNumElements());
    for (size_t i = 0; i < vector->GetNumElements(); ++i)
      AddSource(hasher, vector->GetElement(i), interval, depth - 1);
  } else if (const auto sampled = SampledDataSource::Cast(source)) {
    const std::vector<double> times = GetTimes(*sampled, interval);
    for (double time : times) {
      if (times.size() > 1) AddElement(hasher, time);
      AddValue(hasher, sampled->GetValue(time), kMaxDataSourceDepth);
    }
  }
}

bool EqualAt(const DataSourceHandle& a, const DataSourceHandle& b, ShutterInterval interval, uint32_t depth) {
  if (a == b) return true;
  if (IsAbsent(a) || IsAbsent(b)) return IsAbsent(a) && IsAbsent(b);
  if (!depth || a->GetKind() != b->GetKind()) return false;
  if (const auto container = ContainerDataSource::Cast(a)) {
    const auto other = ContainerDataSource::Cast(b);
    const std::vector<Token> names = GetSortedNames(*container);
    return names == GetSortedNames(*other) && std::ranges::all_of(names, [&](Token name) {
             return EqualAt(container->Get(name), other->Get(name), interval, depth - 1);
           });
  }
  if (const auto vector = VectorDataSource::Cast(a)) {
    const auto other = VectorDataSource::Cast(b);
    if (vector->GetNumElements() != other->GetNumElements()) return false;
    for (size_t i = 0; i < vector->GetNumElements(); ++i)
      if (!EqualAt(vector->GetElement(i), other->GetElement(i), interval, depth - 1)) return false;
    return true;
  }
  const auto sampled = SampledDataSource::Cast(a), other = SampledDataSource::Cast(b);
  const std::vector<double> times = GetTimes(*sampled, interval);
  return times == GetTimes(*other, interval) && std::ranges::all_of(times, [&](double time) {
           return sampled->GetValue(time) == other->GetValue(time);
         });
}

}  // namespace

bool DeepEquals(const DataSourceHandle& a, const DataSourceHandle& b, ShutterInterval interval) {
  return EqualAt(a, b, interval, kMaxDataSourceDepth);
}

uint64_t HashDataSource(const DataSourceHandle& source, ShutterInterval interval) {
  Hasher hasher;
  AddSource(hasher, source, interval, kMaxDataSourceDepth);
  return hasher.Get();
}

uint64_t HashValue(const Value& value) {
  Hasher hasher;
  AddValue(hasher, value, kMaxDataSourceDepth);
  return hasher.Get();
}

}  // namespace strata::scene

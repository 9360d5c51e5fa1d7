#include "strata/scene/print.h"

#include <algorithm>

#include "strata/value/visit.h"

namespace strata::scene {

namespace {

void WriteElement(JsonWriter& json, double number) {
  json.Number(number);
}
void WriteElement(JsonWriter& json, float number) {
  json.Number(double{number});
}
void WriteElement(JsonWriter& json, Half number) {
  json.Number(double{static_cast<float>(number)});
}
void WriteElement(JsonWriter& json, bool value) {
  json.Bool(value);
}
template <class T, class = std::enable_if_t<std::is_integral_v<T>>>
void WriteElement(JsonWriter& json, T number) {
  if constexpr (std::is_unsigned_v<T>)
    json.Unsigned(number);
  else
    json.Integer(number);
}
void WriteElement(JsonWriter& json, TimeCode time) {
  json.Number(time.value);
}
void WriteElement(JsonWriter& json, Duration time) {
  json.Number(time.value);
}
void WriteElement(JsonWriter& json, const std::string& text) {
  json.String(text);
}
void WriteElement(JsonWriter& json, Token token) {
  json.String(token.GetText());
}
void WriteElement(JsonWriter& json, const AssetPath& asset) {
  json.String(asset.resolved.empty() ? asset.GetPath() : asset.resolved);
}
void WriteElement(JsonWriter& json, const PathExpression& expression) {
  json.String(expression.GetText());
}
template <class T, size_t N>
void WriteElement(JsonWriter& json, const Vec<T, N>& vec) {
  json.BeginArray();
  for (size_t i = 0; i < N; ++i) WriteElement(json, vec[i]);
  json.EndArray();
}
template <class T>
void WriteElement(JsonWriter& json, const Quat<T>& quat) {
  json.BeginArray();
  WriteElement(json, quat.real);
  for (size_t i = 0; i < 3; ++i) WriteElement(json, quat.imaginary[i]);
  json.EndArray();
}
template <size_t N>
void WriteElement(JsonWriter& json, const Matrix<N>& matrix) {
  json.BeginArray();
  for (size_t i = 0; i < N; ++i) {
    json.BeginArray();
    for (size_t j = 0; j < N; ++j) WriteElement(json, matrix[i][j]);
    json.EndArray();
  }
  json.EndArray();
}

template <class List, class WriteOne>
void WriteList(JsonWriter& json, const List& list, size_t size, const PrintOptions& options, WriteOne&& one) {
  json.BeginArray();
  for (size_t i = 0; i < std::min(size, options.max_elements); ++i) one(list[i]);
  if (size > options.max_elements) json.String("... " + std::to_string(size) + " in all");
  json.EndArray();
}

constexpr size_t kMaxDictionaryDepth = 32;

void WriteValue(const Value& value, JsonWriter& json, const PrintOptions& options,
                size_t depth = kMaxDictionaryDepth) {
  const ValueType type = value.GetType();
  const bool is_array = IsArrayType(type);
  const bool known = VisitElementType(is_array ? GetElementType(type) : type, false, [&](auto tag) {
    using T = typename decltype(tag)::Type;
    if (is_array) {
      const auto& array = value.Get<Array<T>>();
      WriteList(json, array, array.GetSize(), options,
                [&](const T& element) { WriteElement(json, element); });
    } else {
      WriteElement(json, value.Get<T>());
    }
    return true;
  });
  if (known) return;
  if (const Path* path = value.GetIf<Path>())
    json.String("<" + path->GetString() + ">");
  else if (const PathVector* paths = value.GetIf<PathVector>())
    WriteList(json, *paths, paths->size(), options,
              [&](Path path) { json.String("<" + path.GetString() + ">"); });
  else if (const TokenVector* tokens = value.GetIf<TokenVector>())
    WriteList(json, *tokens, tokens->size(), options, [&](Token token) { json.String(token.GetText()); });
  else if (const Dictionary* dictionary = value.GetIf<Dictionary>(); dictionary && depth) {
    json.BeginObject();
    for (const auto& [key, entry] : dictionary->entries) {
      json.Key(key);
      WriteValue(entry, json, options, depth - 1);
    }
    json.EndObject();
  } else
    json.Null();
}

std::vector<Token> GetSortedNames(const ContainerDataSource& container) {
  std::vector<Token> names = container.GetNames();
  std::sort(names.begin(), names.end(), TokenTextLess());
  return names;
}

std::vector<double> GetTimes(const SampledDataSource& source, const PrintOptions& options) {
  std::vector<double> times;
  if (!source.GetContributingSampleTimes(options.shutter.start, options.shutter.end, &times)) times.clear();
  return times;
}

void PrintAt(const DataSourceHandle& source, const std::string& name, size_t depth, std::string& out,
             const PrintOptions& options) {
  const std::string line = std::string(2 * depth, ' ') + name;
  if (!source || depth > kMaxDataSourceDepth) {
    out += line + ": nothing\n";
  } else if (const auto container = ContainerDataSource::Cast(source)) {
    out += line + "\n";
    for (Token child : GetSortedNames(*container))
      if (const DataSourceHandle below = container->Get(child))
        PrintAt(below, child.IsEmpty() ? "\"\"" : child.GetString(), depth + 1, out, options);
  } else if (const auto vector = VectorDataSource::Cast(source)) {
    out += line + "\n";
    for (size_t i = 0; i < vector->GetNumElements(); ++i)
      PrintAt(vector->GetElement(i), "[" + std::to_string(i) + "]", depth + 1, out, options);
  } else if (const auto sampled = SampledDataSource::Cast(source)) {
    const Value value = sampled->GetValue(0);
    JsonWriter json;
    WriteValue(value, json, options);
    out += line + ": " + std::string(GetTypeText(value.GetType())) + " = " + json.GetText();
    const std::vector<double> times = GetTimes(*sampled, options);
    for (size_t i = 0; i < times.size(); ++i) {
      JsonWriter time;
      time.Number(times[i]);
      out += (i ? ", " : " at ") + time.GetText();
    }
    out += "\n";
  } else {
    out += line + ": blocked\n";
  }
}

void WriteAt(const DataSourceHandle& source, JsonWriter& json, size_t depth, const PrintOptions& options) {
  if (!source || depth > kMaxDataSourceDepth) {
    json.Null();
  } else if (const auto container = ContainerDataSource::Cast(source)) {
    json.BeginObject();
    for (Token child : GetSortedNames(*container))
      if (const DataSourceHandle below = container->Get(child)) {
        json.Key(child.GetText());
        WriteAt(below, json, depth + 1, options);
      }
    json.EndObject();
  } else if (const auto vector = VectorDataSource::Cast(source)) {
    json.BeginObject().Key("vector").BeginArray();
    for (size_t i = 0; i < vector->GetNumElements(); ++i)
      WriteAt(vector->GetElement(i), json, depth + 1, options);
    json.EndArray().EndObject();
  } else if (const auto sampled = SampledDataSource::Cast(source)) {
    const Value value = sampled->GetValue(0);
    json.BeginObject().Key("type").String(GetTypeText(value.GetType())).Key("value");
    WriteValue(value, json, options);
    if (const std::vector<double> times = GetTimes(*sampled, options); !times.empty()) {
      json.Key("times").BeginArray();
      for (double time : times) json.Number(time);
      json.EndArray();
    }
    json.EndObject();
  } else {
    json.BeginObject().Key("block").Bool(true).EndObject();
  }
}

}  // namespace

std::string PrintDataSource(const DataSourceHandle& source, const PrintOptions& options) {
  std::string out;
  const auto container = ContainerDataSource::Cast(source);
  if (!container) {
    PrintAt(source, "data", 0, out, options);
    return out;
  }
  for (Token child : GetSortedNames(*container))
    if (const DataSourceHandle below = container->Get(child))
      PrintAt(below, child.IsEmpty() ? "\"\"" : child.GetString(), 0, out, options);
  return out;
}

std::string PrintPrim(const SceneIndex& scene, Path path, const PrintOptions& options) {
  const ScenePrim prim = scene.GetPrim(path);
  std::string out = "prim " + path.GetString();
  if (!prim.type.IsEmpty()) out += " type " + prim.type.GetString();
  out += prim ? "\n" : " is not there\n";
  if (const auto container = prim.data)
    for (Token child : GetSortedNames(*container))
      if (const DataSourceHandle below = container->Get(child))
        PrintAt(below, child.IsEmpty() ? "\"\"" : child.GetString(), 1, out, options);
  return out;
}

std::string PrintScene(const SceneIndex& scene, Path root, const PrintOptions& options) {
  std::string out;
  VisitPrims(scene, root, [&](Path path) { out += PrintPrim(scene, path, options); });
  return out;
}

void WriteDataSource(const DataSourceHandle& source, JsonWriter& json, const PrintOptions& options) {
  WriteAt(source, json, 0, options);
}

void WriteScene(const SceneIndex& scene, JsonWriter& json, Path root, const PrintOptions& options) {
  json.BeginObject();
  VisitPrims(scene, root, [&](Path path) {
    const ScenePrim prim = scene.GetPrim(path);
    json.Key(path.GetString()).BeginObject().Key("type").String(prim.type.GetText()).Key("data");
    WriteAt(prim.data, json, 0, options);
    json.EndObject();
  });
  json.EndObject();
}

}  // namespace strata::scene

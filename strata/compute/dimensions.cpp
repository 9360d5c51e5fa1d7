#include "strata/compute/dimensions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "strata/math/transform.h"

namespace strata::compute {

namespace {

constexpr std::string_view kAnyInstance = "__INSTANCE_NAME__";
constexpr std::string_view kKindNames[] = {"scalar",   "point", "vector",      "direction", "scale",
                                           "rotation", "frame", "matrix",      "plane",     "extent",
                                           "axis",     "arrow", "coefficients"};

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(Trim(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool ParsePowers(std::string_view text, Dimension& dimension) {
  for (std::string_view term : Split(text, ' ')) {
    if (term.empty()) continue;
    int power = 1;
    const size_t hat = term.find('^');
    if (hat != std::string_view::npos) {
      const std::string_view digits = term.substr(hat + 1);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), power);
      if (error != std::errc() || end != digits.data() + digits.size() || std::abs(power) > 9) return false;
    }
    const std::string_view base = term.substr(0, hat);
    if (base == "length")
      dimension.length = power;
    else if (base == "mass")
      dimension.mass = power;
    else if (base == "time")
      dimension.time = power;
    else if (base == "angle")
      dimension.angle = power;
    else
      return false;
  }
  return true;
}

// -- changing numbers ---------------------------------------------------------------------------------------

using Turn = UnitChange::Turn;

template <class T>
T Times(T number, double factor) {
  return static_cast<T>(static_cast<double>(number) * factor);
}
Half Times(Half number, double factor) {
  return Half(static_cast<float>(static_cast<double>(static_cast<float>(number)) * factor));
}

// By names of axes and signs alone, so that infinities and halves stay what they are.
template <class V>
V TurnVector(const V& v, Turn turn) {
  V out = v;
  if (turn == Turn::kNone) return out;
  out[1] = turn == Turn::kYToZ ? Times(v[2], -1) : v[2];
  out[2] = turn == Turn::kYToZ ? v[1] : Times(v[1], -1);
  return out;
}

struct Converter {
  const Dimension& dimension;
  const UnitChange& change;
  double factor;

  template <class V>
  V OfVector(V v) const {
    switch (dimension.kind) {
      case DimensionKind::kPoint:
      case DimensionKind::kVector:
      case DimensionKind::kDirection:
        v = TurnVector(v, change.turn);
        break;
      case DimensionKind::kScale:
        if (change.turn != Turn::kNone) std::swap(v[1], v[2]);
        break;
      default:
        break;
    }
    for (size_t i = 0; i < 3; ++i) v[i] = Times(v[i], factor);
    return v;
  }
  Matrix4d OfMatrix(const Matrix4d& m) const { return change.MakeInverse() * m * change.MakeMatrix(); }
  template <class Q>
  Q OfQuaternion(Q q) const {
    if (change.turn == Turn::kNone) return q;
    if (dimension.kind == DimensionKind::kRotation) {
      q.imaginary = TurnVector(q.imaginary, change.turn);
      return q;
    }
    // Then about X by a quarter turn.
    const double half = change.turn == Turn::kYToZ ? std::sqrt(0.5) : -std::sqrt(0.5), c = std::sqrt(0.5);
    const double w = static_cast<double>(static_cast<float>(q.real));
    double v[3];
    for (size_t i = 0; i < 3; ++i) v[i] = static_cast<double>(q.imaginary[i]);
    const double out[4] = {c * w - half * v[0], c * v[0] + half * w, c * v[1] - half * v[2],
                           c * v[2] + half * v[1]};
    q.real = Cast(q.real, out[0]);
    for (size_t i = 0; i < 3; ++i) q.imaginary[i] = Cast(q.imaginary[i], out[i + 1]);
    return q;
  }
  template <class T>
  static T Cast(T, double number) {
    if constexpr (std::is_same_v<T, Half>)
      return Half(static_cast<float>(number));
    else
      return static_cast<T>(number);
  }
};

template <class T, class Function>
std::optional<Value> Each(const Value& value, const Function& function) {
  if (const T* one = value.GetIf<T>()) return Value(function(*one));
  if (const auto* many = value.GetIf<Array<T>>()) {
    Array<T> out = *many;
    T* elements = out.GetMutableData();
    for (size_t i = 0; i < out.GetSize(); ++i) elements[i] = function(elements[i]);
    return Value(std::move(out));
  }
  return std::nullopt;
}

std::optional<Value> ConvertAxis(const Value& value, DimensionKind kind, const UnitChange& change) {
  const Token* axis = value.GetIf<Token>();
  if (!axis) return std::nullopt;
  if (change.turn == Turn::kNone || *axis == "X") return value;
  // Up stays up. The other one points the other way, which no name says.
  if (kind == DimensionKind::kArrow && (*axis == "Y") != (change.turn == Turn::kYToZ)) return std::nullopt;
  if (*axis == "Y") return Value(Token("Z"));
  if (*axis == "Z") return Value(Token("Y"));
  return std::nullopt;
}

std::optional<Value> ConvertExtent(const Value& value, const UnitChange& change) {
  const auto* corners = value.GetIf<Array<Vec3f>>();
  if (!corners) return std::nullopt;
  Array<Vec3f> out = *corners;
  Vec3f* at = out.GetMutableData();
  for (size_t i = 0; i + 1 < out.GetSize(); i += 2) {
    const Vec3f a = TurnVector(at[i], change.turn), b = TurnVector(at[i + 1], change.turn);
    // A box that is empty is turned inside out, and stays so.
    const bool is_empty = at[i][0] > at[i + 1][0];
    for (size_t axis = 0; axis < 3; ++axis) {
      const float low = Times(std::min(a[axis], b[axis]), change.length);
      const float high = Times(std::max(a[axis], b[axis]), change.length);
      at[i][axis] = is_empty ? high : low;
      at[i + 1][axis] = is_empty ? low : high;
    }
  }
  return Value(std::move(out));
}

}  // namespace

Matrix4d UnitChange::MakeMatrix() const {
  Matrix4d m = MakeScale({length, length, length});
  if (turn == Turn::kNone) return m;
  m[1][1] = m[2][2] = 0;
  m[1][2] = turn == Turn::kYToZ ? length : -length;
  m[2][1] = turn == Turn::kYToZ ? -length : length;
  return m;
}

Matrix4d UnitChange::MakeInverse() const {
  UnitChange inverse;
  inverse.length = 1 / length;
  if (turn != Turn::kNone) inverse.turn = turn == Turn::kYToZ ? Turn::kZToY : Turn::kYToZ;
  return inverse.MakeMatrix();
}

std::string Dimension::GetText() const {
  std::string text;
  const auto add = [&](const char* name, int power) {
    if (power == 0) return;
    if (!text.empty()) text += ' ';
    text += power == 1 ? name : fmt::format("{}^{}", name, power);
  };
  add("mass", mass);
  add("length", length);
  add("time", time);
  add("angle", angle);
  if (kind != DimensionKind::kScalar)
    text += fmt::format("{}{}", text.empty() ? "" : " ", kKindNames[static_cast<size_t>(kind)]);
  return text;
}

bool Changes(const Dimension& dimension, const UnitChange& change) {
  return (dimension.length != 0 && change.length != 1) || (dimension.mass != 0 && change.mass != 1) ||
         (dimension.kind != DimensionKind::kScalar && change.turn != Turn::kNone);
}

std::optional<Value> Convert(const Value& value, const Dimension& dimension, const UnitChange& change) {
  if (!Changes(dimension, change)) return value;
  const double factor = std::pow(change.length, dimension.length) * std::pow(change.mass, dimension.mass);
  const Converter converter{dimension, change, factor};
  const auto number = [&](auto n) { return Times(n, factor); };
  const auto vector = [&](const auto& v) { return converter.OfVector(v); };
  switch (dimension.kind) {
    case DimensionKind::kAxis:
    case DimensionKind::kArrow:
      return ConvertAxis(value, dimension.kind, change);
    case DimensionKind::kExtent:
      return ConvertExtent(value, change);
    case DimensionKind::kCoefficients:
      return change.turn == Turn::kNone ? std::optional(value) : std::nullopt;
    case DimensionKind::kMatrix:
      return Each<Matrix4d>(value, [&](const Matrix4d& m) { return converter.OfMatrix(m); });
    case DimensionKind::kRotation:
    case DimensionKind::kFrame: {
      const auto turn = [&](const auto& q) { return converter.OfQuaternion(q); };
      if (auto out = Each<Quatf>(value, turn)) return out;
      if (auto out = Each<Quath>(value, turn)) return out;
      return Each<Quatd>(value, turn);
    }
    case DimensionKind::kPlane:
      return Each<Vec4f>(value, [&](Vec4f plane) {
        const Vec3f normal = TurnVector(Vec3f{plane[0], plane[1], plane[2]}, change.turn);
        return Vec4f{normal[0], normal[1], normal[2], Times(plane[3], change.length)};
      });
    default:
      break;
  }
  if (auto out = Each<Vec3f>(value, vector)) return out;
  if (auto out = Each<Vec3d>(value, vector)) return out;
  if (auto out = Each<Vec3h>(value, vector)) return out;
  if (auto out = Each<float>(value, number)) return out;
  if (auto out = Each<double>(value, number)) return out;
  if (auto out = Each<Half>(value, number)) return out;
  return Each<Vec2f>(value, [&](Vec2f v) { return Vec2f{Times(v[0], factor), Times(v[1], factor)}; });
}

DimensionRegistry::DimensionRegistry() {
  Diagnostics remarks;
  AddText(GetEmbeddedDimensions(), "dimensions.txt", remarks);
}

const DimensionRegistry& DimensionRegistry::GetBuiltIn() {
  static const DimensionRegistry registry;
  return registry;
}

void DimensionRegistry::AddText(std::string_view text, const std::string& file, Diagnostics& remarks) {
  uint32_t number = 0;
  for (std::string_view line : Split(text, '\n')) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> parts = Split(line, '|');
    const size_t dot = parts[0].find('.');
    Dimension dimension;
    const auto kind = parts.size() < 3 ? std::end(kKindNames)
                                       : std::find(std::begin(kKindNames), std::end(kKindNames), parts[2]);
    if (parts.size() < 3 || parts.size() > 4 || dot == std::string_view::npos ||
        !ParsePowers(parts[1], dimension) || kind == std::end(kKindNames)) {
      remarks.Add(Diagnostic(kDimensionUnusable, fmt::format("\"{}\" says no dimension.", line),
                             {file, {}, number, 1, 0}, "Write `Schema.attribute | length^2 mass | kind`."));
      continue;
    }
    dimension.kind = static_cast<DimensionKind>(kind - std::begin(kKindNames));
    if (parts.size() == 4) dimension.condition = Token(parts[3]);
    Add(Token(parts[0].substr(0, dot)), std::string(parts[0].substr(dot + 1)), dimension);
  }
}

void DimensionRegistry::Add(Token schema, std::string attribute, Dimension dimension) {
  const size_t any = attribute.find(kAnyInstance);
  if (any != std::string::npos)
    patterns_.push_back(
        {attribute.substr(0, any), attribute.substr(any + kAnyInstance.size()), Token(attribute)});
  std::vector<std::pair<Token, Dimension>>& schemas = by_attribute_[Token(attribute)];
  for (auto& [known, of_known] : schemas)
    if (known == schema) {
      of_known = std::move(dimension);
      return;
    }
  schemas.emplace_back(schema, std::move(dimension));
}

const Dimension* DimensionRegistry::Find(const schema::PrimDefinition* definition, Token attribute) const {
  if (!definition) return nullptr;
  const auto search = [&](Token name) -> const Dimension* {
    const auto found = by_attribute_.find(name);
    if (found == by_attribute_.end()) return nullptr;
    for (const auto& [schema, dimension] : found->second)
      if (definition->IsA(schema) || definition->HasAPI(schema)) return &dimension;
    return nullptr;
  };
  if (const Dimension* found = search(attribute)) return found;
  const std::string_view text = attribute.GetText();
  for (const Pattern& pattern : patterns_)
    if (text.size() > pattern.before.size() + pattern.after.size() && text.starts_with(pattern.before) &&
        text.ends_with(pattern.after))
      if (const Dimension* found = search(pattern.attribute)) return found;
  return nullptr;
}

std::vector<DimensionRegistry::Entry> DimensionRegistry::GetAll() const {
  std::vector<Entry> all;
  for (const auto& [attribute, schemas] : by_attribute_)
    for (const auto& [schema, dimension] : schemas) all.push_back({schema, attribute.GetString(), dimension});
  std::sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
    return a.schema != b.schema ? a.schema.GetText() < b.schema.GetText() : a.attribute < b.attribute;
  });
  return all;
}

}  // namespace strata::compute

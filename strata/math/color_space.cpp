#include "strata/math/color_space.h"

#include <algorithm>
#include <cmath>

namespace strata {

namespace {

constexpr Vec2d kD65{0.3127, 0.3290};
constexpr Vec2d kThird{1.0 / 3, 1.0 / 3};
constexpr ColorSpace::Primaries kRec709{{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}, kD65};
constexpr ColorSpace::Primaries kP3{{0.68, 0.32}, {0.265, 0.69}, {0.15, 0.06}, kD65};
constexpr ColorSpace::Primaries kRec2020{{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}, kD65};
constexpr ColorSpace::Primaries kAdobe{{0.64, 0.33}, {0.21, 0.71}, {0.15, 0.06}, kD65};
// AP0 and AP1 as seen under D65 instead of their own white.
constexpr ColorSpace::Primaries kAp1{{0.7131958603858948, 0.29268890619277954},
                                     {0.15950855612754822, 0.8387885093688965},
                                     {0.1286730021238327, 0.043895572423934937},
                                     kD65};
constexpr ColorSpace::Primaries kAp0{{0.7348552346229553, 0.2642253339290619},
                                     {-0.006170912645757198, 1.0113149881362915},
                                     {0.015967559069395065, -0.06423550099134445},
                                     kD65};
constexpr ColorSpace::Primaries kAxes{{1, 0}, {0, 1}, {0, 0}, kThird};

struct BuiltIn {
  std::string_view name;
  ColorSpace::Primaries primaries;
  double gamma, bias;
  enum class Kind : uint8_t { kColor, kXyz, kData } kind = Kind::kColor;
};

constexpr double kSrgbGamma = 2.4, kSrgbBias = 0.055, kAdobeGamma = 563.0 / 256;
constexpr BuiltIn kBuiltIn[] = {
    {"data", kAxes, 1, 0, BuiltIn::Kind::kData},
    {"g18_rec709_scene", kRec709, 1.8, 0},
    {"g22_adobergb_scene", kAdobe, kAdobeGamma, 0},
    {"g22_ap1_scene", kAp1, 2.2, 0},
    {"g22_rec709_scene", kRec709, 2.2, 0},
    {"g24_rec709_scene", kRec709, 2.4, 0},
    {"identity", kAxes, 1, 0, BuiltIn::Kind::kData},
    {"lin_adobergb_scene", kAdobe, 1, 0},
    {"lin_ap0_scene", kAp0, 1, 0},
    {"lin_ap1_scene", kAp1, 1, 0},
    {"lin_ciexyzd65_scene", {{1, 0}, {0, 1}, {0, 0}, kD65}, 1, 0, BuiltIn::Kind::kXyz},
    {"lin_p3d65_scene", kP3, 1, 0},
    {"lin_rec2020_scene", kRec2020, 1, 0},
    {"lin_rec709_scene", kRec709, 1, 0},
    {"raw", kAxes, 1, 0, BuiltIn::Kind::kData},
    {"srgb_ap1_scene", kAp1, kSrgbGamma, kSrgbBias},
    {"srgb_p3d65_scene", kP3, kSrgbGamma, kSrgbBias},
    {"srgb_rec709_scene", kRec709, kSrgbGamma, kSrgbBias},
    {"unknown", kAxes, 1, 0, BuiltIn::Kind::kData},
};

const BuiltIn* FindBuiltIn(std::string_view name) {
  const auto* found = std::lower_bound(std::begin(kBuiltIn), std::end(kBuiltIn), name,
                                       [](const BuiltIn& a, std::string_view b) { return a.name < b; });
  return found != std::end(kBuiltIn) && found->name == name ? found : nullptr;
}

Vec3d Multiply(const Matrix3d& m, const Vec3d& column) {
  Vec3d out{};
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) out[i] += m[i][j] * column[j];
  return out;
}

// Each primary as bright as it takes for their sum to be the white of luminance 1.
std::optional<Matrix3d> MakeToXyz(const ColorSpace::Primaries& primaries) {
  Matrix3d m;
  const Vec2d* chromas[] = {&primaries.red, &primaries.green, &primaries.blue};
  for (size_t i = 0; i < 3; ++i) {
    m[0][i] = (*chromas[i])[0];
    m[1][i] = (*chromas[i])[1];
    m[2][i] = 1 - (*chromas[i])[0] - (*chromas[i])[1];
  }
  const std::optional<Matrix3d> inverse = GetInverse(m);
  if (!inverse || primaries.white[1] == 0) return std::nullopt;
  const Vec2d w = primaries.white;
  const Vec3d scale = Multiply(*inverse, {w[0] / w[1], 1, (1 - w[0] - w[1]) / w[1]});
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) m[i][j] *= scale[j];
  return m;
}

Vec2d FindChroma(const Vec3d& xyz) {
  const double sum = xyz[0] + xyz[1] + xyz[2];
  return sum == 0 ? Vec2d{0, 0} : Vec2d{xyz[0] / sum, xyz[1] / sum};
}

}  // namespace

bool ColorSpace::IsBuiltIn(std::string_view name) {
  return FindBuiltIn(name) != nullptr;
}

const std::vector<std::string_view>& ColorSpace::GetBuiltInNames() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const BuiltIn& one : kBuiltIn) all.push_back(one.name);
    return all;
  }();
  return names;
}

std::optional<ColorSpace> ColorSpace::Find(std::string_view name) {
  const BuiltIn* found = FindBuiltIn(name);
  if (!found) return std::nullopt;
  ColorSpace space;
  space.name_ = found->name;
  space.primaries_ = found->primaries;
  space.gamma_ = found->gamma;
  space.bias_ = found->bias;
  space.is_data_ = found->kind == BuiltIn::Kind::kData;
  if (found->kind == BuiltIn::Kind::kColor) space.to_xyz_ = *MakeToXyz(found->primaries);
  if (!space.Complete()) return std::nullopt;
  return space;
}

std::optional<ColorSpace> ColorSpace::FromPrimaries(std::string name, const Primaries& primaries,
                                                    double gamma, double linear_bias) {
  const std::optional<Matrix3d> matrix = MakeToXyz(primaries);
  if (!matrix) return std::nullopt;
  std::optional<ColorSpace> space = FromMatrix(std::move(name), *matrix, gamma, linear_bias);
  if (space) space->primaries_ = primaries;
  return space;
}

std::optional<ColorSpace> ColorSpace::FromMatrix(std::string name, const Matrix3d& rgb_to_xyz, double gamma,
                                                 double linear_bias) {
  ColorSpace space;
  space.name_ = std::move(name);
  space.to_xyz_ = rgb_to_xyz;
  space.gamma_ = gamma;
  space.bias_ = linear_bias;
  space.primaries_ = {
      FindChroma(Multiply(rgb_to_xyz, {1, 0, 0})), FindChroma(Multiply(rgb_to_xyz, {0, 1, 0})),
      FindChroma(Multiply(rgb_to_xyz, {0, 0, 1})), FindChroma(Multiply(rgb_to_xyz, {1, 1, 1}))};
  if (!space.Complete()) return std::nullopt;
  return space;
}

// The line that touches the curve ends where its slope is that of the curve.
bool ColorSpace::Complete() {
  for (const auto& row : to_xyz_.data)
    for (double number : row)
      if (!std::isfinite(number)) return false;
  if (!std::isfinite(gamma_) || !std::isfinite(bias_) || gamma_ <= 0 || bias_ < 0) return false;
  const std::optional<Matrix3d> inverse = GetInverse(to_xyz_);
  if (!inverse) return false;
  from_xyz_ = *inverse;
  if (gamma_ == 1) {
    k0_ = 1e9;
    phi_ = 1;
  } else if (bias_ <= 0) {
    k0_ = 0;
    phi_ = 1;
  } else {
    k0_ = bias_ / (gamma_ - 1);
    phi_ = k0_ / std::pow((k0_ + bias_) / (1 + bias_), gamma_);
  }
  return true;
}

double ColorSpace::ToLinear(double stored) const {
  if (stored < k0_) return stored / phi_;
  return std::pow((stored + bias_) / (1 + bias_), gamma_);
}

double ColorSpace::FromLinear(double linear) const {
  if (linear < k0_ / phi_) return linear * phi_;
  return (1 + bias_) * std::pow(linear, 1 / gamma_) - bias_;
}

Vec3d ColorSpace::Convert(const ColorSpace& source, const Vec3d& color) const {
  if (is_data_ || source.is_data_) return color;
  Vec3d linear{source.ToLinear(color[0]), source.ToLinear(color[1]), source.ToLinear(color[2])};
  linear = Multiply(from_xyz_, Multiply(source.to_xyz_, linear));
  return {FromLinear(linear[0]), FromLinear(linear[1]), FromLinear(linear[2])};
}

void ColorSpace::ConvertRGBSpan(const ColorSpace& source, float* colors, size_t count) const {
  for (float* at = colors; at != colors + count * 3; at += 3) {
    const Vec3d converted = Convert(source, {at[0], at[1], at[2]});
    for (size_t i = 0; i < 3; ++i) at[i] = static_cast<float>(converted[i]);
  }
}

void ColorSpace::ConvertRGBASpan(const ColorSpace& source, float* colors, size_t count) const {
  for (float* at = colors; at != colors + count * 4; at += 4) ConvertRGBSpan(source, at, 1);
}

// Krystek's rational functions of the temperature for u and v (1985).
Vec3d ComputePlanckianColor(double kelvin, double luminance, const ColorSpace& space) {
  const double t = std::clamp(kelvin, 1000.0, 15000.0), t2 = t * t;
  const double u =
      (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t2) / (1 + 8.42420235e-4 * t + 7.08145163e-7 * t2);
  const double v =
      (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t2) / (1 - 2.89741816e-5 * t + 1.61456053e-7 * t2);
  const double x = 3 * u / (2 * u - 8 * v + 4), y = 2 * v / (2 * u - 8 * v + 4);
  const std::optional<Matrix3d> from_xyz = GetInverse(space.GetRGBToXYZ());
  if (!from_xyz) return {luminance, luminance, luminance};
  return Multiply(*from_xyz, {x * luminance / y, luminance, (1 - x - y) * luminance / y});
}

}  // namespace strata

// Spaces of colour, and colours taken from one to another.   (GfColorSpace, GfColor)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/math/matrix.h"
#include "strata/math/vec.h"

namespace strata {

// A space of colours with three components: where its primaries and its white lie (CIE 1931 xy), and the
// curve between stored and linear values,
//   linear = ((stored + bias) / (1 + bias)) ^ gamma, a straight line through black below the point where the
// line touches the curve. A value; computing is in double precision.
class ColorSpace {
 public:
  struct Primaries {
    Vec2d red, green, blue, white;
  };

  // One of the built-in spaces by its name ("lin_rec709_scene", "srgb_p3d65_scene", "raw", ...); nothing for
  // other names, the empty one included.
  static std::optional<ColorSpace> Find(std::string_view name);
  static bool IsBuiltIn(std::string_view name);
  static const std::vector<std::string_view>& GetBuiltInNames();  // sorted
  // Nothing where the primaries lie on one line, or a number is not finite.
  static std::optional<ColorSpace> FromPrimaries(std::string name, const Primaries& primaries, double gamma,
                                                 double linear_bias);
  // `rgb_to_xyz` takes columns of linear values: its columns are the primaries.
  static std::optional<ColorSpace> FromMatrix(std::string name, const Matrix3d& rgb_to_xyz, double gamma,
                                              double linear_bias);

  const std::string& GetName() const { return name_; }
  double GetGamma() const { return gamma_; }
  double GetLinearBias() const { return bias_; }
  const Primaries& GetPrimariesAndWhitePoint() const { return primaries_; }
  const Matrix3d& GetRGBToXYZ() const { return to_xyz_; }
  // Values that are no colours ("raw", "data", "identity", "unknown"): never converted.
  bool IsData() const { return is_data_; }
  // Where the curve's straight part ends, and its slope.
  struct TransferFunctionParams {
    double k0, phi;
  };
  TransferFunctionParams GetTransferFunctionParams() const { return {k0_, phi_}; }

  double ToLinear(double stored) const;
  double FromLinear(double linear) const;
  // `color` of the space `source`, in this one. Whites are not adapted. Components below 0 and above 1 go on
  // along the curve.
  Vec3d Convert(const ColorSpace& source, const Vec3d& color) const;
  // The same for `count` colours of three or four floats each; a fourth is left as it is.
  void ConvertRGBSpan(const ColorSpace& source, float* colors, size_t count) const;
  void ConvertRGBASpan(const ColorSpace& source, float* colors, size_t count) const;

 private:
  ColorSpace() = default;
  bool Complete();
  std::string name_;
  Primaries primaries_;
  Matrix3d to_xyz_ = Matrix3d::Identity(), from_xyz_ = Matrix3d::Identity();
  double gamma_ = 1, bias_ = 0, k0_ = 1e9, phi_ = 1;
  bool is_data_ = false;
};

// Light of a black body at 1000 to 15000 kelvin, linear in `space`, at a luminance; nearest end outside.
Vec3d ComputePlanckianColor(double kelvin, double luminance, const ColorSpace& space);

}  // namespace strata

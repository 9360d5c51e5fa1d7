// Spaces of colour: what strata/_gf_color.py stands on.
#include "python/core/core.h"
#include "strata/math/color_space.h"

namespace strata::python {

namespace {

nb::object ToObject(const std::optional<ColorSpace>& space) {
  return space ? nb::cast(*space) : nb::none();
}

std::vector<float> Convert(const ColorSpace& to, const ColorSpace& from, std::vector<float> numbers,
                           size_t width) {
  if (width == 4)
    to.ConvertRGBASpan(from, numbers.data(), numbers.size() / 4);
  else
    to.ConvertRGBSpan(from, numbers.data(), numbers.size() / 3);
  return numbers;
}

}  // namespace

void BindColors(nb::module_& gf) {
  nb::class_<ColorSpace> cls(gf, "_ColorSpace");
  cls.def("GetGamma", [](const ColorSpace& s) { return static_cast<float>(s.GetGamma()); });
  cls.def("GetLinearBias", [](const ColorSpace& s) { return static_cast<float>(s.GetLinearBias()); });
  cls.def("IsData", &ColorSpace::IsData);
  cls.def("GetTransferFunctionParams", [](const ColorSpace& s) {
    const auto [k0, phi] = s.GetTransferFunctionParams();
    return nb::make_tuple(static_cast<float>(k0), static_cast<float>(phi));
  });
  cls.def("GetPrimaries", [](const ColorSpace& s) {
    const auto& [red, green, blue, white] = s.GetPrimariesAndWhitePoint();
    return std::vector<double>{red[0], red[1], green[0], green[1], blue[0], blue[1], white[0], white[1]};
  });
  cls.def("GetRGBToXYZ", [](const ColorSpace& s) {
    std::vector<double> numbers;
    for (size_t i = 0; i < 9; ++i) numbers.push_back(s.GetRGBToXYZ()[i / 3][i % 3]);
    return numbers;
  });
  gf.def("_FindColorSpace", [](const std::string& name) { return ToObject(ColorSpace::Find(name)); });
  gf.def("_ColorSpaceFromPrimaries", [](std::string name, const std::vector<double>& n, double gamma,
                                        double bias) {
    if (n.size() != 8) throw nb::value_error("four points of two numbers each");
    return ToObject(ColorSpace::FromPrimaries(
        std::move(name), {{{n[0], n[1]}}, {{n[2], n[3]}}, {{n[4], n[5]}}, {{n[6], n[7]}}}, gamma, bias));
  });
  gf.def("_ColorSpaceFromMatrix", [](std::string name, nb::handle matrix, double gamma, double bias) {
    Matrix3d to_xyz;
    for (size_t i = 0; i < 3; ++i)
      for (size_t j = 0; j < 3; ++j) to_xyz[i][j] = nb::cast<double>(matrix[nb::int_(i)][nb::int_(j)]);
    return ToObject(ColorSpace::FromMatrix(std::move(name), to_xyz, gamma, bias));
  });
  gf.def("_ConvertColors", &Convert);
  gf.def(
      "_PlanckianColor",
      [](double kelvin, double luminance, const ColorSpace* space) {
        const ColorSpace& in = space ? *space : *ColorSpace::Find("lin_rec709_scene");
        const Vec3d color = ComputePlanckianColor(kelvin, luminance, in);
        return nb::make_tuple(color[0], color[1], color[2]);
      },
      "kelvin"_a, "luminance"_a, "space"_a.none());
}

}  // namespace strata::python

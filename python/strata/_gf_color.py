"""Spaces of colour, and colours in them.   (Gf.ColorSpace, Gf.Color)"""
from strata._core import Gf as _core
from strata._core.Gf import Matrix3f, Vec2f, Vec3f


class ColorSpaceNames:
    """The names of the built-in spaces."""

    CIEXYZ, Data, G18Rec709, G22AP1 = "lin_ciexyzd65_scene", "data", "g18_rec709_scene", "g22_ap1_scene"
    G22AdobeRGB, G22Rec709, G24Rec709, Identity = "g22_adobergb_scene", "g22_rec709_scene", "g24_rec709_scene", "identity"
    LinearAP0, LinearAP1, LinearAdobeRGB = "lin_ap0_scene", "lin_ap1_scene", "lin_adobergb_scene"
    LinearCIEXYZD65, LinearDisplayP3, LinearP3D65 = "lin_ciexyzd65_scene", "lin_p3d65_scene", "lin_p3d65_scene"
    LinearRec2020, LinearRec709, Raw, SRGBAP1 = "lin_rec2020_scene", "lin_rec709_scene", "raw", "srgb_ap1_scene"
    SRGBP3D65, SRGBRec709, Unknown = "srgb_p3d65_scene", "srgb_rec709_scene", "unknown"


class ColorSpace:
    """A space of colours: a built-in one by its name, or one of a name, primaries or a matrix, and a curve."""

    __slots__ = ("_name", "_space")

    def __init__(self, name, *given):
        """(name), (name, red, green, blue, white, gamma, linearBias), (name, rgbToXYZ, gamma, linearBias)"""
        if not isinstance(name, str) or len(given) not in (0, 3, 6):
            raise TypeError("a space of a name, and its primaries or matrix")
        self._name = name
        if not given:
            self._space = _core._FindColorSpace(name)
        elif len(given) == 3:
            self._space = _core._ColorSpaceFromMatrix(name, *given)
        else:
            numbers = [component for point in given[:4] for component in point]
            self._space = _core._ColorSpaceFromPrimaries(name, numbers, *given[4:])

    @staticmethod
    def IsValid(name):
        return _core._FindColorSpace(name) is not None

    def GetName(self):
        return self._name

    def _ask(self, what, otherwise):
        return getattr(self._space, what)() if self._space is not None else otherwise

    def GetGamma(self):
        return self._ask("GetGamma", 1.0)

    def GetLinearBias(self):
        return self._ask("GetLinearBias", 0.0)

    def GetTransferFunctionParams(self):
        """(where the straight part ends, its slope)"""
        return self._ask("GetTransferFunctionParams", (1e9, 1.0))

    def GetPrimariesAndWhitePoint(self):
        numbers = self._ask("GetPrimaries", [1, 0, 0, 1, 0, 0, 1 / 3, 1 / 3])
        return tuple(Vec2f(numbers[i], numbers[i + 1]) for i in range(0, 8, 2))

    def GetRGBToXYZ(self):
        return Matrix3f(*self._ask("GetRGBToXYZ", [1, 0, 0, 0, 1, 0, 0, 0, 1]))

    def IsData(self):
        return self._ask("IsData", True)

    def Convert(self, srcColorSpace, rgb):
        """A colour of another space in this one."""
        return Color(Vec3f(*self._convert(srcColorSpace, list(rgb), 3)), self)

    def ConvertRGBSpan(self, srcColorSpace, rgb):
        """Colours of this space, three numbers each, taken to the other one in place."""
        self._convert_in_place(srcColorSpace, rgb, 3)

    def ConvertRGBASpan(self, srcColorSpace, rgba):
        self._convert_in_place(srcColorSpace, rgba, 4)

    def _convert(self, source, numbers, width):
        if self._space is None or source._space is None:
            return numbers
        return _core._ConvertColors(self._space, source._space, [float(number) for number in numbers], width)

    def _convert_in_place(self, source, numbers, width):
        if len(numbers) % width:
            raise ValueError(f"{len(numbers)} numbers are no colours of {width}")
        made = source._convert(self, list(numbers), width)
        if hasattr(numbers, "__setitem__"):
            numbers[:] = made

    def __eq__(self, other):
        return isinstance(other, ColorSpace) and (self._name, self.GetRGBToXYZ(), self.GetGamma(), self.GetLinearBias()) == (
            other._name, other.GetRGBToXYZ(), other.GetGamma(), other.GetLinearBias())

    def __hash__(self):
        return hash(self._name)

    def __repr__(self):
        return f"Gf.ColorSpace('{self._name}')"


class Color:
    """Three components, and the space they are in."""

    __slots__ = ("_rgb", "_space")

    def __init__(self, *given):
        """(), (color), (space), (rgb, space), (color, space): the color taken to the space"""
        self._rgb, self._space = Vec3f(0), None
        if len(given) == 2:
            first, self._space = given
            self._rgb = self._space.Convert(first._space, first._rgb)._rgb if isinstance(first, Color) else Vec3f(*first)
        elif given and isinstance(given[0], Color):
            self._rgb, self._space = Vec3f(given[0]._rgb), given[0]._space
        elif given:
            self._space = given[0]
        if self._space is None:
            self._space = ColorSpace(ColorSpaceNames.LinearRec709)
        if not isinstance(self._space, ColorSpace):
            raise TypeError("the space of a color is a Gf.ColorSpace")

    def GetRGB(self):
        return Vec3f(self._rgb)

    def GetColorSpace(self):
        return self._space

    def SetFromPlanckianLocus(self, kelvin, luminance):
        """The light of a black body."""
        self._rgb = Vec3f(*_core._PlanckianColor(kelvin, luminance, self._space._space))

    def __eq__(self, other):
        return isinstance(other, Color) and self._rgb == other._rgb and self._space == other._space

    def __hash__(self):
        return hash((tuple(self._rgb), self._space))

    def __repr__(self):
        return f"Gf.Color({self._rgb!r}, {self._space!r})"


for _class in (ColorSpaceNames, ColorSpace, Color):
    _class.__module__ = "strata.Gf"

"""Positions and places on WGS 84 in 40 digits, by forms that share nothing with those of the library: what tests/unit/compute/geodesy_rows.txt
holds. `geodesy_rows.py` writes that file, `geodesy_rows.py --check` says whether it is what is written here.

Transverse Mercator is what defines it: northing and easting are one complex number, the length of the meridian as an analytic function of the
latitude; from that latitude, found by Newton's method, comes the isometric one, which is the real isometric latitude and the longitude."""
import sys
from decimal import Decimal, getcontext
from pathlib import Path
from random import Random

ROWS = Path(__file__).resolve().parents[1] / "unit" / "compute" / "geodesy_rows.txt"
getcontext().prec = 46
ONE = Decimal(1)
TINY = Decimal(10) ** -44
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097")
A, F = Decimal(6378137), 1 / Decimal("298.257223563")
E2 = F * (2 - F)
E = E2.sqrt()


def sine_cosine(x):
    """Of a few turns at most."""
    term, n = x, 1
    total = {0: ONE, 1: x}
    while abs(term) > TINY:
        n += 1
        term = term * x / n
        total[n % 2] += term if n % 4 < 2 else -term
    return total[1], total[0]


def arctangent(x):
    if x < 0:
        return -arctangent(-x)
    halvings = 0
    while x > Decimal("0.1"):
        x = x / (1 + (1 + x * x).sqrt())
        halvings += 1
    term, total, n = x, x, 1
    while abs(term) > TINY:
        n += 2
        term = -term * x * x
        total += term / n
    return total * 2 ** halvings


def angle_of(y, x):
    if x == 0:
        return PI / 2 if y > 0 else -PI / 2 if y < 0 else Decimal(0)
    angle = arctangent(y / x)
    return angle if x > 0 else angle + (PI if y >= 0 else -PI)


class Complex:
    def __init__(self, re, im=Decimal(0)):
        self.re, self.im = re, im

    def __add__(self, other):
        return Complex(self.re + other.re, self.im + other.im)

    def __sub__(self, other):
        return Complex(self.re - other.re, self.im - other.im)

    def __mul__(self, other):
        if not isinstance(other, Complex):
            return Complex(self.re * other, self.im * other)
        return Complex(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)

    def __truediv__(self, other):
        size = other.re * other.re + other.im * other.im
        return Complex((self.re * other.re + self.im * other.im) / size, (self.im * other.re - self.re * other.im) / size)

    def root(self):
        size = (self.re * self.re + self.im * self.im).sqrt()
        re = ((size + self.re) / 2).sqrt()
        return Complex(re, self.im / (2 * re))

    def sine(self):
        (s, c), grown = sine_cosine(self.re), self.im.exp()
        return Complex(s * (grown + 1 / grown) / 2, c * (grown - 1 / grown) / 2)

    def area_tangent(self):
        """Of which this is the hyperbolic tangent."""
        one = Complex(ONE)
        ratio = (one + self) / (one - self)
        return Complex((ratio.re * ratio.re + ratio.im * ratio.im).ln() / 4, angle_of(ratio.im, ratio.re) / 2)


def legendre(count):
    """Nodes and weights of Gauss and Legendre on 0 to 1."""
    nodes = []
    for i in range(count):
        _, x = sine_cosine(PI * (4 * i + 3) / (4 * count + 2))
        for _ in range(8):
            before, value = ONE, x
            for n in range(2, count + 1):
                before, value = value, ((2 * n - 1) * x * value - (n - 1) * before) / n
            slope = count * (x * value - before) / (x * x - 1)
            x -= value / slope
        nodes.append(((1 + x) / 2, 1 / ((1 - x * x) * slope * slope)))
    return nodes


NODES = legendre(32)


def curvature(latitude):
    """The meridian's length per latitude."""
    s = latitude.sine()
    rest = Complex(ONE) - s * s * E2
    return Complex(A * (1 - E2)) / (rest * rest.root())


def meridian(latitude):
    total = Complex(Decimal(0))
    for node, weight in NODES:
        total = total + curvature(latitude * node) * weight
    return total * latitude


def latitude_of(isometric):
    """Bends an isometric latitude back."""
    latitude = 2 * arctangent(isometric.exp()) - PI / 2
    for _ in range(60):
        s, c = sine_cosine(latitude)
        made = ((1 + s) / (1 - s)).ln() / 2 - E * ((1 + E * s) / (1 - E * s)).ln() / 2
        more = (isometric - made) * c * (1 - E2 * s * s) / (1 - E2)
        latitude += more
        if abs(more) < Decimal(10) ** -42:
            return latitude
    raise ArithmeticError(isometric)


def utm(zone, south, x, y):
    scale = Decimal("0.9996")
    wanted = Complex((Decimal(y) - (10000000 if south else 0)) / scale, (Decimal(x) - 500000) / scale)
    latitude = wanted * (1 / A)
    for _ in range(60):
        more = (wanted - meridian(latitude)) / curvature(latitude)
        latitude = latitude + more
        if abs(more.re) + abs(more.im) < Decimal(10) ** -42:
            break
    else:
        raise ArithmeticError((x, y))
    s = latitude.sine()
    isometric = s.area_tangent() - (s * E).area_tangent() * E
    return latitude_of(isometric.re) * 180 / PI, isometric.im * 180 / PI + zone * 6 - 183


def web_mercator(x, y):
    return (2 * arctangent((Decimal(y) / A).exp()) - PI / 2) * 180 / PI, Decimal(x) / A * 180 / PI


def geocentric(latitude, longitude, height):
    (s, c), (sl, cl) = sine_cosine(Decimal(latitude) * PI / 180), sine_cosine(Decimal(longitude) * PI / 180)
    normal, h = A / (1 - E2 * s * s).sqrt(), Decimal(height)
    return (normal + h) * c * cl, (normal + h) * c * sl, (normal * (1 - E2) + h) * s


def geodetic(x, y, z):
    """By Newton's method on latitude and height at once; of points that are not deep inside."""
    x, y, z = Decimal(x), Decimal(y), Decimal(z)
    across = (x * x + y * y).sqrt()
    latitude, height = angle_of(z, across * (1 - E2)), Decimal(0)
    for _ in range(80):
        s, c = sine_cosine(latitude)
        root = (1 - E2 * s * s).sqrt()
        normal, bend = A / root, A * (1 - E2) / root ** 3
        off_across, off_z = across - (normal + height) * c, z - (normal * (1 - E2) + height) * s
        turned = (off_z * c - off_across * s) / (bend + height)
        raised = off_across * c + off_z * s
        latitude, height = latitude + turned, height + raised
        if abs(turned) < Decimal(10) ** -42 and abs(raised) < Decimal(10) ** -35:
            return latitude * 180 / PI, angle_of(y, x) * 180 / PI, height
    raise ArithmeticError((x, y, z))


def rows():
    """What is asked, and latitude, longitude and height; of codes 0 the other way: geocentric coordinates of a place."""
    random = Random(26)
    for index in range(240):
        zone, south = index % 60 + 1, index % 2 == 1
        x, y = random.uniform(1.66e5, 8.34e5), random.uniform(0, 9.33e6)
        y = 1e7 - y if south else y
        yield 32600 + zone + 100 * south, (x, y, 7.0), (*utm(zone, south, x, y), Decimal(7))
    for x, y in [(0.0, 0.0), (1e6, -3e7)] + [(random.uniform(-2e7, 2e7), random.uniform(-2e7, 2e7)) for _ in range(60)]:
        yield 3857, (x, y, 7.0), (*web_mercator(x, y), Decimal(7))
    for index in range(120):
        place = random.uniform(-90, 90), random.uniform(-180, 180), random.choice((0.0, 9000.0, -6000.0, 1e6, -1e6, 4e8)) * random.random()
        if index % 2:
            yield 0, place, geocentric(*place)
        else:
            position = tuple(float(each) for each in geocentric(*place))
            yield 4978, position, geodetic(*position)


def text():
    lines = ["# Written by tests/python/geodesy_rows.py: an EPSG code with a position and its latitude, longitude and height; with the code 0",
             "# a latitude, longitude and height, and its geocentric coordinates. Degrees and metres."]
    for code, given, made in rows():
        lines.append(" ".join([str(code), *(repr(each) for each in given), *(f"{each:.28f}" for each in made)]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--check" not in sys.argv:
        ROWS.write_text(text())
    elif text() != ROWS.read_text():
        sys.exit(f"{ROWS} is not what {Path(__file__).name} writes")

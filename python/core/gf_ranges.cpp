// Gf.Range1d ... Range3f.
#include <limits>

#include "python/core/core.h"
#include "python/core/gf_ranges.h"

namespace strata::python {

namespace {

template <class R>
std::string CornerText(const R& range, bool is_max, bool as_repr) {
  const auto corner = is_max ? range.GetMax() : range.GetMin();
  nb::object object = nb::cast(corner);
  if constexpr (R::kSize == 1) return as_repr ? ReprNumber(corner) : TextOf(corner);
  return as_repr ? Repr(object) : Text(object);
}

template <class T, size_t N>
void BindRange(nb::module_& gf, const char* name) {
  using R = Range<T, N>;
  using P = typename R::Point;
  nb::class_<R> cls(gf, name, "All points between two corners, both included. A new one is empty.");
  cls.def(nb::init<>());
  cls.def("__init__", [](R* range, const Range<double, N>& other) { new (range) R(other); });
  cls.def("__init__", [](R* range, const Range<float, N>& other) { new (range) R(other); });
  cls.def(
      "__init__", [](R* range, const P& min, const P& max) { new (range) R(min, max); }, "min"_a, "max"_a);
  cls.attr("dimension") = N;
  cls.def_prop_rw("min", &R::GetMin, &R::SetMin);
  cls.def_prop_rw("max", &R::GetMax, &R::SetMax);
  cls.def("GetMin", &R::GetMin);
  cls.def("GetMax", &R::GetMax);
  cls.def("SetMin", &R::SetMin, "min"_a);
  cls.def("SetMax", &R::SetMax, "max"_a);
  cls.def("GetSize", &R::GetSize);
  cls.def("GetMidpoint", &R::GetMidpoint);
  cls.def("IsEmpty", &R::IsEmpty);
  cls.def("SetEmpty", [](R& range) { range = R(); });
  cls.def("Contains", [](const R& a, const P& p) { return a.Contains(p); });
  cls.def("Contains", [](const R& a, const R& b) {
    return !b.IsEmpty() && a.Contains(b.GetMin()) && a.Contains(b.GetMax());
  });
  cls.def("__contains__", [](const R& a, const P& p) { return a.Contains(p); });
  cls.def("__contains__",
          [](const R& a, const R& b) { return a.Contains(b.GetMin()) && a.Contains(b.GetMax()); });
  cls.def("GetDistanceSquared", &R::GetDistanceSquared, "p"_a);
  cls.def_static("GetUnion", [](R a, const R& b) { return a.UnionWith(b); });
  cls.def_static("GetIntersection", [](R a, const R& b) { return a.IntersectWith(b); });
  cls.def("UnionWith", [](R& a, const R& b) -> R& { return a.UnionWith(b); }, nb::rv_policy::none);
  cls.def("UnionWith", [](R& a, const P& p) -> R& { return a.UnionWith(R(p, p)); }, nb::rv_policy::none);
  cls.def("IntersectWith", [](R& a, const R& b) -> R& { return a.IntersectWith(b); }, nb::rv_policy::none);
  cls.def("__eq__", [](const R& a, const R& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const R& a, const R& b) { return !(a == b); }, nb::is_operator());
  cls.def("__hash__", [](const R& r) {
    size_t hash = 0;
    for (size_t i = 0; i < N; ++i)
      hash = hash * 31 + std::hash<double>()(r.min[i]) * 7 + std::hash<double>()(r.max[i]);
    return hash >> 1;
  });
  cls.def("__add__", [](const R& a, const R& b) { return a.Add(b, 1); }, nb::is_operator());
  cls.def("__sub__", [](const R& a, const R& b) { return a.Add(b, -1); }, nb::is_operator());
  cls.def("__mul__", [](const R& a, double s) { return a.Scale(s); }, nb::is_operator());
  cls.def("__rmul__", [](const R& a, double s) { return a.Scale(s); }, nb::is_operator());
  cls.def("__truediv__", [](const R& a, double s) { return a.Scale(1 / s); }, nb::is_operator());
  cls.def("__iadd__", [](R& a, const R& b) -> R& { return a = a.Add(b, 1); }, nb::rv_policy::none);
  cls.def("__isub__", [](R& a, const R& b) -> R& { return a = a.Add(b, -1); }, nb::rv_policy::none);
  cls.def("__imul__", [](R& a, double s) -> R& { return a = a.Scale(s); }, nb::rv_policy::none);
  cls.def("__itruediv__", [](R& a, double s) -> R& { return a = a.Scale(1 / s); }, nb::rv_policy::none);
  cls.def("__repr__", [name = std::string(name)](const R& r) {
    return "Gf." + name + "(" + CornerText(r, false, true) + ", " + CornerText(r, true, true) + ")";
  });
  cls.def("__str__", [](const R& r) {
    return "[" + CornerText(r, false, false) + "..." + CornerText(r, true, false) + "]";
  });
  cls.def("__reduce__", [](nb::handle self) {
    const R& r = nb::cast<const R&>(self);
    return nb::make_tuple(self.type(), nb::make_tuple(r.GetMin(), r.GetMax()));
  });
  if constexpr (N > 1) {
    cls.def(
        "GetCorner",
        [](const R& r, size_t i) {
          if (i >= size_t{1} << N) throw nb::index_error("a range has fewer corners");
          P corner;
          for (size_t d = 0; d < N; ++d) corner[d] = i >> d & 1 ? r.max[d] : r.min[d];
          return corner;
        },
        "i"_a, "The corner whose bit d of i says whether it is at the maximum of axis d.");
    cls.def(
        N == 2 ? "GetQuadrant" : "GetOctant",
        [](const R& r, size_t i) {
          if (i >= size_t{1} << N) throw nb::index_error("a range has fewer parts");
          const P middle = r.GetMidpoint();
          R part;
          for (size_t d = 0; d < N; ++d) {
            part.min[d] = i >> d & 1 ? middle[d] : r.min[d];
            part.max[d] = i >> d & 1 ? r.max[d] : middle[d];
          }
          return part;
        },
        "i"_a);
    P zero, one;
    for (size_t d = 0; d < N; ++d) one[d] = 1;
    cls.attr(N == 2 ? "unitSquare" : "unitCube") = R(zero, one);
  }
}

}  // namespace

void BindRanges(nb::module_& gf) {
  BindRange<double, 1>(gf, "Range1d");
  BindRange<float, 1>(gf, "Range1f");
  BindRange<double, 2>(gf, "Range2d");
  BindRange<float, 2>(gf, "Range2f");
  BindRange<double, 3>(gf, "Range3d");
  BindRange<float, 3>(gf, "Range3f");
}

}  // namespace strata::python

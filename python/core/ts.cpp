// Ts: splines and their knots. What curves do to each other stands in strata/Ts.py.
#include "python/core/usd.h"
#include "strata/value/spline.h"

namespace strata::python {

namespace {

double Round(ValueType type, double value) {
  if (type == ValueType::kFloat) return static_cast<float>(value);
  if (type == ValueType::kHalf) return static_cast<float>(Half(static_cast<float>(value)));
  return value;
}

ValueType ReadType(const std::string& name) {
  if (name == "double" || name == "timecode") return ValueType::kDouble;
  if (name == "float") return ValueType::kFloat;
  if (name == "half") return ValueType::kHalf;
  return ValueType::kEmpty;
}
const char* NameOf(ValueType type) {
  return type == ValueType::kFloat ? "float" : type == ValueType::kHalf ? "half" : "double";
}

// A knot with the type that its values have; it may belong to no spline.
struct Knot {
  SplineKnot knot;
  ValueType type = ValueType::kDouble;
};

nb::object ShowData(const Knot& k) {
  return k.knot.custom_data ? ToPython(Value(*k.knot.custom_data)) : nb::dict();
}
void SetData(Knot& k, const nb::object& data) {
  Value value = FromPython(data, ValueType::kDictionary);
  const Dictionary* held = value.GetIf<Dictionary>();
  if (!held) RaiseTypeError("custom data of a knot are a dictionary");
  k.knot.custom_data = held->IsEmpty() ? nullptr : std::make_shared<const Dictionary>(*held);
}

void BindTangent(nb::class_<Knot>& cls, const char* prefix, SplineTangent SplineKnot::* side) {
  const std::string start = std::string("_") + prefix;
  cls.def_prop_rw((start + "Width").c_str(), [side](const Knot& k) { return (k.knot.*side).width; },
                  [side](Knot& k, double width) { (k.knot.*side).width = width; });
  cls.def_prop_rw((start + "Slope").c_str(), [side](const Knot& k) { return (k.knot.*side).slope; },
                  [side](Knot& k, double slope) { (k.knot.*side).slope = Round(k.type, slope); });
  cls.def_prop_rw((start + "Algorithm").c_str(),
                  [side](const Knot& k) { return static_cast<int>((k.knot.*side).algorithm); },
                  [side](Knot& k, int algorithm) {
                    (k.knot.*side).algorithm = static_cast<TangentAlgorithm>(std::clamp(algorithm, 0, 2));
                  });
}

void BindKnots(nb::module_& ts) {
  nb::class_<Knot> cls(ts, "_Knot", "A point of a spline.");
  cls.def(nb::init<>());
  cls.def("__init__", [](Knot* k, const Knot& other) { new (k) Knot(other); });
  cls.def("_SetType", [](Knot& k, const std::string& name) {
    const ValueType type = ReadType(name);
    if (type == ValueType::kEmpty) return false;
    k.type = type;
    return true;
  });
  cls.def_prop_ro("_type", [](const Knot& k) { return NameOf(k.type); });
  cls.def_prop_rw(
      "_time", [](const Knot& k) { return k.knot.time; }, [](Knot& k, double time) { k.knot.time = time; });
  cls.def_prop_rw(
      "_value", [](const Knot& k) { return k.knot.value; },
      [](Knot& k, double value) { k.knot.value = Round(k.type, value); });
  cls.def_prop_rw(
      "_preValue", [](const Knot& k) { return k.knot.pre_value; },
      [](Knot& k, std::optional<double> value) {
        k.knot.pre_value = value ? std::optional(Round(k.type, *value)) : std::nullopt;
      },
      nb::for_setter(nb::arg().none()));
  cls.def_prop_rw(
      "_interpolation", [](const Knot& k) { return static_cast<int>(k.knot.interpolation); },
      [](Knot& k, int mode) {
        k.knot.interpolation = static_cast<KnotInterpolation>(std::clamp(mode, 0, 3));
      });
  BindTangent(cls, "pre", &SplineKnot::pre_tangent);
  BindTangent(cls, "post", &SplineKnot::post_tangent);
  cls.def_prop_rw("_customData", &ShowData, &SetData);
  cls.def("_Equals", [](const Knot& a, const Knot& b) { return a.type == b.type && a.knot == b.knot; });
}

using Extrapolation = std::pair<int, double>;

void BindSplines(nb::module_& ts) {
  nb::class_<Spline> cls(ts, "Spline", "A curve of numbers over time.");
  cls.def("__init__", [](Spline* s, const Spline& other) { new (s) Spline(other); });
  cls.def(
      "__init__",
      [](Spline* s, const std::string& name) {
        const ValueType type = ReadType(name);
        if (type == ValueType::kEmpty)
          Raise(Diagnostic(DiagnosticCode{"python.spline-type", Severity::kError, "Splines are of numbers."},
                           "A spline cannot be of type '" + name + "'.", {},
                           "Name double, float, half or timecode."));
        new (s) Spline();
        s->value_type = type;
        s->time_valued = name == "timecode";
      },
      "typeName"_a = "double");
  cls.def("__eq__", [](const Spline& a, const Spline& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const Spline& a, const Spline& b) { return !(a == b); }, nb::is_operator());
  cls.def("GetValueTypeName", [](const Spline& s) { return NameOf(s.value_type); });
  cls.def("IsTimeValued", [](const Spline& s) { return s.time_valued; });
  cls.def("IsEmpty", [](const Spline& s) { return s.knots.empty(); });
  const auto eval = [&cls](const char* name, std::optional<double> (Spline::*ask)(double) const) {
    cls.def(name, [ask](const Spline& s, double time) {
      const std::optional<double> value = (s.*ask)(time);
      return value ? std::optional(Round(s.value_type, *value)) : std::nullopt;
    });
  };
  eval("Eval", &Spline::Evaluate);
  eval("EvalPreValue", &Spline::EvaluatePreValue);
  eval("EvalDerivative", &Spline::EvaluateDerivative);
  eval("EvalPreDerivative", &Spline::EvaluatePreDerivative);
  cls.def_prop_rw(
      "_coreKnots",
      [](const Spline& s) {
        nb::list out;
        for (const SplineKnot& knot : s.knots) out.append(Knot{knot, s.value_type});
        return out;
      },
      [](Spline& s, const std::vector<Knot>& knots) {
        std::map<double, SplineKnot> sorted;
        for (const Knot& one : knots) sorted[one.knot.time] = one.knot;
        s.knots.clear();
        for (auto& [time, knot] : sorted) s.knots.push_back(std::move(knot));
      });
  cls.def_prop_rw(
      "_curveType", [](const Spline& s) { return static_cast<int>(s.curve_type); },
      [](Spline& s, int type) { s.curve_type = type == 1 ? CurveType::kHermite : CurveType::kBezier; });
  const auto extrapolation = [&cls](const char* name, SplineExtrapolation Spline::* side) {
    cls.def_prop_rw(
        name,
        [side](const Spline& s) { return Extrapolation(static_cast<int>((s.*side).mode), (s.*side).slope); },
        [side](Spline& s, const Extrapolation& given) {
          s.*side = {static_cast<ExtrapolationMode>(std::clamp(given.first, 0, 6)), given.second};
        });
  };
  extrapolation("_pre", &Spline::pre_extrapolation);
  extrapolation("_post", &Spline::post_extrapolation);
  using Loop = std::tuple<double, double, int, int, double>;
  cls.def_prop_rw(
      "_loop",
      [](const Spline& s) -> std::optional<Loop> {
        if (!s.loop) return std::nullopt;
        return Loop(s.loop->proto_start, s.loop->proto_end, s.loop->pre_loops, s.loop->post_loops,
                    s.loop->value_offset);
      },
      [](Spline& s, const std::optional<Loop>& loop) {
        s.loop.reset();
        if (!loop) return;
        const auto& [start, end, before, after, offset] = *loop;
        s.loop = SplineLoop{start, end, before, after, offset};
      },
      nb::for_setter(nb::arg().none()));

  ts.def("_GetSpline", [](const AttributeObject& a) {
    const std::optional<Spline> found = GetAttribute(a).GetSpline();
    return found ? *found : Spline();
  });
  ts.def("_SetSpline", [](const AttributeObject& a, const Spline& spline) {
    CheckOrRaise(GetStage(a).Edit().SetMetadata(a.GetPath(), Token("spline"), Value(spline)));
    return true;
  });
}

}  // namespace

void BindCurves(nb::module_& core) {
  nb::module_ ts = MakeModule(core, "Ts", "Splines: curves of numbers over time.");
  BindKnots(ts);
  BindSplines(ts);
}

}  // namespace strata::python

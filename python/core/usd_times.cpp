// Usd.TimeCode, the predicates over prims, and Usd.PrimRange.
#include <cmath>
#include <limits>
#include <optional>

#include "python/core/usd.h"

namespace strata::python {

namespace {

using stage::PrimFlag;
using stage::Time;

constexpr double kEarliest = std::numeric_limits<double>::lowest();

double GetNumber(Time time) {
  return time.IsDefault() ? std::nan("") : time.GetValue();
}
// Default comes before all numbers, the left limit of a number before the number.
bool Before(Time a, Time b) {
  if (a.IsDefault() || b.IsDefault()) return a.IsDefault() && !b.IsDefault();
  if (a.GetValue() != b.GetValue()) return a.GetValue() < b.GetValue();
  return a.IsPreTime() && !b.IsPreTime();
}
std::string ReprTime(Time time) {
  if (time.IsDefault()) return "Usd.TimeCode.Default()";
  if (!time.IsPreTime() && time.GetValue() == kEarliest) return "Usd.TimeCode.EarliestTime()";
  if (!time.IsPreTime() && time.GetValue() == 0) return "Usd.TimeCode()";
  return std::string(time.IsPreTime() ? "Usd.TimeCode.PreTime(" : "Usd.TimeCode(") +
         ReprNumber(time.GetValue()) + ")";
}

// -- traversal ---------------------------------------------------------------------------------------

struct Range {
  stage::Prim start;
  Predicate predicate;
  bool has_post_visits = false;
  bool skips_start = false;
};

// Walks a range. With post-visits each prim comes a second time when everything below it has come.
class RangeIterator {
 public:
  explicit RangeIterator(const Range& range)
      : predicate_(range.predicate),
        has_post_visits_(range.has_post_visits),
        range_(range.start,
               range.predicate.is_negated ? stage::PrimPredicate::All() : range.predicate.conjunction,
               range.skips_start ? stage::PrimRange::Start::kSkip : stage::PrimRange::Start::kInclude),
        at_(range_.begin()) {
    SkipRefused();
  }
  bool IsAtEnd() const { return at_ == range_.end() && open_.empty(); }
  // The prim, which IsPostVisit tells more of; none at the end.
  std::optional<stage::Prim> Next() {
    if (started_ && !is_post_visit_) MoveOn();
    started_ = true;
    const bool done = at_ == range_.end();
    if (!open_.empty() && (done || at_.GetDepth() <= open_.back().second)) {
      stage::Prim closed = open_.back().first;
      open_.pop_back();
      is_post_visit_ = true;
      return closed;
    }
    if (done) return std::nullopt;
    is_post_visit_ = false;
    current_ = *at_;
    if (has_post_visits_) open_.emplace_back(current_, at_.GetDepth());
    return current_;
  }
  bool IsPostVisit() const { return is_post_visit_; }
  void PruneChildren() {
    if (!is_post_visit_) at_.PruneChildren();
  }
  stage::Prim GetCurrent() const { return current_; }

 private:
  void MoveOn() {
    if (at_ == range_.end()) return;
    ++at_;
    SkipRefused();
  }
  // What a negated predicate refuses is left out with everything below.
  void SkipRefused() {
    if (!predicate_.is_negated) return;
    while (!(at_ == range_.end()) && !predicate_.Matches(at_->GetFlags())) {
      at_.PruneChildren();
      ++at_;
    }
  }
  Predicate predicate_;
  bool has_post_visits_, started_ = false, is_post_visit_ = false;
  stage::PrimRange range_;
  stage::PrimRange::Iterator at_;
  stage::Prim current_;
  std::vector<std::pair<stage::Prim, uint32_t>> open_;
};

// The slot behind next(): a loop over a stage asks it for each prim, and a bound method would take as long
// again.
PyObject* NextPrim(PyObject* self) {
  try {
    auto& iterator = *nb::inst_ptr<RangeIterator>(self);
    std::optional<stage::Prim> prim = iterator.Next();
    return prim ? MakePrimObject(std::move(*prim)).release().ptr() : nullptr;
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
    return nullptr;
  }
}

Predicate Not(Predicate p) {
  p.is_negated = !p.is_negated;
  return p;
}

Predicate And(const Predicate& a, const Predicate& b) {
  if (a.is_negated || b.is_negated) {
    // A negated term of one flag is a term of its own; other negations are no conjunction.
    const auto plain = [](const Predicate& p) -> Predicate {
      if (!p.is_negated) return p;
      const auto flipped = p.conjunction.GetNegatedTerm();
      if (!flipped) throw nb::value_error("a conjunction cannot hold a disjunction of several flags");
      return {*flipped, false};
    };
    return And(plain(a), plain(b));
  }
  return {a.conjunction.And(b.conjunction), false};
}

Predicate Term(PrimFlag flag, bool wanted = true) {
  const stage::PrimPredicate none;
  return {wanted ? none.Require(flag) : none.Exclude(flag), false};
}

}  // namespace

void BindTimes(nb::module_& usd) {
  nb::class_<Time> cls(
      usd, "TimeCode",
      "A moment to ask a value for: a number, the default time, or the left limit of a number.");
  cls.def(
      "__init__",
      [](Time* t, double value) {
        new (t) Time(value);
        if (std::isnan(value)) *t = Time::Default();
      },
      "time"_a = 0.0);
  cls.def("__init__", [](Time* t, TimeArgument other) { new (t) Time(other.time); });
  nb::implicitly_convertible<double, Time>();
  cls.def_static("Default", &Time::Default, "The time of values that are not animated.");
  cls.def_static("EarliestTime", [] { return Time(kEarliest); }, "Before all samples.");
  cls.def_static("PreTime", [](double value) { return Time::PreTime(value); }, "timeValue"_a);
  cls.def_static(
      "SafeStep",
      [](double most, double compression) {
        return std::numeric_limits<double>::epsilon() * most * compression * 2;
      },
      "maxValue"_a = 1e6, "maxCompression"_a = 10.0, "A step between times that no retiming loses.");
  cls.def("GetValue", &GetNumber, "The number; not a number for the default time.");
  cls.def("IsDefault", &Time::IsDefault);
  cls.def("IsNumeric", [](Time t) { return !t.IsDefault(); });
  cls.def("IsPreTime", &Time::IsPreTime);
  cls.def("IsEarliestTime",
          [](Time t) { return !t.IsDefault() && !t.IsPreTime() && t.GetValue() == kEarliest; });
  cls.def("__eq__", [](Time a, TimeArgument b) { return a == b.time; }, nb::is_operator());
  cls.def("__ne__", [](Time a, TimeArgument b) { return !(a == b.time); }, nb::is_operator());
  cls.def("__lt__", [](Time a, TimeArgument b) { return Before(a, b.time); }, nb::is_operator());
  cls.def("__gt__", [](Time a, TimeArgument b) { return Before(b.time, a); }, nb::is_operator());
  cls.def("__le__", [](Time a, TimeArgument b) { return !Before(b.time, a); }, nb::is_operator());
  cls.def("__ge__", [](Time a, TimeArgument b) { return !Before(a, b.time); }, nb::is_operator());
  cls.def("__hash__", [](Time t) {
    return (std::hash<double>()(t.IsDefault() ? 0 : t.GetValue()) + t.IsPreTime()) >> 1;
  });
  cls.def_static(
      "Test_TimeCodeSequenceRoundTrip", [](const std::vector<TimeArgument>& times) { return times; },
      "times"_a, "The times as TimeCodes.");
  cls.def("__repr__", &ReprTime);
  cls.def("__str__", [](Time t) { return t.IsDefault() ? std::string("DEFAULT") : TextOf(t.GetValue()); });
}

void BindPredicates(nb::module_& usd) {
  nb::class_<Predicate> cls(usd, "_PrimFlagsPredicate", "Which prims a traversal stops at.");
  cls.def(
      "__call__", [](const Predicate& p, const PrimObject& prim) { return p.Matches(prim.prim.GetFlags()); },
      "prim"_a);
  cls.def("__and__", [](const Predicate& a, const Predicate& b) { return And(a, b); }, nb::is_operator());
  cls.def(
      "__or__", [](const Predicate& a, const Predicate& b) { return Not(And(Not(a), Not(b))); },
      nb::is_operator());
  cls.def("__invert__", &Not);
  usd.attr("PrimIsActive") = Term(PrimFlag::kActive);
  usd.attr("PrimIsLoaded") = Term(PrimFlag::kLoaded);
  usd.attr("PrimIsModel") = Term(PrimFlag::kModel);
  usd.attr("PrimIsGroup") = Term(PrimFlag::kGroup);
  usd.attr("PrimIsAbstract") = Term(PrimFlag::kAbstract);
  usd.attr("PrimIsDefined") = Term(PrimFlag::kDefined);
  usd.attr("PrimIsInstance") = Term(PrimFlag::kInstance);
  usd.attr("PrimHasDefiningSpecifier") = Term(PrimFlag::kHasDefiningSpecifier);
  usd.attr("PrimHasClassSpecifier") = Term(PrimFlag::kHasClassSpecifier);
  usd.attr("PrimDefaultPredicate") = Predicate{stage::PrimPredicate::Default(), false};
  usd.attr("PrimAllPrimsPredicate") = Predicate{stage::PrimPredicate::All(), false};
  usd.def(
      "TraverseInstanceProxies",
      [](Predicate p) {
        p.conjunction = p.conjunction.With(stage::InstanceProxies::kTraverse);
        return p;
      },
      "predicate"_a = Predicate{stage::PrimPredicate::Default(), false},
      "The predicate, which lets a traversal go on below instances.");

  PyType_Slot slots[] = {{Py_tp_iter, reinterpret_cast<void*>(&PyObject_SelfIter)},
                         {Py_tp_iternext, reinterpret_cast<void*>(&NextPrim)},
                         {0, nullptr}};
  nb::class_<RangeIterator> iterator(usd, "_PrimRangeIterator", nb::type_slots(slots));
  iterator.def("PruneChildren", &RangeIterator::PruneChildren,
               "Leaves out what is below the prim it stands at.");
  iterator.def("IsPostVisit", &RangeIterator::IsPostVisit);
  iterator.def("IsValid", [](const RangeIterator& i) { return !i.IsAtEnd(); });
  iterator.def("GetCurrentPrim", [](const RangeIterator& i) { return MakePrim(i.GetCurrent()); });

  nb::class_<Range> range(usd, "PrimRange", "The prims of a subtree, depth first, children in order.");
  const Predicate standard{stage::PrimPredicate::Default(), false};
  range.def(
      "__init__",
      [](Range* r, const PrimObject& root, const Predicate& predicate) {
        new (r) Range{Check(root), predicate};
      },
      "root"_a, "predicate"_a = standard);
  range.def_static(
      "PreAndPostVisit",
      [](const PrimObject& root, const Predicate& predicate) { return Range{Check(root), predicate, true}; },
      "root"_a, "predicate"_a = standard,
      "Each prim before and after everything below it; IsPostVisit of the iterator tells.");
  range.def_static("AllPrims", [](const PrimObject& root) { return Range{Check(root), {}}; }, "root"_a);
  range.def_static(
      "AllPrimsPreAndPostVisit", [](const PrimObject& root) { return Range{Check(root), {}, true}; },
      "root"_a);
  range.def_static(
      "Stage",
      [](const StageObjectPtr& s, const Predicate& predicate) {
        return Range{s->stage->GetPseudoRoot(), predicate, false, true};
      },
      "stage"_a, "predicate"_a = standard);
  range.def("IsValid", [](const Range& r) { return r.start.IsValid(); });
  range.def("__bool__", [](const Range& r) { return r.start.IsValid() && !RangeIterator(r).IsAtEnd(); });
  range.def("__iter__", [](const Range& r) { return RangeIterator(r); });
}

}  // namespace strata::python

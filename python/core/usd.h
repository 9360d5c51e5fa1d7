// Stages, prims and properties as Python sees them.
#pragma once

#include <memory>

#include "python/core/arguments.h"
#include "python/core/core.h"
#include "python/core/engine.h"
#include "python/core/enums.h"
#include "python/core/sdf_enums.h"
#include "strata/stage/edit_target.h"
#include "strata/stage/editor.h"
#include "strata/stage/stage.h"

namespace strata::python {

// How Python holds a stage: as an owner, or as a view of one that a context owns, which may close it. Whoever
// asks a closed stage for something gets a RuntimeError.
class StageHandle {
 public:
  explicit StageHandle(stage::StagePtr owned) : owned_(std::move(owned)), ref_(owned_->GetRef()) {}
  explicit StageHandle(stage::Stage& seen) : ref_(seen.GetRef()) {}

  stage::Stage* get() const { return ref_.Get(); }  // null when it is closed
  explicit operator bool() const { return get() != nullptr; }
  stage::Stage* operator->() const { return &**this; }
  stage::Stage& operator*() const {
    if (stage::Stage* open = get()) return *open;
    throw std::runtime_error("Accessed a stage that is closed: its context has closed it or opened another");
  }
  // The owner; raises RuntimeError where this is a view.
  const stage::StagePtr& Own() const {
    if (!owned_) throw std::runtime_error("The stage belongs to a context and cannot be given away");
    return owned_;
  }
  // From here on a view.
  stage::StagePtr Disown() { return std::exchange(owned_, nullptr); }
  void Regain(stage::StagePtr owned) { owned_ = std::move(owned); }

 private:
  stage::StagePtr owned_;
  stage::StageRef ref_;
};

// A stage as the Python objects show it, and where edits through it go.
struct StageObject : std::enable_shared_from_this<StageObject> {
  StageHandle stage;
  stage::EditTarget target;
  bool is_heard = false;    // whether its notices are passed on
  const stage::Stage* key;  // where the stage is or was

  explicit StageObject(stage::StagePtr opened);
  explicit StageObject(stage::Stage& seen);  // a view
  ~StageObject();
  StageObject(const StageObject&) = delete;
  StageObject& operator=(const StageObject&) = delete;
  // To change it, when no other thread reads any more (reading.h).
  stage::Stage& Change();
  stage::Editor Edit() { return stage::Editor(Change(), target); }
};
using StageObjectPtr = std::shared_ptr<StageObject>;
// The object of an open stage; null when it has none (any more).
StageObjectPtr FindStageObject(const stage::Stage* stage);
// The same, made when there is none: an owner, or a view of what a context owns.
StageObjectPtr ShowStage(stage::StagePtr stage);
StageObjectPtr ViewStage(stage::Stage& stage);

// Passes the notices of a stage, or of all that are open, on to the handler, where there is one.
void ListenTo(StageObject& stage);
void ListenToAll();

// Usd.Object: a prim, or a property of one.
struct Object {
  stage::Prim prim;
  Token name;  // of properties; empty for prims

  bool IsPrim() const { return name.IsEmpty(); }
  Path GetPath() const { return IsPrim() ? prim.GetPath() : prim.GetPath().AppendProperty(name); }
  friend bool operator==(const Object& a, const Object& b) { return a.prim == b.prim && a.name == b.name; }
};
struct PrimObject : Object {};
struct PropertyObject : Object {};
struct AttributeObject : PropertyObject {};
struct RelationshipObject : PropertyObject {};

// What a prim or property is, in words: "'Xform' prim </A> on stage with ...".
// `kind` says what an object without a property of its name would be: "attribute", "relationship".
std::string Describe(const Object& object, std::string_view kind = {});
// The object, if its prim is there; raises RuntimeError otherwise.
const stage::Prim& Check(const Object& object);
StageObject& GetStage(const Object& object);
inline stage::Attribute GetAttribute(const Object& object) {
  return {Check(object), object.name};
}
inline stage::Relationship GetRelationship(const Object& object) {
  return {Check(object), object.name};
}
inline stage::Property GetProperty(const Object& object) {
  return {Check(object), object.name};
}

inline PrimObject MakePrim(stage::Prim prim) {
  return {{std::move(prim), Token()}};
}
// The same as a Python object, without the search for the class that a cast makes.
nb::object MakePrimObject(stage::Prim prim);
// An Attribute or Relationship, as the property is; a Property when nobody defines it.
nb::object MakeProperty(const stage::Prim& prim, Token name);
template <class Property>
nb::list MakeProperties(const std::vector<Property>& properties) {
  nb::list out;
  for (const Property& property : properties)
    out.append(MakeProperty(property.GetPrim(), property.GetName()));
  return out;
}
nb::list MakePrims(const std::vector<stage::Prim>& prims);

// The spec that an edit target has for an object of the stage; None when there is none.
nb::object MakeSpecAt(const stage::EditTarget& target, Path path);

// A moment: a Usd.TimeCode or a number.
struct TimeArgument {
  stage::Time time = stage::Time::Default();
};
// Predicates over prims. A disjunction is kept as the negation of a conjunction.
struct Predicate {
  stage::PrimPredicate conjunction;
  bool is_negated = false;
  bool Matches(uint32_t flags) const { return conjunction.Matches(flags) != is_negated; }
};

// One for each file, in the order in which the module calls them.
void BindUsdEnums(nb::module_& usd);
void BindTimes(nb::module_& usd);
void BindObjects(nb::module_& usd);
void BindPrims(nb::module_& usd);
void BindProperties(nb::module_& usd);
void BindArcs(nb::module_& usd);
void BindPredicates(nb::module_& usd);
using StageClass = nb::class_<StageObject>;
void BindStages(nb::module_& usd);
void BindScope(nb::module_& usd, StageClass& cls);
void BindQueries(nb::module_& usd);
void BindDefinitions(nb::module_& usd);
void BindCollections(nb::module_& usd);
void BindNotices(nb::module_& usd);
void BindNamespaceEditor(nb::module_& usd);
void BindFlattening(nb::module_& usd);
void BindClips(nb::module_& usd);
void BindSchemas(nb::module_& core, nb::module_& usd);
void BindShading(nb::module_& core);
void BindContexts(nb::module_& core);
void BindGeomSubsets(nb::module_& core);
void BindGeomShapes(nb::module_& core);
void BindBackPlates(nb::module_& core);
void BindKinds(nb::module_& core);
void BindLods(nb::module_& core);
void BindRigidBodies(nb::module_& core);
void BindValidation(nb::module_& core);
void BindShaderNodes(nb::module_& core);
void BindLights(nb::module_& core);
void BindUtils(nb::module_& core);
void BindCurves(nb::module_& core);
void BindSkeletons(nb::module_& core);

}  // namespace strata::python

namespace nanobind::detail {

STRATA_ENUM_CASTER(strata::stage::LoadPolicy)
STRATA_ENUM_CASTER(strata::stage::InterpolationType)
STRATA_ENUM_CASTER(strata::stage::ListPosition)
STRATA_ENUM_CASTER(strata::stage::ResolveSource)
STRATA_ENUM_CASTER(strata::stage::StageLoadRules::Rule)

template <>
struct type_caster<strata::python::TimeArgument> {
  NB_TYPE_CASTER(strata::python::TimeArgument, const_name("TimeCode | float"))
  bool from_python(handle source, uint8_t flags, cleanup_list* cleanup) noexcept {
    if (PyFloat_CheckExact(source.ptr()) || PyLong_CheckExact(source.ptr())) return ReadNumber(source);
    make_caster<strata::stage::Time> time;
    if (!source.is_none() && time.from_python(source, flags & ~uint8_t(cast_flags::convert), cleanup)) {
      value.time = time.operator strata::stage::Time&();
      return true;
    }
    return PyNumber_Check(source.ptr()) && ReadNumber(source);
  }
  bool ReadNumber(handle source) noexcept {
    const double number = PyFloat_AsDouble(source.ptr());
    if (number == -1.0 && PyErr_Occurred()) {
      PyErr_Clear();
      return false;
    }
    value.time = strata::stage::Time(number);
    return true;
  }
  static handle from_cpp(const strata::python::TimeArgument& argument, rv_policy policy,
                         cleanup_list* cleanup) noexcept {
    return make_caster<strata::stage::Time>::from_cpp(argument.time, policy, cleanup);
  }
};

}  // namespace nanobind::detail

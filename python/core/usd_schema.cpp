// What strata/_schemas.py makes schema classes of, and the computations over typed prims.
#include <mutex>
#include <set>

#include "python/core/reading.h"
#include "python/core/usd.h"
#include "strata/domain/bounds.h"
#include "strata/domain/extent.h"
#include "strata/domain/imageable.h"
#include "strata/domain/material_binding.h"
#include "strata/domain/xformable.h"

namespace strata::python {

namespace {

// (identifier, type name, identifier of the base, library, kind) of every schema.
nb::list ListSchemas() {
  nb::list out;
  for (const schema::SchemaInfo* info : GetEngine().GetSchemas()->GetAll())
    out.append(nb::make_tuple(info->identifier, info->type_name, info->base, info->library,
                              std::string(schema::GetSchemaKindName(info->kind))));
  return out;
}

// The names of the properties that a schema has from API schemas which it brings along, or from the
// multiple-apply ones among them alone.
enum class Brought : uint8_t { kMultiple, kAny };
std::set<Token> ListBrought(Token identifier, const schema::PrimDefinition& definition, Brought which) {
  std::set<Token> brought;
  for (Token applied : definition.GetAppliedSchemas()) {
    const auto [schema, instance] = schema::ParseNameAndInstance(applied);
    if (schema == identifier || (instance.IsEmpty() && which == Brought::kMultiple)) continue;
    const schema::PrimDefinitionPtr of_schema = GetEngine().GetSchemas()->FindDefinition(schema);
    if (!of_schema) continue;
    for (Token name : of_schema->GetPropertyNames())
      brought.insert(instance.IsEmpty() ? name : schema::MakeNameInstance(name, instance));
  }
  return brought;
}

// (name, whether it is an attribute, type name, whether it is uniform) of what a schema has beyond its base.
nb::list ListProperties(Token identifier, bool with_inherited) {
  nb::list out;
  const auto& schemas = GetEngine().GetSchemas();
  const schema::PrimDefinitionPtr definition = schemas->FindDefinition(identifier);
  const schema::SchemaInfo* info = schemas->Find(identifier);
  if (!definition || !info) return out;
  const schema::PrimDefinitionPtr base = with_inherited ? nullptr : schemas->FindDefinition(info->base);
  const std::set<Token> brought = ListBrought(identifier, *definition, Brought::kMultiple);
  for (Token name : definition->GetPropertyNames()) {
    if ((base && base->FindProperty(name)) || brought.count(name)) continue;
    const schema::PropertyDefinition* property = definition->FindProperty(name);
    out.append(nb::make_tuple(name, property->type == layer::SpecType::kAttribute, property->type_name,
                              property->variability == Variability::kUniform));
  }
  return out;
}

// The names of the attributes that a schema has of its own, and of its bases: twice, as in pxr, those to
// which it gives another fallback.
std::vector<Token> ListAttributeNames(Token identifier, bool with_inherited) {
  std::vector<Token> all;
  const auto& schemas = GetEngine().GetSchemas();
  const schema::PrimDefinitionPtr definition = schemas->FindDefinition(identifier);
  const schema::SchemaInfo* info = schemas->Find(identifier);
  if (!definition || !info) return all;
  const schema::PrimDefinitionPtr base = schemas->FindDefinition(info->base);
  const std::set<Token> brought = ListBrought(identifier, *definition, Brought::kAny);
  for (Token name : definition->GetPropertyNames()) {
    const schema::PropertyDefinition& property = *definition->FindProperty(name);
    if (property.type != layer::SpecType::kAttribute || brought.count(name)) continue;
    const schema::PropertyDefinition* of_base = base ? base->FindProperty(name) : nullptr;
    const bool is_own = !of_base || !(of_base->fallback == property.fallback) ||
                        of_base->metadata.size() != property.metadata.size();
    if (is_own) all.push_back(name);
    if (of_base && with_inherited) all.push_back(name);
  }
  return all;
}

// The values that the attributes of a schema may have, where they are listed.
std::vector<Token> ListAllowedTokens(Token identifier) {
  std::vector<Token> all;
  const schema::PrimDefinitionPtr definition = GetEngine().GetSchemas()->FindDefinition(identifier);
  if (!definition) return all;
  for (Token name : definition->GetPropertyNames()) {
    const Value* allowed = definition->FindProperty(name)->FindMetadata(layer::GetFieldNames().allowedTokens);
    if (allowed && allowed->Holds<Array<Token>>())
      all.insert(all.end(), allowed->Get<Array<Token>>().begin(), allowed->Get<Array<Token>>().end());
  }
  return all;
}

// Boxes as Gf.BBox3d, which is made in Python.
nb::object ToBox(const BBox3d& box) {
  nb::module_ gf = nb::module_::import_("strata.Gf");
  nb::object range = gf.attr("Range3d")();
  if (!box.IsEmpty()) range = gf.attr("Range3d")(box.range.min, box.range.max);
  return gf.attr("BBox3d")(range, box.matrix);
}

// Threads: asked by several, each waits for the one before; those who wait do so without the interpreter's
// lock, or hold it and wait for one who does not need it.
class BoxCache {
 public:
  BoxCache(stage::Time time, std::vector<Token> purposes, bool use_extents_hint, bool ignore_visibility) {
    options_.time = time;
    options_.purposes = std::move(purposes);
    if (use_extents_hint) options_.extents_hints = domain::ExtentsHints::kUse;
    if (ignore_visibility) options_.visibility = domain::Visibility::kIgnore;
  }
  // Lets go of the interpreter's lock where there is anything below the prim.
  template <class Ask>
  nb::object Compute(const PrimObject& prim, const Ask& ask) {
    stage::Stage& stage = *Check(prim).GetStage();
    const auto compute = [&] {
      const std::lock_guard lock(mutex_);
      return ask(On(stage), prim.prim);
    };
    if (!HasChildren(prim.prim)) return ToBox(compute());
    return ToBox([&] {
      const Reading reading;
      return compute();
    }());
  }
  const domain::BoundsOptions& GetOptions() const { return options_; }
  void SetTime(stage::Time time) {
    const std::lock_guard lock(mutex_);
    options_.time = time;
    if (cache_) cache_->SetTime(time);
  }
  std::optional<stage::Time> base_time;  // from which instances move on; none: the time

  void SetPurposes(std::vector<Token> purposes) {
    const std::lock_guard lock(mutex_);
    options_.purposes = std::move(purposes);
    Forget();
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    Forget();
  }

 private:
  static bool HasChildren(const stage::Prim& prim) {
    const auto children = prim.GetAllChildren();
    return children.begin() != children.end();
  }
  domain::BoundsCache& On(stage::Stage& stage) {
    if (&stage != stage_) {
      cache_ = std::make_unique<domain::BoundsCache>(stage, options_);
      stage_ = &stage;
    }
    return *cache_;
  }
  void Forget() {
    cache_.reset();
    stage_ = nullptr;
  }

  std::mutex mutex_;
  domain::BoundsOptions options_;
  stage::Stage* stage_ = nullptr;
  std::unique_ptr<domain::BoundsCache> cache_;
};

void BindCaches(nb::module_& geom) {
  using domain::XformCache;
  nb::class_<XformCache> xforms(geom, "XformCache",
                                "World transforms of many prims at one time; each prim is computed once.");
  xforms.def(
      "__init__", [](XformCache* c, TimeArgument time) { new (c) XformCache(time.time); },
      "time"_a = TimeArgument());
  xforms.def("GetTime", &XformCache::GetTime);
  xforms.def("SetTime", [](XformCache& c, TimeArgument time) { c.SetTime(time.time); }, "time"_a);
  xforms.def("Clear", &XformCache::Clear);
  xforms.def(
      "Swap",
      [](XformCache& a, XformCache& b) {
        const stage::Time time = a.GetTime();
        a.SetTime(b.GetTime());
        b.SetTime(time);
      },
      "other"_a);
  xforms.def(
      "GetLocalToWorldTransform",
      [](XformCache& c, const PrimObject& p) { return c.GetLocalToWorldTransform(Check(p)); }, "prim"_a);
  xforms.def(
      "GetParentToWorldTransform",
      [](XformCache& c, const PrimObject& p) { return c.GetParentToWorldTransform(Check(p)); }, "prim"_a);
  xforms.def(
      "GetLocalTransformation",
      [](XformCache& c, const PrimObject& p) {
        const domain::LocalTransform local = c.GetLocalTransformation(Check(p));
        return nb::make_tuple(local.matrix, local.resets_stack);
      },
      "prim"_a, "The matrix, and whether it resets the transforms above.");
  xforms.def(
      "ComputeRelativeTransform",
      [](XformCache& c, const PrimObject& p, const PrimObject& ancestor) {
        return nb::make_tuple(c.ComputeRelativeTransform(Check(p), Check(ancestor)), false);
      },
      "prim"_a, "ancestor"_a);

  nb::class_<BoxCache> boxes(geom, "BBoxCache",
                             "Bounding boxes of many prims at one time; each prim is asked once.");
  boxes.def(
      "__init__",
      [](BoxCache* c, TimeArgument time, std::vector<Token> purposes, bool hint, bool ignore) {
        new (c) BoxCache(time.time, std::move(purposes), hint, ignore);
      },
      "time"_a, "includedPurposes"_a, "useExtentsHint"_a = false, "ignoreVisibility"_a = false);
  boxes.def(
      "ComputeWorldBound",
      [](BoxCache& c, const PrimObject& p) {
        return c.Compute(p, [](auto& cache, const auto& prim) { return cache.ComputeWorldBound(prim); });
      },
      "prim"_a);
  boxes.def(
      "ComputeLocalBound",
      [](BoxCache& c, const PrimObject& p) {
        return c.Compute(p, [](auto& cache, const auto& prim) { return cache.ComputeLocalBound(prim); });
      },
      "prim"_a);
  boxes.def(
      "ComputeUntransformedBound",
      [](BoxCache& c, const PrimObject& p) {
        return c.Compute(p,
                         [](auto& cache, const auto& prim) { return cache.ComputeUntransformedBound(prim); });
      },
      "prim"_a);
  boxes.def(
      "ComputeRelativeBound",
      [](BoxCache& c, const PrimObject& p, const PrimObject& ancestor) {
        const stage::Prim& above = Check(ancestor);
        return c.Compute(
            p, [&](auto& cache, const auto& prim) { return cache.ComputeRelativeBound(prim, above); });
      },
      "prim"_a, "relativeToAncestorPrim"_a);
  boxes.def("GetIncludedPurposes", [](const BoxCache& c) { return c.GetOptions().purposes; });
  boxes.def("SetIncludedPurposes", &BoxCache::SetPurposes, "includedPurposes"_a);
  boxes.def("GetUseExtentsHint",
            [](const BoxCache& c) { return c.GetOptions().extents_hints == domain::ExtentsHints::kUse; });
  boxes.def("GetTime", [](const BoxCache& c) { return c.GetOptions().time; });
  boxes.def("SetTime", [](BoxCache& c, TimeArgument time) { c.SetTime(time.time); }, "time"_a);
  boxes.def("HasBaseTime", [](const BoxCache& c) { return c.base_time.has_value(); });
  boxes.def("GetBaseTime", [](const BoxCache& c) { return c.base_time.value_or(c.GetOptions().time); });
  boxes.def("SetBaseTime", [](BoxCache& c, TimeArgument time) { c.base_time = time.time; }, "baseTime"_a);
  boxes.def("ClearBaseTime", [](BoxCache& c) { c.base_time.reset(); });
  boxes.def("Clear", &BoxCache::Clear);
}

void BindComputations(nb::module_& geom) {
  using domain::Imageable;
  using domain::Xformable;
  geom.def("_LocalTransformation", [](const PrimObject& p, TimeArgument time) {
    return Xformable(Check(p)).GetLocalTransformation(time.time).matrix;
  });
  geom.def(
      "_OrderedXformOps",
      [](const PrimObject& p) {
        const Xformable::Ops ops = Xformable(Check(p)).GetOrderedXformOps();
        std::vector<Token> names;
        for (const domain::XformOp& op : ops.ops) names.push_back(op.name);
        return nb::make_tuple(names, ops.resets_stack);
      },
      "The names of the ops, and whether the transforms above are reset.");
  geom.def("_OpTransform", [](Token name, nb::handle value) {
    const std::optional<domain::XformOp> op = domain::XformOp::Parse(name);
    const std::optional<Matrix4d> made = op ? op->MakeTransform(FromPython(value)) : std::nullopt;
    return made.value_or(Matrix4d::Identity());
  });
  geom.def("_LocalToWorld", [](const PrimObject& p, TimeArgument time) {
    return Xformable(Check(p)).ComputeLocalToWorldTransform(time.time);
  });
  geom.def("_ParentToWorld", [](const PrimObject& p, TimeArgument time) {
    return Xformable(Check(p)).ComputeParentToWorldTransform(time.time);
  });
  geom.def("_TransformMightBeTimeVarying",
           [](const PrimObject& p) { return Xformable(Check(p)).TransformMightBeTimeVarying(); });
  geom.def("_TransformTimeSamples", [](const PrimObject& p) { return Xformable(Check(p)).GetTimeSamples(); });
  geom.def("_Visibility", [](const PrimObject& p, TimeArgument time) {
    return Imageable(Check(p)).ComputeVisibility(time.time);
  });
  geom.def("_Purpose", [](const PrimObject& p) { return Imageable(Check(p)).ComputePurpose(); });
  const auto corners = [](const Range3d& range) {
    const auto narrow = [](const Vec3d& v) {
      return Vec3f{{static_cast<float>(v[0]), static_cast<float>(v[1]), static_cast<float>(v[2])}};
    };
    return Array<Vec3f>{narrow(range.min), narrow(range.max)};
  };
  geom.def(
      "_Extent",
      [corners](const PrimObject& p, TimeArgument time) -> nb::object {
        const std::optional<Range3d> range = domain::ComputeExtent(Check(p), time.time);
        return range ? nb::cast(corners(*range)) : nb::none();
      },
      "The least and the greatest corner of what a prim's shape covers; None when it has none.");
  geom.def("_PointsExtent", [corners](nb::handle points, const Matrix4d& transform) {
    const Value read = FromPython(points, ValueType::kVec3fArray);
    if (!read.Holds<Array<Vec3f>>()) RaiseTypeError("points are an array of vectors of three");
    const Array<Vec3f>& array = read.Get<Array<Vec3f>>();
    if (transform == Matrix4d::Identity())
      return corners(domain::ComputeRange(array.GetData(), array.GetSize()));
    Range3d range;
    for (const Vec3f& point : array)
      range.Add(TransformPoint(Vec3d{{point[0], point[1], point[2]}}, transform));
    return corners(range);
  });
  geom.def(
      "_BoundMaterial",
      [](const PrimObject& p, Token purpose) {
        const domain::BoundMaterial bound =
            domain::MaterialBindings().ComputeBoundMaterial(Check(p), purpose);
        const stage::Prim owner = bound.relationship.IsEmpty()
                                      ? stage::Prim()
                                      : p.prim.GetStage()->GetPrimAtPath(bound.relationship.GetPrimPath());
        return nb::make_tuple(
            MakePrim(bound.material),
            RelationshipObject{
                {{owner, bound.relationship.IsEmpty() ? Token() : bound.relationship.GetNameToken()}}});
      },
      "The material that wins, and the relationship that says so.");
}

}  // namespace

void BindSchemas(nb::module_& core, nb::module_& usd) {
  usd.def("_ListSchemas", &ListSchemas);
  usd.def("_ListProperties", &ListProperties, "identifier"_a, "withInherited"_a);
  usd.def("_ListAttributeNames", &ListAttributeNames, "identifier"_a, "withInherited"_a);
  usd.def("_ListAllowedTokens", &ListAllowedTokens, "identifier"_a);
  nb::module_ geom = MakeModule(core, "UsdGeom", "Computations over typed prims.");
  BindCaches(geom);
  BindComputations(geom);
}

}  // namespace strata::python

// How much of a scene a stage has: Usd.StagePopulationMask, muted layers, saving, and Usd.StageCache.
#include "python/core/usd.h"
#include "strata/context/stage_cache.h"

namespace strata::python {

namespace {

using stage::StageLoadRules;
using stage::StagePopulationMask;

std::vector<Path> Plain(const std::vector<PathArgument>& paths) {
  return {paths.begin(), paths.end()};
}

void BindMasks(nb::module_& usd) {
  using Mask = StagePopulationMask;
  nb::class_<Mask> cls(usd, "StagePopulationMask",
                       "Which prims a stage has: paths, with all above and below.");
  cls.def(nb::init<>());
  cls.def("__init__", [](Mask* m, const std::vector<PathArgument>& paths) { new (m) Mask(Plain(paths)); });
  cls.def("__init__", [](Mask* m, const Mask& other) { new (m) Mask(other); });
  cls.def_static("All", &Mask::All);
  cls.def_static("Union", [](const Mask& a, const Mask& b) { return a.GetUnion(b); });
  cls.def_static("Intersection", [](const Mask& a, const Mask& b) { return a.GetIntersection(b); });
  cls.def("GetUnion", [](const Mask& a, const Mask& b) { return a.GetUnion(b); });
  cls.def("GetUnion", [](const Mask& m, PathArgument path) { return Mask(m).Add(path); });
  cls.def("GetIntersection", [](const Mask& a, const Mask& b) { return a.GetIntersection(b); });
  cls.def("Includes", [](const Mask& a, const Mask& b) { return a.Includes(b); });
  cls.def("Includes", [](const Mask& m, PathArgument path) { return m.Includes(path); });
  cls.def("IncludesSubtree", [](const Mask& m, PathArgument path) { return m.IncludesSubtree(path); });
  cls.def("IsEmpty", &Mask::IsEmpty);
  cls.def("GetPaths", &Mask::GetPaths);
  cls.def("GetIncludedChildNames", [](const Mask& m, PathArgument path) {
    const auto names = m.GetIncludedChildNames(path);
    return nb::make_tuple(!names || !names->empty(), names.value_or(std::vector<Token>()));
  });
  cls.def("Add", [](Mask& m, PathArgument path) { return m.Add(path); });
  cls.def("Add", [](Mask& m, const Mask& other) { return m.Add(other); });
  cls.def("__eq__", [](const Mask& a, const Mask& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const Mask& a, const Mask& b) { return !(a == b); }, nb::is_operator());
  cls.def("__hash__", [](const Mask& m) {
    size_t hash = 0;
    for (Path path : m.GetPaths()) hash = hash * 31 + std::hash<Path>()(path);
    return hash >> 1;
  });
  cls.def("__bool__", [](const Mask& m) { return !m.IsEmpty(); });
  cls.def("__repr__", [](const Mask& m) {
    if (m.IsEmpty()) return std::string("Usd.StagePopulationMask()");
    std::string text = "Usd.StagePopulationMask([";
    for (Path path : m.GetPaths()) text += (text.back() == '[' ? "" : ", ") + Repr(nb::cast(path));
    return text + "])";
  });
}

void BindMasking(StageClass& cls) {
  cls.def("GetPopulationMask", [](const StageObject& s) { return s.stage->GetPopulationMask(); });
  cls.def(
      "SetPopulationMask",
      [](StageObject& s, const StagePopulationMask& mask) { s.Change().SetPopulationMask(mask); }, "mask"_a);
  cls.def(
      "ExpandPopulationMask",
      [](StageObject& s, const Predicate& traversal, const nb::object& relationships,
         const nb::object& attributes) {
        std::function<bool(const stage::Relationship&)> of_relationship;
        std::function<bool(const stage::Attribute&)> of_attribute;
        if (!relationships.is_none())
          of_relationship = [&](const stage::Relationship& r) {
            return nb::cast<bool>(nb::bool_(relationships(RelationshipObject{{{r.GetPrim(), r.GetName()}}})));
          };
        if (!attributes.is_none())
          of_attribute = [&](const stage::Attribute& a) {
            return nb::cast<bool>(nb::bool_(attributes(AttributeObject{{{a.GetPrim(), a.GetName()}}})));
          };
        s.Change().ExpandPopulationMask(traversal.conjunction, of_relationship, of_attribute);
      },
      "traversalPredicate"_a = Predicate{stage::PrimPredicate::Default(), false}, "relPred"_a = nb::none(),
      "attrPred"_a = nb::none());
  cls.def("GetMutedLayers", [](const StageObject& s) { return s.stage->GetMutedLayers(); });
  cls.def(
      "IsLayerMuted", [](const StageObject& s, const std::string& id) { return s.stage->IsLayerMuted(id); },
      "layerIdentifier"_a);
  cls.def(
      "MuteLayer", [](StageObject& s, const std::string& id) { CheckOrRaise(s.Change().MuteLayer(id)); },
      "layerIdentifier"_a);
  cls.def(
      "UnmuteLayer", [](StageObject& s, const std::string& id) { CheckOrRaise(s.Change().UnmuteLayer(id)); },
      "layerIdentifier"_a);
  cls.def(
      "MuteAndUnmuteLayers",
      [](StageObject& s, const std::vector<std::string>& mute, const std::vector<std::string>& unmute) {
        CheckOrRaise(s.Change().MuteAndUnmuteLayers(mute, unmute));
      },
      "muteLayers"_a, "unmuteLayers"_a);
}

void BindLoading(StageClass& cls) {
  const auto find_loadable = [](const StageObject& s, PathArgument root) {
    std::vector<Path> paths;
    for (const stage::Prim& prim :
         stage::PrimRange(s.stage->GetPrimAtPath(root), stage::PrimPredicate::All()))
      if (prim.HasPayload()) paths.push_back(prim.GetPath());
    return paths;
  };
  cls.def("FindLoadable", find_loadable, "rootPath"_a = PathArgument{Path::AbsoluteRoot()},
          "The paths of prims with payloads.");
  cls.def("GetLoadSet", [find_loadable](const StageObject& s) {
    std::vector<Path> loaded;
    for (Path path : find_loadable(s, PathArgument{Path::AbsoluteRoot()}))
      if (s.stage->GetPrimAtPath(path).IsLoaded()) loaded.push_back(path);
    return loaded;
  });
  cls.def(
      "SetInterpolationType",
      [](StageObject& s, stage::InterpolationType type) { s.Change().SetInterpolationType(type); },
      "interpolationType"_a);
  cls.def("GetPathResolverContext", [](const StageObject& s) {
    const asset::ResolverContext& context = s.stage->GetPathResolverContext();
    return nb::module_::import_("strata.Ar").attr("_context_of")(context.search_paths, context.values);
  });
  cls.def(
      "ResolveIdentifierToEditTarget",
      [](const StageObject& s, const std::string& identifier) {
        return s.stage->ResolveIdentifierToEditTarget(identifier);
      },
      "identifier"_a);
}

using context::StageCache;

StageCache::Match MakeMatch(const layer::LayerPtr& root, const nb::args& more) {
  StageCache::Match match;
  match.root = root;
  for (nb::handle given : more)
    if (nb::isinstance<layer::Layer>(given)) match.session = nb::cast<layer::LayerPtr>(given);
  return match;
}

nb::object ShowAll(const std::vector<stage::StagePtr>& stages) {
  nb::list out;
  for (const stage::StagePtr& stage : stages) out.append(nb::cast(ShowStage(stage)));
  return out;
}

void BindCache(nb::module_& usd) {
  using Id = StageCache::Id;
  nb::class_<StageCache> cls(usd, "StageCache", "Stages that are kept open for whoever asks for them next.");
  nb::class_<Id> id(cls, "Id", "The number of a stage in caches.");
  id.def(nb::init<>());
  id.def_static("FromLongInt", &Id::FromLongInt, "val"_a);
  id.def_static("FromString", &Id::FromString, "s"_a);
  id.def("ToLongInt", &Id::ToLongInt);
  id.def("ToString", &Id::ToString);
  id.def("IsValid", [](Id i) { return bool(i); });
  id.def("__bool__", [](Id i) { return bool(i); });
  id.def("__eq__", [](Id a, Id b) { return a == b; }, nb::is_operator());
  id.def("__ne__", [](Id a, Id b) { return a != b; }, nb::is_operator());
  id.def("__lt__", [](Id a, Id b) { return a < b; }, nb::is_operator());
  id.def("__le__", [](Id a, Id b) { return a <= b; }, nb::is_operator());
  id.def("__gt__", [](Id a, Id b) { return a > b; }, nb::is_operator());
  id.def("__ge__", [](Id a, Id b) { return a >= b; }, nb::is_operator());
  id.def("__hash__", [](Id i) { return i.ToLongInt() & 0x7fffffff; });
  id.def("__repr__", [](Id i) { return "Usd.StageCache.Id.FromLongInt(" + i.ToString() + ")"; });

  cls.def(nb::init<>());
  cls.def(
      "swap",
      [](StageCache& a, StageCache& b) {
        const auto take_all = [](StageCache& cache) {
          std::vector<std::pair<Id, stage::StagePtr>> taken;
          for (const stage::StagePtr& stage : cache.GetAllStages())
            taken.emplace_back(cache.GetId(stage), stage);
          cache.Clear();
          return taken;
        };
        const auto of_a = take_all(a), of_b = take_all(b);
        for (const auto& [id, stage] : of_b) a.PutBack(id, stage);
        for (const auto& [id, stage] : of_a) b.PutBack(id, stage);
      },
      "other"_a);
  cls.def(
      "Insert", [](StageCache& c, const StageObjectPtr& s) { return c.Insert(s->stage.Own()); }, "stage"_a);
  cls.def(
      "Find",
      [](const StageCache& c, Id i) -> nb::object {
        const stage::StagePtr found = c.Find(i);
        return found ? nb::cast(ShowStage(found)) : nb::none();
      },
      "id"_a);
  cls.def("FindOneMatching",
          [](const StageCache& c, const layer::LayerPtr& root, const nb::args& more) -> nb::object {
            const stage::StagePtr found = c.FindOneMatching(MakeMatch(root, more));
            return found ? nb::cast(ShowStage(found)) : nb::none();
          });
  cls.def("FindAllMatching", [](const StageCache& c, const layer::LayerPtr& root, const nb::args& more) {
    return ShowAll(c.FindAllMatching(MakeMatch(root, more)));
  });
  cls.def("GetAllStages", [](const StageCache& c) { return ShowAll(c.GetAllStages()); });
  cls.def(
      "GetId", [](const StageCache& c, const StageObjectPtr& s) { return c.GetId(s->stage.Own()); },
      "stage"_a);
  cls.def("Contains",
          [](const StageCache& c, const StageObjectPtr& s) { return c.Contains(s->stage.Own()); });
  cls.def("Contains", [](const StageCache& c, Id i) { return c.Contains(i); });
  cls.def("Erase", [](StageCache& c, const StageObjectPtr& s) { return c.Erase(s->stage.Own()); });
  cls.def("Erase", [](StageCache& c, Id i) { return c.Erase(i); });
  cls.def("EraseAll", [](StageCache& c, const layer::LayerPtr& root, const nb::args& more) {
    return c.EraseAll(MakeMatch(root, more));
  });
  cls.def("Clear", &StageCache::Clear);
  cls.def("Size", &StageCache::GetSize);
  cls.def("IsEmpty", &StageCache::IsEmpty);
  cls.def("GetDebugName", &StageCache::GetDebugName);
  cls.def("SetDebugName", &StageCache::SetDebugName, "debugName"_a);
}

}  // namespace

void BindScope(nb::module_& usd, StageClass& cls) {
  BindMasks(usd);
  BindMasking(cls);
  BindLoading(cls);
  BindCache(usd);
}

}  // namespace strata::python

// Pcp.Cache: prim indices of any layer stack, made when they are asked for.
#include <set>

#include "python/core/arguments.h"
#include "python/core/engine.h"
#include "python/core/pcp.h"
#include "python/core/spec.h"

namespace strata::python {

namespace {

using compose::Cache;
using compose::CompositionErrors;

class Provider final : public compose::LayerProvider {
 public:
  layer::LayerPtr FindOrOpen(const std::string& asset_path, const layer::Layer& anchor,
                             Diagnostics& diagnostics) override {
    return GetEngine().GetLayerRegistry()->FindOrOpen(asset_path, &anchor, {}, diagnostics);
  }
  std::string CreateIdentifier(const std::string& asset_path, const layer::Layer& anchor) override {
    return GetEngine().GetLayerRegistry()->CreateIdentifier(asset_path, &anchor);
  }
  compose::DynamicFileFormatPtr FindDynamicFormat(const std::string& asset_path,
                                                  const layer::Layer&) override {
    return compose::FindDynamicFormat(*GetEngine().GetLayerRegistry(), asset_path);
  }
};

// A cache, and what is asked of it from outside: muted layers, payloads, fallbacks of variants.
struct CacheObject {
  layer::LayerPtr root, session;
  bool is_usd = false;
  std::string target;
  Budgets budgets;
  std::set<std::string> muted;
  std::map<std::string, std::vector<std::string>> fallbacks;
  std::set<Path> payloads;
  std::set<Path> computed;  // prims whose indices were asked for
  std::set<Path> computed_properties;
  std::unique_ptr<Cache> cache;
  std::set<std::string> told_stacks;  // by their root layers: those whose errors were given out

  void Restart() {
    compose::CacheOptions options;
    options.mode = is_usd ? compose::CompositionMode::kUsd : compose::CompositionMode::kFull;
    options.instancing = compose::GetInstancingOfEnvironment();
    options.budgets = budgets;
    options.muted_layers = muted;
    options.variant_fallbacks = fallbacks;
    options.include_payload = [this](Path path) { return payloads.count(path) != 0; };
    cache = std::make_unique<Cache>(root, session, std::make_shared<Provider>(), std::move(options));
    computed.clear();
    computed_properties.clear();
  }
  PrimIndexObject Index(Path path) {
    for (Path at = path; !at.IsEmpty() && computed.insert(at).second; at = at.GetParent()) {
    }
    return {cache->ComputePrimIndex(path), is_usd};
  }
};

// Pcp.PropertyIndex.
struct PropertyIndexObject {
  std::vector<compose::PropertySite> sites;
  compose::PrimIndexPtr index;
  CompositionErrors errors;
  nb::list List(bool only_local) const {
    nb::list out;
    for (const compose::PropertySite& site : sites)
      if (!only_local || site.node.IsInRootLayerStack()) out.append(MakeSpec(site.entry->layer, site.path));
    return out;
  }
};

PropertyIndexObject IndexProperty(CacheObject& c, Path path) {
  PropertyIndexObject made;
  made.index = c.Index(path.GetPrimPath()).index;
  made.sites = c.cache->ComputePropertyStack(*made.index, path.GetNameToken(), &made.errors);
  c.computed_properties.insert(path);
  return made;
}

nb::tuple FindTargets(CacheObject& c, Path path, Cache::Targets which) {
  const compose::TargetList list =
      c.cache->ComputeTargets(*c.Index(path.GetPrimPath()).index, path.GetNameToken(), which);
  return nb::make_tuple(list.targets, list.deleted, MakeErrors(list.errors));
}

nb::list ToPython(const std::vector<compose::Dependency>& found) {
  nb::list out;
  for (const compose::Dependency& one : found)
    out.append(nb::make_tuple(one.index_path, one.site_path, one.map));
  return out;
}

nb::list FindDependencies(const CacheObject& c, nb::handle place, Path site, unsigned types, bool on_site,
                          bool on_index) {
  const auto sites = on_site ? compose::RecurseOnSite::kYes : compose::RecurseOnSite::kNo;
  const auto indices = on_index ? compose::RecurseOnIndex::kYes : compose::RecurseOnIndex::kNo;
  const auto mask = static_cast<uint8_t>(types);
  if (nb::isinstance<LayerStackObject>(place))
    return ToPython(c.cache->FindSiteDependencies(*nb::cast<const LayerStackObject&>(place).stack, site, mask,
                                                  sites, indices));
  return ToPython(
      c.cache->FindSiteDependencies(*nb::cast<layer::LayerPtr>(place), site, mask, sites, indices));
}

nb::object FindStack(const CacheObject& c, const layer::LayerPtr& root, const layer::LayerPtr& session) {
  for (size_t i = 0; i < c.cache->GetLayerStackCount(); ++i) {
    const compose::LayerStackPtr& stack = c.cache->GetLayerStack(i);
    if (stack->GetRootLayer() == root && stack->GetSessionLayer() == session)
      return nb::cast(LayerStackObject{stack});
  }
  return nb::none();
}

bool HasError(const CompositionErrors& errors, compose::ErrorType type) {
  return std::any_of(errors.begin(), errors.end(), [type](const auto& error) { return error.type == type; });
}

bool IsInvalidAssetPath(const CacheObject& c, const std::string& path) {
  for (Path prim : path.empty() ? std::vector<Path>() : c.cache->FindPrimsUsingAsset(path))
    if (HasError(c.cache->ComputePrimIndex(prim)->GetErrors(), compose::ErrorType::kInvalidAssetPath))
      return !GetEngine().GetLayerRegistry()->Find(path);
  return false;
}

// Whether a layer of a stack writes it among its sublayers, and it is no layer.
bool IsInvalidSublayer(const CacheObject& c, const std::string& written) {
  const auto& registry = GetEngine().GetLayerRegistry();
  for (size_t i = 0; i < c.cache->GetLayerStackCount(); ++i) {
    const compose::LayerStackPtr& stack = c.cache->GetLayerStack(i);
    if (!HasError(stack->GetErrors(), compose::ErrorType::kInvalidSublayerPath)) continue;
    for (const compose::LayerStack::Entry& entry : stack->GetEntries()) {
      const auto* names = entry.layer->GetFieldAs<std::vector<std::string>>(Path::AbsoluteRoot(),
                                                                            layer::GetFieldNames().subLayers);
      if (names && std::find(names->begin(), names->end(), written) != names->end() &&
          !registry->Find(registry->CreateIdentifier(written, entry.layer.get())))
        return true;
    }
  }
  return false;
}

// Of the layer stacks for which this was not asked yet.
nb::list TakeStackErrors(CacheObject& c) {
  CompositionErrors errors;
  for (size_t i = 0; i < c.cache->GetLayerStackCount(); ++i) {
    const compose::LayerStackPtr& stack = c.cache->GetLayerStack(i);
    if (!c.told_stacks.insert(stack->GetRootLayer()->GetIdentifier()).second) continue;
    const CompositionErrors& found = stack->GetErrors();
    errors.insert(errors.end(), found.begin(), found.end());
  }
  return MakeErrors(errors);
}

void BindChanges(nb::class_<CacheObject>& cls) {
  cls.def(
      "_RequestLayerMuting",
      [](CacheObject& c, const std::vector<std::string>& mute, const std::vector<std::string>& unmute) {
        c.muted.insert(mute.begin(), mute.end());
        for (const std::string& one : unmute) c.muted.erase(one);
        c.Restart();
      },
      "layersToMute"_a, "layersToUnmute"_a);
  cls.def("GetMutedLayers",
          [](const CacheObject& c) { return std::vector<std::string>(c.muted.begin(), c.muted.end()); });
  cls.def("IsLayerMuted", [](const CacheObject& c, const std::string& id) { return c.muted.count(id) != 0; });
  cls.def(
      "RequestPayloads",
      [](CacheObject& c, const std::vector<PathArgument>& include, const std::vector<PathArgument>& exclude) {
        for (const PathArgument& path : include) c.payloads.insert(path.path);
        for (const PathArgument& path : exclude) c.payloads.erase(path.path);
        c.Restart();
      },
      "pathsToInclude"_a, "pathsToExclude"_a);
  cls.def("IsPayloadIncluded",
          [](const CacheObject& c, PathArgument path) { return c.payloads.count(path.path) != 0; });
  cls.def("GetVariantFallbacks", [](const CacheObject& c) { return c.fallbacks; });
  cls.def(
      "SetVariantFallbacks",
      [](CacheObject& c, std::map<std::string, std::vector<std::string>> fallbacks) {
        c.fallbacks = std::move(fallbacks);
        c.Restart();
      },
      "variantFallbacks"_a);
  cls.def("Reload", [](CacheObject& c) {
    for (const layer::LayerPtr& layer : c.cache->GetUsedLayers())
      if (!layer->IsAnonymous()) CheckOrRaise(layer->Reload());
    c.Restart();
  });
}

}  // namespace

void BindCaches(nb::module_& pcp) {
  nb::class_<PropertyIndexObject> property(pcp, "PropertyIndex", "Every opinion about one property.");
  property.def_prop_ro("propertyStack", [](const PropertyIndexObject& p) { return p.List(false); });
  property.def_prop_ro("localPropertyStack", [](const PropertyIndexObject& p) { return p.List(true); });
  property.def_prop_ro("_errors", [](const PropertyIndexObject& p) { return MakeErrors(p.errors); });

  nb::class_<CacheObject> cls(pcp, "_Cache", "Prim indices of a layer stack.");
  cls.def(
      "__init__",
      [](CacheObject* c, layer::LayerPtr root, const nb::object& session, std::string target, bool usd,
         nb::handle given) {
        const Budgets budgets = ReadBudgets(given);
        new (c) CacheObject;
        c->budgets = budgets;
        c->root = std::move(root);
        if (!session.is_none()) c->session = nb::cast<layer::LayerPtr>(session);
        c->target = std::move(target);
        c->is_usd = usd;
        c->Restart();
      },
      nb::arg(), nb::arg().none(), nb::arg(), nb::arg(), nb::arg().none());
  cls.def_prop_ro("layerStack",
                  [](const CacheObject& c) { return LayerStackObject{c.cache->GetRootLayerStack()}; });
  cls.def_prop_ro("fileFormatTarget", [](const CacheObject& c) { return c.target; });
  cls.def("_ComputePrimIndex", [](CacheObject& c, PathArgument path) { return c.Index(path); });
  cls.def("FindPrimIndex", [](CacheObject& c, PathArgument path) {
    return c.computed.count(path.path) ? nb::cast(c.Index(path)) : nb::none();
  });
  cls.def("_ComputePropertyIndex", [](CacheObject& c, PathArgument path) { return IndexProperty(c, path); });
  cls.def("FindPropertyIndex", [](CacheObject& c, PathArgument path) {
    return c.computed_properties.count(path.path) ? nb::cast(IndexProperty(c, path)) : nb::none();
  });
  cls.def("_Targets", [](CacheObject& c, PathArgument path) {
    return FindTargets(c, path, Cache::Targets::kRelationshipTargets);
  });
  cls.def("_Connections", [](CacheObject& c, PathArgument path) {
    return FindTargets(c, path, Cache::Targets::kConnections);
  });
  cls.def("_FindSiteDependencies", &FindDependencies);
  cls.def("_FindStack", &FindStack, nb::arg(), nb::arg().none());
  cls.def("_IsInvalidAssetPath", &IsInvalidAssetPath);
  cls.def("_IsInvalidSublayerIdentifier", &IsInvalidSublayer);
  cls.def("_NewStackErrors", &TakeStackErrors);
  cls.def("GetUsedLayers", [](const CacheObject& c) { return c.cache->GetUsedLayers(); });
  cls.def("FindAllLayerStacksUsingLayer", [](const CacheObject& c, const layer::LayerPtr& layer) {
    nb::list out;
    for (const compose::LayerStackPtr& stack : c.cache->FindAllLayerStacksUsingLayer(*layer))
      out.append(nb::cast(LayerStackObject{stack}));
    return out;
  });
  cls.def("HasRootLayerStack", [](const CacheObject& c, const LayerStackObject& stack) {
    return stack.stack == c.cache->GetRootLayerStack();
  });
  cls.def("UsesLayerStack", [](const CacheObject& c, const LayerStackObject& stack) {
    for (size_t i = 0; i < c.cache->GetLayerStackCount(); ++i)
      if (c.cache->GetLayerStack(i) == stack.stack) return true;
    return false;
  });
  cls.def("GetPrimsUsingExpressionVariablesFromLayerStack",
          [](const CacheObject& c, const LayerStackObject& stack) {
            return c.cache->FindPrimsUsingExpressionVariables(*stack.stack);
          });
  cls.def("_ArgumentNames", [](const CacheObject& c) {
    const Cache::ArgumentNames names = c.cache->GetArgumentNames();
    return std::pair(std::vector<Token>(names.fields.begin(), names.fields.end()),
                     std::vector<Token>(names.attributes.begin(), names.attributes.end()));
  });
  BindChanges(cls);
}

}  // namespace strata::python

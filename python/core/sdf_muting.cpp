#include "python/core/sdf_muting.h"

#include <map>
#include <optional>
#include <set>

#include "python/core/engine.h"

namespace strata::python {

namespace {

using layer::Layer;
using layer::LayerPtr;

// What a muted layer said, and what it was allowed.
struct Kept {
  std::weak_ptr<Layer> layer;
  LayerPtr content;
  bool was_dirty = false;
  Layer::Permission permission = Layer::Permission::kAllowed;
};

// Guarded by the interpreter's lock.
struct Muting {
  std::set<std::string> paths;
  std::map<const Layer*, Kept> kept;
};
Muting& GetMuting() {
  static Muting& muting = *new Muting;  // outlives the interpreter on purpose
  return muting;
}

bool IsAmong(const std::set<std::string>& paths, const Layer& layer) {
  return paths.count(layer.GetIdentifier()) != 0 || paths.count(layer.GetResolvedPath()) != 0;
}

void Empty(const LayerPtr& layer) {
  Kept& kept = GetMuting().kept[layer.get()];
  if (kept.layer.lock() == layer) return;
  kept = {layer, Layer::CreateAnonymous(), layer->IsDirty(), layer->GetPermissionToEdit()};
  kept.content->TransferContent(*layer);
  layer->ReplaceContent(Layer::CreateAnonymous()->GetContent().Clone());
  layer->SetPermissionToEdit(Layer::Permission::kDenied);
}

void Fill(const LayerPtr& layer) {
  const auto found = GetMuting().kept.find(layer.get());
  if (found == GetMuting().kept.end() || found->second.layer.lock() != layer) return;
  const Kept kept = std::move(found->second);
  GetMuting().kept.erase(found);
  layer->SetPermissionToEdit(kept.permission);
  if (kept.was_dirty)
    layer->TransferContent(*kept.content);
  else
    layer->ReplaceContent(kept.content->GetContent().Clone());
}

LayerPtr FindLoaded(const std::string& path) {
  const auto& registry = GetEngine().GetLayerRegistry();
  return registry->Find(path);
}

// Whether that changed anything.
bool SetMuted(const std::string& path, bool is_muted) {
  Muting& muting = GetMuting();
  if (is_muted ? !muting.paths.insert(path).second : muting.paths.erase(path) == 0) return false;
  if (const LayerPtr layer = FindLoaded(path)) is_muted ? Empty(layer) : Fill(layer);
  return true;
}

}  // namespace

void MuteIfAsked(const LayerPtr& layer) {
  if (layer && !GetMuting().paths.empty() && IsAmong(GetMuting().paths, *layer)) Empty(layer);
}

void BindMuting(nb::module_& sdf) {
  sdf.def("_SetMuted", &SetMuted);
  sdf.def("_GetMuted",
          [] { return std::vector<std::string>(GetMuting().paths.begin(), GetMuting().paths.end()); });
  sdf.def("_IsMuted", [](const Layer& layer) { return IsAmong(GetMuting().paths, layer); });
}

}  // namespace strata::python

#include "strata/render/renderer.h"

#include <fmt/format.h>

namespace strata::render {

namespace {

template <class T>
const T* FindNamed(const std::vector<T>& all, std::string_view name) {
  for (const T& each : all)
    if (each.name == name) return &each;
  return nullptr;
}

}  // namespace

const RenderSetting* RendererPlugin::FindSetting(std::string_view setting) const {
  return FindNamed(settings, setting);
}

const RenderOutput* RendererPlugin::FindOutput(std::string_view output) const {
  return FindNamed(outputs, output);
}

Result<RenderSettings> CompleteSettings(const RendererPlugin& plugin, const RenderSettings& given) {
  RenderSettings complete;
  for (const RenderSetting& setting : plugin.settings) complete[setting.name] = setting.fallback;
  for (const auto& [name, value] : given) {
    const RenderSetting* known = plugin.FindSetting(name);
    if (!known)
      return Diagnostic(kPictureBad,
                        fmt::format("The renderer {} has no setting \"{}\".", plugin.name, name));
    Value cast = CastValue(value, known->fallback.GetType());
    if (cast.IsEmpty())
      return Diagnostic(kPictureBad, fmt::format("The setting \"{}\" of the renderer {} is of type {}.", name,
                                                 plugin.name, GetTypeText(known->fallback.GetType())));
    complete[name] = std::move(cast);
  }
  return complete;
}

Result<void> RendererRegistry::Add(RendererPlugin plugin) {
  if (plugin.name.empty() || !plugin.make)
    return Diagnostic(kRendererUnusable, "A renderer needs a name and a way to make it.");
  if (plugins_.contains(plugin.name))
    return Diagnostic(kRendererUnusable, fmt::format("There is a renderer \"{}\" already.", plugin.name));
  std::string name = plugin.name;
  plugins_.emplace(std::move(name), std::move(plugin));
  return {};
}

const RendererPlugin* RendererRegistry::Find(std::string_view name) const {
  const auto found = plugins_.find(name);
  return found == plugins_.end() ? nullptr : &found->second;
}

std::vector<const RendererPlugin*> RendererRegistry::GetAll() const {
  std::vector<const RendererPlugin*> all;
  for (const auto& [name, plugin] : plugins_) all.push_back(&plugin);
  return all;
}

}  // namespace strata::render

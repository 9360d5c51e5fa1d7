#include "strata/bridge/plugin_info.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "strata/layer/plugin_fields.h"

namespace strata::bridge {

namespace {

using Json = nlohmann::json;
using scene::SceneIndexPlugin;

Diagnostic MakeRemark(const std::string& file, std::string message, std::string hint) {
  SourceLocation where;
  where.file = file;
  return Diagnostic(scene::kPluginUnusable, std::move(message), std::move(where), std::move(hint));
}

// A string, or a list of strings; "" is nobody in particular. False where it is something else.
bool ReadNames(const Json& from, const char* key, std::vector<std::string>& names) {
  const auto found = from.find(key);
  if (found == from.end()) return true;
  if (found->is_string()) {
    if (!found->get_ref<const std::string&>().empty()) names.push_back(*found);
    return true;
  }
  if (!found->is_array()) return false;
  for (const Json& name : *found) {
    if (!name.is_string()) return false;
    names.push_back(name);
  }
  return true;
}

bool ReadPosition(const Json& ordering, SceneIndexPlugin::Position& position) {
  const auto found = ordering.find("position");
  if (found == ordering.end() || *found == "doesNotMatter") return true;
  if (*found == "firstAfter")
    position = SceneIndexPlugin::Position::kFirstAfter;
  else if (*found == "lastBefore")
    position = SceneIndexPlugin::Position::kLastBefore;
  else
    return false;
  return true;
}

bool ReadType(const Json& type, SceneIndexPlugin& plugin) {
  if (const auto name = type.find("displayName"); name != type.end() && name->is_string())
    plugin.display_name = *name;
  if (!ReadNames(type, "loadWithRenderer", plugin.renderers) ||
      !ReadNames(type, "loadWithApps", plugin.apps) || !ReadNames(type, "tags", plugin.tags))
    return false;
  const auto ordering = type.find("ordering");
  if (ordering == type.end()) return true;
  return ordering->is_object() && ReadNames(*ordering, "after", plugin.after) &&
         ReadNames(*ordering, "before", plugin.before) && ReadPosition(*ordering, plugin.position);
}

bool IsScenePlugin(const Json& type) {
  std::vector<std::string> bases;
  return type.is_object() && ReadNames(type, "bases", bases) &&
         std::ranges::find(bases, "HdSceneIndexPlugin") != bases.end();
}

// Calls take(plugin, types) with each plugin of the file that has scene indices.
template <class Take>
void VisitPlugins(std::string_view text, const std::string& file, Diagnostics& remarks, Take&& take) {
  const Json json = Json::parse(layer::StripPluginComments(text), nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    remarks.Add(
        MakeRemark(file, "The plugInfo file is no JSON object.", "See its form in OpenUSD's documentation."));
    return;
  }
  const auto plugins = json.find("Plugins");
  if (plugins == json.end() || !plugins->is_array()) return;
  for (const Json& plugin : *plugins) {
    if (!plugin.is_object() || !plugin.contains("Info") || !plugin["Info"].is_object()) continue;
    const Json& info = plugin["Info"];
    if (!info.contains("Types") || !info["Types"].is_object()) continue;
    std::vector<std::pair<std::string, const Json*>> types;
    for (const auto& [name, type] : info["Types"].items())
      if (IsScenePlugin(type)) types.emplace_back(name, &type);
    if (!types.empty()) take(plugin, types);
  }
}

void LoadLibrary(const std::string& path, const std::string& file, scene::SceneIndexPluginRegistry& registry,
                 Diagnostics& remarks) {
  const auto refuse = [&](std::string why) {
    remarks.Add(MakeRemark(file, std::move(why), "Build the library against this version of Strata."));
  };
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* why = dlerror();
    return refuse(fmt::format("The plugin library cannot be loaded: {}.", why ? why : path));
  }
  const auto abi = reinterpret_cast<int (*)()>(dlsym(library, "StrataScenePluginAbi"));
  const auto add =
      reinterpret_cast<void (*)(scene::SceneIndexPluginRegistry&)>(dlsym(library, "StrataAddScenePlugins"));
  if (!abi || !add)
    return refuse(fmt::format("{} has no StrataScenePluginAbi and StrataAddScenePlugins.", path));
  if (const int found = abi(); found != kScenePluginAbi)
    return refuse(
        fmt::format("{} was built for plugin ABI {}, and this is {}.", path, found, kScenePluginAbi));
  try {
    add(registry);
  } catch (const std::exception& error) {
    refuse(fmt::format("{} threw while its plugins were added: {}.", path, error.what()));
  }
}

}  // namespace

void DeclareScenePlugins(std::string_view text, const std::string& file,
                         scene::SceneIndexPluginRegistry& registry, Diagnostics& remarks) {
  VisitPlugins(text, file, remarks, [&](const Json&, const auto& types) {
    for (const auto& [name, type] : types) {
      SceneIndexPlugin declared;
      declared.name = name;
      if (ReadType(*type, declared))
        registry.Declare(std::move(declared));
      else
        remarks.Add(MakeRemark(
            file, fmt::format("The scene index plugin \"{}\" is declared in a form that is not known.", name),
            "Names are strings or lists of strings; `ordering` is an object whose `position` is "
            "firstAfter, lastBefore or doesNotMatter."));
    }
  });
}

void LoadScenePlugins(const std::vector<std::string>& paths, scene::SceneIndexPluginRegistry& registry,
                      Diagnostics& remarks) {
  layer::ReadPluginFiles(
      paths,
      [&](const std::string& file, std::string_view text) {
        DeclareScenePlugins(text, file, registry, remarks);
        Diagnostics known;  // told of already
        VisitPlugins(text, file, known, [&](const Json& plugin, const auto&) {
          const auto library = plugin.find("LibraryPath");
          if (library == plugin.end() || !library->is_string() ||
              library->get_ref<const std::string&>().empty())
            return;
          std::filesystem::path root = std::filesystem::path(file).parent_path();
          if (const auto given = plugin.find("Root"); given != plugin.end() && given->is_string())
            root /= given->get_ref<const std::string&>();
          LoadLibrary((root / library->get_ref<const std::string&>()).string(), file, registry, remarks);
        });
      },
      remarks);
}

}  // namespace strata::bridge

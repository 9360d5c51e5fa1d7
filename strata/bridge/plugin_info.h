// Scene index plugins that plugInfo files declare, and those that shared libraries hold.
// (PlugRegistry, HdSceneIndexPluginRegistry)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/scene/plugins.h"

namespace strata::bridge {

// Changes with everything that a plugin sees of this library; a plugin library says which one it was built
// for.
inline constexpr int kScenePluginAbi = 1;

// Declares the types of one plugInfo file's text that have "HdSceneIndexPlugin" among their bases:
// `displayName`, `loadWithRenderer`, `loadWithApps`, `tags`, `ordering` {`after`, `before`, `position`}. What
// cannot be used is reported and left out. `file` is its name in remarks.
void DeclareScenePlugins(std::string_view text, const std::string& file,
                         scene::SceneIndexPluginRegistry& registry, Diagnostics& remarks);

// Reads plugInfo files as layer::ReadPluginFiles finds them, and loads the library that `LibraryPath` names
// of each plugin with scene indices, where there is one. A library has
//   extern "C" int StrataScenePluginAbi();                                        gives kScenePluginAbi
//   extern "C" void StrataAddScenePlugins(scene::SceneIndexPluginRegistry&);      adds its plugins
// and stays loaded as long as the program runs.
void LoadScenePlugins(const std::vector<std::string>& paths, scene::SceneIndexPluginRegistry& registry,
                      Diagnostics& remarks);

}  // namespace strata::bridge

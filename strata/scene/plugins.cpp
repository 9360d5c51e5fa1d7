#include "strata/scene/plugins.h"

#include <algorithm>
#include <exception>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace strata::scene {

namespace {

constexpr std::string_view kPhases[kChainPhaseCount] = {"stage",       "preInstancing", "preFlatten",
                                                        "postFlatten", "resolved",      "renderer"};

bool Has(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

bool IsNamed(const SceneIndexPlugin& plugin, std::string_view name) {
  return plugin.name == name || Has(plugin.tags, name);
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Diagnostic MakeRemark(const DiagnosticCode& code, std::string message, std::string hint) {
  return Diagnostic(code, std::move(message), {}, std::move(hint));
}

// Puts the plugins of one phase into an order.
class Sorter {
 public:
  // Plugins that tie stand in the order of `plugins`.
  explicit Sorter(std::vector<const SceneIndexPlugin*> plugins)
      : plugins_(std::move(plugins)), followers_(plugins_.size()), waits_for_(plugins_.size()) {
    for (size_t i = 0; i < plugins_.size(); ++i)
      for (size_t j = 0; j < plugins_.size(); ++j) {
        if (i == j) continue;
        for (const std::string& name : plugins_[i]->after)
          if (IsNamed(*plugins_[j], name)) AddEdge(j, i);
        for (const std::string& name : plugins_[i]->before)
          if (IsNamed(*plugins_[j], name)) AddEdge(i, j);
      }
  }

  std::vector<const SceneIndexPlugin*> Sort(Diagnostics& remarks) {
    std::vector<bool> is_done(plugins_.size(), false);
    for (size_t count = 0; count < plugins_.size(); ++count) {
      size_t next = FindReady(is_done);
      if (next == plugins_.size()) next = BreakCycle(is_done, remarks);
      is_done[next] = true;
      sorted_.push_back(plugins_[next]);
      for (size_t follower : followers_[next]) waits_for_[follower].erase(next);
    }
    return std::move(sorted_);
  }

 private:
  void AddEdge(size_t first, size_t second) {
    followers_[first].insert(second);
    waits_for_[second].insert(first);
  }

  // Those that want to stand right after what they wait for go first, those that want to stand right before
  // others go when nobody else can.
  size_t FindReady(const std::vector<bool>& is_done) const {
    size_t best = plugins_.size();
    const auto rank = [&](size_t i) {
      const SceneIndexPlugin& plugin = *plugins_[i];
      if (plugin.position == SceneIndexPlugin::Position::kFirstAfter && !plugin.after.empty()) return 0;
      return plugin.position == SceneIndexPlugin::Position::kLastBefore && !plugin.before.empty() ? 2 : 1;
    };
    for (size_t i = 0; i < plugins_.size(); ++i)
      if (!is_done[i] && waits_for_[i].empty() && (best == plugins_.size() || rank(i) < rank(best))) best = i;
    return best;
  }

  // Everything left waits for something: follows what each waits for until it comes back.
  size_t BreakCycle(const std::vector<bool>& is_done, Diagnostics& remarks) {
    size_t at = 0;
    while (is_done[at]) ++at;
    std::vector<size_t> way;
    while (std::ranges::find(way, at) == way.end()) {
      way.push_back(at);
      at = *std::ranges::find_if(waits_for_[at], [&](size_t other) { return !is_done[other]; });
    }
    way.erase(way.begin(), std::ranges::find(way, at));
    std::vector<std::string> names;
    for (size_t i : way) names.push_back(plugins_[i]->name);
    std::sort(names.begin(), names.end());
    remarks.Add(MakeRemark(
        kPluginCycle,
        fmt::format("The scene index plugins {} ask to stand before each other.", JoinNames(names)),
        fmt::format("Take what {} stands after or before out of its ordering; until then "
                    "they stand in the order of their names.",
                    names.front())));
    const size_t next = *std::ranges::min_element(
        way, [&](size_t a, size_t b) { return plugins_[a]->name < plugins_[b]->name; });
    waits_for_[next].clear();
    return next;
  }

  std::vector<const SceneIndexPlugin*> plugins_, sorted_;
  std::vector<std::set<size_t>> followers_, waits_for_;
};

// Why a plugin stands where it does.
std::string ExplainOrder(const SceneIndexPlugin& plugin, const std::vector<const SceneIndexPlugin*>& all,
                         OrderingPolicy policy) {
  std::string text = fmt::format("phase {}", GetChainPhaseName(plugin.phase));
  const auto add = [&](const char* word, const std::vector<std::string>& names) {
    std::vector<std::string> known;
    for (const std::string& name : names)
      if (std::ranges::any_of(all,
                              [&](const auto* other) { return other != &plugin && IsNamed(*other, name); }))
        known.push_back(name);
    if (!known.empty()) text += fmt::format(", {} {}", word, JoinNames(known));
  };
  if (policy != OrderingPolicy::kRegistration) {
    add(plugin.position == SceneIndexPlugin::Position::kFirstAfter ? "right after" : "after", plugin.after);
    add(plugin.position == SceneIndexPlugin::Position::kLastBefore ? "right before" : "before",
        plugin.before);
  }
  if (policy != OrderingPolicy::kMetadata && plugin.insertion_phase != 0)
    text += fmt::format(", insertion phase {}", plugin.insertion_phase);
  if (!plugin.renderers.empty()) text += ", for " + JoinNames(plugin.renderers);
  return text;
}

}  // namespace

std::string_view GetChainPhaseName(ChainPhase phase) {
  return kPhases[static_cast<size_t>(phase)];
}

std::optional<ChainPhase> FindChainPhase(std::string_view name) {
  for (size_t i = 0; i < kChainPhaseCount; ++i)
    if (kPhases[i] == name) return static_cast<ChainPhase>(i);
  return std::nullopt;
}

Result<void> SceneIndexPluginRegistry::Add(SceneIndexPlugin plugin) {
  if (plugin.name.empty() || !plugin.append)
    return MakeRemark(kPluginUnusable,
                      fmt::format("The scene index plugin \"{}\" has no {}.", plugin.name,
                                  plugin.name.empty() ? "name" : "function that makes its index"),
                      "Give it both before it is added.");
  if (plugins_.contains(plugin.name))
    return MakeRemark(kPluginUnusable,
                      fmt::format("There is a scene index plugin \"{}\" already.", plugin.name),
                      "Add it once, or under another name.");
  if (const auto declared = declared_.find(plugin.name); declared != declared_.end())
    Merge(declared->second, plugin);
  numbers_.emplace(plugin.name, numbers_.size());
  std::string name = plugin.name;
  plugins_.emplace(std::move(name), std::move(plugin));
  return {};
}

void SceneIndexPluginRegistry::Declare(SceneIndexPlugin declared) {
  if (const auto known = plugins_.find(declared.name); known != plugins_.end())
    Merge(declared, known->second);
  std::string name = declared.name;
  declared_.insert_or_assign(std::move(name), std::move(declared));
}

void SceneIndexPluginRegistry::Merge(const SceneIndexPlugin& declared, SceneIndexPlugin& plugin) {
  const auto add = [](const std::vector<std::string>& from, std::vector<std::string>& to) {
    for (const std::string& name : from)
      if (!Has(to, name)) to.push_back(name);
  };
  add(declared.tags, plugin.tags);
  add(declared.after, plugin.after);
  add(declared.before, plugin.before);
  if (!declared.display_name.empty()) plugin.display_name = declared.display_name;
  if (!declared.renderers.empty()) plugin.renderers = declared.renderers;
  if (!declared.apps.empty()) plugin.apps = declared.apps;
  if (declared.position != SceneIndexPlugin::Position::kDoesNotMatter) plugin.position = declared.position;
}

const SceneIndexPlugin* SceneIndexPluginRegistry::Find(std::string_view name) const {
  const auto found = plugins_.find(name);
  return found == plugins_.end() ? nullptr : &found->second;
}

bool SceneIndexPluginRegistry::IsFor(const SceneIndexPlugin& plugin, ChainPhase phase,
                                     const PluginContext& context, Diagnostics& remarks) const {
  if (plugin.phase != phase) return false;
  if (!plugin.renderers.empty() && !Has(plugin.renderers, context.renderer)) return false;
  if (!plugin.apps.empty() && !Has(plugin.apps, context.app)) return false;
  if (!plugin.is_enabled) return true;
  try {
    return plugin.is_enabled(context);
  } catch (const std::exception& error) {
    remarks.Add(MakeRemark(kPluginFailed,
                           fmt::format("The scene index plugin \"{}\" does not say whether it is enabled: {}",
                                       plugin.name, error.what()),
                           "It is left out; mend its predicate."));
    return false;
  }
}

std::vector<PlannedPlugin> SceneIndexPluginRegistry::Plan(ChainPhase phase, const PluginContext& context,
                                                          Diagnostics& remarks) const {
  std::vector<const SceneIndexPlugin*> plugins;  // by name
  for (const auto& [name, plugin] : plugins_)
    if (IsFor(plugin, phase, context, remarks)) plugins.push_back(&plugin);
  if (policy_ != OrderingPolicy::kMetadata)
    std::ranges::stable_sort(plugins, {}, [&](const SceneIndexPlugin* plugin) {
      const bool is_at_end = plugin->insertion == SceneIndexPlugin::Insertion::kAtEnd;
      const auto number = static_cast<int64_t>(numbers_.at(plugin->name));
      return std::tuple(plugin->insertion_phase, !plugin->renderers.empty(), is_at_end,
                        is_at_end ? number : -number);
    });
  if (policy_ != OrderingPolicy::kRegistration) plugins = Sorter(std::move(plugins)).Sort(remarks);
  std::vector<PlannedPlugin> planned;
  for (const SceneIndexPlugin* plugin : plugins)
    planned.push_back({plugin, ExplainOrder(*plugin, plugins, policy_)});
  return planned;
}

std::vector<SceneIndexPluginRegistry::Inserted> SceneIndexPluginRegistry::Append(ChainPhase phase,
                                                                                 SceneIndexPtr input,
                                                                                 const PluginContext& context,
                                                                                 Diagnostics& remarks) const {
  std::vector<Inserted> inserted;
  for (const PlannedPlugin& planned : Plan(phase, context, remarks)) {
    std::string why = "it gave none";
    SceneIndexPtr made;
    try {
      made = planned.plugin->append(input, context);
    } catch (const std::exception& error) {
      why = error.what();
    } catch (...) {
      why = "it threw what is no exception";
    }
    if (!made) {
      remarks.Add(MakeRemark(
          kPluginFailed,
          fmt::format("The scene index plugin \"{}\" made no scene index: {}.", planned.plugin->name, why),
          "The chain goes on without it; mend the plugin, or disable it."));
      continue;
    }
    if (made == input) continue;
    input = made;
    inserted.push_back({std::move(made), fmt::format("plugin {}: {}", planned.plugin->name, planned.reason)});
  }
  return inserted;
}

}  // namespace strata::scene

// Scene indices that others put into a chain: where, when, and in which order.
// (HdSceneIndexPluginRegistry)
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/base/result.h"
#include "strata/scene/scene_index.h"

namespace strata::scene {

inline constexpr DiagnosticCode kPluginUnusable{"scene.plugin-unusable", Severity::kError,
                                                "A scene index plugin cannot be used."};
inline constexpr DiagnosticCode kPluginCycle{"scene.plugin-cycle", Severity::kError,
                                             "Scene index plugins ask to stand before each other."};
inline constexpr DiagnosticCode kPluginFailed{"scene.plugin-failed", Severity::kError,
                                              "A scene index plugin made no scene index."};

// Places of a chain at which plugins stand, in its order.
enum class ChainPhase : uint8_t {
  kStage,          // right after the stage
  kPreInstancing,  // before prototypes are copied
  kPreFlatten,     // before anything is inherited: what is set of one prim reaches those below
  kPostFlatten,    // after all that is inherited was gathered
  kResolved,       // after bindings were resolved
  kRenderer,       // last, for one renderer
};
inline constexpr size_t kChainPhaseCount = 6;
std::string_view GetChainPhaseName(ChainPhase phase);  // "preFlatten"
std::optional<ChainPhase> FindChainPhase(std::string_view name);

// For whom a chain is made.
struct PluginContext {
  std::string renderer, app;            // empty: none in particular
  ContainerDataSourceHandle arguments;  // may be null
};

struct SceneIndexPlugin {
  std::string name;          // unique in its registry; a tag of the plugin, too
  std::string display_name;  // empty: the name
  ChainPhase phase = ChainPhase::kPostFlatten;
  std::vector<std::string> renderers, apps;  // empty: all
  // What others order themselves by, and after and before which names and tags this one stands. Those that no
  // plugin in the phase has count for nothing.
  std::vector<std::string> tags, after, before;
  // As near as can be to what it stands after or before.
  enum class Position : uint8_t { kDoesNotMatter, kFirstAfter, kLastBefore };
  Position position = Position::kDoesNotMatter;
  // Where `OrderingPolicy` looks at registration: lower numbers first, and in one number those at the start
  // in reverse.
  int insertion_phase = 0;
  enum class Insertion : uint8_t { kAtStart, kAtEnd };
  Insertion insertion = Insertion::kAtEnd;
  std::function<bool(const PluginContext&)> is_enabled;  // null: yes
  // Gives the index that is shown on: one of its own over `input`, or `input`. May throw.
  std::function<SceneIndexPtr(SceneIndexPtr input, const PluginContext& context)> append;
};

// What decides the order in one phase. Ties are decided by name.
enum class OrderingPolicy : uint8_t {
  kRegistration,  // insertion phases and the order in which plugins came; those for all renderers first
  kMetadata,      // after, before and position
  kHybrid,        // those, and registration where they leave it open
};

// Which plugins stand in a phase, in order, and why each stands where it does.
struct PlannedPlugin {
  const SceneIndexPlugin* plugin;  // of the registry
  std::string reason;
};

// Plugins by name. For one thread while plugins are added; after that for any number.
class SceneIndexPluginRegistry {
 public:
  explicit SceneIndexPluginRegistry(OrderingPolicy policy = OrderingPolicy::kHybrid) : policy_(policy) {}
  // In error without a name, without `append`, or when the name is taken.
  Result<void> Add(SceneIndexPlugin plugin);
  // Adds to what a plugin says of its order; one that is not there yet finds it when it comes. What both say
  // of renderers and position, `declared` says.
  void Declare(SceneIndexPlugin declared);
  const SceneIndexPlugin* Find(std::string_view name) const;
  size_t GetCount() const { return plugins_.size(); }

  // Plugins that form a cycle are reported and stand in the order of their names.
  std::vector<PlannedPlugin> Plan(ChainPhase phase, const PluginContext& context, Diagnostics& remarks) const;

  struct Inserted {
    SceneIndexPtr index;
    std::string reason;  // with the plugin's name
  };
  // What the plugins of a phase put over `input`, one entry for each that put something. One that fails is
  // reported and left out.
  std::vector<Inserted> Append(ChainPhase phase, SceneIndexPtr input, const PluginContext& context,
                               Diagnostics& remarks) const;

 private:
  static void Merge(const SceneIndexPlugin& declared, SceneIndexPlugin& plugin);
  bool IsFor(const SceneIndexPlugin& plugin, ChainPhase phase, const PluginContext& context,
             Diagnostics& remarks) const;

  OrderingPolicy policy_;
  std::map<std::string, SceneIndexPlugin, std::less<>> plugins_;
  std::map<std::string, size_t, std::less<>> numbers_;  // in the order in which they came
  std::map<std::string, SceneIndexPlugin, std::less<>> declared_;
};

}  // namespace strata::scene

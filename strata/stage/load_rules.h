// Which payloads of a stage are loaded: rules for paths and what lies below them.   (UsdStageLoadRules)
#pragma once

#include <map>
#include <vector>

#include "strata/path/path.h"

namespace strata::stage {

// A value. The default one loads everything.
class StageLoadRules {
 public:
  enum class Rule : uint8_t {
    kAllRule,   // the path and all below
    kOnlyRule,  // the path, nothing below
    kNoneRule   // neither
  };

  static StageLoadRules LoadAll() { return {}; }
  static StageLoadRules LoadNone();

  // Each also forgets the rules below the path.
  void LoadWithDescendants(Path path) { SetBelow(path, Rule::kAllRule); }
  void LoadWithoutDescendants(Path path) { SetBelow(path, Rule::kOnlyRule); }
  void Unload(Path path) { SetBelow(path, Rule::kNoneRule); }
  // Unloads, then loads: what is in both is loaded.
  void LoadAndUnload(const std::vector<Path>& load, const std::vector<Path>& unload, Rule how);
  void AddRule(Path path, Rule rule) { rules_[path] = rule; }
  // Without the rules that change nothing.
  void Minimize();

  // What holds at a path: the rule of the nearest ancestor, unless something below it is loaded, with no rule
  // to unload between the two; then it must be itself.
  Rule GetEffectiveRuleForPath(Path path) const;
  bool IsLoaded(Path path) const { return GetEffectiveRuleForPath(path) != Rule::kNoneRule; }
  bool IsLoadedWithAllDescendants(Path path) const;
  bool IsLoadedWithNoDescendants(Path path) const;
  const std::map<Path, Rule>& GetRules() const { return rules_; }  // in path order
  friend bool operator==(const StageLoadRules&, const StageLoadRules&) = default;

 private:
  void SetBelow(Path path, Rule rule);
  std::map<Path, Rule> rules_;
};

}  // namespace strata::stage

#include "strata/stage/load_rules.h"

namespace strata::stage {

StageLoadRules StageLoadRules::LoadNone() {
  StageLoadRules rules;
  rules.AddRule(Path::AbsoluteRoot(), Rule::kNoneRule);
  return rules;
}

void StageLoadRules::SetBelow(Path path, Rule rule) {
  const auto first = rules_.lower_bound(path);  // path order puts what lies below right behind it
  auto last = first;
  while (last != rules_.end() && last->first.HasPrefix(path)) ++last;
  rules_.emplace_hint(rules_.erase(first, last), path, rule);
}

void StageLoadRules::LoadAndUnload(const std::vector<Path>& load, const std::vector<Path>& unload, Rule how) {
  for (Path path : unload) Unload(path);
  for (Path path : load) SetBelow(path, how);
}

StageLoadRules::Rule StageLoadRules::GetEffectiveRuleForPath(Path path) const {
  if (rules_.empty()) return Rule::kAllRule;
  Rule inherited = Rule::kAllRule;
  bool is_own = false;
  // What comes right before a path is the nearest rule above it, or lies below that one beside the path.
  for (Path at = path; !at.IsEmpty();) {
    auto found = rules_.upper_bound(at);
    if (found == rules_.begin()) break;
    --found;
    if (path.HasPrefix(found->first)) {
      inherited = found->second;
      is_own = found->first == path;
      break;
    }
    at = path.GetCommonPrefix(found->first);
  }
  if (inherited == Rule::kAllRule || (is_own && inherited == Rule::kOnlyRule)) return inherited;
  // Below a path that is unloaded by a rule of its own nothing asks for those above.
  Path unloaded;
  for (auto below = rules_.upper_bound(path); below != rules_.end() && below->first.HasPrefix(path);
       ++below) {
    if (!unloaded.IsEmpty() && below->first.HasPrefix(unloaded)) continue;
    if (below->second != Rule::kNoneRule) return Rule::kOnlyRule;
    unloaded = below->first;
  }
  return Rule::kNoneRule;
}

bool StageLoadRules::IsLoadedWithAllDescendants(Path path) const {
  if (GetEffectiveRuleForPath(path) != Rule::kAllRule) return false;
  for (auto below = rules_.upper_bound(path); below != rules_.end() && below->first.HasPrefix(path); ++below)
    if (below->second != Rule::kAllRule) return false;
  return true;
}

bool StageLoadRules::IsLoadedWithNoDescendants(Path path) const {
  auto own = rules_.find(path);
  if (own == rules_.end() || own->second != Rule::kOnlyRule) return false;
  for (auto below = rules_.upper_bound(path); below != rules_.end() && below->first.HasPrefix(path); ++below)
    if (below->second != Rule::kNoneRule) return false;
  return true;
}

void StageLoadRules::Minimize() {
  // From the top: each rule is weighed against the nearest above that stays.
  std::map<Path, Rule> kept;
  for (const auto& [path, rule] : rules_) {
    if (path.IsAbsoluteRoot() && rule == Rule::kAllRule) continue;  // as where there is no rule
    auto above = kept.end();
    for (Path p = path; above == kept.end() && !p.IsAbsoluteRoot() && !p.IsEmpty();) {
      p = p.GetParent();
      above = kept.find(p);
    }
    // Below a path that is loaded alone nothing is.
    const bool repeats =
        above != kept.end() && rule == (above->second == Rule::kOnlyRule ? Rule::kNoneRule : above->second);
    if (!repeats) kept.emplace(path, rule);
  }
  rules_ = std::move(kept);
}

}  // namespace strata::stage

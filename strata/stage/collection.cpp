#include "strata/stage/collection.h"

#include <algorithm>

namespace strata::stage {

namespace {

constexpr std::string_view kPrefix = "collection:";
// Collections that include collections.
constexpr size_t kMostNested = 256;

ExpansionRule FindRule(Token name) {
  if (name == "explicitOnly") return ExpansionRule::kExplicitOnly;
  if (name == "expandPrimsAndProperties") return ExpansionRule::kExpandPrimsAndProperties;
  return ExpansionRule::kExpandPrims;
}

bool IsPartName(std::string_view name) {
  static constexpr std::string_view kParts[] = {"expansionRule", "includeRoot", "includes",
                                                "excludes",      "mode",        "membershipExpression"};
  return std::find(std::begin(kParts), std::end(kParts), name) != std::end(kParts);
}

}  // namespace

bool CollectionMembership::IsPathIncluded(Path path) const {
  if (uses_expression_) return evaluator_ && evaluator_->Matches(path);
  const bool is_property = path.IsProperty();
  for (Path at = path; !at.IsEmpty(); at = at.GetParent()) {
    const auto found = rules_.find(at);
    if (found == rules_.end()) {
      if (at.IsAbsoluteRoot()) return false;
      continue;
    }
    if (found->second == ExpansionRule::kExclude) return false;
    if (at == path) return true;
    if (found->second == ExpansionRule::kExplicitOnly) return false;
    return !is_property || found->second == ExpansionRule::kExpandPrimsAndProperties;
  }
  return false;
}

Collection::Collection(Prim prim, Token name) : prim_(std::move(prim)), name_(name) {}

bool Collection::IsCollectionPath(Path path) {
  if (!path.IsPrimProperty()) return false;
  const std::string_view name = path.GetNameToken().GetText();
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         !IsPartName(name.substr(name.rfind(':') + 1));
}

Collection Collection::FromPath(const Stage& stage, Path path) {
  if (!path.IsPrimProperty()) return {{}, {}};
  std::string_view name = path.GetNameToken().GetText();
  if (!name.starts_with(kPrefix)) return {{}, {}};
  name.remove_prefix(kPrefix.size());
  const size_t colon = name.rfind(':');
  if (colon != std::string_view::npos && IsPartName(name.substr(colon + 1))) name = name.substr(0, colon);
  return {stage.GetPrimAtPath(path.GetParent()), Token(name)};
}

Token Collection::MakeName(std::string_view part) const {
  std::string name(kPrefix);
  name += name_.GetText();
  if (!part.empty()) name.append(1, ':').append(part);
  return Token(name);
}

Path Collection::GetPath() const {
  return prim_.GetPath().AppendProperty(MakeName({}));
}

bool CollectionMembership::HasExcludes() const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [](const auto& rule) { return rule.second == ExpansionRule::kExclude; });
}

CollectionMembership Collection::ComputeMembership(Diagnostics* diagnostics) const {
  std::vector<Path> around;
  return Compute(around, diagnostics);
}

CollectionMembership Collection::Compute(std::vector<Path>& around, Diagnostics* diagnostics) const {
  CollectionMembership membership;
  if (!IsValid()) return membership;
  const Token mode = prim_.GetAttribute(MakeName("mode")).Get().GetOr(Token());
  // The root may be included by the schema that brings the collection, as for the links of lights.
  const bool has_paths = prim_.GetRelationship(MakeName("includes")).HasAuthoredTargets() ||
                         prim_.GetRelationship(MakeName("excludes")).HasAuthoredTargets() ||
                         prim_.GetAttribute(MakeName("includeRoot")).HasAuthoredValue() ||
                         prim_.GetAttribute(MakeName("includeRoot")).Get().GetOr(false);
  if (mode == "expression" || (mode != "relationship" && !has_paths))
    AddExpression(membership, around, diagnostics);
  else
    AddTo(membership, around);
  std::sort(membership.included_.begin(), membership.included_.end());
  membership.included_.erase(std::unique(membership.included_.begin(), membership.included_.end()),
                             membership.included_.end());
  return membership;
}

void Collection::AddExpression(CollectionMembership& membership, std::vector<Path>& around,
                               Diagnostics* diagnostics) const {
  membership.uses_expression_ = true;
  const Value expression = prim_.GetAttribute(MakeName("membershipExpression")).Get();
  membership.expression_ = expression.GetOr(PathExpression());
  const Path path = GetPath();
  if (around.size() > kMostNested || std::find(around.begin(), around.end(), path) != around.end()) return;
  around.push_back(path);
  auto find = [&](Path prim, const std::string& name) -> PathExpressionEvaluator::Members {
    const Collection named(prim_.GetStage()->GetPrimAtPath(prim), Token(name));
    if (!named.IsValid()) return nullptr;
    membership.included_.push_back(named.GetPath());
    auto members = std::make_shared<const CollectionMembership>(named.Compute(around, diagnostics));
    for (Path included : members->GetIncludedCollections())
      if (included != path) membership.included_.push_back(included);
    // As in OpenUSD, references name expressions: what goes by rules adds nothing.
    if (!members->UsesExpression() || members->IsEmpty()) return nullptr;
    return [members](Path object) { return members->IsPathIncluded(object); };
  };
  auto evaluator = PathExpressionEvaluator::Create(prim_.GetStage()->GetRef(), membership.expression_,
                                                   prim_.GetPath(), find);
  if (evaluator)
    membership.evaluator_ = std::move(*evaluator);
  else if (diagnostics)
    diagnostics->Add(evaluator.TakeError());
  around.pop_back();
}

void Collection::AddTo(CollectionMembership& membership, std::vector<Path>& around) const {
  const Path path = GetPath();
  if (around.size() > kMostNested || std::find(around.begin(), around.end(), path) != around.end()) return;
  around.push_back(path);
  const ExpansionRule rule = FindRule(prim_.GetAttribute(MakeName("expansionRule")).Get().GetOr(Token()));
  for (Path target : prim_.GetRelationship(MakeName("includes")).GetTargets()) {
    if (IsCollectionPath(target)) {
      const Collection included = FromPath(*prim_.GetStage(), target);
      if (!included.IsValid()) continue;
      membership.included_.push_back(target);
      included.AddTo(membership, around);
    } else {
      membership.rules_[target] = rule;
    }
  }
  if (prim_.GetAttribute(MakeName("includeRoot")).Get().GetOr(false))
    membership.rules_[Path::AbsoluteRoot()] = rule;
  for (Path target : prim_.GetRelationship(MakeName("excludes")).GetTargets())
    membership.rules_[target] = ExpansionRule::kExclude;
  around.pop_back();
}

std::vector<Path> Collection::ComputeIncludedPaths(const PrimPredicate& predicate) const {
  std::vector<Path> included;
  if (!IsValid()) return included;
  const CollectionMembership membership = ComputeMembership();
  if (membership.UsesExpression())
    return membership.GetEvaluator() ? membership.GetEvaluator()->FindMatchingPrims(predicate) : included;
  const bool takes_properties =
      std::any_of(membership.GetRules().begin(), membership.GetRules().end(), [](const auto& rule) {
        return rule.second == ExpansionRule::kExpandPrimsAndProperties || rule.first.IsProperty();
      });
  for (const Prim& prim : prim_.GetStage()->Traverse(predicate)) {
    if (membership.IsPathIncluded(prim.GetPath())) included.push_back(prim.GetPath());
    if (!takes_properties) continue;
    for (Token name : prim.GetPropertyNames()) {
      const Path property = prim.GetPath().AppendProperty(name);
      if (membership.IsPathIncluded(property)) included.push_back(property);
    }
  }
  return included;
}

}  // namespace strata::stage

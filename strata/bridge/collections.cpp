#include "strata/bridge/collections.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace strata::bridge {

namespace {

using domain::ExpansionRule;
using Rules = tsl::robin_map<Path, ExpansionRule>;
using Op = PathExpression::Op;

constexpr std::string_view kAllProperties = "//*.*";
constexpr size_t kMaxNestedReferences = 64;

// The rule of the nearest path above that has one; kExclude where none has.
ExpansionRule FindRuleAbove(const Rules& rules, Path path) {
  for (Path up = path.GetParent(); !up.IsEmpty(); up = up.GetParent())
    if (const auto found = rules.find(up); found != rules.end()) return found->second;
  return ExpansionRule::kExclude;
}

bool Expands(ExpansionRule rule) {
  return rule == ExpansionRule::kExpandPrims || rule == ExpansionRule::kExpandPrimsAndProperties;
}

std::string DescribeSubtree(Path path, ExpansionRule rule) {
  const bool is_root = path.IsAbsoluteRoot();
  const std::string all = is_root ? "//" : path.GetString() + "//";
  if (rule == ExpansionRule::kExpandPrimsAndProperties) return all;
  return is_root ? "~" + std::string(kAllProperties) : all + " - " + std::string(kAllProperties);
}

// An expression as text with the references in it replaced.
class ReferenceResolver {
 public:
  ReferenceResolver(const stage::Stage& stage, Path owner) : stage_(stage), owner_(owner) {}

  std::string Print(const PathExpression& expression) {
    return expression.IsEmpty() ? std::string() : Print(*expression.GetRoot());
  }

 private:
  std::string Print(const PathExpression::Node& node) {
    switch (node.op) {
      case Op::kPattern:
        return node.pattern.GetText();
      case Op::kReference:
        return PrintReference(node);
      case Op::kComplement: {
        const std::string inner = Print(*node.operands.front());
        return inner.empty() ? std::string("//") : "~(" + inner + ")";
      }
      default:
        return PrintOperands(node);
    }
  }

  std::string PrintOperands(const PathExpression::Node& node) {
    const std::string_view sign = node.op == Op::kUnion          ? " + "
                                  : node.op == Op::kIntersection ? " & "
                                  : node.op == Op::kDifference   ? " - "
                                                                 : " ";
    std::string text;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const std::string operand = Print(*node.operands[i]);
      if (operand.empty()) {
        // Nothing: of an intersection, and of what others are taken from, nothing is left.
        if (node.op == Op::kIntersection || (node.op == Op::kDifference && i == 0)) return {};
        continue;
      }
      if (!text.empty()) text += sign;
      const bool is_plain = node.operands[i]->op == Op::kPattern ||
                            (node.op == Op::kImpliedUnion && node.operands[i]->op == Op::kReference);
      text += is_plain ? operand : "(" + operand + ")";
    }
    return text;
  }

  std::string PrintReference(const PathExpression::Node& node) {
    // Without a path it is one of the prim that refers to it.
    const Path owner = node.reference_path.IsEmpty() ? owner_ : node.reference_path;
    const Path collection = owner.AppendProperty(Token("collection:" + node.reference));
    if (node.reference == "_" || around_.size() > kMaxNestedReferences ||
        std::ranges::find(around_, collection) != around_.end())
      return {};
    around_.push_back(collection);
    const Path outer = std::exchange(owner_, owner);
    const domain::Collection found = domain::Collection::FromPath(stage_, collection);
    std::string text;
    if (found.IsValid()) {
      const domain::CollectionMembership members = found.ComputeMembership();
      text = members.UsesExpression() ? Print(members.GetExpression())
                                      : MakeMembershipExpression(members.GetRules()).GetText();
    }
    owner_ = outer;
    around_.pop_back();
    return text;
  }

  const stage::Stage& stage_;
  Path owner_;  // of the expression that is printed
  std::vector<Path> around_;
};

PathExpression ParseOrNothing(const std::string& text) {
  if (text.empty()) return {};
  Result<PathExpression> parsed = PathExpression::Parse(text);
  return parsed ? *parsed : PathExpression();
}

}  // namespace

PathExpression MakeMembershipExpression(const tsl::robin_map<Path, ExpansionRule>& rules) {
  std::vector<Path> paths;
  for (const auto& [path, rule] : rules) paths.push_back(path);
  std::sort(paths.begin(), paths.end());
  std::string alone, expanded;
  for (Path path : paths) {
    const ExpansionRule rule = rules.at(path), above = FindRuleAbove(rules, path);
    if (rule == ExpansionRule::kExclude) {
      // Only what would be included can be left out.
      if (!expanded.empty() && Expands(above)) expanded = "(" + expanded + ") - " + path.GetString() + "//";
      continue;
    }
    const bool is_covered = path.IsProperty() ? above == ExpansionRule::kExpandPrimsAndProperties
                                              : Expands(above) && (above == rule || !Expands(rule));
    if (is_covered) continue;
    if (path.IsProperty() || rule == ExpansionRule::kExplicitOnly) {
      alone += (alone.empty() ? "" : " ") + path.GetString();
    } else {
      const std::string subtree = DescribeSubtree(path, rule);
      expanded = expanded.empty() ? subtree : "(" + expanded + ") + (" + subtree + ")";
    }
  }
  if (!alone.empty() && !expanded.empty()) return ParseOrNothing(alone + " (" + expanded + ")");
  return ParseOrNothing(alone + expanded);
}

PathExpression MakeMembershipExpression(const domain::Collection& collection) {
  const domain::CollectionMembership members = collection.ComputeMembership();
  if (!members.UsesExpression()) return MakeMembershipExpression(members.GetRules());
  const PathExpression& expression = members.GetExpression();
  if (expression.IsComplete()) return expression;
  return ParseOrNothing(
      ReferenceResolver(*collection.GetPrim().GetStage(), collection.GetPrim().GetPath()).Print(expression));
}

}  // namespace strata::bridge

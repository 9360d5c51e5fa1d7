// How prims and properties want to be shown to people: names, groups, labels, conditions.
// (UsdUIPrimHints, UsdUIPropertyHints, UsdUIAttributeHints)
#pragma once

#include <string>
#include <string_view>

#include "strata/stage/editor.h"
#include "strata/stage/stage.h"

namespace strata::domain {

// Hints are entries of the metadata uiHints. What older fields say (displayName, displayGroup, hidden) counts
// where uiHints does not; writing writes both. What nobody says, or says by a value of another type, is empty
// or false.
class PrimHints {
 public:
  explicit PrimHints(stage::Prim prim) : prim_(std::move(prim)) {}
  std::string GetDisplayName() const;
  bool IsHidden() const;
  // Of groups of properties: whether each is open at first, and the condition under which it is shown.
  Dictionary GetDisplayGroupsExpanded() const;
  bool IsDisplayGroupExpanded(std::string_view group) const;
  Dictionary GetDisplayGroupsShownIf() const;
  std::string GetDisplayGroupShownIf(std::string_view group) const;

  enum class Hidden : uint8_t { kNo, kYes };
  enum class Expanded : uint8_t { kNo, kYes };
  Result<void> SetDisplayName(stage::Editor& editor, const std::string& name) const;
  Result<void> SetHidden(stage::Editor& editor, Hidden hidden) const;
  Result<void> SetDisplayGroupExpanded(stage::Editor& editor, std::string_view group,
                                       Expanded expanded) const;
  Result<void> SetDisplayGroupShownIf(stage::Editor& editor, std::string_view group,
                                      const std::string& condition) const;

 private:
  stage::Prim prim_;
};

class PropertyHints {
 public:
  explicit PropertyHints(stage::Property property) : property_(std::move(property)) {}
  std::string GetDisplayName() const;
  std::string GetDisplayGroup() const;
  bool IsHidden() const;
  std::string GetShownIf() const;  // an expression over properties of the prim
  // Of attributes: what their values are called, by label, and the labels in the order in which to show them.
  Dictionary GetValueLabels() const;
  Array<Token> GetValueLabelsOrder() const;

  Result<void> SetDisplayName(stage::Editor& editor, const std::string& name) const;
  Result<void> SetDisplayGroup(stage::Editor& editor, const std::string& group) const;
  Result<void> SetHidden(stage::Editor& editor, PrimHints::Hidden hidden) const;
  Result<void> SetShownIf(stage::Editor& editor, const std::string& condition) const;
  Result<void> SetValueLabels(stage::Editor& editor, Dictionary labels) const;
  Result<void> SetValueLabelsOrder(stage::Editor& editor, Array<Token> order) const;

 private:
  stage::Property property_;
};

}  // namespace strata::domain

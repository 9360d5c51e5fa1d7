// Makes a container out of another one and edits to it.   (HdContainerDataSourceEditor)
#pragma once

#include <map>
#include <memory>

#include "strata/scene/data_source.h"

namespace strata::scene {

// Later edits win over earlier ones. The container edited is read only when the result is.
class ContainerDataSourceEditor {
 public:
  explicit ContainerDataSourceEditor(ContainerDataSourceHandle initial = nullptr)
      : initial_(std::move(initial)) {}

  // Puts `source` there, in place of what is at and below `locator`. Null: takes away what is there.
  ContainerDataSourceEditor& Set(const DataSourceLocator& locator, const DataSourceHandle& source);
  // Lays `container` over what is there.
  ContainerDataSourceEditor& Overlay(const DataSourceLocator& locator,
                                     const ContainerDataSourceHandle& container);
  // The result: `initial` itself where nothing was edited. The editor is used up.
  ContainerDataSourceHandle Finish();

  // What changes for who holds data of the container when these locators are edited: they themselves, and
  // the containers above them, which must be fetched anew.
  static DataSourceLocatorSet ComputeDirtyLocators(const DataSourceLocatorSet& edited);

 private:
  struct Node;
  using NodePtr = std::shared_ptr<Node>;
  struct Node {
    // What stands here in place of, or over, what was below. Null where only children are edited.
    DataSourceHandle source;
    bool masks = false;                 // `source` (null: nothing) hides what was here before
    std::map<Token, NodePtr> children;  // edits made after `source` was put here
  };
  class EditedContainer;
  Node& Find(const DataSourceLocator& locator);

  ContainerDataSourceHandle initial_;
  NodePtr root_;
};

}  // namespace strata::scene

#include "strata/scene/editor.h"

#include <algorithm>

#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

// A container whose children some edits changed.
class ContainerDataSourceEditor::EditedContainer final : public ContainerDataSource {
 public:
  EditedContainer(NodePtr node, ContainerDataSourceHandle below)
      : node_(std::move(node)), below_(std::move(below)) {}

  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    if (below_)
      for (Token name : below_->GetNames())
        if (!node_->children.contains(name) || Get(name)) names.push_back(name);
    for (const auto& [name, child] : node_->children)
      if (std::ranges::find(names, name) == names.end() && Get(name)) names.push_back(name);
    return names;
  }

  DataSourceHandle Get(Token name) const override {
    DataSourceHandle below = below_ ? below_->Get(name) : nullptr;
    const auto edited = node_->children.find(name);
    return edited == node_->children.end() ? below : Compose(edited->second, below);
  }

  static DataSourceHandle Compose(const NodePtr& node, const DataSourceHandle& below) {
    DataSourceHandle here = below;
    if (node->masks)
      here = node->source;
    else if (node->source)
      here = OverlayContainerDataSource::New(ContainerDataSource::Cast(node->source),
                                             ContainerDataSource::Cast(below));
    if (node->children.empty()) return here;
    return Make<const EditedContainer>(node, ContainerDataSource::Cast(here));
  }

 private:
  NodePtr node_;
  ContainerDataSourceHandle below_;
};

ContainerDataSourceEditor::Node& ContainerDataSourceEditor::Find(const DataSourceLocator& locator) {
  if (!root_) root_ = std::make_shared<Node>();
  Node* node = root_.get();
  for (Token name : locator.GetNames()) {
    NodePtr& child = node->children[name];
    if (!child) child = std::make_shared<Node>();
    node = child.get();
  }
  return *node;
}

ContainerDataSourceEditor& ContainerDataSourceEditor::Set(const DataSourceLocator& locator,
                                                          const DataSourceHandle& source) {
  Node& node = Find(locator);
  node = {.source = IsBlock(source) ? nullptr : source, .masks = true, .children = {}};
  return *this;
}

ContainerDataSourceEditor& ContainerDataSourceEditor::Overlay(const DataSourceLocator& locator,
                                                              const ContainerDataSourceHandle& container) {
  if (!container) return *this;
  Node& node = Find(locator);
  if (node.children.empty() && !node.source && !node.masks) {
    node.source = container;
    return *this;
  }
  // What was edited here before becomes the weaker part of what this edit lays over it: one node deeper in
  // time, not in the container.
  auto earlier = std::make_shared<Node>(std::move(node));
  node = {.source = container, .masks = false, .children = {}};
  if (earlier->masks) {
    node.masks = true;
    const DataSourceHandle under =
        earlier->children.empty() ? earlier->source : EditedContainer::Compose(earlier, nullptr);
    node.source = OverlayContainerDataSource::New(container, ContainerDataSource::Cast(under));
    return *this;
  }
  // Deeper edits are weaker than the container only where it speaks too.
  for (auto& [name, child] : earlier->children) {
    const DataSourceHandle stronger = container->Get(name);
    if (!stronger) {
      node.children[name] = child;
    } else if (const ContainerDataSourceHandle over = ContainerDataSource::Cast(stronger)) {
      ContainerDataSourceEditor deeper;
      deeper.root_ = child;
      deeper.Overlay(DataSourceLocator::Empty(), over);
      node.children[name] = deeper.root_;
    }
  }
  if (earlier->source)
    node.source = OverlayContainerDataSource::New(container, ContainerDataSource::Cast(earlier->source));
  return *this;
}

ContainerDataSourceHandle ContainerDataSourceEditor::Finish() {
  if (!root_) return std::move(initial_);
  const NodePtr root = std::move(root_);
  return ContainerDataSource::Cast(EditedContainer::Compose(root, initial_));
}

DataSourceLocatorSet ContainerDataSourceEditor::ComputeDirtyLocators(const DataSourceLocatorSet& edited) {
  std::vector<DataSourceLocator> dirty(edited.begin(), edited.end());
  for (const DataSourceLocator& locator : edited) {
    DataSourceLocator above = locator;
    while (!above.IsEmpty()) {
      above = above.RemoveLastElement();
      dirty.push_back(above.Append(GetContainerSentinel()));
    }
  }
  return DataSourceLocatorSet(std::move(dirty));
}

}  // namespace strata::scene

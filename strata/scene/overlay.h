// Containers made of others: laid over each other, made when asked for, mapped.
// (HdOverlayContainerDataSource, HdLazyContainerDataSource, HdMapContainerDataSource)
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "strata/scene/data_source.h"

namespace strata::scene {

// Several containers as one, strongest first, read when asked for. Under one name, containers are overlaid in
// turn down to the first that is none: that one counts only where no container stood before it. A block ends
// the search.
class OverlayContainerDataSource final : public ContainerDataSource {
 public:
  // Null containers are left out; of none null, of one that one.
  static ContainerDataSourceHandle New(std::vector<ContainerDataSourceHandle> strongest_first);
  static ContainerDataSourceHandle New(const ContainerDataSourceHandle& stronger,
                                       const ContainerDataSourceHandle& weaker);

  explicit OverlayContainerDataSource(std::vector<ContainerDataSourceHandle> strongest_first)
      : containers_(std::move(strongest_first)) {}
  // By strength, then by first appearance; without names that are blocked.
  std::vector<Token> GetNames() const override;
  DataSourceHandle Get(Token name) const override;

 private:
  std::vector<ContainerDataSourceHandle> containers_;
};

// A container made on first use and kept, a null one too. Of several threads that come first one makes it.
class LazyContainerDataSource final : public ContainerDataSource {
 public:
  using Thunk = std::function<ContainerDataSourceHandle()>;
  static ContainerDataSourceHandle New(Thunk thunk) {
    return Make<const LazyContainerDataSource>(std::move(thunk));
  }
  explicit LazyContainerDataSource(Thunk thunk) : thunk_(std::move(thunk)) {}
  std::vector<Token> GetNames() const override;
  DataSourceHandle Get(Token name) const override;

 private:
  const ContainerDataSourceHandle& GetSource() const;
  mutable std::once_flag made_;
  mutable Thunk thunk_;  // gone once it has been called
  mutable ContainerDataSourceHandle source_;
};

// What `function` makes of each child of a container. Nothing is kept.
class MapContainerDataSource final : public ContainerDataSource {
 public:
  using Function = std::function<DataSourceHandle(const DataSourceHandle&)>;
  static ContainerDataSourceHandle New(Function function, ContainerDataSourceHandle source) {
    if (!source) return nullptr;
    return Make<const MapContainerDataSource>(std::move(function), std::move(source));
  }
  MapContainerDataSource(Function function, ContainerDataSourceHandle source)
      : function_(std::move(function)), source_(std::move(source)) {}
  std::vector<Token> GetNames() const override { return source_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    const DataSourceHandle child = source_->Get(name);
    return child ? function_(child) : nullptr;
  }

 private:
  Function function_;
  ContainerDataSourceHandle source_;
};

}  // namespace strata::scene

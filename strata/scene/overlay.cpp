#include "strata/scene/overlay.h"

#include <algorithm>

namespace strata::scene {

ContainerDataSourceHandle OverlayContainerDataSource::New(
    std::vector<ContainerDataSourceHandle> strongest_first) {
  std::erase_if(strongest_first, [](const auto& container) { return !container; });
  if (strongest_first.empty()) return nullptr;
  if (strongest_first.size() == 1) return std::move(strongest_first.front());
  return Make<const OverlayContainerDataSource>(std::move(strongest_first));
}

ContainerDataSourceHandle OverlayContainerDataSource::New(const ContainerDataSourceHandle& stronger,
                                                          const ContainerDataSourceHandle& weaker) {
  if (!stronger) return weaker;
  if (!weaker) return stronger;
  return Make<const OverlayContainerDataSource>(std::vector<ContainerDataSourceHandle>{stronger, weaker});
}

std::vector<Token> OverlayContainerDataSource::GetNames() const {
  std::vector<Token> names, blocked;
  for (const ContainerDataSourceHandle& container : containers_) {
    for (Token name : container->GetNames()) {
      if (std::ranges::find(names, name) != names.end() || std::ranges::find(blocked, name) != blocked.end())
        continue;
      (IsBlock(container->Get(name)) ? blocked : names).push_back(name);
    }
  }
  return names;
}

DataSourceHandle OverlayContainerDataSource::Get(Token name) const {
  // Mostly one of them has the name: no list is made then.
  ContainerDataSourceHandle first;
  std::vector<ContainerDataSourceHandle> found;
  for (const ContainerDataSourceHandle& container : containers_) {
    DataSourceHandle child = container->Get(name);
    if (!child) continue;
    if (child->GetKind() != DataSourceKind::kContainer) {
      if (first) break;
      return IsBlock(child) ? nullptr : child;
    }
    if (!first) {
      first = ContainerDataSource::Cast(child);
      continue;
    }
    if (found.empty()) found.push_back(first);
    found.push_back(ContainerDataSource::Cast(child));
  }
  return found.empty() ? DataSourceHandle(std::move(first)) : New(std::move(found));
}

const ContainerDataSourceHandle& LazyContainerDataSource::GetSource() const {
  std::call_once(made_, [this] {
    source_ = thunk_();
    thunk_ = nullptr;
  });
  return source_;
}

std::vector<Token> LazyContainerDataSource::GetNames() const {
  const ContainerDataSourceHandle& source = GetSource();
  return source ? source->GetNames() : std::vector<Token>();
}

DataSourceHandle LazyContainerDataSource::Get(Token name) const {
  const ContainerDataSourceHandle& source = GetSource();
  return source ? source->Get(name) : nullptr;
}

}  // namespace strata::scene

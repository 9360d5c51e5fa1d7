// Data that prims inherit, gathered at each prim.   (HdFlatteningSceneIndex, HdFlattenedDataSourceProvider)
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "strata/scene/filtering.h"
#include "strata/scene/path_table.h"

namespace strata::scene {

// What is under one name of a prim, and of the prim above as it came out there. Both may be null.
struct FlatteningContext {
  ContainerDataSourceHandle input;
  ContainerDataSourceHandle parent;
  Token prim_type;
};

// How data under one name are inherited. Const members are called from many threads.
class FlatteningProvider {
 public:
  virtual ~FlatteningProvider() = default;
  virtual ContainerDataSourceHandle GetFlattenedDataSource(const FlatteningContext& context) const = 0;
  // What changes of a prim's data under the name mean for the prims below, relative to the name. `flattened`
  // is what the prim's data came to, before the change or after it.
  virtual DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(
      const DataSourceLocatorSet& locators, const ContainerDataSourceHandle& flattened) const = 0;
};
using FlatteningProviderPtr = std::shared_ptr<const FlatteningProvider>;

// What one name of one prim came to is made once, by one of the threads that ask, and kept until it is
// dirtied. Prims without data have none here either.
class FlatteningSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  using Providers = std::vector<std::pair<Token, FlatteningProviderPtr>>;
  // Where a prim has no data.
  enum class Gaps : uint8_t {
    kBridged,  // inheritance goes past it
    kCut,      // inheritance ends, as Hydra has it
  };
  FlatteningSceneIndex(SceneIndexPtr input, Providers providers, Gaps gaps = Gaps::kBridged);
  ~FlatteningSceneIndex() override;

  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Flattening"; }
  size_t GetCachedPrimCount() const { return cache_.GetSize(); }

 private:
  struct Config;
  class FlattenedPrim;
  // Published once by one of the threads that ask, and taken back while nobody asks.
  class Cached {
   public:
    ~Cached() { Forget(); }
    const FlattenedPrim* Get() const { return prim_.load(std::memory_order_acquire); }  // null: unknown
    const FlattenedPrim& Publish(Handle<const FlattenedPrim> made);  // what is known from now on
    void Forget();

   private:
    std::atomic<const FlattenedPrim*> prim_{nullptr};
  };
  using Table = PathTable<Cached>;
  // What is inherited below a prim that changed, by provider.
  struct Inherited {
    size_t provider;
    DataSourceLocatorSet locators;  // relative to the provider's name
  };

  void ProcessChanges(const ChangeSet& changes) override;
  // Null: there is no such prim.
  const FlattenedPrim* FindFlattened(Path path) const;
  void Refresh(const AddedPrim& added, ChangeSet& out);
  // What a dirtied set means for the providers; prims that share one set are looked at together.
  struct Reached {
    DataSourceLocatorSet set;
    bool is_container = false;  // the prim's own container is another one
    std::vector<Inherited> providers;
  };
  Reached Reach(const DataSourceLocatorSet& set) const;
  void Dirty(Path path, const Reached& reached, ChangeSet& out);
  void DirtyBelow(const Table::Entry& entry, std::vector<Inherited> inherited, ChangeSet& out);

  Handle<const Config> config_;
  Gaps gaps_;
  mutable Table cache_;
};

}  // namespace strata::scene

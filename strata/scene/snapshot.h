// What a scene says, kept by one who listens, and how exactly the scene tells of its changes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "strata/scene/compare.h"
#include "strata/scene/scene_index.h"

namespace strata::scene {

// Reads all data of all prims once, and again only what changes name, as consumers do that hold on to what
// they read: data below a dirtied locator through the containers it holds already, and a container anew where
// the sentinel asks for it. Who compares it with the scene sees what was not told; its counts say what was
// told for nothing.
class SnapshotObserver final : public NoticeObserver {
 public:
  explicit SnapshotObserver(const SceneIndex& scene, ShutterInterval interval = {});
  ~SnapshotObserver() override;
  void PrimsAdded(const SceneIndex& sender, const std::vector<AddedPrim>& entries) override;
  void PrimsRemoved(const SceneIndex& sender, const std::vector<Path>& entries) override;
  void PrimsDirtied(const SceneIndex& sender, const std::vector<DirtiedPrim>& entries) override;

  // What differs between the snapshot and a scene, one line each, up to `max_lines`; empty where nothing
  // does.
  std::vector<std::string> Compare(const SceneIndex& scene, size_t max_lines = 100) const;

  struct Counts {
    size_t dirtied = 0;            // locators that were named, but for containers that are the same
    size_t dirtied_unchanged = 0;  // of these, with data as before
    size_t added = 0;              // prims
    size_t added_unchanged = 0;    // of these, there before with the same data
  };
  const Counts& GetCounts() const { return counts_; }
  void ResetCounts() { counts_ = Counts(); }

 private:
  struct Node;
  struct Prim;
  Node Read(const DataSourceHandle& source, uint32_t depth) const;
  static bool AreEqual(const Node& a, const Node& b);
  Prim ReadPrim(const SceneIndex& scene, Path path) const;
  void Dirty(const SceneIndex& sender, Path path, Prim& prim, const DataSourceLocator& locator);
  void Refetch(const SceneIndex& sender, Path path, Prim& prim, const DataSourceLocator& container);

  ShutterInterval interval_;
  std::map<Path, Prim> prims_;
  Counts counts_;
};

}  // namespace strata::scene

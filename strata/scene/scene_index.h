// Prims of a running scene and those who watch them change.   (HdSceneIndexBase, HdSceneIndexObserver)
//
// Threads: GetPrim and GetChildPrimPaths are safe from any number of threads at a time. Everything that
// changes a scene (observers coming and going, changes being sent) is for one thread, and nobody reads
// meanwhile. Owners: an index owns its inputs; observers are owned by others and leave before they end.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "strata/path/path.h"
#include "strata/scene/changes.h"
#include "strata/scene/data_source.h"

namespace strata::scene {

// A prim that is there has data, however empty; one that is not has neither type nor data.
struct ScenePrim {
  Token type;
  ContainerDataSourceHandle data;
  explicit operator bool() const { return data || !type.IsEmpty(); }
};

class SceneIndex;
using SceneIndexPtr = std::shared_ptr<SceneIndex>;

// Told of each change set after the scene shows it: `sender` answers as it will until the next one.
class SceneIndexObserver {
 public:
  virtual ~SceneIndexObserver() = default;
  virtual void ApplyChanges(const SceneIndex& sender, const ChangeSet& changes) = 0;
};

// A change set told step by step, in an order in which a mirror of the scene is right after each step.
// Removals come before additions; what was renamed comes as a removal and additions unless PrimsRenamed is
// taken.   (HdSceneIndexObserver)
class NoticeObserver : public SceneIndexObserver {
 public:
  virtual void PrimsAdded(const SceneIndex& sender, const std::vector<AddedPrim>& entries) = 0;
  virtual void PrimsRemoved(const SceneIndex& sender, const std::vector<Path>& entries) = 0;
  virtual void PrimsDirtied(const SceneIndex& sender, const std::vector<DirtiedPrim>& entries) = 0;
  virtual void PrimsRenamed(const SceneIndex& sender, const std::vector<RenamedPrim>& entries);
  void ApplyChanges(const SceneIndex& sender, const ChangeSet& changes) final;
};

class SceneIndex {
 public:
  virtual ~SceneIndex() = default;
  SceneIndex(const SceneIndex&) = delete;
  SceneIndex& operator=(const SceneIndex&) = delete;

  virtual ScenePrim GetPrim(Path path) const = 0;
  virtual std::vector<Path> GetChildPrimPaths(Path path) const = 0;
  DataSourceHandle GetDataSource(Path path, const DataSourceLocator& locator) const {
    return ContainerDataSource::Get(GetPrim(path).data, locator);
  }
  // The indices this one reads, strongest first.
  virtual std::vector<SceneIndexPtr> GetInputScenes() const { return {}; }
  // Where it is a graph of indices seen as one: the last of those inside.
  virtual std::vector<SceneIndexPtr> GetEncapsulatedScenes() const { return {}; }
  // What people call it: "Flattening".
  virtual std::string GetDisplayName() const = 0;

  // An observer hears of changes from now on; nothing is told again. It may leave, or be left, while changes
  // are delivered.
  void AddObserver(SceneIndexObserver& observer);
  void RemoveObserver(SceneIndexObserver& observer);
  bool IsObserved() const;
  // Tells this index and all that it reads of something, each once: whether work may go on in the background,
  // that it is time to look whether it is done, or what a host and its indices agree on.
  void SystemMessage(Token type, const ContainerDataSourceHandle& arguments);
  // Grows with each change set sent: who reads later sees whether it is behind.
  uint64_t GetGeneration() const { return generation_; }

 protected:
  SceneIndex() = default;
  virtual void OnSystemMessage(Token type, const ContainerDataSourceHandle& arguments) {
    (void)type, (void)arguments;
  }
  // Tells the observers; an empty change set is not sent. What an observer throws is thrown again once all
  // were told. Change sets made of one that was received, entry by
  // entry, are as normal as that one was.
  enum class Form : uint8_t { kAny, kNormal };
  void Send(ChangeSet changes, Form form = Form::kAny);
  // Sends on, as it is, what was received.
  void Forward(const ChangeSet& changes);

 private:
  std::vector<SceneIndexObserver*> observers_;  // null: left while changes were delivered
  uint32_t deliveries_ = 0;                     // under way, one inside the other
  uint64_t generation_ = 0;
};

// Whether `other` is `scene`, or one that it reads or encapsulates, or one that those do.
bool ReadsFrom(const SceneIndex& scene, const SceneIndex& other);

// Visits `root` and all below it, parents first. Iterative. What a scene names as children and lies elsewhere
// is passed over.
void VisitPrims(const SceneIndex& scene, Path root, const std::function<void(Path)>& visit);
std::vector<Path> CollectPrimPaths(const SceneIndex& scene, Path root = Path::AbsoluteRoot());

}  // namespace strata::scene

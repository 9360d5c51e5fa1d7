// Makes the notice of what a recomposition did, from what composition and the stage say of it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "strata/stage/notices.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

// Lives for one notice. Costs what changed.
class NoticeBuilder {
 public:
  NoticeBuilder(const Stage::Impl& stage, const StageChanges& changes, std::span<const NamespaceMove> moves)
      : stage_(stage), changes_(changes), moves_(moves) {}
  // Finds whose asset paths may lead elsewhere since layers speak of other variables. To be called before
  // Build.
  void AddVariables(const compose::CacheEdits& edits);
  // Null when there is nothing to tell. The notice points at `changes`.
  std::shared_ptr<ObjectsChanged> Build();
  static std::shared_ptr<ObjectsChanged> MakeOfAll(const StageChanges& changes);

 private:
  static bool IsOfChildren(const compose::SpecChange& spec);
  static bool IsTelling(const compose::SpecChange& spec);
  void AddSpec(const compose::SpecChange& spec);
  void AddFields(Path path, const compose::SpecChange& spec);
  void AddPrototypes();
  void AddResyncTypes();
  void Finish();
  bool IsBelowResynced(Path path) const;
  Path MapToStage(Path path) const;

  const Stage::Impl& stage_;
  const StageChanges& changes_;
  std::span<const NamespaceMove> moves_;
  std::set<Path> prims_, properties_, info_;  // resynced prims and properties, others
  std::set<Path> asset_paths_;
  std::map<Path, std::set<Token>> fields_;
  std::shared_ptr<ObjectsChanged> notice_ = std::make_shared<ObjectsChanged>();
};

}  // namespace strata::stage

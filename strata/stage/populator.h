// Makes the records of a stage from its composed indices, and mends them after edits.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/stage/stage_impl.h"

namespace strata::stage {

// What the layers say of one prim that decides about its flags and children. Found by any thread.
struct PrimFacts {
  Token type_name, kind;
  Specifier specifier = Specifier::kOver;
  bool is_active = true;
  bool has_clips = false;
  bool has_api_schemas = false;
  bool is_instance = false;
};
PrimFacts FindFacts(const compose::PrimIndex& index);

// What was found of prims while edits brought the cache up to date, for their records to be made of. Threads
// may note at once, and recall at once.
class VisitedPrims {
 public:
  struct Visited {
    const compose::PrimIndex* index;  // kept by the cache
    PrimFacts facts;
    std::vector<Token> child_names;  // to go on to
  };
  void Note(Visited visited) {
    const Path path = visited.index->GetPath();
    constexpr size_t kFew = 8;
    const std::lock_guard lock(mutex_);
    if (by_path_.empty()) by_path_.reserve(kFew);
    by_path_.insert_or_assign(path, std::move(visited));
  }
  // Null where it was not this index that was visited.
  const Visited* Recall(const compose::PrimIndex& index) const {
    const auto found = by_path_.find(index.GetPath());
    return found != by_path_.end() && found->second.index == &index ? &found->second : nullptr;
  }

 private:
  std::mutex mutex_;
  tsl::robin_map<Path, Visited> by_path_;
};

// Lives for one population or one refresh. Records of subtrees that are made anew keep their numbers where a
// prim of the same path is there again; numbers of prims that are gone are free once all is done.
class Populator {
 public:
  explicit Populator(Stage::Impl& stage) : stage_(stage) {}
  // `visited`: of the edits that a refresh is for.
  Populator(Stage::Impl& stage, const VisitedPrims& visited) : stage_(stage), visited_(&visited) {}

  void Populate();
  // Makes anew what `changes.cache` says, and whatever follows from it; says what that was. False, and
  // nothing is touched, when everything depends on it.
  bool Refresh(StageChanges& changes);

 private:
  // What is to be composed at `source` and to stand at `target`.
  struct Subtree {
    Path source, target;
    uint32_t parent = kNoRecord;  // of prototypes and of "/": none
    uint32_t record = kNoRecord;  // the root's, once it is laid out
  };
  struct Pending {
    uint32_t record;
    Path place;    // where it would stand were nothing shared
    uint32_t was;  // the record of the prototype that it was an instance of
  };
  // What changes do to one path of the cache.
  struct Touched {
    bool is_edited = false;  // and its record may be another
    bool has_other_specs = false;
    std::vector<Token> remade;  // children
    // Of its specs. Where there is but one: that one.
    size_t change_count = 0;
    const compose::SpecChange* change = nullptr;
  };
  // The children of a prim in their order; where there is no record yet, that of a subtree is to come.
  struct Relink {
    struct Child {
      uint32_t record = kNoRecord;
      size_t subtree = 0;
    };
    uint32_t parent;
    std::vector<Child> children;
  };

  // -- population.cpp: subtrees of records
  void LayOut(std::vector<Subtree>& subtrees);
  std::vector<uint32_t> Number(const std::vector<Subtree>& subtrees,
                               const std::vector<compose::SubtreePrim>& prims);
  uint32_t TakeNumber();
  PrimRecord MakeRoot(compose::PrimIndexPtr index, Path target, const PrimFacts& facts) const;
  PrimRecord MakeRecord(uint32_t parent_number, Path source, const PrimFacts& facts,
                        compose::PrimIndexPtr index) const;
  bool IsPayloadIncluded(Path path) const;

  // -- population_changes.cpp: what edits do to records
  bool NeedsAll(const compose::CacheChanges& changes) const;
  static std::map<Path, Touched> ListTouched(const compose::CacheChanges& changes);
  bool OnlyPlainOverCame(const compose::PrimIndex& index, const Touched& what) const;
  bool UpdateRecord(Path path, const Touched& what);
  void NoteListing(Path path);
  void UpdateChildren(Path path, const Touched& what);
  bool KeepsChildren(uint32_t parent, const Touched& what) const;
  bool HasChildren(uint32_t parent, const std::vector<Token>& names) const;
  std::vector<Token> ListChildNames(uint32_t record, Path path) const;
  void RemakePrim(uint32_t record, Path path);
  void MarkGone(uint32_t root);
  void LayOutChanged();
  bool TakePassed(uint32_t record);
  bool StaysAsItIs(uint32_t number, uint32_t parent, bool has_same_parent, const compose::SubtreePrim& prim);
  void DropGone();
  void LinkChildren(const Relink& relink);
  void ReleaseNumbers();
  void FinishChanges(StageChanges& changes);

  // -- population_prototypes.cpp: instances and what they share
  void SettlePrototypes();
  static void SortByPlace(std::vector<Pending>& wave);
  void AssignPrototypes();
  void UpdateInstances(uint32_t prototype);
  bool LayOutPrototypes(const std::vector<uint32_t>& wanted, const std::vector<uint32_t>& unused);
  uint32_t ChooseSource(const Prototype& prototype, const std::set<uint32_t>& avoided) const;
  uint32_t FindTop(uint32_t record) const;
  bool IsInstanceOf(uint32_t record, const Prototype& prototype) const;
  void DropPrototype(uint32_t prototype);
  void ForgetDropped();

  Stage::Impl& stage_;
  const VisitedPrims* visited_ = nullptr;
  bool is_fresh_ = false;  // no record was there before
  std::vector<Pending> waiting_;
  std::vector<Subtree> subtrees_;
  std::vector<Relink> relinks_;
  // Where prims are composed that are what they were, with all below them; and of these the records met while
  // what is above was marked, which are flagged until they are met while it is laid out.
  tsl::robin_set<Path> kept_;
  std::vector<uint32_t> passed_;
  std::vector<Subtree> unkept_;     // of these, subtrees whose records must be made anew all the same
  std::vector<uint32_t> gone_;      // marked, and not overwritten yet by the same prim made anew
  std::vector<uint32_t> released_;  // dropped; they keep their paths until all is done
  // By place in Stage::Impl::prototypes.
  std::set<uint32_t> touched_prototypes_;
  std::map<uint32_t, std::vector<uint32_t>> joined_, left_;
  size_t dropped_prototypes_ = 0;
  StageChanges changes_;
  bool keeps_children_ = false;  // CacheChanges::keeps_children
};

}  // namespace strata::stage

// Stages that are kept open for whoever asks for them next.   (UsdStageCache, UsdStageCacheContext)
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "strata/context/engine.h"

namespace strata::context {

// Owns the stages in it, together with whoever else holds them. Thread-safe; stages end outside of its lock.
class StageCache {
 public:
  // A number that no other stage of the process had or will have. The default one is of no stage.
  class Id {
   public:
    Id() = default;
    static Id FromLongInt(int64_t value) { return Id(value); }
    static Id FromString(const std::string& text);  // of none, when it is no number
    int64_t ToLongInt() const { return value_; }
    std::string ToString() const { return std::to_string(value_); }
    explicit operator bool() const { return value_ >= 0; }
    friend auto operator<=>(const Id&, const Id&) = default;

   private:
    explicit Id(int64_t value) : value_(value) {}
    int64_t value_ = -1;
  };
  // What a stage must have to be found. A layer that is not given may be any.
  struct Match {
    layer::LayerPtr root;
    std::optional<layer::LayerPtr> session;  // null: the stage has none
    std::optional<asset::ResolverContext> resolver_context;
  };

  StageCache() = default;
  ~StageCache() { Clear(); }
  StageCache(const StageCache&) = delete;
  StageCache& operator=(const StageCache&) = delete;

  Id Insert(stage::StagePtr stage);   // the id it has, when it is there already; of none for null
  stage::StagePtr Find(Id id) const;  // null when there is none
  stage::StagePtr FindOneMatching(const Match& match) const;  // the one inserted first
  std::vector<stage::StagePtr> FindAllMatching(const Match& match) const;
  std::vector<stage::StagePtr> GetAllStages() const;  // in the order of their ids
  Id GetId(const stage::StagePtr& stage) const;
  bool Contains(Id id) const { return Find(id) != nullptr; }
  bool Contains(const stage::StagePtr& stage) const { return bool(GetId(stage)); }
  size_t GetSize() const;
  bool IsEmpty() const { return GetSize() == 0; }

  // The stage leaves the cache and, when nobody else holds it, ends.
  bool Erase(Id id);
  bool Erase(const stage::StagePtr& stage);
  size_t EraseAll(const Match& match);  // how many there were
  void Clear();
  // The stage, out of the cache and with the caller as an owner; null when there is none.
  stage::StagePtr Take(Id id);
  // Undoes Take.
  void PutBack(Id id, stage::StagePtr stage);

  void SetDebugName(std::string name);
  std::string GetDebugName() const;

 private:
  mutable std::mutex mutex_;
  std::map<int64_t, stage::StagePtr> stages_;  // guarded by mutex_
  std::string debug_name_;                     // guarded by mutex_
};

// Which caches are asked, and filled, when a stage is opened. A value that is handed to who opens; where
// OpenUSD binds caches to a scope of the thread, here a copy with one more binding is made.
class StageCacheContext {
 public:
  enum class Use : uint8_t { kReadWrite, kRead };
  enum class Block : uint8_t { kPopulation, kCaches };

  StageCacheContext() = default;
  explicit StageCacheContext(StageCache& cache, Use use = Use::kReadWrite) { Bind(cache, use); }
  // Asked before those bound so far.
  StageCacheContext& Bind(StageCache& cache, Use use = Use::kReadWrite);
  // None of those bound so far is filled, or asked either.
  StageCacheContext& Add(Block block);

  // The stage of one of the caches that has this root, and session layer where one is given; else one that is
  // opened and put into the caches that are written. Stages with a mask or their own load rules are not kept.
  Result<stage::StagePtr> Open(const Engine& engine, const std::string& path, stage::OpenOptions options,
                               Diagnostics& diagnostics) const;

 private:
  struct Binding {
    StageCache* cache;
    bool is_read, is_written;
  };
  std::vector<Binding> bindings_;  // the one bound last comes first
};

}  // namespace strata::context

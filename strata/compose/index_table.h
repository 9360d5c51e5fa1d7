// The indices that a cache has made, by path, and notes about them that editing needs.
#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/compose/prim_index.h"

namespace strata::compose {

// In parts, so that threads seldom meet. Everything but Find, Put, PutAlone and Visit is for one writer.
class IndexTable {
 public:
  static constexpr size_t kParts = 64;
  // An index that brings arcs of its own. `stacks` has a bit for each layer stack that they lead to, by its
  // number modulo 64. The path may have no index any more, or another one.
  struct Introduction {
    Path path;
    uint64_t stacks = 0;
  };

  PrimIndexPtr Find(Path path) const {
    const Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    auto found = part.indices.find(path);
    return found == part.indices.end() ? nullptr : found->second;
  }
  // The one kept: whoever came first. Equal inputs make equal indices.
  PrimIndexPtr Put(Path path, PrimIndexPtr index) {
    const uint64_t stacks = FindIntroducedStacks(*index);
    Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    auto [it, is_new] = part.indices.emplace(path, std::move(index));
    if (is_new) Note(part, path, *it->second, stacks);
    return it->second;
  }
  // As Put, for an index made by itself: its path need not be among the names of its parent's children.
  PrimIndexPtr PutAlone(Path path, PrimIndexPtr index) {
    {
      Part& part = GetPart(path.GetParent());
      std::lock_guard lock(part.mutex);
      part.alone[path.GetParent()].push_back(path);
    }
    return Put(path, std::move(index));
  }
  void Replace(Path path, PrimIndexPtr index) {
    const uint64_t stacks = FindIntroducedStacks(*index);
    Part& part = GetPart(path);
    auto it = part.indices.find(path);
    it.value() = std::move(index);
    Note(part, path, *it->second, stacks);
  }
  bool Erase(Path path) { return GetPart(path).indices.erase(path) != 0; }
  // Paths below `parent` that were made by themselves; forgets them.
  std::vector<Path> TakeAlone(Path parent) {
    Part& part = GetPart(parent);
    if (part.alone.empty()) return {};
    auto found = part.alone.find(parent);
    if (found == part.alone.end()) return {};
    std::vector<Path> paths = std::move(found.value());
    part.alone.erase(found);
    return paths;
  }
  void Clear() {
    for (Part& part : parts_) {
      std::lock_guard lock(part.mutex);
      part.indices.clear();
      part.alone.clear();
      part.introductions.clear();
      part.faulty.clear();
    }
  }
  size_t GetSize() const {
    size_t size = 0;
    for (const Part& part : parts_) size += part.indices.size();
    return size;
  }
  template <class Visitor>
  void Visit(Visitor&& visit) const {
    for (const Part& part : parts_) {
      std::lock_guard lock(part.mutex);
      for (const auto& [path, index] : part.indices) visit(path, index);
    }
  }

  // In the order in which they were made, part by part.
  const std::vector<Introduction>& GetIntroductions(size_t part) const { return parts_[part].introductions; }
  // Indices with errors, each once, unsorted.
  std::vector<PrimIndexPtr> FindFaulty() const {
    std::vector<PrimIndexPtr> faulty;
    for (const Part& part : parts_) {
      std::lock_guard lock(part.mutex);
      for (Path path : part.faulty) {
        auto found = part.indices.find(path);
        if (found != part.indices.end() && !found->second->GetErrors().empty())
          faulty.push_back(found->second);
      }
    }
    std::sort(faulty.begin(), faulty.end());
    faulty.erase(std::unique(faulty.begin(), faulty.end()), faulty.end());
    return faulty;
  }
  // Notes about indices that are no more are dropped when they outnumber the others. True when any were: the
  // numbers of introductions are others then.
  bool Compact();

  // The stacks that arcs of the index itself lead to.
  static uint64_t FindIntroducedStacks(const PrimIndex& index);

 private:
  struct Part {
    mutable std::mutex mutex;
    tsl::robin_map<Path, PrimIndexPtr> indices;
    tsl::robin_map<Path, std::vector<Path>> alone;  // by parent
    std::vector<Introduction> introductions;
    std::vector<Path> faulty;
  };
  static void Note(Part& part, Path path, const PrimIndex& index, uint64_t stacks) {
    if (stacks) part.introductions.push_back({path, stacks});
    if (!index.GetErrors().empty()) part.faulty.push_back(path);
  }
  Part& GetPart(Path path) { return parts_[std::hash<Path>()(path) >> 7 & (kParts - 1)]; }
  const Part& GetPart(Path path) const { return parts_[std::hash<Path>()(path) >> 7 & (kParts - 1)]; }
  std::array<Part, kParts> parts_;
};

}  // namespace strata::compose

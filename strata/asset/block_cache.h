// Blocks of remote files kept in memory, those used last, up to a number of bytes.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace strata::asset {

// Thread-safe. Files are told apart by a number that is never used twice.
class BlockCache {
 public:
  using Block = std::shared_ptr<const std::string>;
  explicit BlockCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  Block Find(uint64_t file, uint64_t block) {
    const std::lock_guard lock(mutex_);
    auto found = by_key_.find({file, block});
    if (found == by_key_.end()) return nullptr;
    used_.splice(used_.begin(), used_, found->second);
    return found->second->bytes;
  }

  void Put(uint64_t file, uint64_t block, Block bytes) {
    const std::lock_guard lock(mutex_);
    auto [found, is_new] = by_key_.try_emplace({file, block});
    if (!is_new) return;
    held_bytes_ += bytes->size();
    used_.push_front({{file, block}, std::move(bytes)});
    found->second = used_.begin();
    while (held_bytes_ > max_bytes_ && used_.size() > 1) {
      held_bytes_ -= used_.back().bytes->size();
      by_key_.erase(used_.back().key);
      used_.pop_back();
    }
  }

 private:
  using Key = std::pair<uint64_t, uint64_t>;
  struct Hash {
    size_t operator()(const Key& key) const {
      return key.first * 0x9e3779b97f4a7c15u ^ key.second * 0xc2b2ae3d27d4eb4fu;
    }
  };
  struct Entry {
    Key key;
    Block bytes;
  };
  const uint64_t max_bytes_;
  std::mutex mutex_;
  std::list<Entry> used_;  // last first; guarded by mutex_, as all below
  std::unordered_map<Key, std::list<Entry>::iterator, Hash> by_key_;
  uint64_t held_bytes_ = 0;
};

}  // namespace strata::asset

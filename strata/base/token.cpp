#include "strata/base/token.h"

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace strata {

namespace {

uint64_t HashText(std::string_view text) {
  uint64_t hash = 0x9E3779B97F4A7C15ull ^ text.size();
  while (text.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, text.data(), 8);
    hash = (hash ^ word) * 0xD6E8FEB86659FD93ull;
    hash ^= hash >> 32;
    text.remove_prefix(8);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, text.data(), text.size());
  hash = (hash ^ rest) * 0xD6E8FEB86659FD93ull;
  return hash ^ (hash >> 29);
}

struct Text {
  const char* data = nullptr;
  size_t size = 0;
};

// Text by id: chunks that never move, so reading needs no lock.
class TextTable {
 public:
  std::string_view Get(uint32_t id) const {
    const Text& text = chunks_[id >> kChunkBits].load(std::memory_order_acquire)[id & (kChunkSize - 1)];
    return {text.data, text.size};
  }
  uint32_t Add(std::string_view text) {
    std::lock_guard lock(mutex_);
    const uint32_t id = next_++;
    std::atomic<Text*>& chunk = chunks_[id >> kChunkBits];
    if (!chunk.load(std::memory_order_relaxed)) chunk.store(new Text[kChunkSize], std::memory_order_release);
    chunk.load(std::memory_order_relaxed)[id & (kChunkSize - 1)] = {Copy(text), text.size()};
    return id;
  }

 private:
  static constexpr uint32_t kChunkBits = 14, kChunkSize = 1u << kChunkBits;
  static constexpr size_t kPageBytes = 64 * 1024;

  const char* Copy(std::string_view text) {
    if (text.size() + 1 > kPageBytes / 4) {
      char* own = new char[text.size() + 1];
      std::memcpy(own, text.data(), text.size());
      own[text.size()] = 0;
      return own;
    }
    if (room_ < text.size() + 1) {
      page_ = new char[kPageBytes];
      room_ = kPageBytes;
    }
    char* at = page_;
    std::memcpy(at, text.data(), text.size());
    at[text.size()] = 0;
    page_ += text.size() + 1;
    room_ -= text.size() + 1;
    return at;
  }

  std::mutex mutex_;
  uint32_t next_ = 1;
  char* page_ = nullptr;
  size_t room_ = 0;
  std::array<std::atomic<Text*>, (uint64_t{1} << 30) / kChunkSize> chunks_{};  // a thousand million tokens
};

// Ids by text: open addressing in shards, each behind a lock of its own.
class Interner {
 public:
  Interner() { texts_empty_ = ""; }

  uint32_t Find(std::string_view text, uint64_t hash) {
    Shard& shard = shards_[hash >> (64 - kShardBits)];
    std::shared_lock lock(shard.mutex);
    return Probe(shard, text, hash);
  }
  uint32_t Intern(std::string_view text, uint64_t hash) {
    if (const uint32_t id = Find(text, hash)) return id;
    Shard& shard = shards_[hash >> (64 - kShardBits)];
    std::unique_lock lock(shard.mutex);
    if (const uint32_t id = Probe(shard, text, hash)) return id;
    if ((shard.count + 1) * 4 > shard.slots.size() * 3) Grow(shard);
    const uint32_t id = texts_.Add(text);
    Insert(shard.slots, {static_cast<uint32_t>(hash), id});
    ++shard.count;
    return id;
  }
  std::string_view GetText(uint32_t id) const { return id == 0 ? std::string_view(texts_empty_, 0) : texts_.Get(id); }

 private:
  static constexpr int kShardBits = 6;
  struct Slot {
    uint32_t hash = 0;
    uint32_t id = 0;   // 0: free
  };
  struct alignas(64) Shard {
    std::shared_mutex mutex;
    std::vector<Slot> slots = std::vector<Slot>(64);
    size_t count = 0;
  };

  uint32_t Probe(const Shard& shard, std::string_view text, uint64_t hash) const {
    const size_t mask = shard.slots.size() - 1;
    for (size_t at = static_cast<uint32_t>(hash) & mask;; at = (at + 1) & mask) {
      const Slot& slot = shard.slots[at];
      if (slot.id == 0) return 0;
      if (slot.hash == static_cast<uint32_t>(hash) && texts_.Get(slot.id) == text) return slot.id;
    }
  }
  static void Insert(std::vector<Slot>& slots, Slot slot) {
    const size_t mask = slots.size() - 1;
    size_t at = slot.hash & mask;
    while (slots[at].id != 0) at = (at + 1) & mask;
    slots[at] = slot;
  }
  static void Grow(Shard& shard) {
    std::vector<Slot> larger(shard.slots.size() * 2);
    for (const Slot& slot : shard.slots)
      if (slot.id != 0) Insert(larger, slot);
    shard.slots = std::move(larger);
  }

  TextTable texts_;
  const char* texts_empty_;
  std::array<Shard, 1 << kShardBits> shards_;
};

// Never destroyed: tokens stay valid in destructors that run at exit.
Interner& GetInterner() {
  static Interner* interner = new Interner;
  return *interner;
}

}  // namespace

Token::Token(std::string_view text) : id_(text.empty() ? 0 : GetInterner().Intern(text, HashText(text))) {}

Token Token::Find(std::string_view text, bool* found) {
  const uint32_t id = text.empty() ? 0 : GetInterner().Find(text, HashText(text));
  if (found) *found = text.empty() || id != 0;
  return FromId(id);
}

std::string_view Token::GetText() const { return GetInterner().GetText(id_); }

}  // namespace strata

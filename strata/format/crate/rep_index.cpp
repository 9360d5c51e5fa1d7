#include "strata/format/crate/rep_index.h"

#include <cstring>
#include <random>

namespace strata::format::crate {
namespace {

struct Key {
  uint64_t words[8];
};

const Key& GetKey() {
  static const Key key = [] {
    std::random_device source;
    Key made;
    for (uint64_t& word : made.words) word = uint64_t{source()} << 32 | source();
    return made;
  }();
  return key;
}

// Both halves of the product, folded.
uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t Load(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

}  // namespace

Fingerprint MakeFingerprint(std::string_view bytes, uint64_t kind) {
  const Key& key = GetKey();
  uint64_t low = key.words[0] ^ kind, high = key.words[1] ^ bytes.size();
  const char* at = bytes.data();
  size_t left = bytes.size();
  // Four chains, which the processor follows side by side.
  if (left >= 64) {
    uint64_t low2 = key.words[2], high2 = key.words[3];
    for (; left >= 32; left -= 32, at += 32) {
      const uint64_t a = Load(at), b = Load(at + 8), c = Load(at + 16), d = Load(at + 24);
      low = Mix(low ^ a, key.words[4] ^ b);
      high = Mix(high ^ b, key.words[5] ^ a);
      low2 = Mix(low2 ^ c, key.words[6] ^ d);
      high2 = Mix(high2 ^ d, key.words[7] ^ c);
    }
    low = Mix(low ^ low2, key.words[4] ^ high2);
    high = Mix(high ^ high2, key.words[5] ^ low2);
  }
  for (; left > 16; left -= 16, at += 16) {
    const uint64_t a = Load(at), b = Load(at + 8);
    low = Mix(low ^ a, key.words[4] ^ b);
    high = Mix(high ^ b, key.words[5] ^ a);
  }
  char rest[16] = {};
  if (left != 0) std::memcpy(rest, at, left);
  const uint64_t a = Load(rest), b = Load(rest + 8);
  low = Mix(low ^ a, key.words[6] ^ b);
  high = Mix(high ^ b, key.words[7] ^ a);
  return {Mix(low ^ key.words[2], high ^ key.words[3]), Mix(high ^ key.words[0], low ^ key.words[1])};
}

ValueRep& RepIndex::Find(const Fingerprint& fingerprint) {
  if ((count_ + 1) * 4 > entries_.size() * 3) Grow();
  const size_t mask = entries_.size() - 1;
  size_t at = fingerprint.low & mask;
  while (entries_[at].rep.bits != 0 && entries_[at].fingerprint != fingerprint) at = (at + 1) & mask;
  Entry& entry = entries_[at];
  if (entry.rep.bits == 0) {
    entry.fingerprint = fingerprint;
    ++count_;
  }
  return entry.rep;
}

void RepIndex::Grow() {
  std::vector<Entry> old(entries_.empty() ? 1024 : entries_.size() * 2);
  old.swap(entries_);
  const size_t mask = entries_.size() - 1;
  for (const Entry& entry : old) {
    if (entry.rep.bits == 0) continue;
    size_t at = entry.fingerprint.low & mask;
    while (entries_[at].rep.bits != 0) at = (at + 1) & mask;
    entries_[at] = entry;
  }
}

}  // namespace strata::format::crate

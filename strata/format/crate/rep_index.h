// Finds what a crate file holds already, so that equal values are written once.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "strata/format/crate/value_kinds.h"

namespace strata::format::crate {

// 128 bits under a key that each process draws: nobody can make two values that meet.
struct Fingerprint {
  uint64_t low = 0, high = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};
Fingerprint MakeFingerprint(std::string_view bytes, uint64_t kind);

// Reps by fingerprint.
class RepIndex {
 public:
  // The rep of this fingerprint, to be set where it is new (its bits are then zero). Valid until the next
  // call.
  ValueRep& Find(const Fingerprint& fingerprint);

 private:
  struct Entry {
    Fingerprint fingerprint;
    ValueRep rep;
  };
  void Grow();
  std::vector<Entry> entries_;  // rep 0: empty
  size_t count_ = 0;
};

}  // namespace strata::format::crate

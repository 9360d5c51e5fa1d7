// The tables at the end of a crate file: fields, sets of them, specs; gathered and written.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "strata/base/executor.h"
#include "strata/format/crate/numbering.h"
#include "strata/format/crate/output.h"
#include "strata/format/crate/value_kinds.h"

namespace strata::format::crate {

// Finds the number under which an entry equal to a new one is known; kept beside the entries themselves.
class NumberIndex {
 public:
  // The number of an entry of this hash for which is_equal(number), or `next`, which it then remembers.
  template <class IsEqual>
  uint32_t FindOrAdd(uint64_t hash, uint32_t next, const IsEqual& is_equal) {
    if ((count_ + 1) * 4 > places_.size() * 3) Grow();
    const size_t mask = places_.size() - 1;
    const auto tag = static_cast<uint32_t>(hash >> 32);
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
      Place& place = places_[at];
      if (place.number == kNone) {
        place = {tag, static_cast<uint32_t>(hash), next};
        ++count_;
        return next;
      }
      if (place.tag == tag && is_equal(place.number)) return place.number;
    }
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Place {
    uint32_t tag = 0, home = 0, number = kNone;
  };
  void Grow();
  std::vector<Place> places_;
  size_t count_ = 0;
};

class FieldSets {
 public:
  // Where the set of these fields begins, written once.
  uint32_t Add(const std::vector<uint32_t>& fields);
  const std::vector<uint32_t>& GetAll() const { return all_; }
  void Renumber(const std::vector<uint32_t>& numbers);

 private:
  std::vector<uint32_t> all_;  // each set followed by kEndOfFieldSet
  NumberIndex index_;
};

class FieldTable {
 public:
  // The number of a field; open ones get one of their own until they are settled.
  uint32_t Add(uint32_t token, ValueRep rep, bool is_open) {
    const auto next = static_cast<uint32_t>(reps_.size());
    if (is_open)
      open_.push_back(next);
    else if (const uint32_t found = Find(token, rep, next); found != next)
      return found;
    tokens_.push_back(token);
    reps_.push_back(rep);
    return next;
  }
  // Replaces the reps of open fields, and drops those that are then there twice from this table and `sets`.
  void Settle(const std::function<ValueRep(ValueRep)>& settle, FieldSets& sets);

  const std::vector<uint32_t>& GetTokens() const { return tokens_; }
  const std::vector<ValueRep>& GetReps() const { return reps_; }

 private:
  uint32_t Find(uint32_t token, ValueRep rep, uint32_t next) {
    const uint64_t mixed = (rep.bits ^ uint64_t{token} << 40) * 0x9E3779B97F4A7C15ull;
    return index_.FindOrAdd(mixed ^ mixed >> 29, next, [&](uint32_t number) {
      return reps_[number] == rep && tokens_[number] == token;
    });
  }

  std::vector<uint32_t> tokens_;
  std::vector<ValueRep> reps_;
  std::vector<uint32_t> open_;
  NumberIndex index_;
};

struct SpecTable {
  void Reserve(size_t count) {
    paths.reserve(count);
    sets.reserve(count);
    forms.reserve(count);
  }
  void Add(uint32_t path, uint32_t set, uint32_t form) {
    paths.push_back(path);
    sets.push_back(set);
    forms.push_back(form);
  }
  std::vector<uint32_t> paths, sets, forms;
};

struct Tables {
  const TokenNumbers& tokens;
  const FieldTable& fields;
  const FieldSets& sets;
  const SpecTable& specs;
  const PathTree& tree;
  size_t path_count;
};

// Writes all sections and the table of contents; where that begins.
uint64_t WriteSections(const Tables& tables, Output& out, Executor* executor);

}  // namespace strata::format::crate

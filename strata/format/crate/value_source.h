// The values of one crate file, read when somebody asks.
//
// Threads: safe from any. Owners: the store that was made over the file, and arrays that lie in it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "strata/format/crate/file_bytes.h"
#include "strata/format/crate/path_tree.h"
#include "strata/format/crate/sections.h"
#include "strata/layer/file_format.h"

namespace strata::format::crate {

class ValueSource final : public layer::FieldSource, public std::enable_shared_from_this<ValueSource> {
 public:
  ValueSource(FileBytes bytes, std::string identifier, const Budgets& budgets);

  const FileBytes& GetBytes() const { return bytes_; }
  const Structure& GetStructure() const { return structure_; }
  const PathTree& GetPaths() const { return paths_; }
  // While the file is opened, before values are asked for.
  Structure& GetMutableStructure() { return structure_; }
  PathTree& GetMutablePaths() { return paths_; }

  Value ReadField(uint32_t field) const override;
  Value LookAtField(uint32_t field) const override;
  ValueType GetFieldType(uint32_t field) const override;
  Diagnostics GetProblems() const override;

  const Budgets& GetBudgets() const { return budgets_; }
  // The value that `rep` stands for; empty, with a problem noted under `name`, where it cannot be read.
  // What is read again, after it was let go, counts no more against what the file may take, and its problem
  // is known.
  enum class Reading : uint8_t { kFirst, kAgain };
  Value ReadValue(ValueRep rep, std::string_view name, Reading reading = Reading::kFirst) const;
  // Whether the file may still make so many bytes of values. What it says it holds has a limit that follows
  // from its size, so that small files cannot fill memory by naming the same bytes again and again.
  bool Charge(uint64_t bytes) const;
  // Arrays that had to be decoded, by what stands for them.
  Value FindDecoded(ValueRep rep) const;
  void KeepDecoded(ValueRep rep, const Value& value) const;
  // Times of samples: attributes that move together have them written once. Null: not known.
  using Times = std::shared_ptr<const std::vector<double>>;
  Times FindTimes(ValueRep rep) const;
  void KeepTimes(ValueRep rep, Times times) const;

 private:
  FileBytes bytes_;
  std::string identifier_;
  Budgets budgets_;
  Structure structure_;
  PathTree paths_;
  uint64_t most_decoded_;
  mutable std::atomic<uint64_t> decoded_ = 0;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  mutable Diagnostics problems_;
  mutable std::unordered_map<uint64_t, Value> decoded_arrays_;
  mutable std::unordered_set<uint32_t> fields_looked_at_;
  mutable std::unordered_map<uint64_t, std::weak_ptr<const std::vector<double>>> times_;
};

}  // namespace strata::format::crate

#include "strata/format/crate/value_source.h"

#include <fmt/format.h>

#include "strata/format/crate/codes.h"
#include "strata/format/crate/value_reader.h"
#include "strata/layer/fields.h"

namespace strata::format::crate {

namespace {

// LZ4 and two bits an integer make 4080 bytes of one, at the most.
constexpr uint64_t kMostExpansion = 4096;
constexpr uint64_t kDecodedByAnyFile = uint64_t{1} << 20;

}  // namespace

ValueSource::ValueSource(FileBytes bytes, std::string identifier, const Budgets& budgets)
    : bytes_(std::move(bytes)), identifier_(std::move(identifier)), budgets_(budgets) {
  most_decoded_ = kDecodedByAnyFile + bytes_.GetSize() * kMostExpansion;
}

bool ValueSource::Charge(uint64_t bytes) const {
  if (bytes > most_decoded_) return false;
  return decoded_.fetch_add(bytes, std::memory_order_relaxed) <= most_decoded_ - bytes;
}

Value ValueSource::FindDecoded(ValueRep rep) const {
  const std::lock_guard lock(mutex_);
  const auto found = decoded_arrays_.find(rep.bits);
  return found == decoded_arrays_.end() ? Value() : found->second;
}
void ValueSource::KeepDecoded(ValueRep rep, const Value& value) const {
  const std::lock_guard lock(mutex_);
  decoded_arrays_.emplace(rep.bits, value);
}

ValueSource::Times ValueSource::FindTimes(ValueRep rep) const {
  const std::lock_guard lock(mutex_);
  const auto found = times_.find(rep.bits);
  return found == times_.end() ? nullptr : found->second.lock();
}
void ValueSource::KeepTimes(ValueRep rep, Times times) const {
  const std::lock_guard lock(mutex_);
  times_[rep.bits] = std::move(times);
}

Value ValueSource::ReadValue(ValueRep rep, std::string_view name, Reading reading) const {
  const uint64_t failures = bytes_.CountFailures();
  ValueReader reader(*this, reading);
  Value value = reader.Read(rep);
  if (!value.IsEmpty() || reading == Reading::kAgain) return value;
  SourceLocation where;
  where.file = identifier_;
  Diagnostic problem(kCrateValue,
                     fmt::format("The value of field '{}' is damaged at byte {}: {}.", name,
                                 reader.GetProblemOffset(), reader.GetProblem()),
                     std::move(where), "Restore the file from a copy; without it the field reads as unset.");
  // Bytes that cannot be had say nothing of the file.
  if (std::optional<Diagnostic> failure = bytes_.GetFailure();
      failure && bytes_.CountFailures() != failures) {
    if (failure->location.file.empty()) failure->location.file = identifier_;
    failure->notes.push_back({fmt::format("The value of field '{}' reads as unset.", name), {}});
    problem = *std::move(failure);
  }
  const std::lock_guard lock(mutex_);
  problems_.Add(std::move(problem));
  return value;
}

Value ValueSource::ReadField(uint32_t field) const {
  const ValueRep rep{structure_.field_values[field]};
  const Token name = structure_.tokens[structure_.field_names[field]];
  Value value = ReadValue(rep, name.GetText());
  // One payload is written for a list that has only that.
  static const Token kPayload = layer::GetFieldNames().payload;
  if (const Payload* payload = name == kPayload ? value.GetIf<Payload>() : nullptr) {
    const bool is_none = payload->asset_path.empty() && payload->prim_path.IsEmpty();
    std::vector<Payload> items;
    if (!is_none) items.push_back(*payload);
    return Value(PayloadListOp::CreateExplicit(std::move(items)));
  }
  return value;
}

Value ValueSource::LookAtField(uint32_t field) const {
  bool is_first;
  {
    const std::lock_guard lock(mutex_);
    is_first = fields_looked_at_.insert(field).second;
  }
  const Token name = structure_.tokens[structure_.field_names[field]];
  return ReadValue(ValueRep{structure_.field_values[field]}, name.GetText(),
                   is_first ? Reading::kFirst : Reading::kAgain);
}

ValueType ValueSource::GetFieldType(uint32_t field) const {
  return GetTypeOf(ValueRep{structure_.field_values[field]});
}

Diagnostics ValueSource::GetProblems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

}  // namespace strata::format::crate

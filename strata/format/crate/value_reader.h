// Turns what stands for a value in a crate file into the value.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/format/crate/file_bytes.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/format/crate/value_source.h"
#include "strata/value/value.h"

namespace strata::format::crate {

// The type that elements, arrays of them and blocks read as; of other values kEmpty.
ValueType GetTypeOf(ValueRep rep);

// For one value and all inside it. Empty values say that the file is damaged, the first problem why.
class ValueReader {
 public:
  using Reading = ValueSource::Reading;
  explicit ValueReader(const ValueSource& source, Reading reading = Reading::kFirst)
      : source_(source), structure_(source.GetStructure()), reading_(reading) {}

  Value Read(ValueRep rep);
  const char* GetProblem() const { return problem_ ? problem_ : "it is empty"; }
  uint64_t GetProblemOffset() const { return problem_offset_; }

 private:
  // -- one (value_reader.cpp)
  Value ReadOne(ValueRep rep);
  template <class T>
  Value ReadPlain(ValueRep rep);
  template <class T>
  Value ReadVector(ValueRep rep);
  template <class T>
  Value ReadMatrix(ValueRep rep);
  template <class Wide, class Narrow, class Held>
  Value ReadNarrowed(ValueRep rep);
  template <class Enum>
  Value ReadEnum(ValueRep rep, uint32_t last);
  Value ReadText(ValueRep rep);

  // -- arrays (read_arrays.cpp)
  Value ReadArray(ValueRep rep);
  uint64_t TakeArraySize(Cursor& cursor);
  template <class T>
  Value ReadPlainArray(ValueRep rep);
  template <class T>
  Value ReadIntegerArray(ValueRep rep);
  template <class T>
  Value ReadFloatArray(ValueRep rep);
  template <class T, class Make>
  Value ReadIndexArray(ValueRep rep, const Make& make);
  Value ReadArrayEdit(ValueRep rep);

  // -- collections (read_collections.cpp)
  bool ReadDictionary(Cursor& cursor, Dictionary& out);
  Value ReadIndirect(Cursor& cursor);
  std::optional<ValueRep> TakeIndirect(Cursor& cursor);
  Value ReadCollection(ValueRep rep);
  template <class T, class Take>
  Value ReadListOp(ValueRep rep, uint64_t bytes_each, const Take& take);
  template <class T, class Take>
  bool TakeItems(Cursor& cursor, uint64_t bytes_each, const Take& take, std::vector<T>& out);
  template <class T, class Take>
  Value ReadItems(ValueRep rep, uint64_t bytes_each, const Take& take);
  bool TakeReference(Cursor& cursor, Reference& out);
  bool TakePayload(Cursor& cursor, Payload& out);
  bool TakeUnregistered(Cursor& cursor, UnregisteredValue& out);

  // -- time samples (read_samples.cpp)
  Value ReadTimeSamples(ValueRep rep);
  ValueSource::Times ReadTimes(Cursor& cursor);
  Value ReadAllSamples(const std::vector<double>& times, const std::vector<ValueRep>& reps);

  // -- splines (read_spline.cpp)
  Value ReadSpline(ValueRep rep);

  bool GetString(uint32_t index, std::string& out);
  bool GetToken(uint32_t index, Token& out);
  bool GetPath(uint32_t index, Path& out);
  bool Charge(uint64_t bytes);
  // Notes the first thing that is wrong.
  bool Fail(const char* what, uint64_t offset);
  Value FailValue(const char* what, uint64_t offset) {
    Fail(what, offset);
    return Value();
  }

  // Entries of collections cost more memory than they have bytes.
  static constexpr uint64_t kEntryBytes = 256;

  const ValueSource& source_;
  const Structure& structure_;
  Reading reading_;
  uint32_t depth_ = 0;
  const char* problem_ = nullptr;
  uint64_t problem_offset_ = 0;
};

}  // namespace strata::format::crate

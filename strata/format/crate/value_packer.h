// Turns values into the eight bytes that stand for them in a crate file, and writes what does not fit there.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "strata/base/executor.h"
#include "strata/format/crate/encode.h"
#include "strata/format/crate/numbering.h"
#include "strata/format/crate/output.h"
#include "strata/format/crate/rep_index.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"
#include "strata/value/value.h"

namespace strata::format::crate {

// Equal values are written once. Large arrays are compressed together, on several threads, and the times and
// values of time samples come after everything else, as readers look for them apart; a rep of either is
// settled by Finish. The bytes are the same for any number of threads.
class ValuePacker {
 public:
  ValuePacker(TokenNumbers& tokens, PathNumbers& paths, Output& out, Executor* executor);

  // The rep of a value, or a note of it that Settle understands once Finish was called. A value that files
  // cannot hold gives the rep 0, and what is wrong stands in GetProblem.
  ValueRep Pack(const Value& value);
  static bool IsOpen(ValueRep rep) { return rep.GetKind() == kOpen; }
  void Finish();
  ValueRep Settle(ValueRep rep) const { return IsOpen(rep) ? settled_[rep.GetPayload()] : rep; }

  // The version that the values so far ask for.
  Version GetNeededVersion() const { return needed_; }
  // What asks for it, in words.
  std::string_view GetNeededFor() const;
  // Why the last value could not be packed; empty when it could.
  const std::string& GetProblem() const { return problem_; }
  void ClearProblem() { problem_.clear(); }

 private:
  static constexpr auto kOpen = static_cast<ValueKind>(0xFF);  // the payload counts what is still open
  struct OpenArray {
    size_t open;
    Value value;
    ValueKind kind;
    Fingerprint fingerprint;
    std::string bytes;
    bool is_compressed = false;
    bool is_first = false;
  };
  struct OpenSamples {
    size_t open;
    ValueRep times;
    size_t first, count;  // in sample_reps_
  };

  // Bytes of one value while they are gathered; values may lie in values.
  class Bytes {
   public:
    explicit Bytes(ValuePacker& packer) : packer_(packer), text_(packer.TakeBytes()) {}
    ~Bytes() { --packer_.taken_; }
    std::string& operator*() const { return text_; }

   private:
    ValuePacker& packer_;
    std::string& text_;
  };
  friend class Bytes;
  std::string& TakeBytes();

  ValueRep PackNow(const Value& value);
  ValueRep PackField(const Value& value);  // what only fields hold
  ValueRep PackVector(const Value& value);
  ValueRep PackListOpOf(const Value& value);
  template <class T>
  ValueRep PackElement(const T& element);
  template <class T>
  ValueRep PackArray(const Array<T>& array, const Value& value, bool may_wait);
  ValueRep PackArrayOf(const Value& value, bool may_wait);
  ValueRep PackSamples(const TimeSamples& samples, bool may_wait);
  ValueRep PackTimes(const std::vector<double>& times);
  ValueRep PackSpline(const Spline& spline);
  ValueRep PackEdit(const ArrayEdit& edit);
  ValueRep PackPayloads(const PayloadListOp& op);
  ValueRep PackText(ValueKind kind, std::string_view text);
  ValueRep Refuse(std::string why);

  template <class T, class AppendItem>
  ValueRep PackListOp(ValueKind kind, const ListOp<T>& op, const AppendItem& append);
  void AppendDictionary(const Dictionary& dictionary, std::string& out);
  void AppendReference(const Reference& reference, std::string& out);
  void AppendPayload(const Payload& payload, std::string& out);
  void AppendNested(const Value& value, std::string& out);
  void AppendUnregistered(const UnregisteredValue& value, std::string& out);
  void AppendKnots(const Spline& spline, std::string& out);
  uint32_t NumberPath(Path path);

  // The rep of these bytes, which are written unless they were before.
  ValueRep Intern(ValueKind kind, uint64_t flags, std::string_view bytes, uint64_t alignment = 1);
  ValueRep MakeRepHere(ValueKind kind, uint64_t flags);
  void Need(Version version) {
    if (needed_ < version) needed_ = version;
  }
  ValueRep OpenLater();
  void CompressOpen();

  TokenNumbers& tokens_;
  PathNumbers& paths_;
  Output& out_;
  Executor* executor_;
  RepIndex index_;
  Version needed_ = kDefaultWritten;
  std::string problem_;
  size_t depth_ = 0;
  Scratch scratch_;
  std::deque<std::string> bytes_;  // of values that lie in each other
  size_t taken_ = 0;

  std::vector<ValueRep> settled_;  // by the payload of an open rep
  std::vector<OpenArray> open_arrays_;
  size_t open_bytes_ = 0;
  std::vector<OpenSamples> open_samples_;
  std::vector<ValueRep> sample_reps_;
};

}  // namespace strata::format::crate

// Reads attributes of a prim by its record, without handles; for the files of this room that visit many
// prims.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/domain/names.h"
#include "strata/domain/xformable.h"
#include "strata/math/range.h"
#include "strata/stage/computed_values.h"
#include "strata/stage/resolve.h"
#include "strata/stage/stage_impl.h"

namespace strata::domain {

// The point instancers around a prim whose extents are being computed, innermost first; and what is known of
// those inside the outermost one, so that each is computed once however often others lead to it.
struct InstancerNest {
  struct Known {
    std::mutex mutex;
    tsl::robin_map<uint32_t, std::optional<Range3d>> extents;  // by record; guarded by mutex
  };
  const InstancerNest* outer = nullptr;
  uint32_t record = 0;
  std::shared_ptr<Known> known;

  bool Holds(uint32_t number) const { return record == number || (outer && outer->Holds(number)); }
  uint32_t GetDepth() const { return outer ? outer->GetDepth() + 1 : 1; }
};

// Where the values of one prim's attributes come from, for whoever asks for them at many times.
class SourceMemo {
 public:
  Value Get(const stage::AttributeResolver& resolver, Token attribute, stage::Time time) {
    const auto found = std::find_if(known_.begin(), known_.end(),
                                    [attribute](const auto& known) { return known.first == attribute; });
    if (found == known_.end())
      return resolver.Get(time, known_.emplace_back(attribute, resolver.FindKnownSource()).second);
    if (!found->second.IsCurrent()) found->second = resolver.FindKnownSource();
    return resolver.Get(time, found->second);
  }

  // What Get needs lies far apart in memory. Who asks many memos fetches it for some at once, step by step:
  // each step looks at what the one before has brought, so that the waits of all overlap.
  enum class FetchStep : uint8_t { kKnown, kValues, kSamples, kSample };
  void Fetch(FetchStep step, stage::Time time) const {
    if (step == FetchStep::kKnown) {
      for (size_t at = 0; at < known_.size() * sizeof(known_[0]); at += kCacheLine)
        __builtin_prefetch(reinterpret_cast<const char*>(known_.data()) + at);
      return;
    }
    for (const auto& [attribute, known] : known_) {
      if (step == FetchStep::kValues) __builtin_prefetch(known.revisions.data());
      if (known.source.kind != stage::ResolveSource::kTimeSamples || !known.is_usable) continue;
      if (step == FetchStep::kValues) __builtin_prefetch(known.source.value);
      if (step == FetchStep::kSamples) __builtin_prefetch(&known.source.GetSamples());
      if (step == FetchStep::kSample) known.source.GetSamples().GetValueType(FindSample(known.source, time));
    }
  }

 private:
  static constexpr size_t kCacheLine = 64;
  static size_t FindSample(const stage::ValueSource& source, stage::Time time) {
    return source.GetSamples().GetBracketing(source.layer_to_stage.GetInverse() * time.GetValue()).first;
  }
  std::vector<std::pair<Token, stage::KnownSource>> known_;
};

class RecordReader {
 public:
  // `memo`, where there is one, was made while the stage had the same prims, and for this one.
  RecordReader(const stage::Stage::Impl& stage, uint32_t record, const InstancerNest* nest = nullptr,
               SourceMemo* memo = nullptr)
      : stage_(stage), record_(record), nest_(nest), memo_(memo) {}

  // From here on answers are computed where something is.
  void SetComputed(const stage::ComputedValues* computed) {
    all_computed_ = computed;
    computed_ = computed && computed->MightCompute(MakePrim()) ? computed : nullptr;
  }
  // The same, whether or not anything of this prim is computed.
  const stage::ComputedValues* GetAllComputed() const { return all_computed_; }
  const stage::ComputedValues* GetComputed() const { return computed_; }
  stage::Prim MakePrim() const { return stage_.MakePrim(GetRecord().path, record_); }

  const stage::PrimRecord& GetRecord() const { return stage_.Record(record_); }
  bool IsA(Token schema) const {
    const schema::PrimDefinition* definition = GetRecord().definition;
    return definition && definition->IsA(schema);
  }
  Token GetSchemaType() const {
    const schema::PrimDefinition* definition = GetRecord().definition;
    return definition ? definition->GetSchemaType() : Token();
  }
  Value Get(Token attribute, stage::Time time) const {
    if (computed_)
      if (auto computed = computed_->GetValue(stage::Attribute(MakePrim(), attribute), time))
        return *std::move(computed);
    const stage::AttributeResolver resolver(stage_, record_, attribute);
    return memo_ && !time.IsDefault() ? memo_->Get(resolver, attribute, time) : resolver.Get(time);
  }
  template <class T>
  T GetOr(Token attribute, stage::Time time, T otherwise) const {
    return Get(attribute, time).GetOr(std::move(otherwise));
  }
  bool MightVary(Token attribute) const {
    return stage::AttributeResolver(stage_, record_, attribute, stage::AssetPathMode::kResolve).MightVary();
  }
  bool HasAuthoredValue(Token attribute) const {
    return stage::AttributeResolver(stage_, record_, attribute).HasAuthoredValue();
  }

  Xformable::Ops GetXformOps() const;
  LocalTransform GetLocalTransform(const Xformable::Ops& ops, stage::Time time) const;

  const stage::Stage::Impl& GetStage() const { return stage_; }
  uint32_t GetNumber() const { return record_; }
  const InstancerNest* GetNest() const { return nest_; }

 private:
  const stage::Stage::Impl& stage_;
  uint32_t record_;
  const InstancerNest* nest_;
  SourceMemo* memo_;
  const stage::ComputedValues* computed_ = nullptr;
  const stage::ComputedValues* all_computed_ = nullptr;
};

}  // namespace strata::domain

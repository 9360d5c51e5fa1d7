#include "strata/domain/bounds_facts.h"

#include <algorithm>

#include "strata/domain/extent.h"
#include "strata/layer/fields.h"

namespace strata::domain {

namespace {

using stage::kNoRecord;
using stage::PrimFlag;
using stage::PrimPredicate;
using stage::PrimRecord;

constexpr size_t kRecordsATask = 256;
constexpr size_t kFetchedAtOnce = 16, kFetchedAhead = 6;

// Which of the properties that matter here some layer speaks of. Looking once through the lists of properties
// is cheaper than looking for each property in each layer.
struct Spoken {
  bool xform_op_order = false, visibility = false, purpose = false, extent = false, extents_hint = false;
};

Spoken FindSpoken(const compose::PrimIndex* index) {
  const Names& names = GetNames();
  const Token field = layer::GetFieldNames().properties;
  Spoken spoken;
  if (!index) return spoken;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    const auto* properties = site.entry->layer->GetFieldAs<TokenVector>(site.path, field);
    if (!properties) continue;
    for (Token name : *properties) {
      if (name == names.xformOpOrder) spoken.xform_op_order = true;
      if (name == names.visibility) spoken.visibility = true;
      if (name == names.purpose) spoken.purpose = true;
      if (name == names.extent) spoken.extent = true;
      if (name == names.extentsHint) spoken.extents_hint = true;
    }
  }
  return spoken;
}

constexpr PrimPredicate Counted() {
  return PrimPredicate().Require(PrimFlag::kActive).Require(PrimFlag::kDefined).Exclude(PrimFlag::kAbstract);
}

}  // namespace

void BoundsFacts::Clear() {
  const size_t count = stage_.records.size();
  facts_.assign(count, {});
  transforms_.Resize(count);
  extents_.Resize(count);
  varying_.clear();
}

bool BoundsFacts::IsAskedFor(Token purpose) const {
  return std::find(options_.purposes.begin(), options_.purposes.end(), purpose) != options_.purposes.end();
}

void BoundsFacts::ListSubtree(uint32_t root, std::vector<uint32_t>& records) const {
  uint32_t at = root;
  while (true) {
    records.push_back(at);
    const PrimRecord* record = &stage_.Record(at);
    if (record->first_child != kNoRecord) {
      at = record->first_child;
      continue;
    }
    while (at != root && record->next_sibling == kNoRecord) {
      at = record->parent;
      record = &stage_.Record(at);
    }
    if (at == root) return;
    at = record->next_sibling;
  }
}

void BoundsFacts::Gather(uint32_t root) {
  std::vector<uint32_t> waiting = {root}, records;
  while (!waiting.empty()) {
    const uint32_t first = waiting.back();
    waiting.pop_back();
    if (facts_[first].is_known) continue;
    records.clear();
    ListSubtree(first, records);
    ReadAll(records);
    for (uint32_t record : records) {
      const uint32_t prototype = stage_.Record(record).prototype;
      if (prototype != kNoRecord && !facts_[prototype].is_known) waiting.push_back(prototype);
    }
  }
}

void BoundsFacts::ReadAll(const std::vector<uint32_t>& records) {
  const auto read = [&](size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      // What each prim is composed of lies elsewhere: it is fetched while those before it are read.
      if (i + kFetchedAhead < to) __builtin_prefetch(stage_.Record(records[i + kFetchedAhead]).index.get());
      if (!facts_[records[i]].is_known) Read(records[i]);
    }
  };
  // Few prims may have many points each.
  const size_t grain = std::clamp<size_t>(records.size() / 64, 1, kRecordsATask);
  if (stage_.options.executor && records.size() > 1) {
    stage_.options.executor->ParallelFor(records.size(), grain, read);
  } else {
    read(0, records.size());
  }
  for (uint32_t record : records)
    if (facts_[record].varies) varying_.push_back(MakeVarying(record));
}

BoundsFacts::Varying BoundsFacts::MakeVarying(uint32_t record) const {
  const Names& names = GetNames();
  const RecordReader reader(stage_, record, nest_);
  const Spoken spoken = FindSpoken(stage_.IndexOf(record));
  Varying varying;
  varying.record = record;
  varying.has_visibility =
      spoken.visibility && options_.visibility == Visibility::kRespect && reader.IsA(names.Imageable);
  varying.has_extent = spoken.extent && reader.HasAuthoredValue(names.extent);
  if (facts_[record].has_transform) varying.ops = reader.GetXformOps();
  return varying;
}

void BoundsFacts::UpdateVarying() {
  const auto read = [&](size_t from, size_t to) {
    for (size_t begin = from; begin < to; begin += kFetchedAtOnce) {
      const size_t end = std::min(begin + kFetchedAtOnce, to);
      Fetch(begin, end);
      for (size_t i = begin; i < end; ++i) ReadAgain(varying_[i]);
    }
  };
  if (stage_.options.executor && varying_.size() > kRecordsATask) {
    stage_.options.executor->ParallelFor(varying_.size(), kRecordsATask / 4, read);
  } else {
    read(0, varying_.size());
  }
}

void BoundsFacts::Fetch(size_t begin, size_t end) const {
  using Step = SourceMemo::FetchStep;
  if (options_.time.IsDefault()) return;
  for (Step step : {Step::kKnown, Step::kValues, Step::kSamples, Step::kSample})
    for (size_t i = begin; i < end; ++i) varying_[i].memo.Fetch(step, options_.time);
}

Array<Vec3f> BoundsFacts::GetHints(uint32_t record) const {
  return RecordReader(stage_, record).GetOr(GetNames().extentsHint, options_.time, Array<Vec3f>());
}

void BoundsFacts::Read(uint32_t number) const {
  const Names& names = GetNames();
  RecordReader reader(stage_, number, nest_);
  if (options_.computed) reader.SetComputed(options_.computed);
  const PrimRecord& record = reader.GetRecord();
  PrimFacts facts;
  facts.is_known = true;
  // Types that schemas know take part when they are imageable; all others pass on what is below them.
  const bool has_type = !reader.GetSchemaType().IsEmpty();
  const bool is_imageable = has_type && reader.IsA(names.Imageable);
  facts.is_shown = Counted().Matches(record.flags) && (is_imageable || !has_type);
  // What varies matters only to those who may ask at other times.
  const bool finds_variation = !options_.time.IsDefault();
  const Spoken spoken = FindSpoken(stage_.IndexOf(number));
  if (is_imageable) {
    if (spoken.visibility && options_.visibility == Visibility::kRespect) {
      if (reader.Get(names.visibility, options_.time).GetOr(Token()) == names.invisible)
        facts.is_shown = false;
      facts.varies = finds_variation && reader.MightVary(names.visibility);
    }
    if (spoken.purpose && reader.HasAuthoredValue(names.purpose))
      facts.purpose = reader.GetOr(names.purpose, stage::Time::Default(), Token());
    if (spoken.xform_op_order) {
      const Xformable::Ops ops = reader.GetXformOps();
      facts.resets_stack = ops.resets_stack;
      facts.has_transform = !ops.ops.empty();
      if (facts.has_transform) transforms_.Set(number, reader.GetLocalTransform(ops, options_.time).matrix);
      if (finds_variation)
        for (const XformOp& op : ops.ops) facts.varies = facts.varies || reader.MightVary(op.attribute);
    }
  }
  ReadComputedTransform(reader, facts);
  if (options_.extents_hints == ExtentsHints::kUse && record.Is(PrimFlag::kModel) && spoken.extents_hint &&
      GetHints(number).GetSize() >= 2) {
    facts.bounds = PrimFacts::Bounds::kHints;
    facts.varies = facts.varies || (finds_variation && reader.MightVary(names.extentsHint));
  } else if (is_imageable && reader.IsA(names.Boundable)) {
    facts.bounds = PrimFacts::Bounds::kExtent;
    if (facts.purpose.IsEmpty() || IsAskedFor(facts.purpose)) {
      ReadExtent(reader, spoken.extent && reader.HasAuthoredValue(names.extent), facts);
      if (finds_variation && !facts.varies)
        facts.varies = (spoken.extent && reader.MightVary(names.extent)) || ExtentMightVary(reader) ||
                       (reader.GetComputed() && reader.GetComputed()->ValuesMightVary(reader.MakePrim()));
    }
  }
  facts_[number] = facts;
}

// Of a prim whose facts are known, what another time may have changed.
void BoundsFacts::ReadAgain(Varying& varying) const {
  const Names& names = GetNames();
  RecordReader reader(stage_, varying.record, nest_, &varying.memo);
  if (options_.computed) reader.SetComputed(options_.computed);
  PrimFacts facts = facts_[varying.record];
  if (varying.has_visibility)
    facts.is_shown = Counted().Matches(reader.GetRecord().flags) &&
                     reader.Get(names.visibility, options_.time).GetOr(Token()) != names.invisible;
  if (facts.has_transform)
    transforms_.Set(varying.record, reader.GetLocalTransform(varying.ops, options_.time).matrix);
  ReadComputedTransform(reader, facts);
  if (facts.bounds == PrimFacts::Bounds::kExtent && (facts.purpose.IsEmpty() || IsAskedFor(facts.purpose))) {
    facts.has_extent = false;
    ReadExtent(reader, varying.has_extent, facts);
  }
  facts_[varying.record] = facts;
}

void BoundsFacts::ReadComputedTransform(const RecordReader& reader, PrimFacts& facts) const {
  if (!reader.GetComputed()) return;
  const stage::Prim prim = reader.MakePrim();
  const auto computed = reader.GetComputed()->GetLocalTransform(prim, options_.time);
  if (!computed) return;
  facts.has_transform = true;
  facts.resets_stack = computed->resets_stack;
  transforms_.Set(reader.GetNumber(), computed->matrix);
  if (!options_.time.IsDefault())
    facts.varies = facts.varies || reader.GetComputed()->TransformMightVary(prim);
}

void BoundsFacts::ReadExtent(const RecordReader& reader, bool is_authored, PrimFacts& facts) const {
  if (is_authored) {
    const Value value = reader.Get(GetNames().extent, options_.time);
    const auto* corners = value.GetIf<Array<Vec3f>>();
    if (corners && corners->GetSize() == 2) {
      extents_.Set(reader.GetNumber(), MakeRange((*corners)[0], (*corners)[1]));
      facts.has_extent = true;
      return;
    }
  }
  const std::optional<Range3d> computed = ComputeExtent(reader, options_.time);
  if (!computed) return;
  extents_.Set(reader.GetNumber(), *computed);
  facts.has_extent = true;
}

}  // namespace strata::domain

#include "strata/domain/bounds.h"

#include <algorithm>
#include <deque>

#include "strata/domain/bounds_facts.h"
#include "strata/domain/imageable.h"
#include "strata/domain/names.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::kNoRecord;
using stage::Prim;
using stage::PrimFlag;
using stage::PrimRecord;

constexpr uint32_t kNotFolded = UINT32_MAX;
using Ranges = std::vector<Range3d>;  // one for each purpose of the options

}  // namespace

// What lies below a prim is added up in the space of its frame: the nearest prim of kind component or
// subcomponent at or above it, else the world, or the root of the prototype that it is in. There each extent
// counts as a box along the axes. An instance adds up what the children of its prototype amount to, each
// found once for all instances; below it, as an instance proxy, a prim is bounded by itself. All as in
// usd-core.
class BoundsCache::Impl {
 public:
  Impl(const stage::Stage& stage, BoundsOptions options, const InstancerNest* nest)
      : stage_(stage.GetImpl()), options_(std::move(options)), facts_(stage_, options_, nest) {
    Clear();
  }

  const BoundsOptions& GetOptions() const { return options_; }

  void Clear() {
    generation_ = stage_.control->generation.load(std::memory_order_acquire);
    facts_.Clear();
    folded_.assign(stage_.records.size(), kNotFolded);
    ranges_.clear();
    of_shared_.clear();
    dirty_.clear();
  }

  void SetTime(stage::Time time) {
    if (time == options_.time) return;
    const bool knew_what_varies = !options_.time.IsDefault();
    options_.time = time;
    const bool is_stale = generation_ != stage_.control->generation.load(std::memory_order_acquire);
    if (!knew_what_varies || time.IsDefault() || is_stale) {
      Clear();
      return;
    }
    facts_.UpdateVarying();
    FindDirty();
    // Frames with nothing that varies in them stay; in others every transform may have moved what is below.
    std::deque<Ranges> kept;
    for (uint32_t record = 0; record < folded_.size(); ++record) {
      if (folded_[record] == kNotFolded) continue;
      const bool stays = IsFrame(record) && !dirty_[record];
      if (stays) kept.push_back(std::move(ranges_[folded_[record]]));
      folded_[record] = stays ? static_cast<uint32_t>(kept.size() - 1) : kNotFolded;
    }
    ranges_ = std::move(kept);
    of_shared_.clear();
  }

  // A range, and the space it is in: that of the prim so many steps above.
  struct Framed {
    Range3d range;
    Matrix4d to_frame = Matrix4d::Identity();  // from the prim's space
    uint32_t steps = 0;
  };

  Framed Compute(const Prim& prim) {
    if (generation_ != stage_.control->generation.load(std::memory_order_acquire)) Clear();
    const uint32_t record = prim.GetRecord();
    Framed framed;
    if (record == kNoRecord) return framed;
    facts_.Gather(record);
    const PurposeInfo inherited = InheritedPurpose(prim);
    Ranges ranges;
    if (facts_.Get(record).bounds != PrimFacts::Bounds::kChildren) {
      TakeOwn(record, inherited, ranges);
    } else {
      const Prim frame = FindFrame(prim, framed);
      Matrix4d from_world;
      if (prim.IsInstanceProxy()) {
        const Xformable around(frame);
        from_world =
            GetTransformInverse(around.ComputeLocalToWorldTransform(options_.time)).value_or(from_world);
      }
      ranges = Fold(record, inherited, framed.to_frame,
                    prim.IsInstanceProxy() && framed.steps != 0 ? &from_world : nullptr);
    }
    for (const Range3d& range : ranges) framed.range.Add(range);
    return framed;
  }

 private:
  // One prim whose children are being added up.
  struct Open {
    uint32_t record;
    uint32_t next_child;
    PurposeInfo inherited, purpose;
    Matrix4d to_frame;
    // Of instance proxies whose frame is outside of the prototype: from the world to the frame. What they add
    // up to is not shared. Null for others.
    const Matrix4d* from_world;
    Ranges ranges;
  };

  PurposeInfo InheritedPurpose(const Prim& prim) const {
    const Prim parent = prim.GetParent();
    return parent ? Imageable(parent).ComputePurposeInfo() : PurposeInfo{GetNames().default_, false};
  }

  PurposeInfo ResolvePurpose(const PrimFacts& facts, const PurposeInfo& inherited) const {
    if (!facts.purpose.IsEmpty()) return {facts.purpose, true};
    if (inherited.is_inheritable) return inherited;
    return {GetNames().default_, false};
  }

  bool IsFrame(uint32_t number) const {
    const PrimRecord& record = stage_.Record(number);
    return record.parent == kNoRecord || record.Is(PrimFlag::kHasComponentKind);
  }
  bool IsInstance(uint32_t record) const { return stage_.Record(record).prototype != kNoRecord; }

  // The frame of what is below `prim`, and the way there.
  Prim FindFrame(const Prim& prim, Framed& framed) const {
    Prim at = prim;
    for (; !IsFrame(at.GetRecord()); at = at.GetParent(), ++framed.steps) {
      const PrimFacts& facts = facts_.GetOrRead(at.GetRecord());
      if (facts.has_transform)
        framed.to_frame = MultiplyAffine(framed.to_frame, facts_.GetTransform(at.GetRecord()));
      if (!facts.resets_stack) continue;
      for (; !IsFrame(at.GetRecord()); ++framed.steps) at = at.GetParent();
      const auto back = GetTransformInverse(Xformable(at).ComputeLocalToWorldTransform(options_.time));
      if (back) framed.to_frame = MultiplyAffine(framed.to_frame, *back);
      break;
    }
    return at;
  }

  uint32_t FirstChild(uint32_t record) const {
    const PrimRecord& at = stage_.Record(record);
    return at.prototype != kNoRecord ? stage_.Record(at.prototype).first_child : at.first_child;
  }

  // What prims in prototypes add up to differs by the purpose that the instance hands down.
  static uint64_t MakeKey(uint32_t record, const PurposeInfo& inherited) {
    return uint64_t{record} << 32 | (inherited.is_inheritable ? inherited.purpose.GetId() : 0);
  }

  const Ranges* FindFolded(uint32_t record, const PurposeInfo& purpose) const {
    if (stage_.Record(record).Is(PrimFlag::kInPrototype)) {
      const auto found = of_shared_.find(MakeKey(record, purpose));
      return found == of_shared_.end() ? nullptr : &ranges_[found->second];
    }
    return folded_[record] == kNotFolded ? nullptr : &ranges_[folded_[record]];
  }

  void Remember(const Open& open) {
    if (open.from_world) return;
    const auto place = static_cast<uint32_t>(ranges_.size());
    ranges_.push_back(open.ranges);
    if (stage_.Record(open.record).Is(PrimFlag::kInPrototype)) {
      of_shared_[MakeKey(open.record, open.purpose)] = place;
    } else {
      folded_[open.record] = place;
    }
  }

  // Of a prim that is bounded by itself, in its own space.
  void TakeOwn(uint32_t record, const PurposeInfo& inherited, Ranges& ranges) const {
    const PrimFacts& facts = facts_.Get(record);
    ranges.assign(options_.purposes.size(), {});
    if (facts.bounds == PrimFacts::Bounds::kHints) {
      TakeHints(record, ranges);
    } else if (facts.has_extent) {
      const PurposeInfo purpose = ResolvePurpose(facts, inherited);
      for (size_t i = 0; i < ranges.size(); ++i)
        if (options_.purposes[i] == purpose.purpose) ranges[i] = facts_.GetExtent(record);
    }
  }

  // Hints come in pairs of corners: for default, render, proxy and guide.
  void TakeHints(uint32_t record, Ranges& ranges) const {
    const Names& names = GetNames();
    const Token order[] = {names.default_, names.render, names.proxy, names.guide};
    const Array<Vec3f> hints = facts_.GetHints(record);
    for (size_t k = 0; k < std::size(order) && 2 * k + 1 < hints.GetSize(); ++k)
      for (size_t i = 0; i < ranges.size(); ++i)
        if (options_.purposes[i] == order[k]) ranges[i] = MakeRange(hints[2 * k], hints[2 * k + 1]);
  }

  Ranges Fold(uint32_t root, const PurposeInfo& inherited, const Matrix4d& to_frame,
              const Matrix4d* from_world) {
    std::vector<Open> open;
    if (const Ranges* known = FindFoldedBelow(root, inherited, from_world)) return *known;
    Push(open, root, inherited, to_frame, from_world);
    Ranges own;
    while (true) {
      Open& top = open.back();
      if (top.next_child == kNoRecord) {
        Remember(top);
        const Open done = std::move(top);
        open.pop_back();
        if (open.empty()) return done.ranges;
        AddFolded(open.back(), done.record, done.ranges);
        continue;
      }
      const uint32_t child = top.next_child;
      top.next_child = stage_.Record(child).next_sibling;
      const PrimFacts& facts = facts_.Get(child);
      if (!facts.is_shown) continue;
      if (facts.bounds != PrimFacts::Bounds::kChildren) {
        TakeOwn(child, top.purpose, own);
        Add(top, own, GetToFrame(child, top));
        continue;
      }
      const bool is_canonical = IsFrame(child) || IsInstance(top.record);
      const Matrix4d* from_world = is_canonical ? nullptr : top.from_world;
      if (const Ranges* known = FindFoldedBelow(child, top.purpose, from_world)) {
        AddFolded(top, child, *known);
      } else if (FirstChild(child) != kNoRecord) {
        const PurposeInfo handed_down = top.purpose;
        Push(open, child, handed_down, GetToOwnFrame(child, top), from_world);
      }
    }
  }

  const Ranges* FindFoldedBelow(uint32_t record, const PurposeInfo& inherited,
                                const Matrix4d* from_world) const {
    return from_world ? nullptr : FindFolded(record, ResolvePurpose(facts_.Get(record), inherited));
  }

  void Push(std::vector<Open>& open, uint32_t record, const PurposeInfo& inherited, const Matrix4d& to_frame,
            const Matrix4d* from_world) const {
    open.push_back({record, FirstChild(record), inherited, ResolvePurpose(facts_.Get(record), inherited),
                    to_frame, from_world, Ranges(options_.purposes.size())});
  }

  // What a child adds up to is in the space of its frame: its own, that of its prototype, or its parent's.
  void AddFolded(Open& parent, uint32_t child, const Ranges& ranges) const {
    if (IsFrame(child)) {
      Add(parent, ranges, GetToFrame(child, parent));
    } else if (IsInstance(parent.record)) {
      Add(parent, ranges, parent.to_frame);
    } else {
      for (size_t i = 0; i < ranges.size(); ++i) parent.ranges[i].Add(ranges[i]);
    }
  }

  static void Add(Open& parent, const Ranges& ranges, const Matrix4d& to_frame) {
    for (size_t i = 0; i < ranges.size(); ++i)
      if (!ranges[i].IsEmpty()) parent.ranges[i].Add(GetAlignedRange(ranges[i], to_frame));
  }

  // From a child's space to the frame of what is below it.
  Matrix4d GetToOwnFrame(uint32_t child, const Open& parent) const {
    if (IsFrame(child)) return Matrix4d::Identity();
    if (!IsInstance(parent.record)) return GetToFrame(child, parent);
    const PrimFacts& facts = facts_.GetOrRead(child);
    return facts.has_transform ? facts_.GetTransform(child) : Matrix4d::Identity();
  }

  // From a child's space to its parent's frame. A transform that leads straight to the world leads back from
  // there.
  Matrix4d GetToFrame(uint32_t child, const Open& parent) const {
    const PrimFacts& facts = facts_.GetOrRead(child);
    if (!facts.has_transform && !facts.resets_stack) return parent.to_frame;
    const Matrix4d local = facts.has_transform ? facts_.GetTransform(child) : Matrix4d::Identity();
    if (!facts.resets_stack || IsInstance(parent.record)) return MultiplyAffine(local, parent.to_frame);
    if (parent.from_world) return MultiplyAffine(local, *parent.from_world);
    uint32_t frame = parent.record;
    while (!IsFrame(frame)) frame = stage_.Record(frame).parent;
    const auto back = GetTransformInverse(FindWorldTransform(frame));
    return back ? MultiplyAffine(local, *back) : local;
  }

  // The root of a prototype stands for the world to those below it.
  Matrix4d FindWorldTransform(uint32_t record) const {
    Matrix4d world = Matrix4d::Identity();
    for (uint32_t at = record; at != kNoRecord; at = stage_.Record(at).parent) {
      const PrimFacts& facts = facts_.GetOrRead(at);
      if (facts.has_transform) world = MultiplyAffine(world, facts_.GetTransform(at));
      if (facts.resets_stack) break;
    }
    return world;
  }

  // The prims whose ranges depend on one that varies: its ancestors, and those of the instances around it.
  void FindDirty() {
    if (!dirty_.empty()) return;
    dirty_.resize(stage_.records.size());
    std::vector<uint32_t> waiting;
    for (const BoundsFacts::Varying& varying : facts_.GetVarying()) waiting.push_back(varying.record);
    while (!waiting.empty()) {
      uint32_t at = waiting.back();
      waiting.pop_back();
      for (; at != kNoRecord && !dirty_[at]; at = stage_.Record(at).parent) {
        dirty_[at] = true;
        if (!stage_.Record(at).Is(PrimFlag::kPrototype)) continue;
        for (const stage::Prototype& prototype : stage_.prototypes)
          if (prototype.record == at)
            waiting.insert(waiting.end(), prototype.instances.begin(), prototype.instances.end());
      }
    }
  }

  const stage::Stage::Impl& stage_;
  BoundsOptions options_;
  BoundsFacts facts_;
  uint32_t generation_ = 0;
  std::vector<uint32_t> folded_;  // by record: place in ranges_
  std::deque<Ranges> ranges_;
  tsl::robin_map<uint64_t, uint32_t> of_shared_;  // of prototypes and prims in them, by purpose handed down
  std::vector<bool> dirty_;                       // by record; empty: not known yet
};

BoundsCache::BoundsCache(const stage::Stage& stage, BoundsOptions options)
    : BoundsCache(stage, std::move(options), nullptr) {}
BoundsCache::BoundsCache(const stage::Stage& stage, BoundsOptions options, const InstancerNest* nest)
    : impl_(std::make_unique<Impl>(stage, std::move(options), nest)) {}
BoundsCache::~BoundsCache() = default;

const BoundsOptions& BoundsCache::GetOptions() const {
  return impl_->GetOptions();
}
void BoundsCache::SetTime(stage::Time time) {
  impl_->SetTime(time);
}
void BoundsCache::Clear() {
  impl_->Clear();
}

BBox3d BoundsCache::ComputeUntransformedBound(const Prim& prim) {
  const Impl::Framed framed = impl_->Compute(prim);
  BBox3d box;
  box.range = framed.range;
  if (const auto back = GetTransformInverse(framed.to_frame)) box.matrix = *back;
  return box;
}

BBox3d BoundsCache::ComputeLocalBound(const Prim& prim) {
  BBox3d box = ComputeUntransformedBound(prim);
  box.Transform(XformCache(GetOptions().time, GetOptions().computed).GetLocalTransformation(prim).matrix);
  return box;
}

BBox3d BoundsCache::ComputeWorldBound(const Prim& prim) {
  const Impl::Framed framed = impl_->Compute(prim);
  Prim frame = prim;
  for (uint32_t i = 0; i < framed.steps; ++i) frame = frame.GetParent();
  BBox3d box;
  box.range = framed.range;
  box.matrix = XformCache(GetOptions().time, GetOptions().computed).GetLocalToWorldTransform(frame);
  return box;
}

BBox3d BoundsCache::ComputeRelativeBound(const Prim& prim, const Prim& ancestor) {
  BBox3d box = ComputeUntransformedBound(prim);
  box.Transform(
      XformCache(GetOptions().time, GetOptions().computed).ComputeRelativeTransform(prim, ancestor));
  return box;
}

}  // namespace strata::domain

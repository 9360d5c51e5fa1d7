// Where the namespace of a scene ends: at budgets, each told once.
#include <algorithm>

#include <fmt/format.h>
#include <tsl/robin_set.h>

#include "strata/compose/cache_impl.h"

namespace strata::compose {

namespace {

// Times as many full prims as there may be, before it is looked for how many there are.
constexpr size_t kMostFullAtOnce = 4;

}  // namespace

size_t Cache::Impl::CountSpecs() const {
  const uint32_t stacks = pool->GetStackCount();
  if (stacks == counted_stacks) return counted_specs;
  size_t specs = 0;
  tsl::robin_set<const layer::Layer*> known;
  for (uint32_t i = 0; i < stacks; ++i)
    for (const LayerStack::Entry& entry : pool->GetStack(i)->GetEntries())
      if (known.insert(entry.layer.get()).second) specs += entry.layer->GetContent().GetSpecCount();
  counted_stacks = stacks;
  return counted_specs = specs;
}

namespace {

// So many for each of `count`, or `few`, where that is more: which of the two counts is what helps when
// raised.
template <class Limit>
Limit GetMore(size_t count, const char* name, uint64_t each, const char* few_name, uint64_t few) {
  const bool has_more = each != 0 && few / each < count;
  const uint64_t most = count != 0 && each > UINT64_MAX / count ? UINT64_MAX : count * each;
  return has_more ? Limit{name, each, most} : Limit{few_name, few, few};
}

}  // namespace

Cache::Impl::Limit Cache::Impl::LimitPrimsAtOnce(size_t count) const {
  const Budgets& budgets = options.budgets;
  if (count > budgets.max_prims_at_once)
    return {"max_prims_at_once", budgets.max_prims_at_once, budgets.max_prims_at_once};
  const uint64_t few = budgets.max_prims_of_few_specs;
  if (count <= few) return {"max_prims_of_few_specs", few, few};
  const std::lock_guard lock(cut_mutex);
  return GetMore<Limit>(CountSpecs(), "max_prims_per_spec", budgets.max_prims_per_spec,
                        "max_prims_of_few_specs", few);
}

Cache::Impl::Limit Cache::Impl::LimitIndexBytes(uint64_t bytes) const {
  const Budgets& budgets = options.budgets;
  Limit limit{"max_index_bytes", budgets.max_index_bytes, budgets.max_index_bytes};
  const auto take_less = [&](const Limit& other) {
    if (other.most < limit.most) limit = other;
  };
  const uint64_t of_few =
      std::min(budgets.max_index_bytes_of_few_prims, budgets.max_index_bytes_of_few_specs);
  if (bytes <= of_few / 2) {
    take_less({"max_index_bytes_of_few_prims", of_few, of_few});
    return limit;
  }
  take_less(GetMore<Limit>(indices.GetSize(), "max_index_bytes_per_prim", budgets.max_index_bytes_per_prim,
                           "max_index_bytes_of_few_prims", budgets.max_index_bytes_of_few_prims));
  take_less(GetMore<Limit>(CountSpecs(), "max_index_bytes_per_spec", budgets.max_index_bytes_per_spec,
                           "max_index_bytes_of_few_specs", budgets.max_index_bytes_of_few_specs));
  return limit;
}

namespace {

// Some of a level's prims, which stand for all.
struct Sample {
  struct Child {
    Path path;
    const PrimIndex* parent;  // null for those that begin anew
  };
  std::vector<Child> children;
  size_t unlike = 0;  // prims of the level that need not share what they have with others
};

Sample TakeSample(const std::vector<SubtreePrim>& prims, size_t first,
                  const std::vector<std::vector<Token>>& children) {
  // Here and there, for children of one prim may be unlike each other.
  constexpr size_t kOneOf = 32;
  Sample sample;
  // What prims that share a graph have below them is shared, too.
  tsl::robin_set<const IndexGraph*> graphs;
  for (size_t i = 0; i < children.size(); ++i) {
    const SubtreePrim& parent = prims[first + i];
    if (children[i].empty() || !graphs.insert(parent.index->GetGraph()).second) continue;
    for (const Token name : children[i]) {
      if (MixBits(++sample.unlike) % kOneOf != 0) continue;
      const Path path = parent.path.AppendChild(name);
      if (!path.IsEmpty())
        sample.children.push_back({path, path.IsRootPrim() ? nullptr : parent.index.get()});
    }
  }
  return sample;
}

}  // namespace

Cache::Impl::Limit Cache::Impl::LimitNextLevel(const std::vector<SubtreePrim>& prims, size_t first,
                                               const std::vector<std::vector<Token>>& children,
                                               size_t count) {
  const Limit at_once = LimitPrimsAtOnce(count);
  if (count > at_once.most || count <= options.budgets.max_prims_of_few_specs / 2) return at_once;
  const Sample sample = TakeSample(prims, first, children);
  if (sample.children.empty()) return at_once;
  LookForRoom(count - prims.size(), 0);
  const bool has_ended = !has_room;
  std::unique_lock lock(cut_mutex);
  const size_t cut_before = cut_prims.size(), short_before = short_prims.size();
  lock.unlock();
  Limit room{};
  uint64_t most = 0;  // a level that takes little more than there is room for is begun
  const auto has_room_for = [&](uint64_t bytes) {
    if (bytes <= most) return true;
    const std::lock_guard looking(cut_mutex);  // there may be layers with more specs than at the last look
    room = LimitIndexBytes(UINT64_MAX);
    most = room.most + std::min(room.most / 4, UINT64_MAX - room.most);
    return bytes <= most;
  };
  // The first half is to find out what else they share. Where the room has ended, few prims have arcs.
  std::vector<PrimIndexPtr> made;
  uint64_t bytes = pool->GetBytes(), bytes_at_half = bytes;
  bool fits = has_room_for(bytes) || has_ended;
  for (size_t i = 0; i < sample.children.size() && fits; ++i) {
    made.push_back(Make(sample.children[i].path, sample.children[i].parent));
    bytes = pool->GetBytes();
    if (made.size() <= sample.children.size() / 2) bytes_at_half = bytes;
    fits = has_ended || has_room_for(bytes);
  }
  const uint64_t each = (std::max(bytes, bytes_at_half) - bytes_at_half) / (made.size() / 2 + 1);
  if (fits && !has_ended)
    fits = each <= (UINT64_MAX - bytes) / sample.unlike && has_room_for(bytes + each * sample.unlike);
  lock.lock();
  if (2 * (cut_prims.size() - cut_before) > made.size()) fits = false;
  cut_prims.resize(cut_before);
  short_prims.resize(short_before);
  if (fits) return at_once;
  // What ended the room, where it has ended.
  return cut_prims.empty() ? Limit{room.budget, room.value, 0} : Limit{bytes_budget, bytes_limit, 0};
}

size_t Cache::Impl::LookForRoom(size_t count, size_t bytes_each) {
  constexpr size_t kFew = 4;
  const uint64_t bytes = pool->GetBytes();
  are_indices_short.store(pool->GetFullCount() >= options.budgets.max_full_prims_at_once,
                          std::memory_order_relaxed);
  const std::lock_guard lock(cut_mutex);
  const Limit limit = LimitIndexBytes(bytes);
  has_room.store(bytes <= limit.most, std::memory_order_relaxed);
  if (cut_prims.empty()) {
    bytes_budget = limit.budget;
    bytes_limit = limit.value;
  }
  if (bytes > limit.most) return count;
  most_bytes.store(limit.most <= UINT64_MAX / 2 ? 2 * limit.most : UINT64_MAX, std::memory_order_relaxed);
  const uint64_t fitting = (limit.most - bytes) / (4 * std::max<size_t>(bytes_each, 1));
  return static_cast<size_t>(std::min<uint64_t>(count, std::max<uint64_t>(fitting, kFew)));
}

bool Cache::Impl::AreIndicesShort() {
  if (are_indices_short.load(std::memory_order_relaxed)) return true;
  // Several threads at once may be at prims that are: it is looked for again when some are done.
  return pool->GetFullCount() >= kMostFullAtOnce * size_t{options.budgets.max_full_prims_at_once};
}

void Cache::Impl::NoteShortIndex(Path prim) {
  const std::lock_guard lock(cut_mutex);
  short_prims.push_back(prim);
}

bool Cache::Impl::TakeRoomForIndex(Path prim) {
  if (has_room.load(std::memory_order_relaxed)) {
    if (pool->GetBytes() < most_bytes.load(std::memory_order_relaxed)) return true;
    has_room.store(false, std::memory_order_relaxed);
  }
  const std::lock_guard lock(cut_mutex);
  cut_prims.push_back(prim);
  return false;
}

void Cache::Impl::AddCutPrims(CompositionErrors& errors) const {
  const std::lock_guard lock(cut_mutex);
  if (cut_prims.empty()) return;
  // That the limit was met is told once: prims without children count for more.
  for (const CompositionError& error : cut_errors)
    if (error.cause == bytes_budget) return;
  const Path first = *std::min_element(cut_prims.begin(), cut_prims.end());
  const Diagnostic why = MakeBudgetDiagnostic(bytes_budget, bytes_limit, {});
  CompositionError& error = errors.emplace_back();
  error.type = ErrorType::kIndexCapacityExceeded;
  error.root_site = first;
  error.cause = bytes_budget;
  error.diagnostic =
      Diagnostic(GetErrorCode(error.type),
                 fmt::format("Composition capacity exceeded: <{}> and {} prims more are left without their "
                             "arcs. {}",
                             first.GetString(), cut_prims.size() - 1, why.message),
                 {root_stack->GetRootLayer()->GetIdentifier(), first.GetString(), 0, 0, 0}, why.hint);
}

bool Cache::Impl::MayMeetLimit() const {
  const Budgets& budgets = options.budgets;
  if (!has_room.load(std::memory_order_relaxed)) return true;
  if (indices.GetCycleCount() > budgets.max_cycles_at_once) return true;
  // Prims that share one full graph after edits may have several from scratch.
  const size_t full = pool->GetFullCount();
  if (full != 0 && full >= budgets.max_full_prims_at_once / 2) return true;
  const std::lock_guard lock(cut_mutex);
  return !cut_errors.empty() || !cut_prims.empty() || !short_prims.empty();
}

void Cache::Impl::StartAnew(CacheChanges& changes) {
  changes.dropped_indices += indices.GetSize();
  changes.resynced.assign(1, Path::AbsoluteRoot());
  changes.kept.clear();
  changes.spec_stacks.clear();
  // Of what is below nothing is told but that it is resynced.
  changes.resynced_specs.insert(changes.resynced_specs.end(), changes.specs.begin(), changes.specs.end());
  std::erase_if(changes.resynced_specs,
                [](const SpecChange& change) { return !change.path.IsAbsoluteRoot(); });
  changes.specs.clear();
  changes.keeps_children = false;
  Start();
}

void Cache::Impl::TellOfCut(Path root, const char* others, const char* budget, uint64_t limit) {
  const Diagnostic why = MakeBudgetDiagnostic(budget, limit, {});
  const std::lock_guard lock(cut_mutex);
  CompositionError& error = cut_errors.emplace_back();
  error.type = ErrorType::kIndexCapacityExceeded;
  error.root_site = root;
  error.cause = budget;
  error.diagnostic =
      Diagnostic(GetErrorCode(error.type),
                 "Namespace capacity exceeded: <" + root.GetString() + "> and " + others +
                     " are left without children. " + why.message,
                 {root_stack->GetRootLayer()->GetIdentifier(), root.GetString(), 0, 0, 0}, why.hint);
}

void Cache::Impl::CutCircles(const std::vector<SubtreePrim>& prims, size_t first,
                             std::vector<std::vector<Token>>& children) {
  auto is_below_cycle = [&](Path path) {
    for (Path above = path.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
         above = above.GetParent()) {
      const PrimIndexPtr index = indices.Find(above);
      if (index && CountCycles(*index) != 0) return true;
    }
    return false;
  };
  Path first_cut;
  for (size_t i = 0; i < children.size(); ++i) {
    const SubtreePrim& prim = prims[first + i];
    if (children[i].empty() || CountCycles(*prim.index) == 0 || !is_below_cycle(prim.path)) continue;
    children[i].clear();
    if (first_cut.IsEmpty()) first_cut = prim.path;
  }
  if (first_cut.IsEmpty() || has_cut_circles.exchange(true)) return;
  TellOfCut(first_cut, "others that circles of arcs bring", "max_cycles_at_once",
            options.budgets.max_cycles_at_once);
}

}  // namespace strata::compose

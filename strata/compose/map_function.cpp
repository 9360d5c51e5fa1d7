#include "strata/compose/map_function.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

namespace strata::compose {

namespace {

using Pair = MapFunction::Pair;

// Pairs as every map keeps them: sorted by source. Where there are many, as relocates of one prim may be,
// those that a path lies at or below are looked up instead of looked for.
class PairTable : public std::vector<Pair> {
 public:
  explicit PairTable(std::vector<Pair> pairs) : std::vector<Pair>(std::move(pairs)) {
    if (size() <= kFew) return;
    lookup_ = std::make_unique<Lookup>();
    lookup_->is_dropped.assign(size(), false);
    for (uint32_t i = 0; i < size(); ++i) {
      lookup_->sources.emplace_back((*this)[i].first.GetId(), i);
      if (!(*this)[i].second.IsEmpty()) lookup_->targets.emplace_back((*this)[i].second.GetId(), i);
    }
    std::sort(lookup_->sources.begin(), lookup_->sources.end());
    std::sort(lookup_->targets.begin(), lookup_->targets.end(), [this](const auto& a, const auto& b) {
      if (a.first != b.first) return a.first < b.first;
      const uint32_t count_a = (*this)[a.second].first.GetElementCount();
      const uint32_t count_b = (*this)[b.second].first.GetElementCount();
      return count_a != count_b ? count_a > count_b : a.second < b.second;
    });
  }
  // The one that a MapFunction holds.
  static const PairTable& From(const std::vector<Pair>& pairs) {
    return static_cast<const PairTable&>(pairs);
  }

  // The longest source that is a prefix of `path`, leaving out the pair at `except`; null when none is.
  const Pair* FindBestSource(Path path, const Pair* except = nullptr) const {
    if (lookup_) return Find(lookup_->sources, path, except);
    const Pair* best = nullptr;
    uint32_t best_count = 0;
    for (const Pair& pair : *this) {
      if (&pair == except || !path.HasPrefix(pair.first)) continue;
      const uint32_t count = pair.first.GetElementCount();
      if (!best || count > best_count) best = &pair, best_count = count;
    }
    return best;
  }
  // The same for targets. Of several pairs with one target, which relocates in a circle make, the one with
  // the longest source owns it, as in OpenUSD.
  const Pair* FindBestTarget(Path path) const {
    if (lookup_) return Find(lookup_->targets, path, nullptr);
    const Pair* best = nullptr;
    std::pair<uint32_t, uint32_t> best_counts;
    for (const Pair& pair : *this) {
      if (pair.second.IsEmpty() || !path.HasPrefix(pair.second)) continue;
      const std::pair counts(pair.second.GetElementCount(), pair.first.GetElementCount());
      if (!best || counts > best_counts) best = &pair, best_counts = counts;
    }
    return best;
  }

  // The pairs without those that the others, and the root identity, already say. Those with short sources
  // first: without one that is implied, others may be implied too, or no longer.
  std::vector<Pair> TakeNeeded(bool has_root_identity) {
    if (!lookup_) {
      std::stable_sort(begin(), end(), HasShorterSource);
      for (size_t i = 0; i < size();) {
        if (IsImplied((*this)[i], has_root_identity))
          erase(begin() + static_cast<ptrdiff_t>(i));
        else
          ++i;
      }
      std::sort(begin(), end());
      return std::move(*this);
    }
    std::vector<uint32_t> order(size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(),
                     [this](uint32_t a, uint32_t b) { return HasShorterSource((*this)[a], (*this)[b]); });
    for (uint32_t i : order) lookup_->is_dropped[i] = IsImplied((*this)[i], has_root_identity);
    std::vector<Pair> needed;
    for (size_t i = 0; i < size(); ++i)
      if (!lookup_->is_dropped[i]) needed.push_back((*this)[i]);
    return needed;
  }

 private:
  static constexpr size_t kFew = 16;
  using Places = std::vector<std::pair<uint32_t, uint32_t>>;  // the number of a path, and of its pair

  static bool HasShorterSource(const Pair& a, const Pair& b) {
    return a.first.GetElementCount() < b.first.GetElementCount();
  }

  const Pair* Find(const Places& places, Path path, const Pair* except) const {
    for (; !path.IsEmpty(); path = path.GetParent()) {
      auto place = std::lower_bound(places.begin(), places.end(), path.GetId(),
                                    [](const auto& known, uint32_t id) { return known.first < id; });
      for (; place != places.end() && place->first == path.GetId(); ++place) {
        const Pair* found = data() + place->second;
        if (found != except && !lookup_->is_dropped[place->second]) return found;
      }
      if (path.IsAbsoluteRoot()) break;
    }
    return nullptr;
  }

  // Whether the other pairs (and the root identity) already say what `pair` says. What they map to a place
  // that belongs to another of them, as the map is a bijection, they do not map.
  bool IsImplied(const Pair& pair, bool has_root_identity) const {
    const Pair* parent = FindBestSource(pair.first, &pair);
    const bool is_mapped = parent ? !parent->second.IsEmpty() : has_root_identity;
    if (!is_mapped) return pair.second.IsEmpty();
    const Path mapped =
        parent ? pair.first.ReplacePrefix(parent->first, parent->second, Path::TargetFix::kKeepTargets)
               : pair.first;
    if (pair.second.IsEmpty()) {
      const Pair* owner = FindBestTarget(mapped);
      return owner && owner != parent;
    }
    if (mapped != pair.second) return false;
    return !parent || parent == FindBestTarget(mapped.GetParent());
  }

  struct Lookup {
    Places sources, targets;  // sorted
    std::vector<bool> is_dropped;
  };
  std::unique_ptr<Lookup> lookup_;  // null where there are few pairs
};

enum class Preferred : uint8_t { kBlock, kTarget };

// Of a block and a real target of the same source one stays.
void DropRepeatedSources(std::vector<Pair>& pairs, Preferred preferred) {
  std::stable_sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) {
    if (a.first != b.first) return a.first < b.first;
    const Pair &stays = preferred == Preferred::kBlock ? a : b,
               &goes = preferred == Preferred::kBlock ? b : a;
    return stays.second.IsEmpty() && !goes.second.IsEmpty();
  });
  pairs.erase(std::unique(pairs.begin(), pairs.end(),
                          [](const Pair& a, const Pair& b) { return a.first == b.first; }),
              pairs.end());
}

}  // namespace

MapFunction MapFunction::Make(Pairs pairs, bool has_root_identity, LayerOffset offset) {
  std::sort(pairs.begin(), pairs.end());
  // A source that is there twice keeps its first meaning.
  pairs.erase(std::unique(pairs.begin(), pairs.end(),
                          [](const Pair& a, const Pair& b) { return a.first == b.first; }),
              pairs.end());
  pairs = PairTable(std::move(pairs)).TakeNeeded(has_root_identity);
  MapFunction result;
  result.offset_ = offset;
  result.has_root_identity_ = has_root_identity;
  if (!pairs.empty()) result.pairs_ = std::make_shared<const PairTable>(std::move(pairs));
  return result;
}

MapFunction MapFunction::Identity() {
  MapFunction result;
  result.has_root_identity_ = true;
  return result;
}

MapFunction MapFunction::Create(std::vector<Pair> source_to_target, LayerOffset offset) {
  bool has_root_identity = false;
  Pairs pairs;
  pairs.reserve(source_to_target.size());
  for (const Pair& pair : source_to_target) {
    if (pair.first.IsAbsoluteRoot() && pair.second.IsAbsoluteRoot())
      has_root_identity = true;
    else
      pairs.push_back(pair);
  }
  return Make(std::move(pairs), has_root_identity, offset);
}

MapFunction MapFunction::AddRootIdentity() const {
  if (has_root_identity_ && !steps_) return *this;
  return Make(pairs_ ? *pairs_ : Pairs(), true, offset_);
}

Path MapFunction::MapPrefix(Path path, Direction direction) const {
  if (!pairs_) return has_root_identity_ ? path : Path();
  const PairTable& pairs = PairTable::From(*pairs_);
  const bool forward = direction == Direction::kForward;
  const Pair* best = forward ? pairs.FindBestSource(path) : pairs.FindBestTarget(path);
  if (!best && !has_root_identity_) return Path();
  Path from = best ? (forward ? best->first : best->second) : Path::AbsoluteRoot();
  Path to = best ? (forward ? best->second : best->first) : Path::AbsoluteRoot();
  if (to.IsEmpty()) return Path();  // blocked
  Path result = path.ReplacePrefix(from, to, Path::TargetFix::kKeepTargets);
  // The map is a bijection: where another pair owns a longer part of the result, the result comes from there,
  // not here.
  const Pair* owner = forward ? pairs.FindBestTarget(result) : pairs.FindBestSource(result);
  return owner == best ? result : Path();
}

Path MapFunction::Map(Path path, Direction direction) const {
  if (path.IsEmpty()) return Path();
  if (steps_) {
    const size_t count = steps_->size();
    for (size_t i = 0; i < count && !path.IsEmpty(); ++i)
      path = (*steps_)[direction == Direction::kForward ? count - 1 - i : i].Map(path, direction);
    return path;
  }
  if (IsIdentityPathMapping()) return path;
  Path result = MapPrefix(path, direction);
  if (result.IsEmpty() || !path.ContainsTarget()) return result;
  // Targets inside [ ] live in the same namespace; one that cannot be mapped makes the whole path unmappable.
  std::vector<Path> elements = result.GetPrefixes();
  Path rebuilt = result.GetPrimOrPrimVariantSelectionPath();
  for (Path element : elements) {
    if (element.IsAbsoluteRootOrPrim() || element.IsPrimVariantSelection()) continue;
    if (element.IsTarget() || element.IsMapper()) {
      Path target = Map(element.GetTarget(), direction);
      if (target.IsEmpty()) return Path();
      rebuilt = element.IsTarget() ? rebuilt.AppendTarget(target) : rebuilt.AppendMapper(target);
    } else {
      rebuilt = rebuilt.AppendElementOf(element);
    }
  }
  return rebuilt;
}

Path MapFunction::MapSourceToTarget(Path path) const {
  return Map(path, Direction::kForward);
}
Path MapFunction::MapTargetToSource(Path path) const {
  return Map(path, Direction::kBackward);
}

MapFunction MapFunction::Compose(const MapFunction& inner) const {
  if (!steps_ && !inner.steps_) return ComposePairs(inner);
  Steps steps;
  AppendStepsTo(steps);
  inner.AppendStepsTo(steps);
  return FromSteps(std::move(steps));
}

void MapFunction::AppendStepsTo(Steps& steps) const {
  if (steps_)
    steps.insert(steps.end(), steps_->begin(), steps_->end());
  else if (!IsIdentity())
    steps.push_back(*this);
}

std::vector<MapFunction> MapFunction::GetSteps() const {
  return steps_ ? *steps_ : Steps{*this};
}

MapFunction MapFunction::FromSteps(Steps steps) {
  MapFunction whole = Identity();
  for (size_t i = steps.size(); i-- > 0;) whole = steps[i].ComposePairs(whole);
  whole.steps_ = std::make_shared<const Steps>(std::move(steps));
  return whole;
}

MapFunction MapFunction::Defer() const {
  if (steps_ || IsIdentity()) return *this;
  return FromSteps({*this});
}

MapFunction MapFunction::ComposePairs(const MapFunction& inner) const {
  const LayerOffset offset = offset_ * inner.offset_;
  if (IsIdentityPathMapping() || inner.IsIdentityPathMapping()) {
    MapFunction result = IsIdentityPathMapping() ? inner : *this;
    result.offset_ = offset;
    return result;
  }
  Pairs pairs;
  if (inner.pairs_) {
    for (const Pair& pair : *inner.pairs_) {
      Path target = pair.second.IsEmpty() ? Path() : MapSourceToTarget(pair.second);
      pairs.emplace_back(pair.first, target);  // one whose way ends here must not follow another pair's
    }
  }
  if (pairs_) {
    for (const Pair& pair : *pairs_) {
      Path source = inner.MapTargetToSource(pair.first);
      if (!source.IsEmpty()) pairs.emplace_back(source, pair.second);
    }
  }
  DropRepeatedSources(pairs, Preferred::kBlock);
  return Make(std::move(pairs), has_root_identity_ && inner.has_root_identity_, offset);
}

MapFunction MapFunction::ComposeOffset(const LayerOffset& offset) const {
  if (steps_) {
    Steps steps = *steps_;
    steps.back() = steps.back().ComposeOffset(offset);
    return FromSteps(std::move(steps));
  }
  MapFunction result = *this;
  result.offset_ = offset_ * offset;
  return result;
}

MapFunction MapFunction::GetInverse() const {
  if (steps_) {
    Steps steps;
    for (auto step = steps_->rbegin(); step != steps_->rend(); ++step) steps.push_back(step->GetInverse());
    return FromSteps(std::move(steps));
  }
  // Each pair turned round, also where another one says as much.
  Pairs pairs;
  if (pairs_) {
    for (const Pair& pair : *pairs_)
      if (!pair.second.IsEmpty()) pairs.emplace_back(pair.second, pair.first);
  }
  std::sort(pairs.begin(), pairs.end());
  MapFunction inverse = *this;
  inverse.offset_ = offset_.GetInverse();
  inverse.pairs_ = pairs.empty() ? nullptr : std::make_shared<const PairTable>(std::move(pairs));
  return inverse;
}

// Not the plain composition of transfer, class and inverse: only what the class itself speaks of, and what
// the transfer moves of that, has a place in it; what the class maps and the transfer cannot name is a block.
MapFunction MapFunction::ImpliedClass(const MapFunction& transfer, const MapFunction& class_map) {
  Pairs pairs;
  if (class_map.pairs_) {
    for (const auto& [source, target] : *class_map.pairs_) {
      const Path implied = transfer.MapSourceToTarget(source);
      if (!implied.IsEmpty()) pairs.emplace_back(implied, transfer.MapSourceToTarget(target));
    }
  }
  if (transfer.pairs_) {
    MapFunction alone = class_map;
    alone.has_root_identity_ = false;
    for (const auto& [source, target] : *transfer.pairs_) {
      const Path implied = transfer.MapSourceToTarget(alone.MapTargetToSource(source));
      if (!implied.IsEmpty()) pairs.emplace_back(implied, target);
    }
  }
  DropRepeatedSources(pairs, Preferred::kTarget);
  const LayerOffset& offset = transfer.GetTimeOffset();
  return Make(std::move(pairs), true, offset * class_map.GetTimeOffset() * offset.GetInverse());
}

std::vector<MapFunction::Pair> MapFunction::GetPairs() const {
  Pairs result;
  if (has_root_identity_) result.emplace_back(Path::AbsoluteRoot(), Path::AbsoluteRoot());
  if (pairs_) result.insert(result.end(), pairs_->begin(), pairs_->end());
  return result;
}

size_t MapFunction::GetHash() const {
  uint64_t hash = has_root_identity_ ? 1 : 2;
  auto mix = [&hash](uint64_t bits) { hash = MixBits(hash ^ (bits + 0x9E3779B97F4A7C15ull + (hash << 6))); };
  mix(std::hash<double>()(offset_.offset));
  mix(std::hash<double>()(offset_.scale));
  if (pairs_) {
    for (const Pair& pair : *pairs_) mix(uint64_t{pair.first.GetId()} << 32 | pair.second.GetId());
  }
  if (steps_) {
    for (const MapFunction& step : *steps_) mix(step.GetHash());
  }
  return hash;
}

bool operator==(const MapFunction& a, const MapFunction& b) {
  if (a.has_root_identity_ != b.has_root_identity_ || !(a.offset_ == b.offset_)) return false;
  if (a.pairs_ != b.pairs_ && !(a.pairs_ && b.pairs_ && *a.pairs_ == *b.pairs_)) return false;
  return a.steps_ == b.steps_ || (a.steps_ && b.steps_ && *a.steps_ == *b.steps_);
}

}  // namespace strata::compose

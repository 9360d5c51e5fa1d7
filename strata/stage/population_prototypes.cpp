// Instances and the prototypes that they share: who belongs to which, and which instance each is made from.
#include <algorithm>

#include "strata/stage/populator.h"

namespace strata::stage {

namespace {

// The names under which prototypes stand below "/".
Path MakePrototypePath(uint32_t number) {
  return Path::AbsoluteRoot().AppendChild(Token("__Prototype_" + std::to_string(number)));
}

}  // namespace

// Prototypes may hold instances of others: until none is left to assign or to lay out.
void Populator::SettlePrototypes() {
  while (true) {
    AssignPrototypes();
    std::vector<uint32_t> wanted, unused;
    for (uint32_t number : touched_prototypes_) {
      UpdateInstances(number);
      const Prototype& prototype = stage_.prototypes[number];
      if (prototype.instances.empty()) {
        if (prototype.key) unused.push_back(number);
      } else if (prototype.source_record == kNoRecord) {
        wanted.push_back(number);
      }
    }
    if (!wanted.empty() && LayOutPrototypes(wanted, unused)) continue;
    touched_prototypes_.clear();
    touched_prototypes_.insert(wanted.begin(), wanted.end());
    if (unused.empty() && wanted.empty()) return;
    for (uint32_t number : unused) DropPrototype(number);
  }
}

// In path order. Of many prims of one depth it is enough to compare the names of those with one parent.
void Populator::SortByPlace(std::vector<Pending>& wave) {
  auto by_place = [](const Pending& a, const Pending& b) { return a.place < b.place; };
  constexpr size_t kMany = 64;
  const uint32_t depth = wave.empty() ? 0 : wave.front().place.GetElementCount();
  const bool is_plain =
      wave.size() >= kMany && std::all_of(wave.begin(), wave.end(), [&](const Pending& pending) {
        return pending.place.GetElementCount() == depth && pending.place.GetElement() == PathElement::kPrim;
      });
  if (!is_plain) {
    std::sort(wave.begin(), wave.end(), by_place);
    return;
  }
  std::map<Path, std::vector<size_t>> by_parent;
  Path last;
  std::vector<size_t>* siblings = nullptr;
  for (size_t i = 0; i < wave.size(); ++i) {
    const Path parent = wave[i].place.GetParent();
    if (parent != last || !siblings) siblings = &by_parent[parent];
    last = parent;
    siblings->push_back(i);
  }
  std::vector<Pending> sorted;
  sorted.reserve(wave.size());
  std::vector<std::pair<std::string_view, size_t>> names;
  for (const auto& [parent, members] : by_parent) {
    names.clear();
    for (size_t i : members) names.emplace_back(wave[i].place.GetNameToken().GetText(), i);
    std::sort(names.begin(), names.end());
    for (const auto& [name, i] : names) sorted.push_back(wave[i]);
  }
  wave = std::move(sorted);
}

void Populator::AssignPrototypes() {
  std::vector<Pending> wave = std::move(waiting_);
  waiting_.clear();
  // Another wave may have made some anew, or let them go.
  std::erase_if(wave, [&](const Pending& pending) {
    const PrimRecord& record = stage_.Record(pending.record);
    return !record.Is(PrimFlag::kInstance) || record.index->GetPath() != pending.place;
  });
  SortByPlace(wave);
  std::vector<std::string> keys(wave.size());
  const auto make_keys = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const PrimRecord& record = stage_.Record(wave[i].record);
      keys[i] = MakeInstanceKey(*record.index, stage_.load_rules, stage_.options.population_mask);
    }
  };
  if (stage_.options.executor && wave.size() > 1)
    stage_.options.executor->ParallelFor(wave.size(), 64, make_keys);
  else
    make_keys(0, wave.size());
  for (size_t i = 0; i < wave.size(); ++i) {
    const Pending& pending = wave[i];
    PrimRecord& record = stage_.records[pending.record];
    const auto next = static_cast<uint32_t>(stage_.prototypes.size());
    const auto [found, is_new] = stage_.prototypes_by_key.try_emplace(std::move(keys[i]), next);
    const uint32_t number = found->second;
    if (is_new) {
      stage_.prototypes.emplace_back();
      stage_.prototypes.back().number = ++stage_.last_prototype;
      stage_.prototypes.back().key = &found->first;
    }
    record.prototype = stage_.prototypes[number].record;
    touched_prototypes_.insert(number);
    if (pending.was == kNoRecord || pending.was != record.prototype)
      joined_[number].push_back(pending.record);
  }
}

bool Populator::IsInstanceOf(uint32_t record, const Prototype& prototype) const {
  const PrimRecord& known = stage_.Record(record);
  return known.Is(PrimFlag::kInstance) && !(known.flags & kGoneRecord) && known.prototype == prototype.record;
}

// Takes those that left out of the list of instances, and those that joined into it.
void Populator::UpdateInstances(uint32_t number) {
  Prototype& prototype = stage_.prototypes[number];
  std::vector<uint32_t>& instances = prototype.instances;
  auto by_path = [this](uint32_t a, uint32_t b) { return stage_.Record(a).path < stage_.Record(b).path; };
  std::vector<uint32_t> left = std::move(left_[number]), joined = std::move(joined_[number]);
  left_.erase(number);
  joined_.erase(number);
  constexpr size_t kFew = 16;
  if (left.size() > kFew) {
    std::erase_if(instances, [&](uint32_t record) { return !IsInstanceOf(record, prototype); });
  } else {
    for (uint32_t record : left) {
      if (IsInstanceOf(record, prototype)) continue;
      const auto found = std::lower_bound(instances.begin(), instances.end(), record, by_path);
      if (found != instances.end() && *found == record) instances.erase(found);
    }
  }
  std::erase_if(joined, [&](uint32_t record) { return !IsInstanceOf(record, prototype); });
  if (joined.empty()) return;
  if (!std::is_sorted(joined.begin(), joined.end(), by_path))
    std::sort(joined.begin(), joined.end(), by_path);
  const auto middle = static_cast<std::ptrdiff_t>(instances.size());
  instances.insert(instances.end(), joined.begin(), joined.end());
  if (middle != 0)
    std::inplace_merge(instances.begin(), instances.begin() + middle, instances.end(), by_path);
  instances.erase(std::unique(instances.begin(), instances.end()), instances.end());
}

// The root of the tree that a record is in.
uint32_t Populator::FindTop(uint32_t record) const {
  if (!stage_.Record(record).Is(PrimFlag::kInPrototype)) return 0;
  while (stage_.Record(record).parent != kNoRecord) record = stage_.Record(record).parent;
  return record;
}

// Any instance could stand for all. One that stood for them goes on to; else it is the last in traversal
// order, as in OpenUSD. None in a prototype that is to be made anew itself.
uint32_t Populator::ChooseSource(const Prototype& prototype, const std::set<uint32_t>& avoided) const {
  uint32_t chosen = kNoRecord;
  for (uint32_t record : prototype.instances) {
    if (!avoided.empty() && avoided.count(FindTop(record))) continue;
    if (stage_.Record(record).index->GetPath() == prototype.source) return record;
    if (chosen == kNoRecord || record > chosen) chosen = record;
  }
  return chosen;
}

// Of those wanted, the ones that have an instance that will stay. False when there is none.
bool Populator::LayOutPrototypes(const std::vector<uint32_t>& wanted, const std::vector<uint32_t>& unused) {
  std::set<uint32_t> avoided;
  for (const std::vector<uint32_t>* going : {&wanted, &unused})
    for (uint32_t number : *going)
      if (stage_.prototypes[number].record != kNoRecord) avoided.insert(stage_.prototypes[number].record);
  std::vector<uint32_t> numbers, sources;
  for (uint32_t number : wanted) {
    const uint32_t source = ChooseSource(stage_.prototypes[number], avoided);
    if (source == kNoRecord) continue;
    numbers.push_back(number);
    sources.push_back(source);
  }
  if (numbers.empty()) return false;
  std::vector<Subtree> subtrees;
  for (size_t i = 0; i < numbers.size(); ++i) {
    Prototype& prototype = stage_.prototypes[numbers[i]];
    if (!prototype.source.IsEmpty()) {
      const auto known = stage_.prototypes_by_source.find(prototype.source);
      if (known != stage_.prototypes_by_source.end() && known->second == numbers[i])
        stage_.prototypes_by_source.erase(known);
    }
    prototype.source_record = sources[i];
    prototype.source = stage_.Record(sources[i]).index->GetPath();
    const Path path = MakePrototypePath(prototype.number);
    (prototype.record == kNoRecord ? changes_.added_prototypes : changes_.changed_prototypes).push_back(path);
    changes_.resynced.push_back(path);
    if (prototype.record != kNoRecord) MarkGone(prototype.record);
    subtrees.push_back({prototype.source, path});
  }
  LayOut(subtrees);
  DropGone();
  for (size_t i = 0; i < numbers.size(); ++i) {
    Prototype& prototype = stage_.prototypes[numbers[i]];
    stage_.prototypes_by_source[prototype.source] = numbers[i];
    if (prototype.record != kNoRecord) continue;
    prototype.record = subtrees[i].record;
    stage_.prototypes_by_record[prototype.record] = numbers[i];
    for (uint32_t record : prototype.instances) stage_.records[record].prototype = prototype.record;
  }
  return true;
}

void Populator::DropPrototype(uint32_t number) {
  Prototype& prototype = stage_.prototypes[number];
  if (prototype.record != kNoRecord) {
    const Path path = stage_.Record(prototype.record).path;
    changes_.removed_prototypes.push_back(path);
    changes_.resynced.push_back(path);
    MarkGone(prototype.record);
    DropGone();
    stage_.prototypes_by_record.erase(prototype.record);
  }
  const auto known = stage_.prototypes_by_source.find(prototype.source);
  if (known != stage_.prototypes_by_source.end() && known->second == number)
    stage_.prototypes_by_source.erase(known);
  stage_.prototypes_by_key.erase(stage_.prototypes_by_key.find(*prototype.key));
  prototype = Prototype();
  ++dropped_prototypes_;
}

// Takes prototypes that are no more out of the list.
void Populator::ForgetDropped() {
  if (dropped_prototypes_ == 0) return;
  std::erase_if(stage_.prototypes, [](const Prototype& prototype) { return prototype.record == kNoRecord; });
  stage_.prototypes_by_record.clear();
  stage_.prototypes_by_source.clear();
  for (uint32_t number = 0; number < stage_.prototypes.size(); ++number) {
    const Prototype& prototype = stage_.prototypes[number];
    stage_.prototypes_by_record[prototype.record] = number;
    stage_.prototypes_by_source[prototype.source] = number;
    stage_.prototypes_by_key.find(*prototype.key)->second = number;
  }
}

}  // namespace strata::stage

// Which prims a stage has, and what each is: composed in parallel, then laid out in traversal order.
#include <algorithm>
#include <atomic>

#include "strata/base/trace.h"
#include "strata/layer/fields.h"
#include "strata/stage/metadata.h"
#include "strata/stage/populator.h"

namespace strata::stage {

namespace {

// As a word, and back. 0 when they do not fit into one.
uint64_t Pack(const PrimFacts& facts) {
  constexpr uint32_t kMaxToken = (1u << 28) - 1;
  if (facts.type_name.GetId() > kMaxToken || facts.kind.GetId() > kMaxToken) return 0;
  return uint64_t{1} | uint64_t{facts.is_active} << 1 | uint64_t{facts.has_clips} << 2 |
         uint64_t{facts.is_instance} << 3 | uint64_t{facts.has_api_schemas} << 4 |
         static_cast<uint64_t>(facts.specifier) << 5 | uint64_t{facts.type_name.GetId()} << 8 |
         uint64_t{facts.kind.GetId()} << 36;
}
PrimFacts Unpack(uint64_t word) {
  PrimFacts facts;
  facts.is_active = word & 2;
  facts.has_clips = word & 4;
  facts.is_instance = word & 8;
  facts.has_api_schemas = word & 16;
  facts.specifier = static_cast<Specifier>(word >> 5 & 7);
  facts.type_name = Token::FromId(word >> 8 & ((1u << 28) - 1));
  facts.kind = Token::FromId(word >> 36 & ((1u << 28) - 1));
  return facts;
}

// Takes down the facts of all prims of some subtrees, but for those that it passes by.
class FactFinder final : public compose::SubtreeVisitor {
 public:
  // What is below the roots in `opened`, which has them all, counts even when the prim there is an instance.
  // Those in `kept` are passed by. `visited` may be null.
  FactFinder(const OpenOptions& options, std::vector<bool> opened, const tsl::robin_set<Path>& kept,
             const VisitedPrims* visited)
      : mask_(options.population_mask),
        cancelled_(options.cancelled.get()),
        opened_(std::move(opened)),
        kept_(kept),
        visited_(visited) {}
  void BeginLevel(size_t first, size_t count) override {
    constexpr size_t kAtFirst = 32;
    if (first + count > facts.capacity())
      facts.reserve(std::max({first + count, facts.capacity() * 3 / 2, kAtFirst}));
    facts.resize(first + count);
  }
  bool PassesBy(size_t number, Path path) override {
    return number >= opened_.size() && !kept_.empty() && kept_.count(path) != 0;
  }
  bool Recall(size_t number, const compose::PrimIndex& index, std::vector<Token>& child_names) override {
    const bool is_opened = number < opened_.size() && opened_[number];
    const VisitedPrims::Visited* known = visited_ && !is_opened ? visited_->Recall(index) : nullptr;
    if (!known) return false;
    facts[number] = known->facts;
    child_names = known->child_names;
    return true;
  }
  bool Visit(size_t number, const compose::PrimIndex& index, std::vector<Token>& child_names) override {
    facts[number] = FindFacts(index);
    if (cancelled_ && cancelled_->load(std::memory_order_relaxed)) return false;
    if (!mask_.IsAll()) RemoveMasked(mask_, index.GetPath(), child_names);
    return (facts[number].is_active && !facts[number].is_instance) ||
           (number < opened_.size() && opened_[number]);
  }
  std::vector<PrimFacts> facts;  // by number of the prim

 private:
  const StagePopulationMask& mask_;
  const std::atomic<bool>* cancelled_;
  const std::vector<bool> opened_;
  const tsl::robin_set<Path>& kept_;
  const VisitedPrims* const visited_;
};

// What a kind is a special case of, as far as flags tell.
struct KindFacts {
  bool is_model = false, is_group = false, is_component = false, is_subcomponent = false;
};
KindFacts FindKindFacts(Token kind, const schema::KindRegistry& kinds) {
  static const Token model("model"), group("group"), component("component"), subcomponent("subcomponent");
  if (kind.IsEmpty()) return {};
  return {kinds.IsA(kind, model), kinds.IsA(kind, group), kinds.IsA(kind, component),
          kinds.IsA(kind, subcomponent)};
}

}  // namespace

PrimFacts FindFacts(const compose::PrimIndex& index) {
  std::atomic<uint64_t>* note = index.GetSharedNote();
  if (note) {
    if (const uint64_t word = note->load(std::memory_order_relaxed)) return Unpack(word);
  }
  // As a type name it says nothing of the type.
  static const Token any_type("__AnyType__");
  const layer::FieldNames& names = layer::GetFieldNames();
  PrimFacts facts;
  bool active_known = false, specifier_known = index.GetPath().IsAbsoluteRoot();
  if (specifier_known) facts.specifier = Specifier::kDef;
  // Of other fields no value is read.
  const auto tells = [&](Token field) {
    return field == names.specifier || field == names.typeName || field == names.kind ||
           field == names.active || field == names.clips || field == names.apiSchemas;
  };
  const auto look = [&](const compose::SpecSite& site) {
    const layer::SpecStore::SpecView spec = site.entry->layer->GetContent().Find(site.path);
    for (size_t i = 0; i < spec.GetFieldCount(); ++i) {
      const Token field = spec.GetFieldName(i);
      const Value* const value = tells(field) ? spec.GetFieldValue(i) : nullptr;
      if (!value) continue;
      if (field == names.typeName) {
        const Token* type_name = facts.type_name.IsEmpty() ? value->GetIf<Token>() : nullptr;
        if (type_name && *type_name != any_type) facts.type_name = *type_name;
      } else if (field == names.kind) {
        if (facts.kind.IsEmpty()) facts.kind = value->GetOr(Token());
      } else if (field == names.active) {
        if (!active_known) facts.is_active = value->GetOr(true);
        active_known = true;
      } else if (field == names.clips) {
        facts.has_clips = true;
      } else if (field == names.apiSchemas) {
        facts.has_api_schemas = true;
      } else if (!specifier_known) {
        const auto* specifier = value->GetIf<Specifier>();
        if (!specifier || *specifier == Specifier::kOver) continue;
        // Whether a class wins over weaker opinions takes a closer look.
        facts.specifier = *specifier == Specifier::kDef ? Specifier::kDef : ComposeSpecifier(index);
        specifier_known = true;
      }
    }
  };
  constexpr size_t kMany = 16;  // of fewer, finding those that matter costs more than it saves
  const compose::SpecStack specs = index.GetSpecStack();
  if (specs.size() < kMany)
    for (const compose::SpecSite& site : specs) look(site);
  else
    for (const uint32_t number : index.ListTellingSpecs()) look(specs[number]);
  facts.is_instance = facts.is_active && index.IsInstanceable();
  if (note) note->store(Pack(facts), std::memory_order_relaxed);
  return facts;
}

void Populator::Populate() {
  stage_.records.clear();
  stage_.free_records.clear();
  stage_.by_path.Clear();
  stage_.prototypes.clear();
  stage_.prototypes_by_key.clear();
  stage_.prototypes_by_source.clear();
  stage_.prototypes_by_record.clear();
  stage_.last_prototype = 0;
  stage_.definitions.clear();
  is_fresh_ = true;
  std::vector<Subtree> all{{Path::AbsoluteRoot(), Path::AbsoluteRoot()}};
  LayOut(all);
  // Prototypes may hold instances of further ones: in waves, so that numbers follow from paths alone.
  SettlePrototypes();
}

uint32_t Populator::TakeNumber() {
  if (!stage_.free_records.empty()) {
    const uint32_t number = stage_.free_records.back();
    stage_.free_records.pop_back();
    return number;
  }
  stage_.records.emplace_back();
  return static_cast<uint32_t>(stage_.records.size() - 1);
}

// The records of all prims: those that prims of the same paths have, else new ones in traversal order.
std::vector<uint32_t> Populator::Number(const std::vector<Subtree>& subtrees,
                                        const std::vector<compose::SubtreePrim>& prims) {
  const size_t count = prims.size(), roots = subtrees.size();
  std::vector<uint32_t> sizes(count, 1), places(count);
  for (size_t i = count; i-- > roots;) sizes[prims[i].parent] += sizes[i];
  for (size_t i = 0, next = 0; i < roots; next += sizes[i++]) places[i] = static_cast<uint32_t>(next);
  for (size_t i = 0; i < count; ++i) {
    uint32_t next = places[i] + 1;
    for (uint32_t child = prims[i].first_child; child < prims[i].first_child + prims[i].child_count;
         ++child) {
      places[child] = next;
      next += sizes[child];
    }
  }
  if (is_fresh_) {
    const auto first = static_cast<uint32_t>(stage_.records.size());
    stage_.records.resize(first + count);
    for (uint32_t& place : places) place += first;
    return places;
  }
  std::vector<uint32_t> order(count), numbers(count);
  std::vector<Path> paths(count);
  for (uint32_t i = 0; i < count; ++i) order[places[i]] = i;
  for (uint32_t i : order) {
    const compose::SubtreePrim& prim = prims[i];
    const bool is_at_source = i >= roots && paths[prim.parent] == prims[prim.parent].path;
    paths[i] = i < roots      ? subtrees[i].target
               : is_at_source ? prim.path
                              : paths[prim.parent].AppendChild(prim.path.GetNameToken());
    const uint32_t known = stage_.FindOwn(paths[i]);
    numbers[i] = known == kNoRecord ? TakeNumber() : known;
  }
  return numbers;
}

namespace {

// Where the prim below `parent` stands that is composed at `source`.
Path MakePath(Path parent, Path source) {
  return parent == source.GetParent() ? source : parent.AppendChild(source.GetNameToken());
}

// What MakeRecord looks at in the flags of the parent.
constexpr uint32_t kFlagsHandedOn =
    static_cast<uint32_t>(PrimFlag::kLoaded) | static_cast<uint32_t>(PrimFlag::kGroup) |
    static_cast<uint32_t>(PrimFlag::kAbstract) | static_cast<uint32_t>(PrimFlag::kDefined) |
    static_cast<uint32_t>(PrimFlag::kInPrototype) | static_cast<uint32_t>(PrimFlag::kHasClips);

}  // namespace

void Populator::LayOut(std::vector<Subtree>& subtrees) {
  const TraceScope trace("stage.compose", [&] { return subtrees.front().source.GetString(); });
  std::vector<Path> roots;
  std::vector<bool> opened;
  for (const Subtree& subtree : subtrees) {
    roots.push_back(subtree.source);
    opened.push_back(subtree.parent == kNoRecord);
  }
  FactFinder finder(stage_.options, std::move(opened), kept_, visited_);
  std::vector<compose::SubtreePrim> prims = stage_.cache->ComputeSubtrees(roots, finder);
  const std::vector<uint32_t> numbers = Number(subtrees, prims);
  std::vector<bool> hands_on_same(kept_.empty() ? 0 : prims.size());
  size_t kept_count = 0;
  for (size_t i = 0; i < prims.size(); ++i) {
    compose::SubtreePrim& prim = prims[i];
    const bool is_root = i < subtrees.size();
    if (is_root) subtrees[i].record = numbers[i];
    const uint32_t parent = is_root ? subtrees[i].parent : numbers[prim.parent];
    PrimRecord& known = stage_.records[numbers[i]];
    if (!is_root && !kept_.empty() && kept_.count(prim.path) != 0) {
      ++kept_count;
      if (!StaysAsItIs(numbers[i], parent, hands_on_same[prim.parent], prim)) {
        known.path = MakePath(stage_.Record(parent).path, prim.path);
        unkept_.push_back({prim.path, known.path, parent});
      }
      known.next_sibling = kNoRecord;
      continue;
    }
    PrimRecord record = parent == kNoRecord
                            ? MakeRoot(std::move(prim.index), subtrees[i].target, finder.facts[i])
                            : MakeRecord(parent, prim.path, finder.facts[i], std::move(prim.index));
    // Whoever has other children than before links them anew.
    if (is_root) record.next_sibling = known.next_sibling;
    if (record.Is(PrimFlag::kInstance)) waiting_.push_back({numbers[i], prim.path, known.prototype});
    if (!kept_.empty()) hands_on_same[i] = ((known.flags ^ record.flags) & kFlagsHandedOn) == 0;
    known = std::move(record);
  }
  for (size_t i = 0; i < prims.size(); ++i) {
    const compose::SubtreePrim& prim = prims[i];
    if (prim.child_count == 0) continue;
    stage_.records[numbers[i]].first_child = numbers[prim.first_child];
    for (uint32_t k = 1; k < prim.child_count; ++k)
      stage_.records[numbers[prim.first_child + k - 1]].next_sibling = numbers[prim.first_child + k];
  }
  for (uint32_t number : numbers) stage_.by_path.Set(stage_.records[number].path, number);
  changes_.made_prims += prims.size() - kept_count;
}

// "/" and the roots of prototypes: they are all that they can be, so that children depend on themselves
// alone.
PrimRecord Populator::MakeRoot(compose::PrimIndexPtr index, Path target, const PrimFacts& facts) const {
  PrimRecord record;
  record.index = std::move(index);
  record.path = target;
  for (PrimFlag flag : {PrimFlag::kActive, PrimFlag::kLoaded, PrimFlag::kModel, PrimFlag::kGroup,
                        PrimFlag::kDefined, PrimFlag::kHasDefiningSpecifier}) {
    record.Set(flag, true);
  }
  const bool is_prototype = target != Path::AbsoluteRoot();
  record.Set(PrimFlag::kPseudoRoot, !is_prototype);
  record.Set(PrimFlag::kPrototype, is_prototype);
  record.Set(PrimFlag::kInPrototype, is_prototype);
  record.Set(PrimFlag::kHasClips, is_prototype && facts.has_clips);
  return record;
}

PrimRecord Populator::MakeRecord(uint32_t parent_number, Path source, const PrimFacts& facts,
                                 compose::PrimIndexPtr index) const {
  const PrimRecord& parent = stage_.Record(parent_number);
  PrimRecord record;
  record.index = std::move(index);
  record.path = MakePath(parent.path, source);
  record.parent = parent_number;
  record.type_name = facts.type_name;

  bool has_payload = record.index->HasAnyPayloads();
  bool payload_loaded = has_payload ? IsPayloadIncluded(source) : parent.Is(PrimFlag::kLoaded);
  bool is_defining = facts.specifier != Specifier::kOver;
  const KindFacts kind = FindKindFacts(facts.kind, schema::GetKinds(stage_.options.schemas));
  const bool is_model = parent.Is(PrimFlag::kGroup) && kind.is_model;
  record.Set(PrimFlag::kActive, facts.is_active);
  record.Set(PrimFlag::kLoaded, facts.is_active && payload_loaded);
  record.Set(PrimFlag::kHasPayload, has_payload);
  record.Set(PrimFlag::kGroup, is_model && kind.is_group);
  record.Set(PrimFlag::kComponent, is_model && kind.is_component);
  record.Set(PrimFlag::kModel, is_model);
  record.Set(PrimFlag::kSubcomponent, kind.is_subcomponent);
  record.Set(PrimFlag::kHasComponentKind, kind.is_subcomponent || kind.is_component);
  record.Set(PrimFlag::kAbstract, parent.Is(PrimFlag::kAbstract) || facts.specifier == Specifier::kClass);
  record.Set(PrimFlag::kHasClassSpecifier, facts.specifier == Specifier::kClass);
  record.Set(PrimFlag::kHasDefiningSpecifier, is_defining);
  record.Set(PrimFlag::kDefined, is_defining && parent.Is(PrimFlag::kDefined));
  record.Set(PrimFlag::kInstance, facts.is_instance);
  record.Set(PrimFlag::kInPrototype, parent.Is(PrimFlag::kInPrototype));
  record.Set(PrimFlag::kHasClips, facts.has_clips || parent.Is(PrimFlag::kHasClips));
  if (stage_.options.schemas) {
    record.definition = stage_.FindDefinition(
        facts.type_name, *record.index,
        facts.has_api_schemas ? Stage::Impl::ApiSchemas::kListed : Stage::Impl::ApiSchemas::kNone);
  }
  return record;
}

bool Populator::IsPayloadIncluded(Path path) const {
  const auto& include = stage_.cache->GetOptions().include_payload;
  return !include || include(path);
}

bool Stage::Impl::IsSessionHeard() const {
  return session && cache->GetOptions().muted_layers.count(session->GetIdentifier()) == 0;
}

void Stage::Impl::Populate() {
  TraceScope trace("stage.populate");
  is_session_heard = IsSessionHeard();
  Populator(*this).Populate();
}

void Stage::Impl::Repopulate(StageChanges& changes, const VisitedPrims& visited) {
  TraceScope trace("stage.repopulate");
  if (Populator(*this, visited).Refresh(changes)) {
    is_session_heard = IsSessionHeard();
    return;
  }
  changes.resynced = {Path::AbsoluteRoot()};
  changes.dropped_prims = by_path.GetSize() - 1;
  Populate();
  changes.made_prims = by_path.GetSize() - 1;
}

// A type that schemas do not know, as the first known one that the stage names in its place.
Token Stage::Impl::FindSchemaType(Token type_name) const {
  if (type_name.IsEmpty() || options.schemas->IsConcrete(type_name)) return type_name;
  const Token field = layer::GetFieldNames().fallbackPrimTypes;
  for (const layer::LayerPtr& layer : {IsSessionHeard() ? session : nullptr, root}) {
    const auto* fallbacks = layer ? layer->GetFieldAs<Dictionary>(Path::AbsoluteRoot(), field) : nullptr;
    const Value* types = fallbacks ? fallbacks->Find(type_name.GetText()) : nullptr;
    const auto* names = types ? types->GetIf<Array<Token>>() : nullptr;
    if (!names) continue;
    for (Token name : *names)
      if (options.schemas->IsConcrete(name)) return name;
    break;
  }
  return type_name;
}

const schema::PrimDefinition* Stage::Impl::FindDefinition(Token type_name, const compose::PrimIndex& index,
                                                          ApiSchemas listed) {
  std::vector<Token> many;
  std::span<const Token> key(&type_name, 1);
  if (listed == ApiSchemas::kListed) {
    many = ComposeAppliedSchemas(index);
    many.push_back(type_name);
    key = many;
  }
  if (const auto known = definitions.find(key); known != definitions.end()) return known->second;
  // Definitions belong to the registry, which the options hold.
  const schema::PrimDefinition* const made =
      options.schemas->BuildDefinition(FindSchemaType(type_name), key.first(key.size() - 1)).get();
  definitions.emplace(std::vector<Token>(key.begin(), key.end()), made);
  return made;
}

}  // namespace strata::stage

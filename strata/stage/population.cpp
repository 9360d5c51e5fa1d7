// Which prims a stage has, and what each is: composed in parallel, then laid out in traversal order.
#include <algorithm>
#include <atomic>

#include "strata/base/trace.h"
#include "strata/layer/fields.h"
#include "strata/stage/metadata.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// What the layers say of one prim that decides about its flags and children. Found by any thread.
struct PrimFacts {
  Token type_name, kind;
  Specifier specifier = Specifier::kOver;
  bool is_active = true;
  bool has_clips = false;
  bool has_api_schemas = false;
  bool is_instance = false;
};

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

PrimFacts FindFacts(const compose::PrimIndex& index) {
  std::atomic<uint64_t>* note = index.GetSharedNote();
  if (note) {
    if (const uint64_t word = note->load(std::memory_order_relaxed)) return Unpack(word);
  }
  const layer::FieldNames& names = layer::GetFieldNames();
  PrimFacts facts;
  bool active_known = false, specifier_known = index.GetPath().IsAbsoluteRoot();
  if (specifier_known) facts.specifier = Specifier::kDef;
  for (const compose::SpecSite& site : index.GetSpecStack()) {
    layer::SpecStore::SpecView spec = site.entry->layer->GetContent().Find(site.path);
    for (const layer::SpecStore::Field& field : spec) {
      if (field.name == names.typeName) {
        // "__AnyType__" says nothing of the type.
        if (facts.type_name.IsEmpty() && field.value != Value(Token("__AnyType__")))
          facts.type_name = field.value.GetOr(Token());
      } else if (field.name == names.kind) {
        if (facts.kind.IsEmpty()) facts.kind = field.value.GetOr(Token());
      } else if (field.name == names.active) {
        if (!active_known) facts.is_active = field.value.GetOr(true);
        active_known = true;
      } else if (field.name == names.clips) {
        facts.has_clips = true;
      } else if (field.name == names.apiSchemas) {
        facts.has_api_schemas = true;
      } else if (field.name == names.specifier && !specifier_known) {
        const auto* specifier = field.value.GetIf<Specifier>();
        if (!specifier || *specifier == Specifier::kOver) continue;
        // Whether a class wins over weaker opinions takes a closer look.
        facts.specifier = *specifier == Specifier::kDef ? Specifier::kDef : ComposeSpecifier(index);
        specifier_known = true;
      }
    }
  }
  facts.is_instance = facts.is_active && index.IsInstanceable();
  if (note) note->store(Pack(facts), std::memory_order_relaxed);
  return facts;
}

// Takes down the facts of all prims of a subtree.
class FactFinder final : public compose::SubtreeVisitor {
 public:
  void BeginLevel(size_t first, size_t count) override {
    if (first + count > facts.capacity()) facts.reserve(std::max(first + count, facts.capacity() * 3 / 2));
    facts.resize(first + count);
  }
  bool Visit(size_t number, const compose::PrimIndex& index, std::vector<Token>&) override {
    facts[number] = FindFacts(index);
    return number == 0 || (facts[number].is_active && !facts[number].is_instance);
  }
  std::vector<PrimFacts> facts;  // by number of the prim
};

bool IsGroupKind(Token kind) {
  return kind == "group" || kind == "assembly";
}
bool IsComponentKind(Token kind) {
  return kind == "component";
}

// The names under which prototypes stand below "/".
Path MakePrototypePath(size_t number) {
  return Path::AbsoluteRoot().AppendChild(Token("__Prototype_" + std::to_string(number)));
}

class Populator {
 public:
  explicit Populator(Stage::Impl& stage) : stage_(stage) {}

  void Run() {
    stage_.records.clear();
    stage_.by_path.clear();
    stage_.prototypes.clear();
    stage_.definitions.clear();
    LayOut(Path::AbsoluteRoot(), Path::AbsoluteRoot());
    // Prototypes may hold instances of further ones: in waves, so that numbers follow from paths alone.
    while (!waiting_.empty()) AssignPrototypes();
    for (Prototype& prototype : stage_.prototypes) {
      std::sort(prototype.instances.begin(), prototype.instances.end(),
                [this](uint32_t a, uint32_t b) { return stage_.Record(a).path < stage_.Record(b).path; });
    }
  }

  // Gives records the indices that changed in place. False, and no record is touched, when the stage has
  // other prims now, or some prim is something else.
  bool Refresh(const compose::CacheChanges& changes) {
    if (!changes.resynced.empty() || !stage_.prototypes.empty()) return false;
    const std::vector<Path> prims = ListEdited(changes);
    std::vector<std::pair<uint32_t, compose::PrimIndexPtr>> fresh;
    for (Path path : prims) {
      auto found = stage_.by_path.find(path);
      if (found == stage_.by_path.end()) continue;
      const uint32_t number = found->second;
      const PrimRecord& known = stage_.Record(number);
      compose::PrimIndexPtr index = stage_.cache->ComputePrimIndex(path);
      const PrimFacts facts = FindFacts(*index);
      if (!path.IsAbsoluteRoot()) {
        const PrimRecord made = MakeRecord(known.parent, path, facts, index);
        if (made.flags != known.flags || made.type_name != known.type_name ||
            made.definition != known.definition)
          return false;
      }
      std::vector<Token> names, prohibited;
      if (path.IsAbsoluteRoot() || (facts.is_active && !facts.is_instance))
        index->ComputeChildNames(names, prohibited);
      if (!HasChildren(number, names)) return false;
      fresh.emplace_back(number, std::move(index));
    }
    for (auto& [number, index] : fresh) stage_.records[number].index = std::move(index);
    return true;
  }

 private:
  struct Pending {
    uint32_t record;
    Path place;  // where it would stand were nothing shared
  };

  // The prims outside of resynced subtrees that have other specs, or other fields.
  static std::vector<Path> ListEdited(const compose::CacheChanges& changes) {
    std::vector<Path> prims = changes.spec_stacks;
    for (const compose::SpecChange& change : changes.specs)
      if (change.path.IsAbsoluteRootOrPrim()) prims.push_back(change.path);
    std::sort(prims.begin(), prims.end(), PathIdLess());
    prims.erase(std::unique(prims.begin(), prims.end()), prims.end());
    return prims;
  }

  // Makes the records of the prims at and below `source`, as standing at and below `target`.
  uint32_t LayOut(Path source, Path target) {
    TraceScope trace("stage.compose", source.GetString());
    FactFinder finder;
    std::vector<compose::SubtreePrim> prims = stage_.cache->ComputeSubtree(source, finder);
    // Records stand in traversal order: a prim, its first child with all below it, the second child, ...
    std::vector<uint32_t> sizes(prims.size(), 1), numbers(prims.size());
    for (size_t i = prims.size(); i-- > 1;) sizes[prims[i].parent] += sizes[i];
    const auto root = static_cast<uint32_t>(stage_.records.size());
    numbers[0] = root;
    for (const compose::SubtreePrim& prim : prims) {
      uint32_t next = numbers[static_cast<size_t>(&prim - prims.data())] + 1;
      for (uint32_t child = prim.first_child; child < prim.first_child + prim.child_count; ++child) {
        numbers[child] = next;
        next += sizes[child];
      }
    }
    stage_.records.resize(root + prims.size());
    FillRoot(root, std::move(prims[0].index), target, finder.facts[0]);
    for (size_t i = 1; i < prims.size(); ++i) {
      compose::SubtreePrim& prim = prims[i];
      FillChild(numbers[i], numbers[prim.parent], prim.path, std::move(prim.index), finder.facts[i]);
      if (stage_.records[numbers[i]].Is(PrimFlag::kInstance)) waiting_.push_back({numbers[i], prim.path});
    }
    for (size_t i = 0; i < prims.size(); ++i) {
      const compose::SubtreePrim& prim = prims[i];
      if (prim.child_count == 0) continue;
      stage_.records[numbers[i]].first_child = numbers[prim.first_child];
      for (uint32_t k = 1; k < prim.child_count; ++k)
        stage_.records[numbers[prim.first_child + k - 1]].next_sibling = numbers[prim.first_child + k];
    }
    stage_.by_path.reserve(stage_.records.size());
    for (size_t i = root; i < stage_.records.size(); ++i)
      stage_.by_path[stage_.records[i].path] = static_cast<uint32_t>(i);
    return root;
  }

  // "/" and the roots of prototypes: they are all that they can be, so that children depend on themselves
  // alone.
  void FillRoot(uint32_t number, compose::PrimIndexPtr index, Path target, const PrimFacts& facts) {
    PrimRecord& record = stage_.records[number];
    record.index = std::move(index);
    record.path = target;
    for (PrimFlag flag : {PrimFlag::kActive, PrimFlag::kLoaded, PrimFlag::kModel, PrimFlag::kGroup,
                          PrimFlag::kDefined, PrimFlag::kHasDefiningSpecifier}) {
      record.Set(flag, true);
    }
    bool is_prototype = target != Path::AbsoluteRoot();
    record.Set(PrimFlag::kPseudoRoot, !is_prototype);
    record.Set(PrimFlag::kPrototype, is_prototype);
    record.Set(PrimFlag::kInPrototype, is_prototype);
    record.Set(PrimFlag::kHasClips, is_prototype && facts.has_clips);
  }

  void FillChild(uint32_t number, uint32_t parent_number, Path source, compose::PrimIndexPtr index,
                 const PrimFacts& facts) {
    stage_.records[number] = MakeRecord(parent_number, source, facts, std::move(index));
  }

  PrimRecord MakeRecord(uint32_t parent_number, Path source, const PrimFacts& facts,
                        compose::PrimIndexPtr index) const {
    const PrimRecord& parent = stage_.Record(parent_number);
    PrimRecord record;
    record.index = std::move(index);
    bool is_at_source = parent.path == source.GetParent();
    record.path = is_at_source ? source : parent.path.AppendChild(source.GetNameToken());
    record.parent = parent_number;
    record.type_name = facts.type_name;

    bool has_payload = record.index->HasAnyPayloads();
    bool payload_loaded = has_payload ? IsPayloadIncluded(source) : parent.Is(PrimFlag::kLoaded);
    bool is_defining = facts.specifier != Specifier::kOver;
    bool is_group = parent.Is(PrimFlag::kGroup) && IsGroupKind(facts.kind);
    bool is_component = parent.Is(PrimFlag::kGroup) && IsComponentKind(facts.kind);
    bool is_model = is_group || is_component || (parent.Is(PrimFlag::kGroup) && facts.kind == "model");
    record.Set(PrimFlag::kActive, facts.is_active);
    record.Set(PrimFlag::kLoaded, facts.is_active && payload_loaded);
    record.Set(PrimFlag::kHasPayload, has_payload);
    record.Set(PrimFlag::kGroup, is_group);
    record.Set(PrimFlag::kComponent, is_component);
    record.Set(PrimFlag::kModel, is_model);
    record.Set(PrimFlag::kSubcomponent, facts.kind == "subcomponent");
    record.Set(PrimFlag::kAbstract, parent.Is(PrimFlag::kAbstract) || facts.specifier == Specifier::kClass);
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

  // Whether the prims below `number` are those that `names` says, in this order.
  bool HasChildren(uint32_t number, const std::vector<Token>& names) const {
    uint32_t child = stage_.Record(number).first_child;
    for (Token name : names) {
      if (child == kNoRecord || stage_.Record(child).path.GetNameToken() != name) return false;
      child = stage_.Record(child).next_sibling;
    }
    return child == kNoRecord;
  }

  bool IsPayloadIncluded(Path path) const {
    const auto& include = stage_.cache->GetOptions().include_payload;
    return !include || include(path);
  }

  void AssignPrototypes() {
    std::vector<Pending> wave = std::move(waiting_);
    waiting_.clear();
    std::sort(wave.begin(), wave.end(), [](const Pending& a, const Pending& b) { return a.place < b.place; });
    std::vector<size_t> fresh, number_of;
    std::vector<uint32_t> last_of;  // records of the sources of the fresh ones
    const size_t made = stage_.prototypes.size();
    for (const Pending& pending : wave) {
      const PrimRecord& record = stage_.Record(pending.record);
      std::string key = MakeInstanceKey(*record.index, record.Is(PrimFlag::kLoaded));
      auto [found, is_new] = by_key_.try_emplace(std::move(key), stage_.prototypes.size());
      if (is_new) {
        fresh.push_back(stage_.prototypes.size());
        stage_.prototypes.emplace_back();
        last_of.push_back(0);
      }
      // Any of them could stand for all; the last in traversal order does, as in OpenUSD.
      if (found->second >= made && pending.record >= last_of[found->second - made]) {
        stage_.prototypes[found->second].source = pending.place;
        last_of[found->second - made] = pending.record;
      }
      stage_.prototypes[found->second].instances.push_back(pending.record);
      number_of.push_back(found->second);
    }
    for (size_t number : fresh) {
      Path source = stage_.prototypes[number].source;
      stage_.prototypes[number].record = LayOut(source, MakePrototypePath(number + 1));
    }
    for (size_t i = 0; i < wave.size(); ++i)
      stage_.records[wave[i].record].prototype = stage_.prototypes[number_of[i]].record;
  }

  Stage::Impl& stage_;
  std::vector<Pending> waiting_;
  std::unordered_map<std::string, size_t> by_key_;  // to index of prototype
};

}  // namespace

void Stage::Impl::Populate() {
  TraceScope trace("stage.populate");
  Populator(*this).Run();
}

bool Stage::Impl::Repopulate(const compose::CacheChanges& changes) {
  if (Populator(*this).Refresh(changes)) return false;
  Populate();
  return true;
}

// A type that schemas do not know, as the first known one that the stage names in its place.
Token Stage::Impl::FindSchemaType(Token type_name) const {
  if (type_name.IsEmpty() || options.schemas->IsConcrete(type_name)) return type_name;
  const Token field = layer::GetFieldNames().fallbackPrimTypes;
  for (const layer::LayerPtr& layer : {session, root}) {
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
  std::vector<Token> key;
  if (listed == ApiSchemas::kListed) key = ComposeAppliedSchemas(index);
  key.push_back(type_name);
  const auto [found, is_new] = definitions.try_emplace(std::move(key), nullptr);
  if (is_new) {
    // Definitions belong to the registry, which the options hold.
    const std::span<const Token> applied(found->first.data(), found->first.size() - 1);
    found->second = options.schemas->BuildDefinition(FindSchemaType(type_name), applied).get();
  }
  return found->second;
}

}  // namespace strata::stage

// Which prims a stage has, and what each is: composed in parallel, then laid out in traversal order.
#include <algorithm>
#include <array>
#include <deque>
#include <mutex>

#include "strata/base/trace.h"
#include "strata/layer/fields.h"
#include "strata/stage/metadata.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// What the layers say of one prim that decides about its flags and children. Found by any thread.
struct PrimFacts {
  std::vector<Token> child_names;
  Token type_name, kind;
  Specifier specifier = Specifier::kOver;
  bool is_active = true;
  bool has_clips = false;
  bool is_instance = false;
  bool has_api_schemas = false;
};

// Facts by path, filled by many threads at once.
class FactTable {
 public:
  void Put(Path path, PrimFacts facts) {
    Shard& shard = ShardOf(path);
    std::lock_guard lock(shard.mutex);
    shard.place[path] = shard.facts.size();
    shard.facts.push_back(std::move(facts));
  }
  // REQUIRES: nobody writes. Null when the prim was not visited.
  const PrimFacts* Find(Path path) const {
    const Shard& shard = shards_[MixBits(path.GetId()) % kShardCount];
    auto found = shard.place.find(path);
    return found == shard.place.end() ? nullptr : &shard.facts[found->second];
  }
  size_t GetSize() const {
    size_t size = 0;
    for (const Shard& shard : shards_) size += shard.facts.size();
    return size;
  }

 private:
  static constexpr size_t kShardCount = 64;
  struct Shard {
    std::mutex mutex;
    tsl::robin_map<Path, size_t> place;  // in `facts`; the last word on a path counts
    std::deque<PrimFacts> facts;
  };
  Shard& ShardOf(Path path) { return shards_[MixBits(path.GetId()) % kShardCount]; }
  std::array<Shard, kShardCount> shards_;
};

PrimFacts FindFacts(const compose::PrimIndex& index) {
  const layer::FieldNames& names = layer::GetFieldNames();
  PrimFacts facts;
  facts.specifier = ComposeSpecifier(index);
  bool active_known = false;
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
      }
    }
  }
  facts.is_instance = facts.is_active && index.IsInstanceable();
  return facts;
}

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
    Compose(Path::AbsoluteRoot());
    stage_.records.reserve(facts_.GetSize());
    stage_.by_path.reserve(facts_.GetSize());
    LayOut(Path::AbsoluteRoot(), Path::AbsoluteRoot());
    // Prototypes may hold instances of further ones: in waves, so that numbers follow from paths alone.
    while (!waiting_.empty()) AssignPrototypes();
    for (Prototype& prototype : stage_.prototypes) {
      std::sort(prototype.instances.begin(), prototype.instances.end(),
                [this](uint32_t a, uint32_t b) { return stage_.Record(a).path < stage_.Record(b).path; });
    }
  }

 private:
  struct Pending {
    uint32_t record;
    Path place;  // where it would stand were nothing shared
  };

  void Compose(Path root) {
    TraceScope trace("stage.compose", root.GetString());
    stage_.cache->ComputeSubtree(root,
                                 [this, root](const compose::PrimIndex& index, std::vector<Token>& names) {
                                   PrimFacts facts = FindFacts(index);
                                   bool is_root = index.GetPath() == root;
                                   bool descend = is_root || (facts.is_active && !facts.is_instance);
                                   if (descend) facts.child_names = names;
                                   facts_.Put(index.GetPath(), std::move(facts));
                                   return descend;
                                 });
  }

  // Makes the records of the prims at and below `source`, as standing at and below `target`.
  uint32_t LayOut(Path source, Path target) {
    struct Open {
      Path source;
      uint32_t record;
      uint32_t last_child = kNoRecord;
      size_t next_child = 0;
      const PrimFacts* facts;
    };
    std::vector<Open> open;
    const PrimFacts* facts = facts_.Find(source);
    if (!facts) return kNoRecord;
    uint32_t root = AddRoot(source, target, *facts);
    open.push_back({source, root, kNoRecord, 0, facts});
    while (!open.empty()) {
      Open& parent = open.back();
      if (parent.next_child == parent.facts->child_names.size()) {
        open.pop_back();
        continue;
      }
      Token name = parent.facts->child_names[parent.next_child++];
      Path child_source = parent.source.AppendChild(name);
      const PrimFacts* child_facts = facts_.Find(child_source);
      if (!child_facts) continue;
      uint32_t child = AddChild(parent.record, child_source, name, *child_facts);
      (parent.last_child == kNoRecord ? stage_.records[parent.record].first_child
                                      : stage_.records[parent.last_child].next_sibling) = child;
      parent.last_child = child;
      if (stage_.Record(child).Is(PrimFlag::kInstance)) {
        waiting_.push_back({child, child_source});
      } else if (child_facts->is_active) {
        open.push_back({child_source, child, kNoRecord, 0, child_facts});
      }
    }
    return root;
  }

  uint32_t Append(PrimRecord record) {
    uint32_t number = static_cast<uint32_t>(stage_.records.size());
    stage_.by_path[record.path] = number;
    stage_.records.push_back(std::move(record));
    return number;
  }

  // "/" and the roots of prototypes: they are all that they can be, so that children depend on themselves
  // alone.
  uint32_t AddRoot(Path source, Path target, const PrimFacts& facts) {
    PrimRecord record;
    record.index = stage_.cache->ComputePrimIndex(source);
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
    return Append(std::move(record));
  }

  uint32_t AddChild(uint32_t parent_number, Path source, Token name, const PrimFacts& facts) {
    const PrimRecord& parent = stage_.Record(parent_number);
    PrimRecord record;
    record.index = stage_.cache->ComputePrimIndex(source);
    bool is_at_source = parent.path == source.GetParent();
    record.path = is_at_source ? source : parent.path.AppendChild(name);
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
    return Append(std::move(record));
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
      Compose(source);
      stage_.prototypes[number].record = LayOut(source, MakePrototypePath(number + 1));
    }
    for (size_t i = 0; i < wave.size(); ++i)
      stage_.records[wave[i].record].prototype = stage_.prototypes[number_of[i]].record;
  }

  Stage::Impl& stage_;
  FactTable facts_;
  std::vector<Pending> waiting_;
  std::unordered_map<std::string, size_t> by_key_;  // to index of prototype
};

}  // namespace

void Stage::Impl::Populate() {
  TraceScope trace("stage.populate");
  Populator(*this).Run();
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

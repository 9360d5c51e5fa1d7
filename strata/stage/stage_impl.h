// What a stage is made of, for the files of this room: flat prim records over composed indices.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <tsl/robin_map.h>
#include "strata/path/path_numbers.h"
#include "strata/stage/stage.h"

namespace strata::stage {

class ChangeFeed;
class ClipCache;
class VisitedPrims;

// One prim. The records of a stage as it was opened stand in traversal order; after edits only their links
// tell it.
struct PrimRecord {
  compose::PrimIndexPtr index;                         // of a prototype's root: that of its source instance
  const schema::PrimDefinition* definition = nullptr;  // null when schemas give nothing
  Path path;
  Token type_name;
  uint32_t parent = kNoRecord;  // of "/" and of prototypes: none
  uint32_t first_child = kNoRecord;
  uint32_t next_sibling = kNoRecord;
  uint32_t prototype = kNoRecord;  // of instances: record of the prototype's root
  uint32_t flags = 0;

  bool Is(PrimFlag flag) const { return (flags & static_cast<uint32_t>(flag)) != 0; }
  void Set(PrimFlag flag, bool on) {
    if (on) flags |= static_cast<uint32_t>(flag);
  }
};

// Lists of tokens are looked for by spans of them.
struct TokensHash {
  using is_transparent = void;
  size_t operator()(std::span<const Token> tokens) const {
    uint64_t hash = tokens.size();
    for (Token token : tokens) hash = MixBits(hash ^ token.GetId()) * 0x9E3779B97F4A7C15ull;
    return hash;
  }
};
struct TokensEqual {
  using is_transparent = void;
  bool operator()(std::span<const Token> a, std::span<const Token> b) const {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
};

// Bits of PrimRecord::flags: a record without a prim; and, within a refresh, Populator::passed_.
inline constexpr uint32_t kGoneRecord = 1u << 31, kPassedRecord = 1u << 30;

struct Prototype {
  uint32_t record = kNoRecord;
  Path source;  // where the instance is composed whose indices its prims use
  uint32_t source_record = kNoRecord;
  std::vector<uint32_t> instances;  // records, in path order
  uint32_t number = 0;              // of its name
  const std::string* key = nullptr;
};

struct Stage::Impl {
  Stage* self = nullptr;
  StageControl* control = nullptr;
  OpenOptions options;
  StageLoadRules load_rules;
  std::shared_ptr<layer::LayerRegistry> registry;
  layer::LayerPtr root, session;
  std::shared_ptr<compose::LayerProvider> provider;
  std::unique_ptr<compose::Cache> cache;

  std::vector<PrimRecord> records;  // [0] is "/"
  std::vector<uint32_t> free_records;
  PathNumbers by_path;  // each prim of the stage and of prototypes
  std::vector<Prototype> prototypes;
  // By place in `prototypes`.
  std::unordered_map<std::string, uint32_t> prototypes_by_key;
  tsl::robin_map<Path, uint32_t> prototypes_by_source;
  tsl::robin_map<uint32_t, uint32_t> prototypes_by_record;
  uint32_t last_prototype = 0;  // number of the last one named
  // By type and applied schemas.
  std::unordered_map<std::vector<Token>, const schema::PrimDefinition*, TokensHash, TokensEqual> definitions;
  bool is_session_heard = true;  // as the definitions were found: see IsSessionHeard
  std::unique_ptr<ClipCache> clips;
  EditTarget edit_target;
  std::unique_ptr<ChangeFeed> feed;
  std::shared_ptr<StageGate> gate = std::make_shared<StageGate>();

  ~Impl();
  // Brings indices and prims up to date with edits, and tells nobody.
  StageChanges Compose(const compose::CacheEdits& edits);
  std::string MakeMutedIdentifier(const std::string& identifier) const;  // as composition knows it
  void Populate();                                                       // population.cpp
  // After the cache has changed as `changes.cache` says, and visited prims of which there are no records yet;
  // tells what that did.
  void Repopulate(StageChanges& changes, const VisitedPrims& visited);
  // What schemas give a prim of this type; the API schemas are those that `index` lists, if it may.
  enum class ApiSchemas : uint8_t { kNone, kListed };
  const schema::PrimDefinition* FindDefinition(Token type_name, const compose::PrimIndex& index,
                                               ApiSchemas listed);
  Token FindSchemaType(Token type_name) const;
  bool IsSessionHeard() const;  // there is a session layer, and it is not muted
  // The record of `path`, through instances where need be; kNoRecord when there is none.
  uint32_t FindRecord(Path path) const;
  uint32_t FindChild(uint32_t record, Token name) const;
  // The same for prims with a record of their own at `path`: instance proxies have none.
  uint32_t FindOwn(Path path) const {
    static_assert(PathNumbers::kNone == kNoRecord);
    return by_path.Find(path);
  }
  // The prim that is composed at `path`, be it in a prototype; and the record that has its children: for
  // an instance the root of the prototype that is made from it. kNoRecord when there is none.
  uint32_t FindByIndexPath(Path path) const;
  uint32_t FindHolder(Path path) const;
  // The place in `prototypes` of the prototype with this root.
  uint32_t FindPrototype(uint32_t record) const { return prototypes_by_record.find(record)->second; }
  const PrimRecord& Record(uint32_t record) const { return records[record]; }
  Prim MakePrim(Path path, uint32_t record) const { return Prim(StageRef(control), path, record); }
  // Opinions about the prim at `record`; null for prototypes' roots, which say nothing of themselves.
  const compose::PrimIndex* IndexOf(uint32_t record) const {
    return records[record].Is(PrimFlag::kPrototype) ? nullptr : records[record].index.get();
  }
};

// A prim handle's stage and record, looked up once per question. False when either is gone.
struct PrimAccess {
  const Stage::Impl* stage = nullptr;
  uint32_t record = kNoRecord;

  explicit PrimAccess(const Prim& prim) : record(prim.GetRecord()) {
    if (record != kNoRecord) stage = &prim.GetStage()->GetImpl();
  }
  explicit operator bool() const { return stage != nullptr; }
  const PrimRecord& Get() const { return stage->Record(record); }
  const compose::PrimIndex* Index() const { return stage->IndexOf(record); }
};

// What identifies the prims that may share a prototype: equal keys, equal descendants.   (UsdInstanceKey)
std::string MakeInstanceKey(const compose::PrimIndex& index, const StageLoadRules& rules,
                            const StagePopulationMask& mask);
// The part of it that tells which payloads at and below `path` are loaded.
std::string MakeLoadKey(Path path, const StageLoadRules& rules);

}  // namespace strata::stage

// What a stage is made of, for the files of this room: flat prim records over composed indices.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include <tsl/robin_map.h>
#include "strata/stage/stage.h"

namespace strata::stage {

class ClipCache;

// One prim. Records stand in traversal order, so that a subtree is a run of them and the first child follows
// its parent.
struct PrimRecord {
  compose::PrimIndexPtr index;                         // of a prototype's root: that of its source instance
  const schema::PrimDefinition* definition = nullptr;  // null when schemas give nothing
  Path path;
  Token type_name;
  uint32_t parent = kNoRecord;  // of "/" and of prototypes: none
  uint32_t first_child = kNoRecord;
  uint32_t next_sibling = kNoRecord;
  uint32_t prototype = kNoRecord;  // of instances: record of the prototype's root
  uint16_t flags = 0;

  bool Is(PrimFlag flag) const { return (flags & static_cast<uint16_t>(flag)) != 0; }
  void Set(PrimFlag flag, bool on) {
    if (on) flags |= static_cast<uint16_t>(flag);
  }
};

struct TokensHash {
  size_t operator()(const std::vector<Token>& tokens) const {
    uint64_t hash = tokens.size();
    for (Token token : tokens) hash = MixBits(hash ^ token.GetId()) * 0x9E3779B97F4A7C15ull;
    return hash;
  }
};

struct Prototype {
  uint32_t record = kNoRecord;
  Path source;                      // the instance whose index its prims use
  std::vector<uint32_t> instances;  // records, in path order
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

  std::vector<PrimRecord> records;  // [0] is "/"; prototypes follow the stage's own prims
  tsl::robin_map<Path, uint32_t> by_path;
  std::vector<Prototype> prototypes;
  // By type and applied schemas.
  std::unordered_map<std::vector<Token>, const schema::PrimDefinition*, TokensHash> definitions;
  std::unique_ptr<ClipCache> clips;

  ~Impl();
  void Populate();  // population.cpp
  // After the cache has changed. True when records moved, so that handles must look theirs up again.
  bool Repopulate(const compose::CacheChanges& changes);
  // What schemas give a prim of this type; the API schemas are those that `index` lists, if it may.
  enum class ApiSchemas : uint8_t { kNone, kListed };
  const schema::PrimDefinition* FindDefinition(Token type_name, const compose::PrimIndex& index,
                                               ApiSchemas listed);
  Token FindSchemaType(Token type_name) const;
  // The record of `path`, through instances where need be; kNoRecord when there is none.
  uint32_t FindRecord(Path path) const;
  uint32_t FindChild(uint32_t record, Token name) const;
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

// What identifies the prims that may share a prototype: equal keys, equal descendants.   (PcpInstanceKey)
std::string MakeInstanceKey(const compose::PrimIndex& index, bool payloads_loaded);

}  // namespace strata::stage

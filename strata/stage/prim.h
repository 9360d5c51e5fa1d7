// One prim of a stage: a value handle that answers harmlessly when its stage or the prim is gone.   (UsdPrim)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/compose/compose.h"
#include "strata/schema/prim_definition.h"
#include "strata/stage/prim_flags.h"
#include "strata/stage/resolve_info.h"
#include "strata/stage/stage_ref.h"

namespace strata::stage {

class Attribute;
class Property;
class Relationship;

inline constexpr uint32_t kNoRecord = UINT32_MAX;

// A spec and how its times map to the stage's.
struct SpecWithOffset {
  layer::LayerPtr layer;
  Path path;
  LayerOffset layer_to_stage;
};

// The variants a prim has and which are chosen.
struct VariantSet {
  Token name;
  std::vector<Token> variants;  // sorted by text
  Token selection;              // empty: none
};

class Prim {
 public:
  Prim() = default;

  // Identity
  bool IsValid() const { return GetRecord() != kNoRecord; }
  explicit operator bool() const { return IsValid(); }
  Stage* GetStage() const { return stage_.Get(); }  // null once it is gone
  Path GetPath() const { return path_; }            // of an instance proxy: where it appears
  Path GetPrimPath() const { return path_; }
  Token GetName() const;
  // Where its prim index was composed: differs from GetPath in prototypes and for instance proxies.
  Path GetIndexPath() const;
  friend bool operator==(const Prim& a, const Prim& b) { return a.stage_ == b.stage_ && a.path_ == b.path_; }

  // Flags
  uint32_t GetFlags() const;  // PrimFlag bits, 0 when invalid
  bool Is(PrimFlag flag) const { return (GetFlags() & static_cast<uint32_t>(flag)) != 0; }
  bool IsActive() const { return Is(PrimFlag::kActive); }
  bool IsLoaded() const { return Is(PrimFlag::kLoaded); }
  bool IsDefined() const { return Is(PrimFlag::kDefined); }
  bool HasDefiningSpecifier() const { return Is(PrimFlag::kHasDefiningSpecifier); }
  bool IsAbstract() const { return Is(PrimFlag::kAbstract); }
  bool IsModel() const { return Is(PrimFlag::kModel); }
  bool IsGroup() const { return Is(PrimFlag::kGroup); }
  bool IsComponent() const { return Is(PrimFlag::kComponent); }
  bool IsSubComponent() const { return Is(PrimFlag::kSubcomponent); }
  bool IsInstanceable() const;  // the metadata says so
  bool IsInstance() const { return Is(PrimFlag::kInstance); }
  bool IsInstanceProxy() const;
  bool IsPrototype() const { return Is(PrimFlag::kPrototype); }
  bool IsInPrototype() const;  // false for instance proxies
  bool IsPseudoRoot() const { return Is(PrimFlag::kPseudoRoot); }
  bool HasPayload() const { return Is(PrimFlag::kHasPayload); }
  bool HasAuthoredReferences() const;
  bool HasAuthoredInherits() const;
  bool HasAuthoredSpecializes() const;

  // The tree
  Prim GetParent() const;
  std::vector<Prim> GetChildren() const { return GetFilteredChildren(PrimPredicate::Default()); }
  std::vector<Prim> GetAllChildren() const { return GetFilteredChildren(PrimPredicate::All()); }
  std::vector<Prim> GetFilteredChildren(const PrimPredicate& predicate) const;
  std::vector<Token> GetChildrenNames() const;
  std::vector<Token> GetAllChildrenNames() const;
  Prim GetChild(Token name) const;
  Prim GetPrimAtPath(Path path) const;  // relative paths are anchored here

  // Instancing
  Prim GetPrototype() const;               // of an instance
  Prim GetPrimInPrototype() const;         // of an instance proxy: its counterpart below the prototype
  std::vector<Prim> GetInstances() const;  // of a prototype

  // What it is
  Token GetTypeName() const;
  Specifier GetSpecifier() const;
  Token GetKind() const;  // empty: none
  std::vector<Token> GetAppliedSchemas() const;
  bool HasAPI(Token schema) const;  // "CollectionAPI": under any instance name; "CollectionAPI:x": under one
  // The type that schemas know: that of GetTypeName, or what the stage's fallbackPrimTypes name in its place.
  Token GetSchemaType() const;   // empty: none
  bool IsA(Token schema) const;  // has this schema type, or one derived from it
  // What schemas give it; null when nothing. Lives as long as the registry of the stage's options.
  const schema::PrimDefinition* GetPrimDefinition() const;

  // Composition
  compose::PrimIndexPtr GetPrimIndex() const;  // null when invalid, and for the root of a prototype
  // With the nodes that say nothing too: every arc there is. Composed anew for each call; null as above.
  compose::PrimIndexPtr ComputeExpandedPrimIndex() const;
  std::vector<SpecWithOffset> GetPrimStack() const;  // strongest first
  std::vector<VariantSet> GetVariantSets() const;    // in composed order of the variantSets list
  std::vector<Token> GetVariantSetNames() const;
  std::vector<Token> GetVariantNames(Token variant_set) const;
  Token GetVariantSelection(Token variant_set) const;

  // Properties
  std::vector<Token> GetAuthoredPropertyNames() const;  // in composed order
  std::vector<Token> GetPropertyNames() const;          // with those of the prim definition
  std::vector<Property> GetProperties() const;
  std::vector<Property> GetAuthoredProperties() const;
  std::vector<Attribute> GetAttributes() const;
  std::vector<Attribute> GetAuthoredAttributes() const;
  std::vector<Relationship> GetRelationships() const;
  std::vector<Relationship> GetAuthoredRelationships() const;
  Property GetProperty(Token name) const;
  Attribute GetAttribute(Token name) const;  // valid as a handle even when nothing is authored: ask IsDefined
  Relationship GetRelationship(Token name) const;
  bool HasProperty(Token name) const;
  bool HasAttribute(Token name) const;
  bool HasRelationship(Token name) const;

  // Metadata
  Value GetMetadata(Token field) const;  // composed, else the fallback; empty when neither
  Value GetMetadataByDictKey(Token field, std::string_view key_path) const;
  bool HasMetadata(Token field) const { return !GetMetadata(field).IsEmpty(); }
  bool HasAuthoredMetadata(Token field) const;
  std::vector<layer::SpecStore::Field> GetAllAuthoredMetadata()
      const;  // sorted by name, without structure (children)
  std::vector<layer::SpecStore::Field> GetAllMetadata() const;
  // Every layer's word on a field, strongest first.
  Opinions GetMetadataOpinions(Token field) const;

  // The record it stands for; kNoRecord when stale or gone. For the rooms that stand on `stage`.
  uint32_t GetRecord() const;

 private:
  friend class Stage;
  friend class PrimRange;
  Prim(StageRef stage, Path path, uint32_t record);

  StageRef stage_;
  Path path_;
  uint32_t record_ = kNoRecord;
  uint32_t generation_ = 0;
};

// Prims of a subtree that a predicate admits, depth first, children in order; what it refuses is left out
// with everything below. Iterative: the depth of a scene is not the depth of a call. Not to be used across
// changes of the stage.
class PrimRange {
 public:
  enum class Start : uint8_t { kInclude, kSkip };
  explicit PrimRange(const Prim& start, const PrimPredicate& predicate = PrimPredicate::Default(),
                     Start include = Start::kInclude);

  class Iterator {
   public:
    using value_type = Prim;
    using difference_type = std::ptrdiff_t;
    const Prim& operator*() const { return prim_; }
    const Prim* operator->() const { return &prim_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    void PruneChildren() { prune_ = true; }  // of the prim it stands at
    // How far below the start it stands.
    uint32_t GetDepth() const { return depth_; }
    bool operator==(const Iterator& other) const {
      return at_end_ == other.at_end_ && (at_end_ || prim_ == other.prim_);
    }

   private:
    friend class PrimRange;
    bool MoveToFirstOf(uint32_t record, Path parent_path);
    bool IsInInstance() const { return is_proxy_ || !instances_.empty(); }
    bool MoveDown();
    bool MoveOn();
    Prim prim_;
    PrimPredicate predicate_;
    std::vector<uint32_t> instances_;  // records of the instances walked into, outermost first
    uint32_t depth_ = 0;
    bool is_proxy_ = false;  // so was the start
    bool prune_ = false;
    bool at_end_ = true;
  };
  Iterator begin() const;
  Iterator end() const { return {}; }

 private:
  Prim start_;
  PrimPredicate predicate_;
  Start include_;
};

}  // namespace strata::stage

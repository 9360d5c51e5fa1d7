// A property of a prim on a stage: what attributes and relationships have in common.   (UsdProperty)
#pragma once

#include <string>
#include <vector>

#include "strata/stage/prim.h"

namespace strata::stage {

class Property {
 public:
  Property() = default;
  Property(Prim prim, Token name) : prim_(std::move(prim)), name_(name) {}

  // Whether the prim is there and some layer or schema speaks of the property.
  bool IsDefined() const;
  bool IsAuthored() const;
  explicit operator bool() const { return IsDefined(); }
  const Prim& GetPrim() const { return prim_; }
  Token GetName() const { return name_; }
  Token GetBaseName() const;   // after the last ":"
  Token GetNamespace() const;  // before it
  Path GetPath() const { return prim_.GetPath().AppendProperty(name_); }
  Stage* GetStage() const { return prim_.GetStage(); }
  // kAttribute, kRelationship, or kUnknown when nobody defines it.
  layer::SpecType GetSpecType() const;
  bool IsAttribute() const { return GetSpecType() == layer::SpecType::kAttribute; }
  bool IsRelationship() const { return GetSpecType() == layer::SpecType::kRelationship; }

  bool IsCustom() const;
  Variability GetVariability() const;
  std::vector<SpecWithOffset> GetPropertyStack() const;  // strongest first

  Value GetMetadata(Token field) const;
  Value GetMetadataByDictKey(Token field, std::string_view key_path) const;
  bool HasMetadata(Token field) const { return !GetMetadata(field).IsEmpty(); }
  bool HasAuthoredMetadata(Token field) const;
  std::vector<layer::SpecStore::Field> GetAllAuthoredMetadata() const;  // sorted by name
  std::vector<layer::SpecStore::Field> GetAllMetadata() const;
  Opinions GetMetadataOpinions(Token field) const;

  friend bool operator==(const Property& a, const Property& b) {
    return a.prim_ == b.prim_ && a.name_ == b.name_;
  }

 protected:
  Prim prim_;
  Token name_;
};

}  // namespace strata::stage

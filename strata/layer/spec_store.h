// The content of one layer: specs by path, each with fields.   (SdfAbstractData)
//
// Threads: many readers or one writer. Owners: the Layer that holds it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "strata/path/path.h"
#include "strata/value/value.h"

namespace strata::layer {

enum class SpecType : uint8_t {
  kUnknown,
  kAttribute,
  kConnection,
  kExpression,
  kMapper,
  kMapperArgument,
  kPrim,
  kPseudoRoot,
  kRelationship,
  kRelationshipTarget,
  kVariant,
  kVariantSet,
};
std::string_view GetSpecTypeName(SpecType type);  // "Prim", "PseudoRoot", ...

// Children are fields, as in OpenUSD: primChildren, properties, variantSetChildren, variantChildren
// (TokenVector), targetChildren / connectionChildren (PathVector). Creating a spec here does not touch its
// parent's children: Layer does.
class SpecStore {
 public:
  SpecStore();
  ~SpecStore();
  SpecStore(SpecStore&&) noexcept;
  SpecStore& operator=(SpecStore&&) noexcept;

  // Sixteen bytes: the name lies in what Value leaves unused at its end. Binds as `auto& [name, value]`.
  struct Field {
    Field() = default;
    Field(Token field_name, Value field_value) : value(std::move(field_value)), name(field_name) {}
    template <size_t I>
    auto& get() {
      if constexpr (I == 0)
        return name;
      else
        return value;
    }
    template <size_t I>
    const auto& get() const {
      if constexpr (I == 0)
        return name;
      else
        return value;
    }
    friend bool operator==(const Field& a, const Field& b) { return a.name == b.name && a.value == b.value; }

    [[no_unique_address]] Value value;
    Token name;
  };
  // A spec as readers see it; valid until the store is next written.
  class SpecView {
   public:
    explicit operator bool() const { return fields_ != nullptr || type_ != SpecType::kUnknown; }
    SpecType GetType() const { return type_; }
    const Value* Find(Token field) const;  // null when absent
    bool HasField(Token field) const { return Find(field) != nullptr; }
    // Fields in the order in which they were first set.
    const Field* begin() const { return fields_; }
    const Field* end() const { return fields_ + count_; }
    size_t GetFieldCount() const { return count_; }

   private:
    friend class SpecStore;
    const Field* fields_ = nullptr;
    uint32_t count_ = 0;
    SpecType type_ = SpecType::kUnknown;
  };

  size_t GetSpecCount() const;
  SpecView Find(Path path) const;  // false when there is no spec
  bool Has(Path path) const { return bool(Find(path)); }
  SpecType GetType(Path path) const { return Find(path).GetType(); }
  const Value* GetField(Path path, Token field) const { return Find(path).Find(field); }

  // Handle for building fast: index of a spec, valid until one is erased.
  using SpecIndex = uint32_t;
  static constexpr SpecIndex kNoSpec = UINT32_MAX;
  SpecIndex FindIndex(Path path) const;
  SpecIndex Create(Path path, SpecType type);  // the existing one (its type set) if there already
  void SetField(SpecIndex spec, Token field, Value value);  // an empty value erases
  const Value* GetField(SpecIndex spec, Token field) const;
  SpecType GetType(SpecIndex spec) const;
  Path GetPath(SpecIndex spec) const;
  Value* GetMutableField(SpecIndex spec, Token field);  // null when absent
  bool EraseField(SpecIndex spec, Token field);         // whether there was one
  void SetType(SpecIndex spec, SpecType type);
  void Reserve(size_t specs);
  void ShrinkToFit();             // after building, when no more is to come
  size_t GetMemoryBytes() const;  // held by the store itself, not what values point to
  SpecStore Clone() const;        // values are shared, not copied

  void SetField(Path path, Token field, Value value);  // no effect without the spec
  bool Erase(Path path);                               // this spec only
  bool Move(Path from, Path to);                       // this spec only

  // Calls visit(path, spec) for every spec, in the order of creation.
  template <class Visitor>
  void VisitSpecs(Visitor&& visit) const {
    for (SpecIndex i = 0, n = GetSlotCount(); i < n; ++i)
      if (GetType(i) != SpecType::kUnknown) visit(GetPath(i), ViewOf(i));
  }
  size_t GetSlotCount() const;
  SpecView ViewOf(SpecIndex spec) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::layer

template <>
struct std::tuple_size<strata::layer::SpecStore::Field> : std::integral_constant<size_t, 2> {};
template <size_t I>
struct std::tuple_element<I, strata::layer::SpecStore::Field> {
  using type = std::conditional_t<I == 0, strata::Token, strata::Value>;
};

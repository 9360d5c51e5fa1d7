// The content of one layer: specs by path, each with fields.   (SdfAbstractData)
//
// A store is built spec by spec, or made over a file whose values are read when they are asked for; editing
// works alike on both.
//
// Threads: many readers or one writer. Owners: the Layer that holds it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "strata/base/diagnostic.h"
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

class DeferredFields;  // layer/deferred_fields.h
struct DeferredContent;

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

   private:
    friend class layer::DeferredFields;
    uint8_t state_ = 0;  // of a value that is read when asked for

   public:
    Token name;
  };
  // A spec as readers see it; valid until the store is next written.
  class SpecView {
   public:
    explicit operator bool() const { return type_ != SpecType::kUnknown; }
    SpecType GetType() const { return type_; }
    // Null when absent, or unreadable. Values that lie in a file are read when they are first asked for.
    const Value* Find(Token field) const;
    // The same for one look: an array that lies in a file and that nobody has asked for is put into `held`
    // and not kept. Who goes over a whole layer so needs memory for one of them at a time.
    const Value* Look(Token field, Value& held) const;
    // Whether the spec names the field; reads no value.
    bool HasField(Token field) const;

    // Fields in the order in which they were first set; unreadable ones are left out. To go over the names
    // alone, which reads no value, use GetFieldName.
    class Iterator {
     public:
      const Field& operator*() const { return *field_; }
      const Field* operator->() const { return field_; }
      Iterator& operator++() {
        ++at_;
        Settle();
        return *this;
      }
      friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

     private:
      friend class SpecView;
      Iterator(const SpecView& view, uint32_t at) : view_(&view), at_(at) {
        if (at != view.count_) Settle();
      }
      void Settle() {
        if (!view_->deferred_)
          field_ = static_cast<const Field*>(view_->first_) + at_;
        else
          SkipUnreadable();
      }
      void SkipUnreadable();
      const SpecView* view_;
      const Field* field_ = nullptr;
      uint32_t at_;
    };
    Iterator begin() const { return Iterator(*this, 0); }
    Iterator end() const { return Iterator(*this, count_); }
    size_t GetFieldCount() const { return count_; }
    Token GetFieldName(size_t i) const;
    // Of what lies in a file only where it is known without reading; else, as of what is unreadable, kEmpty.
    ValueType GetFieldType(size_t i) const;
    const Value* GetFieldValue(size_t i) const;  // null when unreadable

   private:
    friend class SpecStore;
    const void* first_ = nullptr;               // fields, or numbers of deferred ones
    const DeferredFields* deferred_ = nullptr;  // null: fields
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
  // The property of that name. Faster than by its path, which need not be there, where the properties of a
  // spec follow it.
  SpecIndex FindProperty(SpecIndex owner, Token name) const;
  SpecIndex Create(Path path, SpecType type);  // the existing one (its type set) if there already
  void SetField(SpecIndex spec, Token field, Value value);  // an empty value erases
  const Value* GetField(SpecIndex spec, Token field) const;
  SpecType GetType(SpecIndex spec) const;
  Path GetPath(SpecIndex spec) const;
  Value* GetMutableField(SpecIndex spec, Token field);  // null when absent
  bool EraseField(SpecIndex spec, Token field);         // whether there was one
  void SetType(SpecIndex spec, SpecType type);
  void Reserve(size_t specs);
  // Makes room for looking up as many specs as this store and those appended to it will have.
  void ReserveIndex(size_t specs);
  // Takes over the specs of `other`, behind those here: each index grows by the one returned. No value is
  // copied or moved. kNoSpec when a path has a spec in both; this store then is fit for nothing but to be
  // destroyed. REQUIRES: `other` is over no file.
  SpecIndex Append(SpecStore&& other);
  void ShrinkToFit();             // after building, when no more is to come
  size_t GetMemoryBytes() const;  // held by the store itself, not what values point to
  SpecStore Clone() const;        // values are shared, not copied

  void SetField(Path path, Token field, Value value);  // no effect without the spec
  bool Erase(Path path);                               // this spec only
  bool Move(Path from, Path to);                       // this spec only

  // Calls visit(path, spec) for every spec, in the order of creation, or of its file.
  template <class Visitor>
  void VisitSpecs(Visitor&& visit) const {
    VisitSpecsOf([](SpecType) { return true; }, visit);
  }
  // The same for specs of the types that `wanted(type)` says. Cheaper than asking each for its type, for the
  // paths of the others need not be made.
  template <class Wanted, class Visitor>
  void VisitSpecsOf(Wanted&& wanted, Visitor&& visit) const {
    for (SpecIndex i = 0, n = static_cast<SpecIndex>(GetSlotCount()); i < n; ++i)
      if (const SpecType type = GetType(i); type != SpecType::kUnknown && wanted(type))
        visit(GetPath(i), ViewOf(i));
  }
  size_t GetSlotCount() const;
  SpecView ViewOf(SpecIndex spec) const;

  // -- over a file ------------------------------------------------------------------------------------
  // One spec whose fields stay in the file: fields [first_field, first_field + field_count) of the field
  // sets.
  struct DeferredSpec {
    SpecType type = SpecType::kUnknown;  // kUnknown: none, a gap
    Path path;                           // empty for a property of `owner`
    Token name;                          // of such a property
    SpecIndex owner = kNoSpec;           // the prim, variant or pseudo-root before whose properties it stands
    uint32_t first_field = 0;
    uint32_t field_count = 0;
  };
  // As many properties may follow their owner by name alone, in one row; the paths of those are made when
  // they are asked for. Owners with more give all of them paths.
  static constexpr uint32_t kMostNamedProperties = 32;
  // Makes an empty store into one of `specs` specs over a file. Each is to be set, from any thread, then
  // FinishDeferred called once; it returns how many specs it left out because another has the same path.
  void BeginDeferred(DeferredContent content, size_t specs);
  void SetDeferredSpec(SpecIndex i, const DeferredSpec& spec);
  size_t FinishDeferred();
  // What was found wrong with values of the file since it was opened; empty for other stores.
  Diagnostics GetReadProblems() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Where the values of a file come from; implemented by formats. Thread-safe.
class FieldSource {
 public:
  virtual ~FieldSource() = default;
  // Empty where the file is damaged; why is then among the problems.
  virtual Value ReadField(uint32_t field) const = 0;
  // The same for those who let go of it, and ask as often as they need it.
  virtual Value LookAtField(uint32_t field) const { return ReadField(field); }
  // The type of the value that would be read, kEmpty where only reading can tell.
  virtual ValueType GetFieldType(uint32_t) const { return ValueType::kEmpty; }
  virtual Diagnostics GetProblems() const = 0;
};

// The fields of a file, each a name and a value, and the sets of them that specs have.
struct DeferredContent {
  std::shared_ptr<const FieldSource> source;
  uint32_t field_count = 0;
  std::unique_ptr<uint32_t[]> field_names;  // token of each field
  uint32_t field_set_size = 0;
  std::unique_ptr<uint32_t[]> field_sets;  // numbers of fields, one set after the other
};

}  // namespace strata::layer

template <>
struct std::tuple_size<strata::layer::SpecStore::Field> : std::integral_constant<size_t, 2> {};
template <size_t I>
struct std::tuple_element<I, strata::layer::SpecStore::Field> {
  using type = std::conditional_t<I == 0, strata::Token, strata::Value>;
};

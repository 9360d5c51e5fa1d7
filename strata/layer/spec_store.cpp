#include "strata/layer/spec_store.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <unordered_map>

#include "strata/layer/deferred_fields.h"
#include "strata/layer/field_arena.h"
#include "strata/layer/path_index.h"
#include "strata/path/path_table.h"

namespace strata::layer {

using spec_table::FieldArena;
using spec_table::PathIndex;
using spec_table::RawSlots;
using spec_table::Record;

static_assert(sizeof(SpecStore::Field) == 16, "the name is meant to lie in the tail of Value");

std::string_view GetSpecTypeName(SpecType type) {
  static constexpr std::string_view kNames[] = {
      "Unknown", "Attribute",  "Connection",   "Expression",         "Mapper",  "MapperArgument",
      "Prim",    "PseudoRoot", "Relationship", "RelationshipTarget", "Variant", "VariantSet",
  };
  const auto i = static_cast<size_t>(type);
  return i < std::size(kNames) ? kNames[i] : kNames[0];
}

struct SpecStore::Impl {
  ~Impl() {
    for (SpecIndex i = 0; i < records.GetTop(); ++i) {
      const Record& record = *records.At(i);
      if (record.is_deferred) continue;
      for (uint32_t f = 0; f < record.count; ++f) fields.At(record.first + f)->~Field();
    }
  }

  Record& At(SpecIndex spec) const { return *records.At(spec); }
  auto PathOf() const {
    return [this](SpecIndex spec) { return At(spec).path; };
  }

  Path GetPath(SpecIndex spec) const {
    const Record& record = At(spec);
    if (!record.HasOnlyName()) return Path::FromId(record.path);
    return Path::FromId(At(record.capacity).path).AppendProperty(Token::FromId(record.path));
  }

  SpecIndex Find(Path path) const {
    const SpecIndex spec = index.Find(path.GetId(), PathOf());
    if (spec != kNoSpec || named_end == 0 || path.GetElement() != PathElement::kProperty) return spec;
    const SpecIndex owner = index.Find(path.GetParent().GetId(), PathOf());
    return owner < named_end ? FindNamed(owner, path.GetNameToken().GetId()) : kNoSpec;
  }
  SpecIndex FindNamed(SpecIndex owner, uint32_t name) const {
    const SpecIndex end = std::min<SpecIndex>(named_end, owner + 1 + kMostNamedProperties);
    for (SpecIndex i = owner + 1; i < end; ++i) {
      const Record& record = At(i);
      if (record.HasOnlyName()) {
        if (record.capacity != owner) break;
        if (record.path == name) return i;
      } else if (record.type != 0 && !IsPropertyType(record.type)) {
        break;
      }
    }
    return kNoSpec;
  }
  static bool IsPropertyType(uint32_t type) {
    return type == static_cast<uint32_t>(SpecType::kAttribute) ||
           type == static_cast<uint32_t>(SpecType::kRelationship);
  }

  // Gives a spec that has only a name its path.
  void SettlePath(SpecIndex spec) {
    Record& record = At(spec);
    if (!record.HasOnlyName()) return;
    const Path path = GetPath(spec);
    record.path = path.GetId();
    record.capacity = kNoSpec;
    index.Insert(record.path, spec, PathOf());
  }
  // The same for the properties of a spec that is about to leave its path.
  void SettleProperties(SpecIndex owner) {
    if (owner >= named_end) return;
    const SpecIndex end = std::min<SpecIndex>(named_end, owner + 1 + kMostNamedProperties);
    for (SpecIndex i = owner + 1; i < end; ++i)
      if (At(i).HasOnlyName() && At(i).capacity == owner) SettlePath(i);
  }

  // Gives a deferred spec fields of its own, which can be written.
  void Own(SpecIndex spec) {
    if (!At(spec).is_deferred) return;
    SettlePath(spec);
    Record& record = At(spec);
    const Record old = record;
    record.first = record.count = record.capacity = 0;
    record.is_deferred = 0;
    const uint32_t* set = deferred->GetSet(old.first);
    for (uint32_t i = 0; i < old.count; ++i) {
      const Field& field = deferred->Get(set[i]);
      if (!field.value.IsEmpty()) Append(record, field.name, field.value);
    }
  }
  void Append(Record& record, Token field, Value value) {
    if (record.count == record.capacity) fields.Grow(record);
    new (fields.At(record.first) + record.count) Field(field, std::move(value));
    ++record.count;
  }

  // The position of `field` among the spec's, or its count. Specs with very many fields get an index of their
  // own.
  uint32_t FindField(SpecIndex spec, Token field) {
    const Record& record = At(spec);
    if (record.count >= kManyFields) {
      auto& positions = GetPositions(spec);
      auto found = positions.find(field);
      return found == positions.end() ? record.count : found->second;
    }
    return ScanField(record, field);
  }
  uint32_t ScanField(const Record& record, Token field) const {
    if (record.count == 0) return 0;
    const Field* first = fields.At(record.first);
    uint32_t i = 0;
    while (i < record.count && first[i].name != field) ++i;
    return i;
  }
  std::unordered_map<Token, uint32_t>& GetPositions(SpecIndex spec) {
    auto [entry, is_new] = positions_of.try_emplace(spec);
    if (is_new) {
      const Record& record = At(spec);
      for (uint32_t i = 0; i < record.count; ++i) entry->second.emplace(fields.At(record.first)[i].name, i);
    }
    return entry->second;
  }

  void EraseAt(SpecIndex spec, uint32_t position) {
    Record& record = At(spec);
    Field* first = fields.At(record.first);
    first[position].~Field();
    std::memmove(static_cast<void*>(first + position), static_cast<const void*>(first + position + 1),
                 (record.count - position - 1) * sizeof(Field));
    --record.count;
    if (!positions_of.empty()) positions_of.erase(spec);
  }

  // Closes the gaps that erased specs left, keeping the order.
  void Compact() {
    for (SpecIndex i = 0; i < named_end; ++i) SettlePath(i);
    named_end = 0;
    SpecIndex to = 0;
    index.Clear();
    positions_of.clear();
    for (SpecIndex from = 0; from < records.GetTop(); ++from) {
      if (At(from).type == 0) continue;
      if (to != from) At(to) = At(from);
      index.Insert(At(to).path, to, PathOf());
      ++to;
    }
    records.SetTop(to);
  }

  static constexpr uint32_t kManyFields = 128;

  RawSlots<Record, 14> records;
  FieldArena fields;
  PathIndex index;
  size_t live_count = 0;
  std::shared_ptr<const DeferredFields> deferred;  // null: no spec is deferred
  SpecIndex named_end = 0;                         // specs from here on all have paths
  std::unordered_map<SpecIndex, std::unordered_map<Token, uint32_t>> positions_of;
};

SpecStore::SpecStore() : impl_(std::make_unique<Impl>()) {}
SpecStore::~SpecStore() = default;
SpecStore::SpecStore(SpecStore&& other) noexcept = default;
SpecStore& SpecStore::operator=(SpecStore&& other) noexcept = default;

const Value* SpecStore::SpecView::Find(Token field) const {
  if (!deferred_) {
    const auto* fields = static_cast<const Field*>(first_);
    for (uint32_t i = 0; i < count_; ++i)
      if (fields[i].name == field) return &fields[i].value;
    return nullptr;
  }
  const auto* set = static_cast<const uint32_t*>(first_);
  for (uint32_t i = 0; i < count_; ++i) {
    if (deferred_->GetName(set[i]) != field) continue;
    const Value& value = deferred_->Get(set[i]).value;
    return value.IsEmpty() ? nullptr : &value;
  }
  return nullptr;
}

const Value* SpecStore::SpecView::Look(Token field, Value& held) const {
  if (!deferred_) return Find(field);
  const auto* set = static_cast<const uint32_t*>(first_);
  for (uint32_t i = 0; i < count_; ++i) {
    if (deferred_->GetName(set[i]) != field) continue;
    const Value& value = deferred_->Look(set[i], held);
    return value.IsEmpty() ? nullptr : &value;
  }
  return nullptr;
}

const Value* SpecStore::SpecView::GetFieldValue(size_t i) const {
  const Value& value = deferred_ ? deferred_->Get(static_cast<const uint32_t*>(first_)[i]).value
                                 : static_cast<const Field*>(first_)[i].value;
  return value.IsEmpty() ? nullptr : &value;
}

ValueType SpecStore::SpecView::GetFieldType(size_t i) const {
  return deferred_ ? deferred_->GetType(static_cast<const uint32_t*>(first_)[i])
                   : static_cast<const Field*>(first_)[i].value.GetType();
}

Token SpecStore::SpecView::GetFieldName(size_t i) const {
  return deferred_ ? deferred_->GetName(static_cast<const uint32_t*>(first_)[i])
                   : static_cast<const Field*>(first_)[i].name;
}

bool SpecStore::SpecView::HasField(Token field) const {
  for (uint32_t i = 0; i < count_; ++i)
    if (GetFieldName(i) == field) return true;
  return false;
}

void SpecStore::SpecView::Iterator::SkipUnreadable() {
  for (; at_ != view_->count_; ++at_) {
    field_ = &view_->deferred_->Get(static_cast<const uint32_t*>(view_->first_)[at_]);
    if (!field_->value.IsEmpty()) return;
  }
}

size_t SpecStore::GetSpecCount() const {
  return impl_->live_count;
}
size_t SpecStore::GetSlotCount() const {
  return impl_->records.GetTop();
}

SpecStore::SpecView SpecStore::ViewOf(SpecIndex spec) const {
  const Record& record = impl_->At(spec);
  SpecView view;
  view.type_ = static_cast<SpecType>(record.type);
  view.count_ = record.count;
  if (record.is_deferred) {
    view.deferred_ = impl_->deferred.get();
    view.first_ = view.deferred_->GetSet(record.first);
  } else if (record.count != 0) {
    view.first_ = impl_->fields.At(record.first);
  }
  return view;
}

SpecStore::SpecView SpecStore::Find(Path path) const {
  const SpecIndex spec = FindIndex(path);
  return spec == kNoSpec ? SpecView() : ViewOf(spec);
}

SpecStore::SpecIndex SpecStore::FindIndex(Path path) const {
  return path.IsEmpty() ? kNoSpec : impl_->Find(path);
}

SpecStore::SpecIndex SpecStore::FindProperty(SpecIndex owner, Token name) const {
  constexpr SpecIndex kNear = 32;
  if (owner < impl_->named_end) {
    const SpecIndex named = impl_->FindNamed(owner, name.GetId());
    if (named != kNoSpec) return named;
  }
  const Path path = GetPath(owner);
  const SpecIndex end = std::min<SpecIndex>(static_cast<SpecIndex>(GetSlotCount()), owner + 1 + kNear);
  for (SpecIndex i = owner + 1; i < end; ++i) {
    const Record& record = impl_->At(i);
    if (!Impl::IsPropertyType(record.type) || record.HasOnlyName()) break;
    const Path near = Path::FromId(record.path);
    if (near.GetNameToken() == name && near.GetParent() == path) return i;
  }
  // A path that nobody has asked for has no spec: it need not be made to find that out.
  const uint32_t known = path_table::Find(path.GetId(), PathElement::kProperty, name.GetId(), 0);
  return known ? FindIndex(Path::FromId(known)) : kNoSpec;
}

SpecStore::SpecIndex SpecStore::Create(Path path, SpecType type) {
  if (path.IsEmpty() || type == SpecType::kUnknown) return kNoSpec;
  if (impl_->named_end != 0) {
    const SpecIndex there = impl_->Find(path);
    if (there != kNoSpec) {
      impl_->At(there).type = static_cast<uint32_t>(type);
      return there;
    }
  }
  const SpecIndex next = impl_->records.Take(1);
  impl_->At(next) = Record{path.GetId(), 0, 0, 0, 0, 0};
  const SpecIndex spec = impl_->index.Insert(path.GetId(), next, impl_->PathOf());
  if (spec != next)
    impl_->records.SetTop(next);
  else
    ++impl_->live_count;
  impl_->At(spec).type = static_cast<uint32_t>(type);
  return spec;
}

void SpecStore::SetField(SpecIndex spec, Token field, Value value) {
  if (value.IsEmpty()) {
    EraseField(spec, field);
    return;
  }
  impl_->Own(spec);
  Record& record = impl_->At(spec);
  const uint32_t position = impl_->FindField(spec, field);
  if (position != record.count) {
    impl_->fields.At(record.first)[position].value = std::move(value);
    return;
  }
  impl_->Append(record, field, std::move(value));
  if (record.count > Impl::kManyFields) impl_->GetPositions(spec).emplace(field, record.count - 1);
}

bool SpecStore::EraseField(SpecIndex spec, Token field) {
  if (!ViewOf(spec).HasField(field)) return false;
  impl_->Own(spec);
  const uint32_t position = impl_->FindField(spec, field);
  if (position == impl_->At(spec).count) return false;
  impl_->EraseAt(spec, position);
  return true;
}

const Value* SpecStore::GetField(SpecIndex spec, Token field) const {
  return ViewOf(spec).Find(field);
}

Value* SpecStore::GetMutableField(SpecIndex spec, Token field) {
  if (impl_->At(spec).is_deferred) {
    if (!ViewOf(spec).HasField(field)) return nullptr;
    impl_->Own(spec);
  }
  const Record& record = impl_->At(spec);
  const uint32_t position = impl_->FindField(spec, field);
  return position == record.count ? nullptr : &impl_->fields.At(record.first)[position].value;
}

SpecType SpecStore::GetType(SpecIndex spec) const {
  return static_cast<SpecType>(impl_->At(spec).type);
}
Path SpecStore::GetPath(SpecIndex spec) const {
  return impl_->GetPath(spec);
}

void SpecStore::SetType(SpecIndex spec, SpecType type) {
  if (type != SpecType::kUnknown) impl_->At(spec).type = static_cast<uint32_t>(type);
}

void SpecStore::Reserve(size_t specs) {
  const uint64_t records_now = impl_->records.GetTop();
  // As many fields a spec as so far.
  const uint64_t fields = records_now < 64 ? specs * 3 : specs * impl_->fields.GetTop() / records_now;
  impl_->index.Reserve(specs, 0, impl_->PathOf());
  impl_->records.Reserve(specs);
  impl_->fields.Reserve(fields);
}

void SpecStore::ReserveIndex(size_t specs) {
  impl_->index.Reserve(specs, specs == 0 ? 0 : static_cast<SpecIndex>(specs - 1), impl_->PathOf());
}

SpecStore::SpecIndex SpecStore::Append(SpecStore&& other) {
  auto& from = other.impl_->records;
  const uint32_t count = from.GetTop();
  const SpecIndex first = impl_->records.GetTop();
  ReserveIndex(size_t{first} + count);
  constexpr uint32_t kAhead = 16;
  for (uint32_t i = 0; i < count; ++i) {
    if (i + kAhead < count) impl_->index.Prefetch(from.At(i + kAhead)->path);
    const SpecIndex spec = impl_->records.Take(1);
    impl_->At(spec) = *from.At(i);
    if (from.At(i)->type == 0) continue;  // erased
    if (impl_->index.Insert(from.At(i)->path, spec, impl_->PathOf()) != spec) {
      impl_->records.SetTop(first);
      return kNoSpec;
    }
  }
  const uint32_t moved_by = impl_->fields.Adopt(other.impl_->fields);
  for (SpecIndex spec = first; spec < first + count; ++spec)
    if (impl_->At(spec).capacity != 0) impl_->At(spec).first += moved_by;
  for (auto& [spec, positions] : other.impl_->positions_of)
    impl_->positions_of.emplace(first + spec, std::move(positions));
  impl_->live_count += other.impl_->live_count;
  from.SetTop(0);  // its fields are no longer its own
  other = SpecStore();
  return first;
}

void SpecStore::ShrinkToFit() {
  impl_->records.ShrinkToFit();
  impl_->fields.ShrinkToFit();
}

size_t SpecStore::GetMemoryBytes() const {
  return sizeof(Impl) + impl_->records.GetMemoryBytes() + impl_->fields.GetMemoryBytes() +
         impl_->index.GetMemoryBytes() + (impl_->deferred ? impl_->deferred->GetMemoryBytes() : 0);
}

SpecStore SpecStore::Clone() const {
  SpecStore copy;
  if (!impl_->deferred) {
    copy.Reserve(GetSpecCount());
    VisitSpecs([&copy](Path path, const SpecView& view) {
      const SpecIndex spec = copy.Create(path, view.GetType());
      for (const Field& field : view) copy.SetField(spec, field.name, field.value);
    });
    return copy;
  }
  // Index by index, for deferred specs name their owners so.
  Impl& to = *copy.impl_;
  const auto slots = static_cast<SpecIndex>(GetSlotCount());
  to.deferred = impl_->deferred;
  to.named_end = impl_->named_end;
  to.live_count = impl_->live_count;
  to.records.Reserve(slots);
  if (slots != 0) to.index.Reserve(slots, slots - 1, to.PathOf());
  for (SpecIndex i = 0; i < slots; ++i) {
    to.records.Take(1);
    Record& record = to.At(i) = impl_->At(i);
    if (record.type != 0 && !record.HasOnlyName()) to.index.Insert(record.path, i, to.PathOf());
    if (record.is_deferred) continue;
    record.first = record.count = record.capacity = 0;
    for (const Field& field : ViewOf(i)) to.Append(record, field.name, field.value);
  }
  return copy;
}

void SpecStore::SetField(Path path, Token field, Value value) {
  const SpecIndex spec = FindIndex(path);
  if (spec != kNoSpec) SetField(spec, field, std::move(value));
}

bool SpecStore::Erase(Path path) {
  const SpecIndex spec = FindIndex(path);
  if (spec == kNoSpec) return false;
  impl_->SettleProperties(spec);
  impl_->SettlePath(spec);
  Record& record = impl_->At(spec);
  if (!record.is_deferred) impl_->fields.Release(record);
  impl_->positions_of.erase(spec);
  impl_->index.Erase(record.path, impl_->PathOf());
  record = Record{0, 0, 0, 0, 0, 0};
  --impl_->live_count;
  const size_t dead = impl_->records.GetTop() - impl_->live_count;
  if (dead > 64 && dead > impl_->live_count) impl_->Compact();
  return true;
}

bool SpecStore::Move(Path from, Path to) {
  const SpecIndex spec = FindIndex(from);
  if (spec == kNoSpec || to.IsEmpty() || FindIndex(to) != kNoSpec) return false;
  impl_->SettleProperties(spec);
  impl_->SettlePath(spec);
  impl_->index.Erase(from.GetId(), impl_->PathOf());
  impl_->At(spec).path = to.GetId();
  impl_->index.Insert(to.GetId(), spec, impl_->PathOf());
  return true;
}

void SpecStore::BeginDeferred(DeferredContent content, size_t specs) {
  impl_->deferred = std::make_shared<const DeferredFields>(std::move(content));
  impl_->records.Reserve(specs);
  for (size_t i = 0; i < specs; ++i) impl_->records.Take(1);
}

void SpecStore::SetDeferredSpec(SpecIndex i, const DeferredSpec& spec) {
  Record& record = impl_->At(i);
  record.path = spec.path.IsEmpty() ? spec.name.GetId() : spec.path.GetId();
  record.first = spec.first_field;
  record.count = std::min(spec.field_count, spec_table::kMaxFields);
  record.is_deferred = 1;
  record.type = static_cast<uint32_t>(spec.type);
  record.capacity = spec.path.IsEmpty() ? spec.owner : kNoSpec;
}

size_t SpecStore::FinishDeferred() {
  const SpecIndex end = impl_->records.GetTop();
  size_t with_paths = 0;
  for (SpecIndex i = 0; i < end; ++i) with_paths += !impl_->At(i).HasOnlyName();
  if (end != 0) impl_->index.Reserve(with_paths, end - 1, impl_->PathOf());
  size_t repeated = 0;
  for (SpecIndex i = 0; i < end; ++i) {
    Record& record = impl_->At(i);
    if (record.type == 0) {
      record = Record{0, 0, 0, 0, 0, 0};
      continue;
    }
    if (record.HasOnlyName()) {
      impl_->named_end = i + 1;
    } else if (impl_->index.Insert(record.path, i, impl_->PathOf()) != i) {
      record = Record{0, 0, 0, 0, 0, 0};
      ++repeated;
      continue;
    }
    ++impl_->live_count;
  }
  return repeated;
}

Diagnostics SpecStore::GetReadProblems() const {
  return impl_->deferred ? impl_->deferred->GetSource().GetProblems() : Diagnostics();
}

}  // namespace strata::layer

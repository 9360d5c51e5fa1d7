#include "strata/layer/spec_store.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <unordered_map>
#include <vector>

namespace strata::layer {

static_assert(sizeof(SpecStore::Field) == 16, "the name is meant to lie in the tail of Value");

std::string_view GetSpecTypeName(SpecType type) {
  static constexpr std::string_view kNames[] = {
      "Unknown", "Attribute",  "Connection",   "Expression",         "Mapper",  "MapperArgument",
      "Prim",    "PseudoRoot", "Relationship", "RelationshipTarget", "Variant", "VariantSet",
  };
  const auto i = static_cast<size_t>(type);
  return i < std::size(kNames) ? kNames[i] : kNames[0];
}

namespace {

using Field = SpecStore::Field;
using SpecIndex = SpecStore::SpecIndex;

// Raw slots numbered from 0 that stay where they are, but for those of the first chunk while it is small.
// Slots are moved by copying their bytes, so T must not point into itself.
template <class T, unsigned kChunkBits>
class RawSlots {
 public:
  static constexpr uint32_t kChunk = 1u << kChunkBits;

  RawSlots() = default;
  RawSlots(const RawSlots&) = delete;
  RawSlots& operator=(const RawSlots&) = delete;
  ~RawSlots() {
    for (void* owned : owned_) std::free(owned);
  }

  T* At(uint32_t slot) const { return chunks_[slot >> kChunkBits] + (slot & (kChunk - 1)); }
  uint32_t GetTop() const { return top_; }

  // Whether slots up to `end` can follow the top without a gap.
  bool CanExtend(uint32_t count) const {
    return top_ != 0 && ((top_ - 1) >> kChunkBits) == ((top_ - 1 + count) >> kChunkBits);
  }

  // The first of `count` new slots, side by side.
  uint32_t Take(uint32_t count) {
    const uint32_t room = kChunk - (top_ & (kChunk - 1));
    if (count > kChunk) {
      top_ = static_cast<uint32_t>(chunks_.size()) << kChunkBits;  // spans chunks, which are new ones then
    } else if (count > room) {
      top_ += room;
    }
    if (count > std::numeric_limits<uint32_t>::max() - kChunk - top_) throw std::bad_alloc();
    const uint32_t first = top_;
    top_ += count;
    const size_t needed_chunks = (size_t{top_} + kChunk - 1) >> kChunkBits;
    if (needed_chunks > chunks_.size()) AddChunks(needed_chunks - chunks_.size());
    if (chunks_.size() == 1 && top_ > first_capacity_) GrowFirst(top_);
    return first;
  }

  // Makes room for `count` slots in all, as far as that is not immoderate; nothing is touched before it is
  // used.
  void Reserve(uint64_t count) {
    if (count == 0) return;
    count = std::min<uint64_t>(count, kMostBytesReserved / sizeof(T));
    if (chunks_.empty()) AddChunks(1);
    if (chunks_.size() == 1) GrowFirst(static_cast<uint32_t>(std::min<uint64_t>(count, kChunk)));
    const size_t needed_chunks = (count + kChunk - 1) >> kChunkBits;
    if (needed_chunks > chunks_.size()) AddChunks(needed_chunks - chunks_.size());
  }

  // Gives the last slots back.
  void SetTop(uint32_t top) { top_ = top; }

  void ShrinkToFit() {
    if (chunks_.size() != 1 || top_ == 0 || top_ == first_capacity_) return;
    ResizeFirst(top_);
  }

  size_t GetMemoryBytes() const {
    const size_t slots = chunks_.size() == 1 ? first_capacity_ : chunks_.size() * size_t{kChunk};
    return slots * sizeof(T) + (chunks_.capacity() + owned_.capacity()) * sizeof(void*);
  }

 private:
  void AddChunks(size_t count) {
    if (chunks_.empty() && count == 1) {  // the first chunk begins small
      owned_.reserve(1);
      chunks_.push_back(nullptr);
      owned_.push_back(nullptr);
      return;
    }
    if (chunks_.size() == 1 && first_capacity_ < kChunk) ResizeFirst(kChunk);
    owned_.reserve(owned_.size() + 1);
    chunks_.reserve(std::max(chunks_.capacity(), std::bit_ceil(chunks_.size() + count)));
    auto* memory = static_cast<T*>(std::malloc(count * kChunk * sizeof(T)));
    if (!memory) throw std::bad_alloc();
    owned_.push_back(memory);
    for (size_t i = 0; i < count; ++i) chunks_.push_back(memory + i * kChunk);
    if (chunks_.size() == count) first_capacity_ = kChunk;
  }
  void GrowFirst(uint32_t needed) {
    if (needed > first_capacity_) ResizeFirst(std::min(kChunk, std::bit_ceil(std::max(needed, 8u))));
  }
  void ResizeFirst(uint32_t capacity) {
    void* memory = std::realloc(owned_[0], capacity * sizeof(T));
    if (!memory) throw std::bad_alloc();
    owned_[0] = memory;
    chunks_[0] = static_cast<T*>(memory);
    first_capacity_ = capacity;
  }

  static constexpr size_t kMostBytesReserved = size_t{512} << 20;

  std::vector<T*> chunks_;    // one per kChunk slots
  std::vector<void*> owned_;  // allocations; one may span several chunks
  uint32_t top_ = 0;
  uint32_t first_capacity_ = 0;
};

struct Record {
  uint32_t path;
  uint32_t first;  // slot of the first field
  uint32_t count;
  uint32_t capacity : 27;  // slots that belong to this spec
  uint32_t type : 5;
};
static_assert(sizeof(Record) == 16);
constexpr uint32_t kMaxFields = (1u << 27) - 1;

// From path ids to spec indices. Paths interned together have ids in a row, which lie together here too:
// eight of them are neighbours, and the groups are spread by a hash. An entry is four bytes: the index of the
// spec, and in the bits that it leaves some of the path's hash, so that most paths without a spec are told
// from those with one without looking at a record.
class PathIndex {
 public:
  // `path_of(spec)` is the path id of a record.
  template <class PathOf>
  SpecIndex Find(uint32_t path, const PathOf& path_of) const {
    if (entries_.empty()) return SpecStore::kNoSpec;
    const size_t place = FindPlace(path, path_of);
    return entries_[place] == 0 ? SpecStore::kNoSpec : SpecOf(entries_[place]);
  }

  // The spec of `path`: `spec` itself when there was none.
  template <class PathOf>
  SpecIndex Insert(uint32_t path, SpecIndex spec, const PathOf& path_of) {
    if ((count_ + 1) * 4 > entries_.size() * 3) Resize(std::max<size_t>(16, entries_.size() * 2), path_of);
    uint32_t& entry = entries_[FindPlace(path, path_of)];
    if (entry != 0) return SpecOf(entry);
    entry = MakeEntry(path, spec);
    ++count_;
    return spec;
  }

  template <class PathOf>
  void Erase(uint32_t path, const PathOf& path_of) {
    if (entries_.empty()) return;
    size_t hole = FindPlace(path, path_of);
    if (entries_[hole] == 0) return;
    --count_;
    // Entries of the same run move up, as far as their own place allows, so that no mark of the erased one is
    // needed.
    for (size_t i = (hole + 1) & mask_; entries_[i] != 0; i = (i + 1) & mask_) {
      if (((i - Home(path_of(SpecOf(entries_[i])))) & mask_) < ((i - hole) & mask_)) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole] = 0;
  }

  template <class PathOf>
  void Reserve(size_t count, const PathOf& path_of) {
    const size_t size = std::bit_ceil(std::max<size_t>(16, count * 4 / 3 + 1));
    if (size > entries_.size()) Resize(size, path_of);
  }
  void Clear() {
    std::fill(entries_.begin(), entries_.end(), 0);
    count_ = 0;
  }
  size_t GetMemoryBytes() const { return entries_.capacity() * sizeof(uint32_t); }

 private:
  size_t Home(uint32_t path) const { return ((MixBits(path >> 3) << 3) | (path & 7)) & mask_; }
  SpecIndex SpecOf(uint32_t entry) const { return (entry & spec_mask_) - 1; }
  uint32_t TagOf(uint32_t path) const { return static_cast<uint32_t>(MixBits(path) >> 24) & ~spec_mask_; }
  uint32_t MakeEntry(uint32_t path, SpecIndex spec) const { return TagOf(path) | (spec + 1); }

  // Where the entry of `path` is, or the empty place where it would be.
  template <class PathOf>
  size_t FindPlace(uint32_t path, const PathOf& path_of) const {
    const uint32_t tag = TagOf(path);
    for (size_t i = Home(path);; i = (i + 1) & mask_) {
      const uint32_t entry = entries_[i];
      if (entry == 0 || ((entry & ~spec_mask_) == tag && path_of(SpecOf(entry)) == path)) return i;
    }
  }

  template <class PathOf>
  void Resize(size_t size, const PathOf& path_of) {
    std::vector<uint32_t> old(size);
    old.swap(entries_);
    const uint32_t old_spec_mask = spec_mask_;
    mask_ = size - 1;
    // The store keeps no more dead records than live ones, or 64: indices stay below twice the size of the
    // table, or 512.
    spec_mask_ = static_cast<uint32_t>(std::max<size_t>(size * 2, 512) - 1);
    for (const uint32_t entry : old) {
      if (entry == 0) continue;
      const SpecIndex spec = (entry & old_spec_mask) - 1;
      const uint32_t path = path_of(spec);
      size_t i = Home(path);
      while (entries_[i] != 0) i = (i + 1) & mask_;
      entries_[i] = MakeEntry(path, spec);
    }
  }

  std::vector<uint32_t> entries_;  // 0: empty
  size_t mask_ = 0;
  size_t count_ = 0;
  uint32_t spec_mask_ = 0;
};

// Blocks of fields, one per spec. A block at the top grows where it is, so specs built one after the other
// waste nothing; others move to a block of the next power of two, and what they leave is used again.
class FieldArena {
 public:
  Field* At(uint32_t slot) const { return slots_.At(slot); }

  // Makes room for one more field.
  void Grow(Record& record) {
    if (record.count == kMaxFields) throw std::bad_alloc();
    if (record.capacity != 0 && record.first + record.capacity == slots_.GetTop() && slots_.CanExtend(1)) {
      slots_.Take(1);
      record.capacity += 1;
      return;
    }
    const uint32_t needed = record.count + 1;
    // Few fields: exactly so many, for nearly all specs stay small. A new spec takes what another one
    // outgrew.
    uint32_t wanted = needed <= 8 ? needed : std::min(std::bit_ceil(needed), kMaxFields);
    if (needed == 1 && free_[2] != kNone) wanted = 2;
    uint32_t capacity = wanted;
    const uint32_t first = TakeBlock(std::max(needed, std::min(wanted, 2u)), wanted, &capacity);
    Relocate(record, first, capacity);
  }

  void Release(Record& record) {
    for (uint32_t i = 0; i < record.count; ++i) At(record.first + i)->~Field();
    FreeBlock(record.first, record.capacity);
    record.count = 0;
    record.capacity = 0;
  }

  void ShrinkToFit() { slots_.ShrinkToFit(); }
  size_t GetMemoryBytes() const { return slots_.GetMemoryBytes(); }
  void Reserve(uint64_t fields) { slots_.Reserve(fields); }
  uint32_t GetTop() const { return slots_.GetTop(); }

 private:
  struct FreeBlockHead {
    uint32_t next;
    uint32_t capacity;
  };
  static constexpr uint32_t kExactSizes = 32;
  static constexpr uint32_t kNone = UINT32_MAX;

  static uint32_t ListOf(uint32_t capacity) {
    return capacity <= kExactSizes ? capacity
                                   : kExactSizes + static_cast<uint32_t>(std::bit_width(capacity - 1)) - 5;
  }

  uint32_t TakeBlock(uint32_t least, uint32_t wanted, uint32_t* capacity) {
    const uint32_t last = ListOf(wanted);
    for (uint32_t list = ListOf(least); list <= last && free_count_ != 0; ++list) {
      if (free_[list] == kNone) continue;
      const uint32_t slot = free_[list];
      FreeBlockHead head;
      std::memcpy(&head, At(slot), sizeof head);
      if (head.capacity < least) continue;
      free_[list] = head.next;
      --free_count_;
      *capacity = head.capacity;
      return slot;
    }
    return slots_.Take(wanted);
  }

  void FreeBlock(uint32_t first, uint32_t capacity) {
    if (capacity == 0) return;
    if (first + capacity == slots_.GetTop()) {
      slots_.SetTop(first);
      return;
    }
    uint32_t& list = free_[ListOf(capacity)];
    const FreeBlockHead head{list, capacity};
    std::memcpy(static_cast<void*>(At(first)), &head, sizeof head);
    list = first;
    ++free_count_;
  }

  void Relocate(Record& record, uint32_t first, uint32_t capacity) {
    if (record.count != 0) {
      std::memcpy(static_cast<void*>(At(first)), static_cast<const void*>(At(record.first)),
                  record.count * sizeof(Field));
    }
    FreeBlock(record.first, record.capacity);
    record.first = first;
    record.capacity = capacity;
  }

  static constexpr std::array<uint32_t, 64> MakeEmptyLists() {
    std::array<uint32_t, 64> lists{};
    lists.fill(kNone);
    return lists;
  }

  RawSlots<Field, 16> slots_;
  std::array<uint32_t, 64> free_ = MakeEmptyLists();
  size_t free_count_ = 0;
};

}  // namespace

struct SpecStore::Impl {
  ~Impl() {
    for (SpecIndex i = 0; i < records.GetTop(); ++i) {
      const Record& record = *records.At(i);
      for (uint32_t f = 0; f < record.count; ++f) fields.At(record.first + f)->~Field();
    }
  }

  Record& At(SpecIndex spec) const { return *records.At(spec); }
  auto PathOf() const {
    return [this](SpecIndex spec) { return At(spec).path; };
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
  std::unordered_map<SpecIndex, std::unordered_map<Token, uint32_t>> positions_of;
};

SpecStore::SpecStore() : impl_(std::make_unique<Impl>()) {}
SpecStore::~SpecStore() = default;
SpecStore::SpecStore(SpecStore&& other) noexcept = default;
SpecStore& SpecStore::operator=(SpecStore&& other) noexcept = default;

const Value* SpecStore::SpecView::Find(Token field) const {
  for (uint32_t i = 0; i < count_; ++i)
    if (fields_[i].name == field) return &fields_[i].value;
  return nullptr;
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
  if (record.count != 0) view.fields_ = impl_->fields.At(record.first);
  return view;
}

SpecStore::SpecView SpecStore::Find(Path path) const {
  const SpecIndex spec = FindIndex(path);
  return spec == kNoSpec ? SpecView() : ViewOf(spec);
}

SpecStore::SpecIndex SpecStore::FindIndex(Path path) const {
  return path.IsEmpty() ? kNoSpec : impl_->index.Find(path.GetId(), impl_->PathOf());
}

SpecStore::SpecIndex SpecStore::Create(Path path, SpecType type) {
  if (path.IsEmpty() || type == SpecType::kUnknown) return kNoSpec;
  const SpecIndex next = impl_->records.Take(1);
  impl_->At(next) = Record{path.GetId(), 0, 0, 0, 0};
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
  Record& record = impl_->At(spec);
  const uint32_t position = impl_->FindField(spec, field);
  if (position != record.count) {
    impl_->fields.At(record.first)[position].value = std::move(value);
    return;
  }
  if (record.count == record.capacity) impl_->fields.Grow(record);
  new (impl_->fields.At(record.first) + record.count) Field(field, std::move(value));
  if (record.count >= Impl::kManyFields) impl_->GetPositions(spec).emplace(field, record.count);
  ++record.count;
}

bool SpecStore::EraseField(SpecIndex spec, Token field) {
  const uint32_t position = impl_->FindField(spec, field);
  if (position == impl_->At(spec).count) return false;
  impl_->EraseAt(spec, position);
  return true;
}

const Value* SpecStore::GetField(SpecIndex spec, Token field) const {
  return ViewOf(spec).Find(field);
}

Value* SpecStore::GetMutableField(SpecIndex spec, Token field) {
  const Record& record = impl_->At(spec);
  const uint32_t position = impl_->FindField(spec, field);
  return position == record.count ? nullptr : &impl_->fields.At(record.first)[position].value;
}

SpecType SpecStore::GetType(SpecIndex spec) const {
  return static_cast<SpecType>(impl_->At(spec).type);
}
Path SpecStore::GetPath(SpecIndex spec) const {
  return Path::FromId(impl_->At(spec).path);
}

void SpecStore::SetType(SpecIndex spec, SpecType type) {
  if (type != SpecType::kUnknown) impl_->At(spec).type = static_cast<uint32_t>(type);
}

void SpecStore::Reserve(size_t specs) {
  const uint64_t records_now = impl_->records.GetTop();
  // As many fields a spec as so far.
  const uint64_t fields = records_now < 64 ? specs * 3 : specs * impl_->fields.GetTop() / records_now;
  impl_->index.Reserve(specs, impl_->PathOf());
  impl_->records.Reserve(specs);
  impl_->fields.Reserve(fields);
}

void SpecStore::ShrinkToFit() {
  impl_->records.ShrinkToFit();
  impl_->fields.ShrinkToFit();
}

size_t SpecStore::GetMemoryBytes() const {
  return sizeof(Impl) + impl_->records.GetMemoryBytes() + impl_->fields.GetMemoryBytes() +
         impl_->index.GetMemoryBytes();
}

SpecStore SpecStore::Clone() const {
  SpecStore copy;
  copy.Reserve(GetSpecCount());
  VisitSpecs([&copy](Path path, const SpecView& view) {
    const SpecIndex spec = copy.Create(path, view.GetType());
    for (const Field& field : view) copy.SetField(spec, field.name, field.value);
  });
  return copy;
}

void SpecStore::SetField(Path path, Token field, Value value) {
  const SpecIndex spec = FindIndex(path);
  if (spec != kNoSpec) SetField(spec, field, std::move(value));
}

bool SpecStore::Erase(Path path) {
  const SpecIndex spec = FindIndex(path);
  if (spec == kNoSpec) return false;
  Record& record = impl_->At(spec);
  impl_->fields.Release(record);
  impl_->positions_of.erase(spec);
  impl_->index.Erase(record.path, impl_->PathOf());
  record = Record{0, 0, 0, 0, 0};
  --impl_->live_count;
  const size_t dead = impl_->records.GetTop() - impl_->live_count;
  if (dead > 64 && dead > impl_->live_count) impl_->Compact();
  return true;
}

bool SpecStore::Move(Path from, Path to) {
  const SpecIndex spec = FindIndex(from);
  if (spec == kNoSpec || to.IsEmpty() || FindIndex(to) != kNoSpec) return false;
  impl_->index.Erase(from.GetId(), impl_->PathOf());
  impl_->At(spec).path = to.GetId();
  impl_->index.Insert(to.GetId(), spec, impl_->PathOf());
  return true;
}

}  // namespace strata::layer

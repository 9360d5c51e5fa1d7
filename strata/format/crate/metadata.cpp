// The part of a structure that says what "/" has: the beginnings of the sections that tell of specs and
// fields.
//
// Writers put "/" first everywhere, so that little of each section needs to be read. Where that is not so, or
// anything is out of the ordinary, the whole structure is read instead, which says best what is wrong.
#include <algorithm>
#include <cstring>
#include <vector>

#include "strata/format/crate/sections.h"

namespace strata::format::crate {

namespace {

constexpr uint64_t kSpecsLookedAt = 64;
constexpr uint64_t kFirstFields = 64;      // of a set, of which it is not known where it ends
constexpr uint64_t kFirstBytes = 4 << 10;  // of what is compressed

// Compressed bytes of which the beginning is decompressed, reading no more of them than that takes.
class Beginning {
 public:
  // The `size` bytes at the cursor, which then stands behind them.
  Beginning(const FileBytes& bytes, Cursor& cursor) : bytes_(bytes) {
    size_ = cursor.Take<uint64_t>();
    start_ = cursor.GetOffset();
    cursor.Skip(size_);
    is_good_ = cursor.IsGood() && size_ > 1;
  }

  // The first `wanted` bytes, or null.
  const char* Get(uint64_t wanted) {
    if (!is_good_ || wanted > GetMostDecompressed(size_)) return nullptr;
    char* out = decompressed_.Get(wanted);
    for (uint64_t take = std::min(size_, kFirstBytes);; take = std::min(size_, take * 4)) {
      const uint64_t had = compressed_.size();
      if (take > had) {
        compressed_.resize(take);
        if (!bytes_.Read(start_ + had, take - had, compressed_.data() + had)) return nullptr;
      }
      if (DecompressBeginning({compressed_.data(), compressed_.size()}, out, wanted)) return out;
      if (compressed_.size() == size_) return nullptr;
      take = compressed_.size();
    }
  }

  // The first `wanted` of `count` integers.
  bool GetIntegers(uint64_t count, uint64_t wanted, std::vector<uint32_t>& out) {
    if (wanted > count || count > GetMostIntegers(size_)) return false;
    // They take fewer bytes than there is room for here, unless all of them are wanted.
    const uint64_t codes = sizeof(uint32_t) + (count * 2 + 7) / 8;
    const char* encoded = Get(codes);
    if (!encoded) return false;
    const uint64_t needed = CountEncodedBytes({encoded, codes}, count, wanted);
    encoded = Get(needed);
    if (!encoded) return false;
    out.resize(wanted);
    DecodeFirstIntegers({encoded, needed}, count, wanted, out.data());
    return true;
  }

 private:
  const FileBytes& bytes_;
  uint64_t size_ = 0, start_ = 0;
  bool is_good_ = false;
  std::vector<char> compressed_;
  Scratch decompressed_;
};

// Values that name paths, of which only "/" is known.
bool MayNamePaths(ValueRep rep) {
  switch (rep.GetKind()) {
    case ValueKind::kPathListOp:
    case ValueKind::kPathVector:
    case ValueKind::kReferenceListOp:
    case ValueKind::kPayloadListOp:
    case ValueKind::kPayload:
    case ValueKind::kRelocates:
    case ValueKind::kValue:
      return true;
    default:
      return false;
  }
}

template <class T>
void Fill(Table<T>& table, const std::vector<T>& from) {
  table.data.reset(new T[from.size()]);
  table.size = static_cast<uint32_t>(from.size());
  std::copy(from.begin(), from.end(), table.data.get());
}

}  // namespace

StructureReader::Found StructureReader::ReadRoot(Structure& out) {
  if (!ReadBootstrap(out)) return Found::kDamaged;
  for (Problem problem : {ReadTokens(out), ReadStrings(out)})
    if (problem.code) return Found::kUnsure;

  std::vector<uint32_t> first;
  Cursor paths(bytes_, out.paths_section.start);
  paths.Take<uint64_t>();
  const auto places = paths.Take<uint64_t>();
  if (places == 0 || !Beginning(bytes_, paths).GetIntegers(places, 1, first)) return Found::kUnsure;
  const uint32_t root = first.front();

  Cursor specs(bytes_, out.specs_section.start);
  const auto count = specs.Take<uint64_t>();
  std::vector<uint32_t> numbers, sets, forms;
  if (!Beginning(bytes_, specs).GetIntegers(count, std::min(count, kSpecsLookedAt), numbers))
    return Found::kUnsure;
  const auto place = std::find(numbers.begin(), numbers.end(), root);
  const auto looked_at = static_cast<uint64_t>(place - numbers.begin()) + 1;
  if (place == numbers.end() || !Beginning(bytes_, specs).GetIntegers(count, looked_at, sets) ||
      !Beginning(bytes_, specs).GetIntegers(count, looked_at, forms))
    return Found::kUnsure;
  if (forms.back() != static_cast<uint32_t>(SpecForm::kPseudoRoot)) return Found::kUnsure;

  std::vector<uint32_t> fields;
  if (!ReadFieldSet(out, sets.back(), fields) || !ReadRootFields(out, fields)) return Found::kUnsure;
  out.path_count = 1;
  Fill(out.path_numbers, {0});
  Fill(out.path_elements, {0});
  Fill(out.path_jumps, {static_cast<uint32_t>(kJumpLeaf)});
  Fill(out.spec_paths, {0});
  Fill(out.spec_field_sets, {0});
  Fill(out.spec_forms, {forms.back()});
  return CheckIndices(out).code ? Found::kUnsure : Found::kAll;
}

// The fields of the set that begins at `start`.
bool StructureReader::ReadFieldSet(const Structure& structure, uint64_t start,
                                   std::vector<uint32_t>& out) const {
  Cursor cursor(bytes_, structure.field_sets_section.start);
  const auto count = cursor.Take<uint64_t>();
  if (start >= count) return false;
  Beginning beginning(bytes_, cursor);
  std::vector<uint32_t> items;
  for (uint64_t more = kFirstFields;; more *= 4) {
    const uint64_t wanted = std::min(count, start + more);
    if (!beginning.GetIntegers(count, wanted, items)) return false;
    const auto from = items.begin() + static_cast<ptrdiff_t>(start);
    const auto end = std::find(from, items.end(), kEndOfFieldSet);
    if (end != items.end()) {
      out.assign(from, end);
      return true;
    }
    if (wanted == count) return false;
  }
}

bool StructureReader::ReadRootFields(Structure& out, const std::vector<uint32_t>& fields) const {
  std::vector<uint32_t> names, root_names, set;
  std::vector<uint64_t> values;
  if (!fields.empty()) {
    const uint64_t wanted = uint64_t{*std::max_element(fields.begin(), fields.end())} + 1;
    Cursor cursor(bytes_, out.fields_section.start);
    const auto count = cursor.Take<uint64_t>();
    if (wanted > count || !Beginning(bytes_, cursor).GetIntegers(count, wanted, names)) return false;
    Beginning beginning(bytes_, cursor);
    const char* reps = beginning.Get(wanted * sizeof(uint64_t));
    if (!reps) return false;
    for (const uint32_t field : fields) {
      ValueRep rep;
      std::memcpy(&rep.bits, reps + field * sizeof rep.bits, sizeof rep.bits);
      if (MayNamePaths(rep)) return false;
      set.push_back(static_cast<uint32_t>(set.size()));
      root_names.push_back(names[field]);
      values.push_back(rep.bits);
    }
  }
  set.push_back(kEndOfFieldSet);
  Fill(out.field_names, root_names);
  Fill(out.field_values, values);
  Fill(out.field_sets, set);
  return true;
}

}  // namespace strata::format::crate

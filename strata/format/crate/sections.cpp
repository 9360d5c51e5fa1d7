#include "strata/format/crate/sections.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <unordered_map>

#include <fmt/format.h>

#include "strata/format/crate/codes.h"
#include "strata/layer/fields.h"

namespace strata::format::crate {

namespace {

constexpr uint64_t kMostSections = 64;
constexpr std::string_view kWriteAgain = "Write the file again from its source, or restore it from a copy.";

template <class T>
void Allocate(Table<T>& table, uint64_t size) {
  table.data.reset(new T[size]);
  table.size = static_cast<uint32_t>(size);
}

}  // namespace

StructureReader::Problem StructureReader::Damaged(std::string_view section, uint64_t offset,
                                                  std::string_view what) {
  return {&kCrateSection, fmt::format("Section {} is damaged at byte {}: {}.", section, offset, what),
          std::string(kWriteAgain)};
}

bool StructureReader::Fail(Problem problem) {
  SourceLocation where;
  where.file = identifier_;
  // Bytes that cannot be had say nothing of the file.
  if (std::optional<Diagnostic> failure = bytes_.GetFailure()) {
    if (failure->location.file.empty()) failure->location = std::move(where);
    if (!is_failure_told_) diagnostics_.Add(*std::move(failure));
    is_failure_told_ = true;
    return false;
  }
  diagnostics_.Add(
      Diagnostic(*problem.code, std::move(problem.message), std::move(where), std::move(problem.hint)));
  return false;
}

bool StructureReader::Read(Structure& out) {
  if (!ReadBootstrap(out)) return false;
  // Each of these reads a section, or a third of one, and none needs another.
  const std::array<std::function<Problem()>, 10> steps = {
      [&] { return ReadTokens(out); },
      [&] { return ReadPaths(out, &Structure::path_numbers, 0); },
      [&] { return ReadPaths(out, &Structure::path_elements, 1); },
      [&] { return ReadSpecs(out, &Structure::spec_paths, 0); },
      [&] { return ReadFields(out); },
      [&] { return ReadPaths(out, &Structure::path_jumps, 2); },
      [&] { return ReadSpecs(out, &Structure::spec_field_sets, 1); },
      [&] { return ReadFieldSets(out); },
      [&] { return ReadSpecs(out, &Structure::spec_forms, 2); },
      [&] { return ReadStrings(out); },
  };
  std::array<Problem, 10> problems;
  const auto run = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) problems[i] = steps[i]();
  };
  constexpr uint64_t kSmall = 1 << 16;  // not worth other threads
  if (options_.executor && bytes_.GetSize() > kSmall)
    options_.executor->ParallelFor(steps.size(), 1, run);
  else
    run(0, steps.size());
  bool is_good = true;
  for (Problem& problem : problems)
    if (problem.code) is_good = Fail(std::move(problem));
  if (!is_good) return false;
  Problem problem = CheckIndices(out);
  return !problem.code || Fail(std::move(problem));
}

bool StructureReader::ReadBootstrap(Structure& out) {
  Cursor cursor(bytes_, 0);
  const std::string_view magic = cursor.TakeBytes(kMagic.size());
  if (magic != kMagic)
    return Fail({&kCrateHeader, "The file does not begin with PXR-USDC.",
                 "Open it as what it is; text layers begin with #usda."});
  out.version = {cursor.Take<uint8_t>(), cursor.Take<uint8_t>(), cursor.Take<uint8_t>()};
  if (bytes_.GetSize() < kBootstrapBytes) {
    return Fail({&kCrateTruncated,
                 fmt::format("The file ends at byte {}, within its header of {} bytes.", bytes_.GetSize(),
                             kBootstrapBytes),
                 "Copy or download the file again."});
  }
  const Version version = out.version;
  if (version < kOldestRead || version > kNewestRead || version.major != 0) {
    const bool is_old = version < kOldestRead;
    return Fail(
        {&kCrateVersion,
         fmt::format("The file is crate version {}.{}.{}; {}.{}.{} to {}.{}.{} are read.", version.major,
                     version.minor, version.patch, kOldestRead.major, kOldestRead.minor, kOldestRead.patch,
                     kNewestRead.major, kNewestRead.minor, kNewestRead.patch),
         is_old ? "Convert it with a release of OpenUSD of its time, and write it as a newer version."
                : "Write it as an older version, or use a newer release."});
  }
  cursor.Seek(kContentsOffset);
  return ReadContents(cursor.Take<uint64_t>(), out);
}

bool StructureReader::ReadContents(uint64_t start, Structure& out) {
  if (start < kBootstrapBytes || start > bytes_.GetSize() || bytes_.GetSize() - start < sizeof(uint64_t)) {
    return Fail({&kCrateTruncated,
                 fmt::format("The table of contents is said to be at byte {} of a file of {} bytes.", start,
                             bytes_.GetSize()),
                 "Copy or download the file again: its end is missing, or its header is damaged."});
  }
  Cursor cursor(bytes_, start);
  const auto count = cursor.Take<uint64_t>();
  if (count > kMostSections || count * kSectionEntryBytes > cursor.GetRemaining())
    return Fail(Damaged("table of contents", start, fmt::format("it cannot have {} entries", count)));
  const std::pair<std::string_view, Section*> known[] = {
      {kTokensSection, &out.tokens_section}, {kStringsSection, &out.strings_section},
      {kFieldsSection, &out.fields_section}, {kFieldSetsSection, &out.field_sets_section},
      {kPathsSection, &out.paths_section},   {kSpecsSection, &out.specs_section},
  };
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t entry = cursor.GetOffset();
    const std::string bytes(cursor.TakeBytes(kSectionNameBytes));
    const std::string_view name = std::string_view(bytes).substr(0, bytes.find('\0'));
    const auto section_start = cursor.Take<uint64_t>();
    const auto size = cursor.Take<uint64_t>();
    for (const auto& [known_name, section] : known) {
      if (known_name != name) continue;
      if (section->is_there)
        return Fail(Damaged("table of contents", entry, fmt::format("{} is named twice", name)));
      if (section_start > bytes_.GetSize() || size > bytes_.GetSize() - section_start) {
        return Fail({&kCrateTruncated,
                     fmt::format("Section {} is said to be {} bytes at byte {} of a file of {} bytes.", name,
                                 size, section_start, bytes_.GetSize()),
                     "Copy or download the file again."});
      }
      *section = {section_start, size, true};
    }
  }
  for (const auto& [name, section] : known) {
    if (!section->is_there)
      return Fail(
          {&kCrateSection, fmt::format("The file has no section {}.", name), std::string(kWriteAgain)});
  }
  return true;
}

StructureReader::Problem StructureReader::ReadIntegers(std::string_view section, Cursor& cursor, uint64_t end,
                                                       uint64_t count, Table<uint32_t>& out) const {
  const uint64_t at = cursor.GetOffset();
  const auto size = cursor.Take<uint64_t>();
  if (!cursor.IsGood() || cursor.GetOffset() > end || size > end - cursor.GetOffset())
    return Damaged(section, at, fmt::format("there are no {} bytes of integers", size));
  if (count == 0) return {};
  const std::string_view compressed = cursor.TakeBytes(size);
  Scratch scratch;
  const std::string_view encoded = compressed.data()
                                       ? DecompressIntegers(compressed, count, sizeof(uint32_t), scratch)
                                       : std::string_view();
  if (encoded.empty()) return Damaged(section, at, fmt::format("there are no {} integers", count));
  Allocate(out, count);
  DecodeIntegers(encoded, count, out.data.get());
  return {};
}

StructureReader::Problem StructureReader::ReadTokens(Structure& out) const {
  const Section& section = out.tokens_section;
  const uint64_t end = section.start + section.size;
  Cursor cursor(bytes_, section.start);
  const auto count = cursor.Take<uint64_t>();
  const auto size = cursor.Take<uint64_t>();
  const auto compressed_size = cursor.Take<uint64_t>();
  if (!cursor.IsGood() || cursor.GetOffset() > end || compressed_size > end - cursor.GetOffset())
    return Damaged(kTokensSection, section.start, "its sizes do not fit in it");
  if (size > GetMostDecompressed(compressed_size) || count > size)
    return Damaged(
        kTokensSection, section.start,
        fmt::format("{} tokens of {} bytes cannot come from {} bytes", count, size, compressed_size));
  if (size > options_.budgets.max_string_bytes) {
    const Diagnostic over = MakeBudgetDiagnostic("max_string_bytes", options_.budgets.max_string_bytes, {});
    return {over.code, over.message, over.hint};
  }
  const std::string_view compressed = cursor.TakeBytes(compressed_size);
  Scratch scratch;
  char* text = scratch.Get(size + 1);
  if (size != 0 && (!compressed.data() || Decompress(compressed, text, size) != size))
    return Damaged(kTokensSection, section.start, "its bytes cannot be decompressed");
  out.tokens.reserve(count);
  const char* at = text;
  const char* const text_end = text + size;
  for (uint64_t i = 0; i < count; ++i) {
    const auto* stop = static_cast<const char*>(std::memchr(at, '\0', static_cast<size_t>(text_end - at)));
    if (!stop) return Damaged(kTokensSection, section.start, fmt::format("token {} has no end", i));
    out.tokens.emplace_back(std::string_view(at, static_cast<size_t>(stop - at)));
    at = stop + 1;
  }
  FindAlikeTokens(out);
  const layer::FieldNames& names = layer::GetFieldNames();
  for (uint64_t i = count; i-- > 0;) {
    if (out.tokens[i] == names.primChildren) out.prim_children_name = static_cast<uint32_t>(i);
    if (out.tokens[i] == names.properties) out.properties_name = static_cast<uint32_t>(i);
  }
  return {};
}

void StructureReader::FindAlikeTokens(Structure& out) {
  uint32_t greatest = 0;
  for (const Token token : out.tokens) greatest = std::max(greatest, token.GetId());
  std::vector<bool> is_seen(size_t{greatest} + 1);
  bool is_any_alike = false;
  for (const Token token : out.tokens) {
    is_any_alike = is_any_alike || is_seen[token.GetId()];
    is_seen[token.GetId()] = true;
  }
  if (!is_any_alike) return;
  std::unordered_map<Token, uint32_t> first;
  for (const Token token : out.tokens) {
    const auto here = static_cast<uint32_t>(out.first_alike.size());
    out.first_alike.push_back(first.try_emplace(token, here).first->second);
  }
}

StructureReader::Problem StructureReader::ReadStrings(Structure& out) const {
  const Section& section = out.strings_section;
  Cursor cursor(bytes_, section.start);
  const auto count = cursor.Take<uint64_t>();
  if (section.size < sizeof count || count > (section.size - sizeof count) / sizeof(uint32_t))
    return Damaged(kStringsSection, section.start, fmt::format("it has no room for {} strings", count));
  const std::string_view bytes = cursor.TakeBytes(count * sizeof(uint32_t));
  if (!bytes.data()) return Damaged(kStringsSection, section.start, "it cannot be read");
  Allocate(out.strings, count);
  if (count != 0) std::memcpy(out.strings.data.get(), bytes.data(), bytes.size());
  return {};
}

StructureReader::Problem StructureReader::ReadFields(Structure& out) const {
  const Section& section = out.fields_section;
  const uint64_t end = section.start + section.size;
  Cursor cursor(bytes_, section.start);
  const auto count = cursor.Take<uint64_t>();
  Problem problem = ReadIntegers(kFieldsSection, cursor, end, count, out.field_names);
  if (problem.code || count == 0) return problem;
  const uint64_t at = cursor.GetOffset();
  const auto size = cursor.Take<uint64_t>();
  if (!cursor.IsGood() || cursor.GetOffset() > end || size > end - cursor.GetOffset())
    return Damaged(kFieldsSection, at, fmt::format("there are no {} bytes of values", size));
  if (count > GetMostDecompressed(size) / sizeof(uint64_t))
    return Damaged(kFieldsSection, at, fmt::format("{} values cannot come from {} bytes", count, size));
  const std::string_view compressed = cursor.TakeBytes(size);
  Allocate(out.field_values, count);
  const uint64_t bytes = count * sizeof(uint64_t);
  if (!compressed.data() ||
      Decompress(compressed, reinterpret_cast<char*>(out.field_values.data.get()), bytes) != bytes)
    return Damaged(kFieldsSection, at, "its values cannot be decompressed");
  return {};
}

StructureReader::Problem StructureReader::ReadFieldSets(Structure& out) const {
  const Section& section = out.field_sets_section;
  Cursor cursor(bytes_, section.start);
  const auto count = cursor.Take<uint64_t>();
  return ReadIntegers(kFieldSetsSection, cursor, section.start + section.size, count, out.field_sets);
}

StructureReader::Problem StructureReader::ReadPaths(Structure& out, Table<uint32_t> Structure::* which,
                                                    int skip) const {
  const Section& section = out.paths_section;
  const uint64_t end = section.start + section.size;
  Cursor cursor(bytes_, section.start);
  const auto paths = cursor.Take<uint64_t>();
  const auto count = cursor.Take<uint64_t>();
  // The empty path has a number and no place in the tree.
  if (paths > options_.budgets.max_specs * uint64_t{2} || count > paths)
    return Damaged(kPathsSection, section.start, fmt::format("{} paths cannot have {} places", paths, count));
  if (paths > GetMostIntegers(section.size))
    return Damaged(kPathsSection, section.start, fmt::format("it has no room for {} paths", paths));
  if (skip == 0) out.path_count = static_cast<uint32_t>(paths);
  for (int i = 0; i < skip; ++i) cursor.Skip(cursor.Take<uint64_t>());
  return ReadIntegers(kPathsSection, cursor, end, count, out.*which);
}

StructureReader::Problem StructureReader::ReadSpecs(Structure& out, Table<uint32_t> Structure::* which,
                                                    int skip) const {
  const Section& section = out.specs_section;
  const uint64_t end = section.start + section.size;
  Cursor cursor(bytes_, section.start);
  const auto count = cursor.Take<uint64_t>();
  if (count > options_.budgets.max_specs) {
    const Diagnostic over = MakeBudgetDiagnostic("max_specs", options_.budgets.max_specs, {});
    return {over.code, over.message, over.hint};
  }
  for (int i = 0; i < skip; ++i) cursor.Skip(cursor.Take<uint64_t>());
  return ReadIntegers(kSpecsSection, cursor, end, count, out.*which);
}

// Numbers that name rows of other tables. Those of paths and specs are checked where they are used.
StructureReader::Problem StructureReader::CheckIndices(Structure& out) const {
  const auto tokens = static_cast<uint32_t>(out.tokens.size());
  for (uint32_t i = 0; i < out.strings.size; ++i)
    if (out.strings[i] >= tokens)
      return Damaged(kStringsSection, out.strings_section.start,
                     fmt::format("string {} is token {} of {}", i, out.strings[i], tokens));
  for (uint32_t i = 0; i < out.field_names.size; ++i)
    if (out.field_names[i] >= tokens)
      return Damaged(kFieldsSection, out.fields_section.start,
                     fmt::format("the name of field {} is token {} of {}", i, out.field_names[i], tokens));
  if (!out.first_alike.empty()) {
    for (uint32_t i = 0; i < out.field_names.size; ++i)
      out.field_names[i] = out.GetFirstAlike(out.field_names[i]);
  }
  const uint32_t fields = out.field_names.size;
  for (uint32_t i = 0; i < out.field_sets.size; ++i)
    if (out.field_sets[i] >= fields && out.field_sets[i] != kEndOfFieldSet)
      return Damaged(kFieldSetsSection, out.field_sets_section.start,
                     fmt::format("item {} is field {} of {}", i, out.field_sets[i], fields));
  if (out.field_sets.size != 0 && out.field_sets[out.field_sets.size - 1] != kEndOfFieldSet)
    return Damaged(kFieldSetsSection, out.field_sets_section.start, "its last set has no end");
  return {};
}

}  // namespace strata::format::crate

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "strata/format/crate/compression.h"
#include "strata/format/crate/encode.h"
#include "strata/format/crate/value_kinds.h"
#include "tests/fuzz/mutators/mutators.h"

namespace {

namespace crate = strata::format::crate;

template <class T>
T Load(const std::string& bytes, size_t at) {
  T value{};
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
template <class T>
void Append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// The integers that stand at `at` with some of them changed; `at` then stands after them.
std::string ChangeIntegers(const std::string& section, size_t& at, uint64_t count, Random& random,
                           bool change) {
  const auto size = Load<uint64_t>(section, at);
  if (at + 8 > section.size() || size > section.size() - at - 8 || count > 4096) return {};
  std::vector<uint32_t> numbers(count);
  crate::Scratch scratch;
  if (!crate::DecodeIntegers(std::string_view(section).substr(at + 8, size), count, numbers.data(), scratch))
    return {};
  at += 8 + size;
  for (uint64_t times = change && count != 0 ? 1 + random.Below(3) : 0; times != 0; --times) {
    uint32_t& number = numbers[random.Below(count)];
    number = random.Below(3) ? static_cast<uint32_t>(number + random.Below(5) - 2)
                             : static_cast<uint32_t>(random.Below(2) ? random.Next() : random.Below(count));
  }
  std::string out;
  crate::AppendIntegers(numbers.data(), numbers.size(), out, scratch);
  return out;
}

// A section with its numbers changed under their compression; empty when it is not what it should be.
std::string ChangeNumbers(std::string_view name, const std::string& section, Random& random) {
  const bool is_paths = name == crate::kPathsSection;
  const size_t head = is_paths ? 16 : 8;
  const auto count = Load<uint64_t>(section, head - 8);
  std::string out = section.substr(0, head);
  size_t at = head;
  const int arrays = is_paths || name == crate::kSpecsSection ? 3 : 1;
  const auto which = static_cast<int>(random.Below(arrays + 1));
  for (int i = 0; i < arrays; ++i) {
    const std::string array = ChangeIntegers(section, at, count, random, i == which);
    if (array.empty()) return {};
    out += array;
  }
  if (name == crate::kFieldsSection) {
    const auto size = Load<uint64_t>(section, at);
    if (at + 8 > section.size() || size > section.size() - at - 8 || count > 4096) return {};
    std::string values(count * 8, '\0');
    if (crate::Decompress(std::string_view(section).substr(at + 8, size), values.data(), values.size()) !=
        values.size())
      return {};
    if (which == 1) {
      const std::string before = values;
      ChangeBytes(values, random, 0);
      values.resize(before.size());
    }
    std::string packed;
    crate::AppendCompressed(values, packed);
    Append<uint64_t>(out, packed.size());
    out += packed;
  }
  return out;
}

// Splits a file at its sections, changes one part, and writes places and sizes anew.
bool Reseal(std::string& file, Random& random) {
  const auto contents = Load<uint64_t>(file, crate::kContentsOffset);
  const auto count = Load<uint64_t>(file, contents);
  if (contents >= file.size() || count > 16) return false;
  struct Part {
    std::string name, bytes;
  };
  std::vector<Part> parts;
  uint64_t first = contents;
  for (uint64_t i = 0; i < count; ++i) {
    const size_t entry = contents + 8 + i * crate::kSectionEntryBytes;
    const auto start = Load<uint64_t>(file, entry + 16), size = Load<uint64_t>(file, entry + 24);
    if (entry + 32 > file.size() || start > file.size() || size > file.size() - start) return false;
    parts.push_back({file.substr(entry, 16), file.substr(start, size)});
    first = std::min(first, start);
  }
  if (first < crate::kBootstrapBytes) return false;
  std::string out = file.substr(0, first);
  const uint64_t which = random.Below(parts.size() + 2);
  if (which >= parts.size()) {
    ChangeBytes(out, random, crate::kBootstrapBytes);
  } else {
    Part& part = parts[which];
    const std::string_view name(part.name.c_str());
    const bool has_numbers = name != crate::kTokensSection && name != crate::kStringsSection;
    const std::string changed =
        has_numbers && random.Below(4) ? ChangeNumbers(name, part.bytes, random) : std::string();
    if (!changed.empty())
      part.bytes = changed;
    else
      ChangeBytes(part.bytes, random, 0);
  }
  std::string table;
  Append<uint64_t>(table, parts.size());
  for (const Part& part : parts) {
    table += part.name;
    Append<uint64_t>(table, out.size());
    Append<uint64_t>(table, part.bytes.size());
    out += part.bytes;
  }
  const uint64_t start = out.size();
  std::memcpy(out.data() + crate::kContentsOffset, &start, sizeof start);
  file = out + table;
  return true;
}

}  // namespace

void ChangeBytes(std::string& bytes, Random& random, size_t from) {
  for (uint64_t times = 1 + random.Below(4); times != 0 && bytes.size() > from; --times) {
    const size_t at = from + random.Below(bytes.size() - from);
    switch (random.Below(5)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << random.Below(8));
        break;
      case 1:
        bytes[at] = static_cast<char>(random.Next());
        break;
      case 2:
        bytes[at] = static_cast<char>(random.Below(2) ? 0xFF : 0);
        break;
      case 3:
        bytes.erase(at, 1 + random.Below(8));
        break;
      default:
        bytes.insert(at, bytes.substr(from + random.Below(bytes.size() - from), random.Below(16)));
    }
  }
}

void ChangeCrate(std::string& file, Random& random) {
  if (random.Below(8) == 0 || !Reseal(file, random)) ChangeBytes(file, random, 0);
}

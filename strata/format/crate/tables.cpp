#include "strata/format/crate/tables.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "strata/format/crate/encode.h"

namespace strata::format::crate {
namespace {

template <class T>
void Append(std::string& out, T number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

void AppendNumbers(const std::vector<uint32_t>& numbers, std::string& out) {
  Scratch scratch;
  AppendIntegers(numbers.data(), numbers.size(), out, scratch);
}

void AppendTokens(const TokenNumbers& tokens, std::string& out) {
  std::string texts;
  Append(out, static_cast<uint64_t>(tokens.AppendTexts(texts)));
  std::string compressed;
  AppendCompressed(texts, compressed);
  Append(out, static_cast<uint64_t>(texts.size()));
  Append(out, static_cast<uint64_t>(compressed.size()));
  out += compressed;
}

void AppendStrings(const std::vector<uint32_t>& strings, std::string& out) {
  Append(out, static_cast<uint64_t>(strings.size()));
  out.append(reinterpret_cast<const char*>(strings.data()), strings.size() * sizeof(uint32_t));
}

void AppendReps(const std::vector<ValueRep>& reps, std::string& out) {
  std::string compressed;
  AppendCompressed({reinterpret_cast<const char*>(reps.data()), reps.size() * sizeof(ValueRep)}, compressed);
  Append(out, static_cast<uint64_t>(compressed.size()));
  out += compressed;
}

// A part of a section: a count before it or not, and bytes that are made apart from all others.
struct Part {
  std::string_view section;  // empty: goes on with the section before
  std::function<void(std::string& out)> append;
};

}  // namespace

void NumberIndex::Grow() {
  std::vector<Place> old(places_.empty() ? 1024 : places_.size() * 2);
  old.swap(places_);
  const size_t mask = places_.size() - 1;
  for (const Place& place : old) {
    if (place.number == kNone) continue;
    size_t at = (uint64_t{place.tag} << 32 | place.home) & mask;
    while (places_[at].number != kNone) at = (at + 1) & mask;
    places_[at] = place;
  }
}

uint32_t FieldSets::Add(const std::vector<uint32_t>& fields) {
  uint64_t hash = fields.size();
  for (const uint32_t field : fields) {
    hash = (hash ^ field) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  const auto next = static_cast<uint32_t>(all_.size());
  const uint32_t found = index_.FindOrAdd(hash, next, [&](uint32_t start) {
    return start + fields.size() < all_.size() && all_[start + fields.size()] == kEndOfFieldSet &&
           std::equal(fields.begin(), fields.end(), all_.begin() + start);
  });
  if (found != next) return found;
  all_.insert(all_.end(), fields.begin(), fields.end());
  all_.push_back(kEndOfFieldSet);
  return next;
}

void FieldSets::Renumber(const std::vector<uint32_t>& numbers) {
  for (uint32_t& field : all_)
    if (field != kEndOfFieldSet) field = numbers[field];
}

void FieldTable::Settle(const std::function<ValueRep(ValueRep)>& settle, FieldSets& sets) {
  if (open_.empty()) return;
  std::vector<uint32_t> numbers(reps_.size());
  for (uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  bool is_any_double = false;
  for (const uint32_t field : open_) {
    reps_[field] = settle(reps_[field]);
    numbers[field] = Find(tokens_[field], reps_[field], field);
    is_any_double |= numbers[field] != field;
  }
  open_.clear();
  if (!is_any_double) return;
  // Those that stay close up.
  std::vector<uint32_t> moved(reps_.size());
  uint32_t kept = 0;
  for (uint32_t i = 0; i < reps_.size(); ++i) {
    if (numbers[i] != i) continue;
    tokens_[kept] = tokens_[i];
    reps_[kept] = reps_[i];
    moved[i] = kept++;
  }
  tokens_.resize(kept);
  reps_.resize(kept);
  for (uint32_t& number : numbers) number = moved[number];
  sets.Renumber(numbers);
}

uint64_t WriteSections(const Tables& tables, Output& out, Executor* executor) {
  const auto count_of = [](const auto& items, std::string& to) {
    Append(to, static_cast<uint64_t>(items.size()));
  };
  const Part parts[] = {
      {kTokensSection, [&](std::string& to) { AppendTokens(tables.tokens, to); }},
      {kStringsSection, [&](std::string& to) { AppendStrings(tables.tokens.GetStrings(), to); }},
      {kFieldsSection,
       [&](std::string& to) {
         count_of(tables.fields.GetTokens(), to);
         AppendNumbers(tables.fields.GetTokens(), to);
       }},
      {{}, [&](std::string& to) { AppendReps(tables.fields.GetReps(), to); }},
      {kFieldSetsSection,
       [&](std::string& to) {
         count_of(tables.sets.GetAll(), to);
         AppendNumbers(tables.sets.GetAll(), to);
       }},
      {kPathsSection,
       [&](std::string& to) {
         Append(to, static_cast<uint64_t>(tables.path_count));
         count_of(tables.tree.paths, to);
         AppendNumbers(tables.tree.paths, to);
       }},
      {{}, [&](std::string& to) { AppendNumbers(tables.tree.elements, to); }},
      {{}, [&](std::string& to) { AppendNumbers(tables.tree.jumps, to); }},
      {kSpecsSection,
       [&](std::string& to) {
         count_of(tables.specs.paths, to);
         AppendNumbers(tables.specs.paths, to);
       }},
      {{}, [&](std::string& to) { AppendNumbers(tables.specs.sets, to); }},
      {{}, [&](std::string& to) { AppendNumbers(tables.specs.forms, to); }},
  };
  std::vector<std::string> made(std::size(parts));
  const auto make = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) parts[i].append(made[i]);
  };
  if (executor)
    executor->ParallelFor(made.size(), 1, make);
  else
    make(0, made.size());

  std::string contents;
  uint64_t section_count = 0;
  for (size_t i = 0; i < made.size();) {
    const uint64_t start = out.GetOffset();
    std::string name(parts[i].section);
    do {
      out.Append(made[i++]);
    } while (i < made.size() && parts[i].section.empty());
    name.resize(kSectionNameBytes);
    contents += name;
    Append(contents, start);
    Append(contents, out.GetOffset() - start);
    ++section_count;
  }
  const uint64_t contents_start = out.GetOffset();
  out.AppendNumber(section_count);
  out.Append(contents);
  return contents_start;
}

}  // namespace strata::format::crate

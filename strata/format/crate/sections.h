// The structure of a crate file: its sections, decoded into tables of numbers. Values stay where they are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/executor.h"
#include "strata/base/token.h"
#include "strata/format/crate/file_bytes.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/layer/file_format.h"

namespace strata::format::crate {

// Numbers that are not zeroed before they are read.
template <class T>
struct Table {
  std::unique_ptr<T[]> data;
  uint32_t size = 0;
  const T& operator[](uint32_t i) const { return data[i]; }
  T& operator[](uint32_t i) { return data[i]; }
};

struct Section {
  uint64_t start = 0, size = 0;
  bool is_there = false;
};

struct Structure {
  Version version;
  Section tokens_section, strings_section, fields_section, field_sets_section, paths_section, specs_section;

  std::vector<Token> tokens;
  // Where tokens repeat: the first one that is alike, by token. Empty where none does, as should be.
  std::vector<uint32_t> first_alike;
  uint32_t GetFirstAlike(uint32_t token) const { return first_alike.empty() ? token : first_alike[token]; }
  uint32_t prim_children_name = UINT32_MAX, properties_name = UINT32_MAX;  // tokens
  Table<uint32_t> strings;                                                 // tokens
  // By field.
  Table<uint32_t> field_names;  // tokens
  Table<uint64_t> field_values;
  Table<uint32_t> field_sets;  // fields, each set ended by kEndOfFieldSet
  // By place in the tree of paths, parents first.
  uint32_t path_count = 0;  // numbers of paths are below this
  Table<uint32_t> path_numbers, path_elements, path_jumps;
  // By spec.
  Table<uint32_t> spec_paths, spec_field_sets, spec_forms;
};

// Reads the structure of one file. Each failure is one error that names the section and the byte.
class StructureReader {
 public:
  StructureReader(const FileBytes& bytes, const std::string& identifier, const layer::ReadOptions& options,
                  Diagnostics& diagnostics)
      : bytes_(bytes), identifier_(identifier), options_(options), diagnostics_(diagnostics) {}

  // False, with errors in the diagnostics, when the file is no crate file or damaged.
  bool Read(Structure& out);
  // The same of "/" alone, from the beginnings of the sections; kUnsure where Read must do it.
  enum class Found : uint8_t { kAll, kUnsure, kDamaged };
  Found ReadRoot(Structure& out);

 private:
  struct Problem {
    const DiagnosticCode* code = nullptr;
    std::string message, hint;
  };
  bool ReadBootstrap(Structure& out);
  bool ReadContents(uint64_t start, Structure& out);
  // Each fills its tables or says what is wrong; safe beside the others.
  Problem ReadTokens(Structure& out) const;
  Problem ReadStrings(Structure& out) const;
  Problem ReadFields(Structure& out) const;
  Problem ReadFieldSets(Structure& out) const;
  Problem ReadPaths(Structure& out, Table<uint32_t> Structure::* which, int skip) const;
  Problem ReadSpecs(Structure& out, Table<uint32_t> Structure::* which, int skip) const;
  Problem CheckIndices(Structure& out) const;
  static void FindAlikeTokens(Structure& out);
  bool ReadFieldSet(const Structure& structure, uint64_t start, std::vector<uint32_t>& out) const;
  bool ReadRootFields(Structure& out, const std::vector<uint32_t>& fields) const;

  // The integers that stand at the cursor: how many bytes they take, then those.
  Problem ReadIntegers(std::string_view section, Cursor& cursor, uint64_t end, uint64_t count,
                       Table<uint32_t>& out) const;
  static Problem Damaged(std::string_view section, uint64_t offset, std::string_view what);
  bool Fail(Problem problem);

  const FileBytes& bytes_;
  const std::string& identifier_;
  const layer::ReadOptions& options_;
  Diagnostics& diagnostics_;
  bool is_failure_told_ = false;
};

}  // namespace strata::format::crate

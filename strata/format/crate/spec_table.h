// From the structure of a crate file to the specs of a layer: checked against each other, and put right where
// that loses nothing that could be kept.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "strata/format/crate/path_tree.h"
#include "strata/format/crate/sections.h"
#include "strata/format/crate/value_source.h"
#include "strata/layer/file_format.h"

namespace strata::format::crate {

class SpecBuilder {
 public:
  SpecBuilder(std::shared_ptr<ValueSource> source, const std::string& identifier,
              const layer::ReadOptions& options, Diagnostics& diagnostics)
      : source_(std::move(source)),
        structure_(source_->GetMutableStructure()),
        tree_(source_->GetPaths()),
        identifier_(identifier),
        options_(options),
        diagnostics_(diagnostics) {}

  // Fills `out`, which is empty. False, with errors, when the file makes no layer.
  bool Build(layer::SpecStore& out);
  // The same with "/" alone.
  bool BuildMetadata(layer::SpecStore& out);

 private:
  using SpecIndex = layer::SpecStore::SpecIndex;
  using Kind = PathTree::Kind;
  static constexpr uint32_t kNone = UINT32_MAX;

  std::vector<bool> FindMistypedFields();
  bool DropFields();
  bool DoSetsBeginWhole();
  bool MeasureFieldSets();
  bool PlaceSpecs();
  void FindNamedProperties();
  void CheckChildren();
  void MakePaths();
  void NumberSpecs();
  void SetSpecs(layer::SpecStore& out) const;
  layer::DeferredContent MakeContent();

  bool CheckListedChildren(uint32_t place, std::vector<uint32_t>& prim_stamps,
                           std::vector<uint32_t>& property_stamps, std::vector<uint32_t>& repeated) const;
  bool CheckList(uint32_t spec, uint32_t field_name, uint32_t stamp, uint32_t expected,
                 std::vector<uint32_t>& stamps) const;
  void ForEachPlace(uint32_t grain, const std::function<void(uint32_t begin, uint32_t end)>& body) const;
  layer::SpecType GetSpecType(uint32_t spec) const;
  bool IsInPlace(uint32_t place) const;
  void Drop(uint32_t place, const char* why);
  void Remark(const DiagnosticCode& code, std::string message, std::string path, std::string hint);
  bool Refuse(const DiagnosticCode& code, std::string message);
  bool IsDamaged(std::string_view section, const std::string& what, uint64_t offset);

  std::shared_ptr<ValueSource> source_;
  Structure& structure_;
  const PathTree& tree_;
  const std::string& identifier_;
  const layer::ReadOptions& options_;
  Diagnostics& diagnostics_;
  std::unique_ptr<uint32_t[]> set_sizes_;  // by place in the field sets: fields from there to the end
  std::unique_ptr<uint32_t[]> spec_at_;    // by place: the number of its spec in the file, or kNone
  std::unique_ptr<uint32_t[]> slot_at_;    // by place: its index in the store, or kNone
  std::vector<bool> is_named_;             // by place: a property that needs no path
  uint32_t slots_ = 0;
  bool has_variants_ = false;
  bool needs_repair_ = false;
};

// Makes the lists of children of all specs agree with the specs that are there; `report` is called with each
// owner whose lists were changed. Returns how many were.
size_t RepairChildren(layer::SpecStore& content, const std::function<void(Path)>& report);

}  // namespace strata::format::crate

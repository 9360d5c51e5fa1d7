#include <utility>

#include <fmt/format.h>

#include "strata/asset/asset.h"
#include "strata/format/crate/codes.h"
#include "strata/format/crate/crate.h"
#include "strata/format/crate/spec_table.h"

namespace strata::format::crate {

namespace {

// Files up to this size are read at once: cheaper than mapping them, and safe.
constexpr uint64_t kReadWhole = 128 << 10;

class UsdcFormat final : public layer::FileFormat {
 public:
  Token GetId() const override { return Token("usdc"); }
  std::vector<std::string> GetExtensions() const override { return {"usdc"}; }
  bool CanRead(std::string_view first_bytes) const override { return first_bytes.starts_with(kMagic); }
  bool CanWrite() const override { return true; }

  bool Read(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
            layer::SpecStore& out, Diagnostics& diagnostics) const override {
    SourceLocation where;
    where.file = identifier;
    if (asset.GetSize() > options.budgets.max_file_bytes) {
      diagnostics.Add(MakeBudgetDiagnostic("max_file_bytes", options.budgets.max_file_bytes, where));
      return false;
    }
    const auto access =
        options.detach == layer::Detach::kYes || options.scope == layer::ReadScope::kMetadataOnly
            ? FileBytes::Access::kRead
            : FileBytes::Access::kMapped;
    Result<FileBytes> bytes = FileBytes::Open(asset, access, kReadWhole);
    if (!bytes) {
      diagnostics.Add(bytes.TakeError());
      return false;
    }
    auto source = std::make_shared<ValueSource>(*std::move(bytes), identifier, options.budgets);
    StructureReader reader(source->GetBytes(), identifier, options, diagnostics);
    Structure& structure = source->GetMutableStructure();
    auto found = StructureReader::Found::kUnsure;
    if (options.scope == layer::ReadScope::kMetadataOnly) found = reader.ReadRoot(structure);
    if (found == StructureReader::Found::kDamaged) return false;
    if (found == StructureReader::Found::kUnsure) {
      structure = Structure();
      if (!reader.Read(structure)) return false;
    }
    // "/" and a property add to the depth of prims.
    const uint32_t depth = options.budgets.max_namespace_depth + 2;
    if (const auto problem = source->GetMutablePaths().Build(structure, depth); problem.is_damaged) {
      if (problem.is_over_budget)
        diagnostics.Add(
            MakeBudgetDiagnostic("max_namespace_depth", options.budgets.max_namespace_depth, where));
      else
        diagnostics.Add(Diagnostic(kCratePath,
                                   fmt::format("Section PATHS is damaged at byte {}, place {}: {}.",
                                               structure.paths_section.start, problem.place, problem.what),
                                   where,
                                   "Write the file again from its source, or restore it from a copy."));
      return false;
    }
    SpecBuilder builder(source, identifier, options, diagnostics);
    return options.scope == layer::ReadScope::kMetadataOnly ? builder.BuildMetadata(out) : builder.Build(out);
  }

  Result<std::string> WriteToString(const layer::SpecStore& content,
                                    const layer::WriteOptions& options) const override {
    return WriteCrateToString(content, options);
  }
  Result<void> WriteToFile(const layer::SpecStore& content, const std::string& path,
                           const layer::WriteOptions& options) const override {
    return WriteCrateToFile(content, path, options);
  }
};

}  // namespace

std::shared_ptr<const layer::FileFormat> MakeUsdcFormat() {
  return std::make_shared<UsdcFormat>();
}

}  // namespace strata::format::crate

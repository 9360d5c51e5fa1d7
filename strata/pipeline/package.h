// Makes, checks, lists and unpacks usdz packages.   (UsdUtilsCreateNewUsdzPackage,
// UsdUtilsExtractUsdzPackage)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strata/asset/zip_writer.h"
#include "strata/pipeline/localize.h"

namespace strata::pipeline {

inline constexpr DiagnosticCode kPackageRoot{"pipeline.package-root", Severity::kError,
                                             "The first file of a package is no layer."};
inline constexpr DiagnosticCode kPackageFileType{
    "pipeline.package-file-type", Severity::kWarning,
    "A package holds a file of a type that packages may not hold."};
inline constexpr DiagnosticCode kPackageLayout{"pipeline.package-layout", Severity::kWarning,
                                               "A package is laid out as usdz packages must not be."};
inline constexpr DiagnosticCode kExtractRefused{"pipeline.extract-refused", Severity::kError,
                                                "A package cannot be unpacked there."};

struct PackageOptions {
  asset::ZipWriterOptions zip;
  DependencyOptions dependencies;
  std::string first_layer_name;  // of the root layer in the package; empty: its own
};

// Packs `root` and all it needs into `path`, the root layer first. Equal files make equal packages.
Result<Localization> CreateNewUsdzPackage(layer::LayerRegistry& registry, const layer::LayerPtr& root,
                                          const std::string& path, const PackageOptions& options,
                                          Diagnostics& diagnostics);

// One file of a package, for people and programs to read.
struct PackageEntry {
  std::string name;
  uint64_t data_offset = 0;  // 0 when its header is broken
  uint64_t size = 0;
  uint32_t crc32 = 0;
  bool is_stored = true;  // neither compressed nor encrypted
  bool is_usable = true;  // false: a folder, or a name under which nothing can find it
};
// In the order of the package. `path` may be package-relative: a package in a package.
Result<std::vector<PackageEntry>> ListPackage(const asset::Resolver& resolver, const std::string& path,
                                              Diagnostics& diagnostics);

// Everything that the usdz specification asks of a package, and every checksum: what is wrong is in
// `diagnostics`. No answer when it is no zip archive at all.
Result<void> ValidatePackage(const asset::Resolver& resolver, const std::string& path,
                             Diagnostics& diagnostics);

// Writes the files of a package into `folder`, packages in it as they are. Files that are there already are
// refused before anything is written, unless they may be replaced. Names that leave the folder are left out.
enum class ExistingFiles : uint8_t { kRefuse, kReplace };
Result<std::vector<std::string>> ExtractUsdzPackage(const asset::Resolver& resolver, const std::string& path,
                                                    const std::string& folder, ExistingFiles existing,
                                                    Diagnostics& diagnostics);

}  // namespace strata::pipeline

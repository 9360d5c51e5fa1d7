#include "strata/pipeline/package.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "strata/asset/asset.h"
#include "strata/base/files.h"

namespace strata::pipeline {

namespace {

constexpr std::array<std::string_view, 3> kLayerTypes{"usd", "usda", "usdc"};
constexpr std::array<std::string_view, 12> kTypes{"usd",  "usda", "usdc", "usdz", "png", "jpg",
                                                  "jpeg", "exr",  "avif", "m4a",  "mp3", "wav"};
constexpr size_t kBlockBytes = 1 << 20;

SourceLocation AtFile(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& types, const std::string& name) {
  return std::find(types.begin(), types.end(), asset::GetExtension(name)) != types.end();
}

// What may lie in a package, for one file of it.
void CheckType(const std::string& package, const std::string& name, Diagnostics& diagnostics) {
  if (IsOneOf(kTypes, name)) return;
  diagnostics.Add(Diagnostic(
      kPackageFileType, fmt::format("'{}' in '{}' is of no type that packages may hold.", name, package),
      AtFile(package), fmt::format("Convert it to one of: {}.", fmt::join(kTypes, ", "))));
}

Result<std::shared_ptr<const asset::ZipArchive>> OpenArchive(const asset::Resolver& resolver,
                                                             const std::string& path) {
  const std::string resolved = resolver.Resolve(resolver.CreateIdentifier(path, {}), {});
  STRATA_TRY(std::shared_ptr<asset::Asset> asset, resolver.Open(resolved.empty() ? path : resolved));
  return asset::ZipArchive::Open(std::move(asset), path);
}

}  // namespace

Result<Localization> CreateNewUsdzPackage(layer::LayerRegistry& registry, const layer::LayerPtr& root,
                                          const std::string& path, const PackageOptions& options,
                                          Diagnostics& diagnostics) {
  STRATA_TRY(Localization localization, PlanLocalization(registry, root, options.dependencies, diagnostics));
  if (!options.first_layer_name.empty() && !localization.files.empty())
    localization.files.front().place = options.first_layer_name;
  if (localization.files.empty() || !IsOneOf(kLayerTypes, localization.files.front().place)) {
    return Diagnostic(kPackageRoot,
                      fmt::format("'{}' cannot be the first file of a package.", root->GetIdentifier()),
                      AtFile(root->GetIdentifier()), "Name a root layer that ends in .usd, .usda or .usdc.");
  }
  STRATA_TRY(const std::unique_ptr<asset::ZipWriter> zip, asset::ZipWriter::Open(path, options.zip));
  for (const LocalizedFile& file : localization.files) {
    CheckType(path, file.place, diagnostics);
    if (file.content) {
      STRATA_CHECK(zip->Add(file.place, *file.content));
      continue;
    }
    STRATA_TRY(const std::shared_ptr<asset::Asset> asset, registry.GetResolver().Open(file.source));
    STRATA_CHECK(zip->Add(file.place, *asset));
  }
  STRATA_CHECK(zip->Commit());
  if (zip->IsZip64()) {
    diagnostics.Add(Diagnostic(asset::kPackageZip64, fmt::format("'{}' is written with Zip64.", path),
                               AtFile(path),
                               "OpenUSD and most viewers will not open it: divide it for them."));
  }
  return localization;
}

Result<std::vector<PackageEntry>> ListPackage(const asset::Resolver& resolver, const std::string& path,
                                              Diagnostics& diagnostics) {
  STRATA_TRY(const auto archive, OpenArchive(resolver, path));
  diagnostics.Append(archive->GetRemarks());
  std::vector<PackageEntry> entries;
  for (const asset::ZipEntry& entry : archive->GetEntries()) {
    PackageEntry& out = entries.emplace_back();
    out.name = entry.name;
    out.size = entry.size;
    out.crc32 = entry.crc32;
    out.is_stored = entry.method == 0 && !entry.IsEncrypted();
    out.is_usable = entry.is_usable;
    auto data = archive->FindData(entry);
    if (data) {
      out.data_offset = *data;
    } else {
      diagnostics.Add(data.TakeError());
    }
  }
  return entries;
}

Result<void> ValidatePackage(const asset::Resolver& resolver, const std::string& path,
                             Diagnostics& diagnostics) {
  STRATA_TRY(const auto archive, OpenArchive(resolver, path));
  diagnostics.Append(archive->GetRemarks());
  const auto report = [&](const std::string& message, const char* remedy) {
    diagnostics.Add(Diagnostic(kPackageLayout, message, AtFile(path), remedy));
  };
  const asset::ZipEntry* first = archive->GetFirst();
  if (!first || !IsOneOf(kLayerTypes, first->name)) {
    diagnostics.Add(
        Diagnostic(kPackageRoot,
                   first ? fmt::format("'{}', the first file of '{}', is no layer.", first->name, path)
                         : fmt::format("'{}' holds no file.", path),
                   AtFile(path), "Pack a .usd, .usda or .usdc file before all others."));
  }
  if (archive->IsZip64())
    report(fmt::format("'{}' is a Zip64 archive.", path), "Divide it: OpenUSD does not open it.");
  if (archive->HasTail())
    report(fmt::format("'{}' has a comment or other bytes behind its end.", path), "Pack it anew.");
  for (const asset::ZipEntry& entry : archive->GetEntries()) {
    if (!entry.is_usable) continue;
    CheckType(path, entry.name, diagnostics);
    if (Result<void> content = archive->CheckContent(entry); !content) {
      diagnostics.Add(content.TakeError());
      continue;
    }
    const uint64_t data = archive->FindData(entry).ValueOr(0);
    if (data % asset::kPackageAlignment != 0) {
      report(fmt::format("'{}' in '{}' begins at byte {}, which is no multiple of {}.", entry.name, path,
                         data, asset::kPackageAlignment),
             "Pack it anew with 'strata pack'.");
    }
  }
  return {};
}

Result<std::vector<std::string>> ExtractUsdzPackage(const asset::Resolver& resolver, const std::string& path,
                                                    const std::string& folder, ExistingFiles existing,
                                                    Diagnostics& diagnostics) {
  namespace fs = std::filesystem;
  STRATA_TRY(const auto archive, OpenArchive(resolver, path));
  diagnostics.Append(archive->GetRemarks());
  std::error_code error;
  for (const asset::ZipEntry& entry : archive->GetEntries()) {
    const fs::path target = fs::path(folder) / entry.name;
    if (existing == ExistingFiles::kRefuse && entry.is_usable &&
        fs::exists(fs::symlink_status(target, error))) {
      return Diagnostic(kExtractRefused, fmt::format("'{}' is there already.", target.string()),
                        AtFile(target.string()),
                        "Choose another folder, or allow that files are replaced (--force).");
    }
  }
  std::vector<std::string> written;
  for (const asset::ZipEntry& entry : archive->GetEntries()) {
    if (!entry.is_usable) continue;
    auto content = archive->OpenEntry(entry);
    if (!content) {
      diagnostics.Add(content.TakeError());
      continue;
    }
    const std::string target = (fs::path(folder) / entry.name).string();
    fs::create_directories(fs::path(target).parent_path(), error);
    // A link in the way could lead out of the folder.
    const fs::path inside = fs::weakly_canonical(fs::path(target).parent_path(), error);
    const fs::path root = fs::weakly_canonical(folder, error);
    if (error || std::mismatch(root.begin(), root.end(), inside.begin(), inside.end()).first != root.end() ||
        fs::is_symlink(fs::symlink_status(target, error))) {
      return Diagnostic(kExtractRefused,
                        fmt::format("'{}' cannot be written, or leads out of '{}'.", target, folder),
                        AtFile(target), "Choose a folder that you may write to and that has no links.");
    }
    STRATA_TRY(const std::unique_ptr<AtomicFileWriter> file, AtomicFileWriter::Open(target));
    std::string block(std::min<uint64_t>(entry.size, kBlockBytes), '\0');
    for (uint64_t at = 0; at < entry.size;) {
      STRATA_TRY(const size_t got, (*content)->ReadAt(at, block.data(), block.size()));
      if (got == 0)
        return Diagnostic(kFileUnreadable, fmt::format("'{}' was cut short.", path), AtFile(path));
      STRATA_CHECK(file->Write(std::string_view(block).substr(0, got)));
      at += got;
    }
    STRATA_CHECK(file->Commit());
    written.push_back(entry.name);
  }
  return written;
}

}  // namespace strata::pipeline

// Reads zip archives as usdz packages are: files stored as they are, found through the central directory.
//   (SdfZipFile)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "strata/asset/resolver.h"
#include "strata/base/result.h"

namespace strata::asset {

inline constexpr DiagnosticCode kPackageMalformed{"asset.package-malformed", Severity::kError,
                                                  "A package is not a sound zip archive."};
inline constexpr DiagnosticCode kPackageEntryUnreadable{
    "asset.package-entry-unreadable", Severity::kError,
    "A file in a package is compressed, encrypted or not what the package's directory says."};
inline constexpr DiagnosticCode kPackageEntryName{
    "asset.package-entry-name", Severity::kWarning,
    "A file in a package has a name under which it cannot be used."};

// What an archive may ask for.
struct ZipLimits {
  uint64_t max_entries = 1u << 20;
  uint64_t max_directory_bytes = uint64_t{1} << 28;
  uint32_t max_depth = 16;  // packages in packages
};

// One file of an archive, as the central directory describes it.
struct ZipEntry {
  std::string name;
  uint64_t header_offset = 0;    // of the local header, from the start of the archive
  uint64_t end_bound = 0;        // where the next thing in the archive begins
  uint64_t compressed_size = 0;  // bytes in the archive
  uint64_t size = 0;             // bytes of the file
  uint32_t crc32 = 0;
  uint16_t method = 0;  // 0: stored
  uint16_t flags = 0;
  bool is_usable = true;  // false: a folder, a name that leaves the package, or one used before

  bool IsEncrypted() const { return (flags & 1) != 0; }
};

// Why a packaged file of that name cannot be used ("has no name", ...); empty when it can.
std::string_view FindPackagedNameFault(std::string_view name);

// Bit by bit as zip files have it (polynomial 0xEDB88320). `crc` is what came out for the bytes before.
uint32_t ComputeCrc32(std::string_view bytes, uint32_t crc = 0);

// An archive whose central directory has been read and checked: counts, sizes, overlaps, names. Local headers
// are checked when their file is opened, so that opening an archive reads its end alone. Thread-safe.
class ZipArchive : public std::enable_shared_from_this<ZipArchive> {
 public:
  // `path` names the archive in diagnostics.
  static Result<std::shared_ptr<const ZipArchive>> Open(std::shared_ptr<const Asset> asset, std::string path,
                                                        const ZipLimits& limits = {});

  const std::string& GetPath() const { return path_; }
  // In the order in which they lie in the archive, which is what makes one the first.
  const std::vector<ZipEntry>& GetEntries() const { return entries_; }
  const ZipEntry* Find(std::string_view name) const;  // null when there is none that is usable
  // The first usable file, which in a usdz package is the root layer; null when there is none.
  const ZipEntry* GetFirst() const;
  bool IsZip64() const { return is_zip64_; }
  bool HasTail() const { return has_tail_; }                  // a comment, or bytes behind the end record
  const Diagnostics& GetRemarks() const { return remarks_; }  // of names that cannot be used

  // Where the bytes of `entry` begin, from its local header, which must agree with the central directory.
  Result<uint64_t> FindData(const ZipEntry& entry) const;
  // The bytes of `entry`, which must be stored and plain. Keeps the archive's asset.
  Result<std::shared_ptr<Asset>> OpenEntry(const ZipEntry& entry) const;
  // Reads all bytes of `entry` and compares their checksum.
  Result<void> CheckContent(const ZipEntry& entry) const;

 private:
  ZipArchive(std::shared_ptr<const Asset> asset, std::string path)
      : asset_(std::move(asset)), path_(std::move(path)) {}
  struct Directory {
    uint64_t offset = 0, size = 0, count = 0;
  };
  Result<Directory> FindDirectory();
  Result<Directory> ReadZip64Directory(uint64_t end_offset) const;
  Result<void> ReadDirectory(const Directory& directory, const ZipLimits& limits);
  Result<size_t> ReadEntry(std::string_view directory, size_t at, ZipEntry& entry) const;
  Result<void> CheckLayout(uint64_t directory_offset);
  void IndexNames();
  Result<void> ReadExactly(uint64_t offset, void* buffer, size_t count, std::string_view what) const;
  Diagnostic MakeMalformed(std::string message) const;

  std::shared_ptr<const Asset> asset_;
  std::string path_;
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string_view, size_t> by_name_;
  Diagnostics remarks_;
  bool is_zip64_ = false;
  bool has_tail_ = false;
};

}  // namespace strata::asset

// Writes zip archives as usdz packages must be: files stored, their bytes aligned, the same bytes each time.
//   (SdfZipFileWriter)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "strata/asset/resolver.h"
#include "strata/asset/zip.h"
#include "strata/base/files.h"

namespace strata::asset {

inline constexpr DiagnosticCode kPackageTooLarge{"asset.package-too-large", Severity::kError,
                                                 "A package would need Zip64."};
inline constexpr DiagnosticCode kPackageZip64{"asset.package-zip64", Severity::kWarning,
                                              "A package is written with Zip64."};

// Where the bytes of a file in a package begin: a multiple of this.
inline constexpr uint64_t kPackageAlignment = 64;

struct ZipWriterOptions {
  // kAllow: archives past 4 GiB or 65534 files become Zip64, which OpenUSD does not open.
  enum class Zip64 : uint8_t { kRefuse, kAllow } zip64 = Zip64::kRefuse;
  uint64_t alignment = kPackageAlignment;
};

// Writes beside `path` and renames on Commit; without Commit nothing stays. Times are those of 1980, so that
// equal files make equal archives.
class ZipWriter {
 public:
  static Result<std::unique_ptr<ZipWriter>> Open(const std::string& path,
                                                 const ZipWriterOptions& options = {});

  // REQUIRES: a plain relative name: no "..", no leading slash; refused otherwise, and when there already.
  Result<void> Add(const std::string& name, std::string_view bytes);
  // Reads `asset` twice, a block at a time: for its checksum, then to write it.
  Result<void> Add(const std::string& name, const Asset& asset);
  bool IsZip64() const { return is_zip64_; }  // after Commit: whether Zip64 was needed
  Result<void> Commit();

 private:
  ZipWriter(std::string path, std::unique_ptr<AtomicFileWriter> file, const ZipWriterOptions& options)
      : path_(std::move(path)), file_(std::move(file)), options_(options) {}
  struct Entry {
    std::string name;
    uint64_t header_offset, size;
    uint32_t crc32;
  };
  Result<void> Begin(const std::string& name, uint64_t size, uint32_t crc32);
  Result<void> Write(std::string_view bytes);
  std::string MakeDirectory() const;
  std::string MakeEnd(uint64_t directory_size) const;

  std::string path_;
  std::unique_ptr<AtomicFileWriter> file_;
  ZipWriterOptions options_;
  std::vector<Entry> entries_;
  std::unordered_set<std::string> names_;
  uint64_t offset_ = 0;
  bool is_zip64_ = false;
};

}  // namespace strata::asset

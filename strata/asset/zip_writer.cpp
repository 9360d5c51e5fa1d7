#include "strata/asset/zip_writer.h"

#include <algorithm>

#include <fmt/format.h>

namespace strata::asset {

namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kCentralSignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr size_t kLocalBytes = 30;
constexpr uint64_t kLimit = 0xffffffff;  // numbers from here on need Zip64
constexpr uint64_t kCountLimit = 0xffff;
constexpr uint16_t kZip64Extra = 1;
constexpr uint16_t kPaddingExtra = 0x1986;  // which OpenUSD uses for the same purpose
constexpr uint16_t kVersion = 10, kVersion64 = 45;
constexpr uint16_t kFirstDay = 0x21;  // 1980-01-01
constexpr size_t kBlockBytes = 1 << 20;

void Put(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

SourceLocation AtFile(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

// What the local header and the directory both say of a file, from its version on.
void PutCommon(std::string& out, uint64_t size, uint32_t crc32, size_t name_bytes, size_t extra_bytes) {
  const bool is_large = size >= kLimit;
  Put(out, is_large ? kVersion64 : kVersion, 2);
  Put(out, 0, 2);  // flags
  Put(out, 0, 2);  // stored
  Put(out, 0, 2);  // midnight
  Put(out, kFirstDay, 2);
  Put(out, crc32, 4);
  Put(out, is_large ? kLimit : size, 4);
  Put(out, is_large ? kLimit : size, 4);
  Put(out, name_bytes, 2);
  Put(out, extra_bytes, 2);
}

}  // namespace

Result<std::unique_ptr<ZipWriter>> ZipWriter::Open(const std::string& path, const ZipWriterOptions& options) {
  STRATA_TRY(std::unique_ptr<AtomicFileWriter> file, AtomicFileWriter::Open(path));
  return std::unique_ptr<ZipWriter>(new ZipWriter(path, std::move(file), options));
}

Result<void> ZipWriter::Write(std::string_view bytes) {
  offset_ += bytes.size();
  return file_->Write(bytes);
}

Result<void> ZipWriter::Begin(const std::string& name, uint64_t size, uint32_t crc32) {
  if (const std::string_view fault = FindPackagedNameFault(name); !fault.empty() || name.size() > 0xffff) {
    return Diagnostic(
        kPackageEntryName,
        fmt::format("'{}' cannot be packed: it {}.", name, fault.empty() ? "has too long a name" : fault),
        AtFile(path_), "Give it a plain relative name.");
  }
  if (!names_.insert(name).second) {
    return Diagnostic(kPackageEntryName, fmt::format("'{}' is packed already.", name), AtFile(path_),
                      "Pack each file once.");
  }
  if ((size >= kLimit || offset_ >= kLimit || entries_.size() + 1 >= kCountLimit) &&
      options_.zip64 == ZipWriterOptions::Zip64::kRefuse) {
    return Diagnostic(
        kPackageTooLarge,
        fmt::format("'{}' would be over 4 GiB or hold over 65534 files with '{}'.", path_, name),
        AtFile(path_),
        "Divide the package, or allow Zip64 (--zip64) if all who read it know that; OpenUSD does not.");
  }
  std::string extra;
  if (size >= kLimit) {
    Put(extra, kZip64Extra, 2);
    Put(extra, 16, 2);
    Put(extra, size, 8);
    Put(extra, size, 8);
  }
  const uint64_t unpadded = offset_ + kLocalBytes + name.size() + extra.size();
  uint64_t padding = (options_.alignment - unpadded % options_.alignment) % options_.alignment;
  if (padding != 0 && padding < 4) padding += options_.alignment;  // a field needs four bytes at least
  if (padding != 0) {
    Put(extra, kPaddingExtra, 2);
    Put(extra, padding - 4, 2);
    extra.append(padding - 4, '\0');
  }
  entries_.push_back({name, offset_, size, crc32});
  std::string header;
  Put(header, kLocalSignature, 4);
  PutCommon(header, size, crc32, name.size(), extra.size());
  STRATA_CHECK(Write(header));
  STRATA_CHECK(Write(name));
  return Write(extra);
}

Result<void> ZipWriter::Add(const std::string& name, std::string_view bytes) {
  STRATA_CHECK(Begin(name, bytes.size(), ComputeCrc32(bytes)));
  return Write(bytes);
}

Result<void> ZipWriter::Add(const std::string& name, const Asset& asset) {
  const uint64_t size = asset.GetSize();
  std::string block(std::min<uint64_t>(size, kBlockBytes), '\0');
  uint32_t expected = 0;
  for (const bool is_writing : {false, true}) {
    uint32_t crc = 0;
    uint64_t at = 0;
    if (is_writing) STRATA_CHECK(Begin(name, size, expected));
    while (at < size) {
      STRATA_TRY(const size_t got,
                 asset.ReadAt(at, block.data(), std::min<uint64_t>(block.size(), size - at)));
      if (got == 0) break;
      const std::string_view bytes = std::string_view(block).substr(0, got);
      crc = ComputeCrc32(bytes, crc);
      at += got;
      if (is_writing) STRATA_CHECK(Write(bytes));
    }
    if (at != size || (is_writing && crc != expected)) {
      return Diagnostic(kFileUnreadable,
                        fmt::format("What is packed as '{}' changed while it was read.", name), AtFile(path_),
                        "Pack again when nobody writes the file.");
    }
    expected = crc;
  }
  return {};
}

std::string ZipWriter::MakeDirectory() const {
  std::string out;
  for (const Entry& entry : entries_) {
    std::string extra;
    if (entry.size >= kLimit) {
      Put(extra, entry.size, 8);
      Put(extra, entry.size, 8);
    }
    if (entry.header_offset >= kLimit) Put(extra, entry.header_offset, 8);
    if (!extra.empty()) {
      std::string head;
      Put(head, kZip64Extra, 2);
      Put(head, extra.size(), 2);
      extra.insert(0, head);
    }
    Put(out, kCentralSignature, 4);
    Put(out, extra.empty() ? kVersion : kVersion64, 2);
    PutCommon(out, entry.size, entry.crc32, entry.name.size(), extra.size());
    Put(out, 0, 2);  // comment
    Put(out, 0, 8);  // disk, attributes
    Put(out, std::min(entry.header_offset, kLimit), 4);
    out += entry.name;
    out += extra;
  }
  return out;
}

std::string ZipWriter::MakeEnd(uint64_t directory_size) const {
  std::string out;
  const uint64_t count = entries_.size();
  if (is_zip64_) {
    Put(out, kEnd64Signature, 4);
    Put(out, 44, 8);
    Put(out, kVersion64, 2);
    Put(out, kVersion64, 2);
    Put(out, 0, 8);  // disks
    Put(out, count, 8);
    Put(out, count, 8);
    Put(out, directory_size, 8);
    Put(out, offset_, 8);
    Put(out, kLocator64Signature, 4);
    Put(out, 0, 4);
    Put(out, offset_ + directory_size, 8);
    Put(out, 1, 4);
  }
  Put(out, kEndSignature, 4);
  Put(out, 0, 4);  // disks
  Put(out, std::min(count, kCountLimit), 2);
  Put(out, std::min(count, kCountLimit), 2);
  Put(out, std::min(directory_size, kLimit), 4);
  Put(out, std::min(offset_, kLimit), 4);
  Put(out, 0, 2);  // comment
  return out;
}

Result<void> ZipWriter::Commit() {
  const std::string directory = MakeDirectory();
  const bool has_large = std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return entry.size >= kLimit || entry.header_offset >= kLimit;
  });
  is_zip64_ = has_large || entries_.size() >= kCountLimit || offset_ >= kLimit || directory.size() >= kLimit;
  if (is_zip64_ && options_.zip64 == ZipWriterOptions::Zip64::kRefuse) {
    return Diagnostic(
        kPackageTooLarge, fmt::format("'{}' would be over 4 GiB.", path_), AtFile(path_),
        "Divide the package, or allow Zip64 (--zip64) if all who read it know that; OpenUSD does not.");
  }
  const std::string end = MakeEnd(directory.size());
  STRATA_CHECK(file_->Write(directory));
  STRATA_CHECK(file_->Write(end));
  return file_->Commit();
}

}  // namespace strata::asset

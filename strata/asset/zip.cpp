#include "strata/asset/zip.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "strata/base/budget.h"
#include "strata/base/utf8.h"

namespace strata::asset {

namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kCentralSignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr size_t kMaxCommentBytes = 0xffff;
constexpr uint16_t kZip64Extra = 1;
constexpr uint16_t kSizesFollowFlag = 8;  // the sizes stand behind the data, the local header has none
constexpr uint32_t kSeeZip64 = 0xffffffff;
constexpr uint16_t kSeeZip64Short = 0xffff;

template <class T>
T ReadLittle(const char* bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | (static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i)));
  return value;
}
uint16_t Read16(const char* bytes) {
  return ReadLittle<uint16_t>(bytes);
}
uint32_t Read32(const char* bytes) {
  return ReadLittle<uint32_t>(bytes);
}
uint64_t Read64(const char* bytes) {
  return ReadLittle<uint64_t>(bytes);
}

SourceLocation AtFile(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

// The numbers that do not fit their 32 bits, in the order in which the extra field gives them. False when one
// is missing.
bool ApplyZip64(std::string_view extra, std::initializer_list<uint64_t*> numbers) {
  bool is_any_needed = false;
  for (const uint64_t* number : numbers) is_any_needed |= *number == kSeeZip64;
  if (!is_any_needed) return true;
  while (extra.size() >= 4) {
    const uint16_t id = Read16(extra.data());
    const size_t size = Read16(extra.data() + 2);
    if (size > extra.size() - 4) return false;
    std::string_view data = extra.substr(4, size);
    extra.remove_prefix(4 + size);
    if (id != kZip64Extra) continue;
    for (uint64_t* number : numbers) {
      if (*number != kSeeZip64) continue;
      if (data.size() < 8) return false;
      *number = Read64(data.data());
      data.remove_prefix(8);
    }
    return true;
  }
  return true;  // a size of exactly 0xffffffff needs no extra field
}

// A part of an archive.
class PackagedAsset final : public Asset {
 public:
  PackagedAsset(std::shared_ptr<const Asset> package, uint64_t offset, uint64_t size)
      : package_(std::move(package)), offset_(offset), size_(size) {}
  uint64_t GetSize() const override { return size_; }
  Result<size_t> ReadAt(uint64_t offset, void* buffer, size_t count) const override {
    if (offset >= size_) return size_t{0};
    return package_->ReadAt(offset_ + offset, buffer, std::min<uint64_t>(count, size_ - offset));
  }
  const char* GetBuffer() const override {
    const char* bytes = package_->GetBuffer();
    return bytes ? bytes + offset_ : nullptr;
  }
  Result<MappedBytes> Map() const override {
    STRATA_TRY(MappedBytes all, package_->Map());
    if (!all.data) return all;
    if (offset_ + size_ > all.size) return MappedBytes{};  // the file has shrunk: reads will say so
    return MappedBytes{all.data + offset_, static_cast<size_t>(size_), std::move(all.owner)};
  }

 private:
  std::shared_ptr<const Asset> package_;
  uint64_t offset_, size_;
};

constexpr std::array<std::array<uint32_t, 256>, 8> MakeCrcTables() {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320u : 0);
    tables[0][i] = value;
  }
  for (size_t table = 1; table < 8; ++table)
    for (size_t i = 0; i < 256; ++i)
      tables[table][i] = (tables[table - 1][i] >> 8) ^ tables[0][tables[table - 1][i] & 0xff];
  return tables;
}
constexpr auto kCrcTables = MakeCrcTables();

}  // namespace

std::string_view FindPackagedNameFault(std::string_view name) {
  if (name.empty()) return "has no name";
  if (name.front() == '/' || name.find('\\') != std::string_view::npos || (name.size() > 1 && name[1] == ':'))
    return "has an absolute path or one with backslashes as its name";
  if (name.find('\0') != std::string_view::npos || !IsValidUtf8(name))
    return "has a name that is not text in UTF-8";
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return "has a name that leaves the package";
    begin = end + 1;
  }
  return {};
}

uint32_t ComputeCrc32(std::string_view bytes, uint32_t crc) {
  uint32_t state = ~crc;
  // Eight bytes at a time, each through the table of its distance from the end of the eight.
  while (bytes.size() >= 8) {
    const uint32_t low = Read32(bytes.data()) ^ state;
    const uint32_t high = Read32(bytes.data() + 4);
    state = kCrcTables[7][low & 0xff] ^ kCrcTables[6][(low >> 8) & 0xff] ^ kCrcTables[5][(low >> 16) & 0xff] ^
            kCrcTables[4][low >> 24] ^ kCrcTables[3][high & 0xff] ^ kCrcTables[2][(high >> 8) & 0xff] ^
            kCrcTables[1][(high >> 16) & 0xff] ^ kCrcTables[0][high >> 24];
    bytes.remove_prefix(8);
  }
  for (const char c : bytes)
    state = (state >> 8) ^ kCrcTables[0][(state ^ static_cast<unsigned char>(c)) & 0xff];
  return ~state;
}

Diagnostic ZipArchive::MakeMalformed(std::string message) const {
  return {kPackageMalformed, fmt::format("'{}': {}", path_, message), AtFile(path_),
          "Make the package anew, or copy it again if it was cut short."};
}

Result<void> ZipArchive::ReadExactly(uint64_t offset, void* buffer, size_t count,
                                     std::string_view what) const {
  size_t done = 0;
  while (done < count) {
    STRATA_TRY(const size_t got,
               asset_->ReadAt(offset + done, static_cast<char*>(buffer) + done, count - done));
    if (got == 0) return MakeMalformed(fmt::format("the file ends within {} at byte {}.", what, offset));
    done += got;
  }
  return {};
}

Result<std::shared_ptr<const ZipArchive>> ZipArchive::Open(std::shared_ptr<const Asset> asset,
                                                           std::string path, const ZipLimits& limits) {
  std::shared_ptr<ZipArchive> archive(new ZipArchive(std::move(asset), std::move(path)));
  STRATA_TRY(const Directory directory, archive->FindDirectory());
  STRATA_CHECK(archive->ReadDirectory(directory, limits));
  STRATA_CHECK(archive->CheckLayout(directory.offset));
  archive->IndexNames();
  return std::shared_ptr<const ZipArchive>(std::move(archive));
}

// The end record stands at the very end, unless a comment follows it: then the last place that looks like one
// and whose numbers can be true.
Result<ZipArchive::Directory> ZipArchive::FindDirectory() {
  const uint64_t file_size = asset_->GetSize();
  if (file_size < kEndBytes) return MakeMalformed("the file is too short for a zip archive.");
  std::string tail;
  for (const uint64_t wanted : {uint64_t{kEndBytes}, uint64_t{kEndBytes + kMaxCommentBytes}}) {
    tail.resize(std::min(wanted, file_size));
    const uint64_t tail_offset = file_size - tail.size();
    STRATA_CHECK(ReadExactly(tail_offset, tail.data(), tail.size(), "the end of the archive"));
    for (size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
      const char* record = tail.data() + at;
      if (Read32(record) != kEndSignature || at + kEndBytes + Read16(record + 20) > tail.size()) continue;
      const uint64_t end_offset = tail_offset + at;
      Directory directory;
      directory.count = Read16(record + 10);
      directory.size = Read32(record + 12);
      directory.offset = Read32(record + 16);
      if (directory.count == kSeeZip64Short || directory.size == kSeeZip64 || directory.offset == kSeeZip64) {
        auto large = ReadZip64Directory(end_offset);
        if (!large) return large.TakeError();
        is_zip64_ = large->count != 0;
        if (is_zip64_) directory = *large;
      }
      if (directory.offset > end_offset || directory.size > end_offset - directory.offset) continue;
      has_tail_ = end_offset + kEndBytes != file_size;
      return directory;
    }
  }
  return MakeMalformed(
      "it has no end record, as every zip archive has: the file is cut short or no archive.");
}

// A count of zero when there is no such record.
Result<ZipArchive::Directory> ZipArchive::ReadZip64Directory(uint64_t end_offset) const {
  char locator[kLocator64Bytes];
  if (end_offset < kLocator64Bytes) return Directory{};
  STRATA_CHECK(ReadExactly(end_offset - kLocator64Bytes, locator, sizeof(locator), "the Zip64 locator"));
  if (Read32(locator) != kLocator64Signature) return Directory{};
  const uint64_t record_offset = Read64(locator + 8);
  if (record_offset > end_offset || end_offset - record_offset < kEnd64Bytes)
    return MakeMalformed(
        fmt::format("its Zip64 end record would lie outside the file, at byte {}.", record_offset));
  char record[kEnd64Bytes];
  STRATA_CHECK(ReadExactly(record_offset, record, sizeof(record), "the Zip64 end record"));
  if (Read32(record) != kEnd64Signature)
    return MakeMalformed(fmt::format("there is no Zip64 end record at byte {}.", record_offset));
  Directory directory;
  directory.count = Read64(record + 32);
  directory.size = Read64(record + 40);
  directory.offset = Read64(record + 48);
  if (directory.offset > record_offset || directory.size > record_offset - directory.offset)
    return MakeMalformed("its directory would lie outside the file.");
  return directory;
}

Result<void> ZipArchive::ReadDirectory(const Directory& directory, const ZipLimits& limits) {
  if (directory.count > limits.max_entries)
    return MakeBudgetDiagnostic("max_entries", limits.max_entries, AtFile(path_));
  if (directory.size > limits.max_directory_bytes)
    return MakeBudgetDiagnostic("max_directory_bytes", limits.max_directory_bytes, AtFile(path_));
  if (directory.count > directory.size / kCentralBytes)
    return MakeMalformed(
        fmt::format("its directory of {} bytes cannot hold {} files.", directory.size, directory.count));
  std::string bytes(directory.size, '\0');
  STRATA_CHECK(ReadExactly(directory.offset, bytes.data(), bytes.size(), "the directory"));
  entries_.resize(directory.count);
  size_t at = 0;
  for (ZipEntry& entry : entries_) {
    auto next = ReadEntry(bytes, at, entry);
    if (!next) return next.TakeError();
    at = *next;
  }
  return {};
}

// Reads the entry at `at` of the directory's bytes, and gives where the next one begins.
Result<size_t> ZipArchive::ReadEntry(std::string_view directory, size_t at, ZipEntry& entry) const {
  if (directory.size() - at < kCentralBytes || Read32(directory.data() + at) != kCentralSignature)
    return MakeMalformed(fmt::format("its directory is broken at byte {} of it.", at));
  const char* fields = directory.data() + at;
  entry.flags = Read16(fields + 8);
  entry.method = Read16(fields + 10);
  entry.crc32 = Read32(fields + 16);
  entry.compressed_size = Read32(fields + 20);
  entry.size = Read32(fields + 24);
  const size_t name_bytes = Read16(fields + 28), extra_bytes = Read16(fields + 30),
               comment_bytes = Read16(fields + 32);
  entry.header_offset = Read32(fields + 42);
  const size_t rest = directory.size() - at - kCentralBytes;
  if (name_bytes + extra_bytes + comment_bytes > rest)
    return MakeMalformed(fmt::format("its directory is broken at byte {} of it.", at));
  entry.name = directory.substr(at + kCentralBytes, name_bytes);
  const std::string_view extra = directory.substr(at + kCentralBytes + name_bytes, extra_bytes);
  if (!ApplyZip64(extra, {&entry.size, &entry.compressed_size, &entry.header_offset}))
    return MakeMalformed(fmt::format("the Zip64 numbers of '{}' are missing.", entry.name));
  return at + kCentralBytes + name_bytes + extra_bytes + comment_bytes;
}

// Puts the entries in the order of their places, and refuses those that share bytes: an archive of a few
// bytes could otherwise hold any number of large files.
Result<void> ZipArchive::CheckLayout(uint64_t directory_offset) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const ZipEntry& a, const ZipEntry& b) { return a.header_offset < b.header_offset; });
  for (size_t i = 0; i < entries_.size(); ++i) {
    ZipEntry& entry = entries_[i];
    entry.end_bound = i + 1 < entries_.size() ? entries_[i + 1].header_offset : directory_offset;
    const uint64_t fixed = kLocalBytes + entry.name.size();
    if (entry.end_bound < entry.header_offset || entry.end_bound - entry.header_offset < fixed ||
        entry.end_bound - entry.header_offset - fixed < entry.compressed_size)
      return MakeMalformed(
          fmt::format("'{}' at byte {} overlaps what follows it.", entry.name, entry.header_offset));
    if (entry.method == 0 && !entry.IsEncrypted() && entry.size != entry.compressed_size)
      return MakeMalformed(fmt::format("'{}' is stored, yet has two sizes: {} and {} bytes.", entry.name,
                                       entry.compressed_size, entry.size));
  }
  return {};
}

void ZipArchive::IndexNames() {
  by_name_.reserve(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    ZipEntry& entry = entries_[i];
    if (entry.name.ends_with('/') && entry.size == 0) {
      entry.is_usable = false;  // a folder
      continue;
    }
    std::string_view fault = FindPackagedNameFault(entry.name);
    if (fault.empty() && !by_name_.emplace(entry.name, i).second) fault = "has the name of a file before it";
    if (fault.empty()) continue;
    entry.is_usable = false;
    remarks_.Add(Diagnostic(kPackageEntryName,
                            fmt::format("'{}' in '{}' {}; it is left out.", entry.name, path_, fault),
                            AtFile(path_), "Make the package anew, with plain relative names, each once."));
  }
}

const ZipEntry* ZipArchive::Find(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

const ZipEntry* ZipArchive::GetFirst() const {
  for (const ZipEntry& entry : entries_)
    if (entry.is_usable) return &entry;
  return nullptr;
}

Result<uint64_t> ZipArchive::FindData(const ZipEntry& entry) const {
  const auto refuse = [&](std::string_view what) {
    return Diagnostic(kPackageEntryUnreadable,
                      fmt::format("'{}' in '{}': its own header, at byte {}, {}.", entry.name, path_,
                                  entry.header_offset, what),
                      AtFile(path_), "Make the package anew: two readers would see two different files.");
  };
  std::string header(kLocalBytes + entry.name.size(), '\0');
  STRATA_CHECK(ReadExactly(entry.header_offset, header.data(), header.size(), "the header of a file"));
  if (Read32(header.data()) != kLocalSignature) return refuse("is not one");
  const uint16_t flags = Read16(header.data() + 6);
  const size_t name_bytes = Read16(header.data() + 26), extra_bytes = Read16(header.data() + 28);
  if (name_bytes != entry.name.size() || header.compare(kLocalBytes, name_bytes, entry.name) != 0)
    return refuse("has another name than the directory");
  if (Read16(header.data() + 8) != entry.method || ((flags ^ entry.flags) & 1) != 0)
    return refuse("tells another compression or encryption than the directory");
  uint64_t size = Read32(header.data() + 22), compressed_size = Read32(header.data() + 18);
  if (size == kSeeZip64 || compressed_size == kSeeZip64) {
    std::string extra(extra_bytes, '\0');
    STRATA_CHECK(
        ReadExactly(entry.header_offset + header.size(), extra.data(), extra.size(), "the header of a file"));
    if (!ApplyZip64(extra, {&size, &compressed_size})) return refuse("lacks its Zip64 numbers");
  }
  const bool is_size_behind = (flags & kSizesFollowFlag) != 0 && size == 0 && compressed_size == 0;
  if (!is_size_behind && (size != entry.size || compressed_size != entry.compressed_size))
    return refuse("tells another size than the directory");
  const uint64_t data = entry.header_offset + header.size() + extra_bytes;
  if (data > entry.end_bound || entry.end_bound - data < entry.compressed_size)
    return refuse("makes it overlap what follows it");
  return data;
}

Result<std::shared_ptr<Asset>> ZipArchive::OpenEntry(const ZipEntry& entry) const {
  if (entry.IsEncrypted() || entry.method != 0) {
    return Diagnostic(kPackageEntryUnreadable,
                      fmt::format("'{}' in '{}' is {}, and files in packages must be stored as they are.",
                                  entry.name, path_, entry.IsEncrypted() ? "encrypted" : "compressed"),
                      AtFile(path_),
                      "Unpack the archive with an unzip program and pack it with 'strata pack'.");
  }
  STRATA_TRY(const uint64_t offset, FindData(entry));
  return std::shared_ptr<Asset>(std::make_shared<PackagedAsset>(asset_, offset, entry.size));
}

Result<void> ZipArchive::CheckContent(const ZipEntry& entry) const {
  STRATA_TRY(const std::shared_ptr<Asset> content, OpenEntry(entry));
  std::string block(std::min<uint64_t>(entry.size, 1 << 20), '\0');
  uint32_t crc = 0;
  for (uint64_t at = 0; at < entry.size;) {
    STRATA_TRY(const size_t got, content->ReadAt(at, block.data(), block.size()));
    if (got == 0) return MakeMalformed(fmt::format("the file ends within '{}'.", entry.name));
    crc = ComputeCrc32(std::string_view(block).substr(0, got), crc);
    at += got;
  }
  if (crc == entry.crc32) return {};
  return Diagnostic(kPackageEntryUnreadable,
                    fmt::format("'{}' in '{}' has the checksum {:08x}, and should have {:08x}.", entry.name,
                                path_, crc, entry.crc32),
                    AtFile(path_), "Copy or make the package again: its bytes have changed.");
}

}  // namespace strata::asset

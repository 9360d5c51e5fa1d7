#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "strata/asset/resolver.h"
#include "strata/asset/similar.h"
#include "strata/base/budget.h"
#include "strata/base/files.h"

namespace strata::asset {

namespace {

SourceLocation AtFile(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

// A small file is read whole at its first byte and then closed: whoever looks at the beginning reads the
// rest.
class FileAsset final : public Asset {
 public:
  explicit FileAsset(std::shared_ptr<InputFile> file) : size_(file->GetSize()), file_(std::move(file)) {}
  uint64_t GetSize() const override { return size_; }
  Result<size_t> ReadAt(uint64_t offset, void* buffer, size_t count) const override {
    if (!IsSmall()) return ReadUnchanged(*file_, offset, buffer, count);
    STRATA_TRY(const std::string* whole, GetWhole());
    if (offset >= whole->size()) return size_t{0};
    return whole->copy(static_cast<char*>(buffer), count, offset);
  }
  const char* GetBuffer() const override {
    return is_read_.load(std::memory_order_acquire) && whole_.size() == size_ ? whole_.data() : nullptr;
  }
  Result<MappedBytes> Map() const override {
    if (IsSmall()) {
      STRATA_TRY(const std::string* whole, GetWhole());
      return MappedBytes{whole->data(), whole->size(), shared_from_this()};
    }
    const std::lock_guard lock(mutex_);
    if (!mapping_) {
      STRATA_TRY(mapping_, file_->Map());
    }
    return MappedBytes{mapping_->GetData(), mapping_->GetSize(), mapping_};
  }

 private:
  static constexpr uint64_t kSmallBytes = 64 << 10;

  // What says that it has no bytes may have some, as files under /proc do.
  bool IsSmall() const { return size_ != 0 && size_ <= kSmallBytes; }

  static Result<size_t> ReadUnchanged(const InputFile& file, uint64_t offset, void* buffer, size_t count) {
    STRATA_TRY(const size_t done, file.ReadAt(offset, buffer, count));
    if (!file.HasChanged()) return done;
    return Diagnostic(kAssetChanged,
                      fmt::format("'{}' was written by someone else while it was read.", file.GetPath()),
                      AtFile(file.GetPath()), "Open it again once whatever writes it is done.");
  }

  Result<const std::string*> GetWhole() const {
    if (is_read_.load(std::memory_order_acquire)) return &whole_;
    const std::lock_guard lock(mutex_);
    if (is_read_.load(std::memory_order_relaxed)) return &whole_;
    std::string bytes(size_, '\0');
    STRATA_TRY(const size_t done, ReadUnchanged(*file_, 0, bytes.data(), bytes.size()));
    bytes.resize(done);
    whole_ = std::move(bytes);
    file_ = nullptr;
    is_read_.store(true, std::memory_order_release);
    return &whole_;
  }

  const uint64_t size_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<InputFile> file_;  // of small files, guarded by mutex_ and gone once they are read
  mutable std::string whole_;                // of small files, written before is_read_ is
  mutable std::atomic<bool> is_read_ = false;
  mutable std::shared_ptr<MappedFile> mapping_;  // guarded by mutex_
};

class MemoryAsset final : public Asset {
 public:
  explicit MemoryAsset(std::string bytes) : bytes_(std::move(bytes)) {}
  uint64_t GetSize() const override { return bytes_.size(); }
  Result<size_t> ReadAt(uint64_t offset, void* buffer, size_t count) const override {
    if (offset >= bytes_.size()) return size_t{0};
    const size_t available = std::min<size_t>(count, bytes_.size() - offset);
    std::memcpy(buffer, bytes_.data() + offset, available);
    return available;
  }
  const char* GetBuffer() const override { return bytes_.data(); }
  Result<MappedBytes> Map() const override {
    return MappedBytes{bytes_.data(), bytes_.size(), shared_from_this()};
  }

 private:
  const std::string bytes_;
};

enum class FileKind { kNone, kRegular, kOther };

FileKind GetFileKind(const std::string& path) {
  struct stat status{};
  if (path.find('\0') != std::string::npos || stat(path.c_str(), &status) != 0) return FileKind::kNone;
  return S_ISREG(status.st_mode) ? FileKind::kRegular : FileKind::kOther;
}

std::string MakeAbsolute(const std::string& path) {
  if (IsAbsolutePath(path)) return NormalizePath(path);
  std::error_code error;
  const std::filesystem::path working = std::filesystem::current_path(error);
  return error ? NormalizePath(path) : NormalizePath(working.string() + '/' + path);
}

std::vector<std::string> SplitSearchPath(const char* text) {
  std::vector<std::string> out;
  std::string_view rest = text ? text : "";
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    if (end != 0) out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

class FileResolver final : public Resolver {
 public:
  explicit FileResolver(std::vector<std::string> search_paths) : search_paths_(std::move(search_paths)) {
    for (std::string& path : SplitSearchPath(std::getenv("PXR_AR_DEFAULT_SEARCH_PATH")))
      search_paths_.push_back(std::move(path));
    for (std::string& path : search_paths_) path = MakeAbsolute(path);
  }

  std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const override {
    if (asset_path.empty()) return {};
    if (IsAbsolutePath(asset_path) || anchor.empty()) return NormalizePath(asset_path);
    std::string anchored = AnchorToFile(asset_path, anchor);
    if (IsFileRelativePath(asset_path) || GetFileKind(anchored) != FileKind::kNone) return anchored;
    return NormalizePath(asset_path);
  }

  std::string Resolve(const std::string& identifier, const ResolverContext& context) const override {
    if (identifier.empty()) return {};
    std::string candidate = MakeAbsolute(identifier);
    if (GetFileKind(candidate) != FileKind::kNone) return candidate;
    if (IsAbsolutePath(identifier) || IsFileRelativePath(identifier)) return {};
    for (const auto* paths : {&context.search_paths, &search_paths_}) {
      for (const std::string& folder : *paths) {
        candidate = MakeAbsolute(folder + '/' + identifier);
        if (GetFileKind(candidate) == FileKind::kRegular) return candidate;
      }
    }
    return {};
  }

  Result<std::shared_ptr<Asset>> Open(const std::string& resolved_path) const override {
    if (GetFileKind(resolved_path) == FileKind::kOther) {
      return Diagnostic(kAssetUnresolved,
                        fmt::format("'{}' is a folder or a device, not a file.", resolved_path),
                        AtFile(resolved_path), "Name a file.");
    }
    STRATA_TRY(std::shared_ptr<InputFile> file, InputFile::Open(resolved_path));
    return std::shared_ptr<Asset>(std::make_shared<FileAsset>(std::move(file)));
  }

  std::string GetModificationStamp(const std::string& resolved_path) const override {
    struct stat status{};
    if (stat(resolved_path.c_str(), &status) != 0) return {};
    return fmt::format("{}.{:09}-{}-{}", static_cast<int64_t>(status.st_mtim.tv_sec),
                       static_cast<int64_t>(status.st_mtim.tv_nsec), static_cast<uint64_t>(status.st_size),
                       static_cast<uint64_t>(status.st_ino));
  }

  std::vector<std::string> ListFolder(const std::string& identifier) const override {
    std::vector<std::string> names = ReadFolder(std::string(GetFolder(MakeAbsolute(identifier))), SIZE_MAX);
    std::sort(names.begin(), names.end());
    return names;
  }

  std::vector<std::string> FindSimilar(const std::string& identifier) const override {
    const std::string path = MakeAbsolute(identifier);
    const std::string folder(GetFolder(path));
    const std::shared_ptr<const std::vector<std::string>> names = ListFiles(folder);
    std::vector<std::string> similar = FindSimilarNames(GetFileName(path), *names);
    for (std::string& name : similar) name = folder == "/" ? '/' + name : folder + '/' + name;
    return similar;
  }

 private:
  static constexpr size_t kMostNamesCompared = 10'000;

  static std::vector<std::string> ReadFolder(const std::string& folder, size_t most) {
    std::error_code error;
    std::filesystem::directory_iterator entry(folder, error);
    std::vector<std::string> names;
    for (size_t seen = 0; !error && entry != std::filesystem::directory_iterator() && seen < most; ++seen) {
      if (entry->is_regular_file(error)) names.push_back(entry->path().filename().string());
      entry.increment(error);
    }
    return names;
  }

  using Names = std::shared_ptr<const std::vector<std::string>>;

  // The files of a folder. The last listing is kept while the folder has not changed: a scene that misses one
  // file often misses many beside it.
  Names ListFiles(const std::string& folder) const {
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(folder, error);
    if (error) return std::make_shared<std::vector<std::string>>();
    {
      std::lock_guard lock(listing_mutex_);
      if (listing_ && listed_folder_ == folder && listing_time_ == changed) return listing_;
    }
    auto names = std::make_shared<std::vector<std::string>>(ReadFolder(folder, kMostNamesCompared));
    std::lock_guard lock(listing_mutex_);
    listed_folder_ = folder;
    listing_time_ = changed;
    listing_ = names;
    return names;
  }

  std::vector<std::string> search_paths_;
  mutable std::mutex listing_mutex_;
  mutable std::string listed_folder_;
  mutable std::filesystem::file_time_type listing_time_;
  mutable Names listing_;
};

}  // namespace

Result<std::string> Asset::ReadAll(uint64_t max_bytes) const {
  const uint64_t size = GetSize();
  if (size > max_bytes) return MakeBudgetDiagnostic("max_file_bytes", max_bytes, {});
  if (const char* bytes = GetBuffer()) return std::string(bytes, size);
  std::string out(size, '\0');
  size_t done = 0;
  while (done < size) {
    STRATA_TRY(const size_t count, ReadAt(done, out.data() + done, size - done));
    if (count == 0) break;
    done += count;
  }
  out.resize(done);
  return out;
}

AssetInfo Resolver::GetAssetInfo(const std::string&, const std::string&) const {
  return {};
}

std::vector<std::string> Resolver::ListFolder(const std::string&) const {
  return {};
}

ResolverContext Resolver::CreateDefaultContextForAsset(const std::string& resolved_path) const {
  const std::string outermost = SplitPackageOuter(resolved_path).first;
  const std::string_view folder = GetFolder(outermost);
  ResolverContext context;
  if (!folder.empty()) context.search_paths.emplace_back(folder);
  return context;
}

std::vector<std::string> Resolver::FindSimilar(const std::string&) const {
  return {};
}

std::shared_ptr<Asset> MakeMemoryAsset(std::string bytes) {
  return std::make_shared<MemoryAsset>(std::move(bytes));
}

std::shared_ptr<Resolver> MakeFileResolver(std::vector<std::string> search_paths) {
  return std::make_shared<FileResolver>(std::move(search_paths));
}

}  // namespace strata::asset

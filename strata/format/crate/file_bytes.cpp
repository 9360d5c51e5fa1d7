#include "strata/format/crate/file_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "strata/base/files.h"

namespace strata::format::crate {

namespace {

constexpr uint64_t kWorthPreparing = 128 << 10;  // smaller memory is seldom fresh

// Asks for the pages of memory that is about to be written whole in one go, where the system can, instead of
// one fault for each.
void PreparePages([[maybe_unused]] char* memory, [[maybe_unused]] size_t bytes) {
#ifdef MADV_POPULATE_WRITE
  static const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t first = (begin + page - 1) / page * page, last = (begin + bytes) / page * page;
  if (first < last) (void)madvise(memory + (first - begin), last - first, MADV_POPULATE_WRITE);
#endif
}

}  // namespace

// Reads a file in blocks, of which it keeps the last few: values that lie together take one read.
struct FileBytes::Reader {
  static constexpr uint64_t kBlockBytes = 16 << 10;
  static constexpr size_t kBlocks = 8;
  struct Block {
    std::mutex mutex;
    uint64_t index = UINT64_MAX;
    size_t size = 0;
    std::unique_ptr<char[]> bytes;
  };

  explicit Reader(std::shared_ptr<const asset::Asset> file) : asset(std::move(file)) {}

  bool ReadThrough(uint64_t offset, char* out, uint64_t count) {
    while (count != 0) {
      auto got = asset->ReadAt(offset, out, count);
      if (!got) return Note(got.TakeError());
      if (*got == 0) {
        SourceLocation where;
        return Note(Diagnostic(
            asset::kAssetChanged,
            "The file ends at byte " + std::to_string(offset) + "; it was longer when it was opened.",
            std::move(where), "Open it again once whatever writes it is done."));
      }
      offset += *got;
      out += *got;
      count -= *got;
    }
    return true;
  }

  bool ReadFromBlocks(uint64_t file_size, uint64_t offset, char* out, uint64_t count) {
    while (count != 0) {
      const uint64_t index = offset / kBlockBytes, within = offset % kBlockBytes;
      Block& block = blocks[index % kBlocks];
      const std::lock_guard lock(block.mutex);
      if (block.index != index) {
        block.index = UINT64_MAX;
        if (!block.bytes) block.bytes.reset(new char[kBlockBytes]);
        block.size = std::min(kBlockBytes, file_size - index * kBlockBytes);
        if (!ReadThrough(index * kBlockBytes, block.bytes.get(), block.size)) return false;
        block.index = index;
      }
      const uint64_t here = std::min(count, block.size - within);
      std::memcpy(out, block.bytes.get() + within, here);
      offset += here;
      out += here;
      count -= here;
    }
    return true;
  }

  bool Note(Diagnostic why) {
    const std::lock_guard lock(failure_mutex);
    failure = std::move(why);
    failures.fetch_add(1, std::memory_order_release);
    return false;
  }

  const std::shared_ptr<const asset::Asset> asset;
  std::array<Block, kBlocks> blocks;
  std::atomic<uint64_t> failures = 0;
  std::mutex failure_mutex;
  std::optional<Diagnostic> failure;  // the last one; guarded by failure_mutex
};

Result<FileBytes> FileBytes::Open(const asset::Asset& asset, Access access, uint64_t whole_up_to) {
  FileBytes bytes;
  bytes.size_ = asset.GetSize();
  std::shared_ptr<const asset::Asset> held = asset.weak_from_this().lock();
  if (const char* buffer = asset.GetBuffer(); buffer && held) {
    bytes.data_ = buffer;
    bytes.owner_ = std::move(held);
    return bytes;
  }
  if (access == Access::kMapped && bytes.size_ > whole_up_to && held) {
    STRATA_TRY(asset::MappedBytes mapped, asset.Map());
    if (mapped.data) {
      bytes.data_ = mapped.data;
      bytes.size_ = mapped.size;
      bytes.owner_ = std::move(mapped.owner);
      return bytes;
    }
  }
  // A local file that is read keeps its descriptor, of which there are not many.
  const auto is_local = [&asset] {
    const Result<asset::MappedBytes> mapped = asset.Map();
    return mapped && mapped->data;
  };
  if (bytes.size_ <= whole_up_to || !held || (InputFile::AreManyOpen() && is_local())) {
    STRATA_TRY(std::string whole, asset.ReadAll(bytes.size_));
    bytes.size_ = whole.size();
    auto kept = std::make_shared<const std::string>(std::move(whole));
    bytes.data_ = kept->data();
    bytes.owner_ = std::move(kept);
    return bytes;
  }
  bytes.reader_ = std::make_shared<Reader>(std::move(held));
  return bytes;
}

std::string_view FileBytes::View(uint64_t offset, uint64_t size, Scratch& scratch) const {
  if (offset > size_ || size > size_ - offset) return {};
  if (data_) return {data_ + offset, size};
  if (size == 0) return std::string_view("", 0);
  char* into = scratch.Get(size);
  return Read(offset, size, into) ? std::string_view(into, size) : std::string_view();
}

bool FileBytes::Read(uint64_t offset, uint64_t size, void* out) const {
  if (offset > size_ || size > size_ - offset) return false;
  if (size == 0) return true;
  if (data_) {
    std::memcpy(out, data_ + offset, size);
    return true;
  }
  auto* into = static_cast<char*>(out);
  if (size >= kWorthPreparing) PreparePages(into, size);
  return size <= Reader::kBlockBytes / 2 ? reader_->ReadFromBlocks(size_, offset, into, size)
                                         : reader_->ReadThrough(offset, into, size);
}

uint64_t FileBytes::CountFailures() const {
  return reader_ ? reader_->failures.load(std::memory_order_acquire) : 0;
}

std::optional<Diagnostic> FileBytes::GetFailure() const {
  if (!reader_) return std::nullopt;
  const std::lock_guard lock(reader_->failure_mutex);
  return reader_->failure;
}

}  // namespace strata::format::crate

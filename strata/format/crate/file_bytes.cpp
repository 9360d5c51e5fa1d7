#include "strata/format/crate/file_bytes.h"

#include <utility>

namespace strata::format::crate {

Result<FileBytes> FileBytes::Open(const asset::Asset& asset, Access access, uint64_t whole_up_to) {
  FileBytes bytes;
  bytes.size_ = asset.GetSize();
  std::shared_ptr<const asset::Asset> held = asset.weak_from_this().lock();
  if (const char* buffer = asset.GetBuffer(); buffer && held) {
    bytes.data_ = buffer;
    bytes.owner_ = std::move(held);
    return bytes;
  }
  if (bytes.size_ <= whole_up_to || !held) {
    STRATA_TRY(std::string whole, asset.ReadAll(bytes.size_));
    bytes.size_ = whole.size();
    auto kept = std::make_shared<const std::string>(std::move(whole));
    bytes.data_ = kept->data();
    bytes.owner_ = std::move(kept);
    return bytes;
  }
  if (access == Access::kMapped) {
    STRATA_TRY(asset::MappedBytes mapped, asset.Map());
    if (mapped.data) {
      bytes.data_ = mapped.data;
      bytes.size_ = mapped.size;
      bytes.owner_ = std::move(mapped.owner);
      return bytes;
    }
  }
  bytes.asset_ = std::move(held);
  return bytes;
}

std::string_view FileBytes::View(uint64_t offset, uint64_t size, Scratch& scratch) const {
  if (offset > size_ || size > size_ - offset) return {};
  if (data_) return {data_ + offset, size};
  if (size == 0) return std::string_view("", 0);
  char* into = scratch.Get(size);
  const Result<size_t> done = asset_->ReadAt(offset, into, size);
  if (!done || *done != size) return {};
  return {into, size};
}

}  // namespace strata::format::crate

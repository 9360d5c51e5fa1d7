// Makes zip archives byte by byte, sound ones and others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strata/asset/zip.h"

namespace strata::asset {

struct ZipFile {
  std::string name, bytes;
  uint16_t method = 0, flags = 0;
  std::string local_name = {};  // another than the directory's, when not empty
  int64_t size_lie = 0;         // added to the sizes in the directory
};

inline void Put(std::string& out, uint64_t value, int count) {
  for (int i = 0; i < count; ++i) out += static_cast<char>(value >> (8 * i));
}

enum class ZipNumbers { kPlain, kZip64 };

// The archive of `files`; its directory lists them in that order, or backwards.
inline std::string MakeZip(const std::vector<ZipFile>& files, ZipNumbers numbers = ZipNumbers::kPlain,
                           std::string_view comment = {}) {
  const bool is_large = numbers == ZipNumbers::kZip64;
  std::string out, directory;
  for (const ZipFile& file : files) {
    const uint64_t offset = out.size();
    const std::string& name = file.local_name.empty() ? file.name : file.local_name;
    const uint32_t crc = ComputeCrc32(file.bytes);
    const uint64_t listed_size = file.bytes.size() + static_cast<uint64_t>(file.size_lie);
    Put(out, 0x04034b50, 4);
    Put(out, 20, 2);
    Put(out, file.flags, 2);
    Put(out, file.method, 2);
    Put(out, 0, 4);
    Put(out, crc, 4);
    Put(out, is_large ? 0xffffffff : file.bytes.size(), 4);
    Put(out, is_large ? 0xffffffff : file.bytes.size(), 4);
    Put(out, name.size(), 2);
    Put(out, is_large ? 20 : 0, 2);
    out += name;
    if (is_large) {
      Put(out, 1, 2);
      Put(out, 16, 2);
      Put(out, file.bytes.size(), 8);
      Put(out, file.bytes.size(), 8);
    }
    out += file.bytes;
    Put(directory, 0x02014b50, 4);
    Put(directory, 20, 2);
    Put(directory, 20, 2);
    Put(directory, file.flags, 2);
    Put(directory, file.method, 2);
    Put(directory, 0, 4);
    Put(directory, crc, 4);
    Put(directory, is_large ? 0xffffffff : listed_size, 4);
    Put(directory, is_large ? 0xffffffff : listed_size, 4);
    Put(directory, file.name.size(), 2);
    Put(directory, is_large ? 28 : 0, 2);
    Put(directory, 0, 10);
    Put(directory, is_large ? 0xffffffff : offset, 4);
    directory += file.name;
    if (is_large) {
      Put(directory, 1, 2);
      Put(directory, 24, 2);
      Put(directory, listed_size, 8);
      Put(directory, listed_size, 8);
      Put(directory, offset, 8);
    }
  }
  const uint64_t start = out.size();
  out += directory;
  if (is_large) {
    const uint64_t record = out.size();
    Put(out, 0x06064b50, 4);
    Put(out, 44, 8);
    Put(out, 45, 2);
    Put(out, 45, 2);
    Put(out, 0, 8);
    Put(out, files.size(), 8);
    Put(out, files.size(), 8);
    Put(out, directory.size(), 8);
    Put(out, start, 8);
    Put(out, 0x07064b50, 4);
    Put(out, 0, 4);
    Put(out, record, 8);
    Put(out, 1, 4);
  }
  Put(out, 0x06054b50, 4);
  Put(out, 0, 4);
  Put(out, is_large ? 0xffff : files.size(), 2);
  Put(out, is_large ? 0xffff : files.size(), 2);
  Put(out, is_large ? 0xffffffff : directory.size(), 4);
  Put(out, is_large ? 0xffffffff : start, 4);
  Put(out, comment.size(), 2);
  out += comment;
  return out;
}

}  // namespace strata::asset

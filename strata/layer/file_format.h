// How bytes become the content of a layer and back; implemented by the rooms under format/.   (SdfFileFormat)
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/budget.h"
#include "strata/base/executor.h"
#include "strata/base/files.h"
#include "strata/base/result.h"
#include "strata/layer/fields.h"
#include "strata/layer/spec_store.h"

namespace strata::asset {
class Asset;
}

namespace strata::layer {

class SourceMap;  // layer/source_map.h

enum class ReadScope : uint8_t { kAll, kMetadataOnly };
// Whether a layer may use its file in place, by a mapping. Detached layers, the default, read what they need
// into memory of their own: others may shorten or overwrite the file in place, which then is a diagnostic.
// Under a mapping large arrays are not copied, and a file that is shortened ends the process: only for files
// that nobody writes in place. What saves by replacing files, as this library does, harms neither.
enum class Detach : uint8_t { kNo, kYes };

struct ReadOptions {
  const FieldRegistry* fields = nullptr;  // null: the built-in ones
  Budgets budgets;
  Executor* executor = nullptr;  // null: one thread
  ReadScope scope = ReadScope::kAll;
  Detach detach = Detach::kYes;
  SourceMap* source_map = nullptr;               // when given, filled with the place of each spec and field
  std::map<std::string, std::string> arguments;  // file format arguments
};

struct WriteOptions {
  const FieldRegistry* fields = nullptr;
  std::string comment;  // put after the header when not empty
  std::map<std::string, std::string> arguments;
  Executor* executor = nullptr;  // null: one thread
  Flush flush = Flush::kWhenReplacing;
  Diagnostics* remarks = nullptr;  // when given, what deserves a remark though all was written
};

// Stateless, thread-safe. Hosts may add their own to a registry of layers (LayerRegistry::AddFormat).
class FileFormat {
 public:
  virtual ~FileFormat() = default;
  virtual Token GetId() const = 0;                             // "usda"
  virtual std::vector<std::string> GetExtensions() const = 0;  // without dots; the first is the primary one
  // What its layers are for. Of several formats with one extension, the argument "target" says which.
  virtual Token GetTarget() const { return Token("usd"); }
  virtual bool CanRead(std::string_view first_bytes) const = 0;  // the first 64 bytes of a file, or fewer
  virtual bool CanWrite() const = 0;
  // Whether a file is a package of files, the first of which is the layer: never under the extension "usd".
  virtual bool IsPackage() const { return false; }
  // Fills `out` (given empty). On any error: false, nothing usable in `out`, and all errors of the file in
  // `diagnostics`.
  virtual bool Read(const asset::Asset& asset, const std::string& identifier, const ReadOptions& options,
                    SpecStore& out, Diagnostics& diagnostics) const = 0;
  virtual Result<std::string> WriteToString(const SpecStore& content, const WriteOptions& options) const = 0;
  virtual Result<void> WriteToFile(const SpecStore& content, const std::string& path,
                                   const WriteOptions& options) const = 0;
};

// A file format argument: in which format a .usd file is written, "usda" or "usdc". Which one it is read as
// its content says.
inline constexpr const char* kFormatArgument = "format";
// A file format argument: which of the formats with one extension is meant, by GetTarget.
inline constexpr const char* kTargetArgument = "target";

}  // namespace strata::layer

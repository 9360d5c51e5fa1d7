#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "strata/asset/asset.h"
#include "strata/asset/zip.h"
#include "strata/format/package/package.h"
#include "strata/layer/layer.h"

namespace strata::format::package {

namespace {

constexpr size_t kFirstBytes = 64;

SourceLocation AtFile(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

// What a package's first file is and where.
struct RootFile {
  std::string path;  // package-relative
  std::shared_ptr<asset::Asset> bytes;
};

// Goes from a package to its first file, and on while that is a package.
Result<RootFile> FindRootFile(const asset::Asset& package, const std::string& path, Diagnostics& remarks) {
  const asset::ZipLimits limits;
  RootFile root{path, std::const_pointer_cast<asset::Asset>(package.shared_from_this())};
  for (uint32_t depth = 0; asset::IsPackage(root.path); ++depth) {
    if (depth == limits.max_depth) return MakeBudgetDiagnostic("max_depth", limits.max_depth, AtFile(path));
    STRATA_TRY(const auto archive, asset::ZipArchive::Open(root.bytes, root.path, limits));
    remarks.Append(archive->GetRemarks());
    const asset::ZipEntry* first = archive->GetFirst();
    if (!first) {
      return Diagnostic(asset::kPackageMalformed, fmt::format("'{}' holds no file.", root.path),
                        AtFile(root.path), "Pack at least a root layer.");
    }
    STRATA_TRY(root.bytes, archive->OpenEntry(*first));
    root.path = asset::JoinPackage(root.path, first->name);
  }
  return root;
}

class UsdzFormat final : public layer::FileFormat {
 public:
  explicit UsdzFormat(std::vector<std::shared_ptr<const layer::FileFormat>> formats)
      : formats_(std::move(formats)) {}

  Token GetId() const override { return Token("usdz"); }
  std::vector<std::string> GetExtensions() const override { return {"usdz"}; }
  bool CanRead(std::string_view first_bytes) const override { return first_bytes.starts_with("PK\x03\x04"); }
  bool CanWrite() const override { return false; }
  bool IsPackage() const override { return true; }

  bool Read(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
            layer::SpecStore& out, Diagnostics& diagnostics) const override {
    const auto fail = [&](Diagnostic why) {
      diagnostics.Add(std::move(why));
      return false;
    };
    Result<RootFile> root = FindRootFile(asset, identifier, diagnostics);
    if (!root) return fail(root.TakeError());
    std::string first_bytes(kFirstBytes, '\0');
    auto count = root->bytes->ReadAt(0, first_bytes.data(), first_bytes.size());
    if (!count) return fail(count.TakeError());
    first_bytes.resize(*count);
    const layer::FileFormat* format = ChooseFormat(asset::GetExtension(root->path), first_bytes);
    if (!format) {
      return fail(Diagnostic(
          layer::kLayerFormatUnknown,
          fmt::format("The first file of the package, '{}', is not a layer that this build reads.",
                      root->path),
          AtFile(root->path), "Pack the root layer (.usda, .usdc or .usd) before all other files."));
    }
    return format->Read(*root->bytes, root->path, options, out, diagnostics);
  }

  Result<std::string> WriteToString(const layer::SpecStore&, const layer::WriteOptions&) const override {
    return Refuse({});
  }
  Result<void> WriteToFile(const layer::SpecStore&, const std::string& path,
                           const layer::WriteOptions&) const override {
    return Refuse(path);
  }

 private:
  static Diagnostic Refuse(const std::string& path) {
    return {layer::kLayerFormatUnknown, "A layer alone is not a package.", AtFile(path),
            "Save it as .usda or .usdc and make the package with 'strata pack'."};
  }

  const layer::FileFormat* ChooseFormat(const std::string& extension, std::string_view first_bytes) const {
    for (const auto& format : formats_) {
      const std::vector<std::string> extensions = format->GetExtensions();
      const bool is_named = std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
      if ((is_named || extension == "usd") && format->CanRead(first_bytes)) return format.get();
    }
    // Bytes that no format knows: the one of that name says best what is wrong.
    for (const auto& format : formats_) {
      const std::vector<std::string> extensions = format->GetExtensions();
      if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) return format.get();
    }
    return nullptr;
  }

  std::vector<std::shared_ptr<const layer::FileFormat>> formats_;
};

}  // namespace

std::shared_ptr<const layer::FileFormat> MakeUsdzFormat(
    std::vector<std::shared_ptr<const layer::FileFormat>> formats) {
  return std::make_shared<UsdzFormat>(std::move(formats));
}

}  // namespace strata::format::package

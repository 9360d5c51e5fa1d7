#include <fmt/format.h>

#include "strata/asset/asset.h"
#include "strata/format/crate/crate.h"
#include "strata/layer/layer.h"

namespace strata::format::crate {
namespace {

class UsdcFormat final : public layer::FileFormat {
 public:
  Token GetId() const override { return Token("usdc"); }
  std::vector<std::string> GetExtensions() const override { return {"usdc"}; }
  bool CanRead(std::string_view) const override { return false; }
  bool CanWrite() const override { return true; }

  bool Read(const asset::Asset&, const std::string& identifier, const layer::ReadOptions&, layer::SpecStore&,
            Diagnostics& diagnostics) const override {
    SourceLocation where;
    where.file = identifier;
    diagnostics.Add(Diagnostic(layer::kLayerFormatUnknown, "This build writes usdc files and reads none.",
                               std::move(where), "Convert it to usda text (usdcat -o file.usda)."));
    return false;
  }

  Result<std::string> WriteToString(const layer::SpecStore& content,
                                    const layer::WriteOptions& options) const override {
    return WriteCrateToString(content, options);
  }
  Result<void> WriteToFile(const layer::SpecStore& content, const std::string& path,
                           const layer::WriteOptions& options) const override {
    return WriteCrateToFile(content, path, options);
  }
};

}  // namespace

std::shared_ptr<const layer::FileFormat> MakeUsdcFormat() {
  return std::make_shared<UsdcFormat>();
}

}  // namespace strata::format::crate

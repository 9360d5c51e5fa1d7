// Answers a case of the text format: the layer as it is written again, or all that is wrong with the file.
#include <filesystem>

#include "strata/asset/asset.h"
#include "strata/format/text/text.h"
#include "tests/golden/golden.h"

std::string AnswerGoldenCase(const std::string& folder) {
  std::filesystem::current_path(folder);  // so that places in the answer do not depend on where the case lies
  const auto asset = strata::asset::MakeFileResolver()->Open("input.usda");
  if (!asset) return strata::RenderDiagnostic(asset.GetError(), strata::ColorMode::kPlain);
  const auto usda = strata::format::text::MakeUsdaFormat();
  strata::layer::SpecStore content;
  strata::Diagnostics diagnostics;
  if (!usda->Read(**asset, "input.usda", {}, content, diagnostics))
    return strata::RenderDiagnostics(diagnostics, strata::ColorMode::kPlain);
  const auto text = usda->WriteToString(content, {});
  return text ? *text : strata::RenderDiagnostic(text.GetError(), strata::ColorMode::kPlain);
}

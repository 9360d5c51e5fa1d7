// A program of another project: writes two layers through the installed library, composes them and reads a
// value.
#include <cstdio>
#include <string>

#include "strata/context/engine.h"
#include "strata/stage/stage.h"

using strata::Path;
using strata::Reference;
using strata::Result;
using strata::Specifier;
using strata::Token;
using strata::Value;

namespace {

Result<void> WriteProp(strata::layer::LayerRegistry& registry, const std::string& folder) {
  STRATA_TRY(auto layer, registry.CreateNew(folder + "/prop.usda"));
  STRATA_CHECK(layer->CreatePrimSpec(Path("/Prop"), Specifier::kDef, Token("Cube")));
  STRATA_CHECK(layer->CreateAttributeSpec(Path("/Prop.size"), Token("double")));
  STRATA_CHECK(layer->SetField(Path("/Prop.size"), Token("default"), Value(3.5)));
  STRATA_CHECK(layer->SetField(Path::AbsoluteRoot(), Token("defaultPrim"), Value(Token("Prop"))));
  return layer->Save();
}

Result<void> WriteShot(strata::layer::LayerRegistry& registry, const std::string& folder) {
  Reference reference;
  reference.asset_path = "./prop.usda";
  STRATA_TRY(auto layer, registry.CreateNew(folder + "/shot.usda"));
  STRATA_CHECK(layer->CreatePrimSpec(Path("/World/Box"), Specifier::kDef));
  STRATA_CHECK(layer->SetField(Path("/World/Box"), Token("references"),
                               Value(strata::ListOp<Reference>::Create({reference}))));
  return layer->Save();
}

Result<double> ComposeSize(const std::string& folder, strata::Diagnostics& diagnostics) {
  const strata::context::Engine engine;
  STRATA_CHECK(WriteProp(*engine.GetLayerRegistry(), folder));
  STRATA_CHECK(WriteShot(*engine.GetLayerRegistry(), folder));
  STRATA_TRY(const auto stage, engine.OpenStage(folder + "/shot.usda", {}, diagnostics));
  return stage->GetAttributeAtPath(Path("/World/Box.size")).GetAs<double>().value_or(0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  strata::Diagnostics diagnostics;
  const Result<double> size = ComposeSize(argv[1], diagnostics);
  if (!size) {
    std::puts(strata::RenderDiagnostic(size.GetError(), strata::ColorMode::kPlain).c_str());
    return 1;
  }
  std::printf("/World/Box.size = %g\n", *size);
  return *size == 3.5 && diagnostics.IsEmpty() ? 0 : 1;
}

// What a stage needs from outside, and the packages that it lies in or uses.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/asset/asset_path.h"
#include "strata/asset/package_resolver.h"
#include "strata/asset/zip.h"
#include "strata/pipeline/dependencies.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

pipeline::Dependencies FindDependencies(const stage::Stage& stage) {
  pipeline::DependencyOptions options;
  options.context = stage.GetOpenOptions().resolver_context;
  options.budgets = stage.GetOpenOptions().budgets.value_or(Budgets());
  Diagnostics remarks;  // what is missing is in the answer
  return pipeline::ComputeAllDependencies(*stage.GetLayerRegistry(), stage.GetRootLayer(), options, remarks);
}

// The outermost package of a path; empty when it lies in none.
std::string FindPackage(const std::string& path) {
  if (asset::IsPackageRelativePath(path)) return asset::SplitPackageOuter(path).first;
  return asset::IsPackage(path) ? path : std::string();
}

std::string NameFile(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

void CheckMissing(const StageScope& scope, Findings& findings) {
  const pipeline::Dependencies dependencies = FindDependencies(scope.GetStage());
  std::set<std::string> told;
  for (const pipeline::DependencyUse& use : dependencies.uses) {
    if (!use.resolved.empty() || use.at.is_deleted) continue;
    if (std::find(dependencies.unresolved.begin(), dependencies.unresolved.end(), use.identifier) ==
        dependencies.unresolved.end())
      continue;
    if (!told.insert(use.identifier).second) continue;
    findings.Error("UnresolvableDependency", {Site::Of(*scope.GetStage().GetRootLayer())},
                   fmt::format("@{}@, named by <{}> in @{}@, is nowhere.", use.evaluated,
                               use.at.spec.GetString(), use.layer->GetDisplayName()),
                   "Correct the path, or bring the file.");
  }
}

void CheckEncapsulation(const StageScope& scope, Findings& findings) {
  const layer::LayerPtr& root = scope.GetStage().GetRootLayer();
  const std::string package = FindPackage(root->GetResolvedPath());
  if (package.empty()) return;
  const pipeline::Dependencies dependencies = FindDependencies(scope.GetStage());
  for (const layer::LayerPtr& layer : dependencies.layers) {
    if (FindPackage(layer->GetResolvedPath()) == package) continue;
    findings.Warn("LayerNotInPackage", {Site::Of(*root)},
                  fmt::format("The layer @{}@ lies outside of the package '{}'.", layer->GetIdentifier(),
                              NameFile(package)),
                  "Pack it: `strata pack`.");
  }
  for (const std::string& asset : dependencies.assets) {
    if (FindPackage(asset) == package) continue;
    findings.Warn("AssetNotInPackage", {Site::Of(*root)},
                  fmt::format("The asset '{}' lies outside of the package '{}'.", asset, NameFile(package)),
                  "Pack it: `strata pack`.");
  }
}

std::shared_ptr<const asset::ZipArchive> OpenArchive(const stage::Stage& stage, const std::string& path) {
  auto opened = stage.GetLayerRegistry()->GetResolver().Open(path);
  if (!opened) return nullptr;
  auto archive = asset::ZipArchive::Open(std::move(*opened), path);
  return archive ? *archive : nullptr;
}

std::string FindExtension(const std::string& name) {
  const size_t dot = name.find_last_of('.');
  std::string extension = dot == std::string::npos ? std::string() : name.substr(dot + 1);
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

void CheckFileTypes(const StageScope& scope, Findings& findings) {
  static constexpr std::string_view kTypes[] = {"usd",  "usda", "usdc", "usdz", "exr", "jpg",
                                                "jpeg", "png",  "m4a",  "mp3",  "wav"};
  const layer::LayerPtr& root = scope.GetStage().GetRootLayer();
  const std::string package = FindPackage(root->GetResolvedPath());
  const auto archive = package.empty() ? nullptr : OpenArchive(scope.GetStage(), package);
  if (!archive) return;
  for (const asset::ZipEntry& entry : archive->GetEntries()) {
    if (entry.name.ends_with('/')) continue;
    const std::string extension = FindExtension(entry.name);
    if (std::find(std::begin(kTypes), std::end(kTypes), extension) != std::end(kTypes)) continue;
    findings.Error(
        "UnsupportedFileExtensionInPackage", {Site::Of(*root)},
        fmt::format("'{}' in '{}' is of a type that packages may not hold.", entry.name, NameFile(package)),
        fmt::format("Convert it to one of: {}.", fmt::join(kTypes, ", ")));
  }
}

void CheckLayout(const stage::Stage& stage, const layer::Layer& layer, const std::string& package,
                 Findings& findings) {
  const auto archive = OpenArchive(stage, package);
  if (!archive) return;
  const std::string remedy = "Pack it anew: `strata pack`.";
  for (const asset::ZipEntry& entry : archive->GetEntries()) {
    if (entry.method != 0) {
      findings.Error("CompressionDetected", {Site::Of(layer)},
                     fmt::format("'{}' in '{}' is compressed: {} of {} bytes.", entry.name, NameFile(package),
                                 entry.compressed_size, entry.size),
                     remedy);
    }
    if (entry.IsEncrypted()) {
      findings.Error("EncryptionDetected", {Site::Of(layer)},
                     fmt::format("'{}' in '{}' is encrypted.", entry.name, NameFile(package)), remedy);
    }
    const Result<uint64_t> data = archive->FindData(entry);
    if (!data || *data % 64 == 0) continue;
    findings.Error("ByteMisalignment", {Site::Of(layer)},
                   fmt::format("'{}' in '{}' begins at byte {}, no multiple of 64.", entry.name,
                               NameFile(package), *data),
                   remedy);
  }
}

void CheckRootPackage(const StageScope& scope, Findings& findings) {
  const layer::LayerPtr& root = scope.GetStage().GetRootLayer();
  const std::string package = FindPackage(root->GetResolvedPath());
  if (!package.empty()) CheckLayout(scope.GetStage(), *root, package, findings);
}

void CheckAllPackages(const StageScope& scope, Findings& findings) {
  std::set<std::string> seen;
  for (const layer::LayerPtr& layer : scope.GetStage().GetUsedLayers()) {
    const std::string package = FindPackage(layer->GetResolvedPath());
    if (!package.empty() && seen.insert(package).second)
      CheckLayout(scope.GetStage(), *layer, package, findings);
  }
}

}  // namespace

void AddPackageValidators(ValidatorRegistry& registry) {
  const Token utils("UsdUtilsValidators"), usdz("UsdzValidators");
  const auto add = [&](const char* name, const char* documentation, std::vector<Token> keywords, auto check) {
    Validator validator{.name = Token(name), .documentation = documentation, .keywords = std::move(keywords)};
    validator.check_stage = check;
    registry.Register(std::move(validator));
  };
  add("usdUtilsValidators:MissingReferenceValidator",
      "Everything that the stage names is there, in all variants.", {utils}, CheckMissing);
  add("usdUtilsValidators:PackageEncapsulationValidator", "A package needs nothing from outside.",
      {utils, usdz}, CheckEncapsulation);
  add("usdUtilsValidators:FileExtensionValidator",
      "A package holds files of the types that packages may hold.", {utils, usdz}, CheckFileTypes);
  add("usdUtilsValidators:RootPackageValidator",
      "Files of the package that the stage lies in are stored plain, at multiples of 64 bytes.",
      {utils, usdz}, CheckRootPackage);
  add("usdUtilsValidators:UsdzPackageValidator",
      "Files of every package that the stage uses are stored plain, at multiples of 64 bytes.", {utils, usdz},
      CheckAllPackages);
}

}  // namespace strata::validate

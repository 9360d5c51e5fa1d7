#include "strata/pipeline/localize.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "strata/asset/asset.h"
#include "strata/base/files.h"
#include "strata/compose/expression.h"

namespace strata::pipeline {

namespace {

constexpr size_t kBlockBytes = 1 << 20;

SourceLocation AtFile(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

// The file that is moved when `path` is: the package, for what lies in one.
std::string GetMovedFile(const std::string& path) {
  return asset::SplitPackageOuter(asset::SplitIdentifier(path, nullptr)).first;
}

// `place` as a layer at `from` names it.
std::string MakeRelative(const std::string& place, const std::string& from) {
  const auto split = [](std::string_view path) {
    std::vector<std::string_view> elements;
    while (!path.empty()) {
      const size_t end = std::min(path.find('/'), path.size());
      elements.push_back(path.substr(0, end));
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    return elements;
  };
  const std::vector<std::string_view> folder = split(asset::GetFolder(from)), to = split(place);
  size_t shared = 0;
  while (shared < folder.size() && shared + 1 < to.size() && folder[shared] == to[shared]) ++shared;
  std::string out = shared == folder.size() ? "./" : "";
  for (size_t i = shared; i < folder.size(); ++i) out += "../";
  for (size_t i = shared; i < to.size(); ++i) out.append(i == shared ? "" : "/").append(to[i]);
  return out;
}

// Where each file goes.
class Places {
 public:
  explicit Places(const layer::Layer& root) {
    const std::string path = root.IsAnonymous() ? std::string() : root.GetResolvedPath();
    root_folder_ = asset::GetFolder(path);
    if (!root_folder_.empty() && root_folder_.back() != '/') root_folder_ += '/';
  }

  // Names below the root layer's folder first: numbers of other folders must differ from them.
  void AddOwn(const std::string& source) {
    if (!IsOwn(source)) return;
    const std::string place = source.substr(root_folder_.size());
    top_names_.insert(place.substr(0, place.find('/')));
    Take(source, place);
  }

  void AddOther(const std::string& source) {
    if (IsOwn(source)) return;
    Take(source, GetFolderPlace(std::string(asset::GetFolder(source))) + MakeFileName(source));
  }

  // Empty when the file goes nowhere.
  std::string Find(const std::string& source) const {
    auto found = places_.find(source);
    return found == places_.end() ? std::string() : found->second;
  }

  // Of a pattern that stands for files beside `example`.
  std::string FindPattern(const std::string& pattern, const std::string& example) const {
    const std::string place = Find(example);
    return place.empty()
               ? place
               : std::string(place, 0, place.rfind('/') + 1) + std::string(asset::GetFileName(pattern));
  }

 private:
  bool IsOwn(const std::string& source) const {
    return !root_folder_.empty() && source.starts_with(root_folder_) && source.size() > root_folder_.size();
  }

  // Without what a URL has behind the name, nor marks that mean something in asset paths.
  static std::string MakeFileName(const std::string& source) {
    std::string name(asset::GetFileName(source));
    if (asset::HasScheme(source)) name = name.substr(0, name.find_first_of("?#"));
    for (char& c : name)
      if (c == '[' || c == ']' || c == '\\' || c == ':' || static_cast<unsigned char>(c) < 0x20) c = '_';
    return name.empty() || name == ".." ? "file" : name;
  }

  std::string GetFolderPlace(const std::string& folder) {
    auto [found, is_new] = folders_.try_emplace(folder);
    if (is_new) {
      while (top_names_.contains(std::to_string(next_folder_))) ++next_folder_;
      found->second = std::to_string(next_folder_++) + '/';
    }
    return found->second;
  }

  void Take(const std::string& source, std::string place) {
    if (places_.contains(source)) return;
    for (int other = 2; !taken_.insert(place).second; ++other) {
      const size_t slash = place.rfind('/') + 1;
      place.insert(slash, fmt::format("{}_", other));
    }
    places_.emplace(source, std::move(place));
  }

  std::string root_folder_;
  std::map<std::string, std::string> places_, folders_;
  std::set<std::string> top_names_, taken_;
  size_t next_folder_ = 0;
};

// Rewrites the paths of layers to where their files go.
class Rewriter {
 public:
  Rewriter(layer::LayerRegistry& registry, const Dependencies& dependencies, const Places& places,
           const asset::ResolverContext& context, Diagnostics& diagnostics)
      : registry_(registry), places_(places), context_(context), diagnostics_(diagnostics) {
    for (const DependencyUse& use : dependencies.uses)
      if (!use.resolved.empty() || use.is_processed)
        targets_[{use.layer.get(), use.at.authored}].push_back(&use);
  }

  // The layer's bytes when it lies at `place`; nothing when its file can be copied as it is.
  Result<std::optional<std::string>> Rewrite(const layer::Layer& source, const std::string& place) {
    const layer::LayerPtr copy = registry_.CreateAnonymous("localized");
    copy->TransferContent(source);
    const size_t changed =
        ModifyAssetPaths(*copy, [&](const AssetPathUse& use) { return FindReplacement(source, place, use); });
    if (changed == 0 && !source.IsDirty() && !source.IsAnonymous()) return std::optional<std::string>();
    const auto& format = source.GetFileFormat();
    if (!format || !format->CanWrite()) {
      return Diagnostic(kLocalizeRefused,
                        fmt::format("'{}' must be rewritten, and this build cannot write its format.",
                                    source.GetIdentifier()),
                        AtFile(source.GetIdentifier()), "Convert it to .usda first.");
    }
    layer::WriteOptions options;
    options.fields = &registry_.GetFields();
    options.arguments = source.GetFileFormatArguments();
    STRATA_TRY(std::string bytes, format->WriteToString(copy->GetContent(), options));
    return std::optional<std::string>(std::move(bytes));
  }

 private:
  std::optional<std::string> FindReplacement(const layer::Layer& source, const std::string& place,
                                             const AssetPathUse& use) {
    auto found = targets_.find({&source, use.authored});
    if (found == targets_.end()) return use.is_deleted ? FindDeleted(source, place, use) : std::nullopt;
    std::set<std::string> texts;
    for (const DependencyUse* target : found->second) {
      const std::string moved = GetMovedFile(GetFileOf(*target));
      const std::string new_place =
          IsPatternOf(*target) ? places_.FindPattern(target->evaluated, moved) : places_.Find(moved);
      texts.insert(MakeText(target->evaluated, new_place, place));
    }
    if (texts.size() == 1) {
      const std::string& text = *texts.begin();
      // An expression that still says the right thing stays one.
      const DependencyUse& first = *found->second.front();
      if (text == (first.is_processed ? use.authored : first.evaluated)) return std::nullopt;
      return text;
    }
    SourceLocation where = AtFile(source.GetIdentifier());
    where.path = use.spec.GetString();
    diagnostics_.Add(
        Diagnostic(kExpressionKept,
                   fmt::format("{} stands for {} files, and stays as it is.", use.authored, texts.size()),
                   where, "Bring these files together by hand, in one folder."));
    return std::nullopt;
  }

  // The file whose place tells where the path leads. What a processor names besides the path does not.
  std::string GetFileOf(const DependencyUse& use) const {
    if (!use.is_processed || IsPatternOf(use))
      return use.resolved.empty() ? std::string() : use.resolved.front();
    return registry_.GetResolver().Resolve(use.identifier, context_);
  }

  static bool IsPatternOf(const DependencyUse& use) {
    return use.at.kind == AssetPathKind::kClipTemplate || use.evaluated.find("<UDIM>") != std::string::npos;
  }

  // Items that a list op deletes are followed by nobody; they move with what they delete.
  std::optional<std::string> FindDeleted(const layer::Layer& source, const std::string& place,
                                         const AssetPathUse& use) const {
    if (source.IsAnonymous() || compose::VariableExpression::IsExpression(use.authored)) return std::nullopt;
    const asset::Resolver& resolver = registry_.GetResolver();
    const std::string identifier =
        resolver.CreateIdentifier(asset::SplitIdentifier(use.authored, nullptr), source.GetResolvedPath());
    const std::string new_place = places_.Find(GetMovedFile(resolver.Resolve(identifier, context_)));
    if (new_place.empty()) return std::nullopt;
    return MakeText(use.authored, new_place, place);
  }

  // `text`, which a layer at `from` says, so that it names `place`: as it is where that holds already.
  static std::string MakeText(const std::string& text, const std::string& place, const std::string& from) {
    std::map<std::string, std::string> arguments;
    const std::string path = asset::SplitIdentifier(text, &arguments);
    const auto [outer, packaged] = asset::SplitPackageOuter(path);
    if (place.empty() || (!asset::IsAbsolutePath(outer) && asset::AnchorToFile(outer, from) == place))
      return text;
    return asset::JoinIdentifier(asset::JoinPackage(MakeRelative(place, from), packaged), arguments);
  }

  layer::LayerRegistry& registry_;
  const Places& places_;
  const asset::ResolverContext& context_;
  Diagnostics& diagnostics_;
  std::map<std::pair<const layer::Layer*, std::string>, std::vector<const DependencyUse*>> targets_;
};

Result<void> WriteFile(const std::string& path, const asset::Asset& asset) {
  STRATA_TRY(const std::unique_ptr<AtomicFileWriter> file, AtomicFileWriter::Open(path));
  std::string block(std::min<uint64_t>(asset.GetSize(), kBlockBytes), '\0');
  for (uint64_t at = 0; at < asset.GetSize();) {
    STRATA_TRY(const size_t got, asset.ReadAt(at, block.data(), block.size()));
    if (got == 0)
      return Diagnostic(kFileUnreadable, fmt::format("What goes to '{}' was cut short.", path), AtFile(path));
    STRATA_CHECK(file->Write(std::string_view(block).substr(0, got)));
    at += got;
  }
  return file->Commit();
}

}  // namespace

Result<Localization> PlanLocalization(layer::LayerRegistry& registry, const layer::LayerPtr& root,
                                      const DependencyOptions& options, Diagnostics& diagnostics) {
  const std::string root_path = root->IsAnonymous() ? std::string() : root->GetResolvedPath();
  if (asset::IsPackage(root_path) || asset::IsPackageRelativePath(root_path)) {
    return Diagnostic(kLocalizeRefused, fmt::format("'{}' is a package, or lies in one.", root_path),
                      AtFile(root_path), "Unpack it first with 'strata unpack'.");
  }
  DependencyOptions whole = options;
  whole.packages = DependencyOptions::Packages::kKeepWhole;
  if (!whole.context) {
    whole.context = root_path.empty() ? asset::ResolverContext()
                                      : registry.GetResolver().CreateDefaultContextForAsset(root_path);
  }
  Localization out;
  out.dependencies = ComputeAllDependencies(registry, root, whole, diagnostics);

  Places places(*root);
  places.AddOwn(root_path);
  for (const bool is_own : {true, false}) {
    for (const DependencyUse& use : out.dependencies.uses) {
      for (const std::string& resolved : use.resolved)
        is_own ? places.AddOwn(GetMovedFile(resolved)) : places.AddOther(GetMovedFile(resolved));
    }
  }
  const std::string anonymous_place = "root.usda";
  Rewriter rewriter(registry, out.dependencies, places, *whole.context, diagnostics);
  std::set<std::string> done;
  for (const layer::LayerPtr& layer : out.dependencies.layers) {
    const std::string place = layer->IsAnonymous() ? anonymous_place : places.Find(layer->GetResolvedPath());
    if (place.empty() || !done.insert(place).second) continue;
    auto content = rewriter.Rewrite(*layer, place);
    if (!content) return content.TakeError();
    out.files.push_back({place, layer->GetResolvedPath(), *std::move(content)});
  }
  const auto by_place = [](const LocalizedFile& a, const LocalizedFile& b) { return a.place < b.place; };
  if (!out.files.empty()) std::sort(out.files.begin() + 1, out.files.end(), by_place);
  const size_t layer_count = out.files.size();
  for (const std::string& resolved : out.dependencies.assets) {
    const std::string moved = GetMovedFile(resolved), place = places.Find(moved);
    if (!place.empty() && done.insert(place).second) out.files.push_back({place, moved, std::nullopt});
  }
  std::sort(out.files.begin() + static_cast<std::ptrdiff_t>(layer_count), out.files.end(), by_place);
  return out;
}

Result<void> WriteLocalization(const layer::LayerRegistry& registry, const Localization& localization,
                               const std::string& folder) {
  for (const LocalizedFile& file : localization.files) {
    const std::filesystem::path target = std::filesystem::path(folder) / file.place;
    std::error_code error;
    std::filesystem::create_directories(target.parent_path(), error);
    if (error) {
      return Diagnostic(
          kFileUnwritable,
          fmt::format("cannot make the folder '{}': {}", target.parent_path().string(), error.message()),
          AtFile(target.string()), "Choose a folder that you may write to.");
    }
    if (file.content) {
      STRATA_CHECK(ReplaceFile(target.string(), *file.content));
      continue;
    }
    STRATA_TRY(const std::shared_ptr<asset::Asset> asset, registry.GetResolver().Open(file.source));
    STRATA_CHECK(WriteFile(target.string(), *asset));
  }
  return {};
}

}  // namespace strata::pipeline

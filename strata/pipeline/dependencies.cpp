#include "strata/pipeline/dependencies.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include "strata/asset/asset.h"
#include "strata/compose/expression.h"
#include "strata/layer/fields.h"

namespace strata::pipeline {

namespace {

constexpr std::string_view kUdim = "<UDIM>";
constexpr int kFirstTile = 1001, kLastTile = 1100;

const Dictionary& GetVariables(const layer::Layer& layer) {
  static const Dictionary kNone;
  const auto* variables =
      layer.GetFieldAs<Dictionary>(Path::AbsoluteRoot(), layer::GetFieldNames().expressionVariables);
  return variables ? *variables : kNone;
}

bool IsOwnIdentifier(const AssetPathUse& use) {
  return use.field == layer::GetFieldNames().assetInfo && use.place == "identifier";
}

// How many characters of `name`, from `at`, are digits.
size_t CountDigits(std::string_view name, size_t at) {
  size_t count = 0;
  while (at + count < name.size() && name[at + count] >= '0' && name[at + count] <= '9') ++count;
  return count;
}

// "name.##.#.usd" split where its marks are.
struct FramePattern {
  std::string before, after;
  bool has_decimals = false;

  static std::optional<FramePattern> Parse(std::string_view name) {
    const size_t first = name.find('#');
    if (first == std::string_view::npos) return std::nullopt;
    FramePattern pattern;
    size_t end = std::min(name.find_first_not_of('#', first), name.size());
    pattern.before = name.substr(0, first);
    if (name.substr(end, 2) == ".#") {
      pattern.has_decimals = true;
      end = std::min(name.find_first_not_of('#', end + 1), name.size());
    }
    pattern.after = name.substr(end);
    return pattern;
  }

  // Any number of digits, as OpenUSD has it: which frames are used is for the clips' times to say.
  bool Matches(std::string_view name) const {
    if (!name.starts_with(before)) return false;
    name.remove_prefix(before.size());
    const size_t frame = CountDigits(name, 0);
    if (frame == 0) return false;
    name.remove_prefix(frame);
    if (has_decimals) {
      const size_t decimals = name.starts_with('.') ? CountDigits(name, 1) : 0;
      if (decimals == 0) return false;
      name.remove_prefix(1 + decimals);
    }
    return name == after;
  }
};

bool MatchesUdim(std::string_view pattern, std::string_view name) {
  const size_t mark = pattern.find(kUdim);
  const std::string_view after = pattern.substr(mark + kUdim.size());
  if (name.size() != pattern.size() - kUdim.size() + 4 || !name.starts_with(pattern.substr(0, mark)) ||
      !name.ends_with(after) || CountDigits(name, mark) < 4)
    return false;
  const int tile = std::stoi(std::string(name.substr(mark, 4)));
  return tile >= kFirstTile && tile <= kLastTile;
}

bool IsPattern(const std::string& path, AssetPathKind kind) {
  return kind == AssetPathKind::kClipTemplate ? asset::GetFileName(path).find('#') != std::string_view::npos
                                              : path.find(kUdim) != std::string::npos;
}

void SortAndUnite(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

class Collector {
 public:
  Collector(layer::LayerRegistry& registry, const DependencyOptions& options, Diagnostics& diagnostics)
      : registry_(registry), options_(options), diagnostics_(diagnostics) {}

  Dependencies Collect(const layer::LayerPtr& root) {
    if (options_.context) {
      context_ = *options_.context;
    } else if (!root->IsAnonymous()) {
      context_ = registry_.GetResolver().CreateDefaultContextForAsset(root->GetResolvedPath());
    }
    Enqueue(root, GetVariables(*root));
    while (!queue_.empty()) {
      const Visit visit = std::move(queue_.front());
      queue_.pop_front();
      VisitAssetPaths(visit.layer->GetContent(), [&](const AssetPathUse& use) { Follow(visit, use); });
    }
    Dependencies& out = dependencies_;
    std::sort(out.layers.begin() + 1, out.layers.end(),
              [](const layer::LayerPtr& a, const layer::LayerPtr& b) {
                return a->GetIdentifier() < b->GetIdentifier();
              });
    SortAndUnite(out.assets);
    SortAndUnite(out.unresolved);
    return std::move(out);
  }

 private:
  struct Visit {
    layer::LayerPtr layer;
    Dictionary variables;
  };

  void Enqueue(const layer::LayerPtr& layer, Dictionary variables) {
    // The same layer says other things to those who bring other variables.
    std::vector<Dictionary>& seen = seen_[layer.get()];
    if (seen.empty()) dependencies_.layers.push_back(layer);
    if (std::find(seen.begin(), seen.end(), variables) != seen.end()) return;
    seen.push_back(variables);
    queue_.push_back({layer, std::move(variables)});
  }

  void Follow(const Visit& visit, const AssetPathUse& use) {
    if (use.is_deleted || IsOwnIdentifier(use)) return;
    const compose::EvaluatedText text = compose::EvaluateText(use.authored, visit.variables);
    DependencyUse found{visit.layer, use, text.text, {}, {}};
    for (const std::string& error : text.errors) Report(found, error);
    if (text.text.empty()) return;  // an expression may say that there is nothing
    const std::string anchor = visit.layer->IsAnonymous() ? std::string() : visit.layer->GetResolvedPath();
    const std::vector<std::string> paths = Process(found, anchor);
    if (!found.evaluated.empty()) {
      found.identifier =
          registry_.GetResolver().CreateIdentifier(asset::SplitIdentifier(found.evaluated, nullptr), anchor);
    }
    for (const std::string& path : paths) FollowOne(visit, found, path, anchor);
    if (found.resolved.empty() && !found.evaluated.empty()) {
      dependencies_.unresolved.push_back(found.identifier);
      Report(found, "There is no such asset.");
    }
    dependencies_.uses.push_back(std::move(found));
  }

  // The paths to follow for what `use` evaluates to, which the processor may change.
  std::vector<std::string> Process(DependencyUse& use, const std::string& anchor) {
    const auto expand = [&](const std::string& path) {
      return ExpandPattern(registry_, path, use.at.kind, anchor, context_);
    };
    if (!options_.processor) return expand(use.evaluated);
    auto [known, is_new] = processed_.try_emplace({use.layer.get(), use.evaluated});
    if (is_new) {
      ProcessedPath given{use.evaluated, {}};
      if (IsPattern(use.evaluated, use.at.kind)) given.dependencies = expand(use.evaluated);
      known->second = options_.processor(use.layer, use.at, given);
    }
    const ProcessedPath& now = known->second;
    use.is_processed = now.path != use.evaluated || !now.dependencies.empty();
    use.evaluated = now.path;
    if (now.path.empty() || !now.dependencies.empty()) return now.dependencies;
    return expand(now.path);
  }

  void FollowOne(const Visit& visit, DependencyUse& found, const std::string& path,
                 const std::string& anchor) {
    const asset::Resolver& resolver = registry_.GetResolver();
    const std::string identifier = resolver.CreateIdentifier(asset::SplitIdentifier(path, nullptr), anchor);
    std::string resolved = resolver.Resolve(identifier, context_);
    if (resolved.empty()) return;
    found.resolved.push_back(resolved);
    if (!IsLayer(identifier)) {
      dependencies_.assets.push_back(std::move(resolved));
      return;
    }
    const layer::LayerPtr layer = OpenLayer(path, *visit.layer);
    if (!layer) return;
    // The layers of one stack share the variables of its root.
    Enqueue(layer, found.at.kind == AssetPathKind::kSublayer
                       ? visit.variables
                       : visit.variables.ComposeOver(GetVariables(*layer)));
  }

  bool IsLayer(const std::string& identifier) const {
    if (options_.packages == DependencyOptions::Packages::kKeepWhole &&
        (asset::IsPackage(identifier) || asset::IsPackageRelativePath(identifier)))
      return false;
    const std::string extension = asset::GetExtension(identifier);
    return extension == "usd" || registry_.FindFormatByExtension(extension) != nullptr;
  }

  layer::LayerPtr OpenLayer(const std::string& path, const layer::Layer& anchor) {
    layer::OpenOptions open;
    open.context = context_;
    open.budgets = options_.budgets;
    open.executor = options_.executor;
    return registry_.FindOrOpen(path, &anchor, open, diagnostics_);
  }

  void Report(const DependencyUse& use, const std::string& why) {
    SourceLocation where;
    where.file = use.layer->GetIdentifier();
    where.path = use.at.spec.GetString();
    const std::string& shown = use.evaluated.empty() ? use.at.authored : use.evaluated;
    diagnostics_.Add(
        Diagnostic(kDependencyUnresolved,
                   fmt::format("The {} @{}@ does not resolve: {}", GetKindName(use.at.kind), shown, why),
                   where, "Bring the file, or correct the path."));
  }

  layer::LayerRegistry& registry_;
  const DependencyOptions& options_;
  Diagnostics& diagnostics_;
  asset::ResolverContext context_;
  Dependencies dependencies_;
  std::deque<Visit> queue_;
  std::map<const layer::Layer*, std::vector<Dictionary>> seen_;
  std::map<std::pair<const layer::Layer*, std::string>, ProcessedPath> processed_;
};

}  // namespace

std::vector<std::string> ExpandPattern(const layer::LayerRegistry& registry, const std::string& path,
                                       AssetPathKind kind, const std::string& anchor,
                                       const asset::ResolverContext& context) {
  if (!IsPattern(path, kind)) return {path};
  const asset::Resolver& resolver = registry.GetResolver();
  // A pattern exists nowhere, so that a search would not find it beside the layer, where it is most likely.
  const bool is_searched =
      !anchor.empty() && !asset::IsAbsolutePath(path) && !asset::IsFileRelativePath(path);
  const std::string identifier = resolver.CreateIdentifier(is_searched ? "./" + path : path, anchor);
  const std::string wanted(asset::GetFileName(path));
  const std::string folder = path.substr(0, path.size() - wanted.size());
  std::vector<std::string> found;
  const std::optional<FramePattern> frames =
      kind == AssetPathKind::kClipTemplate ? FramePattern::Parse(wanted) : std::nullopt;
  const std::vector<std::string> names =
      folder.find(kUdim) == std::string::npos ? resolver.ListFolder(identifier) : std::vector<std::string>();
  for (const std::string& name : names)
    if (frames ? frames->Matches(name) : MatchesUdim(wanted, name)) found.push_back(folder + name);
  // Where nothing can be listed, tiles are asked for one by one.
  for (int tile = kFirstTile; names.empty() && !frames && tile <= kLastTile; ++tile) {
    std::string candidate = path;
    candidate.replace(candidate.find(kUdim), kUdim.size(), std::to_string(tile));
    if (!resolver.Resolve(resolver.CreateIdentifier(candidate, anchor), context).empty())
      found.push_back(std::move(candidate));
  }
  std::sort(found.begin(), found.end());
  return found;
}

ExternalReferences ExtractExternalReferences(const layer::LayerRegistry& registry, const layer::Layer& layer,
                                             UdimPaths udim) {
  ExternalReferences out;
  const Dictionary& variables = GetVariables(layer);
  const std::string anchor = layer.IsAnonymous() ? std::string() : layer.GetResolvedPath();
  VisitAssetPaths(layer.GetContent(), [&](const AssetPathUse& use) {
    if (use.is_deleted) return;
    const std::string text = compose::EvaluateText(use.authored, variables).text;
    if (text.empty()) return;
    if (use.kind == AssetPathKind::kSublayer) {
      out.sublayers.push_back(text);
    } else if (use.kind == AssetPathKind::kPayload) {
      out.payloads.push_back(text);
    } else if (use.kind == AssetPathKind::kClipTemplate || udim == UdimPaths::kExpand) {
      for (std::string& path : ExpandPattern(registry, text, use.kind, anchor, {}))
        out.references.push_back(std::move(path));
    } else {
      out.references.push_back(text);
    }
  });
  SortAndUnite(out.references);
  SortAndUnite(out.payloads);
  return out;
}

Dependencies ComputeAllDependencies(layer::LayerRegistry& registry, const layer::LayerPtr& root,
                                    const DependencyOptions& options, Diagnostics& diagnostics) {
  return Collector(registry, options, diagnostics).Collect(root);
}

}  // namespace strata::pipeline

#include "strata/layer/registry.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "strata/asset/asset_path.h"
#include "strata/base/debug.h"
#include "strata/base/host_threads.h"
#include "strata/base/trace.h"

namespace strata::layer {

namespace {

constexpr DebugTopic kOpenTopic{"layer.open", "Every layer read, and from where."};
constexpr size_t kFirstBytes = 64;

SourceLocation AtFile(const std::string& file) {
  SourceLocation where;
  where.file = file;
  return where;
}

bool IsAnonymousIdentifier(std::string_view identifier) {
  return identifier.starts_with("anon:");
}

Result<std::string> ReadFirstBytes(const asset::Asset& asset) {
  std::string bytes(kFirstBytes, '\0');
  STRATA_TRY(const size_t count, asset.ReadAt(0, bytes.data(), bytes.size()));
  bytes.resize(count);
  return bytes;
}

// What a file is that no format of this engine reads, in words; empty when nothing is known of it.
std::string_view DescribeContent(std::string_view first_bytes) {
  if (first_bytes.starts_with("PXR-USDC")) return "a usdc (crate) file";
  if (first_bytes.starts_with("PK\x03\x04")) return "a zip archive, as usdz packages are";
  if (first_bytes.find('\0') != std::string_view::npos) return "a binary file";
  if (first_bytes.starts_with("#usda") || first_bytes.starts_with("#sdf")) return "a usda text file";
  return "a text file";
}

std::string JoinNames(const std::vector<std::string>& names, std::string_view separator) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += separator;
    out += '\'' + name + '\'';
  }
  return out;
}

}  // namespace

struct LayerRegistry::Impl {
  // One reading of a layer, for which others that ask for the same one wait.
  struct Opening {
    bool is_done = false;
    LayerPtr layer;
    Diagnostics diagnostics;
  };
  struct Slot {
    std::weak_ptr<Layer> layer;
    std::shared_ptr<Opening> opening;
  };

  // Null when nobody holds it any more.
  LayerPtr FindHeld(const std::string& key) {
    auto found = slots.find(key);
    return found == slots.end() ? nullptr : found->second.layer.lock();
  }

  // Where an identifier is, or where it would be saved to.
  std::string Locate(const std::string& identifier) const {
    std::string resolved = resolver->Resolve(identifier, {});
    if (!resolved.empty() || asset::IsAbsolutePath(identifier))
      return resolved.empty() ? asset::NormalizePath(identifier) : resolved;
    std::error_code error;
    const std::filesystem::path working = std::filesystem::current_path(error);
    return asset::NormalizePath(error ? identifier : working.string() + '/' + identifier);
  }

  // Ends a reading, and wakes those who wait for it.
  void Publish(const std::string& key, const LayerPtr& layer, Opening& opening) {
    {
      const std::lock_guard lock(mutex);
      if (layer)
        slots[key] = Slot{layer, nullptr};
      else
        slots.erase(key);
      opening.layer = layer;
      opening.is_done = true;
    }
    opened.notify_all();
  }

  std::shared_ptr<asset::Resolver> resolver;
  std::shared_ptr<FieldRegistry> fields;
  using Formats = std::vector<std::shared_ptr<const FileFormat>>;
  std::shared_ptr<const Formats> GetFormats() const {
    const std::lock_guard lock(formats_mutex);
    return formats;
  }
  mutable std::mutex formats_mutex;
  std::shared_ptr<const Formats> formats;  // replaced as a whole; guarded by formats_mutex

  mutable std::mutex mutex;
  std::condition_variable opened;
  std::unordered_map<std::string, Slot>
      slots;  // by resolved path and arguments, or anonymous identifier; guarded by mutex
};

LayerRegistry::LayerRegistry() : impl_(std::make_unique<Impl>()) {}
LayerRegistry::~LayerRegistry() = default;

std::shared_ptr<LayerRegistry> LayerRegistry::Create(std::shared_ptr<asset::Resolver> resolver,
                                                     std::shared_ptr<FieldRegistry> fields,
                                                     std::vector<std::shared_ptr<const FileFormat>> formats) {
  std::shared_ptr<LayerRegistry> registry(new LayerRegistry());
  registry->impl_->resolver =
      asset::MakePackageResolver(resolver ? std::move(resolver) : asset::MakeFileResolver());
  registry->impl_->fields = fields ? std::move(fields) : std::make_shared<FieldRegistry>();
  registry->impl_->formats = std::make_shared<Impl::Formats>(std::move(formats));
  return registry;
}

const asset::Resolver& LayerRegistry::GetResolver() const {
  return *impl_->resolver;
}
const FieldRegistry& LayerRegistry::GetFields() const {
  return *impl_->fields;
}
FieldRegistry& LayerRegistry::GetMutableFields() {
  return *impl_->fields;
}

void LayerRegistry::AddFormat(std::shared_ptr<const FileFormat> format) {
  const std::lock_guard lock(impl_->formats_mutex);
  auto formats = std::make_shared<Impl::Formats>(*impl_->formats);
  const auto known = std::find_if(formats->begin(), formats->end(),
                                  [&](const auto& other) { return other->GetId() == format->GetId(); });
  if (known != formats->end())
    *known = std::move(format);
  else
    formats->push_back(std::move(format));
  impl_->formats = std::move(formats);
}

std::shared_ptr<const FileFormat> LayerRegistry::FindFormat(Token id) const {
  for (const auto& format : *impl_->GetFormats())
    if (format->GetId() == id) return format;
  return nullptr;
}

std::shared_ptr<const FileFormat> LayerRegistry::FindFormatByExtension(std::string_view extension,
                                                                       std::string_view target) const {
  for (const auto& format : *impl_->GetFormats()) {
    if (!target.empty() && format->GetTarget().GetText() != target) continue;
    const std::vector<std::string> extensions = format->GetExtensions();
    if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) return format;
  }
  // Without a room for usdc, .usd files are text.
  if (extension == "usd") {
    auto format = FindFormat(Token("usdc"));
    return format ? format : FindFormat(Token("usda"));
  }
  return nullptr;
}

Result<std::shared_ptr<const FileFormat>> LayerRegistry::ChooseFormatToWrite(
    const std::string& path, const std::map<std::string, std::string>& arguments) const {
  const std::string extension = asset::GetExtension(path);
  const auto asked = arguments.find(kFormatArgument);
  if (extension == "usd" && asked != arguments.end()) {
    const auto format =
        asked->second == "usda" || asked->second == "usdc" ? FindFormat(Token(asked->second)) : nullptr;
    if (format && format->CanWrite()) return format;
    return Diagnostic(kLayerFormatUnknown,
                      fmt::format("A .usd file cannot be written in the format '{}'.", asked->second),
                      AtFile(path), "Ask for usda or usdc.");
  }
  const auto target = arguments.find(kTargetArgument);
  auto format =
      FindFormatByExtension(extension, target == arguments.end() ? std::string_view() : target->second);
  if (format && format->CanWrite()) return format;
  return Diagnostic(kLayerFormatUnknown, fmt::format("No file format writes '{}'.", path), AtFile(path),
                    "Give the file an extension that a format has, for example .usda.");
}

Result<std::shared_ptr<const FileFormat>> LayerRegistry::ChooseFormat(
    const asset::Asset& asset, const std::string& resolved_path,
    const std::map<std::string, std::string>& arguments) const {
  STRATA_TRY(const std::string first_bytes, ReadFirstBytes(asset));
  const std::string extension = asset::GetExtension(resolved_path);
  const auto target = arguments.find(kTargetArgument);
  std::shared_ptr<const FileFormat> by_extension =
      FindFormatByExtension(extension, target == arguments.end() ? std::string_view() : target->second);
  // A format of the host's own may take any content, even none.
  if (by_extension && extension != "usd" && by_extension->CanRead(first_bytes)) return by_extension;
  if (first_bytes.empty()) {
    return Diagnostic(kLayerUnopened, fmt::format("The layer '{}' is empty.", resolved_path),
                      AtFile(resolved_path),
                      "Write at least its first line, for example '#usda 1.0', or remove what names it.");
  }
  std::shared_ptr<const FileFormat> by_content;
  for (const auto& format : *impl_->GetFormats())
    if (!by_content && format->CanRead(first_bytes)) by_content = format;
  if (by_content && (by_content == by_extension || (extension == "usd" && !by_content->IsPackage())))
    return by_content;

  const std::string_view description = DescribeContent(first_bytes);
  const bool is_usd = extension.starts_with("usd");
  if (by_content && (by_extension || is_usd)) {
    return Diagnostic(
        kLayerFormatUnknown,
        fmt::format("'{}' is {}, which does not go with its extension.", resolved_path, description),
        AtFile(resolved_path),
        fmt::format("Name it {}.{}.", by_content->IsPackage() ? "" : ".usd or ",
                    by_content->GetExtensions().front()));
  }
  const bool is_text = first_bytes.find('\0') == std::string::npos && !first_bytes.starts_with("PXR-") &&
                       !first_bytes.starts_with("PK\x03\x04");
  if (is_usd &&
      (!by_extension || first_bytes.starts_with("PXR-USDC") || first_bytes.starts_with("PK\x03\x04"))) {
    return Diagnostic(
        kLayerFormatUnknown,
        fmt::format("'{}' is {}: this build has no format that reads it.", resolved_path, description),
        AtFile(resolved_path),
        "Convert it to usda text (usdcat -o file.usda), or use a build that has the format.");
  }
  // Text that does not begin as it should: the format itself says best what is wrong with it.
  if (by_extension && is_text) return by_extension;
  if (by_extension) {
    return Diagnostic(
        kLayerFormatUnknown, fmt::format("'{}' is {}, not a layer.", resolved_path, description),
        AtFile(resolved_path), "Check that the right file was named and that it was copied whole.");
  }
  std::vector<std::string> known;
  for (const auto& format : *impl_->GetFormats())
    for (const std::string& name : format->GetExtensions()) known.push_back('.' + name);
  return Diagnostic(
      kLayerFormatUnknown,
      extension.empty()
          ? fmt::format("'{}' has no extension that says what it is.", resolved_path)
          : fmt::format("No file format reads '.{}' files such as '{}'.", extension, resolved_path),
      AtFile(resolved_path),
      fmt::format("Name a layer with one of these extensions: {}.", fmt::join(known, ", ")));
}

bool LayerRegistry::Read(Layer& layer, const asset::Asset& asset, const OpenOptions& options,
                         Diagnostics& diagnostics) const {
  const TraceScope trace("layer.read", layer.resolved_path_);
  if (kOpenTopic.IsOn()) kOpenTopic.Say(fmt::format("{} ({} bytes)", layer.resolved_path_, asset.GetSize()));
  if (asset.GetSize() > options.budgets.max_file_bytes) {
    diagnostics.Add(
        MakeBudgetDiagnostic("max_file_bytes", options.budgets.max_file_bytes, AtFile(layer.resolved_path_)));
    return false;
  }
  auto format = ChooseFormat(asset, layer.resolved_path_, layer.arguments_);
  if (!format) {
    diagnostics.Add(format.TakeError());
    return false;
  }
  ReadOptions read;
  read.fields = impl_->fields.get();
  read.budgets = options.budgets;
  read.executor = options.executor;
  read.scope = options.scope;
  read.detach = options.detach;
  read.arguments = layer.arguments_;
  std::unique_ptr<SourceMap> places;
  if (options.source_maps == OpenOptions::SourceMaps::kRecord) {
    places = std::make_unique<SourceMap>();
    read.source_map = places.get();
  }
  SpecStore content;
  const size_t errors_before = diagnostics.GetErrorCount();
  if (!(*format)->Read(asset, layer.resolved_path_, read, content, diagnostics)) {
    if (diagnostics.GetErrorCount() == errors_before) {
      diagnostics.Add(Diagnostic(kLayerUnopened,
                                 fmt::format("The layer '{}' cannot be read as {}.", layer.resolved_path_,
                                             (*format)->GetId().GetText()),
                                 AtFile(layer.resolved_path_), "Check that the file is whole."));
    }
    return false;
  }
  if (!content.Has(Path::AbsoluteRoot())) content.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
  layer.content_ = std::move(content);
  layer.format_ = *format;
  layer.source_map_ = std::move(places);
  return true;
}

std::string LayerRegistry::CreateIdentifier(const std::string& asset_path, const Layer* anchor) const {
  std::map<std::string, std::string> arguments;
  const std::string path = asset::SplitIdentifier(asset_path, &arguments);
  if (IsAnonymousIdentifier(path)) return path;
  return asset::JoinIdentifier(
      impl_->resolver->CreateIdentifier(path, anchor ? anchor->GetResolvedPath() : std::string()), arguments);
}

// Reads a layer that others may share from now on.
LayerPtr LayerRegistry::Open(const std::string& identifier, const std::string& resolved,
                             const std::map<std::string, std::string>& arguments, const OpenOptions& options,
                             Diagnostics& diagnostics) {
  LayerPtr layer(new Layer());
  layer->identifier_ = asset::JoinIdentifier(identifier, arguments);
  layer->resolved_path_ = resolved;
  layer->arguments_ = arguments;
  layer->modification_stamp_ =
      impl_->resolver->GetModificationStamp(resolved);  // before reading: a change meanwhile shows later
  auto asset = impl_->resolver->Open(resolved);
  if (!asset) {
    diagnostics.Add(asset.TakeError());
    return nullptr;
  }
  if (!Read(*layer, **asset, options, diagnostics)) return nullptr;
  layer->registry_ = shared_from_this();
  return layer;
}

LayerPtr LayerRegistry::FindOrOpen(const std::string& asset_path, const Layer* anchor,
                                   const OpenOptions& options, Diagnostics& diagnostics) {
  const std::string asker = anchor ? anchor->GetIdentifier() : std::string();
  const auto fail = [&](Diagnostic why) -> LayerPtr {
    if (!asker.empty())
      why.notes.push_back({fmt::format("Asked for as @{}@ by this layer.", asset_path), AtFile(asker)});
    diagnostics.Add(std::move(why));
    return nullptr;
  };
  std::map<std::string, std::string> arguments;
  const std::string path = asset::SplitIdentifier(asset_path, &arguments);
  if (path.empty())
    return fail(
        Diagnostic(kLayerUnopened, "A layer is asked for by an empty name.", AtFile(asker), "Name a file."));
  if (IsAnonymousIdentifier(path)) {
    if (LayerPtr held = Find(path)) return held;
    return fail(Diagnostic(kLayerUnopened, fmt::format("There is no anonymous layer '{}'.", path),
                           AtFile(asker),
                           "Keep anonymous layers alive while others name them, or save them to files."));
  }
  const std::string identifier =
      impl_->resolver->CreateIdentifier(path, anchor ? anchor->GetResolvedPath() : std::string());
  std::string resolved = impl_->resolver->Resolve(identifier, options.context);
  if (resolved.empty()) {
    if (LayerPtr held = Find(asset::JoinIdentifier(identifier, arguments)))
      return held;  // new, and not saved yet
    const std::vector<std::string> similar = impl_->resolver->FindSimilar(identifier);
    return fail(Diagnostic(
        kLayerUnopened, fmt::format("There is no layer '{}'.", identifier),
        AtFile(asker.empty() ? identifier : asker),
        similar.empty() ? std::string("Check the spelling, and the folders in PXR_AR_DEFAULT_SEARCH_PATH.")
                        : fmt::format("Did you mean {}?", JoinNames(similar, " or "))));
  }
  const auto relay = [&](const Diagnostics& found) {
    for (const Diagnostic& diagnostic : found.GetAll()) {
      Diagnostic copy = diagnostic;
      if (!asker.empty() && copy.severity == Severity::kError && copy.code && copy.location.line == 0)
        copy.notes.push_back({fmt::format("Asked for as @{}@ by this layer.", asset_path), AtFile(asker)});
      diagnostics.Add(std::move(copy));
    }
  };
  if (options.scope == ReadScope::kMetadataOnly) {
    Diagnostics found;
    LayerPtr layer = Open(identifier, resolved, arguments, options, found);
    relay(found);
    return layer;
  }

  const std::string key = asset::JoinIdentifier(resolved, arguments);
  std::shared_ptr<Impl::Opening> opening;
  {
    std::optional<HostWait>
        waiting;  // ends after the lock: what it takes again may be held by who needs that
    std::unique_lock lock(impl_->mutex);
    Impl::Slot& slot = impl_->slots[key];
    if (LayerPtr held = slot.layer.lock()) return held;
    if ((opening = slot.opening)) {
      lock.unlock();
      waiting.emplace();
      lock.lock();
      impl_->opened.wait(lock, [&opening] { return opening->is_done; });
      relay(opening->diagnostics);
      return opening->layer;
    }
    opening = slot.opening = std::make_shared<Impl::Opening>();
  }
  LayerPtr layer;
  try {
    layer = Open(identifier, resolved, arguments, options, opening->diagnostics);
  } catch (...) {  // out of memory: those who wait must not wait for ever
    impl_->Publish(key, nullptr, *opening);
    throw;
  }
  if (layer) layer->registry_key_ = key;
  impl_->Publish(key, layer, *opening);
  relay(opening->diagnostics);
  return layer;
}

LayerPtr LayerRegistry::Find(const std::string& identifier) const {
  std::map<std::string, std::string> arguments;
  const std::string path = asset::SplitIdentifier(identifier, &arguments);
  const std::string key =
      IsAnonymousIdentifier(path) ? identifier : asset::JoinIdentifier(impl_->Locate(path), arguments);
  const std::lock_guard lock(impl_->mutex);
  return impl_->FindHeld(key);
}

Result<LayerPtr> LayerRegistry::CreateNew(const std::string& path) {
  std::map<std::string, std::string> arguments;
  const std::string identifier =
      impl_->resolver->CreateIdentifier(asset::SplitIdentifier(path, &arguments), {});
  STRATA_TRY(std::shared_ptr<const FileFormat> format, ChooseFormatToWrite(identifier, arguments));
  LayerPtr layer(new Layer());
  layer->identifier_ = asset::JoinIdentifier(identifier, arguments);
  layer->resolved_path_ = impl_->Locate(identifier);
  layer->arguments_ = arguments;
  layer->format_ = std::move(format);
  layer->dirty_ = layer->announced_dirty_ = true;
  layer->modification_stamp_ = impl_->resolver->GetModificationStamp(layer->resolved_path_);
  const std::string key = asset::JoinIdentifier(layer->resolved_path_, arguments);
  {
    const std::lock_guard lock(impl_->mutex);
    Impl::Slot& slot = impl_->slots[key];
    if (!slot.opening && slot.layer.expired()) {
      slot.layer = layer;
      layer->registry_ = shared_from_this();
      layer->registry_key_ = key;
      return layer;
    }
  }
  return Diagnostic(kLayerUnopened, fmt::format("The layer '{}' is open already.", layer->identifier_),
                    AtFile(path), "Use the open layer, or another name.");
}

LayerPtr LayerRegistry::CreateAnonymous(std::string_view tag) {
  LayerPtr layer = Layer::CreateAnonymous(tag);
  layer->SetRegistry(shared_from_this());
  return layer;
}

void LayerRegistry::Adopt(Layer& anonymous) {
  anonymous.registry_key_ = anonymous.identifier_;
  const std::lock_guard lock(impl_->mutex);
  impl_->slots[anonymous.registry_key_].layer = anonymous.weak_from_this();
}

Result<void> LayerRegistry::Rename(Layer& layer, const std::string& identifier) {
  std::map<std::string, std::string> arguments;
  const std::string path =
      impl_->resolver->CreateIdentifier(asset::SplitIdentifier(identifier, &arguments), {});
  const std::string resolved = impl_->Locate(path);
  const std::string key = asset::JoinIdentifier(resolved, arguments);
  {
    const std::lock_guard lock(impl_->mutex);
    const LayerPtr held = impl_->FindHeld(key);
    if ((held && held.get() != &layer) || impl_->slots[key].opening)
      return Diagnostic(kLayerUnopened, fmt::format("The layer '{}' is open already.", path), AtFile(path),
                        "Use the open layer, or another name.");
    if (!layer.registry_key_.empty()) impl_->slots.erase(layer.registry_key_);
    impl_->slots[key].layer = layer.weak_from_this();
    layer.registry_key_ = key;
  }
  layer.identifier_ = asset::JoinIdentifier(path, arguments);
  layer.resolved_path_ = resolved;
  layer.modification_stamp_ = impl_->resolver->GetModificationStamp(resolved);
  return {};
}

LayerPtr LayerRegistry::ImportFromString(const std::string& text, std::string_view tag,
                                         Diagnostics& diagnostics) {
  const std::shared_ptr<const FileFormat> format = FindFormat(Token("usda"));
  if (!format) {
    diagnostics.Add(Diagnostic(kLayerFormatUnknown, "This registry has no usda format to read text with.", {},
                               "Add the usda format when the registry is made."));
    return nullptr;
  }
  LayerPtr layer = CreateAnonymous(tag);
  ReadOptions read;
  read.fields = impl_->fields.get();
  SpecStore content;
  if (!format->Read(*asset::MakeMemoryAsset(text), layer->identifier_, read, content, diagnostics))
    return nullptr;
  layer->format_ = format;
  layer->ReplaceContent(std::move(content));
  return layer;
}

std::vector<LayerPtr> LayerRegistry::GetLoadedLayers() const {
  std::vector<LayerPtr> layers;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [key, slot] : impl_->slots)
      if (LayerPtr held = slot.layer.lock()) layers.push_back(std::move(held));
  }
  std::sort(layers.begin(), layers.end(),
            [](const LayerPtr& a, const LayerPtr& b) { return a->GetIdentifier() < b->GetIdentifier(); });
  return layers;
}

void LayerRegistry::Forget(const std::string& key) {
  const std::lock_guard lock(impl_->mutex);
  auto found = impl_->slots.find(key);
  // Another layer may have taken the place meanwhile.
  if (found != impl_->slots.end() && found->second.layer.expired() && !found->second.opening)
    impl_->slots.erase(found);
}

}  // namespace strata::layer

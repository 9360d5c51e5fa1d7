#include "strata/layer/layer.h"

#include <algorithm>

#include <fmt/format.h>

#include "strata/asset/asset_path.h"
#include "strata/base/files.h"
#include "strata/layer/children.h"
#include "strata/layer/editor.h"
#include "strata/layer/registry.h"
#include "strata/layer/thread_change_block.h"
#include "strata/layer/validate.h"
#include "strata/value/time_samples.h"

namespace strata::layer {

namespace {

constexpr std::string_view kAnonymousPrefix = "anon:";

Diagnostic MakeUnopened(std::string message, const std::string& file, std::string hint) {
  SourceLocation where;
  where.file = file;
  return Diagnostic(kLayerUnopened, std::move(message), std::move(where), std::move(hint));
}

// Files in packages are not written in place: the whole package is made anew.
Result<void> RefusePackaged(const std::string& path) {
  if (!asset::IsPackageRelativePath(path)) return {};
  SourceLocation where;
  where.file = path;
  return Diagnostic(kLayerFormatUnknown,
                    fmt::format("'{}' lies in a package, which is not written into.", path), std::move(where),
                    "Unpack the package, save there, and pack it again.");
}

// The first error of several; the others become its notes.
Diagnostic FoldErrors(const Diagnostics& diagnostics, const std::string& file) {
  const auto& all = diagnostics.GetAll();
  const auto first = std::find_if(all.begin(), all.end(),
                                  [](const Diagnostic& d) { return d.severity == Severity::kError; });
  if (first == all.end())
    return MakeUnopened(fmt::format("The layer '{}' cannot be read.", file), file, "Check the file.");
  Diagnostic folded = *first;
  for (auto other = std::next(first); other != all.end(); ++other)
    if (other->severity == Severity::kError) folded.notes.push_back({other->message, other->location});
  return folded;
}

}  // namespace

Layer::Layer() {
  content_.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
}

Layer::~Layer() {
  if (registry_ && !registry_key_.empty()) registry_->Forget(registry_key_);
}

std::shared_ptr<Layer> Layer::CreateAnonymous(std::string_view tag) {
  std::shared_ptr<Layer> layer(new Layer());
  const auto address = reinterpret_cast<uintptr_t>(layer.get());
  layer->identifier_ = fmt::format("{}{:#x}", kAnonymousPrefix, address);
  if (!tag.empty()) layer->identifier_.append(":").append(tag);
  return layer;
}

bool Layer::IsAnonymous() const {
  return identifier_.starts_with(kAnonymousPrefix);
}

std::string Layer::GetDisplayName() const {
  if (IsAnonymous()) {
    const size_t colon = identifier_.find(':', kAnonymousPrefix.size());
    return colon == std::string::npos ? std::string() : identifier_.substr(colon + 1);
  }
  const std::string path = asset::SplitIdentifier(identifier_, nullptr);
  if (!asset::IsPackageRelativePath(path)) return std::string(asset::GetFileName(path));
  const auto [package, packaged] = asset::SplitPackageOuter(path);
  return asset::JoinPackage(asset::GetFileName(package), packaged);
}

void Layer::SetRegistry(std::shared_ptr<LayerRegistry> registry) {
  if (registry_ || !registry) return;
  registry_ = std::move(registry);
  if (!format_) format_ = registry_->FindFormat(Token("usda"));
  if (IsAnonymous()) registry_->Adopt(*this);
}

Result<void> Layer::SetIdentifier(const std::string& identifier) {
  const auto refuse = [this, &identifier](std::string why, std::string hint) {
    return MakeRefusal(*this, Path::AbsoluteRoot(),
                       fmt::format("The layer '{}' cannot be named '{}': {}.", identifier_, identifier, why),
                       std::move(hint));
  };
  if (!registry_) return refuse("it has no registry", "Give it one with SetRegistry.");
  std::map<std::string, std::string> arguments;
  const std::string path = asset::SplitIdentifier(identifier, &arguments);
  if (path.empty()) return refuse("the name is empty", "Name a file.");
  if (path.starts_with(kAnonymousPrefix))
    return refuse("such names are those of anonymous layers", "Name a file.");
  if (arguments != arguments_)
    return refuse("its file format arguments are others", "Export the layer to that file instead.");
  const std::string extension = asset::GetExtension(path);
  if (format_) {
    const std::vector<std::string> own = format_->GetExtensions();
    if (std::find(own.begin(), own.end(), extension) == own.end() &&
        registry_->FindFormatByExtension(extension))
      return refuse(fmt::format("it is of the format {}", format_->GetId().GetText()),
                    "Export the layer to that file instead.");
  }
  const std::string before = identifier_;
  STRATA_CHECK(registry_->Rename(*this, identifier));
  SetDirty(true);
  if (identifier_ != before) Send({LayerNotice::Kind::kIdentifierDidChange, {}, before});
  return {};
}

const FieldRegistry& Layer::GetFields() const {
  return registry_ ? registry_->GetFields() : FieldRegistry::GetBuiltIn();
}

std::vector<Token> Layer::ListFields(Path path) const {
  std::vector<Token> fields;
  const SpecStore::SpecView spec = content_.Find(path);
  for (size_t i = 0; i < spec.GetFieldCount(); ++i) fields.push_back(spec.GetFieldName(i));
  return fields;
}

std::vector<Token> Layer::GetChildNames(Path path, Token children_field) const {
  const TokenVector* names = GetFieldAs<TokenVector>(path, children_field);
  return names ? *names : std::vector<Token>();
}

Value Layer::GetMetadata(Token field) const {
  if (const Value* authored = GetField(Path::AbsoluteRoot(), field)) return *authored;
  const FieldDefinition* definition = GetFields().Find(field);
  return definition && definition->on_layer ? definition->fallback : Value();
}

Path Layer::GetDefaultPrimAsPath() const {
  const Token* name = GetFieldAs<Token>(Path::AbsoluteRoot(), GetFieldNames().defaultPrim);
  if (!name || name->IsEmpty()) return Path();
  if (const Path child = Path::AbsoluteRoot().AppendChild(*name); child.IsPrim()) return child;
  const Result<Path> path = Path::Parse(name->GetText());
  if (!path || !path->IsPrim() || path->ContainsPrimVariantSelection()) return Path();
  return path->IsAbsolute() ? *path : path->MakeAbsolute(Path::AbsoluteRoot());
}

double Layer::GetTimeCodesPerSecond() const {
  const FieldNames& names = GetFieldNames();
  for (const Token field : {names.timeCodesPerSecond, names.framesPerSecond})
    if (const double* rate = GetFieldAs<double>(Path::AbsoluteRoot(), field)) return *rate;
  return 24;
}

size_t Layer::GetSpecCountLikeOpenUsd() const {
  const bool is_crate = format_ && format_->GetId() == "usdc";
  return CountSpecsAsOpenUsd(content_, is_crate ? TargetCounting::kAsCrate : TargetCounting::kAsText);
}

// -- whole content --

void Layer::TransferContent(const Layer& source) {
  SpecStore copy = source.content_.Clone();
  LayerEditor(*this).ReplaceByDifferences(std::move(copy));
}

void Layer::ReplaceContent(SpecStore content) {
  {
    LayerEditor editor(*this);
    editor.ReplaceAll(std::move(content));
    dirty_ = false;
  }
}

// When no edit is under way.
void Layer::SetDirty(bool dirty) {
  dirty_ = dirty;
  if (dirty_ == announced_dirty_) return;
  announced_dirty_ = dirty_;
  Send({LayerNotice::Kind::kDirtinessChanged, {}, {}});
}

// A file that is gone holds nothing that could be lost.
bool Layer::HasFileChanged() const {
  if (!registry_ || IsAnonymous() || resolved_path_.empty()) return false;
  const std::string stamp = registry_->GetResolver().GetModificationStamp(resolved_path_);
  return !stamp.empty() && stamp != modification_stamp_;
}

Result<void> Layer::Reload(ReloadMode mode) {
  if (IsAnonymous() || resolved_path_.empty() || !registry_) {
    return MakeUnopened(fmt::format("The layer '{}' has no file to be read again from.", identifier_),
                        identifier_, "Keep its content, or save it to a file first.");
  }
  const std::string stamp = registry_->GetResolver().GetModificationStamp(resolved_path_);
  if (mode == ReloadMode::kIfChanged && !dirty_ && !stamp.empty() && stamp == modification_stamp_) return {};
  STRATA_TRY(const std::shared_ptr<asset::Asset> asset, registry_->GetResolver().Open(resolved_path_));
  std::shared_ptr<Layer> fresh(new Layer());
  fresh->identifier_ = identifier_;
  fresh->resolved_path_ = resolved_path_;
  fresh->arguments_ = arguments_;
  OpenOptions options;
  if (source_map_) options.source_maps = OpenOptions::SourceMaps::kRecord;
  Diagnostics diagnostics;
  if (!registry_->Read(*fresh, *asset, options, diagnostics)) return FoldErrors(diagnostics, resolved_path_);
  format_ = fresh->format_;
  source_map_ = std::move(fresh->source_map_);
  modification_stamp_ = stamp;
  is_reloading_ = true;
  ReplaceContent(std::move(fresh->content_));
  return {};
}

// -- text and files --

Result<std::string> Layer::ExportToString() const {
  std::shared_ptr<const FileFormat> text = registry_ ? registry_->FindFormat(Token("usda")) : nullptr;
  if (!text && format_ && format_->GetId() == "usda") text = format_;
  if (!text) {
    return MakeUnopened(fmt::format("The layer '{}' knows no text format.", identifier_), identifier_,
                        "Make it through a layer registry, or give it one with SetRegistry.");
  }
  WriteOptions options;
  options.fields = &GetFields();
  return text->WriteToString(content_, options);
}

Result<void> Layer::Export(const std::string& path, const ExportOptions& options) const {
  STRATA_CHECK(RefusePackaged(path));
  std::shared_ptr<const FileFormat> format;
  if (!options.format.IsEmpty()) {
    format = registry_ ? registry_->FindFormat(options.format) : nullptr;
    if (!format && format_ && format_->GetId() == options.format) format = format_;
  } else if (registry_) {
    STRATA_TRY(format, registry_->ChooseFormatToWrite(path, options.arguments));
  } else if (format_) {
    const std::vector<std::string> own = format_->GetExtensions();
    if (std::find(own.begin(), own.end(), asset::GetExtension(path)) != own.end()) format = format_;
  }
  if (!format || !format->CanWrite()) {
    SourceLocation where;
    where.file = path;
    return Diagnostic(kLayerFormatUnknown, fmt::format("No file format writes '{}'.", path), where,
                      "Give the file an extension that a format has, for example .usda.");
  }
  WriteOptions write;
  write.fields = &GetFields();
  write.comment = options.comment;
  write.arguments = options.arguments;
  write.executor = options.executor;
  write.flush = options.flush;
  write.remarks = options.remarks;
  return format->WriteToFile(content_, path, write);
}

// Reads all values, so that those that cannot be read are known before the file that holds them is replaced.
Result<void> Layer::RefuseLoss() const {
  content_.VisitSpecs([](Path, const SpecStore::SpecView& spec) {
    for (const SpecStore::Field& field : spec)
      if (const auto* samples = field.value.GetIf<TimeSamples>())
        for (size_t i = 0; i < samples->GetSize(); ++i) (void)samples->GetValue(i);
  });
  const Diagnostics problems = content_.GetReadProblems();
  if (problems.GetErrorCount() == 0) return {};
  SourceLocation where;
  where.file = resolved_path_;
  Diagnostic refusal(kLayerDamaged,
                     fmt::format("Values of '{}' cannot be read; saving would put the others in their place.",
                                 resolved_path_),
                     std::move(where), "Export the layer under another name to keep what can be read.");
  for (const Diagnostic& problem : problems.GetAll())
    refusal.notes.push_back({problem.message, problem.location});
  return refusal;
}

Result<void> Layer::Save(const SaveOptions& options) {
  if (permission_to_save_ == Permission::kDenied) {
    return MakeRefusal(*this, Path::AbsoluteRoot(),
                       fmt::format("The layer '{}' may not be saved.", identifier_),
                       "Allow it with SetPermissionToSave, or export the layer to another file.");
  }
  if (!dirty_) return {};
  if (IsAnonymous() || resolved_path_.empty()) {
    return MakeUnopened(fmt::format("The layer '{}' has no file to be saved to.", identifier_), identifier_,
                        "Export it to a file instead.");
  }
  STRATA_CHECK(RefusePackaged(resolved_path_));
  SourceLocation where;
  where.file = resolved_path_;
  if (!format_ || !format_->CanWrite()) {
    return Diagnostic(kLayerFormatUnknown,
                      fmt::format("The format of '{}' cannot be written.", resolved_path_), where,
                      "Export it to a file of another format, for example .usda.");
  }
  if (options.external_change == SaveOptions::ExternalChange::kRefuse && HasFileChanged()) {
    return Diagnostic(
        kLayerChangedOutside,
        fmt::format("'{}' was changed by someone else since this layer was read or saved.", resolved_path_),
        where, "Reload the layer, export it under another name, or save it with overwriting.");
  }
  STRATA_CHECK(RefuseLoss());
  WriteOptions write;
  write.fields = &GetFields();
  write.arguments = arguments_;
  write.executor = options.executor;
  write.remarks = options.remarks;
  STRATA_CHECK(format_->WriteToFile(content_, resolved_path_, write));
  if (registry_) modification_stamp_ = registry_->GetResolver().GetModificationStamp(resolved_path_);
  SetDirty(false);
  return {};
}

// -- changes --

namespace {

// Lists are in use by those who call: another one takes the place.
template <class Listener>
using Entries = std::vector<std::pair<uint64_t, Listener>>;

template <class Listener>
void Append(std::shared_ptr<const Entries<Listener>>& list, uint64_t id, Listener listener) {
  auto longer = std::make_shared<Entries<Listener>>(list ? *list : Entries<Listener>());
  longer->emplace_back(id, std::move(listener));
  list = std::move(longer);
}

template <class Listener>
void Remove(std::shared_ptr<const Entries<Listener>>& list, uint64_t id) {
  const auto is_it = [id](const auto& entry) { return entry.first == id; };
  if (!list || std::none_of(list->begin(), list->end(), is_it)) return;
  auto rest = std::make_shared<Entries<Listener>>(*list);
  std::erase_if(*rest, is_it);
  list = rest->empty() ? nullptr : std::move(rest);
}

}  // namespace

uint64_t Layer::AddChangeListener(ChangeListener listener, Before before) {
  std::lock_guard lock(listeners_mutex_);
  Append(listeners_, next_listener_, std::move(listener));
  if (before == Before::kAlways) wanting_before_.push_back(next_listener_);
  is_watched_ = true;
  wants_all_before_ = !wanting_before_.empty();
  return next_listener_++;
}

uint64_t Layer::AddNoticeListener(NoticeListener listener) {
  std::lock_guard lock(listeners_mutex_);
  Append(notice_listeners_, next_listener_, std::move(listener));
  is_watched_ = true;
  return next_listener_++;
}

uint64_t Layer::AddJournalListener(JournalListener listener) {
  std::lock_guard lock(listeners_mutex_);
  Append(journal_listeners_, next_listener_, std::move(listener));
  is_recorded_ = true;
  return next_listener_++;
}

void Layer::RemoveListener(uint64_t id) {
  std::lock_guard lock(listeners_mutex_);
  Remove(listeners_, id);
  Remove(notice_listeners_, id);
  Remove(journal_listeners_, id);
  std::erase(wanting_before_, id);
  is_watched_ = listeners_ || notice_listeners_;
  is_recorded_ = bool(journal_listeners_);
  wants_all_before_ = !wanting_before_.empty();
}

Layer::ChangeBlock::ChangeBlock(Layer& layer) : layer_(layer) {
  ++layer_.open_blocks_;
}
Layer::ChangeBlock::~ChangeBlock() {
  const int open = --layer_.open_blocks_;
  if (open == 0 || ThreadChangeBlock::IsHeldByOthersAlone(layer_, open)) LayerEditor::Announce(layer_);
}

}  // namespace strata::layer

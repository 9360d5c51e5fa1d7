#include "strata/schema/registry.h"

#include <algorithm>

#include <fmt/format.h>

#include "strata/schema/embedded.h"
#include "strata/schema/registry_entry.h"

namespace strata::schema {

namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = std::min(text.find(separator), text.size());
    std::string_view part = text.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.push_back(part);
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<Token> SplitTokens(std::string_view text) {
  std::vector<Token> tokens;
  for (std::string_view part : Split(text, ' '))
    if (!part.empty()) tokens.emplace_back(part);
  return tokens;
}

}  // namespace

Registry::Registry() {
  for (const EmbeddedFile& file : GetEmbeddedFiles()) {
    if (file.name.ends_with("index.txt")) AddIndex(file.text);
  }
  for (const EmbeddedFile& file : GetEmbeddedFiles()) {
    SplitClasses(file.text, [&](std::string_view identifier, std::string_view text) {
      const auto found = entries_.find(Token(identifier));
      if (found != entries_.end()) found->second->text = text;
    });
  }
}

Registry::~Registry() = default;

std::shared_ptr<const Registry> Registry::GetBuiltIn() {
  static const std::shared_ptr<const Registry> built_in = std::make_shared<Registry>();
  return built_in;
}

// One line a schema: identifier | type name | kind | base | library | traits | can only apply to | applies
// itself to.
void Registry::AddIndex(std::string_view text) {
  enum Column { kIdentifier, kTypeName, kKind, kBase, kLibrary, kTraits, kCanOnlyApplyTo, kAutoApplyTo };
  for (std::string_view line : Split(text, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string_view> columns = Split(line, '|');
    columns.resize(kAutoApplyTo + 1);
    SchemaInfo info;
    info.identifier = Token(columns[kIdentifier]);
    info.type_name = Token(columns[kTypeName]);
    info.kind = FindSchemaKind(columns[kKind]).value_or(SchemaKind::kAbstractBase);
    info.base = Token(columns[kBase]);
    info.library = Token(columns[kLibrary]);
    info.computes_extent = columns[kTraits].find("computesExtent") != std::string_view::npos;
    info.is_connectable = columns[kTraits].find("connectable") != std::string_view::npos;
    info.can_only_apply_to = SplitTokens(columns[kCanOnlyApplyTo]);
    info.auto_apply_to = SplitTokens(columns[kAutoApplyTo]);
    AddEntry(std::move(info), {});
  }
}

void Registry::AddEntry(SchemaInfo info, std::string_view text) {
  std::tie(info.family, info.version) = ParseFamilyAndVersion(info.identifier);
  auto entry = std::make_unique<Entry>();
  entry->text = text;
  by_type_name_.emplace(info.type_name, info.identifier);
  if (!info.auto_apply_to.empty()) AddAutoApply(info.identifier, {});
  entry->info = std::move(info);
  const Token identifier = entry->info.identifier;
  entries_.emplace(identifier, std::move(entry));
}

void Registry::AddAutoApply(Token api_schema, const std::vector<Token>& to) {
  // Of one family the newest version that fits a prim is applied: it comes first.
  const auto less = [](Token a, Token b) {
    const auto [a_family, a_version] = ParseFamilyAndVersion(a);
    const auto [b_family, b_version] = ParseFamilyAndVersion(b);
    return a_family == b_family ? a_version > b_version : TokenTextLess()(a_family, b_family);
  };
  const auto place = std::lower_bound(auto_applied_.begin(), auto_applied_.end(), api_schema, less);
  if (place == auto_applied_.end() || *place != api_schema) auto_applied_.insert(place, api_schema);
  const auto found = entries_.find(api_schema);
  if (found == entries_.end()) return;
  std::vector<Token>& known = found->second->info.auto_apply_to;
  known.insert(known.end(), to.begin(), to.end());
}

void Registry::AddSchemas(std::vector<SchemaInfo> infos, const std::string& text, const std::string& file,
                          const layer::FieldRegistry& fields, Diagnostics& remarks) {
  layer::SpecStore content;
  Diagnostics of_text;
  const bool is_read = !text.empty() && ReadSchemaText(text, file, fields, content, of_text);
  for (const Diagnostic& remark : of_text.GetAll()) {
    Diagnostic softer(kSchemaUnusable, remark.message, remark.location, remark.hint);
    remarks.Add(std::move(softer));
  }
  for (SchemaInfo& info : infos) {
    if (info.identifier.IsEmpty() || entries_.contains(info.identifier)) continue;
    const Token identifier = info.identifier;
    AddEntry(std::move(info), {});
    const Entry& entry = *entries_.at(identifier);
    entry.body.emplace();
    const Path path = Path::AbsoluteRoot().AppendChild(identifier);
    if (is_read && content.Has(path)) {
      entry.body = ReadSchemaBody(content, identifier, BriefDocumentation::kAsWritten);
    } else if (is_read && (entry.info.kind == SchemaKind::kConcreteTyped || entry.info.IsAppliedAPI())) {
      remarks.Add(Diagnostic(
          kSchemaUnusable, fmt::format("The schema '{}' has no class in {}.", identifier.GetText(), file),
          {file, path.GetString(), 0, 0, 0},
          fmt::format("Add class \"{}\" to the file, or remove the schema from plugInfo.json.",
                      identifier.GetText())));
    }
  }
  MendBases(remarks, file);
}

// Plugins name bases by their classes; a base that nobody knows, or that leads in a circle, is none.
void Registry::MendBases(Diagnostics& remarks, const std::string& file) {
  const auto cut = [&](SchemaInfo& info, std::string_view why) {
    remarks.Add(
        Diagnostic(kSchemaUnusable,
                   fmt::format("The base '{}' of the schema '{}' {}.", info.base.GetText(),
                               info.identifier.GetText(), why),
                   {file, {}, 0, 0, 0},
                   "Name one of OpenUSD's schema classes, such as UsdTyped, or one of the plugin's."));
    info.base = info.IsTyped() ? Token("Typed") : Token("APISchemaBase");
  };
  for (auto& [identifier, entry] : entries_) {
    SchemaInfo& info = entry->info;
    if (info.kind == SchemaKind::kAbstractBase || entries_.contains(info.base)) continue;
    const auto named = by_type_name_.find(info.base);
    if (named != by_type_name_.end()) {
      info.base = named->second;
    } else {
      cut(info, "is not known");
    }
  }
  for (auto& [identifier, entry] : entries_) {
    const Entry* at = entry.get();
    for (size_t steps = 0; at; at = FindEntry(at->info.base)) {
      if (++steps <= entries_.size()) continue;
      cut(entry->info, "derives from the schema itself");
      break;
    }
  }
}

const Registry::Entry* Registry::FindEntry(Token identifier) const {
  const auto found = entries_.find(identifier);
  return found == entries_.end() ? nullptr : found->second.get();
}

const SchemaInfo* Registry::Find(Token identifier) const {
  const Entry* entry = FindEntry(identifier);
  return entry ? &entry->info : nullptr;
}

const SchemaInfo* Registry::FindByTypeName(Token type_name) const {
  const auto found = by_type_name_.find(type_name);
  return found == by_type_name_.end() ? nullptr : Find(found->second);
}

std::vector<const SchemaInfo*> Registry::GetAll() const {
  std::vector<const SchemaInfo*> all;
  all.reserve(entries_.size());
  for (const auto& [identifier, entry] : entries_) all.push_back(&entry->info);
  std::sort(all.begin(), all.end(), [](const SchemaInfo* a, const SchemaInfo* b) {
    return TokenTextLess()(a->identifier, b->identifier);
  });
  return all;
}

std::vector<const SchemaInfo*> Registry::FindFamily(Token family) const {
  std::vector<const SchemaInfo*> members;
  for (const auto& [identifier, entry] : entries_)
    if (entry->info.family == family) members.push_back(&entry->info);
  std::sort(members.begin(), members.end(),
            [](const SchemaInfo* a, const SchemaInfo* b) { return a->version > b->version; });
  return members;
}

bool Registry::IsConcrete(Token identifier) const {
  const Entry* entry = FindEntry(identifier);
  return entry && entry->info.kind == SchemaKind::kConcreteTyped;
}

bool Registry::IsA(Token identifier, Token base) const {
  if (base.IsEmpty()) return false;
  for (const Entry* at = FindEntry(identifier); at; at = FindEntry(at->info.base))
    if (at->info.identifier == base) return true;
  return false;
}

const SchemaBody& Registry::GetBody(const Entry& entry) const {
  if (!entry.body) {
    entry.body.emplace();
    layer::SpecStore content;
    Diagnostics none;  // the build put the text here, and a test reads all of it
    if (!entry.text.empty() &&
        ReadSchemaText(fmt::format("#usda 1.0\n{}", entry.text), entry.info.library.GetString(),
                       layer::FieldRegistry::GetBuiltIn(), content, none)) {
      entry.body = ReadSchemaBody(content, entry.info.identifier, BriefDocumentation::kMade);
    }
  }
  return *entry.body;
}

std::vector<Token> Registry::GetBuiltInSchemas(Token identifier) const {
  for (const Entry* at = FindEntry(identifier); at; at = FindEntry(at->info.base)) {
    const SchemaBody& body = GetBody(*at);
    if (body.has_built_in_schemas) return body.built_in_schemas;
  }
  return {};
}

PrimDefinitionPtr Registry::GetDefinition(Token identifier, int depth) const {
  const Entry* entry = FindEntry(identifier);
  if (!entry || entry->info.kind == SchemaKind::kNonAppliedAPI) return nullptr;
  if (!entry->definition) {
    if (entry->is_being_defined) return nullptr;  // a schema that brings itself
    entry->is_being_defined = true;
    DefinitionBuilder builder(*this, depth);
    builder.AddSchema(*entry);
    entry->definition = builder.Finish();
    entry->is_being_defined = false;
  }
  return entry->definition;
}

PrimDefinitionPtr Registry::FindDefinition(Token identifier) const {
  std::lock_guard lock(mutex_);
  return GetDefinition(identifier, 0);
}

PrimDefinitionPtr Registry::BuildDefinition(Token type_name, std::span<const Token> applied_schemas) const {
  std::lock_guard lock(mutex_);
  const bool has_type = IsConcrete(type_name);
  if (applied_schemas.empty()) return has_type ? GetDefinition(type_name, 0) : nullptr;
  std::string key(has_type ? type_name.GetText() : std::string_view());
  for (Token schema : applied_schemas) key.append(1, '\n').append(schema.GetText());
  const auto [found, is_new] = composed_.try_emplace(std::move(key));
  if (!is_new) return found->second;
  DefinitionBuilder builder(*this, 0);
  if (has_type) builder.CopyFrom(*GetDefinition(type_name, 0));
  for (Token schema : applied_schemas) builder.AddAppliedSchema(schema);
  PrimDefinitionPtr definition = builder.Finish();
  if (has_type || !definition->GetAppliedSchemas().empty()) found->second = std::move(definition);
  return found->second;
}

}  // namespace strata::schema

#include "strata/schema/plugin_schemas.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "strata/asset/asset_path.h"
#include "strata/base/files.h"
#include "strata/layer/plugin_fields.h"

namespace strata::schema {

namespace {

using Json = nlohmann::json;

constexpr uint64_t kMostBytes = 64u << 20;

std::string GetString(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<Token> GetTokens(const Json& json, const char* key) {
  std::vector<Token> tokens;
  const auto found = json.find(key);
  if (found == json.end()) return tokens;
  const Json list = found->is_array() ? *found : Json::array({*found});
  for (const Json& item : list)
    if (item.is_string()) tokens.emplace_back(item.get<std::string>());
  return tokens;
}

bool IsTrue(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

std::string FindIdentifier(const Json& json, const std::string& type_name) {
  std::string identifier = GetString(json, "schemaIdentifier");
  if (const auto alias = json.find("alias"); identifier.empty() && alias != json.end())
    identifier = GetString(*alias, "UsdSchemaBase");
  return identifier.empty() ? type_name : identifier;
}

std::vector<SchemaInfo> ReadTypes(const Json& types, const std::string& library, const std::string& file,
                                  Diagnostics& remarks) {
  std::vector<SchemaInfo> infos;
  for (const auto& [type_name, json] : types.items()) {
    if (!json.is_object()) continue;
    const std::string kind_name = GetString(json, "schemaKind");
    if (kind_name.empty()) continue;  // a type of another kind: a resolver, a file format
    const std::optional<SchemaKind> kind = FindSchemaKind(kind_name);
    const std::string identifier = FindIdentifier(json, type_name);
    if (!kind || !Path::IsValidIdentifier(identifier)) {
      remarks.Add(Diagnostic(kSchemaUnusable,
                             fmt::format("The type '{}' is left out: {}.", type_name,
                                         kind ? fmt::format("'{}' is not an identifier", identifier)
                                              : fmt::format("'{}' is no kind of schema", kind_name)),
                             {file, {}, 0, 0, 0},
                             "Write a kind such as concreteTyped or singleApplyAPI, and an identifier."));
      continue;
    }
    SchemaInfo& info = infos.emplace_back();
    info.identifier = Token(identifier);
    info.type_name = Token(type_name);
    info.library = Token(library);
    info.kind = *kind;
    const std::vector<Token> bases = GetTokens(json, "bases");
    info.base = bases.empty() ? Token(info.IsTyped() ? "Typed" : "APISchemaBase") : bases.front();
    info.computes_extent = IsTrue(json, "implementsComputeExtent");
    info.is_connectable = IsTrue(json, "providesUsdShadeConnectableAPIBehavior");
    info.can_only_apply_to = GetTokens(json, "apiSchemaCanOnlyApplyTo");
    info.auto_apply_to = GetTokens(json, "apiSchemaAutoApplyTo");
    info.allowed_instance_names = GetTokens(json, "apiSchemaAllowedInstanceNames");
  }
  return infos;
}

std::string JoinFolder(const std::string& folder, const std::string& part) {
  return asset::IsAbsolutePath(part) ? part : asset::NormalizePath(folder + '/' + part);
}

void AddPlugin(const Json& plugin, const Json& info, const std::string& file,
               const layer::FieldRegistry& fields, Registry& registry, Diagnostics& remarks) {
  if (const auto types = info.find("Types"); types != info.end() && types->is_object()) {
    std::vector<SchemaInfo> infos = ReadTypes(*types, GetString(plugin, "Name"), file, remarks);
    if (!infos.empty()) {
      const std::string root = JoinFolder(std::string(asset::GetFolder(file)), GetString(plugin, "Root"));
      const std::string path =
          JoinFolder(JoinFolder(root, GetString(plugin, "ResourcePath")), "generatedSchema.usda");
      const Result<std::string> text = ReadWholeFile(path, kMostBytes);
      if (!text) {
        remarks.Add(Diagnostic(kSchemaUnusable,
                               fmt::format("The schemas of plugin '{}' have no properties: {}",
                                           GetString(plugin, "Name"), text.GetError().message),
                               {file, {}, 0, 0, 0},
                               "Put generatedSchema.usda where Root and ResourcePath lead."));
      }
      registry.AddSchemas(std::move(infos), text ? *text : std::string(), path, fields, remarks);
    }
  }
  if (const auto kinds = info.find("Kinds"); kinds != info.end() && kinds->is_object())
    for (const auto& [kind, json] : kinds->items())
      if (json.is_object()) registry.AddKind(Token(kind), Token(GetString(json, "baseKind")));
  const auto applies = info.find("AutoApplyAPISchemas");
  if (applies == info.end() || !applies->is_object()) return;
  for (const auto& [schema, json] : applies->items())
    if (json.is_object()) registry.AddAutoApply(Token(schema), GetTokens(json, "apiSchemaAutoApplyTo"));
}

}  // namespace

void AddPluginSchemas(std::string_view text, const std::string& file, const layer::FieldRegistry& fields,
                      Registry& registry, Diagnostics& remarks) {
  const Json json = Json::parse(layer::StripPluginComments(text), nullptr, false);
  if (!json.is_object()) return;
  const auto plugins = json.find("Plugins");
  if (plugins == json.end() || !plugins->is_array()) return;
  for (const Json& plugin : *plugins) {
    if (!plugin.is_object()) continue;
    const auto info = plugin.find("Info");
    if (info != plugin.end() && info->is_object()) AddPlugin(plugin, *info, file, fields, registry, remarks);
  }
}

void ReadPluginSchemas(const std::vector<std::string>& paths, const layer::FieldRegistry& fields,
                       Registry& registry, Diagnostics& remarks) {
  Diagnostics told;
  layer::ReadPluginFiles(
      paths,
      [&](const std::string& file, std::string_view text) {
        AddPluginSchemas(text, file, fields, registry, remarks);
      },
      told);
}

}  // namespace strata::schema

#include "strata/layer/plugin_fields.h"

#include <fnmatch.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "strata/asset/asset_path.h"
#include "strata/base/files.h"

namespace strata::layer {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr uint64_t kMostBytes = 16u << 20;
constexpr size_t kMostFiles = 10'000;

Diagnostic MakeRemark(const std::string& file, std::string message, std::string hint) {
  SourceLocation where;
  where.file = file;
  return Diagnostic(kPluginInfoUnreadable, std::move(message), std::move(where), std::move(hint));
}

ValueType FindFieldType(const std::string& name) {
  static constexpr std::pair<std::string_view, ValueType> kOthers[] = {
      {"dictionary", ValueType::kDictionary},     {"intlistop", ValueType::kIntListOp},
      {"uintlistop", ValueType::kUIntListOp},     {"int64listop", ValueType::kInt64ListOp},
      {"uint64listop", ValueType::kUInt64ListOp}, {"stringlistop", ValueType::kStringListOp},
      {"tokenlistop", ValueType::kTokenListOp},
  };
  for (const auto& [text, type] : kOthers)
    if (text == name) return type;
  const ValueTypeName* type = FindValueTypeName(Token(name));
  return type ? type->type : ValueType::kEmpty;
}

template <class T>
Value MakeArray(const Json& json, T (*convert)(const Json&)) {
  Array<T> out;
  for (const Json& element : json) out.PushBack(convert(element));
  return Value(std::move(out));
}

// The default of a field of `type`; empty when the JSON does not fit.
Value ReadDefault(const Json& json, ValueType type) {
  Value plain;
  if (json.is_boolean())
    plain = Value(json.get<bool>());
  else if (json.is_number_integer())
    plain = Value(json.get<int64_t>());
  else if (json.is_number())
    plain = Value(json.get<double>());
  else if (json.is_string())
    plain = Value(json.get<std::string>());
  else if (json.is_array() &&
           std::all_of(json.begin(), json.end(), [](const Json& e) { return e.is_string(); }))
    plain = MakeArray<std::string>(json, [](const Json& e) { return e.get<std::string>(); });
  else if (json.is_array() &&
           std::all_of(json.begin(), json.end(), [](const Json& e) { return e.is_number(); }))
    plain = MakeArray<double>(json, [](const Json& e) { return e.get<double>(); });
  if (plain.GetType() == type) return plain;
  return plain.IsEmpty() ? plain : CastValue(plain, type);
}

// Marks the specs that `name` stands for; whether it is known.
bool Apply(const std::string& name, FieldDefinition& field) {
  if (name == "layers")
    field.on_layer = true;
  else if (name == "prims")
    field.on_prim = field.on_variant = true;
  else if (name == "variants")
    field.on_variant = true;
  else if (name == "properties")
    field.on_attribute = field.on_relationship = true;
  else if (name == "attributes")
    field.on_attribute = true;
  else if (name == "relationships")
    field.on_relationship = true;
  else
    return false;
  return true;
}

std::string GetString(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void AddField(const std::string& name, const Json& json, const std::string& file, FieldRegistry& fields,
              Diagnostics& remarks) {
  const FieldDefinition* known = fields.Find(Token(name));
  if (known) return;  // built in, or declared by an earlier file: the first one stands
  const auto skip = [&](std::string_view why, std::string hint) {
    remarks.Add(MakeRemark(file, fmt::format("The field '{}' is left out: {}.", name, why), std::move(hint)));
  };
  if (!Path::IsValidNamespacedIdentifier(name))
    return skip("its name is not an identifier", "Use letters, digits, '_' and ':'.");
  if (!json.is_object()) return skip("its description is not an object", "Write {\"type\": \"token\"}.");
  FieldDefinition field;
  field.name = Token(name);
  field.is_plugin = true;
  const std::string type = GetString(json, "type");
  field.type = FindFieldType(type);
  if (field.type == ValueType::kEmpty)
    return skip(type.empty() ? "it has no type" : fmt::format("'{}' is no type", type),
                "Give a type such as token, double or string[].");
  field.fallback = MakeDefaultValue(field.type);
  if (const auto given = json.find("default"); given != json.end()) {
    Value fallback = ReadDefault(*given, field.type);
    if (fallback.IsEmpty())
      return skip(fmt::format("its default is no {}", type),
                  fmt::format("Give a default of type {}, or none.", type));
    field.fallback = std::move(fallback);
  }
  if (const auto applies = json.find("appliesTo"); applies != json.end()) {
    const Json list = applies->is_array() ? *applies : Json::array({*applies});
    for (const Json& owner : list) {
      if (!owner.is_string() || !Apply(owner.get<std::string>(), field))
        return skip("'appliesTo' names an unknown kind of spec",
                    "Name layers, prims, variants, properties, attributes or relationships.");
    }
  } else {
    for (const char* owner : {"layers", "prims", "properties"}) Apply(owner, field);
  }
  field.display_group = Token(GetString(json, "displayGroup"));
  field.documentation = GetString(json, "documentation");
  fields.Add(std::move(field));
}

// Reads files and the files they include, each once.
class PluginReader {
 public:
  using Take = std::function<void(const std::string& file, std::string_view text)>;
  PluginReader(const Take& take, Diagnostics& remarks) : take_(take), remarks_(remarks) {}

  enum class Named { kByCaller, kByInclude };
  void Add(const std::string& pattern, Named named) {
    const size_t before = open_.size();
    std::string path = pattern;
    std::error_code error;
    if (path.ends_with('/') || fs::is_directory(path, error))
      path = asset::NormalizePath(path + "/plugInfo.json");
    if (path.find('*') == std::string::npos) {
      if (fs::is_regular_file(path, error)) open_.push_back(path);
    } else {
      Expand(path);
    }
    // Search paths are commonly long lists of which some do not exist; what a file includes is checked no
    // more strictly.
    if (open_.size() == before && named == Named::kByCaller && path.find('*') == std::string::npos)
      remarks_.Add(MakeRemark(pattern, fmt::format("There is no plugInfo file at '{}'.", path),
                              "Remove it from PXR_PLUGINPATH_NAME, or put a plugInfo.json there."));
  }

  void ReadAll() {
    while (!open_.empty() && seen_.size() < kMostFiles) {
      const std::string file = open_.back();
      open_.pop_back();
      if (!seen_.insert(file).second) continue;
      auto text = ReadWholeFile(file, kMostBytes);
      if (!text) {
        remarks_.Add(MakeRemark(file, text.GetError().message, text.GetError().hint));
        continue;
      }
      take_(file, *text);
      const Json json = Json::parse(StripPluginComments(*text), nullptr, false);
      if (!json.is_object()) continue;
      const auto includes = json.find("Includes");
      if (includes == json.end() || !includes->is_array()) continue;
      for (const Json& include : *includes) {
        if (!include.is_string()) continue;
        const std::string name = include.get<std::string>();
        Add(asset::IsAbsolutePath(name) ? name : std::string(asset::GetFolder(file)) + '/' + name,
            Named::kByInclude);
      }
    }
  }

 private:
  // Files whose path matches: '*' stands for anything within a name, '**' across folders too.
  void Expand(const std::string& pattern) {
    const size_t star = pattern.find('*');
    const std::string root(asset::GetFolder(pattern.substr(0, star)));
    const bool is_deep = pattern.find("**") != std::string::npos;
    const auto deepest =
        static_cast<int>(std::count(pattern.begin() + static_cast<long>(root.size()), pattern.end(), '/')) -
        1;
    std::error_code error;
    std::vector<std::string> found;
    fs::recursive_directory_iterator entry(root.empty() ? "." : root,
                                           fs::directory_options::skip_permission_denied, error);
    for (size_t seen = 0; !error && entry != fs::recursive_directory_iterator() && seen < kMostFiles;
         ++seen) {
      const std::string path = entry->path().string();
      if (!is_deep && entry.depth() >= deepest) entry.disable_recursion_pending();
      if (entry->is_regular_file(error) &&
          fnmatch(pattern.c_str(), path.c_str(), is_deep ? 0 : FNM_PATHNAME) == 0)
        found.push_back(path);
      error.clear();
      entry.increment(error);
    }
    std::sort(found.begin(), found.end());
    open_.insert(open_.end(), found.rbegin(), found.rend());
  }

  const Take& take_;
  Diagnostics& remarks_;
  std::vector<std::string> open_;
  std::set<std::string> seen_;
};

}  // namespace

std::string StripPluginComments(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] != '#') out += line;
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void AddPluginFields(std::string_view text, const std::string& file, FieldRegistry& fields,
                     Diagnostics& remarks) {
  const Json json = Json::parse(StripPluginComments(text), nullptr, false);
  if (!json.is_object()) {
    remarks.Add(
        MakeRemark(file, "The file does not hold a JSON object.", "Check its brackets, quotes and commas."));
    return;
  }
  const auto plugins = json.find("Plugins");
  if (plugins == json.end() || !plugins->is_array()) return;
  for (const Json& plugin : *plugins) {
    if (!plugin.is_object()) continue;
    const auto info = plugin.find("Info");
    if (info == plugin.end() || !info->is_object()) continue;
    const auto metadata = info->find("SdfMetadata");
    if (metadata == info->end() || !metadata->is_object()) continue;
    for (const auto& [name, description] : metadata->items())
      AddField(name, description, file, fields, remarks);
  }
}

void ReadPluginFiles(const std::vector<std::string>& paths,
                     const std::function<void(const std::string& file, std::string_view text)>& take,
                     Diagnostics& remarks) {
  PluginReader reader(take, remarks);
  for (const std::string& path : paths) {
    reader.Add(path, PluginReader::Named::kByCaller);
    reader.ReadAll();
  }
}

void ReadPluginFields(const std::vector<std::string>& paths, FieldRegistry& fields, Diagnostics& remarks) {
  ReadPluginFiles(
      paths,
      [&](const std::string& file, std::string_view text) { AddPluginFields(text, file, fields, remarks); },
      remarks);
}

std::vector<std::string> GetPluginPathsOfEnvironment() {
  std::vector<std::string> paths;
  const char* text = std::getenv("PXR_PLUGINPATH_NAME");
  std::string_view rest = text ? text : "";
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    if (end != 0) paths.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return paths;
}

}  // namespace strata::layer

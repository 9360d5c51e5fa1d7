// Answers about one layer file: what it holds, and its text.
#include <algorithm>

#include "strata/asset/asset_path.h"
#include "strata/base/files.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

using layer::SpecStore;
using layer::SpecType;

constexpr size_t kLongestText = 30000;

bool IsListed(SpecType type) {
  switch (type) {
    case SpecType::kPseudoRoot:
    case SpecType::kPrim:
    case SpecType::kAttribute:
    case SpecType::kRelationship:
    case SpecType::kVariantSet:
    case SpecType::kVariant:
      return true;
    default:
      return false;
  }
}

// Children are listed for prims, and for variants not, as the corpus has it; empty lists are not there.
bool IsListed(Token field, const Value& value, SpecType type, const layer::FieldRegistry& fields) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (layer::IsChildrenField(field)) {
    const TokenVector* children = value.GetIf<TokenVector>();
    return (type == SpecType::kPrim || type == SpecType::kPseudoRoot) &&
           (field == names.primChildren || field == names.properties) && children && !children->empty();
  }
  return fields.Find(field) != nullptr;
}

Json FieldsToJson(const SpecStore::SpecView& spec, const layer::FieldRegistry& fields) {
  const layer::FieldNames& names = layer::GetFieldNames();
  Json listed = Json::object();
  for (const auto& [name, value] : spec)
    if (IsListed(name, value, spec.GetType(), fields)) listed[name.GetString()] = ToJson(value);
  // Fields that a spec of its type always has.
  const bool is_property =
      spec.GetType() == SpecType::kAttribute || spec.GetType() == SpecType::kRelationship;
  if (is_property && !spec.HasField(names.custom)) listed["custom"] = false;
  if (is_property && !spec.HasField(names.variability))
    listed["variability"] = {{"$enum", spec.GetType() == SpecType::kAttribute ? "Varying" : "Uniform"}};
  if ((spec.GetType() == SpecType::kPrim || spec.GetType() == SpecType::kVariant) &&
      !spec.HasField(names.specifier))
    listed["specifier"] = {{"$enum", "Over"}};
  return listed;
}

Json SpecsToJson(const layer::Layer& layer) {
  std::vector<std::pair<std::string, Json>> specs;
  layer.GetContent().VisitSpecs([&](Path path, const SpecStore::SpecView& spec) {
    if (!IsListed(spec.GetType())) return;
    std::string text = path.GetString();
    Json entry = {{"path", text},
                  {"type", std::string(layer::GetSpecTypeName(spec.GetType()))},
                  {"fields", FieldsToJson(spec, layer.GetFields())}};
    specs.emplace_back(std::move(text), std::move(entry));
  });
  std::sort(specs.begin(), specs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Json list = Json::array();
  for (auto& spec : specs) list.push_back(std::move(spec.second));
  return list;
}

std::string ReadFirstLine(const layer::LayerRegistry& registry, const std::string& path) {
  auto asset = registry.GetResolver().Open(path);
  if (!asset) return {};
  char buffer[256];
  auto count = (*asset)->ReadAt(0, buffer, sizeof buffer);
  std::string_view text(buffer, count ? *count : 0);
  text = text.substr(0, text.find_first_of("\r\n"));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return std::string(text);
}

// "0.8.0", from the three bytes after the magic.
std::string ReadCrateVersion(const layer::LayerRegistry& registry, const std::string& path) {
  auto asset = registry.GetResolver().Open(path);
  unsigned char version[3] = {};
  if (!asset || !(*asset)->ReadAt(8, version, sizeof version)) return {};
  return std::to_string(version[0]) + '.' + std::to_string(version[1]) + '.' + std::to_string(version[2]);
}

}  // namespace

Json AnswerLayer(const Json& question) {
  const std::string file = question.at("file");
  auto registry = MakeRegistry(question);
  Diagnostics diagnostics;
  layer::LayerPtr layer = registry->FindOrOpen(GetDataPath(question, file), nullptr, {}, diagnostics);
  if (!layer) {
    const std::string why = diagnostics.IsEmpty()
                                ? "no reason given"
                                : RenderDiagnostic(diagnostics.GetAll()[0], ColorMode::kPlain);
    return {{"file", file}, {"ok", false}, {"error", why}};
  }
  // A ".usd" file belongs to the format of that name, whatever its encoding.
  const std::string extension = asset::GetExtension(file);
  const std::string format = extension == "usd" ? extension : layer->GetFileFormat()->GetId().GetString();
  Json answer = {{"file", file}, {"ok", true}, {"format", format}, {"specs", SpecsToJson(*layer)}};
  const std::string header = ReadFirstLine(*registry, layer->GetResolvedPath());
  if (header.starts_with("#usda")) answer["header"] = header;
  if (header.starts_with("PXR-USDC"))
    answer["crateVersion"] = ReadCrateVersion(*registry, layer->GetResolvedPath());
  auto text = layer->ExportToString();
  if (!text) {
    answer["exportError"] = text.GetError().message;
    return answer;
  }
  answer["usdaSha256"] = HashText(*text);
  if (text->size() <= 4 * kLongestText) answer["usda"] = *text;  // characters have up to four bytes
  return answer;
}

}  // namespace strata::conformance

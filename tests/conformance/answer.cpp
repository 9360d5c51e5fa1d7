// Reads questions, one JSON object a line, and writes an answer to each.
#include "tests/conformance/answer.h"

#include <iostream>

#include "strata/asset/asset_path.h"
#include "strata/format/formats.h"
#include "strata/format/text/text.h"
#include "strata/layer/plugin_fields.h"
#include "strata/schema/plugin_schemas.h"

namespace strata::conformance {

namespace {

// Text in which the paths of arcs may hold variant selections, in every layer that a question leads to.
class LenientFormat final : public layer::FileFormat {
 public:
  explicit LenientFormat(std::shared_ptr<const layer::FileFormat> format) : format_(std::move(format)) {}
  Token GetId() const override { return format_->GetId(); }
  std::vector<std::string> GetExtensions() const override { return format_->GetExtensions(); }
  bool CanRead(std::string_view first_bytes) const override { return format_->CanRead(first_bytes); }
  bool CanWrite() const override { return format_->CanWrite(); }
  bool Read(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
            layer::SpecStore& out, Diagnostics& diagnostics) const override {
    layer::ReadOptions lenient = options;
    lenient.arguments[format::text::kVariantSelectionsArgument] = "1";
    return format_->Read(asset, identifier, lenient, out, diagnostics);
  }
  Result<std::string> WriteToString(const layer::SpecStore& content,
                                    const layer::WriteOptions& options) const override {
    return format_->WriteToString(content, options);
  }
  Result<void> WriteToFile(const layer::SpecStore& content, const std::string& path,
                           const layer::WriteOptions& options) const override {
    return format_->WriteToFile(content, path, options);
  }

 private:
  std::shared_ptr<const layer::FileFormat> format_;
};

Json Answer(const Json& question) {
  const std::string kind = question.at("kind");
  if (kind == "layer") return AnswerLayer(question);
  if (kind == "table") return AnswerTable(question);
  if (kind == "pcp") return AnswerComposition(question);
  if (kind == "aousd") return AnswerMuseum(question);
  if (kind == "stage") return AnswerStage(question);
  if (kind == "scene") return AnswerScene(question);
  if (kind == "schema") return AnswerSchema(question);
  if (kind == "definition") return AnswerDefinition(question);
  if (kind == "domain") return AnswerDomain(question);
  if (kind == "skeleton") return AnswerSkeleton(question);
  if (kind == "views") return AnswerViews(question);
  if (kind == "udim") return AnswerUdim(question);
  if (kind == "nodes") return AnswerNodes(question);
  if (kind == "color") return AnswerColor(question);
  throw NotAnswered("kind " + kind);
}

}  // namespace

std::shared_ptr<layer::LayerRegistry> MakeRegistry(const Json& question) {
  auto formats = format::MakeFormats();
  if (!GetSwitch(question, "SDF_SCHEMA_PROHIBIT_INVALID_VARIANT_SELECTIONS", true)) {
    for (auto& format : formats)
      if (format->GetId() == "usda") format = std::make_shared<LenientFormat>(std::move(format));
  }
  auto registry = layer::LayerRegistry::Create(asset::MakeFileResolver(),
                                               std::make_shared<layer::FieldRegistry>(), std::move(formats));
  if (question.contains("plugInfo")) {
    Diagnostics remarks;
    layer::ReadPluginFields(question["plugInfo"].get<std::vector<std::string>>(),
                            registry->GetMutableFields(), remarks);
  }
  return registry;
}

stage::StagePtr OpenWithSchemas(const Json& question) {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  Diagnostics remarks;
  auto opened =
      stage::Stage::Open(MakeRegistry(question), question.at("root").get<std::string>(), options, remarks);
  if (!opened) throw NotAnswered("the stage does not open");
  return *opened;
}

std::shared_ptr<const schema::Registry> MakeSchemas(const Json& question,
                                                    const layer::FieldRegistry& fields) {
  if (!question.contains("plugInfo")) return schema::Registry::GetBuiltIn();
  auto schemas = std::make_shared<schema::Registry>();
  Diagnostics remarks;
  schema::ReadPluginSchemas(question["plugInfo"].get<std::vector<std::string>>(), fields, *schemas, remarks);
  return schemas;
}

std::string GetDataPath(const Json& question, const std::string& file) {
  return question.at("data").get<std::string>() + "/" + file;
}

std::string GetFolder(const std::string& path) {
  return std::string(asset::GetFolder(path));
}

std::string NameLayer(const layer::Layer& layer, const std::string& folder) {
  const std::string& identifier = layer.GetIdentifier();
  return identifier.starts_with(folder + "/") ? identifier.substr(folder.size() + 1) : identifier;
}

bool GetSwitch(const Json& question, const char* name, bool by_default) {
  const Json switches = question.value("env", Json::object());
  if (!switches.contains(name)) return by_default;
  return switches[name] != "0";
}

}  // namespace strata::conformance

int main() {
  using strata::conformance::Json;
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    Json reply;
    try {
      reply["answer"] = strata::conformance::Answer(Json::parse(line));
    } catch (const strata::conformance::NotAnswered& why) {
      reply = {{"notAnswered", why.what()}};
    } catch (const Json::exception& why) {
      reply = {{"notAnswered", std::string("the question is not understood: ") + why.what()}};
    }
    std::cout << reply.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
  }
  return 0;
}

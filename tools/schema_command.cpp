#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "strata/asset/similar.h"
#include "strata/base/files.h"
#include "strata/format/text/text.h"
#include "strata/schema/generate.h"
#include "strata/schema/schema.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct SchemaCommand {
  std::vector<std::string> names, files;
  std::string library, generate, name_space = "schemas", output;
};

int Refuse(Session& session, Diagnostic why) {
  session.GetDiagnostics().Add(std::move(why));
  return session.Finish("schema", std::nullopt);
}

// The schemas of the engine, and those of the files that were named.
std::shared_ptr<const schema::Registry> FindSchemas(Session& session, const SchemaCommand& options,
                                                    std::vector<Token>& of_files) {
  if (options.files.empty()) return session.GetEngine().GetSchemas();
  auto registry = std::make_shared<schema::Registry>();
  std::vector<Token> before;
  for (const schema::SchemaInfo* info : registry->GetAll()) before.push_back(info->identifier);
  schema::ReadPluginSchemas(options.files, session.GetEngine().GetLayerRegistry()->GetFields(), *registry,
                            session.GetDiagnostics());
  for (const schema::SchemaInfo* info : registry->GetAll())
    if (std::find(before.begin(), before.end(), info->identifier) == before.end())
      of_files.push_back(info->identifier);
  return registry;
}

void WriteProperty(JsonWriter& writer, Token name, const schema::PropertyDefinition& property) {
  const bool is_relationship = property.type == layer::SpecType::kRelationship;
  writer.BeginObject().Key("name").String(name.GetText());
  writer.Key("type").String(is_relationship ? "relationship" : property.type_name.GetText());
  writer.Key("variability").String(property.variability == Variability::kUniform ? "uniform" : "varying");
  if (!property.fallback.IsEmpty())
    writer.Key("fallback").String(format::text::FormatValue(property.fallback));
  writer.Key("documentation").String(property.documentation).EndObject();
}

void WriteSchema(JsonWriter& writer, const schema::Registry& registry, const schema::SchemaInfo& info,
                 bool in_full) {
  writer.BeginObject().Key("name").String(info.identifier.GetText());
  writer.Key("kind").String(schema::GetSchemaKindName(info.kind));
  writer.Key("library").String(info.library.GetText()).Key("base").String(info.base.GetText());
  const schema::PrimDefinitionPtr definition = registry.FindDefinition(info.identifier);
  if (definition) writer.Key("documentation").String(definition->GetDocumentation());
  if (in_full && definition) {
    writer.Key("builtInSchemas").BeginArray();
    for (Token applied : definition->GetAppliedSchemas()) writer.String(applied.GetText());
    writer.EndArray().Key("properties").BeginArray();
    for (Token name : definition->GetPropertyNames())
      WriteProperty(writer, name, *definition->FindProperty(name));
    writer.EndArray();
  }
  writer.EndObject();
}

std::string RenderSchema(const schema::Registry& registry, const schema::SchemaInfo& info,
                         const Painter& paint) {
  const schema::PrimDefinitionPtr definition = registry.FindDefinition(info.identifier);
  std::string text = paint(Style::kBold, info.identifier.GetText()) + "  ";
  text +=
      paint(Style::kDim,
            fmt::format("{} of {}{}", schema::GetSchemaKindName(info.kind), info.library.GetText(),
                        info.base.IsEmpty() ? "" : fmt::format(", derived from {}", info.base.GetText()))) +
      "\n";
  if (!definition) return text;
  if (!definition->GetDocumentation().empty()) text += "  " + definition->GetDocumentation() + "\n";
  for (Token applied : definition->GetAppliedSchemas())
    text += "  with " + paint(Style::kMagenta, applied.GetText()) + "\n";
  for (Token name : definition->GetPropertyNames()) {
    const schema::PropertyDefinition& property = *definition->FindProperty(name);
    const bool is_relationship = property.type == layer::SpecType::kRelationship;
    text += fmt::format(
        "  {}{} {}", property.variability == Variability::kUniform && !is_relationship ? "uniform " : "",
        is_relationship ? "rel" : property.type_name.GetText(), paint(Style::kCyan, name.GetText()));
    if (!property.fallback.IsEmpty()) text += " = " + format::text::FormatValue(property.fallback);
    text += "\n";
    if (!property.documentation.empty()) text += "      " + paint(Style::kDim, property.documentation) + "\n";
  }
  return text;
}

// The schemas that were asked for; all, or those of the files or the library, when none are named.
Result<std::vector<const schema::SchemaInfo*>> Choose(const schema::Registry& registry,
                                                      const SchemaCommand& options,
                                                      const std::vector<Token>& of_files) {
  std::vector<const schema::SchemaInfo*> chosen;
  for (const std::string& name : options.names) {
    const schema::SchemaInfo* info = registry.Find(Token(name));
    if (!info) info = registry.FindByTypeName(Token(name));
    if (info) {
      chosen.push_back(info);
      continue;
    }
    std::vector<std::string> known;
    for (const schema::SchemaInfo* one : registry.GetAll()) known.push_back(one->identifier.GetString());
    const auto similar = asset::FindSimilarNames(name, known);
    return Diagnostic(schema::kSchemaUnknown, fmt::format("No schema is called '{}'.", name), {},
                      similar.empty() ? "`strata schema` lists them all."
                                      : fmt::format("Did you mean {}?", fmt::join(similar, ", ")));
  }
  if (!options.names.empty()) return chosen;
  for (const schema::SchemaInfo* info : registry.GetAll()) {
    if (!options.library.empty() && info->library != options.library) continue;
    if (!options.files.empty() && options.library.empty() &&
        std::find(of_files.begin(), of_files.end(), info->identifier) == of_files.end())
      continue;
    chosen.push_back(info);
  }
  return chosen;
}

int Schema(Session& session, const SchemaCommand& options) {
  std::vector<Token> of_files;
  const auto registry = FindSchemas(session, options, of_files);
  auto chosen = Choose(*registry, options, of_files);
  if (!chosen) return Refuse(session, chosen.TakeError());
  std::string text;
  if (!options.generate.empty()) {
    std::vector<Token> names;
    for (const schema::SchemaInfo* info : *chosen) names.push_back(info->identifier);
    text = options.generate == "cpp"      ? schema::GenerateCppViews(*registry, names, {options.name_space})
           : options.generate == "python" ? schema::GeneratePythonViews(*registry, names)
                                          : schema::GenerateDocumentation(*registry, names);
    if (!options.output.empty()) {
      auto written = ReplaceFile(options.output, text);
      if (!written) return Refuse(session, written.TakeError());
      text.clear();
    }
    if (session.GetOptions().output == OutputFormat::kJson) {
      JsonWriter writer;
      writer.String(text);
      text = writer.TakeText();
    }
    return session.Finish("schema", text);
  }
  const bool in_full = !options.names.empty();
  if (session.GetOptions().output == OutputFormat::kJson) {
    JsonWriter writer;
    writer.BeginArray();
    for (const schema::SchemaInfo* info : *chosen) WriteSchema(writer, *registry, *info, in_full);
    writer.EndArray();
    return session.Finish("schema", writer.TakeText());
  }
  const Painter paint = session.GetPainter();
  for (const schema::SchemaInfo* info : *chosen) {
    if (in_full) {
      text += RenderSchema(*registry, *info, paint);
      continue;
    }
    const schema::PrimDefinitionPtr definition = registry->FindDefinition(info->identifier);
    text += PadTo(paint(Style::kBold, info->identifier.GetText()), 46) + " " +
            PadTo(std::string(schema::GetSchemaKindName(info->kind)), 17) + " " +
            PadTo(info->library.GetString(), 12) + " " +
            (definition ? definition->GetDocumentation() : std::string()) + "\n";
  }
  return session.Finish("schema", FitLines(text, GetTerminalWidth()));
}

}  // namespace

void AddSchema(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<SchemaCommand>();
  CLI::App* command =
      app.add_subcommand("schema", "List schemas, show them, or write views and documentation");
  command->add_option("NAME", options->names, "Schemas to show; all are listed without");
  command->add_option("--file", options->files, "A plugInfo.json with further schemas; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--library", options->library, "Those of one library, such as usdGeom")
      ->type_name("NAME");
  command->add_option("--generate", options->generate, "Write views or documentation: cpp, python or docs")
      ->check(CLI::IsMember({"cpp", "python", "docs"}).description(""))
      ->type_name("WHAT");
  command->add_option("--namespace", options->name_space, "Of C++ views")->type_name("NAME");
  command->add_option("-o,--output", options->output, "Where generated text goes")->type_name("FILE");
  command->footer(
      "Examples:\n"
      "  strata schema --library usdGeom\n"
      "  strata schema Sphere MaterialBindingAPI\n"
      "  strata schema --file plugin/plugInfo.json --generate cpp --namespace studio -o views.h");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Schema(session, *options); }; });
}

}  // namespace strata::tool

#include "strata/inspect/arguments.h"

#include <fmt/format.h>

#include "strata/compose/format_arguments.h"

namespace strata::inspect {

std::vector<FormatArguments> DescribeFormatArguments(const compose::PrimIndex& index) {
  std::vector<FormatArguments> all;
  for (const compose::ComposedArguments& composed : index.GetComposedArguments()) {
    FormatArguments& one = all.emplace_back();
    one.asset_path = composed.asset_path;
    one.arguments.assign(composed.arguments.begin(), composed.arguments.end());
    for (const Token field : composed.fields) one.asked.push_back(field.GetString());
    for (const Token attribute : composed.attributes) one.asked.push_back("." + attribute.GetString());
    for (const compose::ComposedArguments::Opinion& opinion : composed.opinions)
      one.sources.push_back({(opinion.is_attribute ? "." : "") + opinion.name.GetString(),
                             opinion.layer->GetIdentifier(), opinion.path});
  }
  return all;
}

std::string SummarizeFormatArguments(const FormatArguments& arguments) {
  std::string text = arguments.asset_path;
  for (const FormatArguments::Source& source : arguments.sources)
    text += fmt::format("{} {} at <{}> in {}", &source == arguments.sources.data() ? "  of" : ",",
                        source.name, source.path.GetString(), source.layer);
  if (arguments.sources.empty()) text += fmt::format("  nobody says {}", fmt::join(arguments.asked, ", "));
  return text;
}

void WriteFormatArguments(JsonWriter& writer, const std::vector<FormatArguments>& all) {
  if (all.empty()) return;
  writer.Key("formatArguments").BeginArray();
  for (const FormatArguments& one : all) {
    writer.BeginObject();
    writer.Key("assetPath").String(one.asset_path);
    writer.Key("arguments").BeginObject();
    for (const auto& [name, value] : one.arguments) writer.Key(name).String(value);
    writer.EndObject();
    writer.Key("asked").BeginArray();
    for (const std::string& name : one.asked) writer.String(name);
    writer.EndArray();
    writer.Key("sources").BeginArray();
    for (const FormatArguments::Source& source : one.sources) {
      writer.BeginObject();
      writer.Key("name").String(source.name);
      writer.Key("layer").String(source.layer);
      writer.Key("path").String(source.path.GetString());
      writer.EndObject();
    }
    writer.EndArray().EndObject();
  }
  writer.EndArray();
}

}  // namespace strata::inspect

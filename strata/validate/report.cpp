#include "strata/validate/report.h"

#include <map>

#include "strata/validate/baseline.h"

namespace strata::validate {

namespace {

std::string_view GetKindName(Site::Kind kind) {
  switch (kind) {
    case Site::Kind::kStage:
      return "stage";
    case Site::Kind::kLayer:
      return "layer";
    case Site::Kind::kPrim:
      return "prim";
    case Site::Kind::kProperty:
      return "property";
    case Site::Kind::kSpec:
      return "spec";
  }
  return {};
}

std::string_view GetSarifLevel(FindingType type) {
  switch (type) {
    case FindingType::kInfo:
      return "note";
    case FindingType::kWarning:
      return "warning";
    case FindingType::kError:
      return "error";
  }
  return {};
}

// Characters that cannot stand in a URI, percent-encoded.
std::string MakeUri(const std::string& path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri;
  for (const unsigned char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~/:").find(static_cast<char>(c)) != std::string_view::npos;
    if (is_plain) {
      uri += static_cast<char>(c);
    } else {
      uri += {'%', kHex[c >> 4], kHex[c & 15]};
    }
  }
  return uri;
}

void WriteLocation(JsonWriter& writer, const Site& site, const std::string& root) {
  writer.BeginObject().Key("physicalLocation").BeginObject().Key("artifactLocation").BeginObject();
  writer.Key("uri").String(MakeUri(site.layer.empty() ? root : site.layer)).EndObject().EndObject();
  if (!site.path.IsEmpty()) {
    writer.Key("logicalLocations").BeginArray().BeginObject();
    writer.Key("fullyQualifiedName").String(site.path.GetString());
    writer.Key("kind").String(site.path.IsPrimProperty() ? "member" : "object");
    writer.EndObject().EndArray();
  }
  writer.EndObject();
}

}  // namespace

void WriteFinding(JsonWriter& writer, const Finding& finding) {
  writer.BeginObject().Key("identifier").String(finding.GetIdentifier());
  writer.Key("type").String(GetFindingTypeName(finding.type));
  writer.Key("message").String(finding.message);
  if (!finding.remedy.empty()) writer.Key("remedy").String(finding.remedy);
  writer.Key("sites").BeginArray();
  for (const Site& site : finding.sites) {
    writer.BeginObject().Key("kind").String(GetKindName(site.kind));
    if (!site.layer.empty()) writer.Key("layer").String(site.layer);
    if (!site.path.IsEmpty()) writer.Key("path").String(site.path.GetString());
    writer.EndObject();
  }
  writer.EndArray().EndObject();
}

void WriteFindings(JsonWriter& writer, const std::vector<Finding>& findings) {
  writer.BeginArray();
  for (const Finding& finding : findings) WriteFinding(writer, finding);
  writer.EndArray();
}

std::string WriteSarif(const std::vector<Finding>& findings, const std::vector<const Validator*>& validators,
                       const std::string& root, std::string_view tool_version) {
  // A rule for each error that occurs; its words are those of its validator.
  std::map<std::string, const Validator*> rules;
  for (const Finding& finding : findings) {
    for (const Validator* validator : validators)
      if (validator->name == finding.validator) rules[finding.GetIdentifier()] = validator;
  }
  JsonWriter writer(JsonLayout::kIndented);
  writer.BeginObject().Key("$schema").String("https://json.schemastore.org/sarif-2.1.0.json");
  writer.Key("version").String("2.1.0").Key("runs").BeginArray().BeginObject();
  writer.Key("tool").BeginObject().Key("driver").BeginObject().Key("name").String("strata");
  writer.Key("version").String(tool_version).Key("rules").BeginArray();
  for (const auto& [identifier, validator] : rules) {
    writer.BeginObject().Key("id").String(identifier).Key("shortDescription").BeginObject();
    writer.Key("text").String(validator->documentation).EndObject().EndObject();
  }
  writer.EndArray().EndObject().EndObject();
  writer.Key("results").BeginArray();
  for (const Finding& finding : findings) {
    writer.BeginObject().Key("ruleId").String(finding.GetIdentifier());
    writer.Key("level").String(GetSarifLevel(finding.type));
    writer.Key("message").BeginObject().Key("text");
    writer.String(finding.remedy.empty() ? finding.message : finding.message + ' ' + finding.remedy)
        .EndObject();
    writer.Key("locations").BeginArray();
    for (const Site& site : finding.sites) WriteLocation(writer, site, root);
    writer.EndArray().Key("partialFingerprints").BeginObject();
    writer.Key("strata/v1").String(MakeFingerprint(finding)).EndObject().EndObject();
  }
  writer.EndArray().EndObject().EndArray().EndObject();
  return writer.TakeText() + "\n";
}

}  // namespace strata::validate

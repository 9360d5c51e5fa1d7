#include "strata/validate/baseline.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "strata/base/json_writer.h"

namespace strata::validate {

namespace {

std::string NameSite(const Site& site) {
  std::string name;
  if (!site.layer.empty()) name = site.layer.substr(site.layer.find_last_of('/') + 1);
  if (site.path.IsEmpty()) return name;
  return name.empty() ? site.path.GetString() : name + ' ' + site.path.GetString();
}

Diagnostic Refuse(const std::string& file, std::string why) {
  return Diagnostic(kBaselineUnreadable, fmt::format("'{}' is no baseline: {}.", file, why),
                    {file, {}, 0, 0, 0}, "Write one with `strata check --write-baseline FILE`.");
}

}  // namespace

std::string MakeFingerprint(const Finding& finding) {
  std::string text = finding.GetIdentifier();
  for (const Site& site : finding.sites) text += " | " + NameSite(site);
  return text;
}

Baseline::Baseline(const std::vector<Finding>& accepted) {
  for (const Finding& finding : accepted) ++accepted_[MakeFingerprint(finding)];
}

Result<Baseline> Baseline::Parse(std::string_view json, const std::string& file) {
  const nlohmann::json document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object() || !document.contains("accepted") || !document["accepted"].is_object())
    return Refuse(file, "it has no object 'accepted'");
  Baseline baseline;
  for (const auto& [fingerprint, count] : document["accepted"].items()) {
    if (!count.is_number_unsigned()) return Refuse(file, "a count is not a number");
    baseline.accepted_[fingerprint] = count.get<size_t>();
  }
  return baseline;
}

std::string Baseline::Write() const {
  JsonWriter writer(JsonLayout::kIndented);
  writer.BeginObject().Key("accepted").BeginObject();
  for (const auto& [fingerprint, count] : accepted_) writer.Key(fingerprint).Unsigned(count);
  writer.EndObject().EndObject();
  return writer.TakeText() + "\n";
}

std::vector<Finding> Baseline::Filter(const std::vector<Finding>& findings) const {
  std::map<std::string, size_t> left = accepted_;
  std::vector<Finding> fresh;
  for (const Finding& finding : findings) {
    const auto known = left.find(MakeFingerprint(finding));
    if (known == left.end() || known->second == 0) {
      fresh.push_back(finding);
    } else {
      --known->second;
    }
  }
  return fresh;
}

}  // namespace strata::validate

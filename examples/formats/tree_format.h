// A procedural format: a .tree file names the type of a leaf; what grows of it follows from the prim that has
// the file as a payload, by customData["tree"] and the attribute "tree:height". Branches are trees again.
#pragma once

#include <fmt/format.h>

#include "strata/compose/format_arguments.h"
#include "strata/format/text/text.h"

class TreeFormat final : public strata::layer::FileFormat, public strata::compose::DynamicFileFormat {
 public:
  strata::Token GetId() const override { return strata::Token("tree"); }
  std::vector<std::string> GetExtensions() const override { return {"tree"}; }
  bool CanRead(std::string_view) const override { return true; }
  bool CanWrite() const override { return false; }

  void ComposeFieldsForFileFormatArguments(const std::string&, strata::compose::ArgumentContext& context,
                                           Arguments& arguments, strata::Value&) const override {
    const auto said = context.ComposeValue(strata::Token("customData")).value_or(strata::Value());
    for (const char* name : {"depth", "branches"})
      if (const strata::Value* number = FindInTree(said, name))
        arguments[name] = std::to_string(number->GetOr(0));
    if (const auto height = context.ComposeAttributeDefaultValue(strata::Token("tree:height")))
      arguments["height"] = fmt::format("{}", height->GetOr(1.0));
  }
  bool CanFieldChangeAffectFileFormatArguments(strata::Token, const strata::Value& before,
                                               const strata::Value& after,
                                               const strata::Value&) const override {
    const strata::Value *was = FindInTree(before, ""), *is = FindInTree(after, "");
    return was && is ? !(*was == *is) : was != is;
  }

  bool Read(const strata::asset::Asset& asset, const std::string& identifier,
            const strata::layer::ReadOptions& options, strata::layer::SpecStore& out,
            strata::Diagnostics& diagnostics) const override {
    auto leaf = asset.ReadAll(options.budgets.max_file_bytes);
    if (!leaf) return diagnostics.Add(leaf.TakeError()), false;
    auto get = [&](const char* name, const char* otherwise) {
      const auto found = options.arguments.find(name);
      return found == options.arguments.end() ? std::string(otherwise) : found->second;
    };
    const int depth = std::atoi(get("depth", "1").c_str()),
              branches = std::atoi(get("branches", "2").c_str());
    const std::string height = get("height", "1");
    std::string text = fmt::format(
        "#usda 1.0\n(\n    defaultPrim = \"Tree\"\n)\ndef Xform \"Tree\"\n{{\n    double tree:height = {}\n"
        "    def {} \"Leaf\"\n    {{\n    }}\n",
        height, leaf->substr(0, leaf->find('\n')));
    for (int i = 0; i < branches && depth > 1; ++i)
      text += fmt::format(
          "    def \"Branch{}\" (\n        payload = @{}@\n        customData = {{\n            dictionary "
          "tree = "
          "{{\n                int depth = {}\n                int branches = {}\n            }}\n        "
          "}}\n"
          "    )\n    {{\n        double tree:height = {}\n    }}\n",
          i, identifier, depth - 1, branches, std::atof(height.c_str()) / 2);
    return strata::format::text::MakeUsdaFormat()->Read(*strata::asset::MakeMemoryAsset(text + "}\n"),
                                                        identifier, options, out, diagnostics);
  }
  strata::Result<std::string> WriteToString(const strata::layer::SpecStore&,
                                            const strata::layer::WriteOptions&) const override {
    return strata::Diagnostic(strata::layer::kLayerFormatUnknown, "Trees are not written.");
  }
  strata::Result<void> WriteToFile(const strata::layer::SpecStore&, const std::string&,
                                   const strata::layer::WriteOptions&) const override {
    return strata::Diagnostic(strata::layer::kLayerFormatUnknown, "Trees are not written.");
  }

 private:
  static const strata::Value* FindInTree(const strata::Value& said, const std::string& name) {
    const auto* all = said.GetIf<strata::Dictionary>();
    return all ? all->FindByKeyPath(name.empty() ? "tree" : "tree:" + name) : nullptr;
  }
};

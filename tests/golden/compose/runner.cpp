// Answers a case of composition: what is wrong with the scene root.usda, as stages compose it and as a plain
// cache does.
//
// A file `options` may hold lines: `budget NAME=N`, `mute LAYER`, `session LAYER`, and `damage WHAT`, for
// what a damaged crate file holds and text cannot say.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "strata/compose/causes.h"
#include "strata/compose/compose.h"
#include "strata/format/text/text.h"
#include "strata/layer/fields.h"
#include "strata/layer/registry.h"
#include "tests/golden/golden.h"
#include "tests/registry_provider.h"

using namespace strata;

namespace {

struct Options {
  compose::CacheOptions cache;
  std::string session, damage;
};

Options ReadOptions() {
  Options options;
  std::ifstream file("options");
  for (std::string line; std::getline(file, line);) {
    const size_t space = line.find(' ');
    const std::string word = line.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    const size_t equals = rest.find('=');
    if (word == "mute") options.cache.muted_layers.insert(rest);
    if (word == "session") options.session = rest;
    if (word == "damage") options.damage = rest;
    if (word == "budget" &&
        !SetBudget(options.cache.budgets, rest.substr(0, equals), std::stoull(rest.substr(equals + 1))))
      options.session = "no budget " + rest;  // which no case has
  }
  return options;
}

void Damage(layer::Layer& layer, const std::string& what) {
  layer::SpecStore content = layer.GetContent().Clone();
  const layer::FieldNames& names = layer::GetFieldNames();
  if (what == "reference to a property")
    content.SetField(Path("/A"), names.references,
                     ReferenceListOp::CreateExplicit({{"", Path("/B.p"), {}, nullptr}}));
  if (what == "two offsets of one sublayer")
    content.SetField(Path("/"), names.subLayerOffsets, LayerOffsetVector{{1, 1}, {2, 1}});
  layer.ReplaceContent(std::move(content));
}

// What composing all prims and all their properties tells.
std::string Tell(const Options& options, compose::CompositionMode mode) {
  // Layers are known by their names alone, wherever the folder lies.
  auto resolver = std::make_shared<asset::MemoryResolver>(nullptr);
  for (const auto& entry : std::filesystem::directory_iterator(".")) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    if (entry.path().extension() == ".usda") resolver->Put(entry.path().filename().string(), text.str());
  }
  auto registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                               {format::text::MakeUsdaFormat()});
  Diagnostics diagnostics;
  const layer::LayerPtr root = registry->FindOrOpen("root.usda", nullptr, {}, diagnostics);
  layer::LayerPtr session;
  if (!options.session.empty()) session = registry->FindOrOpen(options.session, nullptr, {}, diagnostics);
  if (!diagnostics.IsEmpty()) return RenderDiagnostics(diagnostics, ColorMode::kPlain);
  if (!options.damage.empty()) Damage(*root, options.damage);
  compose::CacheOptions cache_options = options.cache;
  cache_options.mode = mode;
  compose::Cache cache(root, session, std::make_shared<RegistryProvider>(registry), cache_options);
  compose::CompositionErrors of_properties;
  cache.ComputeSubtree(Path::AbsoluteRoot(), [&](const compose::PrimIndex& index, std::vector<Token>&) {
    for (const Token name : index.ComputePropertyNames()) {
      cache.ComputePropertyStack(index, name, &of_properties);
      for (const auto which :
           {compose::Cache::Targets::kRelationshipTargets, compose::Cache::Targets::kConnections}) {
        const compose::CompositionErrors more = cache.ComputeTargets(index, name, which).errors;
        of_properties.insert(of_properties.end(), more.begin(), more.end());
      }
    }
    return true;
  });
  compose::CompositionErrors errors = cache.GetAllErrors();
  errors.insert(errors.end(), of_properties.begin(), of_properties.end());
  for (Diagnostic& told : compose::TellCauses(errors)) diagnostics.Add(std::move(told));
  return diagnostics.IsEmpty() ? "nothing\n" : RenderDiagnostics(diagnostics, ColorMode::kPlain);
}

}  // namespace

std::string AnswerGoldenCase(const std::string& folder) {
  std::filesystem::current_path(folder);
  const Options options = ReadOptions();
  return "As stages compose it:\n" + Tell(options, compose::CompositionMode::kUsd) +
         "\nAs Pcp.Cache(usd=False) does:\n" + Tell(options, compose::CompositionMode::kFull);
}

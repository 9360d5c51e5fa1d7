// Every kind of composition error in each mode where it can occur. One cannot: InternalAssetPath, which
// usd-core 26.11 declares and never makes, for an asset path that leads to the layer it is written in is an
// ordinary arc there.
#include "strata/compose/errors.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "strata/compose/compose.h"
#include "strata/format/text/text.h"
#include "strata/layer/registry.h"
#include "tests/registry_provider.h"

using namespace strata;
using namespace strata::compose;

namespace {

using Layers = std::vector<std::pair<std::string, std::string>>;

struct Case {
  const char* kind;
  Layers layers;  // the first is the root
  const char* prim;
  const char* property = "";  // when not empty: its stack and targets are asked too
  std::set<CompositionMode> modes = {CompositionMode::kUsd, CompositionMode::kFull};
  std::function<void(CacheOptions&)> prepare = nullptr;
  std::function<void(layer::Layer&)> edit = nullptr;  // of the root layer: what text cannot say
  const char* session = nullptr;                      // name of one of the layers
};

CompositionErrors Compose(const Case& one, CompositionMode mode) {
  auto resolver = std::make_shared<asset::MemoryResolver>(nullptr);
  for (const auto& [name, text] : one.layers) resolver->Put(name, "#usda 1.0\n" + text);
  auto registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                               {format::text::MakeUsdaFormat()});
  Diagnostics diagnostics;
  layer::LayerPtr root = registry->FindOrOpen(one.layers.front().first, nullptr, {}, diagnostics);
  REQUIRE_MESSAGE(root, std::string(one.kind) << RenderDiagnostics(diagnostics, ColorMode::kPlain));
  if (one.edit) one.edit(*root);
  CacheOptions options;
  options.mode = mode;
  if (one.prepare) one.prepare(options);
  layer::LayerPtr session;
  if (one.session) session = registry->FindOrOpen(one.session, nullptr, {}, diagnostics);
  Cache cache(root, session, std::make_shared<RegistryProvider>(registry), options);
  CompositionErrors errors = cache.GetRootLayerStack()->GetErrors();
  const PrimIndexPtr index = cache.ComputePrimIndex(Path(one.prim));
  errors.insert(errors.end(), index->GetErrors().begin(), index->GetErrors().end());
  if (*one.property == '\0') return errors;
  const Token name(one.property);
  for (auto which : {Cache::Targets::kRelationshipTargets, Cache::Targets::kConnections}) {
    const CompositionErrors more = cache.ComputeTargets(*index, name, which).errors;
    errors.insert(errors.end(), more.begin(), more.end());
  }
  return errors;
}

constexpr auto kFull = CompositionMode::kFull;

const std::vector<Case>& GetCases() {
  static const std::vector<Case> cases = {
      {"ArcCycle",
       {{"root.usda",
         "def \"A\" (\n references = </B>\n)\n{\n}\ndef \"B\" (\n references = </A>\n)\n{\n}\n"}},
       "/A"},
      {"ArcPermissionDenied",
       {{"root.usda",
         "def \"A\" (\n inherits = </C>\n)\n{\n}\nclass \"C\" (\n permission = private\n)\n{\n}\n"}},
       "/A",
       "",
       {kFull}},
      {"ArcToProhibitedChild",
       {{"root.usda",
         "(\n relocates = {</M/X>: </M/Y>}\n)\ndef \"M\" (\n references = </R>\n)\n{\n}\ndef \"R\"\n{\n def "
         "\"X\"\n "
         "{\n }\n}\ndef \"A\" (\n references = </M/X>\n)\n{\n}\n"}},
       "/A"},
      {"IndexCapacityExceeded",
       {{"root.usda",
         "def \"A\" (\n references = [</B>, </C>, </D>]\n)\n{\n}\ndef \"B\"\n{\n}\ndef \"C\"\n{\n}\ndef "
         "\"D\"\n{\n}\n"}},
       "/A",
       "",
       {CompositionMode::kUsd, kFull},
       [](CacheOptions& options) { options.budgets.max_nodes_per_prim = 3; }},
      {"ArcCapacityExceeded",
       {{"root.usda",
         "def \"A\" (\n references = </B>\n)\n{\n}\ndef \"B\" (\n references = </C>\n)\n{\n}\ndef "
         "\"C\"\n{\n}\n"}},
       "/A",
       "",
       {CompositionMode::kUsd, kFull},
       [](CacheOptions& options) { options.budgets.max_arc_depth = 1; }},
      {"ArcNamespaceDepthCapacityExceeded",
       {{"root.usda", "def \"A\" (\n references = </B/C/D>\n)\n{\n}\n"}},
       "/A",
       "",
       {CompositionMode::kUsd, kFull},
       [](CacheOptions& options) { options.budgets.max_namespace_depth = 2; }},
      {"InconsistentPropertyType",
       {{"root.usda", "def \"A\" (\n references = </B>\n)\n{\n rel p\n}\ndef \"B\"\n{\n int p\n}\n"}},
       "/A",
       "p"},
      {"InconsistentAttributeType",
       {{"root.usda", "def \"A\" (\n references = </B>\n)\n{\n float p\n}\ndef \"B\"\n{\n int p\n}\n"}},
       "/A",
       "p",
       {kFull}},
      {"InconsistentAttributeVariability",
       {{"root.usda", "def \"A\" (\n references = </B>\n)\n{\n int p\n}\ndef \"B\"\n{\n uniform int p\n}\n"}},
       "/A",
       "p",
       {kFull}},
      {"InvalidInstanceTargetPath",
       {{"root.usda",
         "class \"K\"\n{\n rel t = </B>\n}\ndef \"A\" (\n inherits = </K>\n)\n{\n}\ndef \"B\" (\n inherits = "
         "</K>\n)\n{\n}\n"}},
       "/A",
       "t"},
      {"InvalidSublayerOwnership",
       {{"root.usda",
         "(\n hasOwnedSubLayers = true\n subLayers = [@a.usda@, @b.usda@]\n)\ndef \"A\"\n{\n}\n"},
        {"a.usda", "(\n owner = \"me\"\n)\n"},
        {"b.usda", "(\n owner = \"me\"\n)\n"},
        {"session.usda", "(\n sessionOwner = \"me\"\n)\n"}},
       "/A",
       "",
       {CompositionMode::kUsd, kFull},
       nullptr,
       nullptr,
       "session.usda"},
      {"InvalidPrimPath",
       {{"root.usda", "def \"A\"\n{\n}\n"}},
       "/A",
       "",
       {CompositionMode::kUsd, CompositionMode::kFull},
       nullptr,
       [](layer::Layer& layer) {
         const Reference to_property{"", Path("/B.p"), {}, nullptr};
         layer::SpecStore content = layer.GetContent().Clone();  // as a damaged crate file would have it
         content.SetField(Path("/A"), layer::GetFieldNames().references,
                          ReferenceListOp::CreateExplicit({to_property}));
         layer.ReplaceContent(std::move(content));
       }},
      {"InvalidAssetPath", {{"root.usda", "def \"A\" (\n references = @none.usda@\n)\n{\n}\n"}}, "/A"},
      {"InvalidExternalTargetPath",
       {{"root.usda", "def \"A\" (\n references = @r.usda@</R>\n)\n{\n}\n"},
        {"r.usda", "def \"R\"\n{\n rel r = </Other>\n}\n"}},
       "/A",
       "r"},
      {"InvalidTargetPath",
       {{"root.usda",
         "(\n relocates = {</A/X>: </A/Y>}\n)\ndef \"A\" (\n references = </R>\n)\n{\n rel r = "
         "</A/X>\n}\ndef \"R\"\n{\n "
         "def \"X\"\n {\n }\n}\n"}},
       "/A",
       "r",
       {kFull}},
      {"InvalidReferenceOffset",
       {{"root.usda", "def \"A\" (\n references = </B> (scale = -1)\n)\n{\n}\ndef \"B\"\n{\n}\n"}},
       "/A"},
      {"InvalidSublayerOffset",
       {{"root.usda", "(\n subLayers = [@s.usda@ (scale = 0)]\n)\n"}, {"s.usda", ""}},
       "/A"},
      {"InvalidSublayerAndOffsetCount",
       {{"root.usda", "(\n subLayers = [@s.usda@]\n)\n"}, {"s.usda", ""}},
       "/A",
       "",
       {CompositionMode::kUsd, CompositionMode::kFull},
       nullptr,
       [](layer::Layer& layer) {
         layer::SpecStore content = layer.GetContent().Clone();
         content.SetField(Path("/"), layer::GetFieldNames().subLayerOffsets,
                          LayerOffsetVector{{1, 1}, {2, 1}});
         layer.ReplaceContent(std::move(content));
       }},
      {"InvalidSublayerPath", {{"root.usda", "(\n subLayers = [@none.usda@]\n)\n"}}, "/A"},
      {"InvalidVariantSelection",
       {{"root.usda",
         "(\n expressionVariables = {\n  string V = \"a/b\"\n }\n)\ndef \"A\" (\n variantSets = \"v\"\n "
         "variants = "
         "{\n  string v = \"`${V}`\"\n }\n)\n{\n variantSet \"v\" = {\n  \"a\" {\n  }\n }\n}\n"}},
       "/A"},
      {"MutedAssetPath",
       {{"root.usda", "def \"A\" (\n references = @r.usda@</R>\n)\n{\n}\n"}, {"r.usda", "def \"R\"\n{\n}\n"}},
       "/A",
       "",
       {CompositionMode::kUsd, kFull},
       [](CacheOptions& options) { options.muted_layers.insert("r.usda"); }},
      {"InvalidAuthoredRelocation", {{"root.usda", "(\n relocates = {</A/X>: </A/X/Y>}\n)\n"}}, "/A"},
      {"InvalidConflictingRelocation",
       {{"root.usda", "(\n relocates = {</A/X>: </A/Y>, </A/Y>: </A/Z>}\n)\n"}},
       "/A"},
      {"InvalidSameTargetRelocations",
       {{"root.usda", "(\n relocates = {</A/X>: </A/Z>, </A/Y>: </A/Z>}\n)\n"}},
       "/A"},
      {"OpinionAtRelocationSource",
       {{"root.usda",
         "(\n relocates = {</A/X>: </A/Y>}\n)\ndef \"A\" (\n references = </R>\n)\n{\n over \"X\"\n {\n "
         "}\n}\ndef "
         "\"R\"\n{\n def \"X\"\n {\n }\n}\n"}},
       "/A/Y"},
      {"PrimPermissionDenied",
       {{"root.usda",
         "def \"A\" (\n references = </R>\n)\n{\n over \"K\"\n {\n }\n}\ndef \"R\"\n{\n def \"K\" (\n  "
         "permission = "
         "private\n )\n {\n }\n}\n"}},
       "/A/K",
       "",
       {kFull}},
      {"PropertyPermissionDenied",
       {{"root.usda",
         "def \"A\" (\n references = </R>\n)\n{\n int p = 1\n}\ndef \"R\"\n{\n int p (\n  permission = "
         "private\n )\n}\n"}},
       "/A",
       "p",
       {kFull}},
      {"SublayerCycle",
       {{"root.usda", "(\n subLayers = [@a.usda@]\n)\n"}, {"a.usda", "(\n subLayers = [@root.usda@]\n)\n"}},
       "/A"},
      {"TargetPermissionDenied",
       {{"root.usda",
         "def \"A\" (\n references = </R>\n)\n{\n rel r = </A/K>\n}\ndef \"R\"\n{\n def \"K\" (\n  "
         "permission = "
         "private\n )\n {\n }\n}\n"}},
       "/A",
       "r",
       {kFull}},
      {"UnresolvedPrimPath", {{"root.usda", "def \"A\" (\n references = </None>\n)\n{\n}\n"}}, "/A"},
      {"VariableExpressionError", {{"root.usda", "def \"A\" (\n references = @`${NONE}`@\n)\n{\n}\n"}}, "/A"},
  };
  return cases;
}

std::vector<std::string> GetNames(const CompositionErrors& errors) {
  std::vector<std::string> names;
  for (const CompositionError& error : errors) names.emplace_back(GetErrorName(error.type));
  return names;
}

}  // namespace

TEST_CASE("each kind of error is told where it can occur, with a place and a remedy, and nowhere else") {
  for (const Case& one : GetCases()) {
    for (const CompositionMode mode : {CompositionMode::kUsd, CompositionMode::kFull}) {
      INFO(std::string(one.kind));
      CAPTURE(mode == CompositionMode::kFull);
      const CompositionErrors errors = Compose(one, mode);
      const std::vector<std::string> names = GetNames(errors);
      const auto found = std::find(names.begin(), names.end(), one.kind);
      CHECK((found != names.end()) == (one.modes.count(mode) != 0));
      if (found == names.end()) continue;
      const Diagnostic& told = errors[static_cast<size_t>(found - names.begin())].diagnostic;
      CHECK(!told.message.empty());
      CHECK(!told.hint.empty());
      CHECK(!told.location.file.empty());
    }
  }
}

TEST_CASE("the cases cover every kind but the one that cannot occur") {
  std::set<std::string> covered;
  for (const Case& one : GetCases()) covered.insert(one.kind);
  std::set<std::string> missing;
#define X(name, code, summary) \
  if (!covered.count(#name)) missing.insert(#name);
  STRATA_COMPOSITION_ERRORS(X)
#undef X
  CHECK(missing == std::set<std::string>{"InternalAssetPath"});
}

TEST_CASE("an asset path that leads to the layer it is written in is an arc like any other") {
  const Case own{
      "", {{"root.usda", "def \"A\" (\n references = @root.usda@</B>\n)\n{\n}\ndef \"B\"\n{\n}\n"}}, "/A"};
  CHECK(Compose(own, CompositionMode::kUsd).empty());
  CHECK(Compose(own, CompositionMode::kFull).empty());
}

TEST_CASE("a private prim keeps its opinions from being overridden, where permissions count") {
  auto resolver = std::make_shared<asset::MemoryResolver>(nullptr);
  resolver->Put(
      "root.usda",
      "#usda 1.0\ndef \"A\" (\n references = [</One>, </Two>, </Three>]\n)\n{\n over \"K\"\n {\n }\n}\n"
      "def \"One\"\n{\n def \"K\"\n {\n }\n}\ndef \"Two\"\n{\n def \"K\" (\n  permission = private\n )\n {\n "
      " def "
      "\"L\" (\n   permission = public\n  )\n  {\n  }\n }\n}\ndef \"Three\"\n{\n def \"K\"\n {\n }\n}\n");
  auto registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                               {format::text::MakeUsdaFormat()});
  Diagnostics diagnostics;
  layer::LayerPtr root = registry->FindOrOpen("root.usda", nullptr, {}, diagnostics);
  REQUIRE(root);
  auto get_stack = [&](CompositionMode mode, const char* path) {
    CacheOptions options;
    options.mode = mode;
    Cache cache(root, nullptr, std::make_shared<RegistryProvider>(registry), options);
    std::string text;
    for (const SpecSite& site : cache.ComputePrimIndex(Path(path))->GetSpecStack())
      text += site.path.GetString() + " ";
    return text;
  };
  CHECK(get_stack(CompositionMode::kUsd, "/A/K") == "/A/K /One/K /Two/K /Three/K ");
  CHECK(get_stack(CompositionMode::kFull, "/A/K") == "/Two/K /Three/K ");
  CHECK(get_stack(CompositionMode::kFull, "/A/K/L") == "/Two/K/L ");

  CacheOptions options;
  options.mode = CompositionMode::kFull;
  Cache cache(root, nullptr, std::make_shared<RegistryProvider>(registry), options);
  CHECK(cache.ComputePrimIndex(Path("/A/K"))->GetSpecStack().size() == 2);
  const PrimIndexPtr index = cache.ComputePrimIndex(Path("/A/K"));
  CHECK(index->GetRootNode().IsRestricted());
  CHECK(index->GetRootNode().GetSpecContributionRestrictedDepth() == 2);
}

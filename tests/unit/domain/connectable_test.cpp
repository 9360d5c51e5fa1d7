#include "strata/domain/connectable.h"

#include "strata/domain/shader_registry.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

constexpr const char* kNetwork = R"(
def Material "M" {
    float inputs:a = 1
    float inputs:b
    float inputs:chain.connect = </M.inputs:a>
    token outputs:surface.connect = </M/G.outputs:out>
    token outputs:loop.connect = </M.outputs:loop2>
    token outputs:loop2.connect = </M.outputs:loop>
    def NodeGraph "G" {
        float inputs:x.connect = </M.inputs:chain>
        token outputs:out.connect = </M/G/S.outputs:o>
        token outputs:val = "v"
        def Shader "S" {
            uniform token info:id = "UsdPreviewSurface"
            float inputs:p.connect = </M/G.inputs:x>
            float inputs:q = 5
            float inputs:q.connect = </Nope.outputs:x>
            float inputs:r.connect = </M.inputs:b>
            float inputs:multi.connect = [</M.inputs:a>, </M/G/S2.outputs:o>]
            float inputs:toval.connect = </M/G.outputs:val>
            float inputs:shaderin.connect = </M/G/S2.inputs:i>
            token outputs:o
        }
        def Shader "S2" {
            uniform token info:implementationSource = "sourceAsset"
            uniform asset info:glslfx:sourceAsset = @x.glslfx@
            float inputs:i = 2
            token outputs:o
        }
    }
}
def Scope "Scope" {
}
def SphereLight "L" {
}
)";

struct Network {
  Network() : scene(kNetwork, WithSchemas()) {}
  static stage::OpenOptions WithSchemas() {
    stage::OpenOptions options;
    options.schemas = schema::Registry::GetBuiltIn();
    return options;
  }
  std::string Producers(const char* path, ValueProducers which = ValueProducers::kAll) const {
    std::string text;
    for (const stage::Attribute& attribute : GetValueProducingAttributes(scene.Attr(path), which))
      text += (text.empty() ? "" : " ") + attribute.GetPath().GetString();
    return text;
  }
  stage::Scene scene;
};

}  // namespace

// Expectations as usd-core 26.11 answers.
TEST_CASE("values come from shader outputs, or from what has a value where nothing is connected") {
  const Network network;
  CHECK(network.Producers("/M.outputs:surface") == "/M/G/S.outputs:o");
  CHECK(network.Producers("/M/G/S.inputs:p") == "/M.inputs:a");
  CHECK(network.Producers("/M/G/S.inputs:q") == "/M/G/S.inputs:q");
  CHECK(network.Producers("/M/G/S.inputs:r").empty());
  CHECK(network.Producers("/M/G/S.inputs:multi") == "/M.inputs:a /M/G/S2.outputs:o");
  CHECK(network.Producers("/M/G/S.inputs:multi", ValueProducers::kShaderOutputsOnly) == "/M/G/S2.outputs:o");
  CHECK(network.Producers("/M/G/S.inputs:toval") == "/M/G.outputs:val");
  CHECK(network.Producers("/M/G/S.inputs:shaderin").empty());
  CHECK(network.Producers("/M.outputs:loop").empty());
}

TEST_CASE("connections that lead nowhere are told apart") {
  const Network network;
  std::vector<Path> invalid;
  CHECK(Connectable::GetConnectedSources(network.scene.Attr("/M/G/S.inputs:q"), &invalid).empty());
  CHECK(stage::Join(invalid) == "/Nope.outputs:x");
}

TEST_CASE("types say who is connectable, and who holds others") {
  const Network network;
  const auto at = [&](const char* path) { return Connectable(network.scene.At(path)); };
  CHECK((at("/M").IsContainer() && at("/M/G").IsContainer() && at("/L").IsContainer()));
  CHECK((at("/M/G/S").IsValid() && !at("/M/G/S").IsContainer()));
  CHECK_FALSE(at("/Scope").IsValid());
  CHECK(at("/M").GetInputs().size() == 3);
}

TEST_CASE("connections stay within the container") {
  const Network network;
  const auto attribute = [&](const char* prim, const char* name) {
    return network.scene.At(prim).GetAttribute(Token(name));
  };
  CHECK(Connectable(network.scene.At("/M")).RequiresEncapsulation());
  CHECK_FALSE(Connectable(network.scene.At("/L")).RequiresEncapsulation());
  const auto surface = attribute("/M", "outputs:surface");
  // From inside the inside is too far, and nothing that is not there can be a source.
  for (const stage::Attribute& output : Connectable(network.scene.At("/M/G/S")).GetOutputs())
    CHECK_FALSE(Connectable::CanConnect(surface, output));
  CHECK_FALSE(Connectable::CanConnect(surface, attribute("/M/G", "outputs:nothing")));
  for (const stage::Attribute& output : Connectable(network.scene.At("/M/G")).GetOutputs())
    CHECK(Connectable::CanConnect(surface, output));
  CHECK_FALSE(Connectable::IsConnectionFromBaseMaterial(surface));
}

TEST_CASE("a material's surface is the shader that its output leads to") {
  const Network network;
  const auto surface = ComputeMaterialSource(network.scene.At("/M"), Token("surface"), {Token("ri")});
  REQUIRE(surface);
  CHECK(surface->source.GetPath() == Path("/M/G/S"));
  CHECK(Shader(surface->source).GetShaderId() == Token("UsdPreviewSurface"));
  CHECK(Shader(network.scene.At("/M/G/S2")).GetShaderId().IsEmpty());
  CHECK(stage::Join(Shader(network.scene.At("/M/G/S2")).GetSourceTypes()) == "glslfx");
  CHECK_FALSE(ComputeMaterialSource(network.scene.At("/M"), Token("volume")));
}

TEST_CASE("the shader registry knows OpenUSD's nodes and takes others") {
  ShaderRegistry registry;
  CHECK(registry.GetIdentifiers().size() == 31);
  const ShaderNode* texture = registry.FindByIdentifier(Token("UsdUVTexture"));
  REQUIRE(texture);
  CHECK(texture->source_type == Token("glslfx"));
  CHECK(texture->FindInput(Token("file"))->type_name == Token("asset"));
  CHECK_FALSE(texture->FindInput(Token("file"))->is_connectable);
  CHECK(texture->FindInput(Token("wrapS"))->options.size() == 5);
  CHECK(texture->FindOutput(Token("rgb"))->type_name == Token("float3"));
  Diagnostics remarks;
  const auto& fields = layer::FieldRegistry::GetBuiltIn();
  registry.AddNodes(
      "#usda 1.0\nclass Shader \"Noise\" {\n    float inputs:scale = 2\n    float outputs:out\n}\n", "own",
      fields, remarks);
  CHECK(remarks.IsEmpty());
  CHECK(registry.FindByIdentifier(Token("Noise"))->FindInput(Token("scale"))->fallback == Value(2.0f));
  registry.AddNodes("#usda 1.0\nclass {", "broken", fields, remarks);
  CHECK_FALSE(remarks.IsEmpty());
}

}  // namespace strata::domain

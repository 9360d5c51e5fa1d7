#include "strata/stage/composition_query.h"
#include "strata/value/time_samples.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

const char* const kReferenced = R"(
def "R" {
    double x = 3
    double y.timeSamples = { 1: 1, 5: 5 }
    double z = 8
})";

// Root layer over a sublayer over a reference: x says 1, 2, 3 there.
struct Layers {
  Scene scene{{"root.usda", R"((
    subLayers = [@sub.usda@]
)
def "A" (references = @ref.usda@</R>) {
    double x = 1
    double z = None
})"},
              {"sub.usda", R"(
over "A" {
    double x = 2
    double y = 7
})"},
              {"ref.usda", kReferenced}};
  Prim prim = scene.At("/A");
  CompositionArcs arcs = FindCompositionArcs(prim);
  compose::NodeRef root = arcs.index->GetRootNode();
  compose::NodeRef reference = arcs.all.at(0).node;
  layer::LayerPtr root_layer = scene->GetRootLayer();
  layer::LayerPtr sublayer = scene->GetLayerStack().at(2);

  std::string Ask(const ResolveTarget& target, const char* name, Time time = Time::Default()) const {
    const AttributeQuery query(prim.GetAttribute(Token(name)), target);
    const std::optional<double> value = query.GetAs<double>(time);
    return value ? std::to_string(static_cast<int>(*value)) : query.HasAuthoredValueOpinion() ? "block" : "-";
  }
};

}  // namespace

TEST_CASE("a query up to a layer hears it and what is weaker") {
  const Layers layers;
  const auto sub = ResolveTarget::UpTo(layers.arcs.index, layers.root, layers.sublayer);
  CHECK(layers.Ask(sub, "x") == "2");
  CHECK(layers.Ask(sub, "y", 3) == "7");
  CHECK(layers.Ask(sub, "z") == "8");
  const auto reference = ResolveTarget::UpTo(layers.arcs.index, layers.reference);
  CHECK(layers.Ask(reference, "x") == "3");
  CHECK(layers.Ask(reference, "y", 3) == "3");
  CHECK(reference.GetStartNode() == layers.reference);
  CHECK(reference.GetStartLayer()->GetDisplayName() == "ref.usda");
  CHECK(!reference.GetStopNode());
}

TEST_CASE("a query stronger than a layer hears what stands above it") {
  const Layers layers;
  const auto sub = ResolveTarget::StrongerThan(layers.arcs.index, layers.root, layers.sublayer);
  CHECK(layers.Ask(sub, "x") == "1");
  CHECK(layers.Ask(sub, "y") == "-");
  CHECK(layers.Ask(sub, "z") == "block");
  const auto reference = ResolveTarget::StrongerThan(layers.arcs.index, layers.reference);
  CHECK(layers.Ask(reference, "y", 3) == "7");
  CHECK(reference.GetStopNode() == layers.reference);
  const auto root = ResolveTarget::StrongerThan(layers.arcs.index, layers.root);
  CHECK(layers.Ask(root, "x") == "-");
}

TEST_CASE("edit targets say which opinions a resolve target means") {
  const Layers layers;
  const EditTarget sub(layers.sublayer);
  CHECK(layers.Ask(ResolveTarget::UpToEditTarget(layers.prim, sub), "x") == "2");
  CHECK(layers.Ask(ResolveTarget::StrongerThanEditTarget(layers.prim, sub), "x") == "1");
  const layer::LayerPtr referenced = layers.reference.GetLayerStack()->GetRootLayer();
  const EditTarget through(referenced, layers.reference);
  CHECK(layers.Ask(ResolveTarget::UpToEditTarget(layers.prim, through), "x") == "3");
  CHECK(layers.Ask(ResolveTarget::StrongerThanEditTarget(layers.prim, through), "y") == "7");
}

TEST_CASE("a layer that does not speak of the prim makes a null target, under which all speak") {
  const Layers layers;
  const layer::LayerPtr referenced = layers.reference.GetLayerStack()->GetRootLayer();
  const auto elsewhere = ResolveTarget::UpTo(layers.arcs.index, layers.root, referenced);
  CHECK(elsewhere.IsNull());
  CHECK(ResolveTarget::UpToEditTarget(layers.prim, EditTarget(referenced)).IsNull());
  CHECK(ResolveTarget::UpToEditTarget(layers.prim, EditTarget()).IsNull());
  CHECK(layers.Ask(elsewhere, "x") == "1");
}

TEST_CASE("queries answer of times as attributes do, of the opinions that they hear") {
  const Layers layers;
  const auto reference = ResolveTarget::UpTo(layers.arcs.index, layers.reference);
  const AttributeQuery y(layers.prim.GetAttribute(Token("y")), reference);
  const AttributeQuery x(layers.prim, Token("x"));
  CHECK(y.GetTimeSamples() == std::vector<double>{1, 5});
  CHECK(y.GetTimeSamplesInInterval(2, 9) == std::vector<double>{5});
  CHECK(y.GetBracketingTimeSamples(2) == std::pair(1.0, 5.0));
  CHECK(y.ValueMightBeTimeVarying());
  CHECK(y.ValueSourceMightBeTimeVarying());
  CHECK(AttributeQuery::GetUnionedTimeSamples({x, y}) == std::vector<double>{1, 5});
  CHECK(y.GetResolveInfo().layer->GetDisplayName() == "ref.usda");
  CHECK(layers.scene.Attr("/A.y").GetTimeSamples().empty());
  CHECK(!AttributeQuery().IsValid());
  CHECK(AttributeQuery().Get().IsEmpty());
}

TEST_CASE("queries follow edits that they were not made for") {
  const Scene scene({{"root.usda", Scene::Sublayers({"weak.usda"}) + "over \"A\"\n{\n}\n"},
                     {"weak.usda",
                      "def \"A\"\n{\n    double x = 1\n    double x.timeSamples = {\n        1: 2,\n        "
                      "3: 4,\n    }\n}\n"}});
  const AttributeQuery query(scene.Attr("/A.x"));
  CHECK(query.Get(2.0) == Value(3.0));
  CHECK(query.Get() == Value(1.0));
  const layer::LayerPtr weak = scene->GetLayerStack().back();
  const layer::FieldNames& names = layer::GetFieldNames();
  TimeSamples samples;
  samples.Set(2, Value(7.0));
  REQUIRE(weak->SetField(Path("/A.x"), names.timeSamples, Value(samples)));
  CHECK(query.Get(2.0) == Value(7.0));

  // A stronger layer that spoke of the prim, and not of the attribute.
  const layer::LayerPtr& root = scene->GetRootLayer();
  REQUIRE(root->CreateAttributeSpec(Path("/A.x"), Token("double")));
  REQUIRE(root->SetField(Path("/A.x"), names.default_, Value(9.0)));
  CHECK(query.Get(2.0) == Value(9.0));
  REQUIRE(root->SetField(Path("/A.x"), names.default_, Value(ValueBlock())));
  CHECK(query.Get(2.0).IsEmpty());

  REQUIRE(root->SetField(Path("/A"), names.active, Value(false)));
  CHECK(query.Get(2.0).IsEmpty());
  CHECK(AttributeQuery(scene.Attr("/A.x")).Get(2.0).IsEmpty());
}

}  // namespace strata::stage

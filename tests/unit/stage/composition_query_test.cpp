// What a query of a prim's arcs answers, filter by filter.
#include "strata/stage/composition_query.h"

#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

using Query = PrimCompositionQuery;

std::string Describe(const Query& query) {
  std::string text;
  for (const CompositionArc& arc : query.GetCompositionArcs())
    text +=
        (text.empty() ? "" : " ") + std::string(compose::GetArcName(arc.type)) + arc.target_path.GetString();
  return text;
}

Scene MakeScene() {
  return Scene(R"(
class "C"
{
    def "Kid"
    {
    }
}
def "T" (inherits = </C>)
{
    def "Kid"
    {
    }
}
def "R" (
    references = </T>
    payload = </Missing>
    specializes = </S>
    variants = {
        string v = "a"
    }
    prepend variantSets = "v"
)
{
    variantSet "v" = {
        "a" {
            def "X"
            {
            }
        }
    }
}
def "S"
{
}
)");
}

}  // namespace

TEST_CASE("a query admits the arcs that its filter asks for") {
  const Scene scene = MakeScene();
  Query query(scene.At("/R"));
  CHECK(Describe(query) == "root/R variant/R{v=a} reference/T inherit/C payload/Missing specialize/S");
  auto ask = [&](const Query::Filter& filter) {
    query.SetFilter(filter);
    CHECK(query.GetFilter() == filter);
    return Describe(query);
  };
  using Type = Query::ArcTypeFilter;
  CHECK(ask({.arc_type = Type::kReference}) == "reference/T");
  CHECK(ask({.arc_type = Type::kReferenceOrPayload}) == "reference/T payload/Missing");
  CHECK(ask({.arc_type = Type::kNotInheritOrSpecialize}) ==
        "root/R variant/R{v=a} reference/T payload/Missing");
  CHECK(ask({.arc_type = Type::kVariant}) == "variant/R{v=a}");
  CHECK(ask({.arc_type = Type::kRelocate}) == "");
  CHECK(ask({.has_specs = Query::HasSpecsFilter::kHasNoSpecs}) == "payload/Missing");
  CHECK(ask({.arc_introduced = Query::ArcIntroducedFilter::kIntroducedInRootLayerPrimSpec}) ==
        "root/R variant/R{v=a} reference/T payload/Missing specialize/S");
  CHECK(ask({.dependency_type = Query::DependencyTypeFilter::kAncestral}) == "");
  query = Query(scene.At("/R/Kid"), {.dependency_type = Query::DependencyTypeFilter::kAncestral,
                                     .has_specs = Query::HasSpecsFilter::kHasSpecs});
  CHECK(Describe(query) == "reference/T/Kid inherit/C/Kid");
}

TEST_CASE("direct queries leave out what ancestors bring") {
  const Scene scene = MakeScene();
  CHECK(Describe(Query::GetDirectReferences(scene.At("/R"))) == "reference/T");
  CHECK(Describe(Query::GetDirectInherits(scene.At("/T"))) == "inherit/C");
  CHECK(Describe(Query::GetDirectRootLayerArcs(scene.At("/T"))) == "root/T inherit/C");
  CHECK(Describe(Query::GetDirectReferences(scene.At("/R/Kid"))) == "");
  CHECK(Describe(Query::GetDirectRootLayerArcs(scene.At("/R/Kid"))) == "root/R/Kid");
  CHECK(Describe(Query(Prim())) == "");
}

TEST_CASE("arcs of an instance that bring nothing are told below it") {
  const Scene scene(R"(
def "T" (payload = </Missing>)
{
    def "Kid"
    {
    }
}
def "I" (
    instanceable = true
    references = </T>
)
{
}
)");
  CHECK(Describe(Query(scene.At("/I"))) == "root/I reference/T payload/Missing");
  CHECK(Describe(Query(scene.At("/I/Kid"))) == "reference/T/Kid payload/Missing/Kid");
}

TEST_CASE("an arc tells which list of which spec holds it") {
  const Scene scene = MakeScene();
  const std::vector<CompositionArc> arcs = Query(scene.At("/R/Kid")).GetCompositionArcs();
  REQUIRE(arcs.size() > 2);
  const CompositionArc& reference = arcs[2];
  CHECK(reference.type == compose::ArcType::kReference);
  CHECK(reference.introducing_layer == scene->GetRootLayer());
  CHECK(reference.introducing_path == Path("/R"));
  CHECK(reference.introducing_field == Token("references"));
  REQUIRE(reference.introducing_item.Holds<Reference>());
  const auto* list = reference.introducing_layer->GetFieldAs<ReferenceListOp>(reference.introducing_path,
                                                                              reference.introducing_field);
  REQUIRE(list);
  CHECK(list->explicit_items.front() == reference.introducing_item.Get<Reference>());
  CHECK(arcs.front().introducing_layer == nullptr);
  CHECK(arcs.front().introducing_field.IsEmpty());
}

}  // namespace strata::stage

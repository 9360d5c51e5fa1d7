#include "strata/stage/composition_query.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {
const char* const kInstances = R"(
def "R"
{
    int rx = 3
    rel rr = </R/C>

    def "C" (kind = "component")
    {
        int a = 1

        def "N" (
            instanceable = true
            references = </R2>
        )
        {
        }
    }
}
def "R2"
{
    def "D"
    {
        rel back = </R2/D>
    }
}
def "I1" (
    instanceable = true
    references = </R>
    kind = "group"
)
{
    double foo = 1

    over "C"
    {
        int b = 4
    }
}
def "I2" (
    instanceable = true
    references = </R>
)
{
}
def "I3" (
    instanceable = true
    references = </R2>
)
{
}
def "NoArc" (instanceable = true)
{
    def "Child"
    {
    }
}
)";
}  // namespace

TEST_CASE("instances with equal arcs share one prototype, numbered in path order") {
  Scene scene(kInstances);
  REQUIRE(scene->GetPrototypes().size() == 2);
  CHECK(scene.At("/I1").GetPrototype().GetPath() == Path("/__Prototype_1"));
  CHECK(scene.At("/I2").GetPrototype().GetPath() == Path("/__Prototype_1"));
  CHECK(scene.At("/I3").GetPrototype().GetPath() == Path("/__Prototype_2"));
  CHECK(scene.At("/R/C/N").GetPrototype().GetPath() == Path("/__Prototype_2"));
  CHECK(PathsOf(scene.At("/__Prototype_1").GetInstances()) == "/I1 /I2");
  CHECK_FALSE(scene.At("/NoArc").IsInstance());
  CHECK(scene.At("/NoArc/Child").IsValid());
}

TEST_CASE("opinions below an instance are not heard, those on it are") {
  Scene scene(kInstances);
  CHECK(Join(scene.At("/I1").GetPropertyNames()) == "foo rr rx");
  CHECK(Join(scene.At("/I1/C").GetPropertyNames()) == "a");
}

TEST_CASE("the root of a prototype says nothing of itself") {
  Scene scene(kInstances);
  Prim prototype = scene.At("/__Prototype_1");
  CHECK(prototype.IsPrototype());
  CHECK(prototype.IsInPrototype());
  CHECK(prototype.IsModel());
  CHECK(prototype.GetSpecifier() == Specifier::kDef);
  CHECK(prototype.GetPropertyNames().empty());
  CHECK(prototype.GetPrimStack().empty());
  CHECK(prototype.GetAllAuthoredMetadata().empty());
  CHECK(prototype.GetParent().IsPseudoRoot());
  CHECK(scene.At("/__Prototype_1/C").IsModel());
}

TEST_CASE("instance proxies stand where the prim would be, through nested instances too") {
  Scene scene(kInstances);
  Prim proxy = scene.At("/I2/C/N/D");
  REQUIRE(proxy.IsValid());
  CHECK(proxy.IsInstanceProxy());
  CHECK_FALSE(proxy.IsInPrototype());
  CHECK(proxy.GetParent().GetPath() == Path("/I2/C/N"));
  CHECK(proxy.GetParent().IsInstance());
  CHECK(proxy.GetPrimInPrototype().GetPath() == Path("/__Prototype_2/D"));
  CHECK(scene.At("/I1").GetAllChildren().empty());
  CHECK(PathsOf(scene.At("/I1/C").GetAllChildren()) == "/I1/C/N");
  PrimPredicate everywhere = PrimPredicate::All().With(InstanceProxies::kTraverse);
  CHECK(PathsOf(PrimRange(scene.At("/I1"), everywhere)) == "/I1 /I1/C /I1/C/N /I1/C/N/D");
  CHECK(PathsOf(scene->Traverse()) == "/R /R/C /R/C/N /R2 /R2/D /I1 /I2 /I3 /NoArc /NoArc/Child");
}

TEST_CASE("targets inside a prototype are named where the asking prim stands") {
  Scene scene(kInstances);
  CHECK(Join(scene.At("/I2").GetRelationship(Token("rr")).GetTargets()) == "/I2/C");
  CHECK(Join(scene.At("/I3/D").GetRelationship(Token("back")).GetTargets()) == "/I3/D");
  CHECK(Join(scene.At("/I1/C/N/D").GetRelationship(Token("back")).GetTargets()) == "/I1/C/N/D");
  CHECK(Join(scene.At("/__Prototype_2/D").GetRelationship(Token("back")).GetTargets()) == "/__Prototype_2/D");
}

TEST_CASE("variant selections keep prototypes apart, even for sets that nobody declares") {
  Scene scene(R"(
def "R"
{
    def "C"
    {
    }
}
def "A" (
    instanceable = true
    references = </R>
)
{
}
def "B" (
    instanceable = true
    references = </R>
    variants = {
        string look = "red"
    }
)
{
}
)");
  CHECK(scene->GetPrototypes().size() == 2);
}

// As usd-core 26.11 answers: what an instance would bring if it were loaded is nothing of what it brings.
TEST_CASE("instances share a prototype whether a payload of theirs is not loaded or they have none") {
  OpenOptions options;
  options.load = LoadPolicy::kLoadNone;
  Scene scene(R"(
class "K"
{
    def "B"
    {
        pathExpression inside = "/A//"
        pathExpression outside = "/X//"
    }
}
def "P"
{
    def "C"
    {
    }
}
def "A" (
    inherits = </K>
    instanceable = true
)
{
}
def "G" (payload = </P>)
{
    def "I" (
        inherits = </K>
        instanceable = true
    )
    {
    }
}
def "X" (
    inherits = </K>
    payload = </P>
    instanceable = true
)
{
}
)",
              options);
  REQUIRE(scene->GetPrototypes().size() == 1);
  CHECK(PathsOf(scene.At("/__Prototype_1").GetInstances()) == "/A /G/I /X");
  CHECK(scene.At("/A").IsLoaded());
  CHECK_FALSE(scene.At("/G/I").IsLoaded());
  CHECK_FALSE(scene.At("/X").IsLoaded());
  for (const char* path : {"/A/B", "/G/I/B", "/X/B"}) CHECK(scene.At(path).IsLoaded());
  // The prototype is made from /X, so that "/X//" is nothing a class may speak of.
  CHECK(scene.Attr("/A/B.inside").Get().Get<PathExpression>().GetText() == "/A//");
  CHECK(scene.Attr("/A/B.outside").Get().Get<PathExpression>().GetText().empty());
  scene->Load(Path("/X"));
  CHECK(scene->GetPrototypes().size() == 2);
  CHECK(PathsOf(scene.At("/A").GetPrototype().GetInstances()) == "/A /G/I");
  scene->Unload(Path("/X"));
  CHECK(PathsOf(scene.At("/A").GetPrototype().GetInstances()) == "/A /G/I /X");
}

TEST_CASE("arcs are listed with who introduced them") {
  Scene scene(R"(
class "K"
{
}
def "R" (inherits = </K>)
{
    def "C"
    {
    }
}
def "A" (references = </R>)
{
}
)");
  CompositionArcs arcs = FindCompositionArcs(scene.At("/A"));
  std::string text;
  for (const CompositionArc& arc : arcs.all) {
    text += std::string(compose::GetArcName(arc.type)) + " " + arc.target_path.GetString() + " from " +
            arc.introducing_path.GetString() + (arc.is_implicit ? " implicit; " : "; ");
  }
  CHECK(text == "reference /R from /A; inherit /K from /R; ");
}

}  // namespace strata::stage

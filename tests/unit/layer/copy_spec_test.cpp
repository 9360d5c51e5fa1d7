#include <doctest/doctest.h>

#include "strata/layer/layer.h"

using namespace strata;
using namespace strata::layer;

namespace {

const FieldNames& names = GetFieldNames();

void MustDo(const Result<void>& result) {
  INFO((result ? std::string() : result.GetError().message));
  REQUIRE(result);
}

Reference MakeReference(const char* asset, const char* prim) {
  Reference reference;
  reference.asset_path = asset;
  reference.prim_path = Path(prim);
  return reference;
}

// The scene that usd-core was asked about: what it answered is what these tests expect.
LayerPtr MakeSource() {
  const LayerPtr layer = Layer::CreateAnonymous();
  const Path a("/A");
  MustDo(layer->CreatePrimSpec(a, Specifier::kDef, Token("Xform")));
  MustDo(layer->SetField(a, names.kind, Value(Token("group"))));
  MustDo(layer->SetField(
      a, names.references,
      Value(ReferenceListOp::CreateExplicit({MakeReference("", "/A/B"), MakeReference("x.usda", "/A/B"),
                                             MakeReference("", "/Other"), MakeReference("", "")}))));
  MustDo(
      layer->SetField(a, names.inheritPaths, Value(PathListOp::Create({Path("/A/C")}, {}, {Path("/A/D")}))));
  MustDo(layer->CreateRelationshipSpec(Path("/A.r")));
  MustDo(layer->SetField(Path("/A.r"), names.targetPaths,
                         Value(PathListOp::CreateExplicit({Path("/A/B"), Path("/Other"), a}))));
  MustDo(layer->CreateAttributeSpec(Path("/A.a"), Token("float")));
  MustDo(layer->SetField(Path("/A.a"), names.connectionPaths,
                         Value(PathListOp::CreateExplicit({Path("/A/B.x")}))));
  MustDo(layer->CreateRelationshipSpec(Path("/A/B.up")));
  MustDo(layer->SetField(Path("/A/B.up"), names.targetPaths, Value(PathListOp::CreateExplicit({a}))));
  MustDo(layer->CreatePrimSpec(Path("/A{v=a}V"), Specifier::kDef));
  MustDo(layer->SetField(Path("/A{v=a}"), names.kind, Value(Token("component"))));
  MustDo(layer->CreateRelationshipSpec(Path("/A{v=a}V.q")));
  MustDo(layer->SetField(Path("/A{v=a}V.q"), names.targetPaths,
                         Value(PathListOp::CreateExplicit({Path("/A/V"), Path("/A/B")}))));
  return layer;
}

std::vector<Path> Targets(const Layer& layer, const char* path, Token field) {
  const PathListOp* list = layer.GetFieldAs<PathListOp>(Path(path), field);
  return list ? list->explicit_items : std::vector<Path>{};
}

using Paths = std::vector<Path>;

}  // namespace

TEST_CASE("paths inside a copied prim point into the copy") {
  const LayerPtr source = MakeSource();
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CopySpec(*source, Path("/A"), Path("/X")));
  CHECK(Targets(*layer, "/X.r", names.targetPaths) == Paths{Path("/X/B"), Path("/Other"), Path("/X")});
  CHECK(Targets(*layer, "/X.a", names.connectionPaths) == Paths{Path("/X/B.x")});
  CHECK(Targets(*layer, "/X/B.up", names.targetPaths) == Paths{Path("/X")});
  CHECK(Targets(*layer, "/X{v=a}V.q", names.targetPaths) == Paths{Path("/X/V"), Path("/X/B")});
  const ReferenceListOp* references = layer->GetFieldAs<ReferenceListOp>(Path("/X"), names.references);
  REQUIRE(references);
  CHECK(references->explicit_items[0].prim_path == Path("/X/B"));
  CHECK(references->explicit_items[1].prim_path == Path("/A/B"));
  CHECK(references->explicit_items[2].prim_path == Path("/Other"));
  CHECK(references->explicit_items[3].prim_path == Path());
  const PathListOp* inherits = layer->GetFieldAs<PathListOp>(Path("/X"), names.inheritPaths);
  CHECK(inherits->prepended_items == Paths{Path("/X/C")});
  CHECK(inherits->deleted_items == Paths{Path("/X/D")});
  CHECK(*layer->GetFieldAs<Token>(Path("/X"), names.typeName) == Token("Xform"));
  CHECK(layer->GetChildNames(Path("/"), names.primChildren) == std::vector<Token>{Token("X")});
}

TEST_CASE("a prim copied into a variant leaves its type name behind") {
  const LayerPtr source = MakeSource();
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreatePrimSpec(Path("/X"), Specifier::kDef, Token("Mesh")));
  MustDo(layer->CopySpec(*source, Path("/A"), Path("/X{s=t}")));
  CHECK(layer->GetSpecType(Path("/X{s=t}")) == SpecType::kVariant);
  CHECK(layer->GetSpecType(Path("/X{s=}")) == SpecType::kVariantSet);
  CHECK(layer->GetField(Path("/X{s=t}"), names.typeName) == nullptr);
  CHECK(*layer->GetFieldAs<Specifier>(Path("/X{s=t}"), names.specifier) == Specifier::kOver);
  CHECK(*layer->GetFieldAs<Token>(Path("/X{s=t}"), names.kind) == Token("group"));
  CHECK(Targets(*layer, "/X{s=t}.r", names.targetPaths) == Paths{Path("/X/B"), Path("/Other"), Path("/X")});
  CHECK(layer->HasSpec(Path("/X{s=t}{v=a}V")));
  CHECK(layer->GetFieldAs<StringListOp>(Path("/X"), names.variantSetNames)->HasItem("s"));
  CHECK(*layer->GetFieldAs<Token>(Path("/X"), names.typeName) == Token("Mesh"));
}

TEST_CASE("a prim made from a variant is of the type of the variant's prim") {
  const LayerPtr source = MakeSource();
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CopySpec(*source, Path("/A{v=a}"), Path("/X")));
  CHECK(layer->GetSpecType(Path("/X")) == SpecType::kPrim);
  CHECK(*layer->GetFieldAs<Specifier>(Path("/X"), names.specifier) == Specifier::kDef);
  CHECK(*layer->GetFieldAs<Token>(Path("/X"), names.typeName) == Token("Xform"));
  CHECK(*layer->GetFieldAs<Token>(Path("/X"), names.kind) == Token("component"));
  CHECK(Targets(*layer, "/X/V.q", names.targetPaths) == Paths{Path("/X/V"), Path("/X/B")});
}

TEST_CASE("variants and variant sets are copied under other names") {
  const LayerPtr source = MakeSource();
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreatePrimSpec(Path("/X"), Specifier::kDef));
  MustDo(layer->CopySpec(*source, Path("/A{v=}"), Path("/X{w=}")));
  CHECK(layer->HasSpec(Path("/X{w=a}V.q")));
  MustDo(layer->CopySpec(*source, Path("/A{v=a}"), Path("/X{w=other}")));
  CHECK(layer->GetChildNames(Path("/X{w=}"), names.variantChildren) ==
        std::vector<Token>{Token("a"), Token("other")});
}

TEST_CASE("a prim inside a variant maps only paths to itself") {
  const LayerPtr source = MakeSource();
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreatePrimSpec(Path("/X"), Specifier::kDef));
  MustDo(layer->CopySpec(*source, Path("/A{v=a}V"), Path("/X/V2")));
  CHECK(Targets(*layer, "/X/V2.q", names.targetPaths) == Paths{Path("/X/V2"), Path("/A/B")});
}

TEST_CASE("a property is copied with its paths seen from the new prim") {
  const LayerPtr source = MakeSource();
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateRelationshipSpec(Path("/X.b")));
  MustDo(layer->CopySpec(*source, Path("/A.a"), Path("/X.b")));
  CHECK(layer->GetSpecType(Path("/X.b")) == SpecType::kAttribute);
  CHECK(Targets(*layer, "/X.b", names.connectionPaths) == Paths{Path("/X/B.x")});
  CHECK(layer->GetChildNames(Path("/X"), names.properties) == std::vector<Token>{Token("b")});
}

TEST_CASE("a prim may be copied below itself and over what is there") {
  const LayerPtr layer = MakeSource();
  const size_t before = layer->GetContent().GetSpecCount();
  MustDo(layer->CopySpec(*layer, Path("/A"), Path("/A/B")));
  CHECK(Targets(*layer, "/A/B.r", names.targetPaths) == Paths{Path("/A/B/B"), Path("/Other"), Path("/A/B")});
  CHECK(layer->HasSpec(Path("/A/B/B.up")));
  CHECK_FALSE(layer->HasSpec(Path("/A/B.up")));
  CHECK_FALSE(layer->HasSpec(Path("/A/B/B/B")));
  CHECK(layer->GetChildNames(Path("/A"), names.primChildren) == std::vector<Token>{Token("B")});
  // Of the tree but its pseudo-root a second copy, less the replaced prim and its relationship.
  CHECK(layer->GetContent().GetSpecCount() == before + (before - 1) - 2);
}

TEST_CASE("children that a copy replaces keep their order and new ones follow") {
  const auto make = [](std::string_view letters) {
    const LayerPtr layer = Layer::CreateAnonymous();
    for (const char letter : letters)
      MustDo(layer->CreatePrimSpec(Path("/A").AppendChild(Token(std::string(1, letter))), Specifier::kDef));
    return layer;
  };
  const LayerPtr layer = make("dxb");
  MustDo(layer->CopySpec(*make("abcd"), Path("/A"), Path("/A")));
  CHECK(layer->GetChildNames(Path("/A"), names.primChildren) ==
        std::vector<Token>{Token("d"), Token("b"), Token("a"), Token("c")});
}

TEST_CASE("an internal arc to a root prim is not a part of what is copied") {
  const LayerPtr source = Layer::CreateAnonymous();
  MustDo(source->CreatePrimSpec(Path("/A/B"), Specifier::kDef));
  MustDo(source->SetField(Path("/A/B"), names.references,
                          Value(ReferenceListOp::CreateExplicit({MakeReference("", "/A")}))));
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CopySpec(*source, Path("/A"), Path("/X")));
  const auto* references = layer->GetFieldAs<ReferenceListOp>(Path("/X/B"), names.references);
  REQUIRE(references);
  CHECK(references->explicit_items[0].prim_path == Path("/A"));
}

TEST_CASE("a whole layer is copied by its pseudo-root") {
  const LayerPtr source = MakeSource();
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreatePrimSpec(Path("/Gone"), Specifier::kDef));
  MustDo(layer->CopySpec(*source, Path("/"), Path("/")));
  CHECK(layer->HasSpec(Path("/A{v=a}V.q")));
  CHECK_FALSE(layer->HasSpec(Path("/Gone")));
  CHECK(layer->GetContent().GetSpecCount() == source->GetContent().GetSpecCount());
}

TEST_CASE("copies that make no sense are refused and change nothing") {
  const LayerPtr source = MakeSource();
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreatePrimSpec(Path("/X"), Specifier::kDef));
  const uint64_t before = layer->GetRevision();
  CHECK_FALSE(layer->CopySpec(*source, Path("/Nope"), Path("/X/Y")));
  CHECK_FALSE(layer->CopySpec(*source, Path("/A"), Path("/X.b")));
  CHECK_FALSE(layer->CopySpec(*source, Path("/A.a"), Path("/X/b")));
  CHECK_FALSE(layer->CopySpec(*source, Path("/A/B"), Path("/Y/Z")));
  CHECK_FALSE(layer->CopySpec(*source, Path("/A.a"), Path("/Y.a")));
  CHECK_FALSE(layer->CopySpec(*source, Path("/A"), Path("/")));
  CHECK_FALSE(layer->CopySpec(*source, Path("/A{v=}"), Path("/X{v=a}")));
  CHECK_FALSE(layer->CopySpec(*source, Path("/A"), Path()));
  CHECK(layer->GetRevision() == before);
}

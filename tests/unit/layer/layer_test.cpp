#include <optional>
#include <thread>

#include <doctest/doctest.h>

#include "strata/layer/children.h"
#include "strata/layer/layer.h"
#include "strata/layer/thread_change_block.h"
#include "strata/value/time_samples.h"

using namespace strata;
using namespace strata::layer;

namespace {

const FieldNames& names = GetFieldNames();

void MustDo(const Result<void>& result) {
  INFO((result ? std::string() : result.GetError().message));
  REQUIRE(result);
}

std::vector<std::string> Children(const Layer& layer, const char* path, Token field) {
  std::vector<std::string> out;
  for (const Token name : layer.GetChildNames(Path(path), field)) out.push_back(name.GetString());
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an anonymous layer has a pseudo-root, a tag and no file") {
  const LayerPtr layer = Layer::CreateAnonymous("shot");
  CHECK(layer->IsAnonymous());
  CHECK(layer->GetIdentifier().starts_with("anon:0x"));
  CHECK(layer->GetDisplayName() == "shot");
  CHECK(layer->GetSpecType(Path("/")) == SpecType::kPseudoRoot);
  CHECK_FALSE(layer->IsDirty());
  CHECK_FALSE(layer->ExportToString());
  CHECK(layer->Save());  // nothing to do
  CHECK_FALSE(layer->Reload());
}

TEST_CASE("creating a prim makes its ancestors and lists each as a child") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreatePrimSpec(Path("/A/B/C"), Specifier::kDef, Token("Xform")));
  CHECK(Children(*layer, "/", names.primChildren) == Names{"A"});
  CHECK(Children(*layer, "/A/B", names.primChildren) == Names{"C"});
  CHECK(*layer->GetFieldAs<Specifier>(Path("/A"), names.specifier) == Specifier::kOver);
  CHECK(*layer->GetFieldAs<Specifier>(Path("/A/B/C"), names.specifier) == Specifier::kDef);
  CHECK(*layer->GetFieldAs<Token>(Path("/A/B/C"), names.typeName) == Token("Xform"));
  MustDo(layer->CreatePrimSpec(Path("/A"), Specifier::kClass));
  CHECK(*layer->GetFieldAs<Specifier>(Path("/A"), names.specifier) == Specifier::kClass);
  CHECK(Children(*layer, "/", names.primChildren) == Names{"A"});
  CHECK(layer->IsDirty());
}

TEST_CASE("names that no spec can have are refused and change nothing") {
  const LayerPtr layer = Layer::CreateAnonymous();
  const uint64_t before = layer->GetRevision();
  for (const char* path : {"", "A", "/", "/A.b", "/A{v=x}"})
    CHECK_FALSE(layer->CreatePrimSpec(Path(path), Specifier::kDef));
  for (const char* path : {"", "/A", "A.b", "/A{v=x}"})
    CHECK_FALSE(layer->CreateAttributeSpec(Path(path), Token("float")));
  CHECK_FALSE(layer->CreateAttributeSpec(Path("/A.b"), Token()));
  for (const char* path : {"/A", "/A{v=}", "/A.b"}) CHECK_FALSE(layer->CreateVariantSpec(Path(path)));
  CHECK(layer->GetRevision() == before);
  CHECK(layer->GetContent().GetSpecCount() == 1);
}

TEST_CASE("a property that is there keeps its kind and type") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateAttributeSpec(Path("/A.x"), Token("float")));
  MustDo(layer->CreateAttributeSpec(Path("/A.x"), Token("float"), Variability::kUniform, true));
  CHECK(*layer->GetFieldAs<bool>(Path("/A.x"), names.custom));
  const auto refused = layer->CreateAttributeSpec(Path("/A.x"), Token("int"));
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kLayerEditRefused);
  CHECK_FALSE(refused.GetError().hint.empty());
  CHECK_FALSE(layer->CreateRelationshipSpec(Path("/A.x")));
  MustDo(layer->CreateRelationshipSpec(Path("/A.r")));
  CHECK_FALSE(layer->CreateAttributeSpec(Path("/A.r"), Token("int")));
  CHECK(Children(*layer, "/A", names.properties) == Names{"x", "r"});
}

TEST_CASE("variants are made with their sets, which the prim then names") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateVariantSpec(Path("/A{lod=high}")));
  MustDo(layer->CreateVariantSpec(Path("/A{lod=low}{color=red}")));
  MustDo(layer->CreatePrimSpec(Path("/A{look=wet}Geom"), Specifier::kDef));
  CHECK(Children(*layer, "/A", names.variantSetChildren) == Names{"lod", "look"});
  CHECK(Children(*layer, "/A{lod=}", names.variantChildren) == Names{"high", "low"});
  CHECK(Children(*layer, "/A{lod=low}", names.variantSetChildren) == Names{"color"});
  CHECK(Children(*layer, "/A{look=wet}", names.primChildren) == Names{"Geom"});
  CHECK(layer->GetSpecType(Path("/A{lod=}")) == SpecType::kVariantSet);
  CHECK(layer->GetSpecType(Path("/A{lod=low}{color=red}")) == SpecType::kVariant);
  CHECK(layer->GetFieldAs<StringListOp>(Path("/A"), names.variantSetNames)->prepended_items ==
        std::vector<std::string>{"look", "lod"});
}

TEST_CASE("a field takes only values of its type, cast where nothing but precision is lost") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateAttributeSpec(Path("/A.x"), Token("float")));
  MustDo(layer->SetField(Path("/A.x"), names.default_, Value(2.5)));
  CHECK(*layer->GetField(Path("/A.x"), names.default_) == Value(2.5f));
  CHECK_FALSE(layer->SetField(Path("/A.x"), names.default_, Value(std::string("no"))));
  CHECK_FALSE(layer->SetField(Path("/A"), names.active, Value(std::string("no"))));
  CHECK_FALSE(layer->SetField(Path("/A"), names.upAxis, Value(Token("Z"))));
  CHECK_FALSE(layer->SetField(Path("/A"), names.primChildren, Value(TokenVector{Token("B")})));
  CHECK_FALSE(layer->SetField(Path("/None"), names.active, Value(true)));
  CHECK_FALSE(layer->SetField(Path("/A"), names.specifier, Value()));
  CHECK_FALSE(layer->SetField(Path("/A.x"), names.typeName, Value(Token("int"))));
  MustDo(layer->SetField(Path("/A"), Token("studio:unknown"), Value(3.0)));
  MustDo(layer->SetField(Path("/A.x"), names.default_, Value(ValueBlock())));
  MustDo(layer->EraseField(Path("/A.x"), names.default_));
  MustDo(layer->SetField(Path("/A.x"), names.typeName, Value(Token("int"))));
}

TEST_CASE("lists of paths hold paths of the right kind, each once") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateRelationshipSpec(Path("/A.r")));
  const auto set = [&layer](const char* path, Token field, std::vector<Path> items) {
    return layer->SetField(Path(path), field, Value(PathListOp::CreateExplicit(std::move(items)))).HasValue();
  };
  CHECK(set("/A", names.inheritPaths, {Path("/B"), Path("/C")}));
  CHECK_FALSE(set("/A", names.inheritPaths, {Path("/B"), Path("/B")}));
  CHECK_FALSE(set("/A", names.inheritPaths, {Path("/B.x")}));
  CHECK_FALSE(set("/A", names.inheritPaths, {Path("B")}));
  CHECK_FALSE(set("/A", names.specializes, {Path("/B{v=x}")}));
  CHECK(set("/A.r", names.targetPaths, {Path("/B.x"), Path("/C")}));
  CHECK_FALSE(set("/A.r", names.targetPaths, {Path("/B{v=x}C")}));
  Reference reference;
  reference.prim_path = Path("/B.x");
  CHECK_FALSE(
      layer->SetField(Path("/A"), names.references, Value(ReferenceListOp::CreateExplicit({reference}))));
  reference.prim_path = Path();
  CHECK(layer->SetField(Path("/A"), names.references, Value(ReferenceListOp::CreateExplicit({reference}))));
}

TEST_CASE("deleting takes everything below and the name among the parent's children") {
  const LayerPtr layer = Layer::CreateAnonymous();
  for (const char* path : {"/A/B/C", "/A/D", "/A{v=x}E"})
    MustDo(layer->CreatePrimSpec(Path(path), Specifier::kDef));
  MustDo(layer->CreateAttributeSpec(Path("/A/B.x"), Token("float")));
  MustDo(layer->DeleteSpec(Path("/A/B")));
  CHECK(Children(*layer, "/A", names.primChildren) == Names{"D"});
  CHECK_FALSE(layer->HasSpec(Path("/A/B/C")));
  CHECK_FALSE(layer->HasSpec(Path("/A/B.x")));
  MustDo(layer->DeleteSpec(Path("/A{v=x}")));
  CHECK_FALSE(layer->HasSpec(Path("/A{v=x}E")));
  CHECK(layer->HasSpec(Path("/A{v=}")));
  MustDo(layer->DeleteSpec(Path("/A")));
  CHECK(layer->GetContent().GetSpecCount() == 1);
  CHECK(layer->GetField(Path("/"), names.primChildren) == nullptr);
  CHECK_FALSE(layer->DeleteSpec(Path("/A")));
  CHECK_FALSE(layer->DeleteSpec(Path("/")));
}

TEST_CASE("a prim nested very deep is deleted without deep recursion") {
  const LayerPtr layer = Layer::CreateAnonymous();
  Path path = Path::AbsoluteRoot();
  for (int i = 0; i < 5000; ++i) path = path.AppendChild(Token("d"));
  MustDo(layer->CreatePrimSpec(path, Specifier::kDef));
  CHECK(layer->GetContent().GetSpecCount() == 5001);
  MustDo(layer->DeleteSpec(Path("/d")));
  CHECK(layer->GetContent().GetSpecCount() == 1);
}

TEST_CASE("time samples are set and erased one by one") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateAttributeSpec(Path("/A.x"), Token("double")));
  MustDo(layer->SetTimeSample(Path("/A.x"), 2, Value(20.0)));
  MustDo(layer->SetTimeSample(Path("/A.x"), 1, Value(1.0f)));
  MustDo(layer->SetTimeSample(Path("/A.x"), 2, Value(ValueBlock())));
  const TimeSamples* samples = layer->GetFieldAs<TimeSamples>(Path("/A.x"), names.timeSamples);
  REQUIRE(samples);
  CHECK(samples->GetTimes() == std::vector<double>{1, 2});
  CHECK(samples->GetValue(0) == Value(1.0));
  CHECK(samples->GetValue(1).IsBlock());
  CHECK_FALSE(layer->SetTimeSample(Path("/A.x"), 3, Value(std::string("no"))));
  CHECK_FALSE(layer->SetTimeSample(Path("/A"), 3, Value(1.0)));
  CHECK_FALSE(layer->EraseTimeSample(Path("/A.x"), 7));
  MustDo(layer->EraseTimeSample(Path("/A.x"), 1));
  MustDo(layer->EraseTimeSample(Path("/A.x"), 2));
  CHECK(layer->GetField(Path("/A.x"), names.timeSamples) == nullptr);
}

TEST_CASE("each edit is announced once, with values before and after") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateAttributeSpec(Path("/A.x"), Token("double")));
  std::vector<ChangeList> heard;
  const uint64_t id = layer->AddChangeListener(
      [&heard](const Layer&, const ChangeList& changes) { heard.push_back(changes); });
  MustDo(layer->SetField(Path("/A.x"), names.default_, Value(1.0)));
  MustDo(layer->SetField(Path("/A.x"), names.default_, Value(1.0)));  // says nothing new
  MustDo(layer->CreatePrimSpec(Path("/A/B"), Specifier::kDef));
  REQUIRE(heard.size() == 2);
  const Change& change = heard[0].by_path.at(Path("/A.x"));
  REQUIRE(change.fields.size() == 1);
  CHECK(change.fields[0].field == names.default_);
  CHECK(change.fields[0].before.IsEmpty());
  CHECK(change.fields[0].after == Value(1.0));
  CHECK(heard[1].by_path.at(Path("/A/B")).spec_added);
  CHECK(heard[1].by_path.at(Path("/A")).children_changed);
  layer->RemoveChangeListener(id);
  MustDo(layer->DeleteSpec(Path("/A")));
  CHECK(heard.size() == 2);
}

TEST_CASE("a change block gathers edits and announces them together") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateAttributeSpec(Path("/A.x"), Token("double")));
  std::vector<ChangeList> heard;
  layer->AddChangeListener([&heard](const Layer&, const ChangeList& changes) { heard.push_back(changes); });
  {
    const Layer::ChangeBlock outer(*layer);
    for (int i = 0; i < 5; ++i) {
      const Layer::ChangeBlock inner(*layer);
      MustDo(layer->SetField(Path("/A.x"), names.default_, Value(double(i))));
      MustDo(layer->SetTimeSample(Path("/A.x"), i, Value(double(i))));
    }
    CHECK(heard.empty());
  }
  REQUIRE(heard.size() == 1);
  const auto& fields = heard[0].by_path.at(Path("/A.x")).fields;
  REQUIRE(fields.size() == 2);
  CHECK(fields[0].before.IsEmpty());
  CHECK(fields[0].after == Value(4.0));
  CHECK(fields[1].after.Get<TimeSamples>().GetSize() == 5);
}

TEST_CASE("a thread's change block holds what the thread edits, and nothing that others edit") {
  const LayerPtr mine = Layer::CreateAnonymous(), theirs = Layer::CreateAnonymous();
  std::vector<std::string> heard;
  mine->AddChangeListener([&](const Layer&, const ChangeList&) { heard.push_back("mine"); });
  theirs->AddChangeListener([&](const Layer&, const ChangeList&) { heard.push_back("theirs"); });
  const auto add = [](const LayerPtr& layer, const char* path) {
    MustDo(layer->CreateAttributeSpec(Path(path), Token("double")));
  };
  std::optional<ThreadChangeBlock> outer(std::in_place);
  {
    const ThreadChangeBlock inner;
    add(mine, "/A.x");
  }
  std::thread([&] { add(theirs, "/A.x"); }).join();
  CHECK(heard == std::vector<std::string>{"theirs"});
  std::thread([&] { add(mine, "/A.y"); }).join();
  CHECK(heard == std::vector<std::string>{"theirs", "mine"});
  add(mine, "/A.z");
  CHECK(heard.size() == 2);
  std::thread([&] { outer.reset(); }).join();
  CHECK(heard == std::vector<std::string>{"theirs", "mine", "mine"});
  add(mine, "/A.w");
  CHECK(heard.size() == 4);
}

TEST_CASE("a listener may edit the layer that it listens to") {
  const LayerPtr layer = Layer::CreateAnonymous();
  int heard = 0;
  layer->AddChangeListener([&](const Layer&, const ChangeList&) {
    if (++heard == 1) MustDo(layer->CreatePrimSpec(Path("/Answer"), Specifier::kDef));
  });
  MustDo(layer->CreatePrimSpec(Path("/Question"), Specifier::kDef));
  CHECK(heard == 2);
  CHECK(layer->HasSpec(Path("/Answer")));
}

TEST_CASE("metadata falls back to what the field registry says") {
  const LayerPtr layer = Layer::CreateAnonymous();
  CHECK(layer->GetMetadata(names.metersPerUnit) == Value(0.01));
  CHECK(layer->GetMetadata(names.kind).IsEmpty());
  CHECK(layer->GetTimeCodesPerSecond() == 24);
  MustDo(layer->SetField(Path("/"), names.framesPerSecond, Value(30.0)));
  CHECK(layer->GetTimeCodesPerSecond() == 30);
  MustDo(layer->SetField(Path("/"), names.timeCodesPerSecond, Value(48.0)));
  CHECK(layer->GetTimeCodesPerSecond() == 48);
}

TEST_CASE("the default prim is a name or a path") {
  const LayerPtr layer = Layer::CreateAnonymous();
  CHECK(layer->GetDefaultPrimAsPath().IsEmpty());
  const auto with = [&layer](const char* name) {
    MustDo(layer->SetField(Path("/"), names.defaultPrim, Value(Token(name))));
    return layer->GetDefaultPrimAsPath().GetString();
  };
  CHECK(with("A") == "/A");
  CHECK(with("A/B") == "/A/B");
  CHECK(with("/A") == "/A");
  CHECK(with(".x") == "");
  CHECK(with("A.b") == "");
  CHECK(with("/A{v=s}") == "");
  CHECK(with("1") == "");
}

TEST_CASE("making n children costs n steps") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreatePrimSpec(Path("/A"), Specifier::kDef));
  const auto storage = [&layer] {
    return layer->GetFieldAs<TokenVector>(Path("/A"), names.primChildren)->data();
  };
  int moves = 0;
  const Token* last = nullptr;
  constexpr int kCount = 20'000;
  for (int i = 0; i < kCount; ++i) {
    MustDo(layer->CreatePrimSpec(Path("/A").AppendChild(Token("c" + std::to_string(i))), Specifier::kDef));
    if (storage() != last) ++moves, last = storage();
  }
  CHECK(layer->GetChildNames(Path("/A"), names.primChildren).size() == kCount);
  CHECK(moves < 40);  // the list grows by doubling: it is never copied per child
}

TEST_CASE("setting n time samples in a block copies the samples once") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateAttributeSpec(Path("/A.x"), Token("double")));
  MustDo(layer->SetTimeSample(Path("/A.x"), -1, Value(0.0)));
  layer->AddChangeListener([](const Layer&, const ChangeList&) {});
  const Layer::ChangeBlock block(*layer);
  const TimeSamples* last = nullptr;
  int copies = 0;
  for (int i = 0; i < 1000; ++i) {
    MustDo(layer->SetTimeSample(Path("/A.x"), i, Value(double(i))));
    const TimeSamples* now = layer->GetFieldAs<TimeSamples>(Path("/A.x"), names.timeSamples);
    if (now != last) ++copies, last = now;
  }
  CHECK(copies <= 2);
}

TEST_CASE("content is transferred whole and shared, not linked") {
  const LayerPtr source = Layer::CreateAnonymous();
  MustDo(source->CreatePrimSpec(Path("/A/B"), Specifier::kDef));
  const LayerPtr copy = Layer::CreateAnonymous();
  MustDo(copy->CreatePrimSpec(Path("/Gone"), Specifier::kDef));
  std::vector<ChangeList> heard;
  copy->AddChangeListener([&heard](const Layer&, const ChangeList& changes) { heard.push_back(changes); });
  copy->TransferContent(*source);
  MustDo(source->DeleteSpec(Path("/A")));
  CHECK(copy->HasSpec(Path("/A/B")));
  CHECK_FALSE(copy->HasSpec(Path("/Gone")));
  CHECK(copy->IsDirty());
  REQUIRE(heard.size() == 1);
  const auto& changes = heard[0].by_path;
  CHECK(changes.size() == 4);
  CHECK(changes.at(Path("/")).children_changed);
  CHECK_FALSE(changes.at(Path("/")).content_replaced);
  CHECK(changes.at(Path("/Gone")).spec_removed);
  CHECK(changes.at(Path("/A")).spec_added);
  CHECK(changes.at(Path("/A/B")).spec_added);
  CHECK(changes.at(Path("/A/B")).fields.at(0).after == Value(Specifier::kDef));
  const LayerPtr same = Layer::CreateAnonymous();
  same->TransferContent(*copy);
  copy->TransferContent(*same);
  CHECK(heard.size() == 1);  // nothing to tell
}

TEST_CASE("specs are counted as OpenUSD counts them, targets included") {
  const LayerPtr layer = Layer::CreateAnonymous();
  MustDo(layer->CreateRelationshipSpec(Path("/A.r")));
  MustDo(layer->CreateAttributeSpec(Path("/A.x"), Token("float")));
  CHECK(layer->GetSpecCountLikeOpenUsd() == 4);
  MustDo(layer->SetField(Path("/A.r"), names.targetPaths,
                         Value(PathListOp::CreateExplicit({Path("/B"), Path("/C")}))));
  MustDo(layer->SetField(Path("/A.x"), names.connectionPaths,
                         Value(PathListOp::Create({Path("/B.x")}, {}, {Path("/D.x")}))));
  CHECK(layer->GetSpecCountLikeOpenUsd() == 6);
  CHECK(CountSpecsAsOpenUsd(layer->GetContent(), TargetCounting::kAsCrate) == 7);
}

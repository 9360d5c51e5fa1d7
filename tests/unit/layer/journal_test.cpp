#include "strata/layer/journal.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

#include "strata/layer/children.h"
#include "strata/layer/layer.h"

using namespace strata;
using namespace strata::layer;

namespace {

// What a layer says, in the order of its children.
bool AreSame(const SpecStore& a, const SpecStore& b) {
  const std::vector<Path> paths = ListSpecTree(a, Path("/"));
  if (paths != ListSpecTree(b, Path("/")) || a.GetSpecCount() != b.GetSpecCount()) return false;
  for (Path path : paths) {
    const auto of_a = a.Find(path), of_b = b.Find(path);
    if (of_a.GetType() != of_b.GetType() || of_a.GetFieldCount() != of_b.GetFieldCount()) return false;
    for (const auto& [name, value] : of_a)
      if (!of_b.Find(name) || !(*of_b.Find(name) == value)) return false;
  }
  return true;
}

struct Recorded {
  LayerPtr layer = Layer::CreateAnonymous();
  std::vector<Journal> journals;
  Recorded() {
    REQUIRE(layer->CreatePrimSpec(Path("/A"), Specifier::kDef));
    for (const char* child : {"/A/X", "/A/Y", "/A/Z", "/B"})
      REQUIRE(layer->CreatePrimSpec(Path(child), Specifier::kDef));
    REQUIRE(layer->CreateAttributeSpec(Path("/A.i"), Token("int")));
    REQUIRE(layer->SetField(Path("/A.i"), Token("default"), Value(1)));
    REQUIRE(layer->CreateAttributeSpec(Path("/A.d"), Token("double")));
    REQUIRE(layer->SetTimeSample(Path("/A.d"), 1, Value(2.0)));
    layer->AddJournalListener([this](const Layer&, const Journal& journal) { journals.push_back(journal); });
  }
  SpecStore Snapshot() const { return layer->GetContent().Clone(); }
  // Undoes all, expects `before`; does all again, expects what is there now.
  void CheckBothWays(const SpecStore& before) {
    const SpecStore after = Snapshot();
    const std::vector<Journal> made = journals;
    for (size_t i = made.size(); i-- > 0;) REQUIRE(layer->Apply(made[i].GetInverse()));
    CHECK(AreSame(layer->GetContent(), before));
    for (const Journal& journal : made) REQUIRE(layer->Apply(journal));
    CHECK(AreSame(layer->GetContent(), after));
  }
};

}  // namespace

TEST_CASE("a journal undoes and redoes values, samples, specs, copies and whole contents") {
  Recorded recorded;
  const SpecStore before = recorded.Snapshot();
  Layer& layer = *recorded.layer;
  REQUIRE(layer.SetField(Path("/A.i"), Token("default"), Value(2)));
  REQUIRE(layer.SetTimeSample(Path("/A.d"), 5, Value(7.0)));
  REQUIRE(layer.EraseTimeSample(Path("/A.d"), 1));
  REQUIRE(layer.DeleteSpec(Path("/A/Y")));
  REQUIRE(layer.CreatePrimSpec(Path("/A/Y/New"), Specifier::kDef));
  REQUIRE(layer.CreateVariantSpec(Path("/B{v=x}")));
  REQUIRE(layer.CopySpec(layer, Path("/A"), Path("/B{v=x}C")));
  REQUIRE(layer.CopySpec(layer, Path("/B"), Path("/A/Y")));
  const LayerPtr other = Layer::CreateAnonymous();
  REQUIRE(other->CreatePrimSpec(Path("/Other"), Specifier::kClass));
  layer.TransferContent(*other);
  REQUIRE(layer.CreatePrimSpec(Path("/Other/Child"), Specifier::kDef));
  recorded.CheckBothWays(before);
}

TEST_CASE("edits in one change block are one journal") {
  Recorded recorded;
  {
    Layer::ChangeBlock block(*recorded.layer);
    REQUIRE(recorded.layer->CreatePrimSpec(Path("/C"), Specifier::kDef));
    REQUIRE(recorded.layer->SetField(Path("/A.i"), Token("default"), Value(2)));
    REQUIRE(recorded.layer->SetField(Path("/A.i"), Token("default"), Value(3)));
    REQUIRE(recorded.layer->SetTimeSample(Path("/A.d"), 5, Value(7.0)));
    REQUIRE(recorded.layer->SetTimeSample(Path("/A.d"), 6, Value(7.0)));
  }
  REQUIRE(recorded.journals.size() == 1);
}

TEST_CASE("a journal that does not fit is refused and changes nothing") {
  Recorded recorded;
  Layer& layer = *recorded.layer;
  {
    Layer::ChangeBlock block(layer);
    REQUIRE(layer.CreatePrimSpec(Path("/C"), Specifier::kDef));
    REQUIRE(layer.SetField(Path("/A.i"), Token("default"), Value(2)));
  }
  const Journal made = recorded.journals.at(0);
  REQUIRE(layer.SetField(Path("/A.i"), Token("default"), Value(3)));
  const SpecStore before = recorded.Snapshot();
  const size_t count = recorded.journals.size();
  const Result<void> undone = layer.Apply(made.GetInverse());
  REQUIRE_FALSE(undone);
  CHECK(undone.GetError().code == &kLayerEditRefused);
  CHECK_FALSE(layer.Apply(made));
  CHECK(AreSame(layer.GetContent(), before));
  CHECK(recorded.journals.size() == count);
}

TEST_CASE("a listener that throws keeps no other from hearing of an edit") {
  Recorded recorded;
  int heard = 0;
  recorded.layer->AddChangeListener([](const Layer&, const ChangeList&) { throw std::runtime_error("no"); });
  recorded.layer->AddChangeListener([&](const Layer&, const ChangeList&) { ++heard; });
  REQUIRE(recorded.layer->CreatePrimSpec(Path("/C"), Specifier::kDef));
  CHECK(heard == 1);
}

TEST_CASE("notices of a layer come in order: dirtiness, fields of the layer, reload, replacement, changes") {
  Recorded recorded;
  Layer& layer = *recorded.layer;
  std::string heard;
  layer.AddNoticeListener([&](const Layer& told, const LayerNotice& notice) {
    switch (notice.kind) {
      case LayerNotice::Kind::kDirtinessChanged:
        heard += told.IsDirty() ? "dirty " : "clean ";
        return;
      case LayerNotice::Kind::kInfoDidChange:
        heard += notice.field.GetString() + " ";
        return;
      case LayerNotice::Kind::kDidReplaceContent:
        heard += "replaced ";
        return;
      default:
        heard += "? ";
    }
  });
  layer.AddChangeListener([&](const Layer&, const ChangeList&) { heard += "changed "; });
  auto take = [&] { return std::exchange(heard, {}); };
  REQUIRE(layer.CreatePrimSpec(Path("/A"), Specifier::kDef));
  CHECK(take() == "changed ");
  {
    Layer::ChangeBlock block(layer);
    REQUIRE(layer.SetField(Path("/"), Token("documentation"), Value(std::string("x"))));
    REQUIRE(layer.SetField(Path("/"), Token("comment"), Value(std::string("y"))));
  }
  CHECK(take() == "comment documentation changed ");
  layer.ReplaceContent(SpecStore());
  CHECK(take() == "clean comment documentation replaced changed ");
}

// Manifests of clips, as Usd.ClipsAPI of usd-core 26.11 writes them.
#include <doctest/doctest.h>

#include "strata/stage/clip_manifest.h"
#include "strata/value/time_samples.h"

namespace strata::stage {

namespace {

layer::LayerPtr MakeClip(std::initializer_list<const char*> sampled) {
  layer::LayerPtr clip = layer::Layer::CreateAnonymous("clip");
  for (const char* path : sampled) {
    REQUIRE(clip->CreateAttributeSpec(Path(path), Token("double"), Variability::kUniform));
    REQUIRE(clip->SetTimeSample(Path(path), 1, Value(2.0)));
  }
  return clip;
}

}  // namespace

TEST_CASE("a manifest declares what has samples below the prim of the clips") {
  const layer::LayerPtr clip = MakeClip({"/M.b", "/M/K.c", "/N.d"});
  REQUIRE(clip->CreateAttributeSpec(Path("/M.constant"), Token("double")));
  const layer::LayerPtr other = MakeClip({"/M.a"});
  const layer::LayerPtr manifest =
      MakeClipManifest({clip.get(), nullptr, other.get()}, Path("/M"), "manifest");
  const layer::FieldNames& names = layer::GetFieldNames();
  CHECK(manifest->GetChildNames(Path("/M"), names.properties) == std::vector<Token>{Token("a"), Token("b")});
  CHECK(manifest->HasSpec(Path("/M/K.c")));
  CHECK_FALSE(manifest->HasSpec(Path("/N")));
  CHECK(*manifest->GetFieldAs<Variability>(Path("/M.b"), names.variability) == Variability::kUniform);
  CHECK(*manifest->GetFieldAs<Token>(Path("/M.b"), names.typeName) == Token("double"));
  CHECK(manifest->GetField(Path("/M.b"), names.timeSamples) == nullptr);
}

TEST_CASE("what a clip lacks is blocked from where the clip begins") {
  const layer::LayerPtr one = MakeClip({"/M.a", "/M.b"}), two = MakeClip({"/M.a"});
  const layer::LayerPtr manifest = MakeClipManifest({one.get(), two.get()}, Path("/M"), "manifest");
  BlockMissingSamples(*manifest, {one.get(), two.get()}, {{0, 0}, {10, 1}, {20, 7}, {30, -1}});
  const layer::FieldNames& names = layer::GetFieldNames();
  CHECK(manifest->GetFieldAs<TimeSamples>(Path("/M.b"), names.timeSamples)->GetTimes() ==
        std::vector<double>{10, 20, 30});
  CHECK(manifest->GetFieldAs<TimeSamples>(Path("/M.a"), names.timeSamples)->GetTimes() ==
        std::vector<double>{20, 30});
}

}  // namespace strata::stage

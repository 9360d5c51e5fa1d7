// Any bytes are a package or are refused with a reason; whatever it lists can be read or refused, nothing
// lies outside of it, and its root layer opens or is refused.
#include <cstddef>
#include <cstdint>
#include <string>

#include "strata/asset/asset.h"
#include "strata/asset/zip.h"
#include "strata/format/formats.h"
#include "strata/layer/registry.h"
#include "tests/fuzz/require.h"

namespace {

using namespace strata;

void ReadEntries(const asset::ZipArchive& archive, uint64_t archive_bytes) {
  uint64_t total = 0;
  for (const asset::ZipEntry& entry : archive.GetEntries()) {
    const auto data = archive.FindData(entry);
    if (data) Require(*data + entry.compressed_size <= archive_bytes);
    auto content = archive.OpenEntry(entry);
    if (!content) {
      Require(!content.GetError().message.empty());
      continue;
    }
    total += (*content)->GetSize();
    auto bytes = (*content)->ReadAll(archive_bytes);
    Require(bytes && bytes->size() == (*content)->GetSize());
    const auto mapped = (*content)->Map();
    Require(mapped && mapped->size == bytes->size());
    (void)archive.CheckContent(entry);
  }
  Require(total <= archive_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  const std::string text(reinterpret_cast<const char*>(bytes), count);
  const auto archive = asset::ZipArchive::Open(asset::MakeMemoryAsset(text), "fuzz.usdz");
  if (archive) ReadEntries(**archive, count);

  const auto memory = std::make_shared<asset::MemoryResolver>(nullptr);
  memory->Put("/fuzz.usdz", text);
  const auto registry = layer::LayerRegistry::Create(memory, nullptr, format::MakeFormats());
  Diagnostics diagnostics;
  const layer::LayerPtr layer = registry->FindOrOpen("/fuzz.usdz", nullptr, {}, diagnostics);
  Require(layer || diagnostics.HasErrors());
  const asset::Resolver& resolver = registry->GetResolver();
  for (const char* name : {"a.usda", "./b.usda", "../c.usda", "sub/d.usdz[e.usda]"})
    (void)resolver.Resolve(resolver.CreateIdentifier(name, "/fuzz.usdz"), {});
  return 0;
}

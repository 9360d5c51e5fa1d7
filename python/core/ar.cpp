// Ar: the engine's resolver, its contexts, and the bytes that it opens.
#include "python/core/arguments.h"
#include "python/core/assets.h"
#include "python/core/engine.h"
#include "python/core/resolvers.h"

namespace strata::python {

namespace {

using asset::ResolverContext;

const asset::Resolver& GetResolver() {
  return GetEngine().GetLayerRegistry()->GetResolver();
}
// The engine's with those of the host, or that of files alone.
const asset::Resolver& GetResolver(bool whole) {
  return whole ? GetResolver() : GetHostResolvers()->GetNext();
}

void BindAssets(nb::module_& ar) {
  nb::class_<AssetObject> cls(ar, "Ar_PyAsset", "The bytes of an asset.");
  cls.def("GetSize", [](const AssetObject& a) { return a.asset->GetSize(); });
  cls.def("GetBuffer", [](const AssetObject& a) { return a.Read(0, a.asset->GetSize()); });
  cls.def(
      "Read", [](const AssetObject& a, uint64_t count, uint64_t offset) { return a.Read(offset, count); },
      "count"_a, "offset"_a);
  cls.def("__enter__", [](nb::handle self) { return nb::borrow(self); });
  cls.def("__exit__", [](AssetObject&, const nb::args&) { return false; });
}

}  // namespace

nb::bytes AssetObject::Read(uint64_t offset, uint64_t count) const {
  const uint64_t size = asset->GetSize();
  offset = std::min(offset, size);
  std::string bytes(std::min(count, size - offset), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const size_t got = ValueOrRaise(asset->ReadAt(offset + done, bytes.data() + done, bytes.size() - done));
    if (got == 0) break;
    done += got;
  }
  return nb::bytes(bytes.data(), done);
}

void BindResolver(nb::module_& core) {
  nb::module_ ar = MakeModule(core, "Ar", "Asset paths: where files are.");
  BindAssets(ar);
  BindResolvers(ar);
  ar.def("_CreateIdentifier", [](const std::string& path, const std::string& anchor, bool whole) {
    return GetResolver(whole).CreateIdentifier(path, anchor);
  });
  ar.def("_Resolve", [](const std::string& identifier, std::vector<std::string> search_paths,
                        std::map<std::string, std::string> values, bool whole) {
    return GetResolver(whole).Resolve(identifier,
                                      ResolverContext{std::move(search_paths), std::move(values)});
  });
  ar.def("_Open", [](const std::string& resolved, bool whole) -> nb::object {
    Result<std::shared_ptr<asset::Asset>> opened = GetResolver(whole).Open(resolved);
    return opened ? nb::cast(AssetObject{std::move(*opened)}) : nb::none();
  });
  ar.def("_Stamp", [](const std::string& resolved) { return GetResolver().GetModificationStamp(resolved); });
  ar.def("_AssetInfo", [](const std::string& identifier, const std::string& resolved, bool whole) {
    const asset::AssetInfo info = GetResolver(whole).GetAssetInfo(identifier, resolved);
    return nb::make_tuple(info.version, info.asset_name, info.repo_path, info.resolver_info);
  });
  ar.def("_DefaultContext", [](const std::string& resolved, bool whole) {
    const ResolverContext made = GetResolver(whole).CreateDefaultContextForAsset(resolved);
    return nb::make_tuple(made.search_paths, made.values);
  });
  ar.def("_IsFileRelative", [](const std::string& path) { return asset::IsFileRelativePath(path); });
  ar.def("_IsAbsolute", [](const std::string& path) { return asset::IsAbsolutePath(path); });
  ar.def("_Normalize", [](const std::string& path) { return asset::NormalizePath(path); });
  ar.def(
      "IsPackageRelativePath", [](const std::string& path) { return asset::IsPackageRelativePath(path); },
      "path"_a, "Whether a path goes into a package: pack.usdz[inner.usda]");
  ar.def(
      "SplitPackageRelativePathOuter", [](const std::string& path) { return asset::SplitPackageOuter(path); },
      "path"_a, "(the outermost package, the rest)");
  ar.def(
      "SplitPackageRelativePathInner", [](const std::string& path) { return asset::SplitPackageInner(path); },
      "path"_a, "(all packages, the innermost path)");
  ar.def("_JoinPackage", [](const std::string& package, const std::string& packaged) {
    return asset::JoinPackage(package, packaged);
  });
}

}  // namespace strata::python

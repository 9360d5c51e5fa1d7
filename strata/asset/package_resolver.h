// Opens what lies in usdz packages, in front of a resolver that knows no packages.   (ArPackageResolver)
#pragma once

#include <memory>

#include "strata/asset/resolver.h"
#include "strata/asset/zip.h"

namespace strata::asset {

// Whether `path` names a package by its extension, be it in another one: "a.usdz", "a.usdz[b.usdz]".
bool IsPackage(std::string_view path);

// The resolver that answers package-relative paths ("a.usdz[b/c.usda]") from the packages which `next` opens,
// and passes on all others. Asset paths written in a package are looked for in it first: ./ and ../ beside
// the packaged file alone; others beside it, then beside the package's root layer, then as `next` does. Keeps
// the packages used last open, each as one asset that all its files share. Thread-safe. Given one that it
// made, it gives that back.
std::shared_ptr<Resolver> MakePackageResolver(std::shared_ptr<Resolver> next, const ZipLimits& limits = {});

}  // namespace strata::asset

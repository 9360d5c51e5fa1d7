// The text of asset paths: normalised, anchored and split without touching a disk.   (ArPackageUtils,
// SdfLayerUtils)
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace strata::asset {

// Without "." elements, doubled slashes and "x/.." pairs; "" for a path that names nothing. Texts with a
// scheme ("https://...") are left as they are.
std::string NormalizePath(std::string_view path);
bool IsAbsolutePath(std::string_view path);      // "/..." or with a scheme
bool IsFileRelativePath(std::string_view path);  // begins with ./ or ../
bool HasScheme(std::string_view path);           // "https://..."
std::string_view GetFolder(
    std::string_view path);  // up to the last slash, without it but for "/"; empty when there is none
std::string_view GetFileName(std::string_view path);  // after the last slash
std::string GetExtension(
    std::string_view path);  // lower case, without the dot; of the innermost part of a package path
// `path`, which is relative, seen from the folder of the file at `anchor`; normalised. From a URL by the
// rules of URLs: "/x" is of the same server.
std::string AnchorToFile(std::string_view path, std::string_view anchor);

// Package-relative paths: "a.usdz[b/c.usdz[d.usd]]". Brackets that belong to a name are written "\[" and
// "\]".
bool IsPackageRelativePath(std::string_view path);
std::pair<std::string, std::string> SplitPackageOuter(std::string_view path);  // "a.usdz", "b/c.usdz[d.usd]"
std::pair<std::string, std::string> SplitPackageInner(std::string_view path);  // "a.usdz[b/c.usdz]", "d.usd"
std::string JoinPackage(std::string_view package, std::string_view packaged);  // both may be package-relative

// "a.usd:SDF_FORMAT_ARGS:k=v&k2=v2" split into path and arguments, and back.
std::string SplitIdentifier(const std::string& identifier, std::map<std::string, std::string>* arguments);
std::string JoinIdentifier(const std::string& path, const std::map<std::string, std::string>& arguments);

}  // namespace strata::asset

// Sdf.Path.
#include "python/core/arguments.h"
#include "python/core/core.h"

namespace strata::python {

Path ReadPath(std::string_view text) {
  if (text.empty()) return {};
  Result<Path> parsed = Path::Parse(text);
  if (parsed) return *parsed;
  if (PyErr_WarnEx(PyExc_UserWarning, parsed.GetError().message.c_str(), 1) < 0)
    PyErr_WriteUnraisable(nullptr);
  return {};
}

namespace {

std::string ReprPath(Path path) {
  return path.IsEmpty() ? "Sdf.Path.emptyPath" : "Sdf.Path(" + Repr(nb::str(path.GetString().c_str())) + ")";
}

// The paths without the longest run of last elements that both have.
std::pair<Path, Path> RemoveCommonSuffix(Path a, Path b, bool stop_at_root_prim) {
  while (!a.IsEmpty() && !b.IsEmpty() && !a.IsAbsoluteRoot() && !b.IsAbsoluteRoot() && a.GetElementCount() &&
         b.GetElementCount() && a.GetElementString() == b.GetElementString()) {
    if (stop_at_root_prim && (a.IsRootPrim() || b.IsRootPrim())) break;
    const Path above_a = a.GetParent(), above_b = b.GetParent();
    if (above_a.IsEmpty() || above_b.IsEmpty()) break;
    a = above_a;
    b = above_b;
  }
  return {a, b};
}

Path FindLongestPrefix(const std::vector<PathArgument>& paths, Path path, bool strict) {
  Path best;
  for (const PathArgument& candidate : paths)
    if (path.HasPrefix(candidate) && !(strict && candidate.path == path) &&
        (best.IsEmpty() || candidate.path.HasPrefix(best)))
      best = candidate;
  return best;
}

// The run of sorted `paths` at or below `prefix`.
nb::object FindPrefixedRange(const std::vector<PathArgument>& paths, Path prefix) {
  const auto first = std::lower_bound(paths.begin(), paths.end(), prefix,
                                      [](const PathArgument& a, Path b) { return a.path < b; });
  auto last = first;
  while (last != paths.end() && last->path.HasPrefix(prefix)) ++last;
  return nb::steal(
      PySlice_New(nb::int_(first - paths.begin()).ptr(), nb::int_(last - paths.begin()).ptr(), nullptr));
}

// Each path relative to the one before it where that is above, so that together they can be read in order.
std::vector<Path> GetConciseRelativePaths(const std::vector<PathArgument>& paths) {
  std::vector<Path> out;
  Path anchor;
  for (const PathArgument& item : paths) {
    const Path prim = item.path.GetPrimPath();
    const bool is_below = !anchor.IsEmpty() && item.path.HasPrefix(anchor) && item.path != anchor;
    out.push_back(is_below ? item.path.MakeRelative(anchor) : item.path);
    anchor = prim;
  }
  return out;
}

template <void (*kRemove)(std::vector<Path>&)>
std::vector<Path> Without(const std::vector<PathArgument>& given) {
  std::vector<Path> paths(given.begin(), given.end());
  kRemove(paths);
  return paths;
}

nb::object IsValidPathString(const std::string& text) {
  if (text.empty()) return nb::bool_(true);
  const Result<Path> parsed = Path::Parse(text);
  if (parsed) return nb::bool_(true);
  return nb::make_tuple(false, parsed.GetError().message);
}

void BindQuestions(nb::class_<Path>& cls) {
  cls.def("__bool__", [](Path p) { return !p.IsEmpty(); });
  cls.def("__hash__", [](Path p) { return p.GetId(); });
  cls.def("__repr__", &ReprPath);
  cls.def("__str__", &Path::GetString);
  cls.def("__eq__", [](Path a, Path b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](Path a, Path b) { return a != b; }, nb::is_operator());
  cls.def("__eq__", [](Path a, const std::string& b) { return a.GetString() == b; }, nb::is_operator());
  cls.def("__ne__", [](Path a, const std::string& b) { return a.GetString() != b; }, nb::is_operator());
  cls.def("__lt__", [](Path a, PathArgument b) { return a < b.path; }, nb::is_operator());
  cls.def("__le__", [](Path a, PathArgument b) { return !(b.path < a); }, nb::is_operator());
  cls.def("__gt__", [](Path a, PathArgument b) { return b.path < a; }, nb::is_operator());
  cls.def("__ge__", [](Path a, PathArgument b) { return !(a < b.path); }, nb::is_operator());
  cls.def("__reduce__",
          [](nb::handle self) { return nb::make_tuple(self.type(), nb::make_tuple(nb::str(self))); });
  cls.def_prop_ro("isEmpty", &Path::IsEmpty);
  cls.def_prop_ro("name", &Path::GetName);
  cls.def_prop_ro("elementString", &Path::GetElementString);
  cls.def_prop_ro("pathElementCount", &Path::GetElementCount);
  cls.def_prop_ro("pathString", &Path::GetString);
  cls.def_prop_ro("targetPath", &Path::GetTarget);
  cls.def("IsAbsolutePath", &Path::IsAbsolute);
  cls.def("IsAbsoluteRootPath", &Path::IsAbsoluteRoot);
  cls.def("IsAbsoluteRootOrPrimPath", &Path::IsAbsoluteRootOrPrim);
  cls.def("IsPrimPath", &Path::IsPrim);
  cls.def("IsRootPrimPath", &Path::IsRootPrim);
  cls.def("IsPropertyPath", &Path::IsProperty);
  cls.def("IsPrimPropertyPath", &Path::IsPrimProperty);
  cls.def("IsNamespacedPropertyPath",
          [](Path p) { return p.IsProperty() && p.GetName().find(':') != std::string::npos; });
  cls.def("IsPrimVariantSelectionPath", &Path::IsPrimVariantSelection);
  cls.def("ContainsPrimVariantSelection", &Path::ContainsPrimVariantSelection);
  cls.def("ContainsPropertyElements", &Path::ContainsProperty);
  cls.def("ContainsTargetPath", &Path::ContainsTarget);
  cls.def("IsRelationalAttributePath", &Path::IsRelationalAttribute);
  cls.def("IsTargetPath", &Path::IsTarget);
  cls.def("IsMapperPath", &Path::IsMapper);
  cls.def("IsMapperArgPath", &Path::IsMapperArgument);
  cls.def("IsExpressionPath", &Path::IsExpression);
  cls.def("HasPrefix", [](Path p, PathArgument prefix) { return p.HasPrefix(prefix); }, "prefix"_a);
  cls.def(
      "GetVariantSelection", [](Path p) { return std::pair(p.GetVariantSet(), p.GetVariantSelection()); },
      "The set and the variant of a path that ends in a variant selection; else two empty texts.");
}

void BindDerived(nb::class_<Path>& cls) {
  cls.def("GetParentPath", &Path::GetParent);
  cls.def("GetPrimPath", &Path::GetPrimPath);
  cls.def("GetPrimOrPrimVariantSelectionPath", &Path::GetPrimOrPrimVariantSelectionPath);
  cls.def("GetAbsoluteRootOrPrimPath", &Path::GetAbsoluteRootOrPrimPath);
  cls.def(
      "GetPrefixes",
      [](Path p, size_t most) {
        std::vector<Path> all = p.GetPrefixes();
        if (most && most < all.size()) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(most));
        return all;
      },
      "numPrefixes"_a = 0,
      "From the first element to this path; the last numPrefixes of these, unless that is 0.");
  cls.def(
      "GetAncestorsRange",
      [](Path p) {
        std::vector<Path> all = p.GetPrefixes();
        std::reverse(all.begin(), all.end());
        return all;
      },
      "This path, its parent, and so on; without the root.");
  cls.def("GetAllTargetPathsRecursively", &Path::GetAllTargetsRecursively);
  cls.def("StripAllVariantSelections", &Path::StripAllVariantSelections);
  cls.def("AppendPath", [](Path p, PathArgument suffix) { return p.AppendPath(suffix); }, "newSuffix"_a);
  cls.def("AppendChild", &Path::AppendChild, "childName"_a);
  cls.def("AppendProperty", &Path::AppendProperty, "propName"_a);
  cls.def("AppendVariantSelection", &Path::AppendVariantSelection, "variantSet"_a, "variant"_a);
  cls.def("AppendTarget", [](Path p, PathArgument target) { return p.AppendTarget(target); }, "targetPath"_a);
  cls.def("AppendRelationalAttribute", &Path::AppendRelationalAttribute, "attrName"_a);
  cls.def("AppendMapper", [](Path p, PathArgument target) { return p.AppendMapper(target); }, "targetPath"_a);
  cls.def("AppendMapperArg", &Path::AppendMapperArgument, "argName"_a);
  cls.def("AppendExpression", &Path::AppendExpression);
  cls.def(
      "AppendElementString",
      [](Path p, const std::string& element) {
        return ReadPath(p.IsAbsoluteRoot() ? "/" + element
                        : p.IsPrim() && !element.empty() && element[0] != '.' && element[0] != '{' &&
                                element[0] != '['
                            ? p.GetString() + "/" + element
                            : p.GetString() + element);
      },
      "element"_a);
  cls.def("ReplaceName", &Path::ReplaceName, "newName"_a);
  cls.def(
      "ReplaceTargetPath", [](Path p, PathArgument target) { return p.ReplaceTarget(target); },
      "newTargetPath"_a);
  cls.def(
      "ReplacePrefix",
      [](Path p, PathArgument from, PathArgument to, bool fix_targets) {
        return p.ReplacePrefix(from, to,
                               fix_targets ? Path::TargetFix::kFixTargets : Path::TargetFix::kKeepTargets);
      },
      "oldPrefix"_a, "newPrefix"_a, "fixTargetPaths"_a = true);
  cls.def("GetCommonPrefix", [](Path p, PathArgument other) { return p.GetCommonPrefix(other); }, "path"_a);
  cls.def(
      "RemoveCommonSuffix",
      [](Path p, PathArgument other, bool stop_at_root_prim) {
        return RemoveCommonSuffix(p, other, stop_at_root_prim);
      },
      "otherPath"_a, "stopAtRootPrim"_a = false);
  cls.def("MakeAbsolutePath", [](Path p, PathArgument anchor) { return p.MakeAbsolute(anchor); }, "anchor"_a);
  cls.def("MakeRelativePath", [](Path p, PathArgument anchor) { return p.MakeRelative(anchor); }, "anchor"_a);
}

void BindStatics(nb::class_<Path>& cls) {
  cls.def_static("IsValidPathString", &IsValidPathString, "pathString"_a,
                 "True, or False and why the text is no path.");
  cls.def_static(
      "IsValidIdentifier", [](const std::string& name) { return Path::IsValidIdentifier(name); }, "name"_a);
  cls.def_static(
      "IsValidNamespacedIdentifier",
      [](const std::string& name) { return Path::IsValidNamespacedIdentifier(name); }, "name"_a);
  cls.def_static(
      "TokenizeIdentifier", [](const std::string& name) { return Path::TokenizeIdentifier(name); }, "name"_a);
  cls.def_static(
      "JoinIdentifier",
      [](const std::vector<Token>& names) {
        Token all;
        for (Token name : names) all = Path::JoinIdentifier(all, name);
        return all;
      },
      "names"_a);
  cls.def_static("JoinIdentifier", &Path::JoinIdentifier, "lhs"_a, "rhs"_a);
  cls.def_static("StripNamespace", &Path::StripNamespace, "name"_a);
  cls.def_static(
      "StripPrefixNamespace",
      [](const std::string& name, std::string space) {
        if (space.empty()) return std::pair(name, false);
        if (space.back() != ':') space += ':';
        const bool has = name.compare(0, space.size(), space) == 0;
        return std::pair(has ? name.substr(space.size()) : name, has);
      },
      "name"_a, "matchNamespace"_a, "The name without the namespace, and whether it had it.");
  cls.def_static("RemoveDescendentPaths", &Without<&Path::RemoveDescendants>, "paths"_a);
  cls.def_static("RemoveAncestorPaths", &Without<&Path::RemoveAncestors>, "paths"_a);
  cls.def_static("GetConciseRelativePaths", &GetConciseRelativePaths, "paths"_a);
  cls.def_static(
      "FindPrefixedRange",
      [](const std::vector<PathArgument>& paths, PathArgument prefix) {
        return FindPrefixedRange(paths, prefix);
      },
      "paths"_a, "prefix"_a, "The slice of sorted paths that lie at or below the prefix.");
  cls.def_static(
      "FindLongestPrefix",
      [](const std::vector<PathArgument>& paths, PathArgument path) -> nb::object {
        const Path found = FindLongestPrefix(paths, path, false);
        return found.IsEmpty() ? nb::none() : nb::cast(found);
      },
      "paths"_a, "path"_a, "The longest of the paths at or above a path; None when there is none.");
  cls.def_static(
      "FindLongestStrictPrefix",
      [](const std::vector<PathArgument>& paths, PathArgument path) -> nb::object {
        const Path found = FindLongestPrefix(paths, path, true);
        return found.IsEmpty() ? nb::none() : nb::cast(found);
      },
      "paths"_a, "path"_a);
  const std::pair<const char*, const char*> marks[] = {
      {"absoluteIndicator", "/"},      {"childDelimiter", "/"},       {"expressionIndicator", "expression"},
      {"mapperArgDelimiter", "."},     {"mapperIndicator", "mapper"}, {"namespaceDelimiter", ":"},
      {"parentPathElement", ".."},     {"propertyDelimiter", "."},    {"relationshipTargetEnd", "]"},
      {"relationshipTargetStart", "["}};
  for (const auto& [name, mark] : marks) cls.attr(name) = mark;
  cls.attr("absoluteRootPath") = Path::AbsoluteRoot();
  cls.attr("reflexiveRelativePath") = Path::ReflexiveRelative();
  cls.attr("emptyPath") = Path();
}

}  // namespace

void BindPaths(nb::module_& sdf) {
  nb::class_<Path> cls(sdf, "Path", "Where something is in a layer or a stage: /World/Cube.size");
  cls.def(nb::init<>());
  cls.def("__init__", [](Path* p, PathArgument argument) { new (p) Path(argument.path); }, "path"_a);
  BindQuestions(cls);
  BindDerived(cls);
  BindStatics(cls);
}

}  // namespace strata::python

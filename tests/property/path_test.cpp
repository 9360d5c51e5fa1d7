// Laws of paths: what is taken apart goes together again.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/property/random_layer.h"

using namespace strata;
using namespace strata::property;

TEST_CASE("a path's text parses to the path, and parent and last element make it again") {
  RandomLayer random(GetFirstSeed());
  for (uint32_t i = 0; i < 10 * GetCaseCount(); ++i) {
    const Path path = random.MakePath();
    CAPTURE(path.GetString());
    CHECK(Path(path.GetString()) == path);
    if (path.IsAbsoluteRoot()) continue;
    CHECK(path.GetParent().AppendElementOf(path) == path);
    CHECK(path.HasPrefix(path.GetParent()));
    CHECK(path.GetPrefixes().back() == path);
  }
}

TEST_CASE("replacing a prefix and replacing it back is identity, and relative paths lead back") {
  RandomLayer random(GetFirstSeed());
  for (uint32_t i = 0; i < 10 * GetCaseCount(); ++i) {
    const Path path = random.MakePath();
    const Path other = random.MakePath().GetAbsoluteRootOrPrimPath();
    CAPTURE(path.GetString());
    CAPTURE(other.GetString());
    const Path common = path.GetCommonPrefix(other);
    CHECK(path.HasPrefix(common));
    CHECK(other.HasPrefix(common));
    CHECK(common == other.GetCommonPrefix(path));
    const Path prim = path.GetPrimPath();
    if (!prim.IsAbsoluteRoot() && prim == path) {
      const Path away = path.ReplacePrefix(prim, Path("/elsewhere/q"), Path::TargetFix::kKeepTargets);
      CHECK(away.ReplacePrefix(Path("/elsewhere/q"), prim, Path::TargetFix::kKeepTargets) == path);
    }
    if (!path.ContainsPrimVariantSelection() && !path.IsTarget() && !path.IsRelationalAttribute())
      CHECK(path.MakeRelative(other).MakeAbsolute(other) == path);
  }
}

TEST_CASE("paths are ordered strictly and totally, ancestors before what is below them") {
  RandomLayer random(GetFirstSeed());
  std::vector<Path> paths;
  for (uint32_t i = 0; i < GetCaseCount(); ++i) paths.push_back(random.MakePath());
  std::sort(paths.begin(), paths.end());
  for (size_t i = 0; i < paths.size(); ++i)
    for (size_t j = i + 1; j < paths.size(); ++j) {
      CHECK_FALSE(paths[j] < paths[i]);
      if (paths[i] != paths[j]) CHECK(paths[i] < paths[j]);
      if (paths[i] != paths[j]) CHECK_FALSE(paths[i].HasPrefix(paths[j]));
    }
}

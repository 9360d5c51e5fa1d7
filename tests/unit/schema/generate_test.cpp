#include "strata/schema/generate.h"

#include "doctest/doctest.h"

namespace strata::schema {

TEST_CASE("views are written for schemas, bases first, with getters by type") {
  const auto registry = Registry::GetBuiltIn();
  const std::string text = GenerateCppViews(
      *registry, {Token("Sphere"), Token("Gprim"), Token("CollectionAPI"), Token("Nope")}, {"studio"});
  CHECK(text.find("namespace studio {") != std::string::npos);
  CHECK(text.find("class Gprim {") < text.find("class Sphere : public Gprim {"));
  CHECK(text.find("std::optional<double> GetRadius(") != std::string::npos);
  CHECK(text.find("strata::Token(\"collection:\" + instance_.GetString() + \":includes\")") !=
        std::string::npos);
  CHECK(text.find("Relationship GetProxyPrimRel()") != std::string::npos);
  CHECK(text.find("Nope") == std::string::npos);
}

TEST_CASE("Python views and documentation name the same properties") {
  const auto registry = Registry::GetBuiltIn();
  const std::string python = GeneratePythonViews(*registry, {Token("Sphere")});
  CHECK(python.find("def GetRadiusAttr(self):") != std::string::npos);
  const std::string page = GenerateDocumentation(*registry, {Token("Sphere")});
  CHECK(page.find("| `radius` | double | `1` | Distance from the centre to the surface. |") !=
        std::string::npos);
}

}  // namespace strata::schema

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "strata/layer/fields.h"
#include "strata/layer/plugin_fields.h"

using namespace strata;
using namespace strata::layer;

TEST_CASE("built-in fields have the types and fallbacks of OpenUSD") {
  const FieldRegistry fields;
  const auto find = [&fields](const char* name) -> const FieldDefinition& {
    const FieldDefinition* found = fields.Find(Token(name));
    REQUIRE_MESSAGE(found, name);
    return *found;
  };
  CHECK(find("metersPerUnit").fallback == Value(0.01));
  CHECK(find("upAxis").fallback == Value(Token("Y")));
  CHECK(find("framePrecision").fallback == Value(int32_t{3}));
  CHECK(find("timeCodesPerSecond").fallback == Value(24.0));
  CHECK(find("active").fallback == Value(true));
  CHECK(find("unauthoredValuesIndex").fallback == Value(int32_t{-1}));
  CHECK(find("references").fallback == Value(ReferenceListOp()));
  CHECK(find("customData").type == ValueType::kDictionary);
  CHECK(find("default").type == ValueType::kEmpty);
  CHECK(find("interpolation").on_attribute);
  CHECK_FALSE(find("interpolation").on_prim);
  CHECK(find("kind").on_variant);
  CHECK(find("comment").on_layer);
  CHECK(fields.Find(Token("noSuchField")) == nullptr);
}

TEST_CASE("fields are found by the words of usda") {
  const FieldRegistry fields;
  const FieldNames& names = GetFieldNames();
  CHECK(fields.FindByTextName("doc")->name == names.documentation);
  CHECK(fields.FindByTextName("inherits")->name == names.inheritPaths);
  CHECK(fields.FindByTextName("variants")->name == names.variantSelection);
  CHECK(fields.FindByTextName("variantSets")->name == names.variantSetNames);
  CHECK(fields.FindByTextName("relocates")->name == names.layerRelocates);
  CHECK(fields.FindByTextName("kind")->name == names.kind);
  CHECK(fields.FindByTextName("documentation") == nullptr);
}

TEST_CASE("plugInfo files add fields and say what they leave out") {
  FieldRegistry fields;
  Diagnostics remarks;
  AddPluginFields(R"(# a comment
{
  "Plugins": [{"Info": {"SdfMetadata": {
      "studioTag": {"type": "token", "appliesTo": ["prims", "attributes"], "default": "none", "displayGroup": "Studio"},
      "studioTags": {"type": "string[]", "default": ["a", "b"]},
      "studioIds": {"type": "int64listop", "appliesTo": "prims"},
      "studioScale": {"type": "float", "default": 2},
      "kind": {"type": "string"},
      "noType": {"appliesTo": "prims"},
      "badType": {"type": "nosuch"},
      "badDefault": {"type": "double", "default": {}},
      "badOwner": {"type": "double", "appliesTo": "everything"}
  }}}]
}
)",
                  "plugInfo.json", fields, remarks);
  const FieldDefinition* tag = fields.Find(Token("studioTag"));
  REQUIRE(tag);
  CHECK(tag->is_plugin);
  CHECK(tag->on_prim);
  CHECK(tag->on_variant);
  CHECK(tag->on_attribute);
  CHECK_FALSE(tag->on_layer);
  CHECK(tag->fallback == Value(Token("none")));
  CHECK(tag->display_group == Token("Studio"));
  REQUIRE(fields.Find(Token("studioTags")));
  CHECK(fields.Find(Token("studioTags"))->fallback == Value(Array<std::string>{"a", "b"}));
  CHECK(fields.Find(Token("studioTags"))->on_layer);
  CHECK(fields.Find(Token("studioIds"))->type == ValueType::kInt64ListOp);
  CHECK(fields.Find(Token("studioScale"))->fallback == Value(2.0f));
  CHECK(fields.Find(Token("kind"))->type == ValueType::kToken);
  CHECK(remarks.GetAll().size() == 4);
  CHECK_FALSE(remarks.HasErrors());
}

TEST_CASE("text that is no JSON is a remark") {
  FieldRegistry fields;
  for (const char* text : {"", "{", "[1]", "{\"Plugins\": [", "\xff\xfe"}) {
    Diagnostics remarks;
    AddPluginFields(text, "x", fields, remarks);
    CHECK(remarks.GetAll().size() == 1);
  }
  Diagnostics remarks;
  AddPluginFields(std::string(100'000, '['), "x", fields, remarks);
  CHECK(remarks.GetAll().size() == 1);
  AddPluginFields("{\"Plugins\": [1, {}, {\"Info\": 3}, {\"Info\": {\"SdfMetadata\": []}}]}", "x", fields,
                  remarks);
  CHECK(remarks.GetAll().size() == 1);
}

TEST_CASE("plugInfo files include others, each read once") {
  namespace fs = std::filesystem;
  std::string pattern = (fs::temp_directory_path() / "strata_plug_XXXXXX").string();
  const fs::path root = mkdtemp(pattern.data());
  const auto write = [&root](const char* name, const std::string& text) {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
  };
  const auto declare = [](const std::string& name) {
    return "{\"Includes\": [\"../\"], \"Plugins\": [{\"Info\": {\"SdfMetadata\": {\"" + name +
           "\": {\"type\": \"int\"}}}}]}";
  };
  write("plugInfo.json", "{\"Includes\": [\"*/resources/\", \"one/\"]}");
  write("one/plugInfo.json", declare("fieldOne"));
  write("two/resources/plugInfo.json", declare("fieldTwo"));
  write("three/resources/plugInfo.json", declare("fieldThree"));
  FieldRegistry fields;
  Diagnostics remarks;
  ReadPluginFields({root.string(), (root / "none").string()}, fields, remarks);
  CHECK(fields.Find(Token("fieldOne")));
  CHECK(fields.Find(Token("fieldTwo")));
  CHECK(fields.Find(Token("fieldThree")));
  CHECK(remarks.GetAll().size() == 1);
  fs::remove_all(root);
}

// What is known of a running scene by its notices alone equals a chain made afresh, after any edits.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "strata/bridge/bridge.h"
#include "strata/format/text/text.h"
#include "strata/layer/fields.h"
#include "strata/scene/scene.h"
#include "tests/property/random_layer.h"
#include "tests/property/random_scene.h"

using namespace strata;
using namespace strata::property;

namespace {

const char* const kText = R"(#usda 1.0
(
    metersPerUnit = 1
    subLayers = [
        @./sub.usda@
    ]
)
def Xform "Leaf"
{
    def Sphere "Ball"
    {
    }
}
def Xform "Model" (
    prepend variantSets = "shape"
    variants = {
        string shape = "box"
    }
)
{
    variantSet "shape" = {
        "box" {
            def Cube "Box"
            {
            }
        }
        "ball" {
            def Sphere "Box"
            {
                double radius = 3
            }
            def Xform "More"
            {
            }
        }
    }
    def Xform "Inner" (
        instanceable = true
        references = </Leaf>
    )
    {
    }
}
def SkelRoot "Char" (
    prepend apiSchemas = ["SkelBindingAPI"]
)
{
    rel skel:skeleton = </Char/Skel>
    rel skel:animationSource = </Char/Walk>
    def Skeleton "Skel" (
        prepend apiSchemas = ["SkelBindingAPI"]
    )
    {
        uniform token[] joints = ["A"]
        uniform matrix4d[] bindTransforms = [((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))]
        uniform matrix4d[] restTransforms = [((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))]
    }
    def SkelAnimation "Walk"
    {
        uniform token[] joints = ["A"]
        uniform token[] blendShapes = ["tall"]
        float3[] translations = [(1, 0, 0)]
        quatf[] rotations = [(1, 0, 0, 0)]
        half3[] scales = [(1, 1, 1)]
        float[] blendShapeWeights = [0.5]
    }
    def Mesh "Skin" (
        prepend apiSchemas = ["SkelBindingAPI"]
    )
    {
        point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]
        normal3f[] normals = [(0, 0, 1), (0, 0, 1), (0, 0, 1)] (
            interpolation = "vertex"
        )
        int[] primvars:skel:jointIndices = [0, 0, 0] (
            interpolation = "vertex"
        )
        float[] primvars:skel:jointWeights = [1, 1, 0.5] (
            interpolation = "vertex"
        )
        uniform token[] skel:blendShapes = ["tall"]
        rel skel:blendShapeTargets = </Char/Skin/Tall>
        def BlendShape "Tall"
        {
            uniform vector3f[] offsets = [(0, 0, 1), (0, 0, 1), (0, 0, 1)]
        }
    }
}
def SkelAnimation "Stand"
{
    uniform token[] joints = ["A"]
    float3[] translations = [(5, 0, 0)]
    quatf[] rotations = [(1, 0, 0, 0)]
    half3[] scales = [(1, 1, 1)]
}
def Scope "Looks"
{
    def Material "Red"
    {
        color3f inputs:tint = (1, 0, 0)
        token outputs:surface.connect = </Looks/Red/Surf.outputs:out>
        def Shader "Surf"
        {
            uniform token info:id = "Test"
            color3f inputs:color.connect = </Looks/Red.inputs:tint>
            float inputs:rough = 0.5
            token outputs:out
        }
    }
    def Material "Blue"
    {
        token outputs:surface.connect = </Looks/Blue/Surf.outputs:out>
        def Shader "Surf"
        {
            uniform token info:id = "Other"
            token outputs:out
        }
    }
}
def Xform "World" (
    prepend apiSchemas = ["CollectionAPI:lit", "MaterialBindingAPI"]
)
{
    def Xform "A" (
        instanceable = true
        references = </Model>
    )
    {
    }
    def Xform "B" (
        instanceable = true
        references = </Model>
    )
    {
    }
    def Xform "C" (
        references = </Model>
    )
    {
    }
    def Xform "G" (
        prepend apiSchemas = ["MaterialBindingAPI"]
    )
    {
        def Mesh "M"
        {
            int[] faceVertexCounts = [3]
            int[] faceVertexIndices = [0, 1, 2]
            point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]
        }
        def Cube "Q"
        {
        }
        def BasisCurves "H"
        {
            int[] curveVertexCounts = [2]
            point3f[] points = [(0, 0, 0), (1, 0, 0)]
        }
    }
    def PointInstancer "P"
    {
        rel prototypes = [
            </World/P/One>,
            </World/P/Two>,
        ]
        int[] protoIndices = [0, 1]
        point3f[] positions = [(0, 0, 0), (1, 0, 0)]
        def Xform "One" (
            instanceable = true
            references = </Leaf>
        )
        {
        }
        def Cube "Two"
        {
        }
    }
    def "Twin" (
        instanceable = true
        references = </Char>
        prepend apiSchemas = ["SkelBindingAPI"]
    )
    {
    }
    def SphereLight "L"
    {
    }
    def Camera "Cam"
    {
    }
    def Xform "Far" (
        payload = </Model>
    )
    {
    }
}
)";
const char* const kSub = R"(#usda 1.0
over "World"
{
    over "G"
    {
        token visibility = "invisible"
    }
    def Xform "Weak"
    {
        def Cone "Cone"
        {
        }
    }
}
)";

// A stage of two layers and a session, edited at random. An edit follows from its seed and what is there.
class EditedStage {
 public:
  EditedStage() {
    auto resolver = std::make_shared<asset::MemoryResolver>(asset::MakeFileResolver());
    resolver->Put("root.usda", kText);
    resolver->Put("sub.usda", kSub);
    registry_ = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                             {format::text::MakeUsdaFormat()});
    stage::OpenOptions options;
    options.schemas = schema::Registry::GetBuiltIn();
    Diagnostics diagnostics;
    stage_ = *stage::Stage::Open(registry_, "root.usda", options, diagnostics);
    layers_ = {stage_->GetRootLayer(), stage_->GetSessionLayer(), registry_->Find("sub.usda")};
  }
  const stage::StagePtr& Get() const { return stage_; }
  std::string Edit(uint32_t seed, bridge::StageSceneIndex& scene);

 private:
  uint32_t Below(uint32_t end) { return static_cast<uint32_t>(random_() % end); }
  bool Chance(uint32_t percent) { return Below(100) < percent; }
  Path PickPrim();
  Path PickPrim(std::initializer_list<const char*> from) {
    return Path(*(from.begin() + Below(static_cast<uint32_t>(from.size()))));
  }
  std::string EditLayer(layer::Layer& layer);
  std::string EditTyped(layer::Layer& layer, Path prim);
  std::string EditModel(layer::Layer& layer, Path prim);
  std::string EditSkin(layer::Layer& layer, float number);
  std::string EditArcs(layer::Layer& layer, Path prim);
  std::string EditPrim(layer::Layer& layer, Path prim);
  std::string SetAttribute(layer::Layer& layer, Path prim, const char* name, const char* type, Value value);
  std::string SetTargets(layer::Layer& layer, Path prim, const char* name, PathVector targets);
  std::string SetMetadata(layer::Layer& layer, Path prim, Token field, Value value);
  static void Need(layer::Layer& layer, Path prim) {
    if (!layer.HasSpec(prim)) (void)layer.CreatePrimSpec(prim, Specifier::kOver);
  }

  std::mt19937 random_;  // drawn from once in each argument list: compilers order arguments as they like
  std::shared_ptr<layer::LayerRegistry> registry_;
  stage::StagePtr stage_;
  std::vector<layer::LayerPtr> layers_;
  bool is_in_block_ = false;
};

Path EditedStage::PickPrim() {
  return PickPrim({"/World",         "/World/A",       "/World/B",     "/World/C",         "/World/C/Box",
                   "/World/C/Inner", "/World/G",       "/World/G/M",   "/World/G/Q",       "/World/G/H",
                   "/World/P",       "/World/P/One",   "/World/P/Two", "/World/L",         "/World/Cam",
                   "/World/Far",     "/World/Far/Box", "/World/Weak",  "/World/Weak/Cone", "/World/New",
                   "/World/G/New",   "/Model",         "/Model/Box",   "/Model/Inner",     "/Leaf",
                   "/Leaf/Ball",     "/Looks",         "/Looks/Red",   "/Looks/Blue"});
}

std::string EditedStage::SetAttribute(layer::Layer& layer, Path prim, const char* name, const char* type,
                                      Value value) {
  const Path path = prim.AppendProperty(Token(name));
  if (layer.HasSpec(path) && Chance(15)) {
    (void)layer.DeleteSpec(path);
    return "delete " + path.GetString();
  }
  Need(layer, prim);
  if (!layer.HasSpec(path)) (void)layer.CreateAttributeSpec(path, Token(type));
  if (Chance(20)) {
    const double time = 1 + Below(3);
    (void)layer.SetTimeSample(path, time, std::move(value));
    return fmt::format("sample {} at {}", path.GetString(), time);
  }
  const std::string text = fmt::format("set {}", path.GetString());
  (void)layer.SetField(path, layer::GetFieldNames().default_, std::move(value));
  return text;
}

std::string EditedStage::SetTargets(layer::Layer& layer, Path prim, const char* name, PathVector targets) {
  const Path path = prim.AppendProperty(Token(name));
  Need(layer, prim);
  if (!layer.HasSpec(path)) (void)layer.CreateRelationshipSpec(path);
  ListOp<Path> op;
  op.is_explicit = true;
  op.explicit_items = std::move(targets);
  const std::string text =
      fmt::format("point {} to {}", path.GetString(),
                  op.explicit_items.empty() ? "nothing" : op.explicit_items.front().GetString());
  (void)layer.SetField(path, layer::GetFieldNames().targetPaths, Value(std::move(op)));
  return text;
}

std::string EditedStage::SetMetadata(layer::Layer& layer, Path prim, Token field, Value value) {
  Need(layer, prim);
  (void)layer.SetField(prim, field, std::move(value));
  return fmt::format("set {} of {}", field.GetText(), prim.GetString());
}

std::string EditedStage::EditTyped(layer::Layer& layer, Path prim) {
  const float number = static_cast<float>(Below(4));
  switch (Below(23)) {
    case 20:
    case 21:
    case 22:
      return EditSkin(layer, number);
    case 18:
      return EditModel(layer, PickPrim({"/World", "/World/G", "/World/A", "/World/P/One", "/World/P/Two",
                                        "/World/C", "/Model", "/Model/Inner", "/Leaf", "/World/Far"}));
    case 19: {
      const char* kind = Chance(40) ? "component" : Chance(70) ? "group" : "subcomponent";
      return SetMetadata(layer,
                         PickPrim({"/World", "/World/G", "/World/A", "/World/B", "/World/C", "/Model"}),
                         layer::GetFieldNames().kind, Value(Token(kind)));
    }
    case 16:
      return SetTargets(layer, Path("/World"), "collection:lit:includes",
                        {PickPrim({"/World/G", "/World/C", "/World/G/Q", "/World/Far"})});
    case 17: {
      PathVector targets;
      if (Chance(80)) targets = {Path("/World.collection:lit"), PickPrim({"/Looks/Red", "/Looks/Blue"})};
      return SetTargets(layer, PickPrim({"/World", "/World/G"}), "material:binding:collection:all",
                        std::move(targets));
    }
    case 0:
    case 1:
      return SetAttribute(layer, prim, "visibility", "token",
                          Value(Token(Chance(50) ? "invisible" : "inherited")));
    case 2:
      return SetAttribute(layer, prim, "purpose", "token",
                          Value(Token(Chance(40)   ? "proxy"
                                      : Chance(50) ? "render"
                                                   : "default")));
    case 3:
    case 4: {
      Array<Token> order;
      if (Chance(15)) order.PushBack(Token("!resetXformStack!"));
      order.PushBack(Token("xformOp:translate"));
      const layer::Layer::ChangeBlock block(layer);
      if (Chance(20)) order.PushBack(Token("xformOp:scale"));
      const std::string moved =
          SetAttribute(layer, prim, "xformOp:translate", "double3", Value(Vec3d{number, 0, 0}));
      return moved + ", " + SetAttribute(layer, prim, "xformOpOrder", "token[]", Value(order));
    }
    case 5:
      return SetAttribute(layer, prim, "primvars:tint", "color3f[]", Value(Array<Vec3f>{{number, 0, 0}}));
    case 6: {
      const Path path = prim.AppendProperty(Token("primvars:tint"));
      const layer::Layer::ChangeBlock block(layer);
      std::string text =
          SetAttribute(layer, prim, "primvars:tint", "color3f[]", Value(Array<Vec3f>{{1, 1, 1}}));
      if (layer.HasSpec(path))
        (void)layer.SetField(path, Token("interpolation"), Value(Token(Chance(50) ? "constant" : "uniform")));
      return text + " with interpolation";
    }
    case 7:
      if (Chance(30))
        return SetAttribute(layer, Path("/World/G/M"), "velocities", "vector3f[]",
                            Value(Array<Vec3f>{{0, 0, number}, {1, 0, 0}, {0, 1, 0}}));
      return SetAttribute(layer, Path("/World/G/M"), "points", "point3f[]",
                          Value(Array<Vec3f>{{0, 0, 0}, {number, 0, 0}, {0, number, 1}}));
    case 8:
      return SetAttribute(layer, prim, "extent", "float3[]", Value(Array<Vec3f>{{0, 0, 0}, {1, 1, number}}));
    case 9:
      return SetAttribute(layer, PickPrim({"/Looks/Red", "/Looks/Blue"}), "inputs:tint", "color3f",
                          Value(Vec3f{0, number, 0}));
    case 10:
      return SetAttribute(layer, PickPrim({"/Looks/Red/Surf", "/Looks/Blue/Surf"}), "inputs:rough", "float",
                          Value(number));
    case 11: {
      PathVector targets;
      if (Chance(85)) targets.push_back(Path(Chance(50) ? "/Looks/Red" : "/Looks/Blue"));
      ListOp<Token> apis;
      apis.prepended_items = {Token("MaterialBindingAPI")};
      const layer::Layer::ChangeBlock block(layer);
      std::string text = SetMetadata(layer, prim, layer::GetFieldNames().apiSchemas, Value(apis));
      return text + ", " + SetTargets(layer, prim, "material:binding", std::move(targets));
    }
    case 12:
      return SetAttribute(
          layer, Path("/World/P"), "protoIndices", "int[]",
          Value(Array<int32_t>{0, static_cast<int32_t>(Below(2)), static_cast<int32_t>(Below(2))}));
    case 13: {
      PathVector targets = {PickPrim({"/World/P/One", "/World/P/Two", "/Model", "/World/G"})};
      if (Chance(60)) targets.push_back(PickPrim({"/World/P/Two", "/Leaf", "/World/A"}));
      return SetTargets(layer, Path("/World/P"), "prototypes", std::move(targets));
    }
    case 14:
      return SetAttribute(layer, PickPrim({"/Model/Box", "/World/G/Q", "/World/P/Two"}), "size", "double",
                          Value(double{number}));
    default:
      return Chance(50) ? SetAttribute(layer, Path("/World/L"), "inputs:intensity", "float", Value(number))
                        : SetAttribute(layer, Path("/World/Cam"), "focalLength", "float", Value(number));
  }
}

std::string EditedStage::EditSkin(layer::Layer& layer, float number) {
  switch (Below(8)) {
    case 0:
    case 1:
      return SetAttribute(layer, PickPrim({"/Char/Walk", "/Stand"}), "translations", "float3[]",
                          Value(Array<Vec3f>{{number, 1, 0}}));
    case 2:
      return SetAttribute(layer, Path("/Char/Walk"), "blendShapeWeights", "float[]",
                          Value(Array<float>{number}));
    case 3: {
      PathVector targets;
      if (Chance(70)) targets.push_back(PickPrim({"/Char/Walk", "/Stand"}));
      return SetTargets(layer, PickPrim({"/Char", "/World/Twin", "/Char/Skel"}), "skel:animationSource",
                        std::move(targets));
    }
    case 4:
      return SetAttribute(layer, Path("/Char/Skin"), "points", "point3f[]",
                          Value(Array<Vec3f>{{0, 0, 0}, {number, 0, 0}, {0, number, 1}}));
    case 5: {
      const bool is_active = Chance(70);
      return SetMetadata(layer, PickPrim({"/Char", "/Char/Skel", "/Char/Walk", "/Stand", "/Char/Skin/Tall"}),
                         layer::GetFieldNames().active, Value(is_active));
    }
    case 6: {
      const layer::Layer::ChangeBlock block(layer);
      const Path prim = PickPrim({"/Char", "/Char/Skel", "/Char/Skin", "/World/Twin"});
      const std::string moved =
          SetAttribute(layer, prim, "xformOp:translate", "double3", Value(Vec3d{number, 0, 0}));
      return moved + ", " +
             SetAttribute(layer, prim, "xformOpOrder", "token[]",
                          Value(Array<Token>{Token("xformOp:translate")}));
    }
    default:
      return Chance(50) ? SetAttribute(layer, Path("/Char/Skin"), "primvars:skel:jointWeights", "float[]",
                                       Value(Array<float>{1, 1, number}))
                        : SetAttribute(layer, Path("/Char/Skin/Tall"), "offsets", "vector3f[]",
                                       Value(Array<Vec3f>{{0, 0, number}, {0, 0, 1}, {0, 1, 0}}));
  }
}

std::string EditedStage::EditModel(layer::Layer& layer, Path prim) {
  ListOp<Token> apis;
  apis.prepended_items = {Token("GeomModelAPI"), Token("MaterialBindingAPI")};
  const layer::Layer::ChangeBlock block(layer);
  std::string text;
  if (Chance(70)) text = SetMetadata(layer, prim, layer::GetFieldNames().apiSchemas, Value(apis)) + ", ";
  static const char* const kModes[] = {"inherited", "default", "origin", "bounds", "cards"};
  switch (Below(6)) {
    case 0:
    case 1:
      return text + SetAttribute(layer, prim, "model:drawMode", "token", Value(Token(kModes[Below(5)])));
    case 2:
      return text + SetAttribute(layer, prim, "model:applyDrawMode", "bool", Value(Chance(60)));
    case 3:
      return text + SetAttribute(layer, prim, "model:drawModeColor", "float3",
                                 Value(Vec3f{1, 0, Chance(50) ? 1.0f : 0.0f}));
    case 4: {
      const char* image = Chance(40) ? "" : Chance(50) ? "a.png" : "b.png";
      return text + SetAttribute(layer, prim, Chance(50) ? "model:cardTextureXPos" : "model:cardTextureZNeg",
                                 "asset", Value(AssetPath(image)));
    }
    default:
      return text + SetAttribute(layer, prim, "extentsHint", "float3[]",
                                 Value(Array<Vec3f>{{0, 0, 0}, {1, 1, static_cast<float>(Below(3))}}));
  }
}

std::string EditedStage::EditArcs(layer::Layer& layer, Path prim) {
  const auto& names = layer::GetFieldNames();
  switch (Below(5)) {
    case 0: {
      VariantSelectionMap selections;
      selections["shape"] = Chance(50) ? "ball" : "box";
      const Value selected = Chance(80) ? Value(selections) : Value();
      return SetMetadata(layer, PickPrim({"/World/A", "/World/B", "/World/C", "/World/Far", "/Model"}),
                         names.variantSelection, selected);
    }
    case 1: {
      const bool is_instanceable = Chance(60);
      return SetMetadata(layer, PickPrim({"/World/A", "/World/B", "/World/C", "/World/Far", "/Model/Inner"}),
                         names.instanceable, Value(is_instanceable));
    }
    case 2: {
      ListOp<Reference> op;
      op.prepended_items = {{"", PickPrim({"/Model", "/Leaf"}), {}, nullptr}};
      const Value references = Chance(70) ? Value(op) : Value();
      return SetMetadata(layer, PickPrim({"/World/B", "/World/C", "/World/New", "/World/G/New"}),
                         names.references, references);
    }
    case 3: {
      const Path far("/World/Far");
      if (Chance(50))
        (void)stage_->Unload(far);
      else
        (void)stage_->Load(far);
      return "load or unload";
    }
    default: {
      if (is_in_block_) return "nothing";
      const std::string sub = layers_[2]->GetIdentifier();
      const bool is_muted = stage_->IsLayerMuted(sub);
      (void)(is_muted ? stage_->UnmuteLayer(sub) : stage_->MuteLayer(sub));
      (void)prim;
      return is_muted ? "unmute" : "mute";
    }
  }
}

std::string EditedStage::EditPrim(layer::Layer& layer, Path prim) {
  const auto& names = layer::GetFieldNames();
  switch (Below(4)) {
    case 0:
    case 1:
      return SetMetadata(layer, prim, names.active, Value(Chance(65)));
    case 2: {
      static const Token kTypes[] = {Token("Xform"), Token("Cube"), Token("Sphere"), Token("Scope"),
                                     Token("Mesh")};
      Need(layer, prim);
      (void)layer.SetField(prim, names.specifier, Value(Specifier::kDef));
      const Token type = kTypes[Below(5)];
      return SetMetadata(layer, PickPrim({"/World/New", "/World/G/New", "/World/C/Box", "/World/Weak/Cone"}),
                         names.typeName, Value(type)) +
             " and define " + prim.GetString();
    }
    default:
      if (layer.HasSpec(prim) && &layer != layers_[0].get()) {
        (void)layer.DeleteSpec(prim);
        return "delete " + prim.GetString();
      }
      return SetMetadata(layer, prim, names.kind, Value(Token(Chance(50) ? "component" : "group")));
  }
}

std::string EditedStage::EditLayer(layer::Layer& layer) {
  const Path prim = PickPrim();
  const uint32_t kind = Below(100);
  return layer.GetDisplayName() + ": " +
         (kind < 60   ? EditTyped(layer, prim)
          : kind < 80 ? EditArcs(layer, prim)
                      : EditPrim(layer, prim));
}

std::string EditedStage::Edit(uint32_t seed, bridge::StageSceneIndex& scene) {
  random_.seed(seed);
  is_in_block_ = false;
  if (Chance(15)) {
    const double time = Below(4);
    scene.SetTime(time);
    return fmt::format("time {}", time);
  }
  layer::Layer& layer = *layers_[Below(3)];
  if (Chance(75)) return EditLayer(layer);
  // Layers are muted between edits.
  is_in_block_ = true;
  layer::Layer::ChangeBlock block(layer);
  const std::string first = EditLayer(layer);
  return first + "; " + EditLayer(layer);
}

// Locators that edits of one kind dirtied, and those whose data stayed.
class Overshoot {
 public:
  size_t dirtied = 0, unchanged = 0;

  void Add(size_t dirtied_by_edit, size_t unchanged_by_edit) {
    const auto d = static_cast<double>(dirtied_by_edit), u = static_cast<double>(unchanged_by_edit);
    dirtied += dirtied_by_edit, unchanged += unchanged_by_edit;
    dd_ += d * d, du_ += d * u, uu_ += u * u;
  }
  void Add(const Overshoot& other) {
    dirtied += other.dirtied, unchanged += other.unchanged;
    dd_ += other.dd_, du_ += other.du_, uu_ += other.uu_;
  }
  // Whether more than `part` of them stay, in the long run. What one edit dirties stays or not together, so
  // edits are what is counted: by how much each is above the bound, against how much that varies. A sample of
  // fewer than ten edits never tells; of one that is right one in a thousand does.
  bool IsAbove(double part) const {
    if (part == 0) return unchanged != 0;
    const double above = static_cast<double>(unchanged) - part * static_cast<double>(dirtied);
    return above > 0 && above * above > 3.1 * 3.1 * (uu_ - 2 * part * du_ + part * part * dd_);
  }

 private:
  double dd_ = 0, du_ = 0, uu_ = 0;  // sums of products, edit by edit
};
constexpr std::string_view kWithoutEffect = " without effect";
// By the kind of edit.
using Overshoots = std::map<std::string, Overshoot>;

// "time", "visibility", "variantSelection", "mute"; "several" of edits made as one.
std::string NameKind(const std::string& edit) {
  if (edit.find("; ") != std::string::npos) return "several";
  if (edit.starts_with("time")) return "time";
  std::string text = edit.substr(edit.find(": ") + 2);
  text = text.substr(0, text.find(", "));
  if (text.find(" with interpolation") != std::string::npos) return "interpolation";
  std::string word = text.substr(0, text.find(' '));
  if (word != "set" && word != "point" && word != "delete" && word != "sample") return word;
  std::string rest = text.substr(word.size() + 1);
  rest = rest.substr(0, rest.find(' '));
  const size_t dot = rest.find('.');
  if (dot != std::string::npos) return rest.substr(dot + 1);
  return word == "delete" ? "prims" : rest;
}

// What goes wrong with this sequence of edits; nothing when all is well.
std::string Try(const std::vector<uint32_t>& seeds, const bridge::ChainOptions& options, bool explains,
                Overshoots* overshoots = nullptr) {
  EditedStage stage;
  const bridge::Chain chain = bridge::MakeChain(options);
  chain.stage->SetStage(stage.Get());
  const scene::ShutterInterval shutter{-0.5, 0.5};
  scene::SnapshotObserver first(*chain.stage, shutter), last(*chain.GetFinal(), shutter);
  chain.stage->AddObserver(first);
  chain.GetFinal()->AddObserver(last);
  std::string wrong, done;
  std::vector<scene::RecordingObserver> told(explains ? chain.indices.size() : 0);
  for (size_t i = 0; i < told.size(); ++i) chain.indices[i]->AddObserver(told[i]);
  for (const uint32_t seed : seeds) {
    for (scene::RecordingObserver& observer : told) (void)observer.Take();
    const std::string edit = stage.Edit(seed, *chain.stage);
    if (explains) done += edit + "\n";
    if (overshoots) {
      // What says the same as before is said again, by a layer that does not win or with the value that was.
      const auto& told_first = first.GetCounts();
      const bool has_effect =
          told_first.dirtied > told_first.dirtied_unchanged || told_first.added > told_first.added_unchanged;
      Overshoot& kind = (*overshoots)[NameKind(edit) + (has_effect ? "" : std::string(kWithoutEffect))];
      first.ResetCounts();
      kind.Add(last.GetCounts().dirtied, last.GetCounts().dirtied_unchanged);
      last.ResetCounts();
    }
    const bridge::Chain fresh = bridge::MakeChain(options);
    fresh.stage->SetTime(chain.stage->GetTime());
    fresh.stage->SetStage(stage.Get());
    for (const std::string& line : first.Compare(*fresh.stage, 8)) wrong += "stage " + line + "\n";
    if (wrong.empty())
      for (const std::string& line : last.Compare(*fresh.GetFinal(), 8)) wrong += "final " + line + "\n";
    if (!wrong.empty()) break;
  }
  chain.stage->RemoveObserver(first);
  chain.GetFinal()->RemoveObserver(last);
  for (size_t i = 0; i < told.size(); ++i) {
    chain.indices[i]->RemoveObserver(told[i]);
    done += chain.indices[i]->GetDisplayName() + " told: " + told[i].TakeSorted() + "\n";
  }
  return wrong.empty() ? wrong : explains ? done + wrong : wrong;
}

// Of the locators that edits with an effect dirty, those whose data stay may be so many in a hundred. Whole
// prims that are told anew, and what instancers gather of them, count as dirtied without need where they say
// the same.
constexpr std::pair<std::string_view, size_t> kBounds[] = {
    {"time", 0},           {"load", 0},        {"xformOp:translate", 50},
    {"visibility", 80},    {"purpose", 80},    {"primvars:tint", 60},
    {"interpolation", 45}, {"prototypes", 15}, {"material:binding:collection:all", 72},
    {"mute", 50},          {"several", 56},
};

void Check(const Overshoots& overshoots) {
  Overshoot all;
  for (const auto& [kind, overshoot] : overshoots) {
    if (kind.ends_with(kWithoutEffect)) continue;
    all.Add(overshoot);
    // Shown where a check fails, and with all that passes where that is asked for (-s).
    CAPTURE(fmt::format("{} of {} unchanged", overshoot.unchanged, overshoot.dirtied));
    for (const auto& [bounded, percent] : kBounds)
      if (kind == bounded) CHECK_MESSAGE(!overshoot.IsAbove(static_cast<double>(percent) / 100), kind);
  }
  CHECK(!all.IsAbove(0.64));
}

void TryMany(const bridge::ChainOptions& options) {
  const uint32_t count = std::max(1u, GetCaseCount() / 20);
  Overshoots overshoots;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t seed = GetFirstSeed() + i;
    std::mt19937 random(seed);
    std::vector<uint32_t> seeds(40);
    for (uint32_t& one : seeds) one = static_cast<uint32_t>(random());
    if (Try(seeds, options, false, &overshoots).empty()) continue;
    seeds =
        ShrinkSeeds(std::move(seeds), [&](const auto& fewer) { return !Try(fewer, options, false).empty(); });
    FAIL("seed " << seed << ", " << seeds.size() << " edits\n" << Try(seeds, options, true));
  }
  Check(overshoots);
}

}  // namespace

TEST_CASE(
    "after any edits and times, what notices said of a running scene is what a chain made afresh shows") {
  TryMany({});
}

TEST_CASE("so it is where points move with velocities and nurbs are approximated") {
  bridge::ChainOptions options;
  options.resolving = {"velocityMotion", "nurbs"};
  TryMany(options);
}

TEST_CASE("so it is with the chain as OpenUSD has it") {
  TryMany(bridge::ChainOptions::LikeOpenUSD());
}

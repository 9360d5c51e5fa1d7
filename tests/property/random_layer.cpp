#include "tests/property/random_layer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"

namespace strata::property {

namespace {

using layer::GetFieldNames;

uint32_t ReadVariable(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<uint32_t>(std::strtoul(text, nullptr, 10)) : otherwise;
}

const std::vector<Token>& GetNames() {
  static const std::vector<Token> names{Token("World"), Token("Set"),    Token("Été"), Token("a"),
                                        Token("_b"),    Token("名前"),   Token("x10"), Token("def"),
                                        Token("C3"),    Token("Mesh_01")};
  return names;
}

std::vector<Path> MakePaths(std::initializer_list<const char*> texts) {
  std::vector<Path> out;
  for (const char* text : texts) out.push_back(Path(text));
  return out;
}

}  // namespace

uint32_t GetCaseCount() {
  return ReadVariable("STRATA_PROPERTY_CASES", 300);
}
uint32_t GetFirstSeed() {
  return ReadVariable("STRATA_PROPERTY_SEED", 1);
}

template <class T>
std::vector<T> RandomLayer::PickSome(const std::vector<T>& from, size_t at_most) {
  std::vector<T> out = from;
  std::shuffle(out.begin(), out.end(), random_);
  out.resize(std::min<size_t>(out.size(), 1 + Below(static_cast<uint32_t>(at_most))));
  return out;
}

template <class T>
ListOp<T> RandomLayer::MakeListOp(const std::vector<T>& items) {
  ListOp<T> op;
  if (Chance(30)) return ListOp<T>::CreateExplicit(Chance(20) ? std::vector<T>() : PickSome(items, 3));
  for (auto* list :
       {&op.prepended_items, &op.appended_items, &op.deleted_items, &op.added_items, &op.ordered_items})
    if (Chance(35)) *list = PickSome(items, 3);
  if (!op.HasKeys()) op.prepended_items = PickSome(items, 2);
  return op;
}

double RandomLayer::MakeNumber() {
  static const std::vector<double> special{
      0.0,         -0.0,     1e-310,    5e-324,  1.7976931348623157e308, 0.1, 1e15, 1e16, 1e21,
      123456789.0, INFINITY, -INFINITY, 1.0 / 3, 0.30000000000000004};
  switch (Below(4)) {
    case 0:
      return static_cast<double>(Below(2001)) - 1000;
    case 1:
      return Pick(special);
    default: {
      const double unit = std::uniform_real_distribution<>(-1, 1)(random_);
      return unit * std::pow(10.0, static_cast<int>(Below(40)) - 20);
    }
  }
}

std::string RandomLayer::MakeText() {
  static const std::vector<std::string> pieces{
      "a",    " ", "\"", "'", "\\", "\n", "\t", "\r",     "é",   "名",  "\x01",
      "\x7f", "{", "}",  "#", "//", "@",  "0",  "\"\"\"", "'''", "\\n", "\xF0\x9F\x8C\x8A"};
  std::string out;
  for (uint32_t i = Below(8); i > 0; --i) out += Pick(pieces);
  return out;
}

LayerOffset RandomLayer::MakeOffset() {
  const auto number = [this] {
    return std::round(MakeNumber() * 0x1p-1030) + static_cast<double>(Below(4000)) / 16 - 100;
  };
  return {Chance(50) ? 0 : number(), Chance(50) ? 1 : 0.25 + static_cast<double>(Below(8000)) / 7};
}

Value RandomLayer::MakeValue(ValueType type) {
  if (IsArrayType(type)) {
    Value out;
    const uint32_t count = Below(5);
    switch (GetElementType(type)) {
#define X(name, cpp, text)                                                                         \
  case ValueType::k##name: {                                                                       \
    Array<cpp> array;                                                                              \
    for (uint32_t i = 0; i < count; ++i) array.PushBack(MakeValue(ValueType::k##name).Get<cpp>()); \
    return array;                                                                                  \
  }
      STRATA_ELEMENT_TYPES(X)
#undef X
      default:
        return Value();
    }
  }
  const auto vec = [this](auto out) {
    for (auto& component : out.data) component = static_cast<std::decay_t<decltype(component)>>(MakeNumber());
    return Value(out);
  };
  const auto whole = [this](auto out) {
    for (auto& component : out.data) component = static_cast<int32_t>(random_());
    return Value(out);
  };
  const auto quat = [this](auto out) {
    using T = typename decltype(out)::Scalar;
    for (auto& component : out.imaginary.data) component = static_cast<T>(MakeNumber());
    out.real = static_cast<T>(MakeNumber());
    return Value(out);
  };
  const auto matrix = [this](auto out) {
    for (auto& row : out.data)
      for (double& element : row) element = MakeNumber();
    return Value(out);
  };
  switch (type) {
    case ValueType::kBool:
      return Chance(50);
    case ValueType::kUChar:
      return static_cast<uint8_t>(Below(256));
    case ValueType::kInt:
      return static_cast<int32_t>(random_());
    case ValueType::kUInt:
      return static_cast<uint32_t>(random_());
    case ValueType::kInt64:
      return static_cast<int64_t>(uint64_t{random_()} << 32 | random_());
    case ValueType::kUInt64:
      return uint64_t{random_()} << 32 | random_();
    case ValueType::kHalf:
      return Half(static_cast<float>(MakeNumber()));
    case ValueType::kFloat:
      return static_cast<float>(MakeNumber());
    case ValueType::kDouble:
      return MakeNumber();
    case ValueType::kTimeCode:
      return TimeCode{MakeNumber()};
    case ValueType::kDuration:
      return Duration{MakeNumber()};
    case ValueType::kString:
      return MakeText();
    case ValueType::kToken:
      return Token(MakeText());
    case ValueType::kAssetPath:
      return AssetPath(Pick(
          std::vector<std::string>{"", "a.usda", "./d e.png", "p.usdz[x.usd]", "a@b", "é@@.png", "`${V}`"}));
    case ValueType::kPathExpression: {
      static const std::vector<std::string> texts{"/World//", "//Mesh* - /World/a", "%_ /a", "/a & ~/b",
                                                  "//"};
      auto parsed = PathExpression::Parse(Pick(texts));
      return parsed ? *parsed : PathExpression();
    }
    case ValueType::kVec2i:
      return whole(Vec2i());
    case ValueType::kVec3i:
      return whole(Vec3i());
    case ValueType::kVec4i:
      return whole(Vec4i());
    case ValueType::kVec2h:
      return vec(Vec2h());
    case ValueType::kVec3h:
      return vec(Vec3h());
    case ValueType::kVec4h:
      return vec(Vec4h());
    case ValueType::kVec2f:
      return vec(Vec2f());
    case ValueType::kVec3f:
      return vec(Vec3f());
    case ValueType::kVec4f:
      return vec(Vec4f());
    case ValueType::kVec2d:
      return vec(Vec2d());
    case ValueType::kVec3d:
      return vec(Vec3d());
    case ValueType::kVec4d:
      return vec(Vec4d());
    case ValueType::kQuath:
      return quat(Quath());
    case ValueType::kQuatf:
      return quat(Quatf());
    case ValueType::kQuatd:
      return quat(Quatd());
    case ValueType::kMatrix2d:
      return matrix(Matrix2d());
    case ValueType::kMatrix3d:
      return matrix(Matrix3d());
    case ValueType::kMatrix4d:
      return matrix(Matrix4d());
    default:
      return Value();
  }
}

Dictionary RandomLayer::MakeDictionary(int depth) {
  static const std::vector<std::string> keys{"a", "key two", "ñ", "x:y", "def", "nested", "with \"quote\""};
  Dictionary out;
  for (uint32_t i = Below(4); i > 0; --i) {
    if (depth && Chance(30)) {
      out.entries[Pick(keys)] = MakeDictionary(depth - 1);
      continue;
    }
    const ValueTypeName* type = Pick(GetAllValueTypeNames());
    if (type->type != ValueType::kOpaque) out.entries[Pick(keys)] = MakeValue(type->type);
  }
  return out;
}

Value RandomLayer::MakeArrayEdit(ValueType element) {
  using Op = ArrayEdit::Op;
  ArrayEdit edit;
  edit.element_type = element;
  const auto size = [this] { return static_cast<int64_t>(Below(6)); };
  const auto index = [&] { return size() - 3; };
  Value literals = MakeValue(GetArrayType(element));
  edit.literals = literals;
  const auto count = static_cast<uint32_t>(literals.GetArraySize());
  // Each literal is used once, in order, as a reader numbers them.
  for (uint32_t i = 0; i < count; ++i) {
    switch (Below(4)) {
      case 0:
        edit.instructions.push_back({Op::kWriteLiteral, i, index()});
        break;
      case 1:
        edit.instructions.push_back({Op::kInsertLiteral, i, Chance(50) ? ArrayEdit::kEndIndex : index()});
        break;
      case 2:
        edit.instructions.push_back({Op::kMinimumSizeFill, size(), i});
        break;
      default:
        edit.instructions.push_back({Op::kSetSizeFill, size(), i});
        break;
    }
  }
  static const std::vector<Op> plain{Op::kWriteReference, Op::kInsertReference, Op::kEraseElement,
                                     Op::kMinimumSize,    Op::kMaximumSize,     Op::kSetSize};
  for (uint32_t i = Below(3); i > 0; --i) {
    const Op op = Pick(plain);
    const bool is_size = op >= Op::kMinimumSize;
    edit.instructions.push_back({op,
                                 is_size                   ? size()
                                 : op == Op::kEraseElement ? 0
                                                           : index(),
                                 is_size ? 0 : index()});
  }
  return edit;
}

Spline RandomLayer::MakeSpline(ValueType type) {
  Spline spline;
  spline.value_type = type;
  spline.curve_type = Chance(30) ? CurveType::kHermite : CurveType::kBezier;
  const auto quarter = [this] { return (static_cast<double>(Below(80)) - 40) / 4; };
  for (SplineExtrapolation* rule : {&spline.pre_extrapolation, &spline.post_extrapolation}) {
    rule->mode = static_cast<ExtrapolationMode>(Below(7));
    if (rule->mode == ExtrapolationMode::kSloped) rule->slope = quarter();
  }
  if (Chance(20))
    spline.loop =
        SplineLoop{0, 1 + static_cast<double>(Below(5)), static_cast<int32_t>(Below(3)), 1, quarter()};
  double time = -5;
  for (uint32_t i = Below(5); i > 0; --i) {
    SplineKnot& knot = spline.knots.emplace_back();
    knot.time = time += 0.5 + static_cast<double>(Below(20)) / 8;
    knot.value = quarter();
    if (Chance(25)) knot.pre_value = quarter();
    knot.interpolation = static_cast<KnotInterpolation>(Below(4));
    if (knot.interpolation == KnotInterpolation::kCurve) {
      knot.post_tangent.slope = quarter();
      if (spline.curve_type == CurveType::kBezier)
        knot.post_tangent.width = static_cast<double>(Below(9)) / 4;
    }
    if (spline.knots.size() > 1 &&
        spline.knots[spline.knots.size() - 2].interpolation == KnotInterpolation::kCurve) {
      knot.pre_tangent.slope = quarter();
      if (spline.curve_type == CurveType::kBezier) knot.pre_tangent.width = static_cast<double>(Below(9)) / 4;
    }
    if (Chance(15)) {
      Dictionary data;
      data.SetByKeyPath("note", MakeText());
      knot.custom_data = std::make_shared<Dictionary>(std::move(data));
    }
  }
  return spline;
}

void RandomLayer::Set(Path spec, Token field, Value value) {
  const auto done = layer_->SetField(spec, field, std::move(value));
  if (!done)
    FAIL("cannot set " << field.GetString() << " of " << spec.GetString() << ": " << done.GetError().message);
}

void RandomLayer::FillMetadata(Path spec) {
  const auto& names = GetFieldNames();
  if (Chance(15)) Set(spec, names.documentation, MakeText());
  if (Chance(15)) Set(spec, names.comment, "c" + MakeText());  // an empty comment is not written
  if (Chance(20)) Set(spec, names.customData, MakeDictionary(2));
  if (Chance(10)) Set(spec, names.hidden, Chance(50));
  if (Chance(5)) Set(spec, names.permission, Permission::kPrivate);
  if (Chance(10)) {
    const auto text =
        std::make_shared<Value>(Pick(std::vector<std::string>{"1", "[1, 2]", "(1, 2)", "-2.5", "\"q\""}));
    Set(spec, Token("unknown" + std::to_string(Below(3))), UnregisteredValue{text});
  }
  if (Chance(5))
    Set(spec, Token("unknownDictionary"), UnregisteredValue{std::make_shared<Value>(MakeDictionary(1))});
}

void RandomLayer::FillAttribute(Path attribute, const ValueTypeName& type) {
  const auto& names = GetFieldNames();
  FillMetadata(attribute);
  if (Chance(10)) Set(attribute, names.colorSpace, Token(MakeText()));
  if (Chance(20)) {
    static const std::vector<Path> sources = MakePaths({"/World.out", "/World/a.b:c", "/Été.x", "/Set"});
    Set(attribute, names.connectionPaths, MakeListOp(sources));
  }
  if (type.type == ValueType::kOpaque) return;
  if (Chance(70))
    Set(attribute, names.default_, MakeValue(type.type));
  else if (Chance(30))
    Set(attribute, names.default_, Chance(50) ? Value(ValueBlock()) : Value(AnimationBlock()));
  if (type.is_array && Chance(30)) Set(attribute, names.default_, MakeArrayEdit(GetElementType(type.type)));
  if (Chance(25)) {
    TimeSamples samples;
    for (uint32_t i = Below(5); i > 0; --i) {
      const double time = MakeNumber();
      samples.Set(time, Chance(15) ? Value(ValueBlock()) : MakeValue(type.type));
    }
    if (!samples.IsEmpty()) Set(attribute, names.timeSamples, samples);
  }
  const bool has_curve =
      type.type == ValueType::kDouble || type.type == ValueType::kFloat || type.type == ValueType::kHalf;
  if (has_curve && Chance(50)) Set(attribute, names.spline, MakeSpline(type.type));
}

void RandomLayer::FillRelationship(Path relationship) {
  static const std::vector<Path> targets = MakePaths({"/World", "/Set.x:n0", "/名前/a", "/a.b[/c].d"});
  FillMetadata(relationship);
  if (Chance(70)) Set(relationship, GetFieldNames().targetPaths, MakeListOp(targets));
}

void RandomLayer::FillPrim(Path prim, int depth) {
  const auto& names = GetFieldNames();
  FillMetadata(prim);
  static const std::vector<Path> classes = MakePaths({"/_class", "/World/a", "/é"});
  if (Chance(15)) Set(prim, names.inheritPaths, MakeListOp(classes));
  if (Chance(10)) Set(prim, names.specializes, MakeListOp(classes));
  if (Chance(20)) {
    std::vector<Reference> references(4);
    references[0].asset_path = "lib.usda";
    references[0].prim_path = Path("/World");
    references[0].offset = MakeOffset();
    references[1].prim_path = Path("/Set/a");
    references[2].asset_path = "at@sign b.usda";
    references[3].asset_path = "c.usda";
    references[3].custom_data = std::make_shared<Dictionary>();
    Dictionary data;
    data.SetByKeyPath("note", MakeText());
    references[3].custom_data = std::make_shared<Dictionary>(data);
    Set(prim, names.references, MakeListOp(references));
  }
  if (Chance(10)) {
    std::vector<Payload> payloads(2);
    payloads[0].asset_path = "heavy.usda";
    payloads[1].prim_path = Path("/Set");
    payloads[1].offset = MakeOffset();
    Set(prim, names.payload, MakeListOp(payloads));
  }
  if (Chance(10))
    Set(prim, names.apiSchemas, MakeListOp(std::vector<Token>{Token("A"), Token("B:x"), Token("C")}));
  if (Chance(10)) Set(prim, names.kind, Token(MakeText()));
  if (Chance(10)) Set(prim, names.active, Chance(50));
  if (Chance(10)) Set(prim, names.assetInfo, MakeDictionary(1));
  if (Chance(10)) Set(prim, names.variantSelection, VariantSelectionMap{{"look", "red"}, {"größe", ""}});
  for (uint32_t i = Below(5); i > 0; --i) {
    static const std::vector<std::string> stems{"x", "y:z", "é", "def", "inputs:a"};
    const Path property = prim.AppendProperty(Token(Pick(stems) + std::to_string(i)));
    const Variability variability = Chance(50) ? Variability::kVarying : Variability::kUniform;
    if (Chance(20)) {
      if (layer_->CreateRelationshipSpec(property, variability, Chance(30))) FillRelationship(property);
      continue;
    }
    const ValueTypeName* type = Pick(GetAllValueTypeNames());
    if (layer_->CreateAttributeSpec(property, type->name, variability, Chance(30)))
      FillAttribute(property, *type);
  }
  if (depth && Chance(30)) FillVariants(prim, depth - 1);
  if (depth) FillPrims(prim, depth - 1);
}

void RandomLayer::FillVariants(Path prim, int depth) {
  static const std::vector<Token> sets{Token("look"), Token("größe")};
  static const std::vector<Token> choices{Token("red"), Token("1"), Token("a-b"), Token("x|y"), Token("été")};
  for (Token set : PickSome(sets, 2)) {
    for (Token choice : PickSome(choices, 3)) {
      const Path variant = prim.AppendVariantSelection(set, choice);
      REQUIRE(layer_->CreateVariantSpec(variant));
      FillPrim(variant, depth);
    }
  }
}

void RandomLayer::FillPrims(Path parent, int depth) {
  static const std::vector<Token> types{Token(), Token("Xform"), Token("Ünit")};
  for (Token name : PickSome(GetNames(), 3)) {
    const Path prim = parent.AppendChild(name);
    const auto specifier = static_cast<Specifier>(Below(3));
    REQUIRE(layer_->CreatePrimSpec(prim, specifier, Pick(types)));
    FillPrim(prim, depth);
  }
}

void RandomLayer::FillLayer() {
  const auto& names = GetFieldNames();
  const Path root = Path::AbsoluteRoot();
  if (Chance(50)) Set(root, names.documentation, MakeText());
  if (Chance(30)) Set(root, names.comment, "c" + MakeText());
  if (Chance(30)) Set(root, names.customLayerData, MakeDictionary(2));
  if (Chance(30)) Set(root, names.startTimeCode, MakeNumber());
  if (Chance(30)) Set(root, names.defaultPrim, Token("World"));
  if (Chance(30)) {
    Set(root, names.subLayers, StringVector{"a.usda", "./b c.usda", "é@.usd"});
    Set(root, names.subLayerOffsets, LayerOffsetVector{MakeOffset(), {}, MakeOffset()});
  }
  if (Chance(30))
    Set(root, names.layerRelocates,
        Relocates{{Path("/World/a"), Path("/World/b")}, {Path("/World/c"), Path()}});
}

std::shared_ptr<layer::Layer> RandomLayer::Make() {
  layer_ = layer::Layer::CreateAnonymous("random");
  FillLayer();
  FillPrims(Path::AbsoluteRoot(), 2);
  return std::move(layer_);
}

Path RandomLayer::MakePath() {
  Path path = Path::AbsoluteRoot();
  for (uint32_t i = Below(4); i > 0; --i) {
    path = path.AppendChild(Pick(GetNames()));
    if (Chance(20)) path = path.AppendVariantSelection(Token("look"), Token(Chance(50) ? "red" : "1"));
  }
  if (path.IsPrim() && Chance(40)) {
    path = path.AppendProperty(Token("y:z"));
    if (Chance(30)) path = path.AppendTarget(Path("/World/a"));
    if (path.IsTarget() && Chance(50)) path = path.AppendRelationalAttribute(Token("q"));
  }
  return path;
}

}  // namespace strata::property

#include "strata/domain/xform_common.h"

#include <fmt/format.h>

#include <array>

namespace strata::domain {

namespace {

using stage::Prim;

enum Part : size_t { kTranslate, kPivot, kRotate, kScale, kInversePivot, kPartCount };
using Parts = std::array<std::optional<XformOp>, kPartCount>;

bool IsRotation(XformOpType type) {
  return type >= XformOpType::kRotateXYZ && type <= XformOpType::kRotateZYX;
}

std::optional<Part> FindPart(const XformOp& op) {
  if (op.attribute == "xformOp:translate" && !op.is_inverse) return kTranslate;
  if (op.attribute == "xformOp:translate:pivot") return op.is_inverse ? kInversePivot : kPivot;
  if (op.attribute == "xformOp:scale" && !op.is_inverse) return kScale;
  if (IsRotation(op.type) && !op.is_inverse) return kRotate;  // whatever its suffix
  return std::nullopt;
}

// The ops by part; nothing when there are others, or these in another order.
std::optional<Parts> FindParts(const Prim& prim) {
  if (!Xformable(prim).IsValid()) return std::nullopt;
  Parts parts;
  size_t next = 0;
  for (const XformOp& op : Xformable(prim).GetOrderedXformOps().ops) {
    const std::optional<Part> part = FindPart(op);
    if (!part || *part < next) return std::nullopt;
    parts[*part] = op;
    next = *part + 1;
  }
  if (parts[kPivot].has_value() != parts[kInversePivot].has_value()) return std::nullopt;
  return parts;
}

template <class T>
T Read(const Prim& prim, const std::optional<XformOp>& op, stage::Time time, T otherwise, ValueType type) {
  if (!op) return otherwise;
  const Value value = CastValue(prim.GetAttribute(op->attribute).Get(time), type);
  return value.Holds<T>() ? value.Get<T>() : otherwise;
}

struct Wanted {
  Part part;
  std::string attribute;
  const char* type_name;
  Value value;
};

}  // namespace

bool XformCommonAPI::IsCompatible() const {
  return FindParts(prim_).has_value();
}

std::optional<XformVectors> XformCommonAPI::GetXformVectors(stage::Time time) const {
  const std::optional<Parts> parts = FindParts(prim_);
  if (!parts) return std::nullopt;
  XformVectors vectors;
  vectors.translation = Read(prim_, (*parts)[kTranslate], time, vectors.translation, ValueType::kVec3d);
  vectors.rotation = Read(prim_, (*parts)[kRotate], time, vectors.rotation, ValueType::kVec3f);
  vectors.scale = Read(prim_, (*parts)[kScale], time, vectors.scale, ValueType::kVec3f);
  vectors.pivot = Read(prim_, (*parts)[kPivot], time, vectors.pivot, ValueType::kVec3f);
  if ((*parts)[kRotate]) vectors.rotation_order = (*parts)[kRotate]->type;
  return vectors;
}

Result<void> XformCommonAPI::SetXformVectors(stage::Editor& editor, const XformVectors& vectors,
                                             stage::Time time) const {
  const std::optional<Parts> parts = FindParts(prim_);
  const bool turns_otherwise =
      parts && (*parts)[kRotate] && (*parts)[kRotate]->type != vectors.rotation_order;
  if (!parts || turns_otherwise || !IsRotation(vectors.rotation_order))
    return Diagnostic(kXformIncompatible,
                      fmt::format("<{}> {}.", prim_.GetPath().GetString(),
                                  parts ? "rotates in another order" : "has other transform ops"),
                      {{}, prim_.GetPath().GetString(), 0, 0, 0},
                      "Edit its ops one by one, or clear xformOpOrder first.");
  const std::string rotate = (*parts)[kRotate]
                                 ? (*parts)[kRotate]->attribute.GetString()
                                 : fmt::format("xformOp:{}", GetXformOpTypeName(vectors.rotation_order));
  const Wanted wanted[] = {{kTranslate, "xformOp:translate", "double3", Value(vectors.translation)},
                           {kPivot, "xformOp:translate:pivot", "float3", Value(vectors.pivot)},
                           {kRotate, rotate, "float3", Value(vectors.rotation)},
                           {kScale, "xformOp:scale", "float3", Value(vectors.scale)}};
  Array<Token> order;
  if (ResetsXformStack()) order.PushBack(Token("!resetXformStack!"));
  stage::Editor::ChangeBlock block(editor);
  for (const Wanted& one : wanted) {
    const Path path = prim_.GetPath().AppendProperty(Token(one.attribute));
    stage::Attribute attribute = prim_.GetAttribute(Token(one.attribute));
    if (!attribute.IsDefined()) {
      STRATA_TRY(attribute, editor.CreateAttribute(path, Token(one.type_name), stage::Editor::Custom::kNo));
    }
    const ValueTypeName* type = attribute.GetValueTypeName();
    STRATA_CHECK(editor.Set(path, type ? CastValue(one.value, type->type) : one.value, time));
    order.PushBack(Token(one.attribute));
  }
  order.PushBack(Token("!invert!xformOp:translate:pivot"));
  return editor.Set(prim_.GetPath().AppendProperty(Token("xformOpOrder")), Value(std::move(order)));
}

}  // namespace strata::domain

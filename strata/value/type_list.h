// The one table of value types, as macros over (EnumName, C++ type, USD text name).
#pragma once

// Element types that attributes have, scalar and as arrays.
#define STRATA_ELEMENT_TYPES(X)                       \
  X(Bool, bool, "bool")                               \
  X(UChar, uint8_t, "uchar")                          \
  X(Int, int32_t, "int")                              \
  X(UInt, uint32_t, "uint")                           \
  X(Int64, int64_t, "int64")                          \
  X(UInt64, uint64_t, "uint64")                       \
  X(Half, Half, "half")                               \
  X(Float, float, "float")                            \
  X(Double, double, "double")                         \
  X(TimeCode, TimeCode, "timecode")                   \
  X(Duration, Duration, "duration")                   \
  X(String, std::string, "string")                    \
  X(Token, Token, "token")                            \
  X(AssetPath, AssetPath, "asset")                    \
  X(PathExpression, PathExpression, "pathExpression") \
  X(Vec2i, Vec2i, "int2")                             \
  X(Vec2h, Vec2h, "half2")                            \
  X(Vec2f, Vec2f, "float2")                           \
  X(Vec2d, Vec2d, "double2")                          \
  X(Vec3i, Vec3i, "int3")                             \
  X(Vec3h, Vec3h, "half3")                            \
  X(Vec3f, Vec3f, "float3")                           \
  X(Vec3d, Vec3d, "double3")                          \
  X(Vec4i, Vec4i, "int4")                             \
  X(Vec4h, Vec4h, "half4")                            \
  X(Vec4f, Vec4f, "float4")                           \
  X(Vec4d, Vec4d, "double4")                          \
  X(Quath, Quath, "quath")                            \
  X(Quatf, Quatf, "quatf")                            \
  X(Quatd, Quatd, "quatd")                            \
  X(Matrix2d, Matrix2d, "matrix2d")                   \
  X(Matrix3d, Matrix3d, "matrix3d")                   \
  X(Matrix4d, Matrix4d, "matrix4d")

// Types that only fields of specs have.
#define STRATA_FIELD_TYPES(X)                 \
  X(Opaque, Opaque)                           \
  X(ValueBlock, ValueBlock)                   \
  X(AnimationBlock, AnimationBlock)           \
  X(Specifier, Specifier)                     \
  X(Variability, Variability)                 \
  X(Permission, Permission)                   \
  X(Path, Path)                               \
  X(LayerOffset, LayerOffset)                 \
  X(Dictionary, Dictionary)                   \
  X(TimeSamples, TimeSamples)                 \
  X(Spline, Spline)                           \
  X(ArrayEdit, ArrayEdit)                     \
  X(Reference, Reference)                     \
  X(Payload, Payload)                         \
  X(UnregisteredValue, UnregisteredValue)     \
  X(VariantSelectionMap, VariantSelectionMap) \
  X(Relocates, Relocates)                     \
  X(TokenVector, TokenVector)                 \
  X(StringVector, StringVector)               \
  X(PathVector, PathVector)                   \
  X(LayerOffsetVector, LayerOffsetVector)     \
  X(ValueVector, ValueVector)                 \
  X(IntListOp, IntListOp)                     \
  X(UIntListOp, UIntListOp)                   \
  X(Int64ListOp, Int64ListOp)                 \
  X(UInt64ListOp, UInt64ListOp)               \
  X(StringListOp, StringListOp)               \
  X(TokenListOp, TokenListOp)                 \
  X(PathListOp, PathListOp)                   \
  X(ReferenceListOp, ReferenceListOp)         \
  X(PayloadListOp, PayloadListOp)             \
  X(UnregisteredListOp, UnregisteredListOp)

// The table of attribute type names.
#include <deque>
#include <unordered_map>

#include "strata/value/value.h"
#include "strata/value/visit.h"

namespace strata {

namespace {

enum class Arrays : uint8_t { kNone, kToo };

struct Row {
  const char* name;
  const char* alias;  // as older files spell it; null when there is none
  ValueType type;
  Role role = Role::kNone;
  Arrays arrays = Arrays::kToo;
};

// Per storage type the name without a role comes first. The last four have only the spelling of older files.
constexpr Row kRows[] = {
    {"bool", nullptr, ValueType::kBool},
    {"uchar", nullptr, ValueType::kUChar},
    {"int", nullptr, ValueType::kInt},
    {"uint", nullptr, ValueType::kUInt},
    {"int64", nullptr, ValueType::kInt64},
    {"uint64", nullptr, ValueType::kUInt64},
    {"half", nullptr, ValueType::kHalf},
    {"float", nullptr, ValueType::kFloat},
    {"double", nullptr, ValueType::kDouble},
    {"timecode", nullptr, ValueType::kTimeCode},
    {"duration", nullptr, ValueType::kDuration},
    {"string", nullptr, ValueType::kString},
    {"token", nullptr, ValueType::kToken},
    {"asset", nullptr, ValueType::kAssetPath},
    {"pathExpression", nullptr, ValueType::kPathExpression},
    {"opaque", nullptr, ValueType::kOpaque, Role::kNone, Arrays::kNone},
    {"group", nullptr, ValueType::kOpaque, Role::kGroup, Arrays::kNone},
    {"int2", "Vec2i", ValueType::kVec2i},
    {"int3", "Vec3i", ValueType::kVec3i},
    {"int4", "Vec4i", ValueType::kVec4i},
    {"half2", "Vec2h", ValueType::kVec2h},
    {"half3", "Vec3h", ValueType::kVec3h},
    {"half4", "Vec4h", ValueType::kVec4h},
    {"float2", "Vec2f", ValueType::kVec2f},
    {"float3", "Vec3f", ValueType::kVec3f},
    {"float4", "Vec4f", ValueType::kVec4f},
    {"double2", "Vec2d", ValueType::kVec2d},
    {"double3", "Vec3d", ValueType::kVec3d},
    {"double4", "Vec4d", ValueType::kVec4d},
    {"point3h", nullptr, ValueType::kVec3h, Role::kPoint},
    {"point3f", "PointFloat", ValueType::kVec3f, Role::kPoint},
    {"point3d", "Point", ValueType::kVec3d, Role::kPoint},
    {"vector3h", nullptr, ValueType::kVec3h, Role::kVector},
    {"vector3f", "VectorFloat", ValueType::kVec3f, Role::kVector},
    {"vector3d", "Vector", ValueType::kVec3d, Role::kVector},
    {"normal3h", nullptr, ValueType::kVec3h, Role::kNormal},
    {"normal3f", "NormalFloat", ValueType::kVec3f, Role::kNormal},
    {"normal3d", "Normal", ValueType::kVec3d, Role::kNormal},
    {"color3h", nullptr, ValueType::kVec3h, Role::kColor},
    {"color3f", "ColorFloat", ValueType::kVec3f, Role::kColor},
    {"color3d", "Color", ValueType::kVec3d, Role::kColor},
    {"color4h", nullptr, ValueType::kVec4h, Role::kColor},
    {"color4f", nullptr, ValueType::kVec4f, Role::kColor},
    {"color4d", nullptr, ValueType::kVec4d, Role::kColor},
    {"quath", "Quath", ValueType::kQuath},
    {"quatf", "Quatf", ValueType::kQuatf},
    {"quatd", "Quatd", ValueType::kQuatd},
    {"matrix2d", "Matrix2d", ValueType::kMatrix2d},
    {"matrix3d", "Matrix3d", ValueType::kMatrix3d},
    {"matrix4d", "Matrix4d", ValueType::kMatrix4d},
    {"frame4d", "Frame", ValueType::kMatrix4d, Role::kFrame},
    {"texCoord2h", nullptr, ValueType::kVec2h, Role::kTextureCoordinate},
    {"texCoord2f", nullptr, ValueType::kVec2f, Role::kTextureCoordinate},
    {"texCoord2d", nullptr, ValueType::kVec2d, Role::kTextureCoordinate},
    {"texCoord3h", nullptr, ValueType::kVec3h, Role::kTextureCoordinate},
    {"texCoord3f", nullptr, ValueType::kVec3f, Role::kTextureCoordinate},
    {"texCoord3d", nullptr, ValueType::kVec3d, Role::kTextureCoordinate},
    {"Transform", nullptr, ValueType::kMatrix4d, Role::kTransform},
    {"PointIndex", nullptr, ValueType::kInt, Role::kPointIndex},
    {"EdgeIndex", nullptr, ValueType::kInt, Role::kEdgeIndex},
    {"FaceIndex", nullptr, ValueType::kInt, Role::kFaceIndex},
};

template <class T>
T MakeFallback(TypeTag<T>) {
  return T();
}
template <class T>
Quat<T> MakeFallback(TypeTag<Quat<T>>) {
  return {{}, static_cast<T>(1.0f)};
}
template <size_t N>
Matrix<N> MakeFallback(TypeTag<Matrix<N>>) {
  return Matrix<N>::Identity();
}

class Registry {
 public:
  Registry() {
    for (const Row& row : kRows) Add(row);
  }

  const ValueTypeName* Find(Token name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }
  const ValueTypeName* Find(ValueType type) const { return by_type_[static_cast<size_t>(type)]; }
  const std::vector<const ValueTypeName*>& GetAll() const { return all_; }

 private:
  void Add(const Row& row) {
    ValueTypeName& scalar = names_.emplace_back();
    scalar.name = Token(row.name);
    if (row.alias) scalar.aliases.push_back(Token(row.alias));
    scalar.type = row.type;
    scalar.role = row.role;
    scalar.scalar = &scalar;
    scalar.fallback = Value(Opaque());
    if (row.arrays == Arrays::kToo) {
      scalar.fallback =
          VisitElementType<Value>(row.type, Value(), [](auto tag) { return Value(MakeFallback(tag)); });
      AddArray(row, scalar);
    }
    Index(scalar);
    if (scalar.array) Index(*scalar.array);
  }

  void AddArray(const Row& row, ValueTypeName& scalar) {
    ValueTypeName& array = names_.emplace_back();
    array.name = Token(std::string(row.name) + "[]");
    if (row.alias) array.aliases.push_back(Token(std::string(row.alias) + "[]"));
    array.type = GetArrayType(row.type);
    array.role = row.role;
    array.is_array = true;
    array.scalar = &scalar;
    array.array = &array;
    array.fallback = VisitElementType<Value>(
        row.type, Value(), [](auto tag) { return Value(Array<typename decltype(tag)::Type>()); });
    scalar.array = &array;
  }

  void Index(const ValueTypeName& name) {
    all_.push_back(&name);
    by_name_[name.name] = &name;
    for (Token alias : name.aliases) by_name_[alias] = &name;
    const ValueTypeName*& first = by_type_[static_cast<size_t>(name.type)];
    if (!first) first = &name;
  }

  std::deque<ValueTypeName> names_;
  std::vector<const ValueTypeName*> all_;
  std::unordered_map<Token, const ValueTypeName*> by_name_;
  const ValueTypeName* by_type_[static_cast<size_t>(ValueType::kCount)] = {};
};

const Registry& GetRegistry() {
  static const Registry* const registry = new Registry;  // never destroyed: others may ask until the very end
  return *registry;
}

}  // namespace

const ValueTypeName* FindValueTypeName(Token name) {
  return GetRegistry().Find(name);
}

const std::vector<const ValueTypeName*>& GetAllValueTypeNames() {
  return GetRegistry().GetAll();
}

const ValueTypeName* GetValueTypeNameOf(ValueType type) {
  return type < ValueType::kCount ? GetRegistry().Find(type) : nullptr;
}

}  // namespace strata

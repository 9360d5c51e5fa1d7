// What the typed views of data share: see schemas_geometry.h and those beside it, which are made from
// data/scene_schemas.   (HdSchema, HdContainerOfSchemasSchema, HdVectorOfSchemasSchema)
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "strata/scene/data_source.h"
#include "strata/scene/retained.h"

namespace strata::scene {

// A name as an argument of a template.
template <size_t N>
struct SchemaName {
  consteval SchemaName(const char (&text)[N]) { std::copy_n(text, N, chars); }
  char chars[N];
};
template <SchemaName kName>
Token GetNameToken() {
  static const Token token(kName.chars);
  return token;
}

// A member of a schema: its name, and what it is: a value of type T, a schema, or anything
// (DataSourceHandle).
template <SchemaName kName, class T>
struct SchemaMember {
  using Type = T;
  static Token GetToken() { return GetNameToken<kName>(); }
};

// Views of containers are SceneSchemas, those of vectors are not.
class SceneSchema {};
class ListSchema {};

template <class T>
auto ReadAs(const DataSourceHandle& source, double shutter_offset = 0) {
  if constexpr (std::is_same_v<T, DataSourceHandle>)
    return source;
  else if constexpr (std::is_base_of_v<SceneSchema, T>)
    return T(ContainerDataSource::Cast(source));
  else if constexpr (std::is_base_of_v<ListSchema, T>)
    return T(VectorDataSource::Cast(source));
  else
    return GetValueAs<T>(source, shutter_offset);
}

// A container looked at as one of a schema. Cheap to copy; what is not there reads as nothing. `kName` is
// where prims have it; empty where schemas around it say so.
template <class Self, SchemaName kName>
class SchemaOf : public SceneSchema {
 public:
  SchemaOf() = default;
  explicit SchemaOf(ContainerDataSourceHandle container) : container_(std::move(container)) {}
  bool IsDefined() const { return bool(container_); }
  const ContainerDataSourceHandle& GetContainer() const { return container_; }

  static Token GetSchemaToken() { return GetNameToken<kName>(); }
  static DataSourceLocator GetDefaultLocator() { return DataSourceLocator(GetSchemaToken()); }
  static Self GetFromParent(const ContainerDataSourceHandle& parent) {
    return ReadAs<Self>(parent ? parent->Get(GetSchemaToken()) : nullptr);
  }
  template <class Member>
  static DataSourceLocator GetLocator(Member) {
    return GetDefaultLocator().Append(Member::GetToken());
  }

 protected:
  template <class Member>
  auto Read(Member, double shutter_offset = 0) const {
    return ReadAs<typename Member::Type>(container_ ? container_->Get(Member::GetToken()) : nullptr,
                                         shutter_offset);
  }

 private:
  ContainerDataSourceHandle container_;
};

// A container whose names are anyone's, all of one kind.
template <class Self, SchemaName kName, class T>
class SchemaOfEach : public SchemaOf<Self, kName> {
 public:
  using SchemaOf<Self, kName>::SchemaOf;
  std::vector<Token> GetNames() const {
    return this->IsDefined() ? this->GetContainer()->GetNames() : std::vector<Token>();
  }
  auto Get(Token name) const {
    return ReadAs<T>(this->IsDefined() ? this->GetContainer()->Get(name) : nullptr);
  }
};

// A vector whose elements are all of one kind.
template <class Self, SchemaName kName, class T>
class SchemaOfList : public ListSchema {
 public:
  SchemaOfList() = default;
  explicit SchemaOfList(VectorDataSourceHandle vector) : vector_(std::move(vector)) {}
  bool IsDefined() const { return bool(vector_); }
  size_t GetNumElements() const { return vector_ ? vector_->GetNumElements() : 0; }
  auto GetElement(size_t element) const {
    return ReadAs<T>(vector_ ? vector_->GetElement(element) : nullptr);
  }

  static Token GetSchemaToken() { return GetNameToken<kName>(); }
  static DataSourceLocator GetDefaultLocator() { return DataSourceLocator(GetSchemaToken()); }
  static Self GetFromParent(const ContainerDataSourceHandle& parent) {
    return ReadAs<Self>(parent ? parent->Get(GetSchemaToken()) : nullptr);
  }

 private:
  VectorDataSourceHandle vector_;
};

// Gathers members of a schema into a container; those that are not set are not there.
class SchemaBuilder {
 public:
  template <class Member>
  SchemaBuilder& Set(Member, DataSourceHandle source) {
    entries_.emplace_back(Member::GetToken(), std::move(source));
    return *this;
  }
  // A value that is the same at all times.
  template <class Member>
  SchemaBuilder& SetValue(Member member, typename Member::Type value) {
    return Set(member, Retain(std::move(value)));
  }
  ContainerDataSourceHandle Build() { return RetainedContainerDataSource::New(std::exchange(entries_, {})); }

 private:
  std::vector<RetainedContainerDataSource::Entry> entries_;
};

}  // namespace strata::scene

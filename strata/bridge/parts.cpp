#include "strata/bridge/parts.h"

namespace strata::bridge {

namespace {

class PartsContainer final : public scene::ContainerDataSource {
 public:
  PartsContainer(PrimSource source, const Parts& parts) : source_(std::move(source)), parts_(parts) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    names.reserve(parts_.size());
    for (const Part& part : parts_)
      if (!part.has || part.has(source_)) names.push_back(part.name);
    return names;
  }
  scene::DataSourceHandle Get(Token name) const override {
    for (const Part& part : parts_)
      if (part.name == name) return !part.has || part.has(source_) ? part.get(source_) : nullptr;
    return nullptr;
  }

 private:
  PrimSource source_;
  const Parts& parts_;
};

class AttributePartsContainer final : public scene::ContainerDataSource {
 public:
  AttributePartsContainer(PrimSource source, const AttributeParts& parts)
      : source_(std::move(source)), parts_(parts) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    names.reserve(parts_.parts.size());
    for (const AttributePart& part : parts_.parts) names.push_back(part.name);
    return names;
  }
  scene::DataSourceHandle Get(Token name) const override {
    for (const AttributePart& part : parts_.parts)
      if (part.name == name)
        return MakeAttributeSource(source_, part.attribute, parts_.locator.Append(name), part.convert);
    return nullptr;
  }

 private:
  PrimSource source_;
  const AttributeParts& parts_;
};

class LiveContainer final : public scene::ContainerDataSource {
 public:
  explicit LiveContainer(std::function<scene::ContainerDataSourceHandle()> make) : make_(std::move(make)) {}
  std::vector<Token> GetNames() const override {
    const scene::ContainerDataSourceHandle made = make_();
    return made ? made->GetNames() : std::vector<Token>();
  }
  scene::DataSourceHandle Get(Token name) const override {
    const scene::ContainerDataSourceHandle made = make_();
    return made ? made->Get(name) : nullptr;
  }

 private:
  std::function<scene::ContainerDataSourceHandle()> make_;
};

}  // namespace

scene::ContainerDataSourceHandle MakeLive(std::function<scene::ContainerDataSourceHandle()> make) {
  return scene::Make<const LiveContainer>(std::move(make));
}

scene::ContainerDataSourceHandle MakeParts(const PrimSource& source, const Parts& parts) {
  return scene::Make<const PartsContainer>(source, parts);
}

scene::ContainerDataSourceHandle MakeAttributeParts(const PrimSource& source, const AttributeParts& parts) {
  return scene::Make<const AttributePartsContainer>(source, parts);
}

}  // namespace strata::bridge

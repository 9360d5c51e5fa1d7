// Answers of typed views: lights, coordinate systems, common transforms, curves, models, UDIM textures.
#include "strata/asset/resolver.h"
#include "strata/domain/domain.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

template <class T>
Json Numbers(const T& vector) {
  return Json::array({NumberToJson(vector[0]), NumberToJson(vector[1]), NumberToJson(vector[2])});
}

Json Paths(const std::vector<Path>& paths) {
  Json list = Json::array();
  for (Path path : paths) list.push_back(path.GetString());
  return list;
}

Json Bindings(const std::vector<domain::CoordSysBinding>& bindings) {
  Json list = Json::array();
  for (const domain::CoordSysBinding& one : bindings)
    list.push_back({one.name.GetString(), one.relationship.GetString(), one.prim.GetString()});
  return list;
}

Json DescribeXform(const stage::Prim& prim, double time) {
  const auto vectors = domain::XformCommonAPI(prim).GetXformVectors(time);
  if (!vectors) return {};
  return {{"translation", Numbers(vectors->translation)},
          {"rotation", Numbers(vectors->rotation)},
          {"scale", Numbers(vectors->scale)},
          {"pivot", Numbers(vectors->pivot)},
          {"order", domain::GetXformOpTypeName(vectors->rotation_order).substr(6)}};
}

Json DescribeCurves(const stage::Prim& prim) {
  const domain::BasisCurves curves(prim);
  Json segments = Json::array(), interpolations = Json::array();
  for (int32_t count : curves.ComputeSegmentCounts()) segments.push_back(count);
  for (size_t size = 0; size < 30; ++size)
    interpolations.push_back(curves.ComputeInterpolationForSize(size).GetString());
  return {{"curves", curves.GetCurveCount()},           {"segments", std::move(segments)},
          {"uniform", curves.ComputeUniformDataSize()}, {"varying", curves.ComputeVaryingDataSize()},
          {"vertex", curves.ComputeVertexDataSize()},   {"interpolations", std::move(interpolations)}};
}

Json DescribeModel(const stage::Prim& prim, double time) {
  const domain::Motion motion = domain::ComputeMotion(prim, time);
  Json targets = Json::object();
  for (const auto& target : domain::ModelAPI(prim).GetConstraintTargets()) {
    const Matrix4d world = target.ComputeInWorldSpace(time);
    Json rows = Json::array();
    for (size_t i = 0; i < 4; ++i)
      for (size_t k = 0; k < 4; ++k) rows.push_back(NumberToJson(world[i][k]));
    targets[target.attribute.GetName().GetString()] = {target.identifier.GetString(), std::move(rows)};
  }
  return {
      {"motion",
       {NumberToJson(motion.blur_scale), NumberToJson(motion.velocity_scale), motion.nonlinear_sample_count}},
      {"targets", std::move(targets)}};
}

Json DescribeLight(const stage::Prim& prim, const std::vector<stage::Prim>& all) {
  const domain::Light light(prim);
  const domain::LightLinking linking({prim});
  Json lit = Json::array(), shadowed = Json::array(), filters = Json::array();
  for (const stage::Prim& other : all) {
    if (linking.IsLit(0, other.GetPath())) lit.push_back(other.GetPath().GetString());
    if (linking.CastsShadow(0, other.GetPath())) shadowed.push_back(other.GetPath().GetString());
  }
  for (const stage::Prim& filter : light.GetFilters()) filters.push_back(filter.GetPath().GetString());
  return {{"lit", std::move(lit)},
          {"shadowed", light.IsFilter() ? Json() : std::move(shadowed)},
          {"filters", std::move(filters)},
          {"shader", light.GetShaderId().GetString()},
          {"riShader", light.GetShaderId(Token("ri")).GetString()}};
}

Json Attributes(const std::vector<stage::Attribute>& attributes) {
  Json list = Json::array();
  for (const stage::Attribute& one : attributes) list.push_back(one.GetPath().GetString());
  return list;
}

Json DescribePort(const stage::Attribute& port) {
  std::vector<Path> invalid;
  Json sources = Json::array();
  for (const domain::ConnectionSource& source : domain::Connectable::GetConnectedSources(port, &invalid))
    sources.push_back({source.source.GetPath().GetString(), source.source_name.GetString(),
                       source.source_type == domain::ShadeAttributeType::kInput ? "Input" : "Output"});
  return {{"sources", std::move(sources)},
          {"invalid", Paths(invalid)},
          {"producers", Attributes(domain::GetValueProducingAttributes(port))},
          {"shaders", Attributes(domain::GetValueProducingAttributes(
                          port, domain::ValueProducers::kShaderOutputsOnly))}};
}

Json DescribeShading(const stage::Prim& prim) {
  const domain::Connectable connectable(prim);
  Json ports = Json::object(), results = Json::object();
  for (const stage::Attribute& input : connectable.GetInputs())
    ports[input.GetName().GetString()] = DescribePort(input);
  for (const stage::Attribute& output : connectable.GetOutputs())
    ports[output.GetName().GetString()] = DescribePort(output);
  for (const char* output : {"surface", "displacement", "volume"})
    for (const char* context : {"", "mine"}) {
      if (!prim.IsA(Token("Material"))) continue;
      const auto source = domain::ComputeMaterialSource(
          prim, Token(output), *context ? std::vector<Token>{Token(context)} : std::vector<Token>());
      results[std::string(output) + context] =
          source ? Json::array({source->source.GetPath().GetString(), source->source_name.GetString()})
                 : Json();
    }
  return {{"isContainer", connectable.IsContainer()},
          {"ports", std::move(ports)},
          {"results", std::move(results)},
          {"id", domain::Shader(prim).IsValid() ? domain::Shader(prim).GetShaderId().GetString() : ""}};
}

Json DescribeHints(const stage::Prim& prim) {
  const domain::PrimHints hints(prim);
  Json properties = Json::object();
  for (const stage::Property& property : prim.GetAuthoredProperties()) {
    const domain::PropertyHints one(property);
    Json order = Json::array();
    for (Token label : one.GetValueLabelsOrder()) order.push_back(label.GetString());
    properties[property.GetName().GetString()] = {one.GetDisplayName(),
                                                  one.GetDisplayGroup(),
                                                  one.IsHidden(),
                                                  one.GetShownIf(),
                                                  ToJson(Value(one.GetValueLabels())),
                                                  std::move(order)};
  }
  return {{"own",
           {hints.GetDisplayName(), hints.IsHidden(), hints.IsDisplayGroupExpanded("A"),
            hints.GetDisplayGroupShownIf("A"), ToJson(Value(hints.GetDisplayGroupsExpanded())),
            ToJson(Value(hints.GetDisplayGroupsShownIf()))}},
          {"properties", std::move(properties)}};
}

}  // namespace

Json AnswerViews(const Json& question) {
  const stage::StagePtr stage = OpenWithSchemas(question);
  const double time = question.at("time").get<double>();
  std::vector<stage::Prim> all;
  for (const stage::Prim& prim :
       stage->Traverse(stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse)))
    all.push_back(prim);
  Json answer = Json::object();
  for (const stage::Prim& prim : all) {
    const domain::CoordSysAPI spaces(prim);
    Json& entry = answer[prim.GetPath().GetString()];
    entry = {{"lights", Paths(domain::ComputeLightList(prim, domain::LightListMode::kIgnoreCache))},
             {"cachedLights", Paths(domain::ComputeLightList(prim, domain::LightListMode::kConsultCache))},
             {"bindsSpaces", spaces.HasLocalBindings()},
             {"localSpaces", Bindings(spaces.GetLocalBindings())},
             {"spaces", Bindings(spaces.FindBindingsWithInheritance())},
             {"xform", DescribeXform(prim, time)},
             {"model", DescribeModel(prim, time)},
             {"hints", DescribeHints(prim)}};
    if (prim.IsA(Token("BasisCurves"))) entry["curves"] = DescribeCurves(prim);
    if (domain::Connectable(prim).IsValid()) entry["shading"] = DescribeShading(prim);
    if (domain::Light(prim).IsValid()) entry["light"] = DescribeLight(prim, all);
  }
  return answer;
}

Json AnswerUdim(const Json& question) {
  const auto resolver = asset::MakeFileResolver();
  const std::string path = question.at("path").get<std::string>(),
                    anchor = question.at("anchor").get<std::string>();
  Json tiles = Json::array();
  for (const domain::UdimTile& tile : domain::ResolveUdimTilePaths(*resolver, path, anchor))
    tiles.push_back({tile.resolved_path, tile.tile});
  return {{"isUdim", domain::IsUdimIdentifier(path)},
          {"replaced", domain::ReplaceUdimPattern(path, "1011")},
          {"tiles", std::move(tiles)},
          {"resolved", domain::ResolveUdimPath(*resolver, path, anchor)}};
}

namespace {

Json DescribeShaderProperties(const std::vector<domain::ShaderProperty>& properties) {
  Json all = Json::object();
  for (const domain::ShaderProperty& one : properties) {
    Json options = Json::array();
    for (Token option : one.options) options.push_back(option.GetString());
    all[one.name.GetString()] = {{"type", one.type_name.GetString()},
                                 {"fallback", one.fallback.IsEmpty() ? Json() : ToJson(one.fallback)},
                                 {"isConnectable", one.is_connectable},
                                 {"options", std::move(options)}};
  }
  return all;
}

}  // namespace

// Every shader node that is known, by identifier.
Json AnswerNodes(const Json&) {
  const auto& registry = *domain::ShaderRegistry::GetBuiltIn();
  Json answer = Json::object();
  for (Token identifier : registry.GetIdentifiers()) {
    const domain::ShaderNode* node = registry.FindByIdentifier(identifier);
    answer[identifier.GetString()] = {{"sourceType", node->source_type.GetString()},
                                      {"context", node->context.GetString()},
                                      {"family", node->family.GetString()},
                                      {"role", node->role.GetString()},
                                      {"inputs", DescribeShaderProperties(node->inputs)},
                                      {"outputs", DescribeShaderProperties(node->outputs)}};
  }
  return answer;
}

}  // namespace strata::conformance

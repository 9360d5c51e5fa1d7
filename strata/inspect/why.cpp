#include "strata/inspect/why.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace strata::inspect {

namespace {

constexpr size_t kValueWidth = 96;
constexpr const char* kOnlyChildren = "(nothing but children)";

std::string DescribeTime(stage::Time time) {
  if (time.IsDefault()) return "default";
  return fmt::format("{}{}", time.IsPreTime() ? "just before " : "", time.GetValue());
}

std::string DescribeReason(const stage::Opinion& opinion, const WhyOpinion* winner, stage::Time time) {
  const layer::FieldNames& names = layer::GetFieldNames();
  switch (opinion.role) {
    case stage::OpinionRole::kWins:
      if (opinion.field == names.timeSamples) return "the strongest opinion, and it has samples over time";
      if (opinion.field == names.spline) return "the strongest opinion, a curve over time";
      return "the strongest opinion";
    case stage::OpinionRole::kContributes:
      return "is combined with the other contributing opinions";
    case stage::OpinionRole::kBlocks:
      return "says that there is no value: weaker opinions are not asked";
    case stage::OpinionRole::kHidden:
      if (winner && winner->place.layer == opinion.layer->GetIdentifier() &&
          winner->place.path == opinion.spec_path)
        return fmt::format("{} of the same spec is stronger", winner->field.GetText());
      return winner ? fmt::format("{} is stronger", winner->place.layer_name) : "a stronger opinion decides";
    case stage::OpinionRole::kNotAsked:
      return time.IsDefault() ? "speaks about times; the default was asked for"
                              : "does not speak about this time";
  }
  return {};
}

void AddOpinions(WhyAnswer& answer, const stage::Opinions& opinions, stage::Time time) {
  const size_t first = answer.opinions.size();
  for (const stage::Opinion& opinion : opinions.all) {
    WhyOpinion row;
    row.place =
        DescribePlace(opinion.node, *opinion.layer, opinion.spec_path, opinion.field, opinion.layer_to_stage);
    row.field = opinion.field;
    row.value = SummarizeValue(opinion.value, kValueWidth);
    row.role = stage::GetOpinionRoleName(opinion.role);
    answer.opinions.push_back(std::move(row));
  }
  const WhyOpinion* winner = nullptr;
  for (size_t i = first; i < answer.opinions.size() && !winner; ++i)
    if (opinions.all[i - first].role == stage::OpinionRole::kWins ||
        opinions.all[i - first].role == stage::OpinionRole::kBlocks)
      winner = &answer.opinions[i];
  for (size_t i = first; i < answer.opinions.size(); ++i)
    answer.opinions[i].reason = DescribeReason(opinions.all[i - first], winner, time);
}

// The sentence that answers "why", from the opinions gathered.
std::string Conclude(const WhyAnswer& answer) {
  const auto has_role = [](std::string_view role) {
    return [role](const WhyOpinion& o) { return o.role == role; };
  };
  const auto winner = std::find_if(answer.opinions.begin(), answer.opinions.end(), has_role("wins"));
  const auto block = std::find_if(answer.opinions.begin(), answer.opinions.end(), has_role("blocks"));
  const auto contributing =
      std::count_if(answer.opinions.begin(), answer.opinions.end(), has_role("contributes"));
  if (answer.opinions.empty())
    return answer.resolved.empty() ? "No layer speaks of it, and there is no fallback."
                                   : "No layer speaks of it: the fallback holds.";
  if (contributing > 1) return fmt::format("{} opinions are combined.", contributing);
  if (block != answer.opinions.end() && (winner == answer.opinions.end() || block < winner))
    return fmt::format("There is no value: {} blocks it.", block->place.layer_name);
  if (winner == answer.opinions.end() && contributing == 1) return "One opinion makes the list.";
  if (winner == answer.opinions.end())
    return answer.resolved.empty() ? "No opinion speaks about what was asked."
                                   : "The fallback holds: no opinion speaks about what was asked.";
  const size_t hidden = std::count_if(answer.opinions.begin(), answer.opinions.end(), has_role("hidden"));
  const std::string how =
      winner->place.arcs.empty() ? "a local opinion" : "brought by " + SummarizeArcs(winner->place.arcs);
  return fmt::format(
      "{} wins, {}{}.", winner->place.layer_name, how,
      hidden ? fmt::format(", over {} weaker", hidden) : std::string(", with nobody else speaking"));
}

std::string SummarizeTargets(const std::vector<Path>& targets) {
  std::string text;
  for (const Path& target : targets)
    text += fmt::format("{}<{}>", text.empty() ? "" : ", ", target.GetString());
  return targets.size() == 1 ? text : "[" + text + "]";
}

// What a prim spec says, in few words: `def Xform (kind, references) + 3 properties`.
std::string SummarizeSpec(const layer::Layer& layer, Path path) {
  const layer::FieldNames& names = layer::GetFieldNames();
  const auto spec = layer.GetContent().Find(path);
  std::string text;
  if (const Value* specifier = spec.Find(names.specifier)) text = SummarizeValue(*specifier, kValueWidth);
  if (const Value* type = spec.Find(names.typeName);
      type && type->Holds<Token>() && !type->Get<Token>().IsEmpty())
    text += fmt::format("{}{}", text.empty() ? "" : " ", type->Get<Token>().GetText());
  std::vector<std::string_view> fields;
  for (const auto& field : spec)
    if (field.name != names.specifier && field.name != names.typeName && field.name != names.properties &&
        field.name != names.primChildren && field.name != names.variantSetChildren &&
        field.name != names.variantChildren)
      fields.push_back(field.name.GetText());
  std::sort(fields.begin(), fields.end());
  if (!fields.empty()) text += fmt::format("{}({})", text.empty() ? "" : " ", fmt::join(fields, ", "));
  if (const auto* properties = layer.GetFieldAs<TokenVector>(path, names.properties);
      properties && !properties->empty())
    text += fmt::format("{}{} {}", text.empty() ? "" : " + ", properties->size(),
                        properties->size() == 1 ? "property" : "properties");
  return text.empty() ? kOnlyChildren : text;
}

void ExplainPrim(const stage::Prim& prim, WhyAnswer& answer) {
  answer.subject = "prim";
  answer.type_name = prim.GetTypeName().GetString();
  const compose::PrimIndexPtr index = prim.GetPrimIndex();
  if (!index) return;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    WhyOpinion row;
    row.place = DescribePlace(site.node, *site.entry->layer, site.path, Token(), site.GetOffsetToRoot());
    row.value = SummarizeSpec(*site.entry->layer, site.path);
    // Every layer has a root spec; one without metadata, as in an untouched session layer, says nothing.
    if (site.path.IsAbsoluteRoot() && row.value == kOnlyChildren) continue;
    row.role = "contributes";
    row.reason = answer.opinions.empty() ? "strongest" : "weaker than those above";
    answer.opinions.push_back(std::move(row));
  }
  for (size_t i = 1; i < index->GetNodeCount(); ++i) {
    const compose::NodeRef node = index->GetNode(static_cast<uint32_t>(i));
    if (node.HasSpecs() || node.IsInert() || node.IsDueToAncestor() || node.IsCulled()) continue;
    answer.silent_arcs.push_back(DescribeArcs(node).back());
  }
  for (const auto& [set, selection] : index->GetVariantSelections())
    answer.variants.emplace_back(set.GetString(), selection.GetString());
  answer.format_arguments = DescribeFormatArguments(*index);
  for (const compose::CompositionError& error : index->GetErrors()) answer.errors.push_back(error.diagnostic);

  const Specifier specifier = prim.GetSpecifier();
  answer.resolved = specifier == Specifier::kDef ? "def" : specifier == Specifier::kClass ? "class" : "over";
  if (!answer.type_name.empty()) answer.resolved += " " + answer.type_name;
  answer.conclusion =
      fmt::format("{} {} to this prim{}.", answer.opinions.size(),
                  answer.opinions.size() == 1 ? "spec contributes" : "specs contribute",
                  !prim.IsActive()    ? "; it is inactive"
                  : !prim.IsDefined() ? "; nobody defines it (over)"
                  : prim.IsInstance() ? "; it is an instance, what is below comes from its prototype"
                                      : "");
}

bool IsArcField(Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  return field == names.references || field == names.payload || field == names.inheritPaths ||
         field == names.specializes || field == names.variantSetNames;
}

// Arcs and variant sets are read where they are written, by every layer stack that has some: none hides
// another.
void ConcludeArcs(WhyAnswer& answer) {
  for (WhyOpinion& opinion : answer.opinions) {
    opinion.role = stage::GetOpinionRoleName(stage::OpinionRole::kContributes);
    opinion.reason = "is combined with the list edits of its own layer stack";
  }
  answer.resolved.clear();
  answer.conclusion =
      fmt::format("{} what this prim is made of; asked of the prim itself, `why` tells where they lead.",
                  answer.opinions.size() == 1 ? "One opinion says" : "All opinions say");
}

// Variants are selected set by set: an opinion speaks for the sets that no stronger one mentions.
void ConcludeSelections(const stage::Prim& prim, const stage::Opinions& opinions, WhyAnswer& answer) {
  std::map<std::string, std::string> deciders;
  for (size_t i = 0; i < opinions.all.size(); ++i) {
    const auto* selections = opinions.all[i].value.GetIf<VariantSelectionMap>();
    if (!selections) continue;
    WhyOpinion& row = answer.opinions[i];
    std::string decided, hidden;
    for (const auto& [set, variant] : *selections) {
      const auto [at, is_first] = deciders.emplace(set, row.place.layer_name);
      if (is_first)
        decided += (decided.empty() ? "" : ", ") + set;
      else
        hidden += fmt::format("{}{} is decided by {}", hidden.empty() ? "" : ", ", set, at->second);
    }
    const auto role = decided.empty() ? stage::OpinionRole::kHidden : stage::OpinionRole::kContributes;
    row.role = stage::GetOpinionRoleName(role);
    row.reason = decided.empty() ? hidden : "decides " + decided + (hidden.empty() ? "" : "; " + hidden);
  }
  VariantSelectionMap in_force;
  if (const compose::PrimIndexPtr index = prim.GetPrimIndex())
    for (const auto& [set, variant] : index->GetVariantSelections())
      in_force[set.GetString()] = variant.GetString();
  answer.resolved = SummarizeValue(Value(in_force), kValueWidth);
  answer.conclusion = "Each set takes the strongest selection that is made for it.";
}

void ExplainMetadata(const stage::Opinions& opinions, Token field, WhyAnswer& answer) {
  answer.subject = "metadata";
  answer.field = field;
  AddOpinions(answer, opinions, stage::Time::Default());
  answer.resolved =
      SummarizeValue(opinions.resolved.IsEmpty() ? opinions.fallback : opinions.resolved, kValueWidth);
  answer.conclusion = Conclude(answer);
}

void ExplainAttribute(const stage::Attribute& attribute, stage::Time time, WhyAnswer& answer) {
  answer.subject = "attribute";
  answer.type_name = attribute.GetTypeName().GetString();
  answer.time = DescribeTime(time);
  const stage::Opinions opinions = attribute.GetOpinions(time);
  answer.source = stage::GetResolveSourceName(opinions.source);
  AddOpinions(answer, opinions, time);
  answer.resolved = SummarizeValue(attribute.Get(time), kValueWidth);
  answer.conclusion = Conclude(answer);
  if (attribute.HasAuthoredConnections()) {
    AddOpinions(answer, attribute.GetMetadataOpinions(layer::GetFieldNames().connectionPaths), time);
    answer.conclusion += fmt::format(" It is connected to {}.", SummarizeTargets(attribute.GetConnections()));
  }
}

void ExplainRelationship(const stage::Relationship& relationship, WhyAnswer& answer) {
  answer.subject = "relationship";
  AddOpinions(answer, relationship.GetMetadataOpinions(layer::GetFieldNames().targetPaths),
              stage::Time::Default());
  answer.resolved = SummarizeTargets(relationship.GetTargets());
  answer.conclusion = Conclude(answer);
}

// What exists nearest to a path that does not, for the remedy.
std::string SuggestNear(const stage::Stage& stage, Path path) {
  Path prim_path = path.GetPrimPath();
  stage::Prim prim = stage.GetPrimAtPath(prim_path);
  if (prim && path != prim_path) {
    std::vector<std::string> names;
    for (Token name : prim.GetPropertyNames()) names.push_back(name.GetString());
    if (names.empty()) return fmt::format("<{}> has no properties.", prim_path.GetString());
    if (names.size() > 12) {
      names.resize(12);
      names.push_back("...");
    }
    return fmt::format("Ask about one of its properties: {}.", fmt::join(names, ", "));
  }
  while (!prim && !prim_path.IsAbsoluteRoot() && !prim_path.IsEmpty()) {
    prim_path = prim_path.GetParent();
    prim = stage.GetPrimAtPath(prim_path);
  }
  if (!prim) return "Ask about an absolute path, such as /World.";
  std::vector<std::string> names;
  for (Token name : prim.GetAllChildrenNames()) names.push_back(name.GetString());
  if (names.empty())
    return fmt::format("The nearest prim is <{}>; it has no children.", prim_path.GetString());
  if (names.size() > 12) {
    names.resize(12);
    names.push_back("...");
  }
  return fmt::format("The nearest prim is <{}>; its children are: {}.", prim_path.GetString(),
                     fmt::join(names, ", "));
}

}  // namespace

Result<WhyAnswer> ExplainWhy(const stage::Stage& stage, const WhyQuestion& question) {
  const auto unknown = [&](std::string message) {
    SourceLocation where;
    where.file = stage.GetRootLayer()->GetIdentifier();
    where.path = question.path.GetString();
    return Diagnostic(kSubjectUnknown, std::move(message), std::move(where),
                      SuggestNear(stage, question.path));
  };
  WhyAnswer answer;
  answer.path = question.path;
  if (question.path.IsAbsoluteRoot()) {
    if (question.metadata.IsEmpty()) {
      ExplainPrim(stage.GetPseudoRoot(), answer);
    } else {
      ExplainMetadata(stage.GetMetadataOpinions(question.metadata), question.metadata, answer);
    }
    return answer;
  }
  const stage::Prim prim = stage.GetPrimAtPath(question.path.GetPrimPath());
  if (!prim)
    return unknown(fmt::format("The stage has no prim at <{}>.", question.path.GetPrimPath().GetString()));
  if (!question.path.IsPrimProperty()) {
    if (!question.path.IsPrim())
      return unknown(fmt::format("<{}> is neither a prim nor a property.", question.path.GetString()));
    if (question.metadata.IsEmpty()) {
      ExplainPrim(prim, answer);
    } else {
      const stage::Opinions opinions = prim.GetMetadataOpinions(question.metadata);
      ExplainMetadata(opinions, question.metadata, answer);
      if (answer.opinions.empty()) return answer;
      if (question.metadata == layer::GetFieldNames().variantSelection)
        ConcludeSelections(prim, opinions, answer);
      if (IsArcField(question.metadata)) ConcludeArcs(answer);
    }
    return answer;
  }
  const stage::Property property = prim.GetProperty(question.path.GetNameToken());
  if (!property) return unknown(fmt::format("Nothing speaks of a property <{}>.", question.path.GetString()));
  if (!question.metadata.IsEmpty()) {
    ExplainMetadata(property.GetMetadataOpinions(question.metadata), question.metadata, answer);
  } else if (property.IsRelationship()) {
    ExplainRelationship(prim.GetRelationship(property.GetName()), answer);
  } else {
    ExplainAttribute(prim.GetAttribute(property.GetName()), question.time, answer);
  }
  return answer;
}

void WriteWhy(JsonWriter& writer, const WhyAnswer& answer) {
  writer.BeginObject();
  writer.Key("path").String(answer.path.GetString());
  writer.Key("subject").String(answer.subject);
  if (!answer.field.IsEmpty()) writer.Key("field").String(answer.field.GetText());
  if (!answer.type_name.empty()) writer.Key("typeName").String(answer.type_name);
  if (!answer.time.empty()) writer.Key("time").String(answer.time);
  if (!answer.source.empty()) writer.Key("source").String(answer.source);
  writer.Key("resolved").String(answer.resolved);
  writer.Key("conclusion").String(answer.conclusion);
  if (!answer.variants.empty()) {
    writer.Key("variants").BeginObject();
    for (const auto& [set, selection] : answer.variants) writer.Key(set).String(selection);
    writer.EndObject();
  }
  writer.Key("opinions").BeginArray();
  for (const WhyOpinion& opinion : answer.opinions) {
    writer.BeginObject();
    WritePlace(writer, opinion.place);
    if (!opinion.field.IsEmpty()) writer.Key("field").String(opinion.field.GetText());
    writer.Key("value").String(opinion.value);
    writer.Key("role").String(opinion.role);
    writer.Key("reason").String(opinion.reason);
    writer.EndObject();
  }
  writer.EndArray();
  WriteFormatArguments(writer, answer.format_arguments);
  if (!answer.silent_arcs.empty()) {
    writer.Key("silentArcs").BeginArray();
    for (const ArcStep& step : answer.silent_arcs) {
      writer.BeginObject();
      writer.Key("arc").String(step.arc);
      writer.Key("layer").String(step.layer);
      writer.Key("path").String(step.path.GetString());
      writer.EndObject();
    }
    writer.EndArray();
  }
  if (!answer.errors.empty()) {
    writer.Key("errors").BeginArray();
    for (const Diagnostic& error : answer.errors) WriteDiagnostic(writer, error);
    writer.EndArray();
  }
  writer.EndObject();
}

}  // namespace strata::inspect

// Answers to single rows of the tables: paths, list ops, variable expressions, path expressions, splines.
#include "strata/compose/expression.h"
#include "strata/layer/registry.h"
#include "strata/value/list_op.h"
#include "strata/value/spline.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

// -- paths
// ---------------------------------------------------------------------------------------------------

Json AnswerPath(const Json& row) {
  const std::string text = row.at("text");
  auto parsed = Path::Parse(text);
  if (!parsed || parsed->IsEmpty()) return {{"valid", false}};
  const Path path = *parsed;
  Json prefixes = Json::array();
  for (Path prefix : path.GetPrefixes()) prefixes.push_back(prefix.GetString());
  // OpenUSD names a variant selection by the selection, or by the set where that is empty.
  const bool is_variant = path.IsPrimVariantSelection();
  const Token variant =
      path.GetVariantSelection().IsEmpty() ? path.GetVariantSet() : path.GetVariantSelection();
  return {{"valid", true},
          {"string", path.GetString()},
          {"name", is_variant ? variant.GetString() : path.GetName()},
          {"elementString", path.GetElementString()},
          {"elements", path.GetElementCount()},
          {"isAbsolute", path.IsAbsolute()},
          {"isPrim", path.IsPrim()},
          {"isProperty", path.IsProperty()},
          {"isRootPrim", path.IsRootPrim()},
          {"isPrimProperty", path.IsPrimProperty()},
          {"isVariant", is_variant},
          {"hasVariant", path.ContainsPrimVariantSelection()},
          {"isTarget", path.IsTarget()},
          {"isRelationalAttribute", path.IsRelationalAttribute()},
          {"isMapper", path.IsMapper()},
          {"isExpression", path.IsExpression()},
          {"parent", path.GetParent().GetString()},
          {"primPath", path.GetPrimPath().GetString()},
          {"primOrVariant", path.GetPrimOrPrimVariantSelectionPath().GetString()},
          {"target", path.GetTarget().GetString()},
          {"stripped", path.StripAllVariantSelections().GetString()},
          {"prefixes", std::move(prefixes)},
          {"variant", {path.GetVariantSet().GetString(), path.GetVariantSelection().GetString()}}};
}

Json AnswerPathPair(const Json& row) {
  const Path a(row.at("a").get<std::string>()), b(row.at("b").get<std::string>());
  Json answer = {
      {"hasPrefix", a.HasPrefix(b)}, {"less", a < b}, {"commonPrefix", a.GetCommonPrefix(b).GetString()}};
  if (b.IsAbsolute() && b.IsAbsoluteRootOrPrim()) {
    answer["makeAbsolute"] = a.MakeAbsolute(b).GetString();
    answer["makeRelative"] = a.MakeRelative(b).GetString();
  }
  if (a.HasPrefix(b) && b.IsPrim()) answer["replaceWithXY"] = a.ReplacePrefix(b, Path("/X/Y")).GetString();
  return answer;
}

// -- list ops
// ------------------------------------------------------------------------------------------------

template <class T>
ListOp<T> ReadListOp(const Json& lists, const std::array<const char*, 6>& names) {
  ListOp<T> op;
  std::vector<T>* const parts[] = {&op.explicit_items, &op.added_items,   &op.prepended_items,
                                   &op.appended_items, &op.deleted_items, &op.ordered_items};
  for (size_t i = 0; i < names.size(); ++i)
    if (lists.contains(names[i])) *parts[i] = lists[names[i]].get<std::vector<T>>();
  op.is_explicit = lists.contains(names[0]);
  return op;
}

Json AnswerListOp(const Json& row) {
  constexpr std::array<const char*, 6> kNames = {"explicit", "added",   "prepended",
                                                 "appended", "deleted", "ordered"};
  const auto strong = ReadListOp<std::string>(row.at("strong").at("$listop"), kNames);
  const auto weak = ReadListOp<std::string>(row.at("weak").at("$listop"), kNames);
  std::vector<std::string> strong_on_base = row.at("base"), both_on_base = strong_on_base;
  strong.ApplyTo(strong_on_base);
  weak.ApplyTo(both_on_base);
  strong.ApplyTo(both_on_base);
  Json answer = {{"strongOnBase", strong_on_base}, {"bothOnBase", both_on_base}, {"composed", nullptr}};
  if (auto composed = strong.ComposeOver(weak)) answer["composed"] = ToJson(Value(StringListOp(*composed)));
  return answer;
}

Json AnswerListOpChain(const Json& row) {
  constexpr std::array<const char*, 6> kNames = {"explicit_items", "added_items",   "prepended_items",
                                                 "appended_items", "deleted_items", "ordered_items"};
  std::optional<ListOp<int64_t>> combined;
  for (const Json& lists : row.at("chain")) {  // strongest first
    const auto op = ReadListOp<int64_t>(lists, kNames);
    combined = combined ? combined->ComposeOver(op) : op;
    if (!combined) throw NotAnswered("a chain that is no single list op");
  }
  const ListOp<int64_t> reduced = combined ? combined->GetReduced() : ListOp<int64_t>();
  Json lists = Json::object();
  if (reduced.is_explicit) lists[kNames[0]] = reduced.explicit_items;
  if (!reduced.prepended_items.empty()) lists[kNames[2]] = reduced.prepended_items;
  if (!reduced.appended_items.empty()) lists[kNames[3]] = reduced.appended_items;
  if (!reduced.deleted_items.empty()) lists[kNames[4]] = reduced.deleted_items;
  return {{"combined_reduced", std::move(lists)}};
}

// -- variable expressions
// --------------------------------------------------------------------------------------

template <class T>
Value ReadArray(const Json& written) {
  std::vector<T> items = written.get<std::vector<T>>();
  return Value(Array<T>(items.begin(), items.end()));
}

Value ReadVariable(const Json& written) {
  if (written.is_boolean()) return Value(written.get<bool>());
  if (written.is_number_integer()) return Value(written.get<int64_t>());
  if (written.is_string()) return Value(written.get<std::string>());
  if (written.is_object()) {  // {"$int[]": [..]}: a value of that type
    const std::string type = written.begin().key();
    const Json& content = written.begin().value();
    if (type == "$string[]") return ReadArray<std::string>(content);
    if (type == "$int[]") return ReadArray<int32_t>(content);
    if (type == "$int64[]") return ReadArray<int64_t>(content);
    if (type == "$bool[]") return ReadArray<bool>(content);
    if (type == "$double") return Value(content.get<double>());
    Dictionary dictionary;
    for (const auto& [name, value] : content.items()) dictionary.entries[name] = ReadVariable(value);
    return Value(std::move(dictionary));
  }
  ValueVector items;
  for (const Json& item : written) items.push_back(ReadVariable(item));
  return Value(std::move(items));
}

Json AnswerExpression(const Json& row, const Json& variables) {
  const std::string text = row.at("expr");
  const compose::VariableExpression expression(text);
  Json answer = {{"isExpression", compose::VariableExpression::IsExpression(text)},
                 {"parses", expression.GetErrors().empty()},
                 {"parseErrors", expression.GetErrors()}};
  if (!expression.GetErrors().empty()) return answer;
  Dictionary dictionary;
  for (const auto& [name, written] : variables.items()) dictionary.entries[name] = ReadVariable(written);
  const auto result = expression.Evaluate(dictionary);
  const bool is_empty_list = std::holds_alternative<compose::EmptyList>(result.value);
  answer["value"] = is_empty_list ? Json::array() : ToJson(compose::ToValue(result.value));
  answer["errors"] = result.errors;
  answer["used"] = result.used_variables;
  return answer;
}

// -- path expressions
// --------------------------------------------------------------------------------------------

Json AnswerPattern(const Json& row, const Json& targets) {
  const std::string text = row.at("pattern");
  auto expression = PathExpression::Parse(text);
  if (!expression) return {{"text", text}, {"error", expression.GetError().message}};
  Json answer = {{"text", expression->GetText()}, {"matches", Json::array()}};
  for (const Json& target : targets) {
    switch (expression->Matches(Path(target.get<std::string>()))) {
      case PathExpression::Match::kYes:
        answer["matches"].push_back(target);
        break;
      case PathExpression::Match::kNo:
        break;
      default:
        answer.erase("matches");
        answer["error"] = "it needs predicates, references or an anchor";
        return answer;
    }
  }
  return answer;
}

// -- splines
// -------------------------------------------------------------------------------------------------------

Json AnswerSpline(const Json& row, const Json& question) {
  const std::string text = "#usda 1.1\n\ndef \"P\"\n{\n    double x.spline = {\n" +
                           row.at("spline").get<std::string>() + "\n    }\n}\n";
  Diagnostics diagnostics;
  auto layer = MakeRegistry(question)->ImportFromString(text, "spline", diagnostics);
  const Spline* spline =
      layer ? layer->GetFieldAs<Spline>(Path("/P.x"), layer::GetFieldNames().spline) : nullptr;
  if (!spline) throw NotAnswered("a spline that does not parse");
  Json answer = {{"parsed", ToJson(Value(*spline))}, {"eval", Json::array()}};
  for (const Json& time : row.at("evalAt")) {
    const auto value = spline->Evaluate(time.get<double>());
    answer["eval"].push_back(Json::array({time, value ? NumberToJson(*value) : Json()}));
  }
  answer["derivative"] = Json::array();
  for (const Json& time : row.at("derivativeAt")) {
    const auto slope = spline->EvaluateDerivative(time.get<double>());
    answer["derivative"].push_back(Json::array({time, slope ? NumberToJson(*slope) : Json()}));
  }
  return answer;
}

}  // namespace

Json AnswerTable(const Json& question) {
  const std::string table = question.at("table");
  const Json& row = question.at("row");
  if (table == "paths") return AnswerPath(row);
  if (table == "path_pairs") return AnswerPathPair(row);
  if (table == "list_ops") return AnswerListOp(row);
  if (table == "aousd_listop_chains") return AnswerListOpChain(row);
  if (table == "variable_expressions") return AnswerExpression(row, question.at("variables"));
  if (table == "path_patterns") return AnswerPattern(row, question.at("targets"));
  if (table == "splines") return AnswerSpline(row, question);
  throw NotAnswered("table " + table);
}

}  // namespace strata::conformance

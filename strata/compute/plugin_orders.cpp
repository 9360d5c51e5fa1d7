#include "strata/compute/plugin_orders.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "strata/layer/plugin_fields.h"

namespace strata::compute {

namespace {

using Json = nlohmann::json;

Diagnostic MakeRemark(const std::string& file, std::string message, std::string hint) {
  return Diagnostic(kOrderUnusable, std::move(message), {file, {}, 0, 0, 0}, std::move(hint));
}

// A string, or a list of strings. False where it is something else.
bool ReadNames(const Json& from, const char* key, std::vector<Token>& names) {
  const auto found = from.find(key);
  if (found == from.end()) return true;
  if (found->is_string()) {
    names.emplace_back(found->get_ref<const std::string&>());
    return true;
  }
  if (!found->is_array()) return false;
  for (const Json& name : *found) {
    if (!name.is_string()) return false;
    names.emplace_back(name.get_ref<const std::string&>());
  }
  return true;
}

// The object at the end of the keys; null where there is none.
const Json* FindObject(const Json& from, std::initializer_list<const char*> keys) {
  const Json* at = &from;
  for (const char* key : keys) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at->is_object() ? at : nullptr;
}

struct Order {
  Token first, then;
};

// Nothing where it is in another form.
std::optional<std::vector<Order>> ReadOrders(const std::string& name, const Json& computation) {
  const Json* ordering = FindObject(computation, {"ordering"});
  if (!ordering) return std::nullopt;
  std::vector<Token> after, before;
  if (!ReadNames(*ordering, "after", after) || !ReadNames(*ordering, "before", before)) return std::nullopt;
  std::vector<Order> orders;
  for (const Token other : after) orders.push_back({other, Token(name)});
  for (const Token other : before) orders.push_back({Token(name), other});
  return orders;
}

template <class Take>
void VisitOrders(std::string_view text, const std::string& file, Diagnostics& remarks, Take&& take) {
  const Json json = Json::parse(layer::StripPluginComments(text), nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    remarks.Add(
        MakeRemark(file, "The plugInfo file is no JSON object.", "See its form in OpenUSD's documentation."));
    return;
  }
  const auto plugins = json.find("Plugins");
  if (plugins == json.end() || !plugins->is_array()) return;
  for (const Json& plugin : *plugins) {
    const Json* computations = FindObject(plugin, {"Info", "Exec", "Computations"});
    if (!computations) continue;
    for (const auto& [name, computation] : computations->items()) {
      if (const auto orders = ReadOrders(name, computation))
        for (const Order& order : *orders) take(order);
      else
        remarks.Add(MakeRemark(
            file, fmt::format("The computation \"{}\" is declared in a form that is not known.", name),
            "`ordering` is an object; its `after` and `before` are names of computations or lists of them."));
    }
  }
}

std::vector<Token> FindModifiedOutputs(const Registry& registry, Token name) {
  std::vector<Token> outputs;
  for (const auto& computation : registry.GetAll())
    if (computation->name == name && computation->role == Computation::Role::kModifies)
      outputs.push_back(computation->output);
  return outputs;
}

void CheckOrder(const Registry& registry, const Order& order, const std::string& file, Diagnostics& remarks) {
  const std::vector<Token> of_first = FindModifiedOutputs(registry, order.first);
  const std::vector<Token> of_then = FindModifiedOutputs(registry, order.then);
  for (const auto& [name, outputs] : {std::pair(order.first, &of_first), std::pair(order.then, &of_then)})
    if (outputs->empty())
      return remarks.Add(MakeRemark(
          file, fmt::format("There is no modifier \"{}\" that could come first or last.", name.GetText()),
          "Name modifiers as they are registered: `strata compute --explain` shows them."));
  if (std::find_first_of(of_first.begin(), of_first.end(), of_then.begin(), of_then.end()) == of_first.end())
    remarks.Add(MakeRemark(file,
                           fmt::format("\"{}\" and \"{}\" change different outputs: they have no order.",
                                       order.first.GetText(), order.then.GetText()),
                           "Name modifiers of one output."));
}

}  // namespace

void DeclareComputationOrders(std::string_view text, const std::string& file, Registry& registry,
                              Diagnostics& remarks) {
  VisitOrders(text, file, remarks, [&](const Order& order) { registry.Declare(order.first, order.then); });
}

void LoadComputationOrders(const std::vector<std::string>& paths, Registry& registry, Diagnostics& remarks) {
  layer::ReadPluginFiles(
      paths,
      [&](const std::string& file, std::string_view text) {
        VisitOrders(text, file, remarks, [&](const Order& order) {
          registry.Declare(order.first, order.then);
          CheckOrder(registry, order, file, remarks);
        });
      },
      remarks);
}

}  // namespace strata::compute

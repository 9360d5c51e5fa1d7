#include "strata/compute/computation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "strata/compute/metrics_shapes.h"
#include "strata/domain/xformable.h"
#include "strata/math/transform.h"
#include "strata/stage/computed_values.h"

namespace strata::compute {

namespace {

using stage::ComputedTransform;

bool IsFinite(const Matrix4d& matrix) {
  return std::all_of(&matrix.data[0][0], &matrix.data[0][0] + 16,
                     [](double number) { return std::isfinite(number); });
}

Result<Datum> ComputeAuthoredXform(const Arguments& arguments) {
  const domain::LocalTransform local =
      domain::Xformable(arguments.GetPrim()).GetLocalTransformation(arguments.GetTime());
  return Datum::Of(ComputedTransform{local.matrix, local.resets_stack});
}

Result<Datum> ComputeWorldXform(const Arguments& arguments) {
  const auto* local = arguments.GetIf<ComputedTransform>(0);
  const auto* above = arguments.GetIf<Matrix4d>(1);
  if (!local) return Datum::Of(above ? *above : Matrix4d::Identity());
  return Datum::Of(local->resets_stack || !above ? local->matrix : MultiplyAffine(local->matrix, *above));
}

// How close a computation is to prims of a definition: those for an API schema come before those for a type,
// those for the type itself before those for its bases, those for all prims last.
size_t RankOf(const Computation& computation, const schema::PrimDefinition* definition) {
  constexpr size_t kOfType = 1u << 20, kOfBase = kOfType + 1, kOfAll = kOfType + 2;
  size_t best = kOfAll;
  if (!definition) return best;
  const std::vector<Token>& applied = definition->GetAppliedSchemas();
  for (Token schema : computation.schemas) {
    const auto found = std::find(applied.begin(), applied.end(), schema);
    if (found != applied.end())
      best = std::min(best, static_cast<size_t>(found - applied.begin()));
    else if (definition->HasAPI(schema))
      best = std::min(best, applied.size());
    else if (definition->GetSchemaType() == schema)
      best = std::min(best, kOfType);
    else if (definition->IsA(schema))
      best = std::min(best, kOfBase);
  }
  return best;
}

bool Names(const std::vector<Token>& names, Token name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What others say of modifiers: first the host, where its first word counts, then plugInfo files, whose words
// all count, so that the order in which they were read does not.
struct Orders {
  const std::vector<std::pair<Token, Token>>&host, &declared;
};

bool SaysBefore(const Orders& orders, const Computation& first, const Computation& second) {
  for (const auto& [before, after] : orders.host) {
    if (before == first.name && after == second.name) return true;
    if (before == second.name && after == first.name) return false;
  }
  bool is_contrary = false;
  for (const auto& [before, after] : orders.declared) {
    if (before == first.name && after == second.name) return true;
    is_contrary = is_contrary || (before == second.name && after == first.name);
  }
  if (is_contrary) return false;
  return Names(first.before, second.name) || Names(second.after, first.name);
}

// Which of the modifiers come before which, with what follows from it.
class Order {
 public:
  Order(const Orders& orders, const std::vector<const Computation*>& modifiers)
      : count_(modifiers.size()), is_before_(count_ * count_) {
    for (size_t i = 0; i < count_; ++i)
      for (size_t j = 0; j < count_; ++j)
        is_before_[i * count_ + j] = i != j && SaysBefore(orders, *modifiers[i], *modifiers[j]);
    for (size_t i = 0; i < count_; ++i)
      for (size_t j = 0; j < count_; ++j)
        if (modifiers[i]->comes_first && !modifiers[j]->comes_first && !IsBefore(j, i))
          is_before_[i * count_ + j] = true;
    for (size_t between = 0; between < count_; ++between)
      for (size_t i = 0; i < count_; ++i)
        for (size_t j = 0; j < count_; ++j)
          if (IsBefore(i, between) && IsBefore(between, j)) is_before_[i * count_ + j] = true;
  }
  bool IsBefore(size_t i, size_t j) const { return is_before_[i * count_ + j]; }
  // Whether nothing says which of the two comes first, or something says both.
  bool IsConflict(size_t i, size_t j) const { return i != j && IsBefore(i, j) == IsBefore(j, i); }
  size_t CountBefore(size_t j) const {
    size_t count = 0;
    for (size_t i = 0; i < count_; ++i) count += IsBefore(i, j);
    return count;
  }

 private:
  size_t count_;
  std::vector<char> is_before_;
};

std::string Describe(const Computation& computation) {
  return fmt::format("`{}`{}", computation.name.GetText(),
                     computation.module.empty() ? "" : " of " + computation.module);
}

// Stands in place of computations that write one output and are in each other's way: it tells of them on
// each prim, and what was there before holds.
std::shared_ptr<const Computation> MakeConflict(const std::vector<const Computation*>& writers,
                                                std::string what, std::string remedy) {
  Computation conflict;
  conflict.output = writers.front()->output;
  conflict.role = writers.front()->role;
  std::string names;
  for (const Computation* each : writers) {
    names += (names.empty() ? "" : " or ") + each->name.GetString();
    conflict.schemas.insert(conflict.schemas.end(), each->schemas.begin(), each->schemas.end());
  }
  conflict.name = Token(names);
  conflict.function = [what = std::move(what),
                       remedy = std::move(remedy)](const Arguments&) -> Result<Datum> {
    return Diagnostic(kModifiersUnordered, what, {}, remedy);
  };
  return std::make_shared<const Computation>(std::move(conflict));
}

// Those without a conflict in their order; then what tells of the others, which change nothing.
void SortModifiers(const Orders& orders, Registry::Chain& chain) {
  std::vector<const Computation*> modifiers = std::exchange(chain.modifiers, {}), contrary;
  std::sort(modifiers.begin(), modifiers.end(),
            [](const auto* a, const auto* b) { return a->name.GetText() < b->name.GetText(); });
  const Order order(orders, modifiers);
  std::vector<std::pair<size_t, const Computation*>> placed;
  bool is_contradiction = false;
  for (size_t i = 0; i < modifiers.size(); ++i) {
    size_t other = 0;
    while (other < modifiers.size() && !order.IsConflict(i, other)) ++other;
    if (other == modifiers.size())
      placed.emplace_back(order.CountBefore(i), modifiers[i]);
    else
      contrary.push_back(modifiers[i]);
    is_contradiction = is_contradiction || (other < modifiers.size() && order.IsBefore(i, other));
  }
  std::sort(placed.begin(), placed.end());
  for (const auto& [before, modifier] : placed) chain.modifiers.push_back(modifier);
  if (contrary.empty()) return;
  std::string who;
  for (size_t i = 0; i < contrary.size(); ++i)
    who += (i == 0 ? "" : i + 1 == contrary.size() ? " and " : ", ") + Describe(*contrary[i]);
  chain.conflicts.push_back(MakeConflict(
      contrary,
      fmt::format("{} change \"{}\", and {}; none of them does.", who, contrary.front()->output.GetText(),
                  is_contradiction ? "what says which comes first contradicts itself"
                                   : "nothing says which comes first"),
      "Give one of them an `after` or `before` with the name of the other, or order them in the program."));
  chain.modifiers.push_back(chain.conflicts.back().get());
}

}  // namespace

const Datum& Arguments::GetNone() {
  static const Datum kNone;
  return kNone;
}

const Outputs& GetOutputs() {
  static const Outputs outputs;
  return outputs;
}

AttributeExpression MakeValueOf(Token output, Token attribute, std::vector<Token> schemas) {
  AttributeExpression expression;
  expression.name = attribute;
  expression.output = output;
  expression.schemas = std::move(schemas);
  expression.varies = true;
  expression.may_change = [attribute](Token name) { return name == attribute; };
  expression.list = [attribute](const stage::Prim&) { return std::vector<Token>{attribute}; };
  expression.function = [](const stage::Attribute& of, stage::Time, const Datum& answer,
                           const stage::ComputedValues&) -> std::optional<Value> {
    const ValueTypeName* type = of.IsDefined() ? of.GetValueTypeName() : nullptr;
    if (type && type->type != answer.GetValue().GetType()) return std::nullopt;
    return answer.GetValue();
  };
  return expression;
}

Registry::Registry() {
  const Outputs& outputs = GetOutputs();
  Computation local;
  local.output = outputs.xform;
  local.name = Token("authored");
  local.inputs = {in::AttributesNamed(Token("xformOp"))};
  local.function = ComputeAuthoredXform;
  Computation world;
  world.output = outputs.world_xform;
  world.name = Token("flattened");
  world.inputs = {in::Computation(outputs.xform), in::Parent(outputs.world_xform)};
  world.function = ComputeWorldXform;
  world.cutoff = Computation::Cutoff::kEarly;
  all_ = {std::make_shared<const Computation>(std::move(local)),
          std::make_shared<const Computation>(std::move(world))};
  Publish(outputs.xform, Token("xform"));
  Require(outputs.xform, [](const Datum& datum) {
    const auto* transform = datum.GetIf<ComputedTransform>();
    return transform && IsFinite(transform->matrix);
  });
}

namespace {

// A call's values in the units of the prim, which the last input knows. Stays where it was made.
struct Converted {
  Converted(const std::vector<Input>& inputs, const Arguments& arguments)
      : data(arguments.GetData().begin(), arguments.GetData().end()) {
    const auto* units = arguments.GetIf<PrimUnits>(inputs.size() - 1);
    if (!units) return;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const bool has_samples = inputs[i].kind == Input::Kind::kSamples;
      if (!has_samples && inputs[i].kind != Input::Kind::kAttribute) continue;
      if (arguments.GetAll(i).empty()) continue;
      const stage::Attribute attribute = arguments.GetPrim().GetAttribute(inputs[i].name);
      const auto convert = [&](const Value& value) {
        return units->Convert(attribute, arguments.GetTime(), value);
      };
      const Datum& read = arguments.Get(i);
      if (const auto* samples = has_samples ? read.GetIf<Samples>() : nullptr)
        own.push_back(
            Datum::Of(Samples{convert(samples->lower), convert(samples->upper), samples->fraction}));
      else
        own.emplace_back(convert(read.GetValue()));
      data[arguments.GetStart(i)] = &own.back();
    }
  }
  Converted(const Converted&) = delete;
  Converted& operator=(const Converted&) = delete;

  std::deque<Datum> own;
  std::vector<const Datum*> data;
};

// Stages of one domain have no units to ask for, and the functions are called as they are.
void ReadInUnits(Computation& computation) {
  const bool reads =
      std::any_of(computation.inputs.begin(), computation.inputs.end(), [](const Input& input) {
        return input.kind == Input::Kind::kAttribute || input.kind == Input::Kind::kSamples;
      });
  if (!reads) return;
  computation.inputs.push_back(in::Computation(GetPrimUnitsOutput()));
  const auto inputs = std::make_shared<const std::vector<Input>>(computation.inputs);
  const auto wrap = [&](Function function) -> Function {
    if (!function) return function;
    return [inputs, function = std::move(function)](const Arguments& arguments) {
      if (arguments.GetAll(inputs->size() - 1).empty()) return function(arguments);
      return function(arguments.With(Converted(*inputs, arguments).data));
    };
  };
  computation.function = wrap(std::move(computation.function));
  if (computation.batch)
    computation.batch = [inputs, batch = std::move(computation.batch)](std::span<const Arguments> all) {
      const auto has_none = [&](const Arguments& each) { return each.GetAll(inputs->size() - 1).empty(); };
      if (std::all_of(all.begin(), all.end(), has_none)) return batch(all);
      std::deque<Converted> kept;
      std::vector<Arguments> converted;
      converted.reserve(all.size());
      for (const Arguments& arguments : all)
        converted.push_back(arguments.With(kept.emplace_back(*inputs, arguments).data));
      return batch(converted);
    };
  if (!computation.stepping) return;
  Stepping stepping = *computation.stepping;
  stepping.init = wrap(std::move(stepping.init));
  stepping.step = wrap(std::move(stepping.step));
  computation.stepping = std::make_shared<const Stepping>(std::move(stepping));
}

}  // namespace

Result<void> Registry::Add(Computation computation) {
  const auto refuse = [&](std::string why) {
    return Diagnostic(kComputationUnusable,
                      fmt::format("The computation `{}` of \"{}\"{} {}.", computation.name.GetText(),
                                  computation.output.GetText(),
                                  computation.module.empty() ? "" : " by " + computation.module, why),
                      {}, "Give each computation an output, a function, and a name of its own.");
  };
  if (computation.output.IsEmpty() || computation.name.IsEmpty()) return refuse("has no name or no output");
  if (!computation.function) return refuse("has no function");
  if (computation.stepping && (!computation.stepping->init || !computation.stepping->step ||
                               !(computation.stepping->time_codes_per_step > 0)))
    return refuse("has no first state, no step, or steps of no length");
  for (const auto& known : all_)
    if (known->output == computation.output && known->name == computation.name)
      return refuse(
          fmt::format("is there already{}", known->module.empty() ? "" : ", from " + known->module));
  for (const Input& input : computation.inputs)
    if (input.kind == Input::Kind::kPrevious && computation.role == Computation::Role::kMakes)
      return refuse("asks for a previous answer without being a modifier");
  for (const Input& input : computation.inputs)
    if (input.is_lasting && input.output.IsEmpty())
      return refuse(fmt::format(
          "has a lasting input that is no output{}: only Computation, Parent, Targets and the like last",
          input.name.IsEmpty() ? "" : " (" + input.name.GetString() + ")"));
  if (computation.reads == Computation::Reads::kInUnits) ReadInUnits(computation);
  all_.push_back(std::make_shared<const Computation>(std::move(computation)));
  return {};
}

void Registry::Add(AttributeExpression expression) {
  const auto before = [](const AttributeExpression& a, const AttributeExpression& b) {
    return a.converts != b.converts ? b.converts : a.name.GetText() < b.name.GetText();
  };
  expressions_.insert(std::upper_bound(expressions_.begin(), expressions_.end(), expression, before),
                      std::move(expression));
}

void Registry::Publish(Token output, scene::DataSourceLocator locator) {
  for (Publication& known : publications_)
    if (known.output == output) {
      known.locator = std::move(locator);
      return;
    }
  publications_.push_back({output, std::move(locator)});
}

const Registry::Check* Registry::FindCheck(Token output) const {
  const auto found = checks_.find(output);
  return found == checks_.end() ? nullptr : &found->second;
}

bool Registry::Applies(const std::vector<Token>& schemas, const schema::PrimDefinition* definition) {
  if (schemas.empty()) return true;
  if (!definition) return false;
  return std::any_of(schemas.begin(), schemas.end(),
                     [&](Token schema) { return definition->IsA(schema) || definition->HasAPI(schema); });
}

Registry::Chain Registry::FindChain(Token output, const schema::PrimDefinition* definition,
                                    const std::function<bool(const Computation&)>& is_used) const {
  Chain chain;
  size_t best = 0;
  std::vector<const Computation*> makers;  // of the best rank
  for (const auto& computation : all_) {
    if (computation->output != output || !Applies(computation->schemas, definition) || !is_used(*computation))
      continue;
    chain.asks_prims = chain.asks_prims || computation->is_for;
    if (computation->role == Computation::Role::kModifies) {
      chain.modifiers.push_back(computation.get());
      continue;
    }
    const size_t rank = RankOf(*computation, definition);
    if (makers.empty() || rank < best) makers.clear();
    if (makers.empty()) best = rank;
    if (rank == best) makers.push_back(computation.get());
  }
  if (makers.size() > 1) {
    std::sort(makers.begin(), makers.end(),
              [](const auto* a, const auto* b) { return a->name.GetText() < b->name.GetText(); });
    chain.conflicts.push_back(
        MakeConflict(makers,
                     fmt::format("{} and {} both make \"{}\"; none of them does.", Describe(*makers[0]),
                                 Describe(*makers[1]), output.GetText()),
                     "Make one of them a modifier, or register it for a schema of its own."));
    makers = {chain.conflicts.back().get()};
  }
  if (!makers.empty()) chain.maker = makers.front();
  if (chain.modifiers.size() > 1) SortModifiers({orders_, declared_}, chain);
  return chain;
}

}  // namespace strata::compute

#include "strata/compute/system.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "strata/compute/calling.h"
#include "strata/layer/fields.h"

namespace strata::compute {

using stage::Prim;
using stage::Time;

namespace {

// Whether keys are among sorted ones. Those that are asked for in the same order cost a step each.
class KeyWalk {
 public:
  explicit KeyWalk(const std::vector<ValueKey>& sorted) : sorted_(sorted), at_(sorted.begin()) {}
  bool Has(const ValueKey& key) {
    constexpr KeyOrder kLess;
    if (at_ != sorted_.begin() && !kLess(*std::prev(at_), key))
      return std::binary_search(sorted_.begin(), at_, key, kLess);
    while (at_ != sorted_.end() && kLess(*at_, key)) ++at_;
    return at_ != sorted_.end() && *at_ == key;
  }

 private:
  const std::vector<ValueKey>& sorted_;
  std::vector<ValueKey>::const_iterator at_;  // what is before it is less than what was asked for
};

}  // namespace

System::System(stage::StagePtr stage, std::shared_ptr<const Registry> registry, SystemOptions options)
    : stage_(std::move(stage)),
      registry_(std::move(registry)),
      network_(*stage_, registry_, std::move(options.network)),
      outside_(network_, *registry_),
      while_asked_(std::move(options.while_asked)) {
  for (const auto& computation : registry_->GetAll())
    watches_layers_ = watches_layers_ || bool(computation->is_used);
  FindExpressions();
  WatchLayers();
  if (options.follow == SystemOptions::Follow::kStage)
    listener_ = stage_->AddListener([this](const stage::StageNotice& notice) {
      if (!notice.objects) return;
      Apply(NetworkChanges::FromNotice(*notice.objects, FindRedefinitions(*notice.objects)));
    });
}

System::~System() {
  if (listener_) stage_->RemoveListener(listener_);
  for (const auto& [layer, id] : watched_) layer->RemoveListener(id);
}

bool System::FindExpressions() {
  const std::vector<const AttributeExpression*> former = std::exchange(expressions_, {});
  for (const AttributeExpression& expression : registry_->GetExpressions())
    if (!expression.is_used || expression.is_used(*stage_)) expressions_.push_back(&expression);
  return expressions_ != former;
}

// Metadata of layers that arcs lead to are no part of the stage, whose notices do not tell of them.
void System::WatchLayers() {
  if (!watches_layers_) return;
  const layer::FieldNames& fields = layer::GetFieldNames();
  const std::vector<layer::LayerPtr> used = stage_->GetUsedLayers();
  for (auto it = watched_.begin(); it != watched_.end();) {
    if (std::find(used.begin(), used.end(), it->first) == used.end()) {
      it->first->RemoveListener(it->second);
      it = watched_.erase(it);
    } else {
      ++it;
    }
  }
  for (const layer::LayerPtr& each : used) {
    if (watched_.contains(each)) continue;
    const auto listener = [this, &fields](const layer::Layer&, const layer::ChangeList& changes) {
      const auto root = changes.by_path.find(Path::AbsoluteRoot());
      if (root == changes.by_path.end()) return;
      const auto& changed = root->second.fields;
      if (std::none_of(changed.begin(), changed.end(), [&](const auto& each) {
            return each.field == fields.metersPerUnit || each.field == fields.kilogramsPerUnit ||
                   each.field == fields.upAxis;
          }))
        return;
      NetworkChanges metadata;
      metadata.has_stage_metadata = true;
      ComputedChanges computed = Apply(metadata);
      if (on_changes_) on_changes_(std::move(computed));
    };
    watched_.emplace(each, each->AddChangeListener(listener, layer::Layer::Before::kUnlessEditedInPlace));
  }
}

Datum System::Compute(const Prim& prim, Token output, Time time) const {
  const auto asking = network_.Ask();
  Network::Node* node = network_.Find(prim, output);
  if (!node) return Datum();
  const auto asked = while_asked_ ? while_asked_() : nullptr;
  return network_.Evaluate(*node, time);
}

std::vector<Datum> System::Compute(const std::vector<Network::Node*>& nodes, Time time) const {
  const auto asking = network_.Ask();
  std::vector<Datum> answers(nodes.size());
  const auto compute = [&](size_t begin, size_t end) {
    network_.Evaluate(std::span(nodes).subspan(begin, end - begin), time, answers.data() + begin);
  };
  Executor* executor = stage_->GetOpenOptions().executor;
  constexpr size_t kNodesATask = 256;
  if (executor && nodes.size() > kNodesATask)
    executor->ParallelFor(nodes.size(), kNodesATask, compute);
  else
    compute(0, nodes.size());
  return answers;
}

const System::Published& System::FindPublished(const schema::PrimDefinition* definition) const {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = published_.find(definition); found != published_.end()) return *found->second;
  }
  auto made = std::make_unique<Published>();
  for (const Registry::Publication& publication : registry_->GetPublications())
    if (network_.IsComputed(definition, publication.output)) made->publications.push_back(&publication);
  for (const AttributeExpression* expression : expressions_)
    if (Registry::Applies(expression->schemas, definition)) made->expressions.push_back(expression);
  made->authored_names = network_.FindAuthoredNames(definition, GetOutputs().xform);
  made->authored_names.insert(made->authored_names.begin(), Token("authoredXform"));
  if (!made->publications.empty()) is_active_ = true;
  const std::unique_lock lock(mutex_);
  return *published_.emplace(definition, std::move(made)).first->second;
}

Diagnostics System::GetDiagnostics() const {
  const auto asking = network_.Ask();
  Diagnostics all = network_.GetDiagnostics();
  const std::shared_lock lock(mutex_);
  for (const auto& [key, diagnostic] : conflicts_) all.Add(diagnostic);
  return all;
}

std::vector<const Registry::Publication*> System::FindPublished(const Prim& prim) const {
  const auto asking = network_.Ask();
  return FindPublished(prim.GetPrimDefinition()).publications;
}

std::vector<Token> System::FindAuthoredNames(const Prim& prim) const {
  const auto asking = network_.Ask();
  return FindPublished(prim.GetPrimDefinition()).authored_names;
}

bool System::MightCompute(const Prim& prim) const {
  const auto asking = network_.Ask();
  const Published& published = FindPublished(prim.GetPrimDefinition());
  return !published.expressions.empty() || !published.publications.empty();
}

std::optional<Value> System::GetValue(const stage::Attribute& attribute, Time time) const {
  const auto asking = network_.Ask();
  if (expressions_.empty()) return std::nullopt;
  const Prim& prim = attribute.GetPrim();
  const AttributeExpression* writer = nullptr;
  bool is_conflict = false;
  std::optional<Value> written;
  for (const AttributeExpression* expression : FindPublished(prim.GetPrimDefinition()).expressions) {
    if (expression->converts ? written.has_value() : is_conflict) continue;
    if (expression->may_change && !expression->may_change(attribute.GetName())) continue;
    const Datum answer = Compute(prim, expression->output, time);
    if (answer.IsEmpty()) continue;
    std::optional<Value> value = expression->function(attribute, time, answer, *this);
    if (!value) continue;
    if (expression->converts) return value;
    is_conflict = writer;
    if (is_conflict) TellOfConflict(attribute, *writer, *expression);
    writer = expression;
    written = is_conflict ? std::nullopt : std::move(value);
  }
  if (written && has_conflicts_) {
    const std::unique_lock lock(mutex_);
    conflicts_.erase({prim.GetPath().GetString(), attribute.GetName().GetString()});
  }
  return written;
}

void System::TellOfConflict(const stage::Attribute& attribute, const AttributeExpression& one,
                            const AttributeExpression& other) const {
  const std::string prim = attribute.GetPrim().GetPath().GetString();
  Diagnostic told(kModifiersUnordered,
                  fmt::format("\"{}\" and \"{}\" both stand for the value of {}; neither does.",
                              one.output.GetText(), other.output.GetText(), attribute.GetName().GetText()),
                  {{}, prim, 0, 0, 0}, "Let one output stand for it, or let it be a modifier of the other.");
  const std::unique_lock lock(mutex_);
  conflicts_.insert_or_assign({prim, attribute.GetName().GetString()}, std::move(told));
  has_conflicts_ = true;
}

bool System::ValuesMightVary(const Prim& prim) const {
  const auto asking = network_.Ask();
  if (expressions_.empty()) return false;
  for (const AttributeExpression* expression : FindPublished(prim.GetPrimDefinition()).expressions)
    if (const Network::Node* node = expression->varies ? network_.Find(prim, expression->output) : nullptr)
      if (network_.MightVary(*node)) return true;
  return false;
}

std::optional<std::vector<double>> System::GetValueTimes(const stage::Attribute& attribute, double begin,
                                                         double end) const {
  const auto asking = network_.Ask();
  if (expressions_.empty()) return std::nullopt;
  const Prim& prim = attribute.GetPrim();
  for (const AttributeExpression* expression : FindPublished(prim.GetPrimDefinition()).expressions) {
    if (!expression->varies) continue;
    if (expression->may_change && !expression->may_change(attribute.GetName())) continue;
    const Network::Node* node = network_.Find(prim, expression->output);
    if (!node || !network_.MightVary(*node)) continue;
    const Datum answer = Compute(prim, expression->output, begin);
    if (answer.IsEmpty() || !expression->function(attribute, begin, answer, *this)) continue;
    if (!expression->converts && !GetValue(attribute, begin)) break;  // another one is in its way
    return network_.GetTimes(*node, begin, end);
  }
  return std::nullopt;
}

std::optional<stage::ComputedTransform> System::GetLocalTransform(const Prim& prim, Time time) const {
  const auto asking = network_.Ask();
  const Token xform = GetOutputs().xform;
  const auto& publications = FindPublished(prim.GetPrimDefinition()).publications;
  if (std::none_of(publications.begin(), publications.end(),
                   [&](const auto* publication) { return publication->output == xform; }))
    return std::nullopt;
  const Datum answer = Compute(prim, xform, time);
  const auto* transform = answer.GetIf<stage::ComputedTransform>();
  return transform ? std::optional(*transform) : std::nullopt;
}

bool System::IsTakenApart(const Prim& instance) const {
  const auto asking = network_.Ask();
  return outside_.Has(instance);
}

void System::Look(const schema::PrimDefinition* definition) const {
  const auto asking = network_.Ask();
  FindPublished(definition);
}

bool System::TransformMightVary(const Prim& prim) const {
  const auto asking = network_.Ask();
  const Network::Node* node = network_.Find(prim, GetOutputs().xform);
  return node && network_.MightVary(*node);
}

std::vector<stage::Redefinition> System::FindRedefinitions(const stage::ObjectsChanged& objects) const {
  std::vector<stage::Redefinition> found = stage::FindRedefinitions(*stage_, objects);
  std::erase_if(found, [&](const stage::Redefinition& each) {
    const std::vector<Token> others = each.FindOtherSchemas();
    return std::ranges::any_of(registry_->GetAll(), [&](const auto& computation) {
      return computation->is_for &&
             std::ranges::find_first_of(computation->schemas, others) != computation->schemas.end();
    });
  });
  return found;
}

std::unique_ptr<Access::Changing> System::BeginChanges(NetworkChanges& changes) {
  auto alone = network_.BeginChanges();
  if (alone)
    changes.Add(std::exchange(kept_, {}));
  else
    kept_.Add(changes);
  return alone;
}

ComputedChanges System::Apply(NetworkChanges changes) {
  ComputedChanges computed;
  std::vector<Telling> tellings;
  bool may_use_others = false;
  {
    const auto alone = BeginChanges(changes);
    if (!alone) return {};
    may_use_others = changes.has_stage_metadata || !changes.resynced.empty() || !changes.redefined.empty();
    computed = may_use_others ? ApplyAlone(std::move(changes), tellings)
                              : Publish(network_.Apply(changes), tellings, {}, &Request::on_values_);
  }
  if (may_use_others) WatchLayers();
  Tell(tellings);
  network_.EndChanges();
  return computed;
}

ComputedChanges System::ApplyAlone(NetworkChanges changes, std::vector<Telling>& tellings) {
  outside_.Clear();
  const bool is_other = FindExpressions();
  published_.clear();
  conflicts_.clear();
  const bool is_everything = network_.IsUsedOtherwise() || is_other;
  if (is_everything || changes.ResyncsAll()) changes.resynced = {Path::AbsoluteRoot()};
  std::vector<ValueKey> changed = network_.Apply(changes);
  std::vector<Path> resynced = std::move(changes.resynced);
  resynced.insert(resynced.end(), changes.redefined.begin(), changes.redefined.end());
  ComputedChanges computed = Publish(changed, tellings, resynced, &Request::on_values_);
  if (!is_everything) return computed;
  computed = {};
  computed.is_everything = true;
  return computed;
}

ComputedChanges System::ChangeTime(Time from, Time to) {
  if (Calling::Find()) return {};
  std::vector<ValueKey> changed;
  {
    const auto asked = while_asked_ ? while_asked_() : nullptr;
    changed = network_.ChangeTime(from, to);
  }
  ComputedChanges computed;
  std::vector<Telling> tellings;
  if (const auto alone = network_.BeginChanges())
    computed = Publish(changed, tellings, {}, &Request::on_time_);
  Tell(tellings);
  network_.EndChanges();
  return computed;
}

ComputedChanges System::Clear() {
  NetworkChanges all;
  all.resynced.push_back(Path::AbsoluteRoot());
  ComputedChanges computed;
  std::vector<Telling> tellings;
  {
    const auto alone = BeginChanges(all);
    if (!alone) return {};
    published_.clear();
    conflicts_.clear();
    outside_.Clear();
    FindExpressions();
    computed = Publish(network_.Clear(), tellings, all.resynced, &Request::on_values_);
  }
  Tell(tellings);
  network_.EndChanges();
  return computed;
}

void System::Invalidate(std::vector<ValueKey> outputs) {
  NetworkChanges changes;
  changes.outputs = std::move(outputs);
  ComputedChanges computed = Apply(std::move(changes));
  if (on_changes_) on_changes_(std::move(computed));
}

ComputedChanges System::Publish(const std::vector<ValueKey>& keys, std::vector<Telling>& tellings,
                                const std::vector<Path>& resynced, Invalidation Request::* callback) {
  ComputedChanges out;
  const auto is_there = [&](Path provider) {
    return resynced.empty() || bool(stage_->GetPrimAtPath(provider));
  };
  for (const ValueKey& key : keys) {
    for (const Registry::Publication& publication : registry_->GetPublications()) {
      if (publication.output != key.output || !is_there(key.provider)) continue;
      if (!out.published.empty() && out.published.back().path == key.provider)
        out.published.back().locators.Insert(publication.locator);
      else
        out.published.push_back({key.provider, publication.locator});
    }
    for (const AttributeExpression& expression : registry_->GetExpressions()) {
      if (expression.output != key.output || !expression.list) continue;
      if (const Prim prim = stage_->GetPrimAtPath(key.provider))
        for (const Token name : expression.list(prim))
          out.properties.push_back(key.provider.AppendProperty(name));
    }
  }
  const auto may_come = [&](Path provider) {
    return std::any_of(resynced.begin(), resynced.end(), [&](Path root) { return provider.HasPrefix(root); });
  };
  for (std::shared_ptr<Request>& request : TakeRequests()) {
    std::vector<size_t> told;
    KeyWalk changed(keys);
    for (size_t i = 0; i < request->keys_.size(); ++i)
      if (request->is_computed_[i] &&
          (changed.Has(request->keys_[i]) || (!request->nodes_[i] && may_come(request->keys_[i].provider)))) {
        request->is_computed_[i] = false;
        told.push_back(i);
      }
    if (!told.empty() && (*request).*callback)
      tellings.push_back({std::move(request), callback, std::move(told)});
  }
  return out;
}

void System::Tell(const std::vector<Telling>& tellings) {
  for (const auto& [request, callback, keys] : tellings) ((*request).*callback)(keys);
}

// Those that somebody holds.
std::vector<std::shared_ptr<Request>> System::TakeRequests() {
  std::vector<std::shared_ptr<Request>> held;
  const std::lock_guard lock(requests_mutex_);
  std::erase_if(requests_, [&](const std::weak_ptr<Request>& each) {
    if (auto request = each.lock()) held.push_back(std::move(request));
    return each.expired();
  });
  return held;
}

std::shared_ptr<Request> System::MakeRequest(std::vector<ValueKey> keys, Invalidation on_values,
                                             Invalidation on_time) {
  std::shared_ptr<Request> request(new Request(*this, std::move(keys)));
  request->is_computed_.assign(request->keys_.size(), false);
  request->on_values_ = std::move(on_values);
  request->on_time_ = std::move(on_time);
  const std::lock_guard lock(requests_mutex_);
  requests_.push_back(request);
  return request;
}

const std::vector<Network::Node*>& Request::FindNodes() {
  const Network& network = system_.GetNetwork();
  if (has_nodes_ && generation_ == network.GetGeneration()) return nodes_;
  nodes_.clear();
  nodes_.reserve(keys_.size());
  for (const ValueKey& key : keys_)
    nodes_.push_back(network.Find(system_.GetStage()->GetPrimAtPath(key.provider), key.output));
  generation_ = network.GetGeneration();
  has_nodes_ = true;
  return nodes_;
}

std::vector<Datum> Request::Compute(Time time) {
  const auto asking = system_.GetNetwork().Ask();
  is_computed_.assign(keys_.size(), true);
  return system_.Compute(FindNodes(), time);
}

namespace {

// As a value of the attribute's type; what nobody declares may be of any.
Result<Value> CastOverride(const stage::Stage& stage, Path path, const Value& value) {
  const auto refuse = [&](std::string why, std::string remedy) {
    return Diagnostic(kOverrideUnusable, std::move(why), {{}, path.GetString(), 0, 0, 0}, std::move(remedy));
  };
  if (!path.IsPrimProperty() || !stage.GetPrimAtPath(path.GetPrimPath()))
    return refuse(fmt::format("<{}> is no attribute of a prim of the stage.", path.GetString()),
                  "Name an attribute by its path.");
  const stage::Attribute attribute = stage.GetAttributeAtPath(path);
  const ValueTypeName* type = attribute.IsDefined() ? attribute.GetValueTypeName() : nullptr;
  if (!type || value.IsEmpty() || value.IsBlock() || value.GetType() == type->type) return value;
  Value of_type = CastValue(value, type->type);
  if (!of_type.IsEmpty()) return of_type;
  return refuse(
      fmt::format("A value of type {} cannot be one of <{}>, which is a {}.", GetTypeText(value.GetType()),
                  path.GetString(), attribute.GetTypeName().GetText()),
      fmt::format("Give a {}, or what casts to one.", attribute.GetTypeName().GetText()));
}

}  // namespace

std::vector<Datum> Request::ComputeWithOverrides(Time time, const Overrides& overrides,
                                                 Diagnostics& remarks) {
  std::vector<Datum> answers(keys_.size());
  // In an order of their own: all that is wrong is told of alike.
  std::map<std::string, std::pair<Path, Value>> sorted;
  for (const auto& [path, value] : overrides) sorted.try_emplace(path.GetString(), path, value);
  Overrides of_types;
  for (const auto& [text, given] : sorted) {
    Result<Value> of_type = CastOverride(*system_.GetStage(), given.first, given.second);
    if (of_type)
      of_types.emplace(given.first, *std::move(of_type));
    else
      remarks.Add(of_type.TakeError());
  }
  if (of_types.size() != overrides.size()) return answers;
  const auto asking = system_.GetNetwork().Ask();
  for (size_t i = 0; i < keys_.size(); ++i) {
    const Prim prim = system_.GetStage()->GetPrimAtPath(keys_[i].provider);
    if (Network::Node* node = system_.GetNetwork().Find(prim, keys_[i].output))
      answers[i] = system_.GetNetwork().EvaluateWith(*node, time, of_types);
  }
  return answers;
}

}  // namespace strata::compute

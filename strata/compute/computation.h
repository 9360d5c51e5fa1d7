// Computations as they are registered: what each is called, which prims have it, what it needs, and the
// function that makes it.   (EXEC_REGISTER_COMPUTATIONS_FOR_SCHEMA)
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/base/result.h"
#include "strata/compute/datum.h"
#include "strata/scene/locator.h"
#include "strata/stage/computed_values.h"
#include "strata/stage/stage.h"

namespace strata::compute {

inline constexpr DiagnosticCode kComputationUnusable{"compute.computation-unusable", Severity::kError,
                                                     "A computation cannot be registered as it is."};
inline constexpr DiagnosticCode kModifiersUnordered{"compute.modifiers-unordered", Severity::kError,
                                                    "Two computations write one output and say no order."};
inline constexpr DiagnosticCode kComputationCycle{"compute.cycle", Severity::kError,
                                                  "Computations need each other's answers."};
inline constexpr DiagnosticCode kComputationFailed{"compute.failed", Severity::kError,
                                                   "A computation gave no answer."};
inline constexpr DiagnosticCode kComputationSlow{"compute.too-slow", Severity::kError,
                                                 "A computation took longer than it may."};

inline constexpr DiagnosticCode kNeedUndeclared{
    "compute.need-undeclared", Severity::kError,
    "A computation asked for an answer that is none of its inputs."};
inline constexpr DiagnosticCode kEditedByComputation{
    "compute.edited-by-computation", Severity::kError,
    "A computation changed the stage that it is computed from."};

// Something that a computation needs. The constructors below say which kinds there are.
struct Input {
  enum class Kind : uint8_t {
    kAttribute,        // the value of an attribute of the prim
    kSource,           // AttributeSource: where the value comes from
    kSamples,          // Samples: the values around the time, for who interpolates in its own way
    kAttributesNamed,  // no value: the function reads attributes whose names begin so itself
    kSourcesNamed,     // no value: the function asks which layers say such attributes
    kMetadata,         // of the prim
    kComputation,      // another output of the prim
    kParent,           // an output of the namespace parent
    kNearestAncestor,  // of the nearest prim above that has it by its schemas
    kChildren,         // of each child that has it
    kTargets,          // of each prim that a relationship names, where it has it
    kConnections,      // of each prim whose property an attribute is connected to, where it has it
    kOfPrim,           // of the prim at a fixed path
    kStageMetadata,    // session layer over root layer
    kTime,             // double; empty for the default time
    kPrevious,         // of modifiers: the output as it was before
    kConstant,         // a value of who registers the computation: a parameter of the module
  };
  Kind kind = Kind::kTime;
  Token name;      // of the attribute, the metadata field or the relationship
  Token output;    // of the other prim or of this one
  Path prim{};     // of kOfPrim
  Value value{};   // of kConstant
  Token before{};  // of kComputation: the output as it is before the modifier of this name
  // Of stepped computations: a change of it begins no state anew. Ticks before the one that was asked for
  // last keep what it was, whenever they are made again; from there on it is what it is. At most one answer;
  // of one that varies with time each change begins anew. Of inputs that are no output of a computation it
  // is refused when the computation is registered.
  bool is_lasting = false;
};

namespace in {
inline Input Attribute(Token name) {
  return {Input::Kind::kAttribute, name, {}};
}
inline Input SourceOf(Token attribute) {
  return {Input::Kind::kSource, attribute, {}};
}
inline Input AttributeSamples(Token name) {
  return {Input::Kind::kSamples, name, {}};
}
inline Input AttributesNamed(Token beginning) {
  return {Input::Kind::kAttributesNamed, beginning, {}};
}
inline Input SourcesNamed(Token beginning) {
  return {Input::Kind::kSourcesNamed, beginning, {}};
}
inline Input Metadata(Token field) {
  return {Input::Kind::kMetadata, field, {}};
}
inline Input Computation(Token output) {
  return {Input::Kind::kComputation, {}, output};
}
inline Input Before(Token output, Token modifier) {
  Input input{Input::Kind::kComputation, {}, output};
  input.before = modifier;
  return input;
}
inline Input Parent(Token output) {
  return {Input::Kind::kParent, {}, output};
}
inline Input NearestAncestor(Token output) {
  return {Input::Kind::kNearestAncestor, {}, output};
}
inline Input Children(Token output) {
  return {Input::Kind::kChildren, {}, output};
}
inline Input Targets(Token relationship, Token output) {
  return {Input::Kind::kTargets, relationship, output};
}
inline Input Connections(Token attribute, Token output) {
  return {Input::Kind::kConnections, attribute, output};
}
inline Input Constant(Value value) {
  return {Input::Kind::kConstant, {}, {}, {}, std::move(value)};
}
inline Input OfPrim(Path prim, Token output) {
  return {Input::Kind::kOfPrim, {}, output, prim};
}
inline Input StageMetadata(Token field) {
  return {Input::Kind::kStageMetadata, field, {}};
}
inline Input Time() {
  return {Input::Kind::kTime, {}, {}};
}
inline Input Previous() {
  return {Input::Kind::kPrevious, {}, {}};
}
inline Input Lasting(Input input) {
  input.is_lasting = true;
  return input;
}
}  // namespace in

// The values of an attribute around a time. On a sample, outside of all, and where values are held, `lower`
// is the answer and `fraction` 0.
struct Samples {
  Value lower, upper;
  double fraction = 0;
  friend bool operator==(const Samples&, const Samples&) = default;
};

// Which opinion gives an attribute its value at the time.
struct AttributeSource {
  stage::ResolveSource source = stage::ResolveSource::kNone;
  bool is_blocked = false;
  std::string layer;           // identifier; empty for fallbacks and where nobody speaks
  LayerOffset layer_to_stage;  // stage time = layer_to_stage * layer time
  friend bool operator==(const AttributeSource&, const AttributeSource&) = default;
};

// The answers of one input, where they are kept: none is copied to be looked at.
class Answers {
 public:
  class Iterator {
   public:
    using value_type = Datum;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(const Datum* const* at) : at_(at) {}
    const Datum& operator*() const { return **at_; }
    const Datum* operator->() const { return *at_; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    friend bool operator==(Iterator, Iterator) = default;

   private:
    const Datum* const* at_ = nullptr;
  };
  explicit Answers(std::span<const Datum* const> all) : all_(all) {}
  Iterator begin() const { return Iterator(all_.data()); }
  Iterator end() const { return Iterator(all_.data() + all_.size()); }
  bool empty() const { return all_.empty(); }
  size_t size() const { return all_.size(); }
  const Datum& operator[](size_t i) const { return *all_[i]; }  // REQUIRES: i < size()

 private:
  std::span<const Datum* const> all_;
};

// What a function is called with: its inputs, in the order in which they were declared.
class Arguments {
 public:
  using Clock = std::chrono::steady_clock;
  // The answers of input i are *data[starts[i]] up to *data[starts[i + 1]]; none is null or empty.
  Arguments(const stage::Prim& prim, stage::Time time, std::span<const Datum* const> data,
            std::span<const uint32_t> starts, Clock::time_point deadline)
      : prim_(prim), time_(time), data_(data), starts_(starts), deadline_(deadline) {}
  const stage::Prim& GetPrim() const { return prim_; }
  stage::Time GetTime() const { return time_; }
  // All answers of an input; those without one are left out.
  Answers GetAll(size_t input) const {
    return Answers(data_.subspan(starts_[input], starts_[input + 1] - starts_[input]));
  }
  // The first; empty where there is none.
  const Datum& Get(size_t input) const {
    return starts_[input] < starts_[input + 1] ? *data_[starts_[input]] : GetNone();
  }
  template <class T>
  const T* GetIf(size_t input) const {
    return Get(input).template GetIf<T>();
  }
  template <class T>
  T GetOr(size_t input, T otherwise) const {
    const T* held = GetIf<T>(input);
    return held ? *held : std::move(otherwise);
  }
  // Of stepped computations: the state before a step, or at the tick for the answer. Empty for `init`.
  const Datum& GetState() const { return state_; }
  // How long a step is, by the stage's time codes per second.
  double GetStepSeconds() const { return step_seconds_; }
  void SetState(Datum state, double step_seconds) {
    state_ = std::move(state);
    step_seconds_ = step_seconds;
  }
  // The answers of all inputs, where those of an input begin among them, and the same call with others in
  // their places.
  std::span<const Datum* const> GetData() const { return data_; }
  size_t GetStart(size_t input) const { return starts_[input]; }
  Arguments With(std::span<const Datum* const> data) const {
    Arguments with = *this;
    with.data_ = data;
    return with;
  }
  // Whether the call takes longer than it may: its answer will not be taken any more.
  bool IsOverdue() const { return Clock::now() > deadline_; }

 private:
  static const Datum& GetNone();
  const stage::Prim& prim_;
  stage::Time time_;
  std::span<const Datum* const> data_;
  std::span<const uint32_t> starts_;
  Clock::time_point deadline_;
  Datum state_;
  double step_seconds_ = 0;
};

// Functions that share one are called one at a time, whoever asks: those of an interpreter or a device.
// Locked while such a function is called, and by nobody else. Functions ask nobody, so who holds it waits for
// no one.
struct ExclusiveExecutor {
  std::mutex mutex;
};

// A pure function of its arguments, which asks for nothing beside them; called from many threads. An error is
// a diagnostic on the prim, and what would be there without the computation holds: of modifiers the previous
// answer, else what is authored.
using Function = std::function<Result<Datum>(const Arguments&)>;

// Answers for many prims in one call, in the order of the arguments: for functions whose call costs more than
// what they do.
using BatchFunction = std::function<std::vector<Result<Datum>>(std::span<const Arguments>)>;

// A computation with a state that goes on in steps of one length from a first tick. The state at a tick
// follows from the one before it and from the inputs at the tick alone, so that playing, jumping and going
// back and forth give the same to the last bit. States are kept every few ticks; the others are made again.
struct Stepping {
  Function init;                   // the state at the first tick
  Function step;                   // the next one, of GetState
  std::optional<double> first;     // time code; else the stage's start time code
  double time_codes_per_step = 1;  // positive
  uint32_t ticks_per_checkpoint = 10;
  uint32_t max_checkpoints = 1000;  // beyond it every second one goes, and ticks between them double
  uint32_t max_steps = 1'000'000;   // to one time
  // Times between two ticks have the state of the first one, or that of the second, of functions that know
  // what lies between.
  enum class Between : uint8_t { kFirst, kSecond } between = Between::kFirst;
  // Whether steps may go on from a state that was kept; null: from any. A state that lives in a module of
  // somebody else can be gone.
  std::function<bool(const Datum& state)> can_resume;
};

struct Computation {
  Token output;                // what it makes or changes: "xform"
  Token name;                  // its own: "geo:place"
  std::vector<Token> schemas;  // prims of one of these types, or with one of these API schemas; empty: all
  std::vector<Input> inputs;
  Function function;
  BatchFunction batch;  // in place of `function` where many prims are asked at a time; empty: one by one
  std::string module;   // who registers it, for messages
  std::shared_ptr<ExclusiveExecutor> executor;  // null: its functions may be called by many threads at a time
  // Values of attributes are in the units of the prim, whatever layer wrote them, where metrics are
  // assembled; or they are as they were written.
  enum class Reads : uint8_t { kInUnits, kAsWritten } reads = Reads::kInUnits;

  // Modifiers take the output as it is and give it changed. Those of one output run in the order that
  // `after` and `before` say, by names of other modifiers. Two that nothing orders are told of on each prim,
  // and change nothing.
  enum class Role : uint8_t { kMakes, kModifies } role = Role::kMakes;
  std::vector<Token> after, before;
  bool comes_first = false;  // before all that do not say that they come before it
  // A name under which scenes hold what is authored of the output's locator, beside what it is changed into.
  Token keeps_authored_as;

  // Whether what depends on it is left alone where a change of its inputs gave the same answer: it is made
  // anew as soon as something changes, so that this can be seen.
  enum class Cutoff : uint8_t { kNone, kEarly } cutoff = Cutoff::kNone;
  // Of modifiers, whether answers for a prim may be other than what was before, as far as is known; null:
  // yes. Where they may not, nobody is told that what it needs has changed.
  std::function<bool(const stage::Prim&)> may_differ;
  // With a state: `function` makes the answer of the state at the tick at or before the time.
  std::shared_ptr<const Stepping> stepping;
  // Whether it has any effect in a stage at all; null: yes. Asked once, and when layers change.
  std::function<bool(const stage::Stage&)> is_used;
  // Whether it is for a prim that has the schemas; null: yes. Asked when outputs of the prim are linked, and
  // again when it is looked at anew or a relationship changes that is an input. It may look at other prims
  // for `schemas`: where those are applied or taken away, all that is below is looked at anew.
  std::function<bool(const stage::Prim&)> is_for;
};

// Gives attributes of prims other values than those that are authored, by an output of their prim.
// (AttributeExpression)
struct AttributeExpression {
  Token name;
  Token output;  // an attribute is asked for anew when this one's answer changed
  // Nothing: as authored. An empty value: as if nobody had said anything. Pure, and called from many threads;
  // `answer` is not empty, and `computed` is what is asked, for values that follow from others.
  std::function<std::optional<Value>(const stage::Attribute&, stage::Time, const Datum& answer,
                                     const stage::ComputedValues& computed)>
      function;
  std::function<std::vector<Token>(const stage::Prim&)> list;  // attributes that it may change
  std::function<bool(const stage::Stage&)> is_used;            // as of computations
  std::vector<Token> schemas;                                  // as of computations
  std::function<bool(Token name)> may_change;                  // attributes of these names alone; null: any
  bool varies = false;    // values vary where the output does, though nothing authored may
  bool converts = false;  // says what is authored in other terms: counts where no other has a value
};

// An output in place of an attribute's value; answers of other types than the attribute's are passed over.
AttributeExpression MakeValueOf(Token output, Token attribute, std::vector<Token> schemas = {});

// The computations that a system has. Filled once, then shared and read by many threads.
class Registry {
 public:
  Registry();  // with those of transforms: "xform" and "world.xform"
  // Refused are computations without an output, a name or a function, and second ones of the same name for
  // the same output.
  Result<void> Add(Computation computation);
  // The host's word on two modifiers, whatever they and plugInfo files say.
  void Order(Token first, Token then) { orders_.emplace_back(first, then); }
  // What a plugInfo file says of two modifiers, whatever they say themselves. Two files that contradict each
  // other are told of when it matters.
  void Declare(Token first, Token then) { declared_.emplace_back(first, then); }
  // Where two have a value for an attribute, that is told of on its prim, and what is authored holds.
  void Add(AttributeExpression expression);
  const std::vector<AttributeExpression>& GetExpressions() const { return expressions_; }
  // Where an output stands in the data of scenes, as a whole. Of "xform" it is built in.
  void Publish(Token output, scene::DataSourceLocator locator);
  // What answers of an output must be like: others count as failures.
  using Check = std::function<bool(const Datum&)>;
  void Require(Token output, Check check) { checks_[output] = std::move(check); }
  const Check* FindCheck(Token output) const;

  struct Publication {
    Token output;
    scene::DataSourceLocator locator;
  };
  const std::vector<Publication>& GetPublications() const { return publications_; }
  const std::vector<std::shared_ptr<const Computation>>& GetAll() const { return all_; }

  // What makes an output of prims of a definition: the strongest that makes it, then the modifiers in order.
  struct Chain {
    const Computation* maker = nullptr;  // null: nobody makes it
    std::vector<const Computation*> modifiers;
    bool asks_prims = false;  // whether one of them says itself which prims it is for
    std::vector<std::shared_ptr<const Computation>>
        conflicts;  // among those above, in place of who writes alike
    bool IsEmpty() const { return !maker && modifiers.empty(); }
  };
  // `is_used` says which of all computations count. The registry outlives the chain.
  Chain FindChain(Token output, const schema::PrimDefinition* definition,
                  const std::function<bool(const Computation&)>& is_used) const;
  // Whether a computation is for prims of a definition.
  static bool Applies(const std::vector<Token>& schemas, const schema::PrimDefinition* definition);

 private:
  std::vector<std::shared_ptr<const Computation>> all_;
  std::vector<AttributeExpression> expressions_;
  std::vector<std::pair<Token, Token>> orders_, declared_;
  std::vector<Publication> publications_;
  tsl::robin_map<Token, Check> checks_;
};

// Names of the outputs that are built in.
struct Outputs {
  Token xform{"xform"};              // stage::ComputedTransform
  Token world_xform{"world.xform"};  // Matrix4d
};
const Outputs& GetOutputs();

}  // namespace strata::compute

#include "strata/stage/path_evaluator.h"

#include <algorithm>
#include <optional>

#include "strata/path/path_pattern.h"
#include "strata/stage/object_predicate.h"
#include "strata/stage/stage.h"

namespace strata::stage {

namespace {

using Op = PathExpression::Op;
using Subject = ObjectPredicate::Subject;

// A pattern with its predicates ready to be asked.
struct Pattern {
  PathPattern pattern;
  std::vector<std::optional<ObjectPredicate>> predicates;  // by component
};

struct Instruction {
  Op op = Op::kPattern;
  uint32_t pattern = 0;
  PathExpressionEvaluator::Members members;  // of references
  std::vector<uint32_t> operands;            // instructions before this one
};

// How far the components of a pattern have come: bit i is set where component i is next; the last bit, where
// all are done.
using Progress = std::vector<bool>;

// What holds at an object, and whether it holds for all below it.
struct Answer {
  bool matches = false;
  bool is_final = false;
};

}  // namespace

struct PathExpressionEvaluator::Program {
  std::vector<Pattern> patterns;
  std::vector<Instruction> instructions;  // operands first; the last is the whole
};

namespace {

using Program = PathExpressionEvaluator::Program;

class Compiler {
 public:
  Compiler(Path anchor, const PathExpressionEvaluator::FindMembers& find) : anchor_(anchor), find_(find) {}

  // Operands are at most as deep as the parser lets them be.
  Result<uint32_t> Compile(const PathExpression::Node& node) {
    Instruction instruction;
    instruction.op = node.op;
    if (node.op == Op::kPattern) {
      STRATA_TRY(instruction.pattern, CompilePattern(node.pattern));
    } else if (node.op == Op::kReference) {
      const Path prim = node.reference_path.IsEmpty() ? anchor_ : node.reference_path.MakeAbsolute(anchor_);
      if (find_ && node.reference != "_") instruction.members = find_(prim, node.reference);
    }
    for (const auto& operand : node.operands) {
      STRATA_TRY(const uint32_t number, Compile(*operand));
      instruction.operands.push_back(number);
    }
    program_->instructions.push_back(std::move(instruction));
    return static_cast<uint32_t>(program_->instructions.size() - 1);
  }
  std::shared_ptr<Program> TakeProgram() { return std::move(program_); }

 private:
  Result<uint32_t> CompilePattern(const PathPattern& authored) {
    Pattern pattern{authored, {}};
    pattern.pattern.prefix = authored.prefix.MakeAbsolute(anchor_);
    for (const PathPattern::Component& component : authored.components) {
      auto& predicate = pattern.predicates.emplace_back();
      if (component.predicate.empty()) continue;
      STRATA_TRY(ObjectPredicate parsed, ObjectPredicate::Parse(component.predicate));
      predicate = std::move(parsed);
    }
    program_->patterns.push_back(std::move(pattern));
    return static_cast<uint32_t>(program_->patterns.size() - 1);
  }

  Path anchor_;
  const PathExpressionEvaluator::FindMembers& find_;
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
};

// One object on the way of a pattern.
struct Element {
  Path path;
  Prim prim;  // itself, or the owner
  bool is_property = false;
};

bool PassesPredicate(const Pattern& pattern, size_t number, const Element& element) {
  const auto& predicate = pattern.predicates[number];
  return !predicate || (element.prim && predicate->Test(element.prim, element.is_property ? Subject::kProperty
                                                                                          : Subject::kPrim));
}

bool MatchesComponent(const Pattern& pattern, size_t number, const Element& element) {
  const PathPattern::Component& component = pattern.pattern.components[number];
  const bool is_last = number + 1 == pattern.pattern.components.size();
  const bool wants_property = pattern.pattern.is_property && is_last;
  // Before a stretch at the end a name may be that of a property, as OpenUSD has it.
  const bool before_end =
      number + 2 == pattern.pattern.components.size() && pattern.pattern.components.back().is_stretch;
  if (wants_property != element.is_property && !(before_end && element.is_property)) return false;
  const std::string_view name = element.path.GetNameToken().GetText();
  if (!component.text.empty() &&
      !(component.is_literal ? component.text == name : MatchGlob(component.text, name)))
    return false;
  return PassesPredicate(pattern, number, element);
}

// A predicate without a name behind a stretch asks the object at which the stretch ends, which may be the one
// at which it begins.
bool AsksEndOfStretch(const Pattern& pattern, size_t number) {
  const auto& components = pattern.pattern.components;
  return number > 0 && number < components.size() && components[number - 1].is_stretch &&
         components[number].text.empty() && !components[number].is_stretch;
}

// Stretches may take no element at all, and end here.
void PassStretches(const Pattern& pattern, Progress& progress, const Element& element) {
  for (size_t i = 0; i < pattern.pattern.components.size(); ++i) {
    if (!progress[i] || !pattern.pattern.components[i].is_stretch) continue;
    if (!AsksEndOfStretch(pattern, i + 1))
      progress[i + 1] = true;
    else if (PassesPredicate(pattern, i + 1, element))
      progress[i + 2] = true;
  }
}

Progress Begin(const Pattern& pattern, const Element& element) {
  Progress progress(pattern.pattern.components.size() + 1);
  progress[0] = true;
  PassStretches(pattern, progress, element);
  return progress;
}

Progress Advance(const Pattern& pattern, const Progress& before, const Element& element) {
  Progress after(before.size());
  const auto& components = pattern.pattern.components;
  for (size_t i = 0; i < components.size(); ++i) {
    if (!before[i]) continue;
    if (components[i].is_stretch) {
      // A property is taken by the stretch at the end alone.
      const size_t next = AsksEndOfStretch(pattern, i + 1) ? i + 2 : i + 1;
      if (!element.is_property || next == components.size()) after[i] = true;
    } else if (MatchesComponent(pattern, i, element)) {
      after[i + 1] = true;
    }
  }
  PassStretches(pattern, after, element);
  return after;
}

Answer AnswerOf(const Pattern& pattern, const Progress& progress) {
  if (progress.empty()) return {};  // on the way to the prefix
  if (std::find(progress.begin(), progress.end(), true) == progress.end()) return {false, true};
  const auto& components = pattern.pattern.components;
  const bool goes_on = !components.empty() && components.back().is_stretch && progress[components.size() - 1];
  const bool can_go_on = std::find(progress.begin(), progress.end() - 1, true) != progress.end() - 1;
  if (progress.back()) return {true, goes_on};
  return {false, !can_go_on};
}

Answer Combine(Op op, Answer a, Answer b) {
  if (op == Op::kIntersection || op == Op::kDifference) {
    if (op == Op::kDifference) b.matches = !b.matches;
    const bool decided = (a.is_final && !a.matches) || (b.is_final && !b.matches);
    return {a.matches && b.matches, decided || (a.is_final && b.is_final)};
  }
  const bool decided = (a.is_final && a.matches) || (b.is_final && b.matches);
  return {a.matches || b.matches, decided || (a.is_final && b.is_final)};
}

// `progress`: by pattern, at the object.
Answer Evaluate(const Program& program, const std::vector<Progress>& progress, Path object) {
  std::vector<Answer> answers;
  answers.reserve(program.instructions.size());
  for (const Instruction& instruction : program.instructions) {
    Answer answer;
    if (instruction.op == Op::kPattern) {
      answer = AnswerOf(program.patterns[instruction.pattern], progress[instruction.pattern]);
    } else if (instruction.op == Op::kReference) {
      answer = {instruction.members && instruction.members(object), !instruction.members};
    } else {
      answer = answers[instruction.operands.front()];
      for (size_t i = 1; i < instruction.operands.size(); ++i)
        answer = Combine(instruction.op, answer, answers[instruction.operands[i]]);
      if (instruction.op == Op::kComplement) answer.matches = !answer.matches;
    }
    answers.push_back(answer);
  }
  return answers.empty() ? Answer{false, true} : answers.back();
}

// Progress at an object whose parent's is known. Before the prefix is reached there is none; beside it, an
// empty set.
Progress Step(const Pattern& pattern, const Progress& before, const Element& element) {
  const Path prefix = pattern.pattern.prefix;
  if (element.path == prefix) return Begin(pattern, element);
  if (!before.empty()) return Advance(pattern, before, element);
  if (prefix.HasPrefix(element.path)) return {};
  return Progress(pattern.pattern.components.size() + 1);
}

std::vector<Progress> StepAll(const Program& program, const std::vector<Progress>& before,
                              const Element& element) {
  std::vector<Progress> after;
  after.reserve(before.size());
  for (size_t i = 0; i < before.size(); ++i) after.push_back(Step(program.patterns[i], before[i], element));
  return after;
}

}  // namespace

Result<PathExpressionEvaluator> PathExpressionEvaluator::Create(StageRef stage,
                                                                const PathExpression& expression, Path anchor,
                                                                const FindMembers& find) {
  Compiler compiler(anchor, find);
  if (expression.GetRoot()) {
    auto compiled = compiler.Compile(*expression.GetRoot());
    if (!compiled) return compiled.TakeError();
  }
  return PathExpressionEvaluator(std::move(stage), compiler.TakeProgram());
}

bool PathExpressionEvaluator::Matches(Path object) const {
  Stage* stage = stage_.Get();
  if (!stage || program_->instructions.empty() || !object.IsAbsolute()) return false;
  std::vector<Progress> progress = StepAll(*program_, std::vector<Progress>(program_->patterns.size()),
                                           {Path::AbsoluteRoot(), stage->GetPseudoRoot(), false});
  Prim prim;
  if (object.IsAbsoluteRoot()) return Evaluate(*program_, progress, object).matches;
  for (Path path : object.GetPrefixes()) {
    const bool is_property = path.IsPrimProperty();
    if (!is_property && !path.IsPrim()) return false;
    if (!is_property) prim = stage->GetPrimAtPath(path);
    if (!prim || (is_property && !prim.HasProperty(path.GetNameToken()))) return false;
    progress = StepAll(*program_, progress, {path, prim, is_property});
  }
  return Evaluate(*program_, progress, object).matches;
}

std::vector<Path> PathExpressionEvaluator::FindMatchingPrims(const PrimPredicate& predicate) const {
  std::vector<Path> found;
  Stage* stage = stage_.Get();
  if (!stage || program_->instructions.empty()) return found;
  // By depth: where the prims above the current one have come, and what is final below them.
  struct Level {
    std::vector<Progress> progress;
    std::optional<bool> final;
  };
  std::vector<Level> levels(1);
  levels[0].progress = StepAll(*program_, std::vector<Progress>(program_->patterns.size()),
                               {Path::AbsoluteRoot(), stage->GetPseudoRoot(), false});
  PrimRange range = stage->Traverse(predicate);
  for (auto it = range.begin(); it != range.end(); ++it) {
    const Prim& prim = *it;
    const size_t depth = prim.GetPath().GetElementCount();
    levels.resize(depth);
    Level here{{}, levels.back().final};
    if (!here.final) {
      here.progress = StepAll(*program_, levels.back().progress, {prim.GetPath(), prim, false});
      const Answer answer = Evaluate(*program_, here.progress, prim.GetPath());
      if (answer.matches) found.push_back(prim.GetPath());
      if (answer.is_final) here.final = answer.matches;
      if (answer.is_final && !answer.matches) it.PruneChildren();
    } else if (*here.final) {
      found.push_back(prim.GetPath());
    }
    levels.push_back(std::move(here));
  }
  return found;
}

}  // namespace strata::stage

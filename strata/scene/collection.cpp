#include "strata/scene/collection.h"

#include <algorithm>
#include <functional>
#include <string>

#include <fmt/format.h>

#include "strata/path/path_pattern.h"
#include "strata/scene/names.h"

namespace strata::scene {

namespace {

using Op = PathExpression::Op;
using Test = std::function<bool(const SceneIndex&, Path)>;

bool AnyOf(const std::vector<std::string>& names, const std::function<bool(const std::string&)>& fits) {
  return std::ranges::any_of(names, fits);
}

// What a predicate's name and arguments ask; empty for names that are not known.
Test MakeTest(const std::string& name, std::vector<std::string> arguments) {
  const Names& names = GetNames();
  if (name == "hdType")
    return [arguments](const SceneIndex& scene, Path prim) {
      return AnyOf(arguments, [type = scene.GetPrim(prim).type](const std::string& one) {
        return type.GetText() == one;
      });
    };
  if (name == "hdPurpose")
    return [arguments, &names](const SceneIndex& scene, Path prim) {
      const auto purpose = GetValueAs<Token>(scene.GetDataSource(prim, {names.purpose, names.purpose}));
      return purpose && AnyOf(arguments, [&](const std::string& one) { return purpose->GetText() == one; });
    };
  if (name == "hdVisible")
    return [wanted = arguments.empty() || arguments[0] == "true" || arguments[0] == "1", &names](
               const SceneIndex& scene, Path prim) {
      return GetValueAs<bool>(scene.GetDataSource(prim, {names.visibility, names.visibility}))
                 .value_or(true) == wanted;
    };
  if (name == "hdHasDataSource")
    return [arguments](const SceneIndex& scene, Path prim) {
      return AnyOf(arguments, [&](const std::string& one) {
        const DataSourceHandle found = scene.GetDataSource(prim, DataSourceLocator::Parse(one));
        return found && !IsBlock(found);
      });
    };
  if (name == "hdHasPrimvar")
    return [arguments, &names](const SceneIndex& scene, Path prim) {
      return AnyOf(arguments, [&](const std::string& one) {
        return bool(scene.GetDataSource(prim, {names.primvars, Token(one)}));
      });
    };
  if (name == "hdHasMaterialBinding")
    return [arguments](const SceneIndex& scene, Path prim) {
      static const Token bindings("materialBindings"), path("path");
      const auto bound = ContainerDataSource::Cast(scene.GetDataSource(prim, DataSourceLocator(bindings)));
      for (Token purpose : bound ? bound->GetNames() : std::vector<Token>()) {
        const auto material = GetValueAs<Path>(bound, {purpose, path});
        if (material && (arguments.empty() || AnyOf(arguments, [&](const std::string& glob) {
                           return MatchGlob(glob, material->GetString());
                         })))
          return true;
      }
      return false;
    };
  return nullptr;
}

// Reads a predicate's canonical text, whose form and depth the path room has checked.
class PredicateReader {
 public:
  explicit PredicateReader(std::string_view text) : text_(text) {}

  Result<Test> Read() {
    Test test = ReadOr();
    if (!unknown_.empty())
      return Diagnostic(kScenePredicateUnknown,
                        fmt::format("Prims of a running scene cannot answer \"{}\".", unknown_), {},
                        "Ask hdType, hdPurpose, hdVisible, hdHasDataSource, hdHasPrimvar or "
                        "hdHasMaterialBinding.");
    return test;
  }

 private:
  Test ReadOr() {
    Test left = ReadAnd();
    while (TakeWord("or"))
      left = [left, right = ReadAnd()](const SceneIndex& s, Path p) { return left(s, p) || right(s, p); };
    return left;
  }
  Test ReadAnd() {
    Test left = ReadNot();
    while (TakeWord("and") || IsOperand())
      left = [left, right = ReadNot()](const SceneIndex& s, Path p) { return left(s, p) && right(s, p); };
    return left;
  }
  Test ReadNot() {
    if (TakeWord("not")) return [inner = ReadNot()](const SceneIndex& s, Path p) { return !inner(s, p); };
    SkipBlanks();
    if (Peek() != '(') return ReadCall();
    ++at_;
    Test inner = ReadOr();
    SkipBlanks();
    if (Peek() == ')') ++at_;
    return inner;
  }
  Test ReadCall() {
    const std::string name = ReadUntil(" :(),");
    std::vector<std::string> arguments;
    if (Peek() == ':') {
      do {
        ++at_;
        arguments.push_back(ReadValue(" ,)"));
      } while (Peek() == ',');
    } else if (Peek() == '(') {
      for (++at_; at_ < text_.size() && Peek() != ')';) {
        SkipBlanks();
        arguments.push_back(ReadValue(",)"));
        if (Peek() == ',') ++at_;
      }
      ++at_;
    }
    Test test = MakeTest(name, std::move(arguments));
    if (!test) {
      unknown_ = name;
      test = [](const SceneIndex&, Path) { return false; };
      if (name.empty()) ++at_;  // never stands still
    }
    return test;
  }
  std::string ReadValue(std::string_view ends) {
    const char mark = Peek();
    if (mark != '"' && mark != '\'') return ReadUntil(ends);
    const size_t begin = ++at_;
    while (at_ < text_.size() && Peek() != mark) ++at_;
    return std::string(text_.substr(begin, at_++ - begin));
  }
  std::string ReadUntil(std::string_view ends) {
    const size_t begin = at_;
    while (at_ < text_.size() && ends.find(Peek()) == std::string_view::npos) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipBlanks() {
    while (Peek() == ' ') ++at_;
  }
  bool IsWord(std::string_view word) const {
    if (text_.substr(at_, word.size()) != word) return false;
    const char next = at_ + word.size() < text_.size() ? text_[at_ + word.size()] : ' ';
    return next == ' ' || next == '(';
  }
  bool TakeWord(std::string_view word) {
    SkipBlanks();
    if (!IsWord(word)) return false;
    at_ += word.size();
    return true;
  }
  bool IsOperand() {
    SkipBlanks();
    return at_ < text_.size() && Peek() != ')' && !IsWord("or") && !IsWord("and");
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string unknown_;
};

struct Pattern {
  PathPattern pattern;
  std::vector<Test> tests;  // by component; empty: none
};

// Which components may come next, from the prefix down to the prim; the last place: all are done.
using Progress = std::vector<bool>;

bool Passes(const Pattern& pattern, size_t number, const SceneIndex& scene, Path prim) {
  return !pattern.tests[number] || pattern.tests[number](scene, prim);
}

// A predicate without a name behind a stretch asks the prim at which the stretch ends.
bool AsksEnd(const Pattern& pattern, size_t number) {
  const auto& components = pattern.pattern.components;
  return number > 0 && number < components.size() && components[number - 1].is_stretch &&
         components[number].text.empty() && !components[number].is_stretch;
}

void PassStretches(const Pattern& pattern, Progress& progress, const SceneIndex& scene, Path prim) {
  const auto& components = pattern.pattern.components;
  for (size_t i = 0; i < components.size(); ++i) {
    if (!progress[i] || !components[i].is_stretch) continue;
    if (!AsksEnd(pattern, i + 1))
      progress[i + 1] = true;
    else if (Passes(pattern, i + 1, scene, prim))
      progress[i + 2] = true;
  }
}

bool MatchesPattern(const Pattern& pattern, const SceneIndex& scene, Path prim) {
  const auto& components = pattern.pattern.components;
  if (pattern.pattern.is_property || !prim.HasPrefix(pattern.pattern.prefix)) return false;
  std::vector<Path> way;  // below the prefix, the prim first
  for (Path up = prim; up != pattern.pattern.prefix; up = up.GetParent()) way.push_back(up);
  Progress progress(components.size() + 1);
  progress[0] = true;
  PassStretches(pattern, progress, scene, pattern.pattern.prefix);
  for (; !way.empty(); way.pop_back()) {
    const Path at = way.back();
    Progress after(progress.size());
    for (size_t i = 0; i < components.size(); ++i) {
      if (!progress[i]) continue;
      const PathPattern::Component& component = components[i];
      const std::string_view name = at.GetNameToken().GetText();
      if (component.is_stretch)
        after[i] = true;
      else if ((component.text.empty() ||
                (component.is_literal ? component.text == name : MatchGlob(component.text, name))) &&
               Passes(pattern, i, scene, at))
        after[i + 1] = true;
    }
    PassStretches(pattern, after, scene, at);
    progress = std::move(after);
  }
  return progress.back();
}

}  // namespace

struct CollectionExpression::Program {
  struct Step {
    Op op = Op::kPattern;
    Pattern pattern;
    std::vector<size_t> operands;  // steps before this one
  };
  std::vector<Step> steps;  // the last one is the whole

  // Operands are at most as deep as the parser lets them be.
  Result<size_t> Add(const PathExpression::Node& node) {
    Step step;
    step.op = node.op;
    for (const auto& operand : node.operands) {
      STRATA_TRY(const size_t number, Add(*operand));
      step.operands.push_back(number);
    }
    if (node.op == Op::kPattern) {
      step.pattern.pattern = node.pattern;
      for (const PathPattern::Component& component : node.pattern.components) {
        Test test;
        if (!component.predicate.empty()) {
          STRATA_TRY(test, PredicateReader(component.predicate).Read());
        }
        step.pattern.tests.push_back(std::move(test));
      }
    }
    steps.push_back(std::move(step));
    return steps.size() - 1;
  }

  bool Matches(const SceneIndex& scene, Path prim) const {
    std::vector<bool> answers;
    for (const Step& step : steps) {
      bool answer = step.op == Op::kPattern && MatchesPattern(step.pattern, scene, prim);
      for (size_t i = 0; i < step.operands.size(); ++i) {
        const bool operand = answers[step.operands[i]];
        if (i == 0)
          answer = step.op == Op::kComplement ? !operand : operand;
        else if (step.op == Op::kIntersection)
          answer = answer && operand;
        else if (step.op == Op::kDifference)
          answer = answer && !operand;
        else
          answer = answer || operand;
      }
      answers.push_back(answer);
    }
    return !answers.empty() && answers.back();
  }
};

Result<CollectionExpression> CollectionExpression::Create(const PathExpression& expression) {
  auto program = std::make_shared<Program>();
  if (expression.GetRoot()) {
    STRATA_TRY(const size_t whole, program->Add(*expression.GetRoot()));
    (void)whole;
  }
  return CollectionExpression(std::move(program));
}

bool CollectionExpression::Matches(const SceneIndex& scene, Path prim) const {
  return prim.IsAbsoluteRootOrPrim() && scene.GetPrim(prim) && program_->Matches(scene, prim);
}

std::vector<Path> CollectionExpression::FindMatching(const SceneIndex& scene, Path root) const {
  std::vector<Path> found;
  VisitPrims(scene, root, [&](Path prim) {
    if (Matches(scene, prim)) found.push_back(prim);
  });
  return found;
}

}  // namespace strata::scene

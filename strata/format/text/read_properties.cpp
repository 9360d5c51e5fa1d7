// Reading attributes and relationships.
#include <algorithm>

#include "strata/format/text/keywords.h"
#include "strata/format/text/list_items.h"
#include "strata/format/text/reader.h"
#include "strata/value/time_samples.h"

namespace strata::format::text {

using layer::SpecType;

namespace {

bool IsKnownValueType(const ValueTypeName* type) {
  return type && type->role != Role::kOpaque && type->role != Role::kGroup;
}

}  // namespace

// A statement that goes on with `word`, just read: custom, uniform, config, varying, rel, or a type name.
bool Reader::ReadProperty(ListEdit edit, std::string_view word, Mark mark) {
  bool custom = false;
  if (word == "custom") {
    custom = true;
    if (!lexer_.SkipGap()) return lexer_.FailExpected("a space");
    word = lexer_.ReadName();
  }
  if (word == "rel") return ReadRelationship(edit, custom, Variability::kUniform, mark);
  if (word == "varying") {
    if (!lexer_.SkipGap()) return lexer_.FailExpected("a space");
    const Mark rel_mark = lexer_.Here();
    if (lexer_.ReadName() != "rel")
      return lexer_.Fail(kTextSyntax, rel_mark, "Expected 'rel' after 'varying'.",
                         "Attributes vary unless they are uniform; leave the word out.");
    return ReadRelationship(edit, custom, Variability::kVarying, mark);
  }
  Variability variability = Variability::kVarying;
  if (word == "uniform" || word == "config") {
    variability = Variability::kUniform;
    if (!lexer_.SkipGap()) return lexer_.FailExpected("a space");
    word = lexer_.ReadName();
  }
  return ReadAttribute(edit, custom, variability, word, mark);
}

Reader::SpecIndex Reader::MakeProperty(Token name, SpecType type, bool& is_new) {
  Frame& frame = stack_[depth_ - 1];
  property_name_ = name;
  property_path_ = frame.path.AppendProperty(name);
  lexer_.where = property_path_;
  // Prims have few properties: a look through the names is faster than one into the store.
  is_new = std::find(frame.properties.begin(), frame.properties.end(), name) == frame.properties.end();
  if (!is_new) return property_ = out_.FindIndex(property_path_);
  frame.properties.push_back(name);
  property_ = out_.Create(property_path_, type);
  if (out_.GetSpecCount() > options_.budgets.max_specs)
    lexer_.FailBudget("max_specs", options_.budgets.max_specs);
  return property_;
}

// -- types
// -----------------------------------------------------------------------------------------------------

bool Reader::ReadTypeName(std::string_view word, Mark mark) {
  if (word.empty()) return lexer_.FailExpected("the type of an attribute, or 'rel'");
  Token base;
  const char* next = lexer_.GetCursor();
  if (next + 2 < lexer_.GetWindowEnd() && *next != ':') {
    base = lexer_.Intern(word);
  } else {
    std::string full(word);
    while (lexer_.Peek() == ':' && lexer_.PeekAt(1) == ':') {
      lexer_.SetCursor(lexer_.GetCursor() + 2);
      full += "::";
      const std::string_view part = lexer_.ReadName();
      if (part.empty()) return lexer_.FailExpected("the rest of the type name");
      full += part;
    }
    base = lexer_.Intern(full);
  }
  bool gap = lexer_.SkipGap();
  type_is_array_ = lexer_.Peek() == '[';
  if (type_is_array_) {
    lexer_.Advance();
    lexer_.SkipSpaces();
    if (!lexer_.Take(']')) return lexer_.FailExpected("]");
    gap = lexer_.SkipGap();
  }
  if (!gap) return lexer_.FailExpected("a space and the name of the property");
  const uint64_t key = uint64_t{base.GetId()} << 1 | (type_is_array_ ? 1 : 0);
  CachedType& cached = types_[key % kCachedTypes];
  if (cached.key != key) {
    const std::string text(base.GetText());
    if (IsKeyword(text))
      return lexer_.Fail(kTextSyntax, mark, "The keyword '" + text + "' cannot stand here.");
    cached.key = key;
    cached.type = FindValueTypeName(base);
    cached.name = type_is_array_ ? Token(text + "[]") : base;  // as written: old names stay
  }
  type_ = cached.type;
  type_name_ = cached.name;
  return true;
}

bool Reader::MakeAttribute(Token name, bool custom, Variability variability, Mark name_mark, Mark mark) {
  bool is_new = false;
  const SpecIndex spec = MakeProperty(name, SpecType::kAttribute, is_new);
  if (is_new) {
    out_.SetField(spec, names_.custom, Value(custom));
    out_.SetField(spec, names_.typeName, Value(type_name_));
    out_.SetField(spec, names_.variability, Value(variability));
    if (options_.source_map) options_.source_map->SetSpec(property_path_, {mark.line, mark.column});
    return true;
  }
  const std::string text(name.GetText());
  const Value* type = out_.GetField(spec, names_.typeName);
  const Value* before = out_.GetField(spec, names_.variability);
  if (before && before->GetOr(Variability::kVarying) != variability)
    return lexer_.Fail(kTextConflict, name_mark,
                       "The property '" + text + "' is already written with another variability.",
                       "Write 'uniform' in all statements of it, or in none.");
  if (out_.GetType(spec) != SpecType::kAttribute)
    return lexer_.Fail(kTextConflict, name_mark, "'" + text + "' is already a relationship of this prim.",
                       "Rename one of them.");
  if (type && type->GetOr(Token()) != type_name_)
    return lexer_.Fail(kTextConflict, name_mark,
                       "The attribute '" + text + "' is already written with type " +
                           type->GetOr(Token()).GetString() + ", not " + type_name_.GetString() + ".",
                       "Use one type for it.");
  if (custom) out_.SetField(spec, names_.custom, Value(true));
  return true;
}

// -- attributes
// ------------------------------------------------------------------------------------------------

bool Reader::ReadAttribute(ListEdit edit, bool custom, Variability variability, std::string_view type_word,
                           Mark mark) {
  if (!ReadTypeName(type_word, mark)) return false;
  const Mark name_mark = lexer_.Here();
  Token name;
  if (!lexer_.ReadNamespacedName(name)) return lexer_.FailExpected("the name of the property");
  if (!MakeAttribute(name, custom, variability, name_mark, mark)) return false;
  lexer_.SkipSpaces();
  if (lexer_.Take('.')) {
    lexer_.SkipSpaces();
    const Mark word_mark = lexer_.Here();
    const std::string_view word = lexer_.ReadName();
    if (word == "connect") {
      return ExpectAssignment() && ReadTargets(edit, names_.connectionPaths, mark);
    }
    if (edit == ListEdit::kExplicit && word == "timeSamples") return ExpectAssignment() && ReadTimeSamples();
    if (edit == ListEdit::kExplicit && word == "spline") {
      if (!ExpectAssignment()) return false;
      const ValueType value_type = type_ ? type_->type : ValueType::kEmpty;
      const bool allowed = !type_is_array_ && type_ && type_->role == Role::kNone &&
                           (value_type == ValueType::kDouble || value_type == ValueType::kFloat ||
                            value_type == ValueType::kHalf || value_type == ValueType::kTimeCode ||
                            value_type == ValueType::kDuration);
      if (!allowed)
        return lexer_.Fail(kTextSpline, word_mark,
                           "An attribute of type " + type_name_.GetString() + " cannot have a spline.",
                           "Splines are for half, float, double, timecode and duration; use timeSamples.");
      Value value;
      if (!values_.ReadSpline(value_type, value)) return false;
      SetField(property_, names_.spline, std::move(value), word_mark);
      return true;
    }
    return lexer_.Fail(kTextSyntax, word_mark,
                       edit == ListEdit::kExplicit
                           ? "Expected 'timeSamples', 'connect' or 'spline' after the dot."
                           : "Expected 'connect' after the dot.");
  }
  if (edit != ListEdit::kExplicit)
    return lexer_.FailExpected(".connect: only connections and targets are edited as lists");
  if (lexer_.Take('=')) {
    lexer_.SkipSpaces();
    const Mark value_mark = lexer_.Here();
    const char c = lexer_.Peek();
    Value value;
    if (c == '[' && type_is_array_ && type_ && type_->type == ValueType::kToken) {  // often the same few
      if (!ReadSharedTokens(value)) return false;
    }
    if (value.IsEmpty() && !ReadAttributeValue(value)) return false;
    SetField(property_, names_.default_, std::move(value), value_mark);
    lexer_.SkipSpaces();
  }
  if (lexer_.Peek() == '(') return ReadMetadata(Owner::kAttribute, property_, property_path_);
  return true;
}

// A short list of tokens on one line, shared with equal ones met lately. Leaves `out` empty where the list is
// not of that kind.
bool Reader::ReadSharedTokens(Value& out) {
  constexpr size_t kLongest = 80;
  lexer_.Want(kLongest);
  const char* begin = lexer_.GetCursor();
  const char* end = begin + std::min<size_t>(kLongest, static_cast<size_t>(lexer_.GetWindowEnd() - begin));
  uint64_t hash = 0;
  const char* p = begin + 1;
  for (; p != end && *p != ']'; ++p) {
    if (*p == '\n' || *p == '\\' || *p == '#' || *p == '/' || *p == '[') return true;
    hash = (hash ^ static_cast<unsigned char>(*p)) * 0x100000001B3ull;
  }
  if (p == end) return true;
  const std::string_view literal(begin, static_cast<size_t>(p + 1 - begin));
  SharedValue& shared = shared_values_[(hash ^ hash >> 32) % shared_values_.size()];
  if (shared.text == literal) {
    lexer_.SetCursor(p + 1);
    out = shared.value;
    return true;
  }
  std::string kept(literal);
  if (!values_.ReadTyped(ValueType::kToken, true, out)) return false;
  shared.text = std::move(kept);
  shared.value = out;
  return true;
}

bool Reader::ReadAttributeValue(Value& out) {
  const Mark mark = lexer_.Here();
  const char c = lexer_.Peek();
  if (c == 'N' || c == 'A' || c == 'e') {
    lexer_.Want(64);
    const std::string_view ahead(
        lexer_.GetCursor(),
        std::min<size_t>(64, static_cast<size_t>(lexer_.GetWindowEnd() - lexer_.GetCursor())));
    const auto take = [&](std::string_view word) {
      if (ahead.substr(0, word.size()) != word ||
          (ahead.size() > word.size() && IsNameByte(ahead[word.size()])))
        return false;
      lexer_.SetCursor(lexer_.GetCursor() + word.size());
      return true;
    };
    if (take("None")) {
      out = Value(ValueBlock());
      return true;
    }
    if (take("AnimationBlock")) {
      out = Value(AnimationBlock());
      return true;
    }
    if (take("edit")) {
      if (!type_is_array_ || !IsKnownValueType(type_))
        return lexer_.Fail(kTextArrayEdit, mark,
                           "An array edit stands where the type " + type_name_.GetString() + " is no array.",
                           "Give the attribute an array type such as int[].");
      return values_.ReadArrayEdit(type_->type, type_name_.GetText(), out);
    }
  }
  if (IsKnownValueType(type_) || c == '<')
    return values_.ReadTyped(type_ ? type_->type : ValueType::kInt, type_is_array_, out);
  if (type_) {
    if (!lexer_.AtNumber() && !IsNameStartByte(c) && c != '"' && c != '\'' && c != '@' && c != '(' &&
        c != '[')
      return lexer_.FailExpected("None");
    return lexer_.Fail(kTextValue, mark,
                       "An attribute of type " + type_name_.GetString() + " holds no value.",
                       "Leave the value out, or write None.");
  }
  std::string text;
  if (!values_.ReadAsText(text)) return false;
  out = Value(UnregisteredValue{std::make_shared<const Value>(std::move(text))});
  return true;
}

bool Reader::ReadTimeSamples() {
  const Mark mark = lexer_.Here();
  if (!lexer_.Take('{')) return lexer_.FailExpected("{ and time: value pairs");
  ++lexer_.nesting;
  ++lexer_.braces;
  TimeSamples samples;
  size_t untyped = 0;
  lexer_.SkipAll();
  while (!lexer_.Take('}')) {
    double time = 0;
    if (!lexer_.AtNumber()) return lexer_.FailExpected("a time, or }");
    if (!values_.ReadDouble(time)) return false;
    lexer_.SkipSpaces();
    if (!lexer_.Take(':')) return lexer_.FailExpected(":");
    lexer_.SkipSpaces();
    const Mark value_mark = lexer_.Here();
    Value value;
    if (!ReadAttributeValue(value)) return false;
    if (value.Holds<AnimationBlock>())
      return lexer_.Fail(kTextSyntax, value_mark, "AnimationBlock cannot be a time sample.",
                         "Write None to block a sample.");
    if (!type_ && !value.IsBlock() && ++untyped > 1)
      return lexer_.Fail(kTextType, value_mark,
                         "The type " + type_name_.GetString() +
                             " is unknown, and an attribute of unknown type has one time sample at most.",
                         "Use one of the known type names.");
    samples.Set(time, std::move(value));
    if (!lexer_.EndItem('}')) return false;
  }
  --lexer_.nesting;
  --lexer_.braces;
  SetField(property_, names_.timeSamples, Value(std::move(samples)), mark);
  return true;
}

// -- relationships
// -----------------------------------------------------------------------------------------------

bool Reader::ReadRelationship(ListEdit edit, bool custom, Variability variability, Mark mark) {
  if (!lexer_.SkipGap()) return lexer_.FailExpected("a space and the name of the relationship");
  Token name;
  if (!lexer_.ReadNamespacedName(name)) return lexer_.FailExpected("the name of the relationship");
  bool is_new = false;
  const SpecIndex spec = MakeProperty(name, SpecType::kRelationship, is_new);
  if (is_new) {
    out_.SetField(spec, names_.custom, Value(custom));
    out_.SetField(spec, names_.variability, Value(variability));
    if (options_.source_map) options_.source_map->SetSpec(property_path_, {mark.line, mark.column});
  } else {
    // As in OpenUSD, an attribute of the name stays one and takes the variability.
    out_.SetField(spec, names_.variability, Value(variability));
    if (custom) out_.SetField(spec, names_.custom, Value(true));
  }
  lexer_.SkipSpaces();
  if (lexer_.Take('=')) {
    lexer_.SkipSpaces();
    if (!ReadTargets(edit, names_.targetPaths, mark)) return false;
    lexer_.SkipSpaces();
  } else if (edit == ListEdit::kExplicit && lexer_.Peek() == '[') {  // names a target without adding it
    lexer_.Advance();
    ++lexer_.nesting;
    lexer_.SkipSpaces();
    Path target;
    if (lexer_.Peek() != '<') return lexer_.FailExpected("a path in angle brackets");
    if (!values_.ReadPath(target)) return false;
    lexer_.SkipSpaces();
    if (!lexer_.Take(']')) return lexer_.FailExpected("]");
    --lexer_.nesting;
    return true;
  } else if (edit == ListEdit::kExplicit && lexer_.Peek() == '.') {
    lexer_.Advance();
    lexer_.SkipSpaces();
    const Mark word_mark = lexer_.Here();
    if (lexer_.ReadName() != "default")
      return lexer_.Fail(kTextSyntax, word_mark, "Expected 'default' after the dot.");
    if (!ExpectAssignment()) return false;
    if (lexer_.Peek() != '<') return lexer_.FailExpected("a path in angle brackets");
    Path target;
    if (!values_.ReadPath(target)) return false;
    SetField(spec, names_.default_, Value(target), word_mark);
    return true;
  }
  if (edit == ListEdit::kExplicit && lexer_.Peek() == '(')
    return ReadMetadata(Owner::kRelationship, spec, property_path_);
  return true;
}

bool Reader::CheckTarget(Path path, Mark mark, bool is_connection) {
  const bool has_selection = path.ContainsPrimVariantSelection();
  const bool fits = !has_selection && path.IsAbsolute() && !path.IsAbsoluteRoot() &&
                    (path.IsPrim() || path.IsProperty() || (!is_connection && path.IsMapper()));
  if (fits) return true;
  const std::string text = "<" + path.GetString() + ">";
  if (has_selection)
    return lexer_.Fail(kTextPath, mark, text + " holds a variant selection, which a target cannot.",
                       "Write the path without { }.");
  return lexer_.Fail(kTextPath, mark, text + " is not the path of a prim or property.",
                     "Write a path such as </World/Prim.property>.");
}

// None, one path or a list of them, after "=".
// Targets get no specs of their own: text can say nothing of them.
bool Reader::ReadTargets(ListEdit edit, Token field, Mark mark) {
  const bool is_connection = field == names_.connectionPaths;
  std::vector<Path> targets;
  const Path anchor = ScenePathOf(stack_[depth_ - 1].path);
  const auto read_one = [&] {
    const Mark path_mark = lexer_.Here();
    Path path;
    if (!values_.ReadPath(path)) return false;
    if (!path.IsEmpty() && !path.IsAbsolute()) path = path.MakeAbsolute(anchor);
    if (!CheckTarget(path, path_mark, is_connection)) return false;
    targets.push_back(path);
    return true;
  };
  const Mark list_mark = lexer_.Here();
  if (lexer_.Peek() == '<') {
    if (!read_one()) return false;
  } else if (lexer_.Take('[')) {
    ++lexer_.nesting;
    lexer_.SkipAll();
    while (!lexer_.Take(']')) {
      if (lexer_.Peek() != '<') return lexer_.FailExpected("a path in angle brackets, or ]");
      if (!read_one()) return false;
      if (!lexer_.EndItem(']')) return false;
    }
    --lexer_.nesting;
  } else if (lexer_.ReadName() != "None") {
    return lexer_.Fail(kTextSyntax, list_mark, "Expected None, a path in angle brackets, or a list of them.");
  }
  if (!FailOnEmptyEdit(targets.size(), edit, list_mark)) return false;
  if (!FailOnDuplicates(targets, field, list_mark)) return false;
  if (out_.GetType(property_) == SpecType::kAttribute && !is_connection) return true;
  SetItems(property_, field, edit, std::move(targets), mark);
  return true;
}

}  // namespace strata::format::text

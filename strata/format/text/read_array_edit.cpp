// Reading array edits: edit [append 9; write 7 to [1]; erase [-1]; minsize 3 fill 0].
#include <charconv>

#include "strata/format/text/value_reader.h"

namespace strata::format::text {

bool ValueReader::ReadEditInteger(int64_t& out) {
  const Mark mark = lexer_.Here();
  std::string digits;
  if (lexer_.Peek() == '-') {
    digits += '-';
    lexer_.Advance();
  }
  for (char c = lexer_.Peek(); c >= '0' && c <= '9' && digits.size() < 40; c = lexer_.Peek()) {
    digits += c;
    lexer_.Advance();
  }
  if (digits.empty() || digits == "-") return lexer_.FailExpected("an integer");
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (parsed.ec != std::errc())
    return lexer_.Fail(kTextArrayEdit, mark, "This integer does not fit 64 bits.", "Use a smaller one.");
  return true;
}

// "[index]"; negative ones count from the end.
bool ValueReader::ReadEditIndex(int64_t& out) {
  if (!lexer_.Take('[')) return lexer_.FailExpected("an index in square brackets");
  ++lexer_.nesting;
  lexer_.SkipSpaces();
  if (!ReadEditInteger(out)) return false;
  lexer_.SkipSpaces();
  if (!lexer_.Take(']')) return lexer_.FailExpected("]");
  --lexer_.nesting;
  return true;
}

bool ValueReader::TakeEditWord(std::string_view word) {
  lexer_.SkipSpaces();
  const Mark mark = lexer_.Here();
  if (lexer_.ReadName() != word)
    return lexer_.Fail(kTextSyntax, mark,
                       "Expected '" + std::string(word) + "' in this instruction of an array edit.");
  lexer_.SkipSpaces();
  return true;
}

template <class T>
bool ValueReader::ReadEdit(ArrayEdit& out) {
  Array<T> literals;
  const auto read_literal = [&](int64_t& index) {
    T literal{};
    if (lexer_.Peek() == '[' || !ReadElement(literal))
      return lexer_.Peek() == '[' ? FailMismatch(lexer_.Here()) : false;
    index = static_cast<int64_t>(literals.size());
    literals.PushBack(std::move(literal));
    return true;
  };
  // What an instruction writes: a literal, or the element at an index.
  const auto read_source = [&](ArrayEdit::Instruction& instruction, ArrayEdit::Op literal,
                               ArrayEdit::Op reference) {
    instruction.op = lexer_.Peek() == '[' ? reference : literal;
    return instruction.op == reference ? ReadEditIndex(instruction.source) : read_literal(instruction.source);
  };
  using Op = ArrayEdit::Op;
  lexer_.SkipAll();
  while (!lexer_.Take(']')) {
    const Mark mark = lexer_.Here();
    const std::string word(lexer_.ReadName());
    lexer_.SkipSpaces();
    ArrayEdit::Instruction instruction{};
    if (word == "append" || word == "prepend") {
      if (!read_source(instruction, Op::kInsertLiteral, Op::kInsertReference)) return false;
      instruction.index = word == "append" ? ArrayEdit::kEndIndex : 0;
    } else if (word == "insert") {
      if (!read_source(instruction, Op::kInsertLiteral, Op::kInsertReference) || !TakeEditWord("at") ||
          !ReadEditIndex(instruction.index))
        return false;
    } else if (word == "write") {
      if (!read_source(instruction, Op::kWriteLiteral, Op::kWriteReference) || !TakeEditWord("to") ||
          !ReadEditIndex(instruction.index))
        return false;
    } else if (word == "erase") {
      instruction.op = Op::kEraseElement;
      if (!ReadEditIndex(instruction.index)) return false;
    } else if (word == "minsize" || word == "maxsize" || word == "resize") {
      instruction.op = word == "minsize"   ? Op::kMinimumSize
                       : word == "maxsize" ? Op::kMaximumSize
                                           : Op::kSetSize;
      const Mark size = lexer_.Here();
      if (!ReadEditInteger(instruction.source)) return false;
      if (instruction.source < 0)
        return lexer_.Fail(kTextArrayEdit, size, "A size is not negative.", "Write 0 or more.");
      lexer_.SkipSpaces();
      if (word != "maxsize" && lexer_.Peek() == 'f') {
        if (!TakeEditWord("fill") || !read_literal(instruction.index)) return false;
        instruction.op = word == "minsize" ? Op::kMinimumSizeFill : Op::kSetSizeFill;
      }
    } else {
      return lexer_.Fail(
          kTextSyntax, mark, "Expected an instruction of an array edit, or ].",
          "The instructions are append, prepend, insert, write, erase, minsize, maxsize and resize.");
    }
    out.instructions.push_back(instruction);
    lexer_.SkipLineRest();
    if (lexer_.Take(';') || lexer_.TakeLineEnd())
      lexer_.SkipAll();
    else if (lexer_.Peek() != ']')
      return lexer_.FailExpected("a new line, ; or ]");
  }
  --lexer_.nesting;
  out.literals = Value(std::move(literals));
  return true;
}

bool ValueReader::ReadArrayEdit(ValueType element, std::string_view type_name, Value& out) {
  lexer_.SkipSpaces();
  if (!lexer_.Take('[')) return lexer_.FailExpected("[ and the instructions of an array edit");
  ++lexer_.nesting;
  ArrayEdit edit;
  edit.element_type = element;
  type_text_ = GetTypeText(element);
  bool good = false;
  switch (element) {
#define X(name, type, text)      \
  case ValueType::k##name:       \
    good = ReadEdit<type>(edit); \
    break;
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return lexer_.Fail(kTextArrayEdit,
                         "An array edit stands where the type " + std::string(type_name) + " has no arrays.",
                         "Give the attribute an array type such as int[].");
  }
  if (!good) return false;
  out = Value(std::move(edit));
  return true;
}

}  // namespace strata::format::text

#include "strata/value/array_edit.h"

#include <algorithm>

#include "strata/value/visit.h"

namespace strata {

namespace {

// An edit says how long an array becomes in a few bytes; beyond this it is taken for a mistake and ignored.
constexpr int64_t kMaximumSize = int64_t{1} << 28;

// Counts from the end when negative; nothing when there is no such element.
std::optional<size_t> Locate(int64_t index, size_t size) {
  if (index < 0) {
    if (index < -static_cast<int64_t>(size)) return std::nullopt;
    index += static_cast<int64_t>(size);
  }
  if (index >= static_cast<int64_t>(size)) return std::nullopt;
  return static_cast<size_t>(index);
}

// As Locate, but the place behind the last element is one too.
std::optional<size_t> LocateGap(int64_t index, size_t size) {
  if (index == ArrayEdit::kEndIndex || index == static_cast<int64_t>(size)) return size;
  return Locate(index, size);
}

// Applies instructions to a vector of T; std::vector<bool> would give no references, hence the array.
template <class T>
class Editor {
 public:
  Editor(Array<T> array, const Array<T>& literals) : array_(std::move(array)), literals_(literals) {}

  void Apply(const ArrayEdit::Instruction& instruction) {
    using Op = ArrayEdit::Op;
    switch (instruction.op) {
      case Op::kWriteLiteral:
        return Write(Literal(instruction.source), instruction.index);
      case Op::kWriteReference:
        return Write(Element(instruction.source), instruction.index);
      case Op::kInsertLiteral:
        return Insert(Literal(instruction.source), instruction.index);
      case Op::kInsertReference:
        return Insert(Element(instruction.source), instruction.index);
      case Op::kEraseElement:
        return Erase(instruction.index);
      case Op::kMinimumSize:
        return Resize(instruction.source, array_.GetSize(), kMaximumSize, Zero());
      case Op::kMinimumSizeFill:
        return Resize(instruction.source, array_.GetSize(), kMaximumSize, Literal(instruction.index));
      case Op::kMaximumSize:
        return Resize(instruction.source, 0, array_.GetSize(), Zero());
      case Op::kSetSize:
        return Resize(instruction.source, 0, kMaximumSize, Zero());
      case Op::kSetSizeFill:
        return Resize(instruction.source, 0, kMaximumSize, Literal(instruction.index));
    }
  }
  Array<T> Take() { return std::move(array_); }

 private:
  static std::optional<T> Zero() { return T(); }

  std::optional<T> Literal(int64_t index) const {
    if (index < 0 || index >= static_cast<int64_t>(literals_.GetSize())) return std::nullopt;
    return literals_[static_cast<size_t>(index)];
  }
  std::optional<T> Element(int64_t index) const {
    const auto place = Locate(index, array_.GetSize());
    return place ? std::optional<T>(array_[*place]) : std::nullopt;
  }

  void Write(std::optional<T> value, int64_t index) {
    const auto place = Locate(index, array_.GetSize());
    if (value && place) array_.GetMutableData()[*place] = std::move(*value);
  }
  void Insert(std::optional<T> value, int64_t index) {
    const auto place = LocateGap(index, array_.GetSize());
    if (!value || !place) return;
    array_.PushBack(std::move(*value));
    T* data = array_.GetMutableData();
    std::rotate(data + *place, data + array_.GetSize() - 1, data + array_.GetSize());
  }
  void Erase(int64_t index) {
    const auto place = Locate(index, array_.GetSize());
    if (!place) return;
    T* data = array_.GetMutableData();
    std::move(data + *place + 1, data + array_.GetSize(), data + *place);
    array_.Resize(array_.GetSize() - 1);
  }
  // To `size`, when that lies between the bounds.
  void Resize(int64_t size, size_t lower, int64_t upper, const std::optional<T>& fill) {
    if (size < static_cast<int64_t>(lower) || size > upper || size > kMaximumSize || !fill) return;
    array_.Resize(static_cast<size_t>(size), *fill);
  }

  Array<T> array_;
  const Array<T>& literals_;
};

// Quaternions and matrices a resize makes are OpenUSD's zero values of the type, which are all zeros.
template <class T>
Value ApplyAs(const ArrayEdit& edit, const Value& array) {
  static const Array<T> kNothing;
  const Array<T>* literals = edit.literals.GetIf<Array<T>>();
  Editor<T> editor(array.GetOr<Array<T>>(Array<T>()), literals ? *literals : kNothing);
  for (const ArrayEdit::Instruction& instruction : edit.instructions) editor.Apply(instruction);
  return editor.Take();
}

bool ReadsSource(ArrayEdit::Op op) {
  return op == ArrayEdit::Op::kWriteLiteral || op == ArrayEdit::Op::kInsertLiteral;
}
bool ReadsFill(ArrayEdit::Op op) {
  return op == ArrayEdit::Op::kMinimumSizeFill || op == ArrayEdit::Op::kSetSizeFill;
}

}  // namespace

Value ArrayEdit::ApplyTo(const Value& array) const {
  if (instructions.empty() && !array.IsEmpty()) return array;
  if (!array.IsEmpty() && array.GetType() != GetArrayType(element_type)) return array;
  return VisitElementType<Value>(
      element_type, array, [&](auto tag) { return ApplyAs<typename decltype(tag)::Type>(*this, array); });
}

ArrayEdit ArrayEdit::ComposeOver(const ArrayEdit& weaker) const {
  if (weaker.instructions.empty() || element_type != weaker.element_type) return *this;
  ArrayEdit out = weaker;
  const int64_t shift = static_cast<int64_t>(weaker.literals.GetArraySize());
  for (Instruction instruction : instructions) {
    if (ReadsSource(instruction.op)) instruction.source += shift;
    if (ReadsFill(instruction.op)) instruction.index += shift;
    out.instructions.push_back(instruction);
  }
  VisitElementType<int>(element_type, 0, [&](auto tag) {
    using T = typename decltype(tag)::Type;
    Array<T> joined = weaker.literals.GetOr<Array<T>>(Array<T>());
    if (const Array<T>* mine = literals.GetIf<Array<T>>())
      for (const T& literal : *mine) joined.PushBack(literal);
    out.literals = std::move(joined);
    return 0;
  });
  return out;
}

// Literals are compared where they are used: two edits that number them differently are the same edit.
bool operator==(const ArrayEdit& a, const ArrayEdit& b) {
  if (a.element_type != b.element_type || a.instructions.size() != b.instructions.size()) return false;
  if (a.instructions == b.instructions && a.literals == b.literals) return true;
  return VisitElementType<bool>(a.element_type, false, [&](auto tag) {
    using T = typename decltype(tag)::Type;
    const auto left = a.literals.template GetOr<Array<T>>(Array<T>());
    const auto right = b.literals.template GetOr<Array<T>>(Array<T>());
    const auto same = [&](int64_t i, int64_t j) {
      return i >= 0 && j >= 0 && i < int64_t(left.GetSize()) && j < int64_t(right.GetSize()) &&
             Value(left[size_t(i)]) == Value(right[size_t(j)]);
    };
    for (size_t i = 0; i < a.instructions.size(); ++i) {
      const auto& x = a.instructions[i];
      const auto& y = b.instructions[i];
      if (x.op != y.op) return false;
      if (ReadsSource(x.op) ? !same(x.source, y.source) : x.source != y.source) return false;
      if (ReadsFill(x.op) ? !same(x.index, y.index) : x.index != y.index) return false;
    }
    return true;
  });
}

}  // namespace strata

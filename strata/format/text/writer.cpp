#include "strata/format/text/writer.h"

#include <algorithm>
#include <utility>

#include "strata/format/text/number.h"
#include "strata/format/text/value_reader.h"
#include "strata/path/path.h"
#include "strata/value/time_samples.h"

namespace strata::format::text {

using layer::SpecStore;
using layer::SpecType;

namespace {

constexpr size_t kFlushBytes = size_t{1} << 18;
constexpr std::string_view kAnyType = "__AnyType__";  // of a prim: written as no type

// Whether only the value can tell which version it needs.
bool NeedsLook(ValueType type) {
  return type == ValueType::kEmpty || type == ValueType::kArrayEdit || type == ValueType::kSpline ||
         type == ValueType::kDictionary || type == ValueType::kTimeSamples ||
         type == ValueType::kUnregisteredValue;
}

// The minor version of usda that values of other types need.
int GetNeededVersion(ValueType type) {
  return type == ValueType::kDuration || type == ValueType::kDurationArray ? 4 : 0;
}

// The minor version of usda that a value needs.
int GetNeededVersion(const Value& value) {
  switch (value.GetType()) {
    // usd-core leaves edits of numbers at 1.0, which readers of 1.0 cannot read; here they always ask for the
    // version that has them.
    case ValueType::kArrayEdit:
      return std::max(2, GetNeededVersion(value.Get<ArrayEdit>().element_type));
    case ValueType::kSpline:
      for (const SplineKnot& knot : value.Get<Spline>().knots)
        if (knot.pre_tangent.algorithm != TangentAlgorithm::kNone ||
            knot.post_tangent.algorithm != TangentAlgorithm::kNone)
          return 1;
      return 0;
    case ValueType::kDictionary: {
      int needed = 0;
      for (const auto& [key, entry] : value.Get<Dictionary>().entries)
        needed = std::max(needed, GetNeededVersion(entry));
      return needed;
    }
    case ValueType::kTimeSamples: {
      int needed = 0;
      const TimeSamples& samples = value.Get<TimeSamples>();
      for (size_t i = 0; i < samples.GetSize(); ++i) {
        const ValueType type = samples.GetValueType(i);
        needed = std::max(needed,
                          NeedsLook(type) ? GetNeededVersion(samples.GetValue(i)) : GetNeededVersion(type));
      }
      return needed;
    }
    case ValueType::kUnregisteredValue: {
      const auto& held = value.Get<UnregisteredValue>().value;
      return held ? GetNeededVersion(*held) : 0;
    }
    default:
      return GetNeededVersion(value.GetType());
  }
}

template <class T>
T GetFieldOr(const SpecStore::SpecView& spec, Token field, T fallback) {
  const Value* value = spec.Find(field);
  return value ? value->GetOr(std::move(fallback)) : fallback;
}

const TokenVector& GetNames(const SpecStore::SpecView& spec, Token field) {
  static const TokenVector kNone;
  const Value* value = spec.Find(field);
  const TokenVector* names = value ? value->GetIf<TokenVector>() : nullptr;
  return names ? *names : kNone;
}

// Old names of types are written as the names of today.
void AppendTypeName(std::string& out, Token name) {
  constexpr std::string_view kBrackets = "[]";
  std::string_view text = name.GetText();
  const bool is_array = text.ends_with(kBrackets);
  if (is_array) text.remove_suffix(kBrackets.size());
  const ValueTypeName* type = FindValueTypeName(is_array ? Token::Find(text) : name);
  out += type ? type->name.GetText() : text;
  if (is_array) out += kBrackets;
}

}  // namespace

Writer::Writer(const SpecStore& content, const layer::FieldRegistry& fields, Sink sink)
    : content_(content), fields_(fields), names_(layer::GetFieldNames()), sink_(std::move(sink)) {}

void Writer::Flush(size_t keep_below) {
  if (out_.size() <= keep_below) return;
  if (status_) status_ = sink_(out_);
  out_.clear();
}

const char* Writer::FindVersion() const {
  static constexpr const char* kVersions[] = {"1.0", "1.1", "1.2", "1.3", "1.4"};
  int needed = 0;
  // Without the paths, which may have to be made.
  for (SpecStore::SpecIndex spec = 0, end = static_cast<SpecStore::SpecIndex>(content_.GetSlotCount());
       spec < end; ++spec) {
    if (content_.GetType(spec) == SpecType::kUnknown) continue;
    const SpecView view = content_.ViewOf(spec);
    for (size_t i = 0, count = view.GetFieldCount(); i < count; ++i) {
      const ValueType type = view.GetFieldType(i);
      if (!NeedsLook(type)) {
        needed = std::max(needed, GetNeededVersion(type));
      } else if (const Value* value = view.GetFieldValue(i)) {
        needed = std::max(needed, GetNeededVersion(*value));
      }
    }
  }
  return kVersions[needed];
}

Result<void> Writer::WriteLayer(const std::string& comment) {
  out_ += "#usda ";
  out_ += FindVersion();
  out_ += '\n';
  const SpecView root = content_.Find(Path::AbsoluteRoot());
  if (root) {
    WriteLayerMetadata(root, comment);
    if (GetNames(root, names_.primOrder).size() > 1) {
      out_ += '\n';
      WriteOrder(root, names_.primOrder, "reorder rootPrims = ", 0);
    }
    PushChildren(Path::AbsoluteRoot(), root, 0);
    WriteBlocks();
  }
  out_ += '\n';
  Flush(0);
  return std::move(status_);
}

void Writer::WriteOrder(const SpecView& spec, Token field, const char* statement, size_t indent) {
  const TokenVector& names = GetNames(spec, field);
  if (names.size() < 2) return;
  AppendIndent(out_, indent);
  out_ += statement;
  AppendValue(out_, Value(names));
  out_ += '\n';
}

// -- blocks
// ------------------------------------------------------------------------------------------------------

// Puts the children of a spec before what is still to be written: prims, then variant sets.
void Writer::PushChildren(Path path, const SpecView& spec, size_t indent) {
  const TokenVector& sets = GetNames(spec, names_.variantSetChildren);
  for (auto set = sets.rbegin(); set != sets.rend(); ++set) {
    const Path set_path = path.AppendVariantSelection(*set, Token());
    const SpecView set_spec = content_.Find(set_path);
    if (!set_spec || GetNames(set_spec, names_.variantChildren).empty()) continue;
    steps_.push_back({Step::Kind::kVariantSet, set_path, indent, false});
  }
  const TokenVector& prims = GetNames(spec, names_.primChildren);
  const bool space_first = path.IsAbsoluteRoot() || !GetNames(spec, names_.properties).empty();
  for (size_t i = prims.size(); i-- > 0;)
    steps_.push_back({Step::Kind::kPrim, path.AppendChild(prims[i]), indent, i != 0 || space_first});
}

void Writer::WriteBlocks() {
  while (!steps_.empty() && status_) {
    const Step step = steps_.back();
    steps_.pop_back();
    switch (step.kind) {
      case Step::Kind::kPrim: {
        const SpecStore::SpecIndex index = content_.FindIndex(step.path);
        if (index == SpecStore::kNoSpec) break;
        const SpecView spec = content_.ViewOf(index);
        if (step.space_before) out_ += '\n';
        WritePrimHead(step.path, spec, step.indent);
        WriteProperties(index, spec, step.indent + 1);
        steps_.push_back({Step::Kind::kEnd, Path(), step.indent, false});
        PushChildren(step.path, spec, step.indent + 1);
        break;
      }
      case Step::Kind::kVariantSet: {
        const Token set = step.path.GetVariantSet();
        AppendIndent(out_, step.indent);
        out_ += "variantSet ";
        AppendQuoted(out_, set.GetText());
        out_ += " = {\n";
        steps_.push_back({Step::Kind::kEnd, Path(), step.indent, false});
        TokenVector variants = GetNames(content_.Find(step.path), names_.variantChildren);
        std::sort(variants.begin(), variants.end(), TokenTextLess());
        for (size_t i = variants.size(); i-- > 0;)
          steps_.push_back({Step::Kind::kVariant,
                            step.path.GetParent().AppendVariantSelection(set, variants[i]), step.indent + 1,
                            false});
        break;
      }
      case Step::Kind::kVariant: {
        const SpecStore::SpecIndex index = content_.FindIndex(step.path);
        if (index == SpecStore::kNoSpec) break;
        const SpecView spec = content_.ViewOf(index);
        AppendIndent(out_, step.indent);
        AppendQuoted(out_, step.path.GetVariantSelection().GetText());
        WriteMetadata(spec, step.indent, SpecType::kVariant);
        out_ += " {\n";
        WriteProperties(index, spec, step.indent + 1);
        steps_.push_back({Step::Kind::kEnd, Path(), step.indent, true});
        PushChildren(step.path, spec, step.indent + 1);
        break;
      }
      case Step::Kind::kEnd:
        if (step.space_before) out_ += '\n';
        AppendIndent(out_, step.indent);
        out_ += "}\n";
        break;
    }
    Flush(kFlushBytes);
  }
}

void Writer::WritePrimHead(Path path, const SpecView& spec, size_t indent) {
  AppendIndent(out_, indent);
  const Specifier specifier = GetFieldOr(spec, names_.specifier, Specifier::kOver);
  out_ += specifier == Specifier::kDef ? "def " : specifier == Specifier::kClass ? "class " : "over ";
  const Token type_name = GetFieldOr(spec, names_.typeName, Token());
  if (!type_name.IsEmpty() && type_name != kAnyType) {
    out_ += type_name.GetText();
    out_ += ' ';
  }
  out_ += '"';
  out_ += path.GetNameToken().GetText();
  out_ += '"';
  WriteMetadata(spec, indent, SpecType::kPrim);
  out_ += '\n';
  AppendIndent(out_, indent);
  out_ += "{\n";
}

// -- properties
// ------------------------------------------------------------------------------------------------------

void Writer::WriteProperties(SpecStore::SpecIndex owner, const SpecView& spec, size_t indent) {
  WriteOrder(spec, names_.propertyOrder, "reorder properties = ", indent);
  WriteOrder(spec, names_.primOrder, "reorder nameChildren = ", indent);
  const TokenVector& authored = GetNames(spec, names_.properties);
  const auto less = [](Token a, Token b) { return ElementOrderLess(a.GetText(), b.GetText()); };
  sorted_.assign(authored.begin(), authored.end());
  if (!std::is_sorted(sorted_.begin(), sorted_.end(), less)) std::sort(sorted_.begin(), sorted_.end(), less);
  for (const Token name : sorted_) {
    const SpecStore::SpecIndex property = content_.FindProperty(owner, name);
    if (property == SpecStore::kNoSpec) continue;
    const SpecView view = content_.ViewOf(property);
    if (view.GetType() == SpecType::kAttribute)
      WriteAttribute(name, view, indent);
    else if (view)
      WriteRelationship(name, view, indent);
    Flush(kFlushBytes);
  }
}

void Writer::WriteAttribute(Token name, const SpecView& spec, size_t indent) {
  const bool custom = GetFieldOr(spec, names_.custom, false);
  std::string head;
  if (GetFieldOr(spec, names_.variability, Variability::kVarying) == Variability::kUniform)
    head += "uniform ";
  AppendTypeName(head, GetFieldOr(spec, names_.typeName, Token()));
  head += ' ';
  head += name.GetText();
  Value held;
  const Value* value = spec.Look(names_.default_, held);
  const Value* samples = spec.Find(names_.timeSamples);
  const Value* spline = spec.Find(names_.spline);
  const Value* connections = spec.Find(names_.connectionPaths);
  if (connections && !connections->Holds<PathListOp>()) connections = nullptr;
  if (connections && !connections->Get<PathListOp>().HasKeys()) connections = nullptr;
  const bool says_more = samples || spline || connections;
  const size_t start = out_.size();
  AppendIndent(out_, indent);
  if (custom) out_ += "custom ";
  out_ += head;
  if (value) {
    out_ += " = ";
    AppendValue(out_, *value, indent);
  }
  const bool has_metadata = WriteMetadata(spec, indent, SpecType::kAttribute);
  if (value || has_metadata || custom || !says_more)
    out_ += '\n';
  else
    out_.resize(start);
  const auto statement = [&](const char* what, const Value& held) {
    AppendIndent(out_, indent);
    out_ += head;
    out_ += what;
    AppendValue(out_, held, indent);
    out_ += '\n';
  };
  if (samples) statement(".timeSamples = ", *samples);
  if (spline) statement(".spline = ", *spline);
  if (connections) WriteTargets(*connections, head + ".connect", {}, indent);
}

void Writer::WriteRelationship(Token name, const SpecView& spec, size_t indent) {
  const bool custom = GetFieldOr(spec, names_.custom, false);
  std::string head;
  if (GetFieldOr(spec, names_.variability, Variability::kVarying) == Variability::kVarying)
    head += "varying ";
  head += "rel ";
  head += name.GetText();
  const Value* targets = spec.Find(names_.targetPaths);
  const PathListOp* op = targets ? targets->GetIf<PathListOp>() : nullptr;
  if (op && !op->HasKeys()) op = nullptr;
  if (op && op->is_explicit) {
    const size_t start = out_.size();
    WriteMetadata(spec, indent, SpecType::kRelationship);
    const std::string metadata = out_.substr(start);
    out_.resize(start);
    WriteTargets(*targets, (custom ? "custom " : "") + head, metadata, indent);
  } else {
    const size_t start = out_.size();
    AppendIndent(out_, indent);
    if (custom) out_ += "custom ";
    out_ += head;
    const bool has_metadata = WriteMetadata(spec, indent, SpecType::kRelationship);
    if (has_metadata || custom || !op)
      out_ += '\n';
    else
      out_.resize(start);
    if (op) WriteTargets(*targets, head, {}, indent);
  }
  if (const Value* value = spec.Find(names_.default_)) {
    AppendIndent(out_, indent);
    out_ += head;
    out_ += ".default = ";
    AppendValue(out_, *value, indent);
    AppendIndent(out_, indent);  // as usd-core prints it
    out_ += '\n';
  }
}

// Targets or connections, one statement per list of the op; lists of several span lines and end in a comma.
void Writer::WriteTargets(const Value& value, const std::string& head, const std::string& tail,
                          size_t indent) {
  const PathListOp& op = value.Get<PathListOp>();
  const auto write = [&](const char* keyword, const PathVector& paths) {
    AppendIndent(out_, indent);
    out_ += keyword;
    out_ += head;
    out_ += " = ";
    if (paths.empty()) {
      out_ += "None";
    } else if (paths.size() == 1) {
      AppendArc(out_, paths[0], indent);
    } else {
      out_ += "[\n";
      for (const Path path : paths) {
        AppendIndent(out_, indent + 1);
        AppendArc(out_, path, indent + 1);
        out_ += ",\n";
      }
      AppendIndent(out_, indent);
      out_ += ']';
    }
    out_ += tail;
    out_ += '\n';
  };
  if (op.is_explicit) return write("", op.explicit_items);
  if (!op.deleted_items.empty()) write("delete ", op.deleted_items);
  if (!op.added_items.empty()) write("add ", op.added_items);
  if (!op.prepended_items.empty()) write("prepend ", op.prepended_items);
  if (!op.appended_items.empty()) write("append ", op.appended_items);
  if (!op.ordered_items.empty()) write("reorder ", op.ordered_items);
}

}  // namespace strata::format::text

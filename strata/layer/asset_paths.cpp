#include "strata/layer/asset_paths.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "strata/layer/fields.h"
#include "strata/value/array_edit.h"
#include "strata/value/time_samples.h"

namespace strata::layer {

namespace {

// Walks one field's value and gives what it becomes.
class Walk {
 public:
  Walk(Path spec, Token field, bool is_attribute, const AssetPathChange& change,
       EmptyElements empty = EmptyElements::kRemove)
      : change_(change), empty_(empty) {
    use_.spec = spec;
    use_.field = field;
    const FieldNames& names = GetFieldNames();
    if (field == names.subLayers) {
      use_.kind = AssetPathKind::kSublayer;
    } else if (field == names.references) {
      use_.kind = AssetPathKind::kReference;
    } else if (field == names.payload) {
      use_.kind = AssetPathKind::kPayload;
    } else if (field == names.clips) {
      use_.kind = AssetPathKind::kClip;
    } else if (is_attribute && (field == names.default_ || field == names.timeSamples)) {
      use_.kind = AssetPathKind::kValue;
    } else {
      use_.kind = AssetPathKind::kMetadata;
    }
  }

  size_t GetChangeCount() const { return changed_; }
  // Of the sublayers, those that remain.
  const std::vector<size_t>& GetKeptSublayers() const { return kept_; }

  // The value with its paths changed; nothing when none was.
  std::optional<Value> Apply(const Value& value) {
    const size_t before = changed_;
    std::optional<Value> out;
    if (const AssetPath* path = value.GetIf<AssetPath>()) {
      if (const auto text = Ask(path->authored)) out = Value(AssetPath(*text));
    } else if (const Array<AssetPath>* paths = value.GetIf<Array<AssetPath>>()) {
      out = ApplyToArray(*paths);
    } else if (const Dictionary* dictionary = value.GetIf<Dictionary>()) {
      out = ApplyToDictionary(*dictionary);
    } else if (const TimeSamples* samples = value.GetIf<TimeSamples>()) {
      out = ApplyToSamples(*samples);
    } else if (const ArrayEdit* edit = value.GetIf<ArrayEdit>()) {
      out = ApplyToEdit(*edit);
    } else if (const ReferenceListOp* references = value.GetIf<ReferenceListOp>()) {
      out = ApplyToArcs(*references);
    } else if (const PayloadListOp* payloads = value.GetIf<PayloadListOp>()) {
      out = ApplyToArcs(*payloads);
    } else if (const StringVector* texts = value.GetIf<StringVector>();
               texts && use_.kind == AssetPathKind::kSublayer) {
      out = ApplyToSublayers(*texts);
    } else if (const std::string* text = value.GetIf<std::string>(); text && IsTemplate()) {
      if (const auto changed = Ask(*text)) out = Value(*changed);
    }
    if (changed_ == before) return std::nullopt;
    return out;
  }

 private:
  bool IsTemplate() const {
    return use_.kind == AssetPathKind::kClip && use_.place.ends_with(":templateAssetPath");
  }

  std::optional<std::string> Ask(const std::string& text) {
    if (text.empty()) return std::nullopt;
    use_.authored = text;
    const bool is_template = IsTemplate();
    if (is_template) use_.kind = AssetPathKind::kClipTemplate;
    std::optional<std::string> changed = change_(use_);
    if (is_template) use_.kind = AssetPathKind::kClip;
    if (changed && *changed == text) changed.reset();
    if (changed) ++changed_;
    return changed;
  }

  Value ApplyToArray(const Array<AssetPath>& paths) {
    Array<AssetPath> out;
    out.Reserve(paths.GetSize());
    const std::string place = use_.place;
    for (size_t i = 0; i < paths.GetSize(); ++i) {
      use_.place = fmt::format("{}[{}]", place, i);
      const auto changed = Ask(paths[i].authored);
      if (!changed && paths[i].authored.empty() && empty_ == EmptyElements::kRemove) continue;
      if (!changed) {
        out.PushBack(paths[i]);
      } else if (!changed->empty() || empty_ == EmptyElements::kKeep) {
        out.PushBack(AssetPath(*changed));
      }
    }
    use_.place = place;
    return Value(std::move(out));
  }

  // Depth is bounded: readers refuse values nested deeper than a budget.
  Value ApplyToDictionary(const Dictionary& dictionary) {
    Dictionary out = dictionary;
    const std::string place = use_.place;
    for (auto& [key, entry] : out.entries) {
      use_.place = place.empty() ? key : place + ':' + key;
      if (auto changed = Apply(entry)) entry = *std::move(changed);
    }
    use_.place = place;
    return Value(std::move(out));
  }

  std::optional<Value> ApplyToSamples(const TimeSamples& samples) {
    std::optional<TimeSamples> out;
    for (size_t i = 0; i < samples.GetSize(); ++i) {
      const ValueType type = samples.GetValueType(i);
      if (type != ValueType::kAssetPath && type != ValueType::kAssetPathArray &&
          type != ValueType::kArrayEdit)
        continue;
      use_.place = fmt::format("at {}", samples.GetTime(i));
      if (auto changed = Apply(samples.GetValue(i))) {
        if (!out) out = samples;
        out->Set(samples.GetTime(i), *std::move(changed));
      }
    }
    use_.place.clear();
    if (!out) return std::nullopt;
    return Value(*std::move(out));
  }

  // Elements are replaced only: removing one would move those that instructions count.
  Value ApplyToEdit(const ArrayEdit& edit) {
    ArrayEdit out = edit;
    const Array<AssetPath>* literals = edit.literals.GetIf<Array<AssetPath>>();
    if (!literals) return Value(std::move(out));
    Array<AssetPath> changed = *literals;
    for (size_t i = 0; i < literals->GetSize(); ++i) {
      use_.place = fmt::format("edit[{}]", i);
      if (const auto text = Ask((*literals)[i].authored)) changed.GetMutableData()[i] = AssetPath(*text);
    }
    use_.place.clear();
    out.literals = Value(std::move(changed));
    return Value(std::move(out));
  }

  template <class Arc>
  Value ApplyToArcs(const ListOp<Arc>& op) {
    ListOp<Arc> out = op;
    for (auto* items : {&out.explicit_items, &out.added_items, &out.prepended_items, &out.appended_items,
                        &out.deleted_items, &out.ordered_items}) {
      use_.is_deleted = items == &out.deleted_items || items == &out.ordered_items;
      std::vector<Arc> kept;
      for (Arc& item : *items) {
        const auto changed = Ask(item.asset_path);
        if (changed && changed->empty()) continue;
        if (changed) item.asset_path = *changed;
        kept.push_back(std::move(item));
      }
      *items = std::move(kept);
    }
    use_.is_deleted = false;
    return Value(std::move(out));
  }

  Value ApplyToSublayers(const StringVector& paths) {
    StringVector out;
    for (size_t i = 0; i < paths.size(); ++i) {
      const auto changed = Ask(paths[i]);
      if (changed && changed->empty()) continue;
      out.push_back(changed ? *changed : paths[i]);
      kept_.push_back(i);
    }
    return Value(std::move(out));
  }

  const AssetPathChange& change_;
  EmptyElements empty_;
  AssetPathUse use_;
  std::vector<size_t> kept_;
  size_t changed_ = 0;
};

std::vector<std::pair<Path, SpecStore::SpecIndex>> ListSpecs(const SpecStore& content) {
  std::vector<std::pair<Path, SpecStore::SpecIndex>> specs;
  for (SpecStore::SpecIndex i = 0, n = content.GetSlotCount(); i < n; ++i)
    if (content.GetType(i) != SpecType::kUnknown) specs.emplace_back(content.GetPath(i), i);
  std::sort(specs.begin(), specs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return specs;
}

}  // namespace

std::string_view GetKindName(AssetPathKind kind) {
  switch (kind) {
    case AssetPathKind::kSublayer:
      return "sublayer";
    case AssetPathKind::kReference:
      return "reference";
    case AssetPathKind::kPayload:
      return "payload";
    case AssetPathKind::kClip:
      return "clip";
    case AssetPathKind::kClipTemplate:
      return "clip template";
    case AssetPathKind::kValue:
      return "value";
    case AssetPathKind::kMetadata:
      return "metadata";
  }
  return {};
}

void VisitAssetPaths(const SpecStore& content, const std::function<void(const AssetPathUse&)>& visit) {
  const AssetPathChange change = [&visit](const AssetPathUse& use) -> std::optional<std::string> {
    visit(use);
    return std::nullopt;
  };
  for (const auto& [path, index] : ListSpecs(content)) {
    const SpecStore::SpecView spec = content.ViewOf(index);
    for (const SpecStore::Field& field : spec)
      Walk(path, field.name, spec.GetType() == SpecType::kAttribute, change).Apply(field.value);
  }
}

// A value that lost all its paths.
static bool SaysNothing(const Value& value) {
  if (const AssetPath* path = value.GetIf<AssetPath>()) return path->authored.empty();
  const Array<AssetPath>* paths = value.GetIf<Array<AssetPath>>();
  return paths && paths->IsEmpty();
}

size_t ModifyAssetPaths(Layer& layer, const AssetPathChange& change, EmptyElements empty) {
  struct Edit {
    Path path;
    Token field;
    Value value;
  };
  std::vector<Edit> edits;
  size_t count = 0;
  const FieldNames& names = GetFieldNames();
  for (const auto& [path, index] : ListSpecs(layer.GetContent())) {
    const SpecStore::SpecView spec = layer.GetContent().ViewOf(index);
    for (const SpecStore::Field& field : spec) {
      Walk walk(path, field.name, spec.GetType() == SpecType::kAttribute, change, empty);
      std::optional<Value> changed = walk.Apply(field.value);
      if (!changed) continue;
      count += walk.GetChangeCount();
      if (empty == EmptyElements::kRemove && field.name == names.default_ && SaysNothing(*changed))
        changed = Value();
      edits.push_back({path, field.name, *std::move(changed)});
      if (field.name != names.subLayers) continue;
      // Each sublayer keeps its own offset.
      const auto* offsets = layer.GetFieldAs<std::vector<LayerOffset>>(path, names.subLayerOffsets);
      if (!offsets) continue;
      std::vector<LayerOffset> kept;
      for (const size_t i : walk.GetKeptSublayers())
        kept.push_back(i < offsets->size() ? (*offsets)[i] : LayerOffset());
      edits.push_back({path, names.subLayerOffsets, Value(std::move(kept))});
    }
  }
  const Layer::ChangeBlock block(layer);
  for (Edit& edit : edits) {
    // Fields that were there can be there, with a value of the type that they had.
    (void)layer.SetField(edit.path, edit.field, std::move(edit.value));
  }
  return count;
}

}  // namespace strata::layer

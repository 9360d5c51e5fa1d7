#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "strata/compose/expression.h"
#include "strata/compose/layer_stack_builder.h"

namespace strata::compose {

std::string FormatNumber(double number) {
  return fmt::format("{:.6g}", number);
}

std::string FormatOffset(const LayerOffset& offset) {
  return fmt::format("SdfLayerOffset({}, {})", FormatNumber(offset.offset), FormatNumber(offset.scale));
}

bool IsUsableOffset(const LayerOffset& offset) {
  return offset.IsValid() && offset.scale > 0;
}

std::vector<LayerOffset> LayerStackBuilder::ReadOffsets(const layer::Layer& layer, size_t count) {
  std::vector<LayerOffset> offsets;
  if (auto* held =
          layer.GetFieldAs<LayerOffsetVector>(Path::AbsoluteRoot(), layer::GetFieldNames().subLayerOffsets))
    offsets = *held;
  if (!offsets.empty() && offsets.size() != count) {
    AddError(
        ErrorType::kInvalidSublayerAndOffsetCount,
        fmt::format(
            "Layer @{}@ has {} sublayers and {} offsets, but these counts must be equal. Using an identity "
            "offset for all sublayers instead.",
            layer.GetIdentifier(), count, offsets.size()),
        layer, "Write one offset for each sublayer.");
    offsets.clear();
  }
  offsets.resize(count);
  return offsets;
}

std::vector<layer::LayerPtr> LayerStackBuilder::OpenSublayers(const layer::Layer& layer,
                                                              const std::vector<std::string>& authored) {
  std::vector<Sublayer> found(authored.size());
  const auto open = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) OpenSublayer(layer, authored[i], found[i]);
  };
  if (options_.executor && authored.size() > 1)
    options_.executor->ParallelFor(authored.size(), 1, open);
  else
    open(0, authored.size());
  std::vector<layer::LayerPtr> sublayers;
  sublayers.reserve(found.size());
  for (size_t i = 0; i < found.size(); ++i) sublayers.push_back(AcceptSublayer(layer, authored[i], found[i]));
  return sublayers;
}

// Called by several threads at once.
void LayerStackBuilder::OpenSublayer(const layer::Layer& layer, const std::string& authored,
                                     Sublayer& sublayer) const {
  sublayer.path = EvaluateText(authored, stack_->expression_variables_);
  if (sublayer.path.text.empty()) return;
  sublayer.identifier = provider_->CreateIdentifier(sublayer.path.text, layer);
  if (!options_.muted_layers.count(sublayer.identifier))
    sublayer.layer = provider_->FindOrOpen(sublayer.path.text, layer, sublayer.why);
}

// Notes what was found of a sublayer; null when it does not count.
layer::LayerPtr LayerStackBuilder::AcceptSublayer(const layer::Layer& layer, const std::string& authored,
                                                  Sublayer& sublayer) {
  for (const std::string& why : sublayer.path.errors) {
    AddError(ErrorType::kVariableExpressionError,
             fmt::format("Error evaluating expression {} for sublayer in @{}@: {}", authored,
                         layer.GetIdentifier(), why),
             layer, "Mend the expression, or define the variables it uses in the root layer.");
  }
  stack_->used_variables_.insert(sublayer.path.used_variables.begin(), sublayer.path.used_variables.end());
  if (sublayer.path.text.empty()) return nullptr;
  auto is_muted = [this](const std::string& identifier) {
    if (!options_.muted_layers.count(identifier)) return false;
    stack_->muted_layers_.insert(identifier);
    return true;
  };
  if (is_muted(sublayer.identifier)) return nullptr;
  if (sublayer.layer) return is_muted(sublayer.layer->GetIdentifier()) ? nullptr : sublayer.layer;
  AddError(ErrorType::kInvalidSublayerPath,
           fmt::format("Could not load sublayer @{}@ of layer @{}@; skipping.", sublayer.path.text,
                       layer.GetIdentifier()),
           layer, "Put the file there, or take it out of subLayers.");
  for (const Diagnostic& diagnostic : sublayer.why.GetAll())
    stack_->errors_.back().diagnostic.notes.push_back({diagnostic.message, diagnostic.location});
  return nullptr;
}

void LayerStackBuilder::OrderByOwner(const layer::Layer& layer, std::vector<layer::LayerPtr>& sublayers,
                                     std::vector<LayerOffset>& offsets) {
  const layer::FieldNames& names = layer::GetFieldNames();
  auto* owned = layer.GetFieldAs<bool>(Path::AbsoluteRoot(), names.hasOwnedSubLayers);
  if (!owned || !*owned || session_owner_.empty()) return;  // owners matter to a session that has one
  auto is_mine = [this](const layer::LayerPtr& sublayer) {
    auto* owner = sublayer
                      ? sublayer->GetFieldAs<std::string>(Path::AbsoluteRoot(), layer::GetFieldNames().owner)
                      : nullptr;
    return owner && *owner == session_owner_;
  };
  std::string mine;
  size_t count = 0;
  for (size_t i = 0; i < sublayers.size(); ++i) {
    if (!is_mine(sublayers[i])) continue;
    mine += fmt::format("{}@{}@", count ? ", " : "", sublayers[i]->GetIdentifier());
    // What the owner of the session wrote comes first.
    const auto from = static_cast<ptrdiff_t>(count++), to = static_cast<ptrdiff_t>(i);
    std::rotate(sublayers.begin() + from, sublayers.begin() + to, sublayers.begin() + to + 1);
    std::rotate(offsets.begin() + from, offsets.begin() + to, offsets.begin() + to + 1);
  }
  if (count < 2) return;
  AddError(ErrorType::kInvalidSublayerOwnership,
           fmt::format("The following sublayers for layer @{}@ have the same owner '{}': {}",
                       layer.GetIdentifier(), session_owner_, mine),
           layer, "Give each sublayer its own owner.");
}

bool LayerStackBuilder::IsOpen(const layer::Layer& layer) const {
  return std::find(open_.begin(), open_.end(), &layer) != open_.end();
}

void LayerStackBuilder::AddSublayers(const layer::LayerPtr& layer, const LayerOffset& offset,
                                     double time_codes_per_second, int depth, bool is_session) {
  const layer::FieldNames& names = layer::GetFieldNames();
  auto* paths = layer->GetFieldAs<StringVector>(Path::AbsoluteRoot(), names.subLayers);
  if (!paths || paths->empty()) return;
  if (depth >= static_cast<int>(options_.budgets.max_sublayer_depth) ||
      stack_->entries_.size() + paths->size() > options_.budgets.max_layers_in_stack) {
    const bool deep = depth >= static_cast<int>(options_.budgets.max_sublayer_depth);
    Diagnostic why = MakeBudgetDiagnostic(
        deep ? "max_sublayer_depth" : "max_layers_in_stack",
        deep ? options_.budgets.max_sublayer_depth : options_.budgets.max_layers_in_stack,
        {layer->GetIdentifier(), "/", 0, 0, 0});
    stack_->errors_.push_back({ErrorType::kInvalidSublayerPath, Path::AbsoluteRoot(), std::move(why)});
    return;
  }
  std::vector<LayerOffset> offsets = ReadOffsets(*layer, paths->size());
  std::vector<layer::LayerPtr> sublayers = OpenSublayers(*layer, *paths);
  for (size_t i = 0; i < sublayers.size(); ++i) {
    if (!sublayers[i] || IsUsableOffset(offsets[i]) || IsOpen(*sublayers[i])) continue;
    AddError(
        ErrorType::kInvalidSublayerOffset,
        fmt::format("Invalid sublayer offset {} in sublayer @{}@ of layer @{}@. Using no offset instead.",
                    FormatOffset(offsets[i]), sublayers[i]->GetIdentifier(), layer->GetIdentifier()),
        *layer, "Write a finite offset and a scale greater than zero.");
    offsets[i] = LayerOffset();
  }
  if (!is_session) OrderByOwner(*layer, sublayers, offsets);
  for (size_t i = 0; i < sublayers.size(); ++i) {
    const layer::LayerPtr& sublayer = sublayers[i];
    if (!sublayer) continue;
    if (IsOpen(*sublayer)) {
      AddError(ErrorType::kSublayerCycle,
               fmt::format("Sublayer hierarchy with root layer @{}@ has cycles. Detected when layer @{}@ was "
                           "seen in the layer "
                           "stack for the second time.",
                           layer->GetIdentifier(), sublayer->GetIdentifier()),
               *layer, "Take one of the layers out of the other's subLayers.");
      continue;
    }
    LayerOffset local = offsets[i];
    const double rate = sublayer->GetTimeCodesPerSecond();
    if (rate != time_codes_per_second && rate != 0) local.scale *= time_codes_per_second / rate;
    AddLayer(sublayer, offset * local, rate, depth + 1, is_session);
  }
}

}  // namespace strata::compose

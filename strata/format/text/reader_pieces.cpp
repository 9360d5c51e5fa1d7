// Reading a part of a file, and putting the parts together.
#include "strata/format/text/reader.h"

namespace strata::format::text {

bool Reader::ReadFirstPiece(size_t piece_count) {
  part_ = Part::kFirst;
  piece_count_ = piece_count;
  if (!ReadStart()) return false;
  ReadBody();
  return !lexer_.HasFailed();
}

bool Reader::ReadNextPiece(const std::vector<Path>& open_prims) {
  part_ = Part::kNext;
  open_prims_ = open_prims;
  constexpr SpecIndex kNoSpec = layer::SpecStore::kNoSpec;
  Push(Block::kLayer, Path::AbsoluteRoot(), kNoSpec, lexer_.Here()).is_elsewhere = true;
  for (const Path path : open_prims) Push(Block::kPrim, path, kNoSpec, lexer_.Here()).is_elsewhere = true;
  ReadBody();
  return !lexer_.HasFailed();
}

bool Reader::Append(Reader& next) {
  if (depth_ != next.open_prims_.size() + 1) return false;
  for (size_t i = 1; i < depth_; ++i)
    if (stack_[i].block != Block::kPrim || stack_[i].path != next.open_prims_[i - 1]) return false;
  if (out_.GetSpecCount() + next.out_.GetSpecCount() > options_.budgets.max_specs) return false;
  const SpecIndex moved_by = out_.Append(std::move(next.out_));
  if (moved_by == layer::SpecStore::kNoSpec) return false;
  const auto add_prims = [](Frame& frame, const std::vector<Token>& more) {
    frame.prims.insert(frame.prims.end(), more.begin(), more.end());
  };
  for (const std::vector<Token>& prims : next.closed_elsewhere_) {
    add_prims(stack_[depth_ - 1], prims);
    Pop();
  }
  for (size_t i = 0; i < next.depth_; ++i) {
    Frame& frame = next.stack_[i];
    if (frame.is_elsewhere) {
      add_prims(stack_[i], frame.prims);
      continue;
    }
    frame.spec += moved_by;
    if (depth_ == stack_.size()) stack_.emplace_back();
    std::swap(stack_[depth_++], frame);
  }
  return true;
}

bool Reader::FinishPieces() {
  CloseBlocks();
  return !lexer_.HasFailed();
}

}  // namespace strata::format::text

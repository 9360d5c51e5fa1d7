#include "strata/format/text/pieces.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "strata/format/text/reader.h"

namespace strata::format::text {

namespace {

constexpr size_t kLookBytes = size_t{64} << 10;  // read at a time while looking for a cut
constexpr uint64_t kMostBack = uint64_t{2} << 20;

// A part of another asset, which outlives it.
class AssetPart final : public asset::Asset {
 public:
  AssetPart(const asset::Asset& whole, uint64_t begin, uint64_t end)
      : whole_(whole), begin_(begin), size_(end - begin) {}
  uint64_t GetSize() const override { return size_; }
  Result<size_t> ReadAt(uint64_t offset, void* buffer, size_t count) const override {
    if (offset >= size_) return size_t{0};
    return whole_.ReadAt(begin_ + offset, buffer,
                         static_cast<size_t>(std::min<uint64_t>(count, size_ - offset)));
  }

 private:
  const asset::Asset& whole_;
  const uint64_t begin_, size_;
};

// All of [begin, end), or nothing.
bool ReadBytes(const asset::Asset& asset, uint64_t begin, uint64_t end, std::string& out) {
  out.resize(static_cast<size_t>(end - begin));
  for (size_t done = 0; done < out.size();) {
    const Result<size_t> count = asset.ReadAt(begin + done, out.data() + done, out.size() - done);
    if (!count || *count == 0) return false;
    done += *count;
  }
  return true;
}

size_t IndentOf(std::string_view line) {
  const size_t indent = line.find_first_not_of(" \t");
  return indent == std::string_view::npos ? line.size() : indent;
}

// What follows def, over or class and white space in `text`; empty when it begins otherwise.
std::string_view AfterSpecifier(std::string_view text) {
  for (const std::string_view word : {"def", "over", "class"}) {
    if (text.size() <= word.size() || text.substr(0, word.size()) != word) continue;
    const char c = text[word.size()];
    if (c == ' ' || c == '\t') return text.substr(word.size() + 1);
  }
  return {};
}

// The name in quotes on the first line of a prim.
std::string_view NameOnPrimLine(std::string_view line) {
  std::string_view rest = AfterSpecifier(line.substr(IndentOf(line)));
  const size_t open = rest.find_first_of("\"'");
  if (open == std::string_view::npos) return {};
  const size_t close = rest.find(rest[open], open + 1);
  return close == std::string_view::npos ? std::string_view() : rest.substr(open + 1, close - open - 1);
}

struct PrimLine {
  size_t indent;
  std::string name;
};

// Whether a line that stands further left than what is inside of a prim may do so while its block is open.
bool IsPunctuation(char c) {
  return c == '{' || c == '(' || c == ')';
}

// Goes up the lines before `offset`, from the line of a prim to that of the one around it, by indentation.
// What is found is put into `lines`, innermost first; false when another kind of line encloses it.
bool LookBack(const asset::Asset& asset, uint64_t offset, size_t indent, std::vector<PrimLine>& lines) {
  std::string block, line_end;  // a line may have begun in the block before
  for (uint64_t end = offset; indent != 0 && end != 0 && offset - end < kMostBack;) {
    const uint64_t begin = end - std::min<uint64_t>(end, kLookBytes);
    if (!ReadBytes(asset, begin, end, block)) return false;
    block += line_end;
    std::string_view rest(block);
    for (size_t line_break; indent != 0 && (line_break = rest.rfind('\n')) != std::string_view::npos;) {
      const std::string_view line = rest.substr(line_break + 1);
      rest = rest.substr(0, line_break);
      const size_t at = IndentOf(line);
      if (at >= indent || at == line.size() || IsPunctuation(line[at])) continue;
      const std::string_view name = NameOnPrimLine(line);
      if (name.empty()) return false;
      lines.push_back({at, std::string(name)});
      indent = at;
    }
    if (rest.size() > kLookBytes) return false;
    line_end = rest;
    end = begin;
  }
  return true;
}

// The prims whose blocks are open after the first lines of the file, outermost first: often they stay so up
// to its end.
std::vector<PrimLine> LookAtStart(const asset::Asset& asset) {
  std::vector<PrimLine> open;
  std::string block;
  if (!ReadBytes(asset, 0, std::min<uint64_t>(asset.GetSize(), kLookBytes), block)) return open;
  const std::string_view text(block);
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string_view::npos; begin = end + 1) {
    const std::string_view line = text.substr(begin, end - begin);
    const std::string_view name = NameOnPrimLine(line);
    if (name.empty()) continue;
    const size_t indent = IndentOf(line);
    while (!open.empty() && open.back().indent >= indent) open.pop_back();
    open.push_back({indent, std::string(name)});
  }
  return open;
}

bool FindSurroundings(const asset::Asset& asset, uint64_t offset, size_t indent, std::vector<Path>& out) {
  std::vector<PrimLine> inner;
  if (!LookBack(asset, offset, indent, inner)) return false;
  const size_t left = inner.empty() ? indent : inner.back().indent;
  Path path = Path::AbsoluteRoot();
  const auto add = [&](const std::string& name) {
    path = path.AppendChild(Token(name));
    out.push_back(path);
    return !path.IsEmpty();
  };
  if (left != 0) {
    for (const PrimLine& line : LookAtStart(asset))
      if (line.indent < left && !add(line.name)) return false;
    if (out.empty()) return false;
  }
  return std::all_of(inner.rbegin(), inner.rend(), [&](const PrimLine& line) { return add(line.name); });
}

}  // namespace

std::optional<Cut> FindCut(const asset::Asset& asset, uint64_t from, uint64_t most_ahead) {
  const uint64_t end = std::min(asset.GetSize(), from + most_ahead);
  constexpr size_t kLongestHead = 1024;  // of a line, as far as needed to know that it begins a prim
  std::string block;
  for (uint64_t begin = from; begin < end; begin += kLookBytes) {
    if (!ReadBytes(asset, begin, std::min(end, begin + kLookBytes + kLongestHead), block)) return {};
    const std::string_view text(block);
    for (size_t at = text.find('\n'); at < kLookBytes; at = text.find('\n', at + 1)) {
      const std::string_view line = text.substr(at + 1, kLongestHead);
      const size_t indent = IndentOf(line);
      if (AfterSpecifier(line.substr(indent)).empty()) continue;
      Cut cut;
      cut.offset = begin + at + 1;
      if (!FindSurroundings(asset, cut.offset, indent, cut.open_prims)) return {};
      return cut;
    }
  }
  return {};
}

std::vector<Cut> FindCuts(const asset::Asset& asset, size_t most, uint64_t least_bytes) {
  const uint64_t size = asset.GetSize();
  const uint64_t pieces = std::min<uint64_t>(most, size / std::max<uint64_t>(least_bytes, 1));
  std::vector<Cut> cuts;
  for (uint64_t i = 1; i < pieces; ++i) {
    const uint64_t share = size / pieces;
    std::optional<Cut> cut = FindCut(asset, share * i, share / 2);
    if (cut) cuts.push_back(std::move(*cut));
  }
  return cuts;
}

bool ReadInPieces(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
                  const std::vector<Cut>& cuts, layer::SpecStore& out) {
  struct Piece {
    std::unique_ptr<AssetPart> part;
    layer::SpecStore content;
    Diagnostics unread;
    std::unique_ptr<Reader> reader;
    bool is_good = false;
  };
  if (asset.GetSize() > options.budgets.max_file_bytes) return false;
  std::vector<Piece> pieces(cuts.size() + 1);
  options.executor->ParallelFor(pieces.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      Piece& piece = pieces[i];
      piece.part = std::make_unique<AssetPart>(asset, i == 0 ? 0 : cuts[i - 1].offset,
                                               i == cuts.size() ? asset.GetSize() : cuts[i].offset);
      piece.reader = std::make_unique<Reader>(*piece.part, identifier, options, i == 0 ? out : piece.content,
                                              piece.unread);
      piece.is_good = i == 0 ? piece.reader->ReadFirstPiece(pieces.size())
                             : piece.reader->ReadNextPiece(cuts[i - 1].open_prims);
    }
  });
  bool is_good = pieces[0].is_good;
  for (size_t i = 1; is_good && i < pieces.size(); ++i)
    is_good = pieces[i].is_good && pieces[0].reader->Append(*pieces[i].reader);
  if (is_good && pieces[0].reader->FinishPieces()) return true;
  out = layer::SpecStore();
  return false;
}

}  // namespace strata::format::text

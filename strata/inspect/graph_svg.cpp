#include <algorithm>

#include <fmt/format.h>

#include "strata/base/utf8.h"
#include "strata/compose/dump.h"
#include "strata/inspect/graph.h"

namespace strata::inspect {

namespace {

// Pixels.
constexpr int kLetter = 7, kLine = 16, kPadding = 10, kRowGap = 18, kColumnGap = 110, kMargin = 20;

// As XML can hold it: no control characters, and UTF-8 alone.
std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : MakePrintable(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

struct Box {
  std::vector<std::string> lines;
  int x = 0, y = 0, width = 0, height = 0;
  uint32_t depth = 0;
};

std::string DescribeFlags(const GraphNode& node) {
  std::vector<std::string> words;
  if (node.is_due_to_ancestor) words.emplace_back("of an ancestor");
  if (node.is_private) words.emplace_back("private");
  if (node.is_restricted) words.emplace_back("permission denied");
  if (node.is_inert) words.emplace_back("inert");
  if (node.is_culled) words.emplace_back("culled");
  if (!node.has_specs) words.emplace_back("no specs");
  return fmt::format("{}", fmt::join(words, ", "));
}

bool IsImplied(const GraphNode& node) {
  return node.parent && node.origin && *node.origin != *node.parent;
}

class Picture {
 public:
  explicit Picture(const std::vector<GraphNode>& nodes) : nodes_(nodes) {
    Measure();
    Place();
  }

  std::string Draw(std::string_view title) const {
    std::string text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"monospace\" font-size=\"12\">\n<title>{2}</title>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        width_, height_, Escape(title));
    for (uint32_t i = 0; i < nodes_.size(); ++i) text += DrawArc(i);
    for (uint32_t i = 0; i < nodes_.size(); ++i) text += DrawBox(i);
    return text + "</svg>\n";
  }

 private:
  void Measure() {
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      const GraphNode& node = nodes_[i];
      Box box;
      box.lines = {fmt::format("{}  {}", i, node.path.GetString()), node.layer_name};
      std::string flags = DescribeFlags(node);
      if (!flags.empty()) box.lines.push_back(std::move(flags));
      size_t letters = 0;
      for (const std::string& line : box.lines)
        letters = std::max(letters, GetDisplayWidth(MakePrintable(line)));
      box.width = static_cast<int>(letters) * kLetter + 2 * kPadding;
      box.height = static_cast<int>(box.lines.size()) * kLine + kPadding;
      box.depth = node.parent ? boxes_[*node.parent].depth + 1 : 0;
      boxes_.push_back(std::move(box));
    }
  }

  // A column for each depth, a row for each leaf; what has children stands beside the first of them.
  void Place() {
    std::vector<int> columns;
    for (const Box& box : boxes_) {
      if (columns.size() <= box.depth) columns.resize(box.depth + 1, 0);
      columns[box.depth] = std::max(columns[box.depth], box.width);
    }
    int y = kMargin, row_height = 0;
    uint32_t before = 0;
    for (uint32_t i = 0; i < boxes_.size(); ++i) {
      Box& box = boxes_[i];
      box.x = kMargin;
      for (uint32_t depth = 0; depth < box.depth; ++depth) box.x += columns[depth] + kColumnGap;
      if (i != 0 && box.depth <= before) {
        y += row_height + kRowGap;
        row_height = 0;
      }
      box.y = y;
      row_height = std::max(row_height, box.height);
      before = box.depth;
      width_ = std::max(width_, box.x + box.width + kMargin);
    }
    height_ = y + row_height + kMargin;
  }

  std::string DrawArc(uint32_t number) const {
    const GraphNode& node = nodes_[number];
    if (!node.parent) return {};
    const Box &from = boxes_[*node.parent], &to = boxes_[number];
    const std::string_view color = compose::GetArcColor(GetArcType(number));
    const int x1 = from.x + from.width, y1 = from.y + from.height / 2, x2 = to.x, y2 = to.y + to.height / 2;
    const int bend = x2 - kColumnGap / 2;
    std::string text = fmt::format(
        "<path d=\"M{0} {1} C{4} {1} {4} {3} {2} {3}\" fill=\"none\" stroke=\"{5}\" "
        "stroke-width=\"1.5\"{6}/>\n"
        "<text x=\"{7}\" y=\"{8}\" fill=\"{5}\" text-anchor=\"end\" stroke=\"white\" stroke-width=\"3\" "
        "paint-order=\"stroke\">{9}</text>\n",
        x1, y1, x2, y2, bend, color, IsImplied(node) ? " stroke-dasharray=\"6 3\"" : "", x2 - 6, y2 - 4,
        node.arc);
    if (IsImplied(node)) {
      const Box& origin = boxes_[*node.origin];
      text += fmt::format(
          "<path d=\"M{} {} L{} {}\" fill=\"none\" stroke=\"gray\" stroke-dasharray=\"1 4\"><title>implied "
          "by {}"
          "</title></path>\n",
          to.x + to.width / 2, to.y + to.height / 2, origin.x + origin.width / 2,
          origin.y + origin.height / 2, *node.origin);
    }
    return text;
  }

  compose::ArcType GetArcType(uint32_t number) const {
    for (const compose::ArcType type :
         {compose::ArcType::kInherit, compose::ArcType::kVariant, compose::ArcType::kRelocate,
          compose::ArcType::kReference, compose::ArcType::kPayload, compose::ArcType::kSpecialize})
      if (nodes_[number].arc == compose::GetArcName(type)) return type;
    return compose::ArcType::kRoot;
  }

  std::string DrawBox(uint32_t number) const {
    const Box& box = boxes_[number];
    const GraphNode& node = nodes_[number];
    const bool is_silent = !node.can_contribute_specs || !node.has_specs;
    std::string text = fmt::format(
        "<g><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\" fill=\"{}\" "
        "stroke=\"black\""
        "{}/>\n",
        Escape(fmt::format("{}: {}", node.layer_stack, node.dependency)), box.x, box.y, box.width, box.height,
        is_silent ? "#f4f4f4" : "#fffbe8", is_silent ? " stroke-dasharray=\"3 3\"" : "");
    for (size_t i = 0; i < box.lines.size(); ++i)
      text += fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", box.x + kPadding,
                          box.y + kLine * static_cast<int>(i + 1), i == 0 ? " font-weight=\"bold\"" : "",
                          Escape(box.lines[i]));
    return text + "</g>\n";
  }

  const std::vector<GraphNode>& nodes_;
  std::vector<Box> boxes_;
  int width_ = 0, height_ = 0;
};

}  // namespace

std::string RenderGraphAsSvg(const GraphAnswer& answer) {
  return Picture(answer.nodes).Draw(answer.path.GetString());
}

}  // namespace strata::inspect

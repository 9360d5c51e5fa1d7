#include "strata/compose/causes.h"

#include <cctype>
#include <string>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

namespace strata::compose {

namespace {

// The refused arc, without the way to it: the last three lines of the trail.
std::string GetRefusedArc(std::string_view trail) {
  while (!trail.empty() && trail.back() == '\n') trail.remove_suffix(1);
  size_t begin = trail.size();
  for (int line = 0; line < 3 && begin != std::string_view::npos && begin != 0; ++line)
    begin = trail.rfind('\n', begin - 1);
  trail.remove_prefix(begin == std::string_view::npos ? 0 : begin);
  std::string arc(trail);
  constexpr std::string_view kWhich = "which CANNOT";  // as in a longer trail
  if (const size_t which = arc.find(kWhich); which != std::string::npos) arc.erase(which, 6);
  return arc.starts_with('\n') ? arc.substr(1) : arc;
}

std::string GetCause(const CompositionError& error) {
  const Diagnostic& diagnostic = error.diagnostic;
  switch (error.type) {
    case ErrorType::kArcCycle:
      return GetRefusedArc(diagnostic.message);
    case ErrorType::kArcToProhibitedChild: {  // its last line says why
      const size_t why = diagnostic.message.rfind("which is a prohibited child");
      return GetRefusedArc(std::string_view(diagnostic.message).substr(0, why));
    }
    case ErrorType::kInvalidAssetPath:  // the file, whoever wants it
    case ErrorType::kMutedAssetPath:
      return diagnostic.message.substr(0, diagnostic.message.find(" introduced by "));
    case ErrorType::kIndexCapacityExceeded:
    case ErrorType::kArcCapacityExceeded:
    case ErrorType::kArcNamespaceDepthCapacityExceeded: {  // the budget, and what it ends
      const std::string_view text = diagnostic.message;
      const bool is_count = !text.empty() && std::isdigit(static_cast<unsigned char>(text.front()));
      return diagnostic.hint + (is_count ? "#" : std::string(text.substr(0, text.find(" at <"))));
    }
    default:
      return fmt::format("{}\n{}\n{}", diagnostic.message, diagnostic.location.file,
                         diagnostic.location.path);
  }
}

}  // namespace

std::vector<Diagnostic> TellCauses(const CompositionErrors& errors) {
  struct Cause {
    size_t place;
    size_t count = 1;
    Path next;
  };
  std::vector<Diagnostic> told;
  std::unordered_map<std::string, Cause> causes;
  for (const CompositionError& error : errors) {
    const auto [known, is_new] = causes.try_emplace(
        fmt::format("{} {}", GetErrorName(error.type), GetCause(error)), Cause{told.size(), 1, {}});
    if (is_new) {
      told.push_back(error.diagnostic);
    } else if (++known->second.count == 2) {
      known->second.next = error.root_site;
    }
  }
  for (const auto& [key, cause] : causes) {
    if (cause.count < 2) continue;
    const size_t more = cause.count - 1;
    told[cause.place].notes.push_back(
        {more == 1 ? fmt::format("it is met once more, at <{}>", cause.next.GetString())
                   : fmt::format("it is met {} times more, next at <{}>", more, cause.next.GetString()),
         {}});
  }
  return told;
}

}  // namespace strata::compose

#include "strata/compose/causes.h"

#include <string>
#include <unordered_map>

#include <fmt/format.h>

namespace strata::compose {

namespace {

std::string GetCause(const CompositionError& error) {
  const Diagnostic& diagnostic = error.diagnostic;
  return fmt::format("{}\n{}", GetErrorName(error.type),
                     !error.cause.empty() ? error.cause
                                          : fmt::format("{}\n{}\n{}", diagnostic.message,
                                                        diagnostic.location.file, diagnostic.location.path));
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
    const auto [known, is_new] = causes.try_emplace(GetCause(error), Cause{told.size(), 1, {}});
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

// What a fuzz target says when a law does not hold: where, and then it stops, and the fuzzer keeps the input.
#pragma once

#include <cstdio>
#include <source_location>

inline void Require(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: a law does not hold\n", where.file_name(),
               static_cast<unsigned>(where.line()));
  __builtin_trap();
}

// What a fuzz target says when a law does not hold: it stops there, and the fuzzer keeps the input.
#pragma once

inline void Require(bool holds) {
  if (!holds) __builtin_trap();
}

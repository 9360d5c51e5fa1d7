// Changes to files that leave them whole enough to get past the first check.
#pragma once

#include <cstddef>
#include <string>

#include "tests/fuzz/mutators/random.h"

// Changes some bytes behind `from`.
void ChangeBytes(std::string& bytes, Random& random, size_t from);

// Changes one section of a crate file, decompressed where it is compressed, and seals the file again; any
// bytes where that cannot be done.
void ChangeCrate(std::string& file, Random& random);

// Changes words of a text layer: takes out, doubles, swaps and nests them, puts in others that the language
// has, and numbers that are hard to take; sometimes any bytes.
void ChangeText(std::string& text, Random& random);

// The writing halves of the two codings of crate files: LZ4 in chunks, and integers as differences of few
// bytes under it. (compression.h reads them back.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "strata/format/crate/compression.h"

namespace strata::format::crate {

// Appends `bytes` compressed; several chunks only where LZ4 cannot take them at once.
void AppendCompressed(std::string_view bytes, std::string& out);

// Appends `count` integers compressed, after the number of bytes that they then take (64 bits). Signed ones
// are written as their bits. The same integers always give the same bytes.
void AppendIntegers(const uint32_t* values, size_t count, std::string& out, Scratch& scratch);
void AppendIntegers(const uint64_t* values, size_t count, std::string& out, Scratch& scratch);

// Appends the elements of an array, its size before them, in the shorter of the two forms that files have:
// as they are (false), or compressed (true). Nothing is lost: not the sign of a zero, nor the bits of a NaN.
template <class T>
bool AppendPackedArray(const T* elements, size_t count, std::string& out, Scratch& scratch);

}  // namespace strata::format::crate

// What one mutation may take, and what is kept of one that takes more: its bytes, to be run again.
#pragma once

#include <cstdint>
#include <string>

namespace limits {

// Where inputs that end the program, or are stopped, are written to.
void SetKeepFolder(const std::string& folder);
// From here on until End: `bytes` is what runs; it ends the program after `seconds` of
// processor time.
void Begin(const std::string& bytes, const std::string& name, unsigned seconds);
void End();
// Writes the bytes that run, says why, and ends the program.
[[noreturn]] void Stop(const char* why);

// The most memory in use since Begin beyond what was in use then. 0 under sanitizers, which have their own.
uint64_t GetPeakBytes();

}  // namespace limits

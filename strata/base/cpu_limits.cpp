// Processor limits from the scheduler's affinity mask, control groups and the environment.
#include "strata/base/cpu_limits.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

#include "strata/base/executor.h"

namespace strata {
namespace {

constexpr unsigned kMaxThreads = 1024;

std::string ReadSmallFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<long long> ParseInteger(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  long long value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

unsigned QuotaToProcessors(std::optional<long long> quota, std::optional<long long> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return 0;
  return static_cast<unsigned>(std::min<long long>((*quota + *period - 1) / *period, kMaxThreads));
}

unsigned ReadVersion2(const std::string& folder) {
  std::string text = ReadSmallFile(folder + "/cpu.max");  // "max 100000" or "150000 100000"
  size_t space = text.find(' ');
  if (space == std::string::npos) return 0;
  return QuotaToProcessors(ParseInteger(text.substr(0, space)), ParseInteger(text.substr(space + 1)));
}

unsigned ReadVersion1(const std::string& folder) {
  return QuotaToProcessors(ParseInteger(ReadSmallFile(folder + "/cpu.cfs_quota_us")),
                           ParseInteger(ReadSmallFile(folder + "/cpu.cfs_period_us")));
}

// The smallest limit of a group and those above it. Inside a container the path may be the host's and not
// exist here: then the mount point itself, reached last, is the container's own group.
unsigned ReadUpwards(const std::string& mount, std::string path, unsigned (*read)(const std::string&)) {
  unsigned limit = 0;
  for (;;) {
    unsigned here = read(mount + path);
    if (here && (!limit || here < limit)) limit = here;
    size_t slash = path.rfind('/');
    if (slash == std::string::npos) return limit;
    path.resize(slash);
  }
}

bool ListContains(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    size_t comma = list.find(',');
    if (list.substr(0, comma) == name) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

unsigned CountAffinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0) {
    return static_cast<unsigned>(CPU_COUNT(&set));
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

unsigned ReadContainerCpuLimit(std::string_view self_cgroup, const std::string& cgroup_root) {
  unsigned limit = 0;
  auto take = [&](unsigned found) {
    if (found && (!limit || found < limit)) limit = found;
  };
  while (!self_cgroup.empty()) {  // lines "hierarchy:controllers:/path"
    size_t end = self_cgroup.find('\n');
    std::string_view line = self_cgroup.substr(0, end);
    self_cgroup.remove_prefix(end == std::string_view::npos ? self_cgroup.size() : end + 1);
    size_t first = line.find(':');
    size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    std::string_view controllers = line.substr(first + 1, second - first - 1);
    std::string path(line.substr(second + 1));
    if (path == "/") path.clear();
    if (controllers.empty()) {
      take(ReadUpwards(cgroup_root, path, ReadVersion2));
    } else if (ListContains(controllers, "cpu")) {
      take(ReadUpwards(cgroup_root + "/cpu", path, ReadVersion1));
      take(ReadUpwards(cgroup_root + "/cpu,cpuacct", path, ReadVersion1));
    }
  }
  return limit;
}

unsigned ChooseThreadCount(const char* strata_threads, const char* work_thread_limit, unsigned available) {
  available = std::max(1u, available);
  if (strata_threads) {
    std::optional<long long> wanted = ParseInteger(strata_threads);
    if (wanted && *wanted > 0) return static_cast<unsigned>(std::min<long long>(*wanted, kMaxThreads));
  }
  if (work_thread_limit) {
    std::optional<long long> wanted = ParseInteger(work_thread_limit);
    if (wanted && *wanted > 0) return static_cast<unsigned>(std::min<long long>(*wanted, kMaxThreads));
    if (wanted)
      return static_cast<unsigned>(std::max<long long>(1, static_cast<long long>(available) + *wanted));
  }
  return available;
}

unsigned GetDefaultThreadCount() {
  unsigned available = CountAffinity();
  unsigned quota = ReadContainerCpuLimit(ReadSmallFile("/proc/self/cgroup"), "/sys/fs/cgroup");
  if (quota) available = std::min(available, quota);
  return ChooseThreadCount(std::getenv("STRATA_THREADS"), std::getenv("PXR_WORK_THREAD_LIMIT"),
                           std::min(available, kMaxThreads));
}

}  // namespace strata

// How many processors this process may use, as the kernel and the container say.
#pragma once

#include <string>
#include <string_view>

namespace strata {

// The CPU quota in whole processors (rounded up) of the control group that `self_cgroup` (the text of
// /proc/self/cgroup) names, or of any above it, under the mount point `cgroup_root`; versions 1 and 2. 0
// where nothing limits.
unsigned ReadContainerCpuLimit(std::string_view self_cgroup, const std::string& cgroup_root);

// Applies STRATA_THREADS and PXR_WORK_THREAD_LIMIT (null when unset) to the processors available.
unsigned ChooseThreadCount(const char* strata_threads, const char* work_thread_limit, unsigned available);

}  // namespace strata

#include "strata/base/executor.h"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <numeric>
#include <thread>
#include <vector>

#include "strata/base/cpu_limits.h"
#include "strata/base/host_threads.h"

using namespace strata;

TEST_CASE("ParallelFor covers every item once with any number of threads") {
  for (unsigned threads : {1u, 2u, 3u, 16u}) {
    Executor executor(threads);
    CHECK(executor.GetThreadCount() == threads);
    for (size_t count : {size_t{0}, size_t{1}, size_t{7}, size_t{1000}, size_t{100'003}}) {
      std::vector<int> seen(count);
      executor.ParallelFor(count, 10, [&](size_t begin, size_t end) {
        REQUIRE(begin < end);
        for (size_t i = begin; i < end; ++i) ++seen[i];
      });
      CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<long>(count));
    }
  }
}

TEST_CASE("ParallelFor inside ParallelFor finishes") {
  Executor executor(4);
  std::atomic<int> sum{0};
  executor.ParallelFor(50, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      executor.ParallelFor(20, 1, [&](size_t b, size_t e) { sum += static_cast<int>(e - b); });
    }
  });
  CHECK(sum == 1000);
}

TEST_CASE("Tasks may add tasks and Wait returns when none is left") {
  for (unsigned threads : {1u, 4u}) {
    Executor executor(threads);
    TaskGroup group(executor);
    std::atomic<int> visited{0};
    std::function<void(int)> visit = [&](int depth) {
      ++visited;
      if (depth == 0) return;
      for (int i = 0; i < 3; ++i) group.Run([&, depth] { visit(depth - 1); });
    };
    group.Run([&] { visit(7); });
    group.Wait();
    CHECK(visited == 3280);  // 1 + 3 + ... + 3^7
    group.Run([&] { ++visited; });
    group.Wait();
    CHECK(visited == 3281);
  }
}

TEST_CASE("Groups that wait inside tasks of other groups cannot deadlock") {
  Executor executor(3);
  std::atomic<int> leaves{0};
  std::function<void(int)> nest = [&](int depth) {
    if (depth == 0) {
      ++leaves;
      return;
    }
    TaskGroup group(executor);
    for (int i = 0; i < 4; ++i) group.Run([&, depth] { nest(depth - 1); });
    group.Wait();
  };
  nest(5);
  CHECK(leaves == 1024);
}

TEST_CASE("What a task throws reaches the waiter after all work is done") {
  Executor executor(4);
  std::atomic<int> done{0};
  auto body = [&](size_t begin, size_t end) {
    done += static_cast<int>(end - begin);
    if (begin == 0) throw std::bad_alloc();
  };
  CHECK_THROWS_AS(executor.ParallelFor(1000, 1, body), std::bad_alloc);
  CHECK(done == 1000);
  TaskGroup group(executor);
  group.Run([] { throw std::bad_alloc(); });
  CHECK_THROWS_AS(group.Wait(), std::bad_alloc);
}

TEST_CASE("STRATA_THREADS wins over PXR_WORK_THREAD_LIMIT and both over what is available") {
  CHECK(ChooseThreadCount(nullptr, nullptr, 8) == 8);
  CHECK(ChooseThreadCount("3", "5", 8) == 3);
  CHECK(ChooseThreadCount("0", "5", 8) == 5);
  CHECK(ChooseThreadCount("many", nullptr, 8) == 8);
  CHECK(ChooseThreadCount(nullptr, "0", 8) == 8);
  CHECK(ChooseThreadCount(nullptr, "-3", 8) == 5);
  CHECK(ChooseThreadCount(nullptr, "-30", 8) == 1);
  CHECK(ChooseThreadCount(nullptr, "", 8) == 8);
  CHECK(ChooseThreadCount(nullptr, nullptr, 0) == 1);
}

namespace {

void WriteText(const std::filesystem::path& path, const char* text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("Container CPU quotas of both control group versions are found and rounded up") {
  std::filesystem::path root = std::filesystem::temp_directory_path() / "strata_cgroup_test";
  std::filesystem::remove_all(root);
  WriteText(root / "two/cpu.max", "max 100000\n");
  WriteText(root / "two/a/cpu.max", "250000 100000\n");
  WriteText(root / "two/a/b/cpu.max", "400000 100000\n");
  std::string two = (root / "two").string();
  CHECK(ReadContainerCpuLimit("0::/a/b\n", two) == 3);  // the group above is narrower
  CHECK(ReadContainerCpuLimit("0::/\n", two) == 0);
  CHECK(ReadContainerCpuLimit("0::/not/here\n", two) == 0);
  WriteText(root / "one/cpu/cpu.cfs_quota_us",
            "150000\n");  // the container's own group, seen as the mount point
  WriteText(root / "one/cpu/cpu.cfs_period_us", "100000\n");
  std::string one = (root / "one").string();
  CHECK(ReadContainerCpuLimit("5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n", one) == 2);
  WriteText(root / "one/cpu/cpu.cfs_quota_us", "-1\n");
  CHECK(ReadContainerCpuLimit("4:cpu,cpuacct:/docker/x\n", one) == 0);
  CHECK(ReadContainerCpuLimit("", one) == 0);
  std::filesystem::remove_all(root);
}

TEST_CASE("A caller that keeps to its thread runs loops and tasks on it alone") {
  Executor executor(8);
  const std::thread::id self = std::this_thread::get_id();
  const CallerThreads before = SetCallerThreads(CallerThreads::kAlone);
  std::atomic<int> elsewhere = 0, done = 0;
  const auto note = [&] {
    ++done;
    if (std::this_thread::get_id() != self) ++elsewhere;
  };
  executor.ParallelFor(1000, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) note();
  });
  TaskGroup group(executor);
  for (int i = 0; i < 100; ++i)
    group.Run([&] {
      note();
      group.Run(note);
    });
  group.Wait();
  CHECK(done == 1200);
  CHECK(elsewhere == 0);
  CHECK(SetCallerThreads(before) == CallerThreads::kAlone);
}

#include "strata/scene/data_source.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "doctest/doctest.h"
#include "strata/scene/compare.h"
#include "strata/scene/editor.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

namespace {

using Entries = std::vector<RetainedContainerDataSource::Entry>;

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}
DataSourceHandle Number(int32_t number) {
  return Retain(number);
}
ContainerDataSourceHandle Box(std::initializer_list<std::pair<const char*, DataSourceHandle>> entries) {
  Entries list;
  for (const auto& [name, source] : entries) list.emplace_back(Token(name), source);
  return RetainedContainerDataSource::New(std::move(list));
}
int32_t IntAt(const ContainerDataSourceHandle& container, std::string_view locator) {
  return GetValueAs<int32_t>(container, L(locator)).value_or(-1);
}
std::string NamesOf(const ContainerDataSourceHandle& container) {
  std::vector<std::string> names;
  for (Token name : container->GetNames()) names.push_back(name.GetString());
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

// A float that is its own time, with samples.
class Clock final : public TypedSampledDataSource<float> {
 public:
  explicit Clock(std::vector<double> times) : times_(std::move(times)) {}
  float GetTypedValue(double offset) const override { return static_cast<float>(offset); }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    if (times_.size() < 2) return false;
    *times = ClipSampleTimes(times_, start, end);
    return true;
  }

 private:
  std::vector<double> times_;
};

}  // namespace

TEST_CASE("a locator leads through containers; a missing step or another kind leads nowhere") {
  const auto box = Box({{"a", Box({{"b", Number(1)}})}});
  CHECK(ContainerDataSource::Get(box, {}) == box);
  CHECK(IntAt(box, "a/b") == 1);
  CHECK_FALSE(ContainerDataSource::Get(box, L("a/c")));
  CHECK_FALSE(ContainerDataSource::Get(box, L("a/b/c")));
  CHECK_FALSE(ContainerDataSource::Get(nullptr, L("a")));
}

TEST_CASE("casts follow the kind and the value type") {
  const DataSourceHandle number = Number(1);
  CHECK(SampledDataSource::Cast(number));
  CHECK_FALSE(ContainerDataSource::Cast(number));
  CHECK_FALSE(VectorDataSource::Cast(number));
  CHECK(TypedSampledDataSource<int32_t>::Cast(number));
  CHECK_FALSE(TypedSampledDataSource<float>::Cast(number));
  CHECK_FALSE(SampledDataSource::Cast(nullptr));
  CHECK_FALSE(InvalidatableContainerDataSource::Cast(Box({})));
  const DataSourceHandle untyped = Retain(Value(2.5f));
  CHECK(GetValueAs<float>(untyped) == 2.5f);
  CHECK_FALSE(GetValueAs<double>(untyped));
}

TEST_CASE("retained containers of any size find what they hold") {
  for (size_t count : {0u, 1u, 2u, 8u, 9u, 100u}) {
    Entries entries;
    for (size_t i = 0; i < count; ++i)
      entries.emplace_back(Token("n" + std::to_string(i)), Number(static_cast<int32_t>(i)));
    const auto container = RetainedContainerDataSource::New(entries);
    CHECK(container->GetNames().size() == count);
    for (size_t i = 0; i < count; ++i) CHECK(GetValueAs<int32_t>(container->Get(entries[i].first)) == i);
    CHECK_FALSE(container->Get(Token("missing")));
  }
}

TEST_CASE("retained containers leave null values out, and of a repeated name keep the last value") {
  CHECK(NamesOf(Box({{"a", nullptr}, {"b", Number(1)}})) == "b");
  for (size_t others : {0u, 20u}) {
    Entries entries = {{Token("x"), Number(1)}};
    for (size_t i = 0; i < others; ++i) entries.emplace_back(Token("n" + std::to_string(i)), Number(0));
    entries.emplace_back(Token("x"), Number(2));
    CHECK(IntAt(RetainedContainerDataSource::New(entries), "x") == 2);
    entries.emplace_back(Token("x"), nullptr);
    CHECK(IntAt(RetainedContainerDataSource::New(entries), "x") == -1);
  }
}

TEST_CASE("vectors give elements by number") {
  const auto vector = RetainedVectorDataSource::New({Number(4), nullptr});
  CHECK(vector->GetNumElements() == 2);
  CHECK(GetValueAs<int32_t>(vector->GetElement(0)) == 4);
  CHECK_FALSE(vector->GetElement(1));
  CHECK_FALSE(vector->GetElement(2));
}

TEST_CASE("an overlay gives the strongest value and the union of nested containers") {
  const auto strong = Box({{"a", Number(1)}, {"nested", Box({{"x", Number(10)}})}});
  const auto middle = Box({{"a", Number(2)}, {"b", Number(3)}, {"nested", Box({{"y", Number(20)}})}});
  const auto weak = Box({{"c", Number(4)}, {"nested", Box({{"x", Number(11)}, {"z", Number(30)}})}});
  const auto all = OverlayContainerDataSource::New({strong, middle, weak});
  CHECK(NamesOf(all) == "a b c nested");
  CHECK(IntAt(all, "a") == 1);
  CHECK(IntAt(all, "b") == 3);
  CHECK(IntAt(all, "c") == 4);
  CHECK(IntAt(all, "nested/x") == 10);
  CHECK(IntAt(all, "nested/y") == 20);
  CHECK(IntAt(all, "nested/z") == 30);
}

TEST_CASE("in an overlay scalars, containers and blocks hide what is weaker as their kind says") {
  const auto over = [](DataSourceHandle strong, DataSourceHandle weak) {
    return OverlayContainerDataSource::New(Box({{"n", strong}}), Box({{"n", weak}}));
  };
  const auto box = Box({{"x", Number(5)}});
  CHECK(IntAt(over(Number(1), box), "n") == 1);
  CHECK(IntAt(over(Number(1), box), "n/x") == -1);
  CHECK(IntAt(over(box, Number(1)), "n/x") == 5);
  CHECK_FALSE(over(BlockDataSource::Get(), box)->Get(Token("n")));
  CHECK(NamesOf(over(BlockDataSource::Get(), box)) == "");
  const auto three = OverlayContainerDataSource::New(
      {Box({{"n", box}}), Box({{"n", BlockDataSource::Get()}}), Box({{"n", Box({{"y", Number(6)}})}})});
  CHECK(IntAt(three, "n/x") == 5);
  CHECK(IntAt(three, "n/y") == -1);
}

TEST_CASE("an overlay of one container is that container, of none nothing") {
  const auto box = Box({});
  CHECK(OverlayContainerDataSource::New({nullptr, box}) == box);
  CHECK(OverlayContainerDataSource::New(box, nullptr) == box);
  CHECK(OverlayContainerDataSource::New(nullptr, box) == box);
  CHECK_FALSE(OverlayContainerDataSource::New({}));
}

TEST_CASE("a lazy container is made once, by one of the threads that ask, a null one too") {
  for (bool is_null : {false, true}) {
    std::atomic<int> made = 0;
    const auto lazy = LazyContainerDataSource::New([&]() -> ContainerDataSourceHandle {
      ++made;
      if (is_null) return nullptr;
      return Box({{"a", Number(1)}});
    });
    CHECK(made == 0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { lazy->GetNames(); });
    for (std::thread& thread : threads) thread.join();
    CHECK(IntAt(lazy, "a") == (is_null ? -1 : 1));
    CHECK(made == 1);
  }
}

TEST_CASE("a map changes direct children and keeps nothing") {
  int calls = 0;
  const auto mapped = MapContainerDataSource::New(
      [&](const DataSourceHandle& child) {
        ++calls;
        return Number(GetValueAs<int32_t>(child).value_or(0) + 1);
      },
      Box({{"a", Number(1)}}));
  CHECK(NamesOf(mapped) == "a");
  CHECK(IntAt(mapped, "a") == 2);
  CHECK(IntAt(mapped, "a") == 2);
  CHECK(calls == 2);
  CHECK_FALSE(mapped->Get(Token("b")));
}

TEST_CASE("an editor sets values one and two levels deep, and later edits win") {
  ContainerDataSourceEditor editor;
  editor.Set(L("a"), Number(1)).Set(L("b/c"), Number(2)).Set(L("a"), Number(3));
  const auto edited = editor.Finish();
  CHECK(NamesOf(edited) == "a b");
  CHECK(IntAt(edited, "a") == 3);
  CHECK(IntAt(edited, "b/c") == 2);
}

TEST_CASE("an editor of nothing gives what it was given") {
  const auto box = Box({{"a", Number(1)}});
  CHECK(ContainerDataSourceEditor(box).Finish() == box);
  CHECK_FALSE(ContainerDataSourceEditor().Finish());
}

TEST_CASE("a container that is set hides the children that were there, one that is overlaid keeps them") {
  const auto initial = Box({{"n", Box({{"old", Number(1)}, {"both", Number(2)}})}, {"other", Number(7)}});
  const auto fresh = Box({{"new", Number(3)}, {"both", Number(4)}});
  const auto set = ContainerDataSourceEditor(initial).Set(L("n"), fresh).Finish();
  CHECK(NamesOf(ContainerDataSource::Cast(set->Get(Token("n")))) == "both new");
  CHECK(IntAt(set, "n/both") == 4);
  CHECK(IntAt(set, "other") == 7);
  const auto laid = ContainerDataSourceEditor(initial).Overlay(L("n"), fresh).Finish();
  CHECK(IntAt(laid, "n/old") == 1);
  CHECK(IntAt(laid, "n/new") == 3);
  CHECK(IntAt(laid, "n/both") == 4);
}

TEST_CASE("edits below a container that was set change it, and setting it again undoes them") {
  const auto box = Box({{"x", Number(1)}, {"y", Number(2)}});
  ContainerDataSourceEditor deeper;
  deeper.Set(L("n"), box).Set(L("n/x"), Number(5));
  const auto changed = deeper.Finish();
  CHECK(IntAt(changed, "n/x") == 5);
  CHECK(IntAt(changed, "n/y") == 2);
  ContainerDataSourceEditor again;
  again.Set(L("n/x"), Number(5)).Set(L("n"), box);
  CHECK(IntAt(again.Finish(), "n/x") == 1);
  ContainerDataSourceEditor over;
  over.Set(L("n/x"), Number(5)).Set(L("n/z"), Number(6)).Overlay(L("n"), box);
  const auto laid = over.Finish();
  CHECK(IntAt(laid, "n/x") == 1);
  CHECK(IntAt(laid, "n/z") == 6);
}

TEST_CASE("a deep deletion leaves an empty container, and what was deleted can be put back") {
  const auto initial = Box({{"a", Box({{"b", Box({{"c", Number(1)}})}})}});
  const auto without = ContainerDataSourceEditor(initial).Set(L("a/b/c"), nullptr).Finish();
  CHECK(ContainerDataSource::Cast(ContainerDataSource::Get(without, L("a/b"))));
  CHECK_FALSE(ContainerDataSource::Get(without, L("a/b/c")));
  CHECK(NamesOf(ContainerDataSource::Cast(ContainerDataSource::Get(without, L("a/b")))) == "");
  const auto back =
      ContainerDataSourceEditor(initial).Set(L("a/b"), nullptr).Set(L("a/b/d"), Number(2)).Finish();
  CHECK(IntAt(back, "a/b/c") == -1);
  CHECK(IntAt(back, "a/b/d") == 2);
}

TEST_CASE("edited locators dirty themselves and the containers above them") {
  const DataSourceLocatorSet dirty =
      ContainerDataSourceEditor::ComputeDirtyLocators({L("A/B"), L("A/C"), L("D/E/F")});
  const auto sentinel = [](std::string_view text) { return L(text).Append(GetContainerSentinel()); };
  CHECK(dirty == DataSourceLocatorSet{L("A/B"), L("A/C"), L("D/E/F"), sentinel(""), sentinel("A"),
                                      sentinel("D"), sentinel("D/E")});
}

TEST_CASE("sample times are clipped to the interval and one beyond each end") {
  const std::vector<double> times = {-2, -1, 0, 1, 2};
  CHECK(ClipSampleTimes(times, -0.5, 0.5) == std::vector<double>{-1, 0, 1});
  CHECK(ClipSampleTimes(times, -1, 1) == std::vector<double>{-1, 0, 1});
  CHECK(ClipSampleTimes(times, 3, 4) == std::vector<double>{2});
  CHECK(ClipSampleTimes(times, -4, -3) == std::vector<double>{-2});
  CHECK(ClipSampleTimes({}, 0, 1).empty());
}

TEST_CASE("sample times of several sources are united; null and constant ones add none") {
  const SampledDataSourceHandle clock = Make<const Clock>(std::vector<double>{-1, 0, 1});
  const SampledDataSourceHandle other = Make<const Clock>(std::vector<double>{0, 0.25, 3});
  const SampledDataSourceHandle still = Make<const Clock>(std::vector<double>{});
  std::vector<double> times;
  const SampledDataSourceHandle all[] = {clock, nullptr, other, still};
  CHECK(GetMergedContributingSampleTimes(all, -0.5, 0.5, &times));
  CHECK(times == std::vector<double>{-1, 0, 0.25, 1});
  const SampledDataSourceHandle none[] = {nullptr, still};
  CHECK_FALSE(GetMergedContributingSampleTimes(none, -0.5, 0.5, &times));
}

TEST_CASE("data are equal when structure, values and times are") {
  const auto a = Box({{"x", Number(1)}, {"n", Box({{"y", RetainedVectorDataSource::New({Number(2)})}})}});
  const auto b = OverlayContainerDataSource::New(
      Box({{"n", Box({{"y", RetainedVectorDataSource::New({Number(2)})}})}}), Box({{"x", Number(1)}}));
  CHECK(DeepEquals(a, b));
  CHECK(HashDataSource(a) == HashDataSource(b));
  CHECK_FALSE(DeepEquals(a, Box({{"x", Number(1)}})));
  CHECK_FALSE(DeepEquals(Number(1), Number(2)));
  CHECK_FALSE(DeepEquals(Number(1), Retain(1.0f)));
  CHECK(DeepEquals(nullptr, BlockDataSource::Get()));
  CHECK(DeepEquals(Box({{"x", BlockDataSource::Get()}}), Box({})));
  CHECK(HashDataSource(Box({{"x", BlockDataSource::Get()}})) == HashDataSource(Box({})));
  const DataSourceHandle moving = Make<const Clock>(std::vector<double>{0, 1});
  CHECK(DeepEquals(moving, Retain(0.0f)));
  CHECK_FALSE(DeepEquals(moving, Retain(0.0f), {-0.5, 0.5}));
  CHECK(DeepEquals(moving, Make<const Clock>(std::vector<double>{0, 1}), {-0.5, 0.5}));
  CHECK_FALSE(DeepEquals(moving, Make<const Clock>(std::vector<double>{0, 0.25}), {-0.5, 0.5}));
}

TEST_CASE("hashes are the same in every run, and zeros of either sign count alike") {
  CHECK(HashValue(Value(0.0)) == HashValue(Value(-0.0)));
  CHECK(HashValue(Value(1.0)) != HashValue(Value(1.0f)));
  CHECK(HashValue(Value(Token("abc"))) == 14023213359264061406ull);
  CHECK(HashDataSource(Box({{"path", Retain(Path("/A/B"))}, {"n", Retain(Array<float>{1, 2})}})) ==
        601290171666343264ull);
}

}  // namespace strata::scene

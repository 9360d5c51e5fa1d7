// List ops: the tables of the conformance corpus, the laws of AOUSD 6.6.3, and cost that grows with the
// items.
#include "strata/value/list_op.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "strata/value/types.h"

using namespace strata;
using nlohmann::json;

namespace {

const std::filesystem::path kTables = STRATA_SOURCE_DIR "/../shared/conformance/tables";

bool HaveTables() {
  if (std::filesystem::exists(kTables)) return true;
  std::cout << "skipped: there is no conformance corpus at " << kTables.string() << "\n";
  return false;
}

template <class T>
ListOp<T> ReadOp(const json& j, const char* suffix) {
  ListOp<T> op;
  const auto read = [&](const char* name, std::vector<T>& into) {
    const auto found = j.find(std::string(name) + suffix);
    if (found != j.end()) into = found->get<std::vector<T>>();
    return found != j.end();
  };
  op.is_explicit = read("explicit", op.explicit_items);
  read("added", op.added_items);
  read("prepended", op.prepended_items);
  read("appended", op.appended_items);
  read("deleted", op.deleted_items);
  read("ordered", op.ordered_items);
  return op;
}

std::vector<std::string> Apply(const StringListOp& op, std::vector<std::string> items) {
  op.ApplyTo(items);
  return items;
}

// A random op of unique items per list, from a small alphabet so that lists overlap.
IntListOp MakeRandomOp(std::mt19937& random) {
  const auto list = [&] {
    std::vector<int32_t> items{0, 1, 2, 3, 4, 5, 6, 7};
    std::shuffle(items.begin(), items.end(), random);
    items.resize(random() % 5);
    return items;
  };
  if (random() % 8 == 0) return IntListOp::CreateExplicit(list());
  return IntListOp::Create(list(), list(), list());
}

// Reduced, with what is deleted in one order: which order it is never shows.
IntListOp GetCanonical(const IntListOp& op) {
  IntListOp out = op.GetReduced();
  std::sort(out.deleted_items.begin(), out.deleted_items.end());
  return out;
}

// Counts how often items are compared.
struct Counted {
  int id = 0;
  static inline size_t compared = 0;
  friend bool operator==(const Counted& a, const Counted& b) {
    ++compared;
    return a.id == b.id;
  }
};

}  // namespace

template <>
struct strata::ListOpItemHash<Counted> {
  size_t operator()(const Counted& item) const { return static_cast<size_t>(item.id); }
};

TEST_CASE("every row of the table of list ops is answered as usd-core answers it") {
  if (!HaveTables()) return;
  std::ifstream file(kTables / "list_ops.json");
  const json table = json::parse(file);
  size_t rows = 0;
  for (const json& row : table["rows"]) {
    CAPTURE(row.dump());
    const auto strong = ReadOp<std::string>(row["strong"]["$listop"], "");
    const auto weak = ReadOp<std::string>(row["weak"]["$listop"], "");
    const auto base = row["base"].get<std::vector<std::string>>();
    CHECK(Apply(strong, base) == row["strongOnBase"].get<std::vector<std::string>>());
    CHECK(Apply(strong, Apply(weak, base)) == row["bothOnBase"].get<std::vector<std::string>>());
    const auto composed = strong.ComposeOver(weak);
    REQUIRE(composed.has_value() == !row["composed"].is_null());
    if (composed) CHECK(*composed == ReadOp<std::string>(row["composed"]["$listop"], ""));
    ++rows;
  }
  CHECK(rows > 0);
}

TEST_CASE("every chain of the AOUSD suite reduces to the op it names") {
  if (!HaveTables()) return;
  size_t chains = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kTables / "aousd_listop_chains")) {
    std::ifstream file(entry.path());
    for (const json& row : json::parse(file)) {
      CAPTURE(row["description"].get<std::string>());
      std::optional<IntListOp> all;
      for (auto link = row["chain"].rbegin(); link != row["chain"].rend(); ++link) {
        const auto op = ReadOp<int32_t>(*link, "_items");
        all = all ? op.ComposeOver(*all) : op;
        REQUIRE(all);
      }
      CHECK(all->GetReduced() == ReadOp<int32_t>(row["combined_reduced"], "_items"));
      ++chains;
    }
  }
  CHECK(chains > 0);
}

TEST_CASE("composed ops act as one after the other, associate once reduced, and have inert neighbours") {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    CAPTURE(i);
    const IntListOp a = MakeRandomOp(random), b = MakeRandomOp(random), c = MakeRandomOp(random);
    std::vector<int32_t> base{9, 1, 3, 5, 8};
    std::vector<int32_t> stepwise = base, at_once = base, reduced = base;
    b.ApplyTo(stepwise);
    a.ApplyTo(stepwise);
    a.ComposeOver(b)->ApplyTo(at_once);
    CHECK(stepwise == at_once);
    a.ComposeOver(b)->GetReduced().ApplyTo(reduced);
    CHECK(stepwise == reduced);
    CHECK(GetCanonical(*a.ComposeOver(b)->ComposeOver(c)) == GetCanonical(*a.ComposeOver(*b.ComposeOver(c))));
    CHECK(GetCanonical(*a.ComposeOver(IntListOp())) == GetCanonical(a));
    CHECK(GetCanonical(*IntListOp().ComposeOver(a)) == GetCanonical(a));
    CHECK(a.GetReduced().GetReduced() == a.GetReduced());
  }
}

TEST_CASE("legacy ops add what is missing and bring items into order, and do not combine") {
  StringListOp added;
  added.added_items = {"c", "a"};
  added.deleted_items = {"a"};
  CHECK(Apply(added, {"x", "a", "y"}) == std::vector<std::string>{"x", "y", "c", "a"});
  StringListOp ordered;
  ordered.ordered_items = {"c", "a"};
  CHECK(Apply(ordered, {"x", "a", "y", "b", "c", "z"}) ==
        std::vector<std::string>{"x", "c", "z", "a", "y", "b"});
  CHECK_FALSE(added.ComposeOver(StringListOp()));
  CHECK_FALSE(StringListOp().ComposeOver(ordered));
  CHECK_FALSE(ordered.ComposeOver(StringListOp::CreateExplicit({"a"})));
  CHECK(StringListOp::CreateExplicit({"a"}).ComposeOver(ordered));
}

TEST_CASE("a repeated item counts where its list places it") {
  CHECK(Apply(StringListOp::Create({"a", "b", "a"}), {}) == std::vector<std::string>{"a", "b"});
  CHECK(Apply(StringListOp::Create({}, {"a", "b", "a"}), {}) == std::vector<std::string>{"b", "a"});
  CHECK(Apply(StringListOp::Create({"a"}, {"a"}), {"a", "z"}) == std::vector<std::string>{"z", "a"});
  CHECK(Apply(StringListOp::Create({"a"}, {}, {"a"}), {"z", "a"}) == std::vector<std::string>{"a", "z"});
}

TEST_CASE("an explicit empty list says something and an inert op does not") {
  CHECK(StringListOp::CreateExplicit({}).HasKeys());
  CHECK_FALSE(StringListOp().HasKeys());
  CHECK(Apply(StringListOp::CreateExplicit({}), {"a"}).empty());
  CHECK(Apply(StringListOp(), {"a"}) == std::vector<std::string>{"a"});
  CHECK(StringListOp::Create({"a"}, {}, {"b"}).HasItem("b"));
  CHECK_FALSE(StringListOp::Create({"a"}, {}, {"b"}).HasItem("c"));
}

TEST_CASE("mapping an op drops items without an image and later duplicates") {
  const auto op = StringListOp::Create({"a", "b", "c"}, {"x"});
  const auto mapped = op.Map([](const std::string& item) -> std::optional<std::string> {
    if (item == "b") return std::nullopt;
    return "m";
  });
  CHECK(mapped.prepended_items == std::vector<std::string>{"m"});
  CHECK(mapped.appended_items == std::vector<std::string>{"m"});
}

TEST_CASE("references are hashed by content, so equal ones meet in long lists") {
  ReferenceListOp op;
  for (int i = 0; i < 100; ++i) {
    Reference reference;
    reference.asset_path = "a" + std::to_string(i);
    op.prepended_items.push_back(reference);
  }
  op.appended_items = {op.prepended_items[7]};
  const auto items = op.GetAppliedItems();
  CHECK(items.size() == 100);
  CHECK(items.back() == op.prepended_items[7]);
}

TEST_CASE("applying and combining 20,000 items compares a few times per item") {
  ListOp<Counted> strong, weak;
  for (int i = 0; i < 20000; ++i) {
    strong.prepended_items.push_back({i});
    strong.deleted_items.push_back({i + 10000});
    strong.ordered_items.push_back({30000 - i});
    weak.appended_items.push_back({i * 2});
    weak.prepended_items.push_back({i * 3});
  }
  std::vector<Counted> items;
  Counted::compared = 0;
  weak.ApplyTo(items);
  strong.ApplyTo(items);
  strong.ordered_items.clear();
  CHECK(strong.ComposeOver(weak));
  CHECK(strong.GetReduced().prepended_items.size() == 20000);
  CHECK(Counted::compared < 2'000'000);
}

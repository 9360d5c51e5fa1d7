// Arrays: sharing, growing in place, borrowing, and elements that are not plain bytes.
#include "strata/value/array.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "strata/value/value.h"

using namespace strata;

TEST_CASE("copies of an array share storage until one is written") {
  Array<int32_t> first{1, 2, 3};
  Array<int32_t> second = first;
  CHECK(second.IsIdentical(first));
  second.GetMutableData()[0] = 9;
  CHECK(first[0] == 1);
  CHECK(second[0] == 9);
  CHECK_FALSE(second.IsIdentical(first));
}

TEST_CASE("an array grows in place, keeps its elements and gives room back") {
  Array<int32_t> array;
  for (int32_t i = 0; i < 10000; ++i) array.PushBack(i);
  int32_t* added = array.AppendUninitialized(5);
  for (int32_t i = 0; i < 5; ++i) added[i] = 10000 + i;
  array.ShrinkToFit();
  REQUIRE(array.GetSize() == 10005);
  for (int32_t i = 0; i < 10005; ++i) REQUIRE(array[i] == i);
  array.Resize(2);
  CHECK(array == Array<int32_t>{0, 1});
  array.Resize(4, 7);
  CHECK(array == Array<int32_t>{0, 1, 7, 7});
  array.Resize(0);
  CHECK(array.IsEmpty());
  CHECK(array.GetData() == nullptr);
}

TEST_CASE("an array of strings copies, grows and shrinks whole strings") {
  const std::string lengthy(100, 'x');
  Array<std::string> array;
  for (int i = 0; i < 50; ++i) array.PushBack(lengthy + std::to_string(i));
  Array<std::string> copy = array;
  copy.PushBack("last");
  copy.Resize(60, copy[0]);
  copy.ShrinkToFit();
  CHECK(array.GetSize() == 50);
  CHECK(copy.GetSize() == 60);
  CHECK(copy[50] == "last");
  CHECK(copy[59] == lengthy + "0");
  copy.Resize(1);
  CHECK(copy[0] == array[0]);
  std::string* added = copy.AppendUninitialized(2);
  CHECK(added[1].empty());
}

TEST_CASE("a shared array cut short leaves the other whole") {
  Array<std::string> whole{"a", "b", "c"};
  Array<std::string> cut = whole;
  cut.Resize(1);
  CHECK(whole == Array<std::string>{"a", "b", "c"});
  CHECK(cut == Array<std::string>{"a"});
}

TEST_CASE("borrowed elements are read where they lie and copied before the first write") {
  auto owner = std::make_shared<std::vector<double>>(std::vector<double>{1, 2, 3});
  const std::weak_ptr<const void> watch = owner;
  Array<double> borrowed = Array<double>::Borrow(owner->data(), owner->size(), owner);
  const double* data = owner->data();
  owner.reset();
  CHECK(borrowed.GetData() == data);
  Value held = borrowed;
  CHECK_FALSE(watch.expired());
  borrowed.GetMutableData()[0] = 9;
  CHECK(borrowed == Array<double>{9, 2, 3});
  CHECK(held == Value(Array<double>{1, 2, 3}));
  borrowed = held.Get<Array<double>>();
  borrowed.PushBack(4);
  CHECK(borrowed.GetSize() == 4);
  CHECK_FALSE(watch.expired());
  held = Value();
  CHECK(watch.expired());
}

TEST_CASE("an array is made of a count, a list or a range") {
  CHECK(Array<int32_t>(3, 5) == Array<int32_t>{5, 5, 5});
  const std::vector<std::string> from{"a", "b"};
  CHECK(Array<std::string>(from.begin(), from.end()) == Array<std::string>{"a", "b"});
  CHECK(Array<int32_t>() == Array<int32_t>(0));
  CHECK(Array<bool>{true, false}[0]);
}

TEST_CASE("appending nothing changes nothing") {
  Array<int32_t> empty;
  CHECK(empty.AppendUninitialized(0) == nullptr);
  Array<int32_t> some{1};
  some.AppendUninitialized(0);
  CHECK(some == Array<int32_t>{1});
}

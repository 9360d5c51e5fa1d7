#include "strata/base/token.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace strata;

TEST_CASE("Tokens of equal text are equal and of different text are not") {
  CHECK(Token("translate") == Token(std::string("trans") + "late"));
  CHECK(Token("translate").GetId() == Token("translate").GetId());
  CHECK(Token("a") != Token("b"));
  CHECK(Token("a") != Token(std::string_view("a\0", 2)));
}

TEST_CASE("The empty token has id 0 and empty text") {
  CHECK(Token().GetId() == 0);
  CHECK(Token("").GetId() == 0);
  CHECK(Token().GetText().empty());
  CHECK(Token().GetCString()[0] == 0);
}

TEST_CASE("A token gives back its bytes, whatever they are, and a NUL behind them") {
  std::string bytes("x\0y\xFFz", 5);
  CHECK(Token(bytes).GetText() == bytes);
  std::string large(100'000, 'q');
  CHECK(Token(large).GetText() == large);
  CHECK(Token(large).GetCString()[large.size()] == 0);
}

TEST_CASE("Find does not intern") {
  bool found = true;
  CHECK(Token::Find("never seen before 4711", &found).IsEmpty());
  CHECK_FALSE(found);
  CHECK(Token::Find("never seen before 4711", &found).IsEmpty());
  Token token("seen now 4711");
  CHECK(Token::Find("seen now 4711", &found) == token);
  CHECK(found);
  CHECK(Token::Find("", &found).IsEmpty());
  CHECK(found);
}

TEST_CASE("Sixteen threads that intern the same texts agree on every id") {
  constexpr int kThreads = 16, kTexts = 20'000;
  std::vector<std::vector<uint32_t>> ids(kThreads, std::vector<uint32_t>(kTexts));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTexts; ++i) {
        int n = (i * 7919 + t * 104'729) % kTexts;  // each thread in its own order
        ids[t][n] = Token("shared_" + std::to_string(n)).GetId();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int t = 1; t < kThreads; ++t) CHECK(ids[t] == ids[0]);
  for (int n = 0; n < kTexts; ++n)
    REQUIRE(Token::FromId(ids[0][n]).GetText() == "shared_" + std::to_string(n));
}

TEST_CASE("TokenTextLess orders by bytes") {
  TokenTextLess less;
  Token late("zz_order"), early("aa_order");
  CHECK(less(early, late));
  CHECK_FALSE(less(late, early));
  CHECK_FALSE(less(late, late));
}

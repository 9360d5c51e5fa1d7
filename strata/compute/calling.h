// Which function of a computation a thread is inside of, and what it may not do there.
#pragma once

#include <optional>
#include <utility>

#include "strata/compute/computation.h"

namespace strata::compute {

// Lives while a function of a computation is called. Inside of it nobody may ask a network: what it needs it
// says as its inputs, and whoever waited for an answer there could wait for who waits for him.
class Calling {
 public:
  Calling(const Computation& computation, const stage::Prim& prim);
  ~Calling();
  Calling(const Calling&) = delete;
  Calling& operator=(const Calling&) = delete;
  // The innermost of this thread; null: none.
  static Calling* Find();
  const Computation& GetComputation() const { return computation_; }
  Path GetProvider() const { return prim_.GetPath(); }
  // What the function did that none may do: its answer does not count.
  void Refuse(Diagnostic breach) { breach_ = std::move(breach); }
  bool IsRefused() const { return breach_.has_value(); }
  Result<Datum> Check(Result<Datum> answer) const {
    return breach_ ? Result<Datum>(*breach_) : std::move(answer);
  }
  const stage::Stage* GetStage() const { return prim_.GetStage(); }

 private:
  const Computation& computation_;
  const stage::Prim& prim_;
  Calling* outer_;
  std::optional<Diagnostic> breach_;
};

}  // namespace strata::compute

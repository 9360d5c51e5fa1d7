// Usd.ResolveInfo: where a value comes from, and the weaker opinions that it is made of.
#pragma once

#include <memory>
#include <vector>

#include "python/core/core.h"
#include "strata/stage/resolve_info.h"

namespace strata::python {

class ResolveInfoObject {
 public:
  explicit ResolveInfoObject(stage::ResolveInfo one)
      : ResolveInfoObject(std::vector<stage::ResolveInfo>{std::move(one)}) {}
  explicit ResolveInfoObject(std::vector<stage::ResolveInfo> chain)
      : chain_(std::make_shared<const std::vector<stage::ResolveInfo>>(std::move(chain))) {}
  const stage::ResolveInfo& Get() const { return (*chain_)[place_]; }
  bool HasNext() const { return place_ + 1 < chain_->size(); }
  ResolveInfoObject GetNext() const {
    ResolveInfoObject next = *this;
    ++next.place_;
    return next;
  }

 private:
  std::shared_ptr<const std::vector<stage::ResolveInfo>> chain_;  // never empty
  size_t place_ = 0;
};

void BindResolveInfo(nb::module_& usd);

}  // namespace strata::python

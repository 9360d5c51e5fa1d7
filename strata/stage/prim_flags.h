// What a prim is, as bits, and predicates over them that traversals take.   (Usd_PrimFlags,
// UsdPrimFlagsPredicate)
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

namespace strata::stage {

enum class PrimFlag : uint32_t {
  kActive = 1 << 0,
  kLoaded = 1 << 1,
  kDefined = 1 << 2,               // this prim and all ancestors have a defining specifier
  kHasDefiningSpecifier = 1 << 3,  // def or class
  kAbstract = 1 << 4,              // a class, or below one
  kModel = 1 << 5,                 // its kind is a model, and so are all ancestors' (groups)
  kGroup = 1 << 6,
  kComponent = 1 << 7,
  kSubcomponent = 1 << 8,
  kInstance = 1 << 9,
  kPrototype = 1 << 10,    // the root of a prototype
  kInPrototype = 1 << 11,  // it or an ancestor is a prototype's root
  kHasPayload = 1 << 12,
  kHasClips = 1 << 13,  // it or an ancestor authors value clips
  kPseudoRoot = 1 << 14,
  kHasComponentKind = 1 << 15,  // component or subcomponent, whatever its ancestors are
  kHasClassSpecifier = 1 << 16,
};

enum class InstanceProxies : uint8_t { kSkip, kTraverse };

// A conjunction: every flag in `required` set, every flag in `excluded` clear.
class PrimPredicate {
 public:
  constexpr PrimPredicate() = default;
  // Active, loaded, defined and not abstract: what a renderer sees.   (UsdPrimDefaultPredicate)
  static constexpr PrimPredicate Default() {
    return PrimPredicate()
        .Require(PrimFlag::kActive)
        .Require(PrimFlag::kLoaded)
        .Require(PrimFlag::kDefined)
        .Exclude(PrimFlag::kAbstract);
  }
  static constexpr PrimPredicate All() { return {}; }  // (UsdPrimAllPrimsPredicate)

  constexpr PrimPredicate Require(PrimFlag flag) const {
    PrimPredicate p = *this;
    p.required_ |= static_cast<uint32_t>(flag);
    return p;
  }
  constexpr PrimPredicate Exclude(PrimFlag flag) const {
    PrimPredicate p = *this;
    p.excluded_ |= static_cast<uint32_t>(flag);
    return p;
  }
  // Whether a traversal goes on below instances, through instance proxies. Off unless asked for.
  constexpr PrimPredicate With(InstanceProxies proxies) const {
    PrimPredicate p = *this;
    p.proxies_ = proxies;
    return p;
  }
  constexpr bool TraversesInstanceProxies() const { return proxies_ == InstanceProxies::kTraverse; }
  constexpr PrimPredicate And(const PrimPredicate& other) const {
    PrimPredicate p = *this;
    p.required_ |= other.required_;
    p.excluded_ |= other.excluded_;
    if (other.TraversesInstanceProxies()) p.proxies_ = InstanceProxies::kTraverse;
    return p;
  }
  // The negation, of a predicate over one flag; nothing for others, whose negation is no conjunction.
  constexpr std::optional<PrimPredicate> GetNegatedTerm() const {
    if (std::popcount(required_) + std::popcount(excluded_) != 1) return std::nullopt;
    PrimPredicate p = *this;
    p.required_ = excluded_;
    p.excluded_ = required_;
    return p;
  }
  constexpr bool Matches(uint32_t flags) const {
    return (flags & required_) == required_ && (flags & excluded_) == 0;
  }

 private:
  uint32_t required_ = 0, excluded_ = 0;
  InstanceProxies proxies_ = InstanceProxies::kSkip;
};

}  // namespace strata::stage

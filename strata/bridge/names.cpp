#include "strata/bridge/names.h"

namespace strata::bridge {

const Names& GetNames() {
  static const Names names;
  return names;
}

}  // namespace strata::bridge

#include "strata/scene/names.h"

namespace strata::scene {

const Names& GetNames() {
  static const Names names;
  return names;
}

}  // namespace strata::scene

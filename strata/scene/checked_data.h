// Data of prims whose sources may break their promises.
#pragma once

#include <memory>
#include <string>

#include "strata/scene/checks.h"
#include "strata/scene/data_source.h"

namespace strata::scene {

// The same data, read through `checks`. A source that throws counts as one that has nothing there; that is
// noted, as is a value that is of another type than the source said or gave before, and sample times that are
// out of order. `where` names the prim in notes. Null gives null.
ContainerDataSourceHandle CheckData(ContainerDataSourceHandle data, std::shared_ptr<SceneChecks> checks,
                                    std::string where);

// What is being handled, in words. For use in a catch clause.
std::string DescribeCurrentException();

}  // namespace strata::scene

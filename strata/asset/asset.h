// The door of `asset`: from an asset path to bytes, through resolvers.   (Ar)
//
// Threads: resolvers and assets are safe from any thread. Owners: the engine owns resolvers; an Asset is
// shared.
#pragma once

#include "strata/asset/http_resolver.h"
#include "strata/asset/package_resolver.h"
#include "strata/asset/resolver.h"
#include "strata/asset/scheme_resolver.h"

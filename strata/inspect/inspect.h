// The door of `inspect`: plain answers about scenes, the same for the command line, Python and the web.
//
// Threads: questions read the stage or layer they are given, as any reader. Owners: an answer owns what it
// holds.
#pragma once

#include "strata/inspect/graph.h"
#include "strata/inspect/statistics.h"
#include "strata/inspect/tree.h"
#include "strata/inspect/why.h"

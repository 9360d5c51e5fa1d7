// The door of `base`: tokens, results, diagnostics, tasks, budgets, files and a JSON writer that every room
// stands on.
//
// Threads: tokens, task pool and debug topics are safe from any thread; everything else belongs to whoever
// made it. Owners: interned tokens live as long as the process; no other global state.
#pragma once

#include "strata/base/budget.h"
#include "strata/base/debug.h"
#include "strata/base/diagnostic.h"
#include "strata/base/executor.h"
#include "strata/base/files.h"
#include "strata/base/json_writer.h"
#include "strata/base/result.h"
#include "strata/base/token.h"
#include "strata/base/trace.h"

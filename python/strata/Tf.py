from strata._core.Tf import *  # noqa: F403

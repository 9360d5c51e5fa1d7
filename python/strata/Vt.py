from strata._core.Vt import *  # noqa: F403

"""How many threads work at a time.   (Work)

The engine's own pool is made once, as wide as the machine or as PXR_WORK_THREAD_LIMIT says; what is set here is what programs
that ask are told.
"""
import os as _os


def GetPhysicalConcurrencyLimit():
    try:
        return len(_os.sched_getaffinity(0))
    except AttributeError:
        return _os.cpu_count() or 1


def _from_environment():
    """What PXR_WORK_THREAD_LIMIT says, over which nothing that is set counts; 0 where it says nothing."""
    try:
        return _normalized(int(_os.environ.get("PXR_WORK_THREAD_LIMIT", "0")))
    except ValueError:
        return 0


def _normalized(number):
    """Threads of an argument: 0 stays, a negative number means all but so many."""
    return max(1, GetPhysicalConcurrencyLimit() + number) if number < 0 else number


_limit = _from_environment() or GetPhysicalConcurrencyLimit()


def GetConcurrencyLimit():
    return _limit


def HasConcurrency():
    return _limit > 1


def SetConcurrencyLimit(limit):
    global _limit
    if not isinstance(limit, int):
        raise TypeError(f"{limit!r} is no number of threads")
    if limit and not _from_environment():
        _limit = limit


def SetConcurrencyLimitArgument(limit):
    SetConcurrencyLimit(_normalized(limit))


def SetMaximumConcurrencyLimit():
    SetConcurrencyLimit(GetPhysicalConcurrencyLimit())

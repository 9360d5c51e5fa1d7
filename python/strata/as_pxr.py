"""Serves `import pxr` by Strata.

    python -m strata.as_pxr SCRIPT [ARGUMENTS]     runs a script of OpenUSD's by Strata
    import strata.as_pxr; strata.as_pxr.install()  the same inside a program, before it imports pxr
"""
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import runpy
import sys


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives `pxr` and each `pxr.X` the module objects of `strata` and `strata.X`."""

    def find_spec(self, name, path=None, target=None):
        if name != "pxr" and not name.startswith("pxr."):
            return None
        served = "strata" + name[3:]
        if importlib.util.find_spec(served) is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=name == "pxr")

    def create_module(self, spec):
        return importlib.import_module("strata" + spec.name[3:])

    def exec_module(self, module):
        pass  # it ran when strata imported it


def install():
    """From here on `import pxr` means Strata. Raises RuntimeError when another pxr has been imported already."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    if "pxr" in sys.modules:
        raise RuntimeError("pxr is imported already: call strata.as_pxr.install() before the first import of pxr")
    sys.meta_path.insert(0, _Finder())


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments else 2
    install()
    sys.argv = arguments
    sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))  # as where Python runs the script itself
    runpy.run_path(arguments[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

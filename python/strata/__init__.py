"""Strata: OpenUSD scene description, shaped like pxr.

    from strata import Usd, UsdGeom
    stage = Usd.Stage.Open("shot.usda")

The modules have OpenUSD's names. `python -m strata.as_pxr SCRIPT` runs a script that imports pxr. Nothing is loaded before the
first of the modules is imported.
"""
from strata._version import __version__  # noqa: F401

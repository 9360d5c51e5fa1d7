"""Strata: OpenUSD scene description, shaped like pxr.

    from strata import Usd, UsdGeom
    stage = Usd.Stage.Open("shot.usda")

The modules have OpenUSD's names. `python -m strata.as_pxr SCRIPT` runs a script that imports pxr.
"""

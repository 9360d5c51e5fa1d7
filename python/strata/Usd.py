"""Stages: the scene that layers compose.   (Usd)"""
from strata._core.Usd import *  # noqa: F403
from strata._core.Usd import PrimAllPrimsPredicate, _PrimFlagsPredicate  # noqa: F401
from strata._core.Usd import EditTarget, VariantSet


class EditContext:
    """Within it edits of a stage go to another target (the stage's own when none is given)."""

    def __init__(self, stage, editTarget=None):
        if isinstance(stage, tuple):
            stage, editTarget = stage
        self._stage = stage
        self._target = editTarget if isinstance(editTarget, (EditTarget, type(None))) else EditTarget(editTarget)

    def __enter__(self):
        self._before = self._stage.GetEditTarget()
        if self._target is not None:
            self._stage.SetEditTarget(self._target)
        return self

    def __exit__(self, kind, value, trace):
        self._stage.SetEditTarget(self._before)
        return False


def _variant_edit_context(variant_set, layer=None):
    """Within it edits of the stage go into the selected variant."""
    return EditContext(variant_set.GetPrim().GetStage(), variant_set.GetVariantEditTarget(layer))


VariantSet.GetVariantEditContext = _variant_edit_context

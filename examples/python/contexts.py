"""A context is the only owner of its stage: what others hold of it expires when another stage is attached. (Strata alone)

    contexts.py FOLDER
"""
import asyncio
import os
import sys

from strata import Sdf, Usd, UsdUtils, context


def attach_another(keep: bool) -> None:
    usd_context = context.get_context()
    if not usd_context:
        usd_context = context.create_context()
    usd_context.new_stage()

    # 1
    old_stage = usd_context.get_stage()
    assert old_stage
    if keep:
        old_stage = Usd.Stage.Open(old_stage.GetRootLayer().identifier)  # a stage of our own
    print("valid:", bool(old_stage))

    # 2
    layer = Sdf.Layer.CreateAnonymous()
    new_stage = Usd.Stage.CreateInMemory(layer.identifier)
    print("valid:", bool(old_stage))

    # 3
    cache = UsdUtils.StageCache.Get()
    stage_id = cache.Insert(new_stage).ToLongInt()
    usd_context.attach_stage_with_callback(stage_id, lambda done, error: print("attached:", done, error))
    print("valid:", bool(old_stage), "" if keep else old_stage)
    print("the context's:", usd_context.get_stage() == new_stage, cache.IsEmpty())


def use_expired() -> None:
    """Whatever is asked of a stage that is closed, and of its prims, is an error in words."""
    usd_context = context.create_context("second")
    usd_context.new_stage()
    stage = usd_context.get_stage()
    assert stage
    prim = stage.DefinePrim("/A", "Xform")
    usd_context.get_selection().set_selected_prim_paths(["/A"])
    print(usd_context, usd_context.get_selection().get_selected_prim_paths())
    usd_context.close_stage()
    print(usd_context, usd_context.get_selection().get_selected_prim_paths(), usd_context.get_stage())
    for ask in (stage.GetRootLayer, lambda: stage.DefinePrim("/B"), prim.GetChildren, stage.Traverse):
        try:
            ask()
            print("answered")
        except RuntimeError as error:
            print("RuntimeError:", error)
    print(context.destroy_context("second"), context.get_context("second"))


async def open_and_edit(folder: str) -> None:
    usd_context = context.get_context()
    assert usd_context
    events: list[str] = []
    number = usd_context.add_listener(events.append)
    path = os.path.join(folder, "layer2.usda")
    made = Usd.Stage.CreateNew(path)
    made.DefinePrim("/World/Cube", "Cube").GetAttribute("size").Set(2.0)
    made.Save()
    done, error = await usd_context.open_stage_async(path)
    print("opened:", done, error, os.path.basename(usd_context.get_stage_url()))
    stage = usd_context.get_stage()
    assert stage
    stage.GetAttributeAtPath("/World/Cube.size").Set(5.0)
    print("pending:", usd_context.has_pending_edit())
    usd_context.save_stage()
    print("pending:", usd_context.has_pending_edit())
    done, error = await usd_context.open_stage_async(os.path.join(folder, "missing.usda"))
    print("opened:", done, bool(error), usd_context.get_stage_state())
    usd_context.remove_listener(number)
    print(events)


def main() -> int:
    attach_another(keep=False)
    attach_another(keep=True)
    use_expired()
    asyncio.run(open_and_edit(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

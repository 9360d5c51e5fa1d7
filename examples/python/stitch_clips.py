"""Makes one scene of a simulation that was written a few frames to a file, as value clips.

    stitch_clips.py FOLDER
"""
import os
import sys

from pxr import Sdf, Usd, UsdGeom, UsdUtils, Vt

FRAMES_IN_A_FILE = 4


def simulate(folder: str, files: int) -> list[str]:
    """Files of a few frames each, as a simulation writes them."""
    written = []
    for number in range(files):
        stage = Usd.Stage.CreateNew(os.path.join(folder, f"spray.{number + 1}.usda"))
        points = UsdGeom.Points.Define(stage, "/Spray")
        first = number * FRAMES_IN_A_FILE + 1
        for frame in range(first, first + FRAMES_IN_A_FILE):
            points.GetPointsAttr().Set(Vt.Vec3fArray([(frame, index, 0.5 * frame) for index in range(3)]), frame)
            points.GetWidthsAttr().Set(Vt.FloatArray([0.1 * frame] * 3), frame)
        stage.SetStartTimeCode(first)
        stage.SetEndTimeCode(first + FRAMES_IN_A_FILE - 1)
        stage.GetRootLayer().Save()
        written.append(stage.GetRootLayer().identifier)
    return written


def main() -> int:
    folder = sys.argv[1]
    files = simulate(folder, 3)
    result = Sdf.Layer.CreateNew(os.path.join(folder, "spray.usda"))
    if not UsdUtils.StitchClips(result, files, "/Spray", 1, 12):
        return 1
    result.Save()
    stage = Usd.Stage.Open(result.identifier)
    prim = stage.GetPrimAtPath("/Spray")
    print(sorted(name for name in os.listdir(folder) if name.endswith(".usda")))
    print(stage.GetStartTimeCode(), stage.GetEndTimeCode())
    print([tuple(pair) for pair in Usd.ClipsAPI(prim).GetClipActive()])
    points = UsdGeom.Points(prim)
    for frame in (1.0, 4.0, 4.5, 5.0, 12.0):
        print(frame, points.GetPointsAttr().Get(frame), points.GetWidthsAttr().Get(frame))
    return 0


if __name__ == "__main__":
    sys.exit(main())

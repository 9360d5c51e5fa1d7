"""Waves that run through a mesh and add up: each step moves points along Y by a sine of where they are and when.

Parameters: amplitude (0.06), a second's worth of waves: speed (1.0).
"""
import warp as wp


@wp.kernel
def sway(points: wp.array(dtype=wp.vec3), amplitude: float, speed: float, seconds: float, moved: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    point = points[i]
    moved[i] = wp.vec3(point[0], point[1] - wp.sin(point[0]) * amplitude * wp.sin(seconds * speed), point[2])


# What a step does, for kernels that were compiled ahead of time (strata.Compute.CompileModule).
KERNELS = """
state places = points
launch sway: state places, float amplitude = 0.06, float speed = 1.0, seconds, next places
"""


def begin(call):
    return wp.array(call.AsNumpy(call.shape.points), dtype=wp.vec3, device=wp.get_preferred_device(), copy=False)


def step(call, state):
    amplitude, speed = (float(call.parameters.get(name, otherwise)) for name, otherwise in (("amplitude", 0.06), ("speed", 1.0)))
    moved = wp.empty_like(state)  # states are not changed once they are given
    wp.launch(sway, state.shape, [state, amplitude, speed, call.seconds], [moved], device=state.device)
    return moved

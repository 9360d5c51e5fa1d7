"""Waves that run through a mesh and add up: each step moves points along Y by a sine of where they are and when.

Parameters: amplitude (0.06), a second's worth of waves: speed (1.0).
"""
import warp as wp


@wp.kernel
def sway(points: wp.array(dtype=wp.vec3), amplitude: float, phase: float, moved: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    point = points[i]
    moved[i] = wp.vec3(point[0], point[1] - wp.sin(point[0]) * amplitude * wp.sin(phase), point[2])


def begin(call):
    return wp.array(call.AsNumpy(call.shape.points), dtype=wp.vec3, device=wp.get_preferred_device(), copy=False)


def step(call, state):
    amplitude = float(call.parameters.get("amplitude", 0.06))
    moved = wp.empty_like(state)  # states are not changed once they are given
    wp.launch(sway, state.shape, [state, amplitude, call.seconds * float(call.parameters.get("speed", 1.0))], [moved],
              device=state.device)
    return moved

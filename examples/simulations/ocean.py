"""Waves on a plane: the sum of sixteen that the wind makes, each as fast as water of the depth lets it be.

The points move along the axis in which the mesh is flat, and to and fro in the others. Parameters: wave_amplitude (1.0), wind_speed
(10.0, metres per second), direction (0.0, degrees), wave_directionality (0.0: from everywhere, to 1.0), water_depth (50.0), scale (1.0).
"""
import math

import numpy as np
import warp as wp

WAVES = 16


@wp.kernel
def swell(rest: wp.array(dtype=wp.vec3), waves: wp.array(dtype=wp.vec4), up: int, seconds: float, moved: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    point = rest[i]
    a = (up + 1) % 3
    b = (up + 2) % 3
    x = point[a]
    y = point[b]
    for w in range(waves.shape[0]):
        wave = waves[w]  # the wave's numbers along both axes, its frequency, its height
        number = wp.sqrt(wave[0] * wave[0] + wave[1] * wave[1])
        phase = wave[0] * x + wave[1] * y - wave[2] * seconds
        point[up] += wave[3] * wp.cos(phase)
        point[a] -= wave[3] * wp.sin(phase) * wave[0] / number
        point[b] -= wave[3] * wp.sin(phase) * wave[1] / number
    moved[i] = point


def make_waves(parameters):
    wind = max(float(parameters.get("wind_speed", 10.0)), 0.1)
    scale = max(float(parameters.get("scale", 1.0)), 1e-6)
    spread = math.pi * (1.0 - min(max(float(parameters.get("wave_directionality", 0.0)), 0.0), 1.0))
    depth, toward = float(parameters.get("water_depth", 50.0)), math.radians(float(parameters.get("direction", 0.0)))
    longest = 2 * math.pi * wind * wind / 9.81 * scale
    waves = np.zeros((WAVES, 4), np.float32)
    for i in range(WAVES):
        number = 2 * math.pi / (longest * 0.75 ** i)
        # Directions by the golden ratio: none comes twice.
        angle = toward + spread * (2 * (i * 0.6180339887498949 % 1) - 1)
        frequency = math.sqrt(9.81 * scale * number * math.tanh(number * depth * scale))
        height = float(parameters.get("wave_amplitude", 1.0)) * scale * 0.25 * 0.7 ** i
        waves[i] = number * math.cos(angle), number * math.sin(angle), frequency, height
    return waves


def begin(call):
    points = call.AsNumpy(call.shape.points)
    device = wp.get_preferred_device()
    up = int(np.ptp(points, axis=0).argmin()) if len(points) else 1
    rest = wp.array(points, dtype=wp.vec3, device=device, copy=False)
    return step(call, (rest, wp.array(make_waves(call.parameters), dtype=wp.vec4, device=device), up))


def step(call, state):
    rest, waves, up = state
    moved = wp.empty_like(rest)
    wp.launch(swell, rest.shape, [rest, waves, up, call.seconds], [moved], device=rest.device)
    return state, {"points": moved}

"""Balls that fall, bounce off the ground and off balls that they look at.

Instances of a point instancer fall along -Y. Each collider with a `radius` is a ball that they bounce off. Parameters: gravity (9.81),
bounce (0.6), ground (0.0), radius (0.1) of a particle, substeps (8).
"""
import warp as wp


@wp.kernel
def fall(places: wp.array(dtype=wp.vec3), speeds: wp.array(dtype=wp.vec3), balls: wp.array(dtype=wp.vec4), gravity: float,
         bounce: float, ground: float, radius: float, dt: float, substeps: int, moved: wp.array(dtype=wp.vec3),
         faster: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    place = places[i]
    speed = speeds[i]
    step = dt / float(substeps)
    for _ in range(substeps):
        speed = speed - wp.vec3(0.0, gravity * step, 0.0)
        place = place + speed * step
        for b in range(balls.shape[0]):
            ball = balls[b]
            away = place - wp.vec3(ball[0], ball[1], ball[2])
            distance = wp.length(away)
            if distance < ball[3] + radius and distance > 0.0:
                normal = away / distance
                place = place + normal * (ball[3] + radius - distance)
                speed = speed - normal * ((1.0 + bounce) * wp.min(wp.dot(speed, normal), 0.0))
        if place[1] < ground + radius:
            place = wp.vec3(place[0], ground + radius, place[2])
            speed = wp.vec3(speed[0], -bounce * wp.min(speed[1], 0.0), speed[2])
    moved[i] = place
    faster[i] = speed


# What a step does, for kernels that were compiled ahead of time (strata.Compute.CompileModule).
KERNELS = """
state places = points
state speeds = zeros
launch fall: state places, state speeds, balls, float gravity = 9.81, float bounce = 0.6, float ground = 0.0, float radius = 0.1, \
dt, int substeps = 8, next places, next speeds
"""


def begin(call):
    device = wp.get_preferred_device()
    places = wp.array(call.AsNumpy(call.shape.points), dtype=wp.vec3, device=device, copy=False)
    return (places, wp.zeros_like(places)), {"positions": places}


def step(call, state):
    def parameter(name, otherwise):
        return type(otherwise)(call.parameters.get(name, otherwise))

    places, speeds = state
    balls = [[*collider.matrix.ExtractTranslation(), collider.attributes["radius"]] for collider in call.colliders
             if "radius" in collider.attributes]
    balls = wp.array(balls, dtype=wp.vec4, device=places.device) if balls else wp.empty(0, dtype=wp.vec4, device=places.device)
    moved, faster = wp.empty_like(places), wp.empty_like(speeds)
    wp.launch(fall, places.shape,
              [places, speeds, balls, parameter("gravity", 9.81), parameter("bounce", 0.6), parameter("ground", 0.0),
               parameter("radius", 0.1), call.dt, parameter("substeps", 8)], [moved, faster], device=places.device)
    return (moved, faster), {"positions": moved}

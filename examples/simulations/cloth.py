"""A cloth: the edges of a mesh are springs, its highest points are held, and it lies upon meshes that it looks at.

Parameters: stiffness (2000), damping (2.0), gravity (9.81), substeps (16), distance (0.02) from colliders.
"""
import numpy as np
import warp as wp


@wp.kernel
def pull(places: wp.array(dtype=wp.vec3), speeds: wp.array(dtype=wp.vec3), first: wp.array(dtype=int), others: wp.array(dtype=int),
         lengths: wp.array(dtype=float), held: wp.array(dtype=int), colliders: wp.array(dtype=wp.uint64), stiffness: float,
         damping: float, gravity: float, distance: float, dt: float, moved: wp.array(dtype=wp.vec3), faster: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    place = places[i]
    speed = speeds[i]
    if held[i] == 0:
        # Each point gathers from its neighbours: the order of sums is the same on every device.
        force = wp.vec3(0.0, -gravity, 0.0) - speed * damping
        for edge in range(first[i], first[i + 1]):
            along = places[others[edge]] - place
            length = wp.length(along)
            if length > 0.0:
                force = force + along * (stiffness * (length - lengths[edge]) / length)
        speed = speed + force * dt
        place = place + speed * dt
        for c in range(colliders.shape[0]):
            found = wp.mesh_query_point_sign_normal(colliders[c], place, 1.0e3)
            if found.result:
                near = wp.mesh_eval_position(colliders[c], found.face, found.u, found.v)
                normal = wp.mesh_eval_face_normal(colliders[c], found.face)
                depth = distance - wp.length(place - near) * found.sign
                if depth > 0.0:
                    place = place + normal * depth
                    speed = speed - normal * wp.min(wp.dot(speed, normal), 0.0)
    moved[i] = place
    faster[i] = speed


def find_springs(counts, indices, points):
    """For each point its neighbours along edges, one after the other, and the edges' lengths."""
    edges, at = set(), 0
    for count in counts:
        face = indices[at:at + count]
        at += count
        edges.update((int(a), int(b)) for a, b in zip(face, np.roll(face, -1)))
    both = np.array(sorted(edges | {(b, a) for a, b in edges}), dtype=np.int32).reshape(-1, 2)
    first = np.searchsorted(both[:, 0], np.arange(len(points) + 1)).astype(np.int32)
    return first, both[:, 1].copy(), np.linalg.norm(points[both[:, 0]] - points[both[:, 1]], axis=1).astype(np.float32)


def begin(call):
    points = call.AsNumpy(call.shape.points)
    device = wp.get_preferred_device()
    springs = find_springs(call.AsNumpy(call.shape.faceVertexCounts), call.AsNumpy(call.shape.faceVertexIndices), points)
    held = (points[:, 1] >= points[:, 1].max() - 1e-6).astype(np.int32) if len(points) else np.zeros(0, np.int32)
    given = [wp.array(array, device=device) for array in (*springs, held)]
    places = wp.array(points, dtype=wp.vec3, device=device, copy=False)
    return (places, wp.zeros_like(places), given), {"points": places}


def make_mesh(call, collider, device):
    indices, at = [], 0  # fans of triangles
    corners = call.AsNumpy(collider.faceVertexIndices)
    for count in call.AsNumpy(collider.faceVertexCounts):
        indices += [corner for k in range(1, count - 1) for corner in (corners[at], corners[at + k], corners[at + k + 1])]
        at += count
    return wp.Mesh(wp.array(call.TransformedPoints(collider), dtype=wp.vec3, device=device),
                   wp.array(np.array(indices, dtype=np.int32), device=device))


def step(call, state):
    def parameter(name, otherwise):
        return type(otherwise)(call.parameters.get(name, otherwise))

    places, speeds, given = state
    meshes = [make_mesh(call, collider, places.device) for collider in call.colliders if len(collider.faceVertexIndices)]
    ids = wp.array(np.array([mesh.id for mesh in meshes], dtype=np.uint64), dtype=wp.uint64, device=places.device)
    substeps = parameter("substeps", 16)
    for _ in range(substeps):
        moved, faster = wp.empty_like(places), wp.empty_like(speeds)
        wp.launch(pull, places.shape,
                  [places, speeds, *given, ids, parameter("stiffness", 2000.0), parameter("damping", 2.0), parameter("gravity", 9.81),
                   parameter("distance", 0.02), call.dt / substeps], [moved, faster], device=places.device)
        places, speeds = moved, faster
    return (places, speeds, given), {"points": places}

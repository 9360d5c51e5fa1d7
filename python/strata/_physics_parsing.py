"""Reads what prims say of physics into records.   (UsdPhysicsLoadStageFromPrimRange)"""
import math

from strata import Gf, _schemas
from strata import _physics_descs as d
from strata._core import Usd as _usd
from strata._core.Sdf import Path

_GRAVITY = Gf.Vec3f(9.81)[0]  # metres per second and second, in the precision of records
_FREEDOMS = {"distance": d.JointDOF.Distance, "transX": d.JointDOF.TransX, "transY": d.JointDOF.TransY, "transZ": d.JointDOF.TransZ,
             "rotX": d.JointDOF.RotX, "rotY": d.JointDOF.RotY, "rotZ": d.JointDOF.RotZ}
_JOINTS = {"PhysicsFixedJoint": d.FixedJointDesc, "PhysicsRevoluteJoint": d.RevoluteJointDesc,
           "PhysicsPrismaticJoint": d.PrismaticJointDesc, "PhysicsSphericalJoint": d.SphericalJointDesc,
           "PhysicsDistanceJoint": d.DistanceJointDesc, "PhysicsJoint": d.D6JointDesc}
_SHAPES = {"Sphere": d.SphereShapeDesc, "Cube": d.CubeShapeDesc, "Capsule": d.CapsuleShapeDesc, "Capsule_1": d.Capsule1ShapeDesc,
           "Cylinder": d.CylinderShapeDesc, "Cylinder_1": d.Cylinder1ShapeDesc, "Cone": d.ConeShapeDesc, "Mesh": d.MeshShapeDesc,
           "Plane": d.PlaneShapeDesc, "Points": d.SpherePointsShapeDesc}


def _geom(name):
    return _schemas.find("UsdGeom", name)


def _get(prim, name, fallback=None):
    attribute = prim.GetAttribute(name)
    value = attribute.Get() if attribute else None
    return fallback if value is None else value


def _targets(prim, name):
    relationship = prim.GetRelationship(name)
    return relationship.GetForwardedTargets() if relationship else []


def _filtered(prim):
    return _targets(prim, "physics:filteredPairs") if prim.HasAPI("PhysicsFilteredPairsAPI") else []


def _axis(prim, name):
    return d.Axis.names.get(_get(prim, name, "X"), d.Axis.X)


class Parser:
    """One reading of a stage. Prims are visited once; then what they say of each other is put together."""

    def __init__(self, stage, custom):
        self._stage, self._custom = stage, custom
        self._xforms = _geom("XformCache")()
        self._found = {kind: [] for kind in d.KINDS}
        self._merge_groups, self._collections, self._articulations = {}, [], []

    def visit(self, prim):
        type_name = prim.GetTypeName()
        if prim.IsA("PhysicsScene"):
            self._add(d.SceneDesc, prim, **self._scene(prim))
        elif prim.IsA("PhysicsJoint") or self._custom and type_name in self._custom.jointTokens:
            self._joint(prim)
        elif prim.IsA("PhysicsCollisionGroup"):
            self._group(prim)
        elif prim.HasAPI("PhysicsMaterialAPI"):
            self._add(d.RigidBodyMaterialDesc, prim, **{
                name: _get(prim, "physics:" + name, 0.0)
                for name in ("staticFriction", "dynamicFriction", "restitution", "density")})
        if prim.HasAPI("PhysicsCollisionAPI"):
            self._shape(prim)
        if prim.HasAPI("PhysicsRigidBodyAPI"):
            self._body(prim)
        if prim.HasAPI("PhysicsArticulationRootAPI"):
            self._articulations.append(self._add(d.ArticulationDesc, prim, filteredCollisions=_filtered(prim)))

    def _add(self, kind, prim, **values):
        made = kind._new(type=d.ObjectType.names[kind.__name__[:-4]], primPath=prim.GetPath(), **values)
        self._found[kind].append(made)
        return made

    # -- one prim --------------------------------------------------------------------------------------------------------

    def _scene(self, prim):
        direction, magnitude = _get(prim, "physics:gravityDirection"), _get(prim, "physics:gravityMagnitude", -math.inf)
        if direction is None or direction.GetLength() == 0:
            up = _schemas.find("UsdGeom", "GetStageUpAxis")(self._stage)
            direction = Gf.Vec3f(*[-1.0 if axis == up else 0.0 for axis in "XYZ"])
        else:
            direction = Gf.Vec3f(direction).GetNormalized()
        if magnitude < 0:
            magnitude = Gf.Vec3f(_GRAVITY / _schemas.find("UsdGeom", "GetStageMetersPerUnit")(self._stage))[0]
        return {"gravityDirection": direction, "gravityMagnitude": magnitude}

    def _body(self, prim):
        matrix = Gf.Matrix4d(self._xforms.GetLocalToWorldTransform(prim))
        position, rotation, scale = _parts(matrix)
        self._add(d.RigidBodyDesc, prim, position=position, rotation=rotation, scale=scale, filteredCollisions=_filtered(prim),
                  simulationOwners=_targets(prim, "physics:simulationOwner"),
                  rigidBodyEnabled=_get(prim, "physics:rigidBodyEnabled", True),
                  kinematicBody=_get(prim, "physics:kinematicEnabled", False),
                  startsAsleep=_get(prim, "physics:startsAsleep", False),
                  linearVelocity=_get(prim, "physics:velocity", Gf.Vec3f(0)),
                  angularVelocity=_get(prim, "physics:angularVelocity", Gf.Vec3f(0)))

    def _group(self, prim):
        name = _get(prim, "physics:mergeGroup", "")
        path, filtered = prim.GetPath(), _targets(prim, "physics:filteredGroups")
        self._collections.append((path, _schemas.find("Usd", "CollectionAPI")(prim, "colliders").ComputeMembershipQuery()))
        if name:
            if name in self._merge_groups:
                self._merge_groups[name].mergedGroups.append(path)
                return
        made = self._add(d.CollisionGroupDesc, prim, filteredGroups=filtered, mergeGroupName=name,
                         invertFilteredGroups=_get(prim, "physics:invertFilteredGroups", False) is not None)
        if name:
            made.mergedGroups.append(path)
            self._merge_groups[name] = made

    def _shape(self, prim):
        kind = next((kind for name, kind in _SHAPES.items() if prim.IsA(name)), None)
        custom = next((one for one in (self._custom.shapeTokens if self._custom else ())
                       if one == prim.GetTypeName() or one in prim.GetAppliedSchemas()), None)
        if custom is not None:
            kind = d.CustomShapeDesc
        if kind is None:
            return
        world = Gf.Matrix4d(self._xforms.GetLocalToWorldTransform(prim))
        _, _, scale = _parts(world)
        values = self._sizes(prim, kind, [abs(one) for one in scale])
        if custom is not None:
            values["customGeometryToken"] = custom
        body = self._body_above(prim)
        position, rotation, local_scale = self._local_pose(prim, body, world)
        self._add(kind, prim, rigidBody=body.GetPath() if body else Path(), localPos=position, localRot=rotation,
                  localScale=local_scale, materials=self._materials(prim), filteredCollisions=_filtered(prim),
                  simulationOwners=_targets(prim, "physics:simulationOwner"),
                  collisionEnabled=_get(prim, "physics:collisionEnabled", True), **values)

    def _sizes(self, prim, kind, scale):
        if kind is d.SphereShapeDesc:
            return {"radius": _get(prim, "radius") * max(scale)}
        if kind is d.CubeShapeDesc:
            half = abs(_get(prim, "size")) / 2
            return {"halfExtents": Gf.Vec3f(*[half * one for one in scale])}
        if kind is d.MeshShapeDesc:
            return {"approximation": _get(prim, "physics:approximation", "none") if prim.HasAPI("PhysicsMeshCollisionAPI") else "none",
                    "meshScale": Gf.Vec3f(*scale), "doubleSided": _get(prim, "doubleSided", False)}
        if kind is d.SpherePointsShapeDesc:
            widths, points = _get(prim, "widths", ()), _get(prim, "points", ())
            made = d.PhysicsSpherePointVector()
            for i, point in enumerate(points):
                width = widths[i] if len(widths) == len(points) else widths[0] if len(widths) else 1.0
                made.append(d.SpherePoint._new(center=Gf.Vec3f(*[a * b for a, b in zip(point, scale)]),
                                               radius=max(scale) * width / 2))
            return {"spherePoints": made}
        if kind is d.PlaneShapeDesc:
            return {"axis": _axis(prim, "axis")}
        if kind is d.CustomShapeDesc:
            return {}
        axis = _axis(prim, "axis")
        along, across = scale[int(axis)], max(one for i, one in enumerate(scale) if i != int(axis))
        values = {"axis": axis, "halfHeight": _get(prim, "height") * along / 2}
        if kind in (d.Capsule1ShapeDesc, d.Cylinder1ShapeDesc):
            return {**values, "topRadius": _get(prim, "radiusTop") * across, "bottomRadius": _get(prim, "radiusBottom") * across}
        return {**values, "radius": _get(prim, "radius") * across}

    def _body_above(self, prim):
        """The nearest rigid body, the prim itself among them."""
        while prim and not prim.IsPseudoRoot():
            if prim.HasAPI("PhysicsRigidBodyAPI"):
                return prim
            prim = prim.GetParent()
        return None

    def _local_pose(self, prim, body, world):
        """Where a shape is in its body, or in the world: its body's scale counts, and is not part of the pose."""
        if body is None:
            return _parts(world)[0], _parts(world)[1], _parts(world)[2]
        if body == prim:
            return Gf.Vec3f(0), Gf.Quatf(1), Gf.Vec3f(1)
        to_body = world * self._xforms.GetLocalToWorldTransform(body).GetInverse()
        position, rotation, scale = _parts(to_body)
        return _times(position, _parts(self._xforms.GetLocalToWorldTransform(body))[2]), rotation, scale

    def _materials(self, prim):
        binding = _schemas.find("UsdShade", "MaterialBindingAPI")
        found = [binding(prim).ComputeBoundMaterial("physics")[0]]
        if prim.IsA("Mesh"):
            of_subsets = [binding(one.GetPrim()).ComputeBoundMaterial("physics")[0]
                          for one in _geom("Subset").GetGeomSubsets(_geom("Imageable")(prim), "face", "materialBind")]
            found = of_subsets or found
        return [one.GetPath() for one in found if one and one.GetPrim().HasAPI("PhysicsMaterialAPI")]

    # -- joints ----------------------------------------------------------------------------------------------------------

    def _joint(self, prim):
        kind = _JOINTS.get(prim.GetTypeName(), d.CustomJointDesc)
        values = self._joint_base(prim)
        if kind in (d.RevoluteJointDesc, d.PrismaticJointDesc):
            low, high = _get(prim, "physics:lowerLimit", -math.inf), _get(prim, "physics:upperLimit", math.inf)
            drive = "angular" if kind is d.RevoluteJointDesc else "linear"
            values.update(axis=_axis(prim, "physics:axis"), drive=self._drive(prim, drive), limit=d.JointLimit._new(
                enabled=math.isfinite(low) or math.isfinite(high), lower=low, upper=high))
        elif kind is d.SphericalJointDesc:
            low, high = _get(prim, "physics:coneAngle0Limit", -1.0), _get(prim, "physics:coneAngle1Limit", -1.0)
            values.update(axis=_axis(prim, "physics:axis"), limit=d.JointLimit._new(
                enabled=low >= 0 and high >= 0, lower=low, upper=high))
        elif kind is d.DistanceJointDesc:
            low, high = _get(prim, "physics:minDistance", -1.0), _get(prim, "physics:maxDistance", -1.0)
            values.update(minEnabled=low >= 0, maxEnabled=high >= 0, limit=d.JointLimit._new(lower=low, upper=high))
        elif kind is d.D6JointDesc:
            values.update(self._freedoms(prim))
        self._add(kind, prim, **values)

    def _freedoms(self, prim):
        limits, drives = d.PhysicsJointLimitDOFVector(), d.PhysicsJointDriveDOFVector()
        applied = prim.GetAppliedSchemas()
        for name, freedom in _FREEDOMS.items():
            if "PhysicsLimitAPI:" + name in applied:
                low, high = (_get(prim, f"limit:{name}:physics:{end}", fallback) for end, fallback in (("low", -math.inf),
                                                                                                       ("high", math.inf)))
                pair = d.JointLimitDOFPair()
                pair.first, pair.second = freedom, d.JointLimit._new(
                    enabled=math.isfinite(low) or math.isfinite(high), lower=low, upper=high)
                limits.append(pair)
            if "PhysicsDriveAPI:" + name in applied:
                pair = d.JointDriveDOFPair()
                pair.first, pair.second = freedom, self._drive(prim, name)
                drives.append(pair)
        return {"jointLimits": limits, "jointDrives": drives}

    @staticmethod
    def _drive(prim, name):
        if "PhysicsDriveAPI:" + name not in prim.GetAppliedSchemas():
            return d.JointDrive._new()

        def get(field, fallback):
            return _get(prim, f"drive:{name}:physics:{field}", fallback)

        return d.JointDrive._new(
            enabled=True, targetPosition=get("targetPosition", 0.0), targetVelocity=get("targetVelocity", 0.0),
            forceLimit=get("maxForce", math.inf), stiffness=get("stiffness", 0.0), damping=get("damping", 0.0),
            acceleration=get("type", "force") == "acceleration")

    def _joint_base(self, prim):
        values = {"jointEnabled": _get(prim, "physics:jointEnabled", True),
                  "collisionEnabled": _get(prim, "physics:collisionEnabled", False),
                  "excludeFromArticulation": _get(prim, "physics:excludeFromArticulation", False),
                  "breakForce": _get(prim, "physics:breakForce", math.inf),
                  "breakTorque": _get(prim, "physics:breakTorque", math.inf)}
        for side in "01":
            targets = _targets(prim, "physics:body" + side)
            target = self._stage.GetPrimAtPath(targets[0]) if targets else None
            position = Gf.Vec3f(_get(prim, "physics:localPos" + side, Gf.Vec3f(0)))
            rotation = _get(prim, "physics:localRot" + side, Gf.Quatf(1)).GetNormalized()
            body = None
            if target:
                body = self._body_above(target)
                position, rotation = self._pose_in_body(target, body, position, rotation)
            values.update({"rel" + side: targets[0] if targets else Path(), "body" + side: body.GetPath() if body else Path(),
                           f"localPose{side}Position": position, f"localPose{side}Orientation": rotation})
        return values

    def _pose_in_body(self, prim, body, position, rotation):
        frame = self._xforms.GetLocalToWorldTransform(prim)
        if body is not None and body != prim:
            local = frame * self._xforms.GetLocalToWorldTransform(body).GetInverse()
            position = Gf.Vec3f(local.Transform(position))
            rotation = (_parts(local)[1] * rotation).GetNormalized()
        if body is not None:
            position = _times(position, _parts(self._xforms.GetLocalToWorldTransform(body))[2])
        else:
            position, rotation = Gf.Vec3f(frame.Transform(position)), (_parts(frame)[1] * rotation).GetNormalized()
        return position, rotation

    # -- together --------------------------------------------------------------------------------------------------------

    def finish(self):
        shapes = [one for kind, many in self._found.items() if issubclass(kind, d.ShapeDesc) for one in many]
        bodies = {one.primPath: one for one in self._found[d.RigidBodyDesc]}
        order = {}
        for prim in _usd.PrimRange(self._stage.GetPseudoRoot()):
            order[prim.GetPath()] = len(order)
        for shape in sorted(shapes, key=lambda one: order.get(one.primPath, 0)):
            if shape.rigidBody in bodies:
                bodies[shape.rigidBody].collisions.append(shape.primPath)
            shape.collisionGroups.extend(path for path, query in self._collections if query.IsPathIncluded(shape.primPath))
        joints = [one for kind, many in self._found.items() if issubclass(kind, d.JointDesc) for one in many]
        for one in self._articulations:
            self._articulate(one, bodies, joints)
        out = {}
        for kind, many in self._found.items():
            if many:
                found = d.VECTORS[kind]()
                found.extend(many)
                out[d.ObjectType.names[kind.__name__[:-4]]] = ([one.primPath for one in many], found)
        return dict(sorted(out.items(), key=lambda item: int(item[0])))

    def _articulate(self, articulation, bodies, joints):
        """The tree of joints at or below a root: its bodies, and the joint to the world or the body that it hangs on."""
        root = articulation.primPath
        inside = [one for one in joints if one.jointEnabled and not one.excludeFromArticulation]
        reached = {path for path in bodies if path.HasPrefix(root)}
        own_joint = next((one for one in joints if one.primPath == root), None)
        if own_joint is not None:
            reached |= {path for path in (own_joint.body0, own_joint.body1) if path}
            inside = inside if own_joint in inside else []
        taken, changed = [], True
        while changed:
            changed = False
            for one in inside:
                ends = {one.body0, one.body1} - {Path()}
                if one not in taken and ends and ends & reached:
                    taken.append(one)
                    reached |= ends
                    changed = True
        taken.sort(key=lambda one: one.primPath)
        if not taken:
            articulation.isValid = False
            return
        to_world = [one for one in taken if not one.body0 or not one.body1]
        members = {path for one in taken for path in (one.body0, one.body1)}
        articulation.articulatedJoints = [one.primPath for one in taken]
        articulation.articulatedBodies = sorted(members)
        if root in bodies:
            articulation.rootPrims = [root]
        elif own_joint is not None:
            articulation.rootPrims = [root]
        elif to_world:
            articulation.rootPrims = [to_world[0].primPath]
        else:
            articulation.rootPrims = [_center(members, taken)]


def _center(bodies, joints):
    """The body from which the farthest other is nearest."""
    beside = {body: set() for body in bodies}
    for one in joints:
        beside[one.body0].add(one.body1)
        beside[one.body1].add(one.body0)

    def depth(start):
        reached, edge, steps = {start}, {start}, 0
        while edge:
            edge = {other for one in edge for other in beside[one]} - reached
            reached |= edge
            steps += bool(edge)
        return steps

    return min(sorted(bodies), key=depth)


def _parts(matrix):
    """(place, turn, size) of a transform."""
    from strata._skel_math import DecomposeTransform
    matrix = Gf.Matrix4d(matrix)
    _, rotation, _ = DecomposeTransform(matrix)
    scale = Gf.Vec3f(*[Gf.Vec3d(*matrix[row][:3]).GetLength() for row in range(3)])
    return Gf.Vec3f(matrix.ExtractTranslation()), rotation, scale


def _times(one, other):
    return Gf.Vec3f(*[a * b for a, b in zip(one, other)])


def load(stage, ranges, custom=None, excluded=()):
    parser = Parser(stage, custom)
    excluded = [Path(path) for path in excluded]
    for one in ranges:
        for prim in one:
            if not prim.IsPseudoRoot() and not any(prim.GetPath().HasPrefix(path) for path in excluded):
                parser.visit(prim)
    return parser.finish()

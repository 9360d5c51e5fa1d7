"""Profiles: what assets claim to need, and whether a host that can do so much can show them.   (UsdProfiles)"""
from strata import _schemas
from strata._core.Usd import PrimRange as _PrimRange
from strata.Vt import Token as _Token, TokenArray as _TokenArray
from strata._profiles_registry import ProfileRegistry, ProfilesDot, ProfilesMarkdown, ProfilesMermaid  # noqa: F401

_INFO = "profilesInfo"
_USAGES, _COMPATIBLE = "capabilityUsages", "profileCompatibility"


@_schemas.add_to("UsdProfiles", "ClaimsAPI")
class _ClaimsAPI:
    """Claims stand in the custom data of the prim, under "profilesInfo"."""

    def GetProfilesInfo(self):
        return self._checked().GetCustomDataByKey(_INFO) or {}

    def SetProfilesInfo(self, info):
        self._checked().SetCustomDataByKey(_INFO, dict(info))

    def GetCapabilityUsages(self):
        """What each capability that is used degrades to where it is missing: "hard", "soft" or "enhancement"."""
        return self._checked().GetCustomDataByKey(f"{_INFO}:{_USAGES}") or {}

    def SetCapabilityUsages(self, usages):
        self._checked().SetCustomDataByKey(f"{_INFO}:{_USAGES}", dict(usages))

    def SetCapabilityUsage(self, capability, degradationClass):
        self._set(_USAGES, capability, _Token(degradationClass))

    def GetCapabilityUsage(self, capability):
        found = self.GetCapabilityUsages().get(capability, "")
        return found if isinstance(found, str) else ""

    def GetCompatibleProfiles(self):
        return sorted(self._compatibility())

    def SetProfileCompatible(self, profile):
        self.SetProfileCompatibleWithExceptions(profile, [])

    def SetProfileCompatibleWithExceptions(self, profile, exceptions):
        """The asset can be shown where the profile is, but for some capabilities."""
        self._set(_COMPATIBLE, profile, _TokenArray(exceptions))

    def GetProfileExceptions(self, profile):
        return list(self._compatibility().get(profile, []))

    def ClearProfileCompatibility(self, profile):
        kept = self._compatibility()
        if kept.pop(profile, None) is not None:
            self._prim.SetCustomDataByKey(f"{_INFO}:{_COMPATIBLE}", kept)

    def IsCompatibleWith(self, profile):
        """(ValidPath where the profile covers all capabilities that are used, what was found of each): of profiles that the asset
        claims alone."""
        if profile not in self._compatibility():
            return ProfileRegistry.QueryStatus.NoPath, []
        return ProfileRegistry.CoversCapabilities(profile, list(self.GetCapabilityUsages()), self.GetProfileExceptions(profile))

    def PopulateCapabilityUsages(self):
        """Adds what the schemas of the prim and those below imply, as "hard" where nothing else is said; gives all usages."""
        usages = self.GetCapabilityUsages()
        for name in sorted(_implied_below(self._prim)):
            if name not in usages:
                self.SetCapabilityUsage(name, "hard")
        return self.GetCapabilityUsages()

    def _compatibility(self):
        return self._checked().GetCustomDataByKey(f"{_INFO}:{_COMPATIBLE}") or {}

    def _set(self, group, name, value):
        """Names have dots and colons of their own, so the group is set as a whole."""
        held = dict(self._checked().GetCustomDataByKey(f"{_INFO}:{group}") or {})
        held[name] = value
        self._prim.SetCustomDataByKey(f"{_INFO}:{group}", held)

    def _checked(self):
        if not self._prim:
            raise RuntimeError("Accessed schema on invalid prim")
        return self._prim


def _implied_below(prim):
    from strata.Tf import Type
    from strata.Usd import SchemaRegistry
    found = set()
    for one in _PrimRange(prim):
        names = [one.GetTypeName()] + [name.partition(":")[0] for name in one.GetAppliedSchemas()]
        for name in filter(None, names):
            kind = SchemaRegistry.GetTypeFromSchemaTypeName(name)
            if kind:
                found |= ProfileRegistry.GetSchemaImpliedCapabilities(kind)
    return found


_schemas.install("UsdProfiles", globals(), (
    "enhancement", "hard", "soft",
))

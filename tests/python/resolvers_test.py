"""Resolvers, validators and schemas that a program brings in Python, found by plugInfo files or registered by hand."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

PLUGIN = r'''
from strata import Ar, Tf, UsdValidation

SCENES = {
    "vault:shot/root.usda": b'#usda 1.0\n(defaultPrim = "Root")\ndef "Root" (references = @./parts/chair.usda@) {\n asset a = @./x.png@\n}',
    "vault:shot/parts/chair.usda": b'#usda 1.0\n(defaultPrim = "Chair")\ndef Xform "Chair" {\n int legs = 4\n}',
    "vault:shot/x.png": b"picture",
}
asked = []


class Revision:
    def __init__(self, number):
        self.number = number


class VaultResolver(Ar.Resolver):
    def _CreateIdentifier(self, assetPath, anchorAssetPath):
        asked.append(("identifier", assetPath, str(anchorAssetPath)))
        if assetPath.startswith("vault:"):
            return assetPath
        return str(anchorAssetPath).rpartition("/")[0] + "/" + assetPath.removeprefix("./")

    def _Resolve(self, assetPath):
        revisions = [one.number for one in self.GetCurrentContext().Get() if isinstance(one, Revision)]
        asked.append(("resolve", assetPath, revisions))
        if "raises" in assetPath:
            raise KeyError(assetPath)
        if "number" in assetPath:
            return 5
        return Ar.ResolvedPath(assetPath) if assetPath in SCENES or "broken" in assetPath else None

    def _OpenAsset(self, resolvedPath):
        asked.append(("open", str(resolvedPath)))
        if "broken" in str(resolvedPath):
            raise OSError("the vault is locked")
        return SCENES.get(str(resolvedPath))

    def _GetAssetInfo(self, assetPath, resolvedPath):
        info = Ar.AssetInfo()
        info.version = "7"
        return info

    def _GetModificationTimestamp(self, assetPath, resolvedPath):
        return Ar.Timestamp(12.5)


class Unfinished(Ar.Resolver):
    def __init__(self):
        raise RuntimeError("no vault today")
'''


def plugin(folder, types, name="vault_plugin", source=PLUGIN, kind="python", **more):
    """A folder with a module and the plugInfo file that declares it."""
    folder = pathlib.Path(folder)
    (folder / f"{name}.py").write_text(source)
    (folder / "plugInfo.json").write_text(json.dumps({"Plugins": [{"Type": kind, "Name": name, "Info": {"Types": types}, **more}]}))
    return str(folder)


def python(source, *, plugins=None, path=None):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, [path, os.environ.get("PYTHONPATH", "")])))
    if plugins:
        environment["PXR_PLUGINPATH_NAME"] = plugins
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(source)], capture_output=True, text=True, timeout=120,
                          env=environment)
    return f"{done.stdout}{done.stderr}exit code {done.returncode}"


class Resolvers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()

    def test_one_that_a_plug_info_file_declares_serves_its_scheme(self):
        plugins = plugin(self.folder, {"vault_plugin.VaultResolver": {"bases": ["ArResolver"], "uriSchemes": ["vault"]}})
        said = python("""
            from strata import Ar, Usd
            import sys
            stage = Usd.Stage.Open("vault:shot/root.usda")
            print(stage.GetAttributeAtPath("/Root.legs").Get(), stage.GetRootLayer().identifier)
            print(stage.GetAttributeAtPath("/Root.a").Get().resolvedPath)
            print(Ar.GetRegisteredURISchemes())
            resolver = Ar.GetResolver()
            print(resolver.Resolve("vault:shot/x.png"), resolver.OpenAsset(resolver.Resolve("vault:shot/x.png")).GetBuffer())
            print(resolver.GetAssetInfo("vault:shot/x.png", "vault:shot/x.png").version)
            print(sorted(layer.identifier for layer in stage.GetUsedLayers() if not layer.anonymous))
            print(("identifier", "./parts/chair.usda", "vault:shot/root.usda") in sys.modules["vault_plugin"].asked)
        """, plugins=plugins, path=plugins)
        self.assertEqual(said, textwrap.dedent("""\
            4 vault:shot/root.usda
            vault:shot/x.png
            ['vault']
            vault:shot/x.png b'picture'
            7
            ['vault:shot/parts/chair.usda', 'vault:shot/root.usda']
            True
            exit code 0"""))

    def test_one_may_be_registered_while_a_program_runs(self):
        plugins = plugin(self.folder, {"vault_plugin.VaultResolver": {"bases": ["ArResolver"], "uriSchemes": ["vault"]}})
        said = python(f"""
            from strata import Ar, Plug, Tf, Usd
            before = Usd.Stage.CreateInMemory()
            changes = []
            key = Tf.Notice.RegisterGlobally(Ar.Notice.ResolverChanged, lambda notice, sender: changes.append(notice))
            print([one.name for one in Plug.Registry().RegisterPlugins({plugins!r})], len(changes))
            stage = Usd.Stage.Open("vault:shot/root.usda")
            print(stage.GetAttributeAtPath("/Root.legs").Get())
            import vault_plugin
            Ar.RegisterResolver(vault_plugin.VaultResolver(), ["second-vault"])
            print(Ar.GetRegisteredURISchemes())
            for wrong in (lambda: Ar.RegisterResolver(object(), "x2"), lambda: Ar.RegisterResolver(vault_plugin.VaultResolver(), "1:")):
                try:
                    wrong()
                except (TypeError, Tf.ErrorException) as error:
                    print(type(error).__name__)
        """, path=plugins)
        self.assertEqual(said, "['vault_plugin'] 1\n4\n['second-vault', 'vault']\nTypeError\nErrorException\nexit code 0")

    def test_contexts_of_its_own_reach_it(self):
        plugins = plugin(self.folder, {"vault_plugin.VaultResolver": {"bases": ["ArResolver"], "uriSchemes": ["vault"]}})
        said = python("""
            from strata import Ar, Usd
            import vault_plugin
            context = Ar.ResolverContext([vault_plugin.Revision(31), Ar.DefaultResolverContext(["/tmp"])])
            stage = Usd.Stage.Open("vault:shot/root.usda", context)
            print({one[2][0] for one in vault_plugin.asked if one[0] == "resolve"})
            print([type(one).__name__ for one in stage.GetPathResolverContext().Get()])
            with Ar.ResolverContextBinder(context):
                Ar.GetResolver().Resolve("vault:shot/x.png")
            print(vault_plugin.asked[-1])
        """, plugins=plugins, path=plugins)
        self.assertEqual(said, "{31}\n['DefaultResolverContext', 'Revision']\n('resolve', 'vault:shot/x.png', [31])\nexit code 0")

    def test_what_it_raises_is_a_diagnostic(self):
        plugins = plugin(self.folder, {"vault_plugin.VaultResolver": {"bases": ["ArResolver"], "uriSchemes": ["vault"]}})
        said = python("""
            import warnings
            from strata import Tf, Usd
            for path in ("vault:broken.usda", "vault:raises.usda"):
                with warnings.catch_warnings(record=True) as warned:
                    warnings.simplefilter("always")
                    try:
                        Usd.Stage.Open(path)
                    except Tf.ErrorException as error:
                        print(type(error).__name__, "locked" in str(error))
                    print(any("VaultResolver failed to resolve" in str(one.message) for one in warned))
            stage = Usd.Stage.CreateInMemory()
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                stage.DefinePrim("/A").GetReferences().AddReference("vault:raises.usda")
            print("KeyError" in str(warned[0].message), bool(stage.GetPrimAtPath("/A")))
            warnings.simplefilter("error")
            stage.DefinePrim("/B").GetReferences().AddReference("vault:raises.usda")
            print(bool(stage.GetPrimAtPath("/B")))
        """, plugins=plugins, path=plugins)
        self.assertTrue(said.endswith("exit code 0"), said)
        self.assertEqual([line for line in said.splitlines() if line.startswith(("Err", "True", "False"))],
                         ["ErrorException True", "False", "ErrorException False", "True", "True True", "True"], said)

    def test_a_declaration_that_cannot_be_used_is_warned_of(self):
        types = {"vault_plugin.Unfinished": {"bases": ["ArResolver"], "uriSchemes": ["later"]},
                 "vault_plugin.NotThere": {"bases": ["ArResolver"], "uriSchemes": ["never"]},
                 "vault_plugin.VaultResolver": {"bases": ["ArResolver"], "uriSchemes": ["v"]}}
        plugins = plugin(self.folder, types)
        said = python("""
            from strata import Ar, Usd
            Usd.Stage.CreateInMemory()
            print(Ar.GetRegisteredURISchemes())
        """, plugins=plugins, path=plugins)
        for words in ("no vault today", "NotThere", "cannot be the scheme of a URI", "[]", "exit code 0"):
            self.assertIn(words, said)

    def test_one_without_schemes_is_asked_first_and_may_pass_on(self):
        source = PLUGIN + textwrap.dedent("""
            class Library(Ar.Resolver):
                def _Resolve(self, assetPath):
                    return super()._Resolve(assetPath.replace("$LIBRARY", FOLDER))
                def _IsContextDependentPath(self, assetPath):
                    return False
        """) + f"FOLDER = {self.folder!r}\n"
        pathlib.Path(self.folder, "part.usda").write_text('#usda 1.0\n(defaultPrim = "P")\ndef "P" {\n int x = 3\n}\n')
        plugins = plugin(self.folder, {"vault_plugin.Library": {"bases": ["ArResolver"]}}, source=source)
        said = python(f"""
            from strata import Usd
            stage = Usd.Stage.CreateNew({self.folder!r} + "/root.usda")
            stage.DefinePrim("/A").GetReferences().AddReference("$LIBRARY/part.usda")
            print(stage.GetAttributeAtPath("/A.x").Get())
        """, plugins=plugins, path=plugins)
        self.assertEqual(said, "3\nexit code 0")

    def test_stages_and_threads_end_well_with_one(self):
        plugins = plugin(self.folder, {"vault_plugin.VaultResolver": {"bases": ["ArResolver"], "uriSchemes": ["vault"]}})
        said = python("""
            import threading
            from strata import Sdf, Usd
            stages = []
            def work():
                for number in range(3):
                    stage = Usd.Stage.CreateInMemory()
                    with Sdf.ChangeBlock():
                        for index in range(40):
                            spec = Sdf.CreatePrimInLayer(stage.GetRootLayer(), f"/A{index}")
                            spec.referenceList.Prepend(Sdf.Reference("vault:shot/root.usda"))
                    stages.append(stage.GetAttributeAtPath("/A7.legs").Get())
            threads = [threading.Thread(target=work) for _ in range(4)]
            [one.start() for one in threads]
            [one.join() for one in threads]
            print(set(stages), len(stages))
            kept = Usd.Stage.Open("vault:shot/root.usda")
        """, plugins=plugins, path=plugins)
        self.assertEqual(said, "{4} 12\nexit code 0")


class Validators(unittest.TestCase):
    def test_functions_of_a_plugin_are_validators_that_its_file_declares(self):
        folder = tempfile.mkdtemp()
        pathlib.Path(folder, "checks.py").write_text(textwrap.dedent("""
            from strata import UsdValidation

            def no_spheres(prim, times=None):
                if prim.GetTypeName() == "Sphere":
                    site = UsdValidation.ValidationErrorSite(prim.GetStage(), prim.GetPath())
                    return [UsdValidation.ValidationError("Round", UsdValidation.ValidationErrorType.Error, [site], "no spheres")]
                return []

            def raises(stage, times=None):
                raise LookupError("a validator that fails")
        """))
        info = {"Validators": {"NoSpheres": {"doc": "Spheres are not liked here.", "schemaTypes": ["UsdGeomSphere"], "keywords": ["shape"]},
                               "Raises": {"doc": "Fails."}}}
        pathlib.Path(folder, "plugInfo.json").write_text(json.dumps({"Plugins": [{"Type": "python", "Name": "checks", "Info": info}]}))
        said = python(f"""
            from strata import Plug, Usd, UsdValidation
            Plug.Registry().RegisterPlugins({folder!r})
            import checks
            registry = UsdValidation.ValidationRegistry()
            registry.RegisterPluginPrimValidator("checks:NoSpheres", checks.no_spheres)
            registry.RegisterPluginStageValidator("checks:Raises", checks.raises)
            stage = Usd.Stage.CreateInMemory()
            stage.DefinePrim("/A", "Sphere"), stage.DefinePrim("/B", "Cube")
            one = registry.GetOrLoadValidatorByName("checks:NoSpheres")
            print(one.GetMetadata().doc, [str(name) for name in one.GetMetadata().GetKeywords()])
            print([str(error.GetSites()[0].GetPrim().GetPath()) for error in UsdValidation.ValidationContext([one]).Validate(stage)])
            try:
                UsdValidation.ValidationContext([registry.GetOrLoadValidatorByName("checks:Raises")]).Validate(stage)
            except LookupError as error:
                print(error)
        """, path=folder)
        self.assertEqual(said, "Spheres are not liked here. ['shape']\n['/A']\na validator that fails\nexit code 0")


class Schemas(unittest.TestCase):
    def test_a_plugin_brings_types_that_stages_know(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "generatedSchema.usda").write_text(textwrap.dedent("""\
            #usda 1.0
            class Shelf "Shelf"
            {
                uniform token form = "flat" (allowedTokens = ["flat", "curved"])
                double width = 2.5
            }
            class "DustyAPI" (apiSchemas = [])
            {
                int dusty:grains = 7
            }
        """))
        types = {"StudioShelf": {"alias": {"UsdSchemaBase": "Shelf"}, "autoGenerated": True, "bases": ["UsdTyped"],
                                 "schemaKind": "concreteTyped"},
                 "StudioDustyAPI": {"alias": {"UsdSchemaBase": "DustyAPI"}, "autoGenerated": True, "bases": ["UsdAPISchemaBase"],
                                    "schemaKind": "singleApplyAPI"}}
        (folder / "plugInfo.json").write_text(json.dumps({"Plugins": [
            {"Type": "resource", "Name": "studio", "Root": ".", "ResourcePath": ".", "Info": {"Types": types}}]}))
        said = python("""
            from strata import Plug, Tf, Usd
            stage = Usd.Stage.CreateInMemory()
            prim = stage.DefinePrim("/A", "Shelf")
            prim.AddAppliedSchema("DustyAPI")
            print(prim.GetAttribute("width").Get(), prim.GetAttribute("dusty:grains").Get(), prim.GetAttribute("form").Get())
            print(Usd.SchemaRegistry().FindConcretePrimDefinition("Shelf").GetPropertyNames())
            print(prim.HasAPI("DustyAPI"), Plug.Registry().GetPluginWithName("studio").isResource)
        """, plugins=str(folder))
        self.assertEqual(said, "2.5 7 flat\n['form', 'width']\nTrue True\nexit code 0")


if __name__ == "__main__":
    unittest.main()

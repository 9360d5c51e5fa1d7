"""Shader prims as definitions of nodes of the registry.   (UsdShadeShaderDefUtils)"""


class ShaderDefUtils:
    """What a shader prim that defines nodes says of them."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")


class ShaderDefParserPlugin:
    """Reads definitions of nodes from files of scene description."""

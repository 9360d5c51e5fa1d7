"""Questions for nodes by what is said of them.   (SdrShaderNodeQuery)"""


class ShaderNodeQuery:
    """Conditions that nodes must meet, and the keys by whose values they are told apart."""

    def __init__(self):
        self._keys, self._tests = [], []

    def SelectDistinct(self, keys):
        self._keys += [keys] if isinstance(keys, str) else list(keys)
        return self

    def _must(self, test):
        self._tests.append(test)
        return self

    def NodeValueIs(self, key, value):
        return self._must(lambda node: node.GetDataForKey(key) == value)

    def NodeValueIsNot(self, key, value):
        return self._must(lambda node: node.GetDataForKey(key) != value)

    def NodeValueIsIn(self, key, values):
        values = list(values)
        return self._must(lambda node: node.GetDataForKey(key) in values)

    def NodeValueIsNotIn(self, key, values):
        values = list(values)
        return self._must(lambda node: node.GetDataForKey(key) not in values)

    def NodeHasValueFor(self, key):
        return self._must(lambda node: node.GetDataForKey(key) is not None)

    def NodeHasNoValueFor(self, key):
        return self._must(lambda node: node.GetDataForKey(key) is None)

    def CustomFilter(self, filter):
        return self._must(filter)

    def Run(self):
        from strata.Sdr import Registry
        return Registry().RunQuery(self)

    def _run(self, nodes):
        made = ShaderNodeQueryResult.__new__(ShaderNodeQueryResult)
        made._keys, made._groups = list(self._keys), []
        for node in nodes:
            if not all(test(node) for test in self._tests):
                continue
            values = [node.GetDataForKey(key) for key in self._keys]
            group = next((one for one in made._groups if one[0] == values), None)
            if group is None:
                group = (values, [])
                made._groups.append(group)
            group[1].append(node)
        return made


class ShaderNodeQueryResult:
    """The nodes that were found, by the values that tell them apart."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    def GetKeys(self):
        return list(self._keys)

    def GetValues(self):
        return [list(values) for values, _ in self._groups] if self._keys else []

    def GetStringifiedValues(self):
        return [["" if value is None else str(value) for value in values] for values, _ in self._groups] if self._keys else []

    def GetShaderNodesByValues(self):
        return [list(nodes) for _, nodes in self._groups] if self._keys else []

    def GetAllShaderNodes(self):
        return [node for _, nodes in self._groups for node in nodes]


class ShaderNodeQueryUtils:
    """What is made of results."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    @staticmethod
    def GroupQueryResults(result):
        """Dictionaries in dictionaries, by the values of the keys, down to nodes."""
        out = {}
        for values, nodes in zip(result.GetStringifiedValues(), result.GetShaderNodesByValues()):
            inside = out
            for value in values[:-1]:
                inside = inside.setdefault(value, {})
            inside.setdefault(values[-1], []).extend(nodes)
        return out


for _one in (ShaderNodeQuery, ShaderNodeQueryResult, ShaderNodeQueryUtils):
    _one.__module__ = "strata.Sdr"

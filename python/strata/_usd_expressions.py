"""Collections as path expressions.   (Usd.CollectionAPI)"""
import warnings as _warnings

from strata import _schemas
from strata._core.Sdf import Path
from strata.Sdf import PathExpression as _Expression

_DEEPEST = 256  # expressions that refer to expressions


def ComputePathExpressionFromCollectionMembershipQueryRuleMap(ruleMap):
    """The expression that matches what a map of rules includes."""
    rules = {Path(path) if isinstance(path, str) else path: rule for path, rule in ruleMap.items()}
    subtrees, named, left_out = _Expression(), [], []
    for path in sorted(rules):
        rule = rules[path]
        is_subtree = rule in ("expandPrims", "expandPrimsAndProperties")
        if rule == "exclude" and not path.IsPropertyPath():
            if _is_expanding(_rule_above(rules, path)):
                subtrees = _Expression.MakeOp(_Expression.Difference, subtrees, _Expression(_below(path)))
        elif rule == "exclude":
            left_out.append(_Expression.MakeAtom(path))
        elif not is_subtree or path.IsPropertyPath():
            named.append(_Expression.MakeAtom(path))
        elif _rule_above(rules, path) != rule:
            found = _subtree(path, rule)
            subtrees = _Expression.MakeOp(_Expression.Union, subtrees, found) if not subtrees.IsEmpty() else found
    if left_out and not subtrees.IsEmpty():
        subtrees = _Expression.MakeOp(_Expression.Intersection, _Expression.MakeComplement(_any_of(left_out)), subtrees)
    return _any_of(named + ([subtrees] if not subtrees.IsEmpty() else []))


def _is_expanding(rule):
    return rule in ("expandPrims", "expandPrimsAndProperties")


def _rule_above(rules, path):
    """That of the nearest path above which has one; None where there is none."""
    while path != Path.absoluteRootPath:
        path = path.GetParentPath()
        if path in rules:
            return rules[path]
    return None


def _below(path):
    return "//" if path == Path.absoluteRootPath else f"{path}//"


def _subtree(path, rule):
    if rule == "expandPrimsAndProperties":
        return _Expression(_below(path))
    properties = _Expression("//*.*")
    if path == Path.absoluteRootPath:
        return _Expression.MakeComplement(properties)
    return _Expression.MakeOp(_Expression.Difference, _Expression(_below(path)), properties)


def _any_of(expressions):
    made = _Expression()
    for number, one in enumerate(expressions):
        made = _Expression.MakeOp(_Expression.ImpliedUnion, made, one) if number else one
    return made


@_schemas.add_to("Usd", "CollectionAPI")
class _CollectionExpressions:
    def ResolveCompleteMembershipExpression(self):
        """What the collection's expression says, absolute and with the expressions that it refers to in it. A reference to a
        collection that is not there, or that leads back here, matches nothing, with a warning."""
        return _resolved(self, [])


def _resolved(collection, around):
    expression = collection.GetMembershipExpressionAttr().Get()
    if expression is None:
        return _Expression()
    prim = collection.GetPrim()
    path = collection.GetCollectionPath()

    def look_up(reference):
        referred = type(collection)(prim.GetStage().GetPrimAtPath(reference.path or prim.GetPath()), reference.name)
        if not referred:
            _warnings.warn(f"There is no collection '{reference.name}' at <{reference.path or prim.GetPath()}>, to which <{path}> "
                           "refers: nothing stands in its place.", RuntimeWarning, stacklevel=4)
            return _Expression()
        if referred.GetCollectionPath() in around + [path] or len(around) > _DEEPEST:
            _warnings.warn(f"<{path}> refers to <{referred.GetCollectionPath()}>, which leads back to it: nothing stands in its "
                           "place.", RuntimeWarning, stacklevel=4)
            return _Expression()
        return _resolved(referred, around + [path])

    return expression.MakeAbsolute(prim.GetPath()).ResolveReferences(look_up)

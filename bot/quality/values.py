"""Labels as dictionary keys, so that equal ones can be counted whatever they are made of."""

from collections.abc import Hashable, Mapping, Sequence, Set
from typing import Any, Final, cast

PLAIN: Final = frozenset({str, int, float, bool, type(None)})


def frozen(value: object) -> Hashable:
    """A hashable twin of a JSON-like value: equal values give equal keys, and the key's repr does not depend on the
    order in which a set or a mapping was filled. Raises TypeError for anything else that cannot be hashed."""
    kind, held = type(value), cast("Any", value)
    # What JSON holds is told by its types alone: asked for their base classes, a million spans take half a minute.
    if kind in PLAIN:
        return value
    if kind is list:
        return tuple([one if type(one) in PLAIN else frozen(one) for one in held])
    if kind is dict and set(map(type, held)) <= {str}:
        return (dict, *[(key, frozen(held[key])) for key in sorted(held, key=repr)])
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return (dict, *sorted(((frozen(key), frozen(held)) for key, held in value.items()), key=repr))
    if isinstance(value, Set):
        return (set, *sorted((frozen(member) for member in value), key=repr))
    if isinstance(value, Sequence):
        return tuple(frozen(member) for member in value)
    hash(value)
    return value

"""Labels as dictionary keys, so that equal ones can be counted whatever they are made of."""

from collections.abc import Hashable, Mapping, Sequence, Set


def frozen(value: object) -> Hashable:
    """A hashable twin of a JSON-like value: equal values give equal keys, and the key's repr does not depend on the
    order in which a set or a mapping was filled. Raises TypeError for anything else that cannot be hashed."""
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

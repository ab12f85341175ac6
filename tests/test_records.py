"""Records are the named tuples of `typing`, but for the types of their annotations, which nobody asks for."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from cnncost import records


class Ours(records.NamedTuple):
    """A point."""

    x: int
    """Across."""
    y: dict[str, int] | None = None
    """Down."""

    @property
    def double(self) -> int:
        return 2 * self.x

    @classmethod
    def origin(cls) -> Ours:
        return cls(0)


class Theirs(typing.NamedTuple):
    """A point."""

    x: int
    """Across."""
    y: dict[str, int] | None = None
    """Down."""

    @property
    def double(self) -> int:
        return 2 * self.x

    @classmethod
    def origin(cls) -> Theirs:
        return cls(0)


OWN = {"__annotations__", "__orig_bases__"}
"""What the named tuples of `typing` have as types, and what they say of how they were made."""


def test_records_are_named_tuples() -> None:
    assert set(dir(Ours)) - OWN == set(dir(Theirs)) - OWN
    for name in ("__bases__", "__doc__", "__module__", "__match_args__", "_fields", "_field_defaults"):
        assert getattr(Ours, name) == getattr(Theirs, name), name
    assert type(Ours) is type(Theirs) is type
    assert Ours.__qualname__ == "Ours"
    assert Ours.origin() == Theirs.origin() == (0, None)
    assert repr(Ours(3, {})) == "Ours(x=3, y={})"
    assert Ours(3).double == 6
    for twin in (copy.deepcopy(Ours(3)), pickle.loads(pickle.dumps(Ours(3))), Ours(1)._replace(x=3)):
        assert isinstance(twin, Ours)
        assert twin == Ours(3)


def test_records_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Ours(3).x = 4  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Ours(3).z = 4  # type: ignore[attr-defined]


def test_records_refuse_what_they_do_not_have() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Ours()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Ours(1, z=2)  # type: ignore[call-arg]


def test_annotations_are_not_made_types_of() -> None:
    # Catches that every field of every record is compiled at every start again.
    assert Ours.__annotations__ == {"x": "int", "y": "dict[str, int] | None"}
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Theirs) == {"x": int, "y": dict[str, int] | None}

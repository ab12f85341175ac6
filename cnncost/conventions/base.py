"""What a counting convention is: a rule that turns the operations of a layer into one number called "FLOPs"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

from cnncost.conventions.catalogue import CLASSES, register, registered
from cnncost.errors import SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.graph.graph import Node
    from cnncost.layers.base.costs import Operations

Unit = Literal["FLOPs", "MACs"]


class Written(NamedTuple):
    """What a convention counts for a layer, as text."""

    formula: str
    """The rule."""
    numbers: str
    """The same with numbers for its names."""
    value: int
    """What it comes to."""


class Convention:
    """Base of all conventions. A subclass with ``name=`` is known by that name: its docstring says how it counts.

    A rule sees the whole node: the layer with its fields, and the shapes it reads and writes.
    """

    name: str = ""
    unit: Unit = "FLOPs"
    """What it counts: ``FLOPs``, or ``MACs`` where a multiply-accumulate is one."""
    flops_per_mac: int = 2
    """What one multiply-accumulate counts; the backward pass is counted by it too."""
    source: str = ""
    """Where the rule was published, or the tool and version that it is of."""
    quirks: tuple[str, ...] = ()
    """What it gets wrong or leaves out, a sentence each."""
    arithmetic: bool = True
    """Whether it counts by plain arithmetic, which runs on arrays and symbols too."""
    span: Span | None = None
    """Where its name stands, if that is in a file."""
    _shared: bool = False
    """Whether reports of others hold it, or may."""

    def __init_subclass__(cls, name: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name is not None:
            cls.name = name
            convention = cls()
            register(convention)
            convention.share()

    def share(self) -> None:
        """Let nobody change it from now on: reports hold it, and their figures were counted by it."""
        self._shared = True

    def __repr__(self) -> str:
        return f"<Convention {self.name!r} of {self.unit}>"

    def __setattr__(self, name: str, value: object) -> None:
        if self._shared:
            raise AttributeError(f"the convention {self.name!r} cannot be changed: cannot set {name!r}")
        super().__setattr__(name, value)

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        if CLASSES.get(self.name) is self:
            return registered, (self.name,)  # it stays one object in copies and pickles
        return super().__reduce_ex__(protocol)

    @property
    def about(self) -> str:
        """The rule in one line."""
        return (type(self).__doc__ or self.name).strip().splitlines()[0].rstrip(".")

    def knows(self, node: Node) -> bool:
        """Whether it has a rule for `node`, whose layer the spec defines itself."""
        return True

    def count(self, node: Node, operations: Operations, batch: int, training: bool) -> int:
        """What the forward pass of `node` counts.

        Args:
            node: the layer with its fields, and the shapes of one sample.
            operations: what really runs, for the whole batch, in training or in inference.
            batch: the number of samples.
            training: whether the layer runs in training.
        """
        raise NotImplementedError

    def written(self, node: Node, operations: Operations, batch: int, training: bool) -> Written | None:
        """The count as text; ``None`` where it is plain arithmetic, which writes itself when it runs on symbols."""
        return None


class RecordedConvention(Convention):
    """A convention whose figures were read back from a file, and whose rules are not here: it counts nothing.

    >>> RecordedConvention("mine", "MACs").unit
    'MACs'
    """

    def __init__(self, name: str, unit: Unit) -> None:
        self.name = name
        self.unit = unit
        self.share()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordedConvention) and (self.name, self.unit) == (other.name, other.unit)

    def __hash__(self) -> int:
        return hash((self.name, self.unit))

    def count(self, node: Node, operations: Operations, batch: int, training: bool) -> int:
        """Raises a SpecError: only figures that were counted before are known."""
        hint = "give the convention by its file"
        raise SpecError(f"the rules of the convention `{self.name}` are not known here", hint=hint)

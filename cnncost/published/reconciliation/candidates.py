"""The networks that a published figure may be of: the spec as it stands, and the ways in which it is often changed."""

from __future__ import annotations

import functools
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.graph.edits import LAYER_EDITS
from cnncost.importers.sources import is_imported, load
from cnncost.language import library
from cnncost.language.document.document import read_document
from cnncost.language.load import loads
from cnncost.language.request import parse_request
from cnncost.language.yaml.nodes import Scalar
from cnncost.language.yaml.reader import parse
from cnncost.published.reconciliation.tally import Tally
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnncost.graph.graph import Graph
    from cnncost.language.document.document import Document
    from cnncost.language.limits import Limits

RESOLUTIONS = (128, 160, 192, 224, 227, 240, 256, 260, 288, 299, 300, 320, 331, 380, 384, 448, 480, 512)
"""Sides of the square images that networks are published for."""

_STRIDE = 32
"""The side of the image at which Ultralytics lets THOP count: the largest stride of its detectors."""


class Change(NamedTuple):
    """One thing that is different from the spec."""

    kind: str
    """Two changes of one kind exclude each other."""
    text: str
    """For people."""
    variant: str | None = None
    """Another network of the file."""
    set: tuple[tuple[str, Any], ...] = ()
    """Variables with other values."""
    input: tuple[int, ...] | None = None
    """The shape of another image."""
    edit: str | None = None
    """One of :data:`~cnncost.graph.edits.LAYER_EDITS`."""
    scale: Fraction = Fraction(1)
    """What operations are multiplied by: the area of the image over that of a smaller one."""
    training: bool = False
    """Whether the network is trained."""

    @property
    def reloads(self) -> bool:
        """Whether the file has to be read as another network for it."""
        return self.edit is None and not self.training

    @property
    def documented(self) -> bool:
        """Whether the spec names it: one of its variants, or one of its switches."""
        return self.variant is not None or bool(self.set)


class Candidate(NamedTuple):
    """A network that may have been meant."""

    changes: tuple[str, ...]
    """What is different from the spec."""
    documented: bool
    """Whether the spec itself names all of it."""
    tally: Tally
    """What it is then."""
    training: bool
    """Whether it is trained."""
    scale: Fraction
    """What its operations are multiplied by."""


class Subject:
    """The spec that a figure was published of; its text is read once.

    Args:
        spec: as for :func:`cnncost.load`.
        settings: variables to override.
        shape: other input shapes.
        limits: how large the file and the network may be.
        arguments: what a model is made with, where it is one and not a spec.
        partial: whether operators of it that are not known become gaps.

    Raises:
        SpecError: a spec or a model that does not hold.
    """

    def __init__(
        self,
        spec: str,
        settings: Mapping[str, object],
        shape: object,
        limits: Limits,
        arguments: Mapping[str, object] | None = None,
        *,
        partial: bool = False,
    ) -> None:
        self._shape = shape
        self._limits = limits
        self._variant: str | None = None
        self._settings: dict[str, object] = dict(settings)
        self._document: Document | None = None
        self._read_spec: Callable[..., Graph]
        if arguments or partial or is_imported(spec):
            self._read_spec = functools.partial(load, spec, limits=limits, arguments=arguments, partial=partial)
        else:
            self._read_file(spec)
        self.graph = self._load(self._variant, {}, shape)
        self.tally = Tally.of(self.graph)
        self._read: dict[tuple[Change, ...], Tally | None] = {(): self.tally}
        self.layers_read = self.tally.layers

    def _read_file(self, spec: str) -> None:
        """Read the text of a spec, once for all networks that it describes."""
        request = parse_request(spec)
        place = library.find(request.spec)
        data = library.read(place, self._limits.bytes)
        self._variant = request.variant or place.variant
        self._settings = {**request.settings, **self._settings}
        self._document = read_document(parse(data, place.name, self._limits), place.name)
        self._read_spec = functools.partial(loads, data, place.name, limits=self._limits, path=place.path)

    def changes(self) -> tuple[Change, ...]:
        """Everything that may be different, one thing at a time."""
        return (
            *self._variants(),
            *self._toggles(),
            *self._resolutions(),
            *(Change(text, text, edit=text) for text in LAYER_EDITS),
            Change("mode", "in training", training=True),
        )

    def candidates(self, count: int) -> tuple[tuple[Change, ...], ...]:
        """All combinations of `count` changes that go together.

        Another network of the file is a change by itself: with a second one it would be far from what was asked.
        """
        changes = [change for change in self.changes() if count == 1 or change.variant is None]
        combined = combinations(changes, count)
        return tuple(each for each in combined if len({change.kind for change in each}) == count)

    def _load(self, variant: str | None, settings: Mapping[str, object], shape: object) -> Graph:
        settings = {**self._settings, **settings}
        named = {} if self._document is None else {"variant": variant}
        return self._read_spec(set=settings, input=shape, **named)

    def reads(self, changes: tuple[Change, ...]) -> bool:
        """Whether the file has to be read again for these changes."""
        return _reloading(changes) not in self._read

    def changed(self, changes: tuple[Change, ...]) -> Candidate | None:
        """The network with these changes; ``None`` where they do not fit it, or change nothing."""
        tally = self._network(_reloading(changes))
        for change in changes:
            tally = tally.edited(LAYER_EDITS[change.edit]) if tally and change.edit else tally
        if tally is None:
            return None
        texts, documented = tuple(change.text for change in changes), all(change.documented for change in changes)
        scale = max((change.scale for change in changes), default=Fraction(1))
        return Candidate(texts, documented, tally, any(change.training for change in changes), scale)

    def _network(self, changes: tuple[Change, ...]) -> Tally | None:
        """The file as another network, read once."""
        if changes not in self._read:
            settings = {name: value for change in changes for name, value in change.set}
            variant = next((change.variant for change in changes if change.variant), self._variant)
            shape = next((change.input for change in changes if change.input), self._shape)
            try:
                tally = Tally.of(self._load(variant, settings, shape))
            except SpecError:
                self._read[changes], self.layers_read = None, self.layers_read + self.tally.layers
            else:
                self._read[changes], self.layers_read = tally, self.layers_read + tally.layers
        return self._read[changes]

    def _variants(self) -> Iterator[Change]:
        """The other networks of the file."""
        if self._document is None:
            return
        own = self._document.name or ""
        for name in filter(None, (own, *self._document.variants)):
            if name != self.graph.name:
                yield Change("variant", f"the variant `{name}`", variant=name)

    def _toggles(self) -> Iterator[Change]:
        """Switches of the file, turned: where the stride stands, whether there are heads, or batch normalisation."""
        if self._document is None:
            return
        chosen = self._document.variants.get(self._variant or "")
        settled = {key.text: value for key, value in (chosen.settings.entries if chosen and chosen.settings else ())}
        for name, variable in self._document.variables.items():
            value = settled.get(name, variable.value)
            if name not in self._settings and isinstance(value, Scalar) and isinstance(value.value, bool):
                turned = not value.value
                yield Change(name, f"{name} = {str(turned).lower()}", set=((name, turned),))

    def _resolutions(self) -> Iterator[Change]:
        """Square images of other sizes, where the network takes one."""
        image = self.tally.image
        if image is None:
            return
        height, width = image.spatial
        if (height, width) != (_STRIDE, _STRIDE):
            scale = Fraction(height * width, _STRIDE**2)
            text = f"counted at {_STRIDE} × {_STRIDE} pixels and scaled to the image"
            yield Change("input", text, input=(image.channels, _STRIDE, _STRIDE), scale=scale)
        for side in RESOLUTIONS:
            if self._shape is None and height == width != side:
                yield Change("input", f"{side} × {side} pixels", input=(image.channels, side, side))


def _reloading(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple([change for change in changes if change.reloads])

"""What a network costs as formulas: frozen data, and functions for grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.display import displayed
from cnncost.records import NamedTuple
from cnncost.symbolic.polynomials.polynomial import Polynomial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.settings import Settings
    from cnncost.symbolic.polynomials.progressions import Condition, Steps

SCHEMA_VERSION = 1
"""Version of the JSON form."""


class Letter(NamedTuple):
    """A letter of the formulas, its present number, and what it stands for."""

    symbol: str
    """As it is written."""
    number: int | float
    """Its present number."""
    meaning: str
    """What it stands for."""


class Rounding(NamedTuple):
    """A floor or a ceiling in a formula, and the first layer whose output has it for a size."""

    floor: str
    """As it is written."""
    layer: str | None
    """The layer; ``None`` where no layer's output has that size."""


class ClosedForm(NamedTuple):
    """One figure of a network as a formula."""

    name: str
    """As in the report."""
    unit: str
    """What is counted."""
    value: int | None
    """What it is for the present numbers; ``None`` where it is not known."""
    formula: Polynomial | int | None = None
    """The figure for all numbers, with floors; ``None`` where there is no formula."""
    polynomial: Polynomial | int | None = None
    """The figure where its letters run in steps, without floors; ``None`` where it is no polynomial in any."""
    steps: Mapping[str, Steps] | None = None
    """The numbers of each letter for which the polynomial holds."""
    besides: tuple[Condition, ...] = ()
    """What must hold for the polynomial besides."""
    roundings: tuple[Rounding, ...] = ()
    """What stops the polynomial elsewhere."""
    note: str = ""
    """Why there is no formula, or no polynomial."""

    @property
    def holds(self) -> tuple[str, ...]:
        """Where the polynomial holds, in words; nothing where it does everywhere."""
        if self.polynomial is None or self.steps is None:
            return ()
        said = [f"{name} {steps}" for name, steps in self.steps.items() if (steps.first, steps.step) != (1, 1)]
        return (*said, *map(str, self.besides))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it: formulas as text, the polynomial as its terms too."""
        return {
            "name": self.name,
            "unit": self.unit,
            "value": self.value,
            "formula": written(self.formula),
            "polynomial": written(self.polynomial),
            "terms": _terms(self.polynomial),
            "holds": list(self.holds),
            "roundings": [rounding._asdict() for rounding in self.roundings],
            "note": self.note,
        }


@displayed
class ClosedForms(NamedTuple):
    """The figures of a network as formulas of some letters, and where they hold."""

    network: str
    """The network's name."""
    settings: Settings
    """How it runs; a batch that is a letter is that of the present."""
    letters: tuple[Letter, ...]
    """The letters of the formulas."""
    forms: tuple[ClosedForm, ...]
    """One for each figure that was asked for."""
    conditions: tuple[Condition, ...] = ()
    """Where the formulas hold: layers take sizes that fit them, and branch on them as they do at present."""
    warnings: tuple[str, ...] = ()
    """What the loader found odd."""

    def __repr__(self) -> str:
        letters = ", ".join(letter.symbol for letter in self.letters)
        return f"<ClosedForms of {self.network!r} in {letters}: {', '.join(form.name for form in self.forms)}>"

    def form(self, name: str) -> ClosedForm:
        """The figure of that name.

        Raises:
            KeyError: there is none.
        """
        return {form.name: form for form in self.forms}[name]

    def compile(self) -> Grid:
        """The formulas as a function of NumPy's arrays."""
        return Grid(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            "schema": SCHEMA_VERSION,
            "network": self.network,
            **self.settings.to_dict(),
            "symbols": [letter._asdict() for letter in self.letters],
            "formulas": [form.to_dict() for form in self.forms],
            "conditions": list(map(str, self.conditions)),
            "warnings": list(self.warnings),
        }


class Grid:
    """Formulas as a function: for arrays of numbers, an array of each figure.

    Args:
        forms: the formulas; those without one are left out.

    >>> from cnncost.spaces.closed_forms.find import closed_forms
    >>> grid = closed_forms("resnet50", ["batch", "resolution"], ["macs"]).compile()
    >>> grid({"B": [1, 8], "R": [224, 225]})["macs"].tolist()
    [4089184256, 37013710336]
    """

    def __init__(self, forms: ClosedForms) -> None:
        from cnncost.symbolic.polynomials.compiled import Compiled

        self.names = [form.name for form in forms.forms if form.formula is not None]
        """The figures that have a formula."""
        self._formulas = Compiled([form.formula for form in forms.forms if form.formula is not None])
        self._conditions = forms.conditions
        self._differences = Compiled([condition.difference for condition in forms.conditions])

    def __call__(self, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """The figures at every point, whether or not the formulas hold there: see :meth:`holds`.

        Args:
            numbers: for each letter its numbers, or a single one for all points.
        """
        return dict(zip(self.names, self._formulas(numbers), strict=True))

    def holds(self, numbers: Mapping[str, Any]) -> Any:
        """Where the formulas hold: an array of truths."""
        import numpy as np

        count = max(np.size(values) for values in numbers.values())
        held = np.ones(count, dtype=bool)
        for (_, relation), values in zip(self._conditions, self._differences(numbers), strict=True):
            held &= {">": values > 0, "≥": values >= 0, "=": values == 0, "≠": values != 0}[relation]
        return held


def written(formula: Any) -> str | None:
    """A formula as text.

    >>> written(25557032), written(None)
    ('25,557,032', None)
    """
    if formula is None:
        return None
    return str(formula) if isinstance(formula, Polynomial) else f"{formula:,}"


def _terms(polynomial: Any) -> list[dict[str, Any]] | None:
    """The terms of a polynomial: each with its coefficient, as text, since it may be a fraction, and its letters."""
    if polynomial is None:
        return None
    if not isinstance(polynomial, Polynomial):
        return [{"coefficient": str(polynomial), "powers": {}}]
    return [
        {"coefficient": str(number), "powers": {str(letter): exponent for letter, exponent in powers}}
        for powers, number in polynomial.ordered()
    ]

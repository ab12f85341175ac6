"""Points drawn from a space: at random, or by Sobol's sequence, which leaves no large gaps; the same for a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.arguments import integer
from cnncost.errors import SpecError, did_you_mean, install_hint
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.spaces.expressions.arrays import Array

METHODS = ("random", "sobol")

LARGEST_SAMPLE = 10**7


class Sampling(NamedTuple):
    """How points are drawn from a space.

    >>> Sampling.checked(points=1000).to_dict()
    {'points': 1000, 'method': 'random', 'seed': 0}
    """

    points: int
    """How many."""
    method: str = "random"
    """``random``, or ``sobol`` (Sobol 1967, scrambled as Owen 1998 has it, by SciPy)."""
    seed: int = 0
    """What the generator starts from."""

    @classmethod
    def checked(cls, points: object, method: object = "random", seed: object = 0) -> Sampling:
        """The sampling with these values.

        Raises:
            SpecError: no such method, or numbers that are none.
        """
        if method not in METHODS:
            close = did_you_mean(str(method), METHODS)
            raise SpecError(f"unknown method of sampling `{str(method)[:40]}`{close}", hint="`random` or `sobol`")
        count = integer("the number of points", points, 1)
        if count > LARGEST_SAMPLE:
            raise SpecError(f"a sample has at most {LARGEST_SAMPLE:,} points, not {count:,}")
        return cls(count, str(method), integer("the seed", seed))

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return self._asdict()

    def generator(self, dimensions: int) -> Callable[[int], Array]:
        """A function that gives the next so many points of the unit cube, a row each.

        Raises:
            SpecError: SciPy is missing, or has no sequence of so many dimensions.
        """
        if self.method == "random":
            import numpy as np

            random = np.random.default_rng(self.seed)
            return lambda count: random.random((count, dimensions))
        return _sobol(dimensions, self.seed)


def _sobol(dimensions: int, seed: int) -> Callable[[int], Array]:
    try:
        from scipy.stats import qmc
    except ImportError:
        hint = f"{install_hint('scipy')}; or draw at random: `--method random`"
        raise SpecError("Sobol's sequence needs SciPy", hint=hint) from None
    if dimensions > qmc.Sobol.MAXDIM:
        raise SpecError(f"Sobol's sequence has at most {qmc.Sobol.MAXDIM:,} dimensions, not {dimensions:,}")
    sequence = qmc.Sobol(dimensions, rng=seed, bits=53)

    def draw(count: int) -> Array:
        import warnings

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The balance properties", category=UserWarning)
            return sequence.random(count)

    return draw

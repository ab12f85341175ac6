"""What layers record in common: weights that are computed at every pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.backward import quotients
from cnncost.symbolic.dims import ceil_div

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


def record_computed(tape: Tape, elements: int, sources: tuple[int, ...], name: str) -> Value:
    """So many numbers that are made of trained ones, which are repeated, and given ones beside them.

    Without trained ones they are new, and no gradient comes to them.
    """
    trained, given = sources
    numbers = tape.parameter(trained, f"{name}.original")
    if given:
        tape.buffer(given, f"{name}.given")
    if not trained:
        return tape.make(elements, tape.dtype)
    repeated = tape.run("repeat", [numbers], trained * ceil_div(elements, trained))
    return tape.run("slice", [repeated], elements, into=repeated)


def record_weight_norm(tape: Tape, elements: int, lengths: int) -> Value:
    """Weights of a direction and lengths, which are kept with the lengths that the direction has."""
    length, direction = tape.parameter(lengths, "weight.length"), tape.parameter(elements, "weight.direction")
    kept = [length, direction, tape.make(lengths, "float32")]
    return tape.run("weight_norm", [direction, length], elements, keeps=kept)


def record_spectral_norm(tape: Tape, rows: int, columns: int) -> Value:
    """Weights over their largest singular value, u W v: copies of both vectors are kept, and the value.

    CUDA's autocast has the product W v in lower precision.
    """
    weight = tape.parameter(rows * columns, "weight.original")
    for name, size in (("u", rows), ("v", columns)):
        tape.buffer(size, f"weight.{name}")
    left, right = tape.make(rows, tape.dtype), tape.make(columns, tape.dtype)
    matrix = weight
    if tape.device == "cuda":
        matrix, right = tape.lower(weight), tape.lower(right)
    image = tape.cast(tape.run("mv", [matrix], rows, keeps=[right]), tape.dtype)
    value = tape.run("vdot", [image], 1, keeps=[left])
    return tape.run("div", [weight, value], rows * columns, keeps=[weight, value], backward=quotients)

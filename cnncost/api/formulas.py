"""The figures of a network as formulas: polynomials in the batch, the size of the input, or variables of the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.api.networks import several
from cnncost.arguments import is_path, text, wrong_type
from cnncost.errors import SpecError
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cnncost.conventions import AnyConvention
    from cnncost.language.limits import Limits
    from cnncost.spaces.closed_forms.closed_form import ClosedForms


def closed_forms(
    spec: str | Path,
    letters: Iterable[str] = ("batch", "input"),
    *,
    figures: Iterable[str] = ("params", "macs", "flops", "activation_bytes"),
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Mapping[str, object] | object | None = None,  # noqa: A002 - likewise
    batch: int = 1,
    dtype: str = "float32",
    optimizer: str = "adam",
    mode: str = "infer",
    amp: str | None = None,
    convention: AnyConvention = "textbook",
    limits: Limits | None = None,
) -> ClosedForms:
    """What a network costs as formulas: with floors for all sizes, and as polynomials where there are none.

    Args:
        spec: a path or the name of a shipped architecture, settings behind an ``@`` included.
        letters: what the formulas are written in: ``batch`` is B; ``input`` one letter for each axis of the input, H
            and W; ``resolution`` one for all of them, R; and variables of the spec that are numbers.
        figures: totals, by name; ``peak_bytes`` too.
        set, input, batch: the present numbers; branches are taken as they go for these.
        dtype, optimizer, mode, amp, convention, limits: as for :func:`analyze`.

    Returns:
        the formulas, which `compile()` makes a function of NumPy's arrays.

    Raises:
        SpecError: no such spec, letter or figure; an imported model, whose sizes are those that it was exported with.

    >>> forms = closed_forms("resnet50", ["batch", "resolution"])
    >>> print(forms.form("macs").polynomial, "|", forms.form("macs").formula)  # doctest: +ELLIPSIS
    81,456·B·R² + 2,048,000·B | 9,408·B·⌈R/2⌉² + 245,760·B·⌈R/4⌉² + ...
    >>> forms.compile()({"B": 8, "R": [224, 225, 256]})["macs"].tolist()
    [32713474048, 37013710336, 42722787328]
    """
    from cnncost.spaces.requirements import require_numpy

    require_numpy()
    from cnncost.importers.sources import is_imported
    from cnncost.language.load import limits_given
    from cnncost.language.request import settings_given, shapes_given
    from cnncost.spaces.closed_forms.find import closed_forms as find

    if not is_path(spec):
        raise wrong_type("a spec", "a path or the name of a network", spec)
    if is_imported(str(spec)):
        hint = f"`cnncost import {spec}` writes a spec of it"
        raise SpecError("formulas are written of specs: the sizes of an imported model are numbers", hint=hint)
    runs = {"batch": batch, "dtype": dtype, "optimizer": optimizer, "mode": mode, "amp": amp}
    return find(
        str(spec),
        [text("a letter", name, "the name of what varies") for name in several(letters)],
        [text("a figure", name, "the name of a figure") for name in several(figures)],
        Settings.checked(**runs, convention=convention),
        set=settings_given(set),
        input=shapes_given(input),
        limits=limits_given(limits),
    )

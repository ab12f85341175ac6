"""The tasks that architectures are published for: their order, and the metric by which each is usually measured."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cnncost.published.catalogue import Entry

TASKS = {
    "classification": "which of so many classes an image is of",
    "detection": "where the things in an image are, and what they are",
    "segmentation": "what every pixel, or voxel, belongs to",
    "generation": "images made of noise, or of other images",
    "super-resolution": "an image with more pixels than it had",
    "video": "what happens in a clip",
    "audio": "what is heard, or a sound to hear",
    "points": "what a cloud of points is, or each of its points",
    "sequences": "what comes next, or what is written",
}
"""What an architecture may be for, in the order in which they are listed: the answer that it gives."""


def place(task: str | None) -> int:
    """Where a task stands in the order; one that is not among them, after all of them.

    >>> sorted(["video", "detection", "classification"], key=place)
    ['classification', 'detection', 'video']
    """
    return list(TASKS).index(task) if task in TASKS else len(TASKS)


def completed(task: str, known: Collection[str]) -> str:
    """The task that a text means: its name in any case, or a beginning that no other has.

    >>> completed("Super", TASKS), completed("se", TASKS)
    ('super-resolution', 'se')
    """
    wanted = task.lower()
    meant = [name for name in known if name == wanted] or [name for name in known if name.startswith(wanted)]
    return meant[0] if len(meant) == 1 else task


def usual_metric(entries: Iterable[Entry]) -> str | None:
    """The metric that accuracies of most architectures are of, the first of those that are equally common.

    Counted and not written down for each task: a table could only repeat what most specs say, and would stay behind
    when the next architectures bring a task its metric. ``None`` where no accuracy is published.
    """
    metrics = Counter(
        metric
        for entry in entries
        for metric in dict.fromkeys(claim.metric for claim in entry.published if claim.accuracy is not None)
    )
    return max(metrics, key=metrics.__getitem__, default=None)

"""Which step of one network is which of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.verification.comparison.steps import Step, Steps


class Alignment:
    """Which step of the one network is which of the other, as far as is known."""

    def __init__(self, ours: Steps, theirs: Steps) -> None:
        self.ours = ours
        self.theirs = theirs
        self.their_place: dict[int, int] = {}
        """The place of the other's step, by the place of ours."""
        self.our_place: dict[int, int] = {}
        """The way back."""

    def pair(self, ours: int, theirs: int) -> None:
        """Take two steps for the same."""
        self.their_place[ours] = theirs
        self.our_place[theirs] = ours

    @property
    def our_left(self) -> list[int]:
        """Our steps that have no other yet, in their order."""
        return [place for place in range(len(self.ours.steps)) if place not in self.their_place]

    @property
    def their_left(self) -> list[int]:
        """The other's steps that have none of ours yet."""
        return [place for place in range(len(self.theirs.steps)) if place not in self.our_place]

    def behind(self) -> tuple[list[int], list[int]]:
        """Of every step of ours and of the other, the last of our steps that it hangs on and that both have; or -1."""
        ours: list[int] = []
        for place, step in enumerate(self.ours.steps):
            last = max([ours[read] for read in step.reads], default=-1)
            ours.append(place if place in self.their_place else last)
        theirs: list[int] = []
        for place, step in enumerate(self.theirs.steps):
            last = max([theirs[read] for read in step.reads], default=-1)
            theirs.append(self.our_place.get(place, last))
        return ours, theirs

    def reads_alike(self, ours: int, theirs: int) -> bool:
        """Whether two steps read the same steps, all of which are known."""
        return self._alike(self.ours.steps[ours].reads, self.theirs.steps[theirs])

    def _alike(self, reads: Sequence[int], step: Step) -> bool:
        known = [self.their_place.get(read, -1) for read in reads]
        return tuple(sorted(known) if step.symmetric else known) == step.reads

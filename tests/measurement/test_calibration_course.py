"""The course of a calibration, on a stand-in clock: new cases, again what was disturbed, until the time is spent."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from cnncost.errors import SpecError
from cnncost.measurement.calibration import run
from cnncost.measurement.calibration.file import Measurements
from cnncost.measurement.calibration.reading import read_groups, summary
from cnncost.measurement.calibration.reference import Reference
from cnncost.measurement.calibration.run import FEWEST_CASES, MOST_TRIES, Course
from tests.measurement.calibrated import MACHINE, Clock, all_cases, case, reading, readings_of

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.measurement.calibration.case import Case
    from cnncost.measurement.calibration.reading import Reading


def quiet() -> Reference:
    """A reference that takes a second whenever it is timed."""
    return Reference(lambda: 1.0)


def course(path: Path, seconds: float, *, references: dict[int, list[float]] | None = None) -> tuple[Course, list[int]]:
    """A course of cases that take a second each, and the numbers of those measured.

    Args:
        path: of its measurements.
        seconds: that it may take.
        references: what the reference takes meanwhile, by number of the case and try; a second unless said.
    """
    clock, measured, left = Clock(), [], {number: list(taken) for number, taken in (references or {}).items()}

    def read(of: Case) -> Reading:
        clock.pass_(1.0)
        number = of.chain.channels
        measured.append(number)
        taken = left.get(number)
        return reading(of, reference=taken.pop(0) if taken else 1.0)

    return Course(read, Measurements(path, MACHINE), quiet(), seconds, clock=clock), measured


def test_new_cases_until_the_time_is_spent(tmp_path: Path) -> None:
    found, measured = course(tmp_path / "m.jsonl", 12.0)
    found.run(all_cases())
    assert measured == [*range(1, 13)]
    assert found.measurements.spent_seconds == 12.0


@pytest.mark.parametrize(("seconds", "cases"), [(0.0, 0), (0.1, FEWEST_CASES)])
def test_a_few_cases_in_any_time_but_none(tmp_path: Path, seconds: float, cases: int) -> None:
    found, measured = course(tmp_path / "m.jsonl", seconds)
    found.run(all_cases())
    assert len(measured) == cases


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    course(tmp_path / "m.jsonl", 12.0)[0].run(all_cases())
    found, measured = course(tmp_path / "m.jsonl", 14.0)
    found.run(all_cases())
    assert measured == [13, 14]
    found, measured = course(tmp_path / "m.jsonl", 14.0)
    found.run(all_cases())
    assert measured == []
    assert len(found.measurements.readings) == 14


def test_what_was_disturbed_is_measured_again_between_others(tmp_path: Path) -> None:
    found, measured = course(tmp_path / "m.jsonl", 11.0, references={2: [2.0]})
    found.run(all_cases())
    assert measured == [1, 2, 3, 4, 5, 2, 6, 7, 8, 9, 10]
    assert [each.reference_seconds for each in found.measurements.readings.values()] == [1.0] * 10


def test_what_is_always_disturbed_is_given_up(tmp_path: Path) -> None:
    found, measured = course(tmp_path / "m.jsonl", 100.0, references={2: [2.0, 1.5, 3.0, 9.0]})
    found.run(all_cases())
    assert measured.count(2) == MOST_TRIES
    kept = {each.case.chain.channels: each.reference_seconds for each in found.measurements.readings.values()}
    assert kept[2] == 1.5  # the best of the three


def test_the_end_is_left_to_what_was_disturbed(tmp_path: Path) -> None:
    found, measured = course(tmp_path / "m.jsonl", 40.0, references={number: [3.0] for number in range(20, 34)})
    found.run(all_cases())
    assert all(number < 34 for number in measured[-3:])  # the last tenth: nothing new
    assert len(set(measured[-3:])) == 3


def test_an_interruption_keeps_what_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    found, measured = course(path, 100.0)
    plain = found.read

    def read(of: Case) -> Reading | None:
        if len(measured) == 3:
            raise KeyboardInterrupt
        return plain(of)

    found.read = read
    with pytest.raises(KeyboardInterrupt):
        found.run(all_cases())
    assert len(Measurements(path, MACHINE).readings) == 3


def test_what_cannot_be_measured_is_left_out(tmp_path: Path) -> None:
    found, measured = course(tmp_path / "m.jsonl", 12.0)
    plain = found.read
    found.read = lambda of: None if of.chain.channels == 2 and plain(of) else plain(of)
    found.run(all_cases())
    assert 2 in measured
    assert [each.case.chain.channels for each in found.measurements.readings.values()] == [1, *range(3, 13)]


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    found, _ = course(tmp_path / "m.jsonl", 11.0)
    found.progress = lambda *told_of: told.append(told_of)
    found.run(all_cases())
    assert told[0] == ("activation of 1 x 1x4x4, float32, contiguous, infer", 0, 11)
    assert [done for _, done, _ in told] == [*range(11)]


# Groups of steps, with the reference between them.


def test_groups_that_were_disturbed_do_not_count() -> None:
    reference = Reference(readings_of(*[1.0] * 20, *[1.0, 1.0], *[5.0, 6.0], *[1.0, 1.0], then=1.0))
    parts = iter([{("forward", 1): 9.0}, {("forward", 1): 9.5}, {("forward", 1): 3.0}])
    groups = read_groups(lambda: next(parts), reference)
    # The reference took 1, 5, 1, 1 seconds: the first two groups have the slow one at their end.
    assert [group.reference_seconds for group in groups] == [1.0, 5.0]
    assert groups[0].least == {("forward", 1): 3.0}


def test_a_reading_is_the_median_of_the_least() -> None:
    reference = quiet()
    parts = iter([{("forward", 1): 3.0, "forward": 1.0}, {("forward", 1): 2.0, "forward": 1.0}, {("forward", 1): 4.0}])
    found = summary(case(), read_groups(lambda: next(parts), reference), [1])
    assert found.layers[0].forward == 3.0
    assert found.layers[0].backward is None
    assert found.optimizer_seconds is None
    assert found.spread == pytest.approx((4.0 - 3.0) / 4.0)  # of 4, 3 and 4 in all


def test_backward_and_the_optimizer_in_training() -> None:
    part = {("forward", 1): 3.0, ("backward", 1): 5.0, "optimizer": 2.0, "loss": 1.0}
    found = summary(case(mode="train"), read_groups(lambda: part, quiet()), [1])
    assert (found.layers[0].backward, found.optimizer_seconds, found.seconds) == (5.0, 2.0, 8.0)


def test_the_reference_knows_what_is_quiet() -> None:
    reference = Reference(readings_of(*[1.0, 1.2] * 10, then=1.1))
    assert reference.quiet_seconds == 1.0
    assert reference.is_quiet(1.14)
    assert not reference.is_quiet(1.16)
    assert reference.time() == 1.1


# The file of measurements.


def test_a_line_that_was_not_finished_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    Measurements(path, MACHINE).add(reading(case()))
    with path.open("a") as file:
        file.write('{"case":{"chain":{"fam')
    assert len(Measurements(path, MACHINE).readings) == 1
    Measurements(path, MACHINE).add(reading(case(2)))
    assert len(Measurements(path, MACHINE).readings) == 2


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    written = Measurements(tmp_path / "m.jsonl", MACHINE)
    for planned in islice(all_cases(), 3):
        written.add(reading(planned, 0.1 + 0.2))
    assert Measurements(tmp_path / "m.jsonl", MACHINE).readings == written.readings


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "name",
            "another, 1 thread",
            "where the device was `a processor, 1 thread`, and now it is `another, 1 thread`",
        ),
        ("torch", "2.6.0", "where PyTorch was `2.13.0`, and now it is `2.6.0`"),
        ("driver", "driver 1", "where the driver was ``, and now it is `driver 1`"),
    ],
)
def test_measurements_of_another_machine_are_not_added_to(tmp_path: Path, field: str, value: str, message: str) -> None:
    path = tmp_path / "m.jsonl"
    Measurements(path, MACHINE).add(reading(case()))
    other = MACHINE.model_copy(update={field: value})
    with pytest.raises(SpecError, match=re.escape(message)) as caught:
        Measurements(path, other)
    assert caught.value.hint == "`--again` measures anew; another `-o` keeps both"
    assert Measurements(path, other, again=True).readings == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nonsense", "m.jsonl:2 is not a measurement of `cnncost calibrate`: it is not JSON"),
        ('{"case": 1}', "m.jsonl:2 is not a measurement of `cnncost calibrate`: `case` should be"),
        ("[]", "m.jsonl:2 is not a measurement of `cnncost calibrate`: it should be"),
        ('{"dtype":"float32"}', "m.jsonl:2 is not a measurement of `cnncost calibrate`: `ceilings` is missing"),
    ],
)
def test_a_line_that_is_no_measurement(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "m.jsonl"
    Measurements(path, MACHINE)
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(SpecError, match=re.escape(message)):
        Measurements(path, MACHINE)


def test_a_date_does_not_make_another_machine(tmp_path: Path) -> None:
    Measurements(tmp_path / "m.jsonl", MACHINE).add(reading(case()))
    later = MACHINE.model_copy(update={"date": "2027-01-01"})
    assert len(Measurements(tmp_path / "m.jsonl", later).readings) == 1


def test_nothing_is_measured_where_the_time_is_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measurements = Measurements(tmp_path / "m.jsonl", MACHINE)
    for planned in islice(all_cases(), FEWEST_CASES):
        measurements.add(reading(planned).model_copy(update={"spent_seconds": 1.0}))
    monkeypatch.setattr(run, "measure_ceilings", None)
    run.measure("cpu", [], measurements, FEWEST_CASES)
    assert len(measurements.readings) == FEWEST_CASES

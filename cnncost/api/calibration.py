"""What a device does with the kinds of layers, measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.measurement.calibration.result import Calibration
    from cnncost.progress import Progress


def calibrate(path: str | Path, *, progress: Progress | None = None, **options: Any) -> Calibration:
    """Measure what a device does with the kinds of layers, and write the profile that latency is predicted with.

    The measurements go to a file beside the profile as they are made: called again, it goes on where it was.

    Args:
        path: of the profile, such as ``device.yaml``.
        progress: called with what is being measured, and how many seconds of how many are spent.
        options: the fields of :class:`~cnncost.measurement.calibration.options.CalibrationOptions`: `device`,
            `seconds`, `dtypes`, `layouts`, `modes`, `again`.

    Raises:
        SpecError: options that do not exist or cannot be measured, a profile or measurements of another device, too
            little time to measure anything, or PyTorch is not installed.
        KeyboardInterrupt: before enough was measured; what was measured is kept.

    >>> calibrate("device.yaml", device="meta")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: nothing can be timed on `meta`: its tensors hold no numbers
      = hint: measure on `cpu`
    """
    from pathlib import Path

    from cnncost.arguments import is_path, wrong_type
    from cnncost.measurement.calibration.calibrate import calibrate as calibrate_device
    from cnncost.measurement.calibration.options import CalibrationOptions
    from cnncost.progress import no_progress

    if not is_path(path):
        raise wrong_type("the profile", "a path", path)
    made = CalibrationOptions.of(**options)
    return calibrate_device(Path(path), made, progress or no_progress)

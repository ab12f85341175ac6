"""What holds for every test: one thread, and the same random examples on every machine."""

from __future__ import annotations

import os

from hypothesis import settings

# Before torch is imported, and for the processes that tests start. The networks are small and several workers run: more
# threads would wait for each other, which takes many times as long on a busy machine.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

# `pytest --hypothesis-profile=default` draws other examples every time, and remembers those that failed.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")

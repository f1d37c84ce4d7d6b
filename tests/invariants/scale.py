"""How often a suite repeats itself: CI a part of the numbers stated, `manage.py prove` all."""

import os

# A part of the stated number of runs, 0..1; `manage.py prove` asks for 1.
SCALE = float(os.environ.get("PROVE_SCALE", "0.05"))


def runs(stated: int) -> int:
    """How many of the `stated` runs to do here: at least one."""
    return max(1, round(stated * SCALE))

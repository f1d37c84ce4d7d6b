"""How often a suite repeats itself: CI a part of the numbers stated, `manage.py prove` all."""

import os

PROVING = "PROVE_SCALE" in os.environ
# A part of the stated number of runs, 0..1; `manage.py prove` asks for 1.
SCALE = float(os.environ.get("PROVE_SCALE", "0.02"))


def runs(stated: int) -> int:
    """How many of the `stated` runs to do here: at least one."""
    return max(1, round(stated * SCALE))


# How many examples Hypothesis tries where a test does not say.
EXAMPLES = max(100, runs(5000)) if PROVING else 100

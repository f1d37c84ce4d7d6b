"""Read marks as JSON from the standard input, fit, write what was found as JSON.

{"patterns": [[[1, 0, null, ...], how often], ...]}: a pattern has a place for each question, 1 for
right, 0 for wrong, null where it was not asked.
"""

import json
import sys

from quizzes.irt.fitting import fit


def main() -> None:
    json.dump(fit(json.load(sys.stdin)["patterns"]), sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()

"""A page of ours as PDF, made by a program of its own (`__main__`).

WeasyPrint and what it brings take more memory than a whole web process of ours may have, and a
page can be as long as a class is large: so it is bounded in time and memory, and ends.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from courses.refusals import Refused

SECONDS = 120
NO_LIBRARY = 3  # the program's way to say that Pango is not here
ROOT = Path(__file__).resolve().parents[3]


def pdf(html: str, *, static_url: str, folders: Sequence[str]) -> bytes:
    """The page as a tagged PDF. Raises `Refused` where it cannot be made, with what to do instead.

    `folders` are where the files behind `static_url` lie; nothing else is opened for it.
    """
    asked = json.dumps({"html": html, "static_url": static_url, "folders": list(folders)})
    try:
        made = subprocess.run(  # our own program
            [sys.executable, "-m", "quizzes.exports.printing"],
            cwd=ROOT,
            input=asked.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(
            _("The page is too long to be made a PDF in %(seconds)d seconds. %(instead)s")
            % {"seconds": SECONDS, "instead": _(INSTEAD)}
        ) from None
    if made.returncode == NO_LIBRARY:
        raise Refused(
            _(
                "This server lacks the library that PDFs are made with (Pango; on Debian: apt"
                " install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0). %(instead)s"
            )
            % {"instead": _(INSTEAD)}
        )
    if made.returncode or not made.stdout.startswith(b"%PDF"):
        raise RuntimeError(made.stderr.decode(errors="replace")[-2000:])
    return made.stdout


INSTEAD = "Print the report's page from your browser instead: it has the same look on paper."

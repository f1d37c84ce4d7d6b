"""HTML in (as JSON, with where static files lie), PDF out; nothing is fetched from anywhere."""

import json
import mimetypes
import re
import signal
import sys
from typing import Any

from quizzes.exports.printing.paper import BASE, file_of, of_charts, on_paper

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

try:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse
except (ImportError, OSError):  # it loads Pango, which is no package of Python's
    HTML, URLFetcher = None, object

NO_LIBRARY = 3
SECONDS = 120
MEMORY_BYTES = 2 * 1024**3  # of addresses, of which a tenth is used


class StaticFiles(URLFetcher):
    """Answers with static files, and refuses everything else."""

    def __init__(self, asked: dict[str, Any]) -> None:
        super().__init__()
        self.asked = asked

    def fetch(self, url: str, headers: object = None) -> Any:
        path = file_of(url, self.asked["static_url"], self.asked["folders"])
        body = path.read_bytes()
        if path.suffix == ".css":
            body = on_paper(body.decode()).encode()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body, {"Content-Type": kind})


def main() -> int:
    if HTML is None:
        return NO_LIBRARY
    asked = json.load(sys.stdin)
    if hasattr(signal, "alarm"):
        signal.alarm(SECONDS)
    if resource is not None and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    html = asked["html"]
    charts = of_charts("\n".join(on_paper(css) for css in _sheets(html, asked)))
    html = re.sub(r"(<svg\b[^>]*>)", lambda found: f"{found[1]}<style>{charts}</style>", html)
    # On a narrow column of paper a line would break before the sign.
    html = re.sub(r"(\d) %", "\\1\N{NO-BREAK SPACE}%", html)
    document = HTML(string=html, base_url=BASE, url_fetcher=StaticFiles(asked))
    sys.stdout.buffer.write(document.write_pdf(pdf_variant="pdf/ua-1"))
    return 0


def _sheets(html: str, asked: dict[str, Any]) -> list[str]:
    """The style sheets that a page names."""
    found = []
    for link in re.findall(r'<link rel="stylesheet" href="([^"]+)"', html):
        path = file_of(BASE.rstrip("/") + link, asked["static_url"], asked["folders"])
        found.append(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main())

"""A report as PDF, made by the real program.

It needs Pango and fails without: whoever runs this suite has Chromium, which brings it, and a PDF
that nobody could make would otherwise be found out by an instructor. Words are read back with
poppler's pdftotext, which not everybody has.
"""

import re
import shutil
import subprocess
import threading
import zlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.refusals import Refused
from quizzes.exports import asking
from quizzes.exports.asking import Form, Wanted, What
from quizzes.exports.printing import pdf
from quizzes.exports.printing.paper import BASE, file_of
from quizzes.reporting import analysis, telling
from quizzes.reporting.analysis import Asked
from quizzes.tasks import write_export
from tests.quizzes.reporting.test_analysis import make_class


def streams(content: bytes) -> bytes:
    """Everything that stands in a PDF, unpacked."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    unpacked = []
    for stream in found:
        try:
            unpacked.append(zlib.decompress(stream))
        except zlib.error:
            unpacked.append(stream)
    return content + b"".join(unpacked)


def words(content: bytes, path: Path) -> str:
    path.write_bytes(content)
    read = subprocess.run(
        [str(shutil.which("pdftotext")), "-layout", str(path), "-"], capture_output=True, check=True
    )
    return re.sub(r"\s+", " ", read.stdout.decode())


@pytest.mark.django_db(transaction=True)
def test_a_report_is_printed_with_its_title_its_language_and_the_numbers_of_its_page(
    ada, quiz, cohort, as_, tmp_path
):
    make_class(quiz, cohort, 5, size=25)
    wanted = Wanted(What.REPORT, Form.PDF, Asked(quiz, cohort))
    export = asking.ask(wanted, ada, now=timezone.now(), send=write_export.enqueue)
    write_export.func(export.pk)
    export.refresh_from_db()
    assert (export.state, export.fault) == ("ready", "")
    client = as_(ada)
    reply = client.get(reverse("quizzes:export", args=[cohort.pk, export.pk]))
    content = b"".join(reply.streaming_content)
    assert reply["Content-Type"] == "application/pdf"
    assert content.startswith(b"%PDF-")
    everything = streams(content)
    assert re.search(rb"/Lang\s*\(en-gb\)", everything)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in everything or b'pdfuaid:part="1"' in everything
    page = client.get(reverse("quizzes:report", args=[cohort.pk, quiz.activity.key]))
    title = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)[1].strip()
    assert title.split(":")[0].encode() in everything
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not here, so the words are not read back")
    said = words(content, tmp_path / "report.pdf")
    report = analysis.report(Asked(quiz, cohort))
    numbers = [figure.value for figure in telling.of_whole(report) if figure.value]
    numbers += [
        figure.value
        for row in telling.rows(report, report.lines)
        for name, figure in row["figures"].items()
        if name in ("facility", "discrimination")
    ]
    assert len(numbers) > 6
    assert [number for number in numbers if number not in said] == []
    assert quiz.activity.title in said
    assert "Sign out" not in said  # what leads elsewhere is not on paper


class Nosy(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)


def test_no_file_and_no_address_outside_the_static_files_is_read(tmp_path):
    static, secret = tmp_path / "static", tmp_path / "secret.txt"
    static.mkdir()
    (static / "known.txt").write_text("what may be known")
    secret.write_text("what nobody may know")
    (static / "link.txt").symlink_to(secret)
    server = HTTPServer(("127.0.0.1", 0), Nosy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    near = f"http://127.0.0.1:{server.server_port}/"
    sources = [
        "/static/known.txt",
        f"file://{secret}",
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/link.txt",
        f"{near}a.txt",
        "//127.0.0.1/b.txt",
    ]
    html = "".join(
        f'<link rel="attachment" href="{each}"><img alt="" src="{each}">'
        f'<p style="background: url({each})">x</p>'
        for each in sources
    )
    html = f"<!doctype html><html lang=en-gb><title>t</title><body>{html}</body></html>"
    content = streams(pdf(html, static_url="/static/", folders=[str(static)]))
    server.shutdown()
    server.server_close()
    assert b"what may be known" in content  # so that what follows says something
    assert b"what nobody may know" not in content
    assert Nosy.asked == []


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", f"{BASE}etc/passwd", f"{BASE}static/", f"{BASE}static/%2e%2e/x.txt",
     "http://169.254.169.254/static/x.css", f"{BASE}static//etc/passwd", "data:text/plain,x"],
)  # fmt: skip
def test_an_address_that_is_no_static_file_is_refused(address, tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "x.txt").write_text("no")
    with pytest.raises(ValueError, match="static file"):
        file_of(address, "/static/", [str(tmp_path / "static")])


def test_without_pango_it_says_what_is_missing_and_what_to_do_instead(tmp_path, monkeypatch):
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Refused, match="Print the report's page from your browser") as refused:
        pdf("<p>x</p>", static_url="/static/", folders=[])
    assert "apt install libpango-1.0-0" in str(refused.value)

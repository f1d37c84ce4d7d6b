"""Files for the desk: the same numbers as the pages, and cells that a spreadsheet reads right."""

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from courses.models import GradeColumn, Group, Record
from quizzes import jobs
from quizzes.exports import asking, contents, writing
from quizzes.exports.asking import Form, Wanted, What
from quizzes.exports.tables import Column, Holds, Table, guarded
from quizzes.models import Attempt, Export
from quizzes.questions import KINDS
from quizzes.reporting import analysis, sheets, telling
from quizzes.reporting.analysis import Asked, Which
from quizzes.sitting import attempts
from quizzes.tasks import write_export
from tests import factories
from tests.benchmarks.counting import count
from tests.factories import NOON
from tests.quizzes.reporting.test_analysis import make_class
from tests.races import at_once

pytestmark = pytest.mark.django_db


# --- Reading files back ------------------------------------------------------------------------


def read_csv(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_xlsx(content: bytes, sheet: int = 1) -> list[dict[str, str]]:
    """The rows of a sheet by their heads, each cell as its XML has it; no formula is in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    assert not list(root.iter(f"{MAIN}f"))
    rows = []
    for row in root.iter(f"{MAIN}row"):
        cells = {}
        for cell in row:
            column = re.sub(r"\d", "", cell.get("r", ""))
            texts = [text.text or "" for text in cell.iter(f"{MAIN}t")]
            value = cell.find(f"{MAIN}v")
            if texts or value is not None:
                cells[column] = texts[0] if texts else value.text
        rows.append(cells)
    heads = rows[0]
    return [{heads[column]: value for column, value in row.items()} for row in rows[1:]]


def got(client, cohort, what: str, form: str, **terms) -> bytes:
    response = client.get(reverse("quizzes:export_file", args=[cohort.pk, what, form]), terms)
    assert response.status_code == 200, response.headers
    return b"".join(response.streaming_content)


def as_number(text: str | None) -> Decimal | None:
    return None if text in (None, "") else Decimal(text)


# --- Cells -------------------------------------------------------------------------------------

# Signs, wide and small forms, after what is stripped; tabs and line ends by themselves.
FORMULAS = [
    f"{blank}{sign}{rest}"
    for blank in ("", " ", "\t", "\u00a0", "\u3000", "\u200b", "\ufeff")
    for sign in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    for rest in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x.invalid")', "SUM(A1:A9)")
] + ["\tx", "\rx", "\nx"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_text_becomes_a_formula_and_a_negative_number_stays_a_number(tmp_path, cohort, form):
    columns = [Column("-Text"), Column("Number", Holds.NUMBER)]
    rows = [[text, Decimal("-1.50")] for text in FORMULAS]
    table = Table("=Sheet/1", columns, rows, cohort.zone)
    if form == "csv":
        content = b"".join(writing.as_csv(table))
        read = [(row["'-Text"], row["Number"]) for row in read_csv(content)]
        assert read == [(guarded(text), "-1.5") for text in FORMULAS]
        assert all(text.startswith("'") for text, _number in read)
    else:
        writing.write_xlsx([table], tmp_path / "x.xlsx")
        content = (tmp_path / "x.xlsx").read_bytes()
        assert {row["Number"] for row in read_xlsx(content)} == {"-1.5"}
    assert len(FORMULAS) >= 200


@pytest.mark.parametrize(
    "text", ["Ann-Marie", "a = b", "", "'quoted'", "1-2", "100 %", "§ 5", "a; b"]
)
def test_an_ordinary_text_stays_as_it_is(text):
    assert guarded(text) == text


@given(st.lists(st.text(alphabet=";,\t\r\n\"= +-@'1", max_size=12), min_size=2, max_size=2))
@example(["x;=1+1", "0008"])
@example(["ada", 'x;"=1+1"'])
def test_no_part_of_a_text_becomes_a_formula_whatever_parts_the_cells(texts):
    table = Table("x", [Column("A"), Column("B")], [texts], ZoneInfo("UTC"))
    written = b"".join(writing.as_csv(table)).decode("utf-8-sig")
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=delimiter):
            assert [cell for cell in row if cell.strip().startswith(("=", "+", "-", "@"))] == []


def test_a_csv_is_what_spreadsheets_read_at_once(settings, cohort):
    cohort.time_zone = "Europe/Prague"
    columns = [Column("Name"), Column("At", Holds.TIME), Column("Mark", Holds.NUMBER)]
    rows = [['Novák, "Jan"\r\n', NOON, Decimal("10.00")], [None, None, Decimal("0.00001")]]
    content = b"".join(writing.as_csv(Table("x", columns, rows, cohort.zone)))
    assert content.decode() == (
        "\ufeffName,At (Europe/Prague),Mark\r\n"
        '"Novák, ""Jan""\r\n",2026-10-05 14:00:00,10\r\n'
        ",,0.00001\r\n"
    )


def test_an_xlsx_has_real_numbers_and_dates_and_a_head_that_stays(tmp_path, cohort):
    columns = [Column("Name", width=30), Column("At", Holds.TIME), Column("Share", Holds.SHARE)]
    table = Table("x", columns, [["Ben", NOON, Decimal("0.25")]], cohort.zone)
    writing.write_xlsx([table], tmp_path / "x.xlsx")
    content = (tmp_path / "x.xlsx").read_bytes()
    (row,) = read_xlsx(content)
    day = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=float(row["At (UTC)"]))
    assert (row["Name"], row["Share"]) == ("Ben", "0.25")
    assert abs(day - NOON) < timedelta(seconds=1)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet, styles = book.read("xl/worksheets/sheet1.xml"), book.read("xl/styles.xml")
    assert b'state="frozen"' in sheet
    assert b'width="30.7' in sheet
    assert b"yyyy-mm-dd hh:mm:ss" in styles


def test_a_sheet_that_is_full_is_followed_by_another(tmp_path, cohort, monkeypatch):
    monkeypatch.setattr(writing, "MOST_ROWS", 2)
    table = Table("Long", [Column("n", Holds.NUMBER)], [[n] for n in range(5)], cohort.zone)
    writing.write_xlsx([table], tmp_path / "x.xlsx")
    content = (tmp_path / "x.xlsx").read_bytes()
    read = [[row["n"] for row in read_xlsx(content, sheet)] for sheet in (1, 2, 3)]
    assert read == [["0", "1"], ["2", "3"], ["4"]]


# --- The same numbers as the pages -------------------------------------------------------------


@pytest.mark.parametrize("which", Which)
def test_marks_and_answers_are_those_that_the_report_counts(ada, quiz, cohort, as_, which):
    make_class(quiz, cohort, 3, size=20)
    asked = Asked(quiz, cohort, which)
    report = analysis.report(asked)
    client, terms = as_(ada), {"quiz": quiz.activity.key, "attempts": which.value}
    marks = read_csv(got(client, cohort, "marks", "csv", **terms))
    answers = read_csv(got(client, cohort, "responses", "csv", **terms))
    assert len([row for row in marks if row["Points"]]) == report.n
    for at, line in enumerate(report.lines, start=1):
        head = f"{at}. {line.question.key}"
        mine = [Decimal(row[head]) for row in marks if row[head]]
        assert len(mine) == line.item.n
        assert abs(float(sum(mine) / len(mine) / line.worth) - line.item.facility) < 0.005
        given = [row["Points"] for row in answers if row["Question"] == line.question.key]
        assert sorted(map(Decimal, given)) == sorted(mine)
    assert read_xlsx(got(client, cohort, "marks", "xlsx", **terms)) == [
        {name: value for name, value in row.items() if value} | times
        for row, times in zip(marks, _times(client, cohort, terms), strict=True)
    ]


def _times(client, cohort, terms):
    """The times of the XLSX, whose numbers CSV does not have."""
    rows = read_xlsx(got(client, cohort, "marks", "xlsx", **terms))
    return [{head: row[head] for head in ("Started (UTC)", "Handed in (UTC)")} for row in rows]


def test_the_item_analysis_says_what_the_page_says(ada, quiz, cohort, as_):
    make_class(quiz, cohort, 5, size=25)
    report = analysis.report(Asked(quiz, cohort))
    shown = telling.rows(report, report.lines)
    page = as_(ada).get(reverse("quizzes:report", args=[cohort.pk, quiz.activity.key]))
    rows = read_csv(got(as_(ada), cohort, "items", "csv", quiz=quiz.activity.key))
    assert len(rows) == len(shown) == 3
    for row, told in zip(rows, shown, strict=True):
        assert (row["Question"], int(row["n"])) == (told["line"].question.key, report.n)
        for head, name in (
            ("Facility", "facility"),
            ("Discrimination", "discrimination"),
            ("Discriminative efficiency", "efficiency"),
        ):
            value = told["figures"][name].value
            assert as_number(row[head]) == contents.as_number(value)
            assert value in page.content.decode()


@pytest.mark.parametrize("size", [3, 30])
def test_the_choices_are_those_of_the_questions_pages(ada, quiz, cohort, as_, size):
    make_class(quiz, cohort, 5, size=size)
    client, terms = as_(ada), {"quiz": quiz.activity.key}
    rows = read_csv(got(client, cohort, "choices", "csv", **terms))
    shown = []
    for line in analysis.report(Asked(quiz, cohort)).lines:
        place = [cohort.pk, quiz.activity.key, line.question.key]
        page = client.get(reverse("quizzes:report_question", args=place))
        for each in page.context["decisions"]:
            shown += [(line.question.key, each, choice) for choice in each["choices"]]
    assert len(rows) == len(shown) >= 9
    for row, (key, each, choice) in zip(rows, shown, strict=True):
        option, trace = choice["choice"].option, choice["choice"].trace
        assert (row["Question"], row["Choice"]) == (key, choice["words"])
        assert (int(row["Chosen by"]), int(row["n"])) == (option.chosen, option.n)
        assert as_number(row["Share"]) == contents.as_number(choice["share"])
        ends = [row[f"Share, {end} likely"] for end in ("lowest", "highest")]
        told = [float(as_number(end)) for end in ends if end]
        assert choice["share_within"] == " to ".join(f"{100 * end:.0f} %" for end in told)
        assert as_number(row["Point-biserial with the rest"]) == contents.as_number(
            choice["correlation"]
        )
        assert (row["Share of the weakest fifth"] != "") == bool(each["chart"])
        if each["chart"]:
            weakest = contents.as_number(telling.percent(trace.shares[0]))
            assert as_number(row["Share of the weakest fifth"]) == weakest
    whole = got(client, cohort, "items", "xlsx", **terms)
    assert [row["Choice"] for row in read_xlsx(whole, 3)] == [row["Choice"] for row in rows]


def test_a_user_name_of_digits_is_a_text_where_a_file_can_say_so(tmp_path, cohort):
    table = Table("x", [Column("User name")], [["007"]], cohort.zone)
    assert b"".join(writing.as_csv(table)).decode() == "\ufeffUser name\r\n007\r\n"
    writing.write_xlsx([table], tmp_path / "x.xlsx")
    assert read_xlsx((tmp_path / "x.xlsx").read_bytes()) == [{"User name": "007"}]


def test_too_few_to_tell_is_an_empty_cell(ada, quiz, cohort, as_):
    make_class(quiz, cohort, 5, size=3)
    rows = read_csv(got(as_(ada), cohort, "items", "csv", quiz=quiz.activity.key))
    assert {(row["Facility"], row["Discrimination"]) for row in rows} == {("", "")}


def test_an_answer_is_told_in_words_as_it_was_seen_and_as_it_is_stored(
    ada, ben_here, quiz, cohort, as_
):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    answer = attempts.Answer(0, lambda kind, order: kind.parse_json(order, "b"))
    attempts.save(ben_here.user, attempt.pk, answers={1: answer}, now=NOON + timedelta(seconds=40))
    attempts.submit(ben_here.user, attempt.pk, now=NOON + timedelta(minutes=2))
    first, second, _third = read_csv(
        got(as_(ada), cohort, "responses", "csv", quiz=quiz.activity.key, attempts="all")
    )
    heads = ("Student", "Question", "Version", "Answer", "As its student saw it", "Outcome",
             "As it is stored", "Points", "Out of", "Saved (UTC)",
             "Seconds after the start", "Seconds for this question")  # fmt: skip
    assert [first[head] for head in heads] == [
        "Ben Okafor", "anarchy-1", "1", "War everywhere", "b", "wrong",
        '"option-2"', "0", "1", "2026-10-05 12:00:40", "40", "40",
    ]  # fmt: skip
    assert (second["Outcome"], second["Saved (UTC)"]) == ("no answer", "")
    assert second["Seconds for this question"] == ""


def test_what_waits_for_a_person_has_no_points_yet(ada, ben_here, quiz, cohort, as_):
    factories.make_waiting_essay(ben_here, quiz.activity.module)
    terms = {"quiz": "anarchy-essay-quiz", "attempts": "all"}
    (row,) = read_csv(got(as_(ada), cohort, "responses", "csv", **terms))
    (wide,) = read_csv(got(as_(ada), cohort, "marks", "csv", **terms))
    assert (row["Outcome"], row["Points"]) == ("waits to be marked", "")
    assert (wide["Points"], wide["Per cent"], wide["1. anarchy-essay"]) == ("", "", "")
    assert row["Answer"].startswith(KINDS["essay"].samples[0].response[:20])


@pytest.mark.parametrize("what", ["gradebook", "marks", "responses", "items", "choices"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_empty_cohort_has_a_file_with_heads_alone(ada, quiz, cohort, as_, what, form):
    content = got(as_(ada), cohort, what, form, quiz=quiz.activity.key, attempts="all")
    assert (read_csv if form == "csv" else read_xlsx)(content) == []


def test_the_gradebook_says_whose_marks_of_what_weight_and_who_sees_them(
    ada, ben_here, module, quiz, questions, cohort, as_
):
    other = factories.make_quiz(module, questions, "again").activity
    type(other).objects.filter(pk=other.pk).update(title=quiz.activity.title)
    GradeColumn.objects.create(cohort=cohort, activity=other, weight=Decimal("2.5"), hidden=True)
    late = {"score": Decimal(40), "late": True, "enrolment": ben_here}
    Record.objects.create(activity=quiz.activity, override=Decimal(60), **late)
    Record.objects.create(activity=other, **late)
    first, second = f"Realism quiz ({quiz.activity.key})", "Realism quiz (again)"
    (row,) = read_csv(got(as_(ada), cohort, "gradebook", "csv"))
    assert (row["E-mail address"], row[first], row[second]) == (ben_here.user.email, "60", "40")
    assert (row["Late"], row["Decided by hand"]) == (second, f"{first} (earned 40.00)")
    page = as_(ada).get(f"/teach/{cohort.pk}/grades/").content.decode()
    assert page.count(">late<") == 1
    weights = read_xlsx(got(as_(ada), cohort, "gradebook", "xlsx"), sheet=2)
    told = [[row["Column"], row["Weight"], row["Hidden from students"]] for row in weights]
    assert told == [[first, "1", "no"], [second, "2.5", "yes"]]
    alone = read_csv(got(as_(ada), cohort, "weights", "csv"))
    assert [[row["Column"], row["Weight"], row["Hidden from students"]] for row in alone] == told


def test_who_has_left_is_in_no_file_and_a_group_is_a_part(ada, quiz, cohort, as_):
    make_class(quiz, cohort, 3, size=10)
    group = Group.objects.create(cohort=cohort, name="Monday")
    staying = [a.enrolment for a in Attempt.objects.filter(number=1).select_related("enrolment")]
    group.members.set(staying[:3])
    staying[0].withdrawn_at = NOON
    staying[0].save()
    rows = read_csv(
        got(as_(ada), cohort, "marks", "csv", quiz=quiz.activity.key, group=str(group.pk))
    )
    assert {row["Group"] for row in rows} <= {"Monday"}
    assert staying[0].user.username not in {row["User name"] for row in rows}


def write_sheets() -> None:
    for attempt in Attempt.objects.filter(sheet=""):
        attempt.sheet = sheets.of(sheets.rows([attempt.pk])[attempt.pk])
        attempt.save()


def test_as_many_queries_for_one_student_as_for_many(ada, quiz, cohort, as_):
    def queries(what: str) -> int:
        client = as_(ada)
        return count(
            lambda: got(client, cohort, what, "csv", quiz=quiz.activity.key, attempts="all")
        )[1].queries

    make_class(quiz, cohort, 1, size=1)
    write_sheets()
    few = [queries(what) for what in ("marks", "responses", "gradebook")]
    make_class(quiz, cohort, 2, size=12)
    write_sheets()
    assert [queries(what) for what in ("marks", "responses", "gradebook")] == few


# --- The page and its doors --------------------------------------------------------------------


def page_of(cohort) -> str:
    return reverse("quizzes:exports", args=[cohort.pk])


def test_a_short_file_comes_at_once(ada, quiz, cohort, as_):
    terms = {"what": "marks", "form": "csv", "quiz": quiz.activity.key, "attempts": "all"}
    response = as_(ada).post(page_of(cohort), terms)
    assert response.status_code == 302
    file = as_(ada).get(response["Location"])
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert file["Content-Disposition"] == (
        'attachment; filename="Autumn_2026_Realism_quiz_marks.csv"'
    )


def test_a_file_keeps_its_name_in_any_alphabet_and_no_name_leaves_the_head(ada, quiz, cohort, as_):
    cohort.title = 'Večer"; filename=x.exe\r\nSet-Cookie: a=b'
    cohort.save()
    file = as_(ada).get(reverse("quizzes:export_file", args=[cohort.pk, "gradebook", "csv"]))
    assert file["Content-Disposition"] == (
        "attachment; filename*=utf-8''Ve%C4%8Der_filenamex_exeSet-Cookie_ab_gradebook.csv"
    )


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"what": "report", "form": "csv"}, "comes as PDF. Choose that."),
        ({"what": "marks", "form": "csv", "quiz": ""}, "Choose the quiz that it is to be about."),
        ({"what": "everything", "form": "csv"}, "There is no such choice on this page."),
        ({"what": "gradebook", "form": "csv", "group": "77"}, "There is no such choice"),
    ],
)
def test_what_cannot_be_written_is_told_and_nothing_is_asked_for(
    ada, quiz, cohort, as_, terms, sentence
):
    response = as_(ada).post(page_of(cohort), {"quiz": quiz.activity.key, **terms})
    assert (response.status_code, Export.objects.count()) == (422, 0)
    assert sentence in response.content.decode()


def ask(cohort, quiz, by, what=What.MARKS, form=Form.CSV, now=NOON) -> Export:
    wanted = Wanted(what, form, Asked(quiz, cohort, Which.ALL))
    return asking.ask(wanted, by, now=now, send=write_export.enqueue)


def test_a_long_file_is_asked_for_and_fetched_by_its_asker_alone(
    ada, cleo, quiz, cohort, as_, monkeypatch, transactional_db
):
    make_class(quiz, cohort, 3, size=10)
    monkeypatch.setattr(asking, "AT_ONCE", 2)
    monkeypatch.setattr("quizzes.views.exports.AT_ONCE", 2)
    terms = {"quiz": quiz.activity.key, "attempts": "all"}
    direct = reverse("quizzes:export_file", args=[cohort.pk, "marks", "csv"])
    told = as_(ada).get(direct, terms, follow=True)
    assert "Press the button, and it is written in the background." in told.content.decode()
    as_(ada).post(page_of(cohort), {"what": "marks", "form": "csv", **terms})
    export = Export.objects.get()
    assert "waits for its turn" in as_(ada).get(page_of(cohort)).content.decode()
    write_export.func(export.pk)
    export.refresh_from_db()
    assert (export.state, export.done) == ("ready", export.whole)
    address = reverse("quizzes:export", args=[cohort.pk, export.pk])
    assert address in as_(ada).get(page_of(cohort)).content.decode()
    content = b"".join(as_(ada).get(address).streaming_content)
    assert len(content) == export.size
    assert content == b"".join(writing.as_csv(contents.marks(Asked(quiz, cohort, Which.ALL))))
    assert as_(cleo).get(address).status_code == 404


def test_the_list_says_that_nothing_has_changed(ada, quiz, cohort, as_):
    ask(cohort, quiz, ada, now=timezone.now())
    htmx = {"HX-Request": "true"}
    first = as_(ada).get(page_of(cohort), headers=htmx)
    assert b"<html" not in first.content
    again = {**htmx, "If-None-Match": first["ETag"]}
    assert as_(ada).get(page_of(cohort), headers=again).status_code == 304
    Export.objects.update(state="working", done=3, alive_at=timezone.now())
    assert as_(ada).get(page_of(cohort), headers=again).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_same_asked_for_twice_at_once_is_written_once(ada, quiz, cohort):
    done = at_once(*[lambda: ask(cohort, quiz, ada).pk for _ in range(4)])
    assert len(set(done)) == 1
    assert Export.objects.count() == 1
    taken = at_once(*[lambda: asking.take_up(done[0], now=NOON) for _ in range(4)])
    assert len([each for each in taken if each is not None]) == 1


def test_what_broke_off_is_taken_up_again_and_fails_in_words_at_last(ada, quiz, cohort, as_):
    export = ask(cohort, quiz, ada)
    at = NOON
    for _try in range(jobs.MOST_TRIES):
        assert asking.take_up(export.pk, now=at) is not None
        assert asking.take_up(export.pk, now=at + export.silence) is None  # somebody writes it
        at += export.silence + timedelta(seconds=1)
        asking.settle(cohort, ada, now=at, send=write_export.enqueue)
    (shown,) = asking.mine(cohort, ada)
    assert shown.state == "failed"
    assert shown.fault.startswith("It broke off twice while it was being written.")
    assert ask(cohort, quiz, ada, now=at).pk != export.pk


def test_one_that_was_only_slow_does_not_write_into_the_place_of_the_next(ada, quiz, cohort):
    export = ask(cohort, quiz, ada)
    slow = asking.take_up(export.pk, now=NOON)
    later = NOON + 2 * export.silence
    asking.settle(cohort, ada, now=later, send=write_export.enqueue)
    second = asking.take_up(export.pk, now=later)
    assert not asking.finish(slow, b"old", size=3, rows=1, now=later)
    assert asking.finish(second, b"new", size=3, rows=1, now=later)


def test_without_a_worker_the_page_says_so_and_after_an_hour_it_fails(ada, quiz, cohort, as_):
    export = ask(cohort, quiz, ada, now=timezone.now() - timedelta(minutes=5))
    assert "its background worker does not run" in as_(ada).get(page_of(cohort)).content.decode()
    Export.objects.update(made_at=timezone.now() - timedelta(hours=2))
    page = as_(ada).get(page_of(cohort)).content.decode()
    assert "It seems that no background worker runs here" in page
    export.refresh_from_db()
    assert export.state == "failed"


def test_files_are_thrown_away_after_a_week(ada, quiz, cohort):
    ask(cohort, quiz, ada)
    assert jobs.forget(Export, now=NOON + jobs.KEPT) == 0
    assert jobs.forget(Export, now=NOON + jobs.KEPT + timedelta(seconds=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_who_teaches_there_no_longer_gets_no_file(ada, quiz, cohort):
    export = ask(cohort, quiz, ada)
    ada.enrolments.update(withdrawn_at=NOON)
    write_export.func(export.pk)
    export.refresh_from_db()
    assert (export.state, export.content) == ("failed", None)
    assert "you no longer teach this cohort" in export.fault

"""The quiz report against NumPy and SciPy, from the raw rows of a generated cohort.

The oracle reads items, marks and answers row by row and knows nothing of sheets.
"""

import random
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse
from scipy import stats

from courses.models import Group, User
from quizzes import authoring
from quizzes.exports import contents
from quizzes.models import Attempt, Item, Mark, QuestionVersion, Response
from quizzes.reporting import analysis, sheets, telling
from quizzes.reporting.analysis import Asked, Which
from tests import factories
from tests.benchmarks.counting import count
from tests.factories import NOON
from tests.invariants.scale import runs
from tests.regrading import correct, sit

pytestmark = pytest.mark.django_db

KEYS = ["option-1", "option-2", "option-3"]


def make_class(quiz, cohort, seed: int, *, drawn: bool = False, size: int = 0) -> None:
    """Students with one to three attempts, marks of every fraction, some of them given twice."""
    rng = random.Random(seed)
    slots = list(quiz.slots.select_related("question__current").order_by("position"))
    for number in range(size or rng.choice([1, 2, 7, 20])):
        user = User.objects.create(username=f"s{seed}-{number}")
        enrolment = factories.enrol(user, cohort)
        if rng.random() < 0.1:
            enrolment.withdrawn_at = NOON
            enrolment.save()
        for attempt in range(1, rng.choice([1, 1, 2, 3]) + 1):
            asked = rng.sample(slots, 2) if drawn else slots
            _attempt(quiz, enrolment, attempt, asked, rng)


def _attempt(quiz, enrolment, number, slots, rng) -> None:
    attempt = Attempt.objects.create(
        quiz=quiz,
        enrolment=enrolment,
        number=number,
        state="submitted",
        started_at=NOON,
        submitted_at=NOON + timedelta(minutes=5),
        out_of=len(slots),
    )
    for place, slot in enumerate(slots, start=1):
        item = Item.objects.create(
            attempt=attempt,
            position=place,
            slot=place if len(slots) == 2 else slot.position,
            version=slot.question.current,
            order=KEYS,
            points=1,
        )
        for revision in range(1, rng.choice([1, 1, 2, 3])):
            Response.objects.create(
                item=item, revision=revision, answer=rng.choice([*KEYS, None]), saved_at=NOON
            )
        for _again in range(rng.choice([1, 1, 2])):
            score = rng.choice(["0", "1", "1", "0.5", "0.33333"])
            Mark.objects.create(item=item, version=item.version, score=score, made_at=NOON)
    rows = sheets.rows([attempt.pk])[attempt.pk]
    attempt.score = sum(row[3] for row in rows)
    if rng.random() < 0.5:  # an attempt from before there were sheets is read from its rows
        attempt.sheet = sheets.of(rows)
    attempt.save()


def raw(quiz, cohort) -> dict[int, list[tuple]]:
    """By student, (number, total, {question: mark}, {question: answer}) of each attempt."""
    of_student = defaultdict(list)
    for attempt in Attempt.objects.filter(
        quiz=quiz, enrolment__cohort=cohort, state="submitted"
    ).select_related("enrolment"):
        if attempt.enrolment.withdrawn_at is None and attempt.enrolment.role == "student":
            marks, answers = {}, {}
            for item in attempt.items.select_related("version__question"):
                key = item.version.question.key
                marks[key] = float(item.marks.order_by("-pk")[0].score)
                given = item.responses.order_by("-revision").first()
                answers[key] = given.answer if given else None
            of_student[attempt.enrolment_id].append(
                (attempt.number, sum(marks.values()), marks, answers)
            )
    return of_student


def chosen(of_student: dict[int, list[tuple]], which: Which) -> list[dict]:
    """Those that count: {"total": ..., "marks": {question: ...}, "answers": {...}}."""
    found = []
    for attempts in of_student.values():
        mine = sorted(attempts, key=lambda row: row[0])
        match which:
            case Which.FIRST:
                found.append(mine[0])
            case Which.LAST:
                found.append(mine[-1])
            case Which.BEST:
                found.append(max(mine, key=lambda row: (round(row[1], 5), -row[0])))
            case Which.ALL:
                found += mine
    return [{"total": t, "marks": m, "answers": a} for _number, t, m, a in found]


def close(found, expected) -> bool:
    if found is None:
        return not np.isfinite(expected)
    return bool(np.isclose(float(found), expected, atol=1e-8))


def alike(found: analysis.Report, rows: list[dict]) -> None:
    assert found.n == len(rows)
    if not rows:
        return
    worth = float(found.full)
    percentages = np.array([100 * row["total"] / worth for row in rows])
    assert abs(float(found.whole.mean) / 100 - percentages.mean()) < 0.01  # as shown: rounded
    for line in found.lines:
        key = line.question.key
        mine = [row for row in rows if key in row["marks"]]
        marks = np.array([row["marks"][key] for row in mine])
        rests = np.array([row["total"] - row["marks"][key] for row in mine])
        assert line.item.n == len(mine)
        assert close(line.item.facility, marks.mean())
        if len(mine) > 1:
            assert close(line.item.sd, marks.std(ddof=1))
            cov = np.cov(marks, rests)[0, 1]
            spread = marks.std(ddof=1) * np.round(rests, 9).std(ddof=1)
            assert close(line.item.discrimination, cov / spread if spread > 1e-9 else np.nan)
            most = np.cov(np.sort(marks), np.sort(rests))[0, 1]
            assert close(line.item.efficiency, cov / most if most > 1e-9 else np.nan)


def options_alike(asked: Asked, key: str, rows: list[dict]) -> None:
    detail = analysis.question(asked, key)
    mine = [row for row in rows if key in row["marks"]]
    rests = np.array([row["total"] - row["marks"][key] for row in mine])
    for choice in detail.decisions[0].choices:
        took = np.array([(row["answers"][key] or "") == choice.key for row in mine])
        assert (choice.option.chosen, choice.option.n) == (took.sum(), len(mine))
        expected = np.nan
        if 0 < took.sum() < len(took) and np.round(rests, 9).std():
            expected = stats.pearsonr(took, rests).statistic
        assert close(choice.option.point_biserial, expected)


@pytest.mark.parametrize("seed", range(runs(200)))
def test_every_number_agrees_with_the_raw_rows(quiz, cohort, questions, seed):
    make_class(quiz, cohort, seed)
    everything = raw(quiz, cohort)
    for which in Which:
        asked = Asked(quiz, cohort, which)
        rows = chosen(everything, which)
        found = analysis.report(asked)
        alike(found, rows)
        if len(rows) > 1:
            table = np.array([list(row["marks"].values()) for row in rows])
            spread = np.round(table.sum(axis=1), 9).var(ddof=1)
            alpha = 1.5 * (1 - table.var(axis=0, ddof=1).sum() / spread) if spread else np.nan
            assert close(found.reliability.alpha, alpha)
        if rows:
            options_alike(asked, questions[0].key, rows)


def test_an_attempt_is_left_out_of_a_question_it_was_not_asked(quiz, cohort):
    make_class(quiz, cohort, 2, drawn=True, size=12)
    found, rows = analysis.report(Asked(quiz, cohort)), chosen(raw(quiz, cohort), Which.FIRST)
    assert {line.item.n for line in found.lines} != {found.n}
    alike(found, rows)
    assert [line.item.effective_weight for line in found.lines] == [None, None, None]
    assert found.reliability.questions == 2  # over the places, which every attempt filled


def test_a_question_that_did_not_count_is_in_no_number(quiz, cohort, ben_here):
    attempt = sit(ben_here, quiz, "a", "a", "b")
    attempt.items.filter(position=3).update(counts=False)
    Attempt.objects.filter(pk=attempt.pk).update(sheet="", score=2, out_of=2)
    found = analysis.report(Asked(quiz, cohort))
    assert [line.question.key for line in found.lines] == ["anarchy-1", "anarchy-2"]
    assert found.percentages == {10_000: 1}


def test_those_who_were_asked_less_are_not_taken_for_weak(quiz, cohort):
    """Two alike on what counts: one was out of 2, and is brought to the scale of 3."""
    people = [factories.enrol(factories.make_user(f"p{n}"), cohort) for n in range(2)]
    sit(people[0], quiz, "a", "a", "a")
    less = sit(people[1], quiz, "a", "a", "a")
    less.items.filter(position=3).update(counts=False)
    Attempt.objects.filter(pk=less.pk).update(sheet="", score=2, out_of=2)
    found = analysis.report(Asked(quiz, cohort))
    assert found.percentages == {10_000: 2}
    assert found.lines[0].item.discrimination is None  # no spread: they did equally well
    assert found.reliability is None
    assert telling.why_no_reliability(found)


def test_the_versions_of_a_question_stand_apart(quiz, cohort, questions):
    people = [factories.enrol(factories.make_user(f"p{n}"), cohort) for n in range(3)]
    sit(people[0], quiz, "a", "a", "a")
    correct(questions[0])
    sit(people[1], quiz, "b", "a", "a")
    sit(people[2], quiz, "a", "a", "a")
    line = analysis.report(Asked(quiz, cohort)).lines[0]
    assert [(met.number, met.item.n, met.item.facility) for met in line.versions] == [
        (1, 1, 1.0),
        (2, 2, 0.5),
    ]
    assert not line.edited
    questions[0].refresh_from_db()
    questions[0].spec = {**questions[0].spec, "prompt": "Again?"}
    questions[0].save()
    authoring.publish(questions[0], now=NOON)
    assert analysis.report(Asked(quiz, cohort)).lines[0].edited


def test_a_group_is_counted_alone(quiz, cohort):
    people = [factories.enrol(factories.make_user(f"p{n}"), cohort) for n in range(3)]
    for person in people:
        sit(person, quiz, "a", "b", None)
    group = Group.objects.create(cohort=cohort, name="North")
    group.members.set(people[:2])
    found = analysis.report(Asked(quiz, cohort, group=group))
    assert (found.students, found.handed_in, found.n) == (2, 2, 2)


def test_who_waits_is_in_no_number_and_not_stood_in_for(module, lesson, cohort, ben_here):
    item = factories.make_waiting_essay(ben_here, module)
    found = analysis.report(Asked(item.attempt.quiz, cohort))
    assert (found.students, found.handed_in, found.waiting, found.n) == (1, 1, 1, 0)
    assert telling.first_line(found) == "1 of 1 handed in; nothing is marked yet."


# --- The pages ---------------------------------------------------------------------------------


def address(cohort, quiz, question="", query=""):
    name = "quizzes:report_question" if question else "quizzes:report"
    args = [cohort.pk, quiz.activity.key, *([question] if question else [])]
    return reverse(name, args=args) + query


def behind(cohort, quiz):
    return reverse("quizzes:report_attempts", args=[cohort.pk, quiz.activity.key])


def page(client, *where, query=""):
    reply = client.get(address(*where) + query)
    assert reply.status_code == 200
    return " ".join(reply.content.decode().split())


def test_the_page_of_nobody(as_, ada, cohort, quiz):
    assert "Nobody studies here now" in page(as_(ada), cohort, quiz)


def test_the_page_before_anybody_has_handed_in(as_, ada, ben, cohort, quiz):
    html = page(as_(ada), cohort, quiz)
    assert "The 1 student has not handed in yet." in html


def test_the_pages_of_one_student(as_, ada, ben_here, cohort, quiz):
    sit(ben_here, quiz, "a", "b", None)
    html = page(as_(ada), cohort, quiz)
    assert "1 of 1 handed in; the mean is 33 %. No question has the 20 attempts yet" in html
    assert "too few to tell" in html
    html = page(as_(ada), cohort, quiz, "anarchy-2")
    assert "War everywhere" in html
    assert "Log of attempt 1 of Ben Okafor" in html


def test_everybody_withdrawn(as_, ada, ben_here, cohort, quiz):
    sit(ben_here, quiz, "a", "b", None)
    ben_here.withdrawn_at = NOON
    ben_here.save()
    html = page(as_(ada), cohort, quiz)
    assert "Nobody studies here now" in html
    assert "Students who have left are in no number." in html
    assert as_(ada).get(address(cohort, quiz, "anarchy-1")).status_code == 404


def test_all_alike_and_a_question_retired_since(as_, ada, cohort, quiz, questions):
    for number in range(21):
        person = factories.enrol(factories.make_user(f"p{number}"), cohort)
        sit(person, quiz, "a", "a", "a")
    questions[0].status = "retired"
    questions[0].save()
    html = page(as_(ada), cohort, quiz)
    assert "21 of 21 handed in; the mean is 100 %, and 3 questions need a look." in html
    assert "retired" in html
    assert "It has been retired since." in page(as_(ada), cohort, quiz, "anarchy-1")


def test_a_wrong_key_is_suspected_and_leads_to_the_regrade(as_, ada, adam, cohort, quiz):
    for number in range(30):
        person = factories.enrol(factories.make_user(f"p{number}"), cohort)
        strong = "a" if number % 2 else "b"
        sit(person, quiz, "b" if number % 2 else "a", strong, strong)
    html = page(as_(ada), cohort, quiz, "anarchy-1")
    assert "Those who did well on the rest chose this option rather than the key." in html
    assert reverse("quizzes:regrade_question", args=[cohort.pk, "anarchy-1"]) in html
    assert 'id="figure-traces-question"' in html
    assert "Edit the question" not in html
    html = page(as_(ada), cohort, quiz)
    assert 'id="figure-questions"' in html
    assert 'id="figure-percentages"' in html


def test_what_everybody_gets_wrong_is_flagged(as_, ada, module, lesson, cohort, quiz):
    """Nothing correlates with anything, and still one of the two options has to be wrong."""
    pairs = factories.make_question(
        module, "pairs", kind="matching", spec=factories.sample("matching")
    )
    other = factories.make_quiz(module, [pairs], key="pairs-quiz", time_limit=None)
    for number in range(20):
        person = factories.enrol(factories.make_user(f"p{number}"), cohort)
        sit(person, quiz, "b", "a" if number % 2 else "b", "a")
        sit(person, other, None)
    html = page(as_(ada), cohort, quiz, "anarchy-1")
    assert "“War everywhere”: Far more chose this option than the key." in html
    assert "Nobody earned anything on it." in html
    assert "Nobody earned anything on it." in page(as_(ada), cohort, other, "pairs")
    first = contents.items(Asked(quiz, cohort))[0]
    row = dict(zip(first.heads, next(iter(first.rows)), strict=True))
    assert row["To look at"].startswith("“War everywhere”: Far more chose this option")


def test_the_numbers_of_the_quiz_lead_to_its_attempts(as_, ada, cohort, quiz):
    for name, tokens in (("kim", "aaa"), ("lee", "aab"), ("max", "bbb")):
        sit(factories.enrol(factories.make_user(name), cohort), quiz, *tokens)
    there = behind(cohort, quiz)
    html = page(as_(ada), cohort, quiz)
    assert f'<a href="{there}" aria-label="3 attempts: Mean">3</a>' in html
    band = f"{there}?from=60&amp;to=70"
    assert f'<a href="{band}" aria-label="60 to under 70 %: 1">' in html

    def listed(query):
        reply = as_(ada).get(there + query)
        return [str(attempt.enrolment.user) for _row, attempt, _taken in reply.context["rows"]]

    assert listed("") == ["Kim", "Lee", "Max"]
    assert listed("?sort=percentage") == ["Max", "Lee", "Kim"]
    Attempt.objects.filter(enrolment__user__name="Lee").update(submitted_at=NOON)
    Attempt.objects.exclude(enrolment__user__name="Lee").update(
        submitted_at=NOON + timedelta(hours=1)
    )
    assert listed("?sort=when")[0] == "Lee"
    assert listed("?from=60&to=70") == ["Lee"]
    assert listed("?from=90&to=100&attempts=best") == ["Kim"]
    assert listed("?from=0&to=10&timed=1&attempts=all") == ["Max"]
    for query in ("?from=x", "?from=70&to=60", "?to=101", "?sort=x", "?timed=2", "?group=9"):
        assert as_(ada).get(there + query).status_code == 404


def test_the_choice_leads_to_its_attempts(as_, ada, cohort, quiz):
    for name, token in (("kim", "a"), ("lee", "b"), ("max", None)):
        sit(factories.enrol(factories.make_user(name), cohort), quiz, token, "a", "a")
    html = page(as_(ada), cohort, quiz, "anarchy-1", query="?chose=%3Aoption-2")
    assert "Log of attempt 1 of Lee" in html
    assert "of Kim" not in html
    html = page(as_(ada), cohort, quiz, "anarchy-1", query="?chose=%3A")
    assert "Log of attempt 1 of Max" in html
    assert "of Kim" not in html
    bad = as_(ada).get(address(cohort, quiz, "anarchy-1") + "?chose=nothing")
    assert bad.status_code == 404


def test_a_version_leads_to_its_attempts(as_, ada, cohort, quiz, questions):
    people = [factories.enrol(factories.make_user(f"p{n}"), cohort) for n in range(2)]
    sit(people[0], quiz, "a", "a", "a")
    correct(questions[0])
    sit(people[1], quiz, "b", "a", "a")
    key = questions[0].key
    text = page(as_(ada), cohort, quiz, key, query="?version=2")
    assert "Those who met version 2." in text
    listed = text[text.index("The attempts behind these numbers") :]
    assert [str(person.user) in listed for person in people] == [False, True]
    assert "version 2" in text
    first, second = QuestionVersion.objects.filter(question=questions[0]).order_by("number")
    for person, version, seconds in ((people[0], first, 30), (people[1], second, 50)):
        Attempt.objects.filter(enrolment=person).update(pace=f"90\n{version.pk} {seconds}")
    line = analysis.report(Asked(quiz, cohort), anew=True).lines[0]
    assert [met.taken.median for met in line.versions] == [30, 50]
    filed = contents.items(Asked(quiz, cohort))[0]
    rows = [dict(zip(filed.heads, row, strict=True)) for row in filed.rows]
    heads = ("Version", "Counted", "n", "Attempts whose time is known")
    assert [tuple(row[head] for head in heads) for row in rows if row["Question"] == key] == [
        (2, "all versions", 2, 2),
        (1, "version 1 alone", 1, 1),
        (2, "version 2 alone", 1, 1),
    ]
    assert as_(ada).get(address(cohort, quiz, key, "?version=3")).status_code == 404


def test_typed_answers_are_counted_as_they_were_typed(as_, ada, module, lesson, cohort, ben_here):
    short = factories.make_question(
        module, "short", kind="short-text", spec=factories.sample("short-text")
    )
    quiz = factories.make_quiz(module, [short], key="typed", time_limit=None)
    sit(ben_here, quiz, "no idea at all")
    html = page(as_(ada), cohort, quiz, "short")
    assert "The most common answers" in html
    assert "no idea at all" in html
    assert "?said=no+idea+at+all#behind" in html
    for query, listed in (("?said=no+idea+at+all", True), ("?said=another", False)):
        behind = page(as_(ada), cohort, quiz, "short", query=query).split('id="behind"')[1]
        assert (str(ben_here.user) in behind) is listed


def test_essays_are_counted(as_, ada, module, lesson, cohort, ben_here):
    item = factories.make_waiting_essay(ben_here, module)
    Mark.objects.create(item=item, version=item.version, score="0.5", made_at=NOON)
    attempt = item.attempt
    Attempt.objects.filter(pk=attempt.pk).update(score=Decimal("0.5"))
    html = page(as_(ada), cohort, attempt.quiz, "anarchy-essay")
    assert "The most common answers" in html


@pytest.mark.parametrize("query", ["?attempts=none", "?group=999", "?group=x", "?sort=zzz"])
def test_terms_that_nobody_knows(as_, ada, cohort, quiz, query):
    assert as_(ada).get(address(cohort, quiz) + query).status_code == 404


def test_questions_are_sorted_by_the_address(as_, ada, ben_here, cohort, quiz):
    sit(ben_here, quiz, "b", "a", "a")
    for sort, first in (("facility", "Question number 1?"), ("-facility", "Question number 2?")):
        html = page(as_(ada), cohort, quiz, query=f"?sort={sort}")
        table = html[html.index('id="questions"') :]
        places = [table.index(f"Question number {n}?") for n in (1, 2, 3)]
        assert table.index(first) == min(places)
    assert 'aria-sort="descending"' in html


def test_those_who_teach_find_it(as_, ada, ben, cohort, quiz):
    there = f'href="{address(cohort, quiz)}"'
    course = reverse("courses:course", args=["lenses"])
    assert there in as_(ada).get(course).content.decode()
    assert (
        there
        in as_(ada).get(reverse("quizzes:module", args=[cohort.pk, "realism"])).content.decode()
    )
    timing = reverse("quizzes:timing", args=[cohort.pk, quiz.activity.key])
    assert there in as_(ada).get(timing).content.decode()
    assert there not in as_(ben).get(course).content.decode()


def test_queries_do_not_grow(as_, ada, module, lesson, cohort, questions):
    client, counts = as_(ada), []
    for size in (1, 3):
        quiz = factories.make_quiz(module, questions[:size], key=f"of-{size}", attempts_allowed=3)
        for number in range(size):
            person = factories.enrol(factories.make_user(f"q{size}-{number}"), cohort)
            for _again in range(size):
                sit(person, quiz, *["a"] * size)
        for query in ("", "?attempts=all"):
            page(client, cohort, quiz, query=query)
            counts += [
                count(lambda quiz=quiz, query=query: client.get(address(cohort, quiz) + query))[1],
                count(lambda quiz=quiz: client.get(address(cohort, quiz, "anarchy-1")))[1],
                count(lambda quiz=quiz, query=query: client.get(behind(cohort, quiz) + query))[1],
            ]
    assert counts[:6] == counts[6:]
    assert (counts[0].queries, counts[0].writes) == (7, 0)  # from what was kept
    assert (counts[1].queries, counts[1].writes) == (13, 1)  # who looked at answers is kept
    assert (counts[2].queries, counts[2].writes) == (8, 0)

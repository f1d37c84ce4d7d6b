"""The page of one student, their attempts as they saw them, and that looking changes nothing."""

import re
from decimal import Decimal

import pytest
from django.apps import apps
from django.urls import reverse

from courses import correspondence, progress
from courses.models import GradeChange, Look, Message, Note
from quizzes.desk import overview, students
from quizzes.models import Attempt, Mark
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from quizzes.times import timing
from tests import factories
from tests.factories import NOON, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def about_ben(cohort, ben_here) -> str:
    return reverse("quizzes:student", args=[cohort.pk, ben_here.pk])


def save(ben, attempt, tokens, now=None, base=0):
    answers = {
        position: Answer(base, lambda kind, order, token=token: kind.parse_json(order, token))
        for position, token in tokens.items()
    }
    attempts.save(ben, attempt.pk, answers=answers, now=now or NOON + minutes(1))


@pytest.fixture
def sat(ben, ben_here, quiz) -> Attempt:
    """Handed in: the first question right, the second wrong, the third blank."""
    attempt = attempts.start(ben_here, quiz, now=NOON)
    save(ben, attempt, {1: "a", 2: "b"})
    return attempts.submit(ben, attempt.pk, now=NOON + minutes(3))


def seen(client, cohort, attempt, **terms):
    return client.get(
        reverse("quizzes:students_attempt", args=[cohort.pk, attempt.pk]), query_params=terms
    )


def rows() -> dict[str, list]:
    """Every row of every table but the looks."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models(include_auto_created=True)
        if model is not Look and model._meta.managed
    }


# --- Looking -----------------------------------------------------------------------------------


@pytest.mark.parametrize("review", ["practice", "homework", "exam"])
def test_looking_adds_a_look_and_changes_nothing_else(
    as_, ada, ben, ben_here, quiz, cohort, about_ben, sat, review
):
    """One attempt is handed in, one is under way, and its time is long over."""
    quiz.review = review
    quiz.save()
    overdue = attempts.start(ben_here, quiz, now=NOON + minutes(10))
    save(ben, overdue, {1: "b"}, now=NOON + minutes(11))
    correspondence.say(ben_here, by=ben, body="Why?", now=NOON)
    adas = as_(ada)
    before = rows()
    assert adas.get(about_ben).status_code == 200
    for attempt in (sat, overdue):
        for terms in ({}, {"as": "staff"}):
            assert seen(adas, cohort, attempt, **terms).status_code == 200
        log = reverse("quizzes:students_log", args=[cohort.pk, attempt.pk])
        assert adas.get(log).status_code == 200
    adas.head(about_ben)
    assert rows() == before
    assert sorted(Look.objects.values_list("page", flat=True)) == sorted(
        ["student"]
        + [f"{word} {each.pk}" for word in ("attempt", "log") for each in (sat, overdue)]
    )
    sat.refresh_from_db()
    overdue.refresh_from_db()
    assert (sat.shown_at, overdue.state) == (None, Attempt.State.OPEN)


def article(content: str, position: int) -> str:
    found = re.search(
        rf'<article class="question reviewed" id="q{position}".*?</article>', content, re.DOTALL
    )
    assert found is not None
    return found[0]


@pytest.mark.parametrize("review", ["practice", "homework", "exam"])
@pytest.mark.parametrize("allowed", [1, 2])
def test_staff_read_what_the_student_reads(as_, ada, ben, quiz, cohort, sat, review, allowed):
    """Word for word, without what can be pressed."""
    quiz.review, quiz.attempts_allowed = review, allowed
    quiz.save()
    theirs = as_(ben).get(reverse("quizzes:result", args=[sat.pk])).content.decode()
    ours = seen(as_(ada), cohort, sat).content.decode()
    pressed = re.compile(r'<p class="small"><a href="[^"]*contest/">.*?</a></p>')
    for position in (1, 2, 3):
        assert article(ours, position) == pressed.sub("", article(theirs, position))
    assert ("<h1>33.33 %</h1>" in ours, "<h1>33.33 %</h1>" in theirs) == (True, True)
    main = re.search("<main.*</main>", ours, re.DOTALL)[0]
    assert ("<form" in main, "data-attempt-over" in main) == (False, False)


def test_staff_may_see_more_than_the_student(as_, ada, quiz, cohort, sat):
    quiz.review = "homework"
    quiz.save()
    theirs = article(seen(as_(ada), cohort, sat).content.decode(), 2)
    everything = article(seen(as_(ada), cohort, sat, **{"as": "staff"}).content.decode(), 2)
    assert ("✗" in theirs, "Anarchy is the lack of a ruler" in theirs) == (False, False)
    assert ("✗" in everything, "Anarchy is the lack of a ruler" in everything) == (True, True)
    assert "No authority above states" in everything


def test_an_open_attempt_stands_as_it_is(as_, ada, ben, ben_here, quiz, cohort):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    save(ben, attempt, {1: "b"})
    here = students.as_student(attempt, now=NOON + minutes(2))
    assert here.sentence == (
        "Under way: 1 of 3 questions are answered. It ends on 5 Oct 2026, 12:30."
    )
    assert [one.review.get("outcome", "") for one in here.questions] == ["", "", ""]
    assert (here.percentage, here.score, here.hidden) == (None, None, "")
    everything = students.as_staff(attempt, now=NOON + minutes(2))
    assert everything.questions[0].review["outcome"] == "wrong"
    content = seen(as_(ada), cohort, attempt).content.decode()
    assert ("<h1>Under way</h1>" in content, "Its time is over" in content) == (True, True)
    assert "War everywhere" in article(content, 1)


def test_one_at_a_time_shows_the_one_that_the_student_has(ben, ben_here, quiz):
    quiz.navigation = "sequential"
    quiz.save()
    attempt = attempts.start(ben_here, quiz, now=NOON)
    attempts.go_on(ben, attempt.pk, position=1, now=NOON)
    assert [one.position for one in students.as_student(attempt, now=NOON).questions] == [2]
    assert len(students.as_staff(attempt, now=NOON).questions) == 3


def test_students_see_who_looked_and_assistants_do_not(as_, ada, ben, cleo, cohort, about_ben, sat):
    seen(as_(cleo), cohort, sat)
    content = as_(ben).get("/courses/lenses/looks/").content.decode()
    assert ("1 look is kept." in content, "Cleo Marchetti" in content) == (True, True)
    assert "the answers of attempt 1 at Realism quiz" in content
    assert 'id="looks"' in as_(ada).get(about_ben).content.decode()
    assert 'id="looks"' not in as_(cleo).get(about_ben).content.decode()


def test_a_look_is_kept_wherever_answers_stand_beside_a_name(
    as_, ada, ben, ben_here, cohort, quiz, questions, sat
):
    ben_here.user.name = "Ben Okafor"
    ben_here.user.save()
    key, activity = questions[0].key, quiz.activity
    said = {
        f"/teach/{cohort.pk}/quizzes/{activity.key}/report/{key}/": "a list with an answer of"
        " attempt 1 at Realism quiz",
        f"/teach/{cohort.pk}/grades/{ben_here.pk}/{activity.key}/": "the mark of Realism quiz, and"
        " how it came to be",
        reverse("quizzes:policy", args=[cohort.pk, activity.key])
        + f"?student={ben_here.pk}": "the page that says what may be seen of Realism quiz",
        reverse("quizzes:export_file", args=[cohort.pk, "responses", "csv"])
        + f"?quiz={activity.key}": "a file with everybody's answers to Realism quiz",
    }
    for url in (*said, f"/teach/{cohort.pk}/grades/", f"/teach/{cohort.pk}/"):
        assert as_(ada).get(url).status_code == 200
        assert as_(ada).get(url).status_code == 200
    kept = students.looked(students.looks(ben_here), ben_here)
    assert sorted(look.page for look in kept) == sorted(said.values())
    content = as_(ben).get("/courses/lenses/looks/").content.decode()
    assert "Lists of the whole class that show marks or progress" in content


# --- The page ----------------------------------------------------------------------------------


def test_the_first_line_and_what_needs_a_look(ada, ben, ben_here, cohort, lesson, quiz, sat):
    progress.complete_lesson(ben_here, lesson.activity, now=NOON + minutes(5))
    again = attempts.start(ben_here, quiz, now=NOON + minutes(20))
    attempts.submit(ben, again.pk, now=NOON + minutes(21))
    correspondence.say(ben_here, by=ben, body="Why?", now=NOON + minutes(30))
    factories.make_contest(sat.items.get(position=2), ben_here)
    found = students.student(ben_here, now=NOON + minutes(40))
    assert found.sentence == (
        "Ben has done 2 of 2 steps. Last seen: 5 Oct 2026, 12:21. 3 things need a look."
    )
    assert [line.sentence for line in found.attention[:2]] == [
        "1 message waits to be read.",
        "Question 2 of attempt 1 at Realism quiz is contested.",
    ]
    # What worries is what the overview says.
    (needs,) = overview.needing_help(overview.read_class(cohort, now=NOON + minutes(40)))
    assert found.attention[2].sentence == needs.concerns[0].words


def test_a_student_who_has_done_nothing(as_, ada, ben_here, cohort, about_ben):
    found = students.student(ben_here, now=NOON)
    assert found.sentence == ("The course has no steps yet. Not seen yet. Nothing needs a look.")
    assert [event.sentence for event in found.events] == ["Joined the cohort"]
    assert as_(ada).get(about_ben).status_code == 200


def test_the_timeline_has_what_happened_newest_first(
    as_, ada, ben, ben_here, lesson, quiz, about_ben, sat
):
    progress.complete_lesson(ben_here, lesson.activity, now=NOON - minutes(9))
    factories.make_contest(sat.items.get(position=2), ben_here, made_at=NOON + minutes(4))
    timing.give_override(
        quiz, to=ben_here, changes={"attempts_allowed": 3}, reason="Was ill", by=ada,
        now=NOON + minutes(5),
    )  # fmt: skip
    Mark.objects.create(
        item=sat.items.get(position=2), version=sat.items.get(position=2).version, score=1, by=ada,
        reason="Two keys are right", made_at=NOON + minutes(6),
    )  # fmt: skip
    GradeChange.objects.create(
        enrolment=ben_here, activity=quiz.activity, number=1, percentage=Decimal(80), by=ada,
        reason="Spoken exam", made_at=NOON + minutes(7),
    )  # fmt: skip
    correspondence.say(ben_here, by=ada, body="See me", now=NOON + minutes(8))
    lapsed = attempts.start(ben_here, quiz, now=NOON + minutes(10))
    attempts.settle(lapsed, now=NOON + minutes(60))
    events = students.student(ben_here, now=NOON + minutes(70)).events
    assert [(event.sentence, event.detail) for event in events if event.at != NOON] == [
        ("The time of attempt 2 at Realism quiz ended; what was saved was handed in", "0 %"),
        ("Started attempt 2 at Realism quiz", ""),
        ("Ada Lindqvist wrote a message", "See me"),
        ("The grade of Realism quiz was set to 80 %", "Ada Lindqvist: Spoken exam"),
        (
            "Marked: question 2 of attempt 1 at Realism quiz, 1 of 1",
            "Ada Lindqvist: Two keys are right",
        ),
        (
            "Was given other conditions in Realism quiz: attempts 3",
            "Ada Lindqvist: Was ill",
        ),
        ("Contested question 2 of attempt 1 at Realism quiz", "It is the second."),
        ("Handed in attempt 1 at Realism quiz", "33.33 %"),
        ("Read Anarchy", ""),
    ]
    shown = as_(ada).get(about_ben, {"what": "reading"}).context["events"]
    assert [event.sentence for event in shown] == ["Joined the cohort", "Read Anarchy"]


def test_accommodations_say_why_and_how_long(as_, ada, cleo, ben_here, quiz, cohort, about_ben):
    group = timing.make_group(cohort, name="Evening", by=ada)
    timing.fill_group(group, members=[ben_here], by=ada, now=NOON)
    timing.change_time_factor(
        ben_here, factor=Decimal("1.5"), reason="Reads by ear", by=ada, now=NOON
    )
    for to, expires_at in ((ben_here, NOON + minutes(5)), (group, None)):
        timing.give_override(
            quiz, to=to, changes={"time_limit": 3600}, reason="Late bus", by=ada, now=NOON,
            expires_at=expires_at,
        )  # fmt: skip
    found = students.student(ben_here, now=NOON + minutes(10))
    assert [(one.state, one.override.group, list(one.changes)) for one in found.specials] == [
        ("holds", group, [("time limit", "1 h")]),
        ("expired", None, [("time limit", "1 h")]),
    ]
    change = reverse("quizzes:groups", args=[cohort.pk])
    for person, links in ((ada, 2), (cleo, 1)):  # one of them is the room's own
        content = as_(person).get(about_ben).content.decode()
        assert ("Reads by ear" in content, content.count(f'href="{change}"')) == (True, links)


def test_staff_write_withdraw_and_mark_as_read(as_, ada, ben, cleo, ben_here, about_ben):
    assert as_(cleo).post(about_ben, {"act": "note", "note-body": "Was ill"}).status_code == 302
    note = Note.objects.get()
    assert as_(ada).post(about_ben, {"act": "withdraw", "note": note.pk}).status_code == 302
    correspondence.say(ben_here, by=ben, body="Why?", now=NOON)
    theirs = Message.objects.get()
    sent = as_(cleo).post(about_ben, {"act": "message", "message-body": "So", "last": theirs.pk})
    assert sent.status_code == 302
    theirs.refresh_from_db()
    assert (theirs.read_at is not None, Message.objects.count()) == (True, 2)
    assert "Was ill" not in as_(ben).get("/courses/lenses/messages/").content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"act": "message", "message-body": " "},
        {"act": "note", "note-body": "x" * 4001},
        {"act": "dance"},
        {},
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(as_, ada, ben_here, about_ben, sent):
    adas = as_(ada)
    before = rows()
    answer = adas.post(about_ben, sent)
    assert (answer.status_code, "There is a problem" in answer.content.decode()) == (422, True)
    assert rows() == before
    typed = {**sent}.get("note-body")
    assert typed is None or typed in answer.content.decode()


def test_a_note_of_another_student_is_not_here(as_, ada, ben_here, cohort, about_ben):
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    note = correspondence.note(zoe, by=ada, body="x", now=NOON)
    assert as_(ada).post(about_ben, {"act": "withdraw", "note": note.pk}).status_code == 404


def test_who_has_left_stays_to_be_read(as_, ada, ben, ben_here, cohort, about_ben, sat):
    ben_here.withdrawn_at = NOON + minutes(50)
    ben_here.save()
    content = as_(ada).get(about_ben).content.decode()
    assert ("left on" in content, "cannot be written to" in content) == (True, True)
    assert "has left the cohort" in seen(as_(ada), cohort, sat).content.decode()
    answer = as_(ada).post(about_ben, {"act": "message", "message-body": "Come back"})
    assert (answer.status_code, "Write a note instead" in answer.content.decode()) == (422, True)
    assert as_(ben).get("/courses/lenses/messages/").status_code == 404


def test_an_instructor_is_no_student_here(as_, ada, cohort):
    own = ada.enrolments.get(cohort=cohort)
    assert as_(ada).get(reverse("quizzes:student", args=[cohort.pk, own.pk])).status_code == 404


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_as_often_whatever_they_did(
    as_, ada, ben, ben_here, module, lesson, questions, about_ben, django_assert_num_queries, size
):
    quizzes = [factories.make_quiz(module, questions, f"quiz-{number}") for number in range(3)]
    for number, quiz in enumerate(quizzes[:size]):
        attempt = attempts.start(ben_here, quiz, now=NOON)
        save(ben, attempt, {1: "b"})
        attempts.submit(ben, attempt.pk, now=NOON + minutes(2))
        factories.make_contest(attempt.items.get(position=1), ben_here)
        timing.give_override(
            quiz, to=ben_here, changes={"attempts_allowed": 3}, reason="Ill", by=ada, now=NOON
        )
        correspondence.say(ben_here, by=ben, body=str(number), now=NOON)
        correspondence.note(ben_here, by=ada, body=str(number), now=NOON)
        correspondence.look(ben_here, by=ada, page=f"log {attempt.pk}", now=NOON)
    adas = as_(ada)
    adas.get(about_ben)  # the look of this hour
    with django_assert_num_queries(34):
        adas.get(about_ben)
    adas.get(url := reverse("quizzes:students_attempt", args=[ben_here.cohort_id, attempt.pk]))
    with django_assert_num_queries(11):
        adas.get(url)

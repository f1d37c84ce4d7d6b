"""Starting, saving and handing in, as rules: what a student can rely on."""

from decimal import Decimal

import pytest
from django.http import Http404

from courses.models import Record
from courses.refusals import Refused
from quizzes.models import Attempt, Item, Mark, Response
from quizzes.sitting import attempts, reports
from quizzes.sitting.attempts import Answer, Closed, NotSaved, Saved
from tests.factories import NOON, minutes
from tests.regrading import correct

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(ben_here, quiz) -> Attempt:
    return attempts.start(ben_here, quiz, now=NOON, seed=1)


def choose(token: str | None, base: int | None = 0) -> Answer:
    return Answer(base, lambda kind, order: kind.parse_json(order, token))


def save(user, attempt, position, answer, now=NOON):
    return attempts.save(user, attempt.pk, answers={position: answer}, now=now)[position]


@pytest.mark.invariant("D2")
def test_starting_freezes_versions_order_points_and_deadline(attempt, questions):
    items = Item.objects.filter(attempt=attempt).select_related("version__question")
    assert [(item.position, item.version, item.order) for item in items] == [
        (place, question.current, ["option-1", "option-2", "option-3"])
        for place, question in enumerate(questions, start=1)
    ]
    assert (attempt.number, attempt.out_of, attempt.deadline, attempt.closes_at) == (
        1,
        3,
        NOON + minutes(30),
        NOON + minutes(30) + attempts.availability.GRACE,
    )


def test_starting_twice_gives_the_attempt_under_way(attempt, ben_here, quiz):
    assert attempts.start(ben_here, quiz, now=NOON + minutes(1)) == attempt
    assert Attempt.objects.count() == 1


def test_extra_time_stretches_the_limit(ben_here, quiz):
    ben_here.time_factor = Decimal(2)
    ben_here.save()
    attempt = attempts.start(ben_here, quiz, now=NOON)
    assert attempt.deadline == NOON + minutes(60)


def test_attempts_run_out(ben, ben_here, quiz):
    for _ in range(2):
        attempt = attempts.start(ben_here, quiz, now=NOON)
        attempts.submit(ben, attempt.pk, now=NOON)
    with pytest.raises(Refused, match="You have used all attempts: 2 of 2."):
        attempts.start(ben_here, quiz, now=NOON)


def test_who_teaches_does_not_start(ada, cohort, quiz):
    enrolment = ada.enrolments.get(cohort=cohort)
    with pytest.raises(Refused, match="Only students"):
        attempts.start(enrolment, quiz, now=NOON)
    assert not Attempt.objects.exists()


def test_a_cohort_that_is_over_takes_no_more_attempts(ben_here, quiz):
    ben_here.cohort.ends_on = NOON.date()
    ben_here.cohort.save()
    with pytest.raises(Refused, match="The quiz closed at 00:00 UTC"):
        attempts.start(ben_here, quiz, now=NOON + minutes(24 * 60))


def test_the_end_of_the_cohort_cuts_the_limit(ben_here, quiz):
    ben_here.cohort.ends_on = NOON.date()
    ben_here.cohort.save()
    attempt = attempts.start(ben_here, quiz, now=NOON + minutes(11 * 60 + 50))
    assert attempt.deadline == NOON + minutes(12 * 60)


def test_a_quiz_without_ready_questions_says_so_and_starts_nothing(ben_here, quiz, questions):
    questions[0].status = "retired"
    questions[0].save()
    with pytest.raises(Refused, match="Please tell your instructor"):
        attempts.start(ben_here, quiz, now=NOON)
    assert not Attempt.objects.exists()


def test_each_answer_is_kept_with_its_revision_and_time(ben, attempt):
    first = save(ben, attempt, 1, choose("b"))
    second = save(ben, attempt, 1, choose("a", base=1), now=NOON + minutes(1))
    assert (first.revision, first.shown, second.revision, second.shown) == (1, "b", 2, "a")
    assert list(
        Response.objects.values_list("item__position", "revision", "answer", "saved_at")
    ) == [(1, 1, "option-2", NOON), (1, 2, "option-1", NOON + minutes(1))]


def test_the_same_answer_again_is_acknowledged_again_and_adds_nothing(ben, attempt):
    first = save(ben, attempt, 1, choose("b"))
    again = save(ben, attempt, 1, choose("b"), now=NOON + minutes(5))
    assert again == first
    assert Response.objects.count() == 1


def test_an_answer_can_be_taken_back(ben, attempt):
    save(ben, attempt, 1, choose("b"))
    assert save(ben, attempt, 1, choose(None, base=1)).shown is None


def test_an_old_tab_cannot_overwrite_a_newer_answer(ben, attempt):
    save(ben, attempt, 1, choose("b"))
    save(ben, attempt, 1, choose("a", base=1))
    stale = save(ben, attempt, 1, choose("c", base=1))
    assert stale == NotSaved(1, "stale", attempts.STALE, revision=2, shown="a")
    assert Response.objects.count() == 2


def test_a_page_that_names_no_revision_is_refused(ben, attempt):
    assert save(ben, attempt, 1, choose("a", base=None)).reason == "malformed"
    assert not Response.objects.exists()


def test_a_malformed_answer_harms_neither_the_last_valid_one_nor_other_questions(ben, attempt):
    save(ben, attempt, 1, choose("b"))
    outcomes = attempts.save(
        ben, attempt.pk, answers={1: choose("zzz", base=1), 2: choose("a")}, now=NOON
    )
    assert isinstance(outcomes[1], NotSaved)
    assert isinstance(outcomes[2], Saved)
    shown = [question.shown for question in reports.open_questions(attempt)]
    assert shown == ["b", "a", None]


def test_an_unknown_question_is_refused_and_keeps_no_other_from_being_stored(ben, attempt):
    with pytest.raises(Refused, match="no question 9"):
        attempts.save(ben, attempt.pk, answers={9: choose("a")}, now=NOON)
    outcomes = attempts.save(ben, attempt.pk, answers={1: choose("a"), 9: choose("a")}, now=NOON)
    assert isinstance(outcomes[1], Saved)
    assert (outcomes[9].reason, outcomes[9].message) == (
        "malformed",
        "This attempt has no question 9.",
    )
    assert [row.item.position for row in Response.objects.all()] == [1]


def test_nobody_else_can_write_or_hand_in(eve, ada, attempt):
    for stranger in (eve, ada):
        with pytest.raises(Http404):
            save(stranger, attempt, 1, choose("a"))
        with pytest.raises(Http404):
            attempts.submit(stranger, attempt.pk, now=NOON)
    attempt.refresh_from_db()
    assert attempt.is_open


def test_a_withdrawn_student_is_out_at_once(ben, ben_here, attempt):
    ben_here.withdrawn_at = NOON
    ben_here.save()
    with pytest.raises(Http404):
        save(ben, attempt, 1, choose("a"))


def test_handing_in_grades_by_the_frozen_versions(ben, ben_here, attempt, quiz):
    save(ben, attempt, 1, choose("a"))
    save(ben, attempt, 2, choose("b"))
    done = attempts.submit(ben, attempt.pk, now=NOON + minutes(3))
    assert (done.state, done.submitted_at, done.score) == ("submitted", NOON + minutes(3), 1)
    assert [mark.score for mark in Mark.objects.order_by("item__position")] == [1, 0, 0]
    record = Record.objects.get(enrolment=ben_here, activity=quiz.activity)
    assert (str(record.score), record.completed_at) == ("33.33", None)


@pytest.mark.invariant("B2")
def test_handing_in_twice_changes_nothing_more(ben, attempt):
    first = attempts.submit(ben, attempt.pk, now=NOON)
    second = attempts.submit(ben, attempt.pk, now=NOON + minutes(1))
    assert (second.submitted_at, second.score) == (first.submitted_at, first.score)
    assert Mark.objects.count() == 3


@pytest.mark.invariant("B4")
def test_after_handing_in_no_answer_changes(ben, attempt):
    attempts.submit(ben, attempt.pk, now=NOON)
    with pytest.raises(Closed, match="has been handed in"):
        save(ben, attempt, 1, choose("a"))
    assert not Response.objects.exists()


@pytest.mark.invariant("C3")
def test_an_answer_within_the_grace_counts_and_one_after_it_does_not(ben, attempt):
    last = attempt.closes_at
    assert isinstance(save(ben, attempt, 1, choose("a"), now=last), Saved)
    with pytest.raises(Closed, match="Time is up"):
        save(ben, attempt, 2, choose("a"), now=last + minutes(0.01))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_at, attempt.score) == (
        "submitted",
        attempt.deadline,
        1,
    )


@pytest.mark.invariant("B6")
def test_whoever_meets_an_overdue_attempt_closes_it_once(ben, attempt):
    save(ben, attempt, 1, choose("a"))
    late = NOON + minutes(45)
    settled = attempts.settle(attempt, now=late)
    assert (settled.state, settled.score) == ("submitted", 1)
    attempts.settle(Attempt.objects.get(pk=attempt.pk), now=late + minutes(5))
    assert Mark.objects.count() == 3


def test_a_new_attempt_after_an_overdue_one_starts_afresh(ben_here, quiz, attempt):
    second = attempts.start(ben_here, quiz, now=NOON + minutes(45))
    attempt.refresh_from_db()
    assert (attempt.state, second.number) == ("submitted", 2)


def test_the_best_attempt_counts_and_passing_completes(ben, ben_here, quiz):
    scores = []
    for tokens in (("a", "a", "b"), ("b", "b", "b")):
        attempt = attempts.start(ben_here, quiz, now=NOON)
        for position, token in enumerate(tokens, start=1):
            save(ben, attempt, position, choose(token))
        scores.append(attempts.submit(ben, attempt.pk, now=NOON).score)
    record = Record.objects.get(enrolment=ben_here, activity=quiz.activity)
    assert (scores, str(record.score), record.completed_at) == ([2, 0], "66.67", NOON)


@pytest.mark.invariant("D2")
def test_editing_a_question_changes_no_attempt_under_way(ben, attempt, questions):
    corrected = correct(questions[0], right="option-2", prompt="Another text?")
    assert corrected != Item.objects.get(attempt=attempt, position=1).version
    save(ben, attempt, 1, choose("a"))
    assert attempts.submit(ben, attempt.pk, now=NOON).score == 1


def test_an_open_page_tells_nothing_of_the_key(attempt):
    page = repr(reports.open_questions(attempt))
    for secret in ("option-1", "correct", "misconception", "About", "says so", "lack of a ruler"):
        assert secret not in page


def test_a_result_shows_why_and_where_to_read(ben, attempt):
    save(ben, attempt, 1, choose("b"))
    done = attempts.submit(ben, attempt.pk, now=NOON + minutes(3))
    attempts.reveal(done.enrolment, done.quiz, now=NOON + minutes(3))
    result = reports.result(done, now=NOON + minutes(3))
    assert (str(result.percentage), result.passed) == ("0.00", False)
    proof = result.questions[0].proofs[0]
    assert (proof.url, proof.source, proof.locator) == (
        "/courses/lenses/lessons/anarchy/#anarchy",
        "Waltz 1979",
        "ch. 6",
    )
    assert proof.quote.startswith("No authority stands above states")
    assert [(row.lesson, row.questions) for row in result.read_again] == [("Anarchy", 3)]

"""The key of a quiz: hidden while one may try again, shown on request, worth nothing then."""

from decimal import Decimal

import pytest
from django.urls import reverse

from courses.models import Record
from courses.refusals import Refused
from quizzes.models import Attempt, Item, Mark, Quiz, Response, Reveal
from quizzes.seeing import revealing
from quizzes.seeing.revealing import Past
from quizzes.seeing.visibility import TOTAL_ONLY, Phase, Policy
from quizzes.seeing.visibility import Item as Visible
from quizzes.sitting import attempts, reports
from quizzes.times import ends, timing
from tests import factories
from tests.factories import NOON, minutes
from tests.races import at_once
from tests.regrading import correct, sit

pytestmark = pytest.mark.django_db

LATER = NOON + minutes(10)


@pytest.fixture
def first(ben_here, quiz) -> Attempt:
    """ben has used one of two attempts: one answer right, one wrong, one blank."""
    return sit(ben_here, quiz, "a", "b", None)


def items(attempt: Attempt, now=LATER):
    return reports.result(Attempt.objects.get(pk=attempt.pk), now=now).items


def counted(attempt: Attempt) -> list[bool]:
    return list(attempt.items.order_by("position").values_list("counts", flat=True))


# --- What is shown -----------------------------------------------------------------------------


def test_with_an_attempt_left_the_result_tells_the_total_and_offers_the_choice(first):
    shown = reports.result(first, now=LATER)
    assert shown.items == TOTAL_ONLY
    assert (shown.score, shown.choice.left) == (Decimal("1.00"), 1)
    assert "lack of a ruler" not in str(shown.questions)


def test_with_none_left_everything_is_shown(first, ben_here, quiz):
    second = sit(ben_here, quiz, "a", "a", "a", now=NOON + minutes(5))
    assert Visible.RIGHT_ANSWER in items(first) & items(second)


def test_while_another_attempt_is_open_the_finished_ones_show_no_key(first, ben_here, quiz):
    attempts.start(ben_here, quiz, now=NOON + minutes(5))
    assert items(first) == TOTAL_ONLY
    assert items(first, now=NOON + minutes(60)) > TOTAL_ONLY  # its time is up


def test_closed_for_the_student_shows_everything_whatever_is_left(first, ben_here, quiz, ada):
    timing.set_schedule(
        ben_here.cohort, quiz, opens_at=None, due_at=None, closes_at=LATER, by=ada, now=NOON
    )
    assert items(first, now=LATER - minutes(1)) == TOTAL_ONLY
    assert Visible.RIGHT_ANSWER in items(first, now=LATER)


def test_another_quiz_under_way_that_asks_the_same_keeps_the_answers_hidden(
    first, ben, ben_here, quiz, module, questions
):
    quiz.attempts_allowed = 1
    quiz.save()
    other = factories.make_quiz(module, questions[2:], key="other-quiz", known_questions="count")
    assert Visible.RIGHT_ANSWER in items(first)
    under_way = attempts.start(ben_here, other, now=NOON + minutes(5))
    assert items(first) == TOTAL_ONLY
    # The key is kept back for the other quiz's sake; here no attempt is left.
    told = reports.result(Attempt.objects.get(pk=first.pk), now=LATER).sentence
    assert told.startswith("Not passed: ")
    attempts.submit(ben, under_way.pk, now=LATER)
    assert Visible.RIGHT_ANSWER in items(first)


# --- Asking for the answers --------------------------------------------------------------------


def test_asking_shows_the_answers_and_ends_the_attempts(first, ben_here, quiz):
    made = attempts.reveal(ben_here, quiz, now=LATER)
    assert attempts.reveal(ben_here, quiz, now=LATER + minutes(1)) == made
    assert Visible.RIGHT_ANSWER in items(first)
    with pytest.raises(Refused, match="You asked for the answers to this quiz"):
        attempts.start(ben_here, quiz, now=LATER)
    record = Record.objects.get(activity=quiz.activity)
    assert (record.score, record.completed_at) == (Decimal("33.33"), LATER)


def test_no_extension_undoes_it(first, ben_here, quiz, ada):
    attempts.reveal(ben_here, quiz, now=LATER)
    timing.give_override(
        quiz, to=ben_here, changes={"attempts_allowed": 9}, reason="ill", by=ada, now=LATER
    )
    with pytest.raises(Refused, match="You asked for the answers"):
        attempts.start(ben_here, quiz, now=LATER)


def test_asking_is_refused_where_it_makes_no_sense(ben, ben_here, quiz):
    def refused(sentence):
        with pytest.raises(Refused, match=sentence):
            attempts.reveal(ben_here, quiz, now=NOON)

    refused("You have not handed in an attempt yet.")
    attempt = attempts.start(ben_here, quiz, now=NOON)
    refused("You have an attempt under way. Hand it in first")
    attempts.submit(ben, attempt.pk, now=NOON)
    Quiz.objects.update(review="exam")
    quiz.refresh_from_db()
    refused("This quiz does not show its answers on request")
    Quiz.objects.update(review="homework", attempts_allowed=1)
    quiz.refresh_from_db()
    refused("The answers are shown to you without your asking")
    assert not Reveal.objects.exists()


def test_asking_is_refused_where_another_quiz_under_way_would_keep_them_hidden(
    as_, ben, first, ben_here, quiz, module, questions
):
    """It would end the attempts here, and show nothing for it."""
    other = factories.make_quiz(module, questions[:1], key="other-quiz", known_questions="count")
    under_way = attempts.start(ben_here, other, now=LATER)
    with pytest.raises(Refused, match="You sit another quiz that asks one of these questions"):
        attempts.reveal(ben_here, quiz, now=LATER)
    assert not Reveal.objects.exists()
    told = reports.result(first, now=LATER)
    assert (told.choice.left, told.choice.may_ask) == (1, False)
    attempts.submit(ben, under_way.pk, now=LATER)
    assert reports.result(first, now=LATER).choice.may_ask
    attempts.reveal(ben_here, quiz, now=LATER)


def test_the_page_asks_for_a_tick_and_says_what_follows(as_, ben, first):
    page = reverse("quizzes:result", args=[first.pk])
    Attempt.objects.update(submitted_at=NOON)
    shown = as_(ben).get(page).content.decode()
    assert "Try again first" in shown
    assert "You have 1 attempt left." in shown
    assert "This ends your attempts at this quiz" in shown
    assert "lack of a ruler" not in shown
    act = reverse("quizzes:reveal", args=[first.pk])
    assert b"tick that you know what follows" in as_(ben).post(act, follow=True).content
    assert not Reveal.objects.exists()
    assert b"lack of a ruler" in as_(ben).post(act, {"sure": "1"}, follow=True).content
    assert Attempt.objects.get().shown_at is not None


def test_the_api_reveals_too(as_, ben, first):
    url = reverse("api:reveal", args=[first.pk])
    shown = as_(ben).get(reverse("api:result", args=[first.pk])).json()
    assert (shown["may_reveal"], shown["questions"][0]["mark"]) == (True, None)
    revealed = as_(ben).post(url, content_type="application/json").json()
    assert (revealed["may_reveal"], revealed["questions"][0]["mark"]) == (False, "1.00")


@pytest.mark.django_db(transaction=True)
def test_a_start_and_asking_at_once_give_one_of_them(ben_here, quiz):
    sit(ben_here, quiz, "a")
    started, revealed = at_once(
        lambda: attempts.start(ben_here, quiz, now=LATER),
        lambda: attempts.reveal(ben_here, quiz, now=LATER),
    )
    assert sorted(isinstance(each, Refused) for each in (started, revealed)) == [False, True]
    assert Reveal.objects.count() + Attempt.objects.open().count() == 1


# --- What was shown does not count -------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "phase", "shown", "known"),
    [
        (Policy.HOMEWORK, Phase.AGAIN, False, False),
        (Policy.HOMEWORK, Phase.LATER, False, True),
        (Policy.HOMEWORK, Phase.AGAIN, True, True),  # it was shown before the rules changed
        (Policy.EXAM, Phase.LATER, False, False),
        (Policy.EXAM, Phase.CLOSED, False, True),
        (Policy.PRACTICE, Phase.JUST_AFTER, False, True),
        (Policy.PRACTICE, Phase.DURING, False, False),
    ],
)
def test_what_may_have_been_shown(policy, phase, shown, known):
    assert Past(policy, phase, shown).may_have_shown is known


def test_a_question_shown_elsewhere_is_asked_and_does_not_count(
    as_, ben, ben_here, quiz, module, questions
):
    practice = factories.make_quiz(module, questions[:1], key="practice", review="practice")
    sit(ben_here, practice, "a")
    attempt = sit(ben_here, quiz, "a", "b", "a", now=LATER)
    assert counted(attempt) == [False, True, True]
    assert (attempt.score, attempt.out_of) == (Decimal(1), Decimal(2))
    assert Mark.objects.filter(item__attempt=attempt).count() == 3  # marked all the same
    Quiz.objects.update(attempts_allowed=1)
    page = as_(ben).get(reverse("quizzes:result", args=[attempt.pk])).content
    assert page.count(b"had been shown to you before this attempt, so it earned nothing") == 1


def test_the_open_page_says_so_too(as_, ben, ben_here, quiz, module, questions):
    practice = factories.make_quiz(module, questions[:1], key="practice", review="practice")
    sit(ben_here, practice, "a")
    attempt = attempts.start(ben_here, quiz, now=LATER)
    Attempt.objects.update(deadline=None, closes_at=None)
    page = as_(ben).get(reverse("quizzes:attempt", args=[attempt.pk])).content
    assert page.count(b"has been shown to you before, so it earns nothing") == 1
    asked = as_(ben).get(reverse("api:attempt", args=[attempt.pk])).json()["questions"]
    assert [question["counts"] for question in asked] == [False, True, True]


def test_if_nothing_would_count_nothing_starts(ben_here, module, questions):
    practice = factories.make_quiz(module, questions, key="practice", review="practice")
    sit(ben_here, practice, "a", "a", "a")
    graded = factories.make_quiz(module, questions[:1], key="graded")
    with pytest.raises(Refused, match="so nothing in it could count"):
        attempts.start(ben_here, graded, now=LATER)
    Quiz.objects.filter(pk=graded.pk).update(known_questions="count")
    assert counted(attempts.start(ben_here, graded, now=LATER)) == [True]


def test_a_checked_answer_a_checkpoint_and_what_was_looked_at_are_known(
    ben_here, quiz, module, questions
):
    checked = attempts.start(ben_here, quiz, now=NOON)
    item = Item.objects.get(attempt=checked, position=2)
    Response.objects.create(item=item, revision=1, answer="option-1", saved_at=NOON, checked=True)
    assert revealing.known_versions(ben_here, now=NOON) == {item.version_id}
    attempts.submit(ben_here.user, checked.pk, now=NOON)
    # The rules of today hide it again; what was seen was seen.
    Attempt.objects.filter(pk=checked.pk).update(shown_at=NOON)
    assert revealing.known_versions(ben_here, now=NOON) == {
        question.current_id for question in questions
    }


def test_a_new_version_is_another_key(ben_here, quiz, module, questions):
    practice = factories.make_quiz(module, questions[:1], key="practice", review="practice")
    sit(ben_here, practice, "a")
    correct(questions[0])
    assert counted(attempts.start(ben_here, quiz, now=LATER)) == [True, True, True]


def test_an_exam_that_is_over_has_shown_its_key_and_not_before(
    ada, ben_here, quiz, cohort, django_assert_max_num_queries
):
    Quiz.objects.update(review="exam")
    quiz.refresh_from_db()
    timing.set_schedule(cohort, quiz, opens_at=None, due_at=None, closes_at=LATER, by=ada, now=NOON)
    sit(ben_here, quiz, "a")
    assert revealing.known_versions(ben_here, now=LATER - minutes(1)) == set()
    with django_assert_max_num_queries(9):
        assert len(revealing.known_versions(ben_here, now=LATER)) == 3
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    timing.give_override(
        quiz,
        to=zoe,
        changes={"closes_at": LATER + minutes(60)},
        reason="ill",
        by=ada,
        now=NOON,
    )
    assert revealing.known_versions(ben_here, now=LATER) == set()


@pytest.mark.parametrize("drawn", [False, True])
def test_an_exam_waits_for_the_last_one_that_may_ask_the_same_question(
    ada, ben_here, quiz, module, questions, cohort, drawn
):
    objective = factories.make_objective(module)
    questions[0].objectives.add(objective)
    other = factories.make_quiz(
        module, [] if drawn else questions[:1], key="other-exam", title="Other exam"
    )
    if drawn:
        other.slots.create(position=1, objective=objective)
    apart = factories.make_question(module, "apart")
    third = factories.make_quiz(module, [apart], key="third-exam", title="Third exam")
    Quiz.objects.update(review="exam")
    quiz.refresh_from_db()
    for each, after in ((quiz, 0), (other, 60), (third, 90)):
        closes_at = LATER + minutes(after)
        timing.set_schedule(
            cohort, each, opens_at=None, due_at=None, closes_at=closes_at, by=ada, now=NOON
        )
    attempt = sit(ben_here, quiz, "a")
    shut, over = LATER + minutes(1), LATER + minutes(61)
    assert Visible.RIGHT_ANSWER not in items(attempt, now=shut)
    assert revealing.known_versions(ben_here, now=shut) == set()
    end = ends.last_ends([quiz], cohorts={cohort.pk}, now=shut)[quiz.pk]
    assert (end.at, end.whose) == (LATER + minutes(60), "Other exam")
    assert Visible.RIGHT_ANSWER in items(attempt, now=over)
    assert len(revealing.known_versions(ben_here, now=over)) == 3
    # Its author may say that its questions may be known.
    Quiz.objects.filter(pk=other.pk).update(known_questions="count")
    assert Visible.RIGHT_ANSWER in items(attempt, now=shut)


def test_who_sat_two_exams_whose_questions_may_be_known_knows_each_at_its_own_end(
    ada, ben_here, quiz, module, questions, cohort
):
    other = factories.make_quiz(module, questions[:1], key="other-exam")
    Quiz.objects.update(review="exam", known_questions="count")
    for each, after in ((quiz, 0), (other, 60)):
        each.refresh_from_db()
        closes_at = LATER + minutes(after)
        timing.set_schedule(
            cohort, each, opens_at=None, due_at=None, closes_at=closes_at, by=ada, now=NOON
        )
        sit(ben_here, each, "a")
    assert len(revealing.known_versions(ben_here, now=LATER + minutes(1))) == 3


@pytest.mark.parametrize("others", [1, 3])
def test_what_an_exam_waits_for_is_asked_in_as_many_queries_for_any_number_of_exams(
    quiz, module, questions, cohort, django_assert_num_queries, others
):
    for number in range(others):
        each = factories.make_quiz(module, questions[:1], key=f"exam-{number}")
        each.slots.create(position=2, lens="realism")
    Quiz.objects.update(review="exam")
    with django_assert_num_queries(7):
        ends.over_at(quiz, cohort=cohort, now=NOON)

"""Slots filled for a student: out of pools, section by section, the same for a whole attempt."""

import random

import pytest
from django.utils import timezone

from courses.models import GradeColumn
from courses.refusals import Refused
from quizzes import authoring
from quizzes.models import Band, Item, Question, Quiz, Section, Slot, Tag
from quizzes.sitting import attempts, composing, reports
from tests import factories
from tests.factories import NOON, minutes

pytestmark = pytest.mark.django_db


def drawn(quiz: Quiz, *pools: dict) -> None:
    """Let a quiz draw from these pools and nothing else."""
    quiz.slots.all().delete()
    for position, pool in enumerate(pools, start=1):
        Slot.objects.create(quiz=quiz, position=position, **pool)


def keys(attempt) -> list[str]:
    return [item.version.question.key for item in attempt.items.select_related("version__question")]


def started(enrolment, quiz, **options) -> list[str]:
    return keys(attempts.start(enrolment, quiz, now=NOON, **options))


def filled(quiz, enrolment=None, seed=1, **options) -> list[str]:
    rng = random.Random(seed)
    pairs = composing.compose(enrolment, quiz, rng=rng, **options)
    return [version.question.key for _slot, version in pairs]


@pytest.fixture
def judging(questions) -> Tag:
    tag = Tag.objects.create(key="judging", title="Judging")
    questions[1].tags.add(tag)
    return tag


# --- pools


def test_a_slot_draws_what_fits_all_that_it_names(ben_here, quiz, questions, module, judging):
    objective = factories.make_objective(module)
    questions[0].objectives.add(objective)
    Question.objects.filter(pk=questions[2].pk).update(difficulty="0.20")
    drawn(
        quiz,
        {"objective": objective},
        {"tag": judging, "module": module, "lens": "realism"},
        {"difficulty_to": "0.50"},
    )
    assert started(ben_here, quiz) == ["anarchy-1", "anarchy-2", "anarchy-3"]


def test_a_pool_ends_with_what_the_quiz_builds_on(ben_here, quiz, course, module):
    later, before = factories.make_module(course, "later"), factories.make_module(course, "before")
    for other in (later, before):
        factories.make_question(other, f"{other.key}-easy", difficulty="0.99")
    drawn(quiz, {"difficulty_from": "0.95"})
    with pytest.raises(Refused, match="Slot 1 has no question to draw from"):
        attempts.start(ben_here, quiz, now=NOON)
    module.prerequisites.add(before)
    assert started(ben_here, quiz) == ["before-easy"]


@pytest.mark.parametrize(
    ("review", "found"), [("homework", "no question"), ("practice", "anarchy-check")]
)
def test_practice_draws_practice_questions_and_nothing_else_does(
    quiz, module, checkpoint, review, found
):
    Quiz.objects.update(review=review)
    quiz.refresh_from_db()
    Question.objects.graded().update(status="draft")
    drawn(quiz, {"module": module})
    if review == "practice":
        assert filled(quiz) == [found]
    else:
        with pytest.raises(Refused, match=found):
            filled(quiz)


def test_new_to_the_student_comes_first_then_new_to_everybody(ben_here, cohort, quiz, module):
    eva = factories.enrol(factories.make_user("eva"), cohort)
    drawn(quiz, {"module": module})
    [first] = started(eva, quiz)
    for seed in range(5):  # two are used by nobody
        assert filled(quiz, ben_here, seed) != [first]
    ben = attempts.start(ben_here, quiz, now=NOON)
    attempts.submit(ben_here.user, ben.pk, now=NOON)
    [third] = {"anarchy-1", "anarchy-2", "anarchy-3"} - {first, *keys(ben)}
    for seed in range(5):
        assert filled(quiz, ben_here, seed) == [third]


def test_what_was_shown_with_its_answer_is_drawn_last(ben_here, quiz, questions, module):
    drawn(quiz, {"module": module}, {"module": module})
    known = {questions[0].current_id}
    for seed in range(5):
        assert set(filled(quiz, ben_here, seed, known=lambda: known)) == {"anarchy-2", "anarchy-3"}


def test_a_fresh_question_comes_out_of_the_slot_s_pool_and_is_none_of_the_attempt(
    ben_here, quiz, questions, module
):
    drawn(quiz, {"module": module}, {"question": questions[0]})
    slot, fixed = quiz.slots.order_by("position")

    def fresh(slot, *besides):
        version = composing.fresh(
            ben_here, slot, besides=[each.pk for each in besides], rng=random.Random(1)
        )
        return version and version.question.key

    assert fresh(slot, questions[0], questions[1]) == "anarchy-3"
    assert fresh(slot, *questions) is None
    assert fresh(fixed) is None


@pytest.mark.parametrize("number", [1, 3])
def test_a_start_costs_the_same_however_many_slots_draw(
    ben_here, quiz, judging, module, questions, django_assert_num_queries, number
):
    for question in questions:
        question.tags.add(judging)
    drawn(quiz, *[{"tag": judging, "difficulty_from": "0.10"}] * number)
    with django_assert_num_queries(6):
        composing.compose(ben_here, quiz, rng=random.Random(1))


def test_fifty_questions_out_of_pools_are_started_in_twenty_queries(
    ben_here, quiz, judging, module, django_assert_max_num_queries
):
    more = Question.objects.bulk_create(
        Question(
            module=module, key=f"more-{number}", kind="single", status="ready", bloom="apply",
            spec=factories.single(f"More {number}?"),
        )
        for number in range(50)
    )  # fmt: skip
    authoring.publish_all([each.pk for each in more], now=NOON)
    judging.questions.add(*more)
    drawn(quiz, *[{"tag": judging}] * 25, *[{"module": module}] * 25)
    with django_assert_max_num_queries(20):
        attempt = attempts.start(ben_here, quiz, now=NOON)
    assert len(set(keys(attempt))) == 50


# --- sections


@pytest.fixture
def sections(quiz) -> list[Section]:
    """The first question has no section, the second is in the later one, the third in the first."""
    made = [
        Section.objects.create(
            key=f"part-{place}", quiz=quiz, position=place, title=f"Part {place}", intro="See *it*."
        )
        for place in (1, 2)
    ]
    quiz.slots.filter(position=2).update(section=made[1])
    quiz.slots.filter(position=3).update(section=made[0])
    authoring.render_quizzes([quiz])
    return made


FROZEN = [
    {"first": 2, "title": "Part 1", "intro": "<p>See <em>it</em>.</p>"},
    {"first": 3, "title": "Part 2", "intro": "<p>See <em>it</em>.</p>"},
]


def test_sections_come_in_their_order_after_slots_without_one(ben_here, quiz, sections):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    assert keys(attempt) == ["anarchy-1", "anarchy-3", "anarchy-2"]
    assert attempt.sections == FROZEN


def test_headings_stay_as_they_stood_at_the_start(ben_here, quiz, sections):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    Section.objects.all().delete()
    attempt.refresh_from_db()
    assert attempt.sections == FROZEN


def test_questions_are_shuffled_within_their_section_only(quiz, sections, module):
    for place in range(4, 10):
        question = factories.make_question(module, f"more-{place}")
        Slot.objects.create(
            quiz=quiz, position=place, question=question, section=sections[place % 2]
        )
    quiz.shuffle_questions = True
    orders = set()
    for seed in range(20):
        pairs = composing.compose(None, quiz, rng=random.Random(seed))
        assert [slot.section and slot.section.position for slot, _ in pairs] == [
            None, 1, 1, 1, 1, 2, 2, 2, 2,
        ]  # fmt: skip
        orders.add(tuple(slot.position for slot, _ in pairs))
    assert len(orders) > 1


def test_headings_stand_above_their_questions_on_the_page_the_result_and_in_the_api(
    ben, ben_here, quiz, sections, as_
):
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    bens = as_(ben)
    Item.objects.filter(attempt=attempt, position=3).update(points=2)
    page = bens.get(f"/attempts/{attempt.pk}/").content.decode()
    places = [
        page.index(text)
        for text in (
            "<h2>Question 1</h2>", "<h2>Part 1</h2>", "<em>it</em>", "<h3>Question 2</h3>",
            "<h2>Part 2</h2>", "<h3>Question 3</h3>", "2 points.",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert '<p class="part-name" id="part1">Part 1</p><ol aria-labelledby="part1">' in page
    assert bens.get(f"/api/v1/attempts/{attempt.pk}/").json()["sections"] == FROZEN

    attempts.submit(ben, attempt.pk, now=timezone.now())
    page = bens.get(f"/attempts/{attempt.pk}/result/").content.decode()
    places = [page.index(text) for text in ('id="q1"', "<h2>Part 1</h2>", 'id="q2"', 'id="q3"')]
    assert places == sorted(places)
    assert bens.get(f"/api/v1/attempts/{attempt.pk}/result/").json()["sections"] == FROZEN


# --- words for the total, and what questions are worth


def test_the_highest_band_that_does_not_begin_above_the_percentage_speaks(ben, ben_here, quiz, as_):
    for floor, text in (("0", "Read *all* again."), ("33.33", "A third."), ("33.34", "More.")):
        Band.objects.create(quiz=quiz, floor=floor, text=text)
    authoring.render_quizzes([quiz])
    attempt = attempts.start(ben_here, quiz, now=NOON)
    attempt = attempts.submit(ben, attempt.pk, now=NOON)
    later = NOON + minutes(5)

    def overall(score):
        attempt.score = score
        return reports.result(attempt, now=later).overall

    assert overall(0) == "<p>Read <em>all</em> again.</p>"
    assert overall(1) == "<p>A third.</p>"
    assert overall(2) == "<p>More.</p>"
    assert "<em>all</em>" in as_(ben).get(f"/attempts/{attempt.pk}/result/").content.decode()
    told = as_(ben).get(f"/api/v1/attempts/{attempt.pk}/result/").json()
    assert told["overall"] == "<p>Read <em>all</em> again.</p>"


def test_the_words_for_a_total_wait_until_it_is_released(as_, ben, ben_here, quiz, cohort):
    Band.objects.create(quiz=quiz, floor="0", text="You did not pass.")
    authoring.render_quizzes([quiz])
    attempt = attempts.submit(ben, attempts.start(ben_here, quiz, now=NOON).pk, now=NOON)
    column = GradeColumn.objects.create(cohort=cohort, activity=quiz.activity, hidden=True)
    places = [f"/attempts/{attempt.pk}/result/", f"/api/v1/attempts/{attempt.pk}/result/"]
    for place in places:
        told = as_(ben).get(place).content.decode()
        assert "Handed in" in told or '"percentage":null' in told
        assert "did not pass" not in told
    column.delete()
    assert all(b"You did not pass." in as_(ben).get(place).content for place in places)


def test_without_bands_nothing_is_said(ben, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    attempt = attempts.submit(ben, attempt.pk, now=NOON)
    assert reports.result(attempt, now=NOON).overall == ""


def test_the_cover_says_so_where_points_differ(ben_here, quiz):
    told = "Questions are worth from 1 to 2.5 points; each says what it is worth."
    assert told not in reports.cover(quiz, ben_here, now=NOON).rules
    quiz.slots.filter(position=2).update(points="2.50")
    assert reports.cover(quiz, ben_here, now=NOON).rules[1] == told

"""A student's certainty against their answers: counted once, and only where they may see."""

from datetime import timedelta

import pytest

from quizzes.desk import calibration
from quizzes.desk.calibration import Level
from quizzes.sitting import attempts, trying
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(module, lesson):
    """Make a practice quiz of so many questions that asks for certainty; "a" is right."""

    def make(size: int, key: str = "asking", **fields: object):
        questions = [
            factories.make_question(
                module, f"{key}-{number}", spec=factories.single(f"{key} {number}?")
            )
            for number in range(1, size + 1)
        ]
        fields = {"review": "practice", "certainty": "ask", "attempts_allowed": None, **fields}
        return factories.make_quiz(module, questions, key=key, **fields)

    return make


def answer(token: str, certainty: int | None, base: int = 0) -> Answer:
    return Answer(base, lambda kind, order: kind.parse_json(order, token), certainty=certainty)


def sit(ben, ben_here, quiz, answers, *, submit: bool = True):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    given = {at: answer(*each) for at, each in enumerate(answers, start=1) if each is not None}
    attempts.save(ben, attempt.pk, answers=given, now=NOON)
    return attempts.submit(ben, attempt.pk, now=NOON) if submit else attempt


def seen(ben, course, now=NOON):
    return calibration.of(ben, course, now=now)


def counts(found):
    return [(level.right, level.of) for level in found.levels]


def test_each_level_is_counted_and_below_five_answers_nothing_is_told(
    ben, ben_here, course, asking
):
    right, wrong = ("a", 3), ("b", 3)
    answers = [right, right, right, right, wrong, ("b", 1), ("a", 2), ("a", None), None]
    sit(ben, ben_here, asking(9), answers)
    found = seen(ben, course)
    assert counts(found) == [(0, 1), (1, 1), (4, 5)]
    assert [level.percent for level in found.levels] == [None, None, 80]
    assert [level.verdict for level in found.levels] == [
        "too few to tell",
        "too few to tell",
        "as sure as right, as far as can be told",
    ]
    assert found.unsaid == 1
    [slip] = found.slips
    assert slip.prompt == "asking 5?"
    assert [proof.url for proof in slip.proofs] == ["/courses/lenses/lessons/anarchy/#anarchy"]


@pytest.mark.parametrize(
    ("level", "right", "of", "verdict"),
    [
        (3, 3, 4, "too few to tell"),
        (3, 7, 10, "as sure as right, as far as can be told"),  # 40 to 89 %
        (3, 70, 100, "surer than right"),  # 60 to 78 %, and 80 % was claimed
        (3, 90, 100, "as sure as right"),  # 83 to 94 %
        (1, 8, 10, "as sure as right, as far as can be told"),  # 49 to 94 %
        (1, 80, 100, "more right than sure"),  # 71 to 87 %, and up to 67 % was claimed
        (2, 6, 10, "as sure as right, as far as can be told"),
    ],
)
def test_a_verdict_is_what_chance_alone_does_not_explain(level, right, of, verdict):
    assert Level(level, "", right, of).verdict == verdict


def test_of_several_tries_the_first_one_counts(ben, ben_here, course, asking):
    quiz = asking(1, behaviour="practice")
    attempt = attempts.start(ben_here, quiz, now=NOON)
    trying.check(ben, attempt.pk, position=1, answer=answer("b", 3), now=NOON)
    attempts.submit(ben, attempt.pk, now=NOON)
    assert counts(seen(ben, course)) == [(0, 0), (0, 0), (0, 1)]


def test_nothing_is_said_of_what_may_not_be_seen_yet(ben, ben_here, course, asking):
    exam = asking(1, "exam", review="exam")
    sit(ben, ben_here, exam, [("b", 3)])
    again = asking(1, "homework", review="homework")
    sit(ben, ben_here, again, [("b", 3)])
    sit(ben, ben_here, asking(1, "open"), [("b", 3)], submit=False)
    silent = asking(1, "silent", certainty="none")
    sit(ben, ben_here, silent, [("b", None)])
    found = seen(ben, course, now=NOON + timedelta(minutes=1))
    assert (found.answers, found.slips, found.unsaid) == (0, [], 0)


def test_a_question_asked_again_at_the_moment_is_left_out(ben, ben_here, course, asking):
    quiz = asking(2)
    sit(ben, ben_here, quiz, [("b", 3), ("b", 3)])
    quiz.known_questions = "count"
    quiz.save()
    assert len(seen(ben, course).slips) == 2
    sit(ben, ben_here, quiz, [], submit=False)
    assert seen(ben, course).slips == []


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_as_often_whatever_there_is_to_show(
    as_, ben, ben_here, course, asking, django_assert_num_queries, size
):
    for number in range(size):
        sit(ben, ben_here, asking(size, f"quiz-{number}"), [("b", 3)] * size)
    client = as_(ben)
    with django_assert_num_queries(9):
        page = client.get("/courses/lenses/certainty/")
    assert b"Sure and wrong" in page.content
    assert page.content.count(b"/result/#q") == size * size


def test_whoever_has_said_nothing_is_told_what_the_page_is_for(as_, ada, ben, course):
    for person in (ada, ben):
        page = as_(person).get("/courses/lenses/certainty/")
        assert b"Nothing to show yet." in page.content

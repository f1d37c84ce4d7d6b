"""Checking answers while an attempt goes on: tries, hints, locks, fresh questions, certainty."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from courses.refusals import Refused
from quizzes.desk import students
from quizzes.marks import regrading
from quizzes.models import Attempt, Item, Mark, Question, Quiz, Response
from quizzes.sitting import attempts, reports, trials, trying
from quizzes.sitting.attempts import Answer, NotSaved, Saved
from quizzes.sitting.reports import Result
from quizzes.sitting.trying import Checked
from tests import factories
from tests.contract import Api
from tests.factories import NOON
from tests.regrading import LATER, correct

pytestmark = pytest.mark.django_db

HINTS = ["Look at **who rules**.", "It is not war."]


@pytest.fixture
def hinted(module, lesson) -> list[Question]:
    return [
        factories.make_question(
            module,
            f"hinted-{number}",
            spec={**factories.single(f"Question number {number}?"), "hints": HINTS},
        )
        for number in (1, 2)
    ]


@pytest.fixture
def begin(module, hinted, ben_here):
    """Start an attempt at a homework of two questions under some rules; "a" is right."""

    def begin(behaviour: str = "interactive", **fields: object) -> Attempt:
        fields = {"review": "homework", "penalty": Decimal("0.25"), **fields}
        quiz = factories.make_quiz(module, hinted, behaviour=behaviour, **fields)
        return attempts.start(ben_here, quiz, now=NOON)

    return begin


def choose(token: object, base: int = 0, certainty: int | None = None) -> Answer:
    return Answer(base, lambda kind, order: kind.parse_json(order, token), certainty=certainty)


def check(ben, attempt, token, base=0, position=1, certainty=None):
    answer = choose(token, base, certainty)
    return trying.check(ben, attempt.pk, position=position, answer=answer, now=NOON)


def save(ben, attempt, token, base=0, position=1, certainty=None):
    answers = {position: choose(token, base, certainty)}
    return attempts.save(ben, attempt.pk, answers=answers, now=NOON)[position]


def trial(attempt, position=1):
    questions = trials.beside(attempt, reports.open_questions(attempt))
    return questions[position - 1].trial


def test_each_wrong_try_earns_a_hint_and_the_last_one_locks(ben, begin):
    attempt = begin()
    assert (trial(attempt).state, trial(attempt).left, trial(attempt).hints) == ("open", 3, ())
    first = check(ben, attempt, "b")
    assert isinstance(first, Checked)
    assert (first.standing.state, first.standing.left) == ("trying", 2)
    assert (trial(attempt).outcome, len(trial(attempt).hints)) == ("wrong", 1)
    check(ben, attempt, "c", base=1)
    assert list(trial(attempt).hints) == [
        "<p>Look at <strong>who rules</strong>.</p>",
        "<p>It is not war.</p>",
    ]
    last = check(ben, attempt, "b", base=2)
    assert (last.standing.state, last.standing.left) == ("locked", 0)
    assert trial(attempt).review["solution"]
    assert trial(attempt).mark == 0


def test_what_counts_is_the_last_try_less_what_the_ones_before_it_cost(ben, begin):
    attempt = begin()
    check(ben, attempt, "b")
    check(ben, attempt, "a", base=1)
    save(ben, attempt, "b", position=2)
    assert (trial(attempt).mark, trial(attempt).lost) == (Decimal("0.75"), Decimal("0.25"))
    done = attempts.submit(ben, attempt.pk, now=NOON)
    assert done.score == Decimal("0.75")
    result = trials.after(reports.result(done, now=NOON + timedelta(minutes=1)))
    way = result.questions[0].way
    assert (way.tries, way.hints, way.lost) == (2, 1, None)
    Attempt.objects.update(number=2)
    quiz = done.quiz
    quiz.attempts_allowed = 1
    quiz.save()
    done = Attempt.objects.select_related("quiz__activity", "enrolment__cohort").get()
    way = trials.after(reports.result(done, now=NOON)).questions[0].way
    assert way.lost == Decimal("0.25")
    assert way.sentences == [
        "You checked 2 answers.",
        "You saw 1 hint.",
        "Earlier tries cost 0.25 points.",
    ]


@pytest.fixture
def tried_twice(ben, ada, begin, cohort, hinted):
    """ben's attempt, "b" and then "a" tried at the first question; its key is corrected to "b"."""
    attempt = begin(review="practice")
    check(ben, attempt, "b")
    check(ben, attempt, "a", base=1)
    attempts.submit(ben, attempt.pk, now=NOON)
    correct(hinted[0], prompt="Which one of these?")

    def regrade(policy: str) -> Result:
        seen = regrading.preview(
            hinted[0],
            version=None,
            policy=policy,
            cohort=cohort,
            by=ada,
            reason="b is right.",
            now=LATER,
        )
        regrading.commit(seen, by=ada, now=LATER)
        done = Attempt.objects.select_related("quiz__activity", "enrolment__cohort").get()
        return trials.after(reports.result(done, now=LATER))

    return regrade


def test_after_a_regrade_the_try_stands_beside_the_mark_that_counts_by_the_new_key(
    tried_twice, as_, ben
):
    shown = tried_twice("new")
    question, way = shown.questions[0], shown.questions[0].way
    assert (question.mark, question.review["outcome"], way.lost) == (1, "right", 0)
    assert [choice["chosen"] for choice in question.review["choices"]] == [False, True, False]
    assert (way.tries, way.hints) == (2, 1)
    assert way.sentences == [
        "You checked 2 answers.",
        "You saw 1 hint.",
        "By the key that counts now, try 1 counts; it is the answer shown here.",
    ]
    # What was asked stays to be read, for a dispute, and nothing of the old key beside it.
    assert "Question number 1?" in way.asked["prompt"]
    assert [choice["chosen"] for choice in way.asked["choices"]] == [True, False, False]
    assert (question.review["prompt"], way.asked["solution"]) == ("<p>Which one of these?</p>", "")
    assert shown.questions[1].way.asked is None
    for read in (students.as_student, students.as_staff):
        assert read(shown.attempt, now=LATER).questions[0].review["outcome"] == "right"
    page = as_(ben).get(f"/attempts/{shown.attempt.pk}/result/").content.decode()
    assert page.count("As it was asked, and as you answered it") == 1


@pytest.mark.parametrize("policy", ["full", "both"])
def test_full_points_by_a_regrade_are_less_nothing(tried_twice, policy):
    question = tried_twice(policy).questions[0]
    assert (question.mark, question.way.lost) == (1, 0)


def test_which_try_counts_after_a_regrade_is_not_told_while_the_key_is_hidden(tried_twice):
    Quiz.objects.update(review="homework")
    way = tried_twice("new").questions[0].way
    assert (way.lost, way.sentences) == (None, ["You checked 2 answers.", "You saw 1 hint."])


def test_a_locked_answer_is_refused_by_every_way_in_and_the_same_one_acknowledged(ben, begin):
    attempt = begin("immediate")
    assert isinstance(check(ben, attempt, "b"), Checked)
    for refused in (check(ben, attempt, "a", base=1), save(ben, attempt, "a", base=1)):
        assert isinstance(refused, NotSaved)
        assert (refused.reason, refused.revision, refused.shown) == ("locked", 1, "b")
    assert isinstance(check(ben, attempt, "b", base=0), Checked)
    assert isinstance(save(ben, attempt, "b", base=1), Saved)
    assert Response.objects.count() == 1


def test_the_same_answer_again_is_no_second_try(ben, begin):
    attempt = begin()
    for base in (0, 0, 1):
        assert check(ben, attempt, "b", base=base).standing.tries == 1
    assert save(ben, attempt, "b", base=1).revision == 1
    assert save(ben, attempt, "a", base=1).revision == 2
    assert trial(attempt).tries == 1


def test_nothing_is_checked_without_an_answer_or_where_nothing_is_to_be_checked(ben, begin):
    attempt = begin()
    blank = check(ben, attempt, None)
    assert (blank.reason, blank.message) == ("malformed", attempts.CHOOSE_FIRST)
    Attempt.objects.update(rules={})
    assert check(ben, attempt, "a").message == attempts.NOTHING_CHECKED
    assert save(ben, attempt, "a", certainty=2).message == attempts.NOT_ASKED
    assert not Response.objects.exists()


def test_a_quiz_changed_meanwhile_changes_nothing_of_an_attempt_under_way(ben, begin):
    attempt = begin()
    attempt.quiz.behaviour, attempt.quiz.penalty = "deferred", 0
    attempt.quiz.save()
    check(ben, attempt, "b")
    check(ben, attempt, "a", base=1)
    assert attempts.submit(ben, attempt.pk, now=NOON).score == Decimal("0.75")


# --- Practice ----------------------------------------------------------------------------------


def test_a_fresh_question_in_practice_is_one_not_met_and_else_the_same_again(
    ben, ben_here, module, hinted
):
    objective = factories.make_objective(module)
    for question in hinted:
        question.objectives.add(objective)
    quiz = factories.make_quiz(module, [], behaviour="practice", known_questions="count")
    quiz.slots.create(position=1, objective=objective, points=2)
    attempt = attempts.start(ben_here, quiz, now=NOON)
    first = Item.objects.get()
    with pytest.raises(Refused, match="Check your answer first"):
        trying.redo(ben, attempt.pk, position=1, now=NOON)
    check(ben, attempt, "b")
    assert trial(attempt).redoes
    second = trying.redo(ben, attempt.pk, position=1, now=NOON)
    assert second.version_id != first.version_id
    assert trying.redo(ben, attempt.pk, position=1, now=NOON) == second  # pressed twice
    check(ben, attempt, "a", second.begins)
    third = trying.redo(ben, attempt.pk, position=1, now=NOON)
    assert {third.version.question, second.version.question} == set(hinted)
    check(ben, attempt, "a", third.begins)
    done = attempts.submit(ben, attempt.pk, now=NOON)
    assert (done.score, done.out_of) == (2, 2)
    assert Mark.objects.count() == 1
    assert [each.position for each in reports.result(done, now=NOON).questions] == [1]


def test_a_page_with_the_question_before_answers_no_other_one(ben, begin):
    attempt = begin("practice", review="practice")
    save(ben, attempt, "a")
    check(ben, attempt, "b", 1)
    again = trying.redo(ben, attempt.pk, position=1, now=NOON)
    (shown, _other) = reports.open_questions(attempt)
    assert (shown.revision, shown.shown) == (again.begins, None)
    # Its revisions were 0, 1 and 2; of each it may send what it shows, or nothing at all.
    for base in (0, 1, 2):
        for token in ("a", None):
            for act in (save, check):
                outcome = act(ben, attempt, token, base)
                assert (outcome.reason, outcome.revision) == ("swapped", again.begins)
    assert not again.responses.exists()
    assert check(ben, attempt, "a", shown.revision).saved.revision == again.begins + 1
    third = trying.redo(ben, attempt.pk, position=1, now=NOON)
    assert save(ben, attempt, "a", again.begins + 1).reason == "swapped"
    assert isinstance(save(ben, attempt, "a", third.begins), Saved)


def test_what_was_answered_wrong_is_not_swapped_out_of_the_total(ben, begin):
    attempt = begin("practice")
    check(ben, attempt, "b")
    assert not trial(attempt).redoes
    with pytest.raises(Refused, match="What you answered here stands"):
        trying.redo(ben, attempt.pk, position=1, now=NOON)
    save(ben, attempt, "a", position=2)
    done = attempts.submit(ben, attempt.pk, now=NOON)
    assert (done.score, done.out_of) == (1, 2)


def test_what_was_checked_wrong_stays_in_the_total_of_the_next_attempt_and_earns_nothing(
    ben, ben_here, begin
):
    first = begin("immediate")
    check(ben, first, "b")
    attempts.submit(ben, first.pk, now=NOON)
    told = reports.cover(first.quiz, ben_here, now=NOON).receipt
    assert told[-1].startswith("As things stand, 1 of the 2 questions of a new attempt would earn")
    second = attempts.start(ben_here, first.quiz, now=NOON)
    for position in (1, 2):
        save(ben, second, "a", position=position)
    done = attempts.submit(ben, second.pk, now=NOON)
    assert (done.score, done.out_of) == (1, 2)


def test_who_takes_the_course_again_is_marked_out_of_what_they_met_there(ben, begin, cohort, as_):
    first = begin("immediate")
    check(ben, first, "b")
    attempts.submit(ben, first.pk, now=NOON)
    again = factories.make_cohort(cohort.course, title="Next autumn")
    second = attempts.start(factories.enrol(ben, again), first.quiz, now=NOON)
    for position in (1, 2):
        save(ben, second, "a", position=position)
    done = attempts.submit(ben, second.pk, now=NOON)
    assert (done.score, done.out_of) == (1, 2)
    Quiz.objects.update(review="practice")
    told = as_(ben).get(f"/attempts/{second.pk}/result/").content.decode()
    assert "so it earned nothing" in told
    shown = reports.result(Attempt.objects.get(pk=done.pk), now=NOON)
    assert [q.mark for q in shown.questions] == [0, 1]


def test_what_was_met_in_another_quiz_is_no_part_of_the_total(ben, ben_here, begin, module):
    met = begin("immediate")
    check(ben, met, "b")
    attempts.submit(ben, met.pk, now=NOON)
    both = [slot.question for slot in met.quiz.slots.order_by("position")]
    quiz = factories.make_quiz(module, both, key="other")
    other = attempts.start(ben_here, quiz, now=NOON)
    assert other.out_of == 1
    cover = reports.cover(other.quiz, ben_here, now=NOON)
    assert (cover.open_attempt, cover.refusal) == (other, "")
    for position in (1, 2):
        save(ben, other, "a", position=position)
    done = attempts.submit(ben, other.pk, now=NOON)
    Quiz.objects.update(review="practice")
    told = reports.result(Attempt.objects.get(pk=done.pk), now=NOON)
    assert [(q.mark, q.counts) for q in told.questions] == [(None, False), (1, True)]


def test_who_checked_all_is_told_before_the_start_that_nothing_could_count(ben, ben_here, begin):
    attempt = begin("immediate")
    for position in (1, 2):
        check(ben, attempt, "b", position=position)
    attempts.submit(ben, attempt.pk, now=NOON)
    assert reports.cover(attempt.quiz, ben_here, now=NOON).refusal == attempts.NOTHING_NEW
    with pytest.raises(Refused, match="nothing in it could count"):
        attempts.start(ben_here, attempt.quiz, now=NOON)


def test_in_practice_a_question_counts_again_as_the_page_before_it_says(ben, begin):
    attempt = begin("practice", review="practice")
    check(ben, attempt, "b")
    assert trial(attempt).redoes
    again = trying.redo(ben, attempt.pk, position=1, now=NOON)
    assert again.counts
    check(ben, attempt, "a", again.begins)
    assert attempts.submit(ben, attempt.pk, now=NOON).out_of == 2


def test_only_practice_gives_fresh_questions(ben, begin):
    attempt = begin("immediate")
    check(ben, attempt, "b")
    with pytest.raises(Refused, match="Only in practice"):
        trying.redo(ben, attempt.pk, position=1, now=NOON)


# --- Certainty ---------------------------------------------------------------------------------


def test_certainty_is_stored_and_acknowledged_and_changed_by_itself(ben, begin):
    attempt = begin("deferred", certainty="ask")
    assert save(ben, attempt, "a").certainty is None
    again = save(ben, attempt, "a", base=1, certainty=3)
    assert (again.revision, again.certainty) == (2, 3)
    assert trial(attempt).certainty == 3
    assert attempts.submit(ben, attempt.pk, now=NOON).score == 1


@pytest.mark.parametrize(
    ("answers", "score"),
    [((("a", 3), ("a", 3)), 2), ((("a", 3), ("b", 3)), 0), ((("a", 3), ("b", 1)), 1)],
)
def test_on_the_classic_scale_sure_and_wrong_costs(ben, begin, answers, score):
    attempt = begin("deferred", certainty="score")
    for position, (token, certainty) in enumerate(answers, start=1):
        save(ben, attempt, token, position=position, certainty=certainty)
    assert attempts.submit(ben, attempt.pk, now=NOON).score == score


def test_the_result_says_what_certainty_brought(ben, begin):
    attempt = begin("deferred", certainty="score", review="practice")
    save(ben, attempt, "a", position=1, certainty=2)
    done = attempts.submit(ben, attempt.pk, now=NOON)
    (every, answered) = trials.after(reports.result(done, now=NOON)).certain
    # 2 of 3 for one of two points; half was right, and no level would have brought more than 0.5.
    assert (every.answers, every.average, every.accuracy) == (2, 1, 50)
    assert (every.bonus, every.with_bonus) == (5, 55)
    # Always right: saying "very sure" would have brought 3.
    assert (answered.answers, answered.average, answered.accuracy) == (1, 2, 100)
    assert (answered.bonus, answered.with_bonus) == (-10, 90)


def test_where_certainty_does_not_count_the_result_says_nothing_of_a_bonus(ben, begin):
    attempt = begin("deferred", certainty="ask", review="practice")
    save(ben, attempt, "a", certainty=3)
    done = attempts.submit(ben, attempt.pk, now=NOON)
    assert trials.after(reports.result(done, now=NOON)).certain == ()


# --- Pages and API -----------------------------------------------------------------------------

SECRETS = ("who rules", "not war", "option-1", "lack of a ruler", "About no authority", "says so")


@pytest.fixture
def bens(as_, ben):
    return as_(ben)


@pytest.fixture
def under_way(module, hinted, ben_here) -> Attempt:
    quiz = factories.make_quiz(
        module, hinted, behaviour="interactive", review="homework", certainty="ask"
    )
    return attempts.start(ben_here, quiz, now=timezone.now())


def page(attempt: Attempt, rest: str = "") -> str:
    return f"/attempts/{attempt.pk}/{rest}"


def seen(content: str) -> list[str]:
    return [secret for secret in SECRETS if secret in content]


def test_two_wrong_tries_and_a_right_one_without_scripts(bens, under_way):
    form = {"q1.revision": "0", "q2.revision": "0", "q2": "c", "q1.certainty": "3"}
    assert seen(bens.get(page(under_way)).content.decode()) == []
    back = bens.post(page(under_way), form | {"q1": "b", "check": "1"})
    assert (back.status_code, back["Location"]) == (302, page(under_way) + "#q1")
    content = bens.get(page(under_way)).content.decode()
    assert seen(content) == ["who rules"]
    assert "Hint 1 of 2" in content
    assert "2 tries left." in content
    form |= {"q1.revision": "1", "q2.revision": "1"}
    bens.post(page(under_way), form | {"q1": "c", "check": "1"})
    assert seen(bens.get(page(under_way)).content.decode()) == ["who rules", "not war"]
    form |= {"q1.revision": "2"}
    bens.post(page(under_way), form | {"q1": "a", "check": "1"})
    content = bens.get(page(under_way)).content.decode()
    assert "Checked; the answer stays as it is." in content
    assert "Earlier tries cost 0.67 points." in content
    assert "lack of a ruler" in content
    assert 'name="q1"' not in content
    assert Response.objects.filter(item__position=2).count() == 1  # saved beside it
    assert set(Response.objects.filter(item__position=1).values_list("certainty", flat=True)) == {3}


def test_a_check_that_is_refused_keeps_what_was_given(bens, under_way):
    form = {"q1.revision": "0", "q2.revision": "0", "q2": "c", "check": "1"}
    response = bens.post(page(under_way), form)
    assert response.status_code == 422
    assert b"Give an answer first, then check it." in response.content
    response = bens.post(page(under_way), form | {"q1": "b", "q1.certainty": "9"})
    assert response.status_code == 422
    assert b"Choose one of the three levels" in response.content
    assert not Response.objects.filter(item__position=1).exists()


def test_the_check_at_its_own_address_is_acknowledged_or_goes_back(bens, under_way):
    form = {"q1": "b", "q1.revision": "0", "q1.certainty": "2"}
    reply = bens.post(page(under_way, "questions/1/check/"), form, HTTP_ACCEPT="application/json")
    said = reply.json()
    assert (said["saved"], said["state"], said["tries"], said["left"]) == (True, "trying", 1, 2)
    assert said["certainty"] == 2
    assert seen(reply.content.decode()) == []
    back = bens.post(page(under_way, "questions/2/check/"), {"q2": "a", "q2.revision": "0"})
    assert (back.status_code, back["Location"]) == (302, page(under_way) + "#q2")
    reply = bens.post(
        page(under_way, "questions/2/check/"),
        {"q2": "b", "q2.revision": "1"},
        HTTP_ACCEPT="application/json",
    )
    assert (reply.status_code, reply.json()["reason"]) == (409, "locked")


def test_the_api_checks_and_swaps_by_the_same_rules(ben, under_way):
    api = Api(ben)
    path = f"attempts/{under_way.pk}/"
    assert seen(api.ask(path).content.decode()) == []
    body = {"revision": 0, "answer": "b", "certainty": 3}
    tried = api.send("post", f"{path}responses/1/check/", body)
    assert (tried.status_code, tried.json()["state"], tried.json()["left"]) == (200, "trying", 2)
    shown = api.ask(path)
    assert seen(shown.content.decode()) == ["who rules"]
    said = shown.json()["questions"][0]["trial"]
    assert (said["outcome"], said["certainty"], said["tries"]) == ("wrong", 3, 1)
    api.send("post", f"{path}responses/1/check/", {"revision": 1, "answer": "a"})
    locked = api.send("put", f"{path}responses/1/", {"revision": 2, "answer": "b"})
    assert locked.status_code == 409
    assert "checked for good" in locked.json()["detail"]
    assert api.ask(path).json()["questions"][0]["trial"]["review"]["outcome"] == "right"
    refused = api.send("post", f"{path}responses/1/redo/")
    assert refused.status_code == 409
    bad = api.send("put", f"{path}responses/2/", {"revision": 0, "answer": "a", "certainty": 4})
    assert bad.status_code == 422


@pytest.mark.parametrize("size", [1, 2])
def test_the_page_of_tries_asks_as_often_whatever_the_number_of_questions(
    bens, module, hinted, ben, ben_here, django_assert_num_queries, size
):
    quiz = factories.make_quiz(module, hinted[:size], behaviour="interactive", certainty="ask")
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    for position in range(1, size + 1):
        answer = choose("a")
        trying.check(ben, attempt.pk, position=position, answer=answer, now=timezone.now())
    with django_assert_num_queries(11):
        bens.get(page(attempt))

"""Essays wait for people: who marks, what is hidden from whom, and when the score is there."""

import re
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from courses.models import Enrolment, Record, Role
from courses.refusals import Refused
from quizzes.marks import queue, regrading
from quizzes.marks.agreement import State
from quizzes.models import (
    Attempt,
    Item,
    Mark,
    Marking,
    MarkingPlan,
    NameShown,
    Quiz,
    Snippet,
)
from quizzes.questions import KINDS
from quizzes.sitting import attempts, reports
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.contract import Api
from tests.factories import NOON, minutes

pytestmark = pytest.mark.django_db

GOOD = {"claim": "clear", "objection": "answered"}  # 5 of 5 on the rubric, 2 of 2 points
FAIR = {"claim": "clear", "objection": "ignored"}  # 2 of 5, 0.8 of 2 points
TEXT = "Identity <b>explains</b> it.\n\nThreat & fear do not."
PATH = "essay-identity"


@pytest.fixture
def essay(module, lesson, questions) -> Quiz:
    """A choice worth 1 point and an essay worth 2; homework, as often as one likes."""
    essay = factories.make_question(
        module, PATH, kind="essay", spec=factories.sample("essay"), bloom="evaluate"
    )
    quiz = factories.make_quiz(
        module,
        [questions[0], essay],
        key="essay-quiz",
        review="homework",
        time_limit=None,
        attempts_allowed=1,
    )
    quiz.slots.filter(question=essay).update(points=2)
    return quiz


def hand_in(enrolment: Enrolment, quiz: Quiz, text: str | None = TEXT, now=NOON) -> Attempt:
    """An attempt with the choice right and this essay."""
    attempt = attempts.start(enrolment, quiz, now=now)
    answers = {1: Answer(0, lambda kind, order: kind.parse_json(order, "a"))}
    if text is not None:
        answers[2] = Answer(0, lambda kind, order: kind.parse_json(order, text))
    attempts.save(enrolment.user, attempt.pk, answers=answers, now=now)
    return attempts.submit(enrolment.user, attempt.pk, now=now)


@pytest.fixture
def waiting(ben_here, essay) -> Attempt:
    return hand_in(ben_here, essay)


@pytest.fixture
def item(waiting) -> int:
    return waiting.items.get(position=2).pk


def teaching(user, cohort) -> Enrolment:
    return Enrolment.objects.select_related("cohort", "user").get(user=user, cohort=cohort)


def mark(item, user, cohort, *, role="first", base=0, levels=GOOD, **more):
    by = teaching(user, cohort)
    more = {"now": NOON + minutes(5), **more}
    return queue.mark(item, by=by, role=role, base=base, levels=levels, **more)


def two_markers(cohort, ada, tolerance="0.5") -> None:
    queue.set_plan(
        cohort,
        queue.marked_question(cohort, PATH),
        second=True,
        tolerance=Decimal(tolerance),
        by=teaching(ada, cohort),
        now=NOON,
    )


def score(attempt: Attempt) -> Decimal | None:
    return Attempt.objects.get(pk=attempt.pk).score


# --- Waiting -----------------------------------------------------------------------------------


def test_a_quiz_with_an_unmarked_essay_has_no_score_and_counts_in_nothing(as_, ben, waiting):
    assert (waiting.state, waiting.score) == ("submitted", None)
    assert [mark.score for mark in Mark.objects.all()] == [1]
    record = Record.objects.get(activity__key="essay-quiz")
    assert (record.score, record.completed_at) == (None, None)
    page = as_(ben).get(f"/attempts/{waiting.pk}/result/").content.decode()
    assert "One answer waits to be marked by a person. Your score follows" in page
    assert "waits to be marked" in as_(ben).get("/quizzes/essay-quiz/").content.decode()


def test_a_blank_essay_earns_nothing_and_waits_for_nobody(ben_here, essay, cohort):
    assert hand_in(ben_here, essay, " \r\n ").score == 1
    assert queue.waiting(cohort) == []


def test_a_waiting_attempt_is_left_out_of_the_average(ben_here, essay, cohort, ada):
    Quiz.objects.filter(pk=essay.pk).update(attempts_allowed=None, grade_method="average")
    essay.refresh_from_db()
    hand_in(ben_here, essay, None)
    second = hand_in(ben_here, essay, now=NOON + minutes(9))
    record = Record.objects.get(activity__key="essay-quiz")
    assert str(record.score) == "33.33"
    mark(second.items.get(position=2).pk, ada, cohort, now=NOON + minutes(20))
    record.refresh_from_db()
    assert str(record.score) == "66.67"


def test_the_first_attempt_does_not_become_another_while_it_waits(ben_here, essay, cohort, ada):
    Quiz.objects.filter(pk=essay.pk).update(attempts_allowed=None, grade_method="first")
    essay.refresh_from_db()
    first = hand_in(ben_here, essay)
    hand_in(ben_here, essay, None, now=NOON + minutes(9))
    assert Record.objects.get(activity__key="essay-quiz").score is None
    mark(first.items.get(position=2).pk, ada, cohort, levels=FAIR, now=NOON + minutes(20))
    assert str(Record.objects.get(activity__key="essay-quiz").score) == "60.00"


def test_an_essay_is_kept_and_shown_with_its_line_breaks_and_without_its_markup(as_, ben, essay):
    bens = as_(ben)
    bens.post("/quizzes/essay-quiz/")
    attempt = Attempt.objects.get()
    sent = {"q1.revision": "0", "q2.revision": "0", "q2": TEXT.replace("\n", "\r\n")}
    bens.post(f"/attempts/{attempt.pk}/", sent)
    open_ = bens.get(f"/attempts/{attempt.pk}/").content.decode()
    bens.post(f"/attempts/{attempt.pk}/submit/")
    result = bens.get(f"/attempts/{attempt.pk}/result/").content.decode()
    shown = "Identity &lt;b&gt;explains&lt;/b&gt; it.\n\nThreat &amp; fear do not."
    assert f">\n{shown}</textarea>" in open_
    assert f'<div class="written">{shown}</div>' in result


def test_the_api_takes_an_essay_and_says_that_it_waits_and_then_how_it_was_marked(
    ben, essay, cohort, ada
):
    api = Api(ben)
    attempt = api.send("post", "quizzes/essay-quiz/attempts/").json()["id"]
    sent = {"revision": 0, "answer": TEXT.replace("\n", "\r\n")}
    saved = api.send("put", f"attempts/{attempt}/responses/2/", sent)
    assert saved.json()["shown"] == TEXT
    api.send("post", f"attempts/{attempt}/submit/")
    result = api.ask(f"attempts/{attempt}/result/").json()
    assert (result["score"], result["questions"][1]["review"]["outcome"]) == (None, "waits")
    mark(Item.objects.get(position=2).pk, ada, cohort, comment="Well argued.")
    result = api.ask(f"attempts/{attempt}/result/").json()
    essay = result["questions"][1]
    assert (result["score"], essay["mark"], essay["review"]["outcome"]) == ("2.00", "2.00", "right")
    assert [(one["role"], one["comment"]) for one in essay["judged"]] == [
        ("first marker", "Well argued.")
    ]


def test_no_draw_picks_what_a_person_has_to_mark(ben_here, module, essay):
    objective = factories.make_objective(module)
    for question in module.questions.filter(use="graded"):
        question.objectives.add(objective)
    drawn = factories.make_quiz(module, [], key="drawn")
    for position in (1, 2, 3):
        drawn.slots.create(position=position, objective=objective)
    attempt = attempts.start(ben_here, drawn, now=NOON)
    assert {item.version.kind for item in attempt.items.all()} == {"single"}


# --- Marking -----------------------------------------------------------------------------------


def test_a_mark_gives_the_score_and_tells_the_ledger_in_one_go(waiting, item, ada, cohort):
    mark(item, ada, cohort, levels=FAIR)
    assert score(waiting) == Decimal("1.80000")
    record = Record.objects.get(activity__key="essay-quiz")
    assert (str(record.score), record.completed_at) == ("60.00", NOON + minutes(5))
    newest = Mark.objects.latest("pk")
    assert (newest.item_id, newest.score, newest.by) == (item, Decimal("0.80000"), ada)


def test_the_same_mark_sent_twice_is_one_and_a_change_needs_its_reason(waiting, item, ada, cohort):
    mark(item, ada, cohort)
    mark(item, ada, cohort)
    assert Marking.objects.count() == 1
    with pytest.raises(Refused, match="Write the reason"):
        mark(item, ada, cohort, base=1, levels=FAIR)
    mark(item, ada, cohort, base=1, levels=FAIR, reason="I had misread it.")
    assert [(one.number, one.reason) for one in Marking.objects.all()] == [
        (1, ""),
        (2, "I had misread it."),
    ]
    assert Mark.objects.filter(item=item).count() == 2
    assert score(waiting) == Decimal("1.80000")


def test_nobody_marks_over_somebody_else(item, ada, cleo, cohort):
    mark(item, ada, cohort)
    with pytest.raises(Refused, match="Somebody else has marked this answer meanwhile"):
        mark(item, cleo, cohort, levels=FAIR)
    with pytest.raises(Refused, match="Only the person who gave this mark changes it"):
        mark(item, cleo, cohort, base=1, levels=FAIR, reason="No.")
    assert Marking.objects.count() == 1


def test_two_marks_within_the_tolerance_count_as_their_mean(waiting, item, ada, cleo, cohort):
    two_markers(cohort, ada, "1.2")
    mark(item, cleo, cohort)
    assert score(waiting) is None
    with pytest.raises(Refused, match="You have marked this answer first"):
        mark(item, cleo, cohort, role="second")
    mark(item, ada, cohort, role="second", levels=FAIR)
    assert score(waiting) == Decimal("2.40000")


def test_two_marks_too_far_apart_wait_for_a_moderator(waiting, item, ada, cleo, cohort):
    two_markers(cohort, ada)
    mark(item, cleo, cohort)
    assert mark(item, ada, cohort, role="second", levels=FAIR).state == State.MODERATION
    assert (score(waiting), queue.waiting(cohort)[0].moderation) == (None, 1)
    with pytest.raises(Refused, match="Only instructors of the cohort moderate"):
        mark(item, cleo, cohort, role="moderator", reason="Mine.")
    mark(item, ada, cohort, role="moderator", reason="The objection is answered.")
    assert (score(waiting), queue.waiting(cohort)[0].decided) == (3, 1)
    with pytest.raises(Refused, match="A moderator has decided"):
        mark(item, cleo, cohort, base=1, levels=FAIR, reason="Still.")


def test_an_instructor_overrules_with_a_reason_and_the_student_sees_that_alone(
    ben, waiting, item, ada, cleo, cohort
):
    mark(item, cleo, cohort, comment="Too short.", levels=FAIR)
    mark(item, ada, cohort, role="moderator", reason="It is long enough.", comment="Fine.")
    shown = reports.result(Attempt.objects.get(pk=waiting.pk), now=NOON + minutes(9)).questions[1]
    assert [(one.role, one.comment) for one in shown.judged] == [("moderator", "Fine.")]
    assert score(waiting) == 3


def test_one_marker_being_enough_after_all_decides_what_waited_for_the_second(
    waiting, item, ada, cleo, cohort
):
    two_markers(cohort, ada)
    mark(item, cleo, cohort, levels=FAIR)
    question = queue.marked_question(cohort, PATH)
    by = teaching(ada, cohort)
    queue.set_plan(cohort, question, second=False, tolerance=Decimal(0), by=by, now=NOON)
    assert (score(waiting), MarkingPlan.objects.count()) == (Decimal("1.80000"), 1)


def test_a_mark_without_a_level_or_with_a_strange_one_changes_nothing(item, ada, cohort):
    for levels in ({}, {"claim": "clear"}, {**GOOD, "claim": "gone"}, {**GOOD, "new": "x"}):
        with pytest.raises(Refused):
            mark(item, ada, cohort, levels=levels)
    assert not Marking.objects.exists()


# --- Full credit that a regrade gave -----------------------------------------------------------


@pytest.fixture
def give_full_credit(ada, cohort):
    def give(at=20):
        seen = regrading.preview(
            queue.marked_question(cohort, PATH),
            version=None,
            policy="full",
            cohort=cohort,
            by=ada,
            reason="Nobody could know.",
            now=NOON + minutes(at),
        )
        return regrading.commit(seen, by=ada, now=NOON + minutes(at))

    return give


def test_another_comment_or_judgement_takes_no_full_credit_away(
    waiting, item, ada, cohort, give_full_credit
):
    mark(item, ada, cohort, levels=FAIR)
    give_full_credit()
    assert score(waiting) == 3
    mark(item, ada, cohort, base=1, levels=FAIR, comment="Read Waltz.", reason="A comment.")
    mark(item, ada, cohort, base=2, levels={**FAIR, "claim": "vague"}, reason="Less.")
    assert (score(waiting), Marking.objects.count()) == (3, 3)
    assert Mark.objects.latest("pk").regrade is not None


def test_two_marks_too_far_apart_wait_for_nobody_after_full_credit(
    waiting, item, ada, cleo, cohort, give_full_credit
):
    two_markers(cohort, ada)
    mark(item, cleo, cohort, levels=FAIR)
    mark(item, ada, cohort, role="second", levels=FAIR)
    give_full_credit()
    standing = mark(item, ada, cohort, role="second", base=1, reason="More.")
    row = queue.waiting(cohort)[0]
    assert (standing.state, row.moderation, row.decided) == (State.MODERATION, 0, 1)
    assert score(waiting) == 3


def test_what_waits_for_the_second_marker_or_has_all_points_gets_full_credit_as_well(
    waiting, item, ada, cleo, cohort, essay, give_full_credit
):
    two_markers(cohort, ada)
    mark(item, cleo, cohort, levels=FAIR)
    other = hand_in(factories.enrol(factories.make_user("zoe"), cohort), essay)
    good = other.items.get(position=2).pk
    mark(good, cleo, cohort)
    mark(good, ada, cohort, role="second")
    give_full_credit()
    row = queue.waiting(cohort)[0]
    assert (score(waiting), score(other), row.open, row.decided) == (3, 3, 0, 2)
    mark(good, cleo, cohort, base=1, levels=FAIR, reason="Less.")
    mark(good, ada, cohort, role="second", base=1, levels=FAIR, reason="Less.")
    by = teaching(ada, cohort)
    queue.set_plan(cohort, row.question, second=False, tolerance=Decimal(0), by=by, now=NOON)
    assert (score(waiting), score(other)) == (3, 3)


def test_full_credit_that_nobody_had_judged_is_taken_away_by_a_moderator(
    as_, ada, desk, waiting, item, cohort, give_full_credit
):
    give_full_credit()
    where = f"{desk}moderation/?answer={token_of(ada, cohort)}"
    typed = filled(sheet_of(as_(ada).get(where)), FAIR, reason="By mistake.", instead="1")
    as_(ada).post(where, typed)
    assert score(waiting) == Decimal("1.80000")


def test_a_moderator_takes_full_credit_away_in_so_many_words_alone(
    as_, ada, cleo, desk, waiting, item, cohort, give_full_credit
):
    mark(item, cleo, cohort, levels=FAIR)
    give_full_credit()
    with pytest.raises(Refused, match="Only a moderator's decision can count instead"):
        mark(item, cleo, cohort, base=1, reason="Less.", instead=True)
    told, token = (
        "A regrade gave this answer full credit: “Nobody could know.”.",
        token_of(ada, cohort),
    )
    assert told in as_(cleo).get(f"{desk}?answer={token}").content.decode()
    adas, where = as_(ada), f"{desk}moderation/?answer={token}"
    page = adas.get(where)
    assert told in page.content.decode()
    typed = filled(sheet_of(page), FAIR, reason="It was copied.")
    kept = adas.post(where, typed, follow=True).content.decode()
    assert "The full credit that a regrade gave this answer still counts" in kept
    assert score(waiting) == 3
    typed = filled(sheet_of(adas.get(where)), FAIR, reason="It was copied.", instead="1")
    for _twice in range(2):
        adas.post(where, typed)
    assert (score(waiting), Marking.objects.count()) == (Decimal("1.80000"), 3)
    give_full_credit(at=40)
    assert score(waiting) == 3


# --- The pages ---------------------------------------------------------------------------------


@pytest.fixture
def desk(cohort) -> str:
    return f"/teach/{cohort.pk}/marking/{PATH}/"


def sheet_of(page):
    return page.context["sheet"]


def token_of(user, cohort):
    """Of the first answer in the order of marking."""
    return queue.pile(cohort, queue.marked_question(cohort, PATH), by=user).entries[0].token


def filled(sheet, levels=GOOD, **more):
    chosen = {f"level.{criterion}": level for criterion, level in levels.items()}
    return {"role": sheet.role, "base": str(sheet.base), "act": "mark", **chosen, **more}


def test_marking_is_blind_and_the_order_is_everybodys(
    as_, ada, cleo, ben, essay, cohort, desk, waiting
):
    for name in ("zoe", "yan", "xia"):
        user = factories.make_user(name, f"{name.capitalize()} Writer")
        hand_in(factories.enrol(user, cohort), essay, f"By nobody, {len(name)} words.")
    orders = []
    for marker in (ada, cleo):
        client, tokens = as_(marker), []
        for place in range(1, 5):
            page = client.get(desk + (f"?answer={tokens[-1]}" if tokens else ""))
            for word in ("Ben", "Okafor", "Writer", "zoe", "student"):
                assert word not in page.content.decode().replace("Comment for the student", "")
            assert f"Answer {place} of 4" in page.content.decode()
            tokens += [sheet_of(page).entry.token, sheet_of(page).after]
            tokens = [token for token in dict.fromkeys(tokens) if token]
        orders.append(tokens)
    assert orders[0] == orders[1]
    assert len(orders[0]) == 4


def test_an_answer_is_marked_on_its_page_and_the_next_one_comes(
    as_, ada, essay, cohort, desk, waiting
):
    hand_in(factories.enrol(factories.make_user("zoe"), cohort), essay)
    adas = as_(ada)
    page = adas.get(desk)
    moved = adas.post(
        f"{desk}?answer={sheet_of(page).entry.token}",
        filled(sheet_of(page), comment="Say who fears whom.", keep="1"),
    )
    following = adas.get(moved["Location"])
    assert sheet_of(following).entry.token == sheet_of(page).after
    assert "Say who fears whom." in following.content.decode()  # kept, to be inserted
    inserted = adas.post(
        moved["Location"],
        {"comment": "No.", "level.claim": "vague", "insert": str(Snippet.objects.get().pk)},
    )
    assert sheet_of(inserted).comment == "No.\nSay who fears whom."
    assert sheet_of(inserted).rubric[0].levels[1].chosen
    last = adas.post(moved["Location"], filled(sheet_of(following)))
    assert urlsplit(last["Location"]).path == f"/teach/{cohort.pk}/marking/"
    assert "Ada Lindqvist (2)" in adas.get(last["Location"]).content.decode()


def test_what_is_refused_stays_on_the_page_as_it_was_typed(as_, ada, cleo, desk, waiting, cohort):
    adas = as_(ada)
    page = adas.get(desk)
    where = f"{desk}?answer={sheet_of(page).entry.token}"
    half = adas.post(where, filled(sheet_of(page), {"claim": "vague"}, comment="Half."))
    assert half.status_code == 422
    told = (
        '<a href="#level-objection">Choose a level for each criterion. Not chosen yet: '
        "Answers the other side."
    )
    assert told in half.content.decode()
    assert 'name="level.objection" id="level-objection"' in half.content.decode()
    assert sheet_of(half).rubric[0].levels[1].chosen
    assert "Half." in half.content.decode()
    mark(Item.objects.get(position=2).pk, cleo, cohort)
    late = adas.post(where, filled(sheet_of(page)))
    assert (late.status_code, Marking.objects.get().by) == (422, cleo)
    assert "Somebody else has marked this answer meanwhile" in late.content.decode()
    for rubbish in ({}, {"act": "mark", "role": "king", "base": "x"}, {"insert": "7"}):
        assert adas.post(where, rubbish).status_code == 422


def test_the_second_marker_does_not_see_the_first_mark(as_, ada, cleo, desk, item, cohort):
    two_markers(cohort, ada)
    mark(item, cleo, cohort, levels=FAIR, comment="SECRET comment")
    page = as_(ada).get(desk)
    assert (sheet_of(page).role, sheet_of(page).comment) == ("second", "")
    assert "SECRET" not in page.content.decode()
    assert not any(level.chosen for row in sheet_of(page).rubric for level in row.levels)


def test_a_moderator_sees_both_marks_and_only_then_a_name(as_, ada, cleo, desk, item, cohort):
    two_markers(cohort, ada)
    mark(item, cleo, cohort, levels=FAIR)
    mark(item, ada, cohort, role="second")
    assert as_(cleo).get(f"{desk}moderation/").status_code == 404
    adas = as_(ada)
    page = adas.get(f"{desk}moderation/")
    early = adas.post(f"{desk}moderation/", {"act": "name"})
    assert (early.status_code, NameShown.objects.count()) == (422, 0)
    text = page.content.decode()
    assert "First marker: 0.80 of 2 points" in text
    assert "Second marker: 2 of 2 points" in text
    assert "Ben Okafor" not in text
    refused = adas.post(f"{desk}moderation/", filled(sheet_of(page)))
    told = '<a href="#reason">Write the reason'
    assert (refused.status_code, told in refused.content.decode()) == (422, True)
    done = adas.post(f"{desk}moderation/", filled(sheet_of(page), reason="Answered well."))
    assert "Ben Okafor" not in adas.get(done["Location"]).content.decode()
    for _twice in range(2):
        asked = adas.post(done["Location"], {"act": "name"})
    assert "Written by Ben Okafor." in adas.get(asked["Location"]).content.decode()
    assert [(row.item_id, row.by) for row in NameShown.objects.all()] == [(item, ada)]


def test_who_asked_for_a_name_stands_beside_the_answer_and_others_stay_blind(
    as_, ada, cleo, desk, item, cohort
):
    zoe = factories.make_user("zoe", "Zoe Second")
    factories.enrol(zoe, cohort, Role.INSTRUCTOR)
    mark(item, cleo, cohort)
    as_(ada).post(f"{desk}moderation/", {"act": "name"})
    text = as_(zoe).get(f"{desk}moderation/").content.decode()
    assert ("Name shown to:" in text, "Ada Lindqvist, " in text, "Ben Okafor" in text) == (
        True,
        True,
        False,
    )


def test_no_marker_moderates_their_own_mark_unless_the_cohort_has_nobody_else(
    as_, ada, cleo, desk, item, cohort
):
    two_markers(cohort, ada)
    mark(item, cleo, cohort, levels=FAIR)
    mark(item, ada, cohort, role="second")
    alone = "The cohort has no other instructor, so you decide it all the same."
    assert alone in as_(ada).get(f"{desk}moderation/").content.decode()
    zoe = factories.make_user("zoe", "Zoe Second")
    factories.enrol(zoe, cohort, Role.INSTRUCTOR)
    sentence = "somebody else decides it. That can be: Zoe Second."
    page = as_(ada).get(f"{desk}moderation/")
    assert (sentence in page.content.decode(), b"Your decision" in page.content) == (True, False)
    with pytest.raises(Refused, match=re.escape(sentence)):
        mark(item, ada, cohort, role="moderator", reason="Mine.")
    assert mark(item, zoe, cohort, role="moderator", reason="Well.").state == State.DECIDED


def test_an_answer_that_grading_failed_on_says_so(as_, ada, ben_here, quiz, cohort, monkeypatch):
    def fail(*args):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(type(KINDS["single"]), "grade", fail)
        attempt = hand_in(ben_here, quiz, None)
    assert attempt.score is None
    adas, why = as_(ada), "Grading by the key failed here, so a person marks it"
    for path in ("", "anarchy-1/"):
        assert why in adas.get(f"/teach/{cohort.pk}/marking/{path}").content.decode()


def test_the_arrangement_is_set_by_instructors_in_points(as_, ada, desk, waiting):
    adas, where = as_(ada), f"{desk}moderation/"
    for tolerance in ("", "-1", "NaN", "much", "1e9"):
        data = {"act": "plan", "second": "1", "tolerance": tolerance}
        refused = adas.post(where, data)
        kept = refused.context["second"], refused.context["tolerance"]
        assert (refused.status_code, *kept) == (422, True, tolerance)
        assert '<a href="#tolerance">' in refused.content.decode()
    adas.post(where, {"act": "plan", "second": "1", "tolerance": " 0.25 "})
    plan = MarkingPlan.objects.get()
    assert (plan.second, plan.tolerance, plan.by) == (True, Decimal("0.25"), ada)


def test_questions_and_answers_that_nobody_has_to_mark_are_not_there(as_, ada, cohort, waiting):
    adas = as_(ada)
    for path in ("anarchy-1/", "nothing/", f"{PATH}/?answer=0123456789abcdef"):
        assert adas.get(f"/teach/{cohort.pk}/marking/{path}").status_code == 404


@pytest.mark.parametrize("size", [1, 3])
def test_the_queries_do_not_grow_with_the_answers(
    as_, ada, cleo, essay, cohort, desk, size, django_assert_num_queries
):
    for number in range(size):
        user = factories.make_user(f"writer{number}")
        attempt = hand_in(factories.enrol(user, cohort, Role.STUDENT), essay)
    marked = attempt.items.get(position=2).pk
    two_markers(cohort, ada)
    adas = as_(ada)
    with django_assert_num_queries(7):
        adas.get(f"/teach/{cohort.pk}/marking/")
    with django_assert_num_queries(9):
        adas.get(desk)
    mark(marked, cleo, cohort)
    with django_assert_num_queries(10):
        adas.get(f"{desk}moderation/")

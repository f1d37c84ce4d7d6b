"""Correcting a key after the exam: who moves is seen first, and nothing else is committed."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse

from courses.models import Enrolment, Group, Record
from courses.refusals import Refused
from quizzes.marks import regrading
from quizzes.models import Attempt, Mark, Question, Quiz, Regrade, Response
from quizzes.questions import KINDS
from quizzes.serializers import ResultSerializer
from quizzes.sitting import attempts, reports
from tests import factories
from tests.factories import NOON, minutes
from tests.regrading import LATER, correct, sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def zoe_here(cohort) -> Enrolment:
    return factories.enrol(factories.make_user("zoe", "Zoe Adeyemi"), cohort)


@pytest.fixture
def ben_sat(ben_here, quiz) -> Attempt:
    """ben chose the second option of the first question, and is right by the new key."""
    return sit(ben_here, quiz, "b", "a", None)


@pytest.fixture
def zoe_sat(zoe_here, quiz) -> Attempt:
    """zoe chose the first option of the first question, and was right by the old key."""
    return sit(zoe_here, quiz, "a", "a", "b")


@pytest.fixture
def corrected(ben_sat, zoe_sat, questions) -> Question:
    correct(questions[0])
    return questions[0]


@pytest.fixture
def look(corrected, ada, cohort):
    def look(policy: str = "new", **changes) -> Regrade:
        asked = {
            "version": None,
            "policy": policy,
            "cohort": cohort,
            "by": ada,
            "reason": "Waltz says the second.",
            "now": LATER,
        }
        return regrading.preview(corrected, **asked | changes)

    return look


def scores() -> dict[str, Decimal]:
    return dict(Attempt.objects.values_list("enrolment__user__username", "score"))


def scores_of(enrolment: Enrolment) -> list[Decimal]:
    return list(enrolment.attempts.order_by("number").values_list("score", flat=True))


def ledger() -> dict[str, Decimal]:
    return dict(Record.objects.values_list("enrolment__user__username", "score"))


def test_a_preview_says_who_would_move_and_changes_nothing(look, ben_sat, zoe_sat):
    before = (Mark.objects.count(), scores(), ledger())
    summary = look().summary
    assert (Mark.objects.count(), scores(), ledger()) == before
    assert {name: summary[name] for name in summary if name != "moves"} == {
        "attempts": 2,
        "students": 2,
        "open": 0,
        "moved": 2,
        "added": 2,
        "up": 1,
        "down": 1,
        "passes_now": 1,
        "fails_now": 1,
        "waiting": 0,
        "waited": 0,
        "by_hand": 0,
        "unscored": 0,
        "first_score": 0,
        "same": 0,
        "versions": [{"number": 1, "answers": 2}],
        "refusals": [],
        "facility": {"n": 2, "before": "0.5000", "after": "0.5000"},
        "mean": {"n": 2, "before": "50.00", "after": "50.00"},
    }
    assert sorted(summary["moves"], key=lambda row: row["before"]) == [
        {
            "attempt": str(ben_sat.pk),
            "item_before": "0.00",
            "item_after": "1.00",
            "points": "1.00",
            "score_before": "1.00",
            "score_after": "2.00",
            "before": "33.33",
            "after": "66.67",
            "passed_before": False,
            "passed_after": True,
        },
        {
            "attempt": str(zoe_sat.pk),
            "item_before": "1.00",
            "item_after": "0.00",
            "points": "1.00",
            "score_before": "2.00",
            "score_after": "1.00",
            "before": "66.67",
            "after": "33.33",
            "passed_before": True,
            "passed_after": False,
        },
    ]


@pytest.mark.parametrize(
    ("policy", "bens", "zoes"), [("full", 2, 2), ("both", 2, 2), ("new", 2, 1), ("leave", 1, 2)]
)
def test_each_policy_gives_what_it_says_and_the_preview_said_so(look, ada, policy, bens, zoes):
    regrade = look(policy)
    announced = {row["attempt"]: row["score_after"] for row in regrade.summary["moves"]}
    old = {str(attempt.pk): attempt.score for attempt in Attempt.objects.all()}
    regrading.commit(regrade, by=ada, now=LATER)
    assert scores() == {"ben": bens, "zoe": zoes}
    assert {pk: Decimal(score) for pk, score in announced.items()} == {
        str(attempt.pk): attempt.score
        for attempt in Attempt.objects.all()
        if attempt.score != old[str(attempt.pk)]
    }


@pytest.mark.invariant("D3")
def test_committing_adds_marks_and_touches_neither_answers_nor_old_marks(look, ada, corrected):
    old = list(Mark.objects.values())
    answers = list(Response.objects.values())
    regrade = regrading.commit(look(), by=ada, now=LATER)
    assert list(Mark.objects.filter(regrade=None).values()) == old
    assert list(Response.objects.values()) == answers
    assert (regrade.state, regrade.committed_at) == ("committed", LATER)
    added = Mark.objects.filter(regrade=regrade).order_by("score")
    assert [(m.score, m.version.number, m.by, m.reason, m.made_at) for m in added] == [
        (0, 2, ada, "Waltz says the second.", LATER),
        (1, 2, ada, "Waltz says the second.", LATER),
    ]


def test_the_ledger_follows_and_completion_is_not_taken_back(look, ada):
    assert ledger() == {"ben": Decimal("33.33"), "zoe": Decimal("66.67")}
    regrading.commit(look(), by=ada, now=LATER)
    assert ledger() == {"ben": Decimal("66.67"), "zoe": Decimal("33.33")}
    completed = dict(Record.objects.values_list("enrolment__user__username", "completed_at"))
    assert completed == {"ben": LATER, "zoe": NOON}


def test_the_best_of_several_attempts_still_counts(look, ada, ben_here, quiz):
    sit(ben_here, quiz, "a", "a", "b", now=NOON + minutes(60))
    assert ledger()["ben"] == Decimal("33.33")
    regrading.commit(look(), by=ada, now=LATER)
    # The second attempt met the corrected key already, and got its first answer wrong.
    assert scores_of(ben_here) == [2, 1]
    assert ledger()["ben"] == Decimal("66.67")


@pytest.mark.invariant("D3")
def test_committing_twice_changes_nothing_more(look, ada):
    regrade = look()
    regrading.commit(regrade, by=ada, now=LATER)
    after = (list(Mark.objects.values()), scores(), ledger())
    again = regrading.commit(regrade, by=ada, now=LATER + minutes(5))
    assert again.committed_at == LATER
    assert (list(Mark.objects.values()), scores(), ledger()) == after


@pytest.mark.invariant("D3")
def test_the_same_regrade_again_finds_nothing_to_do(look, ada):
    regrading.commit(look(), by=ada, now=LATER)
    second = look()
    assert (second.summary["moved"], second.summary["added"]) == (0, 0)
    regrading.commit(second, by=ada, now=LATER)
    assert Mark.objects.exclude(regrade=None).count() == 2


@pytest.mark.invariant("D3")
def test_a_regrade_does_not_depend_on_those_before_it(look, ada):
    regrading.commit(look("full"), by=ada, now=LATER)
    regrading.commit(look("both"), by=ada, now=LATER)
    assert scores() == {"ben": 2, "zoe": 2}
    regrading.commit(look("new"), by=ada, now=LATER)
    assert scores() == {"ben": 2, "zoe": 1}


@pytest.mark.invariant("D3")
def test_what_moved_since_is_in_the_way(look, ada, ben_here, quiz, zoe_here):
    cases = {
        "another attempt": lambda: sit(ben_here, quiz, "a", now=NOON + minutes(60)),
        "another regrade": lambda: regrading.commit(look("full"), by=ada, now=LATER),
        "another pass mark": lambda: type(quiz).objects.filter(pk=quiz.pk).update(pass_mark=99),
        "another due time": lambda: Attempt.objects.update(deduction=Decimal("50.00")),
        "a mark by hand": lambda: Mark.objects.create(
            item=Attempt.objects.first().items.get(position=1),
            version=Mark.objects.first().version,
            score=Decimal("0.5"),
            by=ada,
            made_at=LATER,
        ),
    }
    for case, act in cases.items():
        regrade = look()
        act()
        before = (list(Mark.objects.values()), scores(), ledger())
        with pytest.raises(Refused, match="Something has moved since this preview"):
            regrading.commit(regrade, by=ada, now=LATER)
        assert (list(Mark.objects.values()), scores(), ledger()) == before, case
        regrade.refresh_from_db()
        assert regrade.state == "preview"


def test_an_open_attempt_is_told_of_and_left_alone(look, ada, ben_here, quiz):
    open_one = attempts.start(ben_here, quiz, now=NOON + minutes(60))
    regrade = look()
    assert (regrade.summary["attempts"], regrade.summary["open"]) == (2, 1)
    regrading.commit(regrade, by=ada, now=NOON + minutes(61))
    assert not Mark.objects.filter(item__attempt=open_one).exists()


@pytest.fixture
def open_before(ben_here, ben_sat, quiz) -> Attempt:
    """ben is at work again, on the version before the correction."""
    return attempts.start(ben_here, quiz, now=LATER)


def test_the_list_counts_what_was_handed_in_after_the_regrade_by_the_old_key(
    open_before, look, ada, cohort, ben, questions, as_, django_assert_num_queries
):
    page = reverse("quizzes:regrades", args=[cohort.pk])
    assert "2 attempts are still marked by version 1" in as_(ada).get(page).content.decode()
    regrading.commit(look("both"), by=ada, now=LATER)
    assert [row.behind for row in regrading.asked(cohort)] == [(), (), ()]
    attempts.submit(ben, open_before.pk, now=LATER + minutes(1))
    with django_assert_num_queries(4):
        rows = regrading.asked(cohort)
    assert [(row.question, row.behind) for row in rows[:2]] == [
        (questions[0], [(1, 1)]),
        (questions[1], ()),
    ]
    assert "1 attempt is still marked by version 1" in as_(ada).get(page).content.decode()


def test_who_hands_in_after_full_credit_was_given_to_all_is_named_until_they_have_it(
    ben, ben_here, ada, cohort, quiz, questions, as_, django_assert_num_queries
):
    Quiz.objects.update(attempts_allowed=None)
    quiz.refresh_from_db()
    sit(ben_here, quiz, "b", "a", "a")
    at_work = attempts.start(ben_here, quiz, now=LATER - minutes(5))
    terms = {"version": None, "cohort": cohort, "by": ada, "reason": "It is broken."}

    def regrade(policy, at):
        now = LATER + minutes(at)
        seen = regrading.preview(questions[0], policy=policy, now=now, **terms)
        regrading.commit(seen, by=ada, now=now)

    def behind():
        return [row.behind for row in regrading.asked(cohort) if row.question == questions[0]]

    regrade("full", 0)
    assert behind() == [()]
    answers = {
        at: attempts.Answer(0, lambda kind, order, token=token: kind.parse_json(order, token))
        for at, token in enumerate("baa", start=1)
    }
    attempts.save(ben, at_work.pk, answers=answers, now=LATER + minutes(1))
    assert attempts.submit(ben, at_work.pk, now=LATER + minutes(2)).score == 2
    sit(ben_here, quiz, "a", now=LATER + minutes(3))  # right by the key: nothing is lacking
    assert behind() == [[(1, 1)]]
    page = as_(ada).get(reverse("quizzes:regrades", args=[cohort.pk])).content.decode()
    assert "1 attempt handed in later lacks the full credit that all got" in page
    with django_assert_num_queries(5):
        regrading.asked(cohort)
    regrade("leave", 10)
    assert behind() == [()]  # looked at, and left so
    sit(ben_here, quiz, "b", now=LATER + minutes(11))
    assert behind() == [[(1, 1)]]
    regrade("full", 20)
    assert (behind(), scores_of(ben_here)) == ([()], [3, 3, 1, 1])


def test_a_mark_given_by_hand_stays_unless_everybody_gets_full_credit(look, ada, ben_sat):
    item = ben_sat.items.get(position=1)
    Mark.objects.create(
        item=item, version=item.version, score=Decimal("0.25"), by=ada, made_at=NOON
    )
    Attempt.objects.filter(pk=ben_sat.pk).update(score=Decimal("1.25"))
    regrade = look()
    assert (regrade.summary["by_hand"], regrade.summary["moved"]) == (1, 1)
    regrading.commit(regrade, by=ada, now=LATER)
    assert scores() == {"ben": Decimal("1.25"), "zoe": 1}
    regrading.commit(look("full"), by=ada, now=LATER)
    assert scores() == {"ben": 2, "zoe": 2}


def test_an_attempt_that_waits_for_a_mark_keeps_waiting(look, ada, ben_sat, cohort, as_):
    """The total of an attempt stays open while one of its questions waits for a person."""
    Mark.objects.filter(item__attempt=ben_sat, item__position=3).delete()
    Attempt.objects.filter(pk=ben_sat.pk).update(score=None)
    regrade = look()
    told = ("moved", "up", "down", "unscored", "first_score", "same")
    assert [regrade.summary[name] for name in told] == [2, 0, 1, 1, 0, 0]
    page = as_(ada).get(reverse("quizzes:regrade", args=[cohort.pk, regrade.pk])).content.decode()
    assert "1 more moves whose total waits for a marker." in page
    assert '<td class="number">waiting for a marker</td>' in page
    assert regrade.summary["mean"]["n"] == 1
    assert {row["before"] for row in regrade.summary["moves"]} == {None, "66.67"}
    regrading.commit(regrade, by=ada, now=LATER)
    assert scores() == {"ben": None, "zoe": 1}
    assert Mark.objects.filter(item__attempt=ben_sat, regrade=regrade).get().score == 1


def test_a_question_that_itself_waits_is_not_marked_by_the_way(look, ada, ben_sat):
    Mark.objects.filter(item__attempt=ben_sat, item__position=1).delete()
    Attempt.objects.filter(pk=ben_sat.pk).update(score=None)
    regrade = look("both")
    assert regrade.summary["waiting"] == 1
    regrading.commit(regrade, by=ada, now=LATER)
    assert not Mark.objects.filter(item__attempt=ben_sat, item__position=1).exists()


@pytest.fixture
def broken(ada, cohort):
    """Full credit for an essay that is no question."""

    def look(question: Question) -> Regrade:
        return regrading.preview(
            question,
            version=None,
            policy="full",
            cohort=cohort,
            by=ada,
            reason="It is broken.",
            now=LATER,
        )

    return look


def test_full_credit_reaches_who_waits_for_a_marker(
    broken, ada, ben, ben_here, cohort, module, lesson, as_
):
    item = factories.make_waiting_essay(ben_here, module)
    seen = broken(item.version.question)
    (row,) = seen.summary["moves"]
    told = ("waited", "waiting", "moved", "added", "passes_now", "first_score")
    assert [seen.summary[name] for name in told] == [1, 0, 1, 1, 1, 1]
    assert [row[name] for name in ("item_before", "before", "after")] == [None, None, "100.00"]
    page = reverse("quizzes:regrade", args=[cohort.pk, seen.pk])
    assert "1 answer that waits for its first mark gets it" in as_(ada).get(page).content.decode()
    regrading.commit(seen, by=ada, now=LATER)
    found = Attempt.objects.get()
    assert (found.score, bool(found.sheet)) == (item.points, True)
    assert ledger() == {"ben": 100}
    Quiz.objects.update(review="practice")
    result = as_(ben).get(f"/attempts/{found.pk}/result/").content.decode()
    assert "It is broken. Your points: 1." in result
    assert broken(item.version.question).summary["added"] == 0
    assert [row.behind for row in regrading.asked(cohort)] == [()]


def test_full_credit_for_one_of_two_that_wait_leaves_the_attempt_open(
    broken, ada, ben_here, module, lesson
):
    essays = [
        factories.make_question(module, key, kind="essay", spec=factories.sample("essay"))
        for key in ("one", "two")
    ]
    quiz = factories.make_quiz(module, essays, key="essays", time_limit=None)
    attempt = attempts.start(ben_here, quiz, now=NOON)
    text = attempts.Answer(0, lambda kind, order: "In favour of it, for reasons.")
    attempts.save(ben_here.user, attempt.pk, answers={1: text, 2: text}, now=NOON)
    attempts.submit(ben_here.user, attempt.pk, now=NOON)
    for essay, score in zip(essays, (None, 2), strict=True):
        seen = broken(essay)
        regrading.commit(seen, by=ada, now=LATER)
        attempt.refresh_from_db()
        assert attempt.score == score


def test_full_credit_reaches_an_answer_whose_grading_failed(
    broken, ada, ben_here, quiz, questions, monkeypatch
):
    def fail(*args):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(type(KINDS["single"]), "grade", fail)
        done = sit(ben_here, quiz, "a", "a", "a")
    assert done.score is None
    for question, score in zip(questions, (None, None, 3), strict=True):
        regrading.commit(broken(question), by=ada, now=LATER)
        done.refresh_from_db()
        assert done.score == score


def test_a_version_that_cannot_be_read_is_told_and_left(look, ada, corrected):
    options = [
        {**option, "key": f"new-{place}"}
        for place, option in enumerate(corrected.spec["options"], start=1)
    ]
    correct(corrected, "new-2", options=options)
    version = Question.objects.get(pk=corrected.pk).current
    regrade = look(version=version)
    assert regrade.summary["moved"] == 0
    (refusal,) = regrade.summary["refusals"]
    assert refusal["answers"] == 2
    assert refusal["sentence"].startswith("Version 3 does not offer what version 1 offered")
    regrading.commit(regrade, by=ada, now=LATER)
    assert scores() == {"ben": 1, "zoe": 2}


def test_only_their_own_cohort_is_instructors_to_correct(look, ada, cleo, ben, adam, course):
    other = factories.make_cohort(course, "Another term")
    for by, where in ((ada, other), (ada, None), (cleo, other), (ben, other)):
        with pytest.raises(Refused, match="Only instructors of a cohort"):
            look(by=by, cohort=where)
    with pytest.raises(Refused, match="Only instructors of a cohort"):
        look(by=cleo)
    regrade = look(by=adam, cohort=None)
    assert regrade.summary["attempts"] == 2
    with pytest.raises(Refused, match="Only instructors of a cohort"):
        regrading.commit(regrade, by=ada, now=LATER)
    with pytest.raises(Refused, match="Only instructors of a cohort"):
        regrading.abandon(regrade, by=ada)
    regrading.commit(regrade, by=adam, now=LATER)
    assert scores() == {"ben": 2, "zoe": 1}


def test_other_cohorts_are_not_touched(look, ada, course, quiz):
    other = factories.make_cohort(course, "Another term")
    eve_here = factories.enrol(factories.make_user("eve"), other)
    sit(eve_here, quiz, "a", "a", "a")
    regrading.commit(look(), by=ada, now=LATER)
    assert scores() == {"ben": 2, "zoe": 1, "eve": 2}  # eve met the corrected key


@pytest.mark.parametrize("of", ["student", "group"])
def test_one_student_or_one_group_alone_is_marked_again(
    as_, ada, corrected, cohort, ben_here, zoe_here, of
):
    group = Group.objects.create(cohort=cohort, name="Evening")
    group.members.set([ben_here])
    adas, before = as_(ada), scores()
    terms = reverse("quizzes:regrade_question", args=[cohort.pk, corrected.key])
    fields = {
        "version": corrected.current_id,
        "policy": "new",
        "reason": "Waltz says the second.",
        "whom": f"person-{ben_here.pk}" if of == "student" else f"group-{group.pk}",
    }
    looked = adas.post(terms, fields, follow=True).content.decode()
    assert "1 of 1 attempt moves." in looked
    assert ("Ben Okafor, Autumn 2026" if of == "student" else "Group Evening, Autumn") in looked
    made = Regrade.objects.get()
    again = adas.get(f"{terms}?again={made.pk}").content.decode()
    assert f'<option value="{fields["whom"]}" selected' in again
    adas.post(reverse("quizzes:regrade", args=[cohort.pk, made.pk]), {"act": "commit"})
    assert scores() == before | {"ben": before["ben"] + 1}
    # Who was not marked again is still behind.
    assert [row.behind for row in regrading.asked(cohort) if row.question == corrected] == [
        [(1, 1)]
    ]
    stranger = adas.post(terms, fields | {"whom": "person-999"})
    assert "This person or group is not in the cohort." in stranger.content.decode()


def test_a_regrade_of_a_group_has_reached_those_it_looked_at_whoever_comes_and_goes(
    look, ada, cohort, corrected, ben_here, zoe_here, quiz, django_assert_num_queries
):
    group = Group.objects.create(cohort=cohort, name="Evening")
    group.members.set([ben_here])

    def behind():
        return [row.behind for row in regrading.asked(cohort) if row.question == corrected]

    regrading.commit(look("leave", to=group), by=ada, now=LATER)
    for members in ([ben_here], [ben_here, zoe_here], [zoe_here], []):
        group.members.set(members)
        assert behind() == [[(1, 1)]]  # zoe's, which nobody has looked at
    group.members.set([zoe_here])
    regrading.commit(look("full", to=group), by=ada, now=LATER)
    with django_assert_num_queries(4):
        assert behind() == [()]


def test_what_is_left_to_a_group_after_full_credit_for_all_is_named_no_more(
    look, ada, cohort, corrected, ben_here, zoe_here, quiz
):
    group = Group.objects.create(cohort=cohort, name="Evening")
    group.members.set([zoe_here])
    regrading.commit(look("full"), by=ada, now=LATER)
    for one in (ben_here, zoe_here):
        sit(one, quiz, None, now=LATER + minutes(1))

    def lacking():
        return [row.behind for row in regrading.asked(cohort) if row.question == corrected]

    assert lacking() == [[(2, 2)]]
    left = look("leave", to=group, now=LATER + minutes(2))
    regrading.commit(left, by=ada, now=LATER + minutes(2))
    group.members.set([])
    assert lacking() == [[(2, 1)]]  # ben's


def test_who_joins_the_group_after_the_preview_is_in_the_way(look, ada, cohort, ben_here, zoe_here):
    group = Group.objects.create(cohort=cohort, name="Evening")
    group.members.set([ben_here])
    made = look(to=group)
    group.members.add(zoe_here)
    with pytest.raises(Refused, match="Something has moved"):
        regrading.commit(made, by=ada, now=LATER)
    with pytest.raises(Refused, match="not in the cohort"):
        look(to=factories.enrol(factories.make_user("ann"), factories.make_cohort(cohort.course)))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": "  "}, "Write the reason: the students concerned read it."),
        ({"reason": "x" * 301}, "The reason has 301 characters; 300 fit. Shorten it."),
        ({"policy": "kind"}, "Choose how the answers are to be marked."),
    ],
)
def test_a_preview_without_its_terms_is_refused(look, changes, sentence):
    with pytest.raises(Refused) as refusal:
        look(**changes)
    assert str(refusal.value) == sentence
    assert not Regrade.objects.exists()


def test_the_version_must_be_the_questions_own(look, questions):
    with pytest.raises(Refused, match="belongs to another question"):
        look(version=Question.objects.get(pk=questions[1].pk).current)


def test_an_abandoned_preview_is_not_committed_and_a_committed_one_not_abandoned(look, ada):
    first, second = look(), look("full")
    regrading.abandon(regrading.abandon(first, by=ada), by=ada)
    with pytest.raises(Refused, match="has been abandoned"):
        regrading.commit(first, by=ada, now=LATER)
    regrading.commit(second, by=ada, now=LATER)
    with pytest.raises(Refused, match="has been committed and stays"):
        regrading.abandon(second, by=ada)


def test_progress_is_told_chunk_by_chunk(look, monkeypatch):
    monkeypatch.setattr(regrading, "CHUNK", 1)
    told = []
    look(watch=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


def test_a_commit_that_takes_long_says_so_beforehand(look, ada, client):
    regrade = look()
    client.force_login(ada)
    page = reverse("quizzes:regrade", args=[regrade.cohort_id, regrade.pk])
    assert "It may take about" not in client.get(page).content.decode()
    regrade.summary["attempts"] = 1_000
    regrade.save()
    assert "It may take about 1 second;" in client.get(page).content.decode()
    regrade.summary["attempts"] = 10_000
    regrade.save()
    told = client.get(page).content.decode()
    assert "All marks are written in one go, in the background. It takes about 10 seconds" in told


def test_a_long_list_of_moves_is_cut_and_the_counts_are_not(look, monkeypatch):
    monkeypatch.setattr(regrading, "LISTED", 1)
    summary = look().summary
    assert (len(summary["moves"]), summary["moved"]) == (1, 2)


def test_a_preview_names_what_a_question_cost(ben, ben_here, ada, cohort, module, questions):
    quiz = factories.make_quiz(module, questions, key="sure", certainty="score")
    attempt = attempts.start(ben_here, quiz, now=NOON)
    wrong = attempts.Answer(0, lambda kind, order: kind.parse_json(order, "b"), certainty=3)
    attempts.save(ben, attempt.pk, answers={1: wrong}, now=NOON)
    attempts.submit(ben, attempt.pk, now=NOON)
    correct(questions[0])
    seen = regrading.preview(
        questions[0], version=None, policy="new", cohort=cohort, by=ada, reason="b.", now=LATER
    )
    (row,) = seen.summary["moves"]
    told = ("item_before", "item_after", "score_before", "score_after")
    assert [row[name] for name in told] == ["-2.00", "1.00", "0.00", "1.00"]


@pytest.mark.parametrize("students", [1, 3])
def test_a_preview_asks_as_often_whatever_the_class(
    ada, cohort, quiz, questions, django_assert_num_queries, students
):
    for number in range(students):
        sit(factories.enrol(factories.make_user(f"student{number}"), cohort), quiz, "b")
    correct(questions[0])
    question = Question.objects.select_related("module", "current").get(pk=questions[0].pk)
    with django_assert_num_queries(10):
        regrading.preview(
            question, version=None, policy="new", cohort=cohort, by=ada, reason="Key.", now=LATER
        )


@pytest.mark.parametrize(("students", "of_a_group"), [(2, False), (4, False), (2, True), (4, True)])
def test_a_commit_asks_as_often_whatever_the_class(
    ada, cohort, quiz, questions, django_assert_num_queries, students, of_a_group
):
    group = Group.objects.create(cohort=cohort, name="Evening") if of_a_group else None
    for number in range(students):
        student = factories.enrol(factories.make_user(f"student{number}"), cohort)
        sit(student, quiz, "b", "b", "b")
        if group:
            group.members.add(student)
    correct(questions[0])
    terms = {"version": None, "policy": "new", "reason": "Key.", "to": group}
    regrade = regrading.preview(questions[0], cohort=cohort, by=ada, now=LATER, **terms)
    with django_assert_num_queries(24 + of_a_group):
        regrading.commit(regrade, by=ada, now=LATER)
    assert set(ledger().values()) == {Decimal("33.33")}
    assert Record.objects.filter(completed_at=None).count() == students


def test_a_commit_completes_what_has_no_attempt_left(ada, cohort, quiz, questions, ben_here):
    """As each hand-in does: many rows of the ledger are written by the same rules as one."""
    quiz.attempts_allowed = 2
    quiz.save()
    sit(ben_here, quiz, "b", "b", "b")
    for name in ("zoe", "yan"):
        sit(factories.enrol(factories.make_user(name), cohort), quiz, "b", "a", "a")
    Quiz.objects.update(attempts_allowed=1)  # past the verbs, which would tell the ledger at once
    correct(questions[0])
    regrade = regrading.preview(
        questions[0], version=None, policy="new", cohort=cohort, by=ada, reason="Key.", now=LATER
    )
    regrading.commit(regrade, by=ada, now=LATER)
    rows = Record.objects.order_by("enrolment__user__username").values_list("score", "completed_at")
    assert list(rows) == [(Decimal("33.33"), LATER), (100, NOON), (100, NOON)]


def test_the_command_shows_who_moves_and_changes_marks_only_when_told(corrected, ada, cohort):
    def told(*more: str) -> str:
        out = StringIO()
        terms = ("--policy=new", "--cohort", cohort.title, "--reason=Waltz.", "--by=ada", *more)
        call_command("regrade", corrected.key, *terms, stdout=out)
        return out.getvalue()

    looked = told()
    assert "facility: 0.5000 before, 0.5000 after" in looked
    assert [line.partition(",")[0].strip() for line in looked.splitlines() if "->" in line] == [
        "Ben Okafor",
        "Zoe Adeyemi",
    ]
    assert "Nothing was changed." in looked
    assert not Mark.objects.exclude(regrade=None).exists()
    assert "The marks are changed" in told("--commit")
    assert Mark.objects.exclude(regrade=None).count() == 2


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"question": "nothing"}, "There is no question “nothing”."),
        ({"by": "nobody"}, "There is no account “nobody”."),
        ({"cohort": "Winter"}, "There is no cohort “Winter”. Give its number or its title."),
        ({"version": 9}, "Question “anarchy-1” has no version 9."),
        ({"by": "ben"}, regrading.NOT_YOURS),
    ],
)
def test_the_command_refuses_in_a_sentence(corrected, ada, cohort, terms, sentence):
    told = {"policy": "new", "reason": "Waltz.", "by": "ada", "cohort": str(cohort.pk)} | terms
    with pytest.raises(CommandError) as refusal:
        call_command("regrade", told.pop("question", corrected.key), **told)
    assert str(refusal.value) == sentence


def test_the_result_is_shown_by_the_key_that_counts(look, ada, ben_sat):
    regrading.commit(look(), by=ada, now=LATER)
    attempts.reveal(ben_sat.enrolment, ben_sat.quiz, now=LATER)
    found = reports.result(Attempt.objects.get(pk=ben_sat.pk), now=LATER)
    first = found.questions[0]
    assert (found.score, first.mark, first.review["outcome"]) == (2, 1, "right")
    assert first.review["solution"] == ["War everywhere"]


def test_the_api_tells_what_a_regrade_did_to_a_mark(look, ada, ben_sat):
    regrading.commit(look(), by=ada, now=LATER)
    Quiz.objects.update(attempts_allowed=1)  # who may try again is not shown any mark
    found = reports.result(Attempt.objects.get(pk=ben_sat.pk), now=LATER)
    told = json.loads(json.dumps(ResultSerializer(found).data, cls=DjangoJSONEncoder))
    assert [[*map(tuple, map(dict.items, one["remarks"]))] for one in told["questions"]] == [
        [
            (
                ("at", "2026-10-05T13:30:00Z"),
                ("reason", "Waltz says the second."),
                ("before", "0.00"),
                ("after", "1.00"),
            )
        ],
        [],
        [],
    ]

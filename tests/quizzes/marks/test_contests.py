"""A student contests a question; an instructor answers, and the marks follow if they accept."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import Http404
from django.urls import reverse

from courses.models import Enrolment, Group
from courses.refusals import Refused
from quizzes import tasks
from quizzes.marks import contests, correcting, regrading
from quizzes.models import Attempt, Contest, Mark, Question, Quiz, Regrade, RegradeJob
from quizzes.sitting import attempts, reports, trying
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.factories import NOON, minutes
from tests.regrading import LATER, correct, sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(quiz) -> Quiz:
    """With one attempt each, after which its answers are shown."""
    quiz.attempts_allowed = 1
    quiz.save()
    return quiz


@pytest.fixture
def attempt(ben_here, quiz) -> Attempt:
    """ben chose the second option of the first question."""
    return sit(ben_here, quiz, "b", "a", None)


@pytest.fixture
def zoe_here(cohort) -> Enrolment:
    return factories.enrol(factories.make_user("zoe", "Zoe Adeyemi"), cohort)


def contest(user, attempt, position=1, **fields) -> Contest:
    fields = {"reason": "Waltz says the second.", "option": "b", "now": LATER, **fields}
    return contests.contest(user, attempt.pk, position, **fields)


@pytest.fixture
def made(ben, attempt) -> Contest:
    return contest(ben, attempt, passage="Waltz 1979, p. 104")


def answer(verb, made, ada, cohort, **fields):
    fields = {
        "cohort": cohort,
        "version": made.item.version,
        "by": ada,
        "answer": "You are right.",
        "citation": "Waltz 1979, ch. 6",
        "now": LATER,
        **fields,
    }
    if verb is contests.accept:
        fields["send"] = tasks.regrade.enqueue
    return verb([made.pk], **fields)


# --- The rules ---------------------------------------------------------------------------------


def test_a_contest_names_the_option_by_its_stable_key(made, ben_here, attempt):
    assert (made.option, made.enrolment, made.item.position, made.state) == (
        "option-2",
        ben_here,
        1,
        "open",
    )


def test_the_question_as_a_whole_can_be_contested(ben, attempt):
    assert contest(ben, attempt, option="").option == ""


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": " "}, "Write what is wrong with the question, and why."),
        ({"reason": "x" * 2001}, "The reason has 2001 characters; 2000 fit. Shorten it."),
        ({"passage": "x" * 301}, "The passage has 301 characters; 300 fit. Shorten it."),
        ({"reason": "a\x00b"}, "The reason holds a character that cannot be stored."),
        ({"option": "z"}, "That is not one of the choices on this page. Choose one, or none."),
        ({"option": "option-2"}, "That is not one of the choices on this page."),
        ({"position": 99}, "This attempt has no question 99."),
        ({"position": 10**30}, f"This attempt has no question {10**30}."),
    ],
)
def test_a_contest_that_says_nothing_is_refused_in_words(ben, attempt, fields, sentence):
    with pytest.raises(Refused) as refusal:
        contest(ben, attempt, **fields)
    assert str(refusal.value).startswith(sentence)
    assert not Contest.objects.exists()


def test_a_question_is_contested_once_at_a_time(ben, attempt, made, ada, cohort):
    with pytest.raises(Refused, match="You have contested this question already"):
        contest(ben, attempt)
    answer(contests.decline, made, ada, cohort)
    assert contest(ben, attempt, reason="But see p. 105.").state == "open"


def test_of_a_question_that_was_asked_afresh_the_one_that_stands_is_contested(ben, ben_here, quiz):
    quiz.behaviour, quiz.review, quiz.known_questions = "practice", "practice", "count"
    quiz.save()
    attempt = attempts.start(ben_here, quiz, now=NOON)
    wrong = Answer(0, lambda kind, order: kind.parse_json(order, "b"))
    trying.check(ben, attempt.pk, position=1, answer=wrong, now=NOON)
    trying.redo(ben, attempt.pk, position=1, now=NOON, seed=1)
    attempts.submit(ben, attempt.pk, now=NOON)
    assert contest(ben, attempt).item == attempt.items.get(position=1, replaced_at=None)


def test_five_contests_of_an_attempt_can_be_open(ben, ben_here, module, lesson):
    questions = [
        factories.make_question(module, f"more-{n}", spec=factories.single(f"Question {n}?"))
        for n in range(6)
    ]
    quiz = factories.make_quiz(module, questions, "long-quiz", attempts_allowed=1)
    attempt = sit(ben_here, quiz, "b")
    for position in range(1, 6):
        contest(ben, attempt, position)
    with pytest.raises(Refused, match="You have contested 5 questions of this attempt"):
        contest(ben, attempt, 6)


def test_nothing_can_be_contested_while_the_right_answer_is_hidden(ben, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    with pytest.raises(Refused, match="once its right answer is shown"):
        contest(ben, attempt, now=NOON)
    attempts.submit(ben, attempt.pk, now=NOON)
    quiz.review = "exam"
    quiz.save()
    with pytest.raises(Refused, match="once its right answer is shown"):
        contest(ben, attempt)


def test_an_attempt_of_somebody_else_is_not_there(attempt, zoe_here):
    with pytest.raises(Http404):
        contest(zoe_here.user, attempt)


def test_declining_answers_the_student_and_moves_no_mark(made, ada, cohort, ben, attempt):
    marks = Mark.objects.count()
    answer(contests.decline, made, ada, cohort, answer="Chapter 6 says the first.")
    made.refresh_from_db()
    assert (made.state, made.answer, made.citation, made.answered_by, made.answered_at) == (
        "declined",
        "Chapter 6 says the first.",
        "Waltz 1979, ch. 6",
        ada,
        LATER,
    )
    assert (Mark.objects.count(), Regrade.objects.count()) == (marks, 0)


def test_declining_needs_a_place_to_read(made, ada, cohort):
    with pytest.raises(Refused, match="Name the place"):
        answer(contests.decline, made, ada, cohort, citation="")


def test_accepting_opens_a_preview_that_is_linked_and_moves_marks_when_committed(
    made, ada, cohort, questions, attempt
):
    correct(questions[0])
    regrade = answer(
        contests.accept, made, ada, cohort, policy="both", key=None, answer="The key was wrong."
    )
    made.refresh_from_db()
    assert (made.state, made.regrade, regrade.state) == ("accepted", regrade, "preview")
    assert (regrade.cohort, regrade.policy, regrade.reason, regrade.version.number) == (
        cohort,
        "both",
        "The key was wrong.",
        2,
    )
    assert Attempt.objects.get().score == 1
    regrading.commit(regrade, by=ada, now=LATER)
    assert Attempt.objects.get().score == 2


def test_accepting_what_gives_no_contested_answer_more_has_to_be_meant(
    made, ada, cohort, questions
):
    """The key is mended to the third option, and ben chose the second."""
    corrected = correct(questions[0], right="option-3")
    terms = {"policy": "new", "key": corrected}
    with pytest.raises(contests.NobodyGains, match="None of the contested answers gains points"):
        answer(contests.accept, made, ada, cohort, **terms)
    made.refresh_from_db()
    assert (made.state, Regrade.objects.count()) == ("open", 0)
    answer(contests.accept, made, ada, cohort, although_nobody_gains=True, **terms)
    made.refresh_from_db()
    assert made.state == "accepted"


def test_accepted_stays_on_the_page_until_a_regrade_is_committed(
    as_, made, ada, cohort, questions, django_assert_num_queries
):
    correct(questions[0])
    first = answer(contests.accept, made, ada, cohort, policy="both", key=None)
    regrading.abandon(first, by=ada)
    with django_assert_num_queries(2):
        (promised,) = contests.promised(cohort)
    assert (promised.question, promised.accepted, promised.preview) == (questions[0], 1, None)
    page = reverse("quizzes:regrades", args=[cohort.pk])
    assert "Accepted, nothing committed yet" in as_(ada).get(page).content.decode()
    terms = {"version": None, "policy": "both", "reason": "So it is.", "cohort": cohort}
    second = regrading.preview(questions[0], by=ada, now=LATER, **terms)
    regrading.commit(second, by=ada, now=LATER)
    assert contests.promised(cohort) == []


def test_a_promise_stands_until_a_regrade_has_reached_the_student(
    made, ada, cohort, ben_here, zoe_here, quiz, questions
):
    sit(zoe_here, quiz, "b")
    correct(questions[0])
    answer(contests.accept, made, ada, cohort, policy="new", key=None)
    group = Group.objects.create(cohort=cohort, name="Evening")
    terms = {"version": None, "policy": "new", "reason": "So it is.", "cohort": cohort}
    for reached, others in ((zoe_here, ben_here), (ben_here, zoe_here)):
        group.members.set([reached])
        seen = regrading.preview(questions[0], by=ada, now=LATER, to=group, **terms)
        regrading.commit(seen, by=ada, now=LATER)
        group.members.set([others])
        assert [each.accepted for each in contests.promised(cohort)] == (
            [1] if reached == zoe_here else []
        )


def test_a_refused_preview_leaves_the_contest_open(made, ada, cohort):
    with pytest.raises(Refused, match="Choose how"):
        answer(contests.accept, made, ada, cohort, policy="", key=None)
    made.refresh_from_db()
    assert (made.state, Regrade.objects.count()) == ("open", 0)


def test_an_answer_is_given_once(made, ada, cohort):
    answer(contests.decline, made, ada, cohort)
    with pytest.raises(Refused, match="has been answered meanwhile"):
        answer(contests.accept, made, ada, cohort, policy="full", key=None)
    assert not Regrade.objects.exists()


def test_assistants_students_and_strangers_do_not_answer(made, cleo, ben, eve, cohort):
    for person in (cleo, ben, eve):
        with pytest.raises(Refused, match="Only instructors of this cohort"):
            answer(contests.decline, made, person, cohort)


def test_contests_are_grouped_by_version_and_option_with_the_answers_behind_them(
    made, ben, zoe_here, cohort, attempt, quiz
):
    theirs = sit(zoe_here, quiz, "b", "c")
    contest(zoe_here.user, theirs, reason="So do I.")
    contest(zoe_here.user, theirs, 2, option="a")
    (first, second) = contests.contested(cohort)
    assert (first.prompt, first.open, first.students) == ("Question number 1?", 2, 2)
    assert (second.prompt, second.open, second.students) == ("Question number 2?", 1, 1)
    (group,) = contests.groups(cohort, first.version)
    assert (group.option, group.words, group.right, group.chosen) == (
        "option-2",
        "War everywhere",
        False,
        2,
    )
    assert [(each.student, each.answer) for each in group.open] == [
        ("Ben Okafor", "War everywhere"),
        ("Zoe Adeyemi", "War everywhere"),
    ]


# --- The pages ---------------------------------------------------------------------------------


def result_page(attempt: Attempt) -> str:
    return reverse("quizzes:result", args=[attempt.pk])


def contest_page(attempt: Attempt, position: int = 1) -> str:
    return reverse("quizzes:contest", args=[attempt.pk, position])


def test_ben_contests_on_his_result_page_and_reads_that_it_is_on_its_way(as_, ben, attempt):
    bens = as_(ben)
    assert contest_page(attempt) in bens.get(result_page(attempt)).content.decode()
    form = bens.get(contest_page(attempt)).content.decode()
    assert "War everywhere" in form
    assert "option-2" not in form
    fields = {"option": "b", "reason": "Waltz says so.", "passage": "p. 104"}
    page = bens.post(contest_page(attempt), fields, follow=True)
    assert page.redirect_chain == [(f"{result_page(attempt)}#q1", 302)]
    content = page.content.decode()
    assert "You contested this; the answer is on its way" in content
    assert "Waltz says so." in content
    assert contest_page(attempt) not in content
    assert contest_page(attempt, 2) in content


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "", "passage": "kept"}, "Write what is wrong with the question, and why."),
        ({"reason": "x", "passage": "kept", "option": "z"}, "not one of the choices"),
        ({"reason": "a\x00b", "passage": "kept"}, "Null characters are not allowed."),
    ],
)
def test_a_contest_that_cannot_be_taken_keeps_what_was_typed(as_, ben, attempt, fields, sentence):
    page = as_(ben).post(contest_page(attempt), fields)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert 'value="kept"' in page.content.decode()
    assert not Contest.objects.exists()


def test_contesting_twice_is_told(as_, ben, attempt, made):
    page = as_(ben).post(contest_page(attempt), {"reason": "again"})
    assert page.status_code == 422
    assert "You have contested this question already" in page.content.decode()


def test_an_exam_offers_no_contest_before_its_close(as_, ben, attempt, quiz):
    quiz.review = "exam"
    quiz.save()
    bens = as_(ben)
    assert "/contest/" not in bens.get(result_page(attempt)).content.decode()
    page = bens.get(contest_page(attempt), follow=True)
    assert page.redirect_chain == [(result_page(attempt), 302)]
    assert "once its right answer is shown" in page.content.decode()


def contested_page(cohort, made) -> str:
    return reverse("quizzes:contested", args=[cohort.pk, made.item.version_id])


def test_ada_declines_and_ben_reads_why(as_, ada, ben, cohort, attempt, made):
    adas = as_(ada)
    overview = adas.get(reverse("quizzes:regrades", args=[cohort.pk])).content.decode()
    assert "1 question is contested and waits for your answer." in overview
    assert contested_page(cohort, made) in overview
    page = adas.get(contested_page(cohort, made)).content.decode()
    assert "Waltz says the second." in page
    assert "Ben Okafor" in page
    fields = {
        "contest": [made.pk],
        "answer": "Chapter 6 says the first.",
        "citation": "Waltz 1979, ch. 6",
        "version": made.item.version_id,
        "policy": "both",
        "decision": "decline",
    }
    assert adas.post(contested_page(cohort, made), fields | {"citation": ""}).status_code == 422
    done = adas.post(contested_page(cohort, made), fields)
    assert (done.status_code, done["Location"]) == (
        302,
        reverse("quizzes:regrades", args=[cohort.pk]),
    )
    content = as_(ben).get(result_page(attempt)).content.decode()
    assert "You contested this, and it was declined" in content
    assert "Chapter 6 says the first." in content
    assert "Waltz 1979, ch. 6" in content


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"contest": []}, "Choose at least one contest to answer."),
        ({"contest": ["999999"]}, "One of these contests has been answered meanwhile."),
        ({"contest": ["x"]}, "One of these contests has been answered meanwhile."),
        ({"answer": ""}, "Write the answer that the student is to read."),
        ({"decision": "perhaps"}, "Choose whether to accept or to decline."),
        ({"answer": "x" * 301}, "The answer has 301 characters; 300 fit."),
    ],
)
def test_an_answer_that_cannot_be_taken_changes_nothing_and_keeps_what_was_typed(
    as_, ada, cohort, made, changes, sentence
):
    fields = {
        "contest": [made.pk],
        "answer": "Indeed.",
        "citation": "kept",
        "version": made.item.version_id,
        "policy": "both",
        "decision": "accept",
        **changes,
    }
    page = as_(ada).post(contested_page(cohort, made), fields)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert 'value="kept"' in page.content.decode()
    made.refresh_from_db()
    assert (made.state, Regrade.objects.count()) == ("open", 0)


def test_from_contest_to_new_marks_by_the_pages_alone(
    as_, ada, ben, cohort, attempt, made, questions
):
    correct(questions[0])
    adas = as_(ada)
    fields = {
        "contest": [made.pk],
        "answer": "The key was wrong.",
        "version": Question.objects.get(pk=questions[0].pk).current_id,
        "policy": "new",
        "decision": "accept",
    }
    preview = adas.post(contested_page(cohort, made), fields, follow=True)
    regrade = Regrade.objects.get()
    address = reverse("quizzes:regrade", args=[cohort.pk, regrade.pk])
    assert preview.redirect_chain == [(address, 302)]
    content = preview.content.decode()
    assert "1 of 1 attempt moves." in content
    assert "33.33 → 66.67" in content
    assert "no → yes" in content
    assert "0 → 1 of 1" in content
    committed = adas.post(address, {"act": "commit"}, follow=True)
    assert "The marks are changed" in committed.content.decode()
    bens = as_(ben)
    result = bens.get(result_page(attempt)).content.decode()
    assert "66.67 %" in result
    assert "The key was wrong." in result
    assert "Your points: 0 before, 1 now." in result
    assert "You contested this, and it was accepted" in result
    home = bens.get("/")
    assert home.context["studying"][0].steps[-1].score == Decimal("66.67")


def test_the_page_asks_for_a_tick_before_it_promises_nothing(as_, ada, cohort, made, questions):
    fields = {
        "contest": [made.pk],
        "answer": "You are right.",
        "version": made.item.version_id,
        "policy": "both",
        "decision": "accept",
    }
    adas = as_(ada)
    assert "all the same" not in adas.get(contested_page(cohort, made)).content.decode()
    refused = adas.post(contested_page(cohort, made), fields)
    assert (refused.status_code, Regrade.objects.count()) == (422, 0)
    assert "None of the contested answers gains points" in refused.content.decode()
    assert "Accept it all the same" in refused.content.decode()
    fields["although_nobody_gains"] = "on"
    preview = adas.post(contested_page(cohort, made), fields, follow=True)
    assert "None of the contested answers gains points by this." in preview.content.decode()


def test_accepting_one_that_many_attempts_are_about_leads_to_a_preview_made_in_the_background(
    as_, ada, cohort, attempt, made, questions, monkeypatch
):
    monkeypatch.setattr(correcting, "AT_ONCE", 0)
    correct(questions[0])
    fields = {
        "contest": [made.pk],
        "answer": "The key was wrong.",
        "version": Question.objects.get(pk=questions[0].pk).current_id,
        "policy": "new",
        "decision": "accept",
    }
    page = as_(ada).post(contested_page(cohort, made), fields, follow=True)
    job = RegradeJob.objects.get()
    assert page.redirect_chain == [(reverse("quizzes:regrade_job", args=[cohort.pk, job.pk]), 302)]
    made.refresh_from_db()
    assert (made.state, made.regrade, Regrade.objects.count()) == ("accepted", None, 0)
    tasks.regrade.func(job.pk)
    made.refresh_from_db()
    assert (made.regrade.state, made.regrade.summary["moved"]) == ("preview", 1)


def test_an_exam_under_way_tells_of_a_regrade_without_the_reason(
    as_, ada, ben, cohort, attempt, questions, quiz
):
    """The total may be seen; what names the key may not."""
    quiz.review = "exam"
    quiz.save()
    correct(questions[0])
    question = Question.objects.select_related("module").get(pk=questions[0].pk)
    regrade = regrading.preview(
        question, version=None, policy="new", cohort=cohort, by=ada, reason="It is B.", now=LATER
    )
    regrading.commit(regrade, by=ada, now=LATER)
    content = as_(ben).get(result_page(attempt)).content.decode()
    assert "Questions of this attempt were marked again on 5 Oct 2026." in content
    assert "It is B." not in content
    found = reports.result(Attempt.objects.get(), now=LATER + timedelta(days=1))
    assert [question.remarks for question in found.questions] == [(), (), ()]


def test_ada_regrades_by_the_form_and_a_preview_that_went_stale_is_not_committed(
    as_, ada, cohort, attempt, questions, zoe_here, quiz
):
    correct(questions[0])
    adas = as_(ada)
    form = reverse("quizzes:regrade_question", args=[cohort.pk, "anarchy-1"])
    assert adas.get(form).status_code == 200
    version = Question.objects.get(pk=questions[0].pk).current_id
    terms = {"version": version, "policy": "new", "reason": "The key was wrong."}
    for changes, sentence in (
        ({"reason": ""}, "Write the reason: the students concerned read it."),
        ({"version": "999999"}, "Select a valid choice."),
        ({"policy": "kind"}, "Select a valid choice."),
    ):
        page = adas.post(form, terms | changes)
        assert page.status_code == 422
        assert sentence in page.content.decode()
    assert not Regrade.objects.exists()
    # An instructor has no say in other cohorts: the field is not hers to send.
    made = adas.post(form, terms | {"everybody": "on"})
    regrade = Regrade.objects.get()
    address = reverse("quizzes:regrade", args=[cohort.pk, regrade.pk])
    assert (made["Location"], regrade.cohort) == (address, cohort)
    assert adas.post(address, {}).status_code == 422
    sit(zoe_here, quiz, "b", now=NOON + minutes(60))
    stale = adas.post(address, {"act": "commit"})
    assert stale.status_code == 409
    assert "Something has moved since this preview" in stale.content.decode()
    again = adas.get(f"{form}?again={regrade.pk}").content.decode()
    assert "The key was wrong." in again
    done = adas.post(address, {"act": "abandon"}, follow=True)
    assert "The preview is abandoned; no mark was changed." in done.content.decode()
    assert "abandoned" in adas.get(address).content.decode()


def test_an_editor_regrades_every_cohort_and_ada_sees_her_own_students_only(
    as_, ada, adam, cohort, course, attempt, questions, quiz
):
    other = factories.make_cohort(course, "Another term")
    sit(factories.enrol(factories.make_user("zed", "Zed Far"), other), quiz, "b")
    version = correct(questions[0])
    form = reverse("quizzes:regrade_question", args=[cohort.pk, "anarchy-1"])
    terms = {"version": version.pk, "policy": "new", "reason": "Key.", "everybody": "on"}
    page = as_(adam).post(form, terms, follow=True).content.decode()
    assert "Zed Far" in page
    regrade = Regrade.objects.get()
    address = reverse("quizzes:regrade", args=[cohort.pk, regrade.pk])
    hers = as_(ada).get(address).content.decode()
    assert "Ben Okafor" in hers
    assert "Zed Far" not in hers
    assert 'value="commit"' not in hers
    refused = as_(ada).post(address, {"act": "commit"})
    assert refused.status_code == 409
    assert Regrade.objects.get().state == "preview"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_as_often_whatever_the_number_of_rows(
    as_, ada, cohort, quiz, questions, rows, django_assert_num_queries
):
    version = questions[0].current
    for number in range(rows):
        here = factories.enrol(factories.make_user(f"student{number}"), cohort)
        contest(here.user, sit(here, quiz, "b"))
        regrade = regrading.preview(
            Question.objects.select_related("module", "current").get(pk=questions[0].pk),
            version=None,
            policy="full",
            cohort=cohort,
            by=ada,
            reason="Flawed.",
            now=LATER,
        )
    adas = as_(ada)
    with django_assert_num_queries(13):
        adas.get(reverse("quizzes:regrades", args=[cohort.pk]))
    with django_assert_num_queries(8):
        adas.get(reverse("quizzes:contested", args=[cohort.pk, version.pk]))
    with django_assert_num_queries(10):
        adas.get(reverse("quizzes:regrade", args=[cohort.pk, regrade.pk]))

"""Whatever lets somebody earn again once answers of an exam may have been seen has to be meant."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses import cohorts, enrolment, invitations, roster, rosterfile
from courses.models import Cohort, Enrolment, Group, Invitation
from courses.refusals import Refused, ToBeMeant
from quizzes.models import Attempt, Override, Quiz, Reveal, Slot
from quizzes.sitting import attempts
from quizzes.times import dates, giving, reopening, timing
from tests import factories
from tests.editing import errors, typed
from tests.factories import NOON, minutes

pytestmark = pytest.mark.django_db

ASKED = "Realism quiz: 1 student may have seen these answers already."
TICKED = {"although_seen": "on"}


@pytest.fixture
def zoe_here(cohort) -> Enrolment:
    return factories.enrol(factories.make_user("zoe", "Zoe Adler"), cohort)


@pytest.fixture
def shown(ben, ben_here, quiz) -> Quiz:
    """An exam that is open, although one student has been shown its answers."""
    Quiz.objects.filter(pk=quiz.pk).update(review="exam")
    attempts.submit(ben, attempts.start(ben_here, quiz, now=NOON).pk, now=NOON)
    Attempt.objects.update(shown_at=NOON)
    return Quiz.objects.select_related("activity__module").get(pk=quiz.pk)


@pytest.fixture
def evening(shown, ada, cohort) -> Group:
    """A group with one attempt more."""
    group = timing.make_group(cohort, name="Evening", by=ada)
    give(shown, group, ada, attempts_allowed=3)
    return group


def give(quiz, to, by, **changes) -> Override:
    return timing.give_override(
        quiz, to=to, changes=changes, reason="ill", by=by, now=NOON, although_seen=True
    )


def asks(act) -> None:
    """That the act is refused and changes nothing, and is done when it is meant."""
    with transaction.atomic(), pytest.raises(reopening.Seen, match=ASKED):
        act(although_seen=False)
    act(although_seen=True)


def test_a_longer_time_factor(shown, ada, zoe_here):
    def factor(number, **meant):
        timing.change_time_factor(
            zoe_here, factor=Decimal(number), reason="dyslexia", by=ada, now=NOON, **meant
        )

    asks(lambda **meant: factor("1.5", **meant))
    factor("1.2")


def test_a_group_that_has_more(evening, ada, zoe_here):
    def fill(*members, **meant):
        timing.fill_group(evening, members=members, by=ada, now=NOON, **meant)

    asks(lambda **meant: fill(zoe_here, **meant))
    fill()


def test_a_file_that_puts_somebody_into_such_a_group_or_lets_them_back(
    evening, ada, cohort, ben_here, zoe_here
):
    enrolment.withdraw(zoe_here, now=NOON)
    factories.make_user("new")

    def file(text):
        reading = rosterfile.read(text)
        digest = roster.plan(cohort, reading, now=NOON).digest
        return lambda **meant: timing.bring_in(
            cohort, reading, digest=digest, by=ada, now=NOON, **meant
        )

    file("new@parallax.example,,,Evening")()  # was never here
    for text in ("ben@parallax.example,,,Evening", "zoe@parallax.example"):
        asks(file(text))
    assert set(evening.members.values_list("user__username", flat=True)) == {"ben", "new"}


def test_taking_back_what_stood_in_the_way(shown, ada, zoe_here):
    only_one = give(shown, zoe_here, ada, attempts_allowed=1)
    asks(lambda **meant: timing.revoke_override(only_one, by=ada, now=NOON, **meant))
    more = give(shown, zoe_here, ada, attempts_allowed=5)
    timing.revoke_override(more, by=ada, now=NOON)


def test_a_later_last_day_of_the_cohort(shown, ada, cohort):
    def change(**meant):
        terms = {"title": "Autumn", "starts_on": date(2026, 9, 1), "time_zone": "UTC"} | meant
        seen = cohorts.details(Cohort.objects.get(pk=cohort.pk))
        dates.change_cohort(cohort, seen=seen, by=ada, now=NOON, **terms)

    change(ends_on=date(2099, 12, 31))
    asks(lambda **meant: change(ends_on=None, **meant))
    change(ends_on=date(2099, 12, 30))


def test_coming_back_after_being_withdrawn(as_, adam, shown, zoe_here):
    enrolment.withdraw(zoe_here, now=NOON)
    asks(lambda **meant: enrolment.reinstate(zoe_here, now=NOON, **meant))
    enrolment.withdraw(zoe_here, now=NOON)
    page, adams = reverse("admin:courses_enrolment_changelist"), as_(adam)
    chosen = {"action": "reinstate", "_selected_action": [zoe_here.pk]}
    assert 'name="although_seen"' not in adams.get(page).content.decode()
    refused = adams.post(page, chosen)
    said = unescape(refused.content.decode())
    assert f"Zoe Adler: {ASKED}" in said
    for field in ("although_seen", "action", "_selected_action"):
        assert f'name="{field}"' in said
    assert list(refused.context["messages"]) == []  # not that 0 are in
    assert "aria-invalid" not in said
    pressed = unescape(adams.post(page, chosen | {"asked": "1"}).content.decode())
    assert "Nobody was let back in, since the box below was not ticked." in pressed
    assert 'aria-invalid="true" aria-describedby="although_seen_error"' in pressed
    done = adams.post(page, chosen | TICKED, follow=True)
    assert [str(message) for message in done.context["messages"]] == ["1 is in."]
    zoe_here.refresh_from_db()
    assert zoe_here.withdrawn_at is None


def test_an_invitation_lets_nobody_back_who_would_have_to_be_let_back(
    as_, shown, ada, cohort, zoe_here
):
    """Nobody is there who could mean it."""
    enrolment.withdraw(zoe_here, now=timezone.now())
    later = timezone.now() + minutes(1)
    offer = Invitation.objects.create(
        cohort=cohort,
        email="zoe.private@example.org",
        by=ada,
        made_at=later,
        digest=invitations.unknown_digest(),
    )
    zoe, secret = as_(zoe_here.user), invitations.seal(offer, now=later)
    zoe.get(reverse("courses:invitation"), {"key": secret})
    refused = zoe.post(reverse("courses:invitation"))
    assert refused.status_code == 422
    assert "Ask your instructor, who can let you back in" in refused.content.decode()
    zoe_here.refresh_from_db()
    assert zoe_here.withdrawn_at is not None
    assert Invitation.objects.get(accepted_at=None) == offer
    Quiz.objects.filter(pk=shown.pk).update(review="practice")
    assert invitations.accept(zoe_here.user, secret=secret, now=later).withdrawn_at is None


TAUGHT = (
    "Tina was assistant here and could see the answers of every exam. As a student they could earn"
    " with them in “Realism quiz”."
)


def test_who_taught_and_is_to_study_has_seen_the_keys(as_, adam, ada, cohort, quiz):
    """By the roster's page, by a file and at the desk; whether or not a student has seen them."""
    tina = factories.enrol(factories.make_user("tina", "Tina"), cohort, "assistant")
    text = "tina@parallax.example,,student"

    def by_page():
        row = {"act": "role", "enrolment": tina.pk, "was": "assistant", "role": "student"}
        return as_(ada), reverse("courses:roster", args=[cohort.pk]), row

    def by_file():
        plan = roster.plan(cohort, rosterfile.read(text), now=NOON)
        fields = {"text": text, "digest": plan.digest}
        return as_(ada), reverse("quizzes:add_people", args=[cohort.pk]), fields

    def by_desk():
        page, adams = reverse("admin:courses_enrolment_change", args=[tina.pk]), as_(adam)
        return adams, page, typed(adams.get(page), role="student")

    for way in (by_page, by_file, by_desk):
        Quiz.objects.update(review="exam")
        browser, page, fields = way()
        refused = browser.post(page, fields)
        said = unescape(refused.content.decode())
        assert TAUGHT in said, way
        assert 'type="checkbox" name="although_seen"' in said, way
        assert '<option value="student" selected>' in said or way is by_file
        tina.refresh_from_db()
        assert tina.role == "assistant"
        assert browser.post(page, fields | TICKED).status_code == 302
        tina.refresh_from_db()
        assert tina.role == "student"
        Enrolment.objects.filter(pk=tina.pk).update(role="assistant")

    Quiz.objects.update(review="practice")
    enrolment.change_role(tina, role="student", was="assistant", now=NOON)


def test_who_taught_is_not_asked_about_where_every_exam_is_over(shown, ada, cohort):
    tina = factories.enrol(factories.make_user("tina", "Tina"), cohort, "assistant")
    timing.set_schedule(
        cohort, shown, opens_at=None, due_at=None, closes_at=NOON + minutes(5), by=ada, now=NOON
    )
    with pytest.raises(ToBeMeant):
        enrolment.change_role(tina, role="student", was="assistant", now=NOON)
    tina.refresh_from_db()
    enrolment.change_role(tina, role="instructor", was="assistant", now=NOON)
    later = NOON + minutes(6)
    enrolment.change_role(tina, role="student", was="instructor", now=later)


def test_answers_that_another_exam_has_shown(shown, ada, cohort, module, questions, zoe_here):
    """A key belongs to its question."""
    resit = factories.make_quiz(module, questions[:1], key="resit", title="Resit", review="exam")
    changes = {"attempts_allowed": 3}
    with pytest.raises(reopening.Seen, match="Resit: 1 student may have seen"):
        timing.give_override(resit, to=zoe_here, changes=changes, reason="ill", by=ada, now=NOON)
    Slot.objects.filter(quiz=resit).update(question=factories.make_question(module, "own"))
    timing.give_override(resit, to=zoe_here, changes=changes, reason="ill", by=ada, now=NOON)


@pytest.mark.parametrize(
    ("model", "gives", "takes"),
    [
        ("quizzes_quiz", {"attempts_allowed": "3"}, {"attempts_allowed": "1"}),
        ("quizzes_quiz", {"time_limit": ""}, {"time_limit": "600"}),
        ("quizzes_quiz", {"known_questions": "count"}, {"intro": "Good luck."}),
        ("courses_cohort", {"ends_on": ""}, {"ends_on": "2099-12-30"}),
        ("courses_enrolment", {"time_factor": "2.00"}, {"time_factor": "1.00"}),
    ],
)
def test_the_editors_desk_asks_too_and_keeps_what_was_typed(
    as_, adam, shown, zoe_here, cohort, model, gives, takes
):
    rows = {"quizzes_quiz": shown, "courses_cohort": cohort, "courses_enrolment": zoe_here}
    row = rows[model]
    page, adams = reverse(f"admin:{model}_change", args=[row.pk]), as_(adam)
    [(field, value)] = gives.items()
    before = getattr(row, field)
    form = adams.get(page)
    assert 'type="checkbox" name="although_seen"' not in form.content.decode()
    refused = adams.post(page, typed(form, **gives))
    assert errors(refused)["__all__"][0].startswith(ASKED)
    assert 'type="checkbox" name="although_seen"' in refused.content.decode()
    row.refresh_from_db()
    assert getattr(row, field) == before
    again = typed(refused)
    assert again.get(field, "") == value
    assert adams.post(page, again | TICKED).status_code == 302
    assert adams.post(page, typed(adams.get(page), **takes)).status_code == 302


def test_whoever_gives_what_nobody_can_use_is_told_why_and_what_else_helps(
    as_, ada, ben_here, zoe_here, evening, shown, cohort, django_assert_max_num_queries
):
    """A tick lets the giver go on, but every question that could be asked is known to ben."""
    page = reverse("quizzes:timing", args=[cohort.pk, shown.activity.key])
    fields = {
        "act": "give",
        "give-attempts_allowed": "5",
        "give-reason": "appeal",
        "give-although_seen": "on",
    }

    def told(whom):
        done = as_(ada).post(page, fields | {"give-whom": whom}, follow=True)
        return [str(message) for message in done.context["messages"]][1:]

    [said] = told(f"person-{ben_here.pk}")
    assert "no attempt can be started by Ben Okafor: the answers to all questions" in said
    assert "let known questions count" in said
    with pytest.raises(Refused, match="nothing in it could count"):
        attempts.start(ben_here, shown, now=timezone.now())
    assert told(f"person-{zoe_here.pk}") == []
    evening.members.set([ben_here, zoe_here])
    with django_assert_max_num_queries(24):
        assert "by Ben Okafor:" in giving.in_vain(shown, evening, now=timezone.now())
    Quiz.objects.filter(pk=shown.pk).update(known_questions="count")
    assert told(f"person-{ben_here.pk}") == []
    Reveal.objects.create(enrolment=ben_here, quiz=shown, made_at=NOON)
    assert "they have asked to be shown the answers" in told(f"group-{evening.pk}")[0]


def test_pages_of_those_who_teach_keep_what_was_typed_and_ask_for_a_tick(
    as_, ada, evening, shown, cohort, zoe_here
):
    adas = as_(ada)
    only_one = give(shown, zoe_here, ada, attempts_allowed=1)
    enrolment.withdraw(Enrolment.objects.get(user__username="ben"), now=NOON)
    ben = Enrolment.objects.get(user__username="ben")
    text = "zoe@parallax.example,,,Evening"
    plan = roster.plan(cohort, rosterfile.read(text), now=NOON)
    groups = reverse("quizzes:groups", args=[cohort.pk])
    details = cohorts.details(cohort) | {"ends_on": "2100-01-01"}
    seen = {f"seen-{name}": value for name, value in cohorts.details(cohort).items()}
    for page, fields, prefix in (
        (
            groups,
            {
                "act": "factor",
                "factor-person": zoe_here.pk,
                "factor-factor": "1.5",
                "factor-reason": "dyslexia",
            },
            "factor-",
        ),
        (
            reverse("quizzes:settings", args=[cohort.pk]),
            {"act": "details", **details, **seen},
            "",
        ),
        (
            reverse("quizzes:timing", args=[cohort.pk, shown.activity.key]),
            {"act": "revoke", "override": only_one.pk},
            "",
        ),
        (
            reverse("courses:roster", args=[cohort.pk]) + "?state=withdrawn",
            {"act": "return", "enrolment": ben.pk},
            "",
        ),
        (
            groups,
            {
                "act": f"fill-{evening.pk}",
                f"group-{evening.pk}-members": [ben.pk],
                "shown": timing.members_digest([]),
            },
            f"group-{evening.pk}-",
        ),
        (
            reverse("quizzes:add_people", args=[cohort.pk]),
            {"text": text, "digest": plan.digest},
            "",
        ),
    ):
        refused = adas.post(page, fields)
        said = unescape(refused.content.decode())
        assert (refused.status_code, ASKED in said) == (422, True), page
        assert f'type="checkbox" name="{prefix}although_seen"' in said, page
        for typed_in in ("dyslexia", "2100-01-01", text):
            assert typed_in not in fields.values() or typed_in in said
        done = adas.post(page, fields | {f"{prefix}although_seen": "on"})
        assert done.status_code == 302, page
    assert Cohort.objects.get(pk=cohort.pk).ends_on == date(2100, 1, 1)
    assert evening.members.count() == 2


def test_nothing_is_asked_of_who_could_not_earn_by_it(shown, ada, cohort, zoe_here):
    timing.set_schedule(
        cohort, shown, opens_at=None, due_at=None, closes_at=NOON + minutes(5), by=ada, now=NOON
    )
    after = NOON + minutes(6)
    timing.change_time_factor(zoe_here, factor=Decimal(2), reason="x", by=ada, now=after)
    give_more = {"attempts_allowed": 9}
    timing.give_override(shown, to=zoe_here, changes=give_more, reason="x", by=ada, now=after)

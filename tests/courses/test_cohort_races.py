"""Several hands on one cohort's people, on real connections."""

import pytest

from courses import announcements, enrolment, invitations, roster, rosterfile
from courses.models import Enrolment, Invitation, Role
from courses.refusals import Refused
from courses.roster import Done
from tests import factories
from tests.factories import NOON
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = pytest.mark.parametrize("round_", range(5))


@ROUNDS
def test_two_instructors_who_step_back_at_once_leave_one(ada, cohort, round_):
    first = Enrolment.objects.get(user=ada)
    second = factories.enrol(factories.make_user("dora"), cohort, Role.INSTRUCTOR)
    done = at_once(
        lambda: enrolment.change_role(first, role="student", was="instructor", now=NOON),
        lambda: enrolment.withdraw(second, now=NOON),
    )
    assert sum(isinstance(one, Refused) for one in done) == 1
    assert Enrolment.objects.active().filter(role=Role.INSTRUCTOR).count() == 1


@ROUNDS
def test_one_link_lets_one_of_two_in(ada, cohort, round_):
    offer = Invitation.objects.create(
        cohort=cohort,
        email="new@parallax.example",
        digest=invitations.unknown_digest(),
        by=ada,
        made_at=NOON,
    )
    secret = invitations.seal(offer, now=NOON)
    people = [factories.make_user("zoe"), factories.make_user("yan")]
    done = at_once(
        *(lambda user=user: invitations.accept(user, secret=secret, now=NOON) for user in people)
    )
    assert sorted(type(one).__name__ for one in done) == ["Enrolment", "Refused"]
    assert Enrolment.objects.filter(user__in=people).count() == 1


@ROUNDS
def test_the_same_words_twice_at_once_are_said_once(ada, cohort, round_):
    done = at_once(
        *[
            lambda: announcements.announce(cohort, title="Room", body="12.", by=ada, now=NOON)
        ] * 2
    )  # fmt: skip
    assert sorted(type(one).__name__ for one in done) == ["Announcement", "NoneType"]


@ROUNDS
def test_the_same_file_twice_at_once_and_a_join_beside_it(ada, cohort, round_):
    zoe = factories.make_user("zoe")
    reading = rosterfile.read("zoe@parallax.example,,,Evening\nnew@parallax.example")
    digest = roster.plan(cohort, reading, now=NOON).digest

    def commit():
        return roster.commit(
            cohort, reading, digest=digest, by=ada, now=NOON, regrouped=lambda people: None
        )

    done = at_once(commit, commit, lambda: enrolment.join(zoe, code=cohort.join_code, now=NOON))
    assert {type(one) for one in done} <= {Done, Refused, Enrolment}
    assert sum(isinstance(one, Done) for one in done) <= 1
    assert Enrolment.objects.filter(user=zoe).count() == 1
    assert Invitation.objects.count() == sum(isinstance(one, Done) for one in done)

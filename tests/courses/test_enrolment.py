"""Joining a cohort by its code."""

import pytest
from django.urls import reverse

from courses import enrolment
from courses.models import Enrolment, Role
from courses.refusals import Refused
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def zoe():
    return factories.make_user("zoe")


@pytest.mark.parametrize("typed", ["JKMN2345", "jkmn2345", " jkmn 2345 ", "JKMN-2345"])
def test_a_code_is_read_however_it_is_typed(cohort, zoe, typed):
    joined = enrolment.join(zoe, code=typed, now=NOON)
    assert (joined.cohort, joined.role, joined.joined_at) == (cohort, Role.STUDENT, NOON)


@pytest.mark.parametrize("typed", ["", "WRONG", "JKMN2346", "'; DROP TABLE", "\x00", "Ж" * 400])
def test_a_wrong_code_enrols_nobody(cohort, zoe, typed):
    with pytest.raises(Refused, match="No cohort has the code"):
        enrolment.join(zoe, code=typed, now=NOON)
    assert not Enrolment.objects.filter(user=zoe).exists()


def test_joining_twice_changes_nothing(cohort, zoe):
    first = enrolment.join(zoe, code="JKMN2345", now=NOON)
    assert enrolment.join(zoe, code="JKMN2345", now=NOON) == first


def test_ada_stays_an_instructor_when_she_types_the_code(ada, cohort):
    assert enrolment.join(ada, code="JKMN2345", now=NOON).role == Role.INSTRUCTOR


def test_a_cohort_that_takes_nobody_in_says_so(cohort, zoe):
    cohort.joining_open = False
    cohort.save()
    with pytest.raises(Refused, match="takes nobody in at the moment"):
        enrolment.join(zoe, code="JKMN2345", now=NOON)
    assert not Enrolment.objects.filter(user=zoe).exists()


def test_a_cohort_that_has_ended_says_when(cohort, zoe):
    cohort.ends_on = cohort.starts_on
    cohort.save()
    with pytest.raises(Refused, match="ended on 2026-09-01"):
        enrolment.join(zoe, code="JKMN2345", now=NOON)


def test_who_was_withdrawn_comes_back_only_through_the_instructor(ben, ben_here):
    enrolment.withdraw(ben_here, now=NOON)
    with pytest.raises(Refused, match="You were withdrawn"):
        enrolment.join(ben, code="JKMN2345", now=NOON)
    enrolment.reinstate(ben_here, now=NOON)
    assert enrolment.join(ben, code="JKMN2345", now=NOON) == ben_here


def test_the_page_keeps_a_wrong_code_and_says_what_to_do(as_, zoe, cohort):
    response = as_(zoe).post(reverse("courses:join"), {"code": "JKMN2346"})
    assert response.status_code == 422
    assert b'value="JKMN2346"' in response.content
    assert "Check it with your instructor and try again." in response.content.decode()


def test_the_page_takes_a_right_code_to_the_course(as_, zoe, cohort):
    response = as_(zoe).post(reverse("courses:join"), {"code": "jkmn 2345"}, follow=True)
    assert response.redirect_chain == [("/courses/lenses/", 302)]
    assert b"Welcome to Autumn 2026." in response.content

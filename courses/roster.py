"""Bringing a whole roster into a cohort: what would happen, and then exactly that or nothing.

Who has an account under an address is enrolled; the others get an invitation. Nobody who is not in
the file is touched.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from courses import accounts
from courses.enrolment import ask_first
from courses.invitations import ends_at, unknown_digest
from courses.models import Cohort, Enrolment, Group, Invitation, Role, User
from courses.refusals import Refused
from courses.rosterfile import Fault, Reading, Row


class Act(StrEnum):
    ENROL = "enrol"
    BACK = "back"
    HERE = "here"
    INVITE = "invite"
    INVITED = "invited"


@dataclass(frozen=True)
class Step:
    """What happens to one person of the file. `was` and `group` are empty without a change."""

    row: Row
    act: Act
    role: str
    user: User | None = None
    enrolment: Enrolment | None = None
    invitation: Invitation | None = None
    was: str = ""  # the role before, where it becomes another
    group: str = ""  # the group that is joined
    mailed: bool = False

    @property
    def changes(self) -> bool:
        return self.act not in (Act.HERE, Act.INVITED) or bool(
            self.was or self.group or self.mailed
        )

    @property
    def role_name(self) -> str:
        return str(Role(self.role).label)

    @property
    def sentence(self) -> str:
        """What will happen, in words."""
        said = {
            Act.ENROL: _("is enrolled as %(role)s"),
            Act.BACK: _("comes back as %(role)s, with all earlier work"),
            Act.HERE: _("is here already"),
            Act.INVITE: _("has no account here: is invited as %(role)s"),
            Act.INVITED: _("has an open invitation already"),
        }[self.act] % {"role": self.role_name}
        if self.was:
            said += _("; from %(was)s to %(role)s") % {
                "was": Role(self.was).label,
                "role": self.role_name,
            }
        if self.group:
            said += _("; joins the group %(group)s") % {"group": self.group}
        if self.act == Act.INVITED and self.mailed:
            said += _("; its time has run out, so it is sent again")
        return said


@dataclass(frozen=True)
class Plan:
    steps: Sequence[Step]
    faults: Sequence[Fault]
    new_groups: Sequence[str]
    digest: str

    def count(self, act: str) -> int:
        return sum(step.act == act for step in self.steps)

    @property
    def changing(self) -> int:
        return sum(step.changes for step in self.steps)


@dataclass(frozen=True)
class Done:
    """What was done, and the invitations that are to be mailed now, by number."""

    enrolled: int
    changed: int
    invited: Sequence[int]


def plan(cohort: Cohort, reading: Reading, *, now: datetime) -> Plan:
    """What committing this file would do to a cohort as it is now; seven queries for any size."""
    addresses = {row.email for row in reading.rows}
    known = accounts.holders(addresses)
    groups = {group.name.casefold(): group for group in Group.objects.filter(cohort=cohort)}
    people = {
        enrolment.user_id: enrolment
        for enrolment in Enrolment.objects.filter(cohort=cohort).select_related("user")
    }
    members = set(
        Group.members.through.objects.filter(group__cohort=cohort).values_list("enrolment", "group")
    )
    offers = {
        offer.email.lower(): offer
        for offer in Invitation.objects.filter(
            cohort=cohort, accepted_at__isnull=True, revoked_at__isnull=True
        ).select_related("group")
    }
    steps: list[Step] = []
    faults = list(reading.faults)
    lines: dict[int, int] = {}
    for row in reading.rows:
        users = known.get(row.email, [])
        problem = _problem(row, users, lines)
        if problem:
            faults.append(Fault(problem, row.line))
            continue
        role = row.role.lower()
        if users:
            here = people.get(users[0].pk)
            step = _person(row, users[0], here, role, groups, members)
        else:
            step = _stranger(row, offers.get(row.email), role, now)
        if row.group and step.role != Role.STUDENT:
            faults.append(Fault(_("Only students can be in a group. Leave it empty."), row.line))
        else:
            steps.append(step)
    if not faults and not _is_taught(people, steps):
        faults.append(Fault(_("The cohort would have no instructor any more.")))
    new: dict[str, str] = {}
    for step in steps:
        if step.group and step.group.casefold() not in groups:
            new.setdefault(step.group.casefold(), step.group)
    faults.sort(key=lambda fault: fault.line or 0)
    return Plan(steps, faults, list(new.values()), _digest(cohort, steps, faults))


def _problem(row: Row, users: Sequence[User], lines: dict[int, int]) -> str:
    """What is wrong with a row beside the people there are; `lines` is where each was met."""
    try:
        validate_email(row.email)
    except ValidationError:
        return _("“%(address)s” is not an e-mail address.") % {"address": row.email}
    if row.role and row.role.lower() not in Role.values:
        return _("“%(role)s” is not a role. Write student, assistant or instructor.") % {
            "role": row.role
        }
    if len(users) > 1:
        return _(
            "Several accounts use the address %(address)s. Give this person the join code instead."
        ) % {"address": row.email}
    if users:
        if users[0].pk in lines:
            return _("This is the same person as in line %(line)d, with another address.") % {
                "line": lines[users[0].pk]
            }
        lines[users[0].pk] = row.line
    return ""


def _person(
    row: Row,
    user: User,
    here: Enrolment | None,
    role: str,
    groups: dict[str, Group],
    members: Collection[tuple[int, int]],
) -> Step:
    if here is None:
        return Step(row, Act.ENROL, role or Role.STUDENT, user, group=row.group)
    group = groups.get(row.group.casefold()) if row.group else None
    joins = row.group if group is None or (here.pk, group.pk) not in members else ""
    return Step(
        row,
        Act.HERE if here.withdrawn_at is None else Act.BACK,
        role or here.role,
        user,
        here,
        was=here.role if role and role != here.role else "",
        group=joins,
    )


def _stranger(row: Row, offer: Invitation | None, role: str, now: datetime) -> Step:
    if offer is None:
        return Step(row, Act.INVITE, role or Role.STUDENT, group=row.group, mailed=True)
    has = "" if offer.group is None else offer.group.name
    return Step(
        row,
        Act.INVITED,
        role or offer.role,
        invitation=offer,
        was=offer.role if role and role != offer.role else "",
        group=row.group if row.group.casefold() != has.casefold() else "",
        mailed=now >= ends_at(offer),
    )


def _is_taught(people: dict[int, Enrolment], steps: Sequence[Step]) -> bool:
    """Whether there is an instructor after all of it (or was none before)."""
    before = {
        user
        for user, enrolment in people.items()
        if enrolment.role == Role.INSTRUCTOR and enrolment.withdrawn_at is None
    }
    named = {step.user.pk: step.role for step in steps if step.user is not None}
    after = (before - set(named)) | {
        user for user, role in named.items() if role == Role.INSTRUCTOR
    }
    return bool(after) or not before


def _digest(cohort: Cohort, steps: Sequence[Step], faults: Sequence[Fault]) -> str:
    """The plan in a few letters: another plan has others."""
    said = [
        (
            step.row,
            step.act.value,
            step.role,
            step.was,
            step.group,
            step.mailed,
            None if step.user is None else step.user.pk,
            None if step.enrolment is None else step.enrolment.pk,
            None if step.invitation is None else step.invitation.pk,
        )
        for step in steps
    ]
    return hashlib.sha256(repr((cohort.pk, said, list(faults))).encode()).hexdigest()


def commit(
    cohort: Cohort,
    reading: Reading,
    *,
    digest: str,
    by: User,
    now: datetime,
    regrouped: Callable[[Sequence[int]], object],
    although_seen: bool = False,
) -> Done:
    """Do what the preview with this digest said, all of it or nothing.

    `regrouped` is called in the same transaction with the enrolments that were here before and
    have joined a group, their rows locked: a group may have other times in a quiz. Raises
    `Refused` if the file has faults, or something has moved since the preview, and `ToBeMeant` as
    `enrolment.change_role` does.
    """
    with transaction.atomic():
        # In the order of `quizzes.times.timing`: the cohort, its groups, its people.
        Cohort.objects.select_for_update(no_key=True).order_by().get(pk=cohort.pk)
        locked = Group.objects.filter(cohort=cohort).order_by("pk")
        list(locked.select_for_update(no_key=True).values_list("pk"))
        rows = Enrolment.objects.filter(cohort=cohort).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))
        agreed = plan(cohort, reading, now=now)
        if agreed.faults:
            raise Refused(_("The file has faults. Mend them, and look at the preview again."))
        if agreed.digest != digest:
            raise Refused(
                _("Something has changed since the preview. Look at it again before you go on.")
            )
        for step in agreed.steps:
            if step.enrolment is not None and step.was and step.role == Role.STUDENT:
                becomes = copy(step.enrolment)
                becomes.role, becomes.withdrawn_at = step.role, None
                ask_first(step.enrolment, becomes, although_seen=although_seen, now=now)
        return _carry_out(cohort, agreed, by=by, now=now, regrouped=regrouped)


def _carry_out(
    cohort: Cohort,
    agreed: Plan,
    *,
    by: User,
    now: datetime,
    regrouped: Callable[[Sequence[int]], object],
) -> Done:
    Group.objects.bulk_create(Group(cohort=cohort, name=name) for name in agreed.new_groups)
    groups = {group.name.casefold(): group for group in Group.objects.filter(cohort=cohort)}
    new = {
        step.user.pk: Enrolment(user=step.user, cohort=cohort, role=step.role, joined_at=now)
        for step in agreed.steps
        if step.user is not None and step.enrolment is None
    }
    Enrolment.objects.bulk_create(new.values())
    changed: list[Enrolment] = []
    joining: list[tuple[Enrolment, Group]] = []
    fresh: list[Invitation] = []
    kept: list[Invitation] = []
    for step in agreed.steps:
        group = groups[step.group.casefold()] if step.group else None
        if step.user is not None:
            place = step.enrolment or new[step.user.pk]
            if step.enrolment is not None and (step.was or step.act == Act.BACK):
                place.role, place.withdrawn_at = step.role, None
                changed.append(place)
            if group is not None:
                joining.append((place, group))
        elif step.invitation is None:
            fresh.append(
                Invitation(
                    cohort=cohort,
                    email=step.row.email,
                    name=step.row.name,
                    role=step.role,
                    group=group,
                    digest=unknown_digest(),
                    by=by,
                    made_at=now,
                )
            )
        elif step.changes:
            offer = step.invitation
            offer.role, offer.group = step.role, group or offer.group
            if step.role != Role.STUDENT:
                offer.group = None
            if step.mailed:
                offer.made_at, offer.sent_at, offer.by = now, None, by
            kept.append(offer)
    Enrolment.objects.bulk_update(changed, ["role", "withdrawn_at"])
    Invitation.objects.bulk_create(fresh)
    Invitation.objects.bulk_update(kept, ["role", "group", "made_at", "sent_at", "by"])
    through = Group.members.through
    through.objects.bulk_create(
        (through(enrolment=place, group=group) for place, group in joining), ignore_conflicts=True
    )
    newcomers = {enrolment.pk for enrolment in new.values()}
    moved = sorted({place.pk for place, _group in joining} - newcomers)
    if moved:
        regrouped(moved)
    mailed = [*fresh, *(offer for offer in kept if offer.sent_at is None)]
    altered = sum(step.enrolment is not None and step.changes for step in agreed.steps)
    return Done(len(new), altered, [offer.pk for offer in mailed])

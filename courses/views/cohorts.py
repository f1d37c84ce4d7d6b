"""Making a cohort, the people in it, its invitations and what is announced there."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from courses import announcements, cohorts, enrolment, invitations, people
from courses.access import teaching_in
from courses.forms import AnnouncementForm, NewCohortForm, PeopleForm
from courses.invitations import KEPT_AS
from courses.models import Announcement, Cohort, Enrolment, Group, Invitation, Role
from courses.refusals import Refused, ToBeMeant
from courses.requests import Request
from courses.tasks import mail_announcement, mail_invitations

NO_SUCH_ACT = "The page did not say what to do. Use one of its buttons."
SORTED_BY = (
    ("name", _l("name")),
    ("-name", _l("name, from the end")),
    ("role", _l("role")),
    ("joined", _l("who came first")),
    ("-joined", _l("who came last")),
)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """A new cohort, for those who instruct a course or administer them."""
    courses = cohorts.courses_to_run(request.user)
    if not courses.exists():
        raise Http404
    form = NewCohortForm(
        request.POST if request.method == "POST" else None,
        courses=courses,
        initial={
            "starts_on": request.arrived_at.date(),
            "time_zone": timezone.get_default_timezone_name(),
            "course": request.GET.get("course"),
        },
    )
    if form.is_bound and form.is_valid():
        try:
            made = cohorts.create(by=request.user, now=request.arrived_at, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("ends_on", str(refusal))
        else:
            messages.success(
                request,
                _("The cohort is made, and you instruct it. Its join code is %(code)s.")
                % {"code": made.join_code},
            )
            return redirect("courses:roster", made.pk)
    return render(
        request, "courses/teach/new.html", {"form": form}, status=422 if form.is_bound else 200
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: Request, cohort: int) -> HttpResponse:
    """Who is in a cohort; POST changes one person, by `act`: their role, out, or back in."""
    place = teaching_in(request.user, cohort)
    instructs = place.role == Role.INSTRUCTOR
    trouble, asks_although, asked_role = "", 0, ""
    if request.method == "POST":
        if not instructs:
            raise PermissionDenied
        try:
            said = _change(request, place.cohort)
        except Refused as refusal:
            trouble = str(refusal)
            if isinstance(refusal, ToBeMeant):
                asks_although = _number(request.POST.get("enrolment", ""))
                asked_role = request.POST.get("role", "")
        else:
            messages.success(request, said)
            # Who steps back from teaching has no place on this page any more.
            if (
                not Enrolment.objects.active()
                .of(request.user)
                .teaching()
                .filter(cohort=cohort)
                .exists()
            ):
                return redirect("courses:home")
            return redirect(f"{request.path}?{request.GET.urlencode()}".removesuffix("?"))
    groups = list(Group.objects.filter(cohort=place.cohort))
    form = PeopleForm(request.GET, groups=groups)
    chosen = form.chosen
    shown = people.people(
        place.cohort, people.Choice(page=_number(request.GET.get("page", "")) or 1, **chosen)
    )
    said_so = {name: value for name, value in chosen.items() if name != "sort"}
    with timezone.override(place.cohort.zone):
        return render(
            request,
            "courses/teach/roster.html",
            {
                "cohort": place.cohort,
                "instructs": instructs,
                "form": form,
                "people": shown,
                "trouble": trouble,
                "asks_although": asks_although,
                "asked_role": asked_role,
                "roles": Role.choices,
                "sort": chosen.get("sort", "name"),
                "sorts": [(key, str(label)) for key, label in SORTED_BY],
                "filters": urlencode(said_so),
                "waiting": Invitation.objects.filter(
                    cohort=place.cohort, accepted_at__isnull=True, revoked_at__isnull=True
                ).count(),
            },
            status=422 if trouble else 200,
        )


def _change(request: Request, cohort: Cohort) -> str:
    """Do what the form of one row asks for; what was done, in words."""
    person = (
        Enrolment.objects.filter(pk=_number(request.POST.get("enrolment", "")), cohort=cohort)
        .select_related("user")
        .first()
    )
    act = request.POST.get("act", "")
    if act not in ("role", "withdraw", "return"):
        raise Refused(_(NO_SUCH_ACT))
    if person is None:
        raise Http404
    if act == "withdraw":
        enrolment.withdraw(person, now=request.arrived_at)
        return _("%(person)s is withdrawn. All their work is kept.") % {"person": person.user}
    if act == "return":
        enrolment.reinstate(
            person, now=request.arrived_at, although_seen="although_seen" in request.POST
        )
        return _("%(person)s is back, with all earlier work.") % {"person": person.user}
    changed = enrolment.change_role(
        person,
        role=request.POST.get("role", ""),
        was=request.POST.get("was", ""),
        now=request.arrived_at,
        although_seen="although_seen" in request.POST,
    )
    return _("%(person)s is %(role)s now.") % {
        "person": person.user,
        "role": changed.get_role_display(),
    }


# --- Invitations -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: Request, cohort: int) -> HttpResponse:
    """Whom the cohort offers a place by mail; POST takes one back or sends it again."""
    place = teaching_in(request.user, cohort)
    instructs = place.role == Role.INSTRUCTOR
    now, trouble = request.arrived_at, ""
    offers = Invitation.objects.filter(cohort=place.cohort).select_related(
        "group", "by", "accepted_by"
    )
    if request.method == "POST":
        if not instructs:
            raise PermissionDenied
        act = request.POST.get("act", "")
        if act in ("revoke", "again"):
            offer = offers.filter(pk=_number(request.POST.get("invitation", ""))).first()
            if offer is None:
                raise Http404
            if act == "revoke" and invitations.revoke(offer, now=now):
                messages.success(request, _("Taken back. The link lets nobody in any more."))
                return redirect("courses:invited", cohort)
            if act == "again" and invitations.again(offer, by=request.user, now=now):
                mail_invitations.enqueue([offer.pk], request.build_absolute_uri("/"))
                messages.success(
                    request, _("A new link is on its way. The one before does not work any more.")
                )
                return redirect("courses:invited", cohort)
            trouble = _("This invitation was taken or taken back meanwhile.")
        else:
            trouble = _(NO_SUCH_ACT)
    page = Paginator(offers, people.PER_PAGE).get_page(request.GET.get("page"))
    with timezone.override(place.cohort.zone):
        return render(
            request,
            "courses/teach/invited.html",
            {
                "cohort": place.cohort,
                "instructs": instructs,
                "trouble": trouble,
                "page": page,
                "offers": [
                    (offer, _state(offer, now), invitations.ends_at(offer)) for offer in page
                ],
                "open": offers.filter(accepted_at__isnull=True, revoked_at__isnull=True).count(),
                "days": invitations.HOLDS_FOR.days,
            },
            status=422 if trouble else 200,
        )


def _state(offer: Invitation, now: object) -> str:
    if offer.accepted_at is not None:
        return "accepted"
    if offer.revoked_at is not None:
        return "revoked"
    if now >= invitations.ends_at(offer):  # type: ignore[operator]
        return "expired"
    return "waiting" if offer.sent_at is None else "sent"


@sensitive_variables("secret")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Request) -> HttpResponse:
    """Where the link of an invitation leads; POST takes the place.

    The secret goes from the address into the session at once: so it is in no log and no referrer,
    and outlives signing in or making an account. The page is the same for every address that was
    invited: whether it has an account is not to be seen.
    """
    if "key" in request.GET:
        request.session[KEPT_AS] = request.GET["key"][:200]
        return redirect("courses:invitation")
    secret = request.session.get(KEPT_AS, "")
    offer = invitations.standing(secret, now=request.arrived_at)
    trouble = ""
    if request.method == "POST" and request.user.is_authenticated:
        try:
            place = invitations.accept(request.user, secret=secret, now=request.arrived_at)
        except Refused as refusal:
            trouble = str(refusal)
        else:
            del request.session[KEPT_AS]
            messages.success(request, _("Welcome to %(cohort)s.") % {"cohort": place.cohort})
            if place.cohort.course.published:
                return redirect("courses:course", place.cohort.course.key)
            return redirect("courses:home")
    status = 200 if offer is not None else 404
    return render(
        request,
        "courses/invitation.html",
        {
            "offer": offer,
            "trouble": trouble,
            "until": None if offer is None else invitations.ends_at(offer),
            "sign_up_open": settings.SIGN_UP_OPEN,
        },
        status=422 if request.method == "POST" and offer is not None else status,
    )


# --- Announcements -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def announced(request: Request, cohort: int) -> HttpResponse:
    """What is said to everybody in a cohort; POST says something or takes it back."""
    place = teaching_in(request.user, cohort)
    instructs = place.role == Role.INSTRUCTOR
    now, trouble = request.arrived_at, ""
    act = request.POST.get("act", "") if request.method == "POST" else None
    if act is not None and not instructs:
        raise PermissionDenied
    said = Announcement.objects.filter(cohort=place.cohort).select_related("by")
    form = AnnouncementForm(
        request.POST if act == "say" else None, initial={"body": request.GET.get("body", "")}
    )
    if act in ("withdraw", "mail"):
        found = said.filter(pk=_number(request.POST.get("announcement", ""))).first()
        if found is None:
            raise Http404
        if act == "withdraw":
            announcements.withdraw(found, now=now)
            messages.success(request, _("Nobody sees it any more."))
        elif found.mail_base and found.withdrawn_at is None:
            announcements.mail_the_rest(found)
            mail_announcement.enqueue(found.pk, found.mail_base)
            messages.success(request, _("On its way to those who did not get it yet."))
        return redirect("courses:announced", cohort)
    if act == "say" and form.is_valid():
        made = announcements.announce(
            place.cohort,
            title=form.cleaned_data["title"],
            body=form.cleaned_data["body"],
            by=request.user,
            now=now,
            mail_base=request.build_absolute_uri("/") if form.cleaned_data["mailed"] else "",
        )
        if made is None:
            messages.info(request, _("You said just this a moment ago. It stands once."))
        elif form.cleaned_data["mailed"]:
            mail_announcement.enqueue(made.pk, made.mail_base)
            messages.success(request, _("Said, and on its way by mail."))
        else:
            messages.success(request, _("Said: your students see it on their pages."))
        return redirect("courses:announced", cohort)
    if act not in (None, "say"):
        trouble = _(NO_SUCH_ACT)
    page = Paginator(said, people.PER_PAGE).get_page(request.GET.get("page"))
    mailings = announcements.mailings(page)
    with timezone.override(place.cohort.zone):
        return render(
            request,
            "courses/teach/announced.html",
            {
                "cohort": place.cohort,
                "instructs": instructs,
                "form": form,
                "trouble": trouble,
                "page": page,
                "said": [(one, mailings.get(one.pk)) for one in page],
                "standing": said.filter(withdrawn_at__isnull=True).count(),
            },
            status=200 if act is None else 422,
        )

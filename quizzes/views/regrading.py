"""Marks that are looked at again: contests by students, corrections by those who teach."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from courses.access import is_editor
from courses.models import Cohort, Enrolment, Group
from courses.refusals import Refused
from courses.requests import Request
from quizzes import access, jobs, tasks
from quizzes.marks import contests, correcting, regrading
from quizzes.models import Question, QuestionVersion, Regrade, RegradeJob
from quizzes.questions import KINDS, text_of
from quizzes.views.polling import polled

COMMITTED = "The marks are changed, and the students concerned can see why."
NOTHING_MOVED = "It is done, and no mark has moved. The students concerned can see why."

PAGE = 50  # questions of a cohort that can be marked again

# To commit the regrade of one attempt, on a small machine (`manage.py bench` measures it).
MILLISECONDS_EACH = 1


def _versions(question: Question) -> list[tuple[int, str]]:
    """The versions to mark by, the newest first, for a form."""
    newest = question.current.number if question.current else None
    return [
        (
            pk,
            _("version %(number)d, the newest") % {"number": number}
            if number == newest
            else _("version %(number)d") % {"number": number},
        )
        for pk, number in question.versions.order_by("-number").values_list("pk", "number")
    ]


class RegradeForm(forms.Form):
    """The terms of a regrade: which key, how, for whom, why."""

    version = forms.TypedChoiceField(label=gettext_lazy("Mark by the key of"), coerce=int)
    policy = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=Regrade.Policy.choices,
        help_text=gettext_lazy("You see who would move before anything is changed."),
    )
    everybody = forms.BooleanField(
        label=gettext_lazy("In every cohort, not only in this one"), required=False
    )
    whom = forms.ChoiceField(
        label=gettext_lazy("Whose attempts"),
        required=False,
        error_messages={"invalid_choice": regrading.OTHER_PEOPLE},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=regrading.REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The students concerned read it beside their new mark."),
        error_messages={"required": regrading.NO_REASON},
    )

    def __init__(
        self, *args: Any, question: Question, cohort: Cohort, editor: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = _versions(question)  # type: ignore[attr-defined]
        groups = {f"group-{one.pk}": one for one in Group.objects.filter(cohort=cohort)}
        students = Enrolment.objects.students().filter(cohort=cohort).select_related("user")
        people = {
            f"person-{one.pk}": one for one in students.order_by("user__name_key", "user__username")
        }
        self.known: dict[str, Enrolment | Group] = {**groups, **people}
        choices: list[Any] = [("", _("everybody in the cohort"))]
        if groups:
            choices.append((_("Groups"), [(key, one.name) for key, one in groups.items()]))
        choices.append((_("Students"), [(key, str(one.user)) for key, one in people.items()]))
        self.fields["whom"].choices = choices  # type: ignore[attr-defined]
        if not editor:
            del self.fields["everybody"]

    @property
    def to(self) -> Enrolment | Group | None:
        """Whose attempts alone; None for the whole cohort."""
        return self.known.get(self.cleaned_data["whom"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("everybody") and cleaned.get("whom"):
            self.add_error("whom", _("Choose nobody here, or take the tick from every cohort."))
        return cleaned


class ContestForm(forms.Form):
    option = forms.ChoiceField(
        label=gettext_lazy("What it is about"),
        required=False,
        error_messages={"invalid_choice": contests.NO_SUCH_OPTION},
    )
    reason = forms.CharField(
        label=gettext_lazy("What is wrong, and why"),
        max_length=contests.REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": contests.NO_REASON},
    )
    passage = forms.CharField(
        label=gettext_lazy("Where a text says otherwise"),
        max_length=contests.PASSAGE_LENGTH,
        required=False,
        help_text=gettext_lazy("A paragraph of a lesson, or a source with its page."),
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["option"].choices = [  # type: ignore[attr-defined]
            ("", _("the question as a whole")),
            *((token, words) for token, _key, words in choices),
        ]


class AnswerForm(forms.Form):
    """An answer to some contests of one question version."""

    contest = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={
            "required": contests.NOTHING_CHOSEN,
            "invalid_choice": contests.ANSWERED,
        },
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=contests.REPLY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "The students who contested read it. If you accept, everybody concerned reads it"
            " beside their new mark: 300 characters at most."
        ),
        error_messages={"required": contests.NO_ANSWER},
    )
    citation = forms.CharField(
        label=gettext_lazy("Where it stands"),
        max_length=contests.CITATION_LENGTH,
        required=False,
        help_text=gettext_lazy("Needed to decline: a paragraph, or a source with its page."),
    )
    version = forms.TypedChoiceField(
        label=gettext_lazy("If you accept: mark by the key of"), coerce=int
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("If you accept: how"), choices=Regrade.Policy.choices
    )
    although_nobody_gains = forms.BooleanField(
        label=gettext_lazy("Accept it all the same, though nobody who contested gains by it"),
        required=False,
    )

    def __init__(
        self, *args: Any, question: Question, waiting: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asks_although = "although_nobody_gains" in self.data
        self.fields["contest"].choices = [(pk, str(pk)) for pk in waiting]  # type: ignore[attr-defined]
        self.fields["version"].choices = _versions(question)  # type: ignore[attr-defined]

    @property
    def shown(self) -> list[Any]:
        """All fields but the boxes, which stand beside the contests; the tick where it is asked."""
        beside = {"contest"} if self.asks_although else {"contest", "although_nobody_gains"}
        return [field for field in self if field.name not in beside]


# --- The instructor's pages --------------------------------------------------------------------


@require_safe
def regrades(request: Request, cohort: int) -> HttpResponse:
    """What waits for an answer, what can be marked again, and what has been."""
    taught = access.regrading_cohort(request.user, cohort)
    lately = correcting.lately(taught, now=request.arrived_at, send=tasks.regrade.enqueue)
    with timezone.override(taught.zone):
        return render(
            request,
            "quizzes/regrading/regrades.html",
            {
                "cohort": taught,
                "contested": contests.contested(taught),
                "promised": contests.promised(taught),
                "page": Paginator(regrading.asked(taught), PAGE).get_page(request.GET.get("page")),
                "looking": [(job, correcting.question_of(job)) for job in lately.looking],
                "history": [(row, lately.commits.get(row.pk)) for row in regrading.history(taught)],
            },
        )


@require_http_methods(["GET", "HEAD", "POST"])
def regrade_question(request: Request, cohort: int, question: str) -> HttpResponse:
    """The terms of a regrade; POST makes its preview."""
    taught = access.regrading_cohort(request.user, cohort)
    found = access.question_in(taught, question)
    known: dict[str, Any] = {
        "question": found,
        "cohort": taught,
        "editor": is_editor(request.user),
    }
    if request.method == "POST":
        form = RegradeForm(request.POST, **known)
        if form.is_valid():
            terms = form.cleaned_data
            try:
                made = correcting.look(
                    found,
                    version=found.versions.get(pk=terms["version"]).number,
                    policy=terms["policy"],
                    everybody=bool(terms.get("everybody")),
                    reason=terms["reason"],
                    cohort=taught,
                    to=form.to,
                    by=request.user,
                    now=request.arrived_at,
                    send=tasks.regrade.enqueue,
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect(_place(taught, made))
    else:
        form = RegradeForm(initial=_terms(request, taught, found), **known)
    return render(
        request,
        "quizzes/regrading/regrade_question.html",
        {
            "cohort": taught,
            "question": found,
            "prompt": found.current.content["prompt"] if found.current else "",
            "solution": _solution(found.current),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _place(cohort: Cohort, made: Regrade | RegradeJob) -> str:
    """The page of what a button has led to."""
    if isinstance(made, RegradeJob):
        return reverse("quizzes:regrade_job", args=[made.cohort_id, made.pk])
    return reverse("quizzes:regrade", args=[cohort.pk, made.pk])


def _terms(request: Request, cohort: Cohort, question: Question) -> dict[str, Any]:
    """What a form begins with: the terms of an earlier preview, where one is named."""
    terms: dict[str, Any] = {"version": question.current_id, "policy": Regrade.Policy.NEW}
    again = request.GET.get("again", "")
    if again.isascii() and again.isdecimal() and len(again) < 18:
        earlier = access.regrade_in(cohort, int(again))
        if earlier.question_id == question.pk:
            terms |= {
                "version": earlier.version_id,
                "policy": earlier.policy,
                "reason": earlier.reason,
                "everybody": earlier.cohort_id is None,
                "whom": f"group-{earlier.group_id}"
                if earlier.group_id
                else f"person-{earlier.enrolment_id}"
                if earlier.enrolment_id
                else "",
            }
    return terms


def _solution(version: QuestionVersion | None) -> list[str]:
    return KINDS[version.kind].solution(version.content) if version else []


@require_http_methods(["GET", "HEAD", "POST"])
def regrade(request: Request, cohort: int, regrade: int) -> HttpResponse:
    """What a regrade would do, or did; POST commits or abandons it."""
    taught = access.regrading_cohort(request.user, cohort)
    found = access.regrade_in(taught, regrade)
    editor, now = is_editor(request.user), request.arrived_at
    status, refused = 200, ""
    if request.method == "POST":
        try:
            match request.POST.get("act"):
                case "commit":
                    made = correcting.commit(
                        found,
                        cohort=taught,
                        by=request.user,
                        now=now,
                        send=tasks.regrade.enqueue,
                    )
                    if isinstance(made, RegradeJob):
                        return redirect(_place(taught, made))
                    moved = found.summary.get("moved")
                    messages.success(request, _(COMMITTED) if moved else _(NOTHING_MOVED))
                    return redirect("quizzes:regrade", taught.pk, found.pk)
                case "abandon":
                    regrading.abandon(found, by=request.user)
                    messages.success(request, _("The preview is abandoned; no mark was changed."))
                    return redirect("quizzes:regrades", taught.pk)
                case _:
                    status, refused = 422, _("Choose whether to commit or to abandon this preview.")
        except Refused as refusal:
            status, refused = 409, str(refusal)
        found.refresh_from_db(fields=["state", "committed_at"])
    job = None
    if found.state == Regrade.State.PREVIEW:
        job = correcting.under_way(found, now=now, send=tasks.regrade.enqueue)
    listed = regrading.moves(found, None if editor else taught)
    answered = list(found.contests.select_related("enrolment__user"))
    empty_promise = (
        bool(answered)
        and found.state == Regrade.State.PREVIEW
        and not regrading.gaining(found, {each.item_id for each in answered})
    )
    with timezone.override(taught.zone):
        return render(
            request,
            "quizzes/regrading/regrade.html",
            {
                "cohort": taught,
                "regrade": found,
                "summary": found.summary,
                "prompt": text_of(found.version.content["prompt"]),
                "solution": _solution(found.version),
                "moves": listed,
                "refused": refused,
                "job": job,
                "may_act": found.state == Regrade.State.PREVIEW
                and job is None
                and (editor or found.cohort_id is not None),
                "contests": answered,
                "empty_promise": empty_promise,
                "seconds": _seconds(found.summary["attempts"]),
                "in_background": found.summary["attempts"] > correcting.AT_ONCE,
            },
            status=status,
        )


def _seconds(attempts: int) -> int:
    return attempts * MILLISECONDS_EACH // 1000


@require_safe
def regrade_job(request: Request, cohort: int, job: int) -> HttpResponseBase:
    """How far a regrade in the background is; when it is done, it leads to the regrade."""
    taught = access.regrading_cohort(request.user, cohort)
    now = request.arrived_at
    found = correcting.found(taught, job, now=now, send=tasks.regrade.enqueue)
    if found is None:
        raise Http404
    if found.state == RegradeJob.State.READY:
        place = reverse("quizzes:regrade", args=[cohort, found.regrade_id])
        return HttpResponseClientRedirect(place) if request.htmx else redirect(place)
    shown = {
        "cohort": taught,
        "job": found,
        "question": correcting.question_of(found),
        "seconds": _seconds(found.whole or 0),
        "unbegun": jobs.unbegun([found], now),
    }
    if not request.htmx:
        return render(request, "quizzes/regrading/job.html", shown)
    state = (found.pk, found.state, found.done, found.tries, shown["unbegun"])
    return polled(request, state, lambda: render(request, "quizzes/regrading/_job.html", shown))


@require_http_methods(["GET", "HEAD", "POST"])
def contested(request: Request, cohort: int, version: int) -> HttpResponse:
    """The contests of a question version by option; POST answers those that are ticked."""
    taught = access.regrading_cohort(request.user, cohort)
    found = access.contested_in(taught, version)
    groups = contests.groups(taught, found)
    known: dict[str, Any] = {
        "question": found.question,
        "waiting": [each.contest.pk for group in groups for each in group.open],
    }
    if request.method == "POST":
        form = AnswerForm(request.POST, **known)
        if form.is_valid():
            try:
                return _answered(request, taught, found, form.cleaned_data)
            except contests.NobodyGains as refusal:
                form.asks_although = True
                form.add_error("although_nobody_gains", str(refusal))
            except Refused as refusal:
                form.add_error(None, str(refusal))
        ticked = set(request.POST.getlist("contest"))
    else:
        first = {"version": found.question.current_id, "policy": Regrade.Policy.BOTH}
        form = AnswerForm(initial=first, **known)
        # There is nothing to choose from one.
        ticked = {str(pk) for pk in known["waiting"]} if len(known["waiting"]) == 1 else set()
    with timezone.override(taught.zone):
        return render(
            request,
            "quizzes/regrading/contested.html",
            {
                "cohort": taught,
                "version": found,
                "prompt": found.content["prompt"],
                "solution": _solution(found),
                "groups": groups,
                "waiting": len(known["waiting"]),
                "ticked": ticked,
                "form": form,
            },
            status=422 if form.errors else 200,
        )


def _answered(
    request: Request, cohort: Cohort, version: QuestionVersion, given: dict[str, Any]
) -> HttpResponse:
    terms = {
        "cohort": cohort,
        "version": version,
        "by": request.user,
        "answer": given["answer"],
        "citation": given["citation"],
        "now": request.arrived_at,
    }
    match request.POST.get("decision"):
        case "accept":
            made = contests.accept(
                given["contest"],
                policy=given["policy"],
                key=version.question.versions.get(pk=given["version"]),
                send=tasks.regrade.enqueue,
                although_nobody_gains=given["although_nobody_gains"],
                **terms,
            )
            messages.success(
                request,
                _("The answer is sent. What marking again would do is looked at; commit it then.")
                if isinstance(made, RegradeJob)
                else _("The answer is sent. This is what marking again would do; commit it below."),
            )
            return redirect(_place(cohort, made))
        case "decline":
            contests.decline(given["contest"], **terms)
            messages.success(request, _("The answer is sent."))
            return redirect("quizzes:regrades", cohort.pk)
        case _:
            raise Refused(_("Choose whether to accept or to decline."))


# --- The student's page ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def contest(request: Request, attempt: UUID, position: int) -> HttpResponse:
    """Object to a question of one's own result."""
    now = request.arrived_at
    found = access.own_attempt(request.user, attempt)
    try:
        item = contests.contestable(found, position, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:result", attempt)
    choices = contests.choices(item)
    form = ContestForm(choices=choices)
    if request.method == "POST":
        form = ContestForm(request.POST, choices=choices)
        if form.is_valid():
            try:
                contests.contest(request.user, attempt, position, now=now, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, _("Your objection is on its way. The answer will stand here.")
                )
                return redirect(f"{reverse('quizzes:result', args=[attempt])}#q{position}")
    return render(
        request,
        "quizzes/regrading/contest.html",
        {
            "attempt": found,
            "activity": found.quiz.activity,
            "course": found.quiz.activity.module.course,
            "position": position,
            "prompt": item.version.content["prompt"],
            "form": form,
        },
        status=422 if form.errors else 200,
    )

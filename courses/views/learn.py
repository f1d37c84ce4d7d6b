"""What a learner reads."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from courses import access, announcements, correspondence, dashboards, progress
from courses.addresses import address
from courses.apparatus import apparatus
from courses.requests import Request


@require_safe
def course(request: Request, course: str) -> HttpResponse:
    """The map of a course with the learner's progress."""
    place = access.place_in(request.user, course)
    modules = dashboards.course_map(place.course, place.enrolment)
    steps = [step for module in modules for step in module.steps]
    return render(
        request,
        "courses/course.html",
        {
            "course": place.course,
            "place": place,
            "progress": dashboards.CourseProgress(place.course, place.enrolment, steps),
            "modules": modules,
            "unread": correspondence.unread(place.enrolment)
            if place.studies and place.enrolment
            else 0,
            "announcements": []
            if place.enrolment is None
            else announcements.in_cohort(place.enrolment.cohort_id),
        },
    )


@require_safe
def lesson(request: Request, course: str, activity: str) -> HttpResponse:
    """A lesson, from the HTML that was made when it was saved; five queries, no write."""
    place = access.place_in(request.user, course)
    lesson = access.lesson_in(place, activity)
    steps = dashboards.module_steps(lesson.activity.module, place.enrolment)
    position, previous, following = dashboards.neighbours(steps, activity)
    parts = [
        # The HTML was sanitised when the lesson was saved (courses.rendering).
        ("html", mark_safe(value), "")  # noqa: S308
        if kind == "html"
        else (kind, value, address("quizzes:checkpoint", activity, value))
        for kind, value in lesson.parts
    ]
    return render(
        request,
        "courses/lesson.html",
        {
            "course": place.course,
            "place": place,
            "module": lesson.activity.module,
            "activity": lesson.activity,
            "lesson": lesson,
            "parts": parts,
            "steps": steps,
            "position": position,
            "previous": previous,
            "next": following,
            "done": steps[position - 1].done,
        },
    )


@require_POST
def lesson_done(request: Request, course: str, activity: str) -> HttpResponse:
    """“I have read this”, or with `undo` the taking back of it."""
    place = access.place_in(request.user, course)
    if place.enrolment is None:
        raise Http404
    lesson = access.lesson_in(place, activity)
    if "undo" in request.POST:
        progress.reopen_lesson(place.enrolment, lesson.activity)
        return redirect("courses:lesson", course, activity)
    progress.complete_lesson(place.enrolment, lesson.activity, now=request.arrived_at)
    steps = dashboards.module_steps(lesson.activity.module, place.enrolment)
    _, _, following = dashboards.neighbours(steps, activity)
    return redirect(following.url if following else place.course)


@require_safe
def lesson_sources(request: Request, course: str, activity: str) -> HttpResponse:
    """What a lesson cites and explains: a page, or the piece that the lesson's script puts in."""
    place = access.place_in(request.user, course)
    lesson = access.lesson_in(place, activity)
    template = "courses/lesson/_apparatus.html" if request.htmx else "courses/lesson_sources.html"
    return render(
        request,
        template,
        {
            "course": place.course,
            "lesson": lesson,
            "activity": lesson.activity,
            "apparatus": apparatus(lesson),
            "whole": not request.htmx,
        },
    )


@require_safe
def glossary(request: Request) -> HttpResponse:
    """All terms, with the lessons of the reader's courses that use them."""
    editor = access.is_editor(request.user)
    courses = dashboards.visible_courses(request.user, editor=editor)
    return render(request, "courses/glossary.html", {"letters": dashboards.glossary(courses)})


@require_safe
def sources(request: Request) -> HttpResponse:
    """All sources, with the paragraphs of the reader's courses that cite them."""
    editor = access.is_editor(request.user)
    courses = dashboards.visible_courses(request.user, editor=editor)
    return render(request, "courses/sources.html", {"groups": dashboards.bibliography(courses)})

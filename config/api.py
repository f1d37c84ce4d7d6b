"""The addresses of API version 1. What a version promises is added to, never changed."""

from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from courses import api as courses
from quizzes import api as quizzes

app_name = "api"

urlpatterns = [
    path("courses/", courses.Courses.as_view(), name="courses"),
    path("courses/<slug:course>/", courses.CourseView.as_view(), name="course"),
    path("courses/<slug:course>/modules/", courses.Modules.as_view(), name="modules"),
    path("courses/<slug:course>/lessons/", courses.Lessons.as_view(), name="lessons"),
    path(
        "courses/<slug:course>/lessons/<slug:lesson>/", courses.LessonView.as_view(), name="lesson"
    ),
    path("courses/<slug:course>/grades/", courses.OwnGradesView.as_view(), name="own_grades"),
    path("cohorts/<number:cohort>/grades/", courses.Grades.as_view(), name="grades"),
    path(
        "cohorts/<number:cohort>/grades/columns/",
        courses.GradeColumns.as_view(),
        name="grade_columns",
    ),
    path("terms/", courses.Terms.as_view(), name="terms"),
    path("terms/<slug:term>/", courses.TermView.as_view(), name="term"),
    path("sources/", courses.Sources.as_view(), name="sources"),
    path("sources/<slug:source>/", courses.SourceView.as_view(), name="source"),
    path("quizzes/<slug:quiz>/", quizzes.QuizView.as_view(), name="quiz"),
    path("quizzes/<slug:quiz>/attempts/", quizzes.Attempts.as_view(), name="attempts"),
    path("attempts/<uuid:attempt>/", quizzes.AttemptView.as_view(), name="attempt"),
    path(
        "attempts/<uuid:attempt>/responses/<number:position>/",
        quizzes.ResponseView.as_view(),
        name="response",
    ),
    path(
        "attempts/<uuid:attempt>/responses/<number:position>/leave/",
        quizzes.LeaveView.as_view(),
        name="leave",
    ),
    path(
        "attempts/<uuid:attempt>/responses/<number:position>/check/",
        quizzes.CheckView.as_view(),
        name="check",
    ),
    path(
        "attempts/<uuid:attempt>/responses/<number:position>/redo/",
        quizzes.RedoView.as_view(),
        name="redo",
    ),
    path("attempts/<uuid:attempt>/submit/", quizzes.SubmitView.as_view(), name="submit"),
    path("attempts/<uuid:attempt>/result/", quizzes.ResultView.as_view(), name="result"),
    path("attempts/<uuid:attempt>/reveal/", quizzes.RevealView.as_view(), name="reveal"),
    path("tokens/", courses.Tokens.as_view(), name="tokens"),
    path("tokens/<slug:token>/", courses.TokenView.as_view(), name="token"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # A page for people: whoever is not signed in is led to sign in, not told so in JSON.
    path(
        "docs/",
        login_required(SpectacularSwaggerSplitView.as_view(url_name="api:schema")),
        name="docs",
    ),
    re_path(r"", courses.Nowhere.as_view(), name="nowhere"),
]

from django.urls import path

from courses.views import edit, home, learn, teach

app_name = "courses"

urlpatterns = [
    path("", home.home, name="home"),
    path("join/", home.join, name="join"),
    path("style/", home.style, name="style"),
    path("glossary/", learn.glossary, name="glossary"),
    path("sources/", learn.sources, name="sources"),
    path("courses/<slug:course>/", learn.course, name="course"),
    path("courses/<slug:course>/lessons/<slug:activity>/", learn.lesson, name="lesson"),
    path(
        "courses/<slug:course>/lessons/<slug:activity>/done/",
        learn.lesson_done,
        name="lesson_done",
    ),
    path(
        "courses/<slug:course>/lessons/<slug:activity>/sources/",
        learn.lesson_sources,
        name="lesson_sources",
    ),
    path("teach/<int:cohort>/", teach.cohort, name="cohort"),
    path("preview/", edit.preview, name="preview"),
]

from django.urls import path

from courses.views import cohorts, correspondence, edit, grades, home, learn, reference

app_name = "courses"

urlpatterns = [
    path("", home.home, name="home"),
    path("join/", home.join, name="join"),
    path("mail/", home.mail, name="mail"),
    path("style/", home.style, name="style"),
    path("glossary/", learn.glossary, name="glossary"),
    path("sources/", learn.sources, name="sources"),
    path("reference/", reference.hub, name="reference"),
    path("reference/people/", reference.people, name="people"),
    path("reference/timeline/", reference.timeline, name="timeline"),
    path("reference/members/", reference.members, name="members"),
    path("reference/organisations/", reference.organisations, name="organisations"),
    path("reference/quantities/", reference.quantities, name="quantities"),
    path("reference/lenses/", reference.lenses, name="lenses"),
    path("reference/notes/", reference.notes, name="notes"),
    path("courses/<slug:course>/", learn.course, name="course"),
    path("courses/<slug:course>/lessons/<slug:activity>/", learn.lesson, name="lesson"),
    path("courses/<slug:course>/messages/", correspondence.own, name="messages"),
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
    path("invitation/", cohorts.invitation, name="invitation"),
    path("teach/new/", cohorts.new, name="new_cohort"),
    path("teach/<number:cohort>/people/", cohorts.roster, name="roster"),
    path("teach/<number:cohort>/invitations/", cohorts.invited, name="invited"),
    path("teach/<number:cohort>/announcements/", cohorts.announced, name="announced"),
    path("teach/<number:cohort>/messages/", correspondence.cohort, name="cohort_messages"),
    path("courses/<slug:course>/grades/", grades.own, name="own_grades"),
    path("teach/<number:cohort>/grades/", grades.grades, name="grades"),
    path("teach/<number:cohort>/grades/weights/", grades.weights, name="grade_weights"),
    path(
        "teach/<number:cohort>/grades/columns/<slug:activity>/", grades.column, name="grade_column"
    ),
    path(
        "teach/<number:cohort>/grades/<number:enrolment>/<slug:activity>/",
        grades.grade,
        name="grade",
    ),
    path("preview/", edit.preview, name="preview"),
]

from django.urls import path

from quizzes.views import regrading, take, timing

app_name = "quizzes"

urlpatterns = [
    path("quizzes/<slug:activity>/", take.quiz, name="quiz"),
    path("attempts/<uuid:attempt>/", take.attempt, name="attempt"),
    path("attempts/<uuid:attempt>/questions/<int:position>/", take.save, name="save"),
    path("attempts/<uuid:attempt>/deadline/", take.deadline, name="deadline"),
    path("attempts/<uuid:attempt>/submit/", take.submit, name="submit"),
    path("attempts/<uuid:attempt>/result/", take.result, name="result"),
    path("teach/<int:cohort>/quizzes/<slug:activity>/", timing.quiz, name="timing"),
    path("teach/<int:cohort>/groups/", timing.groups, name="groups"),
    path(
        "attempts/<uuid:attempt>/questions/<int:position>/contest/",
        regrading.contest,
        name="contest",
    ),
    path("teach/<int:cohort>/regrades/", regrading.regrades, name="regrades"),
    path("teach/<int:cohort>/regrades/<int:regrade>/", regrading.regrade, name="regrade"),
    path(
        "teach/<int:cohort>/questions/<slug:question>/regrade/",
        regrading.regrade_question,
        name="regrade_question",
    ),
    path("teach/<int:cohort>/contests/<int:version>/", regrading.contested, name="contested"),
    path("checkpoints/<slug:lesson>/<slug:question>/", take.checkpoint, name="checkpoint"),
]

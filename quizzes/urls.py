from django.urls import path

from quizzes.views import take, timing

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
    path("checkpoints/<slug:lesson>/<slug:question>/", take.checkpoint, name="checkpoint"),
]

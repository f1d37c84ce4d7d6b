from django.urls import path

from quizzes.views import (
    analysis,
    calibration,
    live,
    logs,
    marking,
    policy,
    preview,
    regrading,
    students,
    take,
    timing,
)

app_name = "quizzes"

urlpatterns = [
    path("quizzes/<slug:activity>/", take.quiz, name="quiz"),
    path("quizzes/<slug:activity>/preview/", preview.preview, name="preview"),
    path("attempts/<uuid:attempt>/", take.attempt, name="attempt"),
    path("attempts/<uuid:attempt>/questions/<int:position>/", take.save, name="save"),
    path("attempts/<uuid:attempt>/questions/<int:position>/check/", take.check, name="check"),
    path("attempts/<uuid:attempt>/questions/<int:position>/redo/", take.redo, name="redo"),
    path("attempts/<uuid:attempt>/deadline/", take.deadline, name="deadline"),
    path("attempts/<uuid:attempt>/submit/", take.submit, name="submit"),
    path("attempts/<uuid:attempt>/result/", take.result, name="result"),
    path("attempts/<uuid:attempt>/reveal/", take.reveal, name="reveal"),
    path("attempts/<uuid:attempt>/log/", logs.own, name="log"),
    path("attempts/<uuid:attempt>/log/table/", logs.own_table, name="log_table"),
    path("teach/<int:cohort>/attempts/<uuid:attempt>/log/", logs.students, name="students_log"),
    path(
        "teach/<int:cohort>/attempts/<uuid:attempt>/log/table/",
        logs.students_table,
        name="students_log_table",
    ),
    path("teach/<int:cohort>/students/<int:enrolment>/", students.student, name="student"),
    path("teach/<int:cohort>/quizzes/<slug:activity>/", timing.quiz, name="timing"),
    path("teach/<int:cohort>/quizzes/<slug:activity>/live/", live.watch, name="live"),
    path("teach/<int:cohort>/quizzes/<slug:activity>/live/extend/", live.extend, name="extend"),
    path("teach/<int:cohort>/quizzes/<slug:activity>/policy/", policy.policy, name="policy"),
    path("teach/<int:cohort>/quizzes/<slug:activity>/report/", analysis.report, name="report"),
    path(
        "teach/<int:cohort>/quizzes/<slug:activity>/report/<slug:question>/",
        analysis.question,
        name="report_question",
    ),
    path("teach/<int:cohort>/presets/", policy.presets, name="presets"),
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
    path("teach/<int:cohort>/marking/", marking.waiting, name="marking"),
    path("teach/<int:cohort>/marking/<slug:question>/", marking.mark, name="mark"),
    path(
        "teach/<int:cohort>/marking/<slug:question>/moderation/",
        marking.moderate,
        name="moderation",
    ),
    path("courses/<slug:course>/certainty/", calibration.certainty, name="certainty"),
    path("checkpoints/<slug:lesson>/<slug:question>/", take.checkpoint, name="checkpoint"),
]

from django.urls import path

from quizzes.views import (
    analysis,
    calibration,
    dates,
    exports,
    live,
    logs,
    marking,
    overview,
    people,
    policy,
    preview,
    regrading,
    response_model,
    students,
    take,
    timing,
    understanding,
)

app_name = "quizzes"

urlpatterns = [
    path("quizzes/<slug:activity>/", take.quiz, name="quiz"),
    path("quizzes/<slug:activity>/preview/", preview.preview, name="preview"),
    path("attempts/<uuid:attempt>/", take.attempt, name="attempt"),
    path("attempts/<uuid:attempt>/questions/<number:position>/", take.save, name="save"),
    path("attempts/<uuid:attempt>/questions/<number:position>/check/", take.check, name="check"),
    path("attempts/<uuid:attempt>/questions/<number:position>/redo/", take.redo, name="redo"),
    path("attempts/<uuid:attempt>/deadline/", take.deadline, name="deadline"),
    path("attempts/<uuid:attempt>/submit/", take.submit, name="submit"),
    path("attempts/<uuid:attempt>/result/", take.result, name="result"),
    path("attempts/<uuid:attempt>/reveal/", take.reveal, name="reveal"),
    path("attempts/<uuid:attempt>/log/", logs.own, name="log"),
    path("attempts/<uuid:attempt>/log/table/", logs.own_table, name="log_table"),
    path(
        "teach/<number:cohort>/attempts/<uuid:attempt>/log/", logs.of_student, name="students_log"
    ),
    path(
        "teach/<number:cohort>/attempts/<uuid:attempt>/log/table/",
        logs.of_student_table,
        name="students_log_table",
    ),
    path("teach/<number:cohort>/students/<number:enrolment>/", students.student, name="student"),
    path(
        "teach/<number:cohort>/attempts/<uuid:attempt>/", students.attempt, name="students_attempt"
    ),
    path("courses/<slug:course>/looks/", students.looks, name="looks"),
    path("teach/<number:cohort>/quizzes/<slug:activity>/", timing.quiz, name="timing"),
    path("teach/<number:cohort>/quizzes/<slug:activity>/live/", live.watch, name="live"),
    path("teach/<number:cohort>/quizzes/<slug:activity>/live/extend/", live.extend, name="extend"),
    path("teach/<number:cohort>/quizzes/<slug:activity>/policy/", policy.policy, name="policy"),
    path("teach/<number:cohort>/quizzes/<slug:activity>/report/", analysis.report, name="report"),
    path(
        "teach/<number:cohort>/quizzes/<slug:activity>/response-model/",
        response_model.model,
        name="response_model",
    ),
    path(
        "teach/<number:cohort>/quizzes/<slug:activity>/attempts/",
        analysis.attempts,
        name="report_attempts",
    ),
    path(
        "teach/<number:cohort>/quizzes/<slug:activity>/report/<slug:question>/",
        analysis.question,
        name="report_question",
    ),
    path("teach/<number:cohort>/", overview.overview, name="overview"),
    path("teach/<number:cohort>/help/", overview.needing, name="help"),
    path("teach/<number:cohort>/modules/<slug:module>/", overview.module, name="module"),
    path("teach/<number:cohort>/understanding/", understanding.misread, name="understanding"),
    path(
        "teach/<number:cohort>/understanding/answers/",
        understanding.answers,
        name="understanding_answers",
    ),
    path(
        "teach/<number:cohort>/understanding/objectives/", understanding.objectives, name="mastery"
    ),
    path(
        "teach/<number:cohort>/understanding/objectives/<slug:objective>/",
        understanding.objective,
        name="mastery_of",
    ),
    path(
        "teach/<number:cohort>/understanding/certainty/",
        understanding.certainty,
        name="class_certainty",
    ),
    path("teach/<number:cohort>/exports/", exports.exports, name="exports"),
    path("teach/<number:cohort>/exports/<number:export>/", exports.download, name="export"),
    path("teach/<number:cohort>/exports/<str:what>.<str:form>", exports.file, name="export_file"),
    path("teach/<number:cohort>/presets/", policy.presets, name="presets"),
    path("teach/<number:cohort>/people/add/", people.add, name="add_people"),
    path("teach/<number:cohort>/dates/", dates.dates, name="dates"),
    path("teach/<number:cohort>/settings/", dates.settings, name="settings"),
    path("teach/<number:cohort>/groups/", timing.groups, name="groups"),
    path(
        "attempts/<uuid:attempt>/questions/<number:position>/contest/",
        regrading.contest,
        name="contest",
    ),
    path("teach/<number:cohort>/regrades/", regrading.regrades, name="regrades"),
    path("teach/<number:cohort>/regrades/<number:regrade>/", regrading.regrade, name="regrade"),
    path(
        "teach/<number:cohort>/regrades/jobs/<number:job>/",
        regrading.regrade_job,
        name="regrade_job",
    ),
    path(
        "teach/<number:cohort>/questions/<slug:question>/regrade/",
        regrading.regrade_question,
        name="regrade_question",
    ),
    path("teach/<number:cohort>/contests/<number:version>/", regrading.contested, name="contested"),
    path("teach/<number:cohort>/marking/", marking.waiting, name="marking"),
    path("teach/<number:cohort>/marking/<slug:question>/", marking.mark, name="mark"),
    path(
        "teach/<number:cohort>/marking/<slug:question>/moderation/",
        marking.moderate,
        name="moderation",
    ),
    path("courses/<slug:course>/practice/", understanding.practice, name="practice_set"),
    path(
        "courses/<slug:course>/practice/<slug:question>/",
        understanding.practice_question,
        name="practice_question",
    ),
    path("courses/<slug:course>/certainty/", calibration.certainty, name="certainty"),
    path("checkpoints/<slug:lesson>/<slug:question>/", take.checkpoint, name="checkpoint"),
]

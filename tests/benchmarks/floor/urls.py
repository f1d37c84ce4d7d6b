from django.urls import path

from tests.benchmarks.floor import views

urlpatterns = [
    path("text/<int:length>/", views.text),
    path("form/<int:questions>/<int:length>/", views.form),
    path("grades/<int:cohort>/", views.grades),
    path("write/", views.write),
    path("start/<int:quiz>/", views.start),
    path("attempts/<uuid:attempt>/", views.attempt),
    path("attempts/<uuid:attempt>/result/", views.result),
]

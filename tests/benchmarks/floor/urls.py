from django.urls import path

from tests.benchmarks.floor import views

urlpatterns = [
    path("text/<int:length>/", views.text),
    path("form/<int:questions>/<int:length>/", views.form),
    path("write/", views.write),
]

from django.urls import path

from tests.benchmarks.floor import views

urlpatterns = [
    path("text/<int:length>/", views.text),
    path("write/", views.write),
]

"""Every address of the site. Pages need a signed-in person unless they say otherwise."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, register_converter

from config import health
from courses.addresses import Number

admin.autodiscover()
# allauth's limits on signing in hold here too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

register_converter(Number, "number")

urlpatterns = [
    path("", include("courses.urls")),
    path("", include("quizzes.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "config.failures.not_understood"
handler500 = "config.failures.failed"

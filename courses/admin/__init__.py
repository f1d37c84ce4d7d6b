"""The desk of the people who run the site and write its content: Django's own admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from courses.admin import content, people, reference

admin.site.site_header = _("Parallax editing")
admin.site.site_title = _("Parallax editing")
admin.site.index_title = _("What would you like to edit?")

__all__ = ["content", "people", "reference"]

"""The door for the web server."""

import gc
import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Django REST framework loads PostgreSQL's driver wherever it is installed, for fields that we have
# none of. None says that it is not there: 9 MB less in each worker.
if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]

application = get_wsgi_application()

# Now, lest the first visitor wait for it: the addresses bring in the views and what they need.
resolve("/")
# What is here stays until the end: the garbage collector need not look through it again.
gc.collect()
gc.freeze()

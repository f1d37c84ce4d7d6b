"""The door for the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Now, lest the first visitor wait for it: the addresses bring in the views and what they need.
resolve("/")
# What is here stays until the end: the garbage collector need not look through it again.
gc.collect()
gc.freeze()

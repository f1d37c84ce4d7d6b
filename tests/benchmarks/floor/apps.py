"""What the floor has of libraries: their tables alone."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """django-allauth's, which the site's rules name, without the middleware it insists on."""

    name = "allauth.account"

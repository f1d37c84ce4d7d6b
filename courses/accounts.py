"""How accounts are made and signed in to, where it differs from django-allauth's defaults."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.db.models import BigIntegerField
from django.http import HttpRequest

from courses.models import User
from courses.models.prepared import Prepared

BY_ID = Prepared[User](lambda pk: User.objects.filter(pk=pk).order_by(), pk=BigIntegerField())


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP_OPEN)


class AccountBackend(AuthenticationBackend):
    """django-allauth's, with a quicker way to whoever a session belongs to."""

    def get_user(self, user_id: Any) -> User | None:
        user = BY_ID.first(pk=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

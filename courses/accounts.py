"""How accounts are made and signed in to, where it differs from django-allauth's defaults."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import BigIntegerField, Exists, OuterRef
from django.db.models.functions import Lower
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


def want_mail(user: User, *, wanted: bool) -> None:
    """Whether somebody is told by mail of messages and announcements. Mail that an account itself
    needs goes in any case."""
    User.objects.filter(pk=user.pk).update(wants_mail=wanted)
    user.wants_mail = wanted


def holders(addresses: Collection[str]) -> dict[str, list[User]]:
    """Who has an account under each of these addresses (in small letters); two queries.

    Anybody can write a stranger's address into the form for a new account. So where addresses are
    confirmed, one that somebody typed and has not confirmed is not theirs; one that was entered at
    the editors' desk is.
    """
    found: dict[str, dict[int, User]] = defaultdict(dict)
    confirmed = EmailAddress.objects.filter(
        email__in=addresses, verified=True, user__is_active=True
    )
    for row in confirmed.select_related("user"):
        found[row.email.lower()][row.user_id] = row.user
    named = User.objects.filter(is_active=True).alias(address=Lower("email"))
    named = named.filter(address__in=addresses)
    if app_settings.EMAIL_VERIFICATION == app_settings.EmailVerificationMethod.MANDATORY:
        named = named.exclude(
            Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=False))
            & ~Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True))
        )
    for user in named.order_by("pk"):
        found[user.email.lower()][user.pk] = user
    return {address: list(users.values()) for address, users in found.items()}

"""Tokens for programs that speak to the API: made by a signed-in person, stored hashed, expiring.

There is no way to trade a password for a token: whoever wants one signs in on the page first, so
that its limits on guessing and its second factor hold for every channel.

A token begins with a fingerprint of the password it was made under. Changing the password thus
ends it on the next request, as it ends sessions, with no second record to keep in step.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from knox.crypto import hash_token
from knox.models import AuthToken
from knox.settings import CONSTANTS
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from courses.models import User
from courses.refusals import Refused

LIMIT = 10
DAYS = 30
MOST_DAYS = 365
HANDLE = 16  # characters of the digest that name a token in addresses: 64 bits

REFUSAL = (
    "This token is not valid: it was mistyped, revoked, has expired, or its account has changed. "
    "Sign in on the site and make a new one."
)
TOO_MANY = "You have %(limit)d tokens, and more are not allowed. Revoke one that you do not use."


def fingerprint(user: User) -> str:
    """Ten characters that change with the password; they tell nothing without the site's key."""
    return user.get_session_auth_hash()[: CONSTANTS.MAXIMUM_TOKEN_PREFIX_LENGTH]


def handle(token: AuthToken) -> str:
    """How a token is called when it is listed or revoked; it opens nothing."""
    return str(token.digest[:HANDLE])


def live(user: User, *, now: datetime) -> QuerySet[AuthToken]:
    """The tokens that open something for this person, newest first."""
    tokens: QuerySet[AuthToken] = AuthToken.objects.filter(
        user=user, expiry__gt=now, token_key__startswith=fingerprint(user)
    ).order_by("-created", "digest")
    return tokens


def issue(user: User, *, days: int, now: datetime) -> tuple[AuthToken, str]:
    """A new token: its row and, this once only, its text. Clears away this person's dead ones.

    Raises `Refused` when the person has as many as are allowed.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        AuthToken.objects.filter(user=user).exclude(
            pk__in=live(user, now=now).values("pk")
        ).delete()
        if live(user, now=now).count() >= LIMIT:
            raise Refused(_(TOO_MANY) % {"limit": LIMIT})
        token, text = AuthToken.objects.create(
            user=user, expiry=timedelta(days=days), prefix=fingerprint(user)
        )
    return token, text


def revoke(user: User, name: str) -> None:
    """End one of somebody's own tokens by its handle; `Http404` when they have none such."""
    gone, _rows = AuthToken.objects.filter(user=user, digest__startswith=name).delete()
    if not gone:
        raise Http404


def holder(text: bytes, *, now: datetime) -> tuple[User, AuthToken] | None:
    """Whose token this is, if it opens anything at `now`; one query, and no write."""
    if not text.isalnum():  # of bytes, that holds for ASCII letters and digits only
        return None
    token = (
        AuthToken.objects.filter(digest=hash_token(text.decode("ascii")), expiry__gt=now)
        .select_related("user")
        .first()
    )
    if (
        token is None
        or not token.user.is_active
        or not constant_time_compare(
            token.token_key[: CONSTANTS.MAXIMUM_TOKEN_PREFIX_LENGTH], fingerprint(token.user)
        )
    ):
        return None
    return token.user, token


class TokenAuthentication(BaseAuthentication):
    """Lets a request in by the header `Authorization: Token …`.

    Knox's own class deletes expired tokens on the way, with a query for each, and answers bytes
    that are not UTF-8 with an error of the server.
    """

    def authenticate(self, request: Any) -> tuple[User, AuthToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"token":
            return None
        found = holder(words[1], now=request.arrived_at) if len(words) == 2 else None
        if found is None:
            raise AuthenticationFailed(_(REFUSAL))
        return found

    def authenticate_header(self, request: Any) -> str:
        return "Token"

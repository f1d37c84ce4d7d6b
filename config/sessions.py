"""Django's sessions in the database, read with a prepared query: each request reads one."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from courses.models.prepared import Prepared

LIVE = Prepared[Session](
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now).order_by(),
    key=CharField(),
    now=DateTimeField(),
)


LONGEST = 40  # characters of the column


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: Any) -> bool:
        """A key that none of ours could be is no key: a cookie may hold anything, a zero byte too.

        The database is not even asked about it.
        """
        known = super()._validate_session_key(key)  # type: ignore[misc]
        return bool(known) and key.isascii() and key.isalnum() and len(key) <= LONGEST

    def _get_session_from_db(self) -> Any:
        session = LIVE.first(key=self.session_key, now=timezone.now())
        if session is None:
            self._session_key = None
        return session

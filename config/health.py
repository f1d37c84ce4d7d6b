"""Probes for whoever runs the site. They tell nothing but yes or no, so anybody may ask.

Written by hand: django-health-check answers through an event loop and threads of its own, each
with a database connection of its own, for what is two questions here.
"""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process answers at all: restart it if not."""
    return JsonResponse({"alive": True})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served: the database answers and its tables are up to date."""
    try:
        executor = MigrationExecutor(connection)
        pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "does not answer"}, status=503)
    if pending:
        return JsonResponse({"ready": False, "database": "migrations are pending"}, status=503)
    return JsonResponse({"ready": True})

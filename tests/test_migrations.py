"""The short way to the tables and the long one: a new database takes the first."""

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

OURS = {"courses", "quizzes"}


def tables(*, squashed: bool) -> tuple[ProjectState, MigrationLoader]:
    loader = MigrationLoader(None, replace_migrations=squashed)
    return loader.project_state(), loader


def test_the_squashed_migrations_lead_where_those_they_replace_lead(settings):
    settings.MIGRATION_MODULES = {}  # The suite makes its tables without any.
    long, _ = tables(squashed=False)
    short, loader = tables(squashed=True)

    differences = MigrationAutodetector(long, short).changes(loader.graph)

    assert {app: differences.get(app, []) for app in OURS} == {app: [] for app in OURS}


def test_a_squashed_migration_replaces_all_that_stood_before_it(settings):
    settings.MIGRATION_MODULES = {}
    loader = MigrationLoader(None, replace_migrations=False)
    for app in OURS:
        squashed = [key for key in loader.disk_migrations if key[0] == app and "squashed" in key[1]]
        assert len(squashed) == 1
        last = squashed[0][1].partition("squashed_")[2]
        replaced = set(loader.disk_migrations[squashed[0]].replaces)
        before = {key for key in loader.graph.forwards_plan((app, last)) if key[0] == app}
        assert replaced == before

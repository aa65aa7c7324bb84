"""Every index and unique constraint that the models name is there: a migration may take one away unasked."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import UniqueConstraint

pytestmark = pytest.mark.django_db


def test_nothing_that_the_models_name_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        there = {row[0] for row in cursor.fetchall()}
    models = [model for model in apps.get_models() if not model.__module__.startswith("tests.")]
    named = {index.name for model in models for index in model._meta.indexes}
    named |= {each.name for model in models for each in model._meta.constraints if isinstance(each, UniqueConstraint)}
    assert len(named) > 100
    assert sorted(named - there) == []

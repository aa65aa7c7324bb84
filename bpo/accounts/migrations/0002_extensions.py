"""Postgres extensions the models above stand on."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    run_before = [("clients", "0001_initial")]

    operations = [BtreeGistExtension(), TrigramExtension(), UnaccentExtension()]

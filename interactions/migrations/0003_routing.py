"""Eligibility and the match as SQL, loaded from the files that hold them."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

HERE = Path(__file__).parent.parent
FILES = (HERE / "eligibility.sql", HERE / "routing" / "match.sql")
DROP = """
DROP FUNCTION IF EXISTS free_beside_work(timestamptz, int);
DROP FUNCTION IF EXISTS match_interaction(bigint, timestamptz);
DROP FUNCTION IF EXISTS match_agent(bigint, timestamptz);
DROP FUNCTION IF EXISTS write_offer(bigint, bigint, timestamptz, jsonb);
DROP FUNCTION IF EXISTS next_for(bigint, timestamptz);
DROP FUNCTION IF EXISTS below_limits(interactions_agentlane, timestamptz);
DROP FUNCTION IF EXISTS withheld(interactions_interaction, bigint, timestamptz);
DROP FUNCTION IF EXISTS kept_for_other(interactions_interaction, bigint, timestamptz);
DROP TYPE IF EXISTS match_result;
DROP TYPE IF EXISTS waiting_head;
DROP FUNCTION IF EXISTS got_within_hour(bigint, bigint, timestamptz);
DROP FUNCTION IF EXISTS held_in_queue(bigint, bigint);
DROP FUNCTION IF EXISTS compile_lanes(bigint[], bigint[]);
DROP FUNCTION IF EXISTS has_wants(bigint, int[]);
"""


class Migration(migrations.Migration):
    dependencies = [("interactions", "0002_append_only"), ("agents", "0002_append_only"), ("clients", "0001_initial")]

    operations = [functions(FILES[0]), functions(FILES[1], DROP)]

"""Call flows in force without a day of review get one: 90 days after they came into force."""

from django.db import migrations

SQL = """
update clients_script s set review_on = v.since::date + 90
  from (select script_id, max(published_at) as since from clients_scriptversion
         where state = 'published' and published_at is not null group by script_id) v
 where v.script_id = s.id and s.review_on is null
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0022_script_reviews")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]

"""A door leads into lines of its own client, and a line keeps hours of its own client."""

from django.db import migrations

from clients.one_client import OfOneClient

# A rule has no client of its own but that of its door, which a foreign key cannot read.
RULE = """
create function entry_rule_of_one_client() returns trigger language plpgsql as $$
begin
    if exists (select from clients_entrypoint door join clients_queue line on line.id = new.queue_id
               where door.id = new.entry_point_id and line.client_id <> door.client_id) then
        raise exception 'rule % leads into a line of another client', new.id using errcode = 'foreign_key_violation';
    end if;
    return null;
end $$;
create trigger entry_rule_of_one_client after insert or update of entry_point_id, queue_id on clients_entryrule
    for each row execute function entry_rule_of_one_client();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial")]

    operations = [
        OfOneClient("clients_queue", hours_id="clients_businesshours"),
        OfOneClient("clients_entrypoint", queue_id="clients_queue", hours_id="clients_businesshours"),
        migrations.RunSQL([(RULE, None)], "drop function entry_rule_of_one_client() cascade"),
    ]

"""A contact and a promise stand in a line of their own client, with its customer, case and door."""

from django.db import migrations

from clients.one_client import OfOneClient

THEIR_OWN = {
    "queue_id": "clients_queue",
    "customer_id": "clients_customer",
    "case_id": "interactions_case",
    "entry_point_id": "clients_entrypoint",
}


class Migration(migrations.Migration):
    dependencies = [("interactions", "0003_routing"), ("clients", "0002_of_one_client")]

    operations = [OfOneClient(table, **THEIR_OWN) for table in ("interactions_interaction", "interactions_callback")]

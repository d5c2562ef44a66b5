"""Where transaction ids come from on PostgreSQL; elsewhere a counter row does (sessions_app/services/ids.py)."""

from django.db import migrations


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # 2147483647 is one stack's "none": the sequence ends before it and never starts again
        schema_editor.execute("CREATE SEQUENCE ocpp_transaction_id AS bigint MINVALUE 1 MAXVALUE 2147483646 NO CYCLE")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP SEQUENCE ocpp_transaction_id")


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]

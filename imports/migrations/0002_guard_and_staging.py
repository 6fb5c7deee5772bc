"""The trigger that guards the jobs' moves, and the schema in which workers stage files.

The trigger is made from lambda_worker.contract. When the contract's arrows or owners change, add a
migration with `migrations.RunSQL(trigger.function_sql(), migrations.RunSQL.noop)`.
"""

from django.db import migrations
from psycopg import sql

from imports import trigger
from lambda_worker import contract

CREATE_SCHEMA = sql.SQL("CREATE SCHEMA IF NOT EXISTS {schema}")
DROP_SCHEMA = sql.SQL("DROP SCHEMA IF EXISTS {schema} CASCADE")
SCHEMA = sql.Identifier(contract.STAGING_SCHEMA)


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]

    operations = [
        migrations.RunSQL(trigger.trigger_sql(), trigger.drop_sql()),
        migrations.RunSQL(
            CREATE_SCHEMA.format(schema=SCHEMA).as_string(),
            DROP_SCHEMA.format(schema=SCHEMA).as_string(),
        ),
    ]

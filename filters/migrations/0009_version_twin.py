"""A version knows its live twin by itself; until now its filter did, of the version in use."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def keep_twins(apps: Any, schema_editor: Any) -> None:
    """Of the versions in use; of those before, nobody knows any more."""
    versions = apps.get_model("filters", "FilterVersion").objects
    paired = apps.get_model("filters", "Filter").objects.exclude(current=None).exclude(live=None)
    for current, live in paired.values_list("current", "live"):
        versions.filter(pk=current).update(twin=live)


class Migration(migrations.Migration):

    dependencies = [
        ('filters', '0008_training_records'),
    ]

    operations = [
        migrations.AddField(
            model_name='filterversion',
            name='twin',
            field=models.ForeignKey(blank=True, editable=False, help_text='The same style on the smaller base, which came with it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='filters.filterversion'),
        ),
        migrations.RunPython(keep_twins, migrations.RunPython.noop),
    ]

"""What a person says of a style image is that person's; what ships is everybody's."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def name_owners(apps: Any, schema_editor: Any) -> None:
    """A picture that ships is nobody's, any other that of whoever went back to it first: those are the words it has."""
    images = apps.get_model("filters", "StyleImage").objects
    filters = apps.get_model("filters", "Filter").objects
    runs = apps.get_model("filters", "TrainingRun").objects
    images.filter(pk__in=filters.filter(shipped=True).values("style_image")).update(shipped=True)
    for pk in images.filter(shipped=False).values_list("pk", flat=True):
        made = filters.filter(Q(style_image=pk) | Q(style_uses__style_image=pk))
        learned = runs.filter(Q(style_image=pk) | Q(settings__contains={"pictures": [pk]}))
        used = [*made.values_list("created_at", "owner"), *learned.values_list("created_at", "owner")]
        if used:
            images.filter(pk=pk).update(owner=min(used, key=lambda one: one[0])[1])


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('filters', '0009_version_twin'),
    ]

    operations = [
        migrations.AddField(
            model_name='styleimage',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='styleimage',
            name='shipped',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='styleimage',
            name='sha256',
            field=models.CharField(max_length=64),
        ),
        migrations.RunPython(name_owners, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='styleimage',
            constraint=models.UniqueConstraint(fields=('sha256', 'owner'), name='style_image_once_for_each'),
        ),
        migrations.AddConstraint(
            model_name='styleimage',
            constraint=models.UniqueConstraint(condition=models.Q(('shipped', True)), fields=('sha256',), name='style_image_ships_once'),
        ),
    ]

"""What was learned stays known however a training goes on, as far as its run still tells it."""

from typing import Any

from django.db import migrations, models

SETTINGS = ("minutes", "first_minutes", "steps", "style_scale", "style_weight", "content_weight", "crops")
WHOLE = [0, 0, 1, 1, 0]
PLAIN = ("name", "metrics", "seed", "step", "steps", "seconds", "content_sha256", "code_version", "device", "base")


def keep_records(apps: Any, schema_editor: Any) -> None:
    """Of each finished run the newest version is told of by it; of those before, nobody knows any more."""
    versions = apps.get_model("filters", "FilterVersion").objects
    for run in apps.get_model("filters", "TrainingRun").objects.filter(state="finished").defer("losses", "previews").iterator():
        newest = versions.filter(training_run=run).order_by("-number").values_list("pk", flat=True).first()
        record = {
            **{name: getattr(run, name) for name in PLAIN},
            "settings": {name: run.settings[name] for name in SETTINGS if name in run.settings},
            "trained_at": run.finished_at.isoformat() if run.finished_at else "",
        }
        versions.filter(pk=newest).update(record=record)


def name_pictures(apps: Any, schema_editor: Any) -> None:
    """A run names its pictures by itself, so that they are known once its filter is removed."""
    uses = apps.get_model("filters", "StyleUse").objects.order_by("position")
    for run in apps.get_model("filters", "TrainingRun").objects.exclude(filter=None).only("filter", "settings").iterator():
        pictures = list(uses.filter(filter=run.filter_id).values_list("style_image", flat=True))
        if pictures:
            run.settings["pictures"] = pictures
            run.save(update_fields=["settings"])


def crop_pictures(apps: Any, schema_editor: Any) -> None:
    """A filter knows by itself which part of each picture it learned from: until now its run did."""
    uses = apps.get_model("filters", "StyleUse").objects
    for run in apps.get_model("filters", "TrainingRun").objects.exclude(filter=None).only("filter", "settings").iterator():
        for position, crop in enumerate(run.settings.get("crops", [])):
            if list(crop) != WHOLE:
                uses.filter(filter=run.filter_id, position=position).update(crop=crop)


class Migration(migrations.Migration):

    dependencies = [
        ('filters', '0007_measurings'),
    ]

    operations = [
        migrations.AddField(
            model_name='filterversion',
            name='record',
            field=models.JSONField(blank=True, db_default={}, default=dict, help_text='How it was trained; its run may have gone on since.'),
        ),
        migrations.AddField(
            model_name='trainingrun',
            name='learned_on',
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='styleuse',
            name='crop',
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.RunPython(keep_records, migrations.RunPython.noop),
        migrations.RunPython(name_pictures, migrations.RunPython.noop),
        migrations.RunPython(crop_pictures, migrations.RunPython.noop),
    ]

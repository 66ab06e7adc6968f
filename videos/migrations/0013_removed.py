# What was deleted stays for a while, so that it can be brought back. Rows of before were not deleted.

from django.db import migrations, models


def removed_at():
    return models.DateTimeField(blank=True, db_index=True, editable=False, null=True)


class Migration(migrations.Migration):

    dependencies = [
        ("videos", "0012_proxy_attempts"),
    ]

    operations = [
        migrations.AddField(model_name=model, name="removed_at", field=removed_at())
        for model in ("video", "render", "comparison", "collection")
    ]

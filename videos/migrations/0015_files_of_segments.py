# The reconciler looks for the files of segments every few seconds. Made in a tenth of a second of half a million rows, for
# which segments wait: with CONCURRENTLY it would wait for those who wait for the lock of `prepare`, and they for it.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("videos", "0014_collection_positions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(
                condition=models.Q(("file", ""), _negated=True),
                fields=["render"],
                name="segment_files_left",
            ),
        ),
    ]

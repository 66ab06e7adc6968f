# Positions in collections grow with every work that is added, and were too narrow for that. A wider column takes all.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("videos", "0013_removed"),
    ]

    operations = [
        migrations.AlterField(
            model_name="collectionitem",
            name="position",
            field=models.PositiveIntegerField(),
        ),
    ]

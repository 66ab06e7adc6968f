"""When somebody last had a worker: whose turn it is was told by when their trainings ended, also of those that never began."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('filters', '0010_style_image_owner'),
    ]

    operations = [
        migrations.AddField(
            model_name='trainingrun',
            name='worked_at',
            field=models.DateTimeField(editable=False, help_text='When a worker last began with it, or was done: people take turns by that.', null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0005_ingest_started'),
    ]

    operations = [
        migrations.AddField(
            model_name='still',
            name='traits',
            field=models.JSONField(blank=True, help_text='What the filter left of the frame, as filters/training/traits.py has it.', null=True),
        ),
    ]

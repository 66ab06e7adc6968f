from decimal import Decimal

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q, Subquery


def as_far_as_is_known(apps, schema_editor):
    """What was paid before: one picture for each that is finished, unless it was made from one at full strength."""
    Still = apps.get_model("videos", "Still")
    Version = apps.get_model("filters", "FilterVersion")
    plain = Q(strength=1, keep_colours=False)
    same = {name: OuterRef(name) for name in ("video", "version", "frame_index", "height")}
    made_from_it = Exists(Still.objects.filter(plain, state="finished", **same))
    price = Version.objects.filter(pk=OuterRef("version")).values("filter__cost_per_image")
    paid = Still.objects.filter(state="finished", version__filter__cost_per_image__gt=0)
    paid.filter(plain | ~made_from_it).update(cost=Subquery(price))


class Migration(migrations.Migration):

    dependencies = [
        ("videos", "0015_files_of_segments"),
        ("filters", "0010_style_image_owner"),
    ]

    operations = [
        migrations.AddField(
            model_name="still",
            name="cost",
            field=models.DecimalField(
                db_default=Decimal("0"),
                decimal_places=6,
                default=Decimal("0"),
                help_text="What a service was paid for it, each time that it painted.",
                max_digits=12,
            ),
        ),
        migrations.RunPython(as_far_as_is_known, migrations.RunPython.noop),
    ]

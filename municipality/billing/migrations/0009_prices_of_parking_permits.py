"""Prices of parking permits: bays, special ones, another vehicle, a lost paper."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0008_prices_of_building_permits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="tariff",
            name="kind",
            field=models.CharField(
                choices=[
                    ("parking", "وقوف في منطقة مدفوعة"),
                    ("parking_permit_zone", "تصريح مواقف لمنطقة"),
                    ("parking_permit_all", "تصريح مواقف لكل المناطق"),
                    ("parking_permit_bay", "موقف محجوز في منطقة مدفوعة، للشهر"),
                    ("parking_permit_bay_free", "موقف محجوز حيث الوقوف مجاني، للشهر"),
                    ("parking_permit_special", "تصريح وقوف خاص، للسنة"),
                    ("parking_permit_vehicle", "تغيير مركبة تصريح مواقف"),
                    ("parking_permit_lost", "بدل تصريح مواقف فاقد"),
                    ("overstay_fine", "غرامة تجاوز مدة الوقوف"),
                    ("plot_extract", "مستخرج قطعة أرض معتمد"),
                    ("permit_application", "طلب إباحة بناء"),
                    ("permit_base", "إباحة بناء"),
                    ("permit_area", "مساحة البناء، للمتر المربع"),
                    ("permit_demolition", "إباحة هدم"),
                    ("permit_excavation", "تصريح حفر"),
                    ("permit_renewal", "تجديد إباحة بناء"),
                    ("permit_late_renewal", "تأخر تجديد إباحة بناء، للشهر"),
                    ("permit_owner_change", "تغيير اسم المالك في إباحة بناء"),
                ],
                max_length=40,
            ),
        ),
    ]

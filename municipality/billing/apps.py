from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "municipality.billing"
    label = "billing"

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "municipality.people"
    label = "people"

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "geo_portal.home"
    label = "home"

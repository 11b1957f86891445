from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class HomeConfig(AppConfig):
    default = True
    name = "geo_portal.home"
    label = "home"

    def ready(self) -> None:
        """Register the system checks."""
        from geo_portal.home import checks  # noqa: F401  (registers itself)


class CityAdminConfig(AdminConfig):
    """Makes ours the admin of the project; named by a text, for apps load before models do."""

    default_site = "geo_portal.home.admin_site.CityAdmin"

"""Makes ours the admin of the project; apart from it, for apps load before models do."""

from django.contrib.admin.apps import AdminConfig


class CityAdminConfig(AdminConfig):
    """The stock admin with our site, named by a text."""

    default_site = "geo_portal.home.admin_site.CityAdmin"

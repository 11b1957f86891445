"""Only imports the tables, so that Django finds them."""

from municipality.billing.tariffs.models import Tariff

__all__ = ["Tariff"]

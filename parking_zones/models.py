"""Only imports the tables, so that Django finds them."""

from parking_zones.pricing.models import PaidHours, TicketTerms
from parking_zones.zones.models import Bay, Zone, ZoneVersion

__all__ = ["Bay", "PaidHours", "TicketTerms", "Zone", "ZoneVersion"]

"""Only imports the tables, so that Django finds them."""

from parking_zones.parking_permits.models import ParkingPermit, PermitRequest, PermitVehicle
from parking_zones.pricing.models import PaidHours, TicketTerms
from parking_zones.tickets.models import GoodIn, ParkingTicket
from parking_zones.zones.models import Bay, Zone, ZoneVersion

__all__ = [
    "Bay",
    "GoodIn",
    "PaidHours",
    "ParkingPermit",
    "ParkingTicket",
    "PermitRequest",
    "PermitVehicle",
    "TicketTerms",
    "Zone",
    "ZoneVersion",
]

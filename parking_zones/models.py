"""Only imports the tables, so that Django finds them."""

from parking_zones.curb_rules.models import CurbBan
from parking_zones.inspection.models import ParkingCheck
from parking_zones.parking_permits.models import ParkingPermit, PermitRequest, PermitVehicle
from parking_zones.pricing.models import PaidHours, TicketTerms
from parking_zones.rule_changes.models import RuleChange
from parking_zones.tickets.models import GoodIn, ParkingTicket
from parking_zones.violations.models import Dispute, Offence, Violation
from parking_zones.zones.models import Bay, Zone, ZoneVersion

__all__ = [
    "Bay",
    "CurbBan",
    "Dispute",
    "GoodIn",
    "Offence",
    "PaidHours",
    "ParkingCheck",
    "ParkingPermit",
    "ParkingTicket",
    "PermitRequest",
    "PermitVehicle",
    "RuleChange",
    "TicketTerms",
    "Violation",
    "Zone",
    "ZoneVersion",
]

"""Who answers whom: the one page where lower packages are told of upper ones.

Plain dotted names, tested to lead somewhere.
"""

MAP_LAYERS = [
    "plots.layers.PLOTS",
    "plots.layers.BUILDINGS",
    "plots.layers.ROADS",
    "plots.layers.RESTRICTIONS",
    "plots.layers.PERMITS",
    "geo_portal.layers.WILAYATS",
    "geo_portal.layers.AREAS",
    "parking_zones.layers.ZONES",
    "observations.layers.OBSERVATIONS",
]

# What the heat's reports are divided by, beside their count and square kilometres.
HEAT_DENOMINATORS = [
    "plots.denominators.RESIDENTS",
    "plots.denominators.ROADS",
    "plots.denominators.PLOTS",
]

IMPORTERS = {
    "plots": "plots.register.imports.PLOTS",
    "buildings": "plots.register.imports.BUILDINGS",
    "zones": "parking_zones.zones.imports.ZONES",
    "bays": "parking_zones.zones.imports.BAYS",
    "curb_rules": "parking_zones.curb_rules.imports.CURB_RULES",
    "curb_bans": "parking_zones.curb_rules.ban_imports.CURB_BANS",
    "boundaries": "municipality.importing.boundaries.BOUNDARIES",
    "observations": "observations.reports.imports.OBSERVATIONS",
    "responsibilities": "observations.routing.imports.RESPONSIBILITIES",
    "layer": "plots.restrictions.imports.LAYER",
    "titles": "plots.register.title_imports.TITLES",
    "mandates": "plots.register.mandate_imports.MANDATES",
    "building_permits": "plots.building_permits.permit_imports.PERMIT_RECORDS",
    "parking_permits": "parking_zones.parking_permits.permit_imports.PERMITS",
    "violations": "parking_zones.violations.record_imports.VIOLATIONS",
    "tariffs": "municipality.importing.tariff_records.TARIFFS",
    "footprints": "plots.building_permits.town.footprints.FOOTPRINTS",  # checked, never kept
}

# Who has open cases on plots: called with plot_ids, returns what a swap report lists.
OPEN_CASES_AT = ["municipality.cases.queries.open_cases_at"]

# The life of each kind of case.
CASE_KINDS = {
    "plot_extract": "plots.extracts.transitions.MACHINE",
    "building_permit": "plots.building_permits.transitions.MACHINE",
    "construction": "plots.building_permits.construction.transitions.MACHINE",
    "parking_dispute": "parking_zones.violations.disputes.MACHINE",
    "parking_permit": "parking_zones.parking_permits.transitions.MACHINE",
    "observation": "observations.reports.transitions.MACHINE",
    "report_part": "observations.parts.transitions.MACHINE",
}

# Who is told, in the same transaction, that a bill was settled; by the purpose of the bill.
BILL_PURPOSES = {
    "plot_extract_fee": "plots.case_fees.settled",
    "building_permit_fee": "plots.case_fees.settled",
    "parking_permit_fee": "plots.case_fees.settled",
    "parking_ticket": "parking_zones.tickets.actions.settled",
    "parking_violation": "parking_zones.violations.actions.settled",
}

# Every template of a message; an editor's later version of one stands in the database.
NOTICE_TEMPLATES = [
    "municipality.notices.inbound.TEMPLATES",
    "municipality.people.notices.TEMPLATES",
    "municipality.cases.status_by_sms.TEMPLATES",
    "municipality.cases.consultations.TEMPLATES",
    "municipality.billing.payments.telling.TEMPLATES",
    "plots.extracts.notices.TEMPLATES",
    "plots.building_permits.notices.TEMPLATES",
    "plots.building_permits.construction.notices.TEMPLATES",
    "parking_zones.parking_permits.notices.TEMPLATES",
    "parking_zones.parking_permits.renewal_by_sms.TEMPLATES",
    "parking_zones.parking_permits.announcing.TEMPLATES",
    "parking_zones.tickets.notices.TEMPLATES",
    "parking_zones.violations.notices.TEMPLATES",
    "observations.reports.notices.TEMPLATES",
    "observations.forwarding.notices.TEMPLATES",
    "observations.alerts.notices.TEMPLATES",
]

# Who understands a text message, asked in this order.
SMS_COMMANDS = {
    # first: "renew 123" is no plate and no case
    "renew": "parking_zones.parking_permits.renewal_by_sms.renew",
    "parking": "parking_zones.tickets.by_sms.buy",  # before status, which takes a bare "1111 B"
    "status": "municipality.cases.status_by_sms.status",
    "stop": "observations.alerts.by_sms.stop",
}

# Who forgets what when its time is over, by class of the retention table.
RETENTION: dict[str, str] = {
    "contact_data": "municipality.notices.forgetting.forget_contacts",
}

# Who names stored bytes: what nobody names is swept after an hour; called with digests.
FILE_HOLDERS = [
    "municipality.documents.files.held_by_documents",
    "municipality.importing.batch.held_files",
]

# What else the verification page shows of a paper, by its kind: called with the paper, returns
# the name of a template and what it shows as ``details``, or None.
PAPER_DETAILS: dict[str, str] = {
    "building_permit": "plots.building_permits.verified.details_of",
    "approved_drawing": "plots.building_permits.verified.details_of",
    "completion_certificate": "plots.building_permits.construction.verified.details_of",
    "parking_permit": "parking_zones.parking_permits.verified.details_of",
}

# What the worker does again and again: a plain function without arguments, and how often.
PERIODIC: dict[str, int] = {  # seconds
    "observations.reports.jobs.fold_heat": 30,
    "observations.reports.jobs.release_months": 600,
    "observations.routing.jobs.route_open": 60,
    "maps.heat.jobs.follow_denominators": 60,
    "observations.reports.jobs.find_hot_spots": 600,
    "observations.reports.jobs.forget_exports": 3600,
    "observations.forwarding.jobs.bring_back": 60,
    "observations.alerts.jobs.tell": 600,
    "municipality.cases.jobs.watch_clocks": 60,
    "parking_zones.tickets.jobs.watch_tickets": 20,
    "municipality.notices.email_jobs.send_waiting": 10,
    "municipality.people.jobs.watch_codes": 60,
    "municipality.people.jobs.tidy": 3600,
    "municipality.history.jobs.write_head": 3600,
    "municipality.documents.jobs.scan_waiting": 60,
    "plots.building_permits.jobs.expire_permits": 3600,
    "plots.building_permits.construction.jobs.pause_works": 3600,
    "parking_zones.parking_permits.jobs.remind_of_ends": 3600,
    "municipality.documents.jobs.sweep": 600,
    "municipality.documents.jobs.keep_retention": 86_400,
    "municipality.documents.signing.jobs.renew_revocation_list": 21_600,
    "municipality.documents.signing.jobs.keep_archives": 600,
    "municipality.jobs.jobs.tidy": 3600,
    "municipality.billing.reconciliation.jobs.early": 60,
    "municipality.billing.reconciliation.jobs.daily": 3600,
}

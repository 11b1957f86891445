"""Shares of the demo's reports: how many a year and wilayat, of which kind, by which way.

2016: total and Seeb as published; the other wilayats, and all other years, are the demo's own.
"""

# Reports a year and wilayat; all add up to 50,000 and are scaled to what is asked for.
YEARS: dict[int, dict[str, int]] = {
    2014: {
        "seeb": 6_310, "bausher": 3_180, "muttrah": 1_930,
        "amerat": 1_010, "muscat": 390, "quriyat": 270,
    },
    2015: {
        "seeb": 7_185, "bausher": 3_707, "muttrah": 2_216,
        "amerat": 1_214, "muscat": 654, "quriyat": 316,
    },
    2016: {
        "seeb": 7_631, "bausher": 3_748, "muttrah": 2_030,
        "amerat": 1_250, "muscat": 640, "quriyat": 319,
    },
    **{
        year: {
            "seeb": 196, "bausher": 98, "muttrah": 52,
            "amerat": 34, "muscat": 14, "quriyat": 8,
        }
        for year in range(2017, 2026)
    },
    2026: {
        "seeb": 1_156, "bausher": 578, "muttrah": 304,
        "amerat": 212, "muscat": 84, "quriyat": 48,
    },
}  # fmt: skip

MONTH_WEIGHT = (1190, 1100, 1330, 1410, 1300, 1180, 1115, 1150, 1240, 1402, 1662, 1539)
HOUR_WEIGHT = (
    3, 2, 1, 1, 2, 4, 9, 18, 26, 30, 30, 27, 22, 17, 14, 15, 19, 23, 25, 24, 20, 15, 10, 6,
)  # fmt: skip

CATEGORY_WEIGHT = {
    "sewage": 15.5,
    "pests": 12.5,
    "waste": 11.5,
    "street_lighting": 8.0,
    "potholes": 7.0,
    "containers": 5.5,
    "abandoned_vehicles": 5.0,
    "stray_animals": 4.5,
    "rubble": 4.0,
    "standing_water": 3.8,
    "illegal_building": 3.2,
    "noise": 2.6,
    "bachelors_housing": 2.4,
    "odours": 2.2,
    "food_hygiene": 2.0,
    "pavement": 1.8,
    "parking": 1.7,
    "dead_animal": 1.4,
    "parks": 1.3,
    "street_vendors": 1.2,
    "visual_pollution": 1.1,
    "sand_on_road": 0.8,
    "signs": 0.6,
    "fallen_trees": 0.4,
}

CHANNEL_WEIGHT = {
    "PHONE": 46.0,
    "APP": 29.0,
    "PORTAL": 8.0,
    "STAFF": 6.5,
    "SMS": 3.5,
    "EMAIL": 3.0,
    "HALL": 3.0,
    "PARTNER": 1.0,
}

# How a position is had, by the number of the channel: usually, else.
FIX_OF_CHANNEL = {
    1: ("gps", "exif"),
    2: ("pin", "address"),
    3: ("address", "pin"),
    4: ("address", "address"),
    5: ("address", "pin"),
    6: ("gps", "pin"),
    7: ("pin", "imported"),
    8: ("pin", "address"),
}
ACCURACY_M = {"gps": 9.0, "exif": 14.0, "pin": 20.0, "address": 80.0, "imported": None}

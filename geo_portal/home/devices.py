"""The device a person is signed in on, in words: «Firefox على Windows», "Safari on iPhone".

What a browser says of itself is a claim: it names a line in one's own list and decides nothing.
The order matters, because most browsers also name the ones they descend from.
"""

from municipality.words import Text

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(user_agent: str) -> Text:
    """Name browser and system; a program that is neither is called by its own first word."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return Text(f"{browser} على {system}", f"{browser} on {system}")
    said = browser or system or user_agent.partition("/")[0].strip()[:40]
    return Text(said or "جهاز غير معروف", said or "Unknown device")

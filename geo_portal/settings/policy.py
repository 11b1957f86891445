"""What a page of ours may load: everything from our own host, the basemap also from its own."""

from collections.abc import Sequence

_SELF = "'self'"
_NONE = "'none'"


def directives(*, map_hosts: Sequence[str], pay_hosts: Sequence[str] = ()) -> dict[str, list[str]]:
    """Return the directives of the content security policy; hosts are exact origins.

    ``pay_hosts`` is where "pay" leads: browsers hold a form to the policy through redirects too.
    """
    return {
        "default-src": [_SELF],
        "img-src": [_SELF, "data:", "blob:", *map_hosts],
        "worker-src": [_SELF],
        "connect-src": [_SELF, *map_hosts],
        "font-src": [_SELF, *map_hosts],
        "style-src": [_SELF],
        "frame-ancestors": [_NONE],
        "base-uri": [_SELF],
        "form-action": [_SELF, *pay_hosts],
        "object-src": [_NONE],
    }

"""Rule: which links survive, and how they are spelled then. Telegram drops the others without a word.

TDLib judges it in the tests. One of its surprises: ``mailto:a@b.c`` becomes a web link with a user name.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

_SPACES = " \t\r\n\x0b"
_APP_LINK = re.compile(
    r"(?P<scheme>tg|ton|tonsite):(?://)?(?P<host>[^/?#]*)(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_APP_HOST = re.compile(r"[a-z0-9_\-]+", re.ASCII)
_APP_HOSTS = {
    "tg": _APP_HOST,
    "ton": _APP_HOST,
    "tonsite": re.compile(r"(?!\.$)[a-z0-9_\-.]+", re.ASCII),
}
_WEB_LINK = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL | re.IGNORECASE
)
_AUTHORITY = re.compile(
    r"(?:(?P<user>[^@]*)@)?(?P<host>\[[^\]]*\]|[^:@]*)(?::(?P<port>[0-9]{1,9}))?", re.DOTALL
)
_HOST = re.compile(r"(?:%[0-9a-fA-F]{2}|[^\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f])+")
_USER = re.compile(r"(?:%[0-9a-fA-F]{2}|[^\x00-\x20\"#%/<>?@\[\\\]^`{|}\x7f])*")
_USER_ID = re.compile(r"tg:(?://)?user/?\?(?P<query>[^#]*)", re.IGNORECASE)
_PORT_MOST = 65_535
_USER_ID_MOST = (1 << 40) - 1


def mentioned_user(url: str) -> int:
    """The user id of a ``tg://user?id=`` link, else 0."""
    found = _USER_ID.match(url.rstrip(_SPACES))
    if found is None:
        return 0
    pairs = (part.partition("=") for part in found["query"].split("&"))
    value = next((value for key, _, value in pairs if key.lower() == "id"), "")
    user_id = int(value) if re.fullmatch(r"[1-9][0-9]{0,15}", value) else 0
    return user_id if user_id <= _USER_ID_MOST else 0


@lru_cache(maxsize=1024)
def checked_link(url: str) -> str:
    """The link as Telegram keeps it, or an empty string where it loses it."""
    found = _APP_LINK.fullmatch(url)
    if found is not None:
        return _app_link(found["scheme"].lower(), found["host"].lower(), _path(found["rest"]))
    web = _WEB_LINK.fullmatch(url)
    authority = _authority(web["authority"]) if web else ""
    if web is None or not authority:
        return ""
    return f"{(web['scheme'] or 'http').lower()}://{authority}{_path(web['rest'])}"


def _app_link(scheme: str, host: str, rest: str) -> str:
    if not _APP_HOSTS[scheme].fullmatch(host):
        return ""
    return f"{scheme}://{host}{rest[1:] if rest.startswith('/?') else rest}"


def _authority(text: str) -> str:
    found = _AUTHORITY.fullmatch(text)
    if found is None or not _USER.fullmatch(found["user"] or ""):
        return ""
    host = _lower(found["host"])
    port = found["port"]
    if not _is_host(host) or (port is not None and not 1 <= int(port) <= _PORT_MOST):
        return ""
    user = f"{found['user']}@" if found["user"] else ""
    return f"{user}{host}" + (f":{int(port)}" if port else "")


def _is_host(host: str) -> bool:
    if host.startswith("["):
        try:
            return ipaddress.IPv6Address(host[1:-1]) is not None
        except ValueError:
            return False
    return "." in host and host != "." and _HOST.fullmatch(host) is not None


def _path(rest: str) -> str:
    rest = rest.rstrip(_SPACES)
    rest = re.sub(r"[\x00-\x20]", lambda found: f"%{ord(found[0]):02X}", rest)
    return rest if rest.startswith("/") else f"/{rest}"


def _lower(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)

"""Rule: which links survive. Telegram drops the others without a word."""

from __future__ import annotations

import re

_URL = re.compile(r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://)?(?P<rest>.+)", re.DOTALL)
_HOST = re.compile(r"[^\s/?#:@<>\"'(){}\[\]\\|^`,;!]+")
_MAX_USER_ID = (1 << 40) - 1


def mentioned_user(url: str) -> int:
    """The user id of a ``tg://user?id=`` link, else 0."""
    found = re.fullmatch(r"(?i:tg:(?://)?user)\?id=([0-9]+)", url)
    user_id = int(found[1]) if found else 0
    return user_id if user_id <= _MAX_USER_ID else 0


def checked_link(url: str) -> str:
    """The link as Telegram keeps it, or an empty string where it loses it."""
    found = _URL.fullmatch(url.strip())
    if found is None or re.search(r"[\x00-\x20]", url.strip()):
        return ""
    scheme = (found["scheme"] or "http").lower()
    rest = found["rest"]
    if scheme in ("tg", "ton", "tonsite"):
        return f"{scheme}://{rest}"
    if scheme not in ("http", "https"):
        return ""
    return _web_link(scheme, rest)


def _web_link(scheme: str, rest: str) -> str:
    host, _, path = re.match(r"([^/?#]*)(/?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    name = host.rsplit("@", 1)[-1].split(":")[0]
    if "." not in name.strip(".") or not _HOST.fullmatch(name):
        return ""
    return f"{scheme}://{host.lower()}/{path}"

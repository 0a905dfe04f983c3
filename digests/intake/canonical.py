"""Rule: one spelling for all addresses of the same page, so that an article is kept once."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote_to_bytes, urljoin, urlsplit, urlunsplit

LONGEST_URL = 4000
"""Characters; a longer address is no address that a reader could use."""

_TRACKING_PREFIXES = (
    "utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "at_", "ns_", "guce_", "oly_", "vero_",
    "trk_", "wt_", "__twitter", "__s", "_hs", "fb_", "stm_", "itm_", "ref_",
)  # fmt: skip
_TRACKING_NAMES = """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh
    mc_cid mc_eid mkt_tok rb_clickid s_cid s_kwcid cmpid cmp ocid ncid icid xtor spm smid smtyp
    sr_share taid maca itid _ga _gl _openstat guccounter soc_src soc_trk tsrc cvid feedtype
    feedname ftcamp traffic_source ftag ito cndid wickedid epik sref srnd pcode amp outputtype
"""
_TRACKING = frozenset(_TRACKING_NAMES.split())
# These names carry a page's identity elsewhere: they go only when the value says "came from here".
_REFERRERS = frozenset({
    "ref", "referrer", "source", "partner", "emc", "from", "src", "via", "origin", "rss", "campaign",
})  # fmt: skip
_REFERRING = re.compile(
    r"rss|feed|atom|twitter|facebook|telegram|whatsapp|newsletter|social|share|home|^tw$|^fb$"
    r"|^tg$|^1$",
    re.I,
)
_VARIANT_LABELS = frozenset({"www", "www2", "m", "mobile", "amp"})
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]")
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\ufeff\u200b]+")


def web_address(said: str | None, base: str = "") -> str | None:
    """The absolute http(s) address that ``said`` means on the page ``base``; None where it is none.

    Credentials are dropped, anything outside ASCII is percent-encoded, the host becomes lower-case
    ASCII. The address stays one to open: nothing of its path or query is taken away.
    """
    parts = _split(said, base)
    host = _host(parts) if parts else None
    if parts is None or host is None:
        return None
    address = urlunsplit((
        parts.scheme.lower(), host + _port(parts), _escaped(parts.path) or "/",
        _escaped(parts.query), _escaped(parts.fragment),
    ))  # fmt: skip
    return address if len(address) <= LONGEST_URL else None


def canonical(url: str) -> str | None:
    """The one spelling of an article's address; None where it is no http(s) address.

    Scheme, ``www.``/``m.``/``amp.`` hosts, default port, fragment, tracking parameters, AMP endings,
    trailing slashes and the query's order do not make another article. Applying it twice changes
    nothing.
    """
    address = web_address(url)
    if address is None:
        return None
    parts = urlsplit(address)
    host = _desktop(parts.hostname or "") + _port(parts)
    # A "#!" fragment is the page's address on sites that are one script.
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit(("https", host, _path(parts.path), _query(parts.query), fragment))


def _split(said: str | None, base: str) -> SplitResult | None:
    if not said or len(said) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(urljoin(base, _IGNORED.sub(" ", said).strip()))
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme.lower() in ("http", "https") else None


def _host(parts: SplitResult) -> str | None:
    try:
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if ":" in host:
        return f"[{host}]"
    try:
        # The codec refuses empty and overlong labels; underscores and ASCII pass as they are.
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return host if host and not _UNSAFE.search(host) and not set(host) & set("/?#@:%") else None


def _port(parts: SplitResult) -> str:
    return "" if parts.port in (None, 80, 443) else f":{parts.port}"


def _escaped(piece: str) -> str:
    """Percent-encodes what may not stand in a URL; decodes what need not be encoded."""

    def unescape(match: re.Match[str]) -> str:
        byte = unquote_to_bytes(match[0])
        return byte.decode() if byte[0] in _UNRESERVED else match[0].upper()

    def escape(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))

    return _ESCAPE.sub(unescape, _UNSAFE.sub(escape, piece))


def _desktop(host: str) -> str:
    """The host without labels that only choose a device, as long as a registrable name remains."""
    if ":" in host:
        return f"[{host}]"
    labels = host.split(".")
    if labels[-1].isdigit():
        return host
    head, tail = labels[:-2], labels[-2:]
    return ".".join([label for label in head if label not in _VARIANT_LABELS] + tail)


def _path(path: str) -> str:
    while True:
        shorter = path.rstrip("/")
        for ending in ("/amp", ".amp"):
            shorter = shorter.removesuffix(ending)
        if shorter == path:
            return path or "/"
        path = shorter


def _query(query: str) -> str:
    pairs = [pair for pair in query.split("&") if pair and not _tracks(pair)]
    return "&".join(sorted(pairs))


def _tracks(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return name in _REFERRERS and bool(_REFERRING.search(value))

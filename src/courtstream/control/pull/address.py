"""Which sources may be fetched: by protocol, by name, and by the address the name really has.

An address typed into a form must not reach what only this machine may reach (CWE-918). So there
is a list of what is allowed and nothing else; what a name resolves to is checked once, and the
connection goes to that very address.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from courtstream.domain.errors import SourceRefused

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS = {"rtsp": 554, "http": 80, "https": 443}
LONGEST = 500
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")
_PLAIN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class SourceUrl:
    """A source's address without what opens it. `path` begins with a slash, query included."""

    scheme: str
    host: str
    port: int
    path: str

    def text(self, host: str = "", port: int = 0) -> str:
        """The address, with another host and port where they are given."""
        name = host or self.host
        name = f"[{name}]" if ":" in name else name
        return f"{self.scheme}://{name}:{port or self.port}{self.path}"


@dataclass(frozen=True, slots=True)
class Login:
    """User and password of a recorder; never in a log."""

    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "Login(…)"


def parsed(url: str) -> tuple[SourceUrl, Login]:
    """An address as typed. Raises SourceRefused for every form that is not plainly one of ours."""
    text = url.strip()
    if len(text) > LONGEST or not _PLAIN.fullmatch(text) or "\\" in text:
        raise SourceRefused("address")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise SourceRefused("address") from None
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise SourceRefused("protocol")
    host = (parts.hostname or "").lower()
    if not _HOST.fullmatch(host) or parts.fragment or port == 0:
        raise SourceRefused("address")
    login = Login(unquote(parts.username or ""), unquote(parts.password or ""))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return SourceUrl(scheme, host, port or PORTS[scheme], path), login


class AllowList:
    """What the operator allows: names (`*.court.example`), networks (`10.2.0.0/16`), with `:port`.

    A public address is allowed by its name alone. A private one, and this machine's own, only by
    a network that holds it. Multicast and unspecified addresses never.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._names: list[tuple[str, int]] = []
        self._networks: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int]] = []
        for entry in entries:
            name, port = _entry(entry)
            try:
                self._networks.append((ipaddress.ip_network(name, strict=False), port))
            except ValueError:
                self._names.append((name.lower(), port))

    def check_name(self, source: SourceUrl) -> None:
        """Before anything is resolved: a name must be listed, an address lie in a network.

        Raises SourceRefused.
        """
        try:
            ip = _ip(source.host)
        except ValueError:
            known = self._named(source)
        else:
            known = self._within(source, ip)
        if not known:
            raise SourceRefused("not_listed")

    def choose(self, source: SourceUrl, addresses: Sequence[str]) -> str:
        """The address to connect to. Raises SourceRefused when any of them is not allowed:

        a name that answers with a good and a bad address is not to be trusted with either.
        """
        found = [_ip(address) for address in addresses]
        if not found or not all(self._allowed(source, ip) for ip in found):
            raise SourceRefused("private_address")
        return str(found[0])

    def _allowed(self, source: SourceUrl, ip: Ip) -> bool:
        if ip.is_multicast or ip.is_unspecified:
            return False
        return self._within(source, ip) or (ip.is_global and self._named(source))

    def _within(self, source: SourceUrl, ip: Ip) -> bool:
        return any(
            ip.version == net.version and ip in net and port in (0, source.port)
            for net, port in self._networks
        )

    def _named(self, source: SourceUrl) -> bool:
        return any(
            fnmatch.fnmatchcase(source.host, name) and port in (0, source.port)
            for name, port in self._names
        )


def _ip(address: str) -> Ip:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return mapped or ip


def _entry(entry: str) -> tuple[str, int]:
    name, colon, port = entry.strip().rpartition(":")
    if colon and port.isdigit() and (":" not in name or name.startswith("[")):
        return name.strip("[]"), int(port)
    return entry.strip().strip("[]"), 0

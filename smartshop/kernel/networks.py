"""Addresses on the Internet, as limits count them."""

from ipaddress import IPv6Address, IPv6Network, ip_address

ONE_CUSTOMER = 64
"""Bits of an IPv6 address that belong to one connection; the others its owner may choose at will."""


def network(address: str) -> str:
    """What stands for everybody who can send from this address: itself, or its /64 of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, ONE_CUSTOMER), strict=False))

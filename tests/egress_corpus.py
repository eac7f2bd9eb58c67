"""Addresses as people, feeds and attackers write them, each with what `bot.egress` says to it.

Listed where the spelling is the point, generated where a rule makes them. Nothing here is called:
names are looked up in `NAMES`.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network

NEARBY = "not on the public internet"
PRIVATE_NAME = "private network"
NUMBER = "spells a number"
SCHEME = "must begin with"
USER = "user's name"
SIGNS = "characters that no address has"
ALIKE = "signs that look like others"
WRITTEN = "not written as one should be"
PORT = "a port that we don't call"
LONG = "too long"
NOBODY = "No machine has the name"

# What the resolver of the test knows. A name with one bad answer is bad.
NAMES = {
    "shop.example": ["93.184.216.34"],
    "www.shop.example": ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"],
    "a-b.c_d.shop.example": ["1.1.1.1"],
    "xn--bcher-kva.example": ["8.8.8.8"],
    "xn--fa-hia.example": ["8.8.4.4"],
    "xn--r8jz45g.example": ["9.9.9.9"],
    "six.example": ["2606:4700:4700::1111"],
    "inside.example": ["10.0.0.7"],
    "metadata.example": ["169.254.169.254"],
    "both.example": ["93.184.216.34", "127.0.0.1"],
    "six-and-home.example": ["2606:4700:4700::1111", "::1"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "scoped.example": ["fe80::1%eth0"],
    "nowhere.example": [],
    "nonsense.example": ["not an address"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
}

ALLOWED = [
    "https://shop.example",
    "https://shop.example/",
    "http://shop.example:80/x",
    "https://shop.example:443/x?y=z#part",
    "HTTPS://SHOP.EXAMPLE/Path",
    "https://www.shop.example/ä/ö?q=ü",
    "https://www.shop.example/a//b/../c;d=e?f=g&h=@i:j",
    "https://shop.example?only=query",
    "https://shop.example/@name",
    "https://shop.example/?next=http://127.0.0.1/",
    "https://shop.example/%2e%2e/%00",
    "https://a-b.c_d.shop.example/",
    "https://bücher.example/",
    "https://BÜCHER.example/",
    "https://xn--bcher-kva.example/",
    "https://faß.example/",
    "https://例え.example/",
    "https://six.example/",
    "https://93.184.216.34/",
    "https://1.1.1.1/",
    "https://223.255.255.255/",
    "https://[2606:4700:4700::1111]/",
    "https://[2606:4700:4700:0:0:0:0:1111]:443/",
    "http://[2A00:1450:4001:80B::200E]/",
]

LISTED = [
    *((f"{scheme}://shop.example/", SCHEME) for scheme in ("ftp", "gopher", "file", "dict", "ws")),
    *((f"{scheme}:shop.example/", SCHEME) for scheme in ("http", "https", "javascript", "data")),
    ("//shop.example/", SCHEME),
    ("shop.example", SCHEME),
    ("", SCHEME),
    ("file:///etc/passwd", SCHEME),
    ("http:/shop.example/", SCHEME),
    ("httpſ://shop.example/", SCHEME),  # a long s, which a careless pattern takes for an s
    ("jar:http://shop.example!/", SCHEME),
    ("view-source:http://shop.example/", SCHEME),
    ("http://", WRITTEN),
    ("http:///path", WRITTEN),
    ("http://:80/", WRITTEN),
    ("http://shop.example#@127.0.0.1/", WRITTEN),
    ("http://shop.example#", WRITTEN),
    ("http://user@shop.example/", USER),
    ("http://user:password@shop.example/", USER),
    ("http://shop.example@127.0.0.1/", USER),
    ("http://shop.example:80@127.0.0.1:80/", USER),
    ("http://@shop.example/", USER),
    ("http://127.0.0.1:80\\@shop.example/", SIGNS),
    ("http:\\\\127.0.0.1\\", SIGNS),
    ("http://shop.example\\.127.0.0.1/", SIGNS),
    *((f"http://shop.example{char}/", SIGNS) for char in "\t\n\r\0 \x1f\x7f"),
    *((f"{char}http://shop.example/", SIGNS) for char in "\t\n \x0b"),
    ("http://shop.example/\r\nHost: inside.example", SIGNS),
    ("http://shop.example:8080/", PORT),
    ("http://shop.example:22/", PORT),
    ("http://shop.example:25/", PORT),
    ("http://shop.example:5432/", PORT),
    ("http://shop.example:6379/", PORT),
    ("http://shop.example:0/", PORT),
    ("http://shop.example:65535/", PORT),
    ("http://shop.example:99999/", PORT),
    ("http://shop.example:/", WRITTEN),
    ("http://shop.example:-80/", WRITTEN),
    ("http://shop.example:８０/", WRITTEN),
    ("http://shop.example:80:80/", WRITTEN),
    ("http://shop.example:0x50/", WRITTEN),
    *(
        (f"http://{name}/", PRIVATE_NAME)
        for name in (
            *("localhost", "LOCALHOST", "router", "intranet", "db", "a.localhost", "nas.local"),
            *("metadata.google.internal", "box.lan", "fritz.home.arpa", "x.localdomain"),
            *("hidden.onion", "wiki.intranet"),
        )
    ),
    *((f"http://{host}./", WRITTEN) for host in ("shop.example", "localhost")),
    ("http://127.0.0.1./", WRITTEN),
    ("http://.shop.example/", WRITTEN),
    ("http://shop..example/", WRITTEN),
    ("http://-shop.example/", WRITTEN),
    ("http://shop-.example/", WRITTEN),
    ("http://sh!op.example/", WRITTEN),
    ("http://shop%2eexample/", WRITTEN),
    ("http://%31%32%37.0.0.1/", NUMBER),
    ("http://127.0.0.1%2f@shop.example/", USER),
    ("http://" + "a" * 64 + ".example/", WRITTEN),
    ("http://" + "a." * 130 + "example/", WRITTEN),
    ("http://shop.example/" + "a" * 2000, LONG),
    ("http://[::1/", WRITTEN),
    ("http://::1/", WRITTEN),
    ("http://[::1]x/", WRITTEN),
    ("http://[fe80::1%25eth0]/", WRITTEN),
    ("http://[1.2.3.4]/", WRITTEN),
    ("http://[:::]/", WRITTEN),
    ("http://[v1.x]/", WRITTEN),
    # IDNA: what turns into plain letters, digits or dots is no honest way to write them.
    ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", ALIKE),
    ("http://ｌocalhost/", ALIKE),
    ("http://shop。example/", ALIKE),
    ("http://shop．example/", ALIKE),
    ("http://127。0。0。1/", ALIKE),
    ("http://１２７.0.0.1/", ALIKE),
    ("http://①②⑦.⓪.⓪.①/", ALIKE),
    ("http://169。254。169。254/", ALIKE),
    ("http://\N{KELVIN SIGN}elvin.example/", ALIKE),
    ("http://shop\u00ad.example/", ALIKE),
    ("http://sh\u200bop.example/", ALIKE),
    ("http://shop.example\u2044x/", SIGNS),
    ("http://shop.example\uff0f127.0.0.1/", SIGNS),
    ("http://shop.example\uff20127.0.0.1/", SIGNS),
    ("http://shop.example\u202e/", SIGNS),
    ("http://bücher.example./", WRITTEN),
    # Names whose answers are not for us.
    ("http://inside.example/", NEARBY),
    ("http://metadata.example/latest/meta-data/", NEARBY),
    ("http://both.example/", NEARBY),
    ("http://six-and-home.example/", NEARBY),
    ("http://mapped.example/", NEARBY),
    ("http://scoped.example/", NEARBY),
    ("http://127.0.0.1.nip.example/", NEARBY),
    ("http://nowhere.example/", NOBODY),
    ("http://nonsense.example/", NOBODY),
    ("http://unheard-of.example/", NOBODY),
]

V4_NETWORKS = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
)
V6_NETWORKS = (
    *("::/127", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32"),
    *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
)
HOME = ("127.0.0.1", "10.0.0.1", "169.254.9.254", "192.168.1.1", "172.16.5.9", "100.64.0.1")


def refused() -> Iterator[tuple[str, str]]:
    """Each address with a piece of the reason why it is refused."""
    yield from LISTED
    for v4 in map(IPv4Network, V4_NETWORKS):
        yield f"http://{v4[0]}/", NEARBY
        yield f"https://{v4[v4.num_addresses // 2]}/", NEARBY
        yield f"http://{v4[-1]}:80/", NEARBY
    for v6 in map(IPv6Network, V6_NETWORKS):
        yield f"http://[{v6[0]}]/", NEARBY
        yield f"http://[{v6[-1]}]/", NEARBY
    for home in map(IPv4Address, HOME):
        yield from ((f"http://{spelt}/", NUMBER) for spelt in _spellings(home))
        yield from ((f"http://[{hidden}]/", NEARBY) for hidden in _hidden(home))


def _spellings(address: IPv4Address) -> Iterator[str]:
    """As `inet_aton` and browsers read them: octal, hex, whole words, parts left away."""
    number, parts = int(address), address.packed
    yield from (str(number), hex(number), f"0{number:o}", hex(number).upper().replace("X", "x"))
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"{part:#x}" for part in parts)
    yield ".".join(f"{part:03d}" for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield f"{parts[0]:#x}.{parts[1]}.{parts[2]}.0{parts[3]:o}"
    yield f"{address}.0"
    yield f"1.{address}"
    yield str(number + 2**32)


def _hidden(address: IPv4Address) -> Iterator[str]:
    """Within IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo."""
    high, low = address.packed[:2].hex(), address.packed[2:].hex()
    yield from (f"::ffff:{address}", f"::ffff:{high}:{low}", f"0:0:0:0:0:ffff:{address}")
    yield from (f"::{address}", f"::ffff:0:{address}", f"64:ff9b::{address}")
    yield from (f"2002:{high}:{low}::1", f"2001:0:{high}:{low}::")

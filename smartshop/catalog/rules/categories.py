"""Categories learned from the words of product names.

Each name is read as a list of thing-words: singular, without colours, sizes, materials, numbers and stop
words. A word that belongs to a family of goods (mug, bowl: Kitchen and dining) stands for its family, any
other word for itself, weighted by how often it ends a name, since English names things last. Then, as often
as wanted, the group of the most names not yet covered becomes a category. A name goes to the category of
its last word that has one; what is left goes to the rest.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 13
SMALLEST_SHARE = 0.01
SMALLEST_COUNT = 3
REST = "More finds"
WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
STOP_WORDS = (
    "a an and of in with for the to on by or at from no set pack box-of pair piece pieces pcs assorted asstd asst design "
    "designs style large small medium mini jumbo big giant tiny tall round square oval long single double pink blue red "
    "white green black silver gold ivory cream purple yellow orange brown turquoise lilac mauve grey gray beige rose "
    "pastel colour color coloured multicolour bright dark light pale clear natural vintage retro antique french "
    "traditional classic modern heart hearts star stars flower flowers floral spot spots retrospot polkadot stripe "
    "stripes striped paisley gingham metal wooden wood glass ceramic zinc enamel felt paper plastic wicker crystal "
    "cotton hanging painted decorative new old cm mm m s w x tier drawer font union jack home sweet love"
)
STOP = frozenset(STOP_WORDS.split())
FAMILIES: dict[str, str] = {
    word: family
    for family, words in {
        "Jewellery": "necklace bracelet earring ring charm brooch bangle pendant choker keyring jewellery jewelry",
        "Candles and lighting": "candle t-light tealight lantern lamp candlestick candleholder chandelier lampshade light",
        "Kitchen and dining": "mug bowl plate cup teapot teacup saucer jug spoon cutlery tray coaster apron tin jar baking "
        "cakestand napkin placemat dish teaspoon cake kitchen egg tumbler beaker recipe mould cookie lunch snack oven "
        "tea coffee pantry scales",
        "Bags and purses": "bag purse tote shopper rucksack backpack wallet lunchbag handbag",
        "Cards and stationery": "card notebook pen pencil sticker wrap tissue tape stationery envelope eraser rubber "
        "ruler journal diary calendar postcard ribbon tag sketchbook gift-wrap chalk",
        "Christmas": "christmas xmas advent bauble santa reindeer snowflake snowman",
        "Garden and outdoors": "garden plant planter flowerpot watering parasol picnic bird birdhouse windmill outdoor "
        "gardening seed trellis gnome",
        "Home textiles": "cushion throw rug doormat quilt blanket towel tablecloth curtain pillow mat runner fabric "
        "hot-water bottle-cover",
        "Storage and baskets": "box basket storage cabinet drawer shelf trinket hook hanger crate tidy rack chest knob",
        "Wall art and frames": "frame sign mirror clock picture print poster canvas photo art plaque magnet wall letter",
        "Toys and games": "toy game puzzle doll playhouse jigsaw skittle bear rabbit teddy play dolly kid child childrens "
        "soldier robot marble block feltcraft ludo snap domino",
        "Party and garlands": "party bunting garland balloon birthday streamer confetti cocktail straw doily popcorn",
        "Bath and beauty": "bath soap shower sponge hair hairband bathroom toilet cosmetic perfume manicure lip",
        "Fragrance": "incense fragrance oil potpourri burner aroma sachet drawer-liner diffuser",
        "Fashion accessories": "scarf glove hat umbrella slipper sock poncho raincoat belt hairclip sunglass headband",
        "Vases and ornaments": "vase ornament figurine decoration doorstop bell angel",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True)
class Learned:
    """Category names, largest first, and the category of every name given, in its order."""

    names: tuple[str, ...]
    of: tuple[str, ...]


def things(name: str) -> list[str]:
    """The thing-words of a product name in order, singular."""
    words = (singular(word) for word in WORD.findall(name.lower()))
    return [word for word in words if len(word) > 2 and word not in STOP]


def singular(word: str) -> str:
    """``mugs`` is mug, ``boxes`` box, ``dishes`` dish, ``candies`` candy; ``glass`` stays."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("xes", "shes", "ches", "sses")) else word[:-1]


def learn(names: Sequence[str], most: int = MOST) -> Learned:
    """At most ``most`` categories and the rest, for these product names. Deterministic."""
    read = [things(name) for name in names]
    headness = _headness(read)
    grouped = [[FAMILIES.get(word, word) for word in words] for words in read]
    smallest = max(SMALLEST_COUNT, len(names) * SMALLEST_SHARE)
    chosen: list[str] = []
    uncovered = [set(groups) for groups in grouped]
    while len(chosen) < most:
        counts = Counter(group for groups in uncovered for group in groups)
        weights = {group: count * headness.get(group, 0.0) for group, count in counts.items()}
        best = max(sorted(weights), key=lambda group: weights[group], default="")
        if not best or weights[best] < smallest:
            break
        chosen.append(best)
        uncovered = [groups for groups in uncovered if best not in groups]
    return _assigned(grouped, set(chosen))


def _headness(read: Sequence[Sequence[str]]) -> dict[str, float]:
    """How often a word ends the names that hold it, from 0 to 1; 1 for a family."""
    held = Counter(word for words in read for word in set(words))
    last = Counter(words[-1] for words in read if words)
    return {word: last[word] / held[word] for word in held} | dict.fromkeys(FAMILIES.values(), 1.0)


def _assigned(grouped: Sequence[Sequence[str]], chosen: set[str]) -> Learned:
    of = [next((group for group in reversed(groups) if group in chosen), "") for groups in grouped]
    sizes = Counter(of)
    order = sorted((group for group in sizes if group), key=lambda group: (-sizes[group], group))
    return Learned(
        (*map(shown, order), *([REST] if sizes[""] else [])),
        tuple(shown(group) if group else REST for group in of),
    )


def shown(group: str) -> str:
    """A category's name: a family as it is, a word as a capitalised plural."""
    if group in FAMILIES.values():
        return group
    plural = group + ("es" if group.endswith(("s", "x", "sh", "ch")) else "s")
    return plural[:1].upper() + plural[1:]

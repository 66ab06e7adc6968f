"""The filters that DeepFilter had, by the names that scripts know them by."""

from django.utils.text import slugify

NAMES = (
    "alien_goggles",
    "aqua",
    "blue_brush",
    "blue_granite",
    "bright_sand",
    "cinnamon_rolls",
    "clean_view",
    "colorful_blocks",
    "colorful_dream",
    "crafty_painting",
    "creativity",
    "crunch_paper",
    "dark_rain",
    "dark_soul",
    "deep_connections",
    "dry_skin",
    "far_away",
    "gan_vogh",
    "gred_mash",
    "green_zuma",
    "hot_spicy",
    "neo_instinct",
    "oily_mcoilface",
    "plentiful",
    "post_modern",
    "purp_paper",
    "purple_pond",
    "purple_storm",
    "rainbow_festival",
    "really_hot",
    "sand_paper",
    "smooth_ride",
    "space_pizza",
    "spagetti_accident",
    "sunday",
    "yellow_collage",
    "yellow_paper",
)
SPELLED = {"oily_mcoilface": "Oily McOilface", "spagetti_accident": "Spaghetti accident"}


def title(name: str) -> str:
    """A name for people: “gan_vogh” is “Gan vogh”."""
    return SPELLED.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def slug(name: str) -> str:
    """The address of the filter that stands for a DeepFilter name: “gan_vogh” is “deepfilter-gan-vogh”."""
    return "deepfilter-" + slugify(name.replace("_", "-").replace("/", "-"))[:60]

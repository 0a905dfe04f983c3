"""The catalogs: English is in the templates, every other language in ``templates/locale`` (edge).

Read from the ``.po`` at start, so that an operator's changed word needs no compiling.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.rendering.safe import cleaned
from digests.vocabulary import Language

TEMPLATES = Path(__file__).parents[2] / "templates"


def catalog_path(language: Language) -> Path:
    """Where a language's words are."""
    return TEMPLATES / "locale" / language / "LC_MESSAGES" / "frontwire.po"


@cache
def translations(language: Language) -> NullTranslations:
    """A language's words; English needs none."""
    if language is Language.ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with catalog_path(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def environment(language: Language, folder: Path = TEMPLATES) -> Environment:
    """The templates in one language: every value is cleaned and escaped, and a name that nobody gave is
    an error."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=cleaned,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    install(made, language)
    return made


def install(environment: Environment, language: Language) -> None:
    """Puts ``_()``, ``ngettext()`` and ``{% trans %}`` of a language into an environment.

    Jinja's own escape the variables but do not clean them.
    """
    words = translations(language)

    def gettext(message: str, /, **variables: Any) -> Markup:
        return _filled(words.gettext(message), variables)

    def ngettext(singular: str, plural: str, num: int, /, **variables: Any) -> Markup:
        variables.setdefault("num", num)
        return _filled(words.ngettext(singular, plural, num), variables)

    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals.update(gettext=gettext, ngettext=ngettext, _=gettext)


def _filled(message: str, variables: dict[str, Any]) -> Markup:
    # The message is ours; what comes from outside is in the variables, and escaped by ``%``.
    return Markup(message) % {name: cleaned(value) for name, value in variables.items()}  # noqa: S704

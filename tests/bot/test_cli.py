"""The command line: what it does, what it prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from bot.cli import FAILED, MISUSED, PARTLY, main

ROOT = Path(__file__).parents[2]
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Wire</title>
<item><title>Power is back in Kharkiv after strikes on the grid</title>
<link>https://wire.example.org/1</link><description>The power grid holds.</description></item>
</channel></rss>"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command on an empty, migrated SQLite file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRONTWIRE_DATABASE_URL", f"sqlite:///{tmp_path}/frontwire.db")
    monkeypatch.delenv("FRONTWIRE_TOKEN", raising=False)
    runner = CliRunner()

    def invoke(*words: str, stdin: str | None = None) -> Result:
        return runner.invoke(main, words, input=stdin, catch_exceptions=False)

    assert invoke("migrate").exit_code == 0
    return invoke


def lines(*records: object) -> str:
    """A JSON Lines file."""
    return "".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in records)


GOOD = {"title": "Grid holds in Kharkiv", "text": "The power grid holds after the strikes."}


def test_help_needs_nothing_heavy() -> None:
    """No database, no Telegram, no templates are loaded for it."""
    code = (
        "import sys\nfrom bot.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'sqlalchemy', 'telegram', 'jinja2', 'aiohttp'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.splitlines()[-1] == "[]"


def test_the_command_calls_itself_by_its_name() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "bot.cli", "-h"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith("Usage: frontwire ")


def test_migrating_says_from_where_to_where(run: Run) -> None:
    assert "up to date" in run("migrate").stdout


def test_a_database_without_schema_is_refused_with_what_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTWIRE_DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    result = run("stats")
    assert result.exit_code == MISUSED
    assert result.stderr.startswith("SchemaOutdated: ")
    assert "frontwire migrate" in result.stderr


@pytest.mark.parametrize(
    ("content", "exit_code", "new", "bad"),
    [
        (lines(GOOD), 0, 1, []),
        (lines(GOOD, "no json", {"title": ""}), PARTLY, 1, [2, 3]),
        (lines("no json"), FAILED, 0, [1]),
        ("", 0, 0, []),
    ],
)
def test_an_import_names_each_bad_line_and_keeps_the_good(
    run: Run, tmp_path: Path, content: str, exit_code: int, new: int, bad: list[int]
) -> None:
    """0 all good, 3 some bad, 1 all bad."""
    file = tmp_path / "night.jsonl"
    file.write_text(content)
    result = run("import", "--json", str(file))
    assert result.exit_code == exit_code
    [row] = json.loads(result.stdout)
    assert row["new"] == new
    assert [line["number"] for line in row["bad"]] == bad
    said = run("import", str(file)).stdout
    assert f"{new} known" in said
    assert all(f"line {number}:" in said for number in bad)


def test_what_is_exported_can_be_imported(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into another database, with nothing lost."""
    run("import", "-", stdin=lines(GOOD, {"title": "b", "url": "https://example.org/b"}))
    exported = run("export").stdout
    assert len(exported.splitlines()) == 2
    monkeypatch.setenv("FRONTWIRE_DATABASE_URL", f"sqlite:///{tmp_path}/second.db")
    run("migrate")
    run("import", "-", stdin=exported)
    assert run("export").stdout == exported


def test_sources_are_added_listed_removed(run: Run) -> None:
    """By id or address; a second time is refused."""
    assert run("sources", "add", "--unseen", "https://example.org/feed.xml").exit_code == 0
    again = run("sources", "add", "--unseen", "http://example.org/feed.xml/")
    assert again.exit_code == FAILED
    assert "DuplicateSource" in again.stderr
    [row] = json.loads(run("sources", "list", "--json").stdout)
    assert row["address"] == "https://example.org/feed.xml"
    assert "example.org" in run("sources", "list").stdout
    assert run("sources", "remove", "https://example.org/feed.xml").exit_code == 0
    assert run("sources", "remove", "77").exit_code == MISUSED
    assert "No sources yet" in run("sources", "list").stdout


def test_a_list_of_feeds_goes_out_and_comes_in_as_opml(run: Run, tmp_path: Path) -> None:
    run("sources", "add", "--unseen", "--title", "A & B", "https://example.org/feed.xml")
    file = tmp_path / "feeds.opml"
    assert run("sources", "export-opml", str(file)).exit_code == 0
    assert "1 there already" in run("sources", "import-opml", str(file)).stdout
    run("sources", "remove", "1")
    assert "Feeds: 1 added" in run("sources", "import-opml", str(file)).stdout
    [row] = json.loads(run("sources", "list", "--json").stdout)
    assert row["title"] == "A & B"


def test_an_opml_file_that_is_none_fails(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text("<html></html>")
    result = run("sources", "import-opml", str(file))
    assert result.exit_code == FAILED
    assert result.stderr.startswith("NotAFeed: ")


@pytest.fixture
async def feed() -> AsyncIterator[str]:
    """A feed on this machine."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=FEED, content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/feed.xml", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/feed.xml"
    await runner.cleanup()


async def test_a_feed_is_found_collected_grouped_and_previewed(
    run: Run, feed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In private networks only where the settings allow it."""
    refused = await asyncio.to_thread(run, "sources", "add", feed)
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (FAILED, "AddressRefused")
    monkeypatch.setenv("FRONTWIRE_ALLOW_NETWORKS", "127.0.0.0/8")
    added = await asyncio.to_thread(run, "sources", "add", feed)
    assert "Harbour Wire" in added.stdout
    collected = await asyncio.to_thread(run, "collect", "--json")
    assert json.loads(collected.stdout) == {"read": 1, "failed": 0, "new": 1, "grouped": 1}


def test_a_preview_shows_the_digest_and_stores_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In either language; the next whole minute has the story."""
    run("import", "-", stdin=lines(GOOD))
    run("collect")
    later = datetime.now(UTC) + timedelta(minutes=2)
    monkeypatch.setattr("bot.cli.articles.now", lambda: later)
    english = run("preview", "--topics", "energy").stdout
    assert "Grid holds in Kharkiv" in english
    assert "<b>" not in english
    assert "<b>" in run("preview", "--topics", "Енергетика", "--language", "uk", "--html").stdout
    explained = run("preview", "--topics", "energy", "--explain", "--length", "short").stdout
    assert "1. Grid holds in Kharkiv" in explained
    assert "1.00 sources (1)" in explained
    assert "energy, Kharkiv · open: the strongest of its topic" in explained
    nothing = run("preview", "--topics", "nuclear", "--explain").stdout
    assert nothing.startswith("There is no story")
    stats = json.loads(run("stats", "--json").stdout)
    assert stats["editions"] == 0
    assert stats["stories"] == 1
    assert "1, of which 0 wait" in run("stats").stdout


EXPLAINED = """Power struggle in the party
Drones cut the power grid in Kharkiv region."""


def test_a_text_is_told_which_topics_it_gets_and_which_words_decide(
    run: Run, tmp_path: Path
) -> None:
    said = run("topics", "test", "--text", EXPLAINED).stdout
    assert "energy (Energy): yes" in said
    assert "“power grid”" in said
    assert "not   “Power struggle” in the title" in said
    assert "politics (Politics): no, 1.5 of 2.0" in said
    file = tmp_path / "text.txt"
    file.write_text(EXPLAINED, encoding="utf-8")
    assert run("topics", "test", str(file)).stdout == said
    assert run("topics", "test", "-", stdin=EXPLAINED).stdout == said


def test_the_same_for_scripts_and_in_ukrainian(run: Run) -> None:
    words = ("--json", "--text", "Знеструмлено лікарні на Харківщині")
    found = json.loads(run("topics", "test", *words).stdout)
    assert found["language"] == "uk"
    given = {one["topic"] for one in found["topics"] if one["given"]}
    assert given == {"energy", "ukraine"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("Hello world", "It gets no topic."), ("Angriff auf die Stadt am Montag", "No rules in this")],
)
def test_a_text_without_topics_is_told_why(run: Run, text: str, sentence: str) -> None:
    assert sentence in run("topics", "test", "--text", text).stdout


def test_an_operators_own_faulty_topics_are_refused_with_the_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "topics.toml"
    own.write_text("""[rivers]\ntitle = {en = "Rivers", uk = "Річки"}\n"""
                   """about = {en = "Water", uk = "Вода"}\n[rivers.en]\nstrong = ["a*"]\n""",
                   encoding="utf-8")  # fmt: skip
    monkeypatch.setenv("FRONTWIRE_TOPICS", str(own))
    result = run("topics", "test", "--text", "A river")
    assert result.exit_code != 0
    assert "[rivers.en] strong" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("topics", "test"),
        ("topics", "test", "--text", " "),
        ("topics", "test", "--text", "One", "-"),
        ("run", "--only", "chat,kitchen"),
        ("preview", "--topics", "knitting"),
        ("preview", "--topics", "energy", "--hours", "0"),
        ("import",),
        ("nonsense",),
    ],
)
def test_wrong_usage_ends_with_2(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == MISUSED


def test_a_wrong_setting_ends_with_2_and_its_name(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTWIRE_RATE", "fast")
    result = run("stats")
    assert result.exit_code == MISUSED
    assert "FRONTWIRE_RATE" in result.stderr


def test_the_topics_are_listed_in_both_languages(run: Run) -> None:
    names = [row["name"] for row in json.loads(run("topics", "--json").stdout)]
    assert {"energy", "koreas", "weapons"} <= set(names)
    assert "Енергетика" in run("topics").stdout


def test_a_title_cannot_move_the_cursor(run: Run) -> None:
    """Control characters of a source's name do not reach the terminal."""
    run("sources", "add", "--unseen", "--title", "a\x1b[2Jb", "https://example.org/f")
    assert "\x1b" not in run("sources", "list").stdout

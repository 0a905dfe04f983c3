"""Edge: ``/control/...``, for benches and scripts that hold the sandbox in a process of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.faults import Fault
from bot.sandbox.limits import Limits, Windows
from bot.sandbox.people import Person
from bot.sandbox.world import World

ROWS_MOST = 50_000  # of the accept log in one answer
_JSON = {"Content-Type": "application/json"}
_LOCAL_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?")


def is_local(request: web.BaseRequest) -> bool:
    """Whether a request was addressed to this machine by name, and not from another site's page.

    A page elsewhere could otherwise drive the sandbox, directly or by pointing its own name here.
    """
    host = request.headers.get("Host", "")
    origin = request.headers.get("Origin")
    return bool(_LOCAL_HOST.fullmatch(host)) and origin in (None, f"http://{host}")


class Control:
    """Answers the control endpoints; every body and answer is JSON."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._doors: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("GET", "state"): self.state,
            ("GET", "accepted"): self.accepted,
            ("GET", "refused"): self.refused,
            ("GET", "struck"): self.struck,
            ("POST", "users"): self.users,
            ("POST", "fault"): self.fault,
            ("POST", "clear-faults"): self.clear_faults,
            ("POST", "limits"): self.limits,
            ("POST", "reset"): self.reset,
        }

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """One request."""
        if not is_local(request):
            return web.Response(status=403, text="only from this machine")
        door = self._doors.get((request.method, request.path.removeprefix("/control/")))
        if door is None:
            return web.Response(status=404, text="no such control")
        try:
            body = await request.read()
            params = {**request.query, **(orjson.loads(body) if body else {})}
            result = door(params)
        except (ValueError, TypeError, KeyError) as error:
            return web.Response(status=400, text=f"cannot do that: {error}")
        return web.Response(body=orjson.dumps(result), headers=_JSON)

    def state(self, _params: dict[str, Any]) -> dict[str, Any]:
        """Counts of everything."""
        world = self._world
        return {
            "accepted": len(world.accepted),
            "refused": {str(code): count for code, count in world.refused.counts.items()},
            "chats": len(world.chats),
            "updates_waiting": len(world.updates),
            "webhook": world.webhook.url,
        }

    def accepted(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """The accept log after ``since``."""
        since = int(params.get("since", 0))
        return [row.as_json() for row in self._world.accepted[since : since + ROWS_MOST]]

    def refused(self, _params: dict[str, Any]) -> list[dict[str, Any]]:
        """The newest refusals."""
        return [row.as_json() for row in self._world.refused]

    def struck(self, _params: dict[str, Any]) -> list[tuple[str, int | None]]:
        """Of every fault that struck: its kind and the chat."""
        return self._world.faults.struck

    def users(self, params: dict[str, Any]) -> int:
        """People with ids from ``first``, ``count`` of them, who have started the bot if ``started``."""
        first, count = int(params["first"]), int(params.get("count", 1))
        for user_id in range(first, first + count):
            name = str(params.get("name", f"Reader {user_id}"))
            chat = self._world.add_person(Person(user_id, name, language=params.get("language")))
            chat.bot = "member" if params.get("started", True) else "left"
        return count

    def fault(self, params: dict[str, Any]) -> bool:
        """Put a fault in force, by the fields of Fault."""
        self._world.faults.add(Fault(**params))
        return True

    def clear_faults(self, _params: dict[str, Any]) -> bool:
        """Everything works again."""
        self._world.faults.clear()
        return True

    def limits(self, params: dict[str, Any]) -> bool:
        """Other limits, by the fields of Limits; ``{"preset": "none"}`` or ``"telegram"`` too."""
        self._world.windows = Windows(limits_of(params))
        return True

    def reset(self, _params: dict[str, Any]) -> bool:
        """Forget the logs, the messages and the updates; people stay."""
        world = self._world
        world.accepted.clear()
        world.refused.clear()
        world.messages.clear()
        world.updates.clear()
        world.windows = Windows(world.windows.limits)
        return True


def limits_of(params: dict[str, Any]) -> Limits:
    """Limits from a preset's name or from single figures."""
    preset = params.get("preset")
    if preset == "none":
        return Limits.none()
    known = {field.name for field in fields(Limits)}
    return Limits(**{name: value for name, value in params.items() if name in known})

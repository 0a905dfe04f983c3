"""A local Bot API server with a chat page in the browser: the bot without a token, and the tests' Telegram.

It knows nothing of the rest of Frontwire. Its accept log is the judge of delivery.
"""

from bot.sandbox.faults import Fault
from bot.sandbox.limits import Limits
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.tape import Accepted

__all__ = ["Accepted", "Fault", "Limits", "Sandbox"]

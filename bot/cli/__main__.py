"""``python -m bot.cli``: what the ``frontwire`` command runs."""

from bot.cli import main

main(prog_name="frontwire")

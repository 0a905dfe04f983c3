"""The Telegram side. Rooms, and who may import whom (importer first):

cli -> __main__ -> sandboxed -> process -> ticks | menu -> application | timetable | web | polling
-> chat | desk | delivery | failures -> context -> rendering -> settings; the sandbox imports nothing
of the rest

settings      all settings, typed; the only reader of the environment
console       what the command line prints
rendering     templates to Telegram HTML, in parts
counting      whom an alert would reach, counted beside the conversation
context       the typed context that handlers get
failures      what a person and an operator see when something breaks; logging
chat          conversations with readers
desk          conversations with editors
delivery      outbox to Telegram
news          news on its way in, for the timetable and the command line
turns         whose turn it is: updates of one chat one after another
updates       what Telegram tells us: read, recognised, processed once
polling_lock  which worker polls
polling       long polling, where no webhook is set
web           webhook, health, metrics, push, the public archive
timetable     the one ticker
application   every command and button in one list
menu          the command menu as Telegram shows it
ticks         which verb runs how often
sandbox       a local Bot API server with a chat page in the browser
sample        what the sandbox begins with
doctor        what is checked of token, database, clock, sources and permissions
process       one running Frontwire: its parts, started and stopped in order
sandboxed     the bot on the sandbox, where it has no token
cli           the command line, a file for each kind of command
"""

__version__ = "0.1.0"

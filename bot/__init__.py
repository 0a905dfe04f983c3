"""The Telegram side. Rooms, and who may import whom (importer first):

__main__ | cli -> application | timetable | web -> chat | desk | delivery | failures -> context
-> rendering -> settings; the sandbox imports nothing of the rest

settings     all settings, typed; the only reader of the environment
rendering    templates to Telegram HTML, in parts
context      the typed context that handlers get
failures     what a person and an operator see when something breaks
chat         conversations with readers
desk         conversations with editors
delivery     outbox to Telegram
web          webhook, health, metrics, archive, push
timetable    which verb runs when
application  every command and button in one list
sandbox      a local Bot API server with a chat page in the browser
cli          the command line
"""

__version__ = "0.1.0"

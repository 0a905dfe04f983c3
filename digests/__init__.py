"""What is true about the news. Rooms in the order news passes through them:

    intake       articles come in: feeds, pages, channels, files, pushes
    stories      articles become events
    audience     who wants what, and when
    editions     stories become digests
    alerts       a story cannot wait
    corrections  we were wrong, in an alert or in a digest
    outbox       everything unsolicited that must reach someone
    storage      engines, sessions, transactions
    migrations   every change of the schema
    vocabulary   words that every room shares
    errors       the one error tree

Nothing in here may import bot, telegram, jinja2, apscheduler or aiohttp.web. A file is a noun (a thing
and its states), a rule (decides; no I/O; time is an argument), a verb (does it with the database and
never commits) or an edge (touches the outside). Rules import neither sqlalchemy nor storage.
"""

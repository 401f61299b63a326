"""People: who may sign in, what each role may do, and what they bring and change; only when ``CORRIDORMAP_REVIEW=1``.

The rule of this folder: a view says in its decorator who may call it (:func:`server.people.access.allows`), and a request
that changes something and whose view says nothing is refused. Nothing outside imports this folder unless review is switched
on; a read-only service has no login route and loads none of its libraries. Secrets never reach a log, an error or the store:
passwords are kept as Argon2 hashes, session tokens as sha256.
"""

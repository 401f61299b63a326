"""The steps, in order; each can be taken and taken back. ``HEAD`` in :mod:`layers.store.schema` names the last one."""

"""Articles: the texts that the map's objects rest on.

Texts are filed in the workspace under their sha256 and never leave the machine; records point into them by offset.
"""

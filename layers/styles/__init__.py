"""Styles: the map as MapLibre style JSON, made from the tokens; page, embed, single file and notebook share it."""

"""Wording: letters, words and sentences of six languages, and finding lists of names and phrases among them."""

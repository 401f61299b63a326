"""Exports: a layer's filtered features as files that GIS programs and spreadsheets open, with their terms inside."""

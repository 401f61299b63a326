"""Events: what a text tells of, one record for each event, with its day, its place and who took part."""

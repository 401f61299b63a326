"""Documents: files of articles read into texts that keep their letters, and the shelf on which texts are filed by sha256."""

//! Text: normalisation for search and files.

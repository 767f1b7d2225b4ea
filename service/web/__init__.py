"""Server-rendered pages, in English and French, that work without JavaScript."""

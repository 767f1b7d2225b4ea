"""From files to an index: readers, layouts, passages, embedding, lexical and vector index."""

"""The index in Qdrant, for more passages than one machine holds (https://qdrant.tech): behind `indexer.index_protocol`.

A generation is two collections: `<collection>.g000001` has a point for each passage (its vector, its tokens as a sparse
vector, itself as payload), `<collection>.g000001.records` what else is kept of each document. The alias `<collection>`
says which generation serves; it is switched last, in one step. Where several processes write parts, the generation's
name says of how many: `g000002p3`. Needs the extra `qdrant`.
"""

"""Commands of `council` besides those that index, search, ask, measure and export; each module has `add(commands)`."""

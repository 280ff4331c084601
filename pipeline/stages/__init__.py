"""The five stages: fetch, extract, validate, store, alert; and upkeep. Read, do the pure work, write; alone know all parts.

    batch_id = open_batch(run_key)
    fetch(batch_id); extract(batch_id); validate(batch_id); store(batch_id); alert()

Each takes what waits for it, whichever run left it there, by `FOR UPDATE SKIP LOCKED`, one transaction a unit
of work: two workers never have the same item, and what a killed one held is free at once. Each may be run
twice. Each returns what it counted and logs it in one line.

One module a stage, which imports what its stage needs; so import a stage where it is run, since some are slow to import.
"""

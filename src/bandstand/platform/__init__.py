"""Tools with no idea of music: database, log, objects, jobs, ids, clock, errors, HTTP."""

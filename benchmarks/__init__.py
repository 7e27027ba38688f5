"""Bounded measurements beside peers in the same run, printing ratios. CPU time, since it does not change by who else runs."""

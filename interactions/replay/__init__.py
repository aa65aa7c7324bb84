"""The past once more: recorded arrivals, patience, work and presence through the production routing, by a clock of its
own, on copies of the tables that routing uses. Nothing here writes to the floor's own tables but the row of the run."""

"""`bin/bench files`: how fast files of each kind are read."""

"""`bin/bench cold`: what it costs to begin."""

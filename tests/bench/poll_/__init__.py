"""`bin/bench poll`: how long status pages wait for an answer while an import runs."""

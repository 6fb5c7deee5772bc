"""Any encoding in, UTF-8 out: found in a sample, then read strictly."""

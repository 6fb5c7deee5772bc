"""The whole chain on the local stack: checked upload, event, queue, the deployed zip, mail."""

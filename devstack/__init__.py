"""All of Sluice on one machine: Postgres, a local AWS, the web app. Not for production."""

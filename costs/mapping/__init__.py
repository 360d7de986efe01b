"""Who did what: from queries to the assets they worked for and read, and the edges between."""

"""The import page's workshop: files handed in, work on them that outlives a request, and what is told of it."""

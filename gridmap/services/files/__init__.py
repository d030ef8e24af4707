"""Files that people hand in: how large they may be (limits), pictures drawn anew before they are kept (pictures)."""

"""The commands, one module a command; `gridmap.cli` loads a module only when its command is called."""

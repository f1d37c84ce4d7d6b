"""When a quiz may be taken, by whom and for how long, and who may change that."""

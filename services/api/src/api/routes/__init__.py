"""The doors: one router a resource, each a call and no more."""

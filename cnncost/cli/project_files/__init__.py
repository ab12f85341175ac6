"""What `cnncost check` finds beside the specs: the file of a project, and what figures were before."""

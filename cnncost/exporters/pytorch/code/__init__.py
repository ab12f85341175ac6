"""Python code as data: expressions, calls of constructors, and statements in lines."""

"""Views: from what was computed to a document, one module for each command."""

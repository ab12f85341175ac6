"""What views are made of: columns, headings, trees of rows, and tables that several views share."""

"""Export: views of schema analysis in, files for other programs out. The only home of pyarrow."""

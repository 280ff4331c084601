"""Pages: a request in, a page of HTML out. The only home of FastAPI in the pipeline; reads as the analyst."""

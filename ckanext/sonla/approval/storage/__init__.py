"""Where published files lie: by their content, on a disk or on an S3 server."""

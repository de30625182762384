"""The S3 server of the tests: OpenStack Swift with its `s3api`, one node, loopback."""

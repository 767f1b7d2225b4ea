"""From a question to a cited answer: retrieval, answering, command line, HTTP API and pages."""

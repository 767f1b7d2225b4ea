"""Evaluation harness: gold information needs, metrics, reports and the gate that CI runs."""

"""Documents that come and go while the service runs: received, put into jobs, built into the index by a process aside.

<data>/incoming/<job>/  files received, not yet among the uploads
<data>/documents/       the uploads that the index is built from
"""

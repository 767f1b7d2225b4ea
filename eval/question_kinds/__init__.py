"""Questions of known kind, and the training of the model that tells kinds apart (`service/question_kind.py`)."""

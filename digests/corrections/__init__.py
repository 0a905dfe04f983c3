"""We were wrong, in an alert or in a digest: every delivered copy is put right."""

"""Files: the gate through which untrusted bytes enter."""

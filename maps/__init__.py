"""The engine that draws and serves what the apps declare; it knows no app."""

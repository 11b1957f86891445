"""Dated parking zones as a coverage, and the one question: which zone is this?"""

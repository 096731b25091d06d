"""The rules by which parameters move. Each is one definition that reads like its formula.

A new rule is written in this package, under the decorator `optimizer`, and is then known by its name everywhere.
"""

"""Functions of checks: code of anybody's, loaded and called in a process of its own.

The main process never imports it. `process` asks; `worker`, `script`, `calling` and `remote` answer in the other one.
"""

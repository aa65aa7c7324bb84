"""One customer channel a file: parse in, deliver out."""
